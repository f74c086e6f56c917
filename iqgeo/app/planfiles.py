"""A plan on screen as a file that anyone can run again, and back. No streamlit."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, fields, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import pandas as pd

from iqgeo import sites
from iqgeo.app import services
from iqgeo.app.own_of_plan import own_data_of
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Draft, PlannedPlace, PlannedSite, View, view_from_query, view_to_query
from iqgeo.app.uploads import SessionFolder
from iqgeo.coverage import Coverage
from iqgeo.demand import choose_year
from iqgeo.errors import InputError, Problem
from iqgeo.frames import plain_rows, rows
from iqgeo.inputs.words import cleaned
from iqgeo.proof import Proof
from iqgeo.region import Region, embedded_directory
from iqgeo.scenario.bundle import open_plan, pack, write_tables
from iqgeo.scenario.evaluate import Step, evaluate
from iqgeo.scenario.load import CANDIDATES, Given, load
from iqgeo.scenario.model import Outpost, Rules, Scenario, Stage
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.written import changed_data, scenario_text, table_checksums
from iqgeo.sites import Site
from iqgeo.texts import LANGUAGES, Lang, text

SEARCH_LIMIT_S: Final = 120.0
"""Searches of a plan that is opened may take so long together: the server has others to serve."""

_COLUMNS: Final = ["id", "name", "lon", "lat"]
# What of a view a plan says, and where.
_ENTRIES: Final = {it.name: it.metadata["plan"] for it in fields(Settings)}


def ending(own: OwnData) -> str:
    """Return how the file of a plan ends: one with the user's own data needs a zip that holds them."""
    return "zip" if own.files else "toml"


def plan_bytes(region: Region, view: View, draft: Draft, name: str, own: OwnData = EMBEDDED) -> bytes:
    """Return the plan on screen as a file: TOML, or a zip of it and the user's own data."""
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as made:
        folder = Path(made)
        files = write_tables(
            folder,
            offices=own.offices,
            candidates=own.candidates,
            places=None if own.demand is None else own.demand.places,
            # What nothing is measured with is no part of the plan; roads are large, too.
            factors=own.factors if view.distance == "detour" else None,
            roads=own.roads if view.distance == "road" else None,
            names={"demand" if it.kind == "shares" else it.kind: it.name for it in own.files},
        )
        scenario = replace(scenario_of(region, view, draft, own, name), files=files)
        # A region goes by its name and checksums: where it lies on this server is nobody's business.
        scenario = replace(scenario, region_directory=None)
        if own.files:
            return pack(scenario, view.lang)
        return scenario_text(scenario, folder, view.lang).encode()


def settings_of(region: Region, view: View, own: OwnData, least_people: int) -> Settings:
    """The settings of a view, the year of the figures said."""
    said = {row.name: getattr(view, row.name) for row in fields(Settings)}
    year = view.year if own.demand is not None else shown_year(region, view)
    return Settings(**{**said, "year": year, "least_people": least_people})


def scenario_of(
    region: Region, view: View, draft: Draft, own: OwnData = EMBEDDED, name: str = ""
) -> Scenario:
    """The scenario on screen: what every page, number and file of this tab is about."""
    base = Scenario(
        name=name or draft.name,
        settings=settings_of(region, view, own, draft.least_people),
        rules=rules_of(draft),
        region_name=region.name,
        region_directory=None if region.directory == embedded_directory() else region.directory,
        checksums=_checksums(region),
    )
    offices = services.open_offices(region, view, own)
    today, draft = sites.ids(offices), settled(draft, offices)
    stages = []
    for number in range(1, draft.stages + 1):
        opened = tuple(it.id for it in draft.added if draft.stage_of(it.id) == number)
        # An office that is not open in the year on screen has nothing to close.
        closed = tuple(it for it in draft.closed if it in today and draft.stage_of(it) == number)
        places = tuple(Outpost(it.id, it.home) for it in draft.places if draft.stage_of(it.id) == number)
        called = draft.title_of(number) or stage_name(number, draft.stages, view.lang) or base.name
        stages.append(
            Stage(called, None, opened, closed, proof=dict(draft.proofs).get(number), places=places)
        )
    return replace(base, stages=tuple(stages), sites=_own_places(region, draft, own))


def rules_of(draft: Draft) -> Rules:
    """What the searches of a plan have to keep to."""
    return Rules(**{row.name: getattr(draft, row.name) for row in fields(Rules)})


def stage_name(number: int, stages: int, lang: Lang) -> str:
    """What a stage without a name of its own is called; the only one goes by the plan's name."""
    return text("app.planning.stage_number", lang, stage=number) if stages > 1 else ""


@cache
def _checksums(region: Region) -> Mapping[str, str]:
    """The checksums of a region's tables, which do not change while the app runs."""
    return table_checksums(region)


