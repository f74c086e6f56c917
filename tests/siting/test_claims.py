"""What an answer claims of itself: proven only what was proven, in the caller's units, whatever they are."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.siting import CoverSets, DistanceTable, SiteRules, fewest_sites, full_cover, max_cover
from iqgeo.siting.control import Clock, Control
from iqgeo.siting.most_covered import NO_RULES, _no_answer, describe
from iqgeo.siting.oracle import Outcome

ROWS = st.lists(st.sets(st.integers(0, 4)), min_size=1, max_size=8)


@given(ROWS, st.data(), st.sampled_from([0.3, 1, 10]))
def test_a_bound_above_the_answer_is_no_proof(rows, data, times):
    weight = [
        times * it for it in data.draw(st.lists(st.integers(1, 9), min_size=len(rows), max_size=len(rows)))
    ]
    sets = CoverSets.from_sets(rows, weight, 5)
    sites = sorted(data.draw(st.sets(st.integers(0, 4))))
    worth = sum(it for it, reach in zip(weight, rows, strict=True) if reach & set(sites))
    for more in (0, max(times, sets.unit)):
        answer = describe(sets, NO_RULES, sites, Clock(None), (worth + more) / sets.unit, "max-cover")
        assert math.isclose(answer.objective, worth, abs_tol=1e-9)
        assert math.isclose(answer.bound, worth + more, abs_tol=1e-9)
        assert answer.status == ("feasible" if more else "optimal")
        gap = 0.0 if not more else more / worth if worth else math.inf
        assert math.isclose(answer.gap, gap, rel_tol=1e-9)
        reached = math.fsum(answer.gains)
        assert math.isclose(reached, worth, abs_tol=1e-9)
        out = [at for at, reach in enumerate(rows) if not reach]
        assert answer.unreachable == tuple(out)
        assert math.isclose(answer.unreachable_weight, sum(weight[it] for it in out), abs_tol=1e-9)


def test_who_has_no_answer_says_whether_there_is_none():
    sets = CoverSets.from_sets([{0}, {1, 2}], [10.0, 30.0], 3)
    rules = SiteRules(forbid=(0,), groups=((0,),))
    for none in (max_cover(sets, 1, rules), full_cover(sets, 1.0, rules)):
        assert (none.status, none.sites) == ("infeasible", ())
        assert math.isnan(none.gap)
        assert math.isnan(none.objective)
    unknown = _no_answer(sets, NO_RULES, Clock(None), Outcome(None, -math.inf, 3.0), "max-cover", 1.0)
    assert (unknown.status, unknown.bound, unknown.gap, unknown.sites) == ("feasible", 40.0, math.inf, ())
    assert not unknown.goal_met


@pytest.mark.parametrize(("bound", "fewest"), [(60.0, 2.0), (50.0, 3.0)])
def test_a_question_that_was_broken_off_settles_no_number(monkeypatch, bound, fewest):
    """Only a bound below the goal proves that so few sites are too few: greedily it takes three."""
    reach = [{0}, {0, 2}, {0, 2}, {1, 2}, {1, 2}, {1}, {3}]
    sets = CoverSets.from_sets(reach, [10.0] * len(reach), 4)
    # Two of them reach the goal and nobody more.
    assert (full_cover(sets, 6 / 7).objective, full_cover(sets, 6 / 7).status) == (2.0, "optimal")
    late = False

    def broken_off(*_given, **_named):
        nonlocal late
        late = True
        return Outcome(None, -math.inf, bound / sets.unit)

    monkeypatch.setattr(fewest_sites, "maximise_cover", broken_off)
    monkeypatch.setattr(fewest_sites, "too_few", lambda *_given: False)
    answer = full_cover(sets, 6 / 7, control=Control(stop=lambda: late))
    assert (answer.objective, answer.bound) == (3.0, fewest)
    assert answer.status == ("optimal" if fewest == 3 else "feasible")


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 3), st.sampled_from([1.0, 2.0, math.inf])), max_size=9
    )
)
def test_of_a_pair_that_is_named_twice_the_shortest_way_counts_and_none_of_no_end(pairs):
    table = DistanceTable.from_pairs(*(zip(*pairs, strict=True) if pairs else ([], [], [])), [1.0] * 4, 3)
    km = {(site, place): min(it for s, p, it in pairs if (s, p) == (site, place)) for site, place, _ in pairs}
    for first, last in pairwise(table.start.tolist()):
        assert table.km[first:last].tolist() == sorted(table.km[first:last].tolist()), "nearest first"
    known = {pair: way for pair, way in km.items() if way < math.inf}
    for sites in ([0], [1, 2], [0, 1, 2]):
        ways = [
            min((known.get((it, place), math.inf) for it in sites), default=math.inf) for place in range(4)
        ]
        assert table.nearest_km(sites).tolist() == ways
        for target_km in (1.0, math.inf):
            reached = table.within(target_km).covered_demand(sites).tolist()
            assert reached == [way <= target_km and way < math.inf for way in ways]
