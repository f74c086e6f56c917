"""From a scenario to its data: every file read once, every problem gathered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from iqgeo import sites
from iqgeo.coverage import check_target, measure_of
from iqgeo.demand import Demand, build_demand
from iqgeo.distances import MINUTES, Measure
from iqgeo.distances.own import OwnTable
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.frames import Brief
from iqgeo.region import Region, load_region
from iqgeo.scenario.measures import fitted_measure, measure_for
from iqgeo.scenario.model import OwnFile, Scenario
from iqgeo.scenario.settings import unusable
from iqgeo.sites import Site

if TYPE_CHECKING:
    from iqgeo.inputs import Intake, Notice

# The order in which an id that several lists have is looked for.
OFFICES, CANDIDATES, OWN = "offices", "candidates", "sites"


@dataclass(frozen=True, eq=False, repr=False)
class Given(Brief):
    """Data that are there already, in place of files or of what the region has; ``None`` where not.

    Attributes
    ----------
    offices, candidates : frames with ``id, name, lon, lat`` and what else is known
    distances : frame ``candidate, place, km``
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
    offices : the offices of all years that count
    known : every site a stage can name, :data:`iqgeo.sites.COLUMNS` and ``list``; ids are unique
    candidates : all candidates, small towns included, in the form of ``known``; ``population`` where known
    own_candidates : whether they are a list of the user's
    notices : what was repaired in the files, or is worth knowing
    kept : what was computed of these data alone (networks of documented years, their gaps)
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
            demand = _demand(scenario, region, notices)
    # People of one's own can live anywhere, and a region that cannot be read is nowhere.
    own_people = scenario.file("demand") is not None or given.demand is not None
    near = (region, settings.target_km) if known_region and not own_people else None
    offices, candidates = given.offices, given.candidates
    if offices is None:
        with gathering:
            offices = _sites(scenario.file("offices"), near, notices)
    if candidates is None:
        with gathering:
            candidates = _sites(scenario.file("candidates"), near, notices)
    table = given.distances
    if table is None:
        with gathering:
            table = _distances(scenario.file("distances"), notices)
    measure = given.measure
    if measure is None:
        with gathering:
            measure = OwnTable(table) if table is not None else _measure(scenario, region, demand, notices)
    gathering.finish()
    assert demand is not None
    assert measure is not None
    loaded = with_own_sites(_known(scenario, region, demand, measure, offices, candidates), scenario.sites)
    if isinstance(measure, OwnTable):
        _check_table(measure, loaded)
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


def _demand(scenario: Scenario, region: Region, notices: "list[Notice]") -> Demand:
    """People per place: from the user's file, the user's shares, or the region's figures."""
    people, shares = scenario.file("demand"), scenario.file("shares")
    settings = scenario.settings
    if people is None and scenario.file("grid_shares") is not None:
        raise InputError(Problem("grid_shares_alone", column="grid-shares"))
    if people is not None:
        from iqgeo.inputs import demand_of, read_demand
        from iqgeo.inputs.grids import WEIGHTS as GRID_WEIGHTS

        shares_of_cells = scenario.file("grid_shares")
        # Of a grid alone: a table of one's own has one figure.
        weight = settings.weight if settings.weight in GRID_WEIGHTS else None
        intake = read_demand(
            people.path,
            region,
            weight=None if settings.weight == region.default_weight else weight,
            layer=people.layer,
            grid_shares=None if shares_of_cells is None else shares_of_cells.source,
            swap_coordinates=people.swapped,
            year=settings.year,
            reading=people.reading,
        )
        notices += intake.repairs
        return demand_of(intake)
    if shares is not None:
        from iqgeo.inputs import demand_of_shares, read_shares

        # The region's own default says nothing about whom the user's figures count.
        weight = None if settings.weight == region.default_weight else settings.weight
        intake = read_shares(
            shares.path,
            region,
            layer=shares.layer,
            weight=weight,
            year=settings.year,
            reading=shares.reading,
        )
        notices += intake.repairs
        return demand_of_shares(region, intake, weight, settings.year)
    return build_demand(region, settings.weight, year=settings.year, stage=scenario.base_year)


def _sites(
    file: OwnFile | None, near: tuple[Region, float] | None, notices: "list[Notice]"
) -> pd.DataFrame | None:
    """The user's offices or candidates."""
    if file is None:
        return None
    from iqgeo.inputs import read_candidates, read_offices

    read: Callable[..., Intake] = read_offices if file.kind == "offices" else read_candidates
    intake = read(file.path, layer=file.layer, swap_coordinates=file.swapped, near=near, reading=file.reading)
    notices += intake.repairs
    return intake.frame


def _distances(file: OwnFile | None, notices: "list[Notice]") -> pd.DataFrame | None:
    if file is None:
        return None
    from iqgeo.inputs import read_distances

    intake = read_distances(file.path, layer=file.layer, reading=file.reading)
    notices += intake.repairs
    return intake.frame


def _measure(scenario: Scenario, region: Region, demand: Demand | None, notices: "list[Notice]") -> Measure:
    """The way of measuring: by name, or on roads."""
    roads = scenario.file("roads")
    places = None if demand is None else demand.places
    factors = scenario.file("factors")
    if factors is not None and scenario.settings.distance == "detour" and places is not None:
        from iqgeo.inputs import read_factors

        intake = read_factors(factors.path, layer=factors.layer, reading=factors.reading)
        notices += intake.repairs
        return fitted_measure(intake.frame, intake.file, scenario.settings.detour_factor, places)
    return measure_for(scenario.settings, region, None if roads is None else roads.path, places)


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
    """The same data for stages that also open places of their own."""
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


def _check_table(measure: OwnTable, loaded: Loaded) -> None:
    """Refuse a table that names what nobody knows, names two sites at once, or leaves an office out."""
    named = set(measure.table["candidate"])
    strangers = sorted(key for key in named if not loaded.meant(key))
    places = set(loaded.demand.places["id"].astype(str))
    strangers += sorted(set(measure.table["place"]) - places)
    problems = []
    if strangers:
        problems.append(Problem("distances_unknown_ids", value=", ".join(strangers[:5])))
    problems += [
        Problem("distances_id_twice", value=key, details={"ids": ", ".join(loaded.meant(key))})
        for key in sorted(named)
        if len(loaded.meant(key)) > 1
    ]
    problems += [
        Problem("distances_office_missing", value=key, details={"name": name})
        for key, name in zip(loaded.offices["id"].astype(str), loaded.offices["name"], strict=True)
        if key not in named
    ]
    if problems:
        raise InputError(problems[:20])
