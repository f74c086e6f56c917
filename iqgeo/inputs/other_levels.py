"""Tables of areas that are of another level than a region's districts: told as such, with what to do."""

import re
from dataclasses import replace
from typing import Final

import pandas as pd

from iqgeo.inputs.cells import texts
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.keys import Keys
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Mask
from iqgeo.inputs.words import folded
from iqgeo.region import Region
from iqgeo.world import state_names

_NUTS: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{1,3}")
_NUTS_3: Final = 5
_WITHIN_STATE: Final = 3
"""Digits of a district without those of its state."""
_NUMBER_OF_STATE: Final = r"^(\d{1,3})(?:\s+[^\W\d_].*)?$"
_MOST: Final = 0.75


def with_number_of_state(table: Table, region: Region) -> Table:
    """A table with whole keys where a state's own office leaves out its number: 101 for 03101.

    Only a column in which nothing is longer, and which has nearly all of the region's districts: among
    keys of all states three digits are those of a larger area.
    """
    keys = Keys.of(region)
    within = {it[len(keys.state) :]: it for it in keys.known_districts}
    if not keys.german or not keys.state or {len(it) for it in within} != {_WITHIN_STATE}:
        return table
    for column in table.columns:
        cells = texts(table.frame[column]).str.strip()
        # "458 Oldenburg": its key, not its name, tells it from the city.
        numbers = cells.str.extract(_NUMBER_OF_STATE, expand=False).fillna("")
        known = set(numbers.unique().tolist()) & set(within)
        filled = cells.ne("")
        if numbers[filled].ne("").all() and len(known) >= _MOST * len(within):
            alone = cells.str.fullmatch(r"\d{0,3}").all()
            if not alone and numbers[numbers.isin(list(within))].duplicated().any():
                continue
            whole = pd.Series([within.get(it, it) for it in numbers.tolist()], dtype="str")
            notice = Notice(
                "key_written", file=table.file, column=column, count=int(numbers.isin(list(known)).sum()),
                value=f"{min(known)} → {within[min(known)]}",
            )  # fmt: skip
            return replace(
                table, frame=table.frame.assign(**{column: whole}), notices=[*table.notices, notice]
            )
    return table


def refuse_other_levels(
    written: pd.Series, passed: Mask, keys: Keys, region: Region, findings: Findings, column: str
) -> None:
    """Refuse keys that are of whole states alone, or of Europe's units where the region has German ones.

    ``passed`` says which rows are totals or of a level above the districts.
    """
    cells = written.str.strip()
    filled = cells.ne("").to_numpy(dtype=bool)
    if not filled.any() or (filled & ~passed).any():
        return
    _refuse(cells[filled].tolist(), keys, region, findings, column)
    findings.stop_if_any()


def told_other_levels(table: Table, region: Region | None, findings: Findings) -> bool:
    """Whether a table without a column of the region's keys has one of states or of Europe's units: said."""
    if region is None:
        return False
    keys, states = Keys.of(region), {folded(it) for it in (region.name, *state_names().values())}
    for column in table.columns:
        cells = [it for it in texts(table.frame[column]).str.strip().tolist() if it]
        nuts = keys.german and all(map(_NUTS.fullmatch, cells)) and max(map(len, cells), default=0) == _NUTS_3
        words = set(map(folded, cells))
        if nuts or (folded(region.name) in words and words <= states):
            _refuse(cells, keys, region, findings, column)
            return True
    return False


def _refuse(cells: list[str], keys: Keys, region: Region, findings: Findings, column: str) -> None:
    nuts = [it for it in cells if len(it) == _NUTS_3 and _NUTS.fullmatch(it)]
    if nuts and keys.german:
        findings.problem("keys_nuts", column, nuts[0], region=region.name)
    else:
        findings.problem("only_states", column, cells[0], region=region.name)
