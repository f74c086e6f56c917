"""GeoJSON with the plain JSON parser: no driver looks at the file, so it cannot name another one."""

import json
import re
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.cells import columns_of_rows
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.json_rows import as_collection, lines_of, records_of
from iqgeo.inputs.json_stat import table_of_dataset
from iqgeo.inputs.routing_answers import table_of_answer
from iqgeo.inputs.source import Opened
from iqgeo.inputs.table import Table, header_names, numbered

_ESCAPE: Final = re.compile(rb"\\.", re.DOTALL)
_EPSG: Final = re.compile(r"EPSG[:/]+(?:[\d.]*[:/])?(\d{4,6})$", re.IGNORECASE)
_BLOCK: Final = 16 * limits.MIB
_GEOMETRIES: Final = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
)


_NO_SHAPE: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RuntimeError,
    OverflowError,
)


class _NotFiniteError(ValueError):
    """NaN or Infinity, which JSON does not have but Python's parser takes."""


def read_geojson(opened: Opened, max_rows: int) -> Table:
    """The features of a collection, or the objects of a list; rows are numbered as they stand, from 1.

    Raises
    ------
    InputError
        If it is no GeoJSON feature collection, nested too deep, or holds numbers that are none.
    """
    data = opened.read(limits.JSON_BYTES)
    # The smallest object takes twenty times its two letters in memory.
    if data.count(b"{") > limits.JSON_OBJECTS or data.count(b"[") > limits.JSON_LISTS:
        raise InputError(Problem("json_crowded", opened.name))
    if nesting(data) > limits.JSON_DEPTH:
        raise InputError(Problem("json_too_deep", opened.name, details={"limit": limits.JSON_DEPTH}))
    document = as_collection(_parsed(data, opened.name))
    if isinstance(document, dict) and "dataSets" in {**document, **_within_data(document)}:
        raise InputError(Problem("form_sdmx_json", opened.name))
    for read in (table_of_answer, table_of_dataset):
        if (found := read(document, opened.name, max_rows)) is not None:
            return found
    if (records := records_of(document)) is not None:
        return _of_records(opened, records, max_rows)
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        kind = str(document.get("type", "?")) if isinstance(document, dict) else "?"
        code = "form_topojson" if kind == "Topology" else "geojson_no_collection"
        raise InputError(Problem(code, opened.name, value=kind[:40]))
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise InputError(Problem("file_empty", opened.name))
    _within(max_rows, features, opened.name)
    return _table(opened, document, features)


def _within_data(document: dict[str, Any]) -> dict[str, Any]:
    data = document.get("data")
    return data if isinstance(data, dict) else {}


def nesting(data: bytes) -> int:
    """The deepest nesting of brackets outside of strings, without parsing."""
    depth = deepest = 0
    inside = False
    carried = b""
    for start in range(0, len(data), _BLOCK):
        block = carried + data[start : start + _BLOCK]
        # An escape must not be cut in two.
        slashes = len(block) - len(block.rstrip(b"\\"))
        carried = b"\\" if slashes % 2 else b""
        block = block[: len(block) - len(carried)]
        signs = np.frombuffer(_ESCAPE.sub(b"__", block), dtype=np.uint8)
        quoted = np.logical_xor(np.cumsum(signs == ord('"')) % 2 == 1, inside)
        step = (
            np.isin(signs, (ord("["), ord("{"))).astype(np.int32) - np.isin(signs, (ord("]"), ord("}")))
        ) * ~quoted
        levels = depth + np.cumsum(step)
        if len(levels):
            deepest, depth, inside = max(deepest, int(levels.max())), int(levels[-1]), bool(quoted[-1])
    return deepest


