"""What offices write, kind by kind: marks at figures, units in headings, forms of keys, ends of spans."""

import io

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import read_demand, read_offices, read_shares
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.keys import Keys, looks_german
from iqgeo.inputs.values import read_numbers
from iqgeo.inputs.years import read_years
from iqgeo.region import load_region
from tests.draws import draws

from .conftest import csv

REGION = load_region()
KEYS = list(REGION.district_names)


def numbers(cells, name, role):
    findings = Findings("a.csv", np.arange(len(cells)) + 2)
    read = read_numbers(pd.Series(cells, dtype="str"), findings, name, role)
    return read, findings


@settings(max_examples=draws(20), deadline=None)
@given(
    st.lists(st.integers(0, 99_999), min_size=1, max_size=6),
    st.sampled_from(
        ["({})", "( {} )", "{} r", "{}p", "{}*", "{} 1)", "ca. {}", "rund {}", "~{}", "{} Personen", "{} EW"]
    ),
)
def test_marks_and_words_beside_a_figure_are_left_out_and_said(values, form):
    read, findings = numbers([form.format(it) for it in values], "people", "count")
    assert read.values.tolist() == values
    assert not findings.any
    assert {it.code for it in findings.notices} & {"figure_marked", "figure_about", "figure_words"}


@pytest.mark.parametrize("cell", ["<3", "unter 5", "weniger als 10", "fewer than 5"])
def test_few_is_no_figure(cell):
    read, findings = numbers([cell, "7"], "people", "count")
    assert read.sign.tolist() == [True, False]
    assert [it.code for it in findings.notices] == ["figure_few"]


@settings(max_examples=draws(25), deadline=None)
@given(
    st.lists(st.integers(1, 900), min_size=1, max_size=5),
    st.sampled_from(
        [
            ("Ausländer in 1 000", "count", 1000.0), ("Bevölkerung (in Tsd.)", "count", 1000.0),
            ("Personen | 1 000", "count", 1000.0), ("population (thousands)", "count", 1000.0),
            ("Anteil in Promille", "share", 0.1), ("Ausländer je 1 000 Einwohner", "share", 0.1),
            ("je 10 000 Einwohner", "share", 0.01), ("je 100 Einwohner", "share", 1.0), ("‰", "share", 0.1),
            ("Gemeinden ab 1 000 Einwohner", "count", 1.0), ("Anteil in %", "share", 1.0),
        ]
    ),
)  # fmt: skip
def test_the_unit_in_a_heading_counts(values, heading):
    name, role, factor = heading
    for cells in ([str(it) for it in values], [f"{it},0" for it in values]):
        read, _ = numbers(cells, name, role)
        np.testing.assert_allclose(read.values, np.array(values) * factor)


@pytest.mark.parametrize("unit", ["1 000", "in 1 000", "Tsd.", "Anzahl"])
def test_a_row_of_units_below_the_header_counts(unit):
    rows = "".join(
        f"{key};{name};{1000 + at}\n" for at, (key, name) in enumerate(REGION.district_names.items())
    )
    read = read_shares(
        csv(f"Titel\n;;Ausländer\nSchlüssel;Kreis;{unit}\n{rows}"), REGION, weight="foreigners"
    )
    each = 1 if unit == "Anzahl" else 1000
    assert read.frame["persons"].tolist() == [(1000 + at) * each for at in range(len(KEYS))]


def test_a_flat_file_keeps_every_kind_of_figure_apart():
    head = "time;1_variable_attribute_code;1_variable_attribute_label;value;value_variable_label\n"
    rows = [
        f"2022-12-31;{key};{name};{start + at};{kind}\n"
        for at, (key, name) in enumerate(REGION.district_names.items())
        for kind, start in (("Bevölkerungsstand", 1000), ("Ausländer", 100))
    ]
    for weight, start in (("population", 1000), ("foreigners", 100)):
        read = read_shares(csv(head + "".join(rows)), REGION, weight=weight)
        assert dict(zip(read.frame["area"], read.frame["persons"], strict=True)) == {
            key: start + at for at, key in enumerate(KEYS)
        }


FORMS = {
    "zero lost": lambda key: str(int(key)),
    "float": lambda key: f"{int(key)}.0",
    "comma": lambda key: f"{key},0",
    "spaced": lambda key: f"{key[:2]} {key[2:5]} {key[5:]}",
    "dashes": lambda key: f"{key[:2]}-{key[2:5]}-{key[5:]}",
    "points": lambda key: f"{int(key):,}".replace(",", "."),
    "scientific": lambda key: f"{int(key):.6E}",
    "word": lambda key: f"AGS {key}",
    "land": lambda key: f"DE{key}",
    "name behind": lambda key: f"{key} Irgendwo",
    "name before": lambda key: f"Irgendwo ({key})",
    "apostrophe": lambda key: f"'{key}",
    "regional": lambda key: f"{key[:5]}0000{key[5:]}",
}


@settings(max_examples=draws(25), deadline=None)
@given(
    st.lists(st.sampled_from(sorted(REGION.municipality_names)), min_size=1, max_size=6),
    st.sampled_from(list(FORMS)),
)
def test_a_key_is_known_in_every_form_that_programs_give_it(keys, form):
    written = pd.Series([FORMS[form](key) for key in keys], dtype="str")
    assert looks_german(written)
    findings = Findings("a.csv", np.arange(len(keys)) + 2)
    assert Keys.of(REGION).normalised(written, findings, "ags").tolist() == keys
    assert not findings.any


