"""Cells that were to stay text in a spreadsheet: ``="03241"`` and ``'03241`` are 03241.

A program that knows what Excel does to leading zeros writes a formula of nothing but a text; who knows it by
hand begins the cell with an apostrophe. In a text file both stand there as they were written.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from iqgeo.inputs.table import Table

_CONSTANT: Final = r'^=\s*"(?P<text>(?:[^"]|"")*)"\s*$'
_BEGUN: Final = r"^\s*[=']"
_NUMBER: Final = r"^=\s*([+-]?\d+(?:[.,]\d+)?)\s*$"
# A figure, key, day or share, and no name that begins with an apostrophe: 's-Hertogenbosch, '68er Zentrum.
_FIGURE: Final = r"^'([+-]?\d[^'\p{L}]*)$"


def as_meant(table: Table) -> Table:
    """A table in which cells that were kept from a spreadsheet hold what was to stand in them."""
    words = table.frame.select_dtypes(include=["str", "object"])
    changed = {name: mended for name in words.columns if (mended := _mended(words[name])) is not None}
    headings = _mended(pd.Series(table.columns, dtype="str"))
    if not changed and headings is None:
        return table
    frame = table.frame.assign(**changed)
    if headings is not None and headings.is_unique:
        frame.columns = pd.Index(headings)
    return replace(table, frame=frame)


def is_kept(texts: pd.Series) -> bool:
    """Whether a text of the column would be read as another from a text file."""
    return _mended(texts) is not None


def _mended(column: pd.Series) -> pd.Series | None:
    """The column with such cells as they were meant; ``None`` where it has none."""
    cells = pa.array(column.astype("str"), pa.large_string(), from_pandas=True)
    # Looked at where they are: most columns have none, and a copy of all cells is dear.
    if not pc.any(pc.match_substring_regex(cells, _BEGUN), min_count=0).as_py():
        return None
    cells = pc.utf8_ltrim_whitespace(cells)
    constant = pc.fill_null(pc.match_substring_regex(cells, _CONSTANT), fill_value=False)
    meant = pc.replace_substring_regex(cells, _CONSTANT, r"\1")
    meant = pc.if_else(constant, pc.replace_substring(meant, '""', '"'), cells)
    for pattern in (_NUMBER, _FIGURE):
        meant = pc.replace_substring_regex(meant, pattern, r"\1")
    differs = np.asarray(pc.fill_null(pc.not_equal(meant, cells), fill_value=False))
    if not differs.any():
        return None
    return column.mask(differs, pd.Series(meant.to_pandas(), index=column.index)).astype(column.dtype)
