"""What every way of measuring shares: points in, nearest offices or pairs within a limit out."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG, arithmetic mean of the WGS84 semi-axes), in km."""

TOLERANCE_KM = 1e-9
"""A thousandth of a millimetre: absorbs floating-point noise where a place lies exactly at the target."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def within(distance_km: Floats | float, target_km: float) -> NDArray[np.bool_]:
    """Whether a distance counts as within the target; exactly the target does."""
    return np.asarray(distance_km) <= target_km + TOLERANCE_KM


class Reach(IntEnum):
    """Whether a place can be reached at all by the measure in use."""

    REACHABLE = 0
    FERRY_ONLY = 1
    NO_ROAD = 2


@dataclass(frozen=True)
class Points:
    """Places or offices: ``lon`` and ``lat`` in degrees (EPSG:4326), shape ``(n,)``.

    ``landmass`` names the island without a road link a point lies on, empty on the mainland.
    """

    lon: Floats
    lat: Floats
    landmass: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.lon)

    @classmethod
    def of(cls, lon: object, lat: object, landmass: object = None) -> "Points":
        """Build points from anything array-like; without ``landmass`` all lie on the mainland."""
        lon_array = np.asarray(lon, dtype=float)
        mainland = np.full(lon_array.shape, "", dtype=object)
        named = mainland if landmass is None else np.asarray(landmass, dtype=object)
        return cls(lon_array, np.asarray(lat, dtype=float), named)


@dataclass(frozen=True)
class Nearest:
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


@dataclass(frozen=True)
class Pairs:
    """A sparse distance table: ``distance_km[i]`` from place ``place[i]`` to candidate ``candidate[i]``.

    Sorted by candidate, then place; every pair at most once; only pairs within the limit asked for.
    """

    candidate: Integers
    place: Integers
    distance_km: Floats


class Measure(Protocol):
    """A way of measuring the journey from places to offices, in km."""

    @property
    def kind(self) -> str:
        """``straight``, ``detour`` or ``road``."""

    def nearest(self, places: Points, offices: Points) -> Nearest:
        """Return the nearest office of every place; without offices nothing is in reach."""

    def pairs(self, candidates: Points, places: Points, limit_km: float) -> Pairs:
        """Return all (candidate, place) pairs not farther apart than ``limit_km``."""
