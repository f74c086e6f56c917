from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iqgeo import siting
from iqgeo.api import assess, suggest
from iqgeo.errors import InputError
from iqgeo.scenarios import (
    closures,
    coverage_curve,
    curves_by_target,
    near_optimal,
    robustness,
    staged_plan,
)
from iqgeo.suggestions import Siting, candidate_towns
from tests.draws import draws
from tests.test_coverage import places_of
from tests.test_promises import Every, tasks


@pytest.fixture(scope="module")
def towns(region):
    return candidate_towns(region)


@pytest.fixture(scope="module")
def task(coverage_2012, towns):
    return Siting(coverage_2012, towns)


@pytest.fixture(scope="module")
def four(task):
    return task.solve("max-cover", new=4, refusals=True)


def small(coverage, towns, count=12):
    """Few towns: all choices of them can be tried."""
    chosen = towns.sort_values("population", ascending=False).iloc[8 : 8 + count].reset_index(drop=True)
    return Siting(coverage, chosen)


def covered_by_any(task):
    """People within the target of any of some sites, from one coverage for each site alone."""
    people = task.start.places["people"].to_numpy()
    alone = np.array([task.coverage_with([site]).is_covered for site in range(len(task.sites))])
    return lambda sites: float(people @ alone[list(sites)].any(axis=0))


def test_four_more_offices_are_proven_and_counted_anew(four, coverage_2012):
    assert four.status == "optimal"
    assert four.gap == 0
    assert len(four.sites) == 4
    assert four.after.covered == four.objective
    assert four.before.covered == coverage_2012.covered
    assert sum(site.gain for site in four.sites) == four.after.covered - four.before.covered
    assert len(four.after.offices) == 10


def test_the_optimum_of_two_is_that_of_trying_every_pair(coverage_2012, towns):
    task = small(coverage_2012, towns)
    covered = covered_by_any(task)
    best = max(
        covered([*range(task.existing), *pair])
        for pair in combinations(range(task.existing, len(task.sites)), 2)
    )
    assert task.solve("max-cover", new=2).after.covered == best


def test_fewest_offices_for_a_share_are_those_of_trying_all_choices(coverage_2012, towns):
    task = small(coverage_2012, towns, 9)
    share = 0.62
    covered, goal = covered_by_any(task), share * task.start.people
    candidates = range(task.existing, len(task.sites))
    fewest = next(
        size
        for size in range(len(candidates) + 1)
        if any(covered([*range(task.existing), *choice]) >= goal for choice in combinations(candidates, size))
    )
    found = task.solve("full-cover", share_pct=100 * share)
    assert (found.status, len(found.sites)) == ("optimal", fewest)
    assert found.after.share >= share


def test_reasons_are_true(four, task, region):
    sites = {row.id: number for number, row in enumerate(task.sites.itertuples())}
    opened = [sites[site.id] for site in four.sites]
    existing = list(range(task.existing))
    for site, number in zip(four.sites, opened, strict=True):
        without = task.coverage_with([*existing, *[other for other in opened if other != number]])
        assert site.only_here == four.after.covered - without.covered
        swapped = [sites[site.runner_up_id] if other == number else other for other in opened]
        assert site.runner_up_loss == four.after.covered - task.coverage_with([*existing, *swapped]).covered
        assert sum(people for _, people in site.districts) == site.only_here
        assert all(ags in region.district_names for ags, _ in site.districts)
        refused = Siting(task.start, task.candidates, forbid=(site.id,)).solve("max-cover", new=4)
        loss = four.after.covered - refused.after.covered
        assert site.refusal_loss == (loss, loss)


def test_the_best_k_offices_to_keep_are_those_of_trying_all(task):
    by_number, covered = closures(task), covered_by_any(Siting(task.start, task.candidates.iloc[:1]))
    assert [len(answer.sites) for answer in by_number] == list(range(task.existing + 1))
    for answer in by_number:
        best = max(covered(choice) for choice in combinations(range(task.existing), len(answer.sites)))
        assert answer.after.covered == best
        assert len(answer.closed) == task.existing - len(answer.sites)
    lost = by_number[4].by_district()["change"]
    assert lost.sum() == by_number[4].after.covered - task.start.covered
    assert (lost <= 0).all()


def test_required_is_in_and_forbidden_is_out(coverage_2012, towns, four):
    refused, wished = four.sites[0].id, "03351006"
    assert towns.set_index("id").loc[wished, "name"] == "Celle"
    found = Siting(coverage_2012, towns, require=(wished,), forbid=(refused,)).solve("max-cover", new=4)
    chosen = {site.id for site in found.sites}
    assert wished in chosen
    assert refused not in chosen
    assert found.after.covered <= four.after.covered


