"""Work in parts is the work of one go: blocks of sites, tiles of places, whatever is measured."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.distances import Detour, Points, Straight, road_measure
from iqgeo.distances.roads import build_roads
from iqgeo.errors import InputError
from iqgeo.siting import CoverSets, max_cover
from iqgeo.spread import StoredRoads, pairs_by_blocks, sets_by_tiles
from tests.warm import grid
from tests.workers.tasks import made_points


def same_pairs(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("candidate", "place", "distance_km")
    )


@settings(deadline=None, max_examples=15)
@given(
    size=st.integers(1, 50), count=st.integers(0, 40), limit=st.floats(0, 300),
    measure=st.sampled_from([Straight(), Detour(1.3)]),
)  # fmt: skip
def test_blocks_and_tiles_of_any_size_are_the_whole(size, count, limit, measure):
    sites, places, people = made_points()
    sites, places, people = sites.some(np.arange(count)), places.some(np.arange(0, 900, 9)), people[::9]
    whole = measure.pairs(sites, places, limit)
    assert same_pairs(pairs_by_blocks(measure, sites, places, limit, size=size), whole)
    if count:
        at_once = CoverSets.from_pairs(whole.candidate, whole.place, people, count)
        tiled = sets_by_tiles(measure, sites, places, people, limit, size=size)
        assert (tiled.unit, tiled.total_weight) == (at_once.unit, at_once.total_weight)
        assert tiled.unreachable_weight == at_once.unreachable_weight
        assert len(tiled.row_weight) == len(at_once.row_weight)
        for site in range(count):
            assert np.array_equal(tiled.covered_demand([site]), at_once.covered_demand([site]))


def test_an_answer_on_tiles_is_the_answer():
    sites, places, people = made_points()
    pairs = Detour(1.3).pairs(sites, places, 25.0)
    at_once = max_cover(CoverSets.from_pairs(pairs.candidate, pairs.place, people, len(sites)), 4)
    tiled = max_cover(sets_by_tiles(Detour(1.3), sites, places, people, 25.0, size=130), 4)
    assert (tiled.objective, tiled.bound, tiled.sites) == (at_once.objective, at_once.bound, at_once.sites)


def test_roads_searched_by_blocks_of_sources_are_those_searched_at_once(tmp_path):
    stored = tmp_path / "n.parquet"
    network = build_roads(grid(tmp_path))
    network.save(stored)
    rng = np.random.default_rng(4)
    sites, places = (
        Points.of(8.0 + 2.7 * rng.random(count), 51.6 + 1.6 * rng.random(count)) for count in (30, 200)
    )
    measure = road_measure(stored, tmp_path, None, 30.0)
    whole = measure.pairs(sites, places, 60.0)
    assert len(whole.place)
    for way in (measure, StoredRoads(str(stored), 30.0)):
        assert same_pairs(pairs_by_blocks(way, sites, places, 60.0, size=4), whole)


def test_a_part_that_fails_is_said(tmp_path):
    sites, places, _ = made_points()
    with pytest.raises(InputError) as caught:
        pairs_by_blocks(StoredRoads(str(tmp_path / "none.parquet")), sites, places, 10.0)
    assert caught.value.problems[0].code != "executor_part_failed"
    with pytest.raises(InputError) as caught:
        pairs_by_blocks(None, sites, places, 10.0)
    assert caught.value.problems[0].code == "executor_part_failed"
    assert "AttributeError" in caught.value.problems[0].what("en")
