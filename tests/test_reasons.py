"""Why here: what an office brings, the best exchange of all pairs, who goes where."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo import sites
from iqgeo.coverage import assess_places
from iqgeo.demand import Demand
from iqgeo.distances import Detour
from iqgeo.gains import Pool
from iqgeo.reasons import best_exchange, gains_by_district, movers, places_for, reason_of
from iqgeo.scenario.asked import pool_of
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import load
from iqgeo.scenario.model import Scenario, Search, Stage
from iqgeo.scenario.start import start_of


@pytest.fixture(scope="module")
def four(region):
    scenario = Scenario(settings=start_of(region, False), stages=(Stage("", search=Search(new=4)),))
    loaded = load(scenario)
    return evaluate(scenario, loaded).coverages[-1], pool_of(scenario, loaded)


def test_northeim_brings_56_184_people_and_lingen_would_bring_852_less(four):
    it = reason_of(*[four[0], "03155011", four[1]])
    assert (it.gain, it.best.name, it.gain - it.best.gain) == (56_184, "Lingen (Ems)", 852)
    assert it.districts["gain"].tolist() == [37_685, 13_790, 3_842, 712, 155]
    goettingen = next(place for place in places_for(it.without, four[1]) if place.name == "Göttingen")
    theirs = gains_by_district(it.without, goettingen)
    assert (goettingen.gain, theirs["gain"].sum()) == (45_530, 45_530)
    assert it.nearby.km <= 25 < it.best.km


def drawn(seed, offices, towns):
    """People, offices and towns thrown over a square of a hundred kilometres."""
    rng = np.random.default_rng(seed)
    n = 60
    places = pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(n)], "ags": "03351006", "district_ags": rng.choice(["a", "b"], n),
            "lon": rng.uniform(9, 10.4, n), "lat": rng.uniform(52, 52.9, n), "landmass": "",
            "people": rng.integers(0, 50, n).astype(float),
        }
    )  # fmt: skip
    demand = Demand("own", None, places, pd.DataFrame(columns=["area", "name", "persons"]), float("nan"), "")

    def frame(letter, count):
        keys = [f"{letter}{i}" for i in range(count)]
        at = {"lon": rng.uniform(9, 10.4, count), "lat": rng.uniform(52, 52.9, count)}
        return pd.DataFrame({"id": keys, "name": keys, **at})

    coverage = assess_places(demand, frame("o", offices), Detour(1.3), 25.0)
    return coverage, Pool.of(coverage, frame("t", towns))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), offices=st.integers(0, 4), towns=st.integers(0, 5))
def test_the_best_exchange_is_the_best_of_all_pairs(seed, offices, towns):
    coverage, pool = drawn(seed, offices, towns)
    pairs = list(itertools.product(coverage.offices["id"], pool.candidates["id"]))
    found = best_exchange(coverage, pool)
    if not pairs:
        assert found is None
        return
    reached = {
        (closed, opened): coverage.again(
            offices=sites.with_(
                sites.without(coverage.offices, [closed]), sites.named(pool.candidates, [opened])
            )
        ).covered
        for closed, opened in pairs
    }
    assert found.pairs == len(pairs)
    assert found.covered == max(reached.values()) == reached[found.closed_id, found.opened.id]
    assert found.change == found.covered - coverage.covered


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), offices=st.integers(1, 4))
def test_gains_add_up_and_whoever_moves_is_counted_once(seed, offices):
    coverage, pool = drawn(seed, offices, 3)
    for key in coverage.offices["id"]:
        it = reason_of(coverage, key, pool, forbidden=["t0"])
        assert it.gain == it.districts["gain"].sum()
        assert it.best.id != "t0"
        moved = movers(coverage, it.without)
        mine = coverage.places.loc[coverage.places["nearest_office_id"] == key, "people"].sum()
        assert moved["people"].sum() == mine
        assert set(moved["from_name"]) <= {key}
