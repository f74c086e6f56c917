"""Shortest ways from places to offices by one search from all offices against the traffic."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.network import Graph, RoadNetwork
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.rules import MINUTES_PER_HOUR
from iqgeo.distances.roads.snap import BLOCKED, SNAP_LIMIT_KM, Snapped, snap
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

ACCESS_KMH = 30.0
"""Speed on the straight legs between a place or office and its road, for the minutes (a 30 km/h zone)."""

NONE = -1

LonLat = tuple[npt.ArrayLike, npt.ArrayLike]


class RoadStatus(IntEnum):
    """What the roads say of a place."""

    REACHED = 0
    NO_ROAD = 1
    FERRY_ONLY = 2
    UNREACHABLE = 3


@dataclass(frozen=True, eq=False)
class NearestOffices:
    """The office with the shortest way for every place.

    Attributes
    ----------
    distance_km : (places,) straight leg, road, straight leg; inf if there is no way.
    minutes : (places,) time on that same way (not the fastest one); inf if there is no way, NaN if the
        network knows no times.
    office_index : (places,) pandas Int64 position in the offices given, NA if there is no way.
    snap_km : (places,) straight leg from the place to the nearest road, also beyond the limit.
    status : (places,) uint8 of ``RoadStatus``. ``NO_ROAD``: the nearest road is beyond ``snap_limit_km``.
        ``FERRY_ONLY``: no way to any office without a ferry; the distance is finite if ferries may be used.
        ``UNREACHABLE``: there is no way, for instance because no office is near a road.
    office_snap_km, office_near_road : (offices,) straight leg of each office, and whether it is within the
        limit; an office that is not is not used.
    """

    distance_km: Floats
    minutes: Floats
    office_index: Any
    snap_km: Floats
    status: npt.NDArray[np.uint8]
    office_snap_km: Floats
    office_near_road: npt.NDArray[np.bool_]
    snap_limit_km: float
    ferries: bool

    def to_frame(self, index: Any = None) -> "pd.DataFrame":
        """Return a row per place: ``distance_km, minutes, office_index, snap_km, status`` (a word)."""
        import pandas as pd

        names = np.array([status.name.lower() for status in RoadStatus])
        columns = {
            name: getattr(self, name) for name in ("distance_km", "minutes", "office_index", "snap_km")
        }
        return pd.DataFrame({**columns, "status": names[self.status]}, index=index)


@dataclass(frozen=True, eq=False)
class Tree:
    """Shortest ways from all nodes to their nearest office.

    Attributes
    ----------
    km, minutes : (nodes,) from the node to the office with its straight leg.
    onward : (nodes,) next node on the way; the node itself where the office's own link is reached, or
        where there is no way.
    arc : (nodes,) position of the arc to ``onward`` in ``graph``, NONE if there is none.
    office : (nodes,) position of the office, NONE if there is no way.
    at_tail : (nodes,) bool; where ``onward`` is the node itself: whether it is the tail of the office's link.
    """

    graph: Graph
    km: Floats
    minutes: Floats
    onward: Integers
    arc: Integers
    office: Integers
    at_tail: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ways:
    """The best way of every place: office (NONE if none), distance, and how it leaves the place's link."""

    km: Floats
    minutes: Floats
    office: Integers
    leaves_by: npt.NDArray[np.int8]


BY_HEAD, BY_TAIL, ON_LINK = 0, 1, 2


def leg_minutes(snap_km: Floats) -> Floats:
    """Time on a straight leg."""
    return snap_km / ACCESS_KMH * MINUTES_PER_HOUR


def require_overlap(network: RoadNetwork, lon: Floats, lat: Floats) -> None:
    """Refuse roads that lie in another part of the world than all the places.

    Raises
    ------
    InputError
        ``roads_other_region``.
    """
    west, south, east, north = network.info.extent
    if (
        len(lon)
        and not ((lon >= west - 1) & (lon <= east + 1) & (lat >= south - 1) & (lat <= north + 1)).any()
    ):
        spots = {
            "roads": _box(west, south, east, north),
            "places": _box(lon.min(), lat.min(), lon.max(), lat.max()),
        }
        raise InputError(Problem("roads_other_region", file=network.info.source, details=spots))


