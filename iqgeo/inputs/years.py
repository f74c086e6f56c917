"""Years out of whatever stands in a cell: dates, spans, open ends, Excel's numbers of days."""

import datetime
import re
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.findings import Findings
from iqgeo.inputs.word_cells import read_words

_FIRST, _LAST = 1900, 2199
# Excel counts days from here; 1990 to 2069 as such a number, where a cell has lost its format.
_EXCEL: Final = datetime.date(1899, 12, 30)
_EXCEL_DAYS: Final = range(32_874, 62_092)
# What an empty cell becomes when a program takes its zero days for a date.
_ZERO_DAY: Final = re.compile(
    r"(?:(?:00?|0?1)\.0?1\.1900|(?:30|31)\.12\.1899|1900-01-0[01]|1899-12-3[01])(?:[T ]00:00(?::00)?)?"
)
_WHOLE_AS_BROKEN: Final = re.compile(r"(\d{4})[.,]0+")
# (2015), 2015*, 2015?, 2015 1), 2015 (vorläufig); a note that says more may say that it is closed.
_MARKED: Final = re.compile(
    r"\(\s*(?P<inner>[^()]*\d{4})\s*\)|(?P<bare>.*\d{4}\.?)\s*(?:[*†‡?]+|\d\)|\((?:vorläufig|geplant|voraussichtlich|"
    r"vsl\.?|vorauss\.?|geschätzt|ca\.?|circa|unsicher|provisional|planned|estimated|gepland|voorlopig)\))",
    re.IGNORECASE,
)
_CENTURY: Final = 30
"""Years of two digits below this are of this century, as Excel has it."""

_WORD: Final = r"[^\W\d_]+\.?"
# A year, 2009-07-01, 1.7.2013, 7/2013, "seit 1. Juli 2013", "July 1, 2009", "Q3 2009", "2009 ff."
_DATE: Final = (
    rf"(?:{_WORD}\s+)*(?:{_WORD})?(?:[QH]\d\s*/?\s*|[IV]{{1,3}}\s*/\s*)?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\.?[./\- ,]\s?"
    rf"(?:\d{{1,2}}|{_WORD})?\.?[./\- ]?\s?)?"
    r"(?:\d{1,2}[./])?\d{4}(?:[-/.]\d{1,2}){0,2}(?:[T ]\d{1,2}:[\d:.+Z]*)?\.?(?:\s*(?:[QH]\d|ff?\.))?"
)
_BETWEEN: Final = r"\s*(?:-|–|—|/|bis|to|until|tot|til)\s*"
_NOTHING: Final = (
    r"(?:-|–|—|/|\.|x|0+|k\.?\s?a\.?|n\.?\s?v\.?|n/?a|keine angabe|offen|geöffnet|heute|laufend|läuft|"
    r"besteht|unbefristet|unbekannt|open|today|present|now|ongoing|unknown|bis auf weiteres|jetzt|heden|nu|"
    r"nan|nat|null|none|<na>|n\.?\s?b\.?)"
)
_YEAR: Final = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DATES: Final = re.compile(rf"{_DATE}(?:{_BETWEEN}{_DATE})?", re.IGNORECASE)
_NO_YEAR: Final = re.compile(rf"(?:(?:bis|to|until)\s+)?{_NOTHING}", re.IGNORECASE)
_OPEN_END: Final = re.compile(
    rf"(?P<date>.*\d)\s*(?:-|–|—|\bbis\b|\bto\b|\buntil\b)\s*(?:{_NOTHING})?", re.IGNORECASE
)
_ONLY_END: Final = re.compile(
    r"(?:bis|until|to|tot|til)\s+(?P<date>.*\d\.?)|[-–—]\s*(?P<bare>\d.*)", re.IGNORECASE
)
_BEFORE: Final = re.compile(r"(?:vor|before|voor|før)\s+(?P<date>.*\d\.?)", re.IGNORECASE)
_SHORT: Final = re.compile(r"(?<![\d.])(?P<day>\d{1,2}[./]\d{1,2}[./])(?P<year>\d{2})(?![\d.])")
_PACKED: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True)
class _Years:
    """The first and the last year that a cell says; ``how`` names what was done, empty for a plain year."""

    first: int | None = None
    last: int | None = None
    how: str = ""


