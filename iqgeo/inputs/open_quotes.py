"""Quotes that begin in one row of a text file and end in another, with whole rows between them.

A lone quote opens a cell that only the next one closes. Where the rest happens to fit, rows become one cell
and nobody misses them.
"""

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from iqgeo.errors import Problem
from iqgeo.inputs import limits
from iqgeo.inputs.intake import Rows
from iqgeo.inputs.layout import is_number

_BREAK: Final = "\n"
_LOOKED_AT: Final = 1_000


def rows_in_quotes(frame: pd.DataFrame, rows: Rows, delimiter: str, file: str) -> list[Problem]:
    """A problem for each row whose lines are rows themselves: as wide, with numbers in the same places."""
    broken = np.zeros(len(frame), dtype=bool)
    for name in frame.columns:
        cells = pa.array(frame[name], pa.large_string(), from_pandas=True)
        broken |= np.asarray(pc.fill_null(pc.match_substring(cells, _BREAK), fill_value=False))
    problems: list[Problem] = []
    for at in np.flatnonzero(broken)[:_LOOKED_AT].tolist():
        # A delimiter within quotes of its own parts nothing.
        cells = [it if _BREAK in it else it.replace(delimiter, " ") for it in frame.iloc[at].astype(str)]
        written = delimiter.join(cells).replace("\r", "").replace('"', "")
        lines = [line.split(delimiter) for line in written.split(_BREAK)]
        if _are_rows(lines, frame.shape[1]) and len(problems) < limits.LISTED:
            problems.append(Problem("rows_in_quotes", file, row=int(rows[at])))
    return problems


def _are_rows(lines: list[list[str]], width: int) -> bool:
    if width < 2 or any(len(it) != width for it in lines):
        return False
    figures = [{at for at, cell in enumerate(it) if is_number(cell.strip())} for it in lines]
    return bool(set.intersection(*figures))
