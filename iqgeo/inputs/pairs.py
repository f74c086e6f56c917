"""A distance table from anywhere: kilometres from places to candidates, a row each or as a matrix."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.cells import texts
from iqgeo.inputs.column_words import WORDS
from iqgeo.inputs.columns import bare_word, find_columns, note_unused
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.ids import id_words
from iqgeo.inputs.intake import Intake, Rows, Source
from iqgeo.inputs.lengths import (
    KM,
    METRES,
    MILES,
    MINUTES,
    Cells,
    cells_of,
    holds_lengths,
    in_km,
    numbers_in,
    unit_around,
    unit_of,
    units_beside,
)
from iqgeo.inputs.other_kind import or_other_kind
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Floats, Mask
from iqgeo.inputs.words import folded
from iqgeo.reading import AS_IT_IS, Reading

_LENGTHS: Final = (KM, METRES, MILES, MINUTES)
_ROLES: Final = ("candidate", "place", *_LENGTHS)
_CANDIDATES: Final = frozenset(
    {"candidate", *WORDS["candidate"], "stelle", "stellen", "standorte", "offices"}
)
_SITES: Final = _CANDIDATES | {"place", *WORDS["place"], "orte", "places"}


def read_distances(source: Source, *, layer: str | None = None, reading: Reading = AS_IT_IS) -> Intake:
    """A sparse distance table ``candidate, place, km``; ids are text, every pair stands once.

    A row for each pair, or a matrix: places in rows, candidates in columns (or the other way round, where
    the first heading says so), an empty cell where there is no way. Metres become kilometres; where a table
    does not say what it measures, or measures time, it is asked. A pair given twice with the same length
    counts once; with another length it is a problem. ``reading`` holds the user's answers.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    table = read_table(open_source(source, layer), max_rows=limits.PAIR_ROWS, reading=reading)
    return distances_of(table)


def is_matrix(table: Table) -> bool:
    """Whether a table has a column of ids, and otherwise columns of numbers named after ids."""
    used = find_columns(table, Findings(table.file), (), _ROLES)
    figures = _figures(table, _first_column(table))
    if {"candidate", "place"} <= used.keys() or not figures:
        return False
    known = {word for role in ("km", "people", "lon", "lat", "share_pct") for word in (role, *WORDS[role])}
    # X and Y are ids as good as any.
    return not any(folded(it) in known and len(it) > 1 for it in figures)


def names_sites(table: Table) -> bool:
    """Whether the first column of a matrix is called after places, candidates or offices."""
    return bool(table.columns) and bool(_said_of(_first_column(table)) & _SITES)


def says_lengths(table: Table) -> bool:
    """Whether the first column of a matrix is called after places or offices, and says the unit."""
    return names_sites(table) and unit_of(_first_column(table)) != ""


@or_other_kind("distances")
def distances_of(table: Table) -> Intake:
    """Distances of a table already read; see :func:`read_distances`."""
    findings = table.findings()
    frame, rows = (_of_matrix if is_matrix(table) else _of_rows)(table, findings)
    findings.stop_if_any()
    findings.rows = rows
    again = frame.duplicated(["candidate", "place"]).to_numpy(dtype=bool)
    if again.any():
        same = frame.duplicated(["candidate", "place", "km"]).to_numpy(dtype=bool)
        labels = (frame["candidate"] + " – " + frame["place"]).to_numpy(dtype=object)
        findings.flag(again & ~same, "pair_twice", None, labels)
        findings.note("pair_again", mask=same)
        findings.stop_if_any()
    kept = frame[~again].reset_index(drop=True)
    notices = tuple(findings.notices)
    return Intake(kept, "distances", table.file, len(frame), np.asarray(rows[~again]), notices)


def _of_rows(table: Table, findings: Findings) -> tuple[pd.DataFrame, Rows]:
    """The pairs of a table with a row for each; a row that says that there is no way is none."""
    length = find_columns(table, Findings(table.file), (), _ROLES)
    metric = next((it for it in _LENGTHS if it in length), KM)
    used = find_columns(table, findings, ("candidate", "place"))
    column = _column_of_lengths(table, length)
    if column:
        findings.note("column_taken", column, kind="hint", role=metric)
    used |= {metric: column} if column else find_columns(table, findings, (metric,))
    frame = pd.DataFrame(index=pd.RangeIndex(len(table.frame)))
    for column in ("candidate", "place"):
        if column in used:
            ids = id_words(table.frame[used[column]], findings, used[column])
            findings.flag(ids.eq("").to_numpy(dtype=bool), "value_missing", used[column])
            frame[column] = ids
    none = np.zeros(len(frame), dtype=bool)
    if metric in used:
        column = used[metric]
        told = metric if metric in table.reading.columns else ""
        cells = cells_of(table.frame[column])
        unit = told or unit_of(column) or ("" if metric == KM else metric)
        if not unit:
            beside = units_beside(table, used.values(), findings)
            if beside is not None:
                cells = replace(cells, units=cells.units.mask(cells.units.eq(""), beside))
            # What stands around a table speaks for all that does not speak for itself.
            unit = unit_around(table) if cells.units.eq("").any() else ""
        values, empty = numbers_in(cells, unit, findings, column)
        findings.flag(empty, "value_missing", column)
        # What a way costs may be lengths or times.
        asked = "cost" in column.casefold()
        frame["km"] = in_km(values, cells.units, unit, findings, column, told=bool(told), asked=asked)
        none = cells.none
        _note_none(none, table.frame[column], findings, column)
    note_unused(table, findings, used.values())
    return frame[~none].reset_index(drop=True), table.rows[~none]


