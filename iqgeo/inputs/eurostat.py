"""Tables of Eurostat: one first column for all that a row is of, flags behind the figures."""

import re
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.cells import texts
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.table import Table
from iqgeo.inputs.words import cleaned

HEADING: Final = re.compile(r"(?:[\w-]+\s*,\s*)*[\w-]+\s*\\\s*\w+")
"""``freq,unit,geo\\TIME_PERIOD``: what the first column holds, and what the others are of."""

_FLAGGED: Final = r"^(?P<figure>:|[+-]?[\d.]+(?:[eE][+-]?\d+)?)\s*(?P<flag>[a-z]{1,4})$"
_READ: Final = "eurostat_read"
# What a unit is called where the figures below it are read by it.
_UNITS: Final = {"PC": "in %", "PC_POP": "in %", "THS": "in 1 000", "THS_PER": "in 1 000 Personen"}


def is_parted(table: Table) -> bool:
    """Whether a table is one of Eurostat."""
    return any(it.code == _READ for it in table.notices)


def parted(table: Table) -> Table:
    """A table of Eurostat with a column for each thing that its rows are of; others as they are."""
    first = table.columns[0] if table.columns else ""
    if not HEADING.fullmatch(cleaned(first)):
        return table
    names = [it.strip() for it in cleaned(first).partition("\\")[0].split(",")]
    cells = [it.split(",") for it in texts(table.frame[first]).tolist()]
    if any(len(it) != len(names) for it in cells):
        return table
    said: list[str] = []
    columns: dict[str, pd.Series] = {}
    for at, name in enumerate(names):
        column = pd.Series([it[at].strip() for it in cells], dtype="str")
        if column.nunique() == 1 and at < len(names) - 1:
            # What holds for all rows is said of the table, not of each.
            said.append(_UNITS.get(column.iloc[0], f"{name}: {column.iloc[0]}"))
        else:
            columns[name] = column
    flagged = np.zeros(len(cells), dtype=bool)
    for heading in table.columns[1:]:
        written = texts(table.frame[heading]).str.strip()
        parts = written.str.extract(_FLAGGED)
        marked = parts["flag"].notna()
        flagged |= marked.to_numpy(dtype=bool)
        columns[heading.strip()] = written.mask(marked, parts["figure"]).astype("str").reset_index(drop=True)
    notices = [
        *table.notices,
        Notice(_READ, "hint", table.file, details={"columns": ", ".join(names)}),
    ]
    if flagged.any():
        row = int(table.rows[flagged][0])
        notices.append(Notice("eurostat_flags", "repair", table.file, row=row, count=int(flagged.sum())))
    return replace(table, frame=pd.DataFrame(columns), title=(*table.title, *said), notices=notices)
