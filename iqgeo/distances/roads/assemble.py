"""From loose segments to a network: the parts that hang together, chains contracted, nodes in good order."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.network import DESTINATION, Note, RoadInfo, RoadNetwork
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.straight import great_circle_km
from iqgeo.errors import InputError, Problem

BoolArray = npt.NDArray[np.bool_]

CURVE_CELLS = 2**16 - 1
CURVE_SPREAD = tuple(
    (np.uint64(apart), np.uint64(mask))
    for apart, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555))
)
"""Steps that move 16 bits apart so that another 16 fit in between."""


@dataclass(frozen=True)
class Segments:
    """Straight pieces of road between vertices, as every reader hands them over.

    Attributes
    ----------
    lon, lat : Floats
        (vertices,) degrees.
    tail, head : Integers
        (segments,) vertices at both ends.
    mm : Integers
        (segments,) length in whole millimetres.
    minutes : Floats
        (segments,) travel time, NaN where unknown (in all or in none).
    two_way : BoolArray
        (segments,) bool; else traffic runs from tail to head only.
    road_class : npt.NDArray[np.uint8]
        (segments,) uint8, ``ROAD``, ``MOTORWAY`` or ``FERRY``.
    """

    lon: Floats
    lat: Floats
    tail: Integers
    head: Integers
    mm: Integers
    minutes: Floats
    two_way: BoolArray
    road_class: npt.NDArray[np.uint8]

    def select(self, kept: BoolArray) -> "Segments":
        """Return the segments where ``kept``, all vertices left in place."""
        names = ("tail", "head", "mm", "minutes", "two_way", "road_class")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})


def length_mm(lon: Floats, lat: Floats, tail: Integers, head: Integers) -> Integers:
    """Great-circle length of segments between vertices in whole millimetres."""
    return np.rint(great_circle_km(lon[tail], lat[tail], lon[head], lat[head]) * MM_PER_KM).astype(np.int64)


LEAST_PART_KM = 1.0
"""Parts with less road than this are left out: cut off at an extract's rim, or a yard behind a gate."""


SMALL_PART, NO_WAY_BACK = "small_part", "no_way_back"


@dataclass(frozen=True)
class Leavings:
    """What was not kept, as lines: bends of line ``k`` are ``ptr[k]:ptr[k + 1]``; and all parts by length.

    Attributes
    ----------
    reason : npt.NDArray[Any]
        (lines,) ``small_part``, or ``no_way_back`` for one-ways that lead out of a part.
    lon, lat : Floats
        Degrees.
    parts_km : Floats
        (parts,) length of each part that hangs together, longest first.
    parts_kept : BoolArray
        (parts,) whether each was kept.
    """

    ptr: Integers
    lon: Floats
    lat: Floats
    reason: npt.NDArray[Any]
    parts_km: Floats
    parts_kept: BoolArray


def assemble(segments: Segments, info: RoadInfo, *, least_part_km: float = LEAST_PART_KM) -> RoadNetwork:
    """Build the network from its segments; see ``assemble_and_tell``."""
    return assemble_and_tell(segments, info, least_part_km=least_part_km)[0]


def assemble_and_tell(
    segments: Segments, info: RoadInfo, *, least_part_km: float = LEAST_PART_KM
) -> tuple[RoadNetwork, Leavings]:
    """Build the network from its segments, and say what was not kept.

    Contracts every chain of vertices at which one can only drive on, keeps the parts in which every point can
    be reached from every other (strongly connected components, scipy) and which have at least
    ``least_part_km`` of road, the longest in any case, and numbers the nodes along a space-filling curve
    (Morton). Lengths along chains are sums of whole millimetres, so nothing is lost.

    Parameters
    ----------
    segments : Segments
        As a reader gives them.
    info : RoadInfo
        What the reader knows; counts, notes, checksum and, where its width is zero, the extent are filled in.
    least_part_km : float
        Km of road from which a part is kept.

    Raises
    ------
    InputError
        ``roads_none_drivable`` if there is no segment, ``roads_not_connected`` if no two points can be
        reached from each other.
    """
    if not len(segments.tail):
        raise InputError(Problem("roads_none_drivable", file=info.source))
    touched = np.zeros(len(segments.lon), dtype=bool)
    touched[segments.tail] = touched[segments.head] = True
    loops = segments.tail == segments.head
    if loops.any():
        segments = segments.select(~loops)
    chains = _contract(segments)
    parts = _parts(chains, least_part_km)
    if not parts.kept.any():
        raise InputError(Problem("roads_not_connected", file=info.source))
    leavings = _leavings(segments, chains, parts)
    kept = _without_through_traffic(chains.select(parts.of_chain), parts.label[parts.of_chain])
    network = _network(segments, kept, info)
    extent = info.extent
    if not (extent[0] < extent[2] and extent[1] < extent[3]):
        lon, lat = network.shape_lon, network.shape_lat
        extent = (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    filled = replace(
        info,
        vertices_read=int(touched.sum()),
        vertices_kept=int(parts.vertices[parts.kept].sum()),
        extent=extent,
        notes=(*info.notes, *_notes(chains, parts), *_exchanged(extent)),
    )
    return replace(network, info=replace(filled, checksum=network.checksum())), leavings


@dataclass(frozen=True)
class _Chains:
    """Chains of segments between junctions: where each begins in ``segments``, and how many it has.

    ``vertices`` holds one more than ``segments`` for each chain, so chain ``k`` of the original numbering
    begins there at ``begins[k] + number[k]``.
    """

    vertices: npt.NDArray[np.int32]
    segments: npt.NDArray[np.int32]
    begins: Integers
    counts: Integers
    number: Integers
    two_way: BoolArray
    road_class: npt.NDArray[np.uint8]
    mm: Integers

    @property
    def first_vertex(self) -> Integers:
        return self.begins + self.number

    def tails(self) -> npt.NDArray[np.int32]:
        return np.asarray(self.vertices[self.first_vertex])

    def heads(self) -> npt.NDArray[np.int32]:
        return np.asarray(self.vertices[self.first_vertex + self.counts])

    def select(self, kept: npt.NDArray[Any]) -> "_Chains":
        names = ("begins", "counts", "number", "two_way", "road_class", "mm")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})