def _own_places(region: Region, draft: Draft, own: OwnData) -> tuple[Site, ...]:
    """The places of a plan that no table knows."""
    placed = (*draft.added, *draft.places)
    if not placed:
        return ()
    towns = region.towns if own.candidates is None else services.candidates(region, own, 0)
    offices = region.offices if own.offices is None else own.offices
    wanted = {it.id for it in placed}
    known = {
        str(it.id): (it.lon, it.lat)
        for frame in (towns, offices)
        for it in rows(frame.loc[frame["id"].astype(str).isin(wanted), ["id", "lon", "lat"]])
    }
    return tuple(
        Site(it.id, it.name, it.lon, it.lat) for it in placed if known.get(it.id) != (it.lon, it.lat)
    )


def given_of(region: Region, view: View, own: OwnData = EMBEDDED) -> Given:
    """The data that are there already."""
    return Given(
        region,
        offices=own.offices,
        candidates=own.candidates,
        demand=own.demand,
        measure=services.measure(region, view, own),
    )


def shown_year(region: Region, view: View) -> int:
    """The year of the figures on screen."""
    return view.year or _year_of(region, view.weight, view.stage)


@lru_cache(maxsize=64)
def _year_of(region: Region, weight: str, stage: int | None) -> int:
    """The year of the figures for a network: every run of a page asks for it several times."""
    return choose_year(region, weight, stage)


def settled(draft: Draft, offices: pd.DataFrame) -> Draft:
    """The plan with ids that no office of today has for another place.

    Two lists of the user's may both be numbered from 1: a candidate then goes by its list, as in
    :func:`iqgeo.sites.distinct`.
    """
    here = {str(it.id): (it.lon, it.lat) for it in rows(offices[["id", "lon", "lat"]])}
    changed = draft
    for it in draft.added:
        if it.id in here and here[it.id] != (it.lon, it.lat):
            key = f"{CANDIDATES}{sites.SEPARATOR}{it.id}"
            changed = changed.moved(it.id, PlannedSite(key, it.name, it.lon, it.lat))
    return changed


@dataclass(frozen=True, eq=False)
class OpenedPlan:
    """A plan file that was read: the view it was made in, the plan, and the data it brought."""

    view: View
    draft: Draft
    own: OwnData


def named_region(raw: bytes, name: str) -> str:
    """The name of the region of a plan file; empty if it names none.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with open_plan((raw, name)) as plan:
        return plan.region_name


def read_plan(
    raw: bytes,
    name: str,
    region: Region,
    view: View,
    *,
    folder: SessionFolder,
    solver: AbstractContextManager[object] | None = None,
) -> OpenedPlan:
    """Read a plan file, or a zip of one with its data.

    Parameters
    ----------
    raw : bytes
        What was brought.
    name : str
        Of the file.
    region : Region
        What the app shows.
    view : View
        What is looked at; its language stays.
    folder : SessionFolder
        Where a road network may be written, which is read from disk only.
    solver : AbstractContextManager[object] | None
        Held while the searches of the plan run.

    Raises
    ------
    InputError
        If it cannot be read, used or shown: every problem at once.
    """
    with open_plan((raw, name)) as opened:
        plan = _in_region(opened, region)
        own = own_data_of(plan, region, folder)
        changed = _view_of(plan, region, view)
        today = services.open_offices(region, changed, own)
        problems = [*changed_data(plan, region), *_not_for_the_screen(plan, region)]
        _, refused = view_from_query(view_to_query(changed, region), region)
        problems += [
            Problem("plan_not_on_screen", column=_ENTRIES[it], value=str(getattr(changed, it)))
            for it in refused
        ]
        if problems:
            raise InputError(problems)
        draft = _draft_of(plan, _steps(plan, solver or nullcontext()), today)
    return OpenedPlan(changed, draft, own)


def _in_region(plan: Scenario, region: Region) -> Scenario:
    """The plan with the folder of the region on screen, if it goes by that region's name."""
    if region.directory == embedded_directory() or plan.region_name != region.name:
        return plan
    return replace(plan, region_directory=region.directory)


def _not_for_the_screen(plan: Scenario, region: Region) -> list[Problem]:
    """What a plan may say and the app cannot show."""
    problems = []
    here = None if region.directory == embedded_directory() else region.directory.resolve()
    named = None if plan.region_directory is None else plan.region_directory.resolve()
    if named != here or (named is None and plan.region_name not in ("", region.name)):
        problems.append(Problem("plan_not_on_screen", column="region.directory", value=plan.region_name))
    seconds = sum(it.search.time_limit_s for it in plan.stages if it.search is not None)
    if seconds > SEARCH_LIMIT_S:
        limits = {"limit": f"{SEARCH_LIMIT_S:g}"}
        problems.append(
            Problem("plan_search_long", column="stages.search", value=f"{seconds:g}", details=limits)
        )
    return problems


def _base(plan: Scenario) -> int:
    """The last stage that begins with the offices of a year; 0 if none does."""
    return max((at for at, stage in enumerate(plan.stages) if stage.year is not None), default=0)


