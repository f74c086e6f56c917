"""Tables in the shapes of statistical offices of other countries, for regions of one's own boundaries."""

import geopandas as gpd
import pytest
from shapely.geometry import box

from iqgeo.errors import InputError
from iqgeo.inputs import new_region, persons_of, read_shares


def region_of(folder, named):
    """A region of boundaries with the keys and names of an office."""
    shapes = [box(9 + at / 10, 55, 9.1 + at / 10, 55.1) for at in range(len(named))]
    frame = gpd.GeoDataFrame({"kode": list(named), "navn": list(named.values())}, geometry=shapes, crs=4326)
    frame.to_file(folder / "b.geojson")
    places = "".join(f"{at},{9.05 + at / 10},55.05,900000\n" for at in range(len(named)))
    settlements = (f"id,lon,lat,people\n{places}".encode(), "p.csv")
    return new_region(
        folder / "r", name="Land", year=2021, districts=folder / "b.geojson", settlements=settlements
    ).region


@pytest.fixture(scope="module")
def netherlands(tmp_path_factory):
    named = {"GM0014": "Groningen", "GM0034": "Almere", "GM0037": "Stadskanaal"}
    return region_of(tmp_path_factory.mktemp("nl"), named)


@pytest.fixture(scope="module")
def austria(tmp_path_factory):
    named = {"10101": "Eisenstadt", "10201": "Rust", "10301": "Breitenbrunn"}
    return region_of(tmp_path_factory.mktemp("at"), named)


@pytest.fixture(scope="module")
def vorarlberg(tmp_path_factory):
    """Five digits that no German state has."""
    return region_of(
        tmp_path_factory.mktemp("v"), {"80103": "Bludenz", "80207": "Bregenz", "80301": "Dornbirn"}
    )


@pytest.fixture(scope="module")
def switzerland(tmp_path_factory):
    return region_of(
        tmp_path_factory.mktemp("ch"), {"1": "Aeugst am Albis", "2": "Affoltern", "261": "Zürich"}
    )


@pytest.fixture(scope="module")
def belgium(tmp_path_factory):
    return region_of(
        tmp_path_factory.mktemp("be"), {"11001": "Aartselaar", "11002": "Antwerpen", "11004": "Boechout"}
    )


def people_in(region):
    return {key: 20_000.0 + 1_370 * at for at, key in enumerate(region.district_names)}


def read(text, region, weight="population", encoding="utf-8"):
    return read_shares((text.encode(encoding), "tabelle.csv"), region, weight=weight)


@pytest.mark.parametrize("total", ["T001038", "T009002"])
def test_statline_codes_of_everybody_are_known_among_codes_that_are_numbers(netherlands, total):
    people = people_in(netherlands)
    rows = [
        f'"{key}    ";"{code}";"10000   ";"2022JJ00";"{int(count) // part}"'
        for key, count in people.items() for code, part in ((total, 1), ("3000   ", 2), ("4000   ", 3))
    ]  # fmt: skip
    found = read('"RegioS";"Geslacht";"Leeftijd";"Perioden";"Bevolking_1"\n' + "\n".join(rows), netherlands)
    assert (persons_of(found), found.year) == (people, 2022)


@pytest.mark.parametrize("form", ["{name} <{key}>", "{name} [{key}]", "{name} ({key})", "{key} {name}"])
@pytest.mark.parametrize("land", ["austria", "vorarlberg"])
def test_keys_beside_names_are_known_in_every_bracket(request, land, form):
    region = request.getfixturevalue(land)
    people = people_in(region)
    rows = "".join(
        f'"2022";"{form.format(key=key, name=region.district_names[key])}";{int(count)}\n'
        for key, count in people.items()
    )
    text = '"Bevölkerung zu Jahresbeginn"\n\n"Jahr";"Gemeinde (Ebene +3)";"Anzahl"\n'
    found = read(f'{text}{rows}"Datenbank:";"Bevölkerung"\n"Quelle: STATcube"\n', region)
    assert (persons_of(found), found.year) == (people, 2022)


@pytest.mark.parametrize("digits", [1, 4])
def test_municipalities_stand_in_below_their_canton(switzerland, digits):
    """STAT-TAB: dots before a number of four digits, kinds of people with a total of each."""
    people = people_in(switzerland)
    areas = {"Schweiz": 8_700_000, "- Zürich": 1_550_000, ">> Bezirk Affoltern": 50_000}
    areas |= {
        f"......{key.zfill(digits)} {switzerland.district_names[key]}": int(count)
        for key, count in people.items()
    }
    kinds = (("Staatsangehörigkeit (Kategorie) - Total", 1), ("Schweiz", 2), ("Ausland", 5))
    rows = "".join(
        f'"{year}";"{area}";"{kind}";"Geschlecht - Total";{(count + year - 2022) // part}\n'
        for year in (2021, 2022) for area, count in areas.items() for kind, part in kinds
    )  # fmt: skip
    head = '"Jahr";"Kanton (-) / Bezirk (>>) / Gemeinde (......)";"Staatsangehörigkeit (Kategorie)"'
    head += ';"Geschlecht";"Total"\n'
    for weight, part in (("population", 1), ("foreigners", 5)):
        found = read(head + rows, switzerland, weight, "cp1252")
        assert persons_of(found) == {key: count // part for key, count in people.items()}
        assert found.year == 2022


def test_many_rows_an_area_are_refused_once_with_what_tells_them_apart(belgium):
    """Open data of Statbel: every sex, nationality and age, and no row of all."""
    rows = [
        f"{key}|{belgium.district_names[key]}|{sex}|{nation}|{age}|{100 + age + len(sex) + at}"
        for at, key in enumerate(belgium.district_names)
        for sex in "MF" for nation in ("BEL", "ETR") for age in (20, 31) if (sex, age) != ("M", 31) or at
    ]  # fmt: skip
    with pytest.raises(InputError) as caught:
        read("CD_REFNIS|TX_DESCR_NL|CD_SEX|CD_NATLTY|CD_AGE|MS_POPULATION\n" + "\n".join(rows), belgium)
    found = caught.value.problems
    assert [it.code for it in found] == ["areas_many_rows"]
    assert "CD_SEX, CD_NATLTY, CD_AGE" in found[0].sentence("de")
