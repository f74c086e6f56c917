"""Figures of areas nowhere in particular: read by the rules of every region, held against none."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from iqgeo.inputs.area_columns import AreaColumns, area_columns
from iqgeo.inputs.cells import texts
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.flat_file import as_wide
from iqgeo.inputs.intake import Intake, Rows
from iqgeo.inputs.keys import Keys, looks_german, without_nothing
from iqgeo.inputs.long_table import by_area
from iqgeo.inputs.one_year import of_one_year
from iqgeo.inputs.parts import note_sums, with_sums
from iqgeo.inputs.shares import above_areas, figures_into, refuse_many_rows, refuse_twice, year_of
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Mask, NumberRole, Numbers, read_numbers
from iqgeo.world import european_districts


@dataclass(frozen=True, eq=False)
class _Unheld:
    """A table of areas with its figures, no row of which is judged yet."""

    table: Table
    used: AreaColumns
    numbers: Numbers
    written: pd.Series
    findings: Findings

    @classmethod
    def of(cls, table: Table) -> "_Unheld":
        table, sums = with_sums(by_area(of_one_year(as_wide(table))))
        findings = table.findings()
        used = area_columns(table, findings, None, None, any_weight=True)
        findings.stop_if_any()
        assert used is not None
        role: NumberRole = "count" if used.persons else "share"
        column = table.frame[used.value]
        numbers = read_numbers(column, findings, used.value, role, of_areas=True, title=table.title)
        note_sums(table, findings, used, sums)
        return cls(table, used, numbers, texts(table.frame[used.key]), findings)

    def intake(self, frame: pd.DataFrame, rows: Rows) -> Intake:
        notices, year = tuple(self.findings.notices), year_of(self.table, self.used.value)
        return Intake(frame, "shares", self.table.file, len(self.written), rows, notices, year)


def areas_of(table: Table) -> Intake:
    """Figures of areas: key and figure.

    Raises
    ------
    InputError
        If there is no key or no figure.
    """
    read = _Unheld.of(table)
    refuse_many_rows(read.table.frame, read.written, read.used, read.findings)
    read.findings.stop_if_any()
    figure = "persons" if read.used.persons else "share_pct"
    frame = pd.DataFrame({"area": read.written, figure: read.numbers.values})
    return read.intake(frame, read.table.rows)


def sound_areas_of(table: Table) -> Intake:
    """The same, its rows held to what every region asks: a key and a figure each, no area twice.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    read = _Unheld.of(table)
    findings, numbers, key = read.findings, read.numbers, read.used.key
    areas, above = _areas_read(read)
    bare = read.written.str.strip().eq("").to_numpy(dtype=bool)
    without = areas.eq("").to_numpy(dtype=bool) & ~above
    findings.flag(without & bare, "value_missing", key)
    findings.flag(without & ~bare, "key_unreadable", key, read.written.to_numpy(dtype=object))
    here = ~without & ~above & (_are_of_today(areas) | ~(numbers.empty | numbers.sign))
    frame = pd.DataFrame({"area": areas})
    figures_into(frame, numbers, read.table, findings, read.used, here)
    chosen, rows = frame[here].reset_index(drop=True), read.table.rows[here]
    refuse_twice(chosen, rows, findings, read.used, read.table.frame[here])
    findings.stop_if_any()
    return read.intake(chosen, rows)


def _areas_read(read: _Unheld) -> tuple[pd.Series, Mask]:
    """The key of every row in one form, and the rows of totals and of levels above the districts."""
    if not looks_german(read.written):
        # Keys of other countries as they stand: what is a total there nobody knows. Words are none.
        bare = without_nothing(read.written.str.strip())
        key = bare.str.contains(r"\d") & ~bare.str.fullmatch(r"\d[.,]\d+[eE]\+?\d+")
        return bare.where(key, ""), np.zeros(len(read.written), dtype=bool)
    keys = Keys.of(None)
    total, level = above_areas(read.table, read.used, read.written, keys)
    told = read.written.mask(total | level, "")
    areas = keys.normalised(told, read.findings, read.used.key, required=False, odd="key_left")
    return areas, total | level | keys.is_total(areas.tolist())


def _are_of_today(areas: pd.Series) -> Mask:
    """Which keys are of no German district of the past: tables of many years keep those, without a figure."""
    today = {part for joined in european_districts().values() for part in joined.split("+")}
    german = areas.str.fullmatch(r"\d{5}").to_numpy(dtype=bool)
    return ~german | areas.isin(today).to_numpy(dtype=bool)
