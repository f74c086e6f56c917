"""Many bounded searches, one per candidate (compiled; imported only where pairs are asked for)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.compiled import compiled, loop

Array = npt.NDArray[Any]
Rows = tuple[Array, Array, Array]
"""Compressed rows: where each row begins and what it lists, int32; lengths in mm, int32 or int64 throughout.

Half the width is a fifth faster, and enough up to 1,000 km.
"""

BUCKET_BITS = 16
"""A bucket holds lengths of 2**16 mm (66 m): some hundreds per search, each with a handful of nodes."""


@compiled(
    index={"ends.0": "len(wanted)", "ends.1": "len(wanted)"},
    at_least={
        "ends.1": "len(ends.0)",
        "two_way": "len(ends.0)",
        "used": "len(ends.0)",
        "mm": "len(ends.0)",
    },
)
def arcs_between(ends: tuple[Array, Array], two_way: Array, used: Array, wanted: Array, mm: Array) -> Rows:
    """Arcs against the traffic, without the dead ends that lead to no wanted node.

    No shortest way between wanted nodes enters such a dead end. They are taken off from their tips: the
    exclusive or of a node's links names the last one that is left.

    Parameters
    ----------
    ends, two_way, mm : tuple[Array, Array], Array
        The links.
    used : Array
        Bool per link.
    wanted : Array
        Bool per node.
    """
    tail, head = ends
    count = len(wanted)
    left, degree, links = used.copy(), np.zeros(count, np.int32), np.zeros(count, np.int32)
    for k in range(len(tail)):
        left[k] = used[k] and tail[k] != head[k]
        if left[k]:
            for node in (tail[k], head[k]):
                degree[node] += 1
                links[node] ^= k
    for tip in range(count):
        node = tip
        while degree[node] == 1 and not wanted[node]:
            k = links[node]
            left[k], degree[node] = False, 0
            node = head[k] if tail[k] == node else tail[k]
            degree[node] -= 1
            links[node] ^= k
    begins = np.zeros(count + 1, np.int32)
    for k in range(len(tail)):
        if left[k]:
            begins[head[k] + 1] += 1
            if two_way[k]:
                begins[tail[k] + 1] += 1
    begins = np.cumsum(begins).astype(np.int32)
    taken = begins[:-1].copy()
    neighbour, length = np.empty(begins[-1], np.int32), np.empty(begins[-1], mm.dtype)
    for k in range(len(tail)):
        if left[k]:
            neighbour[taken[head[k]]], length[taken[head[k]]] = tail[k], mm[k]
            taken[head[k]] += 1
            if two_way[k]:
                neighbour[taken[tail[k]]], length[taken[tail[k]]] = head[k], mm[k]
                taken[tail[k]] += 1
    return begins, neighbour, length


ROWS = ("graph", "sources", "behind", "direct")


def _wrong_length(given: Mapping[str, Any]) -> str | None:
    """Lengths decide which bucket a node waits in, so they are looked at like indices."""
    lengths, limits = [given[name][2] for name in ROWS], given["limit_mm"]
    if any(it.dtype != limits.dtype for it in lengths):
        return "lengths of several types"
    if any(it.min(initial=0) < 0 for it in lengths):
        return "a length is negative"
    longest = max(int(it.max(initial=0)) for it in lengths) + int(limits.max(initial=0))
    return "lengths do not fit" if longest > np.iinfo(limits.dtype).max else None


@loop
def _explore(
    graph: Rows, sources: Rows, source: int, limit: int, work: tuple[Array, Array]
) -> tuple[int, Array]:
    """Search from one source up to ``limit``; how many items were queued, and the queue.

    ``work`` is the length of each node (beyond every limit where none is known) and the queue: its rows are
    the item behind, node and length of each item, and it may have grown. All items of a bucket hang on one
    chain. The item whose length is that of its node is the last one queued for it.
    """
    length, queue = work
    begins, others, steps = graph
    head = np.full((max(limit, 0) >> BUCKET_BITS) + 1, -1, np.int32)
    queued, bucket = 0, 0
    # No array is given another name in these loops: the count of who holds it would cost half as much again.
    for k in range(sources[0][source], sources[0][source + 1]):
        other, new = sources[1][k], sources[2][k]
        if new <= limit and new < length[other]:
            length[other] = new
            while queued >= len(queue):
                queue = np.concatenate((queue, np.empty_like(queue)))
            bucket_of = new >> BUCKET_BITS
            queue[queued, 0], queue[queued, 1], queue[queued, 2] = head[bucket_of], other, new
            head[bucket_of] = queued
            queued += 1
    while bucket < len(head):
        item = head[bucket]
        if item < 0:
            bucket += 1
            continue
        node, here = queue[item, 1], queue[item, 2]
        head[bucket] = queue[item, 0]
        # Items whose node has been reached on a shorter way since are stale.
        if here != length[node]:
            continue
        low, high = begins[node], begins[node + 1]
        while queued + high - low > len(queue):
            queue = np.concatenate((queue, np.empty_like(queue)))
        for arc in range(low, high):
            new, other = here + steps[arc], others[arc]
            if new <= limit and new < length[other]:
                length[other] = new
                bucket_of = new >> BUCKET_BITS
                queue[queued, 0], queue[queued, 1], queue[queued, 2] = head[bucket_of], other, new
                head[bucket_of] = queued
                queued += 1
    return queued, queue


@loop
def _in_order(begins: Array, place: Array, mm: Array, places: int) -> tuple[Array, Array, Array]:
    """Sort each source's results by place: all by place first, then back to their sources (by counting)."""
    at_place = np.zeros(places + 1, np.int64)
    for k in range(len(place)):
        at_place[place[k] + 1] += 1
    at_place = np.cumsum(at_place)
    by_place = np.empty((len(place), 2), np.int64)
    for source in range(len(begins) - 1):
        for k in range(begins[source], begins[source + 1]):
            by_place[at_place[place[k]], 0], by_place[at_place[place[k]], 1] = source, k
            at_place[place[k]] += 1
    sorted_place, sorted_mm = np.empty_like(place), np.empty_like(mm)
    taken = begins[:-1].copy()
    for row in range(len(by_place)):
        source, k = by_place[row, 0], by_place[row, 1]
        sorted_place[taken[source]], sorted_mm[taken[source]] = place[k], mm[k]
        taken[source] += 1
    return begins, sorted_place, sorted_mm


