"""Parquet: sizes from the file's own directory first, then row group by row group."""

import json
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as pq

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.intake import Notice, Rows
from iqgeo.inputs.source import Opened
from iqgeo.inputs.table import Table, header_names
from iqgeo.inputs.words import shown
from iqgeo.safe.parse import json_value

_BOX: Final = "bbox"
_BROKEN: Final = (
    pa.ArrowException,
    pa.ArrowInvalid,
    OSError,
    ValueError,
    KeyError,
    OverflowError,
)


def read_parquet(opened: Opened, max_rows: int) -> Table:
    """The columns of text and numbers; others (lists, bytes) are left out and named.

    Raises
    ------
    InputError
        If the file is broken or larger than the limits allow.
    """
    try:
        with opened.open() as stream, pq.ParquetFile(stream) as file:
            _measure(opened, file, max_rows)
            schema = file.schema_arrow
            geometry = geometry_column(schema)
            kept = [it.name for it in schema if _readable(it) or it.name == geometry]
            nested = [it.name for it in schema if it.name not in (*kept, _BOX)]
            parts = []
            count = 0
            for batch in file.iter_batches(batch_size=1_000_000, columns=kept, use_threads=False):
                count += batch.num_rows
                if count > max_rows:
                    raise InputError(Problem("too_many_rows", opened.name, details={"limit": max_rows}))
                parts.append(batch)
            table = pa.Table.from_batches(parts, schema=pa.schema([schema.field(name) for name in kept]))
            _check_text(opened, table)
            table, raw = _without_bytes(table, geometry)
            nested += raw
            shapes, crs = None, None
            if geometry is not None:
                shapes, crs = _shapes(opened.name, table, geometry, schema)
                table = table.drop_columns([geometry])
            frame = _frame(_flat(table))
    except (InputError, MemoryError):
        # Arrow's lack of memory is one of both families.
        raise
    except _BROKEN as error:
        raise InputError(Problem("parquet_broken", opened.name)) from error
    names, notices = header_names([str(name) for name in frame.columns], opened.name)
    frame.columns = pd.Index(names)
    if nested:
        listed = ", ".join(shown(it) for it in nested[: limits.LISTED])
        notices.append(Notice("columns_nested", "hint", opened.name, value=listed))
    rows: Rows = np.arange(2, 2 + len(frame), dtype=np.int64)
    return Table(opened.name, frame, rows, notices, geometry=shapes, crs=crs)


def geometry_column(schema: pa.Schema) -> str | None:
    """The main column of shapes of a GeoParquet, in WKB; ``None`` if there is none."""
    described = _described(schema)
    name = str(described.get("primary_column", ""))
    if name not in schema.names:
        return None
    kind = schema.field(name).type
    return name if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) else None


def _described(schema: pa.Schema) -> dict[str, Any]:
    try:
        found = json_value((schema.metadata or {}).get(b"geo", b"{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _shapes(file: str, table: pa.Table, geometry: str, schema: pa.Schema) -> tuple[Any, Any]:
    """Shapes and their coordinate system; without one GeoParquet means degrees."""
    import shapely

    try:
        shapes = shapely.from_wkb(table.column(geometry).to_numpy())
    except shapely.errors.ShapelyError as error:
        raise InputError(Problem("parquet_broken", file)) from error
    if int(shapely.count_coordinates(shapes)) > limits.VERTICES:
        raise InputError(Problem("too_many_vertices", file, details={"limit": limits.VERTICES}))
    # What describes the shapes stands in the schema of the file; that of the batches has lost it.
    columns = _described(schema).get("columns", {})
    described = columns.get(geometry) if isinstance(columns, dict) else None
    crs = described.get("crs") if isinstance(described, dict) else None
    return np.asarray(shapes, dtype=object), None if crs is None else json.dumps(crs)


def _measure(opened: Opened, file: pq.ParquetFile, max_rows: int) -> None:
    metadata = file.metadata
    if metadata.num_rows > max_rows:
        raise InputError(Problem("too_many_rows", opened.name, details={"limit": max_rows}))
    if metadata.num_columns > limits.COLUMNS:
        details = {"count": metadata.num_columns, "limit": limits.COLUMNS}
        raise InputError(Problem("too_many_columns", opened.name, details=details))
    size = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    if size > limits.PARQUET_BYTES:
        raise InputError(too_large(opened.name, size, limits.PARQUET_BYTES))


def _check_text(opened: Opened, table: pa.Table) -> None:
    """Refuse text that is no UTF-8: Parquet promises it, and nothing on the way looks."""
    try:
        table.validate(full=True)
    except pa.ArrowInvalid as error:
        raise InputError(Problem("encoding_broken", opened.name, value="UTF-8")) from error


def _without_bytes(table: pa.Table, geometry: str | None) -> tuple[pa.Table, list[str]]:
    """The table with bytes as the text they are, without columns of bytes that are none, and their names."""
    raw = []
    for at, column in enumerate(table.schema):
        kind = column.type
        if column.name == geometry or not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
            continue
        try:
            # Arrow looks whether they are UTF-8.
            table = table.set_column(at, column.name, table.column(at).cast(pa.large_string()))
        except pa.ArrowInvalid:
            raw.append(column.name)
    return table.drop_columns(raw), raw


def _usable(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _usable(kind.value_type)
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_date(kind)
        or pa.types.is_timestamp(kind)
        or pa.types.is_null(kind)
        # Programs of long ago write text without saying that it is text.
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _readable(column: pa.Field) -> bool:
    """Whether a column can be read: a value, or a few values with names of their own."""
    kind = column.type
    if pa.types.is_struct(kind):
        # The box around a shape is made for programs that search.
        return (
            column.name != _BOX
            and kind.num_fields > 0
            and all(_usable(kind.field(at).type) for at in range(kind.num_fields))
        )
    return _usable(kind)


def _flat(table: pa.Table) -> pa.Table:
    """The table with a column for each named value: ``position.lon``."""
    return table.flatten() if any(pa.types.is_struct(it.type) for it in table.schema) else table


def _in_words(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as text: moments as the clock stood where they were written down."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        column = pc.local_timestamp(column)
    return column.cast(pa.large_string())


def _frame(table: pa.Table) -> pd.DataFrame:
    """Numbers as float or int, everything else as text with missing cells empty."""
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = column.type
        if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            columns[name] = pd.Series(column.cast(pa.float64()).to_numpy())
        elif pa.types.is_integer(kind):
            whole = column.to_numpy() if not column.null_count else column.cast(pa.float64()).to_numpy()
            columns[name] = pd.Series(whole)
        else:
            columns[name] = _in_words(column).fill_null("").to_pandas()
    return pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows))
