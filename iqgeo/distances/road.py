"""Travel distances on a road network, behind the same interface as the estimates."""

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from iqgeo.distances.base import (
    KM,
    MINUTES,
    Floats,
    Integers,
    MeasureSource,
    Nearest,
    Pairs,
    Points,
    Reach,
    Way,
)
from iqgeo.distances.detour import DEFAULT_DETOUR_FACTOR
from iqgeo.distances.straight import Straight
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    from iqgeo.distances.roads import RoadInfo, RoadNetwork

DEFAULT_SNAP_LIMIT_KM = 2.0
"""A place farther than this from any road has "no road nearby"; a network of main roads only wants more."""

_MOST_ANSWERS = 8
"""Answers on the nearest office that a measure keeps."""


def _question(places: Points, offices: Points) -> bytes:
    """A checksum of all that decides who is near whom."""
    made = hashlib.sha256()
    for points in (places, offices):
        names = "\0".join(map(str, points.landmass.tolist()))
        for part in (points.lon.tobytes(), points.lat.tobytes(), names.encode()):
            made.update(f"{len(part)}:".encode())
            made.update(part)
    return made.digest()


@dataclass(frozen=True, eq=False)
class Road:
    """Shortest ways on roads, in km, or fastest ways in minutes, with the straight legs at both ends.

    Attributes
    ----------
    snap_limit_km : float
        A place farther from every road has none nearby.
    ferries : bool
        Whether ferries count, with their time and length.
    unit : str
        ``km`` or ``min``: what is as short as can be, and what a target is compared with.
    """

    network: "RoadNetwork"
    snap_limit_km: float = DEFAULT_SNAP_LIMIT_KM
    ferries: bool = False
    unit: str = KM

    kind = "road"
    anywhere = True
    understates = False
    factor = None
    band = None

    @property
    def units(self) -> tuple[str, ...]:
        """Kilometres, and minutes where the speeds are known."""
        return (KM, MINUTES) if self.info.has_minutes else (KM,)

    @property
    def key(self) -> str:
        """Tells two networks and limits apart."""
        return f"road {self.info.checksum} {self.snap_limit_km!r} {self.ferries} {self.unit}"

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

    @property
    def _counted(self) -> "RoadNetwork":
        """The network as it counts what the measure measures."""
        return self.network if self.unit == KM else self.network.by_time

    def nearest(self, places: Points, offices: Points) -> Nearest:
        """Return the office with the shortest way for every place.

        Snapping looks for the nearest road, be it across the water: so an island keeps to itself, unless the
        way takes a ferry and may. The last answers are kept: the same network is asked for the people of
        several years.
        """
        key, known = _question(places, offices), self._answers
        found = known.get(key)
        if found is None:
            found = known[key] = self._nearest(places, offices)
            for old in list(known)[:-_MOST_ANSWERS]:
                known.pop(old, None)
        return Nearest(**{it.name: getattr(found, it.name).copy() for it in fields(found)})

    @cached_property
    def _answers(self) -> dict[bytes, Nearest]:
        """Answers by question, the oldest first."""
        return {}

    def _nearest(self, places: Points, offices: Points) -> Nearest:
        straight = Straight().nearest(places, offices)
        if not len(offices) or not len(places):
            return straight
        from iqgeo.distances.roads import RoadStatus, nearest_of, snap_both

        network = self._counted
        at_places, at_offices = snap_both(
            network, (places.lon, places.lat), (offices.lon, offices.lat), limit_km=self.snap_limit_km
        )
        office = np.zeros(len(places), dtype=np.int64)
        distance_km, minutes = np.full(len(places), np.inf), np.full(len(places), np.inf)
        status = np.where(at_places.near, RoadStatus.UNREACHABLE, RoadStatus.NO_ROAD)
        own_office = np.isin(places.landmass.astype(str), offices.landmass.astype(str))
        for name in np.unique(places.landmass.astype(str)):
            here, there = places.landmass == name, offices.landmass == name
            for same in (True, False) if self.ferries else (True,):
                ends = there if same else ~there
                if not ends.any():
                    continue
                found = nearest_of(network, at_places.of(here), at_offices.of(ends), ferries=self.ferries)
                better = (
                    here
                    & np.isfinite(found.distance_km)
                    & (found.counted < network.counted_first(distance_km, minutes)[0])
                )
                if same:
                    status[here] = found.status[here]
                else:
                    better &= found.status == RoadStatus.FERRY_ONLY
                    status[better] = RoadStatus.FERRY_ONLY
                chosen = found.office_index.to_numpy(dtype="float64", na_value=0.0)
                office[better] = chosen[better].astype(np.int64)
                distance_km[better], minutes[better] = found.distance_km[better], found.minutes[better]
        unreached = ~np.isfinite(distance_km)
        reach = np.full(len(places), Reach.REACHABLE, dtype=np.int8)
        reach[unreached & own_office] = Reach.NO_WAY
        reach[status == RoadStatus.NO_ROAD] = Reach.NO_ROAD
        reach[unreached & (status == RoadStatus.FERRY_ONLY)] = Reach.FERRY_ONLY
        reach[unreached & (places.landmass != "") & ~own_office] = Reach.FERRY_ONLY
        return Nearest(
            office=office,
            distance_km=distance_km,
            straight_km=straight.straight_km,
            minutes=minutes,
            snap_km=at_places.snap_km,
            reach=reach,
        )

    def pairs(self, candidates: Points, places: Points, limit: float) -> Pairs:
        """Return all pairs within ``limit``, in the measure's unit."""
        candidate, place, journey = self._pairs(candidates, places, limit, ferries=self.ferries)
        allowed = candidates.landmass[candidate] == places.landmass[place]
        if self.ferries:
            # Over water one gets by ferry only; a way without one would have jumped across.
            ashore = self._pairs(candidates, places, limit, ferries=False)
            key, jumped = (a * len(places) + b for a, b in ((candidate, place), ashore[:2]))
            allowed |= ~np.isin(key, jumped)
        return Pairs(candidate[allowed], place[allowed], journey[allowed])

    def _pairs(
        self, candidates: Points, places: Points, limit: float, *, ferries: bool
    ) -> tuple[Integers, Integers, Floats]:
        from platformdirs import user_cache_path

        from iqgeo.distances.roads import pairs_within

        found = pairs_within(
            self._counted,
            candidates.lon,
            candidates.lat,
            places.lon,
            places.lat,
            limit,
            snap_limit_km=self.snap_limit_km,
            ferries=ferries,
            cache_directory=user_cache_path("iqgeo", appauthor=False) / "pairs",
        )
        return (
            found.candidate_index.astype(np.int64),
            found.place_index.astype(np.int64),
            found.distance_km,
        )

    def lines(self, places: Points, offices: Points) -> list[Way | None]:
        """Return the way along the roads from every place to its nearest office."""
        from iqgeo.distances.roads import routes

        nearest = self.nearest(places, offices)
        lines: list[Way | None] = [None] * len(places)
        reached = np.isfinite(nearest.distance_km)
        own = places.landmass == offices.landmass[nearest.office] if len(offices) else reached
        groups = [
            (reached & own & (places.landmass == name), offices.landmass == name)
            for name in np.unique(places.landmass[reached & own].astype(str))
        ]
        groups += [
            (reached & ~own & (nearest.office == office), np.arange(len(offices)) == office)
            for office in np.unique(nearest.office[reached & ~own])
        ]
        for here, there in groups:
            drawn = routes(
                self._counted, places.lon[here], places.lat[here], offices.lon[there], offices.lat[there],
                snap_limit_km=self.snap_limit_km, ferries=self.ferries,
            )  # fmt: skip
            for place, route in zip(np.flatnonzero(here).tolist(), drawn, strict=True):
                if route is not None:
                    lines[place] = Way(route.lon, route.lat, float(nearest.distance_km[place]), True)
        return lines


def road_measure(
    roads: Path | None,
    region_directory: Path,
    places: Points | None,
    snap_limit_km: float = DEFAULT_SNAP_LIMIT_KM,
    *,
    ferries: bool = False,
    unit: str = KM,
) -> Road:
    """The measure on the roads of a file, or on those found for the places.

    Parameters
    ----------
    roads : Path | None
        A road network; ``None`` for the one that was built near the places.
    region_directory : Path
        Where a network of the region may lie.
    places : Points | None
        What the network must cover; ``None`` if that is not asked.
    snap_limit_km : float
        A place farther from any road has none: its distance is ``inf``.
    ferries : bool
        Whether a way may take a ferry.
    unit : str
        ``km`` or ``min``.

    Returns
    -------
    Road
        The measure, with the network loaded.

    Raises
    ------
    InputError
        If the file cannot be used, no roads are named and none are found, or minutes are asked of roads
        that know none.
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
    network = load_roads(path)
    if unit == MINUTES and not network.info.has_minutes:
        raise InputError(Problem("roads_without_minutes", file=path.name))
    return Road(network, snap_limit_km, ferries, unit)