_STRAIGHT: Final = re.compile(r"(?i)luftlinie|beeline|bee[ _-]line|crow|euclid|euklid|straight|hemelsbre")
_BY_ROAD: Final = re.compile(r"(?i)stra(?:ss|ß)e|road|fahr|route|netz|network|auto|car\b|weg\b")
_VALUE: Final = frozenset({"wert", "werte", "value", "values", "val", "waarde", "ergebnis", "result"})


def _is_length(heading: str) -> bool:
    return unit_of(heading) in {KM, METRES, MILES}


def _column_of_lengths(table: Table, found: Mapping[str, str]) -> str:
    """The column of lengths that its own heading does not tell; empty where headings decide.

    Beside ways by road nobody means the straight line. What is called a value is a length where all that
    stands around it says so: a column of units, or the title.
    """
    chosen = next((found[it] for it in _LENGTHS if it in found), "")
    if set(_LENGTHS) & set(table.reading.columns):
        return ""
    free = [it for it in table.columns if it not in found.values() and holds_lengths(table.frame[it])]
    if _STRAIGHT.search(chosen) or (not chosen and any(map(_STRAIGHT.search, free))):
        ways = [it for it in free if not _STRAIGHT.search(it) and (_is_length(it) or _BY_ROAD.search(it))]
        return ways[0] if len(ways) == 1 and unit_of(ways[0]) != MINUTES else ""
    values = [it for it in free if folded(it) in _VALUE]
    if chosen or len(values) != 1:
        return ""
    beside = units_beside(table, found.values(), Findings(table.file))
    return values[0] if beside is not None or unit_around(table) else ""


def _note_none(none: Mask, written: pd.Series, findings: Findings, column: str) -> None:
    """Say which cells hold a word or sign for no way."""
    if none.any():
        sign = str(written.iloc[int(np.flatnonzero(none)[0])]).strip()
        findings.note("pairs_without_way", column, mask=none, value=sign)


def _of_matrix(table: Table, findings: Findings) -> tuple[pd.DataFrame, Rows]:
    """The pairs of a matrix; a cell without a number is a pair without a way."""
    first = _first_column(table)
    figures = _figures(table, first)
    if len(table.frame) * len(figures) > limits.PAIR_ROWS:
        details = {"limit": float(limits.PAIR_ROWS)}
        raise InputError(Problem("too_many_rows", table.file, details=details))
    ids = id_words(texts(table.frame[first]), findings, first)
    findings.flag(ids.eq("").to_numpy(dtype=bool), "value_missing", first)
    told = next((it for it in (KM, METRES, MILES) if table.reading.columns.get(it) == first), "")
    unit = told or unit_of(first) or unit_around(table)
    parts, rows = [], []
    cells = {column: cells_of(table.frame[column]) for column in figures}
    _settle_points(cells, unit, table, findings, first)
    for column in figures:
        values, _ = numbers_in(cells[column], unit, findings, column)
        _note_none(cells[column].none, table.frame[column], findings, column)
        known = np.isfinite(values)
        units = cells[column].units[known]
        parts.append(
            pd.DataFrame({"rows": ids[known], "columns": column, "km": values[known], "unit": units})
        )
        rows.append(table.rows[known])
    long = pd.concat(parts, ignore_index=True).astype({"columns": "str"})
    numbers: Floats = long["km"].to_numpy(dtype=np.float64)
    long["km"] = in_km(numbers, long.pop("unit"), unit, findings, first, told=bool(told), asked=True)
    row, column = ("candidate", "place") if _is_candidates(first) else ("place", "candidate")
    findings.note(f"matrix_of_{row}s", first, count=len(long))
    note_unused(table, findings, (first, *figures))
    return long.rename(columns={"rows": row, "columns": column}), np.concatenate(rows)


def _settle_points(
    cells: Mapping[str, Cells], unit: str, table: Table, findings: Findings, first: str
) -> None:
    """Whether points group thousands is decided for a matrix as a whole, and asked about once."""
    written = [it.bare for it in cells.values() if isinstance(it.bare.dtype, pd.StringDtype)]
    if not written or findings.reading.decimal:
        return
    every = pd.concat(written, ignore_index=True)
    rows = np.tile(table.rows, len(written))
    units = pd.concat([it.units for it in cells.values()][: len(written)], ignore_index=True)
    apart = Findings(table.file, rows, findings.reading)
    numbers_in(Cells(every, units, np.zeros(len(every), dtype=bool)), unit, apart, first)
    findings.add(it for it in apart.problems if it.code == "thousands_unclear")
    grouped = any(it.code == "thousands_point" for it in apart.notices)
    findings.reading = replace(findings.reading, decimal="comma" if grouped else "point")


def _first_column(table: Table) -> str:
    """The column of ids of a matrix: one called so, else the first."""
    used = find_columns(table, Findings(table.file), (), ("place", "candidate", "id"))
    return next((used[it] for it in ("place", "candidate", "id") if it in used), table.columns[0])


def _figures(table: Table, first: str) -> list[str]:
    return [it for it in table.columns if it != first and holds_lengths(table.frame[it])]


def _said_of(heading: str) -> set[str]:
    """What the first of several words of a heading says: ``Ort / Stelle (km)`` heads places."""
    first = re.split(r"[\\/|,(\[]", heading)[0]
    return {folded(first), bare_word(first)}


def _is_candidates(heading: str) -> bool:
    return bool(_said_of(heading) & _CANDIDATES)


def turned(frame: pd.DataFrame) -> pd.DataFrame:
    """Distances with candidates and places exchanged."""
    return frame.rename(columns={"candidate": "place", "place": "candidate"})[["candidate", "place", "km"]]
