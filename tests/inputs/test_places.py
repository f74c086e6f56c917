"""People per place: tables and census grids."""

import io
from contextlib import nullcontext

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.demand import PLACE_COLUMNS
from iqgeo.errors import InputError
from iqgeo.inputs import demand_of, limits, read_demand
from iqgeo.inputs.districts_of import assign_districts
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.places import demand_places
from iqgeo.inputs.table import Table

from .conftest import csv, zipped

GRID_2011 = (
    "Gitter_ID_1km;x_mp_1km;y_mp_1km;Einwohner;Auslaender_A\n"
    "1kmN3250E4320;4320500;3250500;100;5,5\n"
    "1kmN3250E4321;4321500;3250500;-1;-1\n"
    "1kmN3250E4322;4322500;3250500;40;-9\n"
    "1kmN3250E4323;4323500;3250500;-9;-9\n"
    "1kmN3250E4324;4324500;3250500;10;-1\n"
)
PEOPLE_2022 = (
    "GITTER_ID_1km;x_mp_1km;y_mp_1km;Einwohner;werterlaeuternde_Zeichen\n"
    "CRS3035RES1000mN3250000E4320000;4320500;3250500;200;\n"
    "CRS3035RES1000mN3250000E4321000;4321500;3250500;50;KLAMMERN\n"
    "CRS3035RES1000mN3250000E4322000;4322500;3250500;30;\n"
)
SHARES_2022 = (
    "GITTER_ID_1km;x_mp_1km;y_mp_1km;AnteilAuslaender;werterlaeuternde_Zeichen\n"
    "CRS3035RES1000mN3250000E4320000;4320500;3250500;12,50;\n"
    "CRS3035RES1000mN3250000E4321000;4321500;3250500;–;\n"
)


def test_a_table_of_its_own_works_anywhere():
    intake = read_demand(csv("id,lon,lat,people\nA,16.37,48.2,1000\nB,-70.5,-33.4,0.5\n"))
    assert tuple(intake.frame.columns) == PLACE_COLUMNS
    assert intake.frame["people"].tolist() == [1000, 0.5]
    assert intake.frame["district_ags"].tolist() == ["", ""]
    demand = demand_of(intake)
    assert demand.people == 1000.5
    assert (demand.weight, demand.year) == ("own", None)


def test_keys_in_every_mutilation_give_the_district(region):
    written = "id;lon;lat;people;ags\n" + "".join(
        f"{key};9,7;52,3;1;{key}\n"
        for key in ("3241", "03241", "3241001", "03241001", "032410001001", "32410001001")
    )
    intake = read_demand(csv(written + "K;9,9;51,5;1;03152012\n"), region)
    assert intake.frame["district_ags"].tolist() == ["03241"] * 6 + ["03159"]
    assert intake.frame["ags"].tolist() == ["", ""] + ["03241001"] * 4 + ["03152012"]
    assert {it.code for it in intake.repairs} >= {"key_zero", "key_shortened"}