def _parsed(data: bytes, file: str) -> Any:
    def refuse(word: str) -> float:
        raise _NotFiniteError(word)

    def parsed(written: str) -> Any:
        return json.loads(written, parse_constant=refuse)

    try:
        written = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        try:
            return parsed(written)
        except json.JSONDecodeError:
            if (found := lines_of(written, parsed)) is None:
                raise
            return found
    except _NotFiniteError as error:
        raise InputError(Problem("json_not_finite", file, value=str(error))) from error
    except UnicodeDecodeError as error:
        raise InputError(Problem("encoding_broken", file, value="UTF-8")) from error
    except json.JSONDecodeError as error:
        raise InputError(
            Problem("json_broken", file, row=error.lineno, details={"position": error.colno})
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(Problem("json_broken", file, details={"position": "?"})) from error


def _within(max_rows: int, found: list[Any], file: str) -> None:
    if len(found) > max_rows:
        raise InputError(Problem("too_many_rows", file, details={"limit": max_rows}))


def _of_records(opened: Opened, records: list[dict[str, Any]], max_rows: int) -> Table:
    _within(max_rows, records, opened.name)
    frame, notices = _frame(opened, records)
    return Table(opened.name, frame, numbered(len(frame), 1), notices)


def _frame(opened: Opened, records: list[dict[str, Any]]) -> tuple[pd.DataFrame, list[Notice]]:
    """A column for every key that a record has."""
    keys = list(dict.fromkeys(key for own in records for key in own))
    names, notices = header_names([str(key) for key in keys], opened.name)
    return columns_of_rows(names, [[own.get(key) for key in keys] for own in records]), notices


def _table(opened: Opened, document: dict[str, Any], features: list[Any]) -> Table:
    from shapely.errors import ShapelyError

    no_shape = (*_NO_SHAPE, ShapelyError)
    problems = []
    properties: list[dict[str, Any]] = []
    shapes = np.empty(len(features), dtype=object)
    vertices = 0
    for position, feature in enumerate(features):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
            problems.append(Problem("feature_broken", opened.name, position + 1))
            continue
        own = feature.get("properties") or {}
        properties.append({"id": feature["id"], **own} if "id" in feature and "id" not in own else own)
        try:
            shapes[position] = _shape(feature.get("geometry"))
        except no_shape:
            problems.append(Problem("geometry_broken", opened.name, position + 1))
            continue
        vertices += _count(shapes[position])
        if vertices > limits.VERTICES:
            details = {"limit": limits.VERTICES}
            raise InputError(Problem("too_many_vertices", opened.name, details=details))
    if problems:
        more = Problem(
            "more_rows",
            opened.name,
            details={
                "count": len(problems) - limits.LISTED,
                "last": problems[-1].row,
                "listed": limits.LISTED,
            },
        )
        raise InputError([*problems[: limits.LISTED], more] if len(problems) > limits.LISTED else problems)
    frame, notices = _frame(opened, properties)
    return Table(
        opened.name, frame, numbered(len(frame), 1), notices, geometry=shapes, crs=_crs(document, opened.name)
    )


def _shape(geometry: Any) -> Any:
    """The shapely geometry, ``None`` without one.

    Only what is a plain shape or a collection of such: a collection of collections has no use here.
    """
    from shapely.geometry import shape

    if geometry is None:
        return None
    parts = geometry["geometries"] if geometry["type"] == "GeometryCollection" else [geometry]
    for part in parts:
        if part["type"] not in _GEOMETRIES:
            raise ValueError(part["type"])
    return shape(geometry)


def _count(geometry: Any) -> int:
    from shapely import count_coordinates

    return int(count_coordinates(geometry))


def _crs(document: dict[str, Any], file: str) -> int | None:
    """EPSG code a collection declares (the older GeoJSON could), else ``None``."""
    declared = document.get("crs")
    if declared is None:
        return None
    try:
        name = str(declared["properties"]["name"])
    except (TypeError, KeyError):
        name = "?"
    if name.upper().endswith("CRS84"):
        return 4326
    found = _EPSG.search(name)
    if found is None:
        raise InputError(Problem("crs_unknown", file, value=name[:60]))
    return int(found[1])
