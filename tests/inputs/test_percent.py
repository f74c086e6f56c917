"""Shares are of the unit that their heading or the look of their cells says, however small they are."""

import io
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import read_shares, shares_pct
from iqgeo.inputs.workbook_marks import percent_cells, shown_as_percent
from tests.draws import draws
from tests.inputs.conftest import csv
from tests.inputs.test_opendocument import book, cell, sheet

HEADINGS = ("Anteil in %", "Anteil (%)", "Ausländeranteil in Prozent", "share (per cent)")


def _keys(region):
    return sorted(region.district_names)


@settings(max_examples=4)
@given(st.sampled_from(HEADINGS), st.floats(0.01, 1.0), st.booleans())
def test_a_heading_that_says_per_cent_is_believed_and_that_is_said(region, heading, share, comma):
    written = f"{share:.3f}".replace(".", "," if comma else ".")
    content = f"AGS;{heading}\n" + "\n".join(f"{it};{written}" for it in _keys(region))
    intake = read_shares(csv(content), region, weight="foreigners")
    assert list(shares_pct(intake).values()) == pytest.approx([round(share, 3)] * 45)
    said = next(it for it in intake.repairs if it.code == "share_percent_said")
    assert f"{written} ist {written} %" in said.sentence("de")


@pytest.mark.parametrize(
    "behind", ["%", " %", " Prozent", " v. H.", " v.H.", " vH", " per cent", " pct", "E+00"]
)
def test_a_word_behind_every_figure_is_no_reason_not_to_see_it(region, behind):
    content = "AGS;Wert\n" + "\n".join(f"{it};1{at % 9},5{behind}" for at, it in enumerate(_keys(region)))
    intake = read_shares(csv(content), region, weight="foreigners")
    assert list(shares_pct(intake).values()) == [10.5 + at % 9 for at in range(45)]


@pytest.mark.parametrize("behind", ["‰", " ‰", " Promille", " v. T."])
@pytest.mark.parametrize("heading", ["Wert", "Anteil", "Anteil in Promille"])
def test_figures_per_mille_are_a_tenth_of_per_cent(region, heading, behind):
    content = f"AGS;{heading}\n" + "\n".join(
        f"{it};{70 + at % 9}{behind}" for at, it in enumerate(_keys(region))
    )
    intake = read_shares(csv(content), region, weight="foreigners")
    assert list(shares_pct(intake).values()) == pytest.approx([7 + at % 9 / 10 for at in range(45)])


@pytest.mark.parametrize(("cell", "code"), [("=B7", "number_is_formula"), ("hoch", "number_unreadable")])
def test_cells_of_a_share_that_are_no_numbers_are_named_and_the_column_is_there(region, cell, code):
    content = "ags;share_pct\n" + "\n".join(f"{it};{cell}" for it in _keys(region))
    with pytest.raises(InputError) as refused:
        read_shares(csv(content), region)
    assert {it.code for it in refused.value.problems} == {code, "more_rows"}


@settings(max_examples=draws(10), deadline=None)
@given(wrong=st.integers(1, 40), scale=st.sampled_from([0.01, 0.1]))
def test_fractions_among_per_cent_are_told(region, wrong, scale):
    shares = [6 + at % 30 / 10 for at in range(45)]
    written = [it * scale if at < wrong else it for at, it in enumerate(shares)]
    content = "ags;share_pct\n" + "\n".join(
        f"{a};{b:.4f}" for a, b in zip(_keys(region), written, strict=True)
    )
    intake = read_shares(csv(content), region)
    assert list(shares_pct(intake).values()) == pytest.approx(written)
    told = [it.count for it in intake.repairs if it.code == "share_hundredfold"]
    # A tenth of the others is a small share beside them and no fraction.
    assert told == ([wrong] if scale == 0.01 else [])


@pytest.mark.parametrize("behind", ["", " Personen", " Einw.", "E+00", " persons"])
def test_persons_in_words_are_persons(region, behind):
    content = "AGS;Wert\n" + "\n".join(f"{it};12{at:02d}{behind}" for at, it in enumerate(_keys(region)))
    intake = read_shares(csv(content), region, weight="foreigners")
    assert intake.frame["persons"].tolist() == [1200 + at for at in range(45)]


def _excel(region, shown, hidden=False):
    excel = openpyxl.Workbook()
    excel.active.append(["AGS", "Name", "Anteil"])
    for at, key in enumerate(_keys(region)):
        excel.active.append([key, f"Kreis {at}", 0.125])
        if shown:
            # One built in, one of the user's own.
            excel.active.cell(at + 2, 3).number_format = "0%" if at % 2 else '0.0" v. H. "%'
    excel.active.column_dimensions["B"].hidden = hidden
    stream = io.BytesIO()
    excel.save(stream)
    return stream.getvalue(), "a.xlsx"


def test_cells_of_excel_that_show_per_cent_are_read_as_they_are_shown(region):
    """Beside one that was typed as 12.5 without a format, too: nothing is a hundredfold of the others."""
    data, name = _excel(region, shown=True)
    excel = openpyxl.load_workbook(io.BytesIO(data))
    excel.active["C4"].value, excel.active["C4"].number_format = 12.5, "General"
    stream = io.BytesIO()
    excel.save(stream)
    assert set(shares_pct(read_shares((stream.getvalue(), name), region)).values()) == {12.5}
    assert set(shares_pct(read_shares(_excel(region, shown=False), region)).values()) == {12.5}


def test_what_is_no_cell_of_a_sheet_shows_nothing_as_per_cent(region):
    """A reference to row 0 is not the last one's, and an attribute of another's is no look."""
    styled, _ = _excel(region, shown=True)
    content = b'<c r="C0" s="1"/><c r="3" s="1"/><c r="C2" x:s="1"/><c r="C46" s="1"/>'
    with zipfile.ZipFile(io.BytesIO(styled)) as archive:
        assert percent_cells(archive, content) == [(46, 3)]


def test_cells_of_libreoffice_that_show_per_cent_are_read_as_they_are_shown(region):
    shown = (
        '<table:table-cell office:value-type="percentage" office:value="0.008">'
        "<text:p>1 %</text:p></table:table-cell>"
    )
    rows = [[cell("AGS"), cell("Anteil in %")], *([cell(it), shown] for it in _keys(region))]
    data = book(sheet(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows))
    assert set(shares_pct(read_shares((data, "a.ods"), region)).values()) == {0.8}


def test_columns_that_are_hidden_are_said_to_be_read(region):
    intake = read_shares(_excel(region, shown=True, hidden=True), region)
    said = next(it for it in intake.repairs if it.code == "columns_hidden")
    assert said.details == {"columns": "Name"}


@given(st.floats(-1e4, 1e4).map(lambda it: round(it, 9)))
def test_a_number_shown_as_per_cent_stays_the_same(number):
    assert float(shown_as_percent(number).removesuffix(" %")) == pytest.approx(100 * number, abs=1e-9)
    assert pd.isna(shown_as_percent(None)) or shown_as_percent(None) is None
