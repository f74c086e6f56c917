"""Draw the way from a place to its nearest office."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats
from iqgeo.distances.roads.network import RoadNetwork
from iqgeo.distances.roads.passages import NO_LINK
from iqgeo.distances.roads.search import BY_TAIL, NONE, ON_LINK, PathTree, best_ways, search_tree, snap_both
from iqgeo.distances.roads.snap import SNAP_LIMIT_KM, Entrances

Stretch = tuple[int, int, int]
"""Link, and from where to where on it in mm from its tail."""


@dataclass(frozen=True, eq=False)
class Route:
    """The way from a place to its nearest office as a line: first the place, last the office.

    Attributes
    ----------
    lon, lat : Floats
        Degrees.
    distance_km, minutes : float
        As in ``NearestOffices``.
    office_index : int
        Position in the offices given.
    """

    lon: Floats
    lat: Floats
    distance_km: float
    minutes: float
    office_index: int


def routes(
    network: RoadNetwork,
    places_lon: npt.ArrayLike,
    places_lat: npt.ArrayLike,
    offices_lon: npt.ArrayLike,
    offices_lat: npt.ArrayLike,
    *,
    snap_limit_km: float = SNAP_LIMIT_KM,
    ferries: bool = True,
) -> list[Route | None]:
    """Find the shortest way from each place to its nearest office, None where there is none.

    One search for all of them; parameters and errors as in ``nearest_offices``.
    """
    lons = [np.asarray(lon, dtype=float) for lon in (places_lon, offices_lon)]
    lats = [np.asarray(lat, dtype=float) for lat in (places_lat, offices_lat)]
    places, offices = snap_both(network, (lons[0], lats[0]), (lons[1], lats[1]), limit_km=snap_limit_km)
    tree = search_tree(network, offices, network.graph_with(ferries=ferries))
    best = best_ways(network, tree, places, offices)
    km, minutes = network.counted_first(best.cost, best.other)
    drawn: list[Route | None] = []
    for place, (begin, end) in enumerate(zip(best.begins.tolist(), best.ends.tolist(), strict=True)):
        if end == NONE:
            drawn.append(None)
            continue
        office = int(offices.point[end])
        stretches = _stretches(network, tree, (places, begin), (offices, end), int(best.leaves_by[place]))
        line = [(lons[0][place], lats[0][place]), (places.lon[begin], places.lat[begin])]
        for stretch in stretches:
            line.extend(_bends(network, *stretch))
        line += [(offices.lon[end], offices.lat[end]), (lons[1][office], lats[1][office])]
        lon, lat = np.array(line, dtype=float).T
        changes = np.concatenate([[True], (np.diff(lon) != 0) | (np.diff(lat) != 0)])
        changes[-1] = True
        drawn.append(Route(lon[changes], lat[changes], float(km[place]), float(minutes[place]), office))
    return drawn


def _stretches(
    network: RoadNetwork,
    tree: PathTree,
    begin: tuple[Entrances, int],
    end: tuple[Entrances, int],
    leaves_by: int,
) -> Iterator[Stretch]:
    (link, start), (office_link, goal) = (
        (int(points.link[at]), int(points.tail_mm[at])) for points, at in (begin, end)
    )
    if leaves_by == ON_LINK:
        yield link, start, goal
        return
    by_tail = leaves_by == BY_TAIL
    yield link, start, 0 if by_tail else int(network.link_mm[link])
    passages = network.passages
    node = int((passages.begin_tail if by_tail else passages.begin_head)[link])
    while tree.arc[node] != NONE:
        arc = tree.arc[node]
        link, length = int(tree.graph.link[arc]), int(tree.graph.mm[arc])
        if link != NO_LINK:
            yield (link, 0, length) if tree.graph.forward[arc] else (link, length, 0)
        node = int(tree.onward[node])
    yield office_link, 0 if tree.at_tail[node] else int(network.link_mm[office_link]), goal


def _bends(network: RoadNetwork, link: int, start_mm: int, end_mm: int) -> list[tuple[float, float]]:
    """Bends of a link between two positions, both included if they fall on a bend, in the order travelled."""
    part = slice(int(network.shape_ptr[link]), int(network.shape_ptr[link + 1]))
    mm = network.shape_mm[part]
    between = (mm >= min(start_mm, end_mm)) & (mm <= max(start_mm, end_mm))
    line = list(zip(network.shape_lon[part][between], network.shape_lat[part][between], strict=True))
    return line if start_mm <= end_mm else line[::-1]
