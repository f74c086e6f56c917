"""A whole state on the 1.5-million-vertex network, as siting and coverage ask for it.

    python benchmarks/roads/bench_state.py build/roads-1.5m.npz

1,000 candidates x all settlements within 35 km: cold (stored network, snapping, search, cache written) and
from the cache. Then the nearest of ten offices for all vertices, against scipy's multi-source search on the
graph as it is; the answers must be the same. CPU seconds of this process.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from bench_pairs import INFO, TARGET_KM, arcs_against_traffic, choose
from make_network import load_segments, settlements
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from iqgeo.distances import roads
from iqgeo.distances.roads.assemble import assemble
from iqgeo.distances.roads.search import search_tree
from iqgeo.distances.roads.snap import snap


def pairs_of_the_state(stored: Path) -> None:
    places = settlements()
    lon, lat = places["lon"].to_numpy(), places["lat"].to_numpy()
    chosen = np.random.default_rng(0).choice(len(places), 1000, replace=False)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cold", "from the cache"):
            begin = time.process_time()
            network = roads.load_roads(stored)
            loaded = time.process_time()
            pairs = roads.pairs_within(
                network, lon[chosen], lat[chosen], lon, lat, TARGET_KM, cache_directory=Path(folder)
            )
            spent = time.process_time() - begin
            print(
                f"1,000 x {len(places):,} {name}: {spent:.2f} s CPU, of it loading {loaded - begin:.2f};"
                f" {len(pairs.distance_km):,} pairs"
            )


def nearest_of_ten(stored: Path, segments_path: Path) -> None:
    network, segments = roads.load_roads(stored), load_segments(segments_path)
    sources, _ = choose(network, segments, 10)
    offices = snap(network, segments.lon[sources], segments.lat[sources], 0.001)
    network.graph  # noqa: B018 -- built before the clock starts
    begin = time.process_time()
    tree = search_tree(network, offices, network.graph)
    link = np.repeat(np.arange(network.link_count), np.diff(network.shape_ptr))
    on = network.link_mm[link] - network.shape_mm
    km = tree.km[network.link_head[link]] + on / 1e6
    back = tree.km[network.link_tail[link]] + network.shape_mm / 1e6
    km = np.where(network.link_two_way[link] | (network.shape_mm == 0), np.minimum(km, back), km)
    ours = time.process_time() - begin
    row, column, arc_km = arcs_against_traffic(segments)
    graph = csr_array((arc_km, (row, column)), shape=(len(segments.lon),) * 2)
    begin = time.process_time()
    expected, _, _ = dijkstra(graph, indices=sources, min_only=True, return_predecessors=True)
    scipys = time.process_time() - begin
    at = {point: k for k, point in enumerate(zip(segments.lon, segments.lat, strict=True))}
    vertex = np.array([at[point] for point in zip(network.shape_lon, network.shape_lat, strict=True)])
    # Inside the ten links with an office the way may be shorter still; these are left to the tests.
    elsewhere = ~np.isin(link, offices.link)
    off = np.abs(km - expected[vertex])[elsewhere].max()
    print(f"nearest of ten: iqgeo {ours:.2f} s CPU, scipy {scipys:.2f} s = {scipys / ours:.1f} x iqgeo")
    print(f"{elsewhere.sum():,} distances, largest difference {off:.1e} km")
    if off > 1e-9:
        raise SystemExit("wrong distances")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("segments", type=Path)
    arguments = parser.parse_args()
    stored = arguments.segments.with_suffix(".parquet")
    network = assemble(load_segments(arguments.segments), INFO)
    network.save(stored)
    # numba compiles once per installation, then reads the code from disk.
    roads.pairs_within(network, [9.7], [52.3], [9.7], [52.3], 1.0)
    del network
    pairs_of_the_state(stored)
    nearest_of_ten(stored, arguments.segments)


if __name__ == "__main__":
    main()
