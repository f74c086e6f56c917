"""Every German state by one command, from what comes along; regions known by their name."""

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

from iqgeo.cli.main import app
from iqgeo.demand import build_demand
from iqgeo.errors import InputError
from iqgeo.inputs import state_region
from iqgeo.inputs.gazetteer import match_places
from iqgeo.inputs.name_parts import AreaName
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.states import state_regions
from iqgeo.known_regions import REGIONS_VARIABLE, directory_of, known_regions
from iqgeo.region import load_region
from iqgeo.workers.executor import executor_of
from iqgeo.world import district_counts, germany_directory, state_names, state_of

from .conftest import csv


@pytest.fixture(scope="module")
def saarland(tmp_path_factory):
    folder = tmp_path_factory.mktemp("regions")
    return state_region(folder / "saarland", "Saarland").region


@pytest.fixture(scope="module")
def bavaria(tmp_path_factory):
    return state_region(tmp_path_factory.mktemp("regions") / "bayern", "09").region


def test_all_sixteen_states_have_their_districts_and_people():
    places = pd.read_parquet(germany_directory() / "settlements.parquet")
    assert sorted(district_counts()) == sorted(state_names())
    assert sum(district_counts().values()) == 401
    assert set(places["ags"].str[:2]) == set(state_names())
    assert places["people"].sum() == 80_318_192
    assert places["id"].is_unique
    assert places["ags"].str.fullmatch(r"\d{8}").all()


def test_a_state_holds_what_geopandas_counts(saarland):
    places = pd.read_parquet(germany_directory() / "settlements.parquet")
    own = places[places["ags"].str.startswith("10")]
    assert saarland.settlements["population"].sum() == own["people"].sum()
    drawn = gpd.read_parquet(germany_directory() / "districts.parquet")
    points = gpd.GeoSeries.from_xy(own["lon"], own["lat"], crs=4326)
    for ags, shape in drawn[drawn["ags"].str.startswith("10")].set_index("ags").geometry.items():
        by_key = saarland.settlements[saarland.settlements["district_ags"] == ags]["population"].sum()
        inside = own.loc[points.within(shape).to_numpy(), "people"].sum()
        # A key counts, not a border drawn to a hundred metres.
        assert by_key == own.loc[own["ags"].str.startswith(ags), "people"].sum()
        assert inside == pytest.approx(by_key, rel=0.02)
    assert build_demand(saarland).people == own["people"].sum()


def test_no_key_stands_where_a_name_belongs_and_every_source_is_whole(saarland):
    assert len(saarland.district_names) == 6
    assert not saarland.towns["name"].str.contains(r"\d{5}").any()
    assert {"Saarbrücken", "Neunkirchen"} <= set(saarland.towns["name"])
    for entry in saarland.sources.values():
        assert all(str(entry[it]).strip() for it in ("title", "publisher", "licence", "attribution"))
    assert "Eurostat" in saarland.sources["municipalities"]["attribution"]


def test_municipalities_are_called_as_the_register_calls_them():
    """Against another list of the same names: the register of the statistical offices for Lower Saxony."""
    listed = pd.read_parquet(germany_directory() / "municipalities.parquet").set_index("ags")["name"]
    register = load_region().municipalities.set_index("ags")["name"]
    both = register.index.intersection(listed.index)
    other = [
        (listed[ags], register[ags])
        for ags in both
        if not AreaName.of(register[ags]).is_that_of(AreaName.of(listed[ags]))
    ]
    assert len(both) > 880
    # The list of 2016 and the register of 2023: names that were changed between the two.
    assert len(other) <= 5, other
    # Barßel is the next municipality; a place of that name lies nearer to the settlement.
    assert listed["03451001"] == "Apen"


def test_who_lives_in_a_municipality_lives_in_one_with_a_name():
    places = pd.read_parquet(germany_directory() / "settlements.parquet")
    listed = pd.read_parquet(germany_directory() / "municipalities.parquet")
    assert listed["ags"].is_unique
    assert not listed["name"].str.contains(r",|\d|^\s|\s$").any()
    assert set(places["ags"]) == set(listed["ags"])
    # In no list of municipalities: forests of Bavaria.
    nameless = listed.loc[listed["name"].eq("gemeindefreies Gebiet"), "ags"]
    assert places.loc[places["ags"].isin(nameless), "people"].sum() < 5_000
    assert set(nameless.str[:2]) == {"09"}


def test_a_town_is_found_by_its_short_and_its_written_out_name(bavaria):
    written = {
        "Mühldorf": "Mühldorf a.Inn", "Mühldorf am Inn": "Mühldorf a.Inn",
        "Mühldorf a. Inn": "Mühldorf a.Inn", "Rothenburg": "Rothenburg ob der Tauber",
        "Rothenburg o. d. Tauber": "Rothenburg ob der Tauber",
        "Bad Neustadt an der Saale": "Bad Neustadt a.d.Saale", "Neustadt bei Coburg": "Neustadt b.Coburg",
        "München, Landeshauptstadt": "München",
    }  # fmt: skip
    lines = "\n".join(["Ort", *(f'"{it}"' for it in written)])
    table = read_table(open_source(csv(f"{lines}\n")), max_rows=100)
    found = match_places(table, bavaria)
    assert {it.written: it.found for it in found} == written
    assert {it.score for it in found} == {100.0}


