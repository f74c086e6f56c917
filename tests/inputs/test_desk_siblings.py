"""More of what lies on desks: years side by side, the register in fixed columns, outlines of elsewhere."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from iqgeo.compass import told_apart
from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read_demand, read_districts, read_offices, read_shares
from iqgeo.inputs.municipalities import read_municipalities
from iqgeo.islands import island_names
from iqgeo.reading import Reading
from iqgeo.region import load_region

from .conftest import csv, parquet, zipped
from .test_opendocument import book, row, sheet

REGION = load_region()
NAMES = REGION.district_names
FORMS = {
    "years": ["{0}", "{1}", "{2}"],
    "days": ["31.12.{0}", "31.12.{1}", "31.12.{2}"],
    "words": ["Ausländer {0}", "Ausländer {1}", "Ausländer {2}"],
    "behind": ["foreigners_{0}", "foreigners_{1}", "foreigners_{2}"],
    "R": ["X{0}", "X{1}", "X{2}"],
}


def codes(error):
    return {it.code for it in error.value.problems}


def of_years(form, years, rows=False):
    """Persons by district of several years: side by side, or one below the other."""
    people = {key: 1000 + 7 * at for at, key in enumerate(NAMES)}
    if rows:
        lines = [f"{year};{key};{n + year}" for year in years for key, n in people.items()]
        return csv("\n".join(["Jahr;AGS;Ausländer", *lines])), people
    head = ";".join(["AGS", "Kreis", *(it.format(*years) for it in FORMS[form])])
    lines = [";".join([key, NAMES[key], *(str(n + year) for year in years)]) for key, n in people.items()]
    return csv("\n".join([head, *lines])), people


# Each draw reads four tables of 45 districts.
@settings(max_examples=9)
@given(
    st.sampled_from([*FORMS, "rows"]),
    st.lists(st.integers(1990, 2030), min_size=3, max_size=3, unique=True),
    st.sampled_from([None, 0, 1, 2]),
)
def test_one_of_several_years_is_taken_and_said(form, years, at):
    source, people = of_years(form, years, rows=form == "rows")
    asked = None if at is None else years[at]
    read = read_shares(source, REGION, weight="foreigners", year=asked)
    year = max(years) if asked is None else asked
    wanted = {key: n + year for key, n in people.items()}
    assert dict(zip(read.frame["area"], read.frame["persons"], strict=True)) == wanted
    assert read.year == year
    assert [it.value for it in read.repairs if it.code == "year_taken"] == [str(year)]
    other = next(it for it in range(1990, 2031) if it not in years)
    with pytest.raises(InputError) as refused:
        read_shares(source, REGION, weight="foreigners", year=other)
    assert codes(refused) == {"year_not_there"}
    assert read_shares(source, REGION, weight="foreigners", usual_year=other).year == max(years)


def test_a_year_that_the_table_is_not_of_is_asked_about():
    rows = "".join(f"{key};{name};7,5\n" for key, name in NAMES.items())
    source = csv(f"Anteile am 31.12.2022;;\nAGS;Kreis;Anteil\n{rows}")
    with pytest.raises(InputError) as refused:
        read_shares(source, REGION, year=2019)
    assert codes(refused) == {"year_contradicts"}
    assert read_shares(source, REGION, year=2022).year == 2022
    assert read_shares(source, REGION, year=2019, reading=Reading(agreed=True)).year == 2022


def test_people_of_places_in_several_years():
    source = csv("Ort;lon;lat;2011;2022\na;9,7;52,3;10;20\nb;9,8;52,2;30;50\n")
    assert read_demand(source, REGION).frame["people"].tolist() == [20, 50]
    assert read_demand(source, REGION, year=2011).frame["people"].tolist() == [10, 30]
    one = csv("Ort;lon;lat;Einwohner am 31.12.2022\na;9,7;52,3;10\n")
    assert read_demand(one, REGION).frame["people"].tolist() == [10]


def gv100ad(encoding="utf-8"):
    """A register in the columns of GV100AD, 220 letters a line."""

    def line(kind, key, association, name, seat="", mark="", area="", people="", men="", postcode=""):
        return (
            f"{kind}20221231{key:<8}{association:<4}{name:<50}{seat:<50}{mark:<2}{'':4}{area:>11}{people:>11}"
            f"{men:>11}{'':4}{postcode:<5}{'':50}"
        )

    lines = [
        line("10", "03", "", "Niedersachsen", "Hannover"),
        line("20", "032", "", "früher: Reg.-Bez. Hannover", "Hannover"),
        line("40", "03241", "", "Region Hannover", "Hannover", "45"),
        line("50", "03241", "0001", "Hannover, Landeshauptstadt", "", "50"),
        line("60", "03241001", "0001", "Hannover, Landeshauptstadt", "", "63", "00000020429", "00000545045",
             "00000265890", "30159"),
        line("60", "03241003", "0003", "Burgdorf, Stadt", "", "63", "00000011234", "00000031190",
             "00000015271", "31303"),
        line("60", "03257031", "0031", "Rinteln, Stadt", "", "63", "00000010908", "00000026090",
             "00000012800", "31737"),
    ]  # fmt: skip
    assert {len(it) for it in lines} == {220}
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_register_in_fixed_columns(encoding, packed):
    raw = gv100ad(encoding)
    source = (zipped(GV100AD_311222__txt=raw, beschreibung__pdf=b"%PDF"), "GV100AD3112.zip") if packed else (
        raw, "GV100AD_31122022.txt")  # fmt: skip
    read = read_municipalities(source)
    assert read.frame[["ags", "name", "postcode"]].to_numpy().tolist() == [
        ["03241001", "Hannover", "30159"],
        ["03241003", "Burgdorf", "31303"],
        ["03257031", "Rinteln", "31737"],
    ]  # fmt: skip
    assert [(it.count, it.details["others"]) for it in read.repairs if it.code == "register"] == [(3, 4)]
    report = check_file(source)
    assert report.ok, report.problems
    assert report.kind == "municipalities"
    with pytest.raises(InputError) as refused:
        read_demand(source)
    assert codes(refused) == {"register_without_centres"}


def test_other_lines_are_no_register():
    raw = gv100ad()
    cut = b"\r\n".join([*raw.split(b"\r\n")[:5], b"6020221231 etwas anderes" + b" " * 200])
    with pytest.raises(InputError) as refused:
        read_municipalities((cut, "GV100AD.txt"))
    assert codes(refused) == {"register_line"}
    other = b"61202212310324100100010000" + b" " * 200 + b"\r\n"
    with pytest.raises(InputError) as refused:
        read_municipalities((other, "GV100NAD.txt"))
    assert codes(refused) == {"register_other"}


# Heading of the key and of the name as offices of other countries have them, keys, names, system.
COUNTRIES = [
    ("insee_com", "nom_com", ["01001", "01002"], ["L'Abergement", "Amareins"], 2154, {}),
    ("INSEE_DEP", "NOM", ["01", "2A"], ["Ain", "Corse-du-Sud"], 2154, {"ID": ["DEP_1", "DEP_2"]}),
    ("BEZIRKSNUM", "NAME", ["101", "102"], ["Affoltern", "Andelfingen"], 2056, {"KANTONSNUM": [1, 1]}),
    ("CD_MUNTY_REFNIS", "TX_MUNTY_DESCR_NL", ["11001", "11002"], ["Aartselaar", "Antwerpen"], 31370, {}),
    ("KnKod", "KnNamn", ["0114", "0115"], ["Upplands Väsby", "Vallentuna"], 3006, {}),
    ("kunta", "nimi", ["005", "009"], ["Alajärvi", "Alavieska"], 3067, {}),
    ("COD_UTS", "DEN_UTS", ["002", "201"], ["Vercelli", "Torino"], 32632, {"DEN_PROV": ["Vercelli", "-"]}),
    ("CODIGOINE", "NAMEUNIT", ["01001", "01002"], ["Alegría", "Amurrio"], 4258, {}),
    ("LAU2", "COMMUNE", ["0101", "0102"], ["Luxembourg", "Bertrange"], 4326, {"CANTON": ["L", "L"]}),
    ("KREIS_NR", "LANDKREIS", ["03101", "03102"], ["Braunschweig", "Salzgitter"], 25832, {}),
    ("DIST_CODE", "DISTRICT", ["101", "102"], ["Chitipa", "Karonga"], 32736, {"REGION": ["North", "North"]}),
]  # fmt: skip


@pytest.mark.parametrize(("key", "name", "keys", "names", "system", "more"), COUNTRIES)
def test_outlines_of_other_countries_have_their_keys_and_names(key, name, keys, names, system, more):
    at = (34, -12) if system == 32736 else (9, 52)
    shapes = [box(at[0] + it * 0.3, at[1], at[0] + 0.3 + it * 0.3, at[1] + 0.3) for it in (0, 1)]
    outlines = gpd.GeoDataFrame({**more, key: keys, name: names}, geometry=shapes, crs=4326)
    read = read_districts((parquet(outlines.to_crs(system)), "a.parquet")).frame
    assert read[["ags", "name"]].to_numpy().tolist() == [list(it) for it in zip(keys, names, strict=True)]
    # The system that a GeoParquet declares is where its shapes are.
    np.testing.assert_allclose(read.total_bounds, outlines.total_bounds, atol=0.02)


def test_outlines_in_metres_are_where_they_can_only_be_or_where_the_user_says():
    shapes = [box(9 + it * 0.3, 52, 9.3 + it * 0.3, 52.3) for it in (0, 1)]
    frame = gpd.GeoDataFrame({"ags": ["03101", "03102"]}, geometry=shapes, crs=4326)
    bare = {
        code: (parquet(frame.to_crs(code).set_crs(None, allow_override=True)), "a.parquet")
        for code in (3035, 25832)
    }
    found = read_districts(bare[3035])
    assert "system_found" in {it.code for it in found.repairs}
    np.testing.assert_allclose(found.frame.total_bounds, frame.total_bounds, atol=0.02)
    with pytest.raises(InputError) as refused:
        read_districts(bare[25832])
    assert codes(refused) == {"coordinates_metric"}
    told = read_districts(bare[25832], reading=Reading(crs="EPSG:25832")).frame
    np.testing.assert_allclose(told.total_bounds, frame.total_bounds, atol=0.02)


def test_headers_of_merged_cells_in_a_sheet_that_leaves_empty_cells_out():
    head = [
        ["Schl.", "Gebiet", "Bevölkerung", None, "darunter Ausländer"],
        [None, None, "insgesamt", "weiblich", "insgesamt", "weiblich"],
        [None, None, "Anzahl", "Anzahl", "Anzahl", "Anzahl"],
    ]
    rows = [[key, name, 90_000, 40_000, 1000 + at, 500] for at, (key, name) in enumerate(NAMES.items())]
    every = [["Titel"], [], *head, ["03", "Niedersachsen", 1, 1, 1, 1], *rows]
    source = (book(sheet([row(it) for it in every])), "a.ods")
    read = read_shares(source, REGION, weight="foreigners")
    assert dict(zip(read.frame["area"], read.frame["persons"], strict=True)) == {
        key: 1000 + at for at, key in enumerate(NAMES)
    }


@pytest.mark.parametrize(
    ("heads", "weight", "first"),
    [
        ("Nichtdeutsche;Nichtdeutsche in %", "foreigners", 1000),
        ("mit Migrationshintergrund;ohne Migrationshintergrund", "migration_background", 1000),
        ("Anzahl Ausländer;Fläche in km2", "foreigners", 10),
        ("Ausländer;Fläche in km2", "foreigners", None),
    ],
)
def test_of_two_figures_of_one_weight_the_right_one_counts(heads, weight, first):
    start = 10 if first is None else first
    rows = "".join(f"{key};{name};{start + at};{90 - at}\n" for at, (key, name) in enumerate(NAMES.items()))
    source = csv(f"AGS;Kreis;{heads}\n{rows}")
    if first is None:
        # Small whole numbers without a word are asked about, never counted as per cent.
        with pytest.raises(InputError) as refused:
            read_shares(source, REGION, weight=weight)
        assert codes(refused) == {"share_or_persons"}
        return
    persons = read_shares(source, REGION, weight=weight).frame["persons"]
    assert persons.tolist() == [first + at for at in range(len(NAMES))]


@pytest.mark.parametrize(
    "head",
    [
        "Name der Stelle;Länge (WGS84);Breite (WGS84)",
        '"Name\n(Stelle)";lon;lat',
        "etablissement;longitude;latitude",
    ],
)
def test_a_list_of_places_without_people_is_one_of_sites(head):
    source = csv(f"Stellen;;\n;;\n{head}\nA;9,7;52,3\nB;9,8;52,2\n")
    report = check_file(source)
    assert report.ok, report.problems
    assert report.kind == "offices"


def test_values_within_a_cell_are_columns_or_named():
    frame = pd.DataFrame({
        "name": ["A", "B"],
        "position": [{"lon": 9.7, "lat": 52.3}, {"lon": 9.8, "lat": 52.2}],
        "tags": [["x"], []],
    })  # fmt: skip
    read = read_offices((parquet(frame), "a.parquet"))
    assert read.frame[["lon", "lat"]].to_numpy().tolist() == [[9.7, 52.3], [9.8, 52.2]]
    assert [it.value for it in read.repairs if it.code == "columns_nested"] == ["tags"]


@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=2, max_size=30, unique=True))
def test_parts_of_a_city_are_told_apart_by_where_they_lie(places):
    towns = pd.DataFrame(places, columns=["lon", "lat"]) / 50 + [13.4, 52.5]
    towns = towns.assign(population=1000, district_ags="11000")
    named = told_apart(["Berlin"] * len(towns), ["11000000"] * len(towns), towns, {"11000": "Berlin"})
    assert len(set(named)) == len(named)
    assert named.count("Berlin") == 1
    for name, lon, lat in zip(named, towns["lon"], towns["lat"], strict=True):
        if "Nord" in name:
            assert lat > towns["lat"].mean()
        if "Ost" in name.split() or "ost" in name:
            assert lon > towns["lon"].mean()


def test_municipalities_of_one_name_have_their_district_behind_it():
    towns = pd.DataFrame({
        "district_ags": ["03256", "03257"], "lon": [9.0, 9.5], "lat": [52.0, 52.5], "population": [1, 2],
    })  # fmt: skip
    districts = {"03256": "Nienburg (Weser)", "03257": "Schaumburg"}
    assert told_apart(["Husum", "Husum"], ["03256011", "03257011"], towns, districts) == [
        "Husum (Nienburg (Weser))", "Husum (Schaumburg)",
    ]  # fmt: skip


def test_a_place_that_nobody_names_is_no_part_of_the_town_its_district_is_called_after():
    towns = pd.DataFrame({
        "district_ags": ["09171"] * 2, "lon": [12.7, 12.8], "lat": [48.3, 48.2], "population": [9000, 900],
    })  # fmt: skip
    assert told_apart(["Altötting"] * 2, ["09171111", "09171"], towns, {"09171": "Altötting"}) == [
        "Altötting", "Kreis Altötting, Südost",
    ]  # fmt: skip


def test_an_island_without_a_municipality_is_called_by_where_it_lies():
    places = pd.DataFrame({
        "ags": ["02000000"] * 3, "district_ags": ["02000"] * 3, "lon": [10.0, 10.1, 8.5],
        "lat": [53.5, 53.6, 54.4], "population": [900, 800, 30],
    })  # fmt: skip
    keys = np.array(["", "", "02000000"], dtype=object)
    assert island_names(keys, places, {"02000000": "Hamburg"}, {"02000": "Hamburg"}) == [
        "", "", "Hamburg, Insel im Nordwesten",
    ]  # fmt: skip
    whole = np.array(["02000000", "02000000", "02000000"], dtype=object)
    assert set(island_names(whole, places, {"02000000": "Neuwerk"}, {"02000": "Hamburg"})) == {"Neuwerk"}


WORDS = ["Lüneburg", "Göttingen", "Gießen", "Länge", "Salzgitter", "Norden-Ost", "„Alte Post“", "Haus – Hof"]


@given(st.sampled_from(["cp850", "mac_roman", "cp1252", "utf-16", "utf-32", "utf-8-sig"]), st.data())
def test_names_are_what_they_were_in_whatever_encoding(encoding, data):
    kept = [it for it in WORDS if it == it.encode(encoding, "ignore").decode(encoding)]
    names = ["Köln", "Süd", *data.draw(st.lists(st.sampled_from(kept), max_size=5))]
    rows = "".join(f"{at};{name};9,73;52,37\n" for at, name in enumerate(names))
    read = read_offices((f"id;name;lon;lat\n{rows}".encode(encoding), "stellen.csv"))
    assert read.frame["name"].tolist() == names


@pytest.mark.parametrize("names", [["Košice", "„Škoda“ – Werk"], ["L’Oréal", "Chłopek…".replace("ł", "l")]])
def test_letters_from_elsewhere_are_no_umlauts_of_another_encoding(names):
    rows = "".join(f"{at};{name};9,73;52,37\n" for at, name in enumerate(names))
    read = read_offices((f"id;name;lon;lat\n{rows}".encode("cp1252"), "stellen.csv"))
    assert read.frame["name"].tolist() == names


@pytest.mark.parametrize("label", ["Summe", "Insgesamt:", "Total", ""])
@pytest.mark.parametrize("figure", [30, 31])
def test_the_sum_below_a_table_of_people_is_no_place(label, figure):
    source = csv(f"id;lon;lat;people\na;9.73;52.37;10\nb;9.9;52.1;20\n{label};;;{figure}\n")
    if not label and figure == 31:
        with pytest.raises(InputError) as refused:
            read_demand(source)
        assert codes(refused) == {"value_missing"}
        return
    read = read_demand(source)
    assert read.frame["people"].tolist() == [10, 20]
    assert [(it.row, it.count) for it in read.repairs if it.code == "key_total"] == [(4, 1)]


@pytest.mark.parametrize(
    "raw",
    [
        b'<?xml version="1.0"?>\n<osm version="0.6"></osm>', b'<graphml xmlns="x"></graphml>',
        b'{"version": 0.6, "osm3s": {}, "elements": []}', b"\x00\x00\x00\x0d\x0a\x09OSMHeader" + b"\x18" * 40,
    ],
)  # fmt: skip
def test_files_of_roads_are_told_where_they_belong(raw):
    assert [it.code for it in check_file((raw, "roads.txt")).problems] == ["form_roads"]
