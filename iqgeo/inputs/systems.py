"""Coordinates in metres: which system they are in where the region is, and keys of grid cells."""

import re
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.reach import Vicinity
from iqgeo.inputs.values import Floats
from iqgeo.region import Region
from iqgeo.systems import SYSTEMS, System, to_degrees

_MARGIN_DEGREES: Final = 1.0
_INSIDE: Final = 0.5
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