def test_several_towns_of_one_short_name_are_not_told_apart(bavaria):
    table = read_table(open_source(csv("Ort\nNeustadt\nKirchdorf\n")), max_rows=100)
    assert {it.found for it in match_places(table, bavaria)} == {""}


def test_the_users_files_take_the_place_of_what_comes_along(tmp_path):
    places = pd.DataFrame({"id": [1, 2], "lon": [8.8, 8.58], "lat": [53.08, 53.55], "people": [70, 30]})
    places.to_csv(tmp_path / "p.csv", index=False)
    made = state_region(tmp_path / "hb", "04", settlements=tmp_path / "p.csv", year=2024)
    assert made.region.settlements.groupby("district_ags")["population"].sum().to_dict() == {
        "04011": 70,
        "04012": 30,
    }
    assert made.region.sources["settlements"]["title"] == "p.csv"
    with pytest.raises(InputError) as refused:
        state_region(tmp_path / "x", "04", settlements=tmp_path / "p.csv")
    assert refused.value.problems[0].code == "state_year"


@pytest.mark.parametrize("called", ["Preußen", "17", "", "5"])
def test_what_is_no_state_is_said(called, tmp_path):
    assert state_of(called) is None
    result = CliRunner().invoke(app, ["region", "new", str(tmp_path / "r"), "--state", called])
    assert result.exit_code != 0
    assert [it.code for it in result.exception.problems] == ["state_unknown"]
    assert not (tmp_path / "r").exists()


def test_what_a_region_of_files_lacks_is_named_at_once(tmp_path):
    result = CliRunner().invoke(app, ["region", "new", str(tmp_path / "r"), "--name", "x"])
    assert {(it.code, it.column) for it in result.exception.problems} == {
        ("region_option_missing", it) for it in ("districts", "settlements", "year")
    }


def test_a_region_is_known_by_the_name_of_its_folder(saarland, monkeypatch):
    folder = saarland.directory.parent
    monkeypatch.setenv(REGIONS_VARIABLE, str(folder))
    (folder / ".half").mkdir(exist_ok=True)
    (folder / "kaputt").mkdir(exist_ok=True)
    (folder / "kaputt" / "region.toml").write_text("name = ")
    assert [(it.key, it.name) for it in known_regions().values()] == [("saarland", "Saarland")]
    assert directory_of("Saarland") == directory_of("saarland") == saarland.directory
    assert directory_of("../saarland") is None
    assert load_region("saarland").name == "Saarland"
    monkeypatch.setenv(REGIONS_VARIABLE, str(folder / "none"))
    assert known_regions() == {}


def test_no_name_of_the_room_is_also_one_of_its_modules():
    from pathlib import Path

    from iqgeo import inputs

    modules = {it.stem for it in Path(inputs.__file__).parent.glob("*.py")}
    assert not modules & set(inputs.__all__)


def test_several_states_at_once_are_those_of_one_after_the_other(tmp_path, saarland):
    with executor_of("processes:2") as workers:
        found = dict(state_regions(tmp_path / "both", ["Bremen", "10"], workers))
    assert {it.name: report.region.name for it, report in found.items()} == {
        "bremen": "Bremen",
        "saarland": "Saarland",
    }
    again = found[tmp_path / "both" / "saarland"]
    assert again.people == saarland.settlements["population"].sum()
    assert again.region.checksums == saarland.checksums


def test_a_state_that_fails_is_named_and_the_others_are_made(tmp_path):
    (tmp_path / "saarland").write_text("no folder")
    made = CliRunner().invoke(app, ["region", "new", str(tmp_path), "--state", "10,Bremen", "--lang", "en"])
    assert isinstance(made.exception, InputError)
    assert len(made.exception.problems) == 1
    assert "saarland" in made.exception.message("en")
    assert load_region(tmp_path / "bremen").name == "Bremen"


@pytest.mark.parametrize(
    ("more", "code"),
    [(["--name", "x"], "states_own"), (["--executor", "cloud"], "executor_unknown")],
)
def test_several_states_take_nothing_of_ones_own(tmp_path, more, code):
    done = CliRunner().invoke(app, ["region", "new", str(tmp_path / "x"), "--state", "all", *more])
    assert [it.code for it in done.exception.problems] == [code]


def test_every_unknown_state_is_named_before_any_is_made(tmp_path):
    words = ["region", "new", str(tmp_path / "x"), "--state", "Bremen,Atlantis,99"]
    done = CliRunner().invoke(app, words)
    assert [it.value for it in done.exception.problems] == ["Atlantis", "99"]
    assert not (tmp_path / "x").exists()
