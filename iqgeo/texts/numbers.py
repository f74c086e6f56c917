"""Numbers as the readers of a language write them: 1.234,5 or 1,234.5, and a true minus."""

import math
import re
from typing import Final

from iqgeo.texts.catalogue import text
from iqgeo.texts.conventions import NBSP, million_word, signs
from iqgeo.texts.languages import Lang

MINUS = "\u2212"
_NUMBER: Final = re.compile(r"[+-]?(?=[.,]?[0-9])[0-9.,]*", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}([.,][0-9]{3})+", re.ASCII)


def number(value: float, lang: Lang = "de", digits: int = 0) -> str:
    """``1234.5`` as ``1.234,5`` (de) or ``1,234.5`` (en), rounded to ``digits`` decimals; NaN as a dash."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    its = signs(lang)
    # Adding 0.0 turns the -0.0 that rounding can leave into 0.0.
    whole, _, rest = f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", MINUS).partition(".")
    whole = whole.replace(",", its.group)
    return f"{whole}{its.decimal}{rest}" if rest else whole


def signed(value: float, lang: Lang = "de", digits: int = 0) -> str:
    """A change: ``+ 513.500`` or ``− 18.800``; nothing before zero."""
    rounded = round(value, digits)
    if rounded == 0 or math.isnan(value):
        return number(value, lang, digits)
    return f"{'+' if rounded > 0 else MINUS}{NBSP}{number(abs(value), lang, digits)}"


def km(value: float, lang: Lang = "de", digits: int = 1) -> str:
    """A length in kilometres with a non-breaking space: ``35,0 km``."""
    return f"{number(value, lang, digits)}{NBSP}km"


def percent(share: float, lang: Lang = "de", digits: int = 1) -> str:
    """A share between 0 and 1 in per cent: ``47,1 %`` (de), ``47.1%`` (en)."""
    return f"{number(100 * share, lang, digits)}{signs(lang).percent}"


def of_hundred(share: float, lang: Lang = "de") -> str:
    """A share between 0 and 1 as people understand it: ``47 von 100``.

    Never rounds to 0 or 100 what is not exactly that: 99.7 % is 99 of 100, 0.2 % is 1 of 100.
    """
    return text("words.of_hundred", lang, count=round(_hundredths(share, 0)))


def in_hundred(share: float, lang: Lang = "de", digits: int = 1) -> str:
    """A share between 0 and 1 as a number of 100: ``47,3``; 0 or 100 only where it is exactly that."""
    return number(_hundredths(share, digits), lang, digits)


def range_in_hundred(low: float, share: float, high: float, lang: Lang = "de") -> tuple[str, str]:
    """The ends of a range around a share that is said with one decimal: ``("63", "71")``.

    Whole numbers, unless these are the same or do not hold the share between them: 1.6 does not lie
    between 2 and 2. Then they have a decimal as well.
    """
    least, most = _hundredths(low, 0), _hundredths(high, 0)
    digits = 0 if least < most and least <= _hundredths(share, 1) <= most else 1
    return in_hundred(low, lang, digits), in_hundred(high, lang, digits)


def _hundredths(share: float, digits: int) -> float:
    """A share of 100, rounded; 0 or 100 only where it is exactly that."""
    rounded, least = round(100 * share, digits), 10.0**-digits
    if share < 1:
        rounded = min(rounded, 100 - least)
    return max(rounded, least) if share > 0 else rounded


def people_rounded(people: float, lang: Lang = "de") -> str:
    """People for a board: two leading digits, millions in words (``840.000``, ``1,3 Millionen``)."""
    if people >= 1_000_000:
        word = million_word(f"{people / 1e6:.1f}", lang)
        return f"{number(people / 1e6, lang, 1)}{NBSP}{word}"
    step = 10 ** max(0, len(str(int(people))) - 2)
    rounded = round(people / step) * step
    return people_rounded(rounded, lang) if rounded >= 1_000_000 else number(rounded, lang)


def plain(value: float, lang: Lang = "de") -> str:
    """A setting as short as it can be written: ``35``, ``1,3``."""
    return f"{value:.10g}".replace(".", signs(lang).decimal)


def number_of(written: str, lang: Lang = "de") -> float:
    """A number as somebody types it, in the writing of the language or the other one.

    One sign alone before three digits is what the language takes it for: ``1.234`` is a thousand and more
    in German and hardly more than one in English.

    Parameters
    ----------
    written : str
        What was typed.
    lang : Lang
        The language of the page it was typed on.

    Returns
    -------
    float
        The number, a finite one.

    Raises
    ------
    ValueError
        If it is none.
    """
    its = signs(lang)
    figures = "".join(written.split()).replace(MINUS, "-")
    parts = _NUMBER.fullmatch(figures)
    if parts is None:
        raise ValueError(written)
    used = [it for it in figures if it in ".,"]
    if len(set(used)) == 2:
        decimal = used[-1]
    elif len(used) == 1 and not (used[0] == its.group and _GROUPED.fullmatch(figures)):
        decimal = used[0]
    else:
        decimal = ""
    whole, _, rest = figures.partition(decimal) if decimal else (figures, "", "")
    if any(it in rest for it in ".,") or (any(it in whole for it in ".,") and not _GROUPED.fullmatch(whole)):
        raise ValueError(written)
    value = float(f"{re.sub('[.,]', '', whole)}.{rest or 0}")
    if not math.isfinite(value):
        raise ValueError(written)
    return value


def has_decimal_comma(lang: Lang) -> bool:
    """Whether a comma is the decimal sign, so that spreadsheets part columns by a semicolon."""
    return signs(lang).decimal == ","
