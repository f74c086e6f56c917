"""Regions on both sides of 180 degrees: their longitudes run on beyond it, so that nothing is cut in two.

Averages, clusters, outlines and maps take longitudes for numbers; -178.6 beside 179.9 would put the
middle of both on the other side of the world. Great circles are the same either way.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from iqgeo.inputs.intake import Intake
from iqgeo.inputs.values import Floats
from iqgeo.region import Region

if TYPE_CHECKING:
    import geopandas as gpd

_HALF: Final = 180.0
_WHOLE: Final = 360.0


def is_crossed(outlines: "gpd.GeoDataFrame") -> bool:
    """Whether outlines lie on both sides of 180 degrees: together they span more than half the world."""
    west, _, east, _ = outlines.total_bounds
    return bool(east - west > _HALF) and not bool(
        (outlines.bounds["maxx"] - outlines.bounds["minx"] > _HALF).any()
    )


def unrolled_outlines(outlines: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """The outlines with those west of Greenwich moved on by a whole turn."""
    import shapely

    shapes = outlines.geometry.to_numpy()
    west = outlines.bounds["maxx"].to_numpy() <= 0
    moved = shapely.transform(shapes[west], lambda xy: xy + np.array([_WHOLE, 0.0]))
    turned = shapes.copy()
    turned[west] = moved
    return outlines.set_geometry(turned, crs=outlines.crs)


def unrolled(lon: Floats) -> Floats:
    """Longitudes west of Greenwich moved on by a whole turn."""
    return np.where(lon < 0, lon + _WHOLE, lon)


def unrolled_intake(intake: Intake) -> Intake:
    """A table with its longitudes moved on, if it has any."""
    if "lon" not in intake.frame:
        return intake
    lon = intake.frame["lon"].to_numpy(dtype=np.float64)
    return replace(intake, frame=intake.frame.assign(lon=unrolled(lon)))


def beside(lon: Floats, region: Region) -> Floats:
    """Longitudes as a region counts them: beyond 180 degrees where it does."""
    _, _, east, _ = region.bounds
    return unrolled(lon) if east > _HALF else lon
