"""Numbers, dates and lists are those of CLDR, whatever the language; Babel is the oracle."""

import datetime
import math
import re
import subprocess
import sys

import pytest
from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.texts import (
    LANGUAGES,
    SPOKEN,
    date_format,
    date_words,
    has_decimal_comma,
    moment_words,
    month_words,
    number,
    number_of,
    people_rounded,
    percent,
    plain,
    time_words,
    weekday_word,
)
from iqgeo.texts.conventions import (
    and_words,
    and_words_by_babel,
    date_format_by_babel,
    date_words_by_babel,
    signs,
    signs_by_babel,
)
from iqgeo.words.clauses import listed

LOCALES = {lang: Locale.parse(SPOKEN[lang].locale) for lang in LANGUAGES}
languages = st.sampled_from(LANGUAGES)
finite = st.floats(-1e10, 1e10)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_signs_known_without_babel_are_its_own(lang):
    assert signs(lang) == signs_by_babel(lang)


@given(st.lists(st.text(), max_size=5), st.dates(), languages)
def test_lists_and_days_known_without_babel_are_its_own(names, day, lang):
    assert and_words(names, lang) == and_words_by_babel(names, lang)
    assert date_words(day, lang) == date_words_by_babel(day, lang)
    assert date_format(lang) == date_format_by_babel(lang)


_GERMAN = """
import sys
from datetime import date
from iqgeo.texts import date_format, date_words, percent
from iqgeo.texts.conventions import and_words
assert percent(0.5, "de")
told = and_words(["Leer", "Goslar"], "de"), date_words(date(2012, 12, 31), "de"), date_format("de")
assert told == ("Leer und Goslar", "31.12.2012", "dd.mm.yyyy"), told
assert "babel" not in sys.modules
"""


def test_a_german_paper_loads_no_babel():
    done = subprocess.run([sys.executable, "-c", _GERMAN], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def babel_number(value: float, lang: str, digits: int) -> str:
    """What Babel writes of what Python rounds, with a true minus and no minus before zero."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    written = format_decimal(round(value, digits) + 0.0, pattern, LOCALES[lang])
    return written.replace("-", "\u2212")


@given(finite, languages, st.integers(0, 4))
def test_a_number_is_what_babel_writes(value, lang, digits):
    assert number(value, lang, digits) == babel_number(value, lang, digits)


@given(finite, languages, st.integers(0, 4))
def test_a_number_is_read_as_it_is_written(value, lang, digits):
    """With its groups or without, and by whoever writes the other sign for a fraction."""
    whole = round(value, digits) + 0.0
    assert number_of(number(value, lang, digits), lang) == whole
    if abs(whole) >= 1e-4 or not whole:
        bare = f"{whole:.4f}"
        assert number_of(bare.replace(".", signs(lang).decimal), lang) == whole
        assert number_of(f"{whole:.2f}".replace(".", ","), lang) == round(whole, 2)
        assert number_of(f" {whole:.2f}\u00a0", lang) == round(whole, 2)


@pytest.mark.parametrize(
    "written", ["", "-", ".", "1.2.3", "1,2,3", "1.2345,6.7", "12 km", "1e3", "nan", "inf", "²"]
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_no_number_is_none(written, lang):
    with pytest.raises(ValueError, match=f"^{re.escape(written)}$|could not convert"):
        number_of(written, lang)


@given(st.floats(-1, 1), languages)
def test_a_share_is_what_babel_writes(share, lang):
    hundredths = round(100 * share, 1) + 0.0
    written = format_percent(
        hundredths / 100, "#,##0.0" + LOCALES[lang].percent_formats[None].pattern[5:], LOCALES[lang]
    )
    assert percent(share, lang).replace("\u2212", "-") == written


@given(st.integers(1, 10**9), st.integers(1, 10**6), languages)
def test_a_setting_uses_the_decimal_sign(over, under, lang):
    value = over / under
    back = plain(value, lang)
    assert float(back.replace(",", ".") if has_decimal_comma(lang) else back) == pytest.approx(value)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_no_number_is_a_sign(lang):
    assert number(math.nan, lang) == "–"
    assert number(math.inf, lang) == "∞"


@given(st.lists(st.sampled_from(["Stade", "Cuxhaven", "Osnabrück, Stadt", " "]), max_size=5), languages)
def test_a_list_is_what_babel_writes(names, lang):
    named = [it for it in names if it.strip()]
    assert listed(names, lang) == format_list(named, locale=LOCALES[lang])


def test_dates_as_each_language_has_them():
    day = datetime.date(2013, 3, 5)
    assert [date_words(day, lang) for lang in ("de", "en")] == ["05.03.2013", "5 Mar 2013"]
    assert [month_words(day, lang) for lang in ("de", "en")] == ["März 2013", "March 2013"]
    assert [weekday_word(day, lang) for lang in ("de", "en")] == ["Dienstag", "Tuesday"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_moment_is_told_in_the_zone_of_this_machine(lang):
    local = datetime.datetime(2013, 3, 5, 14, 7).astimezone()
    far = local.astimezone(datetime.timezone(datetime.timedelta(hours=-9)))
    assert time_words(far, lang) == "14:07"
    assert moment_words(far, lang) == f"{date_words(local.date(), lang)}, 14:07"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_millions_have_the_word_of_the_language(lang):
    word = LOCALES[lang].compact_decimal_formats["long"]["other"]["1000000"].pattern.removeprefix("0 ")
    assert people_rounded(1_340_000, lang) == f"{number(1.3, lang, 1)}\u00a0{word}"
    assert people_rounded(996_000, lang) == f"{number(1.0, lang, 1)}\u00a0{word}"


@given(st.dates(datetime.date(1900, 3, 1), datetime.date(2200, 1, 1)), languages)
def test_a_spreadsheet_shows_a_date_as_babel_writes_it(day, lang):
    locale, _, pattern = date_format(lang).rpartition("]")
    # Names of months would be in the reader's language, not in the file's.
    assert locale == {"de": "", "en": "[$-809", "nl": "[$-413"}[lang]
    months = LOCALES[lang].months["format"]["abbreviated"]
    parts = {
        "dd": f"{day.day:02}", "d": str(day.day), "mmm": months[day.month], "mm": f"{day.month:02}",
        "yyyy": f"{day.year:04}",
    }  # fmt: skip
    shown = re.sub("[a-z]+", lambda it: parts[it[0]], pattern)
    assert shown == date_words(day, lang)
