"""The road network: what it is made of and how it is stored.

A *link* is a stretch of road without a junction: the chain of straight segments between two *nodes*
(junctions or dead ends) with all its bends. Searches run on nodes and links; places are snapped to, and
routes drawn along, the bends.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.errors import InputError, Problem
from iqgeo.texts import number

if TYPE_CHECKING:
    from iqgeo.distances.roads.snap import SnapIndex

ROAD, MOTORWAY, FERRY = 0, 1, 2
"""Classes of links. Nobody joins a motorway between its exits or a ferry at sea: only ROAD is snapped to."""

FORMAT = "iqgeo-roads"
FORMAT_VERSION = 1
DEGREES_E7 = 1e7


@dataclass(frozen=True)
class RoadInfo:
    """Where a network comes from.

    Attributes
    ----------
    source : name of the file or address it was built from.
    kind : ``osm``, ``graph`` or ``table``.
    date : day of the data as ISO text, None where the source does not say.
    extent : west, south, east, north in degrees.
    attribution : whom to name beside a map or figure made with it; empty where the source does not say.
    has_minutes : whether travel times are known.
    vertices_read, vertices_kept : points of the source, and those in the largest part in which every point
        can be reached from every other (strongly connected component), which is what was kept.
    checksum : SHA-256 of the arrays.
    """

    source: str
    kind: str
    date: str | None
    extent: tuple[float, float, float, float]
    attribution: str
    has_minutes: bool
    vertices_read: int
    vertices_kept: int
    checksum: str = ""


@dataclass(frozen=True)
class Graph:
    """Arcs as compressed rows, against the traffic: row ``v`` lists the nodes one can come from to ``v``.

    Of parallel arcs only the shortest is kept and loops are left out: neither can be on a shortest path.

    Attributes
    ----------
    indptr : (n + 1,) int32; the arcs of row ``v`` are ``indptr[v]:indptr[v + 1]``, sorted by neighbour.
    neighbour, mm, link : (m,) node at the start of the road, length in mm, link travelled.
    forward : (m,) bool; the link is travelled from its tail to its head.
    """

    indptr: npt.NDArray[np.int32]
    neighbour: npt.NDArray[np.int32]
    mm: Integers
    link: npt.NDArray[np.int32]
    forward: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads on which every point can be reached from every other one.

    Nodes are ordered along a space-filling curve, links by their tail and head.

    Attributes
    ----------
    link_tail, link_head : (links,) int32 nodes at both ends.
    link_two_way : (links,) bool; else traffic runs from tail to head only.
    link_class : (links,) uint8, ``ROAD``, ``MOTORWAY`` or ``FERRY``.
    shape_ptr : (links + 1,) int64; the bends of link ``k`` are ``shape_ptr[k]:shape_ptr[k + 1]``, both ends
        included.
    shape_lon, shape_lat : degrees (whole multiples of 1e-7, as in OpenStreetMap).
    shape_mm : int64 length from the link's tail to each bend, in millimetres.
    shape_minutes : float32 travel time from the link's tail, NaN where unknown.
    """

    link_tail: npt.NDArray[np.int32]
    link_head: npt.NDArray[np.int32]
    link_two_way: npt.NDArray[np.bool_]
    link_class: npt.NDArray[np.uint8]
    shape_ptr: Integers
    shape_lon: Floats
    shape_lat: Floats
    shape_mm: Integers
    shape_minutes: npt.NDArray[np.float32]
    info: RoadInfo

    @property
    def link_count(self) -> int:
        """Number of links."""
        return len(self.link_tail)

    @cached_property
    def node_count(self) -> int:
        """Number of nodes."""
        return int(max(self.link_tail.max(), self.link_head.max())) + 1

    def _at_nodes(self, values: Floats) -> Floats:
        at = np.empty(self.node_count)
        at[self.link_head] = values[self.shape_ptr[1:] - 1]
        at[self.link_tail] = values[self.shape_ptr[:-1]]
        return at

    @cached_property
    def node_lon(self) -> Floats:
        """(nodes,) degrees."""
        return self._at_nodes(self.shape_lon)

    @cached_property
    def node_lat(self) -> Floats:
        """(nodes,) degrees."""
        return self._at_nodes(self.shape_lat)

    @cached_property
    def link_mm(self) -> Integers:
        """(links,) length in millimetres."""
        return self.shape_mm[self.shape_ptr[1:] - 1]

    @property
    def link_km(self) -> Floats:
        """(links,) length in km."""
        return self.link_mm / MM_PER_KM

    @cached_property
    def link_minutes(self) -> Floats:
        """(links,) travel time, NaN where unknown."""
        return self.shape_minutes[self.shape_ptr[1:] - 1].astype(float)

    @cached_property
    def has_ferries(self) -> bool:
        """Whether any link is a ferry."""
        return bool((self.link_class == FERRY).any())

    @cached_property
    def graph(self) -> Graph:
        """All links as a graph for searches from the offices."""
        return self._graph(np.ones(self.link_count, dtype=bool))

    @cached_property
    def graph_without_ferries(self) -> Graph:
        """As ``graph``, ferries left out."""
        return self._graph(self.link_class != FERRY) if self.has_ferries else self.graph

    def graph_with(self, *, ferries: bool) -> Graph:
        """Return the graph with or without ferries."""
        return self.graph if ferries else self.graph_without_ferries

    def _graph(self, used: npt.NDArray[np.bool_]) -> Graph:
        used = used & (self.link_tail != self.link_head)
        ahead, back = np.flatnonzero(used), np.flatnonzero(used & self.link_two_way)
        row = np.concatenate([self.link_head[ahead], self.link_tail[back]])
        neighbour = np.concatenate([self.link_tail[ahead], self.link_head[back]])
        link = np.concatenate([ahead, back])
        mm = self.link_mm[link]
        key = row.astype(np.int64) * self.node_count + neighbour
        order = np.argsort(key, kind="stable")
        if (np.diff(key[order]) == 0).any():
            order = np.lexsort((mm, key))
            order = order[np.diff(key[order], prepend=-1) != 0]
        indptr = np.concatenate([[0], np.cumsum(np.bincount(row[order], minlength=self.node_count))])
        return Graph(
            indptr=indptr.astype(np.int32),
            neighbour=neighbour[order].astype(np.int32),
            mm=mm[order],
            link=link[order].astype(np.int32),
            forward=order < len(ahead),
        )

    @cached_property
    def snap_index(self) -> "SnapIndex":
        """The index of road lines that places are snapped with; built on first use."""
        from iqgeo.distances.roads.snap import SnapIndex

        return SnapIndex.of(self)

    def _stored(self) -> dict[str, npt.NDArray[Any]]:
        return {
            "tail": self.link_tail,
            "head": self.link_head,
            "two_way": self.link_two_way,
            "class": self.link_class,
            "lon_e7": np.rint(self.shape_lon * DEGREES_E7).astype(np.int32),
            "lat_e7": np.rint(self.shape_lat * DEGREES_E7).astype(np.int32),
            "mm": self.shape_mm,
            "minutes": self.shape_minutes,
        }

    def checksum(self) -> str:
        """SHA-256 of the arrays."""
        return _digest(self.shape_ptr, self._stored())

    def save(self, path: str | Path) -> None:
        """Write the network as one Parquet file, a row per link; a half-written file never bears its name."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = Path(path)
        offsets = pa.array(self.shape_ptr, type=pa.int32())
        columns = {
            name: pa.array(values)
            if len(values) == self.link_count and name in LINK_COLUMNS
            else pa.ListArray.from_arrays(offsets, pa.array(values))
            for name, values in self._stored().items()
        }
        head = {"format": FORMAT, "version": FORMAT_VERSION, **asdict(self.info)}
        table = pa.table(columns).replace_schema_metadata({FORMAT: json.dumps(head)})
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            pq.write_table(
                table, unfinished, compression="zstd", use_dictionary=False, column_encoding=ENCODINGS
            )
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | Path) -> "RoadNetwork":
        """Read a network that ``save`` wrote.

        Raises
        ------
        InputError
            ``roads_not_a_network`` if the file is something else, ``roads_network_damaged`` if its content
            does not match its checksum or cannot be a network, ``file_too_large`` beyond
            :data:`MOST_VALUES`.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        info = read_info(path)
        try:
            _check_size(pq.read_metadata(path), Path(path).name)
            table = pq.read_table(path)
            lists = {name: table[name].combine_chunks() for name in SHAPE_COLUMNS}
            lengths = np.asarray(lists["mm"].value_lengths())
            if any(not np.array_equal(lengths, it.value_lengths()) for it in lists.values()):
                raise ValueError("bends without a place or a length")
            flat = {name: np.asarray(values.flatten()) for name, values in lists.items()}
            links = {name: table[name].to_numpy() for name in LINK_COLUMNS}
            _check_sound(lengths, {**links, **flat})
        except InputError:
            raise
        except (pa.ArrowException, AttributeError, KeyError, OSError, TypeError, ValueError) as error:
            raise InputError(Problem("roads_network_damaged", file=Path(path).name)) from error
        network = cls(
            link_tail=links["tail"],
            link_head=links["head"],
            link_two_way=links["two_way"],
            link_class=links["class"],
            shape_ptr=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
            shape_lon=flat["lon_e7"] / DEGREES_E7,
            shape_lat=flat["lat_e7"] / DEGREES_E7,
            shape_mm=flat["mm"],
            shape_minutes=flat["minutes"],
            info=info,
        )
        if _digest(network.shape_ptr, {**links, **flat}) != info.checksum:
            raise InputError(Problem("roads_network_damaged", file=Path(path).name))
        return network


