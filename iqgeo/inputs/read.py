"""From a file to a table: the form is told by the content, its reader works in a child with limits.

Readers of compiled formats believe what a file says of itself (counts, sizes, dimensions), so what a
stranger made is read by another process (:mod:`iqgeo.workers.guarded`), and a table comes back.
"""

from dataclasses import astuple, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.source import Opened, open_source
from iqgeo.inputs.table import Table, form_of, without_headings
from iqgeo.reading import AS_IT_IS, LEAVE, Reading
from iqgeo.workers.guarded import Bounds, run

_SHAPES: Final = "geometry"
_FUNCTION: Final = "iqgeo.inputs.read:in_child"
_AGAIN: Final = "iqgeo.inputs.read:again_in_child"
_BYTES_A_POINT: Final = 16


def read_table(opened: Opened, *, max_rows: int, reading: Reading = AS_IT_IS) -> Table:
    """Read a file of any form as a table of at most ``max_rows`` rows.

    Raises
    ------
    InputError
        If the file cannot be read as a table, or not within the limits of :func:`bounds_of`.
    """
    return answered(_table(apart("iqgeo.inputs.read:table_here", opened, max_rows)), reading)


def apart(function: str, opened: Opened, *arguments: Any) -> Any:
    """Call ``function`` on an opened file in a child; what it returns is plain data."""
    # The child may stand in another folder.
    path = None if opened.path is None else str(opened.path.absolute())
    described = [opened.name, path, opened.data, opened.layer]
    return run(
        _FUNCTION, function, described, _limits(), *arguments, file=opened.name, bounds=bounds_of(opened)
    )


def bounds_of(opened: Opened) -> Bounds:
    """What reading a file may use: a share for any file, and more for a large one."""
    return _bounds(opened.size)


def _bounds(size: int) -> Bounds:
    megabytes = size // limits.MIB
    cpu_s = limits.READER_S + megabytes // limits.READER_MIB_PER_S
    return Bounds(
        memory_bytes=limits.READER_BYTES + limits.READER_RATIO * size,
        cpu_s=cpu_s,
        wall_s=4 * cpu_s,
        answer_bytes=limits.ANSWER_FREE_BYTES + limits.READER_RATIO * size,
    )


def _limits() -> dict[str, int]:
    """The limits as they are here and now: what holds for the caller holds for the child."""
    return {name: value for name, value in vars(limits).items() if name.isupper()}


def again_apart(function: str, table: Table, *arguments: Any) -> Any:
    """Call ``function`` on a table that was read, in a child: where its shapes decide how long that takes.

    It is given the table as plain data, and returns such.
    """
    import shapely

    points = 0 if table.geometry is None else int(shapely.count_coordinates(table.geometry))
    said = [astuple(table.reading), _limits()]
    return run(
        _AGAIN, function, plain_of(table), said, *arguments, file=table.file,
        bounds=_bounds(_BYTES_A_POINT * points), room=b"g",
    )  # fmt: skip


# In the child


def in_child(function: str, described: list[Any], here: dict[str, int], *arguments: Any) -> Any:
    """Open the file again and call ``function`` on it."""
    import importlib

    for name, value in here.items():
        setattr(limits, name, value)
    name, path, data, layer = described
    found = open_source((bytes(data), name) if path is None else Path(path))
    opened = Opened(name, found.path, found.data, found.size, found.head, layer)
    module, _, attribute = function.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)(opened, *arguments)
    except OSError as error:
        # A disk that fails, a share that is gone, no room for a copy: not a fault of ours.
        details = {"reason": error.strerror or type(error).__name__}
        raise InputError(Problem("file_unreadable", opened.name, details=details)) from error


def again_in_child(function: str, plain: dict[str, Any], said: list[Any], *arguments: Any) -> Any:
    """Call ``function`` on a table that another process has read."""
    import importlib

    reading, here = said
    for name, value in here.items():
        setattr(limits, name, value)
    module, _, attribute = function.partition(":")
    table = replace(_table(plain), reading=Reading(*reading))
    return getattr(importlib.import_module(module), attribute)(table, *arguments)


def table_here(opened: Opened, max_rows: int) -> dict[str, Any]:
    """Read a file in this process: the table as plain data."""
    from iqgeo.inputs.eurostat import parted
    from iqgeo.inputs.kept_text import as_meant
    from iqgeo.inputs.twice_encoded import decoded_once

    table = decoded_once(_read(opened, max_rows))
    if form_of(opened) != "parquet":
        # No spreadsheet is kept from anything there: texts of plans that look so are written as Parquet.
        table = as_meant(table)
    return plain_of(parted(without_headings(table)))


def plain_of(table: Table) -> dict[str, Any]:
    """A table as plain data, without what the user said about it."""
    plain = {
        "file": table.file,
        "frame": table.frame,
        "rows": np.asarray(table.rows, dtype=np.int64),
        "notices": [astuple(it) for it in table.notices],
        "problems": table.problems,
        "crs": table.crs,
        "around": [list(table.title), list(table.footnotes)],
        _SHAPES: None,
    }
    if table.geometry is not None:
        import shapely

        written = shapely.to_wkb(table.geometry, include_srid=False)
        plain[_SHAPES] = pd.DataFrame({_SHAPES: pd.Series(written, dtype=object)})
    return plain


_READERS: Final = {
    "workbook": "workbook:read_workbook",
    "parquet": "parquet:read_parquet",
    "geojson": "geojson:read_geojson",
    "zipped": "zipped:read_zipped",
    "shapefile": "zipped:read_shapefile",
    "gpkg": "geopackage:read_geopackage",
    "kml": "kml:read_kml",
}


def _read(opened: Opened, max_rows: int) -> Table:
    import importlib

    form = form_of(opened)
    if form in _READERS:
        module, _, function = _READERS[form].partition(":")
        found: Table = getattr(importlib.import_module(f"iqgeo.inputs.{module}"), function)(opened, max_rows)
        return found
    from iqgeo.inputs.register_text import is_register_text, read_register_text
    from iqgeo.inputs.text_stream import unpacked_json
    from iqgeo.inputs.text_table import read_text

    if (inner := unpacked_json(opened, form)) is not None:
        from iqgeo.inputs.geojson import read_geojson

        return read_geojson(inner, max_rows)

    read = read_register_text if is_register_text(opened, form) else read_text
    return read(opened, form, max_rows)


# Back in the parent


def answered(table: Table, reading: Reading) -> Table:
    """A table as the user wants it read: without the columns and rows that they leave out."""
    unread = [it for it in reading.without if it in table.frame.columns]
    frame = table.frame.drop(columns=unread) if unread else table.frame
    found = replace(table, frame=frame, reading=reading)
    out = [row for row in reading.rows if reading.answered(row) == LEAVE]
    if not out or not (left := np.isin(table.rows, out)).any():
        return found
    left_out = Notice("rows_left_out", "repair", table.file, count=int(left.sum()))
    return found.of_rows(~left, left_out)


def notices_of(plain: list[Any]) -> list[Notice]:
    """Notices from plain data."""
    return [Notice(*it) for it in plain]


def _table(plain: dict[str, Any]) -> Table:
    geometry = None
    if plain[_SHAPES] is not None:
        import shapely

        written = plain[_SHAPES][_SHAPES].to_numpy(dtype=object)
        geometry = np.asarray(shapely.from_wkb(written), dtype=object)
    return Table(
        plain["file"],
        plain["frame"],
        plain["rows"],
        notices_of(plain["notices"]),
        plain["problems"],
        geometry,
        plain["crs"],
        title=tuple(plain["around"][0]),
        footnotes=tuple(plain["around"][1]),
    )
