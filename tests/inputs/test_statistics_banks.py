"""Tables as the statistics banks of several countries write them: rows for each kind of people, codes."""

import io
import itertools

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, new_region, persons_of, read_districts, read_shares
from iqgeo.region import load_region

REGION = load_region()
NAMES = REGION.district_names
# What everybody, a part of them, and foreigners are called by each bank.
WORDS = [
    (("Geschlecht", "Insgesamt", "männlich", "weiblich"),
     ("Nationalität", "Insgesamt", "Deutsche", "Ausländer")),
    (("KØN", "I alt", "Mænd", "Kvinder"), ("STATSB", "I alt", "Danmark", "Udenlandske statsborgere")),
    (("Geslacht", "Totaal mannen en vrouwen", "Mannen", "Vrouwen"),
     ("Nationaliteit", "Totaal", "Nederlands", "Niet-Nederlands")),
    (("sex", "T", "M", "F"), ("citizen", "TOTAL", "NAT", "Foreign country")),
]  # fmt: skip


def csv(text, name="tabelle.csv", encoding="utf-8"):
    return (text.encode(encoding), name)


@settings(max_examples=5, deadline=None)
@given(
    words=st.sampled_from(WORDS), seed=st.randoms(use_true_random=False), by_name=st.booleans(),
    heading=st.sampled_from(["Anzahl", "INDHOLD", "OBS_VALUE"]),
    period=st.sampled_from(["31.12.2022", "2022K4", "2022JJ00"]),
)  # fmt: skip
def test_rows_for_each_kind_of_people_are_those_of_all_or_of_whom_is_asked_for(
    words, seed, by_name, heading, period
):
    (sex, *sexes), (citizenship, *nations) = words
    people = {key: 50_000 + 10 * at for at, key in enumerate(NAMES)}
    rows = []
    for key, one, other in itertools.product(NAMES, range(3), range(3)):
        figure = people[key] // (1, 2, 2)[one] // (1, 2, 5)[other]
        rows.append((key, NAMES[key], sexes[one], nations[other], period, figure))
    seed.shuffle(rows)
    frame = pd.DataFrame(rows, columns=["Code", "Region", sex, citizenship, "Zeit", heading])
    frame = frame.drop(columns="Code" if by_name else "Region")
    written = (frame.to_csv(index=False, sep=";").encode(), "bank.csv")
    for weight, part in (("population", 1), ("foreigners", 5)):
        read = read_shares(written, REGION, weight=weight)
        assert read.frame.set_index("area")["persons"].to_dict() == {it: people[it] // part for it in people}
        assert read.year == 2022
        assert "long_table" in {it.code for it in read.repairs}


def test_rows_that_stand_there_twice_are_no_attribute():
    rows = "".join(f"{key};{'alt' if at else 'neu'};12,5\n" for at, key in enumerate(NAMES))
    with pytest.raises(InputError) as error:
        read_shares(csv(f"ags;Bemerkung;share_pct\n{rows}{next(iter(NAMES))};weder;13,5\n"), REGION)
    assert {it.code for it in error.value.problems} == {"key_twice"}


@pytest.mark.parametrize("heading", ["Bevölkerung", "Einwohner insgesamt", "folketal", "Inwoners (aantal)"])
def test_all_inhabitants_are_never_taken_for_others(heading):
    rows = "".join(f"{key};{NAMES[key]};{90_000 + at}\n" for at, key in enumerate(NAMES))
    table = csv(f"Schlüssel;Kreis;{heading}\n{rows}")
    with pytest.raises(InputError) as error:
        read_shares(table, REGION, weight="foreigners")
    assert {it.code for it in error.value.problems} == {"figure_of_all"}
    assert read_shares(table, REGION, weight="population").frame["persons"].min() == 90_000
    # A title that says who is counted says it for the column.
    titled = csv(f"Ausländische Bevölkerung am 31.12.2022\n\nSchlüssel;Kreis;Insgesamt\n{rows}")
    read = read_shares(titled, REGION, weight="foreigners")
    assert (read.frame["persons"].min(), read.year) == (90_000, 2022)


def test_figures_that_look_like_keys_are_figures():
    # 6734 would be a district of Hesse, 12131 one of Brandenburg.
    rows = "".join(f"{name};{6734 + at};{12131 + at}\n" for at, name in enumerate(NAMES.values()))
    read = read_shares(csv(f"Landkreis;davon Männer;Ausländer\n{rows}"), REGION, weight="foreigners")
    assert read.frame.set_index("area")["persons"].to_dict() == {
        it: 12131 + at for at, it in enumerate(NAMES)
    }


def test_days_above_figures_are_years_and_one_heading_is_a_header():
    rows = "".join(
        f"{key};{name};{70_000 + at};{71_000 + at}\n" for at, (key, name) in enumerate(NAMES.items())
    )
    read = read_shares(
        csv(f"Kreise;;Stichtag;\n;;31.12.2021;31.12.2022\n{rows}"), REGION, weight="population"
    )
    assert (read.frame["persons"].min(), read.year) == (71_000, 2022)
    rows = "".join(f'"I alt";"{name}";{70_000 + at}\n' for at, name in enumerate(NAMES.values()))
    alone = csv(f'"Folketal efter område"\n""\n" ";" ";"2023K4"\n{rows}', encoding="cp1252")
    read = read_shares(alone, REGION, weight="population")
    assert (len(read.frame), read.frame["persons"].min(), read.year) == (len(NAMES), 70_000, 2023)


@pytest.fixture(scope="module")
def abroad(tmp_path_factory):
    """Three areas with keys that begin with a zero, as Denmark's do."""
    folder = tmp_path_factory.mktemp("abroad")
    keys, names = ["0101", "0147", "0766"], ["København", "Frederiksberg", "Hedensted"]
    shapes = [box(9 + at, 55, 10 + at, 56) for at in range(3)]
    # Some portals put every value into a list of its own.
    frame = gpd.GeoDataFrame(
        {"kode": [[it] for it in keys], "navn": [[it] for it in names]}, geometry=shapes, crs=4326
    )
    path = folder / "kommuner.geojson"
    path.write_text(frame.to_json(drop_id=True), encoding="utf-8")
    places = csv("id,lon,lat,people\n" + "".join(f"{at},{9.5 + at},55.5,1000\n" for at in range(3)))
    report = new_region(folder / "r", name="Danmark", year=2021, districts=path, settlements=places)
    assert report.region.district_names == dict(zip(keys, names, strict=True))
    return report.region


@pytest.mark.parametrize("form", ["{0}", "{1} {2}", "{1}", "{2} ({1})", "{0}: {2}", "{1}.0"])
def test_keys_of_other_countries_are_known_without_their_zero_and_beside_names(abroad, form):
    named = [form.format(key, key.lstrip("0"), name) for key, name in abroad.district_names.items()]
    rows = "".join(f"{it};{5000 + at}\n" for at, it in enumerate(["000 Hele landet", *named]))
    read = read_shares(csv(f"OMRÅDE;INDHOLD\n{rows}"), abroad, weight="population")
    assert read.frame.set_index("area")["persons"].to_dict() == {
        it: 5001 + at for at, it in enumerate(abroad.district_names)
    }


def test_codes_of_open_data_are_added_up(abroad):
    rows = "".join(
        f"A10-2023;GRGEMAKT-{key};C11-{sex};{100 + sex}\n" for key in abroad.district_names for sex in (1, 2)
    )
    read = read_shares(csv(f"C-A10-0;C-GRGEMAKT-0;C-C11-0;F-ISIS-1\n{rows}"), abroad, weight="population")
    assert (read.frame["persons"].tolist(), read.year) == ([203.0] * 3, 2023)


def test_tags_for_programs_below_the_header_are_no_data(abroad):
    rows = "".join(
        f'{key},{name},"7,{at}00"\n' for at, (key, name) in enumerate(abroad.district_names.items())
    )
    read = read_shares(
        csv(f"Pcode,Name,Population total\n#adm2+code,#adm2+name,#population\n{rows}"),
        abroad,
        weight="population",
    )
    assert read.frame["persons"].tolist() == [7000.0, 7100.0, 7200.0]


def test_a_shapefile_with_its_parts_beside_it(tmp_path):
    frame = gpd.GeoDataFrame({"NUTS_CODE": ["DE1", "DE2"], "NUTS_NAME": ["Ä", "B"]},
                             geometry=[box(9, 50, 10, 51), box(10, 50, 11, 51)], crs=4326)  # fmt: skip
    frame.to_file(tmp_path / "kreise.shp", encoding="utf-8")
    read = read_districts(tmp_path / "kreise.shp")
    assert read.frame["name"].tolist() == ["Ä", "B"]
    (tmp_path / "kreise.dbf").unlink()
    assert [it.code for it in check_file(tmp_path / "kreise.shp").problems] == ["form_shapefile"]
    # In a zip of the European levels the districts are the third.
    out = io.BytesIO()
    import zipfile

    with zipfile.ZipFile(out, "w") as archive:
        for level in (1, 2, 3):
            frame.to_file(tmp_path / f"NUTS250_N{level}.shp")
            for part in tmp_path.glob(f"NUTS250_N{level}.*"):
                archive.write(part, f"nuts/{part.name}")
    assert len(read_districts((out.getvalue(), "nuts250.zip")).frame) == 2


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Stichtag;_RS;Insgesamt_Bevölkerung;Staatsangehoerigkeit_Ausland", "15.05.2022;{k};{all};{n}"),
        ("ARS;Name;Insgesamt;Deutschland;Ausland", "{k}0000000;K;{all};{all};{n}"),
        ("AGS;Geburtsland: Ausland;Staatsangehörigkeit | Ausland", "{k};{all};{n}"),
        ("geo,sex,TIME_PERIOD,OBS_VALUE,OBS_FLAG", "{k},T,2022,{n},p"),
        ("AGS;Jahr;Wert", "{k};2022;{n}"),
        (";Ausländer;Ausländer\n;Insgesamt;männlich\n;Anzahl;Anzahl\n31.12.2022", "{k};{n};1"),
    ],
)  # fmt: skip
def test_columns_of_the_census_and_of_sdmx_are_known(region, head, row):
    keys = sorted(region.district_names)
    rows = [row.format(k=key, all=90_000 + at, n=1000 + at) for at, key in enumerate(keys)]
    intake = read_shares(csv("\n".join([head, *rows])), region, weight="foreigners")
    # The ARS of a city of its own is that of its one municipality.
    found = {area[:5]: persons for area, persons in (persons_of(intake) or {}).items()}
    assert found == {key: 1000 + at for at, key in enumerate(keys)}


