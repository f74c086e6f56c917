"""The outlines of a region's maps, simplified once: every page and layer draws from them."""

from functools import lru_cache

from iqgeo.region import Region
from iqgeo.reports.map.geometry import MapBase, base_of

FINE_M = 60.0
"""Outlines of a district's own page: at its scale half a kilometre is seen."""


@lru_cache(maxsize=4)
def kept_base(region: Region) -> MapBase:
    """Return the base of a region's maps, computed when first asked for."""
    return base_of(region)


@lru_cache(maxsize=2)
def fine_base(region: Region) -> MapBase:
    """The base for maps of single districts."""
    return base_of(region, FINE_M)
