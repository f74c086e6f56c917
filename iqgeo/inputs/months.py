"""Dates, months, quarters, years as offices write them: which, and in which way a column is written."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from iqgeo.inputs.words import folded
from iqgeo.texts import LANGUAGES

_YEAR: Final = r"(?P<y>\d{4}|'?\d{2})"
_TIME: Final = r"(?:,?\s+\d{1,2}[:.]\d{2}.*)?"
_FORMS: Final = {
    "iso_day": re.compile(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/]\d{1,2}(?:[T ].*)?"),
    "german_day": re.compile(rf"\d{{1,2}}\.\s?(?P<m>\d{{1,2}})\.\s?{_YEAR}{_TIME}"),
    "iso_month": re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})"),
    "month_year": re.compile(r"(?P<m>\d{1,2})[./-](?P<y>\d{4})"),
    "day_name_year": re.compile(rf"\d{{1,2}}\.?[\s-](?P<n>[^\W\d]+)\.?[\s-]{_YEAR}{_TIME}"),
    "name_year": re.compile(rf"(?P<n>[^\W\d]+)\.?[\s-]*{_YEAR}"),
    "year_name": re.compile(r"(?P<y>\d{4})[\s-]*(?P<n>[^\W\d]+)\.?"),
}
_WITHOUT_YEAR: Final = {
    "number": re.compile(r"(?P<m>\d{1,2})\.?"),
    "name": re.compile(r"(?P<n>[^\W\d]+)\.?"),
}
YEAR_WORDS: Final = ("jahr", "year", "jaar", "berichtsjahr", "kalenderjahr", "beratungsjahr")
_QUARTER_WORDS: Final = ("quartal", "quarter", "kwartaal", "vierteljahr")
_MONTH_WORDS: Final = ("monat", "month", "maand", "beratungsmonat")


def _spans(words: str, numbers: str) -> tuple[re.Pattern[str], ...]:
    """Ways to write a part of a year: ``Q1 2013``, ``2013/Q1``, ``I. Quartal``: the last is without one."""
    number = rf"(?P<part>{numbers})(?:\.|st|nd|rd|th|e)?"
    part = rf"(?:(?:{words})\.?\s*{number}|{number.replace('part', 'other')}[\s-]*(?:{words})\.?)"
    return (
        re.compile(
            rf"{part}(?:[\s/,-]*(?P<y>\d{{4}})|[\s/,-]*(?:'|(?<=[\s/-]))(?P<yy>\d{{2}}))", re.IGNORECASE
        ),
        re.compile(rf"(?P<y>\d{{4}})[\s/,-]*{part}", re.IGNORECASE),
        re.compile(part, re.IGNORECASE),
    )


# Months of each part, and the ways to write it. Statistics banks write K for a quarter.
_PARTS: Final = {
    "quarter": (3, _spans("q|k|qu|quartal|vierteljahr|quarter|kwartaal", "[1-4]|iv|i{1,3}")),
    "half_year": (6, _spans("h|hj|halbjahr|half[ -]?year|halfjaar", "[12]|i{1,2}")),
}
_ROMAN_QUARTER: Final = re.compile(
    r"(?P<part>IV|I{1,3})[.\s/-]+(?P<y>\d{4})|(?P<y2>\d{4})[\s/-]+(?P<part2>IV|I{1,3})"
)
_QUARTER_NUMBER: Final = re.compile(
    r"0?(?P<part>[1-4])[./-](?P<y>\d{4})|(?P<y2>\d{4})[./-]0?(?P<part2>[1-4])"
)
_ALONE: Final = re.compile(r"(?P<part>0?[1-4]|IV|I{1,3})\.?")
_WHOLE_YEAR: Final = re.compile(rf"(?:(?:{'|'.join(YEAR_WORDS)})\s+)?(?P<y>\d{{4}})(?:\.0)?", re.IGNORECASE)
_ROMAN: Final = {"I": 1, "II": 2, "III": 3, "IV": 4}
_MONTHS_IN: Final = {"quarter": 3, "half_year": 6, "year": 12}
# Which of the two comes first, the cells of a column say together.
_TWO_NUMBERS: Final = re.compile(
    rf"(?P<a>\d{{1,2}})(?P<sign>[/-])(?P<b>\d{{1,2}})(?P=sign)(?P<y>\d{{4}}){_TIME}"
)
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_MORE_NAMES: Final = {"mrz": 3, "maerz": 3, "jaenner": 1, "feber": 2, "sept": 9, "mrt": 3}
DAY_FIRST, MONTH_FIRST, EITHER = "day_first", "month_first", "either"


@cache
def _names() -> Mapping[str, int]:
    """Number of every month by its name, whole and shortened, in every language."""
    from babel.dates import get_month_names

    found = dict(_MORE_NAMES)
    for lang in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, lang).items():
                    found.setdefault(folded(str(name)), int(number))
    return found


def months_of(
    written: Sequence[str], years: Sequence[str] | None = None, heading: str = ""
) -> tuple[list[str], list[str]]:
    """Read months (``2012-08``) and in which way each was written; empty for what is neither.

    A quarter, half or whole year is its first month; how many it has, :func:`months_in` says of its way.
    ``years`` are those of another column, for months that are written without one; ``heading`` says whether
    ``1/2013`` is a month or a quarter, and ``I/2013`` anything. Days and months of which no cell says which
    comes first (``08/09/2012``) are of the way :data:`EITHER` and of no month.
    """
    order, named = _order(written), _named(heading)
    months, forms = [], []
    for at, cell in enumerate(written):
        year = None if years is None else years[at].strip()
        month, form = _span(cell.strip(), named, year) or ("", "")
        if not form and named not in ("year", "quarter"):
            month, form = _month(cell.strip(), order, year)
        months.append(month)
        forms.append(form if month or form == EITHER else "")
    return months, forms


def months_in(form: str) -> int:
    """How many months something covers that is written in that way."""
    return _MONTHS_IN.get(form.partition(" ")[0], 1)


def plainly(month: str, form: str) -> str:
    """A month, or what is longer and begins with it, in the one way that needs nothing else to be read."""
    year, length = month[:4], months_in(form)
    part = (int(month[5:]) - 1) // length + 1
    return {3: f"{year}-Q{part}", 6: f"{year}-H{part}", 12: year}.get(length, month)


def _named(heading: str) -> str:
    """What a column says its cells are: ``year, quarter, month``, or nothing."""
    said = folded(heading)
    for name, words in (("year", YEAR_WORDS), ("quarter", _QUARTER_WORDS), ("month", _MONTH_WORDS)):
        if said in words:
            return name
    return ""


def _span(cell: str, named: str, year: str | None) -> tuple[str, str] | None:
    """A quarter, half or whole year by its first month, and its way; None for what is none of them."""
    for kind, (length, ways) in _PARTS.items():
        for way, pattern in enumerate(ways):
            found = pattern.fullmatch(cell)
            if found is None or (way == len(ways) - 1 and not year):
                continue
            said = found.groupdict()
            number = _number(said["part"] or said["other"])
            whole = said.get("y") or said.get("yy") or _year_beside(year)
            return _said(whole, length * (number - 1) + 1), f"{kind} {way}"
    patterns = [_ROMAN_QUARTER] if named != "month" else []
    patterns += [_QUARTER_NUMBER] if named == "quarter" else []
    for pattern in patterns:
        found = pattern.fullmatch(cell)
        if found is not None:
            number = _number(found["part"] or found["part2"])
            return _said(found["y"] or found["y2"], 3 * number - 2), "quarter short"
    if named == "quarter" and year and (found := _ALONE.fullmatch(cell)):
        return _said(_year_beside(year), 3 * _number(found["part"]) - 2), "quarter alone"
    found = _WHOLE_YEAR.fullmatch(cell)
    return None if found is None else (_said(found["y"], 1), "year")


def _number(part: str) -> int:
    return _ROMAN.get(part.upper()) or int(part)


def _year_beside(year: str | None) -> str:
    """The year of another column, ``0`` for what is none."""
    return year if year and re.fullmatch(r"\d{4}(\.0)?", year) else "0"


def _order(written: Sequence[str]) -> str:
    """Whether day or month comes first in dates of two numbers and a year."""
    parts = [it for it in map(_TWO_NUMBERS.fullmatch, map(str.strip, written)) if it is not None]
    first, second = (any(int(it[name]) > 12 for it in parts) for name in "ab")
    return MONTH_FIRST if second and not first else DAY_FIRST if first else EITHER


def _month(cell: str, order: str, year: str | None) -> tuple[str, str]:
    numbers = _TWO_NUMBERS.fullmatch(cell)
    if numbers is not None:
        if order == EITHER and numbers["a"] != numbers["b"]:
            return "", EITHER
        month, day = (numbers[it] for it in ("ab" if order == MONTH_FIRST else "ba"))
        return (_said(numbers["y"], int(month)) if 1 <= int(day) <= 31 else ""), order
    for form, pattern in _FORMS.items():
        found = pattern.fullmatch(cell)
        if found is not None:
            parts = found.groupdict()
            number = int(parts["m"]) if "m" in parts else _names().get(folded(parts["n"]), 0)
            return _said(parts["y"].lstrip("'"), number), form
    for form, pattern in _WITHOUT_YEAR.items() if year else ():
        found = pattern.fullmatch(cell)
        if found is not None:
            number = int(found[1]) if form == "number" else _names().get(folded(found[1]), 0)
            return _said(_year_beside(year), number), form
    return "", ""


def _said(year: str, month: int) -> str:
    """Year and month as ``2012-08``; a year of two digits is of this century. Empty if there is none."""
    number = int(float(year)) + (2000 if len(year) == 2 else 0)
    return f"{number}-{month:02d}" if _FIRST_YEAR <= number <= _LAST_YEAR and 1 <= month <= 12 else ""
