"""A distance table from anywhere: kilometres from places to candidates, a row each or as a matrix."""

import re
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.area_columns import holds_numbers
from iqgeo.inputs.cells import texts
from iqgeo.inputs.column_words import WORDS
from iqgeo.inputs.columns import bare_word, find_columns, note_unused
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import read_numbers, read_words, required
from iqgeo.inputs.words import folded
from iqgeo.reading import AS_IT_IS, Reading

_ROLES: Final = ("candidate", "place", "km", "metres", "minutes")
_METRES: Final = re.compile(r"(?i)\bmet(?:er|re)s?\b|[\s_(\[]m[)\]]?$|^m$")
_MINUTES: Final = re.compile(
    r"(?i)(?:^|[^a-z])(?:min|minuten?|minutes?|stunden?|hours?|sek(?:unden)?|sec(?:onds)?|uur|timer)\b|"
    r"fahrzeit|fahrtzeit|reisezeit|reisetijd|rijtijd|dauer|duration|travel_?\s?time|drive_?\s?time|zeit\b"
)
_KM: Final = re.compile(r"(?i)(?:^|[^a-z])(?:km|kilomet)")
# Farther than any way within a country: rather metres.
_CANDIDATES: Final = frozenset(
    {"candidate", *WORDS["candidate"], "stelle", "stellen", "standorte", "offices"}
)
_SITES: Final = _CANDIDATES | {"place", *WORDS["place"], "orte", "places"}
_FAR_KM: Final = 1_500.0
_TITLES: Final = 5


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
    return bool(_said_of(_first_column(table)) & _SITES)


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


def _of_rows(table: Table, findings: Findings) -> tuple[pd.DataFrame, np.ndarray]:
    """The pairs of a table with a row for each."""
    length = find_columns(table, Findings(table.file), (), _ROLES)
    metric = next((it for it in ("km", "metres", "minutes") if it in length), "km")
    used = find_columns(table, findings, ("candidate", "place", metric))
    frame = pd.DataFrame(index=pd.RangeIndex(len(table.frame)))
    for column in ("candidate", "place"):
        if column in used:
            ids = read_words(table.frame[used[column]], findings, used[column], letters=limits.ID_LETTERS)
            findings.flag(ids.eq("").to_numpy(dtype=bool), "value_missing", used[column])
            frame[column] = ids
    if metric in used:
        column = used[metric]
        values = required(read_numbers(table.frame[column], findings, column, "km"), findings, column)
        findings.flag(values < 0, "number_negative", column, values)
        told = metric in table.reading.columns
        frame["km"] = _kilometres(values, column, metric if told else "", findings)
    note_unused(table, findings, used.values())
    return frame, table.rows


def _of_matrix(table: Table, findings: Findings) -> tuple[pd.DataFrame, np.ndarray]:
    """The pairs of a matrix; a cell without a number is a pair without a way."""
    first = _first_column(table)
    figures = _figures(table, first)
    if len(table.frame) * len(figures) > limits.PAIR_ROWS:
        details = {"limit": float(limits.PAIR_ROWS)}
        raise InputError(Problem("too_many_rows", table.file, details=details))
    ids = read_words(texts(table.frame[first]), findings, first, letters=limits.ID_LETTERS)
    findings.flag(ids.eq("").to_numpy(dtype=bool), "value_missing", first)
    parts, rows = [], []
    for column in figures:
        numbers = read_numbers(table.frame[column], findings, column, "km")
        findings.flag(numbers.values < 0, "number_negative", column, numbers.values)
        known = np.isfinite(numbers.values)
        parts.append(pd.DataFrame({"rows": ids[known], "columns": column, "km": numbers.values[known]}))
        rows.append(table.rows[known])
    long = pd.concat(parts, ignore_index=True).astype({"columns": "str"})
    said = " ".join((first, table.file, *table.title[:_TITLES]))
    told = next((it for it in ("km", "metres") if table.reading.columns.get(it) == first), "")
    long["km"] = _kilometres(long["km"].to_numpy(dtype=np.float64), said, told, findings, asked=first)
    row, column = ("candidate", "place") if _is_candidates(first) else ("place", "candidate")
    findings.note(f"matrix_of_{row}s", first, count=len(long))
    note_unused(table, findings, (first, *figures))
    return long.rename(columns={"rows": row, "columns": column}), np.concatenate(rows)


def _first_column(table: Table) -> str:
    """The column of ids of a matrix: one called so, else the first."""
    used = find_columns(table, Findings(table.file), (), ("place", "candidate", "id"))
    return next((used[it] for it in ("place", "candidate", "id") if it in used), table.columns[0])


def _figures(table: Table, first: str) -> list[str]:
    return [it for it in table.columns if it != first and holds_numbers(table.frame[it])]


def _said_of(heading: str) -> set[str]:
    """What the first of several words of a heading says: ``Ort / Stelle (km)`` heads places."""
    first = re.split(r"[\\/|,(\[]", heading)[0]
    return {folded(first), bare_word(first)}


def _is_candidates(heading: str) -> bool:
    return bool(_said_of(heading) & _CANDIDATES)


def _kilometres(
    values: np.ndarray, said: str, told: str, findings: Findings, *, asked: str = ""
) -> np.ndarray:
    """Lengths in kilometres, by what the user says, else by what the table says of its unit.

    ``asked`` is the corner of a matrix, which has no heading of its own for what it holds.
    """
    column = asked or said
    if told == "metres" or (not told and not _KM.search(said) and _METRES.search(said)):
        findings.note("distances_metres", column)
        return values / 1000
    if told or findings.reading.agreed or _KM.search(said):
        return values
    if _MINUTES.search(said):
        findings.problem("distances_minutes", column, value=column)
    elif asked or (len(values) and np.nanmax(values, initial=0.0) > _FAR_KM):
        findings.problem("distances_unit", column, value=column)
    return values


def turned(frame: pd.DataFrame) -> pd.DataFrame:
    """Distances with candidates and places exchanged."""
    return frame.rename(columns={"candidate": "place", "place": "candidate"})[["candidate", "place", "km"]]
