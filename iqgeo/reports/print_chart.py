"""The curve of the board's page: of 100 people reached, by number of offices."""

import math
from collections.abc import Callable, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from iqgeo.reports.pen import UNITS_PER_MM, canvas, write_words
from iqgeo.texts import Lang, in_hundred, text

_TEAL, _INK, _GREY, _LINE, _BASE = "#00796B", "#1B2226", "#3C474E", "#D5DADD", "#8D989F"
_LEFT, _RIGHT, _TOP, _BOTTOM = 76.0, 34.0, 54.0, 70.0
_MOST_TICKS: Final = 8
# About as wide is a letter of the words below a point.
_LETTER: Final = 12.5


def curve_chart(
    curve: Sequence[tuple[int, float]],
    marked: Sequence[tuple[int, float, str]],
    lang: Lang,
    *,
    width_mm: float,
    height_mm: float,
) -> str:
    """Draw the curve as SVG.

    Parameters
    ----------
    curve : Sequence[tuple[int, float]]
        Number of offices and share reached (0 to 1), ascending.
    marked : Sequence[tuple[int, float, str]]
        Points of it to ring and name: number, share, words below.
    lang : Lang
        Of words and numbers.
    width_mm, height_mm : float
        On paper.
    """
    width, height = width_mm * UNITS_PER_MM, height_mm * UNITS_PER_MM
    counts = [count for count, _ in curve]
    low, high = min(counts), max(counts)

    def place(count: float, share: float) -> tuple[float, float]:
        x = _LEFT + (count - low) / max(1, high - low) * (width - _LEFT - _RIGHT)
        return x, height - _BOTTOM - share * (height - _TOP - _BOTTOM)

    root = canvas(width_mm, height_mm)
    for share in (0.0, 0.5, 1.0):
        _, y = place(low, share)
        colour = _LINE if share else _BASE
        path = f"M{_LEFT} {y:.1f}H{width - _RIGHT:.1f}"
        ET.SubElement(root, "path", {"d": path, "stroke": colour, "stroke-width": "2.5", "fill": "none"})
        write_words(root, _LEFT - 26, y + 9, f"{share * 100:.0f}", 24, _GREY, "end")
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*point) for point in curve))
    ET.SubElement(root, "path", {"d": path, "stroke": _TEAL, "stroke-width": "6", "fill": "none"})
    for count, share in curve:
        x, y = place(count, share)
        ET.SubElement(root, "circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="5", fill=_TEAL)
    step = max(1, -(-(high - low) // _MOST_TICKS))
    for count in range(low, high + 1, step):
        x, y = place(count, 0)
        write_words(root, x, y + 28, str(count), 24, _GREY)
    write_words(
        root, (width + _LEFT - _RIGHT) / 2, height - 10, text("reports.board.curve_axis", lang), 24, _GREY
    )
    _write_marked(root, marked, place, (low, high), height, lang)
    if curve[-1][0] not in {count for count, _, _ in marked}:
        x, y = place(*curve[-1])
        write_words(root, x, y - 18, in_hundred(curve[-1][1], lang, 0), 30, _INK, bold=True)
    return ET.tostring(root, encoding="unicode")


def _write_marked(
    root: ET.Element, marked: Sequence[tuple[int, float, str]],
    place: Callable[[float, float], tuple[float, float]], ends: tuple[int, int], height: float, lang: Lang,
) -> None:  # fmt: skip
    """Ring points of the curve; the share above, the words below, which give way to those right of them."""
    right, above = math.inf, -math.inf
    for count, share, below in sorted(marked, reverse=True):
        x, y = place(count, share)
        ring = {"fill": "#FFFFFF", "stroke": _INK, "stroke-width": "5"}
        ET.SubElement(root, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "10", **ring})
        write_words(root, x, y - 20, in_hundred(share, lang, 0), 30, _INK, bold=True)
        # At the left edge the words begin at the point, else they would leave the drawing.
        anchor = "start" if count == ends[0] else "end" if count == ends[1] else "middle"
        begin = x + {"start": -12, "end": 12, "middle": 0}[anchor]
        width = _LETTER * len(below)
        first = begin - {"start": 0.0, "end": width, "middle": width / 2}[anchor]
        down = y + 36
        if first + width > right:
            down = max(down, above + 28)
        # Where nearly nobody is reached the numbers of the axis stand right below.
        down = down if down < height - _BOTTOM else height - 10
        write_words(root, begin, down, below, 24, _GREY, anchor)
        right, above = first, down
