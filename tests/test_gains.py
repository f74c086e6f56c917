"""What a candidate would add: the same as opening it and counting anew, whatever is open."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.gains import Pool, reached_without
from iqgeo.scenario.asked import pool_of
from iqgeo.scenario.load import load
from iqgeo.scenario.model import Rules, Scenario
from iqgeo.scenario.networks import base_coverage
from iqgeo.suggestions import Siting, candidate_towns


@pytest.fixture(scope="module")
def pool(region, coverage_2012):
    return Pool.of(coverage_2012, candidate_towns(region, 5_000))


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_every_gain_is_what_opening_there_adds(pool, coverage_2012, data):
    numbers = st.integers(0, len(pool.candidates) - 1)
    opened = data.draw(st.lists(numbers, min_size=0, max_size=5, unique=True))
    network = coverage_2012.again(offices=pool.candidates.iloc[opened])
    gains = pool.gains(network)
    assert len(gains) == len(pool.candidates)
    for at in data.draw(st.lists(numbers, min_size=1, max_size=4)):
        after = coverage_2012.again(offices=pool.candidates.iloc[[*opened, at]])
        assert gains[at] == pytest.approx(after.covered - network.covered, abs=1e-6)
    assert not gains[opened].any()
    district, _ = pd.factorize(network.places["district_ags"])
    split = pool.gains_by(network, district.astype(np.int64))
    assert split.sum(axis=1) == pytest.approx(gains, abs=1e-6)
    at = int(np.argmax(gains))
    after = coverage_2012.again(offices=pool.candidates.iloc[[*opened, at]])
    won = (after.is_covered & ~network.is_covered) * network.places["people"].to_numpy(dtype=float)
    assert split[at] == pytest.approx(np.bincount(district, weights=won, minlength=split.shape[1]), abs=1e-6)
    for key, beside in reached_without(network, list(map(str, network.offices["id"]))).items():
        left = network.offices[network.offices["id"].astype(str) != key]
        assert (coverage_2012.again(offices=left).is_covered == beside).all()


def test_the_best_gain_is_the_proven_best_of_one_office(region, coverage_2012):
    towns = candidate_towns(region)
    gains = Pool.of(coverage_2012, towns).gains(coverage_2012)
    best = Siting(coverage_2012, towns).solve("max-cover", new=1)
    assert gains.max() == best.objective - coverage_2012.covered
    assert towns["id"].iloc[int(np.argmax(gains))] == best.sites[0].id


def test_without_candidates_there_are_no_gains(coverage_2012, region):
    none = candidate_towns(region).iloc[:0]
    assert Pool.of(coverage_2012, none).gains(coverage_2012).shape == (0,)


def test_a_scenario_makes_its_pool_once_and_anew_for_another_question():
    scenario = Scenario()
    loaded = load(scenario)
    first = pool_of(scenario, loaded)
    assert pool_of(scenario, loaded) is first
    nearer = scenario.with_settings(target_km=20.0)
    again = pool_of(nearer, loaded)
    assert (
        again.gains(base_coverage(nearer, loaded)).sum() < first.gains(base_coverage(scenario, loaded)).sum()
    )
    small = loaded.candidates.sort_values("population")["id"].iloc[0]
    wanted = pool_of(Scenario(rules=Rules(require=(small,))), loaded)
    assert set(wanted.candidates["id"]) - set(first.candidates["id"]) == {small}
