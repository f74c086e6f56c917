"""Where places meet the roads: every road within a band of the nearest one is an entrance."""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.plane import MM_PER_KM, to_plane, utm_epsg
from iqgeo.distances.roads.rules import MINUTES_PER_HOUR
from iqgeo.distances.straight import great_circle_km

if TYPE_CHECKING:
    from iqgeo.distances.roads.network import RoadNetwork

SNAP_LIMIT_KM = 2.0
"""A place further from every road than this is "no road nearby", unless the caller sets another limit."""

BAND_M, BAND_ON_ROAD_M, BAND_PER_METRE = 25.0, 0.02, 2.0
"""A place may enter on every road not farther away than the nearest one and a band: the other carriageway,
the service road beside it, either direction of a street drawn twice. The farther off the nearest road lies,
the less it says that the place belongs to it: the band is two centimetres for whoever stands on a street, and
two metres wider with each metre off it, up to the widest."""

BEYOND_NEAREST = 1.0
"""Each metre by which a road is farther than the nearest one counts so many metres more. Whoever stands on a
street takes another one in the band only where it saves more than that, and a road that comes within the band
as the place moves does not change its distance at a blow, unless it leads somewhere else altogether: a metre
moved is at most four metres of way (two for the legs, one for the foot on the road, one for a turn)."""

BAND = (BAND_M, BAND_ON_ROAD_M, BAND_PER_METRE, BEYOND_NEAREST)
"""All that says which roads are entrances, and what their legs cost."""

ACCESS_KMH = 30.0
"""Speed on the straight legs between a place or office and its road, for the minutes (a 30 km/h zone)."""

SAME_POINT_M = 1e-3
PLACES_AT_ONCE = 50_000

BLOCKED = np.iinfo(np.int64).max
"""Length in mm that stands for "one cannot drive that way"."""


@dataclass(frozen=True)
class Entrances:
    """Where places meet the roads: arrays of one entry per entrance, those of a place one after the other.

    ``tail_mm`` and ``head_mm`` are what lies between the entrance and the ends of its link. ``out_*`` is
    that length where one may drive there and ``BLOCKED`` where traffic runs the other way; ``in_*`` the same
    for coming from there. ``position`` counts the pieces of the link before the entrance (its length does not
    tell where it is on a link of no length). Lengths are those of the network: in its view by time they are
    millionths of a minute, and the minutes km.

    Attributes
    ----------
    point : Integers
        Place of each entrance.
    leg_km : Floats
        Straight leg to it, as it counts: what it is longer than the nearest one counts more.
    leg_mm, leg_minutes : Integers, Floats
        The same as the network counts.
    snap_km : Floats
        (places,) straight leg to the nearest road, also beyond the limit.
    near : npt.NDArray[np.bool_]
        (places,) whether that is within the limit; places that are not near have no entrance.
    """

    point: Integers
    leg_km: Floats
    leg_mm: Integers
    leg_minutes: Floats
    link: Integers
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
    snap_km: Floats
    near: npt.NDArray[np.bool_]

    def of(self, points: npt.NDArray[np.bool_]) -> "Entrances":
        """Return the entrances of some of the places only; the places keep their numbers."""
        return _select(self, points[self.point])

    @property
    def count(self) -> int:
        """Number of places."""
        return len(self.near)

    def __len__(self) -> int:
        """Count the entrances."""
        return len(self.point)

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
    links : Integers
        Link of each line.
    shape_xy : Floats
        (bends, 2) all bends of the network in metres.
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
        links = np.flatnonzero(network.is_entrance)
        lengths = np.diff(network.shape_ptr)
        joined = np.repeat(network.is_entrance, lengths)
        lines = shapely.linestrings(
            shape_xy[joined], indices=np.repeat(np.arange(len(links)), lengths[links])
        )
        return cls(epsg=epsg, links=links, tree=shapely.STRtree(lines), shape_xy=shape_xy)


def band_m(nearest_m: Floats) -> Floats:
    """How much farther than the nearest road another may be, in metres."""
    return np.asarray(np.minimum(BAND_ON_ROAD_M + BAND_PER_METRE * nearest_m, BAND_M))


