"""Results kept between reruns and shared between sessions: keyed by what they depend on, never changed.

A key is the view and the digest of the user's own files, so that the same question is answered once
and two people with different data never see each other's.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from iqgeo import sites
from iqgeo.app import planfiles, services
from iqgeo.app.questions import Question
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Draft, PlannedSite, View
from iqgeo.case import Case, case_for_papers, case_of
from iqgeo.coverage import Coverage
from iqgeo.demand import years_of
from iqgeo.errors import InputError
from iqgeo.gaps import Gaps
from iqgeo.known_regions import known_regions
from iqgeo.reasons import Exchange, Reason, best_exchange, reason_of
from iqgeo.region import REGION_VARIABLE, Region, load_region
from iqgeo.scenario.asked import pool_of, siting_of, task_of
from iqgeo.scenario.evaluate import Evaluation, State, evaluate
from iqgeo.scenario.load import Loaded, load, with_own_sites
from iqgeo.scenario.settings import Settings
from iqgeo.siting import Control
from iqgeo.story import Story, story_of

if TYPE_CHECKING:
    from iqgeo.access.spread import Spread
    from iqgeo.choices import Suggestion

JOBS = threading.Lock()
"""One question at a time is worked on beside the pages: a proof may take its whole minute."""

SOLVER = threading.BoundedSemaphore(2)
"""Of those solves that a page itself waits for, two at a time: memory is that of two, and a long one does not
keep everybody waiting. None of them waits for what goes on beside the pages."""

CURVE_MOST_NEW = 14

KEYS: dict[str | type[Any], Callable[[Any], Any]] = {View: repr, Draft: repr, PlannedSite: repr}
"""How the cache tells views and plans apart: by all that they hold, as they write themselves.

Streamlit's own way takes every field apart at every question, which was a tenth of a click.
"""


def region_key() -> str:
    """Return the key of this tab's region: empty for the one the app was opened on."""
    held = st.session_state.get("iqgeo_session")
    if held is not None:
        key: str = held.view.region
        return key
    wanted = st.query_params.get("region", "")
    return wanted if wanted and wanted in known_regions() else ""


def key_of(name: str) -> str | None:
    """Return the key of the region that goes by a name, here; ``None`` if none does.

    What names none is of the region that comes along.
    """
    wanted = name or _region("").name
    if wanted == _region("").name:
        return ""
    return next((it.key for it in known_regions().values() if wanted in (it.name, it.key)), None)


def region_of(name: str) -> Region | None:
    """Return the region that goes by a name, here; ``None`` if none does."""
    key = key_of(name)
    return None if key is None else _region(key)


def region(key: str | None = None) -> Region:
    """Return this tab's region, or the one of a view by its key (a thread has no tab)."""
    return _region(region_key() if key is None else key)


@st.cache_resource(show_spinner=False, max_entries=8)
def _region(key: str) -> Region:
    """The embedded region unless the environment names a folder, or one that is known by its key."""
    if key:
        return load_region(known_regions()[key].directory)
    return load_region(os.environ.get(REGION_VARIABLE) or None)


def figure_years(weight: str) -> tuple[int, ...]:
    """Return the years for which there are figures."""
    return _figure_years(weight, region_key())


@st.cache_data(show_spinner=False)
def _figure_years(weight: str, key: str) -> tuple[int, ...]:
    return tuple(years_of(region(key), weight))


def town_count(least_people: int) -> int:
    """Return how many towns have at least so many inhabitants."""
    return _town_count(least_people, region_key())


@st.cache_data(show_spinner=False)
def _town_count(least_people: int, key: str) -> int:
    return len(services.candidates(region(key), EMBEDDED, least_people))


def loaded(view: View, own: OwnData) -> Loaded:
    """Return the data of a view."""
    return _loaded(of_data(computed(view)), own.key, own)


def evaluation(view: View, own: OwnData, draft: Draft | None = None) -> Evaluation:
    """Return the scenario on screen, computed: every page, number and file comes from it."""
    return _evaluation(computed(view), own.key, own, unnamed(draft))


