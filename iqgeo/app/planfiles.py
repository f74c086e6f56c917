"""A plan on screen as a file that anyone can run again, and back. No streamlit."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pandas as pd

from iqgeo.app import services, uploads
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import TARGET_LIMITS_KM, Draft, PlannedSite, View, view_from_query, view_to_query
from iqgeo.app.uploads import SessionFolder
from iqgeo.coverage import Coverage
from iqgeo.demand import choose_year
from iqgeo.distances import DEFAULT_SNAP_LIMIT_KM
from iqgeo.errors import InputError, Problem
from iqgeo.frames import rows
from iqgeo.inputs.words import cleaned
from iqgeo.plan import DataFile, Plan, Site, Stage, open_plan, pack
from iqgeo.plan.bundle import FILE_FIELDS, write_tables
from iqgeo.plan.file import changed_data
from iqgeo.region import Region
from iqgeo.texts import text

SEARCH_LIMIT_S: Final = 120.0
"""Searches of a plan that is opened may take so long together: the server has others to serve."""

_COLUMNS: Final = ["id", "name", "lon", "lat"]
# What of a view a plan says, and where.
_ENTRIES: Final[Mapping[str, str]] = {
    "stage": "stages.year",
    "weight": "demand.weight",
    "year": "demand.year",
    "distance": "distance.kind",
    "factor": "distance.factor",
    "target_km": "target.km",
    "snap_limit_km": "distance.snap_limit_km",
}


def ending(own: OwnData) -> str:
    """Return how the file of a plan ends: one with the user's own data needs a zip that holds them."""
    return "zip" if own.files else "toml"


def plan_bytes(
    region: Region, view: View, draft: Draft, name: str, shown: Coverage, own: OwnData = EMBEDDED
) -> bytes:
    """Return the plan on screen as a file: TOML, or a zip of it and the user's own data.

    ``shown`` is the coverage with the whole plan.
    """
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as made:
        folder = Path(made)
        files = write_tables(
            folder,
            offices=own.offices,
            candidates=own.candidates,
            places=None if own.demand is None else own.demand.places,
            # Roads that nothing is measured on are no part of the plan, and large.
            roads=own.roads if view.distance == "road" else None,
        )
        plan = plan_of(region, view, draft, name, shown, own, files)
        if own.files:
            return pack(plan, view.lang)
        return plan.save(folder / "plan.toml", view.lang).read_bytes()


def plan_of(
    region: Region,
    view: View,
    draft: Draft,
    name: str,
    shown: Coverage,
    own: OwnData = EMBEDDED,
    files: Mapping[str, DataFile] | None = None,
) -> Plan:
    """Return the plan on screen: its settings, and a stage for each of its stages.

    ``files`` hold the user's own data, by the field of the plan that names them.
    """
    files = files or {}
    plan = replace(
        Plan.of(shown, region, name=name, demand_file=files.get("demand_file")),
        offices_file=files.get("offices_file"),
        candidates_file=files.get("candidates_file"),
        roads_file=files.get("roads_file"),
        across_border=view.across_border,
        planned=view.planned,
        snap_limit_km=view.snap_limit_km if view.distance == "road" else None,
        require=draft.require,
        forbid=draft.forbid,
        sites=(),
    )
    today = services.open_offices(region, view, own)["id"].astype(str).tolist()
    sites = _sites(draft.added, plan.known_sites(region), set(today))
    stages = []
    for number in range(1, draft.stages + 1):
        opened = tuple(sites[it.id][0] for it in draft.added if draft.stage_of(it.id) == number)
        # An office that is not open in the year on screen has nothing to close.
        closed = tuple(it for it in draft.closed if it in today and draft.stage_of(it) == number)
        if number == 1 and view.stage is None:
            # Without a year the plan begins with nothing: everything of today opens.
            opened, closed = (*(it for it in today if it not in closed), *opened), ()
        called = text("app.planning.stage_number", view.lang, stage=number) if draft.stages > 1 else name
        stages.append(Stage(called, view.stage if number == 1 else None, opened, closed))
    listed = tuple(site for _, site in sites.values() if site is not None)
    return replace(plan, stages=tuple(stages), sites=listed)


def _sites(
    added: Iterable[PlannedSite], known: pd.DataFrame, today: set[str]
) -> dict[str, tuple[str, Site | None]]:
    """The id of every new office in the plan, and its place where no table of the plan knows it.

    An id that is an open office's already (two tables of the user's may number alike) becomes another.
    """
    found: dict[str, tuple[str, Site | None]] = {}
    taken = set(today)
    for it in added:
        key, number = it.id, 2
        while key in taken:
            key, number = f"{it.id}-{number}", number + 1
        taken.add(key)
        place = (it.name, it.lon, it.lat)
        same = key in known.index and tuple(known.loc[key, ["name", "lon", "lat"]]) == place
        found[it.id] = key, None if same else Site(key, *place)
    return found


