"""Fairness against plain definitions, catchments against the package ``access``."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.access.fairness import (
    attendance,
    attending,
    catchment_column,
    catchments,
    fairness_of,
    gini,
    kappa_of,
    kolm_pollak,
    theil,
    worst_part,
)
from iqgeo.errors import InputError

people_and_km = st.lists(st.tuples(st.integers(1, 20), st.floats(0.5, 120)), min_size=1, max_size=12)


def both(pairs):
    weight, km = (np.array(each, dtype=float) for each in zip(*pairs, strict=True))
    return weight, km


@given(people_and_km)
def test_each_measure_as_if_everyone_were_written_out(pairs):
    weight, km = both(pairs)
    ways = np.repeat(km, weight.astype(int))
    mean = ways.mean()
    differences = np.abs(ways[:, None] - ways[None, :]).mean()
    assert gini(weight, km) == pytest.approx(differences / (2 * mean), abs=1e-9)
    assert theil(weight, km) == pytest.approx((ways / mean * np.log(ways / mean)).mean(), abs=1e-9)
    kappa = kappa_of(weight, km)
    assert kappa == pytest.approx(ways.sum() / (ways**2).sum())
    plain = math.log(np.exp(kappa * ways).mean()) / kappa
    assert kolm_pollak(weight, km, kappa) == pytest.approx(plain, rel=1e-9)
    assert kolm_pollak(weight, km, kappa) >= mean - 1e-9
    assert kolm_pollak(weight, km, 0.0) == pytest.approx(mean)
    ten = np.sort(np.repeat(ways, 10))[::-1][: len(ways)]
    assert worst_part(weight, km) == pytest.approx(ten.mean())


@given(people_and_km, st.floats(0.1, 50))
def test_longer_ways_for_all_move_the_equivalent_by_as_much(pairs, more):
    weight, km = both(pairs)
    assert kolm_pollak(weight, km + more, 0.05) == pytest.approx(kolm_pollak(weight, km, 0.05) + more)
    assert gini(weight, km * more) == pytest.approx(gini(weight, km), abs=1e-9)


def test_equal_ways_are_even():
    weight, km = np.array([3.0, 5.0]), np.array([7.0, 7.0])
    assert gini(weight, km) == pytest.approx(0, abs=1e-12)
    assert theil(weight, km) == 0
    assert kolm_pollak(weight, km, 0.1) == pytest.approx(7)


def test_a_coverage_is_judged_without_those_nobody_can_reach(coverage_2012):
    found = fairness_of(coverage_2012)
    people = coverage_2012.places["people"].to_numpy()
    km = coverage_2012.places["distance_km"].to_numpy()
    reached = np.isfinite(km)
    assert found.mean_km == pytest.approx(np.average(km[reached], weights=people[reached]))
    assert found.out_of_reach == people[~reached].sum() > 0
    assert found.mean_km < found.kolm_pollak_km < found.worst_tenth_km < km[reached].max()
    assert 0 < found.gini < 1
    more = coverage_2012.again(offices=coverage_2012.offices.iloc[:3])
    assert fairness_of(more, found.kappa).kolm_pollak_km > found.kolm_pollak_km
    nowhere = fairness_of(coverage_2012.again(offices=coverage_2012.offices.iloc[:0]))
    assert math.isnan(nowhere.mean_km)
    assert nowhere.out_of_reach == coverage_2012.people


def peer(kind, people, supply, pairs, limit):
    """The same by the package ``access``."""
    from access import fca

    demand = pd.DataFrame({"geoid": np.arange(len(people)), "demand": people}).set_index("geoid", drop=False)
    offered = pd.DataFrame({"geoid": np.arange(len(supply)), "supply": supply}).set_index("geoid", drop=False)
    for frame in (demand, offered):
        frame.index.name = None
    cost = pairs[pairs["cost"] <= limit].copy()
    width = limit / 2
    weigh = None if kind == "2sfca" else lambda km: math.exp(-(km**2) / (2 * width**2))
    method = fca.three_stage_fca if kind == "3sfca" else fca.two_stage_fca
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = method(demand, offered, cost, limit, weight_fn=weigh)
    return found.reindex(range(len(people)), fill_value=0.0).fillna(0.0).to_numpy()


@pytest.mark.parametrize("kind", ["2sfca", "e2sfca", "3sfca"])
@pytest.mark.parametrize("seed", range(3))
def test_catchments_equal_the_package_access(kind, seed):
    rng = np.random.default_rng(seed)
    people, supply = rng.integers(1, 500, 60).astype(float), rng.integers(1, 9, 12).astype(float)
    place, site = np.divmod(np.arange(60 * 12), 12)
    km = rng.uniform(1, 80, len(place))
    mine = catchments(people, supply, place, site, km, 35.0, kind)
    pairs = pd.DataFrame({"origin": place, "dest": site, "cost": km})
    theirs = peer(kind, people, supply, pairs, 35.0)
    np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)


def test_catchments_hand_out_all_posts_whose_people_can_come(coverage_2012):
    posts = np.full(len(coverage_2012.offices), 2.0)
    people = coverage_2012.places["people"].to_numpy()
    for kind in ("2sfca", "e2sfca", "3sfca"):
        column = catchment_column(coverage_2012, posts, kind)
        assert (column.to_numpy() / 1e5) @ people == pytest.approx(posts.sum())
        assert ((column > 0) == coverage_2012.is_covered)[people > 0].all()


def test_attendance_halves_with_each_half_length(coverage_2012):
    np.testing.assert_allclose(attendance(np.array([0, 20, 40, np.inf]), 20.0), [1, 0.5, 0.25, 0])
    assert attending(coverage_2012, 1e9) == pytest.approx(
        coverage_2012.places.loc[np.isfinite(coverage_2012.places["distance_km"]), "people"].sum()
    )
    assert attending(coverage_2012, 10) < attending(coverage_2012, 20)
    with pytest.raises(InputError):
        attendance(np.zeros(1), 0.0)
