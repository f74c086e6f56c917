"""A table of consultations as an office exports it: office, date or month, and how many; place and channel.

Nothing about a single person is taken: a table with names, birth dates or addresses is refused as a whole.
"""

import re
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns, note_unused
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Notice, Source
from iqgeo.inputs.months import EITHER, YEAR_WORDS, months_in, months_of, plainly
from iqgeo.inputs.office_names import is_total, office_ids, total_of
from iqgeo.inputs.persons import is_personal
from iqgeo.inputs.read import apart, read_table
from iqgeo.inputs.source import Opened, open_source
from iqgeo.inputs.table import Table, form_of
from iqgeo.inputs.values import read_numbers, required
from iqgeo.inputs.word_cells import read_words
from iqgeo.inputs.words import folded, shown

_SPANS: Final = {3: "consultations_quarters", 6: "consultations_halves", 12: "consultations_years"}
_LISTED: Final = 12


def read_consultations(source: Source, offices: pd.DataFrame, *, layer: str | None = None) -> Intake:
    """Consultations: ``office`` (id), ``month`` (``2012-08``), ``months, place, channel, count``.

    A count is of as many ``months``, from ``month`` on: 3 for a quarter. ``place`` is an AGS or a postcode.
    Offices are named by id or by name as in ``offices``. Without a column of counts a row is one. Of a
    workbook with a table a year on sheets of their own all are read, unless two tell the same month of an
    office.

    Raises
    ------
    InputError
        With every problem of the file; for columns about persons before anything is read.
    """
    opened = open_source(source, layer)
    try:
        table = read_table(opened, max_rows=limits.PAIR_ROWS)
    except InputError as error:
        if [it.code for it in error.problems] != ["layers_unclear"] or form_of(opened) != "workbook":
            raise
        together = _of_sheets(opened, offices)
        if together is None:
            raise
        return together
    return consultations_of(table, offices)


def _of_sheets(opened: Opened, offices: pd.DataFrame) -> Intake | None:
    """What the sheets of a workbook tell together; ``None`` where fewer than two tell of consultations.

    Nor where two tell the same: a sheet for the year beside those of its months, say.
    """
    found: list[Intake] = []
    for name, _ in apart("iqgeo.inputs.workbook:sheets_here", opened):
        try:
            table = read_table(replace(opened, layer=name), max_rows=limits.PAIR_ROWS)
            # What is said of a row says of which sheet.
            table = replace(table, file=f"{opened.name}#{name}")
            _refuse_persons(table)
            wide = with_months_below(table)
        except InputError as error:
            if any(it.code == "consultations_personal" for it in error.problems):
                raise
            continue
        if {"office", "date"} <= set(find_columns(wide, Findings(table.file), (), ("office", "date"))):
            found.append(consultations_of(table, offices))
    told = [_told(it.frame) for it in found]
    if len(found) < 2 or sum(map(len, told)) > len(set().union(*told)):
        return None
    return replace(
        found[0], file=opened.name, frame=pd.concat([it.frame for it in found], ignore_index=True),
        rows=sum(it.rows for it in found), row_numbers=np.concatenate([it.row_numbers for it in found]),
        repairs=tuple(notice for it in found for notice in it.repairs),
    )  # fmt: skip


def _told(frame: pd.DataFrame) -> set[tuple[str, int]]:
    """Of which months of which office a table tells, those within a quarter or year, too."""
    said = set(zip(frame["office"], frame["month"], frame["months"], strict=True))
    return {
        (office, 12 * int(month[:4]) + int(month[5:]) + more)
        for office, month, months in said
        for more in range(months)
    }


