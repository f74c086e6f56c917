"""A table of consultations as an office exports it: office, date or month, and how many; place and channel.

Nothing about a single person is taken: a table with names, birth dates or addresses is refused as a whole.
"""

import re
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns, note_unused
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import read_numbers, read_words, required
from iqgeo.inputs.words import folded

# Column names as `folded` leaves them, and beginnings of such.
_PERSONAL: Final = (
    "name", "vorname", "nachname", "familienname", "zuname", "rufname", "firstname", "lastname", "surname",
    "geburt", "geboren", "birth", "dateofbirth", "email", "mail", "telefonnummer", "handynummer",
    "phonenumber", "adresse", "anschrift", "address", "strasse", "hausnummer", "street", "klient", "client",
    "ratsuchende", "person", "passnummer", "aktenzeichen",
)  # fmt: skip
_NOT_PERSONAL: Final = ("personen", "persons")
_DAY_AND_MONTH: Final = {
    "iso_day": r"^(?P<y>\d{4})-(?P<m>\d{1,2})-\d{1,2}(?:[T ].*)?$",
    "german_day": r"^\d{1,2}\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})$",
    "iso_month": r"^(?P<y>\d{4})-(?P<m>\d{1,2})$",
    "month_year": r"^(?P<m>\d{1,2})[./](?P<y>\d{4})$",
}
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_LISTED: Final = 12


def read_consultations(source: Source, offices: pd.DataFrame, *, layer: str | None = None) -> Intake:
    """Consultations: ``office`` (id), ``month`` (``2012-08``), ``place`` (AGS, postcode), ``channel, count``.

    Offices are named by id or by name as in ``offices``. Without a column of counts a row is one.

    Raises
    ------
    InputError
        With every problem of the file; for columns about persons before anything is read.
    """
    return consultations_of(read_table(open_source(source, layer), max_rows=limits.PAIR_ROWS), offices)


def consultations_of(table: Table, offices: pd.DataFrame) -> Intake:
    """Consultations of a table already read; see :func:`read_consultations`."""
    _refuse_persons(table)
    findings = table.findings()
    used = find_columns(table, findings, ("office", "date"), ("count", "municipality", "postcode", "channel"))
    frame = pd.DataFrame(index=pd.RangeIndex(len(table.frame)))
    frame["office"] = _offices(table, findings, used["office"], offices) if "office" in used else ""
    frame["month"] = _months(table, findings, used["date"]) if "date" in used else ""
    for column, role in (("place", "municipality"), ("postcode", "postcode"), ("channel", "channel")):
        frame[column] = (
            read_words(texts(table.frame[used[role]]), findings, used[role]) if role in used else ""
        )
    frame["place"] = frame["place"].mask(frame["place"].eq(""), frame["postcode"])
    frame["count"] = _counts(table, findings, used["count"]) if "count" in used else 1.0
    note_unused(table, findings, used.values())
    findings.stop_if_any()
    columns = ["office", "month", "place", "channel", "count"]
    return Intake(
        frame[columns], "consultations", table.file, len(frame), np.asarray(table.rows),
        tuple(findings.notices),
    )  # fmt: skip


def _refuse_persons(table: Table) -> None:
    """Refuse a table that says who came, before any of its cells is looked at."""
    found = [
        column
        for column in table.columns
        if folded(column).startswith(_PERSONAL) and not folded(column).startswith(_NOT_PERSONAL)
    ]
    if found:
        details = {"columns": ", ".join(found[:_LISTED])}
        raise InputError(Problem("consultations_personal", file=table.file, details=details))


def _offices(table: Table, findings: Findings, column: str, offices: pd.DataFrame) -> pd.Series:
    """Ids of the offices named."""
    said = read_words(texts(table.frame[column]), findings, column, letters=limits.ID_LETTERS)
    findings.flag(said.eq("").to_numpy(dtype=bool), "value_missing", column)
    known = {folded(str(name)): str(key) for key, name in zip(offices["id"], offices["name"], strict=True)}
    known |= {folded(str(key)): str(key) for key in offices["id"]}
    ids = said.map(lambda word: known.get(folded(word), ""))
    unknown = (ids.eq("") & said.ne("")).to_numpy(dtype=bool)
    names = ", ".join(offices["name"].astype(str).head(_LISTED))
    for at in np.flatnonzero(unknown & ~said.duplicated().to_numpy())[:_LISTED]:
        findings.add(
            [
                Problem(
                    "consultations_office", table.file, int(findings.rows[at]), column, str(said.iloc[at]),
                    {"known": names},
                )
            ]
        )  # fmt: skip
    return ids


def _months(table: Table, findings: Findings, column: str) -> pd.Series:
    """Months of a column that is written in one way throughout."""
    said = read_words(texts(table.frame[column]), findings, column)
    missing = said.eq("").to_numpy(dtype=bool)
    findings.flag(missing, "value_missing", column)
    form = np.full(len(said), "", dtype=object)
    month = np.full(len(said), "", dtype=object)
    for name, pattern in _DAY_AND_MONTH.items():
        parts = said.str.extract(re.compile(pattern))
        hit = parts["y"].notna().to_numpy() & (form == "")
        year = pd.to_numeric(parts["y"]).fillna(0).to_numpy()
        number = pd.to_numeric(parts["m"]).fillna(0).to_numpy()
        good = hit & (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (number >= 1) & (number <= 12)
        form[good] = name
        month[good] = [f"{y:.0f}-{m:02.0f}" for y, m in zip(year[good], number[good], strict=True)]
    unread = (form == "") & ~missing
    findings.flag(unread, "consultations_date", column, said.to_numpy(dtype=object))
    forms = [name for name in dict.fromkeys(form) if name]
    if len(forms) > 1:
        other = (form != forms[0]) & (form != "")
        first = said[form == forms[0]].iloc[0]
        at = int(np.flatnonzero(other)[0])
        details = {"first": first, "second": said.iloc[at], "count": int(other.sum())}
        problem = Problem(
            "consultations_two_formats", table.file, int(findings.rows[at]), column, details=details
        )
        findings.add([problem])
    return pd.Series(month, index=said.index)


def _counts(table: Table, findings: Findings, column: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How many, in whole numbers from 0."""
    values = required(read_numbers(table.frame[column], findings, column, "count"), findings, column)
    findings.flag(values < 0, "number_negative", column, values)
    with np.errstate(invalid="ignore"):
        part = np.isfinite(values) & (values >= 0) & (values != np.floor(values))
    findings.flag(part, "consultations_fraction", column, values)
    return np.asarray(values, dtype=np.float64)
