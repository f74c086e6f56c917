"""Write a PBF of the size of a state's extract: road ways among many more points and buildings.

Crossings lie on a grid that is shaken a little, ways run from crossing to crossing with bends in between,
tags as in real fragments. With ``--ways 1600000 --points 75000000`` it is as large as Lower Saxony's.
"""

import argparse
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

CLASSES = (
    ("residential", 0.42, {"maxspeed": "30"}),
    ("service", 0.24, {}),
    ("unclassified", 0.12, {}),
    ("tertiary", 0.09, {"maxspeed": "50"}),
    ("secondary", 0.06, {"maxspeed": "DE:rural"}),
    ("primary", 0.04, {"maxspeed": "70", "oneway": "no"}),
    ("living_street", 0.03, {}),
)
WEST, SOUTH, EAST, NORTH = 6.6, 51.3, 11.6, 53.9


def write(path: Path, ways: int, points: int, seed: int = 1) -> None:
    rng = np.random.default_rng(seed)
    side = int(np.sqrt(ways / 2)) + 1
    bends = 4
    crossings = side * side
    step = (EAST - WEST) / side, (NORTH - SOUTH) / side
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    shake = rng.uniform(-0.3, 0.3, (2, crossings))
    lon = WEST + (column.ravel() + 0.5 + shake[0]) * step[0]
    lat = SOUTH + (row.ravel() + 0.5 + shake[1]) * step[1]
    east = np.flatnonzero(column.ravel() < side - 1)
    north = np.flatnonzero(row.ravel() < side - 1)
    tail = np.concatenate([east, north])[:ways]
    head = np.concatenate([east + 1, north + side])[:ways]
    share = np.arange(1, bends + 1) / (bends + 1)
    bend_lon = (lon[tail][:, None] + (lon[head] - lon[tail])[:, None] * share).ravel()
    bend_lat = (lat[tail][:, None] + (lat[head] - lat[tail])[:, None] * share).ravel()
    bend_lat += rng.uniform(-0.02, 0.02, len(bend_lat)) * step[1]
    path.unlink(missing_ok=True)
    kinds = rng.choice(len(CLASSES), len(tail), p=[weight for _, weight, _ in CLASSES])
    with osmium.SimpleWriter(str(path)) as writer:
        number = 1
        for values in ((lon, lat), (bend_lon, bend_lat)):
            for x, y in zip(*(it.tolist() for it in values), strict=True):
                writer.add_node(Node(id=number, location=(x, y), version=1))
                number += 1
        others = points - number
        block = 1_000_000
        while others > 0:
            spots = rng.uniform((WEST, SOUTH), (EAST, NORTH), (min(block, others), 2)).tolist()
            for x, y in spots:
                writer.add_node(Node(id=number, location=(x, y), version=1))
                number += 1
            others -= block
        first_other = crossings + len(bend_lon) + 1
        for k, (a, b, kind) in enumerate(zip(tail.tolist(), head.tolist(), kinds.tolist(), strict=True)):
            inner = crossings + 1 + bends * k
            refs = [a + 1, *range(inner, inner + bends), b + 1]
            name, _, tags = CLASSES[kind]
            more = {"name": f"Straße {k % 20_000}", "surface": "asphalt", "lit": "yes"}
            writer.add_way(Way(id=k + 1, nodes=refs, tags={"highway": name, **tags, **more}, version=1))
        houses = max(0, (number - first_other) // 6)
        for k in range(houses):
            at = first_other + 6 * k
            corners = [*range(at, at + 6), at]
            writer.add_way(Way(id=ways + k + 1, nodes=corners, tags={"building": "yes"}, version=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--ways", type=int, default=200_000)
    parser.add_argument("--points", type=int, default=4_000_000)
    asked = parser.parse_args()
    write(asked.target, asked.ways, asked.points)
    print(f"{asked.target}: {asked.target.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
