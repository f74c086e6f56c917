"""Shapefiles in a zip, by their parts, so that a test can change one of their numbers."""

import tempfile
from functools import cache
from pathlib import Path

import geopandas as gpd
from shapely.geometry import box

from .bombs import zipped


@cache
def parts() -> dict[str, bytes]:
    """Three outlines with keys, by the ending of each file."""
    frame = gpd.GeoDataFrame(
        {"AGS": ["03241", "03254", "03101"], "GEN": ["a", "b", "c"], "people": [1, 2, 3]},
        geometry=[box(9 + at, 52, 9.5 + at, 52.5) for at in range(3)],
        crs=4326,
    )
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / "outlines.shp")
        return {it.suffix: it.read_bytes() for it in Path(folder).iterdir()}


def packed(**changed: bytes) -> bytes:
    """The zip, with some parts as given (``shp=``, ``dbf=``)."""
    given = {**parts(), **{f".{it}": content for it, content in changed.items()}}
    return zipped({f"outlines{ending}": content for ending, content in given.items()})
