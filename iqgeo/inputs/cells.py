"""Columns from rows of mixed cells, as Excel and JSON have them."""

import datetime
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

# Whole numbers up to here are exact as float.
_EXACT = 1e15


def columns_of_rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """A frame with one column a name: ``float`` where all cells are numbers, else text.

    Missing cells are NaN in a column of numbers and empty in one of text.
    """
    columns = {}
    for position, name in enumerate(names):
        cells = [row[position] if position < len(row) else None for row in rows]
        columns[name] = column_of_cells(cells)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def column_of_cells(cells: Sequence[Any]) -> pd.Series:
    """One column; see :func:`columns_of_rows`."""
    numeric = all(
        cell is None or cell == "" or (isinstance(cell, (int, float)) and not isinstance(cell, bool))
        for cell in cells
    )
    if numeric and any(cell is not None and cell != "" for cell in cells):
        return pd.Series([_float(cell) for cell in cells], dtype=np.float64)
    return pd.Series([cell_text(cell) for cell in cells], dtype="str")


def _float(cell: Any) -> float:
    if cell is None or cell == "":
        return math.nan
    try:
        return float(cell)
    except OverflowError:
        return math.inf


def cell_text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates as ISO, nested values as JSON."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        # Arrow keeps only valid Unicode.
        return cell.encode("utf-8", "replace").decode("utf-8") if not cell.isascii() else cell
    if isinstance(cell, list) and len(cell) == 1:
        # Some portals put every value into a list of its own.
        return cell_text(cell[0])
    if isinstance(cell, bool | dict | list):
        return json.dumps(cell, ensure_ascii=True)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def texts(column: pd.Series) -> pd.Series:
    """A column as text, whole numbers without a point, missing cells empty."""
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("")
    if pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans:
        return column.astype("str")
    return pd.Series([_text_or_empty(cell) for cell in column.tolist()], index=column.index, dtype="str")


def _text_or_empty(cell: Any) -> str:
    missing = cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell))
    return "" if missing else cell_text(cell)
