"""Snap places to the nearest point of a road."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.network import ROAD
from iqgeo.distances.roads.plane import to_plane, utm_epsg
from iqgeo.distances.straight import great_circle_km

if TYPE_CHECKING:
    from iqgeo.distances.roads.network import RoadNetwork

SNAP_LIMIT_KM = 2.0
"""A place further from every road than this is "no road nearby", unless the caller sets another limit."""

SAME_POINT_M = 1e-3

BLOCKED = np.iinfo(np.int64).max
"""Length in mm that stands for "one cannot drive that way"."""


@dataclass(frozen=True)
class Snapped:
    """Where places meet the road, arrays of one entry per place.

    ``tail_mm`` and ``head_mm`` are what lies between the point and the ends of its link. ``out_*`` is that
    length where one may drive there and ``BLOCKED`` where traffic runs the other way; ``in_*`` the same for
    coming from there. ``position`` counts the pieces of the link before the point (its length does not tell
    where a point is on a link of no length). Where ``near`` is False the point is beyond the snap limit and
    only ``snap_km`` means anything.
    """

    near: npt.NDArray[np.bool_]
    snap_km: Floats
    link: npt.NDArray[np.int64]
    position: Floats
    at_tail: npt.NDArray[np.bool_]
    at_head: npt.NDArray[np.bool_]
    lon: Floats
    lat: Floats
    tail_mm: Integers
    head_mm: Integers
    tail_minutes: Floats
    head_minutes: Floats
    two_way: npt.NDArray[np.bool_]

    @property
    def out_tail_mm(self) -> Integers:
        """Length driven to the link's tail."""
        return np.where(self.two_way | self.at_tail, self.tail_mm, BLOCKED)

    @property
    def out_head_mm(self) -> Integers:
        """Length driven to the link's head."""
        return self.head_mm

    @property
    def in_tail_mm(self) -> Integers:
        """Length driven from the link's tail."""
        return self.tail_mm

    @property
    def in_head_mm(self) -> Integers:
        """Length driven from the link's head."""
        return np.where(self.two_way | self.at_head, self.head_mm, BLOCKED)


@dataclass(frozen=True)
class SnapIndex:
    """The roads one may join, as lines in a plane (UTM), in a tree of shapely.

    Attributes
    ----------
    links : link of each line.
    shape_xy : (bends, 2) all bends of the network in metres.
    """

    epsg: int
    links: Integers
    tree: Any
    shape_xy: Floats

    @classmethod
    def of(cls, network: "RoadNetwork") -> "SnapIndex":
        """Index the roads (not the motorways and ferries) of a network."""
        import shapely

        west, south, east, north = network.info.extent
        epsg = utm_epsg((west + east) / 2, (south + north) / 2)
        shape_xy = to_plane(epsg, network.shape_lon, network.shape_lat)
        links = np.flatnonzero(network.link_class == ROAD)
        lengths = np.diff(network.shape_ptr)
        joined = np.repeat(network.link_class == ROAD, lengths)
        lines = shapely.linestrings(
            shape_xy[joined], indices=np.repeat(np.arange(len(links)), lengths[links])
        )
        return cls(epsg=epsg, links=links, tree=shapely.STRtree(lines), shape_xy=shape_xy)


def snap(network: "RoadNetwork", lon: npt.ArrayLike, lat: npt.ArrayLike, limit_km: float) -> Snapped:
    """Move each place straight to the nearest point of a road that one may join.

    Parameters
    ----------
    lon, lat : degrees.
    limit_km : places further away are not ``near``; their ``snap_km`` still says how far the road is.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    index = network.snap_index
    link, bend, fraction = _nearest(network, index, to_plane(index.epsg, lon, lat))
    first, last = network.shape_ptr[link], network.shape_ptr[link + 1] - 1

    def between(values: npt.NDArray[Any]) -> Floats:
        low, high = values[bend].astype(float), values[bend + 1].astype(float)
        return np.asarray(low + (high - low) * fraction)

    tail_mm = np.rint(between(network.shape_mm)).astype(np.int64)
    tail_minutes = between(network.shape_minutes)
    at_lon, at_lat = between(network.shape_lon), between(network.shape_lat)
    snap_km = great_circle_km(lon, lat, at_lon, at_lat) if len(index.links) else np.full(len(lon), np.inf)
    return Snapped(
        near=snap_km <= limit_km,
        snap_km=snap_km,
        link=link,
        position=bend - first + fraction,
        at_tail=bend - first + fraction == 0,
        at_head=bend + fraction == last,
        lon=at_lon,
        lat=at_lat,
        tail_mm=tail_mm,
        head_mm=network.shape_mm[last] - tail_mm,
        tail_minutes=tail_minutes - network.shape_minutes[first],
        head_minutes=network.shape_minutes[last] - tail_minutes,
        two_way=network.link_two_way[link],
    )


def _nearest(network: "RoadNetwork", index: SnapIndex, xy: Floats) -> tuple[Integers, Integers, Floats]:
    """Find the nearest link, the bend before the nearest point on it, and how far on to the next bend."""
    import shapely

    if not len(index.links) or not len(xy):
        return (np.zeros(len(xy), dtype=np.int64),) * 2 + (np.zeros(len(xy)),)
    asked, line = index.tree.query_nearest(shapely.points(xy), all_matches=False)
    link = np.empty(len(xy), dtype=np.int64)
    link[asked] = index.links[line]
    first, pieces = network.shape_ptr[link], np.diff(network.shape_ptr)[link] - 1
    # The nearest point of the line: try all its pieces, which are few, and keep the best.
    owner = np.repeat(np.arange(len(xy)), pieces)
    begin = np.concatenate([[0], np.cumsum(pieces)])
    bend = first[owner] + np.arange(begin[-1]) - begin[owner]
    start, step = index.shape_xy[bend], index.shape_xy[bend + 1] - index.shape_xy[bend]
    squared = np.einsum("ij,ij->i", step, step)
    along = np.einsum("ij,ij->i", xy[owner] - start, step)
    fraction = np.clip(np.divide(along, squared, out=np.zeros(len(along)), where=squared > 0), 0.0, 1.0)
    # Whoever is within a millimetre of a bend is at the bend.
    close = SAME_POINT_M / np.sqrt(np.maximum(squared, SAME_POINT_M**2))
    fraction = np.where(fraction < close, 0.0, np.where(fraction > 1 - close, 1.0, fraction))
    off = xy[owner] - start - step * fraction[:, None]
    best = np.lexsort((np.einsum("ij,ij->i", off, off), owner))[begin[:-1]]
    return link, bend[best], fraction[best]
