"""Tables as offices publish them: titles above, headers of several rows, footnotes below, rows hidden."""

import io

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.inputs.layout import footnotes_from, layout_of
from iqgeo.inputs.sites import read_offices
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import form_of
from iqgeo.inputs.text_table import read_text
from iqgeo.inputs.workbook import read_workbook

from .conftest import csv

HEADER = ["", "", "Bevölkerung", "Bevölkerung", "Ausländer", "Ausländer"]
UNDER = ["", "", "insgesamt", "männlich", "insgesamt", "männlich"]
BODY = [
    ["01001", "Flensburg", "82258", "40534", "5129", "2603"],
    ["01002", "Kiel", "-", ".", "16571", "7986"],
]
NOTES = ["__________", "© Statistische Ämter des Bundes und der Länder, 2017.", "Stand: 10.10.2017"]


def table(content: str | bytes, name: str = "a.csv"):
    data = content.encode() if isinstance(content, str) else content
    opened = open_source((data, name))
    form = form_of(opened)
    return read_workbook(opened, 10_000) if form == "workbook" else read_text(opened, form, 10_000)


def written(rows, delimiter=";"):
    return "\n".join(delimiter.join(f'"{cell}"' if "\n" in cell else cell for cell in row) for row in rows)


@given(
    titles=st.lists(st.sampled_from(["Tabelle: 12111", "Stichtag: 31.12.2022", "Bevölkerung"]), max_size=4),
    padded=st.booleans(),
    blank=st.integers(0, 2),
    notes=st.integers(0, 3),
    units=st.booleans(),
    delimiter=st.sampled_from(";\t|"),
)
def test_the_table_is_the_same_whatever_stands_around_it(titles, padded, blank, notes, units, delimiter):
    pad = [""] * 5 if padded else []
    rows = [[it, *pad] for it in titles] + [[""] * 6 for _ in range(blank)] + [HEADER, UNDER]
    rows += [["", "", "Anzahl", "Anzahl", "Anzahl", "Anzahl"]] if units else []
    rows += BODY + [[it, *pad] for it in NOTES[:notes]]
    read = table(written(rows, delimiter))
    assert read.columns == [
        "#1", "#2", "Bevölkerung | insgesamt", "Bevölkerung | männlich", "Ausländer | insgesamt",
        "Ausländer | männlich",
    ]  # fmt: skip
    assert read.frame.astype(str).to_numpy().tolist() == BODY
    assert not read.problems
    assert list(read.title) == titles
    assert list(read.footnotes) == NOTES[:notes]


@given(
    st.lists(st.sampled_from(["id", "name", "lon", "lat", "Tel.\n(Büro)", "a b"]), min_size=2, unique=True)
)
def test_a_plain_header_stays_as_it_is(names):
    body = [[str(10 * row + column) for column in range(len(names))] for row in range(3)]
    read = table(written([names, *body]))
    assert read.columns == [" ".join(it.split()) for it in names]
    assert read.frame.to_numpy().tolist() == body
    assert read.rows.tolist() == [2, 3, 4]


@pytest.mark.parametrize("tail", ["03462", "03462;Wittmund", "k.A."])
def test_a_broken_last_row_is_no_footnote(tail):
    read = table("ags;name;share_pct\n03101;Braunschweig;10\n03102;Salzgitter;9\n" + tail)
    assert [it.code for it in read.problems] == ["row_ragged"]


def test_footnotes_end_where_rows_begin():
    rows = [["1", "a"], ["Quelle: Amt", ""], ["", ""], ["1) vorläufig", ""]]
    assert footnotes_from(rows) == 1
    assert footnotes_from(rows[:1]) == 1
    assert layout_of([]) is None


