"""Results kept between reruns and shared between sessions: keyed by what they depend on, never changed.

A key is the view and the digest of the user's own files, so that the same question is answered once
and two people with different data never see each other's.
"""

import gc
import os
import threading
from contextlib import suppress
from dataclasses import replace

import pandas as pd
import streamlit as st

from iqgeo import sites
from iqgeo.app import planfiles, services
from iqgeo.app.questions import Question
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Draft, PlannedSite, View
from iqgeo.case import Case, case_of
from iqgeo.coverage import Coverage
from iqgeo.demand import years_of
from iqgeo.errors import InputError
from iqgeo.gaps import Gaps
from iqgeo.region import REGION_VARIABLE, Region, load_region
from iqgeo.reports.map import (
    MapBase,
    MapScene,
    Marker,
    Overlay,
    base_of,
    list_scene_of,
    map_document,
    scene_json,
    scene_of,
)
from iqgeo.reports.map.dots import DotSample, sample
from iqgeo.scenario.asked import task_of
from iqgeo.scenario.evaluate import Evaluation, evaluate
from iqgeo.scenario.load import Loaded, load, with_own_sites
from iqgeo.siting import Control
from iqgeo.texts import Lang

SOLVER = threading.Lock()
"""One solve at a time in this process: the solver is not made for more."""

CURVE_MOST_NEW = 14


@st.cache_resource(show_spinner=False)
def region() -> Region:
    """Return the region the app was opened on: the embedded one unless the environment names a folder."""
    return load_region(os.environ.get(REGION_VARIABLE) or None)


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


def loaded(view: View, own: OwnData) -> Loaded:
    """Return the data of a view."""
    return _loaded(computed(view), own.key, own)


def evaluation(view: View, own: OwnData, draft: Draft | None = None) -> Evaluation:
    """Return the scenario on screen, computed: every page, number and file comes from it."""
    return _evaluation(computed(view), own.key, own, _unnamed(draft))


def case(view: View, own: OwnData, draft: Draft | None = None) -> Case:
    """Return what every report says of the scenario on screen, see :func:`with_curve`."""
    found = _case(computed(view), own.key, own, _unnamed(draft))
    name = "" if draft is None else draft.name
    count = len(found.scenario.stages)
    # What is kept knows no language; stages without a name are called in the one on screen.
    called = {
        planfiles.stage_name(at, count, computed(view).lang): planfiles.stage_name(at, count, view.lang)
        for at in range(1, count + 1)
    }
    steps = tuple(
        replace(it, stage=replace(it.stage, name=called.get(it.stage.name, it.stage.name)))
        for it in found.steps
    )
    return replace(found, scenario=replace(found.scenario, name=name), steps=steps)


def with_curve(case: Case, view: View, own: OwnData) -> Case:
    """Return a case with its curve, which some files draw: no page waits for what only they need."""
    # Candidates of one's own may reach nobody: then there is no curve.
    with suppress(InputError):
        frame = curve(view, own)
        points = zip(frame["offices"], frame["share"], strict=True)
        return replace(case, curve=tuple((int(count), float(share)) for count, share in points))
    return case


def coverage(view: View, own: OwnData) -> Coverage:
    """Return the coverage of a view without a plan."""
    return evaluation(view, own).base.coverage


def gaps(view: View, own: OwnData, draft: Draft | None = None) -> Gaps:
    """Return the gaps that a plan leaves; those of today without one."""
    return evaluation(view, own, draft).gaps[-1]


def planned(view: View, own: OwnData, draft: Draft) -> Coverage:
    """Return the coverage with a plan."""
    return evaluation(view, own, draft).coverages[-1]


def curve(view: View, own: OwnData) -> pd.DataFrame:
    """Return people covered by number of offices, see :func:`iqgeo.scenarios.coverage_curve`."""
    return _curve(computed(view), own.key, own)


def further(view: View, own: OwnData, count: int) -> Evaluation:
    """Return the proven best places for so many further offices."""
    return _further(computed(view), own.key, own, count)


def ask(
    question: Question, view: View, own: OwnData, draft: Draft, control: Control | None = None
) -> Evaluation:
    """Put a question to the models; for a thread of its own."""
    scenario = question.asked_of(planfiles.scenario_of(region(), view, question.base(draft), own))
    return evaluate(scenario, with_own_sites(loaded(view, own), scenario.sites), control)


