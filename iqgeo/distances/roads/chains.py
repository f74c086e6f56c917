"""Walk along chains of vertices that are no junctions (compiled; imported only where a network is built)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.compiled import compiled, loop

Array = npt.NDArray[Any]


@loop
def incident_segments(tail: Array, head: Array, count: int) -> tuple[Array, Array]:
    """List the segments at each of ``count`` vertices as compressed rows (a counting sort)."""
    begins = np.zeros(count + 1, np.int64)
    for k in range(len(tail)):
        begins[tail[k] + 1] += 1
        begins[head[k] + 1] += 1
    for vertex in range(count):
        begins[vertex + 1] += begins[vertex]
    taken = begins[:-1].copy()
    incident = np.empty(2 * len(tail), np.int32)
    for k in range(len(tail)):
        for vertex in (tail[k], head[k]):
            incident[taken[vertex]] = k
            taken[vertex] += 1
    return begins, incident


@loop
def find_junctions(
    rows: tuple[Array, Array], ends: tuple[Array, Array], two_way: Array, kind: Array
) -> Array:
    """Vertices at which one can do more, or less, than drive on: bool per vertex.

    One drives on where two segments of one class meet, both two-way, or one running in and one out.
    """
    begins, incident = rows
    tail, head = ends
    junction = np.ones(len(begins) - 1, np.bool_)
    for vertex in range(len(junction)):
        if begins[vertex + 1] - begins[vertex] == 2:
            a, b = incident[begins[vertex]], incident[begins[vertex] + 1]
            through = (head[a] == vertex) == (tail[b] == vertex)
            passes = (two_way[a] and two_way[b]) or (not two_way[a] and not two_way[b] and through)
            junction[vertex] = not (passes and kind[a] == kind[b])
    return junction


@loop
def walk_chains(
    rows: tuple[Array, Array], ends: tuple[Array, Array], two_way: Array, junction: Array
) -> tuple[Array, Array, Array]:
    """Follow every chain from one junction to the next, one-way chains in the direction of traffic.

    Parameters
    ----------
    rows : tuple[Array, Array]
        Segments at each vertex (``incident_segments``); two at a vertex that is no junction.
    ends, two_way : tuple[Array, Array], Array
        Tail and head of each segment, and whether one may drive both ways.
    junction : Array
        Bool per vertex. Rings without a junction get one: the vertex the walk happens to begin at.

    Returns
    -------
    tuple[Array, Array, Array]
        Vertices of all chains one after the other, segments likewise, and where each chain's segments begin.
    """
    incident_ptr, incident = rows
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
        for start in range(len(junction)):
            if not rings and not junction[start]:
                continue
            for k in range(incident_ptr[start], incident_ptr[start + 1]):
                segment = incident[k]
                if seen[segment] or not (two_way[segment] or tail[segment] == start):
                    continue
                begins[chains] = taken
                vertices[taken + chains] = start
                at = start
                while True:
                    seen[segment] = True
                    at = head[segment] if tail[segment] == at else tail[segment]
                    segments[taken] = segment
                    taken += 1
                    vertices[taken + chains] = at
                    if junction[at] or at == start:
                        break
                    first = incident[incident_ptr[at]]
                    segment = incident[incident_ptr[at] + 1] if first == segment else first
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
    rows = incident_segments(tails, heads, len(old))
    vertices, segments, begins = walk_chains(rows, ends, two_way, find_junctions(rows, ends, two_way, kind))
    return old[vertices], segments, begins


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
            at_lon[at], at_lat[at] = lon[vertex], lat[vertex]
            along_mm[at], along_minutes[at] = so_far, time
            at += 1
    return at_lon, at_lat, along_mm, along_minutes
