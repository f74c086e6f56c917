"""GeoPackage: looked at as the database it is, then read by GDAL under a fixed name and driver."""

import shutil
import sqlite3
import tempfile
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.cells import column_of_cells
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.layout import MUNICIPALITY_LAYER, district_layer, municipality_layer
from iqgeo.inputs.source import Opened
from iqgeo.inputs.table import Table, header_names, numbered
from iqgeo.inputs.words import shown

_APPLICATION_IDS: Final = (b"GPKG", b"GP10", b"GP11")
_APPLICATION_AT: Final = 68
_JOURNAL_AT: Final = 18
_IN_WAL: Final = 2
_ATTEMPTS: Final = 3
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
        notices = _copy(opened, path)
        layer = _layer(opened, path, max_rows)
        _forget_count(path, opened.name)
        if opened.layer is None and district_layer([layer]):
            notices.append(Notice("layer_chosen", "hint", opened.name, value=shown(layer)))
        return read_layer(opened.name, f"GPKG:{path}", layer, notices)


def _copy(opened: Opened, path: Path) -> list[Notice]:
    """Copy the database with the changes that another program has not saved into it yet (``-wal``).

    What a program has begun to change and not ended (``-journal``) is taken back.
    """
    found = _beside(opened)
    if found is None:
        with opened.open() as stream, path.open("wb") as copy:
            shutil.copyfileobj(stream, copy)
        in_use = opened.data is not None and opened.head[_JOURNAL_AT] == _IN_WAL
        return [Notice("geopackage_in_use", "hint", opened.name)] if in_use else []
    assert opened.path is not None
    beside, code = found
    for _ in range(_ATTEMPTS):
        before = _states(opened.path, beside)
        if sum(size for size, _ in before) > limits.DATABASE_BYTES:
            raise InputError(too_large(opened.name, sum(it[0] for it in before), limits.DATABASE_BYTES))
        shutil.copyfile(opened.path, path)
        shutil.copyfile(beside, f"{path}{beside.name[len(opened.path.name) :]}")
        if _states(opened.path, beside) == before:
            break
    else:
        raise InputError(Problem("geopackage_changing", opened.name))
    try:
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA trusted_schema=OFF")
            database.execute("PRAGMA journal_mode=DELETE")
            # A journal is played back by whoever reads first.
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        raise InputError(Problem("geopackage_broken", opened.name)) from error
    return [Notice(code, "hint", opened.name)]


def _forget_count(path: Path, file: str) -> None:
    """Drop the number of rows that a copy states: GDAL reads no more, and other programs do not keep it."""
    try:
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA trusted_schema=OFF")
            database.execute("DROP TABLE IF EXISTS gpkg_ogr_contents")
            database.commit()
    except sqlite3.Error as error:
        raise InputError(Problem("geopackage_broken", file)) from error


def besides(name: str) -> dict[str, str]:
    """Names of the files that may belong to a database of this name, and what is said of each."""
    return {f"{name}-wal": "geopackage_unsaved", f"{name}-journal": "geopackage_broken_off"}


def _beside(opened: Opened) -> tuple[Path, str] | None:
    """The file beside a database that belongs to it, if it is not empty, and what it does.

    The one holds the newest rows, the other what stood there before a change that has not ended.
    """
    if opened.path is None:
        return None
    for name, code in besides(opened.path.name).items():
        beside = opened.path.with_name(name)
        try:
            with beside.open("rb") as stream:
                # A journal that is kept after its use begins with zeros.
                if stream.read(8).strip(b"\0"):
                    return beside, code
        except OSError:
            continue
    return None


def _states(*paths: Path) -> list[tuple[int, int]]:
    """Size and time of files: equal before and after copying, nobody wrote meanwhile."""
    found = []
    for path in paths:
        try:
            status = path.stat()
            found.append((status.st_size, status.st_mtime_ns))
        except OSError:
            # Saved and removed meanwhile: different from before in any case.
            found.append((0, 0))
    return found


