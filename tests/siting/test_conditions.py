"""Linear rows beside the counts: the tree keeps them and proves the best that does, against brute force."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.siting.branch import Tree
from iqgeo.siting.control import Clock
from iqgeo.siting.covering import CoverOracle
from iqgeo.siting.linear import LinearRow
from iqgeo.siting.reduced import Counts, reduce_sets
from iqgeo.siting.sets import CoverSets
from tests.draws import draws


class Knapsack:
    """``sum of values times chosen <= high``, told only once it is broken."""

    def __init__(self, values, high):
        self.row = LinearRow(np.arange(len(values)), np.array(values, dtype=float), -np.inf, float(high))

    def missed(self, point):
        return [self.row] if self.row.values @ point > self.row.high + 1e-7 else []

    def holds(self, chosen):
        return self.row.values[chosen].sum() <= self.row.high


@settings(max_examples=draws(40))
@given(st.data())
def test_the_best_choice_within_two_linear_rows(data):
    n = data.draw(st.integers(2, 6))
    rows = data.draw(st.lists(st.sets(st.integers(0, n - 1), min_size=1), min_size=1, max_size=8))
    weight = data.draw(st.lists(st.integers(1, 9), min_size=len(rows), max_size=len(rows)))
    limit = data.draw(st.integers(1, n))
    conditions = [
        Knapsack(
            data.draw(st.lists(st.integers(-4, 6), min_size=n, max_size=n)), data.draw(st.integers(-2, 9))
        )
        for _ in range(2)
    ]
    model = reduce_sets(CoverSets.from_sets(rows, weight, n), (), ())
    counts = Counts.over((), model.columns)
    tree = Tree(CoverOracle(model, counts, limit, 2), limit, counts, Clock(None), conditions=conditions)
    outcome = tree.run([])
    allowed = [
        np.array(chosen, dtype=np.int64)
        for size in range(limit + 1)
        for chosen in itertools.combinations(range(n), size)
        if all(each.holds(np.array(chosen, dtype=np.int64)) for each in conditions)
    ]
    if not allowed:
        assert outcome.infeasible
        return
    best = max(tree.oracle.worth(chosen) for chosen in allowed)
    assert outcome.proven
    assert outcome.worth == best
    assert all(each.holds(outcome.chosen) for each in conditions)
