"""Rows of data frames as plain things."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A Parquet file of ours, as ``pandas.read_parquet`` reads it, which loads what reads whole datasets.

    Raises
    ------
    KeyError
        If a column is not there.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        table = file.read(None if columns is None else list(columns), use_threads=False)
    frame: pd.DataFrame = table.to_pandas(use_threads=False)
    return frame if columns is None else frame[list(columns)]


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows as named tuples; their fields are as typed as the frame is, which is not at all."""
    return iter(frame.itertuples(index=False))


def plain_value(value: Any) -> Any:
    """A value as JSON knows it: missing and infinite become ``None``, numpy numbers plain ones."""
    if value is None or value is pd.NA:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as plain data for JSON."""
    return [
        {str(name): plain_value(value) for name, value in row.items()}
        for row in frame.to_dict(orient="records")
    ]
