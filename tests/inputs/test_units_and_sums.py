"""What a figure is of and whom it counts once more: units around it, sums among it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import read_candidates, read_demand, read_factors, read_offices, read_shares
from iqgeo.reading import Reading
from iqgeo.region import load_region

from .conftest import csv

REGION = load_region()
NAMES = REGION.district_names
PLACES = {"a": ("9.735", "52.375", 100), "b": ("9.935", "51.53", 50), "c": ("10.08", "52.62", 21)}


def areas(figure, title="", write=str):
    """Figures of all districts: twelve, and so on."""
    rows = "".join(f"{key};{name};{write(12 + at)}\n" for at, (key, name) in enumerate(NAMES.items()))
    return csv(f"{title}AGS;Kreis;{figure}\n{rows}")


def codes(error):
    return {it.code for it in error.value.problems}


@settings(max_examples=8, deadline=None)
@given(
    st.sampled_from(
        [
            "Ausländer nach Kreisen (in 1 000 Personen)\n\n", "Bevölkerung in Tausend\n", "1 000\n",
            "Einheit: 1.000 Personen\n", "Foreigners by district, in thousands\n",
        ]
    )
)  # fmt: skip
def test_thousands_in_the_title_are_thousands(title):
    read = read_shares(areas("Ausländer", title, lambda it: f"{it},5"), REGION, weight="foreigners")
    assert read.frame["persons"].tolist()[:2] == [12_500, 13_500]
    assert "figures_thousands" in {it.code for it in read.repairs}


@pytest.mark.parametrize(
    "title", ["Kreise, 1 000 Einwohner und mehr\n", "Gemeinden unter 1 000 Einwohnern\n", "Tabelle 1000\n"]
)
def test_a_title_that_only_speaks_of_thousands_is_no_unit(title):
    read = read_shares(areas("Ausländer", title, lambda it: str(it * 50)), REGION, weight="foreigners")
    assert read.frame["persons"].tolist()[:2] == [600, 650]


@pytest.mark.parametrize("title", ["Angaben in Prozent\n", "Anteile der Ausländer in %\n", "in %\n"])
def test_whole_numbers_below_a_title_of_per_cent_are_per_cent(title):
    read = read_shares(areas("Ausländer", title), REGION, weight="foreigners")
    assert read.frame["share_pct"].tolist()[:2] == [12, 13]


def test_shares_with_and_without_their_sign_are_asked_about():
    for bare, asked in (("0,075", True), ("7,5", False)):
        rows = "".join(f"{key};{bare if at % 2 else '7,5 %'}\n" for at, key in enumerate(NAMES))
        if asked:
            with pytest.raises(InputError) as refused:
                read_shares(csv(f"ags;share_pct\n{rows}"), REGION)
            assert codes(refused) == {"share_unit_mixed", "more_rows"}
        else:
            assert set(read_shares(csv(f"ags;share_pct\n{rows}"), REGION).frame["share_pct"]) == {7.5}


def test_of_a_number_and_its_per_cent_below_one_heading_the_number_counts():
    rows = "".join(f"{key};{name};{500 + at};7,5\n" for at, (key, name) in enumerate(NAMES.items()))
    table = csv(f"AGS;Kreis;Ausländer;Ausländer\n;;Anzahl;in %\n{rows}")
    assert read_shares(table, REGION, weight="foreigners").frame["persons"].tolist()[:2] == [500, 501]


def people(head, *lines):
    return csv("\n".join([f"id;name;lon;lat;{head}", *lines]))


@pytest.mark.parametrize(
    "heading",
    [
        "Bevölkerung (%)", "Bevölkerung in %", "Einwohner je km²", "Einwohner/km²", "Einwohnerdichte",
        "Anteil Bevölkerung", "population_pct", "Einwohner je 1 000", "Bevölkerung Veränderung",
    ],
)  # fmt: skip
def test_a_share_or_density_of_people_is_no_number_of_people(heading):
    lines = [f"{key};{key};{lon};{lat};{n}" for key, (lon, lat, n) in PLACES.items()]
    with pytest.raises(InputError) as refused:
        read_demand(people(heading, *lines), REGION)
    assert codes(refused) == {"column_missing"}
    assert read_candidates(people(heading, *lines)).frame["population"].isna().all()


@settings(max_examples=6, deadline=None)
@given(
    st.sampled_from(["Insgesamt", "Summe", "Gesamt:", "Total"]),
    st.sampled_from(["", "9.8"]),
    st.integers(0, 3),
    st.booleans(),
)  # fmt: skip
def test_a_total_counts_nobody_again_wherever_it_lies(word, lon, at, exact):
    lines = [f"{key};{key};{lon};{lat};{n}" for key, (lon, lat, n) in PLACES.items()]
    figure = 171 if exact or not lon else 60
    lines.insert(at, f"t;{word};{lon};{lon and '52.1'};{figure}")
    read = read_demand(people("people", *lines), REGION)
    # A place may be called so: with a position of its own only its figure tells.
    assert read.frame["people"].sum() == (171 if exact or not lon else 231)
    assert ("key_total" in {it.code for it in read.repairs}) is (exact or not lon)


@pytest.mark.parametrize("ids", ["same", "own", "none"])
def test_of_men_women_and_everybody_only_everybody_counts(ids):
    lines = []
    for key, (lon, lat, n) in PLACES.items():
        for kind, part in (("männlich", n // 2), ("weiblich", n - n // 2), ("Insgesamt", n)):
            own = {"same": key, "own": f"{key}{kind}", "none": ""}[ids]
            lines.append(f"{own};{key};{lon};{lat};{kind};{part}")
    head = "id;name;lon;lat;Geschlecht;people"
    if ids == "none":
        head, lines = head[3:], [it[1:] for it in lines]
    read = read_demand(csv("\n".join([head, *lines])), REGION)
    assert read.frame["people"].tolist() == [n for _, _, n in PLACES.values()]
    assert "long_table" in {it.code for it in read.repairs}


def test_rows_that_stand_there_twice_are_told():
    lines = [f"{lon};{lat};{n}" for lon, lat, n in (*PLACES.values(), PLACES["a"])]
    read = read_demand(csv("\n".join(["lon;lat;people", *lines])), REGION)
    assert [(it.row, it.count) for it in read.repairs if it.code == "rows_again"] == [(5, 1)]


def test_a_blank_beside_grouped_figures_decides_nothing():
    """An empty cell was taken for a number without a point, hence all points for thousands, unasked."""
    with pytest.raises(InputError) as refused:
        read_demand(
            csv("id,lon,lat,people\n1,9.7,52.3,1.234\n2,9.8,52.4,\n3,9.8,52.5,2.345\n"), REGION, blanks=True
        )
    assert codes(refused) == {"thousands_unclear"}


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 900), st.integers(1, 900))
def test_points_of_persons_are_thousands_where_they_can_be_nothing_else(first, step):
    """Of more than a hundred there is no share, and of a district's persons no thousandth part."""
    people = [1000 * (first + at * step % 90) + 3 for at in range(len(NAMES))]
    rows = "".join(f"{key};{it // 1000}.{it % 1000:03d}\n" for key, it in zip(NAMES, people, strict=True))
    table = csv(f"AGS;Ausländer\n{rows}")
    if max(people) > 100_000:
        read = read_shares(table, REGION, weight="foreigners")
        assert read.frame.set_index("area")["persons"].tolist() == people
        assert "thousands_point" in {it.code for it in read.repairs}
        decimal = read_shares(table, REGION, weight="foreigners", reading=Reading(decimal="point"))
        assert decimal.frame["persons"].max() == max(people) / 1000
    else:
        with pytest.raises(InputError) as refused:
            read_shares(table, REGION, weight="foreigners")
        assert codes(refused) == {"thousands_unclear"}


