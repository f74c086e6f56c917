"""Every model against brute force on all small cases that hypothesis finds."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.siting import (
    DistanceTable,
    SiteRules,
    alternatives,
    curve,
    explain,
    full_cover,
    keep_best_all,
    keep_loss,
    max_cover,
    p_center,
    p_median,
    smallest_target_km,
    stages,
)
from iqgeo.siting.compact import best_by_rows
from iqgeo.siting.control import Clock
from iqgeo.siting.reduced import Counts, reduce_sets
from tests.draws import draws

exact = settings(max_examples=draws(30))


@dataclass(frozen=True)
class Case:
    """A distance matrix (inf: no pair), weights and rules, and what brute force says about them."""

    km: np.ndarray
    weight: np.ndarray
    rules: SiteRules

    @property
    def n(self):
        return self.km.shape[1]

    @property
    def candidates(self):
        return self.rules.candidates(self.n)

    def table(self):
        demand, site = np.nonzero(np.isfinite(self.km))
        return DistanceTable.from_pairs(site, demand, self.km[demand, site], self.weight, self.n)

    def sets(self):
        return self.table().within(5.0)

    def allowed(self, new):
        opened = set(self.rules.existing)
        return [
            chosen
            for chosen in itertools.combinations(self.candidates, new)
            if set(self.rules.require) <= set(chosen)
            and all(set(group) & (opened | set(chosen)) for group in self.rules.groups)
        ]

    def covered(self, sites):
        if not len(sites):
            return 0.0
        return float(self.weight[(self.km[:, sorted(sites)] <= 5.0).any(axis=1)].sum())

    def nearest(self, sites):
        return self.km[:, sorted(sites)].min(axis=1) if len(sites) else np.full(len(self.km), np.inf)

    def with_existing(self, chosen):
        return sorted({*chosen, *self.rules.existing})


@st.composite
def cases(draw, with_rules=True):
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 9))
    entry = st.one_of(st.just(math.inf), st.integers(1, 9).map(float))
    km = np.array(draw(st.lists(st.lists(entry, min_size=n, max_size=n), min_size=m, max_size=m)))
    whole = st.integers(0, 5).map(float)
    weights = st.one_of(whole, st.floats(0, 100, allow_subnormal=False).map(lambda x: round(x, 3)))
    weight = np.array(draw(st.lists(weights, min_size=m, max_size=m)))
    if not with_rules:
        return Case(km, weight, SiteRules())
    roles = draw(st.lists(st.sampled_from("eefrcccccccc"), min_size=n, max_size=n))
    pick = {role: tuple(j for j in range(n) if roles[j] == role) for role in "efr"}
    groups = draw(st.lists(st.sets(st.integers(0, n - 1), min_size=1), max_size=2))
    return Case(km, weight, SiteRules(pick["e"], pick["r"], pick["f"], tuple(map(tuple, groups))))


def numbers(case):
    return range(len(case.rules.require), len(case.candidates) + 1) if case.candidates else ()


@exact
@given(cases())
def test_max_cover(case):
    sets = case.sets()
    if case.candidates and not np.any(case.km[:, case.candidates] <= 5.0):
        with pytest.raises(InputError) as caught:
            max_cover(sets, len(case.rules.require), case.rules)
        assert [problem.code for problem in caught.value.problems] == ["siting_all_out_of_reach"]
        return
    for new in numbers(case):
        answer = max_cover(sets, new, case.rules)
        choices = case.allowed(new)
        if not choices:
            assert answer.status == "infeasible"
            assert answer.sites == ()
            continue
        best = max(case.covered(case.with_existing(chosen)) for chosen in choices)
        assert answer.status == "optimal"
        assert answer.objective == pytest.approx(best, rel=1e-9, abs=1e-9)
        assert tuple(sorted(answer.sites)) in choices
        assert case.covered(case.with_existing(answer.sites)) == pytest.approx(answer.covered_after)
        assert sum(answer.gains) == pytest.approx(answer.covered_after - answer.covered_before)


@settings(max_examples=25)
@given(cases())
def test_max_cover_by_rows_of_the_demand(case):
    sets, rules = case.sets(), case.rules
    model = reduce_sets(sets, rules.opened, rules.forbid)
    if not model.n_columns or not model.n_rows:
        return
    counts = Counts.over(rules.open_counts(), model.columns)
    for new in numbers(case):
        limit = new - len(rules.required_new)
        found = best_by_rows(model, counts, limit, Clock(None), None)
        choices = case.allowed(new)
        if not choices:
            assert found.infeasible
            continue
        best = max(case.covered(case.with_existing(chosen)) for chosen in choices)
        assert found.proven
        assert len(found.chosen) <= limit
        assert (found.worth + model.base) * sets.unit == pytest.approx(best, rel=1e-9, abs=1e-9)
        # A start changes nothing.
        again = best_by_rows(model, counts, limit, Clock(None), found.chosen)
        assert (again.worth, again.bound) == (found.worth, found.bound)


@exact
@given(cases(), st.sampled_from([0.0, 0.3, 0.7, 0.95, 1.0]))
def test_full_cover(case, share):
    if not case.candidates:
        return
    answer = full_cover(case.sets(), share, case.rules)
    everyone = case.covered(case.with_existing(case.candidates))
    goal = min(share * float(case.weight.sum()), everyone)
    fewest = None
    for new in range(len(case.candidates) + 1):
        reach = [case.covered(case.with_existing(chosen)) for chosen in case.allowed(new)]
        if any(each >= goal * (1 - 1e-12) for each in reach):
            fewest = new
            break
    if fewest is None:
        assert answer.status == "infeasible"
        return
    assert answer.status == "optimal"
    assert answer.objective == len(answer.sites) == fewest
    assert tuple(sorted(answer.sites)) in case.allowed(fewest)
    assert answer.covered_after >= goal * (1 - 1e-12)
    assert answer.unreachable_weight == pytest.approx(float(case.weight.sum()) - everyone, abs=1e-9)
    assert answer.goal_met == (everyone >= share * float(case.weight.sum()) * (1 - 1e-12))


@exact
@given(cases(), st.sampled_from([None, 9.0, 12.5]))
def test_p_median(case, beyond_km):
    table = case.table()
    usable = case.with_existing(case.candidates)
    reachable = np.isfinite(case.nearest(usable)) & (case.weight > 0)

    def cost(chosen):
        way = case.nearest(case.with_existing(chosen))
        if beyond_km is not None:
            return float((case.weight * np.minimum(way, beyond_km)).sum())
        return float((case.weight[reachable] * way[reachable]).sum())

    for new in numbers(case):
        answer = p_median(table, new, case.rules, beyond_km=beyond_km)
        best = min((cost(chosen) for chosen in case.allowed(new)), default=math.inf)
        if math.isinf(best):
            assert answer.status == "infeasible"
            continue
        assert answer.status == "optimal"
        assert answer.objective == pytest.approx(best, rel=1e-9, abs=1e-7)
        assert tuple(sorted(answer.sites)) in case.allowed(new)


@exact
@given(cases())
def test_p_center(case):
    table = case.table()
    reachable = np.isfinite(case.nearest(case.with_existing(case.candidates))) & (case.weight > 0)
    for new in numbers(case):
        answer = p_center(table, new, case.rules)
        worst = [
            float(case.nearest(case.with_existing(chosen))[reachable].max(initial=0.0))
            for chosen in case.allowed(new)
        ]
        if min(worst, default=math.inf) == math.inf:
            assert answer.status == "infeasible"
            continue
        assert answer.status == "optimal"
        assert answer.objective == min(worst)
        assert tuple(sorted(answer.sites)) in case.allowed(new)


@exact
@given(cases(with_rules=False), st.integers(0, 6))
def test_keep_best_for_every_number(case, spare):
    existing = list(range(max(1, case.n - spare)))
    sets = case.sets()
    answers = keep_best_all(sets, existing)
    assert len(answers) == len(existing) + 1
    for keep, answer in enumerate(answers):
        best = max(case.covered(kept) for kept in itertools.combinations(existing, keep))
        assert answer.status == "optimal"
        assert answer.objective == pytest.approx(best, abs=1e-9)
        assert len(answer.sites) == keep
        assert set(answer.sites) <= set(existing)
        before, after = (case.km[:, sorted(part)] <= 5.0 for part in (existing, answer.sites))
        assert keep_loss(sets, existing, answer) == tuple(np.flatnonzero(before.any(1) & ~after.any(1)))


@exact
@given(cases(with_rules=False), st.sampled_from([(1, 1), (1, 2), (0, 2), (1, 1, 1)]), st.booleans())
def test_stages(case, sizes, existing):
    rules = SiteRules(existing=(0,)) if existing else SiteRules()
    case = Case(case.km, case.weight, rules)
    if sum(sizes) > len(case.candidates):
        return
    weights = [1.0, 2.0, 0.5][: len(sizes)]

    def plans(left, sizes):
        if not sizes:
            yield ()
            return
        for first in itertools.combinations(left, sizes[0]):
            for rest in plans([j for j in left if j not in first], sizes[1:]):
                yield (first, *rest)

    def worth(plan):
        opened, total = set(case.rules.existing), 0.0
        for weight, sites in zip(weights, plan, strict=True):
            opened |= set(sites)
            total += weight * case.covered(opened)
        return total

    answer = stages(case.sets(), sizes, case.rules, stage_weights=weights)
    best = max(worth(plan) for plan in plans(case.candidates, list(sizes)))
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert [len(part.sites) for part in answer.stages] == list(sizes)
    assert worth([part.sites for part in answer.stages]) == pytest.approx(best, rel=1e-9, abs=1e-9)
    opened = 0
    for t, size in enumerate(sizes):
        opened += size
        free = max(
            case.covered(case.with_existing(c)) for c in itertools.combinations(case.candidates, opened)
        )
        assert answer.free[t].covered_after == pytest.approx(free, abs=1e-9)
        price = free - answer.stages[t].covered_after
        assert answer.nesting_price[t] == pytest.approx(price, abs=1e-9)


@exact
@given(cases())
def test_explain_each_site(case):
    if len(case.candidates) < 2:
        return
    new = min(len(case.candidates) - 1, len(case.rules.require) + 2)
    sets = case.sets()
    if new < len(case.rules.require) or not np.any(case.km[:, case.candidates] <= 5.0):
        return
    answer = max_cover(sets, new, case.rules)
    for reason in explain(sets, answer):
        others = case.with_existing(set(answer.sites) - {reason.site})
        alone = case.covered(case.with_existing(answer.sites)) - case.covered(others)
        assert reason.gain == pytest.approx(alone, abs=1e-9)
        if reason.site in case.rules.require:
            assert reason.refusal is None
            continue
        swapped = [
            case.covered(case.with_existing(chosen))
            for chosen in case.allowed(new)
            if reason.site not in chosen and len(set(chosen) & set(answer.sites)) == new - 1
        ]
        if swapped:
            assert reason.runner_up_loss == pytest.approx(answer.objective - max(swapped), abs=1e-9)
        else:
            assert reason.runner_up == -1
        without = [c for c in case.allowed(new) if reason.site not in c]
        if not without:
            assert reason.refusal is None or reason.refusal.status == "infeasible"
            continue
        loss = answer.objective - max(case.covered(case.with_existing(c)) for c in without)
        assert reason.refusal_loss == pytest.approx((loss, loss), abs=1e-9)


@exact
@given(cases(), st.integers(1, 2))
def test_alternatives_are_the_best_that_differ(case, differ):
    new = len(case.rules.require) + 2
    if new > len(case.candidates) or not np.any(case.km[:, case.candidates] <= 5.0):
        return
    sets = case.sets()
    answer = max_cover(sets, new, case.rules)
    if answer.status != "optimal":
        return
    found = alternatives(sets, answer, within_pct=20, differ=differ, most=3)
    seen = [set(answer.sites)]
    floor = answer.objective * 0.8

    def best_left():
        return max(
            (
                case.covered(case.with_existing(chosen))
                for chosen in case.allowed(new)
                if all(len(set(chosen) - one) >= differ for one in seen)
            ),
            default=-1.0,
        )

    for one in found:
        assert one.status == "optimal"
        assert one.objective == pytest.approx(best_left(), abs=1e-9)
        assert one.objective >= floor * (1 - 1e-9)
        assert tuple(sorted(one.sites)) in case.allowed(new)
        assert all(len(set(one.sites) - other) >= differ for other in seen)
        seen.append(set(one.sites))
    if len(found) < 3:
        assert best_left() < floor * (1 + 1e-9)


@exact
@given(cases())
def test_curve_never_falls(case):
    if not case.candidates or not np.any(case.km[:, case.candidates] <= 5.0):
        return
    case = Case(case.km, case.weight, SiteRules(case.rules.existing, case.rules.require, case.rules.forbid))
    answers = curve(case.sets(), len(case.candidates), case.rules)
    for answer, new in zip(answers, numbers(case), strict=True):
        best = max(case.covered(case.with_existing(chosen)) for chosen in case.allowed(new))
        assert answer.objective == pytest.approx(best, abs=1e-9)
    worths = [answer.covered_after for answer in answers]
    assert worths == sorted(worths)


@exact
@given(cases(), st.sampled_from([0.5, 0.9, 1.0]))
def test_smallest_target_is_the_least_that_works(case, share):
    if not case.candidates:
        return
    target = smallest_target_km(case.table(), share, case.rules)
    nearest = case.nearest(case.with_existing(case.candidates))
    goal = share * float(case.weight.sum()) * (1 - 1e-12)

    def reached(km):
        return float(case.weight[nearest <= km].sum()) if math.isfinite(km) else math.inf

    assert reached(target) >= goal
    shorter = [km for km in np.unique(nearest) if km < target]
    if shorter and goal > 0:
        assert reached(shorter[-1]) < goal
