"""Travel distances on roads, from OpenStreetMap or from any table of edges.

Get a network with ``build_roads`` (once, from a file or an explicit download) or ``load_roads``;
``find_roads`` finds the one that covers a region. Measure with ``nearest_offices`` (every place to its
nearest office), ``pairs_within`` (many candidates x many places, for siting) and ``routes`` (the way as a
line); hold the estimate against it with ``compare_with_roads``.

Every distance runs from the person to the office, in km: straight leg to the nearest road, road, straight leg
from the road. Where nothing is near, there is no distance; where there is no way, it is inf.
"""

from iqgeo.distances.roads.assemble import LEAST_PART_KM
from iqgeo.distances.roads.build import build_and_tell, build_roads
from iqgeo.distances.roads.compare import RoadComparison, compare_with_roads, weighted_quantiles
from iqgeo.distances.roads.find import covers, find_roads, user_roads_directory
from iqgeo.distances.roads.network import RoadInfo, RoadNetwork, load_roads, read_info
from iqgeo.distances.roads.pairs import RoadPairs, pairs_within
from iqgeo.distances.roads.progress import Progress, ProgressCallback
from iqgeo.distances.roads.report import Beyond, BuildReport, people_beyond, report_on
from iqgeo.distances.roads.routing import Route, routes
from iqgeo.distances.roads.search import NearestOffices, RoadStatus, nearest_of, nearest_offices, snap_both
from iqgeo.distances.roads.snap import SNAP_LIMIT_KM
from iqgeo.distances.roads.unsaid_system import UnsaidSystem

__all__ = [
    "LEAST_PART_KM",
    "SNAP_LIMIT_KM",
    "Beyond",
    "BuildReport",
    "NearestOffices",
    "Progress",
    "ProgressCallback",
    "RoadComparison",
    "RoadInfo",
    "RoadNetwork",
    "RoadPairs",
    "RoadStatus",
    "Route",
    "UnsaidSystem",
    "build_and_tell",
    "build_roads",
    "compare_with_roads",
    "covers",
    "find_roads",
    "load_roads",
    "nearest_of",
    "nearest_offices",
    "pairs_within",
    "people_beyond",
    "read_info",
    "report_on",
    "routes",
    "snap_both",
    "user_roads_directory",
    "weighted_quantiles",
]
