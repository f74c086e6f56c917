"""A quote that is opened in one row and closed in another loses no row in silence."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import read_demand
from tests.draws import draws

from .conftest import csv

HEADER = ["id", "name", "lon", "lat", "people"]
ROWS = 6
PLACES = st.tuples(st.integers(0, ROWS - 1), st.integers(0, len(HEADER) - 1))


def cells(delimiter):
    comma = delimiter != ","
    rows = [[str(at), f"Ort {at}", f"9.{at}", f"52.{at}", str(10 + at)] for at in range(1, ROWS + 1)]
    return [[it.replace(".", ",") if comma else it for it in row] for row in rows]


@settings(max_examples=draws(60), deadline=None)
@given(opened=PLACES, closed=PLACES, delimiter=st.sampled_from(";,\t"), end=st.sampled_from(["\n", "\r\n"]))
def test_no_row_is_lost_between_quotes(opened, closed, delimiter, end):
    rows = cells(delimiter)
    rows[opened[0]][opened[1]] = '"' + rows[opened[0]][opened[1]]
    rows[closed[0]][closed[1]] += '"'
    written = end.join(delimiter.join(row) for row in [HEADER, *rows]) + end
    try:
        frame = read_demand(csv(written)).frame
    except InputError:
        assert opened != closed
    else:
        assert frame["people"].sum() == sum(10 + at for at in range(1, ROWS + 1))


def test_the_first_of_the_rows_is_named():
    written = 'id,lon,lat,people,name\n1,9.93,51.53,10,"G\n2,10.1,52.6,20,C\n3,10.2,52.7,30,X"\n'
    with pytest.raises(InputError) as refused:
        read_demand(csv(written))
    found = refused.value.problems
    assert [(it.code, it.row) for it in found] == [("rows_in_quotes", 2)]


@pytest.mark.parametrize(
    "cell", ["Haus\nNord", "Str. 1\n37073 Göttingen\nTel. 5; 6", "Montag; Dienstag\nMittwoch", "\n\n", "5\n6"]
)
def test_line_breaks_that_part_no_rows_are_text(cell):
    written = f'id;name;lon;lat;people\n1;"{cell}";9,9;51,5;7\n2;"{cell}";10;52;8\n'
    assert read_demand(csv(written)).frame["people"].tolist() == [7, 8]


@settings(max_examples=draws(20), deadline=None)
@given(names=st.lists(st.text("abÄ ,;'\"", min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=4))
def test_rows_in_quotes_as_a_whole_are_the_rows_within(names):
    plain = pd.DataFrame(
        {"id": [f"k{at}" for at in range(len(names))], "name": [f"Ort {it}." for it in names]}
    )
    inner = plain.assign(lon=9.5, lat=52.5, people=7).to_csv(index=False)
    wrapped = "".join('"' + line.replace('"', '""') + '"\n' for line in inner.splitlines())
    once, twice = (read_demand(csv(it)) for it in (inner, wrapped))
    pd.testing.assert_frame_equal(once.frame, twice.frame)
    assert once.row_numbers.tolist() == twice.row_numbers.tolist()
    assert "rows_unwrapped" in {it.code for it in twice.repairs} - {it.code for it in once.repairs}
