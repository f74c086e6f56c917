"""What a language's conventions are, as Babel has them from CLDR: signs of numbers, words of dates and lists.

Babel is imported when a convention is first asked for. Its signs are asked once a language, because its own
formatting of a number takes twenty times as long as Python's and an answer holds thousands of them; that both
write the same is a law of the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from iqgeo.texts.languages import SPOKEN, Lang

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from babel.core import Locale

NBSP = "\u00a0"


@cache
def locale_of(lang: Lang) -> Locale:
    """Babel's locale of a language."""
    from babel.core import Locale

    return Locale.parse(SPOKEN[lang].locale)


@dataclass(frozen=True)
class Signs:
    """How a language writes numbers: what groups thousands, the decimal sign, what stands behind a share."""

    group: str
    decimal: str
    percent: str


# What Babel says of these, held by a test: an answer that needs nothing else does not load it.
_KNOWN: Final[Mapping[str, Signs]] = {
    "de_DE": Signs(".", ",", f"{NBSP}%"),
    "en_GB": Signs(",", ".", "%"),
    "nl_NL": Signs(".", ",", "%"),
}
# The same: what stands before the last name of a list, and days of numbers alone, here and in a spreadsheet.
_AND: Final[Mapping[str, str]] = {"de_DE": " und ", "en_GB": " and ", "nl_NL": " en "}
_DAY: Final[Mapping[str, tuple[str, str]]] = {"de_DE": ("{0.day:02}.{0.month:02}.{0.year}", "dd.mm.yyyy")}


@cache
def signs(lang: Lang) -> Signs:
    """The signs of a language; a blank among them never breaks a line."""
    return _KNOWN.get(SPOKEN[lang].locale) or signs_by_babel(lang)


def signs_by_babel(lang: Lang) -> Signs:
    """The same, asked of Babel."""
    from babel.numbers import format_percent, get_decimal_symbol, get_group_symbol

    locale = locale_of(lang)
    written = (
        get_group_symbol(locale), get_decimal_symbol(locale), format_percent(0, locale=locale).lstrip("0"),
    )  # fmt: skip
    return Signs(*(it.replace(" ", NBSP) for it in written))


def million_word(millions: str, lang: Lang) -> str:
    """The word behind so many millions, as ``1.3``: the digits that are shown decide its number."""
    return _million_word(locale_of(lang).plural_form(Decimal(millions)), lang)


@cache
def _million_word(plural: str, lang: Lang) -> str:
    patterns = locale_of(lang).compact_decimal_formats["long"]
    return str(patterns[plural]["1000000"].pattern).strip("0 ")


def date_words(day: date, lang: Lang) -> str:
    """A date as the language writes it: ``31.12.2012``, ``31 Dec 2012``."""
    if (known := _DAY.get(SPOKEN[lang].locale)) is not None:
        return known[0].format(day)
    return date_words_by_babel(day, lang)


def date_words_by_babel(day: date, lang: Lang) -> str:
    """The same, asked of Babel."""
    from babel.dates import format_date

    return format_date(day, "medium", locale_of(lang))


def date_format(lang: Lang) -> str:
    """The same as a spreadsheet is told to show a date: ``dd.mm.yyyy``, ``[$-809]d mmm yyyy``."""
    if (known := _DAY.get(SPOKEN[lang].locale)) is not None:
        return known[1]
    return date_format_by_babel(lang)


def date_format_by_babel(lang: Lang) -> str:
    """The same, asked of Babel."""
    from locale import windows_locale

    pattern = str(locale_of(lang).date_formats["medium"].pattern).replace("y", "yyyy").lower()
    if "mmm" not in pattern:
        return pattern
    # Names of months are in the reader's language unless it is said which, by its number.
    key = next(number for number, name in windows_locale.items() if name == SPOKEN[lang].locale)
    return f"[$-{key:X}]{pattern}"


def time_words(at: datetime, lang: Lang) -> str:
    """A time of day, in the zone of this machine: ``14:05``."""
    from babel.dates import format_time

    # Without its zone: Babel would tell the time of Greenwich.
    return format_time(at.astimezone().replace(tzinfo=None), "short", locale=locale_of(lang))


def moment_words(at: datetime, lang: Lang) -> str:
    """Date and time, in the zone of this machine: ``31.12.2012, 14:05``."""
    pattern = str(locale_of(lang).datetime_formats["medium"])
    local = at.astimezone()
    return pattern.format(time_words(local, lang), date_words(local.date(), lang))


def weekday_word(day: date, lang: Lang) -> str:
    """The day of the week: ``Dienstag``."""
    from babel.dates import format_date

    return format_date(day, "EEEE", locale_of(lang))


def month_words(day: date, lang: Lang) -> str:
    """Month and year: ``März 2013``."""
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", day, locale=locale_of(lang))


def and_words(names: Sequence[str], lang: Lang) -> str:
    """The names as a sentence lists them: ``a, b und c``."""
    known = _AND.get(SPOKEN[lang].locale)
    if known is None:
        return and_words_by_babel(names, lang)
    return known.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def and_words_by_babel(names: Sequence[str], lang: Lang) -> str:
    """The same, asked of Babel."""
    from babel.lists import format_list

    return format_list(names, locale=locale_of(lang))
