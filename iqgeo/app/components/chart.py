"""Charts: direct labels, no legend, no title inside.

What a chart says in Vega-Lite is made once for what it shows and kept: Altair takes a tenth of a second and
more to put together and check a chart that is the same at every run of its page.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd
import streamlit as st

from iqgeo.app.components.theme import Palette, palette
from iqgeo.frames import rows
from iqgeo.texts import Lang, in_hundred, number, text

if TYPE_CHECKING:
    from iqgeo.app.networks import Point

_FONT = '"Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif'


_NEAR = 4
"""Between so few places more nothing unexpected lies: the line is drawn through."""


Spec = dict[str, Any]
"""A chart as Vega-Lite has it; shared by all who see it and never changed."""


def _finished(chart: Any, said: str) -> Spec:
    """The chart in the app's looks; read aloud it is called ``said``: Vega's own words are English."""
    # What is configured as a whole replaces what was configured before: it comes first.
    plain = chart.properties(description=said).configure(font=_FONT, background="transparent", padding=4)
    spec: Spec = plain.configure_axis(aria=False).to_dict()
    # Altair's own theme gives every chart a size; here it has that of its place on the page.
    spec["config"]["view"] = {"strokeWidth": 0}
    spec["datasets"] = {name: pd.DataFrame(held) for name, held in spec["datasets"].items()}
    return spec


def _show(spec: Spec) -> None:
    # Streamlit takes the data out of what it is given: of the first level it makes a copy itself.
    st.vega_lite_chart(spec=spec, theme=None, width="stretch")


def _counts(title: str, colours: Palette, **more: Any) -> alt.Axis:
    """The axis of numbers of offices or places."""
    return alt.Axis(
        title=title, format="d", grid=False, domainColor=colours.rule, tickColor=colours.rule,
        labelColor=colours.ink, titleColor=colours.ink, titleFontWeight="normal", titleFontSize=13,
        labelFontSize=13, **more,
    )  # fmt: skip


def _of_hundred(colours: Palette, **more: Any) -> alt.Axis:
    """The axis of people of 100."""
    return alt.Axis(
        title=None, values=[0, 50, 100], gridColor=colours.rule, domain=False, ticks=False,
        labelColor=colours.ink, labelFontSize=13, **more,
    )  # fmt: skip


def curve(
    offices: Sequence[int],
    shares: Sequence[float],
    now: tuple[int, float],
    labelled: Mapping[int, str],
    lang: Lang,
) -> None:
    """Show people covered by number of offices.

    A ring marks ``now``, the offices and the share of the network on screen; numbers stand above the
    points of ``labelled`` and its words below.
    """
    _show(_curve(tuple(offices), tuple(shares), now, tuple(labelled.items()), lang, palette()))


@lru_cache(maxsize=64)
def _curve(
    offices: tuple[int, ...],
    shares: tuple[float, ...],
    now: tuple[int, float],
    named: tuple[tuple[int, str], ...],
    lang: Lang,
    colours: Palette,
) -> Spec:
    labelled = dict(named)
    frame = pd.DataFrame({"offices": list(offices), "share": [100 * share for share in shares]})
    frame["label"] = [in_hundred(share, lang, 0) for share in shares]
    frame["words"] = [labelled.get(count, "") for count in frame["offices"]]
    of_hundred = text("app.curve.of_hundred", lang)
    x = alt.X(
        "offices:Q",
        axis=_counts(text("app.curve.offices", lang), colours, tickMinStep=1, tickCount=8),
        scale=alt.Scale(
            domain=[min(*offices, now[0]) - 0.5, max(*offices, now[0]) + 0.5], nice=False
        ),
    )  # fmt: skip
    y = alt.Y(
        "share:Q",
        axis=_of_hundred(colours, labelExpr=f"datum.value === 100 ? '{of_hundred}' : datum.value"),
        scale=alt.Scale(domain=[0, 100]),
    )  # fmt: skip
    line = alt.Chart(frame).mark_line(
        color=colours.reached, strokeWidth=2, point=alt.OverlayMarkDef(size=22, color=colours.reached)
    )
    shown = pd.DataFrame({"offices": [now[0]], "share": [100 * now[1]]})
    ring = alt.Chart(shown).mark_point(
        size=110, color=colours.ink, fill=colours.ground, strokeWidth=2, opacity=1
    )
    at = alt.Chart(frame[frame["offices"].isin(list(labelled))])
    figures = at.mark_text(dy=-16, fontSize=15, fontWeight="bold", color=colours.ink)
    words = at.mark_text(align="left", dx=-4, dy=20, fontSize=13, color=colours.quiet)
    chart = alt.layer(
        line.encode(x=x, y=y),
        ring.encode(x=x, y=y),
        figures.encode(x=x, y=y, text="label:N"),
        words.encode(x=x, y=y, text="words:N"),
    ).properties(height=230)
    return _finished(chart, text("app.curve.title", lang))


def places(
    points: "Sequence[Point]",
    people: float,
    most: int,
    chosen: int | None,
    plan: tuple[int, float] | None,
    lang: Lang,
) -> None:
    """Show people served by number of places, on the scale of a slider from 0 to ``most`` below it.

    What is not proven is hollow; a line stands where the slider does (``chosen``), a ring marks the
    ``plan``. Between points that are far apart nothing was computed: the line is dashed.
    """
    _show(_places(tuple(points), people, most, chosen, plan, lang, palette()))


@lru_cache(maxsize=64)
def _places(
    points: "tuple[Point, ...]",
    people: float,
    most: int,
    chosen: int | None,
    plan: tuple[int, float] | None,
    lang: Lang,
    colours: Palette,
) -> Spec:
    frame = pd.DataFrame(
        [(it.places, 100 * it.people / people, it.is_proven) for it in points],
        columns=["places", "share", "proven"],
    )
    frame["label"] = [in_hundred(it.people / people, lang, 0) for it in points]
    x = alt.X("places:Q", axis=None, scale=alt.Scale(domain=[0, max(most, *frame["places"], 1)], nice=False))
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 112], nice=False), axis=None)
    ground = pd.DataFrame({"share": [0, 50, 100]})
    layers: list[Any] = [alt.Chart(ground).mark_rule(color=colours.rule, strokeWidth=1).encode(y=y)]
    if chosen is not None:
        at = alt.Chart(pd.DataFrame({"places": [chosen]}))
        layers.append(at.mark_rule(color=colours.ink, strokeDash=[2, 3], strokeWidth=1.4).encode(x=x))
    for begin, end in pairwise(points):
        near = end.places - begin.places <= _NEAR
        part = alt.Chart(frame[frame["places"].isin([begin.places, end.places])])
        dash = alt.Undefined if near else [4, 4]
        layers.append(part.mark_line(color=colours.reached, strokeWidth=2, strokeDash=dash).encode(x=x, y=y))
    filled = alt.condition("datum.proven", alt.value(colours.reached), alt.value(colours.ground))
    # Until a point is found there is no mark either: an empty one would be a picture without words.
    dots = alt.Chart(frame).mark_point(size=40, color=colours.reached, opacity=1)
    words = alt.Chart(frame).mark_text(dy=-13, fontSize=13, fontWeight="bold", color=colours.ink)
    if points:
        layers += [dots.encode(x=x, y=y, fill=filled), words.encode(x=x, y=y, text="label:N")]
    if plan is not None:
        ring = alt.Chart(pd.DataFrame({"places": [plan[0]], "share": [100 * plan[1] / people]}))
        drawn = ring.mark_point(size=130, color=colours.ink, strokeWidth=2, opacity=1)
        layers.append(drawn.encode(x=x, y=y))
    chart = alt.layer(*layers).properties(height=120)
    return _finished(chart, text("network.panel.curve_places", lang))


def curves(lines: Sequence[tuple[str, Sequence[int], Sequence[float]]], lang: Lang) -> None:
    """Show several curves of people covered by number of offices, each named at its end."""
    held = tuple((name, tuple(offices), tuple(shares)) for name, offices, shares in lines)
    _show(_curves(held, lang, palette()))


@lru_cache(maxsize=64)
def _curves(
    lines: tuple[tuple[str, tuple[int, ...], tuple[float, ...]], ...], lang: Lang, colours: Palette
) -> Spec:
    frame = pd.DataFrame(
        [
            {"line": name, "offices": count, "share": 100 * share}
            for name, offices, shares in lines
            for count, share in zip(offices, shares, strict=True)
        ]
    )
    names = [name for name, _, _ in lines]
    x = alt.X(
        "offices:Q", scale=alt.Scale(nice=False),
        axis=alt.Axis(
            title=text("app.curve.offices", lang), format="d", grid=False, tickCount=6,
            titleColor=colours.ink, titleFontWeight="normal", domainColor=colours.rule,
            labelColor=colours.ink, labelFontSize=13, ticks=False,
        ),
    )  # fmt: skip
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 100]), axis=_of_hundred(colours))
    dashes = alt.StrokeDash("line:N", legend=None, sort=names)
    drawn = alt.Chart(frame).mark_line(color=colours.reached, strokeWidth=2)
    ends = frame.loc[frame.groupby("line")["offices"].idxmax()]
    ends = ends.assign(words=[f"{row.line}: {in_hundred(row.share / 100, lang, 0)}" for row in rows(ends)])
    words = alt.Chart(ends).mark_text(align="right", dy=-10, fontSize=13, color=colours.ink)
    chart = alt.layer(drawn.encode(x=x, y=y, strokeDash=dashes), words.encode(x=x, y=y, text="words:N"))
    return _finished(chart.properties(height=220), text("app.curve.title", lang))


def bars(names: Sequence[str], people: Sequence[float], lang: Lang) -> None:
    """Show people by district as bars with the value at the end."""
    _show(_bars(tuple(names), tuple(people), lang, palette()))


@lru_cache(maxsize=64)
def _bars(names: tuple[str, ...], people: tuple[float, ...], lang: Lang, colours: Palette) -> Spec:
    frame = pd.DataFrame({"name": list(names), "people": list(people)})
    frame["label"] = [number(value, lang) for value in frame["people"]]
    order = list(names)
    y = alt.Y(
        "name:N", sort=order,
        axis=alt.Axis(title=None, domain=False, ticks=False, grid=False, labelColor=colours.ink,
                      labelFontSize=13, labelLimit=190),
    )  # fmt: skip
    x = alt.X("people:Q", axis=None, scale=alt.Scale(domain=[0, float(max(people)) * 1.3]))
    drawn = alt.Chart(frame).mark_bar(color=colours.gap, size=13).encode(x=x, y=y)
    words = (
        alt.Chart(frame)
        .mark_text(align="left", dx=5, fontSize=13, color=colours.ink)
        .encode(x=x, y=y, text="label:N")
    )
    chart = alt.layer(drawn, words).properties(height=26 * len(frame))
    return _finished(chart, text("app.gaps.by_district", lang))
