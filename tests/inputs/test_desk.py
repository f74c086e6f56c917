"""What lists on a desk hold: open ends, degrees with signs, headings of two rows, totals without a key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import read_demand, read_offices, read_shares
from tests.draws import draws

from .conftest import csv


@pytest.mark.parametrize("word", ["offen", "heute", "-", "k.A.", "laufend", "unbekannt", "n.v."])
def test_an_open_end_is_no_year(word):
    intake = read_offices(csv(f"name;lon;lat;Eröffnet am;Geschlossen am\nA;9,73;52,37;01.04.2011;{word}\n"))
    assert intake.frame["opened"].tolist() == [2011]
    assert intake.frame["closed"].isna().all()
    assert "year_open" in {it.code for it in intake.repairs}


@settings(max_examples=draws(25), deadline=None)
@given(
    st.integers(0, 89),
    st.integers(0, 59),
    st.integers(0, 59),
    st.booleans(),
    st.sampled_from(["°", " ° ", "° "]),
)
def test_degrees_minutes_and_seconds_are_numbers(degrees, minutes, seconds, south, sign):
    lat = f"{degrees}{sign}{minutes}'{seconds}\"" + ("S" if south else "N")
    cell = '"' + lat.replace('"', '""') + '"'
    intake = read_offices(csv(f"name;lat;lon\nA;{cell};9,5° O\n"))
    wanted = degrees + minutes / 60 + seconds / 3600
    assert intake.frame["lat"].tolist()[0] == pytest.approx(-wanted if south else wanted, abs=1e-8)
    assert intake.frame["lon"].tolist()[0] == pytest.approx(9.5)


@pytest.mark.parametrize(("lat", "lon"), [("52,37°", "9,73°"), ("N 52.37", "E 9.73"), ("52.37N", "9.73E")])
def test_degrees_with_signs_are_numbers(lat, lon):
    frame = read_offices(csv(f"name;lat;lon\nA;{lat};{lon}\n")).frame
    assert frame[["lat", "lon"]].to_numpy().tolist() == [[52.37, 9.73]]


@settings(max_examples=draws(20), deadline=None)
@given(
    st.sampled_from(["-9,73° W", "W -9,73", "+9,73 E", "N 9,73 E"])
    | st.builds(lambda d, m: f"{d}° {m}'", st.integers(0, 89), st.integers(60, 99))
    | st.builds(
        lambda d, m, s: f"{d}° {m}' {s}″", st.integers(0, 89), st.integers(0, 59), st.integers(60, 99)
    )
)
def test_degrees_that_say_two_things_are_none(lon):
    with pytest.raises(InputError) as refused:
        read_offices(csv(f"name;lat;lon\nA;52,37;{lon}\n"))
    assert [it.code for it in refused.value.problems] == ["number_unreadable"]


def test_headings_of_two_rows_are_known_by_their_last_part(region):
    head = "Standort;;Koordinaten;\nName;Ort;Ostwert;Nordwert\n"
    written = head + "A;Hannover;550000;5802000\nB;Celle;573000;5831000\n"
    frame = read_offices(csv(written), near=(region, 35.0)).frame
    assert frame["name"].tolist() == ["A", "B"]
    assert frame["lat"].round(2).tolist() == [52.37, 52.62]


def test_a_total_without_a_key_is_left_out(region):
    rows = "".join(f"{key};{name};7,5\n" for key, name in region.district_names.items())
    intake = read_shares(csv(f"ags;name;anteil\n{rows};Insgesamt;8,1\n03;Niedersachsen;8,1\n"), region)
    assert len(intake.frame) == len(region.district_names)
    assert [it.count for it in intake.repairs if it.code == "key_total"] == [2]


def test_words_for_no_figure_are_no_figure():
    intake = read_demand(csv("id;lon;lat;people\n1;9,7;52,4;12\n2;9,8;52,9;k.A.\n3;9,9;52,9;#NV\n"))
    assert intake.frame["people"].tolist() == [12.0]
