"""What comes along for any region: states and countries around it; districts and people of Germany."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

# The country that its sixteen states stand for.
_BY_STATES = "Deutschland"
GERMAN_STATES: Final = frozenset(f"{it:02}" for it in range(1, 17))
"""The digits with which German keys begin."""


def world_directory() -> Path:
    """Folder of the coarse outlines, in an installed iqgeo or in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "data" / "world"
    return installed if installed.is_dir() else package.parent / "data" / "world"


def germany_directory() -> Path:
    """Folder of the tables a region of any German state is made of: districts, settlements, names."""
    return world_directory().parent / "germany"


GERMANY_YEAR = 2011
"""Year of the people in these tables: the census of 9 May 2011."""


@cache
def district_counts() -> dict[str, int]:
    """Number of districts of every German state by its two digits."""
    import pandas as pd

    keys = pd.read_parquet(germany_directory() / "districts.parquet", columns=["ags"])["ags"]
    return {str(ags): int(count) for ags, count in keys.str[:2].value_counts().items()}


def state_of(called: str) -> str | None:
    """The two digits of the German state that is called so, by its digits or name; ``None`` if none is."""
    wanted = called.strip().casefold()
    return next((ags for ags, name in state_names().items() if wanted in (ags, name.casefold())), None)


@cache
def european_districts() -> dict[str, str]:
    """The German district (AGS) of every key of European statistics (NUTS 3) that is one.

    ``16056+16063`` where it is several of the districts that come along.
    """
    import pandas as pd

    frame = pd.read_parquet(germany_directory() / "european_keys.parquet")
    return dict(zip(frame["nuts"], frame["ags"], strict=True))


@cache
def state_names() -> dict[str, str]:
    """Name of every German state by its two digits."""
    import pandas as pd

    frame = pd.read_parquet(world_directory() / "states.parquet", columns=["ags", "name"])
    return dict(zip(frame["ags"], frame["name"], strict=True))


def states() -> "gpd.GeoDataFrame":
    """The sixteen states: ``ags, name, geometry`` in EPSG:4326."""
    import geopandas as gpd

    return gpd.read_parquet(world_directory() / "states.parquet")


@cache
def land() -> "gpd.GeoDataFrame":
    """States and other countries, ``ags, name, geometry`` in EPSG:4326; ``ags`` of states only."""
    import geopandas as gpd
    import pandas as pd

    countries = gpd.read_parquet(world_directory() / "countries.parquet")
    countries = countries[countries["name"] != _BY_STATES]
    both = pd.concat([states(), countries[["ags", "name", "geometry"]]], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs="EPSG:4326")


def land_around(west: float, south: float, east: float, north: float) -> "gpd.GeoDataFrame":
    """The states and countries of a box, cut to it."""
    found = land().clip_by_rect(west, south, east, north)
    kept = ~found.is_empty
    return land()[kept].set_geometry(found[kept], crs="EPSG:4326").reset_index(drop=True)


def share_in_germany(lon: "npt.NDArray[np.float64]", lat: "npt.NDArray[np.float64]") -> float:
    """The share of points that lie in Germany, or next to it and to no other country; 0 to 1."""
    import numpy as np
    from shapely import STRtree, points

    ground = land()
    nearest = STRtree(ground.geometry.to_numpy()).nearest(points(lon, lat))
    return float(np.isin(ground["ags"].to_numpy(dtype=object)[nearest], list(GERMAN_STATES)).mean())
