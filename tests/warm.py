"""Compile once, beside the static checks, the loops that many tests need: else each process compiles them."""

import itertools
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.roads.make_state import write as make_extract
from iqgeo.api import assess
from iqgeo.distances import roads
from iqgeo.region import load_region
from iqgeo.siting import Control
from iqgeo.suggestions import Siting

SIDE = 12


def grid(folder: Path) -> Path:
    """A table of the edges of a grid over the south of the state, and one of its nodes beside it."""
    knots = {(x, y): f"k{x}-{y}" for x in range(SIDE) for y in range(SIDE)}
    nodes = [(key, 8.0 + 0.25 * x, 51.6 + 0.15 * y) for (x, y), key in knots.items()]
    ways = [
        (knots[a], knots[b], 20.0)
        for a, b in itertools.product(knots, knots)
        if (b[0] - a[0], b[1] - a[1]) in ((1, 0), (0, 1))
    ]
    pd.DataFrame(nodes, columns=["node_id", "lon", "lat"]).to_csv(folder / "n_nodes.csv", index=False)
    pd.DataFrame(ways, columns=["from", "to", "km"]).to_csv(folder / "n_edges.csv", index=False)
    return folder / "n_edges.csv"


def warm_roads(folder: Path) -> None:
    """Build, keep and ask networks, from a table and from an extract."""
    network = roads.build_roads(grid(folder))
    network.save(folder / "n.parquet")
    make_extract(folder / "n.osm.pbf", ways=300, points=3000)
    loose = roads.build_roads(folder / "n.osm.pbf")
    for it in (roads.load_roads(folder / "n.parquet"), loose):
        for ferries in (False, True):
            lon, lat = it.node_lon[:40], it.node_lat[:40]
            roads.pairs_within(it, lon, lat, lon, lat, 30.0, ferries=ferries)
            roads.nearest_offices(it, lon, lat, lon, lat, ferries=ferries)


def warm_siting() -> None:
    """Ask what takes the searches as well as the proof."""
    region = load_region()
    siting = Siting(assess(region, stage=2012), region.towns)
    for model, asked in (("max-cover", {"new": 14}), ("p-median", {"new": 2}), ("p-center", {"new": 2})):
        siting.solve(model, **asked, control=Control(time_limit_s=3), reasons=False)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        warm_roads(Path(made))
    warm_siting()
