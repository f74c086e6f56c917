"""Regions on both sides of 180 degrees: their longitudes run on beyond it, so that nothing is cut in two.

Averages, clusters, outlines and maps take longitudes for numbers; -178.6 beside 179.9 would put the
middle of both on the other side of the world. Great circles are the same either way.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from iqgeo.inputs.intake import Intake
from iqgeo.inputs.values import Floats, Mask
from iqgeo.region import Region

if TYPE_CHECKING:
    import geopandas as gpd

_HALF: Final = 180.0
_WHOLE: Final = 360.0


def is_crossed(outlines: "gpd.GeoDataFrame") -> bool:
    """Whether outlines lie on both sides of 180 degrees: that way round they are nearer to each other."""
    import shapely

    bounds = shapely.bounds(shapely.get_parts(outlines.geometry.to_numpy()))
    east, west = bounds[bounds[:, 0] >= 0], bounds[bounds[:, 2] <= 0]
    if not len(east) or not len(west) or len(east) + len(west) < len(bounds):
        return False
    over_zero = east[:, 0].min() - west[:, 2].max()
    over_half = (_HALF - east[:, 2].max()) + (west[:, 0].min() + _HALF)
    return bool(over_zero > over_half)


def unrolled_outlines(outlines: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """The outlines with what is west of Greenwich moved on by a whole turn, halves at 180 degrees joined."""
    import shapely

    shapes = outlines.geometry.to_numpy().copy()
    parts, owner = shapely.get_parts(shapes, return_index=True)
    west = shapely.bounds(parts)[:, 2] <= 0
    parts[west] = shapely.transform(parts[west], lambda xy: xy + np.array([_WHOLE, 0.0]))
    for at in np.unique(owner[west]).tolist():
        shapes[at] = shapely.union_all(parts[owner == at])
    return outlines.set_geometry(shapes, crs=outlines.crs)


def split_shapes(shapes: Any) -> tuple[Any, Mask]:
    """Areas in degrees drawn across 180 degrees, split there as RFC 7946 wants it; and which they were.

    A ring is drawn across it where its longitude leaps by more than half a turn, or runs on beyond 180.
    """
    import shapely

    rings, of_shape = shapely.get_rings(shapes, return_index=True)
    lon_lat, of_ring = shapely.get_coordinates(rings, return_index=True)
    crossing = np.zeros(len(shapes), dtype=bool)
    if not len(lon_lat) or (np.abs(lon_lat) > (_WHOLE + _HALF, 90.0)).any():
        # Nothing, or no degrees.
        return shapes, crossing
    lon = lon_lat[:, 0]
    leaps = (np.diff(of_ring) == 0) & _leaps(lon)
    crossing[of_shape[of_ring[:-1][leaps]]] = True
    crossing[of_shape[of_ring[np.abs(lon) > _HALF]]] = True
    found = np.array(shapes, dtype=object)
    for at in np.flatnonzero(crossing).tolist():
        halves = [it for part in shapely.get_parts(found[at]) for it in _split(part)]
        found[at] = shapely.multipolygons(halves) if halves else found[at]
    return found, crossing


def _leaps(lon: Floats) -> Mask:
    """Where the longitude leaps to the other side; a line along the edge of the map is none."""
    at_edge = np.abs(lon) >= _HALF
    leap: Mask = (np.abs(np.diff(lon)) > _HALF) & ~(at_edge[1:] & at_edge[:-1])
    return leap


def _split(polygon: Any) -> list[Any]:
    """A polygon that is drawn across 180 degrees, as polygons within -180 and 180."""
    import shapely

    shell = _run_on(polygon.exterior)
    holes = []
    for ring in polygon.interiors:
        hole = _run_on(ring)
        turns = np.round((shell[:, 0].mean() - hole[:, 0].mean()) / _WHOLE)
        holes.append(hole + np.array([turns * _WHOLE, 0.0]))
    whole = shapely.make_valid(shapely.Polygon(shell, holes), method="structure")
    west, _, east, _ = shapely.bounds(whole)
    found = []
    for turn in range(int((west + _HALF) // _WHOLE), int((east + _HALF) // _WHOLE) + 1):
        start = turn * _WHOLE
        window = shapely.box(start - _HALF, -90, start + _HALF, 90)
        moved = shapely.transform(shapely.intersection(whole, window), lambda xy: xy - np.array([start, 0.0]))  # noqa: B023 -- called at once
        found += [it for it in shapely.get_parts(moved) if shapely.get_dimensions(it) == 2]
    return found


def _run_on(ring: Any) -> Floats:
    """The points of a ring with longitudes that run on instead of leaping."""
    import shapely

    points: Floats = shapely.get_coordinates(ring)
    steps = np.diff(points[:, 0])
    turns = np.where(_leaps(points[:, 0]), -np.round(steps / _WHOLE), 0.0)
    points[1:, 0] += np.cumsum(turns) * _WHOLE
    return points


def rolled_up(lon: Floats) -> tuple[Floats, Mask]:
    """Longitudes between 180 and 360, which run on from the east, counted from the west; and which."""
    beyond: Mask = (lon > _HALF) & (lon <= _WHOLE)
    return np.where(beyond, lon - _WHOLE, lon), beyond


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
