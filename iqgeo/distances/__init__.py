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
from iqgeo.distances.straight import Straight, great_circle_km

__all__ = [
    "DEFAULT_DETOUR_FACTOR",
    "EARTH_RADIUS_KM",
    "TOLERANCE_KM",
    "Detour",
    "Measure",
    "Nearest",
    "Pairs",
    "Points",
    "Reach",
    "Straight",
    "great_circle_km",
    "within",
]