FLAT = {
    "new": "time;1_variable_attribute_code;1_variable_attribute_label;value;value_unit;value_variable_label",
    "old": "Zeit;1_Auspraegung_Code;1_Auspraegung_Label;BEVAUS__Auslaender__{unit}",
}


@pytest.mark.parametrize("form", [*FLAT])
@pytest.mark.parametrize(
    ("unit", "figure", "factor"),
    [("Anzahl", "persons", 1), ("1000", "persons", 1000), ("Tsd.", "persons", 1000), ("%", "share_pct", 1)],
)
def test_a_flat_file_says_its_unit_beside_the_figure(form, unit, figure, factor):
    """Thousands were taken for per cent: 12.5 thousand people for an eighth of all."""
    tail = f";{unit};Ausländer" if form == "new" else ""
    start = 1200 if unit == "Anzahl" else 12
    rows = "".join(
        f"31.12.2022;{key};{name};{start + at}{tail}\n" for at, (key, name) in enumerate(NAMES.items())
    )
    read = read_shares(csv(f"{FLAT[form].format(unit=unit)}\n{rows}"), REGION, weight="foreigners")
    assert read.frame[figure].tolist()[:2] == [start * factor, (start + 1) * factor]


def test_candidates_have_their_people_and_keys_as_german_tables_write_them():
    read = read_candidates(
        csv("Name;lon;lat;Einwohner;AGS\nCelle;10,08;52,62;69.540;3351006\nPeine;10,23;52,32;50.357;03157\n")
    )
    assert read.frame["population"].tolist() == [69_540, 50_357]
    assert read.frame["ags"].tolist() == ["03351006", "03157"]
    assert read.frame["district_ags"].tolist()[0] == "03351"


