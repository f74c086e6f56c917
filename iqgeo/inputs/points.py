"""Positions: columns of degrees, or the shapes of a vector file, in EPSG:4326."""

import re
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.inputs.antimeridian import rolled_up
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.pair_column import pair_column, pairs_of, read_pairs
from iqgeo.inputs.point_text import point_column, read_points
from iqgeo.inputs.systems import candidates, cell_centres, looks_like_cells, readings
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Floats, Mask, read_numbers, required
from iqgeo.reading import SWAP, Reading
from iqgeo.region import Region
from iqgeo.systems import WGS84, in_metres, is_known, to_degrees

# From here on a list may run on beyond 180 degrees.
_FAR_EAST: Final = 150.0
_AREA: Final = 2
_SAMPLE: Final = 200
_GROUPED: Final = re.compile(r"\d{1,3}(?:\.\d{3})+")
_MARGIN_DEGREES: Final = 1.0
_MOST_DIGITS: Final = 16
_MOSTLY: Final = 0.8


def has_positions(table: Table) -> bool:
    """Whether a table says where its rows are: shapes, coordinates in two columns or one, keys of cells."""
    if table.geometry is not None or pair_column(table) or point_column(table) or _cell_column(table):
        return True
    used = find_columns(table, Findings(table.file), (), ("lon", "lat"))
    return len(used) == 2


def positions(
    table: Table,
    findings: Findings,
    *,
    swap: bool = False,
    region: Region | None = None,
    elsewhere: Mask | None = None,
) -> tuple[Floats, Floats, dict[str, str]]:
    """Longitude and latitude of every row in degrees, and the columns they came from.

    Metres are turned into degrees where only one system fits them, which ``region`` helps to decide.
    ``swap`` exchanges the two, when the user has confirmed that they stand the other way round. The rows
    of ``elsewhere`` have their position from somewhere else: their columns of coordinates are not read.
    """
    if table.geometry is not None:
        lon, lat = _of_points(table, findings)
        used: dict[str, str] = {}
    elif pairs := pairs_of(table):
        lon, lat = read_pairs(pairs, table, findings, region, elsewhere)
        used = {"lon": pairs.column, "lat": pairs.column}
    elif wkt := point_column(table):
        used = {"wkt": wkt}
        lon, lat = read_points(table.frame[wkt], findings, wkt)
    elif cell := _cell_column(table):
        used = {"cell": cell}
        lon, lat = cell_centres(texts(table.frame[cell]), cell)
        findings.flag(np.isnan(lon), "cell_unreadable", cell, table.frame[cell].to_numpy(dtype=object))
        findings.note("cells_read", cell, mask=np.isfinite(lon), kind="hint")
    else:
        used = find_columns(table, findings, ("lon", "lat"))
        if len(used) < 2:
            return np.full(len(table.frame), np.nan), np.full(len(table.frame), np.nan), used
        lon, lat = (
            _coordinates(column, findings, name, elsewhere)
            for name, column in _ungrouped(table, (used["lon"], used["lat"]), findings).items()
        )
    if swap:
        lon, lat = lat, lon
        findings.note("coordinates_swapped", kind="repair")
    turned = np.array([table.reading.answered(row) == SWAP for row in table.rows.tolist()], dtype=bool)
    if turned.any():
        lon, lat = np.where(turned, lat, lon), np.where(turned, lon, lat)
        findings.note("coordinates_swapped", mask=turned)
    return *in_degrees(lon, lat, findings, used, region), used


def _ungrouped(table: Table, names: tuple[str, str], findings: Findings) -> dict[str, pd.Series]:
    """Two columns of coordinates, without the points that group thousands of metres: ``5.803.456``.

    Both are told by one cell with two points: a number has one decimal point at most.
    """
    columns = {name: table.frame[name] for name in names}
    if not all(isinstance(it.dtype, pd.StringDtype) for it in columns.values()):
        return columns
    bare = {name: it.str.strip() for name, it in columns.items()}
    sample = [cell for it in bare.values() for cell in it.head(_SAMPLE).tolist() if cell]
    if not any(cell.count(".") > 1 for cell in sample) or not all(map(_GROUPED.fullmatch, sample)):
        return columns
    for name, it in bare.items():
        grouped = it.str.fullmatch(_GROUPED)
        findings.note("thousands_point", name, mask=grouped.to_numpy(dtype=bool))
        columns[name] = it.mask(grouped, it.str.replace(".", "", regex=False))
    return columns


def _coordinates(column: pd.Series, findings: Findings, name: str, elsewhere: Mask | None) -> Floats:
    """Numbers of a column; of the rows that have their position from somewhere else none."""
    if elsewhere is None or not elsewhere.any():
        return required(read_numbers(column, findings, name, "coordinate"), findings, name)
    bare = column.mask(elsewhere, "" if isinstance(column.dtype, pd.StringDtype) else np.nan)
    numbers = read_numbers(bare, findings, name, "coordinate")
    findings.flag((numbers.empty | numbers.sign) & ~elsewhere, "value_missing", name)
    return numbers.values