def test_travel_models_shorten_the_way(task):
    before = task.start.places
    reached = before["distance_km"] != float("inf")
    total = float((before["people"] * before["distance_km"])[reached].sum())
    median = task.solve("p-median", new=2)
    after = median.after.places
    assert median.status == "optimal"
    assert float((after["people"] * after["distance_km"])[reached].sum()) == pytest.approx(
        median.objective, rel=1e-6
    )
    assert median.objective < total
    center = task.solve("p-center", new=2)
    worst = center.after.places.loc[reached & (before["people"] > 0), "distance_km"].max()
    assert worst == pytest.approx(center.objective, abs=1e-6)
    assert worst <= median.after.places.loc[reached & (before["people"] > 0), "distance_km"].max() + 1e-6


def test_the_curve_rises_and_every_point_is_proven(task, four):
    points = coverage_curve(task, 5)
    assert list(points["new"]) == [0, 1, 2, 3, 4, 5]
    assert points["covered"].is_monotonic_increasing
    assert (points["status"] == "optimal").all()
    assert points["covered"].iloc[4] == four.after.covered
    both = curves_by_target(task, [30, 35], 2)
    at_30 = both.loc[both["target_km"] == 30, "covered"].to_numpy()
    at_35 = both.loc[both["target_km"] == 35, "covered"].to_numpy()
    assert (at_30 < at_35).all()


def test_a_plan_in_stages_is_nested_and_its_price_is_told(task):
    plan = staged_plan(task, [1, 2])
    assert plan.status == "optimal"
    assert [len(stage.sites) for stage in plan.stages] == [1, 2]
    assert plan.stages[1].before.covered == plan.stages[0].after.covered
    for stage, free, price in zip(plan.stages, plan.free_covered, plan.nesting_price, strict=True):
        assert free - stage.after.covered == price >= 0
    assert plan.free_covered[1] == task.solve("max-cover", new=3).after.covered


def test_alternatives_are_different_and_nearly_as_good(task, four):
    choices = near_optimal(task, 4, within_pct=0.5)
    assert choices[0].after.covered == four.after.covered
    assert len({frozenset(site.id for site in choice.sites) for choice in choices}) == len(choices) > 1
    assert all(choice.after.covered >= 0.995 * four.after.covered for choice in choices)


def test_robustness_is_repeatable_and_says_what_it_counts(task, region):
    one = robustness(task, 2, region, variations=4, seed=7, years=[2010, 2012])
    two = robustness(task, 2, region, variations=4, seed=7, years=[2010, 2012])
    pd.testing.assert_frame_equal(one.towns, two.towns)
    assert one.towns["chosen_share"].between(0, 1).all()
    assert (one.plans["largest_regret"] >= 0).all()


def test_people_out_of_every_reach_are_named(task):
    found = task.solve("full-cover")
    assert found.status == "optimal"
    assert not found.goal_met
    assert found.unreachable_people == found.after.people - found.after.covered
    assert found.smallest_target_km == float("inf")
    share = task.solve("full-cover", share_pct=99.5)
    assert share.smallest_target_km > 35
    wide = assess(stage=2012, target_km=share.smallest_target_km)
    reachable = Siting(wide, task.candidates).coverage_with(range(len(task.sites)))
    assert reachable.share >= 0.995


def test_one_office_in_every_district(coverage_2012, region):
    task = Siting(coverage_2012, candidate_towns(region), per_district=True)
    found = task.solve("max-cover", new=40)
    assert found.status in ("optimal", "feasible")
    served = {site.id[:5] for site in found.sites}
    assert len(served) >= 37


def test_an_own_distance_table_decides_alone(coverage_2012, towns):
    demand = places_of([(9.0, 52.0, 10, ""), (9.1, 52.0, 30, "")])
    sites = towns.iloc[:2].reset_index(drop=True)
    table = pd.DataFrame(
        {"candidate": [sites["id"][1], sites["id"][0]], "place": ["p1", "p0"], "km": [1.0, 2.0]}
    )
    asked = {"offices": coverage_2012.offices.iloc[:0], "demand": demand, "candidates": sites, "new": 1}
    found = suggest(**asked, distances=table)
    assert found.sites[0].id == sites["id"][1]
    assert found.objective == 30
    with pytest.raises(InputError, match="nirgends"):
        suggest(**asked, distances=table.assign(place="nirgends"))


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"new": -1}, "-1"),
        ({"new": 5000}, "5000"),
        ({"require": ["x"]}, "„x“"),
        ({"require": ["03101000"], "forbid": ["03101000"]}, "Braunschweig ist zugleich"),
        ({"least_people": 10_000_000}, "keinen möglichen Ort"),
        ({"model": "best"}, "„best“"),
        ({"model": "full-cover", "share_pct": 120}, "120 %"),
    ],
)
def test_a_question_that_cannot_be_asked_is_told_why(region, wish, sentence):
    with pytest.raises(InputError, match=sentence):
        suggest(region, **wish)


