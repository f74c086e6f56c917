"""Streets and junctions in a text file: which sign parts its cells, and where in it the table stands."""

import csv
import re
from collections import Counter
from contextlib import suppress
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Final

from iqgeo.distances.roads.sheets import ROW

if TYPE_CHECKING:
    import pandas as pd

UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
"""How a text begins that Windows' PowerShell or Excel has written."""

_SEPARATORS: Final = ";\t|,"
_SEARCHED: Final = 200
_SEARCHED_LETTERS: Final = 4 * 2**20
_VALUE: Final = re.compile(r"\d[.,]\d|^\s*-?\d+\s*$|LINESTRING|POINT", re.IGNORECASE)
"""What stands in cells and in no heading."""


def read_delimited(data: bytes) -> "pd.DataFrame":
    """Every cell of a table as text; lines above its heading and notes below its last row are no rows.

    Raises
    ------
    ValueError
        If it is no text, or rows have more cells than the heading.
    """
    import pandas as pd

    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    separator, above = _shape(text)
    lines = text.split("\n", above)[-1] if above else text
    frame = pd.read_csv(
        StringIO(lines), sep=separator, dtype=str, keep_default_na=False, skip_blank_lines=False
    )
    # A row with fewer cells than the heading lacks its last ones.
    return _rows(_under_its_heading(frame).fillna(""), above)


def _under_its_heading(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The cells below the names they stand below: pandas puts more cells than names to their left."""
    import pandas as pd

    if isinstance(frame.index, pd.RangeIndex):
        return frame
    names = list(frame.columns)
    moved = frame.reset_index(allow_duplicates=True)
    more = moved.iloc[:, len(names) :].fillna("")
    if (more != "").to_numpy().any():
        raise ValueError("rows have more cells than the heading")
    return moved.iloc[:, : len(names)].set_axis(names, axis=1)


def decoded(data: bytes) -> str:
    """UTF-8 or, with its mark, UTF-16; else what Windows writes in Western Europe."""
    if data.startswith(UTF_16):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _shape(text: str) -> tuple[str, int]:
    """What parts the cells, and how many lines stand above the heading.

    The heading is the first line of the width that most lines have, if no number and no line stands in it;
    of several signs the one counts that makes most cells of it.
    """
    best, shape = 1, (",", int(text.startswith("sep=")))
    for separator in _SEPARATORS:
        reader = csv.reader(StringIO(text[:_SEARCHED_LETTERS]), delimiter=separator)
        rows, begins = [], [0]
        # A cell longer than its reader allows, as a long line drawn, ends the search.
        with suppress(csv.Error):
            for row in islice(reader, _SEARCHED):
                rows.append(row)
                begins.append(reader.line_num)
        width = _width(rows)
        at = next((at for at, row in enumerate(rows) if len(row) == width and any(row)), 0)
        if at and 1 < len(rows[at - 1]) < width and any(map(_VALUE.search, rows[at])):
            # Rows that end in a sign have a cell more than their heading.
            at -= 1
        if rows and width > best and not any(map(_VALUE.search, rows[at])):
            best, shape = width, (separator, begins[at])
    return shape


def _width(rows: list[list[str]]) -> int:
    """How many cells most lines have of those with several, the most where it is even."""
    counts = Counter(len(row) for row in rows if len(row) > 1 and any(row))
    return max(counts, key=lambda it: (counts[it], it), default=1)


def _rows(frame: "pd.DataFrame", above: int) -> "pd.DataFrame":
    """The rows in which something stands, without notes below, each with its number in the file."""
    filled = (frame != "").to_numpy().sum(axis=1)
    kept = filled > 0
    if len(frame.columns) > 1:
        end = len(frame)
        while end and filled[end - 1] <= 1:
            end -= 1
        kept[end:] = False
    frame.index = frame.index + above
    frame.index.name = ROW
    found: pd.DataFrame = frame.loc[kept]
    return found
