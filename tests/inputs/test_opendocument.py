"""Workbooks of LibreOffice: the same table as any other form; repetitions are counted, never written out."""

import io
import zipfile
from itertools import groupby

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read_demand, read_offices
from iqgeo.inputs.source import open_source
from iqgeo.inputs.workbook import read_workbook, sheets_here

from .conftest import SITES, csv
from .test_places import PEOPLE_2022, SHARES_2022

SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
)
STYLES = (
    '<office:automatic-styles><style:style style:name="ta0" style:family="table">'
    '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
)


def escaped(written: str) -> str:
    return written.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def cell(value: object, repeated: int = 1) -> str:
    many = f' table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    if value is None:
        return f"<table:table-cell{many}/>"
    if isinstance(value, float):
        # What is shown is rounded and written as the country writes it.
        return (
            f'<table:table-cell{many} office:value-type="float" office:value="{value!r}">'
            f"<text:p>{value:.1f}</text:p></table:table-cell>"
        )
    return (
        f'<table:table-cell{many} office:value-type="string"><office:annotation><text:p>Notiz</text:p>'
        f"</office:annotation><text:p>{escaped(str(value))}</text:p></table:table-cell>"
    )


def row(cells, attributes: str = "", *, packed: bool = True) -> str:
    groups = (
        [(value, len(list(same))) for value, same in groupby(cells)] if packed else [(it, 1) for it in cells]
    )
    body = "".join(cell(value, count) for value, count in groups)
    return f"<table:table-row{attributes}>{body}{cell(None, 16_000)}</table:table-row>"


def sheet(rows, name: str = "Stellen", style: str = "") -> str:
    end = f'<table:table-row table:number-rows-repeated="1048000">{cell(None, 16_384)}</table:table-row>'
    styled = f' table:style-name="{style}"' if style else ""
    return f'<table:table table:name="{name}"{styled}>{"".join(rows)}{end}</table:table>'


def book(*sheets: str, before: str = "", **members: bytes) -> bytes:
    content = (
        f'<?xml version="1.0"?>{before}<office:document-content {SPACES}>{STYLES}<office:body>'
        f"<office:spreadsheet>{''.join(sheets)}</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        for path, data in members.items():
            archive.writestr(path.replace("__", "/") + ".xml", data)
    return stream.getvalue()


def rows_of(frame: pd.DataFrame) -> list[str]:
    return [row(list(frame.columns)), *(row(it) for it in frame.itertuples(index=False, name=None))]


def table(data: bytes, layer: str | None = None):
    return read_workbook(open_source((data, "a.ods"), layer), 10_000)


VALUES = (
    st.none()
    | st.sampled_from(["Celle", "a < b & c", 'Stade "Mitte"', "x"])
    | st.integers(-9000, 9000).map(lambda it: it / 1000)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=6), st.booleans())
def test_the_same_cells_read_as_from_excel(rows, packed):
    every = [["a", "b", "c"], *rows]
    excel = openpyxl.Workbook()
    for it in every:
        excel.active.append(it)
    stream = io.BytesIO()
    excel.save(stream)
    wanted = read_workbook(open_source((stream.getvalue(), "a.xlsx")), 10_000)
    read = table(book(sheet([row(it, packed=packed) for it in every])))
    pd.testing.assert_frame_equal(read.frame, wanted.frame)
    assert read.rows.tolist() == wanted.rows.tolist()
    assert [it.code for it in read.notices] == [it.code for it in wanted.notices]


def test_an_office_list_reads_as_from_any_other_form():
    intake = read_offices((book(sheet(rows_of(SITES))), "stellen.ods"))
    pd.testing.assert_frame_equal(intake.frame[["id", "name", "lon", "lat"]], SITES, check_dtype=False)


def test_hidden_rows_groups_and_sheets_are_left_out():
    body = rows_of(SITES)
    body[2] = row(["B", "versteckt", 9.0, 53.0], ' table:visibility="filter"')
    body[3] = f'<table:table-row-group table:display="false">{body[3]}</table:table-row-group>'
    read = table(book(sheet(body), sheet(rows_of(SITES), "Geheim", "ta0"), sheet([], "Leer")))
    assert read.frame["name"].tolist() == ["Göttingen"]
    assert [(it.code, it.count) for it in read.notices if it.code == "rows_hidden"] == [("rows_hidden", 2)]


def test_sheets_are_listed_for_the_user_to_choose():
    content = book(
        sheet(rows_of(SITES), "Nord"), sheet(rows_of(SITES), "Süd"), sheet(rows_of(SITES), "x", "ta0")
    )
    assert sheets_here(open_source((content, "a.ods"))) == [["Nord", 4], ["Süd", 4]]
    with pytest.raises(InputError) as refused:
        table(content)
    assert refused.value.problems[0].code == "layers_unclear"
    assert table(content, "Süd").frame["name"].tolist() == SITES["name"].tolist()


@pytest.mark.parametrize(
    "rows",
    [
        [f'<table:table-row table:number-rows-repeated="1048576">{cell("x", 16_384)}</table:table-row>'],
        [f'<table:table-row table:number-rows-repeated="99999999999">{cell("x")}</table:table-row>'],
        [f'<table:table-row table:number-rows-repeated="2000000">{cell(None)}</table:table-row>', row(["x"])],
        [f"<table:table-row>{cell(None, 10**9)}{cell('x')}</table:table-row>"],
        [f'<table:table-row table:number-rows-repeated="1000">{cell("x", 16_384)}</table:table-row>'] * 2,
    ],
)
def test_repetition_is_refused_before_it_is_written_out(rows):
    report = check_file((book(*(sheet(rows, f"s{at}") for at in range(5))), "a.ods"))
    assert [it.code for it in report.problems] == ["workbook_span"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (book(before='<!DOCTYPE x [<!ENTITY a "b">]>'), "workbook_entities"),
        (book(sheet(rows_of(SITES)), **{"META-INF__manifest": b"<m:encryption-data/>"}),
         "workbook_locked"),
        (book("<table:table>"), "workbook_broken"),
        (book(), "file_empty"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_said(content, code):
    assert [it.code for it in check_file((content, "a.ods")).problems] == [code]


def test_grids_of_several_sizes_are_joined_by_their_size():
    stream = io.BytesIO()
    wrong = SHARES_2022.replace("1km", "100m")
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("Zensus2022_Anteil_1km-Gitter.csv", SHARES_2022)
        archive.writestr("Zensus2022_Anteil_100m-Gitter.csv", wrong)
    alone = read_demand(csv(PEOPLE_2022), grid_shares=csv(SHARES_2022)).frame
    packed = read_demand(csv(PEOPLE_2022), grid_shares=(stream.getvalue(), "anteil.zip")).frame
    pd.testing.assert_frame_equal(alone, packed)
