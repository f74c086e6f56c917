"""Tables of several years, side by side or one below the other: one year is taken, and said."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from iqgeo.errors import InputError, Problem
from iqgeo.inputs.area_columns import holds_numbers
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import YEAR, find_columns
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.table import Table
from iqgeo.inputs.words import folded, shown

_BESIDE: Final = re.compile(r"[\s_|,;:.()\[\]–-]+")
_OF_R: Final = re.compile(r"^X(?=\d{4}$)")
_YEAR_COLUMNS: Final = (
    "year", "jahr", "stichtag", "berichtsjahr", "berichtszeitpunkt", "zeit", "time", "timeperiod", "datum",
    "jaar", "aar", "annee", "tid", "perioden", "periode",
)  # fmt: skip
_UNNAMED: Final = re.compile(r"#\d+")
_MOST_NAMED: Final = 20


@dataclass(frozen=True)
class Wanted:
    """The year that is asked for.

    Attributes
    ----------
    year : int | None
        It must be this one; ``None`` for the last that is there, forecasts aside.
    rather : int | None
        This one if it is there, else the last.
    """

    year: int | None = None
    rather: int | None = None

    def of(self, years: Iterable[int], file: str, column: str | None) -> int:
        """The year to take of several."""
        known = sorted(years)
        if self.year is None:
            return self.rather if self.rather in known else last_of(known)
        if self.year not in known:
            listed = ", ".join(map(str, known[-_MOST_NAMED:]))
            details = {"years": listed, "last": known[-1]}
            asked = str(self.year)
            raise InputError(Problem("year_not_there", file, column=column, value=asked, details=details))
        return self.year


ANY: Final = Wanted()
"""The last of whatever years there are."""


def last_of(years: Iterable[int]) -> int:
    """The last of some years that has begun; what lies ahead is a forecast, unless there is nothing else."""
    known = sorted(years)
    begun = [it for it in known if it <= date.today().year]
    return (begun or known)[-1]


def year_in(heading: str) -> int | None:
    """The one year that a heading names; ``None`` for none, and for the change between two."""
    years = {int(it["year"]) for it in YEAR.finditer(heading)}
    return years.pop() if len(years) == 1 else None


def without_year(heading: str) -> str:
    """What a heading says beside its year; empty if nothing."""
    bare = YEAR.sub(" ", _OF_R.sub("", heading))
    parts = (_BESIDE.sub(" ", it).strip() for it in bare.split(" | "))
    return " | ".join(it for it in parts if it)


def of_one_year(table: Table, wanted: Wanted = ANY) -> Table:
    """The table with the columns and the rows of one year; as it is where it has no more than one.

    A column that the user names stays, whatever its year.

    Raises
    ------
    InputError
        ``year_not_there`` if none of several years is the one that is asked for.
    """
    return _of_rows(_of_columns(table, wanted), wanted)


def people_of_year(table: Table) -> Table:
    """A table of places whose figure is called by its year alone, with that column as the people."""
    if find_columns(table, Findings(table.file), (), ("people",)):
        return table
    bare = [it for it in table.columns if year_in(it) is not None and not without_year(it)]
    if len(bare) != 1:
        return table
    reading = replace(table.reading, columns={**table.reading.columns, "people": bare[0]})
    notice = Notice("column_taken", "hint", table.file, bare[0], details={"role": "people"})
    return replace(table, reading=reading, notices=[*table.notices, notice])


def _of_columns(table: Table, wanted: Wanted) -> Table:
    """Of figures that stand there for several years those of one."""
    figures: dict[str, dict[int, str]] = {}
    for column in table.columns:
        year = year_in(column)
        if year is not None and holds_numbers(table.frame[column]):
            figures.setdefault(folded(without_year(column)), {}).setdefault(year, column)
    several = {what: of_year for what, of_year in figures.items() if len(of_year) > 1}
    named = set(table.reading.columns.values())
    if not several or named & {it for of_year in several.values() for it in of_year.values()}:
        return table
    years = {year for of_year in several.values() for year in of_year}
    asked = wanted.of(years, table.file, None)
    left, taken = set(), set()
    for of_year in several.values():
        # A figure that ends earlier than others is still that of its own last year, if none is asked for.
        year = asked if asked in of_year or wanted.year is not None else last_of(of_year)
        left |= {column for it, column in of_year.items() if it != year}
        taken |= {year} & set(of_year)
    notice = _taken(table, sorted(taken), years, None)
    kept = [it for it in table.columns if it not in left]
    return replace(table, frame=table.frame[kept], notices=[*table.notices, notice])


def _of_rows(table: Table, wanted: Wanted) -> Table:
    """Of rows that stand there for several years those of one."""
    column = next((it for it in table.columns if _is_of_years(table, it)), None)
    if column is None or column in table.reading.columns.values():
        return table
    written = texts(table.frame[column]).str.strip()
    of_cell: Mapping[str, int | None] = {it: year_in(it) for it in written.unique().tolist()}
    years = {it for it in of_cell.values() if it is not None}
    if len(years) < 2:
        # The one year of all rows is that of the table, as if its title said so.
        return replace(table, title=(*table.title, *map(str, years)))
    asked = wanted.of(years, table.file, column)
    days = sorted(cell for cell, year in of_cell.items() if year == asked)
    if len(days) > 1:
        listed = ", ".join(shown(it) for it in days[:_MOST_NAMED])
        raise InputError(Problem("years_unclear", table.file, column=column, details={"years": listed}))
    chosen = written.eq(days[0]).to_numpy(dtype=bool)
    found = table.of_rows(chosen, _taken(table, [asked], years, column))
    return replace(found, title=(*table.title, str(asked)))


def _is_of_years(table: Table, column: str) -> bool:
    """Whether a column says of which year every row is."""
    headed = folded(column) in _YEAR_COLUMNS or _UNNAMED.fullmatch(column)
    if not headed and (year_in(column) is None or without_year(column)):
        return False
    filled = texts(table.frame[column]).str.strip()
    filled = filled[filled.ne("")]
    return bool(len(filled)) and all(
        YEAR.search(it) is not None and not _BESIDE.sub("", YEAR.sub("", it, count=1))
        for it in filled.unique().tolist()
    )


def _taken(table: Table, taken: list[int], years: Iterable[int], column: str | None) -> Notice:
    listed = ", ".join(map(str, sorted(years)[-_MOST_NAMED:]))
    value = ", ".join(map(str, taken))
    return Notice("year_taken", "repair", table.file, column, value=value, details={"years": listed})