def read_years(
    column: pd.Series, findings: Findings, name: str, *, ends: bool = False
) -> tuple[pd.Series, pd.Series]:
    """Years as nullable integers, also out of dates such as ``2013-07-01`` or ``1.7.2013``.

    A cell may hold a span such as ``01.07.2009 - 30.06.2015``, or one end of it (``bis 2015``). With
    ``ends`` the column says when something ended.

    Returns
    -------
    tuple[pd.Series, pd.Series]
        The year of each cell, or the first of a span; and the last one of a span, else missing.
    """
    written = read_words(column, findings, name)
    known = {cell: _years(cell, ends=ends) for cell in written.unique().tolist() if cell}
    found = [known.get(cell, _Years()) for cell in written.tolist()]
    cells = written.to_numpy(dtype=object)
    findings.flag(np.array([it is None for it in found], dtype=bool), "year_unreadable", name, cells)
    usable = [_Years() if it is None else it for it in found]
    for how in ("year_open", "years_of_span", "year_of_date", "year_of_days"):
        mask = np.array([it.how == how for it in usable], dtype=bool)
        if mask.any():
            findings.note(how, name, mask=mask, value=cells[mask][0])
    first, last = ([getattr(it, end) or pd.NA for it in usable] for end in ("first", "last"))
    return pd.Series(pd.array(first, dtype="Int64")), pd.Series(pd.array(last, dtype="Int64"))


def _years(cell: str, *, ends: bool) -> _Years | None:
    """What a cell says; ``None`` if it is no year."""
    bare = _PACKED.sub(r"\1-\2-\3", cell.strip())
    bare = _SHORT.sub(lambda it: it["day"] + _of_two_digits(it["year"]), bare)
    if _ZERO_DAY.fullmatch(bare):
        return _Years(how="year_open")
    bare = _WHOLE_AS_BROKEN.sub(r"\1", bare) if _WHOLE_AS_BROKEN.fullmatch(bare) else bare
    if marked := _MARKED.fullmatch(bare):
        found = _years((marked["inner"] or marked["bare"]).strip(), ends=ends)
        return found if found is None or found.how else replace(found, how="year_of_date")
    readers = (_nothing, _number_of_days, _before, _only_end, _dates, _open_end)
    return next((found for it in readers if (found := it(bare, ends)) is not None), None)


def _nothing(cell: str, _: bool) -> _Years | None:
    return _Years(how="year_open") if _NO_YEAR.fullmatch(cell) else None


def _number_of_days(cell: str, _: bool) -> _Years | None:
    if not re.fullmatch(r"\d{5}", cell) or int(cell) not in _EXCEL_DAYS:
        return None
    return _Years((_EXCEL + datetime.timedelta(days=int(cell))).year, how="year_of_days")


def _before(cell: str, ends: bool) -> _Years | None:
    """``vor 2010``: it was open by then, or had closed the year before."""
    found = _BEFORE.fullmatch(cell)
    year = None if found is None else _one(found["date"])
    if year is None:
        return None
    return _Years(last=year - 1, how="years_of_span") if ends else _Years(how="year_open")


def _only_end(cell: str, _: bool) -> _Years | None:
    found = _ONLY_END.fullmatch(cell)
    year = None if found is None else _one(found["date"] or found["bare"])
    return None if year is None else _Years(last=year, how="years_of_span")


def _open_end(cell: str, _: bool) -> _Years | None:
    found = _OPEN_END.fullmatch(cell)
    year = None if found is None else _one(found["date"])
    return None if year is None else _Years(first=year, how="years_of_span")


def _dates(cell: str, _: bool) -> _Years | None:
    if not _DATES.fullmatch(cell):
        return None
    every = [int(it) for it in _YEAR.findall(cell)]
    years = [it for it in every if it <= _LAST]
    for_ever = len(years) < len(every)
    if for_ever and not years:
        return _Years(how="year_open")
    if not 0 < len(years) <= 2 or min(years) < _FIRST:
        return None
    if len(years) == 2 or for_ever:
        return _Years(years[0], years[1] if len(years) == 2 else None, "years_of_span")
    return _Years(years[0], how="" if re.fullmatch(r"\d{4}", cell) else "year_of_date")


def _one(written: str) -> int | None:
    years = [int(it) for it in _YEAR.findall(written)]
    is_date = _DATES.fullmatch(written.strip())
    return years[0] if is_date and len(years) == 1 and _FIRST <= years[0] <= _LAST else None


def _of_two_digits(year: str) -> str:
    return ("20" if int(year) < _CENTURY else "19") + year
