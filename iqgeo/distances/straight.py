"""Great-circle distances on the mean sphere: within 0.4 % of the ellipsoid at these latitudes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iqgeo.distances.base import (
    EARTH_RADIUS_KM,
    KM,
    Floats,
    Integers,
    MeasureSource,
    Nearest,
    Pairs,
    Points,
    Reach,
    Way,
    within,
)

# Places handled at a time by the tree.
_CHUNK = 65_536
# Up to here going through bands of places is faster than sorting what a tree finds.
_MOST_IN_BANDS = 300_000_000
# So many squares of candidates along an axis at most, however short the way.
_MOST_SQUARES = 1_000
# What rounding adds to a difference on an axis.
_HAIR = 1e-12
# Up to here going through every pair is faster than loading and building a tree.
_MOST_BY_HAND = 5_000_000
# Up to here bands of places find the nearest before a tree is loaded.
_MOST_BY_BANDS = 100_000_000
# How high the first band is, as a chord of the unit sphere: 12 km to each side.
_FIRST_BAND = 12.0 / EARTH_RADIUS_KM


def _km_from_chord(chord: Floats) -> Floats:
    # The haversine formula: half the chord of the unit sphere is the sine of half the angle.
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chord / 2)))


def great_circle_km(lon_a: object, lat_a: object, lon_b: object, lat_b: object) -> Floats:
    """Great-circle distance between points, by the haversine formula on a sphere.

    Parameters
    ----------
    lon_a, lat_a, lon_b, lat_b : object
        Degrees, numbers or arrays; shapes broadcast. NaN stays NaN.

    Returns
    -------
    Floats
        Kilometres on a sphere of :data:`EARTH_RADIUS_KM`.

    Examples
    --------
    >>> float(great_circle_km(9.73, 52.37, 8.05, 52.28).round(1))
    114.6
    """
    a_lon, a_lat, b_lon, b_lat = (
        np.radians(np.asarray(it, dtype=float)) for it in (lon_a, lat_a, lon_b, lat_b)
    )
    half = np.sin((b_lat - a_lat) / 2) ** 2 + np.cos(a_lat) * np.cos(b_lat) * np.sin((b_lon - a_lon) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, half))))


def _nearest_on_one_landmass(places: Floats, offices: Floats) -> tuple[Integers, Floats]:
    """Index of and chord to the nearest office; the first of several equally near.

    Memory grows with places plus offices, never with places times offices.
    """
    if len(places) * len(offices) > _MOST_BY_HAND:
        by_bands = len(places) * len(offices) <= _MOST_BY_BANDS
        return _nearest_by_bands(places, offices) if by_bands else _nearest_by_tree(places, offices)
    if len(places) < len(offices):
        squared = [_squared(offices.T, place) for place in places]
        near = np.array([int(each.argmin()) for each in squared], dtype=np.int64)
        return near, np.sqrt(np.array([each[k] for each, k in zip(squared, near, strict=True)]))
    index = np.zeros(len(places), dtype=np.int64)
    best = np.full(len(places), np.inf)
    axes = np.ascontiguousarray(places.T)
    for number, office in enumerate(offices):
        away = _squared(axes, office)
        nearer = away < best
        index[nearer] = number
        np.minimum(best, away, out=best)
    return index, np.sqrt(best)


def _squared(axes: Floats, point: Floats) -> Floats:
    """Squared chords from points, given as three rows of coordinates, to one point."""
    away: Floats = (axes[0] - point[0]) ** 2
    away += (axes[1] - point[1]) ** 2
    away += (axes[2] - point[2]) ** 2
    return away


def _nearest_by_bands(places: Floats, offices: Floats) -> tuple[Integers, Floats]:
    """Find the same with what is fewer going through bands of what is more, sorted from south to north.

    Nothing is nearer than its difference in height; who finds nothing in a band takes a wider one.
    """
    if len(places) < len(offices):
        return _each_place_by_bands(places, offices)
    index, squared = np.zeros(len(places), dtype=np.int64), np.full(len(places), np.inf)
    left, band = np.argsort(places[:, 2], kind="stable"), _FIRST_BAND
    while len(left):
        axes = np.ascontiguousarray(places[left].T)
        near, best = np.zeros(len(left), dtype=np.int64), np.full(len(left), np.inf)
        first, last = (axes[2].searchsorted(offices[:, 2] + by) for by in (-band, band))
        for number, (start, end, office) in enumerate(
            zip(first.tolist(), last.tolist(), offices, strict=True)
        ):
            away, mine = _squared(axes[:, start:end], office), best[start:end]
            nearer = away < mine
            near[start:end][nearer] = number
            np.minimum(mine, away, out=mine)
        found = best <= _surely(band)
        index[left[found]], squared[left[found]] = near[found], best[found]
        left, band = left[~found], 4 * band
    return index, np.sqrt(squared)


def _surely(band: float) -> float:
    """Squared chords up to which nothing outside a band can be nearer."""
    return np.inf if band > 2 else band * band * (1 - 1e-9)


def _each_place_by_bands(places: Floats, offices: Floats) -> tuple[Integers, Floats]:
    order = np.argsort(offices[:, 2], kind="stable")
    axes = np.ascontiguousarray(offices[order].T)
    index, best = np.empty(len(places), dtype=np.int64), np.empty(len(places))
    for number, place in enumerate(places):
        band = _FIRST_BAND
        while True:
            start, end = axes[2].searchsorted((place[2] - band, place[2] + band))
            away = _squared(axes[:, start:end], place)
            least = away.min(initial=np.inf)
            if least <= _surely(band):
                break
            band *= 4
        index[number] = order[start + np.flatnonzero(away == least)].min()
        best[number] = least
    return index, np.sqrt(best)


def _nearest_by_tree(places: Floats, offices: Floats) -> tuple[Integers, Floats]:
    """Find the same by a tree: it asks which are near, the chords themselves decide."""
    from scipy.spatial import cKDTree

    _, first, same = np.unique(offices, axis=0, return_index=True, return_inverse=True)
    lowest = np.full(len(first), len(offices), dtype=np.int64)
    np.minimum.at(lowest, same.ravel(), np.arange(len(offices)))
    apart = offices[lowest]
    index = np.empty(len(places), dtype=np.int64)
    best = np.empty(len(places))
    tree = cKDTree(apart)
    for start in range(0, len(places), _CHUNK):
        here = places[start : start + _CHUNK]
        _, near = tree.query(here, k=min(2, len(apart)))
        near = near.reshape(len(here), -1)
        squared = np.stack([_squared(here.T, apart[column].T) for column in near.T], axis=1)
        least = squared.min(axis=1)
        # of equally near ones the tree names any two; rounding may swap two that are nearly so
        unsure = squared.max(axis=1) <= least * (1 + 1e-9) + 1e-30
        chosen = lowest[near[np.arange(len(here)), squared.argmin(axis=1)]]
        for k in np.flatnonzero(unsure):
            away = _squared(offices.T, here[k])
            chosen[k] = int(away.argmin())
            least[k] = away[chosen[k]]
        index[start : start + _CHUNK] = chosen
        best[start : start + _CHUNK] = least
    return index, np.sqrt(best)


def _numbers(names: NDArray[np.object_], number: Mapping[object, int]) -> NDArray[np.int32]:
    return np.array([number[it] for it in names.tolist()], dtype=np.int32)


def _near(candidates: Floats, places: Floats, radius: float) -> tuple[Integers, Integers, Floats]:
    """Pairs with a chord up to ``radius``, sorted by candidate, then place.

    Nothing is nearer than its difference on any axis of the unit sphere. Candidates of one square of the two
    axes along which places lie farthest apart look at the places in the square around them, which are in
    their order already, so that nothing is sorted afterwards. Where bands along an axis hold far more than
    what lies in them, a tree of both finds the pairs.
    """
    spread = np.ptp(places, axis=0)
    along, across = np.argsort(-spread, kind="stable")[:2]
    order = np.argsort(places[:, along], kind="stable")
    heights, widths = places[order, along], places[order, across]
    reach = radius + _HAIR
    first, last = (heights.searchsorted(candidates[:, along] + by) for by in (-reach, reach))
    if int((last - first).sum()) > _MOST_IN_BANDS:
        return _near_by_trees(candidates, places, radius)
    axes = np.ascontiguousarray(places.T)
    found: list[Integers] = [np.empty(0, dtype=np.int64)] * len(candidates)
    chords: list[Floats] = [np.empty(0)] * len(candidates)
    for group in _squares(candidates[:, (along, across)], max(radius, float(spread.max()) / _MOST_SQUARES)):
        low, high = candidates[group].min(axis=0) - reach, candidates[group].max(axis=0) + reach
        start, end = heights.searchsorted((low[along], high[along]))
        beside = widths[start:end]
        mine = np.sort(order[start:end][(beside >= low[across]) & (beside <= high[across])])
        here = axes.take(mine, axis=1)
        for candidate, point in zip(group.tolist(), candidates[group], strict=True):
            away = _squared(here, point)
            near = np.flatnonzero(away <= radius * radius)
            found[candidate], chords[candidate] = mine.take(near), away.take(near)
    candidate = np.repeat(np.arange(len(candidates)), [len(it) for it in found])
    return candidate, np.concatenate(found), np.sqrt(np.concatenate(chords))


def _squares(points: Floats, side: float) -> list[Integers]:
    """The positions of points by the square of a plane that they lie in."""
    row, column = np.floor(points / side).astype(np.int64).T
    order = np.lexsort((column, row))
    new = (np.diff(row[order]) != 0) | (np.diff(column[order]) != 0)
    return np.split(order, np.flatnonzero(new) + 1)


def _near_by_trees(candidates: Floats, places: Floats, radius: float) -> tuple[Integers, Integers, Floats]:
    from scipy.spatial import cKDTree

    found = cKDTree(candidates).sparse_distance_matrix(cKDTree(places), radius, output_type="ndarray")
    found = found[np.argsort(found["i"] * len(places) + found["j"])]
    candidate, place = found["i"].astype(np.int64), found["j"].astype(np.int64)
    return candidate, place, np.sqrt(_squared(places[place].T, candidates[candidate].T))


class GreatCircle:
    """What the straight line and its multiples share; ``stretch`` is what it is multiplied by."""

    unit = KM
    units = (KM,)
    sources: tuple[MeasureSource, ...] = ()

    @property
    def stretch(self) -> float:
        """What the great-circle distance is multiplied by."""
        return 1.0

    def outline_km(self, target: float) -> float:
        """Radius of the circle around an office from which it is within ``target`` km."""
        return target / self.stretch

    def reach_km(self, target: float) -> float:
        """The same: the estimate reaches equally far everywhere."""
        return self.outline_km(target)

    def nearest(self, places: Points, offices: Points) -> Nearest:
        """Return the nearest office of every place on its own landmass."""
        count = len(places)
        index = np.zeros(count, dtype=np.int64)
        straight_km = np.full(count, np.inf)
        on, names = places.by_landmass
        for number, name in enumerate(names):
            here = np.flatnonzero(on == number)
            open_here = np.flatnonzero(offices.landmass == name)
            if len(open_here):
                best, chord = _nearest_on_one_landmass(places.vectors[here], offices.vectors[open_here])
                index[here] = open_here[best]
                straight_km[here] = _km_from_chord(chord)
        ferry = (places.landmass != "") & np.isinf(straight_km)
        nothing = np.full(count, np.nan)
        return Nearest(
            office=index,
            distance_km=straight_km * self.stretch,
            straight_km=straight_km,
            minutes=nothing,
            snap_km=nothing,
            reach=np.where(ferry, Reach.FERRY_ONLY, Reach.REACHABLE).astype(np.int8),
        )

    def pairs(self, candidates: Points, places: Points, limit: float) -> Pairs:
        """Return all pairs within ``limit`` km on the same landmass."""
        if not (len(candidates) and len(places)):
            return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        candidate_vectors, place_vectors = candidates.vectors, places.vectors
        angle = min(limit / self.stretch, np.pi * EARTH_RADIUS_KM) / EARTH_RADIUS_KM
        # A hair too wide, then decided by the distance itself.
        radius = 2 * np.sin(angle / 2) * (1 + 1e-9) + 1e-12
        if np.isinf(limit):
            # Every pair is wanted: nothing to search for.
            candidate = np.repeat(np.arange(len(candidates)), len(places))
            place = np.tile(np.arange(len(places)), len(candidates))
            axes = np.ascontiguousarray(place_vectors.T)
            chord = np.sqrt(np.concatenate([_squared(axes, point) for point in candidate_vectors]))
        else:
            candidate, place, chord = _near(candidate_vectors, place_vectors, radius)
        distance_km = _km_from_chord(chord) * self.stretch
        keep: NDArray[np.bool_] = within(distance_km, limit)
        named = {
            name: at for at, name in enumerate(sorted({*candidates.landmass, *places.landmass}, key=str))
        }
        if len(named) > 1:
            here, there = (_numbers(it.landmass, named) for it in (candidates, places))
            keep &= here[candidate] == there[place]
        if keep.all():
            return Pairs(candidate, place, distance_km)
        return Pairs(candidate[keep], place[keep], distance_km[keep])

    def lines(self, places: Points, offices: Points) -> list[Way | None]:
        """Return a straight line from every place to its nearest office: an estimate knows no roads."""
        found = self.nearest(places, offices)
        return [
            Way(np.array([lon, offices.lon[office]]), np.array([lat, offices.lat[office]]), float(km), False)
            if np.isfinite(km)
            else None
            for lon, lat, office, km in zip(
                places.lon, places.lat, found.office, found.distance_km, strict=True
            )
        ]


@dataclass(frozen=True)
class Straight(GreatCircle):
    """Great-circle distance."""

    kind = "straight"
    anywhere = True
    understates = True
    factor = None
    band = None
    key = "straight"
