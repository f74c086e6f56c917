"""PDF by typst: a template of ours, data as JSON. Nobody's text is ever read as markup."""

import datetime
import json
import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

from iqgeo.safe.kept import files_of, kept, key_of
from iqgeo.texts import Lang, text

_HERE: Final = Path(__file__).resolve().parent
FONTS: Final = _HERE / "fonts"
STANDARDS: Final[tuple[Literal["ua-1", "a-2a"], ...]] = ("ua-1", "a-2a")
"""PDF/UA-1: tagged, with title, language and alternative texts; PDF/A-2a: to be kept. typst refuses less."""

# Ranges of characters that the fonts of the pages hold: Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic,
# Georgian, punctuation, signs.
_IN_FONT: Final = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x377), (0x37A, 0x37F), (0x384, 0x38A), (0x38C, 0x38C),
    (0x38E, 0x3A1), (0x3A3, 0x525), (0x531, 0x556), (0x559, 0x55F), (0x561, 0x587), (0x589, 0x58A),
    (0x591, 0x5C7), (0x5D0, 0x5EA), (0x5F0, 0x5F4), (0x60C, 0x60C), (0x61B, 0x61B), (0x61F, 0x61F),
    (0x621, 0x63A), (0x640, 0x655), (0x660, 0x670), (0x679, 0x6BF), (0x6C6, 0x6C8), (0x6CB, 0x6CC),
    (0x6F0, 0x6F9), (0x10A0, 0x10C5), (0x10D0, 0x10FC), (0x1E00, 0x1EFB), (0x1F00, 0x1F15),
    (0x1F18, 0x1F1D), (0x1F20, 0x1F45), (0x1F48, 0x1F4D), (0x1F50, 0x1F57), (0x1F5F, 0x1F7D),
    (0x1F80, 0x1FB4), (0x1FB6, 0x1FC4), (0x1FC6, 0x1FD3), (0x1FD6, 0x1FDB), (0x1FDD, 0x1FEF),
    (0x1FF2, 0x1FF4), (0x1FF6, 0x1FFE), (0x2000, 0x200A), (0x2010, 0x2027), (0x202F, 0x205F),
    (0x2070, 0x2071), (0x2074, 0x208E), (0x20A0, 0x20B5), (0x20BD, 0x20BD), (0x2100, 0x2109),
    (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x2199), (0x2200, 0x222F), (0x2248, 0x2248),
    (0x2260, 0x2265), (0x25A0, 0x25FF), (0xFB00, 0xFB04),
)  # fmt: skip
# Those that can be set anywhere, drawings included: letters of the first font that join with nothing.
_PLAIN: Final = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x24F), (0x386, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1), (0x3A3, 0x3CE),
    (0x400, 0x482), (0x48A, 0x513), (0x1E00, 0x1E9B), (0x1EA0, 0x1EF9), (0x2010, 0x2010), (0x2012, 0x2015),
    (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0x202F, 0x2030), (0x2039, 0x203A),
    (0x20AC, 0x20AC), (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2248), (0x2264, 0x2265),
    (0x25A1, 0x25A1),
)  # fmt: skip
NOT_IN_FONT: Final = "\u25a1"
DRAWING: Final = "svg"
"""Key of drawings among the data: text in them is set letter by letter, without marks on top."""


def _outside(ranges: tuple[tuple[int, int], ...]) -> re.Pattern[str]:
    inside = "".join(f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in ranges)
    return re.compile(f"[^\n{inside}]")


_STRANGE: Final = _outside(_IN_FONT)
_NOT_PLAIN: Final = _outside(_PLAIN)
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")


def printable(words: str) -> str:
    """Replace what the pages' fonts cannot show by an empty box; line breaks stay."""
    return _STRANGE.sub(NOT_IN_FONT, words)


def plain(words: str) -> str:
    """Only letters that can be set anywhere: marks that belong to no letter go, the rest becomes a box."""
    composed = unicodedata.normalize("NFC", words)
    bare = _BEYOND_ASCII.sub(
        lambda it: "" if unicodedata.category(it[0]).startswith("M") else it[0], composed
    )
    return _NOT_PLAIN.sub(NOT_IN_FONT, bare)


def _all(data: Any, change: Callable[[str], str], key: str = "") -> Any:
    """Data with every text changed; drawings are kept plain."""
    if isinstance(data, str):
        return plain(data) if key == DRAWING else change(data)
    if isinstance(data, dict):
        return {name: _all(value, change, name) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_all(value, change) for value in data]
    return data


def pdf(template: str, data: dict[str, Any], lang: Lang, *, date: datetime.date) -> bytes:
    """Set ``data`` with a template of this folder.

    Reads no fonts of the machine and nothing from the network; the same data on the same ``date`` give
    the same bytes. ``data`` must hold ``title``, the title of the document.
    """
    import typst

    for change in (printable, plain):
        shown = _all({**data, "lang": lang}, change)
        if shown != _all({**data, "lang": lang}, str):
            # Whoever reads a box, or a name without its mark, learns why.
            said = f"{shown.get('sources', '')} {text('reports.replaced', lang, box=NOT_IN_FONT)}"
            shown["sources"] = said.strip()
        try:
            return _compiled(template, shown, date)
        except typst.TypstError:
            # Letters that each are in a font can still fail together; the second time none joins another.
            if change is plain:
                raise
    raise AssertionError


def _compiled(template: str, data: dict[str, Any], date: datetime.date) -> bytes:
    import typst

    made = datetime.datetime.combine(date, datetime.time(), tzinfo=datetime.UTC)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    written = typst.compile(
        (_HERE / template).read_bytes(),
        font_paths=fonts,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, allow_nan=False)},
        pdf_standards=[*STANDARDS],
        timestamp=made,
    )
    assert isinstance(written, bytes)
    return written


def png(svg: str, *, width_mm: float, height_mm: float, ppi: float = 144.0) -> bytes:
    """A drawing as PNG, in the pages' own fonts; the same drawing gives the same bytes, kept between runs."""
    asked: list[bytes | str] = [svg, repr((width_mm, height_mm, ppi)), *files_of(sorted(FONTS.iterdir()))]
    key = key_of(asked, [__name__], ["typst"])
    found: str = kept("png", key, lambda: b64encode(_drawn(svg, width_mm, height_mm, ppi)).decode())
    return b64decode(found)


def _drawn(svg: str, width_mm: float, height_mm: float, ppi: float) -> bytes:
    import typst

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    template = (
        f"#set page(width: {width_mm:g}mm, height: {height_mm:g}mm, margin: 0pt, fill: white)\n"
        '#image(bytes(sys.inputs.svg), format: "svg", width: 100%)'
    )
    written = typst.compile(
        template.encode(), font_paths=fonts, format="png", ppi=ppi, sys_inputs={"svg": plain(svg)}
    )
    assert isinstance(written, bytes)
    return written
