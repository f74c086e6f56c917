"""Sheets written by columns are the sheets that xlsxwriter writes cell by cell, to the byte."""

import datetime
import io
import re
import struct
import zipfile
import zlib
from dataclasses import replace
from unittest import mock

import pandas as pd
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.reports import column_book, column_sheet
from iqgeo.reports.cells import Column, ReportTable, cleaned
from iqgeo.reports.excel import Block, Chart, Sheet, workbook_bytes
from iqgeo.safe.clean import clean

# Words that a workbook writes in another way than they are read.
_ODD = (
    "a & b",
    "<r>fett</r>",
    "a<b>c",
    " vorn",
    "hinten ",
    "\u2003breit",
    "_x0041_",
    "a_x000D_b",
    "\ufffe",
    "a\nb",
    "",
)
_WORDS = st.one_of(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6), st.sampled_from(_ODD))
_NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 3.0, 12.5, 1e-9, 1e17, -4.25, 7 / 3, float("nan"), float("inf")])


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


_PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x80"))
    + _chunk(b"IEND", b"")
)
_KINDS = ("text", "people", "km", "share", "mixed")


@st.composite
def _tables(draw: st.DrawFn) -> Block:
    kinds = draw(st.lists(st.sampled_from(_KINDS), min_size=1, max_size=4))
    # Around the groups of sixteen rows that share a hint, and around a piece.
    count = draw(st.sampled_from([0, 1, 2, 15, 16, 17, 33]))
    keys = ["district", "people", "place", "municipality"][: len(kinds)]
    columns, frame = [], {}
    for key, kind in zip(keys, kinds, strict=True):
        one = {"text": _WORDS, "mixed": st.one_of(_WORDS, st.floats(-1e4, 1e4))}.get(kind, _NUMBERS)
        values = draw(st.lists(one, min_size=count, max_size=count))
        frame[key] = pd.Series(values, dtype=object if kind in ("text", "mixed") else float)
        columns.append(Column(key, "text" if kind == "mixed" else kind))
    table = ReportTable(tuple(columns), pd.DataFrame(frame), draw(st.sampled_from([0, 5])))
    linked = kinds[0] == "text" and draw(st.booleans())
    links = {str(it): "A" for it in frame[keys[0]][::2]} if linked else {}
    total = {keys[-1]: 3.0} if draw(st.booleans()) else {}
    return Block(table, draw(st.sampled_from(["", "Stadt"])), total, links, keys[0] if linked else "")


def _bytes(sheets: list[Sheet]) -> bytes:
    return workbook_bytes(sheets, "de", title="x", date=datetime.date(2026, 1, 2))


@settings(max_examples=40)
@given(st.lists(_tables(), min_size=1, max_size=3), _tables())
def test_a_workbook_by_columns_is_the_one_by_cells(blocks, alone):
    chart = Chart("bar", "Titel", "Bild", "Achse")
    sheets = [
        Sheet("A", "Alle", ("eine Zeile",), tuple(blocks)),
        Sheet("B", "Eine", (), (alone,)),
        Sheet("C", "Noch einmal", (), (replace(alone, heading="", total={}),), upright=True),
    ]
    if len(alone.table) and not alone.links:
        sheets.append(Sheet("D", "Gezeichnet", (), (alone,), chart=chart))
    with mock.patch.object(column_sheet, "_PIECE", 7):
        found = _bytes(sheets)
    with (
        mock.patch.object(column_sheet.ColumnSheet, "takes", return_value=False),
        mock.patch.object(column_book, "_SPECIAL", re.compile("")),
    ):
        expected = _bytes(sheets)
    assert found == expected


def test_what_is_packed_are_the_parts_that_xlsxwriter_packs():
    own = io.BytesIO()
    parts = []
    for book in (column_book.ColumnBook({}), xlsxwriter.Workbook(own, {"in_memory": True})):
        book.set_properties({"created": datetime.datetime(2026, 1, 2)})
        page = book.add_worksheet("A")
        page.write_row(0, 0, ["eins", *_ODD, 3.5])
        page.write_url(1, 0, "https://example.org/?a=1&b=2", string="Seite")
        page.write_comment(1, 1, "dazu")
        page.insert_image(2, 0, "x.png", {"image_data": io.BytesIO(_PICTURE), "description": "Bild"})
        book.close()
        content = book.content() if isinstance(book, column_book.ColumnBook) else own.getvalue()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            parts.append([(it.filename, it.date_time, archive.read(it)) for it in archive.infolist()])
    assert parts[0] == parts[1]
    assert len(parts[0]) > 10


@given(st.lists(st.sampled_from(["Stade", " Stade", "a\nb", "", "e\u0301", None, float("nan")])))
def test_each_different_word_is_cleaned_once_and_all_are(words):
    for dtype in ("str", object):
        values = pd.Series(words, dtype=dtype)
        assert cleaned(values).tolist() == [clean(it) for it in values.tolist()]
