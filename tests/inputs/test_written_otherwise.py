"""Numbers, degrees and years as programs and hands leave them in cells."""

import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from iqgeo.errors import InputError
from iqgeo.inputs import read_demand, read_offices
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.values import read_numbers
from iqgeo.inputs.years import read_years

from .conftest import csv, excel

DATES = ["2022-05-01", "01. Mai", "1.5.", "01.05.2022", "Mrz 12", "12. Okt", "Dez 07"]
DEGREES = [
    "{d}°{m}'{s}\"", "{d}º {m}′ {s}″", "{d}˚{m}´{s}´´", "{d}°{m}’{s}’’", "{d}Â°{m}'{s}\"", "{d}:{m}:{s}",
    "{d} {m} {s}",
]  # fmt: skip


def found(column, role="count"):
    findings = Findings("t.csv", pd.Series(range(2, 2 + len(column))).to_numpy())
    return read_numbers(pd.Series(column, dtype="str"), findings, "n", role), findings


@pytest.mark.parametrize("role", ["count", "share", "coordinate", "km"])
@pytest.mark.parametrize("cell", [*DATES, "=10*10"])
def test_what_a_spreadsheet_made_of_a_number_is_called_by_its_name(cell, role):
    _, findings = found(["7", cell], role)
    code = "number_is_formula" if cell.startswith("=") else "number_is_date"
    assert [(it.code, it.row) for it in findings.problems] == [(code, 3)]


def test_rows_of_formulas_that_nobody_computed_are_not_passed_over():
    book = Workbook()
    book.active.append(["id", "name", "lon", "lat"])
    book.active.append([1, "Göttingen", 9.93, 51.53])
    book.active.append(["=A2+1", "=B2", "=C2", "=D2"])
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(InputError) as refused:
        read_offices((stream.getvalue(), "stellen.xlsx"))
    assert {(it.code, it.row) for it in refused.value.problems if it.row} == {("number_is_formula", 3)}


@pytest.mark.parametrize(
    ("cell", "value"), [("1,5E+03", 1500), ("'1500", 1500), ("'-3,5", -3.5), ("1.5E3", 1500)]
)
def test_numbers_that_programs_wrap(cell, value):
    numbers, findings = found([cell])
    assert not findings.any
    assert numbers.values.tolist() == [value]


@pytest.mark.parametrize("cell", ["NULL", "null", "None", "<NA>", "\\N", "(null)"])
def test_words_of_databases_for_nothing_are_no_figure(cell):
    numbers, findings = found(["7", cell])
    assert not findings.any
    assert numbers.sign.tolist() == [False, True]


@settings(max_examples=30)
@given(
    st.sampled_from(DEGREES),
    st.integers(0, 179),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(["", " E", "W"]),
)
def test_degrees_minutes_and_seconds_in_every_sign(form, d, m, s, turn):
    cell = form.format(d=d, m=f"{m:02}", s=f"{s:02}") + turn
    numbers, findings = found([cell, "9,5 Grad"], "coordinate")
    assert not findings.any
    value = (d + m / 60 + s / 3600) * (-1 if turn == "W" else 1)
    assert numbers.values.tolist() == pytest.approx([value, 9.5], abs=1e-8)


def years(cell, *, ends=False):
    findings = Findings("t.csv", pd.Series([2]).to_numpy())
    first, last = read_years(pd.Series([cell], dtype="str"), findings, "opened", ends=ends)
    assert not findings.any
    return [None if pd.isna(it) else int(it) for it in (first[0], last[0])]


@settings(max_examples=20)
@given(
    st.integers(1950, 2060),
    st.sampled_from(
        ["({})", "{}*", "{} ?", "{} 1)", "{} (vorläufig)", "{}.0", "{},0", "III/{}", "(seit {})"]
    ),
)  # fmt: skip
def test_a_year_with_a_mark_beside_it_is_that_year(year, form):
    assert years(form.format(year)) == [year, None]


@pytest.mark.parametrize(
    "cell",
    ["00.01.1900", "01.01.1900", "1900-01-01", "30.12.1899", "1899-12-30 00:00:00", "NaT", "nan", "NULL"],
)  # fmt: skip
def test_the_zero_day_of_a_program_is_no_year(cell):
    """An office without an end had closed in 1900, and was in no network, unsaid."""
    assert years(cell, ends=True) == [None, None]
    offices = csv(f"id;name;lon;lat;closed\n1;A;9,7;52,3;{cell}\n2;B;9,8;52,4;2015\n")
    assert read_offices(offices).frame["closed"].fillna(0).tolist() == [0, 2015]


def test_a_note_that_says_more_than_the_year_is_not_passed_over():
    for cell in ("2009 (geschlossen)", "2009 (bis 2015)", "2009, 2018 umgezogen"):
        with pytest.raises(InputError):
            read_offices(csv(f"id;name;lon;lat;opened\n1;A;9,7;52,3;{cell}\n"))
    dated = excel(T=pd.DataFrame({"lon": [9.7], "lat": [52.3], "people": [pd.Timestamp(2022, 5, 1)]}))
    with pytest.raises(InputError) as refused:
        read_demand((dated, "menschen.xlsx"))
    assert [it.code for it in refused.value.problems] == ["number_is_date"]
