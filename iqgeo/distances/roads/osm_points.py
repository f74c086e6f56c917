"""Points of OpenStreetMap that lie in one place without being the same."""

from typing import Any

import numpy as np

from iqgeo.distances.roads.network import DEGREES_E7


def points_alike(ids: Any, counts: Any, lon: Any, lat: Any) -> int:
    """How many places there are where a way ends at a point and another point of a road lies as well.

    Parameters
    ----------
    ids, lon, lat : Any
        Points of all ways, one way after the other; NaN where a position is missing.
    counts : Any
        How many points each way has.

    Returns
    -------
    int
        Whoever drives there cannot turn, though the map shows a junction.
    """
    refs, points = np.array(ids, dtype=np.int64), np.array(counts, dtype=np.int64)
    east, north = (np.array(it) for it in (lon, lat))
    known = np.isfinite(east)
    places = np.zeros(len(refs), dtype=np.int64)
    places[known] = _in_one_number(east[known], north[known])
    last = np.cumsum(points)[points > 0]
    ends = np.concatenate([last - points[points > 0], last - 1])
    there = _at_one_of(places, places[ends[known[ends]]])
    there = there[known[there]]
    order = there[np.lexsort((refs[there], places[there]))]
    alike = (np.diff(places[order]) == 0) & (np.diff(refs[order]) != 0)
    return len(np.unique(places[order][1:][alike]))


_BITS = 26


def _at_one_of(places: Any, wanted: Any) -> Any:
    """Where places are wanted ones; a few bits tell most others apart, as to sort them all takes long."""
    mixed, asked = (
        (it.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - _BITS)
        for it in (places, wanted)
    )
    marked = np.zeros(1 << _BITS, dtype=bool)
    marked[asked] = True
    near = np.flatnonzero(marked[mixed])
    return near[np.isin(places[near], wanted)]


def _in_one_number(lon: Any, lat: Any) -> Any:
    """Positions as whole numbers, the same where they lie in one place."""
    east, north = (np.rint(it * DEGREES_E7).astype(np.int64) for it in (lon, lat))
    return (east << 32) + north


def there_and_back(refs: Any, points: Any, direction: Any) -> int:
    """How many two-way streets are one piece that is drawn there and back.

    So osmnx writes each from a graph in which both directions are edges, and all its other pieces are lost.
    """
    ends = np.cumsum(np.array(points, dtype=np.int64))
    ref, three = np.array(refs, dtype=np.int64), np.array(points) == _THERE_AND_BACK
    last = ends[three & (np.array(direction) == 0)]
    return int((ref[last - 1] == ref[last - _THERE_AND_BACK]).sum())


_THERE_AND_BACK = 3
