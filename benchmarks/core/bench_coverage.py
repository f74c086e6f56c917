"""Coverage of the state against what people would use instead, in one run.

``python -m benchmarks.core.bench_coverage`` prints CPU seconds (median of five) and ratios:

* nearest office of 27,468 places: iqgeo against geopandas' ``sjoin_nearest`` in EPSG:25832;
* pairs of 941 towns and all places within 26.9 km: iqgeo against scikit-learn's haversine BallTree;
* the whole command ``iqgeo coverage`` against ``python -c "import geopandas"``: what starting costs.
"""

import statistics
import sys
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
from sklearn.neighbors import BallTree

from benchmarks.measured import process
from iqgeo.demand import build_demand
from iqgeo.distances import EARTH_RADIUS_KM, Points, Straight
from iqgeo.offices import region_offices
from iqgeo.region import load_region

RUNS = 5
REACH_KM = 35 / 1.3


def cpu_seconds(work: Callable[[], object]) -> float:
    """Median CPU time of several runs after a warm-up."""
    work()
    spent = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def anew(points: Points) -> Points:
    """The same points without what they remember: a peer builds its tree each time, too."""
    return Points.of(points.lon, points.lat)


def process_seconds(*command: str) -> float:
    """Median CPU time of a whole process, children included."""
    return statistics.median([process(*command)[0] for _ in range(RUNS + 1)][1:])


def compare(name: str, ours: float, peer_name: str, peer: float) -> None:
    print(f"{name:34} iqgeo {ours:7.3f} s   {peer_name} {peer:7.3f} s   {peer / ours:6.1f} times")


def main() -> None:
    region = load_region()
    places, offices = build_demand(region).places, region_offices(region, 2012)
    place_points, office_points = (Points.of(it["lon"], it["lat"]) for it in (places, offices))
    frames = [
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(it["lon"], it["lat"]), crs="EPSG:4326").to_crs(
            "EPSG:25832"
        )
        for it in (places, offices)
    ]
    compare(
        "nearest of six offices",
        cpu_seconds(lambda: Straight().nearest(anew(place_points), anew(office_points))),
        "sjoin_nearest",
        cpu_seconds(lambda: frames[0].sjoin_nearest(frames[1], distance_col="m")),
    )
    towns = Points.of(region.towns["lon"], region.towns["lat"])
    place_radians, town_radians = (
        np.radians(np.column_stack((it.lat, it.lon))) for it in (place_points, towns)
    )
    tree = BallTree(place_radians, metric="haversine")
    found = Straight().pairs(towns, place_points, REACH_KM)
    peer = tree.query_radius(town_radians, REACH_KM / EARTH_RADIUS_KM)
    assert len(found.place) == sum(map(len, peer)), "not the same pairs"
    compare(
        f"{len(found.place):,} pairs within reach",
        cpu_seconds(lambda: Straight().pairs(anew(towns), anew(place_points), REACH_KM)),
        "BallTree",
        cpu_seconds(
            lambda: BallTree(place_radians, metric="haversine").query_radius(
                town_radians, REACH_KM / EARTH_RADIUS_KM, return_distance=True
            )
        ),
    )
    compare(
        "iqgeo coverage, cold start",
        process_seconds(sys.executable, "-m", "iqgeo", "coverage"),
        "import geopandas alone",
        process_seconds(sys.executable, "-c", "import geopandas"),
    )
    compare(
        "iqgeo --help, cold start",
        process_seconds(sys.executable, "-m", "iqgeo", "--help"),
        "import geopandas alone",
        process_seconds(sys.executable, "-c", "import geopandas"),
    )


if __name__ == "__main__":
    main()
