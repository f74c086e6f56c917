"""Results kept between reruns and shared between sessions: keyed by what they depend on, never changed.

A key is the view and the digest of the user's own files, so that the same question is answered once
and two people with different data never see each other's.
"""

import gc
import threading

import pandas as pd
import streamlit as st

from iqgeo.app import planfiles, services
from iqgeo.app.questions import Question
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Draft, PlannedSite, View
from iqgeo.case import case_of
from iqgeo.coverage import Coverage
from iqgeo.demand import years_of
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.proposal import Proposal
from iqgeo.region import Region, load_region
from iqgeo.reports.map import (
    MapBase,
    MapScene,
    Marker,
    base_of,
    list_scene_of,
    map_document,
    scene_json,
    scene_of,
)
from iqgeo.reports.map.dots import DotSample, sample
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.suggestions import Suggestion
from iqgeo.texts import Lang

SOLVER = threading.Lock()
"""One solve at a time in this process: the solver is not made for more."""

CURVE_MOST_NEW = 14


@st.cache_resource(show_spinner=False)
def region() -> Region:
    """Return the embedded region."""
    return load_region()


@st.cache_resource(show_spinner=False)
def base() -> MapBase:
    """Return the simplified outlines."""
    return base_of(region())


@st.cache_resource(show_spinner=False, max_entries=4)
def document(lang: Lang) -> str:
    """Return the HTML of the empty map."""
    made = map_document(base(), lang)
    _keep_for_good()
    return made


def _keep_for_good() -> None:
    """Take all that is loaded by now out of the search for garbage.

    Streamlit searches everything after every run, before the answer is out: about three tenths of the
    time of a moved office went into looking at modules, outlines and places that stay until the end. By
    the first map all modules of its page are loaded.
    """
    gc.collect()
    gc.freeze()


@st.cache_data(show_spinner=False)
def figure_years(weight: str) -> tuple[int, ...]:
    """Return the years for which there are figures."""
    return tuple(years_of(region(), weight))


@st.cache_data(show_spinner=False)
def town_count(least_people: int) -> int:
    """Return how many towns have at least so many inhabitants."""
    return len(services.candidates(region(), EMBEDDED, least_people))


def coverage(view: View, own: OwnData) -> Coverage:
    """Return the coverage of a view without a plan."""
    return _coverage(computed(view), own.key, own)


def gaps(view: View, own: OwnData) -> Gaps:
    """Return the gaps of a view without a plan."""
    return _gaps(computed(view), own.key, own)


def planned(view: View, own: OwnData, draft: Draft) -> Coverage:
    """Return the coverage with a plan."""
    if draft.is_empty:
        return coverage(view, own)
    return _planned(computed(view), own.key, own, draft.added, draft.closed)


def curve(view: View, own: OwnData) -> pd.DataFrame:
    """Return people covered by number of offices, see :func:`iqgeo.scenarios.coverage_curve`."""
    return _curve(computed(view), own.key, own)


def further(view: View, own: OwnData, count: int) -> Suggestion:
    """Return the proven best places for so many further offices."""
    found = _further(computed(view), own.key, own, count).suggestions[0]
    assert found is not None
    return found


def suggestion_of(view: View, own: OwnData, plan: Draft) -> Proposal | None:
    """Return the proof that a plan is the best of its size, if it has been found to be."""
    if not plan.added or plan.closed:
        return None
    found = case_of(_further(computed(view), own.key, own, len(plan.added))).proposal
    same = found is not None and {it.id for it in found.sites} == {it.id for it in plan.added}
    return found if same else None


def picture(
    view: View,
    own: OwnData,
    draft: Draft | None = None,
    *,
    trial: PlannedSite | None = None,
    clickable: bool = False,
    dark: bool = False,
    background: bool = False,
) -> str:
    """Return the map of a view as JSON for the map component."""
    drawn = draft if draft is not None else Draft()
    scene = _scene(computed(view), own.key, own, drawn.added, drawn.closed, trial, background)
    return scene_json(scene, view.lang, clickable=clickable, dark=dark)


def scene(view: View, own: OwnData, draft: Draft | None = None) -> MapScene:
    """Return the map of a view as data."""
    drawn = draft if draft is not None else Draft()
    return _scene(computed(view), own.key, own, drawn.added, drawn.closed, None, False)


def list_picture(
    view: View,
    own: OwnData,
    municipalities: pd.DataFrame,
    *,
    chosen: tuple[str, ...] = (),
    zoom: bool = False,
    dark: bool = False,
) -> str:
    """Return the map beside the gap list as JSON for the map component."""
    listed = set(municipalities["ags"])
    ways = services.ways_of(gaps(view, own), [it for it in chosen if it in listed])
    drawn = list_scene_of(
        region(), coverage(view, own), municipalities, chosen=chosen, ways=ways, zoom=zoom, base=base()
    )
    return scene_json(drawn, view.lang, clickable=False, dark=dark)


def computed(view: View) -> View:
    """Leave out what changes no number: the language."""
    from dataclasses import replace

    return replace(view, lang="de")


@st.cache_resource(show_spinner=False, max_entries=48)
def _coverage(view: View, own_key: str, _own: OwnData) -> Coverage:  # noqa: ARG001 -- part of the key
    return services.coverage(region(), view, _own)


@st.cache_resource(show_spinner=False, max_entries=48)
def _gaps(view: View, own_key: str, _own: OwnData) -> Gaps:
    return find_gaps(_coverage(view, own_key, _own), region())


@st.cache_resource(show_spinner=False, max_entries=96)
def _planned(
    view: View, own_key: str, _own: OwnData, added: tuple[PlannedSite, ...], closed: tuple[str, ...]
) -> Coverage:
    return services.with_plan(_coverage(view, own_key, _own), added, closed)


@st.cache_resource(show_spinner=False, max_entries=16)
def _dots(key: tuple[str, int | None, str], _coverage: Coverage) -> DotSample:  # noqa: ARG001 -- the key
    return sample(_coverage.places)


@st.cache_resource(show_spinner=False, max_entries=64)
def _scene(
    view: View,
    own_key: str,
    _own: OwnData,
    added: tuple[PlannedSite, ...],
    closed: tuple[str, ...],
    trial: PlannedSite | None,
    background: bool,
) -> MapScene:
    start = _coverage(view, own_key, _own)
    shown = _planned(view, own_key, _own, added, closed) if added or closed else start
    tried = None if trial is None else Marker(trial.id, trial.name, trial.lon, trial.lat, kind="trial")
    return scene_of(
        region(),
        shown,
        _gaps(view, own_key, _own),
        [site.id for site in added],
        base=base(),
        dots=_dots((start.demand.weight, start.demand.year, own_key), start),
        trial=tried,
        background=background,
    )


@st.cache_resource(show_spinner=False, max_entries=24)
def _curve(view: View, own_key: str, _own: OwnData) -> pd.DataFrame:
    from iqgeo.scenarios import coverage_curve

    task = Question().task(region(), _coverage(view, own_key, _own), _own)
    with SOLVER:
        return coverage_curve(task, CURVE_MOST_NEW)


@st.cache_resource(show_spinner=False, max_entries=24)
def _further(view: View, own_key: str, _own: OwnData, count: int) -> Evaluation:  # noqa: ARG001 -- part of the key
    with SOLVER:
        return planfiles.searched(region(), view, _own, count)
