import dataclasses
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from iqgeo.distances import roads
from iqgeo.distances.roads.network import RoadInfo
from iqgeo.errors import InputError

from . import oracles
from .test_assemble import build, chain


def codes(caught: pytest.ExceptionInfo[InputError]) -> list[str]:
    for lang in ("de", "en"):
        assert caught.value.message(lang)
    return [problem.code for problem in caught.value.problems]


@given(oracles.road_segments())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_saved_network_comes_back_as_it_was(tmp_path, segments):
    network = build(segments)
    network.save(tmp_path / "roads.parquet")
    again = roads.load_roads(tmp_path / "roads.parquet")
    for field in dataclasses.fields(network):
        before, after = getattr(network, field.name), getattr(again, field.name)
        if isinstance(before, np.ndarray):
            assert before.dtype == after.dtype
            np.testing.assert_array_equal(before, after)
        else:
            assert before == after
    assert [path.name for path in tmp_path.iterdir()] == ["roads.parquet"]


def test_a_real_network_comes_back_as_it_was(helsinki, tmp_path):
    helsinki.save(tmp_path / "roads.parquet")
    again = roads.load_roads(tmp_path / "roads.parquet")
    assert again.info == roads.read_info(tmp_path / "roads.parquet") == helsinki.info
    assert again.checksum() == helsinki.info.checksum
    assert (again.info.date, again.info.kind) == ("2019-04-06", "osm")
    assert "OpenStreetMap" in again.info.attribution


def test_damage_is_noticed(helsinki, tmp_path):
    path = tmp_path / "roads.parquet"
    helsinki.save(path)
    table = pq.read_table(path)
    tails = table["tail"].to_numpy().copy()
    tails[0] += 1
    pq.write_table(table.set_column(0, "tail", [tails]), path)
    with pytest.raises(InputError) as caught:
        roads.load_roads(path)
    assert codes(caught) == ["roads_network_damaged"]
    helsinki.save(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError) as caught:
        roads.load_roads(path)
    assert codes(caught) == ["roads_not_a_network"]


def test_other_files_are_no_networks(tmp_path):
    import pandas as pd

    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "table.parquet")
    with pytest.raises(InputError) as caught:
        roads.load_roads(tmp_path / "table.parquet")
    assert codes(caught) == ["roads_not_a_network"]
    with pytest.raises(InputError) as caught:
        roads.load_roads(tmp_path / "nothing.parquet")
    assert codes(caught) == ["roads_file_missing"]


def test_a_failed_save_leaves_the_old_file(helsinki, tmp_path, monkeypatch):
    path = tmp_path / "roads.parquet"
    path.write_bytes(b"before")

    def fail(table, where, **options):
        where.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(pq, "write_table", fail)
    with pytest.raises(OSError, match="disk full"):
        helsinki.save(path)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("roads.parquet", b"before")]


def network_over(extent, date) -> roads.RoadNetwork:
    network = build(chain((0, 1, 5, True), (1, 2, 5, True)))
    info = dataclasses.replace(network.info, extent=extent, date=date)
    return dataclasses.replace(network, info=info)


def test_roads_are_found_in_the_region_first_then_with_the_user(tmp_path):
    region, user = tmp_path / "region", tmp_path / "user"
    bounds = (7.0, 51.5, 11.0, 53.5)
    state, wide, elsewhere = (6.6, 51.3, 11.6, 53.9), (5.0, 50.0, 13.0, 55.0), (9.0, 52.0, 10.0, 53.0)
    region.mkdir()
    shutil.copy(__file__, region / "other.parquet")
    assert roads.find_roads(region, bounds, data_directory=user) is None
    network_over(elsewhere, "2026-05-01").save(user / "small.parquet")
    assert roads.find_roads(region, bounds, data_directory=user) is None
    network_over(state, "2025-01-01").save(user / "old.parquet")
    network_over(wide, "2026-01-01").save(user / "wide.parquet")
    network_over(state, "2026-01-01").save(user / "state.parquet")
    assert roads.find_roads(region, bounds, data_directory=user) == user / "state.parquet"
    assert roads.find_roads(None, bounds, data_directory=user) == user / "state.parquet"
    network_over(state, None).save(region / "roads.parquet")
    assert roads.find_roads(region, bounds, data_directory=user) == region / "roads.parquet"


def test_the_users_folder_is_looked_into(tmp_path, monkeypatch):
    monkeypatch.setattr("iqgeo.distances.roads.find.user_roads_directory", lambda: tmp_path)
    network_over((0, 0, 2, 2), None).save(tmp_path / "here.parquet")
    assert roads.find_roads(None, (0.5, 0.5, 1.5, 1.5)) == tmp_path / "here.parquet"


def test_extent_may_be_short_by_a_shore_only():
    info = RoadInfo("", "osm", None, (8.0, 52.0, 9.0, 53.0), "", False, 0, 0)
    assert roads.covers(info, (7.96, 52.0, 9.0, 53.04))
    assert not roads.covers(info, (7.9, 52.0, 9.0, 53.0))
    assert not roads.covers(info, (8.0, 52.0, 9.0, 53.1))
