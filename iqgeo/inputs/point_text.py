"""Points as text in one column: WKT and EWKT, PostGIS's hexadecimal form, GeoJSON, the military grid."""

import re
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from iqgeo.inputs.cells import texts
from iqgeo.inputs.column_words import WORDS
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.mgrs import in_metres
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Floats
from iqgeo.inputs.words import folded
from iqgeo.systems import is_known, to_degrees

_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?"
_PLAIN: Final = rf"(?i)^\s*(?:SRID=4326;)?POINT\s*\(\s*(?P<lon>{_NUMBER})\s+(?P<lat>{_NUMBER})\s*\)\s*$"
# POINT Z (9.7 52.3 55), MULTIPOINT((9.7 52.3)), SRID=25832;POINT(550000 5803000)
_WKT: Final = re.compile(
    rf"(?:SRID=(?P<srid>\d{{1,6}});)?\s*(?:MULTI)?POINT\s*(?:ZM|Z|M)?\s*\(\s*(?P<inner>\()?\s*"
    rf"(?P<lon>{_NUMBER})\s+(?P<lat>{_NUMBER})(?:\s+{_NUMBER}){{0,2}}\s*(?(inner)\))\s*\)",
    re.IGNORECASE,
)
_GEOJSON: Final = re.compile(
    rf"\{{.{{0,200}}?\"coordinates\"\s*:\s*\[\s*(?P<lon>{_NUMBER})\s*,\s*(?P<lat>{_NUMBER})"
    rf"(?:\s*,\s*{_NUMBER})?\s*\].{{0,200}}\}}",
    re.DOTALL,
)
_IS_POINT: Final = re.compile(r"\"type\"\s*:\s*\"Point\"")
_HEX: Final = re.compile(r"(?:\\x)?(?P<hex>0[01](?:[0-9A-Fa-f]{2}){20,36})")
# Links to a place, latitude first: geo:52.37,9.73, !3d52.37!4d9.73, mlat=52.37&mlon=9.73, q=52.37,9.73.
# Where a map was looked at (@52.37,9.73,15z) is not yet where the place is.
_LAT_LON: Final = rf"(?P<lat>{_NUMBER})%s(?P<lon>{_NUMBER})"
_LINKS: Final = tuple(
    re.compile(before + _LAT_LON % between + r"(?![\d.])")
    for before, between in (
        (r"^geo:", ","),
        ("!3d", "!4d"),
        (r"[?&]mlat=", "&mlon="),
        (r"[?&](?:q|ll|query|daddr|destination)=(?:loc:)?", r"(?:,|%2C)(?:\+|%20)?"),
    )
)
_LINK: Final = re.compile(r"geo:|https?://", re.IGNORECASE)
_SAMPLE: Final = 200
_WGS84: Final = ("", "0", "4326")
Parsed = tuple[float, float, str]


def point_column(table: Table) -> str | None:
    """A column of points as text, if there are no columns of degrees: called so, or full of them."""
    by_folded = {folded(column): column for column in reversed(table.columns)}
    if any(word in by_folded for role in ("lon", "lat") for word in (role, *WORDS[role])):
        return None
    named = next((by_folded[it] for it in ("wkt", *WORDS["wkt"]) if it in by_folded), None)
    if named is not None and isinstance(table.frame[named].dtype, pd.StringDtype):
        return named
    for column in table.columns:
        if isinstance(table.frame[column].dtype, pd.StringDtype):
            filled = [it for it in texts(table.frame[column].head(_SAMPLE)).str.strip().tolist() if it]
            if filled and 2 * sum(parsed(it) is not None for it in filled) > len(filled):
                return column
    return None


def parsed(cell: str) -> Parsed | None:
    """East, north and the code of the system of a point as text; ``None`` if it is none."""
    found = _WKT.fullmatch(cell)
    if found is not None:
        # A list of several points is not one.
        return float(found["lon"]), float(found["lat"]), found["srid"] or ""
    found = _GEOJSON.fullmatch(cell)
    if found is not None and _IS_POINT.search(cell):
        return float(found["lon"]), float(found["lat"]), ""
    if _LINK.match(cell):
        found = next((hit for it in _LINKS if (hit := it.search(cell))), None)
        return None if found is None else (float(found["lon"]), float(found["lat"]), "")
    found = _HEX.fullmatch(cell)
    return in_metres(cell) if found is None else _of_bytes(bytes.fromhex(found["hex"]))


def _of_bytes(raw: bytes) -> Parsed | None:
    from shapely import Point, from_wkb, get_srid

    point = from_wkb(raw, on_invalid="ignore")
    if not isinstance(point, Point) or point.is_empty or not np.isfinite([point.x, point.y]).all():
        return None
    return point.x, point.y, str(get_srid(point))


def read_points(column: pd.Series, findings: Findings, name: str) -> tuple[Floats, Floats]:
    """Coordinates of a column of points; those that name their system in degrees."""
    written = texts(column)
    quick = pc.extract_regex(pa.array(written, type=pa.large_string()), _PLAIN)
    empty = written.str.strip().eq("").to_numpy(dtype=bool)
    bad = np.asarray(quick.is_null().to_numpy(zero_copy_only=False), dtype=bool)
    lon, lat = (
        np.array(pc.cast(pc.struct_field(quick, part), pa.float64()).to_numpy(zero_copy_only=False))
        for part in ("lon", "lat")
    )
    systems = np.full(len(lon), "", dtype=object)
    for at in np.flatnonzero(bad & ~empty).tolist():
        point = parsed(written.iloc[at].strip())
        if point is not None:
            lon[at], lat[at], systems[at] = point
            bad[at] = False
    findings.flag(empty, "value_missing", name)
    findings.flag(bad & ~empty, "point_unreadable", name, column.to_numpy(dtype=object))
    for srid in sorted(set(systems.tolist()) - {*_WGS84}):
        code, of_system = f"EPSG:{srid}", systems == srid
        if not is_known(code):
            findings.problem("crs_unknown", name, code)
            continue
        lon[of_system], lat[of_system] = to_degrees(code, lon[of_system], lat[of_system])
        findings.note("crs_changed", name, value=code, mask=of_system)
    return lon, lat