def test_stopping_at_once_still_gives_an_honest_answer(task):
    found = task.solve("max-cover", new=12, control=siting.Control(stop=lambda: True))
    assert found.status in ("feasible", "optimal")
    assert found.objective <= found.bound


@settings(max_examples=draws(5))
@given(tasks(), st.data())
def test_every_answer_is_that_of_trying_every_choice(task, data):
    """Also what is said beside it: who is out of every reach, what a town brings, what could stand there."""
    every, ids = Every(task), [str(it) for it in task.candidates["id"]]
    forbid = tuple(data.draw(st.lists(st.sampled_from(ids), max_size=1)))
    require = tuple(data.draw(st.lists(st.sampled_from([it for it in ids if it not in forbid]), max_size=1)))
    task = Siting(task.start, task.candidates, require=require, forbid=forbid)
    number = {key: task.existing + at for at, key in enumerate(ids)}
    permitted = [number[it] for it in ids if it not in forbid]
    assume(any(every.alone[it].any() for it in permitted))

    def allowed(size):
        given = {number[it] for it in require}
        return [it for it in combinations(permitted, size) if given <= set(it)]

    new = data.draw(st.integers(1, len(permitted)))
    found = task.solve("max-cover", new=new)
    chosen = tuple(sorted(number[it.id] for it in found.sites))
    assert chosen in allowed(new)
    assert found.after.covered == found.objective == found.bound == max(map(every.covered, allowed(new)))
    assert (found.status, found.closed, found.candidates) == ("optimal", (), len(permitted))
    for site in found.sites:
        rest = [it for it in chosen if it != number[site.id]]
        alone = found.after.covered - every.covered(rest)
        swaps = {it: every.covered([*rest, it]) for it in permitted if it not in chosen}
        best = max(swaps.values(), default=0.0) - every.covered(rest)
        assert site.only_here == sum(people for _, people in site.districts) == alone
        # Nothing stands in for a town that was given, or where all it brings would be lost.
        looked = bool(swaps) and site.id not in require
        assert bool(site.runner_up_id) == (looked and (best > 0 or alone == 0))
        if site.runner_up_id:
            assert site.runner_up_loss == alone - best
            assert swaps[number[site.runner_up_id]] == best + every.covered(rest)
    told = {it.id: (it.only_here, it.runner_up_id) for it in task.explained([it.id for it in found.sites])}
    assert told == {it.id: (it.only_here, it.runner_up_id) for it in found.sites}

    share_pct = data.draw(st.sampled_from([50, 80, 100]))
    found, goal = task.solve("full-cover", share_pct=share_pct), share_pct / 100 * every.people.sum()
    most = every.people[every.reached(permitted)].sum()
    sizes = range(len(require), len(permitted) + 1)
    enough = next(it for it in sizes if max(map(every.covered, allowed(it))) >= min(goal, most) * (1 - 1e-12))
    assert (found.status, found.objective, found.goal_met) == ("optimal", enough, most >= goal * (1 - 1e-12))
    out = ~every.reached(permitted) & (every.people > 0)
    assert set(found.unreachable["id"]) == set(task.start.places["id"][out])
    assert found.unreachable["people"].is_monotonic_decreasing
    columns = ["id", "name", "lon", "lat"]
    opened = [*range(task.existing), *permitted]
    nearest = task.start.again(offices=task.sites.iloc[opened][columns]).places["distance_km"].to_numpy()
    reached = [it for it in sorted(nearest) if every.people[nearest <= it].sum() >= goal * (1 - 1e-12)]
    assert found.smallest_target_km == reached[0]

    keep = data.draw(st.integers(0, task.existing))
    kept = task.solve("keep-best", keep=keep)
    names = task.start.offices.set_index("id")["name"].astype(str)
    stay = [it.id for it in kept.sites]
    trials = combinations(range(task.existing), keep)
    assert kept.after.covered == max(
        every.people[np.any([np.zeros_like(out), *(every.alone[it] for it in trial)], axis=0)].sum()
        for trial in trials
    )
    assert (len(stay), kept.closed) == (keep, tuple(names[[it for it in names.index if it not in stay]]))
