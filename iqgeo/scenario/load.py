"""From a scenario to its data: every file read once, every problem gathered."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from iqgeo import sites
from iqgeo.coverage import check_target, measure_of
from iqgeo.demand import Demand
from iqgeo.distances import MINUTES, Measure
from iqgeo.distances.own import OwnTable
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.frames import Brief
from iqgeo.region import Region, load_region
from iqgeo.scenario.model import Scenario
from iqgeo.scenario.own_distances import fitted_table
from iqgeo.scenario.own_files import distances_of, measure_asked, people_of, sites_of
from iqgeo.scenario.settings import unusable
from iqgeo.sites import Site

if TYPE_CHECKING:
    from iqgeo.inputs import Notice

# The order in which an id that several lists have is looked for.
OFFICES, CANDIDATES, OWN = "offices", "candidates", "sites"


@dataclass(frozen=True, eq=False, repr=False)
class Given(Brief):
    """Data that are there already, in place of files or of what the region has; ``None`` where not.

    Attributes
    ----------
    region : Region | None
        In place of the plan's.
    offices, candidates : pd.DataFrame | None
        Columns ``id, name, lon, lat`` and what else is known.
    demand : Demand | None
        People per place.
    measure : Measure | None
        The way of measuring.
    distances : pd.DataFrame | None
        Columns ``candidate, place, km``.
    """

    region: Region | None = None
    offices: pd.DataFrame | None = None
    candidates: pd.DataFrame | None = None
    demand: Demand | None = None
    measure: Measure | None = None
    distances: pd.DataFrame | None = None


NOTHING = Given()


@dataclass(frozen=True, eq=False, repr=False)
class Loaded(Brief):
    """The data of a scenario.

    Attributes
    ----------
    region : Region
        Places, names and documented networks.
    demand : Demand
        People per place.
    measure : Measure
        In km, or in minutes.
    offices : pd.DataFrame
        The offices of all years that count.
    known : pd.DataFrame
        Every site a stage can name, :data:`iqgeo.sites.COLUMNS` and ``list``; ids are unique.
    candidates : pd.DataFrame
        All candidates, small towns included, in the form of ``known``; ``population`` where known.
    own_offices, own_candidates : bool
        Whether they are a list of the user's.
    notices : tuple[Notice, ...]
        What was repaired in the files, or is worth knowing.
    own_people, own_region : bool
        Whether they are the user's.
    kept : dict[object, Any]
        What was computed of these data alone (networks of documented years, their gaps).
    """

    region: Region
    demand: Demand
    measure: Measure
    offices: pd.DataFrame
    known: pd.DataFrame
    candidates: pd.DataFrame
    own_offices: bool = False
    own_candidates: bool = False
    notices: tuple["Notice", ...] = ()
    own_people: bool = False
    own_region: bool = False
    kept: dict[object, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def home(self) -> Region | None:
        """The region whose names places have; none for people of one's own who live elsewhere."""
        if not self.own_people or self.own_region or self.region.is_home_of(self.demand.places):
            return self.region
        return None

    @cached_property
    def by_bare_id(self) -> dict[str, tuple[str, ...]]:
        """The ids that are written alike when their list is left out, those of the plan's own first."""
        found: dict[str, list[str]] = {}
        order = {OWN: 0, OFFICES: 1, CANDIDATES: 2}
        ranked = sorted(zip(self.known["list"], self.known["id"], strict=True), key=lambda it: order[it[0]])
        for name, key in ranked:
            found.setdefault(key, []).append(key)
            bare = key.removeprefix(f"{name}{sites.SEPARATOR}")
            # Both ways of writing it are understood, whether the list is needed or not.
            for written in (bare, f"{name}{sites.SEPARATOR}{bare}"):
                if key not in found.setdefault(written, []):
                    found[written].append(key)
        return {key: tuple(dict.fromkeys(keys)) for key, keys in found.items()}

    def meant(self, key: str) -> tuple[str, ...]:
        """The ids that ``key`` can mean; none if nobody knows it."""
        return self.by_bare_id.get(key, ())

    def pool(self, least_people: int, also: tuple[str, ...] = ()) -> pd.DataFrame:
        """The sites that searches choose from: the user's list, or the towns from a size.

        ``also`` are ids of smaller towns that are wanted by name.
        """
        if self.own_candidates or "population" not in self.candidates:
            return self.candidates
        large = self.candidates["population"] >= least_people
        wanted = self.candidates["id"].isin(also)
        return self.candidates[large | wanted].reset_index(drop=True)


