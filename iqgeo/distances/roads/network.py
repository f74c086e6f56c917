"""The road network: what it is made of and how it is stored.

A *link* is a stretch of road without a junction: the chain of straight segments between two *nodes*
(junctions or dead ends) with all its bends. Searches run on nodes and links; places are snapped to, and
routes drawn along, the bends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    from iqgeo.distances.roads.hierarchy import Hierarchy
    from iqgeo.distances.roads.passages import Graph, Passages
    from iqgeo.distances.roads.snap import SnapIndex

ROAD, MOTORWAY, FERRY = 0, 1, 2
"""Classes of links. Nobody joins a motorway (or a tunnel) between its exits, or a ferry at sea: only a ROAD
is an entrance."""

DESTINATION = 4
"""Added to the class of a link that carries no through traffic: a journey may begin and end there."""

DEGREES_E7 = 1e7


def in_e7(coordinates: Floats) -> Integers:
    """Degrees as whole ten-millionths, as OpenStreetMap counts them: what is equal then is one place."""
    return np.rint(coordinates * DEGREES_E7).astype(np.int64)


Note = tuple[str, int, float]


@dataclass(frozen=True)
class RoadInfo:
    """Where a network comes from.

    Attributes
    ----------
    source : str
        Name of the file or address it was built from.
    kind : str
        ``osm``, ``graph`` or ``table``.
    date : str | None
        Day of the data as ISO text, None where the source does not say.
    extent : tuple[float, float, float, float]
        West, south, east, north in degrees.
    attribution : str
        Whom to name beside a map or figure made with it; empty where the source does not say.
    has_minutes : bool
        Whether travel times are known.
    vertices_read, vertices_kept : int
        Points of the source, and those that were kept: in parts in which every point can be reached from
        every other (strongly connected components) and that are large enough.
    checksum : str
        SHA-256 of the arrays.
    notes : tuple[Note, ...]
        What was left out or mended while the network was made: reason, how many, and their length in km; the
        reasons are those of the texts ``roads.note.*``.
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
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads, in parts in which every point can be reached from every other one.

    Nodes are ordered along a space-filling curve, links by their tail and head.

    Attributes
    ----------
    link_tail, link_head : npt.NDArray[np.int32]
        (links,) int32 nodes at both ends.
    link_two_way : npt.NDArray[np.bool_]
        (links,) bool; else traffic runs from tail to head only.
    link_class : npt.NDArray[np.uint8]
        (links,) uint8, ``ROAD``, ``MOTORWAY`` or ``FERRY``.
    shape_ptr : Integers
        (links + 1,) int64; the bends of link ``k`` are ``shape_ptr[k]:shape_ptr[k + 1]``, both ends included.
    shape_lon, shape_lat : Floats
        Degrees (whole multiples of 1e-7, as in OpenStreetMap).
    shape_mm : Integers
        Int64 length from the link's tail to each bend, in millimetres.
    shape_minutes : npt.NDArray[np.float32]
        Float32 travel time from the link's tail, NaN where unknown.
    unit : str
        What ``shape_mm`` counts in millionths, ``km``; ``min`` in the view ``by_time``, where
        ``shape_minutes`` holds the km instead.
    hierarchies : Mapping[str, Hierarchy]
        Shortcuts over the roads without ferries, by unit; empty if none were made.
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
    unit: str = "km"
    hierarchies: "Mapping[str, Hierarchy]" = field(default_factory=dict)

    def counted_first(self, km: Floats, minutes: Floats) -> tuple[Floats, Floats]:
        """What is counted and what is not; given these two, km and minutes again."""
        return (km, minutes) if self.unit == "km" else (minutes, km)

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
    def is_ferry(self) -> npt.NDArray[np.bool_]:
        """(links,) whether each is a ferry."""
        return np.asarray((self.link_class & ~np.uint8(DESTINATION)) == FERRY)

    @cached_property
    def is_entrance(self) -> npt.NDArray[np.bool_]:
        """(links,) whether one may join each anywhere."""
        return np.asarray((self.link_class & ~np.uint8(DESTINATION)) == ROAD)

    @cached_property
    def has_ferries(self) -> bool:
        """Whether any link is a ferry."""
        return bool(self.is_ferry.any())

    @cached_property
    def passages(self) -> "Passages":
        """The links as searches see them."""
        from iqgeo.distances.roads.passages import Passages

        return Passages.of(self)

    @cached_property
    def graph(self) -> "Graph":
        """All passages as a graph for searches from the offices."""
        return self.passages.graph(ferries=True)

    @cached_property
    def graph_without_ferries(self) -> "Graph":
        """As ``graph``, ferries left out."""
        return self.passages.graph(ferries=False) if self.has_ferries else self.graph

    def graph_with(self, *, ferries: bool) -> "Graph":
        """Return the graph with or without ferries."""
        return self.graph if ferries else self.graph_without_ferries

    def hierarchy_for(self, *, ferries: bool) -> "Hierarchy | None":
        """Return the shortcuts that hold with or without ferries, if such were made."""
        return None if ferries and self.has_ferries else self.hierarchies.get(self.unit)

    def with_hierarchies(self) -> "RoadNetwork":
        """Return the same network with shortcuts, which make many searches on it quick."""
        from iqgeo.distances.roads.hierarchy import hierarchies_of

        made = hierarchies_of(self)
        lacking = () if self.unit in made else (("no_shortcuts", 1, 0.0),)
        return replace(self, hierarchies=made, info=replace(self.info, notes=(*self.info.notes, *lacking)))

    @cached_property
    def by_time(self) -> "RoadNetwork":
        """The same roads with times where lengths stood (and lengths where times stood): the fastest ways.

        Raises
        ------
        InputError
            ``roads_without_minutes`` if the network knows no times.
        """
        if not self.info.has_minutes or not np.isfinite(self.shape_minutes).all():
            raise InputError(Problem("roads_without_minutes", file=self.info.source))
        ticks = np.rint(self.shape_minutes.astype(float) * MM_PER_KM).astype(np.int64)
        km = (self.shape_mm / MM_PER_KM).astype(np.float32)
        timed = replace(self, shape_mm=ticks, shape_minutes=km, unit="min")
        # Places meet the same roads whatever is counted on them.
        timed.__dict__["snap_index"] = self.snap_index
        return timed

    @cached_property
    def snap_index(self) -> "SnapIndex":
        """The index of road lines that places are snapped with; built on first use."""
        from iqgeo.distances.roads.snap import SnapIndex

        return SnapIndex.of(self)

    def checksum(self) -> str:
        """SHA-256 of the arrays."""
        from iqgeo.distances.roads.stored import checksum

        return checksum(self)

    def save(self, path: str | Path) -> None:
        """Write the network as one Parquet file; a half-written file never bears its name."""
        from iqgeo.distances.roads.stored import save

        save(self, path)

    @classmethod
    def load(cls, path: str | Path) -> "RoadNetwork":
        """Read a network that ``save`` wrote.

        Raises
        ------
        InputError
            ``roads_not_a_network`` if the file is something else, ``roads_network_old`` if another version
            wrote it, ``roads_network_damaged`` if its content does not match its checksum or cannot be a
            network, ``file_too_large`` beyond what a network of Germany needs.
        """
        from iqgeo.distances.roads.stored import load

        return load(path)


def load_roads(path: str | Path) -> RoadNetwork:
    """Read a network that ``RoadNetwork.save`` wrote; see there."""
    return RoadNetwork.load(path)


def read_info(path: str | Path) -> RoadInfo:
    """Where the network in a file comes from, without reading its roads.

    Raises
    ------
    InputError
        ``file_missing``, ``roads_network_old`` or ``roads_not_a_network``.
    """
    from iqgeo.distances.roads.stored import read_info as read

    return read(path)
