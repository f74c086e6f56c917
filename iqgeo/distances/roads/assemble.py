"""From loose segments to a network: the part that hangs together, chains contracted, nodes in good order."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.network import DEGREES_E7, RoadInfo, RoadNetwork
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
    lon, lat : (vertices,) degrees.
    tail, head : (segments,) vertices at both ends.
    mm : (segments,) length in whole millimetres.
    minutes : (segments,) travel time, NaN where unknown (in all or in none).
    two_way : (segments,) bool; else traffic runs from tail to head only.
    road_class : (segments,) uint8, ``ROAD``, ``MOTORWAY`` or ``FERRY``.
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


def assemble(segments: Segments, info: RoadInfo) -> RoadNetwork:
    """Build the network from its segments.

    Contracts every chain of vertices at which one can only drive on, keeps the largest strongly connected
    component (scipy), and numbers the nodes along a space-filling curve (Morton). Lengths along chains are
    sums of whole millimetres, so nothing is lost.

    Parameters
    ----------
    info : what the reader knows; counts, checksum and, where its width is zero, the extent are filled in.

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
    chains, vertices_kept = _largest_part(_contract(segments))
    if not len(chains.begins):
        raise InputError(Problem("roads_not_connected", file=info.source))
    network = _network(segments, chains, info)
    extent = info.extent
    if not (extent[0] < extent[2] and extent[1] < extent[3]):
        lon, lat = network.shape_lon, network.shape_lat
        extent = (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    filled = replace(info, vertices_read=int(touched.sum()), vertices_kept=vertices_kept, extent=extent)
    return replace(network, info=replace(filled, checksum=network.checksum()))


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

    @property
    def first_vertex(self) -> Integers:
        return self.begins + self.number

    def tails(self) -> npt.NDArray[np.int32]:
        return np.asarray(self.vertices[self.first_vertex])

    def heads(self) -> npt.NDArray[np.int32]:
        return np.asarray(self.vertices[self.first_vertex + self.counts])

    def select(self, kept: npt.NDArray[Any]) -> "_Chains":
        names = ("begins", "counts", "number", "two_way")
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
    count = len(begins) - 1
    return _Chains(
        vertices, order, begins[:-1], np.diff(begins), np.arange(count), segments.two_way[order[begins[:-1]]]
    )


def _largest_part(chains: _Chains) -> tuple[_Chains, int]:
    """The chains of the strongly connected component with the most vertices, and how many these are."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    if not len(chains.begins):
        return chains, 0
    nodes, tail, head = _renumber(chains.tails(), chains.heads())
    back = chains.two_way
    row, column = np.concatenate([tail, head[back]]), np.concatenate([head, tail[back]])
    arcs = csr_array((np.ones(len(row)), (row, column)), shape=(len(nodes), len(nodes)))
    parts, label = connected_components(arcs, directed=True, connection="strong")
    inside = label[tail] == label[head]
    # A chain within a component brings along all its bends.
    size = np.bincount(label, minlength=parts)
    size += np.bincount(label[tail[inside]], chains.counts[inside] - 1, minlength=parts).astype(size.dtype)
    return chains.select(inside & (label[tail] == size.argmax())), int(size.max())


def _renumber(tail: npt.NDArray[Any], head: npt.NDArray[Any]) -> tuple[Integers, Integers, Integers]:
    """Vertices in use, and their positions among these at tails and heads."""
    used = np.zeros(max(tail.max(), head.max()) + 1, dtype=bool)
    used[tail] = used[head] = True
    number = np.cumsum(used) - 1
    return np.flatnonzero(used), number[tail], number[head]


def _network(segments: Segments, chains: _Chains, info: RoadInfo) -> RoadNetwork:
    nodes, tail, head = _renumber(chains.tails(), chains.heads())
    rank = _curve_rank(segments.lon[nodes], segments.lat[nodes])
    tail, head = rank[tail], rank[head]
    by_tail = np.argsort(tail * len(nodes) + head, kind="stable")
    chains, tail, head = chains.select(by_tail), tail[by_tail], head[by_tail]
    shape_ptr = np.concatenate([[0], np.cumsum(chains.counts + 1)])
    steps = np.arange(shape_ptr[-1]) - np.repeat(shape_ptr[:-1], chains.counts + 1)
    bends = chains.vertices[steps + np.repeat(chains.first_vertex, chains.counts + 1)]
    travelled = chains.segments[_ranges(chains.begins, chains.counts)]
    first = chains.segments[chains.begins]
    return RoadNetwork(
        link_tail=tail.astype(np.int32),
        link_head=head.astype(np.int32),
        link_two_way=segments.two_way[first],
        link_class=segments.road_class[first],
        shape_ptr=shape_ptr,
        shape_lon=np.rint(segments.lon[bends] * DEGREES_E7) / DEGREES_E7,
        shape_lat=np.rint(segments.lat[bends] * DEGREES_E7) / DEGREES_E7,
        shape_mm=_along(segments.mm[travelled], shape_ptr),
        shape_minutes=_along(segments.minutes[travelled], shape_ptr).astype(np.float32),
        info=info,
    )


def _ranges(begins: Integers, counts: Integers) -> Integers:
    """Positions ``begins[k], begins[k] + 1, ...`` of all rows, one after the other."""
    before = np.cumsum(counts) - counts
    return np.repeat(begins - before, counts) + np.arange(counts.sum())


def _along(values: npt.NDArray[Any], shape_ptr: Integers) -> npt.NDArray[Any]:
    """Sum up along each chain: 0 at its first bend, the chain's total at its last."""
    first = shape_ptr[:-1]
    steps = np.zeros(shape_ptr[-1], dtype=values.dtype)
    inner = np.ones(len(steps), dtype=bool)
    inner[first] = False
    steps[inner] = values
    sums = np.cumsum(steps)
    return np.asarray(sums - np.repeat(sums[first], np.diff(shape_ptr)))


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
    rank = np.empty(len(lon), dtype=np.int64)
    rank[np.argsort(code, kind="stable")] = np.arange(len(lon))
    return rank