def load(scenario: Scenario, given: Given = NOTHING) -> Loaded:
    """Read everything a scenario rests on.

    Parameters
    ----------
    scenario : Scenario
        Names the region, the files and the settings.
    given : Given
        Data that are there already: they are not read again.

    Returns
    -------
    Loaded
        What :func:`iqgeo.scenario.evaluate.evaluate` computes from; no file is opened after this.

    Raises
    ------
    InputError
        With the problems of all files and settings together.
    """
    gathering = Gathering()
    region = given.region
    with gathering:
        region = region or _region_of(scenario)
    known_region = region is not None
    region = region or load_region()
    notices: list[Notice] = []
    gathering.problems += _unusable(scenario)
    settings = scenario.settings
    demand = given.demand
    if demand is None:
        with gathering:
            demand = people_of(scenario, region, notices)
    # People of one's own can live anywhere, and a region that cannot be read is nowhere.
    own_people = scenario.file("demand") is not None or given.demand is not None
    near = (region, settings.target_km) if known_region and not own_people else None
    offices, candidates = given.offices, given.candidates
    if offices is None:
        with gathering:
            offices = sites_of(scenario.file("offices"), near, notices)
    if candidates is None:
        with gathering:
            candidates = sites_of(scenario.file("candidates"), near, notices)
    table = given.distances
    if table is None:
        with gathering:
            table = distances_of(scenario.file("distances"), notices)
    measure = given.measure
    if measure is None:
        with gathering:
            measure = (
                OwnTable(table) if table is not None else measure_asked(scenario, region, demand, notices)
            )
    gathering.finish()
    assert demand is not None
    assert measure is not None
    loaded = with_own_sites(_known(scenario, region, demand, measure, offices, candidates), scenario.sites)
    if isinstance(measure, OwnTable):
        file = scenario.file("distances")
        measure = fitted_table(measure, loaded, notices, sure=file is None or file.reading.agreed)
        loaded = replace(loaded, measure=measure)
    return replace(
        loaded,
        notices=tuple(notices),
        own_people=own_people,
        own_region=given.region is not None or scenario.region_directory is not None,
    )


def _region_of(scenario: Scenario) -> Region:
    """The region of the plan's folder or name; one that names none is of the embedded region."""
    region = load_region(scenario.region_directory)
    if scenario.region_directory is None and scenario.region_name not in ("", region.name):
        # Its figures would be those of another state.
        raise InputError(Problem("plan_region_unknown", column="region.name", value=scenario.region_name))
    return region


def _unusable(scenario: Scenario) -> list[Problem]:
    found: list[Problem] = []
    for name, value in unusable(scenario.settings).items():
        try:
            if name == "target_km":
                check_target(value)
            if name == "target_min":
                check_target(value, MINUTES)
            if name == "detour_factor":
                measure_of("detour", value)
        except InputError as error:
            found += error.problems
        else:
            column = name.replace("_", "-")
            found.append(Problem("setting_unusable", column=column, value=str(value)))
    return found


def _known(
    scenario: Scenario,
    region: Region,
    demand: Demand,
    measure: Measure,
    offices: pd.DataFrame | None,
    candidates: pd.DataFrame | None,
) -> Loaded:
    """The sites of all lists, each under an id of its own."""
    own_offices, own_candidates = offices is not None, candidates is not None
    lists = (
        (OFFICES, region.offices if offices is None else offices, "" if own_offices else region.ags),
        (
            CANDIDATES,
            region.towns if candidates is None else candidates,
            "" if own_candidates else region.ags,
        ),
    )
    frames = sites.distinct((name, sites.completed(frame, state)) for name, frame, state in lists)
    counted = frames[0]
    if not own_offices:
        settings = scenario.settings
        counted = sites.counted(
            counted, region.ags, across_border=settings.across_border, planned=settings.planned
        )
    columns = list(sites.COLUMNS)
    every = [
        frame[columns].assign(list=name).astype({"id": object})
        for (name, _, _), frame in zip(lists, frames, strict=True)
        if len(frame)
    ]
    known = pd.concat(every, ignore_index=True) if every else frames[0][columns].assign(list="")
    return Loaded(
        region=region,
        demand=demand,
        measure=measure,
        offices=counted,
        known=known.drop_duplicates("id", ignore_index=True),
        candidates=frames[1],
        own_offices=own_offices,
        own_candidates=own_candidates,
    )


def with_own_sites(loaded: Loaded, own: Sequence[Site]) -> Loaded:
    """The same data for stages that also open places of their own.

    Parameters
    ----------
    loaded : Loaded
        Data read before.
    own : Sequence[Site]
        Places that stages open and no table knows; they take the place of earlier ones.

    Returns
    -------
    Loaded
        The same value if there is nothing to change.
    """
    known = loaded.known[loaded.known["list"] != OWN]
    if not own:
        return loaded if len(known) == len(loaded.known) else replace(loaded, known=known)
    state = loaded.region.ags
    frame = sites.completed(sites.sites_frame(replace(it, state=it.state or state) for it in own))
    _, frame = sites.distinct([("", known), (OWN, frame)])
    every = (
        pd.concat([known, frame.assign(list=OWN)], ignore_index=True)
        if len(known)
        else frame.assign(list=OWN)
    )
    return replace(loaded, known=every.drop_duplicates("id", ignore_index=True))
