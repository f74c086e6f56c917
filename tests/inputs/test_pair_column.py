"""Both coordinates in one cell: every way of writing them, and which stands first."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read_demand, read_offices
from iqgeo.inputs.preview import look_at
from iqgeo.reading import Reading
from iqgeo.region import load_region

from .conftest import csv

REGION = load_region()
NEAR = (REGION, 35.0)
LETTERS = {"plain": ("", ""), "after": ("N", "E"), "german": ("° N", "° O"), "sign": ("°", "°")}

# How a number is written, and what may stand between two of them then.
WRITTEN = st.sampled_from(
    [
        (lambda it: f"{it:.4f}", [", ", " , ", "; ", " / ", " ", ",", " | "]),
        (lambda it: f"{it:.4f}".replace(".", ","), [", ", "; ", ";", " / ", " ", "|"]),
    ]
)


@st.composite
def columns(draw):
    """A column of pairs within Lower Saxony, its positions, and which coordinate stands first."""
    write, signs = draw(WRITTEN)
    letters = draw(st.sampled_from(list(LETTERS.values())))
    # A comma alone parts nothing but plain numbers with points.
    between = draw(st.sampled_from([it for it in signs if it != "," or letters == ("", "")]))
    around = draw(st.sampled_from(["{}", "({})", "[ {} ]"]))
    lat_first = draw(st.booleans())
    places = draw(st.lists(st.tuples(st.floats(52.3, 53.2), st.floats(8.3, 10.3)), min_size=1, max_size=5))
    cells = []
    for lat, lon in places:
        both = [write(lat) + letters[0], write(lon) + letters[1]]
        cells.append(around.format(between.join(both if lat_first else both[::-1])))
    return cells, places, lat_first


def listed(cells, heading="Koordinaten"):
    rows = "".join(f'S{at};"{cell}"\n' for at, cell in enumerate(cells))
    return csv(f"Name;{heading}\n{rows}")


@settings(max_examples=12, deadline=None)
@given(columns())
def test_pairs_are_read_however_they_are_written(column):
    cells, places, lat_first = column
    read = read_offices(listed(cells), near=NEAR)
    np.testing.assert_allclose(read.frame[["lat", "lon"]], places, atol=6e-5)
    said = {it.code for it in read.repairs}
    assert ("pair_latlon" if lat_first else "pair_lonlat") in said


@settings(max_examples=10, deadline=None)
@given(columns(), st.booleans())
def test_without_a_region_only_what_is_said_decides(column, user_says):
    """Letters decide, a heading or the user; otherwise there are two readings, and it is asked."""
    cells, places, lat_first = column
    order = "latlon" if lat_first else "lonlat"
    by_letters = any(it in cells[0] for it in "NEO")
    if user_says:
        read = read_offices(listed(cells), reading=Reading(columns={order: "Koordinaten"}))
    elif not by_letters:
        with pytest.raises(InputError) as asked:
            read_offices(listed(cells))
        assert {it.code for it in asked.value.problems} == {"pair_unclear"}
        heading = "Lage (Breite, Länge)" if lat_first else "Position lon/lat"
        read = read_offices(listed(cells, heading))
    else:
        read = read_offices(listed(cells))
    np.testing.assert_allclose(read.frame[["lat", "lon"]], places, atol=6e-5)


@pytest.mark.parametrize("north_first", [True, False])
def test_metres_in_one_cell(north_first):
    towns = REGION.towns.head(6)
    east, north = Transformer.from_crs(4326, 25832, always_xy=True).transform(towns["lon"], towns["lat"])
    both = [(n, e) if north_first else (e, n) for e, n in zip(east, north, strict=True)]
    read = read_offices(listed([f"{a:.0f} / {b:.0f}" for a, b in both]), near=NEAR)
    np.testing.assert_allclose(read.frame[["lon", "lat"]], towns[["lon", "lat"]], atol=2e-5)


@pytest.mark.parametrize(
    "cells",
    [
        ["9,73", "10,08"],  # numbers with a decimal comma
        ["0511 168456", "0441 2350"],  # telephones
        ["30159 Hannover", "29221 Celle"],
        ["01.07.2009 - 30.06.2015", "2009-2015"],
        ["1,234.5", "12,345.6"],
        ["POINT (9.73 52.37)", "POINT (10.08 52.62)"],
    ],
)
def test_what_is_no_pair_is_none(cells):
    rows = "".join(f'S{at};"{cell}";9,7;52,3\n' for at, cell in enumerate(cells))
    read = read_offices(csv(f"Name;Etwas;lon;lat\n{rows}"), near=NEAR)
    assert read.frame["lon"].tolist() == [9.7, 9.7]
    look = look_at(csv("Name;Etwas\n" + "".join(f'S;"{it}"\n' for it in cells)), "offices", near=NEAR)
    assert look.roles.get("Etwas") not in ("latlon", "lonlat")


def test_cells_that_are_no_pair_are_left_aside_once_agreed():
    written = listed(["52.37, 9.73", "k.A.", "", "52.62, 10.08"])
    with pytest.raises(InputError) as refused:
        read_offices(written, near=NEAR)
    assert [it.code for it in refused.value.problems] == [
        "pair_unreadable",
        "value_missing",
        "rows_aside_offer",
    ]
    read = read_offices(written, near=NEAR, reading=Reading(agreed=True))
    assert read.frame["name"].tolist() == ["S0", "S3"]


def test_people_and_the_check_know_pairs_and_the_picker_offers_them():
    people = csv('id;Ort;Punkt;Menschen\n1;A;"52.37, 9.73";12\n2;B;"52.62, 10.08";13\n')
    assert read_demand(people, REGION).frame["district_ags"].tolist() == ["03241", "03351"]
    assert check_file(people, REGION).kind == "demand"
    assert look_at(people, "demand").roles["Punkt"] == "latlon"
