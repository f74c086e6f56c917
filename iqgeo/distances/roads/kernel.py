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

BUCKET_BITS = 17
"""A bucket holds lengths of 2**17 mm (131 m): a few hundred per search, each with a handful of nodes."""


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
    graph: Rows, sources: Rows, source: int, limit: int, work: tuple[Array, Array, Array, int]
) -> tuple[int, Array]:
    """Search from one source up to ``limit``; how many nodes were met, and the queue, which may have grown.

    ``work`` is the length of each node (``beyond`` every limit where none is known), room for the nodes met,
    and the queue: its rows are the item behind, node and length of each item. All items of a bucket hang on
    one chain.
    """
    length, touched, queue, beyond = work
    head = np.full((max(limit, 0) >> BUCKET_BITS) + 1, -1, np.int32)
    queued, met, bucket = 0, 0, 0
    # The ways from the source into the graph are looked at like the arcs of a node.
    others, steps, low, high = sources[1], sources[2], sources[0][source], sources[0][source + 1]
    here = steps.dtype.type(0)
    while True:
        for arc in range(low, high):
            new = here + steps[arc]
            other = others[arc]
            if new <= limit and new < length[other]:
                if length[other] == beyond:
                    touched[met] = other
                    met += 1
                length[other] = new
                if queued == len(queue):
                    queue = np.concatenate((queue, np.empty_like(queue)))
                bucket_of = new >> BUCKET_BITS
                queue[queued, 0], queue[queued, 1], queue[queued, 2] = head[bucket_of], other, new
                head[bucket_of] = queued
                queued += 1
        while True:
            while bucket < len(head) and head[bucket] < 0:
                bucket += 1
            if bucket == len(head):
                return met, queue
            item = head[bucket]
            head[bucket], node, here = queue[item, 0], queue[item, 1], queue[item, 2]
            # Items whose node has been reached on a shorter way since are stale.
            if here == length[node]:
                break
        others, steps, low, high = graph[1], graph[2], graph[0][node], graph[0][node + 1]


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
        Where each source's results begin, the places found, and their lengths in mm.
    """
    count = len(graph[0]) - 1
    beyond = limit_mm.max() + 1 if len(limit_mm) else 1
    length = np.full(count, beyond, limit_mm.dtype)
    best = np.full(places, beyond, limit_mm.dtype)
    touched, met = np.empty(count, np.int32), np.empty(places, np.int32)
    queue = np.empty((1 << 14, 3), limit_mm.dtype)
    begins = np.zeros(len(limit_mm) + 1, np.int64)
    found_place, found_mm = np.empty(1 << 14, np.int32), np.empty(1 << 14, limit_mm.dtype)
    found = 0
    for source in range(len(limit_mm)):
        limit = limit_mm[source]
        nodes, queue = _explore(graph, sources, source, limit, (length, touched, queue, beyond))
        here = 0
        for k in range(direct[0][source], direct[0][source + 1]):
            place, new = direct[1][k], direct[2][k]
            if new <= limit and new < best[place]:
                if best[place] == beyond:
                    met[here] = place
                    here += 1
                best[place] = new
        for node in touched[:nodes]:
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
    return begins, found_place[:found].copy(), found_mm[:found].copy()
