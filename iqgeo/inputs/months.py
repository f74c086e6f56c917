"""Dates and months as offices write them: which month, and in which of the ways a column is written."""

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


def months_of(written: Sequence[str], years: Sequence[str] | None = None) -> tuple[list[str], list[str]]:
    """Read months (``2012-08``) and in which way each was written; empty for what is neither.

    ``years`` are those of another column, for months that are written without one. Days and months of which
    no cell says which comes first (``08/09/2012``) are of the way :data:`EITHER` and of no month.
    """
    order = _order(written)
    months, forms = [], []
    for at, cell in enumerate(written):
        month, form = _month(cell.strip(), order, None if years is None else years[at].strip())
        months.append(month)
        forms.append(form if month or form == EITHER else "")
    return months, forms


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
            return (_said(year or "", number) if re.fullmatch(r"\d{4}(\.0)?", year or "") else ""), form
    return "", ""


def _said(year: str, month: int) -> str:
    """Year and month as ``2012-08``; a year of two digits is of this century. Empty if there is none."""
    number = int(float(year)) + (2000 if len(year) == 2 else 0)
    return f"{number}-{month:02d}" if _FIRST_YEAR <= number <= _LAST_YEAR and 1 <= month <= 12 else ""
