"""Coordinate systems in which Europe's tables have metres, and from there to degrees."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WGS84: Final = 4326


@dataclass(frozen=True)
class System:
    """A system in use and where the whole of its country lies in it, in metres."""

    code: str
    name: str
    west: float
    south: float
    east: float
    north: float

    def holds(self, east: Floats, north: Floats, least: float = 1.0) -> bool:
        """Whether this share of the points, by default all, lie where this system is used."""
        within = (east >= self.west) & (east <= self.east) & (north >= self.south) & (north <= self.north)
        return bool(within.mean() >= least) if len(within) else False


# The first of several that fit is the likeliest; only a region decides between them.
SYSTEMS: Final = (
    System("EPSG:25832", "UTM 32", 250_000, 5_200_000, 950_000, 6_450_000),
    System("EPSG:25833", "UTM 33", 0, 5_200_000, 950_000, 6_450_000),
    System("EPSG:3035", "LAEA", 2_500_000, 1_400_000, 7_500_000, 5_500_000),
    System("EPSG:4647", "UTM 32 mit Zone", 32_250_000, 5_200_000, 32_950_000, 6_150_000),
    System("EPSG:5650", "UTM 33 mit Zone", 33_000_000, 5_200_000, 33_950_000, 6_150_000),
    System("EPSG:31466", "Gauß-Krüger 2", 2_450_000, 5_200_000, 2_950_000, 6_150_000),
    System("EPSG:31467", "Gauß-Krüger 3", 3_250_000, 5_200_000, 3_950_000, 6_150_000),
    System("EPSG:31468", "Gauß-Krüger 4", 4_200_000, 5_200_000, 4_950_000, 6_150_000),
    System("EPSG:31469", "Gauß-Krüger 5", 5_200_000, 5_200_000, 5_950_000, 6_150_000),
    System("EPSG:3857", "Web Mercator", 640_000, 5_980_000, 1_680_000, 7_390_000),
    System("EPSG:28992", "RD New", -10_000, 290_000, 300_000, 640_000),
    System("EPSG:31287", "MGI Austria Lambert", 100_000, 260_000, 710_000, 600_000),
    System("EPSG:2056", "LV95", 2_480_000, 1_070_000, 2_840_000, 1_300_000),
    System("EPSG:21781", "LV03", 480_000, 70_000, 840_000, 300_000),
    System("EPSG:2154", "Lambert-93", 90_000, 6_030_000, 1_250_000, 7_130_000),
    System("EPSG:31370", "Lambert 72", 10_000, 20_000, 300_000, 260_000),
    System("EPSG:3812", "Lambert 2008", 510_000, 515_000, 800_000, 760_000),
    System("EPSG:2169", "LUREF", 45_000, 55_000, 110_000, 140_000),
    System("EPSG:2180", "PUWG 1992", 165_000, 120_000, 865_000, 780_000),
    System("EPSG:31254", "MGI GK M28", -10_000, 5_140_000, 60_000, 5_300_000),
    System("EPSG:31255", "MGI GK M31", -120_000, 5_130_000, 130_000, 5_430_000),
    System("EPSG:31256", "MGI GK M34", -120_000, 5_130_000, 100_000, 5_440_000),
    System("EPSG:31257", "MGI BMN M28", 130_000, 140_000, 210_000, 300_000),
    System("EPSG:31258", "MGI BMN M31", 330_000, 130_000, 580_000, 430_000),
    System("EPSG:31259", "MGI BMN M34", 630_000, 130_000, 850_000, 440_000),
)


@lru_cache(maxsize=64)
def transformer(source: Any, target: Any) -> Any:
    """From one system to another, x before y; kept, for finding the way takes longer than a table on it.

    For systems of our own choice: what a stranger's file declares may be megabytes long.
    """
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def to_degrees(code: str, east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude; not finite where the system does not reach."""
    lon, lat = transformer(code, WGS84).transform(east, north)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def is_known(code: str) -> bool:
    """Whether there is a coordinate system of this name."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        CRS.from_user_input(code)
    except CRSError:
        return False
    return True


def in_metres(code: str) -> bool:
    """Whether a coordinate system is one of lengths on a plane; one that is not known is none."""
    from pyproj import CRS

    return is_known(code) and bool(CRS.from_user_input(code).is_projected)
