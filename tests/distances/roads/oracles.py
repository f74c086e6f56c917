"""Slow and obvious ways to the same answers, with networkx."""

from itertools import pairwise

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from iqgeo.distances.roads.assemble import Segments
from iqgeo.distances.roads.network import DESTINATION, FERRY, MOTORWAY, ROAD, RoadInfo, RoadNetwork
from iqgeo.distances.roads.snap import snap

CLASSES = (ROAD, ROAD, MOTORWAY, FERRY)
INFO = RoadInfo("made up", "table", "2026-01-31", (0.0, 0.0, 0.0, 0.0), "nobody", True, 0, 0)


@st.composite
def road_segments(draw: st.DrawFn, classes: tuple[int, ...] = CLASSES) -> Segments:
    """Any little heap of segments: one-way, parallel, of no length, in several parts.

    All vertices lie on a circle, so that no segment touches a vertex that is not its own.
    """
    count = draw(st.integers(2, 9))
    angle = 2 * np.pi * (np.arange(count) + 0.3) / count
    vertex = st.integers(0, count - 1)
    length = st.sampled_from([0, 1, 5, 250_000, 262_144, 1_000_000]) | st.integers(0, 3_000_000)
    row = st.tuples(vertex, vertex, length, st.booleans(), st.sampled_from(classes))
    rows = draw(st.lists(row, min_size=1, max_size=24))
    tail, head, mm, two_way, road_class = zip(*rows, strict=True)
    return Segments(
        lon=np.round(9.7 + 0.02 * np.cos(angle), 7),
        lat=np.round(52.4 + 0.012 * np.sin(angle), 7),
        tail=np.array(tail),
        head=np.array(head),
        mm=np.array(mm, dtype=np.int64),
        minutes=np.array(mm) / 1e6 * 2,
        two_way=np.array(two_way),
        road_class=np.array(road_class, dtype=np.uint8),
    )


def digraph(segments: Segments, *, ferries: bool = True) -> nx.DiGraph:
    """The segments as they are; of parallel ones the shortest."""
    graph = nx.DiGraph()
    graph.add_nodes_from(np.unique(np.concatenate([segments.tail, segments.head])).tolist())
    for tail, head, mm, two_way, road_class in zip(
        *(getattr(segments, name).tolist() for name in ("tail", "head", "mm", "two_way", "road_class")),
        strict=True,
    ):
        if road_class == FERRY and not ferries:
            continue
        for a, b in ((tail, head), (head, tail)) if two_way else ((tail, head),):
            graph.add_edge(a, b, mm=min(mm, graph.get_edge_data(a, b, {"mm": mm})["mm"]))
    return graph


def large_parts(segments: Segments, least_km: float = 1.0) -> list[set[int]]:
    """Strongly connected parts with so much road, or else the longest (of equal ones the largest)."""
    parts = [part for part in nx.strongly_connected_components(digraph(segments)) if len(part) > 1]
    sized = [(int(segments.mm[within(segments, part)].sum()), len(part), part) for part in parts]
    large = [part for mm, _, part in sized if mm >= least_km * 1e6]
    return large or [part for *size, part in sized if size == max(row[:2] for row in map(list, sized))]


def within(segments: Segments, part: set[int]) -> np.ndarray:
    """Segments from one vertex of a part to another one."""
    members = list(part)
    inside = np.isin(segments.tail, members) & np.isin(segments.head, members)
    return inside & (segments.tail != segments.head)


def kept_segments(segments: Segments, network: RoadNetwork) -> Segments:
    """Those of the parts that the network kept (of equally long short ones it may be either)."""
    kept = set(vertices_of(network, segments, (ROAD, MOTORWAY, FERRY)))
    parts = [part for part in large_parts(segments) if part <= kept]
    return segments.select(np.any([within(segments, part) for part in parts], axis=0))


def vertices_of(network: RoadNetwork, segments: Segments, classes: tuple[int, ...] = (ROAD,)) -> list[int]:
    """Vertices that the network kept on links of these classes."""
    at = {(lon, lat): k for k, (lon, lat) in enumerate(zip(segments.lon, segments.lat, strict=True))}
    kept = np.repeat(np.isin(network.link_class, classes), np.diff(network.shape_ptr))
    points = zip(network.shape_lon[kept], network.shape_lat[kept], strict=True)
    return sorted({at[point] for point in points})


def split_links(network: RoadNetwork, places: tuple, offices: tuple, *, ferries: bool = True) -> nx.DiGraph:
    """The links, cut at the entrances of places and offices (lon, lat, limit_km).

    Place ``k`` is node ``("place", k)`` and can only be left, office ``k`` only be reached, over their
    straight legs. Whoever stands right at the end of a one-way link stands on the junction. A node is
    ``(layer, number)``: in the layers ``begin`` and ``end`` lie the streets without through traffic.
    """
    graph = nx.MultiDiGraph()
    stops: dict[int, list[tuple[tuple, str, int, int, float]]] = {k: [] for k in range(network.link_count)}
    for name, (lon, lat, limit_km) in (("place", places), ("office", offices)):
        snapped = snap(network, lon, lat, limit_km)
        for k in range(len(snapped)):
            cut = (snapped.position[k].item(), int(snapped.tail_mm[k]), float(snapped.tail_minutes[k]))
            leg = int(snapped.leg_mm[k]), float(snapped.leg_minutes[k])
            stops[int(snapped.link[k])].append((cut, name, int(snapped.point[k]), *leg))
    for node in range(network.node_count):
        graph.add_edge(("begin", node), ("node", node), mm=0, minutes=0.0)
        graph.add_edge(("node", node), ("end", node), mm=0, minutes=0.0)
    for link, row in stops.items():
        if network.link_class[link] % DESTINATION == FERRY and not ferries:
            continue
        pieces = int(np.diff(network.shape_ptr)[link]) - 1
        whole = pieces, int(network.link_mm[link]), float(network.link_minutes[link])
        private = network.link_class[link] >= DESTINATION
        for layer in ("begin", "end") if private else ("node",):
            tail, head = ((layer, int(end[link])) for end in (network.link_tail, network.link_head))
            cuts = sorted({cut for cut, *_ in row})
            spots = [((0, 0, 0.0), tail), *((cut, ("cut", layer, link, cut)) for cut in cuts), (whole, head)]
            for ((_, mm_a, minutes_a), a), ((_, mm_b, minutes_b), b) in pairwise(spots):
                graph.add_edge(a, b, mm=mm_b - mm_a, minutes=minutes_b - minutes_a)
                if network.link_two_way[link]:
                    graph.add_edge(b, a, mm=mm_b - mm_a, minutes=minutes_b - minutes_a)
            for cut, name, k, leg_mm, leg_minutes in row:
                meets = [("cut", layer, link, cut)]
                meets += [end for end, there in ((tail, 0), (head, pieces)) if cut[0] == there]
                for spot in meets:
                    a, b = ((name, k), spot) if name == "place" else (spot, (name, k))
                    graph.add_edge(a, b, mm=leg_mm, minutes=leg_minutes)
    return graph