def _layer(opened: Opened, path: Path, max_rows: int) -> str:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            calls = iter(range(_MAX_CALLS))
            # A view can compute for ever; a bounded number of steps cannot.
            database.set_progress_handler(lambda: next(calls, None) is None, _STEPS)
            database.execute("PRAGMA trusted_schema=OFF")
            # The form's own tables are tables: a view in the place of one can keep GDAL busy for ever.
            view = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'view' AND lower(substr(name, 1, 5)) = 'gpkg_'"
            ).fetchone()
            if view is not None:
                raise InputError(Problem("geopackage_not_plain", opened.name, value=shown(view[0])))
            layers = [
                str(row[0])
                for row in database.execute(
                    "SELECT c.table_name FROM gpkg_contents c JOIN gpkg_geometry_columns g"
                    " ON lower(c.table_name) = lower(g.table_name) WHERE c.data_type = 'features'"
                )
            ]
            listed = database.execute("SELECT count(*) FROM gpkg_contents").fetchone()[0]
            if listed > limits.DATABASE_LAYERS:
                details = {"count": listed, "limit": limits.DATABASE_LAYERS}
                raise InputError(Problem("layers_too_many", opened.name, details=details))
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
            quoted = '"' + layer.replace('"', '""') + '"'
            # A column that is computed holds what no file has to: two hundred megabytes a row.
            computed = any(row[6] for row in database.execute(f"PRAGMA table_xinfo({quoted})"))
            if not plain or foreign or computed:
                raise InputError(Problem("geopackage_not_plain", opened.name, value=shown(layer)))
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
        wanted = municipality_layer(layers) if opened.layer == MUNICIPALITY_LAYER else opened.layer
        if wanted not in layers:
            raise InputError(
                Problem("layer_unknown", opened.name, value=opened.layer, details={"layers": listed})
            )
        return str(wanted)
    if not layers:
        raise InputError(Problem("geopackage_no_layer", opened.name))
    districts = district_layer(layers)
    if len(layers) > 1 and districts is not None:
        return districts
    if len(layers) > 1:
        details = {"layers": listed, "first": shown(layers[0]), "file": opened.name}
        raise InputError(Problem("layers_unclear", opened.name, details=details))
    return layers[0]


def read_layer(file: str, source: str, layer: str | None, notices: list[Notice]) -> Table:
    """Read a layer by GDAL; rows are numbered as features, from 1.

    Raises
    ------
    InputError
        If the driver finds the file broken.
    """
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
        with warnings.catch_warnings():
            # What the driver finds odd about dates or names of layers concerns nobody here.
            warnings.simplefilter("ignore", RuntimeWarning)
            meta, _, wkb, values = pyogrio.raw.read(source, layer=layer)
        shapes = shapely.from_wkb(wkb)
    except (*broken, shapely.errors.GEOSException, TypeError) as error:
        code = "shapefile_broken" if source.endswith(".shp") else "geopackage_broken"
        raise InputError(Problem(code, file)) from error
    if int(shapely.count_coordinates(shapes)) > limits.VERTICES:
        raise InputError(Problem("too_many_vertices", file, details={"limit": limits.VERTICES}))
    names, renamed = header_names([str(name) for name in meta["fields"]], file)
    frame = pd.DataFrame(
        {name: _column(column) for name, column in zip(names, values, strict=True)},
        index=pd.RangeIndex(len(shapes)),
    )
    rows = numbered(len(shapes), 1)
    return Table(
        file,
        frame,
        rows,
        notices + renamed,
        geometry=np.asarray(shapes, dtype=object),
        crs=meta["crs"],
    )


def _column(values: Any) -> pd.Series:
    array = np.asarray(values)
    if array.dtype.kind in "iuf":
        return pd.Series(array)
    return column_of_cells([None if it is None or pd.isna(it) else it for it in array.tolist()])
