"""Travel distances on a road network, behind the same interface as the estimates."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from iqgeo.distances.base import KM, MINUTES, MeasureSource, Nearest, Pairs, Points, Reach, Way
from iqgeo.distances.detour import DEFAULT_DETOUR_FACTOR
from iqgeo.distances.straight import Straight
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    from iqgeo.distances.roads import RoadInfo, RoadNetwork

DEFAULT_SNAP_LIMIT_KM = 2.0
"""A place farther than this from any road has "no road nearby"; a network of main roads only wants more."""


@dataclass(frozen=True, eq=False)
class Road:
    """Shortest ways on roads, in km, with the straight legs at both ends; ferries are not used."""

    network: "RoadNetwork"
    snap_limit_km: float = DEFAULT_SNAP_LIMIT_KM

    kind = "road"
    unit = KM
    factor = None
    band = None

    @property
    def units(self) -> tuple[str, ...]:
        """Kilometres, and minutes where the speeds are known."""
        return (KM, MINUTES) if self.info.has_minutes else (KM,)

    @property
    def key(self) -> str:
        """Tells two networks and limits apart."""
        return f"road {self.info.checksum} {self.snap_limit_km!r}"

    @property
    def sources(self) -> tuple[MeasureSource, ...]:
        """Where the roads come from."""
        it = self.info
        return (MeasureSource(it.source, it.date or "", it.kind, it.checksum, it.attribution),)

    def outline_km(self, target: float) -> None:
        """No circle: roads lead farther in one direction than in another."""

    def reach_km(self, target: float) -> float:
        """About how far an office reaches: as the estimate has it."""
        return target / DEFAULT_DETOUR_FACTOR

    @property
    def info(self) -> "RoadInfo":
        """Where the roads come from, of which date."""
        return self.network.info

    def nearest(self, places: Points, offices: Points) -> Nearest:
        """Return the office with the shortest way for every place."""
        straight = Straight().nearest(places, offices)
        if not len(offices) or not len(places):
            return straight
        from iqgeo.distances.roads import RoadStatus, nearest_offices

        found = nearest_offices(
            self.network,
            places.lon,
            places.lat,
            offices.lon,
            offices.lat,
            snap_limit_km=self.snap_limit_km,
            ferries=False,
        )
        office = np.asarray(found.office_index.to_numpy(dtype="float64", na_value=0.0), dtype=np.int64)
        # Snapping looks for the nearest road, be it across the water: an island keeps to itself.
        over_water = (places.landmass != offices.landmass[office]) & np.isfinite(found.distance_km)
        unreached = ~np.isfinite(found.distance_km) | over_water
        reach = np.full(len(places), Reach.REACHABLE, dtype=np.int8)
        reach[found.status == RoadStatus.NO_ROAD] = Reach.NO_ROAD
        ferry = (found.status == RoadStatus.FERRY_ONLY) | ((places.landmass != "") & unreached)
        reach[ferry] = Reach.FERRY_ONLY
        return Nearest(
            office=office,
            distance_km=np.where(unreached, np.inf, found.distance_km),
            straight_km=straight.straight_km,
            minutes=np.where(unreached, np.inf, found.minutes),
            snap_km=found.snap_km,
            reach=reach,
        )

    def pairs(self, candidates: Points, places: Points, limit: float) -> Pairs:
        """Return all pairs within ``limit`` km on the roads."""
        from platformdirs import user_cache_path

        from iqgeo.distances.roads import pairs_within

        found = pairs_within(
            self.network,
            candidates.lon,
            candidates.lat,
            places.lon,
            places.lat,
            limit,
            snap_limit_km=self.snap_limit_km,
            ferries=False,
            cache_directory=user_cache_path("iqgeo", appauthor=False) / "pairs",
        )
        candidate = found.candidate_index.astype(np.int64)
        place = found.place_index.astype(np.int64)
        same = candidates.landmass[candidate] == places.landmass[place]
        return Pairs(candidate[same], place[same], found.distance_km[same])

    def lines(self, places: Points, offices: Points) -> list[Way | None]:
        """Return the way along the roads from every place to its nearest office."""
        from iqgeo.distances.roads import routes

        nearest = self.nearest(places, offices)
        found = routes(
            self.network, places.lon, places.lat, offices.lon, offices.lat,
            snap_limit_km=self.snap_limit_km, ferries=False,
        )  # fmt: skip
        return [
            Way(route.lon, route.lat, float(km), True) if route is not None and np.isfinite(km) else None
            for route, km in zip(found, nearest.distance_km, strict=True)
        ]


def road_measure(
    roads: Path | None,
    region_directory: Path,
    places: Points | None,
    snap_limit_km: float = DEFAULT_SNAP_LIMIT_KM,
) -> Road:
    """The measure on the roads of a file, or on those found for the places.

    Raises
    ------
    InputError
        If the file cannot be used, or no roads are named and none are found.
    """
    from iqgeo.distances.roads import find_roads, load_roads

    if not (np.isfinite(snap_limit_km) and snap_limit_km > 0):
        raise InputError(Problem("snap_limit", column="snap-limit-km", value=f"{snap_limit_km:g}"))
    path = roads
    if path is None and places is not None and len(places):
        bounds = (places.lon.min(), places.lat.min(), places.lon.max(), places.lat.max())
        path = find_roads(region_directory, bounds)
    if path is None:
        raise InputError(Problem("roads_not_found"))
    return Road(load_roads(path), snap_limit_km)
