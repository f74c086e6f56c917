"""What lies around any region, coarsely: the German states and the countries of the world."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

# The country that its sixteen states stand for.
_BY_STATES = "Deutschland"


def world_directory() -> Path:
    """Folder of the coarse outlines, in an installed iqgeo or in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "data" / "world"
    return installed if installed.is_dir() else package.parent / "data" / "world"


@cache
def state_names() -> dict[str, str]:
    """Name of every German state by its two digits."""
    import pandas as pd

    frame = pd.read_parquet(world_directory() / "states.parquet", columns=["ags", "name"])
    return dict(zip(frame["ags"], frame["name"], strict=True))


@cache
def land() -> "gpd.GeoDataFrame":
    """States and other countries, ``ags, name, geometry`` in EPSG:4326; ``ags`` of states only."""
    import geopandas as gpd
    import pandas as pd

    states = gpd.read_parquet(world_directory() / "states.parquet")
    countries = gpd.read_parquet(world_directory() / "countries.parquet")
    countries = countries[countries["name"] != _BY_STATES]
    both = pd.concat([states, countries[["ags", "name", "geometry"]]], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs="EPSG:4326")


def land_around(west: float, south: float, east: float, north: float) -> "gpd.GeoDataFrame":
    """The states and countries of a box, cut to it."""
    found = land().clip_by_rect(west, south, east, north)
    kept = ~found.is_empty
    return land()[kept].set_geometry(found[kept], crs="EPSG:4326").reset_index(drop=True)