def _contract(segments: Segments) -> _Chains:
    from iqgeo.distances.roads.chains import contract

    vertices, order, begins = contract(
        segments.tail.astype(np.int32),
        segments.head.astype(np.int32),
        segments.two_way,
        segments.road_class,
        len(segments.lon),
    )
    first = order[begins[:-1]]
    so_far = np.concatenate([[0], np.cumsum(segments.mm[order])])
    return _Chains(
        vertices=vertices,
        segments=order,
        begins=begins[:-1],
        counts=np.diff(begins),
        number=np.arange(len(first)),
        two_way=segments.two_way[first],
        road_class=segments.road_class[first],
        mm=np.diff(so_far[begins]),
    )


@dataclass(frozen=True)
class _Parts:
    """Parts that hang together: ``label`` per chain (-1 between parts), size, and what is kept of both."""

    label: Integers
    of_chain: BoolArray
    mm: Integers
    vertices: Integers
    kept: BoolArray


def _labels(chains: _Chains, used: BoolArray) -> Integers:
    """Strongly connected component of each chain in use, -1 between two."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    from iqgeo.distances.roads.chains import joined_by

    label = np.full(len(chains.begins), -1)
    if not used.any():
        return label
    tail, head, two_way = chains.tails()[used], chains.heads()[used], chains.two_way[used]
    # What hangs together by two-way streets is strongly connected: the search is left with few one-ways.
    group, groups = joined_by(tail[two_way], head[two_way], int(max(tail.max(), head.max())) + 1)
    leaving, arriving = group[tail], group[head]
    between = leaving != arriving
    arcs = csr_array((np.ones(between.sum()), (leaving[between], arriving[between])), shape=(groups, groups))
    number = connected_components(arcs, directed=True, connection="strong")[1]
    label[used] = np.where(number[leaving] == number[arriving], number[leaving], -1)
    return label


def _parts(chains: _Chains, least_part_km: float) -> _Parts:
    """Find the parts, and which of them and of their chains are kept."""
    label = _labels(chains, np.ones(len(chains.begins), dtype=bool))
    inside = label >= 0
    names, number = np.unique(label[inside], return_inverse=True)
    label[inside] = number
    mm = np.bincount(number, chains.mm[inside], minlength=len(names)).astype(np.int64)
    # A vertex is in one part only; a chain within a part brings along all its bends.
    part_of = np.full(int(chains.vertices.max(initial=-1)) + 1, -1)
    for ends in (chains.tails(), chains.heads()):
        part_of[ends[inside]] = number
    vertices = np.bincount(part_of[part_of >= 0], minlength=len(names))
    vertices += np.bincount(number, chains.counts[inside] - 1, minlength=len(names)).astype(vertices.dtype)
    kept = mm >= least_part_km * MM_PER_KM
    if len(names):
        kept[np.lexsort((vertices, mm))[-1]] = True
    return _Parts(label, inside & np.append(kept, False)[label], mm, vertices, kept)


def _without_through_traffic(chains: _Chains, label: Integers) -> _Chains:
    """Streets that can only be reached over such without through traffic carry none either.

    Else nobody could leave them: a village behind a road that is open to its residents.
    """
    private = (chains.road_class & DESTINATION) != 0
    if not private.any():
        return chains
    public = _labels(chains, ~private)
    mm = np.bincount(public[public >= 0], chains.mm[public >= 0])
    order = np.lexsort((mm[public], label)) if len(mm) else np.empty(0, dtype=np.int64)
    order = order[public[order] >= 0]
    last = order[np.diff(label[order], append=-1) != 0]
    behind = ~private & ~np.isin(public, public[last])
    return replace(chains, road_class=chains.road_class | (behind * np.uint8(DESTINATION)))


def _leavings(segments: Segments, chains: _Chains, parts: _Parts) -> Leavings:
    left = chains.select(~parts.of_chain)
    reason = np.where(parts.label[~parts.of_chain] >= 0, SMALL_PART, NO_WAY_BACK)
    bends = left.vertices[_ranges(left.first_vertex, left.counts + 1)]
    order = np.argsort(-parts.mm, kind="stable")
    return Leavings(
        ptr=np.concatenate([[0], np.cumsum(left.counts + 1)]),
        lon=segments.lon[bends],
        lat=segments.lat[bends],
        reason=reason,
        parts_km=parts.mm[order] / MM_PER_KM,
        parts_kept=parts.kept[order],
    )


def _notes(chains: _Chains, parts: _Parts) -> tuple[Note, ...]:
    between = parts.label < 0
    notes = (
        (SMALL_PART, int((~parts.kept).sum()), float(parts.mm[~parts.kept].sum()) / MM_PER_KM),
        (NO_WAY_BACK, int(between.sum()), float(chains.mm[between].sum()) / MM_PER_KM),
    )
    return tuple(note for note in notes if note[1])


EXCHANGED = (45.0, 2.0, 56.0, 19.0)
"""Where the middle of Europe would lie with longitude and latitude exchanged: the Horn of Africa, and sea."""


def _exchanged(extent: tuple[float, float, float, float]) -> tuple[Note, ...]:
    """Say so where roads lie as if longitude and latitude had been exchanged."""
    west, south, east, north = extent
    there = EXCHANGED[0] <= west and EXCHANGED[1] <= south and east <= EXCHANGED[2] and north <= EXCHANGED[3]
    return (("axes_exchanged", 1, 0.0),) if there else ()


def _renumber(tail: npt.NDArray[Any], head: npt.NDArray[Any]) -> tuple[Integers, Integers, Integers]:
    """Vertices in use, and their positions among these at tails and heads."""
    used = np.zeros(max(tail.max(), head.max()) + 1, dtype=bool)
    used[tail] = used[head] = True
    number = np.cumsum(used) - 1
    return np.flatnonzero(used), number[tail], number[head]


def _network(segments: Segments, chains: _Chains, info: RoadInfo) -> RoadNetwork:
    from iqgeo.distances.roads.chains import lay_out, order_of_ends

    nodes, tail, head = _renumber(chains.tails(), chains.heads())
    rank = _curve_rank(segments.lon[nodes], segments.lat[nodes])
    tail, head = rank[tail], rank[head]
    by_tail = order_of_ends(tail, head, len(nodes))
    chains, tail, head = chains.select(by_tail), tail[by_tail], head[by_tail]
    shape_ptr = np.concatenate([[0], np.cumsum(chains.counts + 1)])
    lon, lat, mm, minutes = lay_out(
        chains.vertices,
        chains.segments,
        chains.first_vertex,
        chains.begins,
        chains.counts,
        segments.lon,
        segments.lat,
        segments.mm,
        segments.minutes,
    )
    return RoadNetwork(
        link_tail=tail.astype(np.int32),
        link_head=head.astype(np.int32),
        link_two_way=chains.two_way,
        link_class=chains.road_class,
        shape_ptr=shape_ptr,
        shape_lon=lon,
        shape_lat=lat,
        shape_mm=mm,
        shape_minutes=minutes,
        info=info,
    )


def _ranges(begins: Integers, counts: Integers) -> Integers:
    """Positions ``begins[k], begins[k] + 1, ...`` of all rows, one after the other."""
    before = np.cumsum(counts) - counts
    return np.repeat(begins - before, counts) + np.arange(counts.sum())


def _curve_rank(lon: Floats, lat: Floats) -> Integers:
    """Position of each point along a Morton curve: the bits of both coordinates in turn (Morton 1966).

    geopandas has a Hilbert curve, but wants a geometry for each point first, which takes ten times as long.
    """
    code = np.zeros(len(lon), dtype=np.uint64)
    for shift, values in enumerate((lon, lat)):
        width = float(np.ptp(values)) or 1.0
        bits = ((values - values.min()) / width * CURVE_CELLS).astype(np.uint64)
        for apart, mask in CURVE_SPREAD:
            bits = (bits | (bits << apart)) & mask
        code |= bits << np.uint64(shift)
    # With its number behind it each code is another one, and sorting them is four times as fast as asking
    # in which order they are.
    number = np.uint64(32)
    ranked = np.sort(code << number | np.arange(len(lon), dtype=np.uint64)) & np.uint64(2**32 - 1)
    rank = np.empty(len(lon), dtype=np.int64)
    rank[ranked.astype(np.int64)] = np.arange(len(lon))
    return rank
