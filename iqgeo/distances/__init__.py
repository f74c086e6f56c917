"""How far it is from a place to an office: straight line, detour, roads. One interface, three rooms."""

from iqgeo.distances.base import (
    EARTH_RADIUS_KM,
    TOLERANCE_KM,
    Measure,
    Nearest,
    Pairs,
    Points,
    Reach,
    within,
)
from iqgeo.distances.detour import DEFAULT_DETOUR_FACTOR, Detour
from iqgeo.distances.road import DEFAULT_SNAP_LIMIT_KM, Road, road_measure
from iqgeo.distances.straight import Straight, great_circle_km
from iqgeo.distances.ways import Way, ways

__all__ = [
    "DEFAULT_DETOUR_FACTOR",
    "DEFAULT_SNAP_LIMIT_KM",
    "EARTH_RADIUS_KM",
    "TOLERANCE_KM",
    "Detour",
    "Measure",
    "Nearest",
    "Pairs",
    "Points",
    "Reach",
    "Road",
    "Straight",
    "Way",
    "great_circle_km",
    "road_measure",
    "ways",
    "within",
]