def without_coordinates(table: Table) -> Mask:
    """Which rows have neither longitude nor latitude, though the table has columns for them."""
    nowhere = np.zeros(len(table.frame), dtype=bool)
    pairs = pairs_of(table)
    if pairs is not None:
        return np.asarray(pairs.one.eq("").to_numpy(dtype=bool) & ~pairs.unread, dtype=bool)
    used = find_columns(table, Findings(table.file), (), ("lon", "lat"))
    if table.geometry is not None or len(used) < 2:
        return nowhere
    both = [texts(table.frame[it]).str.strip().eq("").to_numpy(dtype=bool) for it in used.values()]
    return np.asarray(both[0] & both[1], dtype=bool)


def _cell_column(table: Table) -> str | None:
    """A column of keys of grid cells, if there are no columns of coordinates."""
    if len(find_columns(table, Findings(table.file), (), ("lon", "lat"))) == 2:
        return None
    return next(
        (
            column
            for column in table.columns
            if isinstance(table.frame[column].dtype, pd.StringDtype) and looks_like_cells(table.frame[column])
        ),
        None,
    )


def has_cells(table: Table) -> bool:
    """Whether the rows of a table are cells of a grid, by their keys."""
    return _cell_column(table) is not None


def system_of(east: Floats, north: Floats, reading: Reading) -> str:
    """The coordinate system of numbers: the one that the user names, else the only one that fits metres.

    Empty for degrees, whatever system of metres is named for other files, and where several fit.
    """
    known = np.isfinite(east) & np.isfinite(north)
    metric = known & ((np.abs(east) > 1000) | (np.abs(north) > 1000))
    if reading.crs:
        return reading.crs if metric.any() or not in_metres(reading.crs) else ""
    if not metric.any() or not metric[known].all():
        return ""
    fitting = candidates(east[metric], north[metric], None)
    return fitting[0].code if len(fitting) == 1 else ""


def in_degrees(
    lon: Floats, lat: Floats, findings: Findings, used: dict[str, str], region: Region | None = None
) -> tuple[Floats, Floats]:
    """Turn metres into degrees where their system is sure; else say what they look like."""
    column_lon, column_lat = used.get("lon", "lon"), used.get("lat", "lat")
    known = np.isfinite(lon) & np.isfinite(lat)
    lon = _beyond(lon, lat, findings, column_lon)
    metric = known & ((np.abs(lon) > 1000) | (np.abs(lat) > 1000))
    told = findings.reading.crs
    if told and used and known.any() and not metric.any() and in_metres(told):
        # Said for the files that need it: metres so near to where a system begins lie nowhere.
        findings.note("crs_of_others", column_lon, kind="hint", value=told)
        told = ""
    systems, turned = readings(lon[metric], lat[metric], region) if metric.any() else ([], False)
    # Of a whole list a few cells may be empty of metres: they are said row by row.
    mostly = bool(metric[known].all()) or (region is not None and bool(metric[known].mean() >= _MOSTLY))
    if told and used and not is_known(told):
        findings.problem("crs_unknown", column_lon, told)
    elif (told and used) or (metric.any() and mostly and len(systems) == 1):
        code, name = (told, told) if told else (systems[0].code, systems[0].name)
        if turned and not told:
            findings.note("axes_turned", column_lon, mask=metric)
            lon, lat = np.where(metric, lat, lon), np.where(metric, lon, lat)
        if not told or in_metres(told):
            lon, lat = _metres_alone(lon, lat, known & ~metric, findings, column_lon)
            known &= metric
        east, north = to_degrees(code, lon, lat)
        lost = known & ~(np.isfinite(east) & np.isfinite(north))
        findings.flag(lost, "coordinates_not_of_crs", column_lon, _pairs(lon, lat), crs=name)
        words = code if code == name else f"{code} ({name})"
        findings.note("crs_changed" if told else "system_found", column_lon, value=words)
        return np.where(lost, np.nan, east), np.where(lost, np.nan, north)
    outside: Mask = known & ((np.abs(lon) > 180) | (np.abs(lat) > 90))
    if not outside.any():
        return lon, lat
    if metric.any():
        fitting = systems or candidates(lon[metric], lat[metric], None)
        code = "coordinates_metric" if fitting else "coordinates_metric_unknown"
        if not fitting and region is not None and _lost_points(lon[metric], lat[metric], region) >= _MOSTLY:
            code = "coordinates_point_lost"
        listed = " / ".join(f"{it.code} ({it.name})" for it in fitting)
        first = fitting[0].code if fitting else ""
        findings.flag(metric, code, column_lon, _pairs(lon, lat), system=listed, first=first)
        outside &= ~metric
    swapped = outside & (np.abs(lon) <= 90) & (np.abs(lat) <= 180)
    findings.flag(swapped, "coordinates_swapped", column_lat, _pairs(lon, lat))
    for axis, column, limit in ((lon, column_lon, 180), (lat, column_lat, 90)):
        beyond = outside & ~swapped & (np.abs(axis) > limit)
        findings.flag(beyond, "degrees_impossible", column, _short(axis), limit=limit)
    return lon, lat