def test_merged_cells_hidden_rows_and_sheets_of_a_workbook():
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "Deckblatt"
    cover["A1"] = "Gemeindeverzeichnis"
    sheet = book.create_sheet("Daten")
    sheet.append(["Bevölkerung am 31.12.2022"])
    sheet.append(["Schlüssel", "Name", "Bevölkerung", None])
    sheet.append([None, None, "insgesamt", "männlich"])
    sheet.merge_cells("C2:D2")
    for row in (["01001", "Flensburg", 5, 2], ["01002", "Kiel", 7, 3], ["01003", "Lübeck", 8, 4]):
        sheet.append(row)
    sheet.row_dimensions[5].hidden = True
    sheet.append(["Quelle: Amt"])
    secret = book.create_sheet("Notizen")
    secret.append(["x", "y", "z"])
    secret.append([1, 2, 3])
    secret.sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    read = table(stream.getvalue(), "a.xlsx")
    assert read.columns == ["Schlüssel", "Name", "Bevölkerung | insgesamt", "Bevölkerung | männlich"]
    assert read.frame["Name"].tolist() == ["Flensburg", "Lübeck"]
    assert read.rows.tolist() == [4, 6]
    assert {it.code for it in read.notices} >= {"rows_hidden", "sheet_chosen", "footnotes", "header_found"}


def test_hidden_rows_do_not_count_as_offices(tmp_path):
    frame = pd.DataFrame({"id": ["A", "B"], "name": ["a", "b"], "lon": [9.0, 9.5], "lat": [53.0, 53.5]})
    path = tmp_path / "a.xlsx"
    frame.to_excel(path, index=False)
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[3].hidden = True
    book.save(path)
    intake = read_offices(path)
    assert intake.frame["id"].tolist() == ["A"]
    assert [(it.code, it.count) for it in intake.repairs if it.code == "rows_hidden"] == [("rows_hidden", 1)]
    assert np.array_equal(intake.row_numbers, [2])


PLAIN = "id;name;lon;lat;people\n1;a;9,7;52,3;100\n2;b;9,8;52,4;50\n"


@pytest.mark.parametrize("note", ["", "\nQuelle: Landesamt\n"])
@pytest.mark.parametrize(
    "turn",
    [
        lambda it: it.replace("\n", ";\n"),
        lambda it: it.replace("\n", ";\n").replace(";\n", "\n", 1),
        lambda it: it.replace("\n", ";\n", 1),
        lambda it: it + it,
        lambda it: it.replace("\n", "\r\n") + "\r\n" + it,
    ],
    ids=["everywhere", "rows", "header", "twice", "joined"],
)
def test_delimiters_at_the_ends_and_headings_in_between_are_no_rows(turn, note):
    """Rows that end in a delimiter were ragged, and of files put together the headings were no numbers."""
    read = read_offices(csv(turn(PLAIN) + note))
    names = read.frame["name"].tolist()
    assert names == ["a", "b"] * (len(names) // 2)
    assert read.frame[["lon", "lat"]].to_numpy().tolist()[:2] == [[9.7, 52.3], [9.8, 52.4]]
    told = {it.code for it in read.repairs}
    assert ("headings_again" in told) is (len(names) == 4)
    assert not any("#" in str(it.details.get("columns", "")) for it in read.repairs)


def test_quotes_behind_a_blank_are_quotes():
    spaced = '"id", "name", "lon", "lat"\n"1", "a ""b""", "9.7", "52.3"\n"2", "c", "9.8", "52.4"\n'
    read = read_offices(csv(spaced)).frame
    assert read[["id", "name", "lon", "lat"]].to_numpy().tolist() == [
        ["1", 'a "b"', 9.7, 52.3],
        ["2", "c", 9.8, 52.4],
    ]


@pytest.mark.parametrize("end", ["", "\x1a", "\r\n\x1a", "# Ende der Liste\n"])
@pytest.mark.parametrize("between", ["", "# ab hier Süd\n", "\n", "#\n"])
def test_comments_and_the_sign_of_the_end_are_no_rows(between, end):
    frame = table(f"# Stand 2012\nid;name;lon;lat\n1;A;9,9;51,5\n{between}2;B;10,0;52,0\n{end}").frame
    assert frame["id"].tolist() == ["1", "2"]


def test_what_a_comment_says_is_told():
    read = table("id;name;lon;lat\n1;A;9,9;51,5\n# ab hier nach Süden sortiert\n2;B;10,0;52,0\n")
    assert read.footnotes == ("ab hier nach Süden sortiert",)
    assert not read.problems