def case(view: View, own: OwnData, draft: Draft | None = None) -> Case:
    """Return what every report says of the scenario on screen, see :func:`with_curve`."""
    found = _case(computed(view), own.key, own, unnamed(draft))
    name = "" if draft is None else draft.name
    count = len(found.scenario.stages)
    # What is kept knows neither language nor name: stages without a name are called in the language on
    # screen, the only one as the plan is, which is what the plan's file calls it.
    before, now = (
        [planfiles.stage_name(at, count, it.lang) for at in range(1, count + 1)]
        for it in (computed(view), view)
    )
    called = {old: new or name for old, new in zip(before, now, strict=True)}

    def named(state: State) -> State:
        return replace(state, name=called.get(state.name, state.name))

    steps = tuple(
        replace(it, stage=replace(it.stage, name=called.get(it.stage.name, it.stage.name)))
        for it in found.steps
    )
    return replace(
        found,
        scenario=replace(found.scenario, name=name),
        steps=steps,
        before=found.before if found.before is found.states[0] else named(found.before),
        after=None if found.after is None else named(found.after),
        states=(*found.states[:1], *map(named, found.states[1:])),
    )


def with_curve(case: Case, view: View, own: OwnData) -> Case:
    """Return a case with its curve, which some files draw: no page waits for what only they need."""
    # Candidates of one's own may reach nobody: then there is no curve.
    with suppress(InputError):
        frame = curve(view, own)
        points = zip(frame["offices"], frame["share"], strict=True)
        return replace(case, curve=tuple((int(count), float(share)) for count, share in points))
    return case


def for_papers(case: Case, view: View, own: OwnData, draft: Draft) -> Case:
    """Return a case with what only papers tell: of a plan as every other door does, else the curve."""
    if case.proposal is None:
        return with_curve(case, view, own)
    with suppress(InputError):
        whole = _for_papers(computed(view), own.key, own, unnamed(draft))
        return replace(case, curve=whole.curve, best=whole.best, likely=whole.likely, reasons=whole.reasons)
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


def story(view: View, own: OwnData) -> Story:
    """Return the network's years under the settings of a view."""
    return _story(computed(view), own.key, own)


def spread(view: View, own: OwnData) -> "Spread | None":
    """Return the region's figures spread by the user's own people; nothing without such in the region.

    Who lives where is an assumption: what the user brought is another one.
    """
    if own.demand is None or all(it.kind != "demand" for it in own.files):
        return None
    people = own.demand.places
    if not people["district_ags"].isin(list(region(view.region).district_names)).any():
        return None
    rest = replace(own, demand=None, files=tuple(it for it in own.files if it.kind != "demand"))
    return _spread(computed(view), own.key, rest, people)


def exchange(view: View, own: OwnData, draft: Draft) -> Exchange | None:
    """Return the best exchange of one office for one town in a plan."""
    return _exchange(computed(view), own.key, own, unnamed(draft))


def reasons(view: View, own: OwnData, draft: Draft) -> tuple[Reason, ...]:
    """Return what every office of a plan brings, and what could stand in its place."""
    return _reasons(computed(view), own.key, own, unnamed(draft))


def closures(view: View, own: OwnData, draft: Draft) -> "tuple[Suggestion, ...]":
    """Return which offices of a plan to keep for every smaller number."""
    return _closures(computed(view), own.key, own, unnamed(draft))


def curves(view: View, own: OwnData, draft: Draft) -> pd.DataFrame:
    """Return the curve of a plan under another promise and its own."""
    return _curves(computed(view), own.key, own, unnamed(draft))


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
    scenario = question.asked_of(planfiles.scenario_of(region(view.region), view, question.base(draft), own))
    return evaluate(scenario, with_own_sites(loaded(view, own), scenario.sites), control)


def computed(view: View) -> View:
    """Leave out what changes no number: the language."""
    return replace(view, lang="de")


def unnamed(draft: Draft | None) -> Draft:
    """Leave out what changes no number of a plan: its name."""
    return Draft() if draft is None else replace(draft, name="")


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=KEYS)
def _loaded(view: View, own_key: str, _own: OwnData) -> Loaded:  # noqa: ARG001 -- part of the key
    given = planfiles.given_of(region(view.region), view, _own)
    return load(planfiles.scenario_of(region(view.region), view, Draft(), _own), given)


def _evaluation(view: View, own_key: str, _own: OwnData, draft: Draft) -> Evaluation:
    return _evaluated(view, own_key, _own, draft)[0]