@compiled(
    index={
        "graph.1": "lists(graph.0)",
        "sources.1": "lists(graph.0)",
        "behind.1": "places",
        "direct.1": "places",
    },
    cuts={name + ".0": name + ".1" for name in ROWS},
    at_least={
        **{name + ".2": f"len({name}.1)" for name in ROWS},
        "sources.0": "len(limit_mm) + 1",
        "behind.0": "len(graph.0)",
        "direct.0": "len(limit_mm) + 1",
    },
    also=_wrong_length,
)
def search_within(
    graph: Rows, sources: Rows, limit_mm: Array, behind: Rows, direct: Rows, places: int
) -> tuple[Array, Array, Array]:
    """Shortest lengths from each source to all places within its limit, whole millimetres throughout.

    Dijkstra's search with a bucket queue (Dial 1969): nodes wait in buckets by length; inside a bucket the
    order does not matter, since a node whose length shrinks is looked at again. Exact for any lengths >= 0.

    Parameters
    ----------
    graph : Rows
        Arcs of each node.
    sources : Rows
        Ways of each source into the graph.
    limit_mm : Array
        Largest length wanted per source, in the type of all lengths; where it is negative, nothing is found.
    behind : Rows
        Places behind each node and the length to them.
    direct : Rows
        Places of each source and the length to them without touching a node.
    places : int
        Number of places.

    Returns
    -------
    tuple[Array, Array, Array]
        Where each source's results begin, the places found in ascending order, and their lengths in mm.
    """
    beyond = limit_mm.max() + 1 if len(limit_mm) else 1
    length = np.full(len(graph[0]) - 1, beyond, limit_mm.dtype)
    best = np.full(places, beyond, limit_mm.dtype)
    met = np.empty(places, np.int32)
    queue = np.empty((1 << 14, 3), limit_mm.dtype)
    begins = np.zeros(len(limit_mm) + 1, np.int64)
    found_place, found_mm = np.empty(1 << 14, np.int32), np.empty(1 << 14, limit_mm.dtype)
    found = 0
    for source in range(len(limit_mm)):
        limit = limit_mm[source]
        queued, queue = _explore(graph, sources, source, limit, (length, queue))
        here = 0
        for k in range(direct[0][source], direct[0][source + 1]):
            place, new = direct[1][k], direct[2][k]
            if new <= limit and new < best[place]:
                if best[place] == beyond:
                    met[here] = place
                    here += 1
                best[place] = new
        for item in range(queued):
            node = queue[item, 1]
            if queue[item, 2] != length[node]:
                continue
            for k in range(behind[0][node], behind[0][node + 1]):
                place, new = behind[1][k], length[node] + behind[2][k]
                if new <= limit and new < best[place]:
                    if best[place] == beyond:
                        met[here] = place
                        here += 1
                    best[place] = new
            length[node] = beyond
        while found + here > len(found_place):
            found_place = np.concatenate((found_place, np.empty_like(found_place)))
            found_mm = np.concatenate((found_mm, np.empty_like(found_mm)))
        for place in met[:here]:
            found_place[found], found_mm[found] = place, best[place]
            best[place] = beyond
            found += 1
        begins[source + 1] = found
    answer: tuple[Array, Array, Array] = _in_order(begins, found_place[:found], found_mm[:found], places)
    return answer
