"""Shortest ways from places to offices by one search from all offices against the traffic."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.network import RoadNetwork
from iqgeo.distances.roads.passages import NO_LINK, Graph
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.snap import BLOCKED, SNAP_LIMIT_KM, Entrances, snap
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

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
    distance_km : Floats
        (places,) straight leg, road, straight leg; inf if there is no way. In the view of a network by time
        the length of the fastest way.
    minutes : Floats
        (places,) time on that same way (the fastest one in the view by time only); inf if there is no way,
        NaN if the network knows no times.
    access_km : Floats
        (places,) the straight leg of the way taken, as it counts; NaN if there is no way.
    office_index : Any
        (places,) pandas Int64 position in the offices given, NA if there is no way.
    snap_km : Floats
        (places,) straight leg from the place to the nearest road, also beyond the limit.
    status : npt.NDArray[np.uint8]
        (places,) uint8 of ``RoadStatus``. ``NO_ROAD``: the nearest road is beyond ``snap_limit_km``.
        ``FERRY_ONLY``: no way to any office without a ferry; the distance is finite if ferries may be used.
        ``UNREACHABLE``: there is no way, for instance because no office is near a road.
    counted : Floats
        (places,) what is as short as can be: the km, or the minutes in the view by time.
    """

    distance_km: Floats
    minutes: Floats
    access_km: Floats
    office_index: Any
    snap_km: Floats
    status: npt.NDArray[np.uint8]
    counted: Floats

    def to_frame(self, index: Any = None) -> "pd.DataFrame":
        """Return a row per place: ``distance_km, minutes, office_index, snap_km, status`` (a word)."""
        import pandas as pd

        names = np.array([status.name.lower() for status in RoadStatus])
        columns = {
            name: getattr(self, name) for name in ("distance_km", "minutes", "office_index", "snap_km")
        }
        return pd.DataFrame({**columns, "status": names[self.status]}, index=index)


@dataclass(frozen=True, eq=False)
class PathTree:
    """Shortest ways from all nodes to their nearest office.

    Attributes
    ----------
    cost, other : Floats
        (nodes,) from the node to the office with its straight leg: what the network counts, in km or minutes,
        and what it does not.
    onward : Integers
        (nodes,) next node on the way; the node itself where the office's own link is reached, or where there
        is no way.
    arc : Integers
        (nodes,) position of the arc to ``onward`` in ``graph``, NONE if there is none.
    entrance : Integers
        (nodes,) entrance of the office, NONE if there is no way.
    at_tail : npt.NDArray[np.bool_]
        (nodes,) bool; where ``onward`` is the node itself: whether it is the tail of the office's link.
    """

    graph: Graph
    cost: Floats
    other: Floats
    onward: Integers
    arc: Integers
    entrance: Integers
    at_tail: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class BestWays:
    """The best way of every place: by which of its entrances, to which of an office (NONE if none), and how.

    ``cost`` and ``other`` are those of :class:`PathTree`.
    """

    cost: Floats
    other: Floats
    begins: Integers
    ends: Integers
    leaves_by: npt.NDArray[np.int8]