def picture(
    view: View,
    own: OwnData,
    draft: Draft | None = None,
    *,
    trial: PlannedSite | None = None,
    clickable: bool = False,
    dark: bool = False,
    background: bool = False,
    overlay: Overlay | None = None,
) -> str:
    """Return the map of a view as JSON for the map component."""
    scene = _scene(computed(view), own.key, own, _unnamed(draft), trial, background)
    if overlay is not None:
        scene = replace(scene, overlay=overlay, zoom_to=overlay.zoom_to or scene.zoom_to)
    return scene_json(scene, view.lang, clickable=clickable, dark=dark)


def scene(view: View, own: OwnData, draft: Draft | None = None) -> MapScene:
    """Return the map of a view as data."""
    return _scene(computed(view), own.key, own, _unnamed(draft), None, False)


def list_picture(
    view: View,
    own: OwnData,
    municipalities: pd.DataFrame,
    *,
    draft: Draft | None = None,
    chosen: tuple[str, ...] = (),
    zoom: bool = False,
    dark: bool = False,
) -> str:
    """Return the map beside the gap list as JSON for the map component."""
    listed = set(municipalities["ags"])
    shown = gaps(view, own, draft)
    ways = services.ways_of(shown, [it for it in chosen if it in listed])
    drawn = list_scene_of(
        region(), shown.coverage, municipalities, chosen=chosen, ways=ways, zoom=zoom, base=base()
    )
    return scene_json(drawn, view.lang, clickable=False, dark=dark)


def computed(view: View) -> View:
    """Leave out what changes no number: the language."""
    return replace(view, lang="de")


def _unnamed(draft: Draft | None) -> Draft:
    """Leave out what changes no number of a plan: its name."""
    return Draft() if draft is None else replace(draft, name="")


@st.cache_resource(show_spinner=False, max_entries=48)
def _loaded(view: View, own_key: str, _own: OwnData) -> Loaded:  # noqa: ARG001 -- part of the key
    given = planfiles.given_of(region(), view, _own)
    return load(planfiles.scenario_of(region(), view, Draft(), _own), given)


@st.cache_resource(show_spinner=False, max_entries=96)
def _evaluation(view: View, own_key: str, _own: OwnData, draft: Draft) -> Evaluation:
    data = _loaded(view, own_key, _own)
    scenario = planfiles.scenario_of(region(), view, draft, _own)
    return evaluate(scenario, with_own_sites(data, scenario.sites))


@st.cache_resource(show_spinner=False, max_entries=48)
def _case(view: View, own_key: str, _own: OwnData, draft: Draft) -> Case:
    return case_of(_evaluation(view, own_key, _own, draft))


@st.cache_resource(show_spinner=False, max_entries=16)
def _dots(key: tuple[str, int | None, str], _coverage: Coverage) -> DotSample:  # noqa: ARG001 -- the key
    return sample(_coverage.places)


@st.cache_resource(show_spinner=False, max_entries=64)
def _scene(
    view: View, own_key: str, _own: OwnData, draft: Draft, trial: PlannedSite | None, background: bool
) -> MapScene:
    found = _evaluation(view, own_key, _own, draft)
    start, shown = found.base.coverage, found.coverages[-1]
    tried = None if trial is None else Marker(trial.id, trial.name, trial.lon, trial.lat, kind="trial")
    return scene_of(
        region(),
        shown,
        found.gaps[-1],
        sites.ids(sites.opened_since(start.offices, shown.offices)),
        base=base(),
        dots=_dots((start.demand.weight, start.demand.year, own_key), start),
        trial=tried,
        background=background,
    )


@st.cache_resource(show_spinner=False, max_entries=24)
def _curve(view: View, own_key: str, _own: OwnData) -> pd.DataFrame:
    from iqgeo.scenarios import coverage_curve

    found = _evaluation(view, own_key, _own, Draft())
    with SOLVER:
        return coverage_curve(task_of(found.scenario, found.loaded), CURVE_MOST_NEW)


@st.cache_resource(show_spinner=False, max_entries=24)
def _further(view: View, own_key: str, _own: OwnData, count: int) -> Evaluation:
    data = _loaded(view, own_key, _own)
    scenario = Question(new=count).asked_of(planfiles.scenario_of(region(), view, Draft(), _own))
    with SOLVER:
        return evaluate(scenario, data)
