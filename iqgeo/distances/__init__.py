"""How far it is from a place to an office: straight line, detour, roads. One interface, three rooms."""

from iqgeo.distances.base import (
    COLUMNS,
    EARTH_RADIUS_KM,
    KM,
    MINUTES,
    TOLERANCE_KM,
    Measure,
    MeasureSource,
    Nearest,
    Pairs,
    Points,
    Reach,
    Target,
    Way,
    within,
)
from iqgeo.distances.detour import DEFAULT_DETOUR_FACTOR, Detour
from iqgeo.distances.road import DEFAULT_SNAP_LIMIT_KM, Road, road_measure
from iqgeo.distances.straight import Straight, great_circle_km
from iqgeo.distances.ways import ways

__all__ = [
    "COLUMNS",
    "DEFAULT_DETOUR_FACTOR",
    "DEFAULT_SNAP_LIMIT_KM",
    "EARTH_RADIUS_KM",
    "KM",
    "MINUTES",
    "TOLERANCE_KM",
    "Detour",
    "Measure",
    "MeasureSource",
    "Nearest",
    "Pairs",
    "Points",
    "Reach",
    "Road",
    "Straight",
    "Target",
    "Way",
    "great_circle_km",
    "road_measure",
    "ways",
    "within",
]
