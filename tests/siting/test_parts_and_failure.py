"""A promise for every part, and the choice best after its worst failure, against brute force."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.siting import (
    CoverSets,
    Parts,
    SiteRules,
    fewest_for_parts,
    lost_without,
    most_for_parts,
    needs_of_parts,
    safe_cover,
    weight_with_two,
)
from tests.siting.test_exact import exact


class Case:
    def __init__(self, data):
        draw = data.draw
        self.n = draw(st.integers(2, 7))
        site = st.integers(0, self.n - 1)
        self.rows = draw(st.lists(st.sets(site), min_size=1, max_size=10))
        several = {"min_size": len(self.rows), "max_size": len(self.rows)}
        self.weight = np.array(draw(st.lists(st.integers(0, 9), **several)), dtype=float)
        self.part = np.array(draw(st.lists(st.integers(0, 2), **several)))
        self.part[0] = 2
        existing = draw(st.sets(site, max_size=2))
        forbid = draw(st.sets(site, max_size=1)) - existing
        self.left = sorted(set(range(self.n)) - existing - forbid)
        require = set(self.left[:1]) if draw(st.booleans()) else set()
        groups = (tuple(draw(st.sets(site, min_size=1, max_size=3))),) if draw(st.booleans()) else ()
        self.rules = SiteRules(tuple(sorted(existing)), tuple(require), tuple(forbid), groups)
        self.sets = CoverSets.from_sets(self.rows, self.weight, self.n)
        self.parts = Parts(self.part, self.weight)

    def reached(self, sites, part=None):
        hit = np.array([bool(row & set(sites)) for row in self.rows])
        return self.weight[hit & ((self.part == part) if part is not None else True)].sum()

    def choices(self, most):
        for k in range(most + 1):
            for new in itertools.combinations(self.left, k):
                opened = {*self.rules.existing, *new}
                if set(self.rules.require) <= set(new) and all(
                    set(group) & opened for group in self.rules.groups
                ):
                    yield new, opened

    def promised(self, share):
        able = [*self.rules.existing, *self.left]
        total = [self.weight[self.part == part].sum() for part in range(3)]
        return [min(share * total[part], self.reached(able, part)) for part in range(3)]

    def keeps(self, opened, share):
        return all(
            self.reached(opened, part) >= goal - 1e-9 for part, goal in enumerate(self.promised(share))
        )


@exact
@given(st.data(), st.sampled_from([0.3, 0.6, 1.0]))
def test_fewest_and_most_under_a_promise_for_every_part(data, share):
    case = Case(data)
    if not case.left:
        return
    kept = [it for it in case.choices(len(case.left)) if case.keeps(it[1], share)]
    found = fewest_for_parts(case.sets, case.parts, share, case.rules)
    if not kept:
        assert found.answer.status == "infeasible"
        assert np.isnan(found.answer.gap)
        return
    fewest = min(len(new) for new, _ in kept)
    opened = {*case.rules.existing, *found.answer.sites}
    assert found.answer.status == "optimal"
    assert found.answer.objective == found.answer.bound == len(found.answer.sites) == fewest
    assert case.keeps(opened, share)
    assert found.reached == pytest.approx([case.reached(opened, part) for part in range(3)])
    assert found.answer.goal_met
    for new in {fewest, min(fewest + 1, len(case.left))}:
        best = max(case.reached(it[1]) for it in kept if len(it[0]) <= new)
        most = most_for_parts(case.sets, case.parts, share, new, case.rules)
        opened = {*case.rules.existing, *most.answer.sites}
        assert (most.answer.status, most.answer.gap) == ("optimal", 0.0)
        assert most.answer.objective == case.reached(opened) == best
        assert case.keeps(opened, share)
    if fewest > len(case.rules.required_new):
        less = most_for_parts(case.sets, case.parts, share, fewest - 1, case.rules)
        assert less.answer.status == "infeasible"


@exact
@given(st.data())
def test_what_each_part_would_take(data):
    case = Case(data)
    if not case.left:
        return
    bare = SiteRules(case.rules.existing, (), case.rules.forbid)
    found = needs_of_parts(case.sets, case.parts, (0.5, 1.0), bare)
    for part, share in itertools.product(range(3), (0.5, 1.0)):
        goal = case.weight[case.part == part].sum() * share
        able = case.reached([*bare.existing, *case.left], part)
        answer = found[part][[0.5, 1.0].index(share)]
        assert answer.goal_met == (able >= goal - 1e-9)
        sizes = [
            k
            for k in range(len(case.left) + 1)
            for new in itertools.combinations(case.left, k)
            if case.reached({*bare.existing, *new}, part) >= min(goal, able) - 1e-9
        ]
        assert len(answer.sites) == min(sizes)


@exact
@given(st.data())
def test_best_after_the_worst_failure(data):
    case = Case(data)
    if not case.left:
        return

    def after(opened):
        return min((case.reached(opened - {site}) for site in opened), default=0.0)

    new = data.draw(st.integers(len(case.rules.required_new), min(3, len(case.left))))
    if not any(row & set(case.left) for row in case.rows):
        return
    every = [opened for _, opened in case.choices(new)]
    found = safe_cover(case.sets, new, case.rules)
    if not every:
        assert found.answer.status == "infeasible"
        assert np.isnan(found.answer.gap)
        return
    opened = {*case.rules.existing, *found.answer.sites}
    assert found.answer.status == "optimal"
    assert len(found.answer.sites) <= new
    assert found.after_worst == found.answer.bound == after(opened) == max(map(after, every))
    lost = lost_without(case.sets, sorted(opened))
    assert lost.tolist() == [case.reached(opened) - case.reached(opened - {site}) for site in sorted(opened)]
    two = sum(weight for row, weight in zip(case.rows, case.weight, strict=True) if len(row & opened) > 1)
    assert weight_with_two(case.sets, opened) == two


def test_shares_outside_0_to_1_and_parts_of_other_demand_are_refused():
    sets = CoverSets.from_sets([{0}], [1], 2)
    for share, parts in ((1.5, Parts(np.array([0]), np.ones(1))), (0.5, Parts(np.array([0, 0]), np.ones(2)))):
        with pytest.raises(InputError):
            fewest_for_parts(sets, parts, share)
    assert math.isfinite(fewest_for_parts(sets, Parts(np.array([0]), np.ones(1)), 1.0).answer.objective)
