"""Join lines of a map that were meant to meet: ends that stop just beside another line."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import EARTH_RADIUS_KM, Floats, Integers
from iqgeo.distances.roads.assemble import Segments
from iqgeo.distances.roads.plane import to_plane, utm_epsg

JOIN_WITHIN_M = 1.0
"""Loose ends are joined to another line no farther off than this: what a hand with a mouse misses."""

CROSSING_WITHIN_M = 0.2
"""A knot with lines on both sides of another one is a crossing only so near: else it may lie below."""


MOST_BENT_M = 25.0
M_PER_DEGREE = 1000 * np.radians(EARTH_RADIUS_KM)


@dataclass(frozen=True)
class _Meeting:
    """Vertices beside another segment: the vertex, the segment, how far along it, and how many metres off."""

    vertex: Integers
    segment: Integers
    share: Floats
    off: Floats

    def select(self, kept: npt.NDArray[Any]) -> "_Meeting":
        return _Meeting(self.vertex[kept], self.segment[kept], self.share[kept], self.off[kept])


def join_loose_ends(
    segments: Segments,
    within_m: float = JOIN_WITHIN_M,
    *,
    knots: npt.NDArray[np.bool_] | None = None,
    levels_told: bool = False,
) -> tuple[Segments, int]:
    """Join every end that stops beside another segment to it, and say how many there were.

    Only ends are joined, and only to what they do not touch already: lines that cross without a common
    point stay apart, as a bridge does. Of points where several lines end, a knot beside another one is
    joined to it; beside the middle of a line if all its own lines lie on one side, as a side road's do. With
    lines on both sides it may lie below a bridge: then it is joined only right beside the line.

    Parameters
    ----------
    segments : Segments
        As a reader gives them.
    within_m : float
        Metres an end may be away from what it is joined to.
    knots : npt.NDArray[np.bool_] | None
        (vertices,) where lines end, be it one or several.
    levels_told : bool
        Whether the map says what is a bridge: such maps let lines meet in common points, so that a knot with
        lines on both sides of another one is no crossing.
    """
    if not len(segments.tail):
        return segments, 0
    epsg = utm_epsg(float(segments.lon.mean()), float(segments.lat.mean()))
    xy = to_plane(epsg, segments.lon, segments.lat)
    degree = np.bincount(np.concatenate([segments.tail, segments.head]), minlength=len(xy))
    loose = _beside(segments, xy, np.flatnonzero(degree == 1), within_m)
    at_knots = np.flatnonzero(knots & (degree > 1)) if knots is not None else np.empty(0, dtype=np.int64)
    one, other = _near_knots(segments, xy, within_m, at_knots)
    joining = _knots_beside(segments, xy, at_knots, within_m, -np.inf if levels_told else CROSSING_WITHIN_M)
    found = _Meeting(*map(np.concatenate, zip(vars(loose).values(), vars(joining).values(), strict=True)))
    if not len(found.vertex):
        return (_merge(segments, one, other), len(one)) if len(one) else (segments, 0)
    ends = np.column_stack([segments.tail[found.segment], segments.head[found.segment]])
    off = np.hypot(*np.moveaxis(xy[ends] - xy[found.vertex][:, None, :], 2, 0))
    closest = off.argmin(axis=1)
    at_end = off[np.arange(len(off)), closest] <= within_m
    split = _split(segments, found.select(~at_end))
    same = found.vertex[at_end], ends[np.arange(len(off)), closest][at_end]
    joined = (np.concatenate(pair) for pair in zip(same, (one, other), strict=True))
    return _merge(split, *joined), len(found.vertex) + len(one)


def _near_knots(segments: Segments, xy: Floats, within_m: float, at: Integers) -> tuple[Integers, Integers]:
    """Pairs of points where several lines end, each with the nearest other one it has no short link to."""
    from scipy.spatial import cKDTree

    pairs = cKDTree(xy[at]).query_pairs(within_m, output_type="ndarray") if len(at) else np.empty((0, 2), int)
    one, other = at[pairs].T
    off = np.hypot(*(xy[one] - xy[other]).T)
    apart = ~_linked(segments, len(xy), one, other)
    one, other = one[apart], other[apart]
    order = np.argsort(off[apart], kind="stable")
    # Of each knot its nearest one only, lest a row of them become one.
    first = np.unique(np.column_stack([one[order], other[order]]).ravel(), return_index=True)[1] // 2
    nearest = order[np.unique(first)]
    return one[nearest], other[nearest]


def _linked(segments: Segments, count: int, one: Integers, other: Integers) -> npt.NDArray[np.bool_]:
    """Which pairs of vertices have a segment between them."""
    linked = np.sort(np.column_stack([segments.tail, segments.head]), axis=1) @ [count, 1]
    return np.isin(np.minimum(one, other) * count + np.maximum(one, other), linked)


def _beside(segments: Segments, xy: Floats, vertices: Integers, within_m: float) -> _Meeting:
    """The nearest segment beside each vertex, of those that neither touch it nor what it hangs on."""
    import shapely

    ends = np.stack([segments.tail, segments.head], axis=1)
    tree = shapely.STRtree(shapely.linestrings(xy[ends]))
    near_m = within_m + _most_bent_m(segments)
    asked, segment = tree.query(shapely.points(xy[vertices]), predicate="dwithin", distance=near_m)
    vertex = vertices[asked]
    # What an end hangs on already, be it by a stub shorter than the limit, it need not be joined to.
    hangs = (ends[segment] == vertex[:, None]).any(axis=1)
    for end in (0, 1):
        hangs |= _linked(segments, len(xy), vertex, ends[segment, end])
    vertex, segment = vertex[~hangs], segment[~hangs]
    share, off = _foot(*(xy[it] - xy[vertex] for it in ends[segment].T))
    # A line that is straight in degrees bends in metres: a hand that drew in degrees meant that one.
    degrees = np.column_stack([segments.lon, segments.lat])
    scale = M_PER_DEGREE * np.column_stack([np.cos(np.radians(segments.lat[vertex])), np.ones(len(vertex))])
    drawn = _foot(*((degrees[it] - degrees[vertex]) * scale for it in ends[segment].T))
    share, off = np.where(drawn[1] < off, drawn, (share, off))
    near = off <= within_m
    vertex, segment, share, off = vertex[near], segment[near], share[near], off[near]
    order = np.lexsort((segment, off, vertex))
    order = order[np.diff(vertex[order], prepend=-1) != 0]
    return _Meeting(vertex[order], segment[order], share[order], off[order])


def _most_bent_m(segments: Segments) -> float:
    """How far at most a segment that is straight in degrees is from one that is straight in metres."""
    bend = segments.mm.max() ** 2 / 1e6 / (8 * 1000 * EARTH_RADIUS_KM)
    return min(MOST_BENT_M, float(bend * np.tan(np.radians(np.abs(segments.lat).max()))))


def _foot(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """How far along each segment its point next to the origin lies, and how far off that is."""
    step = end - start
    squared = np.einsum("ij,ij->i", step, step)
    along = -np.einsum("ij,ij->i", start, step)
    share = np.clip(np.divide(along, squared, out=np.zeros(len(along)), where=squared > 0), 0.0, 1.0)
    return share, np.hypot(*(start + step * share[:, None]).T)


def _knots_beside(
    segments: Segments, xy: Floats, knots: Integers, within_m: float, crossing_m: float
) -> _Meeting:
    """Knots that belong on the line beside them: a side road's, or a crossing's within ``crossing_m``."""
    found = _beside(segments, xy, knots, within_m)
    ends = np.stack([segments.tail, segments.head], axis=1)[found.segment]
    # A knot beside another one is joined to that one, if to any.
    beside = np.hypot(*np.moveaxis(xy[ends] - xy[found.vertex][:, None, :], 2, 0)) <= within_m
    found = found.select(~(beside & np.isin(ends, knots)).any(axis=1))
    if not len(found.vertex):
        return found
    start = xy[segments.tail[found.segment]]
    step = xy[segments.head[found.segment]] - start
    step /= np.maximum(np.hypot(*step.T), np.finfo(float).tiny)[:, None]
    meeting = np.full(len(xy), -1)
    meeting[found.vertex] = np.arange(len(found.vertex))
    left, right = np.zeros(len(found.vertex)), np.zeros(len(found.vertex))
    for near, far in ((segments.tail, segments.head), (segments.head, segments.tail)):
        arms = meeting[near] >= 0
        at = meeting[near[arms]]
        aside = xy[far[arms]] - start[at]
        aside_m = step[at, 0] * aside[:, 1] - step[at, 1] * aside[:, 0]
        np.maximum.at(left, at, aside_m)
        np.maximum.at(right, at, -aside_m)
    return found.select((np.minimum(left, right) <= within_m) | (found.off <= crossing_m))


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
