"""One's own state in five commands, from files as the offices publish them; sums against geopandas."""

import geopandas as gpd
import pytest
import shapely
from typer.testing import CliRunner

from iqgeo.cli.main import app
from iqgeo.demand import build_demand
from iqgeo.errors import InputError
from iqgeo.inputs import About, check_file, new_region, read_districts, read_shares
from iqgeo.inputs.layout import MUNICIPALITY_LAYER
from iqgeo.region import REGION_VARIABLE, load_region
from iqgeo.scenario.written import table_checksums
from tests.inputs import office_files as files

NRW = ["05111", "05112", "05334"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The files on an analyst's desk."""
    folder = tmp_path_factory.mktemp("desk")
    cells = files.cells()
    files.vg250(folder / "vg250.zip")
    files.census_2022(folder / "Zensus2022_Bevoelkerungszahl.zip", cells)
    files.census_2011(folder / "zensus2011.csv", cells)
    files.auszug_gv(folder / "AuszugGV.xlsx")
    files.table_12111(folder / "12111-01-01-4.csv")
    files.table_12411(folder / "12411-01-01-4.csv")
    files.national_list(folder / "stellen_deutschland.xlsx")
    return folder


def run(*arguments):
    result = CliRunner().invoke(app, [str(it) for it in arguments])
    assert result.exit_code == 0, result.output + str(result.exception)
    return result.output


def app_opened_on(folder, monkeypatch):
    """The region that the pages are told of by ``iqgeo app --region``, the server itself left out."""
    started = []
    monkeypatch.setattr("subprocess.call", lambda command, env: started.append((command, env)) or 0)
    run("app", "--region", folder, "--no-browser")
    ((command, env),) = started
    assert "streamlit" in command
    return env[REGION_VARIABLE]


@pytest.fixture(scope="module")
def nrw(desk):
    run(
        "region", "new", desk / "nrw", "--name", "Nordrhein-Westfalen", "--keys-from", "05", "--year", "2022",
        "--districts", desk / "vg250.zip", "--settlements", desk / "Zensus2022_Bevoelkerungszahl.zip",
        "--municipalities", desk / "AuszugGV.xlsx", "--shares", desk / "12111-01-01-4.csv", "--weight", "foreigners",
    )  # fmt: skip
    return load_region(desk / "nrw")


def test_the_region_holds_what_geopandas_counts(nrw):
    cells = files.cells()
    points = gpd.GeoSeries.from_xy(cells["x"], cells["y"], crs=3035).to_crs(25832)
    for key in NRW:
        inside = points.within(files.district_box(key))
        of_district = nrw.settlements[nrw.settlements["district_ags"] == key]
        assert of_district["population"].sum() == cells.loc[inside, "people"].sum()
    assert sorted(nrw.district_names) == NRW


def test_borders_of_municipalities_are_kept_from_the_layer_beside(nrw, desk, tmp_path):
    """Each district of the file has two of equal halves: of both packagings the line between them, no more."""
    lines = nrw.borders.to_crs(25832).geometry.iloc[0]
    assert nrw.borders["source"].tolist() == ["outlines"]
    parts = shapely.get_parts(lines)
    boxes = [files.district_box(key) for key in NRW]
    assert len(parts) == len(boxes)
    for line in parts:
        middle = next(it.centroid.x for it in boxes if it.contains(line))
        assert abs(shapely.get_coordinates(line)[:, 0] - middle).max() < 1
        assert 19_000 < line.length < 20_000
    (tmp_path / "x").mkdir()
    path = files.vg250(tmp_path / "x" / "vg250.gpkg.zip", package=True)
    again = read_districts(path, layer=MUNICIPALITY_LAYER).frame
    assert len(again) == 2 * len(files.DISTRICTS)
    # They are for the map alone: a plan rests on none of them.
    assert "borders.parquet" not in table_checksums(nrw)


def test_published_persons_are_met_exactly(nrw):
    demand = build_demand(nrw)
    assert (demand.weight, demand.year) == ("foreigners", 2022)
    sums = demand.places.groupby("district_ags")["people"].sum()
    assert sums.to_dict() == {key: files.FOREIGNERS[key] for key in NRW}


def test_towns_bear_the_names_of_the_register(nrw):
    # Parts of one municipality lie in a direction of it.
    assert set(nrw.towns["name"].str.split(" ").str[0]) <= {"Düsseldorf", "Duisburg", "Aachen", "Alsdorf"}
    assert not nrw.towns["name"].duplicated().any()
    assert not nrw.towns["name"].str.contains("(", regex=False).any()
    assert nrw.municipality_names["05334004"] == "Alsdorf"


def test_the_other_four_commands(nrw, desk, tmp_path, monkeypatch):
    offices = desk / "stellen_deutschland.xlsx"
    said = run("check", offices, "--region", nrw.directory)
    assert "2 von 43 liegen in Nordrhein-Westfalen" in said
    said = run("suggest", "--region", nrw.directory, "--offices", offices, "--new", "3", "--target-km", "10")
    assert "Duisburg" in said
    run(
        "report", "--region", nrw.directory, "--offices", offices, "--new", "1", "--out", tmp_path / "nrw.pdf"
    )
    assert (tmp_path / "nrw.pdf").read_bytes().startswith(b"%PDF")
    assert app_opened_on(nrw.directory, monkeypatch) == str(nrw.directory)


def test_a_grid_of_2011_is_not_labelled_otherwise(desk, tmp_path):
    report = new_region(
        tmp_path / "r", name="NRW", keys_from="05", year=2022, districts=desk / "vg250.zip",
        settlements=desk / "zensus2011.csv", shares=desk / "12111-01-01-4.csv", weight="foreigners",
    )  # fmt: skip
    figures = report.region.figures.groupby("measure")["year"].unique().str[0].to_dict()
    assert figures == {"population": 2011, "foreigners": 2022}
    assert "year_of_census" in {it.code for it in report.notices}


@pytest.mark.parametrize("older", [True, False])
def test_the_flat_file_of_the_statistical_offices(nrw, older, tmp_path):
    path = files.flat_file(tmp_path / "12411-02-03-4_flat.csv", older=older)
    for weight, wanted in (("foreigners", files.FOREIGNERS), ("population", files.PEOPLE)):
        intake = read_shares(path, nrw, weight=weight)
        assert intake.frame.set_index("area")["persons"].to_dict() == {key: wanted[key] for key in NRW}
        assert intake.year == 2022
    assert check_file(path, nrw).ok
    assert check_file(path).kind == "shares"


def test_foreigners_counted_by_cell(desk, tmp_path):
    cells = files.cells()
    shares = files.census_2022_shares(tmp_path / "anteile.zip", cells)
    given = [
        "region", "new", tmp_path / "r", "--name", "NRW", "--keys-from", "05", "--year", "2022", "--districts",
        desk / "vg250.zip", "--settlements", desk / "Zensus2022_Bevoelkerungszahl.zip", "--grid-shares", shares,
    ]  # fmt: skip
    run(*given)
    region = load_region(tmp_path / "r")
    demand = build_demand(region)
    assert (demand.weight, demand.year, region.sources["grid_shares"]["title"]) == (
        "foreigners", 2022, "anteile.zip",
    )  # fmt: skip
    points = gpd.GeoSeries.from_xy(cells["x"], cells["y"], crs=3035).to_crs(25832)
    counted = cells["people"] * files.shares_of(cells) / 100
    for key in NRW:
        inside = points.within(files.district_box(key))
        of_district = demand.places[demand.places["district_ags"] == key]
        assert of_district["people"].sum() == round(counted[inside].sum())
        # Each cell has its own, to the person, not its part of the inhabitants.
        own = counted[inside].sort_values().to_numpy()
        assert abs(of_district["people"].sort_values().to_numpy() - own).max() <= 1
    # Figures published for districts are met, and spread by the cells.
    run(
        *given[:2],
        tmp_path / "s",
        *given[3:],
        "--shares",
        desk / "12111-01-01-4.csv",
        "--weight",
        "foreigners",
    )
    spread = build_demand(load_region(tmp_path / "s")).places
    assert spread.groupby("district_ags")["people"].sum().to_dict() == {
        key: files.FOREIGNERS[key] for key in NRW
    }
    of_cells = region.settlements.set_index("id")["foreigners"].reindex(spread["id"])
    factor = of_cells.groupby(spread["district_ags"].to_numpy()).transform("sum").to_numpy()
    exact = (
        of_cells.to_numpy() / factor * spread.groupby("district_ags")["people"].transform("sum").to_numpy()
    )
    assert abs(spread["people"].to_numpy() - exact).max() <= 1


def test_a_grid_of_shares_wants_a_grid(desk, tmp_path):
    shares = files.census_2022_shares(tmp_path / "anteile.zip", files.cells())
    with pytest.raises(InputError) as refused:
        new_region(
            tmp_path / "r", name="NRW", keys_from="05", year=2022, districts=desk / "vg250.zip",
            settlements=desk / "AuszugGV.xlsx", grid_shares=shares,
        )  # fmt: skip
    assert "grid_shares_of_places" in {it.code for it in refused.value.problems}


def test_people_of_table_12411_replace_those_of_the_places(nrw, desk):
    intake = read_shares(desk / "12411-01-01-4.csv", nrw, weight="population")
    assert intake.frame.set_index("area")["persons"].to_dict() == {key: files.PEOPLE[key] for key in NRW}
    assert intake.year == 2023
    said = run("coverage", "--region", nrw.directory, "--shares", desk / "12411-01-01-4.csv", "--weight",
               "population", "--offices", desk / "stellen_deutschland.xlsx")  # fmt: skip
    assert "alle Einwohner 2023" in said


def test_a_geopackage_of_levels_gives_the_same_districts(desk, tmp_path):
    (tmp_path / "x").mkdir()
    path = files.vg250(tmp_path / "x" / "vg250.gpkg.zip", package=True)
    one, other = read_districts(desk / "vg250.zip").frame, read_districts(path).frame
    assert one[["ags", "name", "kind"]].equals(other[["ags", "name", "kind"]])
    assert one.geometry.normalize().geom_equals_exact(other.geometry.normalize(), 1e-9).all()


@pytest.mark.parametrize("weight", ["foreigner", "elderly", "Ältere"])
def test_a_weight_without_words_is_refused(desk, tmp_path, weight):
    result = CliRunner().invoke(
        app,
        ["region", "new", str(tmp_path / "r"), "--name", "x", "--keys-from", "05", "--year", "2022", "--districts",
         str(desk / "vg250.zip"), "--settlements", str(desk / "zensus2011.csv"), "--shares",
         str(desk / "12111-01-01-4.csv"), "--weight", weight],
    )  # fmt: skip
    assert result.exit_code != 0
    assert not (tmp_path / "r").exists()


def test_a_weight_of_ones_own_has_its_words_everywhere(desk, tmp_path):
    shares = tmp_path / "alte.csv"
    shares.write_text("Schlüssel;Anteil in %\n05111;21,5\n05112;22\n05334;20\n", encoding="utf-8")
    report = new_region(
        tmp_path / "r", name="NRW", keys_from="05", year=2022, districts=desk / "vg250.zip",
        settlements=desk / "zensus2011.csv", shares=shares, weight="elderly",
        about=About(weight_name="Menschen ab 65 Jahren", weight_definition="am 31.12.", publisher="IT.NRW"),
    )  # fmt: skip
    region = report.region
    assert region.default_weight == "elderly"
    assert build_demand(region).counted.noun("de") == "Menschen ab 65 Jahren"
    assert region.sources["shares"]["publisher"] == "IT.NRW"
    assert not any(value == "" for entry in region.sources.values() for value in entry.values())
