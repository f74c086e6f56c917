"""PDF by typst: a template of ours, data as JSON. Nobody's text is ever read as markup."""

import datetime
import json
import re
from pathlib import Path
from typing import Any, Final, Literal

from iqgeo.texts import Lang

_HERE: Final = Path(__file__).resolve().parent
FONTS: Final = _HERE / "fonts"
STANDARD: Final[Literal["ua-1"]] = "ua-1"
"""PDF/UA-1: tagged, with title, language and alternative texts; typst refuses to write less."""

# Ranges of characters the font of the pages holds: Latin, Greek, Cyrillic, punctuation, signs.
_IN_FONT: Final = (
    (0x20, 0x7E), (0xA0, 0x36F), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1), (0x3A3, 0x3CE),
    (0x3D0, 0x513), (0x1E00, 0x1E9B), (0x1EA0, 0x1EF9), (0x2000, 0x200A), (0x2010, 0x2010), (0x2012, 0x2022),
    (0x2026, 0x2026), (0x202F, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A), (0x2044, 0x2044),
    (0x20A0, 0x20B5), (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x2195), (0x2212, 0x2212),
    (0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265), (0x25A0, 0x25A1),
)  # fmt: skip
NOT_IN_FONT: Final = "\u25a1"
_STRANGE: Final = re.compile("[^\n" + "".join(f"{chr(low)}-{chr(high)}" for low, high in _IN_FONT) + "]")


def printable(words: str) -> str:
    """Replace what the pages' font cannot show by an empty box; line breaks stay."""
    return _STRANGE.sub(NOT_IN_FONT, words)


def _printable_all(data: Any) -> Any:
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, dict):
        return {key: _printable_all(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_printable_all(value) for value in data]
    return data


def pdf(template: str, data: dict[str, Any], lang: Lang, *, date: datetime.date) -> bytes:
    """Set ``data`` with a template of this folder.

    Reads no fonts of the machine and nothing from the network; the same data on the same ``date`` give
    the same bytes. ``data`` must hold ``title``, the title of the document.
    """
    import typst

    made = datetime.datetime.combine(date, datetime.time(), tzinfo=datetime.UTC)
    content = json.dumps(_printable_all({**data, "lang": lang}), ensure_ascii=False, allow_nan=False)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    written = typst.compile(
        (_HERE / template).read_bytes(),
        font_paths=fonts,
        format="pdf",
        sys_inputs={"data": content},
        pdf_standards=[STANDARD],
        timestamp=made,
    )
    assert isinstance(written, bytes)
    return written
