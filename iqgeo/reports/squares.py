"""In how many assumptions a town is chosen, as a row of marks: itself, a town beside it, elsewhere."""

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from iqgeo.reports.pen import INK, UNITS_PER_MM, canvas
from iqgeo.texts import Lang, number, text
from iqgeo.words.firmness import alt_words

if TYPE_CHECKING:
    from iqgeo.firmness import SiteFirmness

WIDTH_MM: Final = 1.55
HEIGHT_MM: Final = 2.8
_STEP_MM: Final = 2.0
_LINE: Final = 1.8
_ORDER: Final = ("same", "beside", "elsewhere")


def squares_of(site: "SiteFirmness | None", lang: Lang) -> dict[str, object] | None:
    """The marks of a town as a drawing with its words; an assumption without an answer has none."""
    if site is None:
        return None
    kinds = [kind for kind in _ORDER for _ in range(site.count(kind))]
    width = _STEP_MM * max(1, len(kinds))
    root = canvas(width, HEIGHT_MM)
    for at, kind in enumerate(kinds):
        mark(root, at * _STEP_MM * UNITS_PER_MM, kind)
    return {"svg": ET.tostring(root, encoding="unicode"), "alt": alt_words(site, lang), "width": width}


def squares_legend(lang: Lang) -> list[dict[str, str]]:
    """The marks with what they mean."""
    from iqgeo.firmness import BESIDE_KM

    found = []
    for kind in _ORDER:
        root = canvas(WIDTH_MM, HEIGHT_MM)
        mark(root, 0.0, kind)
        words = text(f"reports.board.squares_{kind}", lang, km=number(BESIDE_KM, lang))
        found.append({"svg": ET.tostring(root, encoding="unicode"), "words": words})
    return found


def mark(root: ET.Element, x: float, kind: str) -> None:
    """Full for the town itself, hatched for one beside it, empty for one elsewhere: told apart in grey."""
    width, height = WIDTH_MM * UNITS_PER_MM, HEIGHT_MM * UNITS_PER_MM
    half = _LINE / 2
    look = {"stroke": INK, "stroke-width": f"{_LINE:g}", "fill": INK if kind == "same" else "#FFFFFF"}
    place = {
        "x": f"{x + half:.1f}", "y": f"{half:.1f}", "width": f"{width - _LINE:.1f}",
        "height": f"{height - _LINE:.1f}",
    }  # fmt: skip
    ET.SubElement(root, "rect", {**place, **look})
    if kind == "beside":
        lines = "".join(
            f"M{x + half:.1f} {height * low:.1f}L{x + width - half:.1f} {height * high:.1f}"
            for low, high in ((0.40, 0.06), (0.68, 0.34), (0.95, 0.62))
        )
        ET.SubElement(root, "path", {"d": lines, "stroke": INK, "stroke-width": "2.2", "fill": "none"})