@st.cache_resource(show_spinner=False, max_entries=48, hash_funcs=KEYS)
def _evaluated(view: View, own_key: str, _own: OwnData, draft: Draft) -> tuple[Evaluation, InputError | None]:
    """The scenario computed; without its places served on days where the settings do not allow them."""
    data = _loaded(of_data(view), own_key, _own)
    scenario = planfiles.scenario_of(region(view.region), view, draft, _own)
    data = with_own_sites(data, scenario.sites)
    try:
        return evaluate(scenario, data), None
    except InputError as error:
        if not draft.places or not all(it.code.startswith("place_") for it in error.problems):
            raise
        alone = planfiles.scenario_of(region(view.region), view, replace(draft, places=()), _own)
        return evaluate(alone, data), error.kept()


def places_problem(view: View, own: OwnData, draft: Draft) -> InputError | None:
    """Return why the places served on days of a plan do not count under the settings of a view."""
    return _evaluated(computed(view), own.key, own, unnamed(draft))[1]


def of_data(view: View) -> View:
    """Leave out what changes no data: how the network works."""
    start = Settings()
    return replace(view, **{name: getattr(start, name) for name in start.of_network()})


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=KEYS)
def _case(view: View, own_key: str, _own: OwnData, draft: Draft) -> Case:
    return case_of(_evaluation(view, own_key, _own, draft))


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=KEYS)
def _for_papers(view: View, own_key: str, _own: OwnData, draft: Draft) -> Case:
    found = _evaluation(view, own_key, _own, draft)
    with SOLVER:
        return case_for_papers(found)


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs=KEYS)
def _spread(view: View, own_key: str, _own: OwnData, _people: pd.DataFrame) -> "Spread":  # noqa: ARG001
    from iqgeo.access.spread import spread_by_cells

    return spread_by_cells(coverage(view, _own), _people)


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=KEYS)
def _exchange(view: View, own_key: str, _own: OwnData, draft: Draft) -> Exchange | None:
    found = _evaluation(view, own_key, _own, draft)
    pool, forbidden = pool_of(found.scenario, found.loaded), found.scenario.rules.forbid
    return best_exchange(found.coverages[-1], pool, forbidden=forbidden)


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=KEYS)
def _reasons(view: View, own_key: str, _own: OwnData, draft: Draft) -> tuple[Reason, ...]:
    found = _evaluation(view, own_key, _own, draft)
    pool, forbidden = pool_of(found.scenario, found.loaded), found.scenario.rules.forbid
    coverage = found.coverages[-1]
    return tuple(reason_of(coverage, key, pool, forbidden) for key in sites.ids(coverage.offices))


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=KEYS)
def _closures(view: View, own_key: str, _own: OwnData, draft: Draft) -> "tuple[Suggestion, ...]":
    from iqgeo.scenarios import closures

    found = _evaluation(view, own_key, _own, draft)
    with SOLVER:
        return closures(siting_of(found.scenario, found.loaded, found.coverages[-1]))


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=KEYS)
def _curves(view: View, own_key: str, _own: OwnData, draft: Draft) -> pd.DataFrame:
    from iqgeo.firmness import other_promise
    from iqgeo.scenarios import curves_by_target

    found = _evaluation(view, own_key, _own, draft)
    task = siting_of(found.scenario, found.loaded, found.coverages[-1])
    target = task.start.target
    with SOLVER:
        return curves_by_target(task, sorted((other_promise(target), target.value)), CURVE_MOST_NEW)


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=KEYS)
def _story(view: View, own_key: str, _own: OwnData) -> Story:
    found = _evaluation(view, own_key, _own, Draft())
    return story_of(found.scenario, found.loaded)


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=KEYS)
def _curve(view: View, own_key: str, _own: OwnData) -> pd.DataFrame:
    from iqgeo.scenarios import coverage_curve

    found = _evaluation(view, own_key, _own, Draft())
    with SOLVER:
        return coverage_curve(task_of(found.scenario, found.loaded), CURVE_MOST_NEW)


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=KEYS)
def _further(view: View, own_key: str, _own: OwnData, count: int) -> Evaluation:
    data = _loaded(of_data(view), own_key, _own)
    scenario = Question(new=count).asked_of(planfiles.scenario_of(region(view.region), view, Draft(), _own))
    with SOLVER:
        return evaluate(scenario, data)
