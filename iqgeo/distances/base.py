"""What every way of measuring shares: points in, nearest offices or pairs within a limit out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.frames import Brief

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG, arithmetic mean of the WGS84 semi-axes), in km."""

TOLERANCE_KM = 1e-9
"""A thousandth of a millimetre: absorbs floating-point noise where a place lies exactly at the target."""

KM: Final = "km"
MINUTES: Final = "min"
COLUMNS: Final = {KM: "distance_km", MINUTES: "minutes"}
"""The column of places that holds the journey in a unit."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def unit_vectors(lon: Floats, lat: Floats) -> Floats:
    """Place points on the unit sphere.

    Parameters
    ----------
    lon, lat : Floats
        Degrees, shape ``(n,)``.

    Returns
    -------
    Floats
        Cartesian, shape ``(n, 3)``.
    """
    east, north = np.radians(lon), np.radians(lat)
    return np.column_stack((np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)))


def within(distance_km: Floats | float, target_km: float) -> NDArray[np.bool_]:
    """Whether a distance counts as within the target; exactly the target does.

    Parameters
    ----------
    distance_km : Floats | float
        Any shape; in minutes if the target is. NaN and ``inf`` (no way) are never within.
    target_km : float
        The target, in the unit of the distance.

    Returns
    -------
    NDArray[np.bool_]
        Of the distance's shape.
    """
    return np.asarray(distance_km) <= target_km + TOLERANCE_KM


@dataclass(frozen=True)
class Target:
    """The promise: how long the journey may be, in the unit of the measure in use (km or min)."""

    value: float
    unit: str = KM

    @property
    def column(self) -> str:
        """The column of places that the target is held against."""
        return COLUMNS[self.unit]

    def met_by(self, journey: Floats | float) -> NDArray[np.bool_]:
        """Whether a journey in the target's unit keeps the promise; exactly the target does."""
        return within(journey, self.value)


class Reach(IntEnum):
    """Whether a place can be reached at all by the measure in use."""

    REACHABLE = 0
    FERRY_ONLY = 1
    NO_ROAD = 2
    NO_WAY = 3


@dataclass(frozen=True, repr=False)
class Points(Brief):
    """Places or offices: ``lon`` and ``lat`` in degrees (EPSG:4326), shape ``(n,)``.

    ``landmass`` names the island without a road link a point lies on, empty on the mainland; ``ids`` are
    what a table of distances calls the points, where one is asked.
    """

    lon: Floats
    lat: Floats
    landmass: NDArray[np.object_]
    ids: NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.lon)

    @cached_property
    def vectors(self) -> Floats:
        """The points on the unit sphere, shape ``(n, 3)``."""
        return unit_vectors(self.lon, self.lat)

    @cached_property
    def by_landmass(self) -> tuple[Integers, NDArray[np.object_]]:
        """Which landmass each point lies on, by position among their names in the order of the points."""
        on, names = pd.factorize(self.landmass)
        return on, names

    def some(self, index: object) -> "Points":
        """Those at some positions, in their order."""
        at = np.asarray(index, dtype=np.int64)
        ids = None if self.ids is None else self.ids[at]
        return Points(self.lon[at], self.lat[at], self.landmass[at], ids)

    @classmethod
    def of(cls, lon: object, lat: object, landmass: object = None, ids: object = None) -> "Points":
        """Build points from anything array-like; without ``landmass`` all lie on the mainland."""
        lon_array = np.asarray(lon, dtype=float)
        mainland = np.full(lon_array.shape, "", dtype=object)
        named = mainland if landmass is None else np.asarray(landmass, dtype=object)
        keys = None if ids is None else np.asarray(ids, dtype=object)
        return cls(lon_array, np.asarray(lat, dtype=float), named, keys)


@dataclass(frozen=True, repr=False)
class Nearest(Brief):
    """The nearest office of every place, shape ``(n,)`` each.

    ``office`` is the index into the offices and has a meaning only where ``distance_km`` is finite;
    ``straight_km`` is the great-circle distance to the nearest office by that measure; ``minutes``
    and ``snap_km`` are NaN where the measure knows none; ``reach`` holds :class:`Reach` values.
    """

    office: Integers
    distance_km: Floats
    straight_km: Floats
    minutes: Floats
    snap_km: Floats
    reach: NDArray[np.int8]

    def journey(self, unit: str) -> Floats:
        """The way to the nearest office in a unit of :data:`COLUMNS`."""
        return self.minutes if unit == MINUTES else self.distance_km


@dataclass(frozen=True, repr=False)
class Pairs(Brief):
    """A sparse distance table: ``distance_km[i]`` from place ``place[i]`` to candidate ``candidate[i]``.

    In minutes where that is the measure's unit. Sorted by candidate, then place; every pair at most
    once; only pairs within the limit asked for.
    """

    candidate: Integers
    place: Integers
    distance_km: Floats


@dataclass(frozen=True, eq=False, repr=False)
class Way(Brief):
    """A line from a place to its nearest office: ``lon, lat`` in degrees, shape ``(n,)``.

    ``distance_km`` is that of the measure; ``on_roads`` tells a way along roads from a straight line.
    """

    lon: Floats
    lat: Floats
    distance_km: float
    on_roads: bool


@dataclass(frozen=True)
class MeasureSource:
    """Data that a measure rests on: their title, date, kind, SHA-256 and whom to name; empty if unknown."""

    title: str
    date: str
    kind: str
    checksum: str
    attribution: str


class Measure(Protocol):
    """A way of measuring the journey from places to offices.

    It says itself what is to be known about it, so that nobody asks which one it is: a new measure is
    one module, and its words in ``texts`` under its ``kind``.
    """

    @property
    def kind(self) -> str:
        """The name under which it is chosen and its words are found: ``straight``, ``detour``, ``road``."""

    @property
    def unit(self) -> str:
        """The unit that targets and limits are in, one of :data:`COLUMNS`."""

    @property
    def units(self) -> tuple[str, ...]:
        """The units that :class:`Nearest` holds values in."""

    @property
    def factor(self) -> float | None:
        """What a straight line is multiplied by to estimate the way; ``None`` where nothing is estimated."""

    @property
    def band(self) -> tuple[float, float] | None:
        """The lower and the upper factor that the estimate leaves open; ``None`` without an estimate."""

    @property
    def key(self) -> str:
        """Tells two measures apart: those of one key give the same numbers."""

    @property
    def anywhere(self) -> bool:
        """Whether it knows the way between any two points, not only between those it was given."""

    @property
    def understates(self) -> bool:
        """Whether every real way is longer than what it says, which its reader must be told."""

    @property
    def sources(self) -> tuple[MeasureSource, ...]:
        """The data it rests on, if any."""

    def outline_km(self, target: float) -> float | None:
        """Radius of the circle around an office from which it is within ``target``; ``None`` if no circle."""

    def reach_km(self, target: float) -> float:
        """About how far an office reaches, in km of straight line, where ``target`` is promised."""

    def nearest(self, places: Points, offices: Points) -> Nearest:
        """Return the nearest office of every place; without offices nothing is in reach."""

    def pairs(self, candidates: Points, places: Points, limit: float) -> Pairs:
        """Return all (candidate, place) pairs not farther apart than ``limit`` in the measure's unit."""

    def lines(self, places: Points, offices: Points) -> Sequence[Way | None]:
        """Return the way from every place to its nearest office, ``None`` where none can be reached."""
