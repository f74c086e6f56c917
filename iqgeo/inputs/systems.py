"""Coordinates in metres: which system they are in, and from there to degrees."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.reach import Vicinity
from iqgeo.inputs.values import Floats
from iqgeo.region import Region

WGS84: Final = 4326
_MARGIN_DEGREES: Final = 1.0
_INSIDE: Final = 0.5


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
_MOST: Final = 0.5
_NEAR_KM: Final = 25.0

# 1kmN2689E4337, 100mN26895E43375, CRS3035RES1000mN2689000E4337000 of the statistical offices of Europe;
# 1km_6112_543 of Denmark's (north, then east); E1181N4869 of the Netherlands', in hundreds of metres.
_LAEA: Final = r"^(?:(?P<size>\d+)(?P<unit>km|m)|CRS3035RES(?P<res>\d+)m)N(?P<n>\d+)E(?P<e>\d+)$"
_DANISH: Final = re.compile(
    r"^(?:DKN[_ ]?)?(?P<size>\d+)(?P<unit>km|m)_(?P<n>\d+)_(?P<e>\d+)$", re.IGNORECASE
)
_DUTCH: Final = re.compile(r"^E(?P<e>\d{4})N(?P<n>\d{4})$", re.IGNORECASE)
_CELL: Final = re.compile(_LAEA, re.IGNORECASE)
_DUTCH_UNIT: Final = 100
_DUTCH_SIZE: Final = re.compile(r"(?:28992)?r(?:es)?(?P<size>\d{2,4})m?$", re.IGNORECASE)


def candidates(east: Floats, north: Floats, region: Region | None) -> list[System]:
    """The systems in which all these points can lie; with a region only those in which they lie there.

    With a region most points will do: a typing error is no reason to know no system at all.
    """
    fitting = [it for it in SYSTEMS if it.holds(east, north, 1.0 if region is None else _MOST)]
    if region is None:
        return fitting
    own = System(region.crs, region.crs, -np.inf, -np.inf, np.inf, np.inf)
    known = {it.code for it in SYSTEMS}
    tried = [*fitting, *([] if own.code in known else [own])]
    inside = _best(tried, [share_inside(*to_degrees(it.code, east, north), region) for it in tried])
    if len(inside) < 2:
        return inside or fitting
    # Of several that lie between the region's ends those count that lie where somebody lives.
    return _best(inside, [_share_near(*to_degrees(it.code, east, north), region) for it in inside]) or inside


def _best(systems: list[System], shares: list[float]) -> list[System]:
    """The systems with the largest share and all with at least half of it; none where all are zero."""
    best = max(shares, default=0.0)
    if best <= 0:
        return []
    return [it for it, share in zip(systems, shares, strict=True) if share >= max(best * _INSIDE, 1e-9)]


def readings(east: Floats, north: Floats, region: Region | None) -> tuple[list[System], bool]:
    """The systems in which the points can lie, and whether only with the two exchanged.

    In surveys x is often north. What fits as it stands is never exchanged.
    """
    systems = candidates(east, north, region)
    if region is None and systems:
        return systems, False
    turned = candidates(north, east, region)
    if region is None:
        return turned, bool(turned)
    straight, exchanged = (
        max((_share_near(*to_degrees(it.code, *points), region) for it in found), default=0.0)
        for found, points in ((systems, (east, north)), (turned, (north, east)))
    )
    return (turned, True) if exchanged > 2 * straight else (systems, False)


def _share_near(lon: Floats, lat: Floats, region: Region) -> float:
    """The share of points with an inhabited place nearby."""
    return float(_lived_in(region).near(lon, lat, np.isfinite(lon) & np.isfinite(lat)).mean())


@lru_cache(maxsize=2)
def _lived_in(region: Region) -> Vicinity:
    """The places of a region; kept, since every system that is tried asks where they are."""
    places = region.settlements
    return Vicinity(
        places["lon"].to_numpy(dtype=np.float64), places["lat"].to_numpy(dtype=np.float64), _NEAR_KM
    )


def share_inside(lon: Floats, lat: Floats, region: Region) -> float:
    """The share of points that lie in a region or near its ends."""
    west, south, east, north = region.bounds
    margin = _MARGIN_DEGREES
    fits = (lon >= west - margin) & (lon <= east + margin) & (lat >= south - margin) & (lat <= north + margin)
    return float(fits.mean()) if len(fits) else 0.0


def to_degrees(code: str, east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude; not finite where the system does not reach."""
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(code, WGS84, always_xy=True).transform(east, north)
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


def cell_centres(written: pd.Series, heading: str = "") -> tuple[Floats, Floats]:
    """Longitude and latitude of the centres of grid cells named by their key; NaN where it is none.

    Dutch keys say their size in the ``heading`` of their column (``c28992r500``).
    """
    keys = written.str.strip()
    named = _DUTCH_SIZE.search(heading)
    dutch = keys.str.extract(_DUTCH).astype("float64") * _DUTCH_UNIT
    dutch += (int(named["size"]) if named else _DUTCH_UNIT) / 2
    lon, lat = np.full(len(keys), np.nan), np.full(len(keys), np.nan)
    for code, (east, north) in (
        ("EPSG:3035", _centres(keys, _CELL)),
        ("EPSG:25832", _centres(keys, _DANISH)),
        ("EPSG:28992", (dutch["e"].to_numpy(), dutch["n"].to_numpy())),
    ):
        known = np.isfinite(east)
        if known.any():
            lon[known], lat[known] = to_degrees(code, east[known], north[known])
    return lon, lat


def laea_centres(keys: pd.Series) -> tuple[Floats, Floats]:
    """East and north of the centres of Europe's cells (EPSG:3035) by their keys; NaN where it is none."""
    return _centres(keys.str.strip(), re.compile(_LAEA))


def _centres(keys: pd.Series, pattern: re.Pattern[str]) -> tuple[Floats, Floats]:
    """East and north of the centres of cells whose keys say their size and count from it."""
    parts = keys.str.extract(pattern)
    named = pd.to_numeric(parts["size"]) * parts["unit"].str.lower().map({"km": 1000.0, "m": 1.0})
    # Of the long keys the numbers are metres.
    res = pd.to_numeric(parts["res"]) if "res" in parts else named.where(named.isna())
    size = res.fillna(named).to_numpy(dtype=np.float64)
    unit = np.where(res.notna(), 1.0, size)
    east, north = (pd.to_numeric(parts[it]).to_numpy(dtype=np.float64) * unit + size / 2 for it in ("e", "n"))
    return east, north


def looks_like_cells(written: pd.Series) -> bool:
    """Whether a column holds keys of grid cells."""
    filled = [it.strip() for it in written.head(200).tolist() if it.strip()]
    cells = sum(any(it.match(key) for it in (_CELL, _DANISH, _DUTCH)) for key in filled)
    return bool(filled) and cells * 2 > len(filled)
