"""Rows of a table of people that count others once more: sums below it, everybody beside men and women."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.area_columns import EVERYBODY
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.office_names import is_total, total_of
from iqgeo.inputs.points import without_coordinates
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Mask, read_numbers
from iqgeo.inputs.words import folded, shown

_MOST_TOTALS: Final = 500
"""Rows that are looked at one by one: more of them are no sums."""
_MOST_KINDS: Final = 40
"""More different words in a column are no kinds of people."""
_MOST_LEVELS: Final = 5
"""Keys of more different lengths are no levels of areas."""
_EXACT: Final = 0.005
"""How far a sum of rounded figures may be from theirs."""


def without_sums(table: Table) -> Table:
    """The table with every person in one row: without totals, and of all kinds of people everybody."""
    return _without_upper_levels(_without_totals(_of_everybody(table)))


def _without_totals(table: Table) -> Table:
    """The table without rows that are sums of others, by their words or their figure.

    A row that lies nowhere is one by either; one with a position only if both say so.
    """
    people = find_columns(table, Findings(table.file), ("people",)).get("people")
    if people is None or len(table.frame) < 2:
        return table
    nowhere = without_coordinates(table)
    worded = _worded(table, is_total) | (nowhere & _worded(table, _names_total))
    asked = np.flatnonzero(nowhere | worded)
    if not 0 < len(asked) < min(len(table.frame), _MOST_TOTALS):
        return table
    figures = read_numbers(table.frame[people], Findings(table.file), people, "count").values
    total = np.zeros(len(table.frame), dtype=bool)
    cells = {it: texts(table.frame[it]).str.strip() for it in table.columns}
    whole = float(np.nansum(figures[~nowhere & ~worded]))
    for row in asked.tolist():
        if nowhere[row]:
            alone = sum(bool(it.iloc[row]) for it in cells.values()) == 1
            total[row] = worded[row] or (
                alone and figures[row] > 0 and figures[row] == np.nansum(figures[:row])
            )
        else:
            total[row] = whole > 0 and abs(figures[row] - whole) <= max(1.0, _EXACT * whole)
    return _kept(table, ~total, "key_total") if total.any() else table


def _without_upper_levels(table: Table) -> Table:
    """The table without rows of districts and states whose people are those of the rows below, by key."""
    used = find_columns(table, Findings(table.file), (), ("people", "ags"))
    if not {"people", "ags"} <= used.keys():
        return table
    keys = texts(table.frame[used["ags"]]).str.strip().str.replace(" ", "")
    lengths = keys.str.len()
    levels = sorted(set(lengths.unique().tolist()) - {0, int(lengths.max())})
    if not 0 < len(levels) < _MOST_LEVELS or not keys.str.fullmatch(r"\w*").all():
        return table
    upper = np.zeros(len(keys), dtype=bool)
    below = {level: set(keys[lengths > level].str[:level]) for level in levels}
    for level, known in below.items():
        upper |= ((lengths == level) & keys.isin(known)).to_numpy(dtype=bool)
    if not upper.any():
        return table
    figures = read_numbers(table.frame[used["people"]], Findings(table.file), used["people"], "count").values
    total = np.zeros(len(keys), dtype=bool)
    lowest = ~upper & np.isfinite(figures)
    for level in levels:
        sums = pd.Series(figures[lowest]).groupby(keys[lowest].str[:level].to_numpy()).sum()
        whole = keys.map(sums).to_numpy(dtype=np.float64)
        here = upper & (lengths == level).to_numpy(dtype=bool) & (whole > 0)
        total |= here & (np.abs(figures - whole) <= np.maximum(1.0, _EXACT * whole))
    return _kept(table, ~total, "key_total") if total.any() else table


def _names_total(written: str) -> bool:
    """Whether a cell is called the sum of something: ``Summe Region Hannover``."""
    return bool(total_of(written))


def _worded(table: Table, says_so: Callable[[str], bool]) -> Mask:
    """Which rows have a cell that says that they are a sum."""
    worded = np.zeros(len(table.frame), dtype=bool)
    for column in table.columns:
        if isinstance(table.frame[column].dtype, pd.StringDtype):
            known = {it: says_so(it) for it in table.frame[column].unique().tolist()}
            if any(known.values()):
                worded |= table.frame[column].map(known).to_numpy(dtype=bool)
    return worded


def _of_everybody(table: Table) -> Table:
    """Of rows for men, women and everybody of each place those of everybody."""
    used = find_columns(table, Findings(table.file), (), ("lon", "lat", "people", "id", "ags"))
    if "people" not in used or not {"lon", "lat"} <= used.keys():
        return table
    place = pd.MultiIndex.from_frame(table.frame[[used["lon"], used["lat"]]])
    if not place.has_duplicates:
        return table
    for column in table.columns:
        if column in used.values() or not isinstance(table.frame[column].dtype, pd.StringDtype):
            continue
        kinds = table.frame[column].str.strip()
        distinct = kinds.unique().tolist()
        everybody = [it for it in distinct if folded(it) in EVERYBODY]
        if not everybody or not len(everybody) < len(distinct) <= _MOST_KINDS:
            continue
        chosen = kinds.isin(everybody).to_numpy(dtype=bool)
        if place[chosen].nunique() == place.nunique():
            details = {"taken": f"{shown(column)}: {', '.join(map(shown, everybody))}"}
            return _of_everybody(_kept(table, chosen, "long_table", column, details))
    return table


def note_twins(table: Table, findings: Findings) -> None:
    """Say which rows stand there twice, word for word, and are counted twice."""
    twins = table.frame.duplicated().to_numpy(dtype=bool)
    findings.note("rows_again", mask=twins, kind="hint")


def _kept(
    table: Table,
    kept: Mask,
    code: str,
    column: str | None = None,
    details: Mapping[str, object] | None = None,
) -> Table:
    """A table of fewer rows, and the notice that says so."""
    left = np.flatnonzero(~kept)
    notice = Notice(
        code, "hint", table.file, column, int(table.rows[left[0]]), count=len(left), details=details or {}
    )
    return table.of_rows(kept, notice)
