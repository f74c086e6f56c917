"""The same figures spread by settlements and by cells: people stay, the share moves."""

import json

import pytest

from iqgeo.access.spread import spread_by_cells
from iqgeo.inputs import read_demand
from iqgeo.reading import Reading
from tests.access.test_load_and_failure import run

CELLS = "census2011_100m_foreign_born_lower_saxony.parquet"


def test_every_district_keeps_its_people(region, coverage_2012):
    towns = region.towns.assign(people=1.0, landmass="", id=region.towns["id"].astype(str))
    one = towns["district_ags"].iloc[0]
    # A district whose cells are all empty has none.
    some = towns.assign(people=towns["district_ags"].ne(one).astype(float))
    spread = spread_by_cells(coverage_2012, some)
    assert spread.settlements is coverage_2012
    assert spread.cells.places.index.is_unique
    before, after = (it.by_district().set_index("ags")["people"] for it in (spread.settlements, spread.cells))
    assert after.to_dict() == pytest.approx(before.to_dict())
    assert spread.without == before[one]
    assert spread.cells.people == pytest.approx(coverage_2012.people)
    low, high = spread.shares
    assert low <= coverage_2012.share <= high


def test_cells_like_the_settlements_change_nothing(coverage_2012):
    spread = spread_by_cells(coverage_2012, coverage_2012.demand.places)
    assert spread.cells.covered == pytest.approx(coverage_2012.covered)
    assert spread.without == 0


def test_by_people_born_abroad_as_computed_outside(region, coverage_2012, test_only_data):
    reading = Reading({"people": "foreign_born"}, "", "3035", agreed=False)
    cells = read_demand(test_only_data / CELLS, region, reading=reading).frame
    spread = spread_by_cells(coverage_2012, cells)
    assert [round(100 * it, 1) for it in spread.shares] == [46.1, 47.3]


def test_the_command_shows_the_range(monkeypatch, capsys, tmp_path):
    (tmp_path / "cells.csv").write_text("id,lon,lat,people\n1,9.73,52.37,5\n2,9.9,52.6,3\n", encoding="utf-8")
    out = tmp_path / "out.json"
    code, written = run(monkeypatch, capsys, "coverage", "--cells", tmp_path / "cells.csv", "--json", out)
    assert code in (0, None)
    assert "zwischen" in written.out
    content = json.loads(out.read_text())["spread"]
    assert content["share_low"] <= content["share_by_settlements"] <= content["share_high"]
    code, written = run(monkeypatch, capsys, "coverage", "--cells", tmp_path / "none.csv")
    assert code == 2
