"""Shapes of outlines: which rows are areas of the level asked for, where they lie, rings made valid."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from iqgeo.inputs.antimeridian import split_shapes
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.keys import looks_german
from iqgeo.inputs.points import in_degrees, system_of
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Mask
from iqgeo.inputs.words import folded
from iqgeo.systems import WGS84
from iqgeo.world import states

if TYPE_CHECKING:
    import geopandas as gpd

# Several levels in one file: the deepest is of districts.
_LEVEL: Final = ("levlcode",)
# VG250/VG1000: geofactor 4 is land with structure; lower numbers are water and islets without.
_LAND: Final = 4
_AREA: Final = 2
_MOST_DEGREES: Final = 1_000
"""Numbers beyond are no degrees, however often the globe is counted round."""

REPORTED: Final = 20
"""So many outlines are named one by one."""


def deepest(table: Table, findings: Findings) -> Mask:
    """Rows of the deepest level, where a file has several of them (NUTS: states, regions and districts)."""
    column = next((it for it in table.columns if folded(it) in _LEVEL), None)
    if column is None:
        return np.ones(len(table.frame), dtype=bool)
    level = pd.to_numeric(table.frame[column], errors="coerce").to_numpy(dtype=np.float64)
    upper: Mask = level < np.nanmax(level, initial=-np.inf)
    findings.note("outline_levels", column, mask=upper, kind="hint")
    return ~upper


_ALL: Final = 0.9


def made_of_others(keys: list[str], shapes: Any, pairs: tuple[Any, Any]) -> Mask:
    """Areas whose key others begin with, and which these fill: the state among its districts.

    Parameters
    ----------
    keys : list[str]
        Of every area.
    shapes : Any
        Areas in a system where they can be measured.
    pairs : tuple[Any, Any]
        Which of them meet.

    Returns
    -------
    Mask
        Areas of a higher level. One of which parts are missing stays.
    """
    import shapely

    parts: dict[int, list[int]] = {}
    for one, other in zip(*(it.tolist() for it in pairs), strict=True):
        whole, part = (one, other) if len(keys[one]) < len(keys[other]) else (other, one)
        if len(keys[whole]) < len(keys[part]) and keys[part].startswith(keys[whole]):
            parts.setdefault(whole, []).append(part)
    upper = np.zeros(len(keys), dtype=bool)
    for whole, within in parts.items():
        filled = shapely.area(shapely.intersection(shapes[whole], shapely.union_all(shapes[within])))
        upper[whole] = filled >= _ALL * shapely.area(shapes[whole])
    return upper


def on_land(table: Table, findings: Findings) -> Mask:
    """Rows that are land: the federal files also have the water areas of the same district."""
    column = next((it for it in table.columns if it.upper() == "GF"), None)
    if column is None:
        return np.ones(len(table.frame), dtype=bool)
    factor = pd.to_numeric(table.frame[column], errors="coerce").to_numpy(dtype=np.float64)
    water = factor < _LAND
    if water.all():
        return np.ones(len(factor), dtype=bool)
    findings.note("outline_sea", column, mask=water, kind="hint")
    return ~water


def polygons(table: Table, land: Mask, findings: Findings) -> tuple[Any, Any, Mask]:
    """The shapes, the coordinate system they are in, and the rows of ``land`` that are areas."""
    import shapely

    # Heights of a survey are no part of an outline.
    shapes = shapely.force_2d(np.asarray(table.geometry, dtype=object))
    collection = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    collection &= shapely.get_dimensions(shapes) == _AREA
    shapes[collection] = _parts_of_areas(shapes[collection])
    kinds = shapely.get_type_id(shapes)
    polygon = np.isin(kinds, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    nothing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    findings.flag(nothing & land, "geometry_missing", "geometry")
    other = ~polygon & ~nothing & land
    if (polygon & land).any():
        # The seat or the label of an area that stands beside it, the line between two.
        findings.note("outlines_others", "geometry", mask=other, kind="hint")
        land = land & ~other
    else:
        names = np.array([getattr(it, "geom_type", "") for it in shapes], dtype=object)
        findings.flag(other, "geometry_not_polygon", "geometry", names)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    broken = np.zeros(len(shapes), dtype=bool)
    broken[owner[~np.isfinite(points).all(axis=1)]] = True
    findings.flag(broken & land, "number_not_finite", "geometry", np.full(len(shapes), "NaN", dtype=object))
    declared = table.crs
    if declared is not None and _is_in_degrees(table) and _is_beyond(points):
        # Programs that write GeoJSON call metres degrees: what they are is asked as of any metres.
        declared = None
    if _is_in_degrees(table) and not broken.any() and not _is_beyond(points):
        shapes, crossing = split_shapes(shapes)
        findings.note("outlines_split", "geometry", mask=crossing & land)
        points, owner = shapely.get_coordinates(shapes, return_index=True)
    if declared is not None or not len(points):
        return shapes, declared or WGS84, land
    # One point of each outline is enough to see that these are no degrees.
    first = np.unique(owner, return_index=True)[1]
    at = Findings(findings.file, table.rows[owner[first]], table.reading)
    east, north = points[first, 0], points[first, 1]
    found = system_of(east, north, table.reading)
    in_degrees(east, north, at, {"lon": "geometry", "lat": "geometry"})
    findings.add(at.problems)
    findings.notices += at.notices
    return shapes, found or WGS84, land


def _is_beyond(points: Any) -> bool:
    """Whether points lie farther out than degrees can."""
    return bool((np.abs(points) > _MOST_DEGREES).any())


def _is_in_degrees(table: Table) -> bool:
    """Whether the shapes are in degrees, as far as the file says."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return table.crs is None or bool(CRS.from_user_input(table.crs).is_geographic)
    except CRSError:
        return False


