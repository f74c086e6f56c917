"""Many candidates x many places within 35 km: iqgeo against scipy and networkx, in one run.

    python benchmarks/roads/bench_pairs.py build/roads-1.5m.npz [--sources 500] [--networkx 8]

CPU seconds of this process. Everybody is told where sources and places are on the network. From the same
loose segments iqgeo finds the connected part, contracts, orders and searches, scipy and networkx build their
graph and search. The second figure of iqgeo begins with the network as ``roads build`` stores it. The pairs
found must be the same. networkx runs a few of the sources and is scaled up.
"""

import argparse
import time
from pathlib import Path

import networkx as nx
import numpy as np
import pyarrow as pa
from make_network import load_segments, settlements
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from iqgeo.distances import roads
from iqgeo.distances.roads import stored as stored_files
from iqgeo.distances.roads.assemble import Segments, assemble
from iqgeo.distances.roads.network import RoadInfo, RoadNetwork
from iqgeo.distances.roads.pairs import search_pairs
from iqgeo.distances.roads.snap import snap

TARGET_KM = 35.0
CHUNK = 20
INFO = RoadInfo("synthetic", "table", None, (0.0, 0.0, 0.0, 0.0), "", True, 0, 0)


def arcs_against_traffic(segments: Segments) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    back = segments.two_way
    row = np.concatenate([segments.head, segments.tail[back]])
    column = np.concatenate([segments.tail, segments.head[back]])
    return row, column, np.concatenate([segments.mm, segments.mm[back]]) / 1e6


def choose(network: RoadNetwork, segments: Segments, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices next to the settlements, and a random part of them; only such as the network kept."""
    places = settlements()
    tree = cKDTree(np.column_stack([network.shape_lon, network.shape_lat]))
    at = np.unique(tree.query(places[["lon", "lat"]].to_numpy())[1])
    vertices = cKDTree(np.column_stack([segments.lon, segments.lat]))
    vertex = vertices.query(np.column_stack([network.shape_lon[at], network.shape_lat[at]]))[1]
    vertex = np.unique(vertex)
    return np.random.default_rng(0).choice(vertex, count, replace=False), vertex


def run_iqgeo(
    segments: Segments, stored: Path, sources: np.ndarray, places: np.ndarray
) -> tuple[roads.RoadPairs, dict[str, float]]:
    """The pairs, and CPU seconds from the loose segments, and from the stored network."""
    # Files are read in a child; here its seconds count, too, in memory as it has: Arrow's own pool takes huge
    # pages, which the system fills with zeros first.
    pa.set_memory_pool(pa.system_memory_pool())
    stored_files._apart = lambda function, path, *more: getattr(stored_files, function)(str(path), *more)
    network = roads.load_roads(stored)
    at_sources, at_places = (
        snap(network, segments.lon[k], segments.lat[k], 0.001) for k in (sources, places)
    )
    # The kernel is compiled once per installation and then read from disk.
    search_pairs(network, at_sources, at_places, 0.1, ferries=True)
    search_pairs(assemble(segments, INFO), at_sources, at_places, 0.1, ferries=True)
    spent = {}
    for name, make in (
        ("from the stored network", lambda: roads.load_roads(stored)),
        ("from loose segments", lambda: assemble(segments, INFO)),
    ):
        begin = time.process_time()
        network = make()
        prepared = time.process_time()
        pairs = search_pairs(network, at_sources, at_places, TARGET_KM, ferries=True)
        spent[name] = time.process_time() - begin
        print(f"iqgeo {name}: {spent[name]:.2f} s CPU, of it preparation {prepared - begin:.2f}")
    return pairs, spent


def ratios(seconds: float, spent: dict[str, float]) -> str:
    return ", ".join(f"{seconds / ours:.1f} x iqgeo {name}" for name, ours in spent.items())


def run_scipy(segments: Segments, sources: np.ndarray, places: np.ndarray) -> tuple[set, float]:
    begin = time.process_time()
    row, column, km = arcs_against_traffic(segments)
    # Parallel streets would be added up: scipy must be given the shortest only.
    order = np.lexsort((km, column, row))
    first = np.concatenate([[True], np.diff(row[order] * len(segments.lon) + column[order]) != 0])
    row, column, km = (values[order][first] for values in (row, column, km))
    graph = csr_array((km, (row, column)), shape=(len(segments.lon),) * 2)
    parts = []
    for start in range(0, len(sources), CHUNK):
        reached = dijkstra(graph, indices=sources[start : start + CHUNK], limit=TARGET_KM + 1e-9)[:, places]
        candidate, place = np.nonzero(np.isfinite(reached))
        parts.append((candidate + start, place, reached[candidate, place]))
    spent = time.process_time() - begin
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True)), spent


def run_networkx(segments: Segments, sources: np.ndarray) -> tuple[float, float]:
    """CPU seconds to build the graph, and per source."""
    begin = time.process_time()
    graph = nx.DiGraph()
    row, column, km = arcs_against_traffic(segments)
    graph.add_weighted_edges_from(zip(row.tolist(), column.tolist(), km.tolist(), strict=True))
    built = time.process_time()
    for source in sources.tolist():
        nx.single_source_dijkstra_path_length(graph, source, cutoff=TARGET_KM)
    return built - begin, (time.process_time() - built) / len(sources)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("segments", type=Path)
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--networkx", type=int, default=8)
    arguments = parser.parse_args()
    segments = load_segments(arguments.segments)
    stored = arguments.segments.with_suffix(".parquet")
    network = assemble(segments, INFO)
    begin = time.process_time()
    with_shortcuts = network.with_hierarchies()
    print(f"shortcuts: {time.process_time() - begin:.1f} s CPU for kilometres and minutes")
    network.save(stored)
    plain = stored.stat().st_size
    with_shortcuts.save(stored)
    print(f"stored: {plain / 1e6:.1f} MB, with shortcuts {stored.stat().st_size / 1e6:.1f} MB")
    del with_shortcuts
    sources, places = choose(network, segments, arguments.sources)
    print(f"{len(segments.lon):,} vertices -> {network.node_count:,} nodes, {network.link_count:,} links")
    print(f"{len(sources)} sources x {len(places):,} places, {TARGET_KM} km")
    del network
    pairs, spent = run_iqgeo(segments, stored, sources, places)
    (candidate, place, km), scipys = run_scipy(segments, sources, places)
    print(f"scipy: {scipys:.1f} s CPU = {ratios(scipys, spent)}")
    same = len(km) == len(pairs.distance_km) and (candidate == pairs.candidate_index).all()
    same = same and (place == pairs.place_index).all()
    off = np.abs(km - pairs.distance_km).max() if same else np.nan
    print(f"{len(pairs.distance_km):,} pairs, the same as scipy's: {same}; largest difference {off:.1e} km")
    build, each = run_networkx(segments, sources[: arguments.networkx])
    whole = build + each * len(sources)
    print(f"networkx: {whole:.0f} s CPU = {ratios(whole, spent)} ({build:.0f} s + {each:.2f} s per source)")
    if not same:
        raise SystemExit("wrong pairs")


if __name__ == "__main__":
    main()
