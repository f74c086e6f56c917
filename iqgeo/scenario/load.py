"""From a scenario to its data: every file read once, every problem gathered."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from iqgeo import sites
from iqgeo.coverage import check_target, measure_of
from iqgeo.demand import Demand
from iqgeo.distances import MINUTES, Measure, great_circle_km
from iqgeo.distances.own import OwnTable
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.frames import Brief
from iqgeo.region import Region, load_region
from iqgeo.scenario.model import Scenario
from iqgeo.scenario.own_files import distances_of, measure_asked, people_of, sites_of
from iqgeo.scenario.settings import unusable
from iqgeo.sites import Site

if TYPE_CHECKING:
    from iqgeo.inputs import Notice

# The order in which an id that several lists have is looked for.
OFFICES, CANDIDATES, OWN = "offices", "candidates", "sites"
# Own lengths are held against the straight line where site and place lie so far apart: no way is a hundred
# times as long, and none falls short of it by more than positions are rounded.
_APART_KM: Final = 1.0
_NO_WAY_TIMES: Final = 100.0
_SHORT: Final = 0.9


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
        measure = _as_meant(measure, loaded, notices)
        _check_table(measure, loaded)
        file = scenario.file("distances")
        _hold_against_lines(measure, loaded, notices, sure=file is None or file.reading.agreed)
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


def _as_meant(measure: OwnTable, loaded: Loaded, notices: "list[Notice]") -> OwnTable:
    """The table with candidates and places exchanged, where only so all ids are known."""
    from iqgeo.inputs import Notice
    from iqgeo.inputs.pairs import turned

    places = set(loaded.demand.places["id"].astype(str))

    def strange(table: pd.DataFrame) -> bool:
        named = set(table["candidate"])
        return any(not loaded.meant(it) for it in named) or not set(table["place"]) <= places

    if not strange(measure.table) or strange(other := turned(measure.table)):
        return measure
    notices.append(Notice("distances_turned", count=len(other)))
    return OwnTable(other)


def _hold_against_lines(measure: OwnTable, loaded: Loaded, notices: "list[Notice]", *, sure: bool) -> None:
    """Refuse lengths that are hundreds of times the straight line: metres; say that many fall short of it."""
    from iqgeo.inputs import Notice

    at_site = loaded.known.drop_duplicates("id").set_index("id")
    at_place = loaded.demand.places.set_index("id")
    meant = {key: next(iter(loaded.meant(key))) for key in set(measure.table["candidate"])}
    site = at_site.reindex(measure.table["candidate"].map(meant))
    place = at_place.reindex(measure.table["place"])
    straight = great_circle_km(site["lon"], site["lat"], place["lon"], place["lat"])
    km = measure.table["km"].to_numpy(dtype=float)
    apart = straight > _APART_KM
    if not apart.any():
        return
    ratio = float(np.median(km[apart] / straight[apart]))
    if ratio > _NO_WAY_TIMES and not sure:
        times = round(ratio)
        raise InputError(Problem("distances_longer", column="distances", details={"times": times}))
    short = int((km[apart] < _SHORT * straight[apart]).sum())
    if 2 * short > int(apart.sum()):
        notices.append(Notice("distances_shorter", count=short, details={"all": int(apart.sum())}))


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
