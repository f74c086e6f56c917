"""GeoPackage: looked at as the database it is, then read by GDAL under a fixed name and driver."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.cells import column_of_cells
from iqgeo.inputs.source import Opened
from iqgeo.inputs.table import Table, header_names, numbered
from iqgeo.inputs.words import shown

_APPLICATION_IDS: Final = (b"GPKG", b"GP10", b"GP11")
_APPLICATION_AT: Final = 68
_STEPS: Final = 1_000
_MAX_CALLS: Final = 200_000


def read_geopackage(opened: Opened, max_rows: int) -> Table:
    """The one layer with shapes, or the one that was named; rows are numbered as features, from 1.

    Raises
    ------
    InputError
        If it is another database, holds several layers and none was named, a layer is more than a
        plain table, or the limits do not allow it.
    """
    if opened.head[_APPLICATION_AT : _APPLICATION_AT + 4] not in _APPLICATION_IDS:
        raise InputError(Problem("form_database", opened.name))
    opened.at_most(limits.DATABASE_BYTES)
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        # A name of our own: no part of the user's path reaches the driver, no journal is left beside it.
        path = Path(folder) / "layer.gpkg"
        with opened.open() as stream, path.open("wb") as copy:
            shutil.copyfileobj(stream, copy)
        layer = _layer(opened, path, max_rows)
        return _read(opened, path, layer)


def _layer(opened: Opened, path: Path, max_rows: int) -> str:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            calls = iter(range(_MAX_CALLS))
            # A view can compute for ever; a bounded number of steps cannot.
            database.set_progress_handler(lambda: next(calls, None) is None, _STEPS)
            database.execute("PRAGMA trusted_schema=OFF")
            layers = [
                str(row[0])
                for row in database.execute(
                    "SELECT c.table_name FROM gpkg_contents c JOIN gpkg_geometry_columns g"
                    " ON lower(c.table_name) = lower(g.table_name) WHERE c.data_type = 'features'"
                )
            ]
            layer = _chosen(opened, layers)
            found = database.execute(
                "SELECT type, sql FROM sqlite_master WHERE lower(name) = lower(?)", (layer,)
            ).fetchall()
            foreign = database.execute(
                "SELECT name FROM sqlite_master WHERE sql LIKE '%VIRTUAL%TABLE%'"
                " AND sql NOT LIKE '%USING rtree%'"
                " AND sql NOT LIKE '%USING \"rtree\"%'"
            ).fetchone()
            plain = (
                len(found) == 1
                and found[0][0] == "table"
                and "VIRTUAL" not in str(found[0][1]).upper().split("(")[0]
            )
            if not plain or foreign:
                raise InputError(Problem("geopackage_not_plain", opened.name, value=shown(layer)))
            quoted = '"' + layer.replace('"', '""') + '"'
            count = database.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0]  # noqa: S608 - quoted name of a table just looked up
    except (sqlite3.Error, UnicodeError, OverflowError) as error:
        raise InputError(Problem("geopackage_broken", opened.name)) from error
    if count > max_rows:
        raise InputError(Problem("too_many_rows", opened.name, details={"limit": max_rows}))
    if not count:
        raise InputError(Problem("file_empty", opened.name))
    return layer


def _chosen(opened: Opened, layers: list[str]) -> str:
    listed = ", ".join(shown(it) for it in layers[: limits.LISTED])
    if opened.layer is not None:
        if opened.layer not in layers:
            raise InputError(
                Problem("layer_unknown", opened.name, value=opened.layer, details={"layers": listed})
            )
        return opened.layer
    if not layers:
        raise InputError(Problem("geopackage_no_layer", opened.name))
    if len(layers) > 1:
        details = {"layers": listed, "first": shown(layers[0]), "file": opened.name}
        raise InputError(Problem("layers_unclear", opened.name, details=details))
    return layers[0]


def _read(opened: Opened, path: Path, layer: str) -> Table:
    import pyogrio
    import shapely
    from pyogrio.errors import (
        CRSError,
        DataLayerError,
        DataSourceError,
        FeatureError,
        FieldError,
        GeometryError,
    )

    broken = (
        CRSError,
        DataLayerError,
        DataSourceError,
        FeatureError,
        FieldError,
        GeometryError,
        ValueError,
        RuntimeError,
    )
    try:
        meta, _, wkb, values = pyogrio.raw.read(f"GPKG:{path}", layer=layer)
        shapes = shapely.from_wkb(wkb)
    except (*broken, shapely.errors.GEOSException, TypeError) as error:
        raise InputError(Problem("geopackage_broken", opened.name)) from error
    if int(shapely.count_coordinates(shapes)) > limits.VERTICES:
        raise InputError(Problem("too_many_vertices", opened.name, details={"limit": limits.VERTICES}))
    names, notices = header_names([str(name) for name in meta["fields"]], opened.name)
    frame = pd.DataFrame(
        {name: _column(column) for name, column in zip(names, values, strict=True)},
        index=pd.RangeIndex(len(shapes)),
    )
    rows = numbered(len(shapes), 1)
    return Table(
        opened.name, frame, rows, notices, geometry=np.asarray(shapes, dtype=object), crs=meta["crs"]
    )


def _column(values: Any) -> pd.Series:
    array = np.asarray(values)
    if array.dtype.kind in "iuf":
        return pd.Series(array)
    return column_of_cells([None if it is None or pd.isna(it) else it for it in array.tolist()])