def _box(west: float, south: float, east: float, north: float) -> str:
    return f"{west:.2f} … {east:.2f} E, {south:.2f} … {north:.2f} N"


def nearest_offices(
    network: RoadNetwork,
    places_lon: npt.ArrayLike,
    places_lat: npt.ArrayLike,
    offices_lon: npt.ArrayLike,
    offices_lat: npt.ArrayLike,
    *,
    snap_limit_km: float = SNAP_LIMIT_KM,
    ferries: bool = True,
) -> NearestOffices:
    """Distance from every place to the office with the shortest way on the roads.

    One search (scipy's Dijkstra) from all offices against the traffic.

    Parameters
    ----------
    places_lon, places_lat, offices_lon, offices_lat : degrees.
    snap_limit_km : a place or office further from every road is "no road nearby".
    ferries : whether ferries may be used.

    Raises
    ------
    InputError
        ``roads_other_region`` if all places are far outside the network.
    """
    import pandas as pd

    places, offices = snap_both(
        network, (places_lon, places_lat), (offices_lon, offices_lat), limit_km=snap_limit_km
    )
    tree = search_tree(network, offices, network.graph_with(ferries=ferries))
    best = best_ways(network, tree, places, offices)
    status = np.where(np.isfinite(best.km), RoadStatus.REACHED, RoadStatus.UNREACHABLE)
    if network.has_ferries:
        with_ferries, without = (best, None) if ferries else (None, best)
        with_ferries = with_ferries or best_ways(
            network, search_tree(network, offices, network.graph), places, offices
        )
        without = without or best_ways(
            network, search_tree(network, offices, network.graph_without_ferries), places, offices
        )
        status[np.isinf(without.km) & np.isfinite(with_ferries.km)] = RoadStatus.FERRY_ONLY
    status[~places.near] = RoadStatus.NO_ROAD
    return NearestOffices(
        distance_km=best.km,
        minutes=best.minutes,
        office_index=pd.arrays.IntegerArray(np.maximum(best.office, 0), best.office == NONE),
        snap_km=places.snap_km,
        status=status.astype(np.uint8),
        office_snap_km=offices.snap_km,
        office_near_road=offices.near,
        snap_limit_km=snap_limit_km,
        ferries=ferries,
    )


def snap_both(
    network: RoadNetwork, places: LonLat, offices: LonLat, *, limit_km: float
) -> tuple[Snapped, Snapped]:
    """Snap places and offices, once it is clear that the roads are theirs."""
    require_overlap(network, np.asarray(places[0], dtype=float), np.asarray(places[1], dtype=float))
    return snap(network, *places, limit_km), snap(network, *offices, limit_km)