@pytest.mark.parametrize("odd", ["00000000", "99999", "0", "09162000", "3,24E+06", "Nord", "11000000"])
def test_a_key_of_nowhere_makes_no_district_of_its_own(odd):
    written = (
        f"id;lon;lat;people;ags\n1;9,735;52,375;100;{odd}\n2;9,95;52,15;70;{odd}\n3;9,7;52,2;5;03241010\n"
    )
    read = read_demand(csv(written), REGION)
    assert read.frame["district_ags"].tolist() == ["03241", "03254", "03241"]
    assert {"key_odd", "key_foreign"} & {it.code for it in read.repairs}


def test_rows_without_a_key_are_left_where_nothing_lacks():
    rows = "".join(f"{key};{name};7,5\n" for key, name in REGION.district_names.items())
    above = ";Niedersachsen insgesamt;8\n;Land Niedersachsen;8\n;Statistische Region Hannover;9\n"
    read = read_shares(csv(f"ags;name;anteil\n{above}{rows}"), REGION)
    assert len(read.frame) == len(KEYS)
    assert [it.count for it in read.repairs if it.code == "key_missing_left"] == [3]


@pytest.mark.parametrize(
    ("cell", "opened", "closed"),
    [
        ("bis 2015", None, 2015), ("bis 30.06.2015", None, 2015), ("-2015", None, 2015),
        ("vor 2010", None, None),
        ("01.07.2009 bis heute", 2009, None), ("2009 - offen", 2009, None), ("01.07.2009-", 2009, None),
        ("2009 ff.", 2009, None), ("Q3 2009", 2009, None), ("1.7.09", 2009, None), ("1.7.98", 1998, None),
        ("20090701", 2009, None), ("39995", 2009, None), ("July 1, 2009", 2009, None),
        ("31.12.9999", None, None),
        ("01.07.2009 - 31.12.9999", 2009, None), ("0", None, None),
    ],
)  # fmt: skip
def test_an_end_is_no_beginning(cell, opened, closed):
    frame = read_offices(csv(f'name;lon;lat;eröffnet\nA;9,73;52,37;"{cell}"\n')).frame
    assert [None if it is pd.NA else it for it in frame.loc[0, ["opened", "closed"]]] == [opened, closed]


@pytest.mark.parametrize(
    ("cell", "last"), [("vor 2010", 2009), ("2012", 2012), ("bis 2012", 2012), ("heute", None)]
)
def test_when_something_ended(cell, last):
    frame = read_offices(csv(f"name;lon;lat;geschlossen\nA;9,73;52,37;{cell}\n")).frame
    assert (None if frame["closed"].isna()[0] else frame["closed"][0]) == last


@pytest.mark.parametrize("cell", ["a" * 190 + "!", "a " * 95 + "!", "1." * 90, "bis " * 45, "2009 " * 35])
def test_nothing_takes_long_to_be_no_year(cell):
    findings = Findings("a.csv", np.arange(1) + 2)
    read_years(pd.Series([cell], dtype="str"), findings, "opened")
    assert findings.any


PAIRS = [
    ("Länge (WGS84)", "Breite (WGS84)"), ("Längengrad\nOst", "Breitengrad\nNord"),
    ("geogr. Länge", "geogr. Breite"),
    ("Geo-Länge", "Geo-Breite"), ("Längengrad [°]", "Breitengrad [°]"), ("LON_WGS84", "LAT_WGS84"),
    ("Center Lon", "Center Lat"), ("location.lng", "location.lat"), ("point_x", "point_y"),
    ("geo:long", "geo:lat"),
    ("længdegrad", "breddegrad"), ("lengtegraad", "breedtegraad"), ("östl. Länge", "nördl. Breite"),
]  # fmt: skip


@pytest.mark.parametrize(("lon", "lat"), PAIRS)
@pytest.mark.parametrize("name", ["Navn", "Wohnheim"])
def test_headings_are_known_with_what_only_describes_them(lon, lat, name):
    frame = read_offices(csv(f'"{name}";"{lon}";"{lat}"\nEins;9,73;52,37\nZwei;10,08;52,62\n')).frame
    assert frame[["name", "lon", "lat"]].to_numpy().tolist() == [
        ["Eins", 9.73, 52.37],
        ["Zwei", 10.08, 52.62],
    ]


def test_what_is_measured_in_metres_is_no_longitude():
    written = csv("Name;Länge (m);Breite (m);lon;lat\nA;12;8;9,73;52,37\n")
    assert read_offices(written).frame[["lon", "lat"]].to_numpy().tolist() == [[9.73, 52.37]]


def test_districts_that_lack_because_of_a_filter_are_told_with_it():
    book = openpyxl.Workbook()
    book.active.append(["AGS", "Kreis", "Ausländer"])
    for at, (key, name) in enumerate(load_region().district_names.items()):
        book.active.append([key, name, 1_000 + at])
        book.active.row_dimensions[at + 2].hidden = at % 2 == 0
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(InputError) as caught:
        read_shares((stream.getvalue(), "a.xlsx"), load_region())
    assert [it.code for it in caught.value.problems] == ["areas_missing", "rows_hidden_lack"]
    assert "(23)" in caught.value.problems[1].sentence("de")