def _short(degrees: Floats) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Degrees as somebody would write them."""
    return np.array([f"{it:.10g}" for it in degrees], dtype=object)


def _lost_points(lon: Floats, lat: Floats, region: Region) -> float:
    """The share of coordinates that lie in a region once a decimal point is put somewhere into both."""
    west, south, east, north = region.bounds
    inside = []
    for values, low, high in ((lon, west, east), (lat, south, north)):
        tens = values[:, None] / 10.0 ** np.arange(1, _MOST_DIGITS)
        inside.append(((tens >= low - _MARGIN_DEGREES) & (tens <= high + _MARGIN_DEGREES)).any(axis=1))
    whole = (lon == np.floor(lon)) & (lat == np.floor(lat))
    return float((inside[0] & inside[1] & whole).mean())


def _metres_alone(
    lon: Floats, lat: Floats, odd: Mask, findings: Findings, column: str
) -> tuple[Floats, Floats]:
    """The coordinates without those that are no metres among metres, each of which is said."""
    findings.flag(odd, "coordinates_no_metres", column, _pairs(lon, lat))
    return np.where(odd, np.nan, lon), np.where(odd, np.nan, lat)


def _beyond(lon: Floats, lat: Floats, findings: Findings, column: str) -> Floats:
    """Longitudes that run on beyond 180 degrees; only where others stand short of it are they meant so."""
    turned, beyond = rolled_up(lon)
    short = (lon > _FAR_EAST) & ~beyond
    if not beyond.any() or not short.any() or (np.abs(lat[np.isfinite(lat)]) > 90).any():
        return lon
    findings.note("longitudes_beyond", column, mask=beyond)
    return turned


def _pairs(lon: Floats, lat: Floats) -> Any:
    return _Pairs(lon, lat)


class _Pairs:
    """Writes ``lon, lat`` only for the rows that are shown."""

    def __init__(self, lon: Floats, lat: Floats) -> None:
        self._lon, self._lat = lon, lat

    def __getitem__(self, position: int) -> str:
        return f"{self._lon[position]:.10g}, {self._lat[position]:.10g}"


def _of_points(table: Table, findings: Findings) -> tuple[Floats, Floats]:
    import shapely

    shapes = np.array(table.geometry, dtype=object)
    kinds = shapely.get_type_id(shapes)
    single = (kinds == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    findings.flag(empty, "geometry_missing")
    names = np.array([getattr(it, "geom_type", "") for it in shapes], dtype=object)
    area = shapely.get_dimensions(shapes) == _AREA
    area &= ~empty
    findings.flag(~point & ~area & ~empty, "geometry_not_point", values=names)
    usable = point & ~empty
    lon, lat = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    lon[usable], lat[usable] = shapely.get_x(shapes[usable]), shapely.get_y(shapes[usable])
    lon[area], lat[area] = _middles(shapes[area])
    findings.note("shapes_middle", mask=area)
    usable = usable | area
    finite = np.isfinite(lon) & np.isfinite(lat)
    findings.flag(usable & ~finite, "number_not_finite", "geometry", values=_pairs(lon, lat))
    return transformed(lon, lat, table, findings)


def _middles(shapes: Any) -> tuple[Floats, Floats]:
    """The middle of every area: its centre of gravity, where that lies within, else a point inside."""
    import shapely

    middle = shapely.centroid(shapes)
    outside = ~shapely.contains(shapes, middle)
    middle[outside] = shapely.point_on_surface(shapes[outside])
    return shapely.get_x(middle), shapely.get_y(middle)


def transformed(lon: Floats, lat: Floats, table: Table, findings: Findings) -> tuple[Floats, Floats]:
    """From the declared coordinate system to degrees; without one they must be degrees already."""
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError, ProjError

    if table.crs is None:
        return lon, lat
    try:
        crs = CRS.from_user_input(table.crs)
        if crs.to_epsg() == WGS84 or crs == CRS.from_user_input("OGC:CRS84"):
            return lon, lat
        east, north = Transformer.from_crs(crs, WGS84, always_xy=True).transform(lon, lat)
    except (CRSError, ProjError) as error:
        findings.problem("crs_unknown", value=error.__class__.__name__ if not table.crs else table.crs)
        return lon, lat
    lost = ~(np.isfinite(east) & np.isfinite(north)) & np.isfinite(lon) & np.isfinite(lat)
    findings.flag(lost, "coordinates_not_of_crs", "geometry", _pairs(lon, lat), crs=crs.name)
    findings.note("crs_changed", value=crs.name, kind="repair")
    bad = ~(np.isfinite(east) & np.isfinite(north))
    return np.where(bad, np.nan, east), np.where(bad, np.nan, north)
