"""Great-circle distances on the mean sphere: within 0.4 % of the ellipsoid at these latitudes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iqgeo.distances.base import (
    EARTH_RADIUS_KM,
    Floats,
    Integers,
    Nearest,
    Pairs,
    Points,
    Reach,
    within,
)

# Places handled at a time: bounds memory at about 60 MB for 100 offices.
_CHUNK = 65_536


def unit_vectors(lon: Floats, lat: Floats) -> Floats:
    """Points of the unit sphere, shape ``(n, 3)``, from degrees."""
    east, north = np.radians(lon), np.radians(lat)
    return np.column_stack((np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)))


def _km_from_chord(chord: Floats) -> Floats:
    # The haversine formula: half the chord of the unit sphere is the sine of half the angle.
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chord / 2)))


def great_circle_km(lon_a: object, lat_a: object, lon_b: object, lat_b: object) -> Floats:
    """Great-circle distance in km between points in degrees; shapes broadcast (haversine formula)."""
    a_lon, a_lat, b_lon, b_lat = (
        np.radians(np.asarray(it, dtype=float)) for it in (lon_a, lat_a, lon_b, lat_b)
    )
    half = np.sin((b_lat - a_lat) / 2) ** 2 + np.cos(a_lat) * np.cos(b_lat) * np.sin((b_lon - a_lon) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, half))))


def _nearest_on_one_landmass(places: Floats, offices: Floats) -> tuple[Integers, Floats]:
    """Index of and chord to the nearest office; the first of several equally near."""
    from scipy.spatial.distance import cdist

    index = np.empty(len(places), dtype=np.int64)
    chord = np.empty(len(places))
    for start in range(0, len(places), _CHUNK):
        squared = cdist(places[start : start + _CHUNK], offices, "sqeuclidean")
        best = squared.argmin(axis=1)
        index[start : start + _CHUNK] = best
        chord[start : start + _CHUNK] = np.sqrt(squared[np.arange(len(best)), best])
    return index, chord


@dataclass(frozen=True)
class Straight:
    """Great-circle distance times ``factor`` (1 for the straight line itself)."""

    factor: float = 1.0

    @property
    def kind(self) -> str:
        """The name under which the measure is chosen."""
        return "straight"

    def nearest(self, places: Points, offices: Points) -> Nearest:
        """Return the nearest office of every place on its own landmass."""
        count = len(places)
        index = np.zeros(count, dtype=np.int64)
        straight_km = np.full(count, np.inf)
        place_vectors = unit_vectors(places.lon, places.lat)
        office_vectors = unit_vectors(offices.lon, offices.lat)
        for name in np.unique(places.landmass.astype(str)):
            here = np.flatnonzero(places.landmass == name)
            open_here = np.flatnonzero(offices.landmass == name)
            if len(open_here):
                best, chord = _nearest_on_one_landmass(place_vectors[here], office_vectors[open_here])
                index[here] = open_here[best]
                straight_km[here] = _km_from_chord(chord)
        ferry = (places.landmass != "") & np.isinf(straight_km)
        nothing = np.full(count, np.nan)
        return Nearest(
            office=index,
            distance_km=straight_km * self.factor,
            straight_km=straight_km,
            minutes=nothing,
            snap_km=nothing,
            reach=np.where(ferry, Reach.FERRY_ONLY, Reach.REACHABLE).astype(np.int8),
        )

    def pairs(self, candidates: Points, places: Points, limit_km: float) -> Pairs:
        """Return all pairs within ``limit_km`` on the same landmass."""
        from scipy.spatial import cKDTree
        from scipy.spatial.distance import cdist

        if not (len(candidates) and len(places)):
            return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        candidate_vectors = unit_vectors(candidates.lon, candidates.lat)
        place_vectors = unit_vectors(places.lon, places.lat)
        straight_limit = min(limit_km / self.factor, np.pi * EARTH_RADIUS_KM)
        if np.isinf(limit_km):
            # Every pair is wanted: nothing to search for.
            candidate = np.repeat(np.arange(len(candidates)), len(places))
            place = np.tile(np.arange(len(places)), len(candidates))
            chord = cdist(candidate_vectors, place_vectors).ravel()
        else:
            # A hair too wide, then decided by the distance itself.
            radius = 2 * np.sin(straight_limit / (2 * EARTH_RADIUS_KM)) * (1 + 1e-9) + 1e-12
            found = cKDTree(candidate_vectors).sparse_distance_matrix(
                cKDTree(place_vectors), radius, output_type="ndarray"
            )
            found = found[np.argsort(found["i"] * len(places) + found["j"])]
            candidate, place, chord = found["i"], found["j"], found["v"]
        distance_km = _km_from_chord(chord) * self.factor
        keep: NDArray[np.bool_] = within(distance_km, limit_km)
        keep &= candidates.landmass[candidate] == places.landmass[place]
        return Pairs(candidate[keep], place[keep], distance_km[keep])
