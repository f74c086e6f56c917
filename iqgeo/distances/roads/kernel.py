"""Many bounded searches, one per candidate (compiled; imported only where pairs are asked for)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.roads.compiled import compiled

Array = npt.NDArray[Any]

BUCKET_BITS = 18
"""A bucket holds distances of 2**18 mm (262 m): a few hundred per search, each with a handful of nodes."""


@compiled
def search_within(
    indptr: Array,
    neighbour: Array,
    mm: Array,
    source_ptr: Array,
    source_node: Array,
    source_mm: Array,
    limit_mm: Array,
    place_ptr: Array,
    place: Array,
    place_mm: Array,
    direct_ptr: Array,
    direct_place: Array,
    direct_mm: Array,
    places: int,
) -> tuple[Array, Array, Array]:
    """Shortest lengths from each source to all places within its limit, whole millimetres throughout.

    Dijkstra's search with a bucket queue (Dial 1969): nodes wait in buckets by length; inside a bucket the
    order does not matter, since a node whose length shrinks is looked at again. Exact for any lengths >= 0.

    Parameters
    ----------
    indptr, neighbour, mm : graph as compressed rows.
    source_ptr, source_node, source_mm : entries of each source into the graph, as compressed rows.
    limit_mm : largest length wanted per source; sources with a negative one find nothing.
    place_ptr, place, place_mm : places behind each node and the length to them, as compressed rows.
    direct_ptr, direct_place, direct_mm : lengths between source and place that leave no link.
    places : number of places.

    Returns
    -------
    where each source's results begin, the places found, and their lengths in mm.
    """
    infinite = np.int64(2**62)
    count, sources = len(indptr) - 1, len(source_ptr) - 1
    length = np.full(count, infinite, np.int64)
    touched = np.empty(count, np.int32)
    best = np.full(places, infinite, np.int64)
    met = np.empty(places, np.int32)
    buckets = np.int64(max(0, limit_mm.max() if sources else 0) >> BUCKET_BITS) + 1
    head = np.full(buckets, -1, np.int32)
    room = 1 << 16
    following, waiting, at = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int64)
    begins = np.zeros(sources + 1, np.int64)
    space = 1 << 16
    found_place, found_mm = np.empty(space, np.int32), np.empty(space, np.int64)
    found = 0
    for source in range(sources):
        limit = limit_mm[source]
        queued, nodes_met, highest = 0, 0, -1
        for k in range(source_ptr[source], source_ptr[source + 1]):
            node, new = source_node[k], source_mm[k]
            if new <= limit and new < length[node]:
                if length[node] == infinite:
                    touched[nodes_met] = node
                    nodes_met += 1
                length[node] = new
                bucket = new >> BUCKET_BITS
                highest = max(highest, bucket)
                following[queued], waiting[queued], at[queued] = head[bucket], node, new
                head[bucket] = queued
                queued += 1
        bucket = np.int64(0)
        while bucket <= highest:
            item = head[bucket]
            if item < 0:
                bucket += 1
                continue
            head[bucket] = following[item]
            node, here = waiting[item], at[item]
            if here > length[node]:
                continue
            for arc in range(indptr[node], indptr[node + 1]):
                new = here + mm[arc]
                other = neighbour[arc]
                if new <= limit and new < length[other]:
                    if length[other] == infinite:
                        touched[nodes_met] = other
                        nodes_met += 1
                    length[other] = new
                    later = new >> BUCKET_BITS
                    highest = max(highest, later)
                    if queued == room:
                        room *= 2
                        following = np.concatenate((following, np.empty(queued, np.int32)))
                        waiting = np.concatenate((waiting, np.empty(queued, np.int32)))
                        at = np.concatenate((at, np.empty(queued, np.int64)))
                    following[queued], waiting[queued], at[queued] = head[later], other, new
                    head[later] = queued
                    queued += 1
        places_met = 0
        for k in range(direct_ptr[source], direct_ptr[source + 1]):
            if direct_mm[k] <= limit and direct_mm[k] < best[direct_place[k]]:
                if best[direct_place[k]] == infinite:
                    met[places_met] = direct_place[k]
                    places_met += 1
                best[direct_place[k]] = direct_mm[k]
        for j in range(nodes_met):
            node = touched[j]
            for k in range(place_ptr[node], place_ptr[node + 1]):
                new = length[node] + place_mm[k]
                if new <= limit and new < best[place[k]]:
                    if best[place[k]] == infinite:
                        met[places_met] = place[k]
                        places_met += 1
                    best[place[k]] = new
            length[node] = infinite
        if found + places_met > space:
            more = max(space, places_met)
            space += more
            found_place = np.concatenate((found_place, np.empty(more, np.int32)))
            found_mm = np.concatenate((found_mm, np.empty(more, np.int64)))
        for j in range(places_met):
            found_place[found], found_mm[found] = met[j], best[met[j]]
            best[met[j]] = infinite
            found += 1
        begins[source + 1] = found
    return begins, found_place[:found].copy(), found_mm[:found].copy()
