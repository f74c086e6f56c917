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

    Keeps the largest strongly connected component (scipy), contracts every chain of vertices at which one
    can only drive on, and numbers the nodes along a Hilbert curve (geopandas). Lengths along chains are
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
    vertices_read = int(touched.sum())
    kept, vertices_kept = _largest_component(segments)
    if not len(kept.tail):
        raise InputError(Problem("roads_not_connected", file=info.source))
    vertices, order, begins = _chains(kept)
    network = _network(kept, vertices, order, begins, info)
    extent = info.extent
    if not (extent[0] < extent[2] and extent[1] < extent[3]):
        lon, lat = network.shape_lon, network.shape_lat
        extent = (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    filled = replace(info, vertices_read=vertices_read, vertices_kept=vertices_kept, extent=extent)
    return replace(network, info=replace(filled, checksum=network.checksum()))


def _largest_component(segments: Segments) -> tuple[Segments, int]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(segments.lon)
    back = segments.two_way
    row = np.concatenate([segments.tail, segments.head[back]])
    column = np.concatenate([segments.head, segments.tail[back]])
    arcs = coo_array((np.ones(len(row), dtype=np.int8), (row, column)), shape=(count, count)).tocsr()
    _, label = connected_components(arcs, directed=True, connection="strong")
    size = np.bincount(label)
    largest = label == size.argmax()
    return segments.select(
        largest[segments.tail] & largest[segments.head] & (segments.tail != segments.head)
    ), int(size.max())


def _chains(segments: Segments) -> tuple[Integers, Integers, Integers]:
    from iqgeo.distances.roads.chains import walk_chains

    count = len(segments.lon)
    at = np.concatenate([segments.tail, segments.head])
    incident = np.tile(np.arange(len(segments.tail)), 2)[np.argsort(at, kind="stable")]
    degree = np.bincount(at, minlength=count)
    ptr = np.concatenate([[0], np.cumsum(degree)])
    junction = degree != 2
    first, second = (incident[ptr[:-1][~junction] + k] for k in (0, 1))
    passes = segments.two_way[first] & segments.two_way[second]
    # One-way in and one-way out: the vertex is the head of one segment and the tail of the other.
    inner = np.flatnonzero(~junction)
    one_way = ~segments.two_way[first] & ~segments.two_way[second]
    passes |= one_way & ((segments.head[first] == inner) == (segments.tail[second] == inner))
    passes &= segments.road_class[first] == segments.road_class[second]
    junction[inner[~passes]] = True
    vertices, order, begins = walk_chains(
        ptr, incident, (segments.tail, segments.head), segments.two_way, junction
    )
    return vertices, order, begins


def _network(
    segments: Segments, vertices: Integers, order: Integers, begins: Integers, info: RoadInfo
) -> RoadNetwork:
    links = len(begins) - 1
    shape_ptr = begins + np.arange(links + 1)
    ends = np.concatenate([vertices[shape_ptr[:-1]], vertices[shape_ptr[1:] - 1]])
    nodes, number = np.unique(ends, return_inverse=True)
    rank = _hilbert_rank(segments.lon[nodes], segments.lat[nodes])[number]
    tail, head = rank[:links], rank[links:]
    by_tail = np.lexsort((head, tail))
    lengths = np.diff(shape_ptr)[by_tail]
    sorted_ptr = np.concatenate([[0], np.cumsum(lengths)])
    bends = np.repeat(shape_ptr[:-1][by_tail] - sorted_ptr[:-1], lengths) + np.arange(sorted_ptr[-1])
    first = order[begins[:-1]]
    e7 = DEGREES_E7
    return RoadNetwork(
        link_tail=tail[by_tail].astype(np.int32),
        link_head=head[by_tail].astype(np.int32),
        link_two_way=segments.two_way[first][by_tail],
        link_class=segments.road_class[first][by_tail],
        shape_ptr=sorted_ptr,
        shape_lon=np.rint(segments.lon[vertices[bends]] * e7) / e7,
        shape_lat=np.rint(segments.lat[vertices[bends]] * e7) / e7,
        shape_mm=_along(segments.mm[order], begins)[bends],
        shape_minutes=_along(segments.minutes[order], begins)[bends].astype(np.float32),
        info=info,
    )


def _along(values: npt.NDArray[Any], begins: Integers) -> npt.NDArray[Any]:
    """Sum up along each chain: 0 at its first vertex, the chain's total at its last."""
    links = len(begins) - 1
    sums = np.concatenate([np.zeros(1, values.dtype), np.cumsum(values)])
    chain = np.repeat(np.arange(links), np.diff(begins) + 1)
    position = np.arange(len(values) + links) - chain
    return np.asarray(sums[position] - sums[begins[:-1]][chain])


def _hilbert_rank(lon: Floats, lat: Floats) -> Integers:
    import geopandas

    along = geopandas.GeoSeries.from_xy(lon, lat).hilbert_distance(level=16).to_numpy()
    rank = np.empty(len(lon), dtype=np.int64)
    rank[np.argsort(along, kind="stable")] = np.arange(len(lon))
    return rank