def _view_of(plan: Scenario, region: Region, view: View) -> View:
    settings = plan.settings
    year = plan.stages[_base(plan)].year if plan.stages else None
    shown = settings.stage if year is None else year
    if shown is None and plan.file("offices") is None:
        shown = region.default_stage
    figures = settings.year
    if figures is None and plan.file("demand") is None and settings.stage != shown:
        # The figures of a plan go by its first network, those of a view by the one it shows.
        figures = choose_year(region, settings.weight, settings.stage)
    said = {row.name: getattr(settings, row.name) for row in fields(Settings)}
    # Which towns are candidates is kept with the plan.
    return replace(view, **{**said, "stage": shown, "year": figures, "least_people": view.least_people})


def _steps(plan: Scenario, solver: AbstractContextManager[object]) -> list[tuple[Step, Coverage]]:
    """Every step from the base on, and what it reaches."""
    # How the answer holds under other assumptions is nothing the app shows.
    alone = replace(plan, robustness=None)
    searches = any(it.search is not None for it in plan.stages)
    with solver if searches else nullcontext():
        found = evaluate(alone, load(alone))
    base = _base(plan)
    return list(zip(found.steps[base:], (it.coverage for it in found.states[base:]), strict=True))


@dataclass
class _Changes:
    """What opens and closes, stage by stage; stages that change nothing are left out."""

    plan_name: str = ""
    added: dict[str, PlannedSite] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    stage_of: dict[str, int] = field(default_factory=dict)
    stages: int = 0
    titles: dict[int, str] = field(default_factory=dict)
    places: dict[str, PlannedPlace] = field(default_factory=dict)

    def add(
        self, name: str, new: pd.DataFrame, gone: Sequence[str], places: Sequence[PlannedPlace] = ()
    ) -> list[str]:
        """Note a stage; returns the ids of what opens again or closes again, which no draft can hold."""
        ids = [*new["id"], *(it.id for it in places), *gone]
        if not ids:
            return []
        self.stages += 1
        own = {self.plan_name, *(stage_name(self.stages, 2, lang) for lang in LANGUAGES), ""}
        if cleaned(name) not in own:
            self.titles[self.stages] = cleaned(name)
        twice = [it for it in ids if it in self.stage_of]
        self.stage_of.update(dict.fromkeys(ids, self.stages))
        for it in rows(new):
            name = cleaned(str(it.name))
            self.added[str(it.id)] = PlannedSite(str(it.id), name, float(it.lon), float(it.lat))
        self.places |= {it.id: it for it in places}
        self.closed += gone
        return twice


def _draft_of(plan: Scenario, steps: Sequence[tuple[Step, Coverage]], today: pd.DataFrame) -> Draft:
    """The differences between a network and the next, the first against the sites of today.

    Raises
    ------
    InputError
        Naming everything that opens in one stage and closes in another.
    """
    changes, twice, proofs = _Changes(cleaned(plan.name)), list[str](), list[tuple[int, Proof]]()
    before = today["id"].astype(str).tolist()
    homes = {str(it["id"]): str(it.get("home", "")) for it in plain_rows(sites.outreach(today))}
    for step, coverage in steps:
        network = coverage.offices[_COLUMNS].astype({"id": str})
        places = [
            PlannedPlace(str(it.id), cleaned(str(it.name)), float(it.lon), float(it.lat), str(it.home))
            for it in rows(coverage.day_places)
        ]
        here = {it.id: it.home for it in places}
        after = {*network["id"], *here}
        # What falls with its home closes by itself.
        gone = [it for it in before if it not in after and it not in step.fallen]
        order = {key: at for at, key in enumerate(step.stage.closed)}
        gone.sort(key=lambda key: order.get(key, len(order)))
        new = network[~network["id"].isin([it for it in before if it not in homes])]
        # One of today that names no home has the nearest.
        served = [it for it in places if it.id not in homes or homes[it.id] not in ("", it.home)]
        twice += changes.add(step.stage.name, new, gone, served)
        # Under other settings it holds again: what of it counts now is decided where the plan is computed.
        proof = step.proof or step.stale
        if proof is not None:
            proofs.append((changes.stages, proof))
        before, homes = [*network["id"], *here], here
    if twice:
        raise InputError(Problem("plan_back_and_forth", column="stages", value=it) for it in twice)
    moved = (*changes.added, *changes.places, *changes.closed)
    later = [key for key in moved if changes.stage_of[key] > 1]
    return Draft(
        cleaned(plan.name),
        tuple(changes.added.values()),
        tuple(changes.closed),
        plan.rules.require,
        plan.rules.forbid,
        tuple((key, changes.stage_of[key]) for key in later),
        plan.rules.per_district,
        plan.settings.least_people,
        tuple(proofs),
        tuple(changes.titles.items()),
        tuple(changes.places.values()),
        plan.rules.require_places,
        plan.rules.forbid_places,
    )
