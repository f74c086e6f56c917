"""What must hold on instances too large for brute force."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from iqgeo.distances import TOLERANCE_KM, within
from iqgeo.siting import (
    Control,
    CoverSets,
    DistanceTable,
    SiteRules,
    alternatives,
    covering,
    curve,
    explain,
    full_cover,
    max_cover,
    p_center,
    p_median,
    robust,
    stages,
    vary,
)
from iqgeo.siting import sets as siting_sets


def without_seconds(answer):
    return dataclasses.replace(answer, seconds=0.0)


def pairs_of(table):
    return table.site, table.demand, table.km


def test_a_pair_at_exactly_the_target_is_covered_as_elsewhere_in_iqgeo():
    assert siting_sets.TOLERANCE_KM == TOLERANCE_KM
    km = np.array([35.0, 35.0 + 5e-10, 35.0 + 1e-8, 34.9])
    table = DistanceTable.from_pairs(np.zeros(4, int), np.arange(4), km, np.ones(4), 1)
    assert table.within(35.0).covered_demand([0]).tolist() == within(km, 35.0).tolist()


def test_merging_loses_nothing(table, sets):
    rng = np.random.default_rng(0)
    assert len(sets.row_weight) < table.n_demand
    for _ in range(30):
        chosen = rng.choice(table.n_sites, 6, replace=False)
        direct = table.nearest_km(chosen) <= 35.0 + TOLERANCE_KM
        assert np.array_equal(sets.covered_demand(chosen), direct)
        assert sets.covered_weight(chosen) == table.weight[direct].sum()


def test_equal_hashes_do_not_merge_different_sets(monkeypatch, table):
    expected = table.within(35.0)

    class OneKey:
        def integers(self, _low, _high, size, dtype):
            return np.full(size, 7, dtype=dtype)

    monkeypatch.setattr(np.random, "default_rng", lambda _seed: OneKey())
    few = table.within(35.0)
    assert len(few.row_weight) == len(expected.row_weight)
    assert sorted(few.row_weight) == sorted(expected.row_weight)
    for chosen in ([0, 5], [3, 7, 11]):
        assert few.covered_weight(chosen) == expected.covered_weight(chosen)


def test_blocks_join_to_the_same_answer(table, sets):
    site, demand, km = pairs_of(table)
    near = km <= 35.0 + TOLERANCE_KM
    blocks = []
    for low in range(0, table.n_demand, 400):
        weight = table.weight[low : low + 400]
        here = near & (demand >= low) & (demand < low + 400)
        blocks.append(CoverSets.from_pairs(site[here], demand[here] - low, weight, table.n_sites))
    joined = CoverSets.from_blocks(iter(blocks))
    assert joined.total_weight == sets.total_weight
    assert joined.unreachable.tolist() == sets.unreachable.tolist()
    assert np.array_equal(joined.covered_demand([1, 2, 3]), sets.covered_demand([1, 2, 3]))
    assert without_seconds(max_cover(joined, 4)) == without_seconds(max_cover(sets, 4))


@pytest.mark.parametrize("fractional", [False, True])
def test_order_of_rows_changes_nothing(table, fractional):
    weight = table.weight * 0.37 if fractional else table.weight
    site, demand, km = pairs_of(table)
    order = np.random.default_rng(3).permutation(table.n_demand)
    mixed = np.random.default_rng(4).permutation(len(km))
    place = np.argsort(order)
    one = DistanceTable.from_pairs(site, demand, km, weight, table.n_sites)
    two = DistanceTable.from_pairs(site[mixed], place[demand][mixed], km[mixed], weight[order], table.n_sites)
    rules = SiteRules(existing=(3,), forbid=(10,))
    for model in (
        lambda t: max_cover(t.within(35.0), 6, rules),
        lambda t: full_cover(t.within(50.0), 0.9, rules),
        lambda t: p_median(t, 6, rules, beyond_km=80.0),
        lambda t: p_center(t, 40, rules),
    ):
        first, second = model(one), model(two)
        assert first.sites == second.sites
        assert first.objective == second.objective
        assert first.gains == pytest.approx(second.gains, nan_ok=True)


def test_the_same_question_gets_the_same_answer(sets):
    assert without_seconds(max_cover(sets, 9)) == without_seconds(max_cover(sets, 9))


@pytest.mark.parametrize("times", [2.0, 3.0, 1024.0, 0.25])
def test_scaled_weights_scale_only_the_objective(table, times):
    larger = dataclasses.replace(table, weight=table.weight * times)
    plain, scaled = max_cover(table.within(35.0), 7), max_cover(larger.within(35.0), 7)
    assert scaled.sites == plain.sites
    assert scaled.objective == plain.objective * times
    plain, scaled = full_cover(table.within(35.0), 0.8), full_cover(larger.within(35.0), 0.8)
    assert scaled.objective == plain.objective
    assert scaled.covered_after >= 0.8 * scaled.total_weight


def test_more_sites_never_lower_coverage_and_every_step_is_proven(sets):
    answers = curve(sets, 12)
    assert [len(answer.sites) for answer in answers] == list(range(13))
    assert {answer.status for answer in answers} == {"optimal"}
    worths = [answer.covered_after for answer in answers]
    assert worths == sorted(worths)
    assert worths[0] == 0


def test_forced_sites_are_in_and_forbidden_ones_out(sets):
    free = max_cover(sets, 6)
    refused, forced = free.sites[0], next(j for j in range(sets.n_sites) if j not in free.sites)
    answer = max_cover(sets, 6, SiteRules(require=(forced,), forbid=(refused,)))
    assert forced in answer.sites
    assert refused not in answer.sites
    assert answer.objective <= free.objective


def test_groups_each_hold_a_site(sets):
    groups = tuple(tuple(range(k, sets.n_sites, 5)) for k in range(5))
    answer = max_cover(sets, 6, SiteRules(groups=groups))
    assert answer.status == "optimal"
    assert all(set(group) & set(answer.sites) for group in groups)
    few = max_cover(sets, 4, SiteRules(groups=groups))
    assert few.status == "infeasible"


def test_ties_go_to_the_lower_number():
    sets = CoverSets.from_sets([{0, 1, 2}, {3, 4}, {3, 4}, {5}], [5, 3, 3, 1], 6)
    assert max_cover(sets, 2).sites == (3, 0)
    assert max_cover(sets, 3).sites == (3, 0, 5)
    assert max_cover(sets, 4).sites == (3, 0, 5, 1)


def test_no_site_gives_way_to_a_lower_number_without_loss(sets):
    answer = max_cover(sets, 8)
    for site in answer.sites:
        rest = [j for j in answer.sites if j != site]
        for lower in range(site):
            if lower not in answer.sites:
                assert sets.covered_weight([*rest, lower]) < answer.covered_after


def test_a_time_limit_leaves_an_honest_gap(tables):
    hard = tables(seed=5, n_demand=6000, n_sites=400).within(30.0)
    best = max_cover(hard, 14, control=Control(time_limit_s=0.0))
    assert best.status == "feasible"
    assert len(best.sites) == 14
    assert best.bound > best.objective
    assert best.gap == pytest.approx((best.bound - best.objective) / best.objective)
    assert best.objective == hard.covered_weight(best.sites)
    upper = sum(sorted((hard.covered_weight([j]) for j in range(400)), reverse=True)[:14])
    longer = max_cover(hard, 14, control=Control(time_limit_s=2.0))
    assert best.objective <= longer.objective <= min(upper, best.bound)
    fewest = full_cover(hard, 0.99, control=Control(time_limit_s=0.0))
    assert fewest.status == "feasible"
    assert fewest.covered_after >= 0.99 * fewest.total_weight
    assert fewest.bound < fewest.objective == len(fewest.sites)


def test_stop_and_interrupt_return_the_best_found(tables):
    hard = tables(seed=5, n_demand=6000, n_sites=400).within(30.0)
    calls = []

    def stop():
        calls.append(1)
        return len(calls) > 5

    stopped = max_cover(hard, 14, control=Control(stop=stop))
    assert stopped.status == "feasible"
    assert len(stopped.sites) == 14
    assert 5 < len(calls) < 10

    def interrupt():
        raise KeyboardInterrupt

    interrupted = max_cover(hard, 14, control=Control(stop=interrupt))
    assert interrupted.status == "feasible"
    assert len(interrupted.sites) == 14
    assert interrupted.bound >= interrupted.objective


@pytest.mark.parametrize("model", ["max-cover", "full-cover", "p-median", "p-center"])
def test_progress_moves_towards_the_answer(table, sets, model):
    seen = []
    control = Control(progress=seen.append)
    answer = {
        "max-cover": lambda: max_cover(sets, 8, control=control),
        "full-cover": lambda: full_cover(sets, control=control),
        "p-median": lambda: p_median(table, 8, control=control, beyond_km=100.0),
        "p-center": lambda: p_center(table, 60, control=control),
    }[model]()
    assert answer.status == "optimal"
    assert seen
    better = (lambda a, b: a <= b) if model == "max-cover" else (lambda a, b: a >= b)
    for earlier, later in pairwise(seen):
        assert better(earlier.found, later.found)
        assert earlier.seconds <= later.seconds
    for each in seen:
        assert better(each.found, answer.objective) or each.found == pytest.approx(answer.objective)
        assert better(answer.objective, each.bound) or each.bound == pytest.approx(answer.objective)


def test_jointly_planned_stages_beat_greedy_stages(sets):
    plan = stages(sets, [3, 3])
    assert plan.status == "optimal"
    first = max_cover(sets, 3)
    then = max_cover(sets, 3, SiteRules(existing=first.sites))
    assert plan.objective >= first.covered_after + then.covered_after
    assert plan.objective <= plan.free[0].covered_after + plan.free[1].covered_after
    assert set(plan.stages[1].rules.existing) == set(plan.stages[0].sites)


def test_explained_losses_agree_with_solving_again(sets):
    answer = max_cover(sets, 6)
    reasons = explain(sets, answer)
    assert [reason.site for reason in reasons] == list(answer.sites)
    for reason in reasons:
        rest = [j for j in answer.sites if j != reason.site]
        swapped = sets.covered_weight([*rest, reason.runner_up])
        assert answer.objective - swapped == pytest.approx(reason.runner_up_loss)
        low, high = reason.refusal_loss
        assert 0 <= low == high <= reason.runner_up_loss
        assert table_weight(sets, reason.gained_demand) == pytest.approx(reason.gain)


def table_weight(sets, demand):
    everyone = np.isin(np.arange(len(sets.row_of_demand)), demand)
    rows = np.unique(sets.row_of_demand[everyone])
    return float(sets.row_weight[rows].sum()) * sets.unit


def test_alternatives_fall_slowly_and_differ(sets):
    answer = max_cover(sets, 7)
    found = alternatives(sets, answer, within_pct=3, differ=2, most=4)
    assert found
    worths = [answer.objective, *(one.objective for one in found)]
    assert worths == sorted(worths, reverse=True)
    assert worths[-1] >= 0.97 * answer.objective
    assert all(len(set(one.sites) - set(answer.sites)) >= 2 for one in found)


def test_robust_plans_know_their_regret(table):
    instances = vary(table, 6, seed=11, target_km=(28.0, 36.0), factor=(1.0, 1.2))
    again = vary(table, 6, seed=11, target_km=(28.0, 36.0), factor=(1.0, 1.2))
    assert [len(one.row_site) for one in instances] == [len(one.row_site) for one in again]
    result = robust(instances, 5)
    assert all(0 < share <= 1 for share in result.site_share.values())
    assert sum(result.site_share.values()) == pytest.approx(5)
    assert list(result.largest_regret) == sorted(result.largest_regret)
    for v, sets in enumerate(instances):
        best = max_cover(sets, 5).objective
        assert min(row[v] for row in result.regret) == 0
        for plan, row in zip(result.plans, result.regret, strict=True):
            assert row[v] == pytest.approx(best - sets.covered_weight(plan))
    assert result.worst_case == tuple(min(row) for row in result.worth)


def test_where_the_tree_gives_up_the_rows_of_the_demand_prove_the_same(monkeypatch, sets):
    plain = max_cover(sets, 20)
    monkeypatch.setattr(covering, "TREE_NODES", 0)
    asked = []
    rows = covering.best_by_rows
    monkeypatch.setattr(covering, "best_by_rows", lambda *args: asked.append(args) or rows(*args))
    assert without_seconds(max_cover(sets, 20)) == without_seconds(plain)
    assert asked
    # Stopped within it: what was found stands, and its bound holds.
    polls = iter(range(10_000))
    stopped = max_cover(sets, 20, control=Control(stop=lambda: bool(asked[1:]) and next(polls) > 1))
    assert stopped.objective <= plain.objective <= stopped.bound