MOST_VALUES = 400_000_000
"""Values in a file that is read, about those of all roads of Germany: a few bytes can stand for many."""

LINK_COLUMNS = ("tail", "head", "two_way", "class")
SHAPE_COLUMNS = ("lon_e7", "lat_e7", "mm", "minutes")
ENCODINGS = {
    "tail": "DELTA_BINARY_PACKED",
    "head": "DELTA_BINARY_PACKED",
    "two_way": "PLAIN",
    "class": "PLAIN",
    "lon_e7.list.element": "DELTA_BINARY_PACKED",
    "lat_e7.list.element": "DELTA_BINARY_PACKED",
    "mm.list.element": "DELTA_BINARY_PACKED",
    "minutes.list.element": "BYTE_STREAM_SPLIT",
}


DTYPES = {
    "tail": np.int32,
    "head": np.int32,
    "two_way": np.bool_,
    "class": np.uint8,
    "lon_e7": np.int32,
    "lat_e7": np.int32,
    "mm": np.int64,
    "minutes": np.float32,
}


def _check_size(metadata: Any, file: str) -> None:
    """Refuse a file that holds too much, by its own directory and before any of it is unpacked."""
    groups = (metadata.row_group(at) for at in range(metadata.num_row_groups))
    count = sum(group.column(at).num_values for group in groups for at in range(group.num_columns))
    if count > MOST_VALUES:
        megabytes = {"size": number(8 * count / 2**20), "limit": number(8 * MOST_VALUES / 2**20)}
        raise InputError(Problem("file_too_large", file=file, details=megabytes))