def consultations_of(table: Table, offices: pd.DataFrame) -> Intake:
    """Consultations of a table already read; see :func:`read_consultations`."""
    _refuse_persons(table)
    table = with_months_below(table)
    findings = table.findings()
    used = find_columns(table, findings, ("office", "date"), ("count", "municipality", "postcode", "channel"))
    if "office" in used and "date" in used:
        table = _without_sums(_filled_down(table, used["office"]), used["office"], used["date"], offices)
        notices, findings = findings.notices, table.findings()
        findings.notices[:] = [*table.notices, *(it for it in notices if it not in table.notices)]
    frame = pd.DataFrame(index=pd.RangeIndex(len(table.frame)))
    frame["office"] = _offices(table, findings, used["office"], offices) if "office" in used else ""
    frame["month"], frame["months"] = _months(table, findings, used["date"]) if "date" in used else ("", 1)
    for column, role in (("place", "municipality"), ("postcode", "postcode"), ("channel", "channel")):
        frame[column] = (
            read_words(texts(table.frame[used[role]]), findings, used[role]) if role in used else ""
        )
    frame["place"] = frame["place"].mask(frame["place"].eq(""), frame["postcode"])
    frame["count"] = _counts(table, findings, used["count"]) if "count" in used else 1.0
    note_unused(table, findings, [*used.values(), *_year_column(table)])
    findings.stop_if_any()
    columns = ["office", "month", "months", "place", "channel", "count"]
    return Intake(
        frame[columns], "consultations", table.file, len(frame), np.asarray(table.rows),
        tuple(findings.notices),
    )  # fmt: skip


def _refuse_persons(table: Table) -> None:
    """Refuse a table that says who came, before any of its cells is looked at."""
    found = [column for column in table.columns if is_personal(column)]
    if found:
        details = {"columns": ", ".join(found[:_LISTED])}
        raise InputError(Problem("consultations_personal", file=table.file, details=details))


def _filled_down(table: Table, column: str) -> Table:
    """The table with the name of the office in every row, where it stands in the first row of each only.

    So a cell merged over several rows arrives. A column in which a name follows itself is no such one: there
    an empty cell is a missing name.
    """
    said = texts(table.frame[column]).str.strip()
    empty = said.eq("").to_numpy(dtype=bool)
    named = said[~empty]
    if not empty.any() or empty[0] or named.eq(named.shift()).any() or len(named) < 2:
        return table
    # The last row without a name may be the sum of all.
    filled = said.where(~empty).ffill()
    sums = texts(table.frame.iloc[:, 0]).eq("") & False
    for other in table.columns:
        sums |= texts(table.frame[other]).map(is_total)
    filled = filled.where(~sums, said)
    count = int((empty & ~sums.to_numpy(dtype=bool)).sum())
    if not count:
        return table
    first = int(table.rows[int(np.argmax(empty))])
    notice = Notice("consultations_filled", "repair", table.file, column, first, count)
    return replace(table, frame=table.frame.assign(**{column: filled}), notices=[*table.notices, notice])


def _without_sums(table: Table, office: str, date: str, offices: pd.DataFrame) -> Table:
    """The table without rows that are sums of others: of all, or of an office that has other rows, too."""
    said = texts(table.frame[office]).str.strip()
    known = office_ids(said.unique(), offices)
    parts = {known[it] for it in said.unique() if it in known}
    of = {it: total_of(it) for it in said.unique()}
    means = office_ids(filter(None, of.values()), offices)
    part = {it for it, name in of.items() if it not in known and means.get(name, "") in parts}
    sums = said.map(lambda it: is_total(it) or it in part) | (
        said.eq("") & texts(table.frame[date]).map(is_total)
    )
    at = np.flatnonzero(sums.to_numpy(dtype=bool))
    if not len(at) or len(at) == len(said):
        return table
    named = next(filter(None, (said.iloc[at[0]], str(texts(table.frame[date]).iloc[at[0]]))))
    notice = Notice(
        "consultations_sums", "hint", table.file, office, int(table.rows[at[0]]), len(at), shown(named)
    )
    return table.of_rows(~sums.to_numpy(dtype=bool), notice)


def with_months_below(table: Table) -> Table:
    """The table with a row a month, where its months are columns: ``Stelle; Jan 2012; Feb 2012``."""
    headings = [it for it in table.columns if it.strip()]
    beside = _year_column(table)
    years = _title_years(table, len(headings))
    # With the year in a column any year tells which headings are months.
    told = years if years is not None or not beside else ["2000"] * len(headings)
    months, forms = months_of(headings, told)
    dated = {it: at for at, it in enumerate(headings) if months[at]}
    date = find_columns(table, Findings(table.file), (), ("date",)).get("date")
    if len(dated) < 2 or len(set(filter(None, forms))) > 1 or date not in (None, *beside):
        return table
    alone = told is years or all(months_of(list(dated))[0])
    wide = {it: plainly(months[at], forms[at]) if alone else it for it, at in dated.items()}
    kept = [it for it in table.columns if it not in wide and not is_total(it)]
    if len(wide) + len(kept) < 2 or not kept:
        return table
    parts = [
        table.frame[kept].assign(date=month, count=texts(table.frame[heading]))
        for heading, month in wide.items()
    ]
    frame = pd.concat(parts, ignore_index=True)
    empty = frame["count"].str.strip().eq("").to_numpy(dtype=bool)
    rows = np.tile(np.asarray(table.rows), len(wide))
    longer = "_spans" if months_in(forms[next(iter(dated.values()))]) > 1 else ""
    first = shown(next(iter(wide)))
    notice = Notice(f"consultations_wide{longer}", "hint", table.file, value=first, count=len(wide))
    return replace(
        table, frame=frame[~empty].reset_index(drop=True), rows=rows[~empty], notices=[*table.notices, notice]
    )


