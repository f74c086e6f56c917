"""How results show themselves in a notebook: a sentence, a few facts, a small map. No file, no script."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from iqgeo.texts import Lang, listed, number, of_hundred, plain, signed, text

if TYPE_CHECKING:
    from iqgeo.choices import Suggestion
    from iqgeo.coverage import Coverage
    from iqgeo.demand import Demand
    from iqgeo.distances import Target
    from iqgeo.gaps import Gaps
    from iqgeo.region import Region
    from iqgeo.scenario.model import Scenario, Stage

WIDTH_PX: Final = 260
_MOST_DOTS: Final = 1500
_REACHED, _OUTSIDE, _OFFICE = "#00796b", "#6a1b9a", "#14332e"


def coverage_card(it: "Coverage", lang: Lang = "de") -> str:
    """A coverage as HTML."""
    target = _target(it.target, lang)
    share = of_hundred(it.share, lang) if it.people else "–"
    who = it.demand.counted.noun(lang)
    sentence = text("words.facts.sentence", lang, share=share, who=who, target=target)
    return card(sentence, _facts(it, lang), _drawing(it))


def gaps_card(it: "Gaps", lang: Lang = "de") -> str:
    """The gaps of a coverage as HTML."""
    sentence = text("words.facts.gaps", lang, people=number(it.people, lang), count=len(it.regions))
    regions = {str(one.number): f"{one.name.text(lang)}: {number(one.people, lang)}" for one in it.regions}
    return card(sentence, regions | _facts(it.coverage, lang), _drawing(it.coverage))


def suggestion_card(it: "Suggestion", lang: Lang = "de") -> str:
    """A suggestion as HTML."""
    sentence = text("words.facts.suggestion", lang, towns=listed(one.name for one in it.sites) or "–")
    digits = 0 if it.gain_unit == "people" else 1
    gains = {one.name: signed(one.gain, lang, digits) for one in it.sites}
    return card(sentence, gains | _facts(it.after, lang), _drawing(it.after))


def region_card(it: "Region", offices: pd.DataFrame, lang: Lang = "de") -> str:
    """A region as HTML: its places, and the offices of the last year that is documented."""
    years = {text("words.facts.stage", lang): ", ".join(map(str, it.stages)) or "–"}
    places = it.settlements.rename(columns={"population": "people"})
    return card(it.name, years, dot_map(places, np.ones(len(places), dtype=bool).tolist(), offices))


def demand_card(it: "Demand", lang: Lang = "de") -> str:
    """People at places as HTML."""
    said = {
        text("words.facts.weight", lang): it.counted.name(lang),
        text("words.facts.year", lang): "–" if it.year is None else str(it.year),
    }
    drawing = dot_map(it.places, [True] * len(it.places), it.places.iloc[:0])
    return card(f"{number(it.people, lang)} {it.counted.subject(lang)}", said, drawing)


def scenario_card(it: "Scenario", lang: Lang = "de") -> str:
    """A plan that is not computed yet as HTML: what it asks, and with which settings."""
    settings = it.settings
    factor = plain(settings.detour_factor, lang)
    said = {
        "weight": settings.weight,
        "year": "–" if settings.year is None else str(settings.year),
        "stage": "–" if settings.stage is None else str(settings.stage),
        "distance": text(f"cli.distance.{settings.distance}", lang, factor=factor),
        "target": _target(settings.promised(), lang),
    }
    stages = {f"{at}. {stage.name}": _stage(stage) for at, stage in enumerate(it.stages, 1)}
    return card(
        it.name or "Plan", {text(f"words.facts.{key}", lang): it for key, it in said.items()} | stages
    )


def _stage(it: "Stage") -> str:
    search = (
        [] if it.search is None else [f"{it.search.model} {it.search.new or it.search.keep or ''}".strip()]
    )
    opened, closed = (f"{sign} {', '.join(ids)}" for sign, ids in (("+", it.opened), ("−", it.closed)))
    return "; ".join([*search, *(said for said in (opened, closed) if len(said) > 2)]) or "–"


def _facts(it: "Coverage", lang: Lang) -> dict[str, str]:
    factor = "" if it.measure.factor is None else plain(it.measure.factor, lang)
    said = {
        "weight": it.demand.counted.name(lang),
        "year": "–" if it.demand.year is None else str(it.demand.year),
        "stage": "–" if it.stage is None else str(it.stage),
        "offices": str(len(it.offices)),
        "distance": text(f"cli.distance.{it.measure.kind}", lang, factor=factor),
        "target": _target(it.target, lang),
    }
    return {text(f"words.facts.{key}", lang): value for key, value in said.items()}


def _drawing(it: "Coverage") -> str:
    return dot_map(it.places, list(it.is_covered), it.offices)


def card(sentence: str, facts: Mapping[str, object], drawing: str = "") -> str:
    """A result as HTML.

    Parameters
    ----------
    sentence : str
        What it says.
    facts : Mapping[str, object]
        Label and value of what it rests on.
    drawing : str
        SVG beside them.

    Returns
    -------
    str
        HTML without scripts; texts are escaped.
    """
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(label)}</th>"
        f"<td style='text-align:left'>{escape(str(value))}</td></tr>"
        for label, value in facts.items()
    )
    return (
        "<div style='display:flex;gap:1.5em;align-items:flex-start'>"
        f"<div><p><strong>{escape(sentence)}</strong></p><table>{rows}</table></div>{drawing}</div>"
    )


def dot_map(places: pd.DataFrame, reached: Sequence[bool], offices: pd.DataFrame) -> str:
    """Places as dots, larger where more people live, and offices as squares.

    Parameters
    ----------
    places : pd.DataFrame
        ``lon, lat, people``; the most populous are drawn.
    reached : Sequence[bool]
        Whether each place is within the target, shape ``(n,)``.
    offices : pd.DataFrame
        ``lon, lat``.

    Returns
    -------
    str
        SVG; empty if there is nothing to draw.
    """
    drawn = places.assign(reached=np.asarray(reached, dtype=bool))
    drawn = drawn[drawn["people"] > 0].nlargest(_MOST_DOTS, "people")
    if drawn.empty:
        return ""
    lon, lat = (pd.concat([drawn[it], offices[it]]).to_numpy(dtype=float) for it in ("lon", "lat"))
    # A degree of longitude is shorter than one of latitude.
    narrow = float(np.cos(np.radians(lat.mean())))
    west, north = lon.min() * narrow, lat.max()
    span = max(np.ptp(lon) * narrow, np.ptp(lat), 1e-9)
    scale = (WIDTH_PX - 16) / span
    x, y = 8 + (lon * narrow - west) * scale, 8 + (north - lat) * scale
    size = 1 + 3 * np.sqrt(drawn["people"].to_numpy(dtype=float) / drawn["people"].max())
    colour = [_REACHED if inside else _OUTSIDE for inside in drawn["reached"]]
    dots = [
        f"<circle cx='{x[at]:.1f}' cy='{y[at]:.1f}' r='{size[at]:.1f}' fill='{colour[at]}'/>"
        for at in range(len(drawn))
    ]
    squares = [
        f"<rect x='{x[at] - 3:.1f}' y='{y[at] - 3:.1f}' width='6' height='6' fill='{_OFFICE}' stroke='#fff'/>"
        for at in range(len(drawn), len(x))
    ]
    height = 16 + np.ptp(lat) * scale
    return (
        f"<svg width='{WIDTH_PX}' height='{height:.0f}' viewBox='0 0 {WIDTH_PX} {height:.0f}' "
        f"aria-hidden='true'>{''.join(dots)}{''.join(squares)}</svg>"
    )


def _target(it: "Target", lang: Lang) -> str:
    return text(f"words.journey.{it.unit}", lang, value=plain(it.value, lang))
