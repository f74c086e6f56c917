"""From links that readers bring (with lines or without) to segments."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.assemble import Segments, length_mm
from iqgeo.distances.roads.network import in_e7

MAX_PROBLEMS = 100
"""So many rows or edges are named; a file with more mistakes has one cause."""

SAME_LENGTH_MM, SAME_MINUTES = 2.0, 1e-3
SAME_SHARE = 1e-6
"""Both directions of a street are one street if they run along one line and their lengths (and times) differ
by no more than rounding: tools measure each direction by itself, and the last digits differ."""


@dataclass(frozen=True)
class Links:
    """Edges between nodes, as tables and graphs have them.

    Attributes
    ----------
    lon, lat : Floats
        (nodes,) degrees.
    tail, head : Integers
        (links,) nodes.
    mm : Floats
        (links,) length, NaN where the line itself is to be measured.
    minutes : Floats
        (links,) NaN where unknown.
    two_way : npt.NDArray[np.bool_]
        (links,) bool.
    road_class : npt.NDArray[np.uint8]
        (links,) uint8.
    geometry : Any
        (links,) shapely lines in degrees from tail to head, None for a missing one; or None for all.
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

    def select(self, kept: npt.NDArray[Any]) -> "Links":
        """Return the links where ``kept``, all nodes left in place."""
        names = ("tail", "head", "mm", "minutes", "two_way", "road_class")
        lines = None if self.geometry is None else self.geometry[kept]
        return replace(self, **{name: getattr(self, name)[kept] for name in names}, geometry=lines)


def once_each(links: Links) -> Links:
    """Every street once, however often it is listed.

    A link and its like along the same line become one: two one-way links against each other one that runs
    both ways, a repeated one itself. Which lines are the same is a matter of where they run; lengths and
    times need to agree only as far as rounding goes.
    """
    kept: dict[tuple[Any, ...], list[int]] = {}
    two_way, forward = links.two_way.copy(), np.ones(len(links.tail), dtype=bool)
    dropped = np.zeros(len(links.tail), dtype=bool)
    for k, (key, ahead) in enumerate(_lines(links)):
        forward[k] = ahead
        for other in kept.setdefault(key, []):
            if not _alike(links, k, other):
                continue
            if not two_way[k] and not two_way[other]:
                two_way[other] = forward[k] != forward[other]
            elif two_way[k] != two_way[other]:
                two_way[other] = True
            dropped[k] = True
            break
        if not dropped[k]:
            kept[key].append(k)
    return replace(links, two_way=two_way).select(~dropped) if dropped.any() else links


def _lines(links: Links) -> Any:
    """For every link a key that is the same along the same line, and whether it runs as the key does."""
    bends, owner = _bends(links)
    whole = in_e7(bends)
    begins = np.searchsorted(owner, np.arange(len(links.tail) + 1))
    for k, (tail, head) in enumerate(zip(links.tail.tolist(), links.head.tolist(), strict=True)):
        line = whole[begins[k] : begins[k + 1]]
        ahead, back = line.tobytes(), line[::-1].tobytes()
        runs = (tail, ahead) <= (head, back)
        key = (tail, head, ahead) if runs else (head, tail, back)
        yield (*key, int(links.road_class[k])), runs


def _alike(links: Links, a: int, b: int) -> bool:
    for values, least in ((links.mm, SAME_LENGTH_MM), (links.minutes, SAME_MINUTES)):
        one, other = values[a], values[b]
        if np.isnan(one) != np.isnan(other) or abs(one - other) > max(least, SAME_SHARE * abs(other)):
            return False
    return True


def segments_of(links: Links, *, joined_at_bends: bool = False) -> Segments:
    """Cut links at the bends of their lines.

    A link's length and time are shared out by the length of its pieces, the sum of whole millimetres
    stays what it was.

    Parameters
    ----------
    links : Links
        Each with the line that it follows.
    joined_at_bends : bool
        Whether links meet wherever they have a point in common, not at their ends only: so lines of a map are
        drawn.
    """
    links = once_each(links)
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
    if joined_at_bends:
        places = in_e7(np.column_stack([lon, lat]))
        _, at, number = np.unique(places, axis=0, return_index=True, return_inverse=True)
        lon, lat, tail, head = lon[at], lat[at], number.ravel()[tail], number.ravel()[head]
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
