"""Tables in the shapes of statistical offices of other countries, for regions of one's own boundaries."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from iqgeo.errors import InputError
from iqgeo.inputs import new_region, persons_of, read_shares
from iqgeo.reading import Reading


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


def _statbel(belgium, *, codes="1234", total=False, seed=0):
    """Open data of Statbel: a row for every sex, nationality, status and age, and none of all."""
    people: dict[str, dict[str, int]] = {}
    rows = []
    for at, key in enumerate(belgium.district_names):
        people[key] = {"BEL": 0, "ETR": 0}
        for sex in "MF":
            for nation, words in (("BEL", "Belgen"), ("ETR", "niet-Belgen")):
                for age in (0, 31, 64, 101):
                    if (at + age + len(words) + seed) % 5 == 0:
                        continue
                    for status in codes:
                        count = 100 + age + ord(sex) + 13 * at + int(status)
                        people[key][nation] += count
                        rows.append(
                            [key, belgium.district_names[key], sex, nation, words, status, age, count]
                        )
    if total:
        # All of a nationality as one status more.
        frame = pd.DataFrame(rows)
        sums = frame.groupby([0, 1, 2, 3, 4, 6], sort=False)[7].sum().reset_index()
        rows += [[*row[:5], "9", *row[5:]] for row in sums.to_numpy().tolist()]
    head = "CD_REFNIS|TX_DESCR_NL|CD_SEX|CD_NATLTY|TX_NATLTY_NL|CD_CIV_STS|CD_AGE|MS_POPULATION"
    return "\n".join([head, *("|".join(map(str, row)) for row in rows)]), people


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rows_that_are_parts_are_added_up_where_they_are_all(belgium, seed):
    written, people = _statbel(belgium, codes="1", seed=seed)
    found = read(written, belgium, "population")
    assert persons_of(found) == {key: sum(it.values()) for key, it in people.items()}
    assert "long_summed" in [it.code for it in found.repairs]
    found = read(written, belgium, "foreigners")
    assert persons_of(found) == {key: it["ETR"] for key, it in people.items()}


def test_parts_that_may_not_be_all_are_asked_about_and_sums_among_them_refused(belgium):
    written, people = _statbel(belgium)
    with pytest.raises(InputError) as caught:
        read(written, belgium, "foreigners")
    [problem] = caught.value.problems
    assert problem.code == "areas_many_parts"
    assert "CD_CIV_STS" in problem.sentence("de")
    source = (written.encode(), "a.csv")
    found = read_shares(source, belgium, weight="foreigners", reading=Reading(agreed=True))
    assert persons_of(found) == {key: it["ETR"] for key, it in people.items()}
    with_total, _ = _statbel(belgium, total=True)
    for reading in (Reading(), Reading(agreed=True)):
        with pytest.raises(InputError) as caught:
            read_shares((with_total.encode(), "a.csv"), belgium, weight="foreigners", reading=reading)
        # A sum stands among them: agreed or not, nothing is added up.
        assert {it.code for it in caught.value.problems} <= {"areas_many_rows", "figure_unclear"}


def test_one_area_that_stands_twice_is_no_part(belgium):
    names = list(belgium.district_names.items())
    rows = [f"{key};{name};{100 + at};" for at, (key, name) in enumerate(names)]
    written = "\n".join(["ags;name;Ausländer;Bemerkung", *rows, f"{names[0][0]};{names[0][1]};7;neu"])
    with pytest.raises(InputError) as caught:
        read(written, belgium, "foreigners")
    assert [it.code for it in caught.value.problems] == ["key_twice"]