BY_HEAD, BY_TAIL, ON_LINK = 0, 1, 2


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
    network : RoadNetwork
        The roads.
    places_lon, places_lat, offices_lon, offices_lat : npt.ArrayLike
        Degrees.
    snap_limit_km : float
        A place or office further from every road is "no road nearby".
    ferries : bool
        Whether ferries may be used.

    Raises
    ------
    InputError
        ``roads_other_region`` if all places are far outside the network.
    """
    places, offices = snap_both(
        network, (places_lon, places_lat), (offices_lon, offices_lat), limit_km=snap_limit_km
    )
    return nearest_of(network, places, offices, ferries=ferries)


def nearest_of(
    network: RoadNetwork, places: Entrances, offices: Entrances, *, ferries: bool
) -> NearestOffices:
    """The same for places and offices whose entrances are known."""
    import pandas as pd

    tree = search_tree(network, offices, network.graph_with(ferries=ferries))
    best = best_ways(network, tree, places, offices)
    status = np.where(np.isfinite(best.cost), RoadStatus.REACHED, RoadStatus.UNREACHABLE)
    if network.has_ferries:
        other_tree = search_tree(network, offices, network.graph_with(ferries=not ferries))
        other = best_ways(network, other_tree, places, offices)
        afloat, ashore = (best, other) if ferries else (other, best)
        status[np.isinf(ashore.cost) & np.isfinite(afloat.cost)] = RoadStatus.FERRY_ONLY
    status[~places.near] = RoadStatus.NO_ROAD
    none = best.ends == NONE
    km, minutes = network.counted_first(best.cost, best.other)
    return NearestOffices(
        distance_km=km,
        minutes=minutes,
        access_km=np.where(none, np.nan, _at(places.leg_km, best.begins)),
        office_index=pd.arrays.IntegerArray(_at(offices.point, best.ends), none),
        snap_km=places.snap_km,
        status=status.astype(np.uint8),
        counted=best.cost,
    )


def _at(values: npt.NDArray[Any], positions: Integers) -> npt.NDArray[Any]:
    """Values at positions, the first one where there is none (and zero where there are no values)."""
    return values[np.maximum(positions, 0)] if len(values) else np.zeros(len(positions), dtype=values.dtype)


def snap_both(
    network: RoadNetwork, places: LonLat, offices: LonLat, *, limit_km: float
) -> tuple[Entrances, Entrances]:
    """Snap places and offices, once it is clear that the roads are theirs."""
    require_overlap(network, np.asarray(places[0], dtype=float), np.asarray(places[1], dtype=float))
    return snap(network, *places, limit_km), snap(network, *offices, limit_km)


def search_tree(network: RoadNetwork, offices: Entrances, graph: Graph) -> PathTree:
    """Shortest ways from all nodes to the offices that are near a road.

    An extra node stands before all offices; its arcs carry the straight leg and the piece of the office's
    link, so that one search with one source does it.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    count = source = network.passages.node_count
    entry = _entries(network, offices)
    indptr = np.append(graph.indptr, len(graph.mm) + len(entry["node"])).astype(np.int32)
    neighbour = np.concatenate([graph.neighbour, entry["node"].astype(np.int32)])
    cost = np.concatenate([graph.mm, entry["mm"]]) / MM_PER_KM
    reached, before = dijkstra(
        csr_array((cost, neighbour, indptr), shape=(count + 1, count + 1)),
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
    other, entrance, at_tail = np.full(count, np.inf), np.full(count, NONE), np.zeros(count, dtype=bool)
    link = graph.link[arc[stepping]]
    other[stepping] = np.where(link == NO_LINK, 0.0, network.link_minutes[link])
    at = np.searchsorted(entry["node"], np.flatnonzero(first))
    other[first], entrance[first], at_tail[first] = (
        entry["other"][at],
        entry["entrance"][at],
        entry["at_tail"][at],
    )
    other, root = _add_up(other, onward)
    return PathTree(graph, reached[:count], other, onward, arc, entrance[root], at_tail)


def _entries(network: RoadNetwork, offices: Entrances) -> dict[str, npt.NDArray[Any]]:
    """For every node next to an office: the best entrance, with straight leg and piece of link, by node."""
    parts = []
    passages = network.passages
    for at_tail, node, mm, minutes in (
        (True, passages.end_tail[offices.link], offices.in_tail_mm, offices.tail_minutes),
        (False, passages.end_head[offices.link], offices.in_head_mm, offices.head_minutes),
    ):
        used = np.flatnonzero(mm != BLOCKED)
        total = offices.leg_mm[used] + mm[used]
        other = offices.leg_minutes[used] + minutes[used]
        parts.append((node[used], total, other, used, np.full(len(used), at_tail)))
    node, mm, other, entrance, tails = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((entrance, mm, node))
    order = order[np.diff(node[order], prepend=NONE) != 0]
    return {
        "node": node[order],
        "mm": mm[order],
        "other": other[order],
        "entrance": entrance[order],
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


def same_link(places: Entrances, offices: Entrances) -> tuple[Integers, Integers, Integers]:
    """Entrances of places and offices on one link where the way need not leave it, and its length in mm."""
    order = np.argsort(offices.link, kind="stable")
    sorted_links = offices.link[order]
    low, high = (np.searchsorted(sorted_links, places.link, side=side) for side in ("left", "right"))
    place = np.repeat(np.arange(len(places)), high - low)
    begin = np.concatenate([[0], np.cumsum(high - low)])
    office = order[np.arange(begin[-1]) - np.repeat(begin[:-1] - low, high - low)]
    possible = places.two_way[place] | (offices.position[office] >= places.position[place])
    place, office = place[possible], office[possible]
    return place, office, np.abs(offices.tail_mm[office] - places.tail_mm[place])


def best_ways(network: RoadNetwork, tree: PathTree, places: Entrances, offices: Entrances) -> BestWays:
    """Choose for every place the entrance, and the end of its link to leave by or the office on that link."""
    passages, everywhere = network.passages, np.arange(len(places))
    rows = []
    for by, node, mm, minutes in (
        (BY_HEAD, passages.begin_head[places.link], places.out_head_mm, places.head_minutes),
        (BY_TAIL, passages.begin_tail[places.link], places.out_tail_mm, places.tail_minutes),
    ):
        there = np.flatnonzero((mm != BLOCKED) & np.isfinite(tree.cost[node]))
        to = node[there]
        rows.append(
            (
                everywhere[there],
                tree.entrance[to],
                tree.cost[to] + mm[there] / MM_PER_KM,
                tree.other[to] + minutes[there],
                np.full(len(there), by),
            )
        )
    place, direct, mm = same_link(places, offices)
    other = offices.leg_minutes[direct] + np.abs(offices.tail_minutes[direct] - places.tail_minutes[place])
    rows.append(
        (place, direct, (mm + offices.leg_mm[direct]) / MM_PER_KM, other, np.full(len(place), ON_LINK))
    )
    begins, ends, cost, other, leaves_by = (np.concatenate(columns) for columns in zip(*rows, strict=True))
    cost, other = cost + places.leg_mm[begins] / MM_PER_KM, other + places.leg_minutes[begins]
    point = places.point[begins]
    # Of ways of one length that of the first office, so that the answer is the same each time.
    order = np.lexsort((leaves_by, ends, np.rint(cost * MM_PER_KM), point))
    order = order[np.diff(point[order], prepend=NONE) != 0]
    found = point[order]
    answer = BestWays(
        cost=np.full(places.count, np.inf),
        other=np.full(places.count, np.inf),
        begins=np.full(places.count, NONE),
        ends=np.full(places.count, NONE),
        leaves_by=np.full(places.count, BY_HEAD, dtype=np.int8),
    )
    answer.cost[found], answer.other[found], answer.leaves_by[found] = (
        cost[order],
        other[order],
        leaves_by[order],
    )
    answer.begins[found], answer.ends[found] = begins[order], ends[order]
    return answer
