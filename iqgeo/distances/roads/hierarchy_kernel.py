"""A hierarchy of shortcuts: made once by contracting nodes (compiled; imported only where one is made)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.compiled import compiled, loop

Array = npt.NDArray[Any]

FAR = 2**30 - 1
"""Length in mm (1,073 km) that stands for "no way": two of them still add up in 32 bits."""

MOST_SETTLED = 80
"""Nodes a search for a way around settles before it gives up: then there is a shortcut more, no wrong one."""

LEVEL_WEIGHT, ARCS_WEIGHT = 100, 1000
"""What decides when a node is contracted: how high it stands, and shortcuts for each arc that goes. Of the
weights tried these leave the fewest arcs, and take a third of the time of equal ones."""

MOST_LOOKED = 3_000
"""Arcs looked at for each link before contraction gives up. Networks of streets take about a thousand, a grid
of streets that are all alike ever more, the larger it is: it has no roads that all long ways share."""

LINKS_FREE = 10_000
"""So many links more than there are: a small network is never given up."""

_HEAP = 1 << 12


@loop
def push(heap: Array, size: int, key: int) -> int:
    """Put a key into a heap of ``size`` and return its new size; a full one stays as it is."""
    if size == len(heap):
        return size
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= key:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = key
    return size + 1


@loop
def pop_least(heap: Array, size: int) -> int:
    """Take the least key, which was ``heap[0]``, out of a heap of ``size``; return its new size."""
    size -= 1
    key = heap[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= key:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = key
    return size


@loop
def _join(pool: Array, lists: Array, end: Array, node: int, other: int, out: int, back: int) -> Array:
    """Note how far it is from a node to another and back; the pool, which may have grown."""
    start, size, room = lists[node, 0], lists[node, 1], lists[node, 2]
    for k in range(start, start + size):
        if pool[k, 0] == other:
            pool[k, 1], pool[k, 2] = min(pool[k, 1], out), min(pool[k, 2], back)
            return pool
    if size == room:
        room = 2 * room + 2
        if end[0] + room > len(pool):
            pool = np.concatenate((pool, np.empty((len(pool) // 2 + room, 3), np.int32)))
        pool[end[0] : end[0] + size] = pool[start : start + size]
        start = end[0]
        lists[node, 0], lists[node, 2] = start, room
        end[0] += room
    pool[start + size, 0], pool[start + size, 1], pool[start + size, 2] = other, out, back
    lists[node, 1] = size + 1
    return pool


@loop
def _around(
    pool: Array, lists: Array, source: int, without: int, most: int, work: tuple[Array, Array, Array, Array]
) -> int:
    """Search from a node without another one up to a length; how many nodes were met.

    Lengths found are those of ways that exist, if not always of the shortest.
    """
    length, met, heap, looked = work
    length[source], met[0] = 0, source
    found, size, settled = 1, push(heap, 0, np.int64(source)), 0
    while size and settled < MOST_SETTLED:
        here, node = heap[0] >> 32, heap[0] & 0xFFFFFFFF
        size = pop_least(heap, size)
        if here > length[node]:
            continue
        settled += 1
        looked[0] += lists[node, 1]
        for k in range(lists[node, 0], lists[node, 0] + lists[node, 1]):
            other, new = pool[k, 0], here + pool[k, 1]
            if new > most or other == without or new >= length[other]:
                continue
            if length[other] == FAR:
                met[found] = other
                found += 1
            length[other] = new
            size = push(heap, size, new << 32 | other)
    return found


@loop
def _shortcuts(
    pool: Array, lists: Array, node: int, work: tuple[Array, Array, Array, Array], room: Array
) -> tuple[int, Array]:
    """Ways over a node that nothing else replaces, as rows (from, to, length); how many, and the rows."""
    length, met, _, _ = work
    first, last, count = lists[node, 0], lists[node, 0] + lists[node, 1], 0
    for i in range(first, last):
        into = pool[i, 2]
        most = -1
        for j in range(first, last):
            if j != i and pool[j, 1] < FAR:
                most = max(most, pool[j, 1])
        if into >= FAR or most < 0:
            continue
        found = _around(pool, lists, pool[i, 0], node, min(into + most, FAR - 1), work)
        for j in range(first, last):
            whole = into + pool[j, 1]
            if j != i and whole < FAR and whole < length[pool[j, 0]]:
                if count == len(room):
                    room = np.concatenate((room, np.empty_like(room)))
                room[count, 0], room[count, 1], room[count, 2] = pool[i, 0], pool[j, 0], whole
                count += 1
        for k in range(found):
            length[met[k]] = FAR
    return count, room


@loop
def _priority(pool: Array, lists: Array, node: int, shortcuts: int, level: int) -> int:
    """The higher, the later a node is contracted: by its level, and by shortcuts for each arc that goes."""
    arcs = 0
    for k in range(lists[node, 0], lists[node, 0] + lists[node, 1]):
        arcs += (pool[k, 1] < FAR) + (pool[k, 2] < FAR)
    return LEVEL_WEIGHT * level + ARCS_WEIGHT * shortcuts // max(arcs, 1)


@loop
def _without(pool: Array, lists: Array, node: int, other: int) -> None:
    """Take a node out of another's list."""
    start, last = lists[other, 0], lists[other, 0] + lists[other, 1] - 1
    for k in range(start, last + 1):
        if pool[k, 0] == node:
            pool[k, 0], pool[k, 1], pool[k, 2] = pool[last, 0], pool[last, 1], pool[last, 2]
            lists[other, 1] -= 1
            return


