"""Tabu search and the joining of answers: worth as counted anew, counts kept, never worse than before."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.siting import CoverSets, max_cover
from iqgeo.siting.counts import Count
from iqgeo.siting.covering import CoverOracle
from iqgeo.siting.reduced import Counts, reduce_sets
from iqgeo.siting.tabu_kernels import neighbours


@st.composite
def instances(draw):
    n_sites = draw(st.integers(3, 8))
    lists = draw(st.lists(st.sets(st.integers(0, n_sites - 1), min_size=1), min_size=2, max_size=14))
    weight = draw(st.lists(st.integers(1, 9), min_size=len(lists), max_size=len(lists)))
    model = reduce_sets(CoverSets.from_sets(lists, weight, n_sites), (), ())
    counts = []
    if draw(st.booleans()):
        half = frozenset(range(n_sites // 2))
        counts = [Count(half, draw(st.integers(0, 1)), draw(st.integers(1, 2)))]
    return model, counts, draw(st.integers(1, n_sites - 1))


def allowed(chosen, counts, columns):
    return all(c.low <= len(c.sites & {int(columns[k]) for k in chosen}) <= c.high for c in counts)


@given(instances(), st.integers(0, 60))
def test_a_walk_keeps_the_counts_and_tells_what_its_choice_is_worth(instance, steps):
    model, counts, limit = instance
    oracle = CoverOracle(model, Counts.over(counts, model.columns), limit, 1)
    start = oracle.greedy()[0]
    found, worth = oracle.walk(start, steps, 5, float("inf"))
    assert worth == oracle.worth(found) >= oracle.worth(start)
    assert len(set(found.tolist())) == len(start)
    if allowed(start, counts, model.columns):
        assert allowed(found, counts, model.columns)
    best = max(oracle.worth(np.array(one)) for one in combinations(range(model.n_columns), len(start)))
    assert worth <= best
    if not counts and steps == 60:
        assert worth == best


@given(instances())
def test_a_walk_ends_once_there_is_enough(instance):
    model, counts, limit = instance
    oracle = CoverOracle(model, Counts.over(counts, model.columns), limit, 1)
    start = oracle.greedy()[0]
    found, worth = oracle.walk(start, 500, 5, oracle.worth(start))
    assert worth == oracle.worth(start)
    assert found.tolist() == start.tolist()


@given(instances())
def test_neighbours_are_the_sites_that_share_a_row(instance):
    model, _, _ = instance
    start, near = neighbours(model.site_start, model.site_row, model.row_start, model.row_site)
    rows = [
        set(model.site_row[model.site_start[j] : model.site_start[j + 1]].tolist())
        for j in range(model.n_columns)
    ]
    for j in range(model.n_columns):
        expected = {k for k in range(model.n_columns) if rows[j] & rows[k]}
        assert set(near[start[j] : start[j + 1]].tolist()) == expected
        assert start[j + 1] - start[j] == len(expected)


@pytest.mark.parametrize("new", [6, 10])
def test_the_same_answer_every_time(sets, new):
    first, second = max_cover(sets, new), max_cover(sets, new)
    assert (first.sites, first.objective, first.bound) == (second.sites, second.objective, second.bound)
    assert first.status == "optimal"