def _check_sound(lengths: Integers, stored: dict[str, npt.NDArray[Any]]) -> None:
    """Refuse arrays that lead out of themselves: searches run compiled, where no index is looked at.

    A checksum proves that nothing was damaged on the way, not that whoever wrote the file meant well.

    Raises
    ------
    ValueError
        If these cannot be the arrays of a network.
    """
    links, starts = len(lengths), np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)[:-1]])
    if any(stored[name].dtype != dtype for name, dtype in DTYPES.items()):
        raise ValueError("columns of other types")
    if not links or lengths.min() < 2 or any(len(stored[name]) != links for name in LINK_COLUMNS):
        raise ValueError("links without both ends")
    nodes = np.concatenate([stored["tail"], stored["head"]])
    if nodes.min() < 0 or nodes.max() >= 2 * links or not np.bincount(nodes).all():
        raise ValueError("nodes that are the end of no link")
    if stored["class"].max() > FERRY:
        raise ValueError("classes that do not exist")
    steps = np.diff(stored["mm"])
    steps[starts[1:] - 1] = 0
    if stored["mm"][starts].any() or (steps < 0).any() or stored["mm"].max() > 1e6 * MM_PER_KM:
        raise ValueError("lengths that shrink on the way")
    for name, degrees in (("lon_e7", 180), ("lat_e7", 90)):
        if max(-int(stored[name].min()), int(stored[name].max())) > degrees * DEGREES_E7:
            raise ValueError("bends outside of the world")


def _digest(shape_ptr: Integers, stored: dict[str, npt.NDArray[Any]]) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(shape_ptr, dtype="<i8").tobytes())
    for name in (*LINK_COLUMNS, *SHAPE_COLUMNS):
        values = stored[name]
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()


def load_roads(path: str | Path) -> RoadNetwork:
    """Read a network that ``RoadNetwork.save`` wrote; see there."""
    return RoadNetwork.load(path)


def read_info(path: str | Path) -> RoadInfo:
    """Where the network in a file comes from, without reading its roads.

    Raises
    ------
    InputError
        ``file_missing`` or ``roads_not_a_network``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(path)
    if not path.is_file():
        raise InputError(Problem("roads_file_missing", file=path.name, value=str(path)))
    try:
        head = json.loads((pq.read_schema(path).metadata or {})[FORMAT.encode()])
        if head.pop("format") != FORMAT or head.pop("version") != FORMAT_VERSION:
            raise KeyError(FORMAT)
        return RoadInfo(**{**head, "extent": tuple(head["extent"])})
    except (pa.ArrowException, KeyError, TypeError, ValueError, OSError) as error:
        raise InputError(Problem("roads_not_a_network", file=path.name)) from error
