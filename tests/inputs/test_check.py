"""`iqgeo check` and the distance table."""

import pytest

from iqgeo.inputs import check_file, read_distances

from .conftest import SITES, csv, points

KINDS = {
    "offices": "id,name,lon,lat,opened\nA,Stade,9.47,53.6,2011\n",
    "candidates": "id,name,lon,lat,population\nA,Stade,9.47,53.6,47000\n",
    "demand": "id,lon,lat,people\nA,9.47,53.6,100\n",
    "distances": "candidate,place,km\nA,1,12.5\n",
    "census_grid": "GITTER_ID_1km;x_mp_1km;y_mp_1km;Einwohner\nx;4321500;3210500;5\n",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_recognised_by_its_columns(kind, region):
    report = check_file(csv(KINDS[kind]), region)
    assert (report.kind, report.ok, report.rows) == (kind, True, 1)
    assert report.kind_text("de")
    assert report.kind_text("en")


def test_shares_and_outlines_are_recognised(region):
    figures = region.figures
    chosen = figures[(figures["measure"] == "migration_background") & (figures["year"] == 2012)]
    report = check_file(csv(chosen[["area", "share_pct"]].to_csv(index=False)), region)
    assert (report.kind, report.ok) == ("shares", True)
    assert check_file((region.districts.to_json().encode(), "k.geojson"), region).kind == "districts"
    assert check_file((points().to_json().encode(), "k.geojson"), region).kind == "offices"


def test_what_is_not_recognised_says_what_would_be(region):
    report = check_file(csv("from,to\n1,2\n"), region)
    assert (report.kind, report.ok) == ("unknown", False)
    assert "share_pct" in report.problems[0].sentence("de")


def test_the_embedded_tables_check_clean(region):
    for name in ("offices.csv", "towns.csv", "settlements.parquet", "municipalities.csv"):
        assert check_file(region.directory / name, region).ok, name
    assert check_file(region.directory).kind == "region"


def test_positions_are_held_against_the_region(region):
    swapped = check_file(csv("id,name,lon,lat\nA,Stade,53.6,9.47\n"), region)
    assert [it.code for it in swapped.problems] == ["coordinates_swapped"]
    mixed = check_file(csv("id,name,lon,lat\nA,Stade,9.47,53.6\nB,Wien,16.37,48.2\n"), region)
    assert mixed.ok
    assert [(it.code, it.count, it.details["inside"]) for it in mixed.repairs] == [("sites_outside", 1, 1)]
    elsewhere = check_file(csv("id,name,lon,lat\nB,Wien,16.37,48.2\n"), region)
    assert [it.code for it in elsewhere.problems] == ["sites_elsewhere"]


def test_a_folder_that_is_no_region(tmp_path):
    report = check_file(tmp_path)
    assert (report.kind, report.ok) == ("region", False)
    assert not check_file(tmp_path / "fehlt").ok


def test_distances():
    intake = read_distances(csv("site;settlement;km\n1;a;12,5\n1;b;7 km\n1;a;12,5\n01;a;0\n"))
    assert intake.frame["candidate"].tolist() == ["1", "1", "01"]
    assert intake.frame["km"].tolist() == [12.5, 7, 0]
    assert intake.row_numbers.tolist() == [2, 3, 5]
    assert "pair_again" in {it.code for it in intake.repairs}


def test_distances_that_cannot_be(problems_of):
    problems = problems_of(read_distances, csv("candidate,place,km\nA,1,-1\n,1,5\nA,2,5e400\nA,3,\n"))
    assert [(it.code, it.row) for it in problems] == [
        ("distances_negative", 2),
        ("value_missing", 3),
        ("number_not_finite", 4),
        ("value_missing", 5),
    ]
    (problem,) = problems_of(read_distances, csv("candidate,place,km\nA,1,5\nA,1,6\n"))
    assert (problem.code, problem.row) == ("pair_twice", 3)


def test_everything_said_can_be_said_in_english(region):
    report = check_file(csv(SITES.to_csv(index=False, sep=";", decimal=",")), region)
    assert report.repairs
    for notice in report.repairs:
        assert notice.sentence("de") != notice.sentence("en")
