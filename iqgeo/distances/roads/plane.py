"""Whole millimetres, and the plane that roads are snapped in."""

import numpy as np

from iqgeo.distances.base import Floats
from iqgeo.systems import WGS84, transformer

MM_PER_KM = 1_000_000
"""Road lengths are whole millimetres inside, so that sums are exact in whatever order they are added."""


def utm_epsg(lon: float, lat: float) -> int:
    """EPSG code of the UTM zone (WGS84) of a point in degrees; 32632 for Lower Saxony."""
    zone = int((lon + 180) % 360 // 6) + 1
    return (32600 if lat >= 0 else 32700) + zone


def to_plane(epsg: int, lon: Floats, lat: Floats) -> Floats:
    """Project degrees to metres in ``epsg``: shape (n, 2)."""
    x, y = transformer(WGS84, epsg).transform(lon, lat)
    return np.column_stack([x, y])
