"""How cost grows: ``python -m benchmarks.growth.steps [largest number of places]``.

Each step for more and more places, towns, new offices or vertices of roads, with the exponent between the
last two sizes (1: twice as many take twice as long). Countries and roads are drawn from a seed.
``python -m benchmarks.growth.picture`` draws what was last written to ``results.json``.
"""

import math
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.measured import measured
from benchmarks.siting.instances import TARGET_KM, cpu_limit, made_country, table
from iqgeo.distances import Detour, Points
from iqgeo.distances.roads.assemble import assemble
from iqgeo.distances.roads.network import RoadInfo
from iqgeo.distances.roads.pairs import search_pairs
from iqgeo.distances.roads.snap import snap
from iqgeo.siting import max_cover

QUICK_S = 0.5
ROADS = Path(__file__).parents[1] / "roads"


def grow(name: str, sizes: list[int], step: Callable[[int], Callable[[], object]]) -> None:
    """Measure a step at each size; ``step`` prepares it, what it returns is measured."""
    last: tuple[int, float] | None = None
    for size in sizes:
        work, repeats = step(size), 0
        # The least of a few: what else runs on the machine only adds.
        cpu_s = math.inf
        while cpu_s == math.inf or (cpu_s < QUICK_S and repeats < 3):
            start = time.process_time()
            work()
            cpu_s, repeats = min(cpu_s, time.process_time() - start), repeats + 1
        tracemalloc.start()
        work()
        peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        more = {"peak_mb": round(peak_mb, 1)}
        if last is not None and last[1] > 0.005 and cpu_s > 0:
            more["exponent"] = round(math.log(cpu_s / last[1]) / math.log(size / last[0]), 2)
        measured(f"{name}, {size:,}", round(cpu_s, 4), **more)
        last = (size, cpu_s)


def main(most: int) -> None:
    places = [size for size in (1_000, 10_000, 100_000, 1_000_000, 10_000_000) if size <= most]
    towns = [100, 300, 1_000, 3_000, 10_000]

    def nearest(n_places: int, n_towns: int) -> Callable[[], object]:
        demand, sites = made_country(n_places, n_towns)
        return lambda: Detour().nearest(Points.of(demand.lon, demand.lat), Points.of(sites.lon, sites.lat))

    def sets(n_places: int, n_towns: int) -> Callable[[], object]:
        demand, sites = made_country(n_places, n_towns)
        return lambda: table(demand, sites, TARGET_KM, "people").within(TARGET_KM)

    sets(1_000, 100)()  # loads the compiled loops
    grow("nearest of 1,000 offices, places", places, lambda n: nearest(max(n, 1_000), 1_000))
    grow("nearest, 100,000 places, offices", towns, lambda n: nearest(100_000, n))
    grow("cover sets of 300 towns, places", [n for n in places if n <= 1_000_000], lambda n: sets(n, 300))
    grow("cover sets of 50,000 places, towns", towns, lambda n: sets(50_000, n))
    demand, sites = made_country(30_000, 600)
    cover = table(demand, sites, TARGET_KM, "people").within(TARGET_KM)
    max_cover(cover, 2)
    limit_s = 20.0
    grow(
        f"max-cover, 30,000 places, 600 towns (at most {limit_s:g} s), offices", [2, 4, 8, 16, 32],
        lambda n: lambda: max_cover(cover, n, control=cpu_limit(limit_s)),
    )  # fmt: skip

    def gains(n_places: int) -> Callable[[], object]:
        demand, sites = made_country(n_places, 300)
        sets_of = table(demand, sites, TARGET_KM, "people").within(TARGET_KM)
        people = demand["people"].to_numpy(float)
        reached = sets_of.covered_demand([0, 1, 2])
        return lambda: sets_of.added_weight(reached, people)

    grow(
        "gains of 300 towns after a move, places", [n for n in places if n <= 1_000_000],
        lambda n: gains(max(n, 1_000)),
    )  # fmt: skip
    sys.path.insert(0, str(ROADS))
    from make_network import make_segments

    def search(vertices: int) -> Callable[[], object]:
        network = assemble(
            make_segments(vertices, 1), RoadInfo("drawn", "table", None, (0, 0, 0, 0), "", True, 0, 0)
        )
        rng = np.random.default_rng(0)
        chosen = rng.choice(len(network.shape_lon), 2_000)
        lon, lat = network.shape_lon[chosen], network.shape_lat[chosen]
        towns_at, places_at = snap(network, lon[:100], lat[:100], 1.0), snap(network, lon, lat, 1.0)
        return lambda: search_pairs(network, towns_at, places_at, TARGET_KM, ferries=True)

    search(2_000)()
    grow("roads: 100 towns to 2,000 places, vertices", [10_000, 30_000, 100_000, 300_000], search)
    # a law of the drawing, not of the program: sets grow with places times towns in reach
    assert np.isfinite(cover.total_weight)


if __name__ == "__main__":
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 100_000)