@pytest.mark.parametrize("heads", [("district_ags", "factor"), ("Kreis", "Umwegfaktor"), ("AGS", "Faktor")])
def test_factors_under_german_headings_and_keys_in_every_form(heads):
    read = read_factors(csv(f"{heads[0]};{heads[1]}\n3351;1,3\nDE03157;1,2\n03 2 41;1,4\n"))
    assert read.frame.to_numpy().tolist() == [["03351", 1.3], ["03157", 1.2], ["03241", 1.4]]


@pytest.mark.parametrize(
    ("head", "word"),
    [("Status", "geschlossen"), ("aktiv", "nein"), ("kind", "geplant"), ("Betriebsstatus", "closed")],
)
def test_a_site_that_a_word_calls_closed_counts_and_is_told(head, word):
    read = read_offices(csv(f"name;lon;lat;{head}\nA;9,7;52,3;ja\nB;9,8;52,4;{word}\n"))
    assert [(it.column, it.value, it.details["row"]) for it in read.repairs if it.code == "sites_status"] == [
        (head, word, 3)
    ]
    plain = read_offices(csv(f"name;lon;lat;{head}\nA;9,7;52,3;ja\nB;9,8;52,4;Stelle\n"))
    assert "sites_status" not in {it.code for it in plain.repairs}


def test_sums_of_parts_that_lie_nowhere_are_left_out():
    lines = [f"{key};{key};{lon};{lat};{n}" for key, (lon, lat, n) in PLACES.items()]
    lines = [
        *lines[:2],
        ";Summe Region Hannover;;;150",
        lines[2],
        ";Kreis Celle gesamt;;;21",
        ";Insgesamt;;;171",
    ]
    read = read_demand(people("people", *lines), REGION)
    assert read.frame["people"].sum() == 171
    assert [it.count for it in read.repairs if it.code == "key_total"] == [3]


@pytest.mark.parametrize(
    ("heading", "title"),
    [("Ausländer (in 1 000)", ""), ("Ausländer", "Ausländer in Tausend\n"), ("Ausländer in Tsd.", "")],
)
def test_a_comma_before_three_digits_of_thousands_is_decimal(heading, title):
    read = read_shares(areas(heading, title, lambda it: f"{it},137"), REGION, weight="foreigners")
    assert read.frame["persons"].tolist()[:2] == [12_137, 13_137]


def test_grouped_figures_below_a_heading_that_says_nothing_are_asked_about():
    table = areas("foreigners", write=lambda it: f'"{it},137"')
    with pytest.raises(InputError) as error:
        read_shares(table, REGION)
    assert codes(error) == {"share_or_grouped"}
    told = read_shares(table, REGION, reading=Reading(columns={"persons": "foreigners"}))
    assert told.frame["persons"].tolist()[:2] == [12_137, 13_137]
    told = read_shares(table, REGION, reading=Reading(columns={"share_pct": "foreigners"}))
    assert told.frame["share_pct"].round(3).tolist()[:2] == [12.137, 13.137]
    assert (
        read_shares(areas("Quote", write=lambda it: f"{it},137"), REGION).frame["share_pct"].iloc[0] == 12.137
    )
