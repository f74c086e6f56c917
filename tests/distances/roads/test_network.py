import dataclasses
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iqgeo.distances import roads
from iqgeo.distances.roads import stored
from iqgeo.distances.roads.network import RoadInfo
from iqgeo.distances.roads.stored_parts import write
from iqgeo.errors import InputError

from . import oracles
from .files import as_lists, changed, opened
from .test_assemble import build, chain


def codes(caught: pytest.ExceptionInfo[InputError]) -> list[str]:
    for lang in ("de", "en"):
        assert caught.value.message(lang)
    return [problem.code for problem in caught.value.problems]


@given(oracles.road_segments(), st.booleans())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_saved_network_comes_back_as_it_was(tmp_path, segments, before):
    """Also one that the version before has saved."""
    network = build(segments)
    network.save(tmp_path / "roads.parquet")
    if before:
        as_lists(tmp_path / "roads.parquet")
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
    whole = path.read_bytes()
    for name in (*stored.LINK_COLUMNS, stored.BENDS, *stored.SHAPE_COLUMNS):
        path.write_bytes(whole)
        changed(path, name, lambda it: np.concatenate([~it[:1] if it.dtype == bool else it[:1] + 1, it[1:]]))
        with pytest.raises(InputError) as caught:
            roads.load_roads(path)
        assert codes(caught) == ["roads_network_damaged"], name
    path.write_bytes(whole)
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

    def fail(where, *_, **options):
        where.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(pq, "ParquetWriter", fail)
    with pytest.raises(InputError) as caught:
        helsinki.save(path)
    assert codes(caught) == ["output_failed"]
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


def crafted(network: roads.RoadNetwork, **arrays: np.ndarray) -> roads.RoadNetwork:
    """A network that vouches for arrays which are none."""
    changed = dataclasses.replace(network, **arrays)
    return dataclasses.replace(changed, info=dataclasses.replace(network.info, checksum=changed.checksum()))


def at(values: np.ndarray, position: int, value: float) -> np.ndarray:
    changed = values.copy()
    changed[position] = value
    return changed


CRAFTED = {
    "negative node": lambda it: {"link_tail": at(it.link_tail, 0, -1)},
    "node far out": lambda it: {"link_head": at(it.link_head, 0, 2**31 - 1)},
    "node of no link": lambda it: {"link_head": at(it.link_head, 0, 5)},
    "unknown class": lambda it: {"link_class": at(it.link_class, 0, 9)},
    "shrinking length": lambda it: {"shape_mm": at(it.shape_mm, 1, -1)},
    "length from nowhere": lambda it: {"shape_mm": it.shape_mm + 1},
    "length without end": lambda it: {"shape_mm": np.where(it.shape_mm > 0, 2**62, 0)},
    "outside of the world": lambda it: {"shape_lon": at(it.shape_lon, 0, -214.7483648)},
    "times that run back": lambda it: {"shape_minutes": at(it.shape_minutes, 1, -1.0)},
    "times from nowhere": lambda it: {"shape_minutes": it.shape_minutes + np.float32(1)},
    "times without end": lambda it: {"shape_minutes": at(it.shape_minutes, 1, np.inf)},
    "nodes beyond all links": lambda it: {"link_tail": it.link_tail + np.int32(100)},
    "wide nodes": lambda it: {"link_tail": it.link_tail.astype(np.int64)},
    "classes of text": lambda it: {"link_class": it.link_class.astype("S1")},
}


@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_network_is_refused_before_anything_runs_on_it(tmp_path, name):
    network = build(
        chain((0, 1, 5, True), (1, 2, 7, True), (2, 3, 11, True), (3, 0, 4, True), (1, 3, 8, True))
    )
    path = tmp_path / "roads.parquet"
    crafted(network).save(path)
    assert roads.load_roads(path).link_count == network.link_count
    crafted(network, **CRAFTED[name](network)).save(path)
    with pytest.raises(InputError) as caught:
        roads.load_roads(path)
    assert codes(caught) == ["roads_network_damaged"]


def test_bends_of_unequal_number_are_refused(tmp_path):
    network = build(chain((0, 1, 5, True), (1, 2, 7, True), (2, 0, 11, True)))
    path = tmp_path / "roads.parquet"
    network.save(path)
    parts, said = opened(path)
    for spoiled in (
        [parts[0], {name: it[:-1] for name, it in parts[1].items()}],
        [{**parts[0], stored.BENDS: parts[0][stored.BENDS] + 1}, parts[1]],
        [{**parts[0], stored.BENDS: parts[0][stored.BENDS] - 2}, parts[1]],
        [parts[0]],
        [],
    ):
        write(path, spoiled, said, {})
        with pytest.raises(InputError) as caught:
            roads.load_roads(path)
        assert codes(caught) == ["roads_network_damaged"]
    network.save(path)
    as_lists(path)
    table = pq.read_table(path)
    shorter = pa.array([it[:-1] for it in table["minutes"].to_pylist()], type=pa.list_(pa.float32()))
    pq.write_table(table.set_column(table.column_names.index("minutes"), "minutes", shorter), path)
    with pytest.raises(InputError) as caught:
        roads.load_roads(path)
    assert codes(caught) == ["roads_network_damaged"]


@pytest.mark.parametrize("lists", [False, True])
def test_a_network_that_holds_too_much_is_refused_unread(tmp_path, monkeypatch, lists):
    network = build(chain((0, 1, 5, True), (1, 2, 7, True), (2, 0, 11, True)))
    network.save(tmp_path / "roads.parquet")
    if lists:
        as_lists(tmp_path / "roads.parquet")
    monkeypatch.setattr("iqgeo.distances.roads.stored.MOST_VALUES", 3)
    monkeypatch.setattr(pq, "read_table", None)
    monkeypatch.setattr(pq, "ParquetFile", None)
    with pytest.raises(InputError) as caught:
        stored.stored_here(str(tmp_path / "roads.parquet"))
    assert codes(caught) == ["file_too_large"]