@dataclass(frozen=True, eq=False)
class OpenedPlan:
    """A plan file that was read: the view it was made in, the plan, and the data it brought."""

    view: View
    draft: Draft
    own: OwnData


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
    view : what is looked at; its language stays
    folder : where a road network may be written, which is read from disk only
    solver : held while the searches of the plan run

    Raises
    ------
    InputError
        If it cannot be read, used or shown: every problem at once.
    """
    with open_plan((raw, name)) as plan:
        own = _own_data(plan, region, folder)
        changed = _view_of(plan, region, view)
        today = services.open_offices(region, changed, own)
        problems = [*changed_data(plan, region), *_not_for_the_screen(plan, today)]
        _, refused = view_from_query(view_to_query(changed, region), region)
        problems += [
            Problem("plan_not_on_screen", column=_ENTRIES[it], value=str(getattr(changed, it)))
            for it in refused
        ]
        if problems:
            raise InputError(problems)
        draft = _draft_of(plan, _networks(plan, region, solver or nullcontext()), today)
    return OpenedPlan(changed, draft, own)


def _own_data(plan: Plan, region: Region, folder: SessionFolder) -> OwnData:
    """The data a plan brought, read and checked like any other upload."""
    own, problems = EMBEDDED, list[Problem]()
    for name in FILE_FIELDS:
        file: DataFile | None = getattr(plan, name)
        if file is None:
            continue
        try:
            upload = uploads.read_upload(
                name.removesuffix("_file"), file.path.read_bytes(), file.path.name, region,
                # What was near enough under any setting once is so still.
                target_km=TARGET_LIMITS_KM[1], swap=False, folder=folder,
            )  # fmt: skip
        except InputError as error:
            problems += error.problems
        else:
            own = uploads.take(own, upload)
    if problems:
        raise InputError(problems)
    return own


def _not_for_the_screen(plan: Plan, today: pd.DataFrame) -> list[Problem]:
    """What a plan may say and the app cannot show."""
    taken = set(today["id"].astype(str))
    problems = [
        Problem("plan_site_is_office", column="sites", value=it.id) for it in plan.sites if it.id in taken
    ]
    if plan.region_directory is not None:
        problems.append(Problem("plan_not_on_screen", column="region.directory", value=plan.region_name))
    seconds = sum(it.search.time_limit_s for it in plan.stages if it.search is not None)
    if seconds > SEARCH_LIMIT_S:
        limits = {"limit": f"{SEARCH_LIMIT_S:g}"}
        problems.append(
            Problem("plan_search_long", column="stages.search", value=f"{seconds:g}", details=limits)
        )
    return problems


def _base(plan: Plan) -> int:
    """The last stage that begins with the offices of a year; the first if none does."""
    return max((at for at, stage in enumerate(plan.stages) if stage.year is not None), default=0)


def _view_of(plan: Plan, region: Region, view: View) -> View:
    stage = plan.stages[_base(plan)].year
    shown = region.default_stage if stage is None else stage
    year = plan.year
    if year is None and plan.demand_file is None and plan.stages[0].year != shown:
        # The figures of a plan go by its first stage, those of a view by the stage it shows.
        year = choose_year(region, plan.weight, plan.stages[0].year)
    return replace(
        view,
        stage=shown,
        weight=plan.weight,
        year=year,
        distance=plan.distance,
        factor=plan.detour_factor,
        target_km=plan.target_km,
        across_border=plan.across_border,
        planned=plan.planned,
        snap_limit_km=plan.snap_limit_km or DEFAULT_SNAP_LIMIT_KM,
    )


def _networks(plan: Plan, region: Region, solver: AbstractContextManager[object]) -> list[pd.DataFrame]:
    """The offices open after every stage from the base on: ``id, name, lon, lat``."""
    base = _base(plan)
    if any(stage.search is not None for stage in plan.stages):
        with solver:
            # How the answer holds under other assumptions is nothing the app shows.
            found = replace(plan, robustness=None).evaluate(region).coverages[base:]
        return [it.offices[_COLUMNS].astype({"id": str}) for it in found]
    return [plan.offices(at, region)[_COLUMNS] for at in range(base, len(plan.stages))]


@dataclass
class _Changes:
    """What opens and closes, stage by stage; stages that change nothing are left out."""

    added: dict[str, PlannedSite] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    stage_of: dict[str, int] = field(default_factory=dict)
    stages: int = 0

    def add(self, new: pd.DataFrame, gone: Sequence[str]) -> list[str]:
        """Note a stage; returns the ids of what opens again or closes again, which no draft can hold."""
        ids = [*new["id"], *gone]
        if not ids:
            return []
        self.stages += 1
        twice = [it for it in ids if it in self.stage_of]
        self.stage_of.update(dict.fromkeys(ids, self.stages))
        for it in rows(new):
            name = cleaned(str(it.name))
            self.added[str(it.id)] = PlannedSite(str(it.id), name, float(it.lon), float(it.lat))
        self.closed += gone
        return twice


def _draft_of(plan: Plan, networks: Sequence[pd.DataFrame], today: pd.DataFrame) -> Draft:
    """The differences between a network and the next, the first against the offices of today.

    Raises
    ------
    InputError
        Naming everything that opens in one stage and closes in another.
    """
    changes, twice = _Changes(), []
    before = today["id"].astype(str).tolist()
    for stage, network in zip(plan.stages[_base(plan) :], networks, strict=True):
        after = set(network["id"])
        gone = [it for it in before if it not in after]
        order = {key: at for at, key in enumerate(stage.closed)}
        gone.sort(key=lambda key: order.get(key, len(order)))
        twice += changes.add(network[~network["id"].isin(before)], gone)
        before = network["id"].tolist()
    if twice:
        raise InputError(Problem("plan_back_and_forth", column="stages", value=it) for it in twice)
    later = [key for key in (*changes.added, *changes.closed) if changes.stage_of[key] > 1]
    return Draft(
        cleaned(plan.name),
        tuple(changes.added.values()),
        tuple(changes.closed),
        plan.require,
        plan.forbid,
        tuple((key, changes.stage_of[key]) for key in later),
    )
