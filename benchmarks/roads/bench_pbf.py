"""Reading a PBF extract: CPU seconds and memory, from which a whole state is reckoned.

    python benchmarks/roads/bench_pbf.py build/roads-1.5m.npz [--others 3000000]

Writes the synthetic network as OpenStreetMap ways, beside other points and closed ways (buildings), which is
what most of an extract consists of, and reads the file in a process of its own.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import osmium
from make_network import load_segments
from osmium.osm.mutable import Node, Way

from iqgeo.distances import roads
from iqgeo.distances.roads.assemble import assemble
from iqgeo.distances.roads.network import RoadInfo

CLASSES = ["residential"] * 5 + ["unclassified", "tertiary", "secondary", "primary", "service"]
CORNERS = 5


def write(segments_path: Path, out: Path, others: int) -> None:
    network = assemble(
        load_segments(segments_path), RoadInfo("", "table", None, (0, 0, 0, 0), "", True, 0, 0)
    )
    positions = np.column_stack([network.shape_lon, network.shape_lat])
    points, number = np.unique(positions, axis=0, return_inverse=True)
    random = np.random.default_rng(0)
    low, high = points.min(axis=0), points.max(axis=0)
    with osmium.SimpleWriter(str(out), overwrite=True) as writer:
        for k, (lon, lat) in enumerate(points.tolist(), start=1):
            writer.add_node(Node(id=k, location=(lon, lat), version=1))
        first = len(points) + 1
        for k, (lon, lat) in enumerate(random.uniform(low, high, (others, 2)).tolist(), start=first):
            writer.add_node(Node(id=k, location=(lon, lat), version=1))
        refs = (number.ravel() + 1).tolist()
        for k in range(network.link_count):
            tags = {"highway": CLASSES[k % len(CLASSES)], "name": f"Street {k % 5000}", "surface": "asphalt"}
            if not network.link_two_way[k]:
                tags["oneway"] = "yes"
            part = slice(int(network.shape_ptr[k]), int(network.shape_ptr[k + 1]))
            writer.add_way(Way(id=k + 1, nodes=refs[part], tags=tags, version=1))
        for k in range(others // CORNERS):
            begin = first + k * CORNERS
            nodes = [*range(begin, begin + CORNERS), begin]
            writer.add_way(
                Way(id=network.link_count + k + 1, nodes=nodes, tags={"building": "yes"}, version=1)
            )


def peak_mb() -> float:
    """Largest memory of this process since it began (Linux)."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def read(path: Path) -> None:
    at_rest = peak_mb()
    begin, marks = time.process_time(), {}

    def note(progress: roads.Progress) -> None:
        marks[progress.step] = (time.process_time() - begin, peak_mb(), progress.done)

    network = roads.build_roads(path, progress=note)
    seconds, peak, ways = marks["reading_ways"]
    print(
        f"{path.stat().st_size / 1e6:.0f} MB, {ways:,} road ways, {network.info.vertices_read:,} road points"
    )
    print(f"at rest {at_rest:.0f} MB")
    print(
        f"reading  {seconds:6.1f} s CPU ({seconds / ways * 1e6:.0f} s per million ways), peak {peak:.0f} MB"
    )
    seconds, peak, _ = marks["done"]
    print(
        f"in all   {seconds:6.1f} s CPU ({seconds / ways * 1e6:.0f} s per million ways), peak {peak:.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--others", type=int, default=3_000_000)
    arguments = parser.parse_args()
    if arguments.file.name.endswith(".osm.pbf"):
        read(arguments.file)
        return
    for others in (arguments.others // 3, arguments.others):
        out = arguments.file.with_name(f"{arguments.file.stem}-{others}.osm.pbf")
        write(arguments.file, out, others)
        print(f"{others:,} other points:", flush=True)
        subprocess.run([sys.executable, __file__, str(out)], check=True)


if __name__ == "__main__":
    main()
