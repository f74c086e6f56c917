"""What making a network takes, loaded: the process that forks imports this once, so that no child has to."""

from importlib import import_module

import numpy as np

from iqgeo.distances.roads.assemble import Segments, assemble
from iqgeo.distances.roads.network import ROAD, RoadInfo

for _name in (
    "geopandas",
    "networkx",
    "osmium",
    "pyogrio",
    "pyproj",
    "shapely",
    "iqgeo.distances.roads.read_graph",
    "iqgeo.distances.roads.read_json",
    "iqgeo.distances.roads.read_osm",
    "iqgeo.distances.roads.read_pbf",
    "iqgeo.distances.roads.read_table",
):
    import_module(_name)

# One street: so the compiled loops are loaded too, or compiled where none are kept.
assemble(
    Segments(
        lon=np.array([9.0, 9.01]),
        lat=np.array([52.0, 52.0]),
        tail=np.array([0]),
        head=np.array([1]),
        mm=np.array([680_000]),
        minutes=np.array([1.0]),
        two_way=np.array([True]),
        road_class=np.array([ROAD], dtype=np.uint8),
    ),
    RoadInfo("", "table", None, (0.0, 0.0, 0.0, 0.0), "", True, 0, 0),
)