def snap(network: "RoadNetwork", lon: npt.ArrayLike, lat: npt.ArrayLike, limit_km: float) -> Entrances:
    """Find the entrances of each place: the nearest points of all roads within the band of the nearest.

    Parameters
    ----------
    network : RoadNetwork
        The roads.
    lon, lat : npt.ArrayLike
        Degrees.
    limit_km : float
        Places further away are not ``near``; their ``snap_km`` still says how far the road is.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    parts = [
        _snap(network, lon[first : first + PLACES_AT_ONCE], lat[first : first + PLACES_AT_ONCE], limit_km)
        for first in range(0, max(len(lon), 1), PLACES_AT_ONCE)
    ]
    shifted = [replace(part, point=part.point + number * PLACES_AT_ONCE) for number, part in enumerate(parts)]
    return Entrances(
        **{it.name: np.concatenate([getattr(part, it.name) for part in shifted]) for it in fields(Entrances)}
    )


def _snap(network: "RoadNetwork", lon: Floats, lat: Floats, limit_km: float) -> Entrances:
    index = network.snap_index
    point, bend, fraction = _feet(network, index, to_plane(index.epsg, lon, lat), limit_km)
    link = np.searchsorted(network.shape_ptr, bend, side="right") - 1
    first, last = network.shape_ptr[link], network.shape_ptr[link + 1] - 1

    def between(values: npt.NDArray[Any]) -> Floats:
        low, high = values[bend].astype(float), values[bend + 1].astype(float)
        return np.asarray(low + (high - low) * fraction)

    tail_mm = np.rint(between(network.shape_mm)).astype(np.int64)
    tail_minutes = between(network.shape_minutes)
    at_lon, at_lat = between(network.shape_lon), between(network.shape_lat)
    straight_km = great_circle_km(lon[point], lat[point], at_lon, at_lat)
    snap_km = np.full(len(lon), np.inf)
    np.minimum.at(snap_km, point, straight_km)
    near = snap_km <= limit_km
    leg_km = straight_km + BEYOND_NEAREST * (straight_km - snap_km[point])
    leg_minutes = leg_km / ACCESS_KMH * MINUTES_PER_HOUR
    counted, other = network.counted_first(leg_km, leg_minutes)
    found = Entrances(
        point=point,
        leg_km=leg_km,
        leg_mm=np.rint(counted * MM_PER_KM).astype(np.int64),
        leg_minutes=other,
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
        snap_km=snap_km,
        near=near,
    )
    return _select(found, near[point])


def _select(entrances: Entrances, kept: npt.NDArray[np.bool_]) -> Entrances:
    of_places = {"snap_km", "near"}
    names = [it.name for it in fields(Entrances) if it.name not in of_places]
    return replace(entrances, **{name: getattr(entrances, name)[kept] for name in names})


def _feet(
    network: "RoadNetwork", index: SnapIndex, xy: Floats, limit_km: float
) -> tuple[Integers, Integers, Floats]:
    """Find the nearest points of all lines in the band: place, the bend before, and how far to the next.

    A line that bends around a place has several. Beyond the limit only the nearest one is looked for.
    """
    import shapely

    if not len(index.links) or not len(xy):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    spots = shapely.points(xy)
    (asked, nearest), off = index.tree.query_nearest(spots, all_matches=False, return_distance=True)
    nearest_m = np.empty(len(xy))
    nearest_m[asked] = off
    # A hair beyond the limit, which is decided on the sphere and not in the plane.
    close = np.flatnonzero(nearest_m <= limit_km * 1010)
    beside, line = index.tree.query(
        spots[close], predicate="dwithin", distance=nearest_m[close] + band_m(nearest_m[close])
    )
    far = nearest_m[asked] > limit_km * 1010
    asked = np.concatenate([close[beside], asked[far]])
    link = index.links[np.concatenate([line, nearest[far]])]
    first, pieces = network.shape_ptr[link], np.diff(network.shape_ptr)[link] - 1
    owner = np.repeat(np.arange(len(asked)), pieces)
    begin = np.cumsum(pieces) - pieces
    bend = first[owner] + np.arange(len(owner)) - begin[owner]
    start, step = index.shape_xy[bend], index.shape_xy[bend + 1] - index.shape_xy[bend]
    spot = xy[asked[owner]]
    squared = np.einsum("ij,ij->i", step, step)
    along = np.einsum("ij,ij->i", spot - start, step)
    fraction = np.clip(np.divide(along, squared, out=np.zeros(len(along)), where=squared > 0), 0.0, 1.0)
    # Whoever is within a millimetre of a bend is at the bend.
    same = SAME_POINT_M / np.sqrt(np.maximum(squared, SAME_POINT_M**2))
    fraction = np.where(fraction < same, 0.0, np.where(fraction > 1 - same, 1.0, fraction))
    off = np.hypot(*(spot - start - step * fraction[:, None]).T)
    # Of each line the points to both sides of which it leads away.
    is_first, is_last = np.zeros(len(owner), dtype=bool), np.zeros(len(owner), dtype=bool)
    is_first[begin], is_last[begin + pieces - 1] = True, True
    before, after = np.roll(fraction, 1), np.roll(fraction, -1)
    turning = (fraction > 0) | is_first
    turning &= (fraction < 1) | is_last | (after == 0)
    turning &= (fraction > 0) | is_first | (before == 1)
    kept = np.flatnonzero(turning & (off <= (nearest_m + band_m(nearest_m))[asked[owner]]))
    kept = kept[np.argsort(asked[owner[kept]], kind="stable")]
    return asked[owner[kept]], bend[kept], fraction[kept]
