"""Who is left out: a row for every uncovered place, and the regions they form."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.clusters import weighted_kmeans
from iqgeo.coverage import COVERED, Coverage
from iqgeo.distances import great_circle_km
from iqgeo.gap_names import GapName, name_of, surroundings_of
from iqgeo.region import Region

MOST_REGIONS = 12
"""More gap regions than this are no help to a board."""

# Side of the cells that stand in for municipalities where places carry no key.
_CELL_DEGREES = 0.05


@dataclass(frozen=True)
class GapRegion:
    """Neighbouring uncovered places.

    ``rank`` counts from 1 by people; ``districts`` are AGS with their uncovered people, most first;
    ``lon, lat`` is the centre of the uncovered people.
    """

    rank: int
    name: GapName
    people: float
    places: int
    districts: tuple[tuple[str, float], ...]
    lon: float
    lat: float


@dataclass(frozen=True)
class Gaps:
    """The uncovered of a coverage.

    Attributes
    ----------
    places : every uncovered place with people once: the columns of ``Coverage.places`` and
        ``over_km`` (km beyond the target, ``inf`` if unreachable, NaN by a target in minutes),
        ``reason`` (the status: too_far, no_road, ferry_only, no_office), ``depends_on_road`` (within
        the target if the road is as short as the band allows) and ``gap_region`` (rank); sorted by
        people, most first
    regions : gap regions, most people first
    """

    coverage: Coverage
    places: pd.DataFrame
    regions: tuple[GapRegion, ...]

    @property
    def people(self) -> float:
        """All uncovered people."""
        return float(self.places["people"].sum())

    def region_of(self, places: pd.DataFrame) -> NDArray[np.int64]:
        """The gap region (rank) of any places, so that two states are counted in the same regions.

        A place left out here keeps its region, so that no region grows when offices are added; any
        other belongs to the region whose centre is nearest.

        Parameters
        ----------
        places : frame with ``id, lon, lat``; there must be regions unless it is empty
        """
        own = pd.Series(self.places["gap_region"].to_numpy(), index=self.places["id"])
        rank = own.reindex(places["id"]).to_numpy(dtype=float, copy=True)
        strange = np.isnan(rank)
        if strange.any():
            others = places[strange]
            away_km = great_circle_km(
                others["lon"].to_numpy()[:, None],
                others["lat"].to_numpy()[:, None],
                [it.lon for it in self.regions],
                [it.lat for it in self.regions],
            )
            rank[strange] = away_km.argmin(axis=1) + 1
        return rank.astype(np.int64)

    @cached_property
    def by_municipality(self) -> pd.DataFrame:
        """Uncovered people per municipality.

        Columns ``ags, name, district_ags, district, people`` (uncovered), ``people_total``,
        ``nearest_office, distance_km`` (weighted mean of the reachable uncovered; ``inf`` if none
        is), ``over_km, reason, depends_on_road`` (all may be covered), ``gap_region, lon, lat``;
        office, reason and region are those of its largest uncovered place.
        """
        return _by_municipality(self)


def find_gaps(coverage: Coverage, region: Region | None = None) -> Gaps:
    """Every uncovered place with its reason, and the gap regions they form, ranked by people.

    Gap regions come from k-means on the uncovered people (weighted, a municipality
    stays whole). Their number is the smallest for which the people live on average no farther from
    their region's centre than an office reaches (at most :data:`MOST_REGIONS`). Independent of the
    order of the places.

    Parameters
    ----------
    region : gives the gap regions their names; the coverage's own by default
    """
    every = coverage.places
    uncovered = every[(every["status"] != COVERED) & (every["people"] > 0)]
    uncovered = uncovered.sort_values(["people", "id"], ascending=[False, True], ignore_index=True)
    labels, units = _cluster(uncovered, coverage.measure.reach_km(coverage.target.value))
    rank = _rank(labels, uncovered)
    uncovered = uncovered.assign(
        over_km=uncovered["distance_km"] - coverage.target_km,
        reason=uncovered["status"],
        depends_on_road=_depends_on_road(uncovered, coverage),
        gap_region=rank,
    )
    return Gaps(coverage, uncovered, _regions(uncovered, units, coverage, region or coverage.region))


def _depends_on_road(uncovered: pd.DataFrame, coverage: Coverage) -> NDArray[np.bool_]:
    band = coverage.measure.band
    if band is None:
        return np.zeros(len(uncovered), dtype=bool)
    return coverage.target.met_by(uncovered["straight_km"].to_numpy() * band[0])


def _units(places: pd.DataFrame) -> NDArray[np.object_]:
    """What stays together: the municipality, or a cell of a grid where there is no key."""
    cell = (
        (places["lon"] / _CELL_DEGREES).round().astype(int).astype(str)
        + ":"
        + (places["lat"] / _CELL_DEGREES).round().astype(int).astype(str)
    )
    return places["ags"].where(places["ags"].ne(""), cell).to_numpy(dtype=object)


def _flat_km(lon: NDArray[np.float64], lat: NDArray[np.float64], centre_lat: float) -> NDArray[np.float64]:
    """Plane coordinates in km, good enough to tell neighbours from strangers."""
    return np.column_stack((lon * np.cos(np.radians(centre_lat)), lat)) * 111.195


def _cluster(uncovered: pd.DataFrame, reach_km: float) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Label of every place, and the units (municipalities) with people, position and label."""
    weighted = pd.DataFrame(
        {
            "unit": _units(uncovered),
            "people": uncovered["people"].to_numpy(),
            "lon": (uncovered["lon"] * uncovered["people"]).to_numpy(),
            "lat": (uncovered["lat"] * uncovered["people"]).to_numpy(),
        }
    )
    units = weighted.groupby("unit", sort=True).sum()
    units[["lon", "lat"]] = units[["lon", "lat"]].div(units["people"], axis=0)
    if units.empty:
        return np.empty(0, np.int64), units.assign(label=np.empty(0, np.int64))
    weights = units["people"].to_numpy()
    flat = _flat_km(units["lon"].to_numpy(), units["lat"].to_numpy(), float(units["lat"].mean()))
    most = min(MOST_REGIONS, len(np.unique(flat, axis=0)))
    for count in range(1, most + 1):
        labels, centres = weighted_kmeans(flat, weights, count)
        away_km = np.linalg.norm(flat - centres[labels], axis=1)
        if float(weights @ away_km) <= reach_km * weights.sum():
            break
    units["label"] = labels
    label = pd.Series(weighted["unit"]).map(units["label"]).to_numpy(dtype=np.int64)
    return label, units