@loop
def _lists(ends: tuple[Array, Array], two_way: Array, mm: Array, count: int) -> tuple[Array, Array, Array]:
    """Neighbours of each node with the lengths there and back; of parallel links the shortest, no loops."""
    tail, head = ends
    lists = np.zeros((count, 3), np.int64)
    for k in range(len(tail)):
        lists[tail[k], 2] += 1
        lists[head[k], 2] += 1
    end = np.zeros(1, np.int64)
    for node in range(count):
        lists[node, 0] = end[0]
        end[0] += lists[node, 2]
    pool = np.empty((end[0] * 2 + 16, 3), np.int32)
    for k in range(len(tail)):
        if tail[k] != head[k] and mm[k] < FAR:
            back = mm[k] if two_way[k] else FAR
            pool = _join(pool, lists, end, tail[k], head[k], mm[k], back)
            pool = _join(pool, lists, end, head[k], tail[k], back, mm[k])
    return pool, lists, end


@compiled(
    index={"ends.0": "count", "ends.1": "count"},
    at_least={"ends.1": "len(ends.0)", "two_way": "len(ends.0)", "mm": "len(ends.0)"},
    also=lambda given: "a length is negative" if given["mm"].min(initial=0) < 0 else None,
)
def contract_nodes(
    ends: tuple[Array, Array], two_way: Array, mm: Array, count: int, most: int
) -> tuple[Array, Array, Array, Array]:
    """Contract all nodes, each after those that matter less (Geisberger and others 2008).

    A contracted node is bridged by shortcuts, where no other way between its neighbours is as short.

    Parameters
    ----------
    ends, two_way, mm : tuple[Array, Array], Array
        The links; such as are ``FAR`` or longer lead nowhere.
    count : int
        Number of nodes.
    most : int
        Arcs that may be looked at; beyond it the rest of the nodes is left as it is.

    Returns
    -------
    tuple[Array, Array, Array, Array]
        The nodes in the order in which they were contracted, the level of each node, where the arcs of each
        begin in that order, and the arcs: the node not yet contracted, the length there and back.
    """
    pool, lists, end = _lists(ends, two_way, mm, count)
    looked = np.zeros(1, np.int64)
    work = np.full(count, FAR, np.int32), np.empty(count, np.int32), np.empty(_HEAP, np.int64), looked
    room = np.empty((64, 3), np.int32)
    level, stale = np.zeros(count, np.int32), np.zeros(count, np.bool_)
    queue, waiting = np.empty(count, np.int64), 0
    for node in range(count):
        added, room = _shortcuts(pool, lists, node, work, room)
        waiting = push(queue, waiting, np.int64(_priority(pool, lists, node, added, 0)) << 32 | node)
    order, begins, taken = np.empty(count, np.int32), np.zeros(count + 1, np.int64), 0
    arcs, done = np.empty((2 * len(mm) + 16, 3), np.int32), 0
    while waiting and looked[0] <= most:
        key = queue[0]
        node = key & 0xFFFFFFFF
        waiting = pop_least(queue, waiting)
        added, room = _shortcuts(pool, lists, node, work, room)
        if stale[node]:
            stale[node] = False
            key = np.int64(_priority(pool, lists, node, added, level[node])) << 32 | node
            if waiting and key > queue[0]:
                waiting = push(queue, waiting, key)
                continue
        first, size = lists[node, 0], lists[node, 1]
        if taken + size > len(arcs):
            arcs = np.concatenate((arcs, np.empty((len(arcs) // 2 + size, 3), np.int32)))
        arcs[taken : taken + size] = pool[first : first + size]
        taken += size
        order[done], begins[done + 1] = node, taken
        done += 1
        for k in range(first, first + size):
            other = pool[k, 0]
            _without(pool, lists, node, other)
            stale[other], level[other] = True, max(level[other], level[node] + 1)
        for k in range(added):
            pool = _join(pool, lists, end, room[k, 0], room[k, 1], room[k, 2], FAR)
            pool = _join(pool, lists, end, room[k, 1], room[k, 0], FAR, room[k, 2])
    return order[:done], level, begins, arcs[:taken].copy()
