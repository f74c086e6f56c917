"""Walk along chains of vertices that are no junctions (compiled; imported only where a network is built)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.compiled import compiled, loop
from iqgeo.distances.roads.network import DEGREES_E7

Array = npt.NDArray[Any]


@loop
def find_junctions(ends: tuple[Array, Array], two_way: Array, kind: Array, count: int) -> tuple[Array, Array]:
    """Vertices at which one can do more, or less, than drive on, and how one drives on at the others.

    One drives on where two segments of one class meet, both two-way, or one running in and one out. The
    exclusive or of the two segments at such a vertex names the one by which it is left.

    Returns
    -------
    tuple[Array, Array]
        Bool per vertex, and the exclusive or of the segments at each.
    """
    tail, head = ends
    degree, both = np.zeros(count, np.int32), np.zeros(count, np.int32)
    for k in range(len(tail)):
        for vertex in (tail[k], head[k]):
            degree[vertex] += 1
            both[vertex] ^= k
    junction = degree != 2
    for a in range(len(tail)):
        for vertex in (tail[a], head[a]):
            b = both[vertex] ^ a
            if degree[vertex] == 2 and a < b:
                through = (head[a] == vertex) == (tail[b] == vertex)
                passes = (two_way[a] and two_way[b]) or (not two_way[a] and not two_way[b] and through)
                junction[vertex] = not (passes and kind[a] == kind[b])
    return junction, both


@loop
def walk_chains(
    ends: tuple[Array, Array], two_way: Array, junction: Array, both: Array
) -> tuple[Array, Array, Array]:
    """Follow every chain from one junction to the next, one-way chains in the direction of traffic.

    Parameters
    ----------
    ends, two_way : tuple[Array, Array], Array
        Tail and head of each segment, and whether one may drive both ways.
    junction, both : Array
        As ``find_junctions`` returns them. Rings without a junction get one: the vertex the walk happens to
        begin at.

    Returns
    -------
    tuple[Array, Array, Array]
        Vertices of all chains one after the other, segments likewise, and where each chain's segments begin.
    """
    tail, head = ends
    count = len(tail)
    vertices = np.empty(2 * count, np.int32)
    segments = np.empty(count, np.int32)
    begins = np.empty(count + 1, np.int64)
    seen = np.zeros(count, np.bool_)
    chains = 0
    taken = 0
    # Twice: first from the junctions, then whatever is left, which can only be rings.
    for rings in range(2):
        for first in range(count):
            if seen[first]:
                continue
            start = tail[first]
            if not rings and not junction[start]:
                start = head[first]
                if not (junction[start] and two_way[first]):
                    continue
            begins[chains] = taken
            vertices[taken + chains] = start
            at, segment = start, np.int32(first)
            while True:
                seen[segment] = True
                at = head[segment] if tail[segment] == at else tail[segment]
                segments[taken] = segment
                taken += 1
                vertices[taken + chains] = at
                if junction[at] or at == start:
                    break
                segment ^= both[at]
            chains += 1
    begins[chains] = taken
    return vertices[: taken + chains], segments[:taken], begins[: chains + 1]


@loop
def in_order_of_use(tail: Array, head: Array, count: int) -> tuple[Array, Array, Array]:
    """Number vertices as the segments come to them: what is walked one after the other then lies together.

    Returns
    -------
    tuple[Array, Array, Array]
        The old number of each new one, and tails and heads by new numbers.
    """
    new, old = np.full(count, -1, np.int32), np.empty(count, np.int32)
    tails, heads = np.empty_like(tail), np.empty_like(head)
    used = 0
    for k in range(len(tail)):
        for vertex in (tail[k], head[k]):
            if new[vertex] < 0:
                new[vertex], old[used] = used, vertex
                used += 1
        tails[k], heads[k] = new[tail[k]], new[head[k]]
    return old[:used].copy(), tails, heads


@compiled(
    index={"tail": "count", "head": "count"},
    at_least={"tail": "len(head)", "head": "len(tail)", "two_way": "len(tail)", "kind": "len(tail)"},
)
def contract(tail: Array, head: Array, two_way: Array, kind: Array, count: int) -> tuple[Array, Array, Array]:
    """Chains of segments between junctions among ``count`` vertices; what comes out as in ``walk_chains``."""
    old, tails, heads = in_order_of_use(tail, head, count)
    ends = (tails, heads)
    junction, both = find_junctions(ends, two_way, kind, len(old))
    vertices, segments, begins = walk_chains(ends, two_way, junction, both)
    return old[vertices], segments, begins


@compiled(index={"one": "count", "other": "count"}, at_least={"one": "len(other)", "other": "len(one)"})
def joined_by(one: Array, other: Array, count: int) -> tuple[Array, int]:
    """Number ``count`` vertices by what hangs together over pairs; and how many numbers there are."""
    root = np.arange(count).astype(np.int32)
    for k in range(len(one)):
        a, b = one[k], other[k]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        # The lowest vertex stands for all, so that each has its number when those behind it ask.
        root[max(a, b)] = min(a, b)
    numbers = 0
    for vertex in range(count):
        if root[vertex] == vertex:
            root[vertex] = numbers
            numbers += 1
        else:
            root[vertex] = root[root[vertex]]
    return root, numbers


def _past_the_end(given: Mapping[str, Any]) -> str | None:
    """Chains are given by where they begin and how long they are, which must not lead out of the lists."""
    counts = given["counts"]
    if counts.min(initial=1) < 1:
        return "a chain of no segment"
    ends = (given["first_segment"] + counts, given["first_vertex"] + counts + 1)
    long = any(
        end.max(initial=0) > len(given[name])
        for end, name in zip(ends, ("segments", "vertices"), strict=True)
    )
    return "a chain leads past the end" if long else None


@compiled(
    index={
        "vertices": "len(lon)",
        "segments": "len(mm)",
        "first_vertex": "len(vertices)",
        "first_segment": "len(segments)",
    },
    at_least={
        "lat": "len(lon)",
        "minutes": "len(mm)",
        "first_vertex": "len(counts)",
        "first_segment": "len(counts)",
    },
    also=_past_the_end,
)
def lay_out(
    vertices: Array,
    segments: Array,
    first_vertex: Array,
    first_segment: Array,
    counts: Array,
    lon: Array,
    lat: Array,
    mm: Array,
    minutes: Array,
) -> tuple[Array, Array, Array, Array]:
    """Bends of chains one after the other: longitude, latitude, length and time from the chain's first bend.

    Parameters
    ----------
    vertices, segments : Array
        Of all chains, as ``walk_chains`` lists them.
    first_vertex, first_segment, counts : Array
        Where each chain that is wanted begins in them, and its segments.
    lon, lat : Array
        (vertices,) degrees.
    mm, minutes : Array
        (segments,) length and time.
    """
    total = counts.sum() + len(counts)
    at_lon, at_lat = np.empty(total), np.empty(total)
    along_mm, along_minutes = np.empty(total, np.int64), np.empty(total, np.float32)
    at = 0
    for chain in range(len(counts)):
        so_far, time = np.int64(0), 0.0
        for k in range(counts[chain] + 1):
            if k:
                segment = segments[first_segment[chain] + k - 1]
                so_far += mm[segment]
                time += minutes[segment]
            vertex = vertices[first_vertex[chain] + k]
            # As OpenStreetMap counts them, in whole ten-millionths.
            at_lon[at] = np.rint(lon[vertex] * DEGREES_E7) / DEGREES_E7
            at_lat[at] = np.rint(lat[vertex] * DEGREES_E7) / DEGREES_E7
            along_mm[at], along_minutes[at] = so_far, time
            at += 1
    return at_lon, at_lat, along_mm, along_minutes


@compiled(index={"tail": "count", "head": "count"}, at_least={"tail": "len(head)", "head": "len(tail)"})
def order_of_ends(tail: Array, head: Array, count: int) -> Array:
    """Links by tail, then by head, then as they come, for ends among ``count`` nodes (counting sorts)."""
    order = np.arange(len(tail))
    for ends in (head, tail):
        taken = np.zeros(count + 1, np.int64)
        for k in range(len(ends)):
            taken[ends[k] + 1] += 1
        taken = np.cumsum(taken)
        before, order = order, np.empty(len(ends), np.int64)
        for at in range(len(before)):
            link = before[at]
            order[taken[ends[link]]] = link
            taken[ends[link]] += 1
    return order
