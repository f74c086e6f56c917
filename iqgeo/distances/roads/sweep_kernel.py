"""Many sources at once down a hierarchy of shortcuts (compiled; imported only where pairs are asked for)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.compiled import compiled, loop
from iqgeo.distances.roads.hierarchy_kernel import FAR, pop_least, push

Array = npt.NDArray[Any]
Rows = tuple[Array, Array, Array]
"""Compressed rows: where each row begins, what it lists, and lengths in mm; int32 throughout."""

LANES = 64
"""Sources swept at once: their lengths at a node lie side by side, and the processor adds eight at a time.

Sixteen at once take half as long again: the hierarchy is looked through four times as often."""


@loop
def _leading_to(up: Rows, ends: Array) -> tuple[Array, Rows]:
    """The part of a hierarchy that ways from some nodes climb through: its nodes' new numbers, -1 elsewhere.

    And what lies above each of them, by these numbers.
    """
    begins, above, mm = up
    count = len(begins) - 1
    number = np.full(count, -1, np.int32)
    number[ends] = 0
    arcs = 0
    for node in range(count - 1, -1, -1):
        if number[node] == 0:
            for k in range(begins[node], begins[node + 1]):
                if mm[k] < FAR:
                    number[above[k]] = 0
                    arcs += 1
    rows, to, length = np.zeros(count + 1, np.int32), np.empty(arcs, np.int32), np.empty(arcs, np.int32)
    kept, taken = 0, 0
    for node in range(count):
        if number[node] == 0:
            number[node] = kept
            for k in range(begins[node], begins[node + 1]):
                if mm[k] < FAR:
                    to[taken], length[taken] = number[above[k]], mm[k]
                    taken += 1
            kept += 1
            rows[kept] = taken
    return number, (rows[: kept + 1].copy(), to, length)


@loop
def _climb(
    up: Rows,
    sources: Rows,
    source: int,
    limit: int,
    lane: int,
    number: Array,
    work: tuple[Array, Array, Array, Array],
) -> None:
    """Note in a lane how far it is from all that lies above a source within a limit."""
    length, heap, swept, reached = work
    begins, above, mm = up
    last, size = len(begins) - 1, 0
    for k in range(sources[0][source], sources[0][source + 1]):
        node, new = sources[1][k], sources[2][k]
        if new <= limit:
            if length[node] == FAR:
                size = push(heap, size, last - node)
            length[node] = min(length[node], new)
    while size:
        # The lowest first: whoever leads to it has been seen before.
        node = last - heap[0]
        size = pop_least(heap, size)
        here = length[node]
        length[node] = FAR
        kept = number[node]
        if kept >= 0:
            if not reached[kept]:
                reached[kept] = True
                swept[kept, :] = FAR
            swept[kept, lane] = here
        for k in range(begins[node], begins[node + 1]):
            new = here + mm[k]
            if new <= limit:
                other = above[k]
                if length[other] == FAR:
                    size = push(heap, size, last - other)
                length[other] = min(length[other], new)


@loop
def _sweep(down: Rows, limit: int, swept: Array, reached: Array) -> None:
    """Carry the lengths of all lanes from the highest nodes down to the lowest."""
    begins, above, mm = down
    for node in range(len(begins) - 1):
        met = reached[node]
        for k in range(begins[node], begins[node + 1]):
            over = above[k]
            if reached[over]:
                if not met:
                    met = True
                    swept[node, :] = FAR
                step = mm[k]
                for lane in range(LANES):
                    swept[node, lane] = min(swept[node, lane], np.int32(swept[over, lane] + step))
        if met:
            least = swept[node, 0]
            for lane in range(1, LANES):
                least = min(least, swept[node, lane])
            reached[node] = least <= limit


@loop
def _collect(
    exits: Rows,
    direct: Rows,
    limit: int,
    state: tuple[Array, Array, Array],
    block: tuple[Array, Array],
    found: Array,
    rows: int,
) -> tuple[Array, int]:
    """Add rows (source, place, length) for all places within the limit of the sources of a block."""
    swept, reached, number = state
    sources, lane_of = block
    best = np.empty(LANES, np.int32)
    for place in range(len(exits[0]) - 1):
        met = False
        best[:] = FAR
        for k in range(exits[0][place], exits[0][place + 1]):
            node, step = number[exits[1][k]], exits[2][k]
            if reached[node]:
                met = True
                for lane in range(LANES):
                    best[lane] = min(best[lane], np.int32(swept[node, lane] + step))
        for k in range(direct[0][place], direct[0][place + 1]):
            lane = lane_of[direct[1][k]]
            if lane >= 0:
                met = True
                best[lane] = min(best[lane], direct[2][k])
        if not met:
            continue
        if rows + LANES > len(found):
            found = np.concatenate((found, np.empty_like(found)))
        for lane in range(len(sources)):
            if best[lane] <= limit:
                found[rows, 0], found[rows, 1], found[rows, 2] = sources[lane], place, best[lane]
                rows += 1
    return found, rows


@loop
def _by_source(found: Array, count: int) -> tuple[Array, Array, Array]:
    """Sort rows (source, place, length) by source, each source's as they come."""
    begins = np.zeros(count + 1, np.int64)
    for k in range(len(found)):
        begins[found[k, 0] + 1] += 1
    begins = np.cumsum(begins)
    taken = begins[:-1].copy()
    place, mm = np.empty(len(found), np.int32), np.empty(len(found), np.int32)
    for k in range(len(found)):
        at = taken[found[k, 0]]
        place[at], mm[at] = found[k, 1], found[k, 2]
        taken[found[k, 0]] += 1
    return begins, place, mm


