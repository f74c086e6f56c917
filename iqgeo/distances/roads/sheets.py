"""Streets and their junctions in a workbook: a sheet of each, or one of streets alone."""

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from iqgeo.distances.base import Integers
from iqgeo.distances.roads.zipped import MOST_FILES, of_roads
from iqgeo.errors import InputError, Problem, too_large
from iqgeo.safe.archives import ARCHIVE_ERRORS, check_directory
from iqgeo.safe.workbooks import check_workbook, sheets_of

if TYPE_CHECKING:
    import pandas as pd

WORKBOOKS: Final = (".xlsx", ".xlsm")
MOST_BYTES: Final = 100 * 2**20
MOST_UNPACKED_BYTES: Final = 400 * 2**20
MOST_SHEETS: Final = 20
ROW: Final = "row of the file"
"""Name of the index of a table whose rows do not begin below the first one."""

_LEAST_COLUMNS: Final = 3
_NODES: Final = re.compile(r"node|knoten|knoop|junction|vertices|punkte", re.IGNORECASE)


def read_sheets(path: Path) -> tuple["pd.DataFrame", "pd.DataFrame | None"]:
    """The sheet of streets and, if there is one by its name, that of junctions; every cell as text.

    Raises
    ------
    InputError
        ``too_large`` and what :mod:`iqgeo.safe.workbooks` finds; ``roads_layers_unclear`` where not one
        sheet holds streets.
    """
    found = _tables(path)
    nodes = [name for name in found if _NODES.search(name)] if len(found) > 1 else []
    edges = of_roads([name for name in found if name not in nodes])
    if len(edges) != 1 or len(nodes) > 1:
        layers = ", ".join(found)[:500]
        raise InputError(Problem("roads_layers_unclear", file=path.name, details={"layers": layers}))
    return found[edges[0]], found[nodes[0]] if nodes else None


def _tables(path: Path) -> "dict[str, pd.DataFrame]":
    """Every visible sheet with a heading of three columns or more."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise InputError(too_large(path.name, size, MOST_BYTES))
    try:
        with path.open("rb") as stream:
            check_directory(stream, size, path.name, MOST_FILES)
            with zipfile.ZipFile(stream) as archive:
                check_workbook(archive, path.name, MOST_UNPACKED_BYTES)
    except InputError:
        raise
    except ARCHIVE_ERRORS as error:
        raise InputError(Problem("zip_broken", file=path.name)) from error
    sheets, visible = sheets_of(path.read_bytes(), path.name, MOST_SHEETS)
    found = {name: _table(rows) for name, rows in sheets.items() if name in visible}
    return {name: table for name, table in found.items() if table is not None}


def _table(rows: list[list[Any]]) -> "pd.DataFrame | None":
    import pandas as pd

    texts = [[_text(cell) for cell in row] for row in rows]
    # Above the heading may stand what the table is about.
    heading = next((at for at, row in enumerate(texts) if sum(map(bool, row)) >= _LEAST_COLUMNS), None)
    if heading is None:
        return None
    columns = [at for at, name in enumerate(texts[heading]) if name]
    below = [at for at in range(heading + 1, len(texts)) if any(texts[at])]
    body = [[texts[at][column] for column in columns] for at in below]
    index = pd.Index([at - 1 for at in below], name=ROW, dtype="int64")
    return pd.DataFrame(body, columns=[texts[heading][it] for it in columns], index=index, dtype=object)


def _text(cell: Any) -> str:
    """A cell as a table of text has it: whole numbers without a point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def rows_of(frame: "pd.DataFrame") -> Integers:
    """The number of each row in its file, from 0 below the heading of a file without anything above it."""
    return np.asarray(frame.index if frame.index.name == ROW else np.arange(len(frame)))