def _rank(labels: NDArray[np.int64], uncovered: pd.DataFrame) -> NDArray[np.int64]:
    """Labels renumbered from 1 by people, most first."""
    people = uncovered.groupby(labels)["people"].sum()
    first_id = uncovered.groupby(labels)["id"].min()
    order = pd.DataFrame({"people": people, "id": first_id}).sort_values(
        ["people", "id"], ascending=[False, True]
    )
    ranks = pd.Series(np.arange(1, len(order) + 1), index=order.index)
    return ranks.reindex(labels).to_numpy(dtype=np.int64)


def _regions(
    uncovered: pd.DataFrame, units: pd.DataFrame, coverage: Coverage, region: Region | None
) -> tuple[GapRegion, ...]:
    if uncovered.empty:
        return ()
    surroundings = None if region is None else surroundings_of(region)
    districts = coverage.district_names if region is None else region.district_names
    unit_rank = pd.Series(uncovered["gap_region"].to_numpy(), index=_units(uncovered))
    unit_rank = unit_rank[~unit_rank.index.duplicated()]
    units = units.assign(rank=unit_rank.reindex(units.index))
    found: list[GapRegion] = []
    for rank, members in uncovered.groupby("gap_region", sort=True):
        by_district = (
            members.groupby("district_ags")["people"].sum().sort_values(ascending=False, kind="stable")
        )
        people = float(members["people"].sum())
        mine = units[units["rank"] == rank]
        largest = [districts.get(str(ags), "") for ags in by_district.index]
        name = name_of(
            mine[["lon", "lat", "people"]],
            [it for it in largest if it],
            surroundings,
            coverage.offices,
            [it.name for it in found],
        )
        found.append(
            GapRegion(
                rank=int(str(rank)),
                name=name,
                people=people,
                places=len(members),
                districts=tuple((str(ags), float(it)) for ags, it in by_district.items()),
                lon=float(np.average(members["lon"], weights=members["people"])),
                lat=float(np.average(members["lat"], weights=members["people"])),
            )
        )
    return tuple(found)


def _by_municipality(gaps: Gaps) -> pd.DataFrame:
    places = gaps.places.assign(
        reachable=np.isfinite(gaps.places["distance_km"]) * gaps.places["people"],
        person_km=gaps.places["people"]
        * gaps.places["distance_km"].where(np.isfinite(gaps.places["distance_km"]), 0),
        person_lon=gaps.places["people"] * gaps.places["lon"],
        person_lat=gaps.places["people"] * gaps.places["lat"],
        unsure=gaps.places["depends_on_road"] * gaps.places["people"],
    )
    sums = places.groupby("ags", sort=True)[
        ["people", "reachable", "person_km", "person_lon", "person_lat", "unsure"]
    ].sum()
    # Places come sorted by people: the first of a municipality is its largest uncovered place.
    first = places.drop_duplicates("ags").set_index("ags").reindex(sums.index)
    total = gaps.coverage.places.groupby("ags")["people"].sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        distance_km = (sums["person_km"] / sums["reachable"]).fillna(np.inf)
    names, districts = gaps.coverage.municipality_names, gaps.coverage.district_names
    table = pd.DataFrame(
        {
            "ags": sums.index,
            "name": [names.get(ags, ags) for ags in sums.index],
            "district_ags": first["district_ags"].to_numpy(),
            "district": [districts.get(ags, ags) for ags in first["district_ags"]],
            "people": sums["people"].to_numpy(),
            "people_total": total.reindex(sums.index).to_numpy(),
            "nearest_office": first["nearest_office"].to_numpy(),
            "distance_km": distance_km.to_numpy(),
            "over_km": distance_km.to_numpy() - gaps.coverage.target_km,
            "reason": first["reason"].to_numpy(),
            "depends_on_road": (sums["unsure"] == sums["people"]).to_numpy(),
            "gap_region": first["gap_region"].to_numpy(),
            "lon": (sums["person_lon"] / sums["people"]).to_numpy(),
            "lat": (sums["person_lat"] / sums["people"]).to_numpy(),
        }
    )
    return table.sort_values(["people", "ags"], ascending=[False, True], ignore_index=True)