def test_without_keys_the_outline_decides(region):
    inside = region.districts.geometry.representative_point()
    frame = pd.DataFrame({"id": region.districts["ags"], "lon": inside.x, "lat": inside.y, "people": 10})
    frame.loc[len(frame)] = ["wien", 16.37, 48.2, 10]
    frame.loc[len(frame)] = ["norderney", 7.15, 53.71, 10]
    intake = read_demand(csv(frame.to_csv(index=False)), region)
    found = dict(zip(intake.frame["id"], intake.frame["district_ags"], strict=True))
    assert all(found[ags] == ags for ags in region.districts["ags"])
    assert found["wien"] == ""
    assert intake.frame.set_index("id")["landmass"]["norderney"] == "Norderney"
    assert "places_outside" in {it.code for it in intake.repairs}


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_squares_decide_as_the_points_would(region, seed):
    """The shortcut over squares gives for every point what the outlines themselves give."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(6.2, 12, 400), rng.uniform(51, 54.2, 400)
    frame = pd.DataFrame({"lon": lon, "lat": lat, "district_ags": "", "people": 1.0})
    assign_districts(frame, np.ones(400, dtype=bool), region, Findings("a", np.arange(400)))
    for area in region.districts.itertuples():
        direct = shapely.contains_xy(area.geometry, lon, lat)
        assert (frame["district_ags"][direct] == area.ags).all()
    covered = shapely.intersects_xy(region.districts.union_all(), lon, lat)
    # What is assigned beyond the outlines lies beside a settlement on the coast.
    assert (frame["district_ags"].ne("") & ~covered).mean() < 0.05


def test_signs_and_blanks(problems_of):
    intake = read_demand(csv("id,lon,lat,people\nA,9,53,-\nB,9,53,.\nC,9,53,7\n"))
    assert intake.frame["people"].tolist() == [0, 7]
    assert intake.row_numbers.tolist() == [2, 4]
    assert "places_unknown_people" in {it.code for it in intake.repairs}
    problems = problems_of(read_demand, csv("id,lon,lat,people\nA,9,53,\nB,9,53,-5\nC,9,53,x1\n"))
    assert [(it.code, it.row) for it in problems] == [
        ("value_missing", 2),
        ("number_negative", 3),
        ("number_unreadable", 4),
    ]
    assert len(read_demand(csv("id,lon,lat,people\nA,9,53,\nB,9,53,5\n"), blanks=True).frame) == 1


def test_points_as_text():
    intake = read_demand(csv('id,people,st_astext\nA,5,POINT(9.5 53)\nB,6,"SRID=4326;Point (1e1 -5.25)"\n'))
    assert intake.frame[["lon", "lat"]].to_numpy().tolist() == [[9.5, 53], [10, -5.25]]


def test_points_as_text_that_are_none(problems_of):
    problems = problems_of(
        read_demand, csv('id,people,wkt\nA,5,"LINESTRING(1 2, 3 4)"\nB,6,\nC,1,POINT(500000 5800000)\n')
    )
    assert [it.code for it in problems] == ["point_unreadable", "value_missing", "coordinates_metric"]


def test_grid_of_2011_by_hand():
    intake = read_demand(csv(GRID_2011, "Zensus_spitze_Werte_1km-Gitter.csv"))
    assert intake.kind == "census_grid"
    assert intake.frame["id"].tolist() == ["1kmN3250E4320", "1kmN3250E4322", "1kmN3250E4324"]
    assert intake.frame["people"].tolist() == pytest.approx([5.5, 0, 0])
    assert intake.row_numbers.tolist() == [2, 4, 6]
    counts = {it.code: it.count for it in intake.repairs}
    assert counts["grid_uninhabited"] == 1
    assert counts["grid_secret_people"] == 1
    assert counts["grid_secret_shares"] == 1
    secret = next(it for it in intake.repairs if it.code == "grid_secret_shares")
    assert secret.details == {"people": 40, "missing": 2}
    people = read_demand(csv(GRID_2011), weight="population")
    assert people.frame["people"].tolist() == [100, 40, 10]


def test_cell_centres_are_where_the_grid_says():
    frame = read_demand(csv(GRID_2011)).frame
    # The LAEA projection has its origin, 10 degrees east and 52 north, at 4,321,000 / 3,210,000 m.
    origin = "Gitter_ID_1km;x_mp_1km;y_mp_1km;Einwohner\nx;4321000;3210000;1\n"
    centre = read_demand(csv(origin)).frame
    assert centre[["lon", "lat"]].to_numpy() == pytest.approx(np.array([[10, 52]]))
    assert frame["lon"].iloc[0] == pytest.approx(9.99, abs=0.01)


def test_grid_of_2022_in_the_published_zip():
    content = zipped(Zensus2022_Bevoelkerungszahl_1km__csv=PEOPLE_2022.encode(), Beschreibung__xlsx=b"PK")
    intake = read_demand((content, "Zensus2022_Bevoelkerungszahl.zip"))
    assert intake.frame["people"].tolist() == [200, 50, 30]
    joined = read_demand((content, "a.zip"), grid_shares=csv(SHARES_2022))
    assert joined.frame["people"].tolist() == pytest.approx([25, 0, 0])
    assert next(it.count for it in joined.repairs if it.code == "grid_secret_shares") == 1


def test_grids_that_lack_something(problems_of):
    assert problems_of(read_demand, csv(SHARES_2022))[0].code == "grid_without_people"
    assert problems_of(read_demand, csv(PEOPLE_2022), weight="foreigners")[0].code == "grid_without_shares"
    assert problems_of(read_demand, csv(PEOPLE_2022), weight="own")[0].code == "weight_of_grid"
    degrees = PEOPLE_2022.replace("4320500;3250500", "9.98;52.36")
    assert problems_of(read_demand, csv(degrees))[0].code == "grid_coordinates"
    assert problems_of(read_demand, csv(GRID_2011.replace(";5,5", ";125")))[0].code == "share_over_100"


def test_a_grid_far_away(region, problems_of):
    far = PEOPLE_2022.replace("3250500", "2700500")
    assert problems_of(read_demand, csv(far), region)[0].code == "grid_no_people"


def test_rows_of_a_grid_are_limited(monkeypatch, problems_of):
    monkeypatch.setattr(limits, "GRID_ROWS", 3)
    assert problems_of(read_demand, csv(GRID_2011))[0].code == "too_many_rows"


@pytest.mark.slow
def test_the_official_grid_of_2011(region, test_only_data):
    """Cells of the state add up to its census population; foreigners to about what was published."""
    path = test_only_data / "Zensus_spitze_Werte_1km-Gitter_nordwest.csv.gz"
    people = read_demand(path, region, weight="population")
    # Census of 2011: 7,777,992; cells on the border count where their centre lies.
    assert people.frame["people"].sum() == pytest.approx(7_777_992, rel=0.003)
    foreigners = read_demand(path, region)
    secret = next(it for it in foreigners.repairs if it.code == "grid_secret_shares")
    assert 400_000 < foreigners.frame["people"].sum() < 440_000
    assert secret.details["missing"] < 0.02 * foreigners.frame["people"].sum()
    assert set(foreigners.frame["landmass"]) >= {"Borkum", "Norderney", ""}


def test_a_grid_in_many_blocks_is_read_alike(monkeypatch):
    rows = "".join(f"id{i};{4320500 + 1000 * (i % 300)};{3250500};{i};5,0\n" for i in range(3000))
    whole = GRID_2011 + rows
    expected = read_demand(csv(whole)).frame
    monkeypatch.setattr(limits, "LINE_BYTES", 4096)
    pd.testing.assert_frame_equal(read_demand(csv(whole)).frame, expected)


def test_row_numbers_survive_blocks_and_blank_lines(monkeypatch, problems_of):
    monkeypatch.setattr(limits, "LINE_BYTES", 512)
    lines = ["id,lon,lat,people"] + [f"{i},9,53,{i}" if i % 7 else "" for i in range(1, 400)]
    lines[250] = "bad,9,53,five"
    lines[300] = "ragged,9"
    problems = problems_of(read_demand, csv("\n".join(lines)))
    assert {(it.code, it.row) for it in problems} == {("number_unreadable", 251), ("row_ragged", 301)}


def test_parquet_and_csv_agree(region):
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "id": range(500),
            "lon": rng.uniform(7, 11, 500),
            "lat": rng.uniform(52, 53.5, 500),
            "people": range(500),
        }
    )
    stream = io.BytesIO()
    frame.to_parquet(stream)
    from_parquet = read_demand((stream.getvalue(), "a.parquet"), region).frame
    from_csv = read_demand(csv(frame.to_csv(index=False)), region).frame
    pd.testing.assert_frame_equal(from_parquet, from_csv)


@pytest.mark.parametrize("suffix", [".gpkg", ".csv"])
def test_iqgeo_reads_its_own_gap_list(gaps_2012, region, tmp_path, suffix):
    from iqgeo.reports import gap_list
    from iqgeo.words.rounding import LEAST_TOLD

    make = {".gpkg": gap_list.gap_list_gpkg, ".csv": gap_list.gap_list_csv}
    path = tmp_path / f"liste{suffix}"
    path.write_bytes(make[suffix](gaps_2012, region))
    found = read_demand(path, region, layer="Orte nicht erreicht" if suffix == ".gpkg" else None)
    told = gaps_2012.places["people"]
    assert sorted(found.frame["people"]) == sorted(told[told >= LEAST_TOLD])
    # Small figures are grouped in the list: they are said to be unknown, not counted as something else.
    assert any(it.code == "places_unknown_people" for it in found.repairs)


@given(st.lists(st.sampled_from((0.0, 1.0, 20e9, 20.1e9, 1e18, 1e308)), min_size=1, max_size=4))
def test_people_are_at_least_one_and_no_more_than_there_are(people: list[float]) -> None:
    """Nobody anywhere, or more than mankind, has no share and no sum: the table says so, not its reports."""
    table = Table(
        "a.csv", pd.DataFrame({"lon": 9.0, "lat": 52.0, "people": people}), np.arange(len(people)) + 2
    )
    expected = {"number_too_large"} if max(people) > 20e9 else set() if max(people) else {"people_none"}
    with nullcontext() if not expected else pytest.raises(InputError) as refused:
        demand_places(table, None)
    assert not expected or {it.code for it in refused.value.problems} == expected


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 16_000), st.integers(0, 16_000)), min_size=1, max_size=6))
def test_keys_that_contradict_positions_are_told(region, chosen):
    """Counted with one district and measured from another: the user's word is needed, not silence."""
    settlements = region.settlements
    lines, outlines = ["id,ags,lon,lat,people"], region.districts.to_crs(region.crs).set_index("ags").geometry
    far = 0
    for number, (here, other) in enumerate(chosen):
        place, key = settlements.iloc[here], settlements.iloc[other]
        lines.append(f"{number},{key['ags']},{place['lon']},{place['lat']},10")
        spot = gpd.GeoSeries.from_xy([place["lon"]], [place["lat"]], crs=4326).to_crs(region.crs).iloc[0]
        drawn = outlines.covers(spot).any()
        far += bool(drawn and outlines[key["district_ags"]].distance(spot) > 5_000)
    intake = read_demand(csv("\n".join(lines)), region)
    told = [it.count for it in intake.repairs if it.code == "key_and_position"]
    assert told == ([far] if far else [])


@given(
    st.lists(st.integers(1, 999), min_size=2, max_size=6),
    st.sampled_from([2, 3, 5, (2, 5), (2, 3, 5)]),
    st.booleans(),
)
def test_rows_of_districts_and_states_among_those_of_municipalities_count_once(people, levels, wrong):
    """Their figure is that of the rows below; one with another figure is a place of its own."""
    rows = [(f"0917{at % 2 + 1}{at:03}", figure) for at, figure in enumerate(people)]
    upper = {}
    for level in (levels,) if isinstance(levels, int) else levels:
        for key, figure in rows:
            upper[key[:level]] = upper.get(key[:level], 0) + figure
    extra = 7 * sum(people) if wrong else 0
    more = [(key, figure + extra) for key, figure in upper.items()]
    lines = "".join(f"{key},{9 + at / 100},52,{figure}\n" for at, (key, figure) in enumerate([*more, *rows]))
    intake = read_demand((f"ags,lon,lat,people\n{lines}".encode(), "p.csv"))
    wanted = sum(people) + (sum(figure for _, figure in more) if wrong else 0)
    assert intake.frame["people"].sum() == wanted
    assert ("key_total" in [it.code for it in intake.repairs]) != wrong
