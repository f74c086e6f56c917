"""Rows of data frames as plain things, and results in a line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd


def read_table(
    path: Path, columns: Sequence[str] | None = None, if_there: Sequence[str] = ()
) -> pd.DataFrame:
    """A Parquet file of ours, as ``pandas.read_parquet`` reads it, which loads what reads whole datasets.

    Of the columns asked for, those of ``if_there`` may be missing.

    Raises
    ------
    KeyError
        If a column is not there.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        if columns is not None:
            columns = [*columns, *(it for it in if_there if it in file.schema_arrow.names)]
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


_MOST_LETTERS: Final = 60


class Brief:
    """A dataclass that shows itself in a line: small things whole, tables and arrays by their size.

    Its decorator says ``repr=False``, or it would write a line of its own, with every row in it.
    """

    def __repr__(self) -> str:
        # A brief thing is always a dataclass; the type of a mixin cannot say so.
        shown = [it.name for it in fields(self) if it.repr]  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(f'{it}={in_brief(getattr(self, it))}' for it in shown)})"


def in_brief(value: object) -> str:
    """A value for a person in a terminal: by its size where it is a table, an array or long.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str
        A few words on one line.

    Examples
    --------
    >>> in_brief(np.zeros((45, 3))), in_brief(pd.DataFrame({"people": [1, 2]})), in_brief((3, 4))
    ('<float64: 45 x 3>', '<2 rows: people>', '(3, 4)')
    """
    if isinstance(value, pd.DataFrame):
        return _cut(f"<{len(value)} rows: {', '.join(map(str, value.columns))}", ">")
    if isinstance(value, pd.Series | np.ndarray):
        return f"<{value.dtype}: {' x '.join(map(str, value.shape))}>"
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        # A table inside of it is not written only to be thrown away.
        tables = any(isinstance(it, pd.DataFrame | np.ndarray) for it in value)
        return f"<{type(value).__name__} of {len(value)}>" if tables or len(value) > 6 else _short(value)
    return _short(value)


def _short(value: object) -> str:
    return _cut(" ".join(repr(value).split()), "")


def _cut(written: str, end: str) -> str:
    return f"{written if len(written) <= _MOST_LETTERS else written[:_MOST_LETTERS] + '…'}{end}"
