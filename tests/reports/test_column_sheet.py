"""Sheets written by columns are the sheets that xlsxwriter writes cell by cell, to the byte."""

import datetime
from dataclasses import replace
from unittest import mock

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.reports import column_sheet
from iqgeo.reports.cells import Column, ReportTable, cleaned
from iqgeo.reports.excel import Block, Chart, Sheet, workbook_bytes
from iqgeo.safe.clean import clean

_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6)
_NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 3.0, 12.5, 1e-9, 1e17, -4.25, 7 / 3, float("nan"), float("inf")])
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
    chart = Chart("bar", "Titel", "Achse", "Bild")
    sheets = [
        Sheet("A", "Alle", ("eine Zeile",), tuple(blocks)),
        Sheet("B", "Eine", (), (alone,)),
        Sheet("C", "Noch einmal", (), (replace(alone, heading="", total={}),), upright=True),
    ]
    if len(alone.table) and not alone.links:
        sheets.append(Sheet("D", "Gezeichnet", (), (alone,), chart=chart))
    with mock.patch.object(column_sheet, "_PIECE", 7):
        found = _bytes(sheets)
    with mock.patch.object(column_sheet.ColumnSheet, "takes", return_value=False):
        expected = _bytes(sheets)
    assert found == expected


@given(st.lists(st.sampled_from(["Stade", " Stade", "a\nb", "", "e\u0301", None, float("nan")])))
def test_each_different_word_is_cleaned_once_and_all_are(words):
    for dtype in ("str", object):
        values = pd.Series(words, dtype=dtype)
        assert cleaned(values).tolist() == [clean(it) for it in values.tolist()]