def test_two_days_between_the_rows_are_no_lines_to_leave_out(region):
    keys = sorted(region.district_names)
    rows = "".join(f"31.12.{year}\n" + "".join(f"{it};{year}\n" for it in keys) for year in (2021, 2022))
    with pytest.raises(InputError):
        read_shares(csv("AGS;Ausländer\n" + rows), region, weight="foreigners")


@pytest.mark.parametrize("named", [False, True])
def test_a_states_own_office_leaves_out_the_number_of_its_state(named):
    """LSN-Online: the state, its four statistical regions and the districts under three digits."""
    people = {key: 1_000 + at for at, key in enumerate(NAMES)}
    rows = [("0", "Niedersachsen", 900_000), *((str(it), f"Region {it}", 200_000) for it in range(1, 5))]
    rows += [(key[2:], NAMES[key], figure) for key, figure in people.items()]
    frame = pd.DataFrame(rows, columns=["Nr.", "Gebiet", "Ausländer insgesamt"])
    frame = frame if named else frame.drop(columns="Gebiet")
    written = csv(frame.to_csv(index=False, sep=";"))
    read = read_shares(written, REGION, weight="foreigners")
    assert persons_of(read) == people
    assert [it.value for it in read.repairs if it.code == "key_written"] == ["101 → 03101"]
    assert check_file(written, REGION).kind == "shares"


def test_three_digits_among_keys_of_all_states_are_those_of_a_larger_area():
    """Regionalstatistik has Arnsberg (059) beside the districts; Saxony-Anhalt's are few to be sure of."""
    people = {key: 1_000 + at for at, key in enumerate(NAMES)}
    rows = [("153", "Magdeburg", 5_000_000), *((key, NAMES[key], figure) for key, figure in people.items())]
    frame = pd.DataFrame(rows, columns=["Schlüssel", "Gebiet", "Ausländer insgesamt"])
    read = read_shares(csv(frame.to_csv(index=False, sep=";")), REGION, weight="foreigners")
    assert persons_of(read) == people
