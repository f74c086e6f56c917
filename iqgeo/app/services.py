"""What pages ask for, as plain functions over the library. No streamlit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo import sites
from iqgeo.app.state import PlannedSite, View
from iqgeo.changes import gains_and_losses
from iqgeo.coverage import Coverage
from iqgeo.demand import Demand, municipality_keys
from iqgeo.distances import Measure, Points, Way, great_circle_km, ways
from iqgeo.gains import Pool
from iqgeo.gaps import Gaps
from iqgeo.offices import points_of, region_offices
from iqgeo.region import Region
from iqgeo.reports.map import Candidate, Instead
from iqgeo.reports.map.pieces import SHADES
from iqgeo.scenario.measures import fitted_measure, measure_for
from iqgeo.sites import open_in
from iqgeo.suggestions import candidate_towns


@dataclass(frozen=True)
class UsedFile:
    """A file the user brought: what it is used as, its name, its rows and its SHA-256."""

    kind: str
    name: str
    rows: int
    digest: str


# The name by which others know it.
OwnFile = UsedFile


@dataclass(frozen=True, eq=False)
class OwnData:
    """What the user brought in place of the embedded data; ``None`` where nothing was."""

    offices: pd.DataFrame | None = None
    candidates: pd.DataFrame | None = None
    demand: Demand | None = None
    factors: pd.DataFrame | None = None
    roads: Path | None = None
    files: tuple[UsedFile, ...] = ()

    @property
    def key(self) -> str:
        """Tell two sets of data apart: results are kept by it."""
        return " ".join(f"{it.kind}:{it.digest}" for it in self.files)

    def name_of(self, kind: str) -> str:
        """What the file of a kind is called; empty without such a file."""
        return next((it.name for it in self.files if it.kind == kind), "")


EMBEDDED = OwnData()


def measure(region: Region, view: View, own: OwnData = EMBEDDED) -> Measure:
    """Return the way of measuring.

    Raises
    ------
    InputError
        If roads are asked for and no road network covers the region, or factors are of no district of it.
    """
    places = region.settlements if own.demand is None else own.demand.places
    if own.factors is not None and view.distance == "detour":
        return fitted_measure(own.factors, own.name_of("factors"), view.detour_factor, places)
    return measure_for(view, region, own.roads, places)


def open_offices(region: Region, view: View, own: OwnData = EMBEDDED) -> pd.DataFrame:
    """Return the offices of a view, without any plan."""
    if own.offices is not None:
        return open_in(own.offices, view.stage)
    return _documented(region, view.stage, view.across_border, view.planned)


def begun_with(region: Region, view: View, before: OwnData, after: OwnData) -> View:
    """Return the view once offices of one's own come or go: those of all years, as behind every other door.

    A year stands for the region's network: of the user's own offices nobody has chosen one.
    """
    had, has = before.offices is not None, after.offices is not None
    if has and not had:
        return replace(view, stage=None)
    return replace(view, stage=region.default_stage) if had and not has and view.stage is None else view


@lru_cache(maxsize=64)
def _documented(region: Region, stage: int | None, across_border: bool, planned: bool) -> pd.DataFrame:
    """The same frame for the same network: every run of a page asks for it several times."""
    return region_offices(region, stage, across_border=across_border, planned=planned)


@dataclass(frozen=True)
class Change:
    """Who wins and who loses between two coverages of the same people.

    ``districts`` has one row a district where anything changes: ``ags, name, gained, lost, change``.
    """

    gained: float
    lost: float
    districts: pd.DataFrame


def change(before: Coverage, after: Coverage) -> Change:
    """Compare two coverages of the same people by district."""
    every = gains_and_losses(before, after)
    moved = every[(every["gained"] > 0) | (every["lost"] > 0)].reset_index()
    moved.insert(1, "name", [before.district_names.get(ags, ags) for ags in moved["ags"]])
    moved["change"] = moved["gained"] - moved["lost"]
    districts = moved.sort_values(["change", "ags"], ascending=[False, True], ignore_index=True)
    return Change(float(every["gained"].sum()), float(every["lost"].sum()), districts)


def nearest_town(region: Region, lon: float, lat: float) -> PlannedSite:
    """Return the town whose centre is nearest to a point: an office opens in a town."""
    towns = region.towns
    distance_km = great_circle_km(lon, lat, towns["lon"].to_numpy(), towns["lat"].to_numpy())
    town = towns.iloc[int(np.argmin(distance_km))]
    return PlannedSite(str(town["id"]), str(town["name"]), float(town["lon"]), float(town["lat"]))


def apart_km(one: PlannedSite, other: Candidate) -> float:
    """How far two places are apart, as the crow flies."""
    return float(great_circle_km(one.lon, one.lat, np.array([other.lon]), np.array([other.lat]))[0])


def candidate_views(pool: Pool, shown: Coverage, names: Mapping[str, str]) -> tuple[Candidate, ...]:
    """What every candidate that is not open would bring to a network, the most first.

    Parameters
    ----------
    pool : Pool
        Whom each candidate reaches.
    shown : Coverage
        The network.
    names : Mapping[str, str]
        Of districts by their AGS.
    """
    group, keys = pd.factorize(shown.places["district_ags"].astype(str))
    gain, by_district = pool.gains(shown), pool.gains_by(shown, group.astype(np.int64))
    frame, here = pool.candidates, set(sites.ids(shown.offices))
    districts = frame["district_ags"].astype(str) if "district_ags" in frame else pd.Series("", frame.index)
    population = frame["population"] if "population" in frame else pd.Series(0.0, frame.index)
    most = float(gain.max(initial=0.0))
    found = []
    columns = zip(frame["id"], frame["name"], frame["lon"], frame["lat"], districts, population, strict=True)
    for at, (key, name, lon, lat, ags, people) in enumerate(columns):
        if str(key) in here:
            continue
        top = [it for it in np.argsort(-by_district[at], kind="stable")[:2] if by_district[at, it] > 0]
        helped = tuple(filter(None, (names.get(keys[it], "") for it in top)))
        step = min(SHADES - 1, int(SHADES * gain[at] / most)) if most else 0
        share = (shown.covered + float(gain[at])) / shown.people if shown.people else 0.0
        found.append(
            Candidate(
                str(key), str(name), float(lon), float(lat), names.get(ags, ""), float(people),
                float(gain[at]), share, helped, step,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda it: (-it.gain, it.id)))


def stood_in(
    candidates: tuple[Candidate, ...],
    pool: Pool,
    shown: Coverage,
    offices: Sequence[tuple[str, NDArray[np.bool_]]],
) -> tuple[Candidate, ...]:
    """Say of every candidate in whose place among some offices it would do best.

    Parameters
    ----------
    candidates : tuple[Candidate, ...]
        As :func:`candidate_views` gives them.
    pool : Pool
        Whom each candidate reaches.
    shown : Coverage
        The network.
    offices : Sequence[tuple[str, NDArray[np.bool_]]]
        The name of each, and whether every place is within the target of another office.
    """
    row = {key: at for at, key in enumerate(sites.ids(pool.candidates))}
    names = [name for name, _ in offices]
    left = np.array([float(pool.people[beside].sum()) for _, beside in offices])
    after = np.stack(
        [base + pool.gains_beside(beside) for base, (_, beside) in zip(left, offices, strict=True)]
    )
    best = after.argmax(axis=0)
    found = []
    for it in candidates:
        at = row[it.id]
        which = int(best[at])
        change, gain = float(after[which, at]) - shown.covered, shown.covered - float(left[which])
        found.append(replace(it, instead=Instead(names[which], change, gain)))
    return tuple(found)


def candidates(
    region: Region, own: OwnData, least_people: int, *, also: Collection[str] = ()
) -> pd.DataFrame:
    """Return where an office may open: the user's own list, or towns from a size.

    ``also`` are keys of smaller towns that are wanted by name.
    """
    if own.candidates is not None:
        offices = region.offices if own.offices is None else own.offices
        return sites.distinct([("offices", offices), ("candidates", own.candidates)])[1]
    large = candidate_towns(region, least_people)
    small = region.towns[region.towns["id"].isin(set(also) - set(large["id"]))]
    return pd.concat([large, small], ignore_index=True) if len(small) else large


@dataclass(frozen=True)
class Figures:
    """A coverage in a few figures; ``low, high`` bound the share where distances are estimated."""

    offices: int
    share: float
    low: float | None
    high: float | None
    median_km: float
    mean_km: float
    longest_km: float


def figures(shown: Coverage) -> Figures:
    """Sum a coverage up; lengths leave out who cannot be reached, and are weighted by people."""
    places = shown.places
    reachable = np.isfinite(places["distance_km"].to_numpy()) & (places["people"].to_numpy() > 0)
    distance_km = places["distance_km"].to_numpy()[reachable]
    people = places["people"].to_numpy(dtype=float)[reachable]
    order = np.argsort(distance_km, kind="stable")
    running = np.cumsum(people[order])
    median = mean = longest = float("nan")
    if len(order):
        median = float(distance_km[order[np.searchsorted(running, running[-1] / 2)]])
        mean = float(distance_km @ people / running[-1])
        longest = float(distance_km.max())
    band = shown.band
    return Figures(
        offices=len(shown.offices),
        share=shown.share,
        low=None if band is None or not shown.people else band.covered_low / shown.people,
        high=None if band is None or not shown.people else band.covered_high / shown.people,
        median_km=median,
        mean_km=mean,
        longest_km=longest,
    )


DEPENDS_ON_ROAD = "depends_on_road"


@dataclass(frozen=True)
class GapFilter:
    """Which municipalities of a gap list are wanted; empty entries want all.

    ``reasons`` are those of :attr:`iqgeo.gaps.Gaps.places`, and ``depends_on_road`` for places that
    are too far by the estimate only.
    """

    regions: tuple[int, ...] = ()
    districts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    name: str = ""
    least_people: float = 0.0
    from_km: float = 0.0
    to_km: float = float("inf")


def reasons_of(municipalities: pd.DataFrame) -> pd.Series:
    """Return the reason of every row, ``depends_on_road`` where only the estimate says too far."""
    return municipalities["reason"].mask(municipalities["depends_on_road"].astype(bool), DEPENDS_ON_ROAD)


def filtered(municipalities: pd.DataFrame, wanted: GapFilter) -> pd.DataFrame:
    """Return the rows of :attr:`iqgeo.gaps.Gaps.by_municipality` that are wanted, in their order."""
    keep = municipalities["people"] >= wanted.least_people
    keep &= municipalities["distance_km"].between(wanted.from_km, wanted.to_km)
    if wanted.regions:
        keep &= municipalities["gap_region"].isin(wanted.regions)
    if wanted.districts:
        keep &= municipalities["district_ags"].isin(wanted.districts)
    if wanted.reasons:
        keep &= reasons_of(municipalities).isin(wanted.reasons)
    if wanted.name.strip():
        # Of an empty table pandas does not know that names are text.
        keep &= municipalities["name"].astype(str).str.contains(wanted.name.strip(), case=False, regex=False)
    return municipalities[keep].reset_index(drop=True)


MOST_WAYS = 12
"""So many ways are drawn at once: more would hide the map."""


def ways_from(shown: Coverage, district: str) -> tuple[Way, ...]:
    """Return the ways from the largest places of a district to their nearest office, one a municipality."""
    places = shown.places
    mine = places[places["district_ags"].astype(str).eq(district) & places["people"].gt(0)]
    largest = mine.sort_values("people", ascending=False, kind="stable").drop_duplicates("ags")
    return _ways(shown, largest.head(MOST_WAYS))


def ways_of(gaps: Gaps, municipalities: Collection[str]) -> tuple[Way, ...]:
    """Return the ways from the largest uncovered places of some municipalities to their nearest office."""
    keys = list(municipalities)[:MOST_WAYS]
    mine = gaps.places.assign(key=municipality_keys(gaps.places))
    mine = mine[mine["key"].isin(keys)].sort_values("people", ascending=False, kind="stable")
    largest = mine.drop_duplicates("key")
    return _ways(gaps.coverage, largest)


def _ways(coverage: Coverage, places: pd.DataFrame) -> tuple[Way, ...]:
    points = Points.of(places["lon"], places["lat"], places["landmass"])
    found = ways(coverage.measure, points, points_of(coverage.offices, coverage.demand))
    return tuple(it for it in found if it is not None)
