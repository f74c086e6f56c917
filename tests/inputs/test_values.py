"""Numbers in every notation, words of strangers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.inputs.area_columns import holds_numbers
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.ids import made_ids, read_ids
from iqgeo.inputs.layout import is_number
from iqgeo.inputs.number_marks import GROUPING
from iqgeo.inputs.values import read_numbers
from iqgeo.inputs.word_cells import read_words
from iqgeo.inputs.words import HARMFUL, cleaned, folded, shown
from iqgeo.inputs.years import read_years
from iqgeo.reading import Reading
from iqgeo.texts import number


def _read(cells: list[str], role: str = "count", **options):
    findings = Findings("a.csv", np.arange(2, 2 + len(cells)))
    return read_numbers(pd.Series(cells, dtype="str"), findings, "people", role, **options), findings


@given(st.lists(st.integers(0, 10**9), min_size=2))
def test_german_thousands_of_whole_persons(values):
    """A column of persons written with points reads as written, if one of them shows what points mean."""
    cells = [number(value, "de") for value in [*values, 1_234_567]]
    read, findings = _read(cells)
    assert read.values.tolist() == [*values, 1_234_567]
    assert not findings.any


@given(
    st.lists(st.tuples(st.integers(0, 10**8), st.sampled_from(GROUPING)), min_size=1),
    st.sampled_from(["count", "km", "metres"]),
)
def test_thousands_are_grouped_by_any_blank_apostrophe_or_underscore(values, role):
    """As Switzerland, programs and offices write them; also mixed in a column, and with a mark behind."""
    cells = [f"{value:,}".replace(",", sign) for value, sign in values]
    for written in (cells, [f"{it} r" for it in cells]):
        read, findings = _read(written, role)
        assert read.values.tolist() == [value for value, _ in values]
        assert not findings.any
    assert holds_numbers(pd.Series(cells, dtype="str"))


@pytest.mark.parametrize("cell", ["2021_2022", "1_23", "12_3456", "_123", "1__234", "A_123"])
def test_an_underscore_elsewhere_is_no_number(cell):
    assert _read([cell])[1].any
    assert not is_number(cell)


@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False).map(lambda it: round(it, 4)), min_size=1))
def test_decimal_commas_and_points_mean_the_same(values):
    point, _ = _read([f"{value:.4f}" for value in values], "coordinate")
    comma, findings = _read([f"{value:.4f}".replace(".", ",") for value in values], "coordinate")
    assert np.allclose(point.values, values, atol=0)
    assert point.values.tolist() == comma.values.tolist()
    assert not findings.any


@pytest.mark.parametrize(
    ("cells", "role", "expected"),
    [
        (["1.234", "56"], "count", [1234, 56]),
        (["12.345", "0.500"], "count", [12.345, 0.5]),
        (["1,234", "56"], "count", [1234, 56]),
        (["1,234.5", "56"], "share", [1234.5, 56]),
        (["1.234,5", "56"], "count", [1234.5, 56]),
        (["1 234", "1\u202f234", "1'234", "5"], "count", [1234, 1234, 1234, 5]),
        (["\u22125,5", "+3"], "coordinate", [-5.5, 3]),
        (["1e3", ".5", "5."], "coordinate", [1000, 0.5, 5]),
        (["12,5 %", "3%", "4 v.H."], "share", [12.5, 3, 4]),
        (["12,5 km", "3"], "km", [12.5, 3]),
        (["-", "–", "5"], "count", [0, 0, 5]),
        ([".", "...", "/", "x", "5"], "count", [math.nan] * 4 + [5]),
    ],
)
def test_notations(cells, role, expected):
    read, findings = _read(cells, role)
    np.testing.assert_array_equal(read.values, expected)
    assert not findings.any


@pytest.mark.parametrize(
    "cell", ["12.5.3", "1,2,3", "0x1F", "1_000", "12 5", "٣", "１２", "--5", "5-", "drei"]
)
def test_what_is_no_number(cell):
    read, findings = _read([cell, "5"], "coordinate")
    assert [problem.code for problem in findings.problems] == ["number_unreadable"]
    assert math.isnan(read.values[0])


@pytest.mark.parametrize("cell", ["NaN", "nan", "inf", "-Infinity", "1e999", "1.#INF"])
def test_what_is_not_finite(cell):
    read, findings = _read([cell, "5"], "coordinate")
    assert len(findings.problems) == 1
    assert findings.problems[0].code in ("number_not_finite", "number_unreadable")
    assert math.isnan(read.values[0])


@given(st.text(max_size=300))
def test_cleaned_text_is_harmless_and_stable(word):
    bare = cleaned(word)
    assert not HARMFUL.search(bare)
    assert cleaned(bare) == bare
    assert len(shown(word)) <= 60
    bare.encode("utf-8")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=20))
def test_words_are_cleaned_alike_in_a_column_and_alone(words):
    """The pattern for Arrow and the one for Python name the same characters."""
    findings = Findings("a.csv", np.arange(len(words)))
    column = read_words(pd.Series(words, dtype="str"), findings, "name")
    for word, read in zip(words, column, strict=True):
        assert not HARMFUL.search(read)
        if not HARMFUL.search(word.strip()):
            assert read == word.strip()


@given(st.lists(st.sampled_from(["1", "01", "a", "A", "b", ""]), min_size=1, max_size=8))
def test_ids_are_told_apart_as_text(ids):
    findings = Findings("a.csv", np.arange(2, 2 + len(ids)))
    read_ids(pd.Series(ids, dtype="str"), findings, "id")
    filled = [it for it in ids if it]
    expected = ids.count("") + len(filled) - len(set(filled))
    assert len(findings.problems) == expected


def test_folded_headings():
    assert folded("geogr. Länge") == folded("GEOGR_LAENGE") == "geogrlaenge"
    assert folded("Straße") == "strasse"
    assert folded("La\u0308nge") == "laenge"


@pytest.mark.parametrize(
    ("decimal", "values", "asked"),
    [
        ("", [12345, 7250], ["thousands_unclear"]),
        ("comma", [12345, 7250], []),
        ("point", [12.345, 7.25], []),
    ],
)
def test_points_that_can_mean_both_are_asked_about(decimal, values, asked):
    findings = Findings("a.csv", np.arange(2, 4), Reading(decimal=decimal))
    read = read_numbers(pd.Series(["12.345", "7.250"], dtype="str"), findings, "people", "count")
    assert read.values.tolist() == values
    assert [problem.code for problem in findings.problems] == asked


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("2013", 2013, None),
        ("01.07.2009 - 30.06.2015", 2009, 2015),
        ("2009-2015", 2009, 2015),
        ("2009/2015", 2009, 2015),
        ("2009–2015", 2009, 2015),
        ("seit 1. Juli 2009", 2009, None),
        ("von 2009 bis 2015", 2009, 2015),
        ("2013-07-01", 2013, None),
        ("2013-07-01T00:00:00", 2013, None),
        ("7/2013", 2013, None),
    ],
)
def test_spans_of_years(cell, first, last):
    findings = Findings("a.csv", np.arange(2, 3))
    begun, ended = read_years(pd.Series([cell], dtype="str"), findings, "opened")
    assert begun.tolist() == [first]
    assert [None if it is pd.NA else it for it in ended.tolist()] == [last]
    assert not findings.any


@pytest.mark.parametrize("cell", ["20134", "2009 2010 2011", "2009 foo 7 bar!", "12.345.678"])
def test_what_is_no_year(cell):
    findings = Findings("a.csv", np.arange(2, 3))
    read_years(pd.Series([cell], dtype="str"), findings, "opened")
    assert [problem.code for problem in findings.problems] == ["year_unreadable"]


@given(st.lists(st.sampled_from(("a", "a-2", "a-3", "b", "b-2", "")), max_size=12))
def test_ids_that_are_made_tell_all_rows_apart(written: list[str]) -> None:
    rows = np.arange(2, len(written) + 2)
    made = made_ids(rows, pd.Series(written, dtype="str"), Findings("a.csv", rows), "id").tolist()
    assert len(set(made)) == len(made)
    firsts = {it: at for at, it in reversed(list(enumerate(written))) if it}
    assert all(made[at] == it for it, at in firsts.items())


def test_a_hundred_thousand_twins_do_not_look_at_each_other() -> None:
    rows = np.arange(100_000)
    made = made_ids(rows, pd.Series(["a"] * 100_000, dtype="str"), Findings("a.csv", rows), "id")
    assert made.iloc[-1] == "a-100000"


def _of_numbers(values, decimal=""):
    findings = Findings("a.xlsx", np.arange(2, 2 + len(values)), Reading(decimal=decimal))
    return read_numbers(pd.Series(values, dtype=float), findings, "people", "count"), findings


@given(st.lists(st.integers(0, 999_999), min_size=1, max_size=12))
def test_counts_whose_thousands_became_decimals_in_a_workbook_are_asked_about(people):
    """A German table that an English Excel has opened: 12.345 people are no twelve and a third."""
    turned = [it / 1000 if it >= 1000 else float(it) for it in people]
    broken = [it for it in people if it >= 1000 and it % 1000]
    with_three = [it for it in broken if it % 10]
    read, findings = _of_numbers(turned)
    asked = [it.code for it in findings.problems]
    if broken and 2 * len(with_three) >= len(broken):
        assert asked == ["thousands_unclear"]
        told, answered = _of_numbers(turned, "comma")
        # Whole thousands lost their zeros without a trace.
        lost = [it if it < 1000 or it % 1000 else it // 1000 for it in people]
        assert told.values.tolist() == lost
        assert not answered.any
        kept, _ = _of_numbers(turned, "point")
        assert kept.values.tolist() == turned
    else:
        assert asked == []
        assert read.values.tolist() == turned


@given(st.lists(st.floats(0, 0.999) | st.floats(1000.5, 1e6), min_size=1, max_size=9))
def test_estimated_people_in_parts_are_read_as_they_are(people):
    read, findings = _of_numbers([0.1234, *people])
    assert read.values.tolist() == [0.1234, *people]
    assert not findings.any
