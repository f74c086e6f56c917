"""The bound of the primal-dual steps is a bound, whenever one stops, and what it rules out cannot be."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.siting import Control, CoverSets, covering, max_cover
from iqgeo.siting.control import Clock
from iqgeo.siting.covering import CoverOracle
from iqgeo.siting.primal_dual import PrimalDual, first_bound, too_few
from iqgeo.siting.reduced import Counts, reduce_sets


@st.composite
def instances(draw):
    n_sites = draw(st.integers(2, 8))
    lists = draw(st.lists(st.sets(st.integers(0, n_sites - 1), min_size=1), min_size=1, max_size=14))
    weight = draw(st.lists(st.integers(0, 9), min_size=len(lists), max_size=len(lists)))
    return reduce_sets(CoverSets.from_sets(lists, weight, n_sites), (), ()), draw(st.integers(0, n_sites))


def worths(model, limit):
    oracle = CoverOracle(model, Counts.over((), model.columns), max(1, limit), 1)
    some = combinations(range(model.n_columns), min(limit, model.n_columns))
    return {one: oracle.worth(np.array(one, dtype=np.int64)) for one in some}


@given(instances(), st.integers(0, 200))
def test_no_choice_is_worth_more_than_the_bound_however_few_steps(instance, steps):
    model, limit = instance
    every = worths(model, limit)
    best = max(every.values())
    saddle = PrimalDual(model, limit)
    saddle.run(steps, lambda _: False)
    assert saddle.bound >= best
    assert saddle.value <= saddle.bound + 1e-6
    for one, worth in every.items():
        if worth > 0.8 * best:
            assert saddle.useful(0.8 * best)[list(one)].all()
    for goal in (best, best + 1):
        if too_few(model, limit, goal, Clock(None)):
            assert goal > best


def test_the_sides_meet_and_the_question_is_settled_where_the_program_settles_it(sets):
    model = reduce_sets(sets, (), ())
    saddle = first_bound(model, 8, Clock(None))
    assert saddle.bound - saddle.value <= 1e-3 * saddle.value
    best = max_cover(sets, 8)
    assert best.status == "optimal"
    worth = round(best.objective / sets.unit)
    assert saddle.bound >= worth
    assert too_few(model, 8, worth * 1.05, Clock(None))
    assert not too_few(model, 8, worth, Clock(None))


def test_a_stop_leaves_a_bound(sets):
    model = reduce_sets(sets, (), ())
    saddle = first_bound(model, 8, Clock(Control(stop=lambda: True)))
    assert saddle.bound >= round(max_cover(sets, 8).objective / sets.unit)


@pytest.mark.parametrize("new", [3, 9])
def test_many_columns_are_answered_the_same_by_the_way_for_large_instances(monkeypatch, sets, new):
    usual = max_cover(sets, new)
    monkeypatch.setattr(covering, "MANY_COLUMNS", 1)
    large = max_cover(sets, new)
    assert (large.status, large.objective, large.bound) == (usual.status, usual.objective, usual.bound)