def search_tree(network: RoadNetwork, offices: Snapped, graph: Graph) -> Tree:
    """Shortest ways from all nodes to the offices that are near a road.

    An extra node stands before all offices; its arcs carry the straight leg and the piece of the office's
    link, so that one search with one source does it.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    count, source = network.node_count, network.node_count
    entry = _entries(network, offices)
    indptr = np.append(graph.indptr, len(graph.mm) + len(entry["node"])).astype(np.int32)
    neighbour = np.concatenate([graph.neighbour, entry["node"].astype(np.int32)])
    km = np.concatenate([graph.mm / MM_PER_KM, entry["km"]])
    reached, before = dijkstra(
        csr_array((km, neighbour, indptr), shape=(count + 1, count + 1)),
        True,
        np.array(source),
        return_predecessors=True,
    )
    before = before[:count].astype(np.int64)
    found, first = before >= 0, before == source
    nodes = np.arange(count)
    onward = np.where(found & ~first, before, nodes)
    arc = np.full(count, NONE)
    stepping = np.flatnonzero(found & ~first)
    row_key = np.repeat(nodes, np.diff(graph.indptr)) * count + graph.neighbour
    arc[stepping] = np.searchsorted(row_key, before[stepping] * count + stepping)
    minutes, office, at_tail = np.full(count, np.inf), np.full(count, NONE), np.zeros(count, dtype=bool)
    minutes[stepping] = network.link_minutes[graph.link[arc[stepping]]]
    at = np.searchsorted(entry["node"], np.flatnonzero(first))
    minutes[first], office[first], at_tail[first] = (
        entry["minutes"][at],
        entry["office"][at],
        entry["at_tail"][at],
    )
    minutes, root = _add_up(minutes, onward)
    return Tree(graph, reached[:count], minutes, onward, arc, office[root], at_tail)


def _entries(network: RoadNetwork, offices: Snapped) -> dict[str, npt.NDArray[Any]]:
    """For every node next to an office: the best office, with straight leg and piece of link, by node."""
    parts = []
    for at_tail, node, mm, minutes in (
        (True, network.link_tail[offices.link], offices.in_tail_mm, offices.tail_minutes),
        (False, network.link_head[offices.link], offices.in_head_mm, offices.head_minutes),
    ):
        used = np.flatnonzero(offices.near & (mm != BLOCKED))
        km = offices.snap_km[used] + mm[used] / MM_PER_KM
        total = leg_minutes(offices.snap_km[used]) + minutes[used]
        parts.append((node[used], km, total, used, np.full(len(used), at_tail)))
    node, km, minutes, office, tails = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((office, km, node))
    order = order[np.diff(node[order], prepend=NONE) != 0]
    return {
        "node": node[order],
        "km": km[order],
        "minutes": minutes[order],
        "office": office[order],
        "at_tail": tails[order],
    }


def _add_up(values: Floats, onward: Integers) -> tuple[Floats, Integers]:
    """Sum up ``values`` along the way from each node to its last one, and that last node.

    Doubles the stride each round, so a way of a thousand steps takes ten rounds.
    """
    total = np.where(onward == np.arange(len(onward)), 0.0, values)
    end = onward
    while not np.array_equal(end[end], end):
        total = total + total[end]
        end = end[end]
    return total + values[end], end


def same_link(places: Snapped, offices: Snapped) -> tuple[Integers, Integers, Integers]:
    """Places and offices on one link where the way need not leave it: place, office, length in mm."""
    order = np.argsort(offices.link, kind="stable")
    order = order[offices.near[order]]
    sorted_links = offices.link[order]
    near = np.flatnonzero(places.near)
    low, high = (np.searchsorted(sorted_links, places.link[near], side=side) for side in ("left", "right"))
    place = np.repeat(near, high - low)
    begin = np.concatenate([[0], np.cumsum(high - low)])
    office = order[np.arange(begin[-1]) - np.repeat(begin[:-1] - low, high - low)]
    possible = places.two_way[place] | (offices.position[office] >= places.position[place])
    place, office = place[possible], office[possible]
    return place, office, np.abs(offices.tail_mm[office] - places.tail_mm[place])


def best_ways(network: RoadNetwork, tree: Tree, places: Snapped, offices: Snapped) -> Ways:
    """Choose for every place the end of its link to leave by, or the office on its own link."""
    km, leaves_by = np.full(len(places.link), np.inf), np.full(len(places.link), BY_HEAD, dtype=np.int8)
    minutes, office = km.copy(), np.full(len(places.link), NONE)
    for by, node, mm, link_minutes in (
        (BY_HEAD, network.link_head[places.link], places.out_head_mm, places.head_minutes),
        (BY_TAIL, network.link_tail[places.link], places.out_tail_mm, places.tail_minutes),
    ):
        total = np.where(places.near & (mm != BLOCKED), tree.km[node] + mm / MM_PER_KM, np.inf)
        better = total < km
        km[better], office[better], leaves_by[better] = total[better], tree.office[node][better], by
        minutes[better] = (tree.minutes[node] + link_minutes)[better]
    place, direct, mm = same_link(places, offices)
    total = mm / MM_PER_KM + offices.snap_km[direct]
    order = np.lexsort((direct, total, place))
    order = order[np.diff(place[order], prepend=NONE) != 0]
    place, direct, total = place[order], direct[order], total[order]
    better = total < km[place]
    place, direct = place[better], direct[better]
    km[place], office[place], leaves_by[place] = total[better], direct, ON_LINK
    minutes[place] = leg_minutes(offices.snap_km[direct]) + np.abs(
        offices.tail_minutes[direct] - places.tail_minutes[place]
    )
    return Ways(km + places.snap_km, minutes + leg_minutes(places.snap_km), office, leaves_by)