def _wrong(given: Mapping[str, Any]) -> str | None:
    """Lengths must add up in 32 bits, and what lies above a node have a lower number."""
    begins, above, _ = given["up"]
    lengths = [given["back"], *(given[name][2] for name in ("up", "sources", "exits", "direct"))]
    if any(it.dtype != np.int32 for it in lengths):
        return "lengths of another type"
    if any(it.min(initial=0) < 0 or it.max(initial=0) > FAR for it in lengths):
        return "lengths do not fit"
    if not -FAR <= given["limit"] < FAR:
        return "the limit does not fit"
    return "no hierarchy" if (above >= np.repeat(np.arange(len(begins) - 1), np.diff(begins))).any() else None


@compiled(
    index={
        "up.1": "lists(up.0)",
        "sources.1": "lists(up.0)",
        "exits.1": "lists(up.0)",
        "direct.1": "len(order)",
        "order": "lists(sources.0)",
    },
    cuts={f"{name}.0": f"{name}.1" for name in ("up", "sources", "exits", "direct")},
    at_least={
        **{f"{name}.2": f"len({name}.1)" for name in ("up", "sources", "exits", "direct")},
        "back": "len(up.1)",
        "sources.0": "len(order) + 1",
        "direct.0": "len(exits.0)",
    },
    also=_wrong,
)
def sweep_within(
    up: Rows, back: Array, sources: Rows, limit: int, exits: Rows, direct: Rows, order: Array
) -> tuple[Array, Array, Array]:
    """Shortest lengths from all places to each source within a limit, whole millimetres throughout.

    From each source up the hierarchy, against the traffic, then for many sources at once down the part of it
    that leads to places (PHAST, Delling and others 2011).

    Parameters
    ----------
    up : Rows
        What lies above each node, which has a lower number, and how long it is to there.
    back : Array
        How long it is from there, for each entry of ``up``.
    sources : Rows
        Nodes by which each source is reached.
    limit : int
        Largest length wanted; where it is negative, nothing is found.
    exits : Rows
        Nodes by which each place is left.
    direct : Rows
        Sources that each place reaches without touching a node.
    order : Array
        All sources, those that lie near each other one after the other.

    Returns
    -------
    tuple[Array, Array, Array]
        Where each source's results begin, the places found in ascending order, and their lengths in mm.
    """
    number, down = _leading_to(up, exits[1])
    count = len(order)
    swept = np.empty((len(down[0]) - 1, LANES), np.int32)
    reached = np.zeros(len(swept), np.bool_)
    work = np.full(len(number), FAR, np.int32), np.empty(len(number) + 1, np.int64), swept, reached
    against = up[0], up[1], back
    lane_of = np.full(count, -1, np.int32)
    found, rows = np.empty((1 << 14, 3), np.int32), 0
    for first in range(0, count, LANES):
        reached[:] = False
        block = order[first : first + LANES]
        for lane in range(len(block)):
            lane_of[block[lane]] = lane
            _climb(against, sources, block[lane], limit, lane, number, work)
        _sweep(down, limit, swept, reached)
        found, rows = _collect(exits, direct, limit, (swept, reached, number), (block, lane_of), found, rows)
        lane_of[block] = -1
    answer: tuple[Array, Array, Array] = _by_source(found[:rows], count)
    return answer
