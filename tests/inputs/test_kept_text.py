"""What was to stay text in a spreadsheet says what stands in it, and apostrophes of names stay."""

import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from iqgeo.inputs import read_offices, read_shares
from tests.draws import draws

from .conftest import csv

WRITTEN = {
    "plain": "{}",
    "formula": '="{}"',
    "formula in quotes": '"=""{}"""',
    "formula behind a blank": ' = "{}"',
    "apostrophe": "'{}",
}
# An apostrophe before a name is part of it.
OF_WORDS = sorted(set(WRITTEN) - {"apostrophe"})


@settings(max_examples=draws(25), deadline=None)
@given(
    how=st.lists(st.sampled_from(sorted(WRITTEN)), min_size=4, max_size=4), of_words=st.sampled_from(OF_WORDS)
)
def test_a_cell_kept_as_text_is_the_text(how, of_words):
    cells = [WRITTEN[it].format(cell) for it, cell in zip(how, ["07", "9.93", "51,53", "2010"], strict=True)]
    name = WRITTEN[of_words].format("Haus 7")
    frame = read_offices(
        csv("id;name;lon;lat;eröffnet\n" + ";".join([cells[0], name, *cells[1:]]) + "\n")
    ).frame
    kept = frame[["id", "name", "lon", "lat", "opened"]].to_numpy().tolist()
    assert kept == [["07", "Haus 7", 9.93, 51.53, 2010]]


@pytest.mark.parametrize("how", sorted(WRITTEN))
def test_keys_and_shares_kept_as_text_are_keys_and_shares(region, how):
    form = WRITTEN[how]
    rows = "".join(f"{form.format(it)};{form.format('7,5')}\n" for it in sorted(region.district_names))
    headings = ";".join(
        WRITTEN["plain" if how == "apostrophe" else how].format(it) for it in ("ags", "anteil")
    )
    frame = read_shares(csv(f"{headings}\n{rows}"), region).frame
    assert set(frame["share_pct"]) == {7.5}
    assert len(frame) == len(region.district_names)


def test_a_formula_of_a_constant_needs_no_program_to_compute_it():
    book = Workbook()
    book.active.append(["id", "name", "lon", "lat"])
    book.active.append(['="007"', '="Haus ""Nord"""', "=9.93", "=51.53"])
    stream = io.BytesIO()
    book.save(stream)
    frame = read_offices((stream.getvalue(), "stellen.xlsx")).frame
    assert frame[["id", "name", "lon", "lat"]].to_numpy().tolist() == [["007", 'Haus "Nord"', 9.93, 51.53]]


@pytest.mark.parametrize(
    "name", ["'s-Hertogenbosch", "'68er Zentrum", "='A1'", "'3 Linden'", '="a"&"b"', "=A1"]
)
def test_what_only_begins_so_stays(name):
    written = pd.DataFrame({"id": ["1"], "name": [name], "lon": [9.93], "lat": [51.53]}).to_csv(index=False)
    assert read_offices(csv(written)).frame["name"].tolist() == [name]