def repaired(outlines: "gpd.GeoDataFrame", findings: Findings) -> "gpd.GeoDataFrame":
    """Rings that cross themselves made valid, parts of one key joined; in the order of the keys."""
    import shapely

    invalid = ~outlines.geometry.is_valid.to_numpy()
    if invalid.any():
        shapes = outlines.geometry.to_numpy().copy()
        shapes[invalid] = _areas_only(shapely.make_valid(shapes[invalid], method="structure"))
        outlines = outlines.set_geometry(shapes, crs=outlines.crs)
        findings.note(
            "outline_repaired", value=outlines["ags"].to_numpy()[invalid][0], number=int(invalid.sum())
        )
    gone = outlines.geometry.is_empty.to_numpy()
    for name in outlines.loc[gone, "name"].tolist()[:REPORTED]:
        findings.problem("outline_empty", "geometry", value=name)
    if outlines["ags"].duplicated().any():
        again = int(outlines["ags"].duplicated().sum())
        outlines = outlines.dissolve("ags", as_index=False, aggfunc="first")
        findings.note("outline_joined", number=again)
    ordered = outlines[["ags", "name", "kind", "geometry"]].sort_values("ags", ignore_index=True)
    return ordered


def _areas_only(shapes: Any) -> Any:
    """Drop the lines and points that repairing can leave."""
    import shapely

    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.get_dimensions(parts) == 2
    result = np.array([shapely.MultiPolygon()] * len(shapes), dtype=object)
    for at in np.unique(owner[area]):
        result[at] = shapely.union_all(parts[area & (owner == at)])
    return result


def _parts_of_areas(shapes: Any) -> Any:
    """Of each collection its areas, as one shape."""
    import shapely

    found = np.empty(len(shapes), dtype=object)
    for at, shape in enumerate(shapes):
        parts = shapely.get_parts(shapely.get_parts([shape]))
        found[at] = shapely.MultiPolygon(parts[shapely.get_dimensions(parts) == _AREA].tolist())
    return found


def refuse_elsewhere(outlines: "gpd.GeoDataFrame", findings: Findings, *, german: bool) -> None:
    """Refuse areas with German keys that lie in Germany only with longitude and latitude exchanged.

    Those that do not lie there at all are in another system than their file says, where their column is
    called as only ``german`` keys are. Else the places within them would be blamed, which lie off them.
    """
    west, south, east, north = outlines.total_bounds
    first, last = ((west + east) / 2, (south + north) / 2)
    left, low, right, high = states().total_bounds
    there, exchanged = (left <= x <= right and low <= y <= high for x, y in ((first, last), (last, first)))
    if there or not (exchanged or german) or not looks_german(outlines["ags"]):
        return
    code = "outlines_exchanged" if exchanged else "outlines_not_there"
    findings.problem(code, "geometry", f"{first:.2f}, {last:.2f}")
