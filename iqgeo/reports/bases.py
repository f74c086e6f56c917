"""The outlines of a region's maps, simplified once: every page and layer draws from them, later runs too."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from iqgeo.region import Region
from iqgeo.reports.map.geometry import SIMPLIFY_M, District, MapBase, Neighbour, Town, base_of
from iqgeo.safe.kept import files_of, kept, key_of

_TABLES: Final = (
    "region.toml", "districts.parquet", "context.parquet", "settlements.parquet", "towns.csv",
    "borders.parquet",
)  # fmt: skip
_MODULES: Final = (
    "iqgeo.reports.bases",
    "iqgeo.reports.map.geometry",
    "iqgeo.region",
    "iqgeo.islands",
    "iqgeo.world",
)
_LIBRARIES: Final = ("numpy", "pandas", "shapely", "pyproj", "geopandas")

FINE_M = 60.0
"""Outlines of a district's own page: at its scale half a kilometre is seen."""


@lru_cache(maxsize=4)
def kept_base(region: Region) -> MapBase:
    """Return the base of a region's maps; from an earlier run where the region's files were the same."""
    return _kept(region, SIMPLIFY_M)


@lru_cache(maxsize=2)
def fine_base(region: Region) -> MapBase:
    """The base for maps of single districts."""
    return _kept(region, FINE_M)


def _kept(region: Region, simplify_m: float) -> MapBase:
    parts: list[bytes | str] = [repr(simplify_m), *files_of(region.directory / name for name in _TABLES)]
    key = key_of(parts, _MODULES, _LIBRARIES)
    return as_told(kept("map", key, lambda: told(base_of(region, simplify_m))), region)


def told(base: MapBase) -> dict[str, Any]:
    """A base as plain data."""
    from shapely import to_wkb

    return {
        "name": base.name,
        "districts": [[it.ags, it.name, to_wkb(it.shape, hex=True)] for it in base.districts],
        "outline": to_wkb(base.outline, hex=True),
        "landmasses": {name: to_wkb(shape, hex=True) for name, shape in base.landmasses.items()},
        "neighbours": [[it.name, to_wkb(it.shape, hex=True), it.label] for it in base.neighbours],
        "land": to_wkb(base.land, hex=True),
        "borders": None if base.borders is None else to_wkb(base.borders, hex=True),
        "borders_exact": base.borders_exact,
        "bounds": base.bounds,
        "frame": base.frame,
        "towns": [[it.name, it.lon, it.lat, it.people] for it in base.towns],
    }


def as_told(content: Mapping[str, Any], region: Region) -> MapBase:
    """The base of a region from plain data; what its sites are called is the region's own."""
    from shapely import from_wkb

    west, south, east, north = content["bounds"]
    left, bottom, right, top = content["frame"]
    return MapBase(
        name=content["name"],
        districts=tuple(District(ags, name, from_wkb(shape)) for ags, name, shape in content["districts"]),
        outline=from_wkb(content["outline"]),
        landmasses={name: from_wkb(shape) for name, shape in content["landmasses"].items()},
        neighbours=tuple(
            Neighbour(name, from_wkb(shape), None if label is None else (label[0], label[1]))
            for name, shape, label in content["neighbours"]
        ),
        land=from_wkb(content["land"]),
        borders=None if content["borders"] is None else from_wkb(content["borders"]),
        borders_exact=bool(content["borders_exact"]),
        bounds=(west, south, east, north),
        frame=(left, bottom, right, top),
        site_noun=region.site_noun,
        towns=tuple(Town(name, lon, lat, people) for name, lon, lat, people in content["towns"]),
    )
