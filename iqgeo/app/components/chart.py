"""Charts: direct labels, no legend, no title inside."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from iqgeo.app.components.theme import Palette, palette
from iqgeo.frames import rows
from iqgeo.texts import Lang, number, text

_FONT = '"Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif'


def _finished(chart: Any, said: str) -> Any:
    """The chart in the app's looks; read aloud it is called ``said``: Vega's own words are English."""
    quiet = chart.properties(description=said).configure_axis(aria=False)
    return quiet.configure_view(strokeWidth=0).configure(font=_FONT, background="transparent", padding=4)


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
    colours = palette()
    frame = pd.DataFrame({"offices": list(offices), "share": [100 * share for share in shares]})
    frame["label"] = [number(share, lang, 0) for share in frame["share"]]
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
    st.altair_chart(_finished(chart, text("app.curve.title", lang)), theme=None, width="stretch")


def places(
    points: Sequence[tuple[int, float, float, str]], people: float, now: tuple[int, float], lang: Lang
) -> None:
    """Show people served by number of places; what is not proven is hollow, a ring marks ``now``."""
    colours = palette()
    frame = pd.DataFrame(
        {
            "places": [count for count, _, _, _ in points],
            "share": [100 * served / people for _, served, _, _ in points],
            "proven": [status == "optimal" for _, _, _, status in points],
        }
    )
    frame["label"] = [number(share, lang, 0) for share in frame["share"]]
    shown = pd.DataFrame({"places": [now[0]], "share": [100 * now[1] / people]})
    shown["label"] = [number(share, lang, 0) for share in shown["share"]]
    joined = pd.concat([frame[["places", "share"]].tail(1), shown[["places", "share"]]], ignore_index=True)
    most = max(now[0], *(count for count, _, _, _ in points))
    x = alt.X(
        "places:Q",
        axis=_counts(text("network.panel.curve_places", lang), colours, tickCount=6),
        scale=alt.Scale(domain=[-0.5, most + 1.5], nice=False),
    )
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 108], nice=False), axis=_of_hundred(colours))
    line = alt.Chart(frame).mark_line(color=colours.reached, strokeWidth=2).encode(x=x, y=y)
    dots = (
        alt.Chart(frame)
        .mark_point(size=40, color=colours.reached, opacity=1)
        .encode(
            x=x,
            y=y,
            fill=alt.condition("datum.proven", alt.value(colours.reached), alt.value(colours.ground)),
        )
    )
    words = alt.Chart(frame).mark_text(dy=-14, fontSize=14, fontWeight="bold", color=colours.ink)
    layers = [line, dots, words.encode(x=x, y=y, text="label:N")]
    if now[0] > int(frame["places"].max()):
        dashed = alt.Chart(joined).mark_line(color=colours.reached, strokeDash=[4, 4], strokeWidth=2)
        layers.append(dashed.encode(x=x, y=y))
    ring = alt.Chart(shown).mark_point(size=110, color=colours.ink, fill=colours.ground, opacity=1)
    above = alt.Chart(shown).mark_text(dy=-16, fontSize=14, fontWeight="bold", color=colours.ink)
    layers += [ring.encode(x=x, y=y), above.encode(x=x, y=y, text="label:N")]
    chart = alt.layer(*layers).properties(height=170)
    st.altair_chart(_finished(chart, text("network.panel.curve_places", lang)), theme=None, width="stretch")


def curves(lines: Sequence[tuple[str, Sequence[int], Sequence[float]]], lang: Lang) -> None:
    """Show several curves of people covered by number of offices, each named at its end."""
    colours = palette()
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
    ends = ends.assign(words=[f"{row.line}: {number(row.share, lang, 0)}" for row in rows(ends)])
    words = alt.Chart(ends).mark_text(align="right", dy=-10, fontSize=13, color=colours.ink)
    chart = alt.layer(drawn.encode(x=x, y=y, strokeDash=dashes), words.encode(x=x, y=y, text="words:N"))
    st.altair_chart(
        _finished(chart.properties(height=220), text("app.curve.title", lang)), theme=None, width="stretch"
    )


def bars(names: Sequence[str], people: Sequence[float], lang: Lang) -> None:
    """Show people by district as bars with the value at the end."""
    colours = palette()
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
    st.altair_chart(_finished(chart, text("app.gaps.by_district", lang)), theme=None, width="stretch")
