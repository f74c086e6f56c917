"""Where a difference comes from, as bars: what was, what people and offices changed, what is."""

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from iqgeo.reports.pen import UNITS_PER_MM, canvas, write_words
from iqgeo.safe.clean import clean
from iqgeo.story import Story
from iqgeo.texts import Lang, number, text
from iqgeo.texts.conventions import NBSP
from iqgeo.texts.numbers import MINUS
from iqgeo.words.clauses import listed
from iqgeo.words.story import about

_PURPLE, _TEAL, _INK, _GREY, _BASE = "#6A1B9A", "#00796B", "#1B2226", "#3C474E", "#8D989F"
_MOST_BARS: Final = 9
_TOP, _BOTTOM = 70.0, 150.0


@dataclass(frozen=True)
class Bar:
    """A bar from ``low`` to ``high`` people; ``kind`` is ``total``, ``people`` or ``offices``."""

    kind: str
    low: float
    high: float
    figure: str
    words: str
    below: tuple[str, ...] = ()


def bars_of(it: Story, lang: Lang) -> tuple[Bar, ...]:
    """The bars from left to right: the first year, more people, each year's offices, the last year."""
    split, (earlier, later) = it.split, it.figures
    level = split.before
    bars = [
        Bar("total", 0, level, about(level, lang), str(it.first.year), _below(it.first.year, earlier, lang))
    ]
    if split.more_people:
        key = "story.bar_more" if split.more_people > 0 else "story.bar_less"
        level, bar = _step(level, split.more_people, "people", lang)
        bars.append(_named(bar, text(key, lang), _below(it.first.year, later, lang)))
    moved = [change for change in split.changes if change.people]
    shown = moved if len(moved) <= _MOST_BARS - 3 else []
    for change in shown:
        names = [clean(name, 24) for name in (*change.opened, *change.closed)]
        key = "bar_new" if len(change.opened) == 1 and not change.closed else "bar_changed"
        level, bar = _step(level, change.people, "offices", lang)
        few = listed(names, lang) if len(names) <= 2 else number(len(names), lang)
        bars.append(_named(bar, few, (text(f"story.{key}", lang, year=change.year),)))
    if moved and not shown:
        _, bar = _step(level, split.other_offices, "offices", lang)
        years = f"{moved[0].year}–{moved[-1].year}"
        bars.append(_named(bar, text("story.bar_changed", lang, year=years), ()))
    after = split.after
    bars.append(
        Bar("total", 0, after, about(after, lang), str(it.last.year), _below(it.last.year, later, lang))
    )
    return tuple(bars)


def _below(network: int, figures: int | None, lang: Lang) -> tuple[str, ...]:
    words = [text("story.bar_year", lang, year=network)]
    if figures is not None:
        words.append(text("story.bar_figures", lang, year=figures))
    return tuple(words)


def _step(level: float, change: float, kind: str, lang: Lang) -> tuple[float, Bar]:
    figure = f"{'+' if change > 0 else MINUS}{NBSP}{about(abs(change), lang)}"
    low, high = sorted((level, level + change))
    return level + change, Bar(kind, low, high, figure, "")


def _named(bar: Bar, words: str, below: tuple[str, ...]) -> Bar:
    return Bar(bar.kind, bar.low, bar.high, bar.figure, words, below)


def story_chart(it: Story, lang: Lang, *, width_mm: float = 150.0, height_mm: float = 62.0) -> str:
    """Draw the bars as SVG: full = a year, hatched = people, outlined = offices."""
    bars = bars_of(it, lang)
    width, height = width_mm * UNITS_PER_MM, height_mm * UNITS_PER_MM
    root = canvas(width_mm, height_mm)
    _hatch(root)
    most = max((bar.high for bar in bars), default=0.0) or 1.0
    place = width / len(bars)
    wide = min(0.62 * place, 200.0)

    def y(people: float) -> float:
        return height - _BOTTOM - people / most * (height - _TOP - _BOTTOM)

    look = {"total": (_PURPLE, _PURPLE), "people": ("url(#more)", _PURPLE), "offices": ("#D9ECE9", _TEAL)}
    for at, bar in enumerate(bars):
        middle = (at + 0.5) * place
        top, bottom = y(bar.high), y(bar.low)
        fill, line = look[bar.kind]
        box = {"x": f"{middle - wide / 2:.1f}", "y": f"{top:.1f}", "width": f"{wide:.1f}"}
        box |= {"height": f"{max(bottom - top, 4.0):.1f}", "fill": fill, "stroke": line, "stroke-width": "4"}
        ET.SubElement(root, "rect", box)
        if at + 1 < len(bars):
            _level(root, bars, at, (middle + wide / 2, middle + place - wide / 2), y)
        write_words(root, middle, top - 16, bar.figure, 34, _INK, bold=True)
        write_words(root, middle, height - _BOTTOM + 42, bar.words, 29, _INK, bold=True)
        for line_at, words in enumerate(bar.below):
            write_words(root, middle, height - _BOTTOM + 80 + 34 * line_at, words, 26, _GREY)
    base = f"M0 {y(0):.1f}H{width:.1f}"
    ET.SubElement(root, "path", {"d": base, "stroke": _BASE, "stroke-width": "3", "fill": "none"})
    return ET.tostring(root, encoding="unicode")


def chart_alt(it: Story, lang: Lang) -> str:
    """The bars in words."""
    bars = "; ".join(f"{bar.words} ({', '.join(bar.below)}): {bar.figure}" for bar in bars_of(it, lang))
    return text("story.chart_alt", lang, words=bars)


def _level(root: ET.Element, bars: tuple[Bar, ...], at: int, x: tuple[float, float], y: "object") -> None:
    """A dotted line from where one bar ends to where the next begins."""
    assert callable(y)
    here, following = bars[at], bars[at + 1]
    shared = {here.low, here.high} & {following.low, following.high} - {0.0}
    if not shared:
        return
    path = f"M{x[0]:.1f} {y(max(shared)):.1f}H{x[1]:.1f}"
    look = {"stroke": _GREY, "stroke-width": "2.5", "stroke-dasharray": "5 7", "fill": "none"}
    ET.SubElement(root, "path", {"d": path, **look})


def _hatch(root: ET.Element) -> None:
    pattern = ET.SubElement(
        ET.SubElement(root, "defs"), "pattern", id="more", width="14", height="14",
        patternUnits="userSpaceOnUse", patternTransform="rotate(-45)",
    )  # fmt: skip
    ET.SubElement(pattern, "rect", width="14", height="14", fill="#FFFFFF")
    ET.SubElement(pattern, "rect", width="6", height="14", fill=_PURPLE)
