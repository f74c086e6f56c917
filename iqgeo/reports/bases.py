"""The outlines of a region's maps, simplified once: every page and layer draws from them."""

from functools import lru_cache

from iqgeo.region import Region
from iqgeo.reports.map.geometry import MapBase, base_of


@lru_cache(maxsize=4)
def kept_base(region: Region) -> MapBase:
    """Return the base of a region's maps, computed when first asked for."""
    return base_of(region)
