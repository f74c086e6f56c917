"""Offices and places served on days as sliders, the curve of whom they serve above, the posts below.

The curve is computed beside the page, point after point: the sliders never wait for it.
"""

import threading
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import streamlit as st

from iqgeo.app import networks, resources, session
from iqgeo.app.components import chart, choices, frame, html
from iqgeo.app.components.frame import Working
from iqgeo.app.jobs import Job
from iqgeo.app.networks import Point
from iqgeo.app.questions import MOST_NEW, MOST_PLACES, NetworkQuestion
from iqgeo.coverage import NONE
from iqgeo.outreach import Outreach
from iqgeo.proof import LEAST
from iqgeo.siting import Control
from iqgeo.suggestions import DEFAULT_NEW
from iqgeo.texts import Lang, number, text

SIZES: tuple[int | None, ...] = (0, 4, 8, 12, None)
"""Numbers of places on the curve; ``None``: as few as serve all."""
NEW, PLACES = "network-new", "network-places"
_FEWEST, _LEAST = "network-fewest-places", "network-least"
_CURVES: Final = "network-curves"
_MOST_CURVES: Final = 6
_LIMIT_S: Final = 20.0
_DEFAULT_PLACES: Final = 8


@dataclass(frozen=True)
class Curve:
    """What is served by number of places beside so many new offices: the points found by now."""

    key: tuple[Any, ...]
    points: list[Point]
    job: Job[None]


def show(work: Working) -> None:
    """Show the sliders under their curve; moving one asks nothing of the rest of the page."""
    watched = _curve(work, _new()).job.running
    sliders = partial(frame.part, "days", work.view.lang, partial(_sliders, work, watched=watched))
    st.fragment(sliders, run_every=1.0 if watched else None)()


def asked(time_limit_s: float) -> NetworkQuestion:
    """Return the question that the sliders ask."""
    state = st.session_state
    fewest = bool(state.get(_FEWEST, True))
    return NetworkQuestion(
        "days", time_limit_s=time_limit_s, new=_new(), least=choices.held(_LEAST, LEAST, LEAST[0]),
        places=None if fewest else choices.held_slider(PLACES, _DEFAULT_PLACES),
    )  # fmt: skip


def stop() -> None:
    """Stop computing curves: a question that is asked now comes first."""
    for it in st.session_state.get(_CURVES, {}).values():
        it.job.stop()


def taken() -> None:
    """What was asked for is in the plan: asked is what comes beside it."""
    choices.slide(NEW, 0)


def _new() -> int:
    return choices.held_slider(NEW, DEFAULT_NEW)


def _sliders(work: Working, *, watched: bool) -> None:
    lang, rules = work.view.lang, networks.outreach(work.view)
    choices.settle(_FEWEST, (True, False), True)
    curve = _curve(work, _new())
    if curve.job.running != watched:
        # Only the page can begin or end the watching.
        st.rerun()
    if curve.job.fault is not None:
        raise curve.job.fault
    st.slider(text("network.panel.new", lang), **choices.sliding(NEW, 0, MOST_NEW, DEFAULT_NEW))
    most = _most_places(work, rules)
    places = choices.sliding(PLACES, 0, most, _DEFAULT_PLACES)
    fewest = bool(st.session_state[_FEWEST])
    chosen = None if fewest else choices.held_slider(PLACES, _DEFAULT_PLACES)
    _drawn(work, curve, most, chosen)
    st.slider(text("network.panel.places", lang), disabled=fewest, **places)
    _posts(rules, curve, chosen, lang)
    st.checkbox(text("network.panel.fewest_places", lang), key=_FEWEST)
    if fewest:
        st.selectbox(
            text("network.panel.least", lang),
            **choices.one(_LEAST, LEAST, lambda it: text(f"network.panel.least_{it}", lang), LEAST[0]),
        )


def _most_places(work: Working, rules: Outreach) -> int:
    """So many places all offices together may serve."""
    return max(1, min(MOST_PLACES, rules.per_office * (len(work.shown.offices) + _new())))


def _posts(rules: Outreach, curve: Curve, chosen: int | None, lang: Lang) -> None:
    """The posts of presence for what the sliders say; for the fewest places once they are known."""
    places = next((it.places for it in curve.points if it.is_fewest), None) if chosen is None else chosen
    if places is None:
        return
    posts = number(rules.posts(_new(), places, 0.0), lang, 1)
    html.note(text("network.panel.posts_places", lang, posts=posts, places=places))


def _drawn(work: Working, curve: Curve, most: int, chosen: int | None) -> None:
    """The curve on the scale of the slider below it."""
    lang, shown = work.view.lang, work.shown
    html.note(text("network.panel.curve", lang, new=_new()))
    if curve.job.problem is not None:
        html.note(curve.job.problem.message(lang, on_page=True))
        return
    if not shown.people:
        return
    plan = (len(shown.day_places), shown.people - shown.people_by(NONE)) if not _new() else None
    chart.places(sorted(curve.points), shown.people, most, chosen, plan, lang)
    html.note(text(f"network.panel.curve_{'running' if curve.job.running else 'note'}", lang))


def _curve(work: Working, new: int) -> Curve:
    """The curve beside so many new offices; begins to compute it if nobody has."""
    view, own, draft = work.view, session.own_data(), session.current().draft
    key = (networks.network_key(NetworkQuestion(new=new), view, own, draft), new)
    curves: dict[tuple[Any, ...], Curve] = st.session_state.setdefault(_CURVES, {})
    if key not in curves:
        stop()
        points: list[Point] = []

        def compute(control: Control) -> None:
            networks.places_curve(view, own, draft, new, SIZES, points.append, resources.JOBS, control)

        curves[key] = Curve(key, points, Job(compute, threading.Lock(), _LIMIT_S, session.watcher()))
        while len(curves) > _MOST_CURVES:
            del curves[next(iter(curves))]
    return curves[key]