def _title_years(table: Table, number: int) -> list[str] | None:
    """The one year that stands above the table, once a month; ``None`` if none or several stand there."""
    found = {it for line in table.title for it in re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", line)}
    return [found.pop()] * number if len(found) == 1 else None


def _year_column(table: Table) -> list[str]:
    return [it for it in table.columns if folded(it) in YEAR_WORDS][:1]


def _offices(table: Table, findings: Findings, column: str, offices: pd.DataFrame) -> pd.Series:
    """Ids of the offices named."""
    said = read_words(texts(table.frame[column]), findings, column, letters=limits.ID_LETTERS)
    findings.flag(said.eq("").to_numpy(dtype=bool), "value_missing", column)
    known = office_ids(said.unique(), offices)
    ids = said.map(lambda word: known.get(word, ""))
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
    called = dict(zip(offices["id"].astype(str), offices["name"].astype(str), strict=True))
    for word in said[~said.duplicated()][:_LISTED]:
        key = known.get(word, "")
        if key and folded(word) not in (folded(key), folded(called[key])):
            mask = said.eq(word).to_numpy(dtype=bool)
            findings.note("consultations_office_as", column, mask=mask, value=word, office=shown(called[key]))
    return ids


def _months(table: Table, findings: Findings, column: str) -> tuple[pd.Series, pd.Series]:
    """First months, and how many, of a column that is written in one way throughout."""
    said = read_words(texts(table.frame[column]), findings, column)
    missing = said.eq("").to_numpy(dtype=bool)
    findings.flag(missing, "value_missing", column)
    beside = [it for it in _year_column(table) if it != column]
    years = texts(table.frame[beside[0]]).tolist() if beside else _title_years(table, len(said))
    month, form = months_of(said.tolist(), years, column)
    forms = [name for name in dict.fromkeys(form) if name]
    written = np.array(form, dtype=object)
    if EITHER in forms:
        at = written == EITHER
        findings.flag(at, "consultations_day_or_month", column, said.to_numpy(dtype=object))
    findings.flag((written == "") & ~missing, "consultations_date", column, said.to_numpy(dtype=object))
    if len(forms) > 1:
        other = (written != forms[0]) & (written != "")
        first = said[written == forms[0]].iloc[0]
        at = int(np.flatnonzero(other)[0])
        details = {"first": first, "second": said.iloc[at], "count": int(other.sum())}
        problem = Problem(
            "consultations_two_formats", table.file, int(findings.rows[at]), column, details=details
        )
        findings.add([problem])
    months = pd.Series([months_in(it) for it in form], index=said.index, dtype=np.int64)
    for length, code in _SPANS.items():
        mask = months.eq(length).to_numpy(dtype=bool)
        findings.note(code, column, mask=mask, kind="hint", value=shown(next(iter(said[mask]), "")))
    return pd.Series(month, index=said.index), months


def _counts(table: Table, findings: Findings, column: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How many, in whole numbers from 0."""
    numbers = read_numbers(table.frame[column], findings, column, "count")
    findings.flag(
        numbers.sign, "consultations_hidden", column, texts(table.frame[column]).to_numpy(dtype=object)
    )
    values = required(replace(numbers, sign=numbers.sign & False), findings, column)
    findings.flag(values < 0, "number_negative", column, values)
    with np.errstate(invalid="ignore"):
        part = np.isfinite(values) & (values >= 0) & (values != np.floor(values))
    findings.flag(part, "consultations_fraction", column, values)
    return np.asarray(values, dtype=np.float64)
