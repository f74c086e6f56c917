"""From links that readers bring (with lines or without) to segments."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.assemble import Segments, length_mm


@dataclass(frozen=True)
class Links:
    """Edges between nodes, as tables and graphs have them.

    Attributes
    ----------
    lon, lat : (nodes,) degrees.
    tail, head : (links,) nodes.
    mm : (links,) length, NaN where the line itself is to be measured.
    minutes : (links,) NaN where unknown.
    two_way : (links,) bool.
    road_class : (links,) uint8.
    geometry : (links,) shapely lines in degrees from tail to head, None for a missing one; or None for all.
    """

    lon: Floats
    lat: Floats
    tail: Integers
    head: Integers
    mm: Floats
    minutes: Floats
    two_way: npt.NDArray[np.bool_]
    road_class: npt.NDArray[np.uint8]
    geometry: Any = None


def segments_of(links: Links) -> Segments:
    """Cut links at the bends of their lines.

    A link's length and time are shared out by the length of its pieces, the sum of whole millimetres
    stays what it was.
    """
    bends, owner = _bends(links)
    first_bend = len(links.lon)
    lon, lat = np.concatenate([links.lon, bends[:, 0]]), np.concatenate([links.lat, bends[:, 1]])
    inner = np.bincount(owner, minlength=len(links.tail))
    last = np.cumsum(inner + 1) - 1
    first = last - inner
    link = np.repeat(np.arange(len(links.tail)), inner + 1)
    tail, head = np.empty(len(link), dtype=np.int64), np.empty(len(link), dtype=np.int64)
    numbers = first_bend + np.arange(len(bends))
    begins_inside, ends_inside = np.ones(len(link), dtype=bool), np.ones(len(link), dtype=bool)
    begins_inside[first] = ends_inside[last] = False
    tail[first], head[last] = links.tail, links.head
    tail[begins_inside], head[ends_inside] = numbers, numbers
    own_mm = length_mm(lon, lat, tail, head)
    drawn = np.concatenate([[0], np.cumsum(own_mm)])
    whole = drawn[last + 1] - drawn[first]
    # Cut points as shares of the way, so that the pieces add up to the length given.
    share = np.divide(
        drawn[1:] - drawn[first][link], whole[link], out=np.ones(len(link)), where=whole[link] > 0
    )
    share[last] = 1.0
    given = np.where(np.isnan(links.mm), whole, links.mm)
    ends = np.rint(given[link] * share).astype(np.int64)
    starts = np.concatenate([[0], ends[:-1]])
    starts[first] = 0
    mm = ends - starts
    part = np.divide(mm, given[link], out=np.zeros(len(link)), where=given[link] > 0)
    return Segments(
        lon=lon,
        lat=lat,
        tail=tail,
        head=head,
        mm=mm,
        minutes=links.minutes[link] * part,
        two_way=links.two_way[link],
        road_class=links.road_class[link],
    )


def _bends(links: Links) -> tuple[Floats, Integers]:
    """Inner points of all lines and the link of each."""
    import shapely

    if links.geometry is None:
        return np.empty((0, 2)), np.empty(0, dtype=np.int64)
    begin = shapely.get_point(links.geometry, 0)
    # A line may be drawn from the head to the tail. Where there is none, both comparisons give False.
    start = np.column_stack([shapely.get_x(begin), shapely.get_y(begin)])
    against = _squared(start, links, links.tail) > _squared(start, links, links.head)
    lines = np.where(against, shapely.reverse(links.geometry), links.geometry)
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    if not len(owner):
        return coordinates, owner
    end = np.concatenate([[True], owner[1:] != owner[:-1]])
    end |= np.concatenate([owner[1:] != owner[:-1], [True]])
    return coordinates[~end], owner[~end]


def _squared(start: Floats, links: Links, node: Integers) -> Floats:
    return np.asarray((start[:, 0] - links.lon[node]) ** 2 + (start[:, 1] - links.lat[node]) ** 2)
