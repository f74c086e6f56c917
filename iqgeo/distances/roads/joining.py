"""Join lines of a map that were meant to meet: ends that stop just beside another line."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.assemble import Segments
from iqgeo.distances.roads.plane import to_plane, utm_epsg

JOIN_WITHIN_M = 1.0
"""Loose ends are joined to another line no farther off than this: what a hand with a mouse misses."""


@dataclass(frozen=True)
class _Meeting:
    """Loose ends beside another segment: the vertex, the segment, and how far along it."""

    vertex: Integers
    segment: Integers
    share: Floats


def join_loose_ends(
    segments: Segments, within_m: float = JOIN_WITHIN_M, *, knots: npt.NDArray[np.bool_] | None = None
) -> tuple[Segments, int]:
    """Join every end that stops beside another segment to it, and say how many there were.

    Only ends are joined, and only to what they do not touch already: lines that cross without a common
    point stay apart, as a bridge does. Of points where several lines end, a knot beside another one is
    joined to it; beside the middle of a line it stays apart, as it may lie below a bridge.

    Parameters
    ----------
    knots : (vertices,) where lines end, be it one or several.
    """
    if not len(segments.tail):
        return segments, 0
    epsg = utm_epsg(float(segments.lon.mean()), float(segments.lat.mean()))
    xy = to_plane(epsg, segments.lon, segments.lat)
    found = _meetings(segments, xy, within_m)
    one, other = _near_knots(segments, xy, within_m, knots)
    if not len(found.vertex):
        return (_merge(segments, one, other), len(one)) if len(one) else (segments, 0)
    ends = np.column_stack([segments.tail[found.segment], segments.head[found.segment]])
    off = np.hypot(*np.moveaxis(xy[ends] - xy[found.vertex][:, None, :], 2, 0))
    closest = off.argmin(axis=1)
    at_end = off[np.arange(len(off)), closest] <= within_m
    split = _split(segments, _Meeting(*(it[~at_end] for it in (found.vertex, found.segment, found.share))))
    same = found.vertex[at_end], ends[np.arange(len(off)), closest][at_end]
    joined = (np.concatenate(pair) for pair in zip(same, (one, other), strict=True))
    return _merge(split, *joined), len(found.vertex) + len(one)


def _near_knots(
    segments: Segments, xy: Floats, within_m: float, knots: npt.NDArray[np.bool_] | None
) -> tuple[Integers, Integers]:
    """Pairs of points where several lines end, each with the nearest other one it has no short link to."""
    from scipy.spatial import cKDTree

    degree = np.bincount(np.concatenate([segments.tail, segments.head]), minlength=len(xy))
    at = np.flatnonzero(knots & (degree > 1)) if knots is not None else np.empty(0, dtype=np.int64)
    pairs = cKDTree(xy[at]).query_pairs(within_m, output_type="ndarray") if len(at) else np.empty((0, 2), int)
    one, other = at[pairs].T
    off = np.hypot(*(xy[one] - xy[other]).T)
    linked = np.sort(np.column_stack([segments.tail, segments.head]), axis=1) @ [len(xy), 1]
    apart = ~np.isin(np.minimum(one, other) * len(xy) + np.maximum(one, other), linked)
    one, other = one[apart], other[apart]
    order = np.argsort(off[apart], kind="stable")
    # Of each knot its nearest one only, lest a row of them become one.
    first = np.unique(np.column_stack([one[order], other[order]]).ravel(), return_index=True)[1] // 2
    nearest = order[np.unique(first)]
    return one[nearest], other[nearest]


def _meetings(segments: Segments, xy: Floats, within_m: float) -> _Meeting:
    import shapely

    degree = np.bincount(np.concatenate([segments.tail, segments.head]), minlength=len(xy))
    loose = np.flatnonzero(degree == 1)
    ends = np.stack([segments.tail, segments.head], axis=1)
    tree = shapely.STRtree(shapely.linestrings(xy[ends]))
    asked, segment = tree.query(shapely.points(xy[loose]), predicate="dwithin", distance=within_m)
    vertex = loose[asked]
    neighbour = np.zeros(len(xy), dtype=np.int64)
    for one, other in ((0, 1), (1, 0)):
        neighbour[ends[:, one]] = ends[:, other]
    # What a loose end hangs on already, be it by a stub shorter than the limit, it need not be joined to.
    hangs = (ends[segment] == vertex[:, None]) | (ends[segment] == neighbour[vertex][:, None])
    vertex, segment = vertex[~hangs.any(axis=1)], segment[~hangs.any(axis=1)]
    start, step = xy[ends[segment, 0]], xy[ends[segment, 1]] - xy[ends[segment, 0]]
    squared = np.einsum("ij,ij->i", step, step)
    along = np.einsum("ij,ij->i", xy[vertex] - start, step)
    share = np.clip(np.divide(along, squared, out=np.zeros(len(along)), where=squared > 0), 0.0, 1.0)
    off = np.hypot(*(xy[vertex] - start - step * share[:, None]).T)
    order = np.lexsort((segment, off, vertex))
    order = order[np.diff(vertex[order], prepend=-1) != 0]
    return _Meeting(vertex[order], segment[order], share[order])


def _split(segments: Segments, at: _Meeting) -> Segments:
    """Cut segments where loose ends meet them."""
    order = np.lexsort((at.share, at.segment))
    vertex, segment, share = at.vertex[order], at.segment[order], at.share[order]
    count = len(segments.tail)
    pieces = 1 + np.bincount(segment, minlength=count)
    owner = np.repeat(np.arange(count), pieces)
    last = np.cumsum(pieces) - 1
    first = last - pieces + 1
    cuts = np.ones(len(owner), dtype=bool)
    cuts[last] = False
    tail, head, upto = np.empty(len(owner), np.int64), np.empty(len(owner), np.int64), np.ones(len(owner))
    head[cuts], upto[cuts] = vertex, share
    tail[np.flatnonzero(cuts) + 1] = vertex
    tail[first], head[last] = segments.tail, segments.head
    ends = np.rint(segments.mm[owner] * upto).astype(np.int64)
    starts = np.concatenate([[0], ends[:-1]])
    starts[first] = 0
    since = np.concatenate([[0.0], upto[:-1]])
    since[first] = 0.0
    return replace(
        segments,
        tail=tail,
        head=head,
        mm=ends - starts,
        minutes=segments.minutes[owner] * (upto - since),
        two_way=segments.two_way[owner],
        road_class=segments.road_class[owner],
    )


def _merge(segments: Segments, one: npt.NDArray[Any], other: npt.NDArray[Any]) -> Segments:
    """Make one vertex of each pair, and of whatever hangs together by pairs."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(segments.lon)
    pairs = coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    number = connected_components(pairs, directed=False)[1].astype(np.int64)
    at = np.unique(number, return_index=True)[1]
    return replace(
        segments,
        lon=segments.lon[at],
        lat=segments.lat[at],
        tail=number[segments.tail],
        head=number[segments.head],
    )
