"""Worth by rows: the same answers as by groups and by brute force; cuts that no allowed choice breaks."""

import itertools
import subprocess
import sys
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.siting import CoverSets, SiteRules, max_cover
from iqgeo.siting.control import Clock
from iqgeo.siting.homes import Homes
from iqgeo.siting.outreach import Prices, fewest_places, most_people
from iqgeo.siting.outreach_model import Model
from iqgeo.siting.row_worth import Served
from tests.siting.test_exact import exact
from tests.siting.test_outreach import Case


def by_groups():
    """Every instance counts as one with too many pairs for its rows."""
    return mock.patch("iqgeo.siting.row_worth.MOST_PAIRS", -1)


def by_sparse_tables():
    """Every instance counts as one too large for a table of all its rows and columns."""
    return mock.patch("iqgeo.siting.reduced._SMALL", -1)


_SMALL_ONES = """
import sys
from iqgeo.siting import CoverSets, SiteRules, max_cover
found = max_cover(CoverSets.from_sets([{0}, {0, 1}, {1, 2}], [3, 1, 2], 3), 1, SiteRules())
assert (found.status, found.covered_after) == ("optimal", 4)
# Seven rows of which two share one site each: the bound of the root is six, so that a tree splits.
lines = [{(at + it) % 7 for it in (0, 1, 3)} for at in range(7)]
found = max_cover(CoverSets.from_sets(lines, [1] * 7, 7), 2)
assert (found.status, found.covered_after) == ("optimal", 5)
assert not {"scipy.sparse", "scipy.optimize"} & set(sys.modules)
"""


def test_a_small_question_loads_no_sparse_tables():
    done = subprocess.run([sys.executable, "-c", _SMALL_ONES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@exact
@given(st.data())
def test_most_covered_by_groups_and_by_rows_is_the_same(data):
    n = data.draw(st.integers(2, 7))
    rows = data.draw(st.lists(st.sets(st.integers(0, n - 1), min_size=1), min_size=1, max_size=12))
    weight = data.draw(st.lists(st.integers(1, 9), min_size=len(rows), max_size=len(rows)))
    sets, rules = CoverSets.from_sets(rows, weight, n), SiteRules()
    new = data.draw(st.integers(1, n))
    found = max_cover(sets, new, rules)
    with by_groups():
        other = max_cover(sets, new, rules)
    with by_sparse_tables():
        same = max_cover(sets, new, rules)
    assert found.status == other.status == same.status == "optimal"
    assert found.covered_after == other.covered_after == same.covered_after


@exact
@given(st.data())
def test_places_by_groups_are_those_of_brute_force(data):
    case = Case(data)
    every = list(case.choices(case.most))
    if not case.left or not every:
        return
    with by_groups():
        answer = most_people(case.sets, case.homes, case.new, case.most, case.rules, given=case.given)
    best = max(every, key=lambda it: (it[3], it[2], -it[4]))
    assert (answer.served, answer.with_office) == (best[3], best[2])
    assert all(goal.proven for goal in answer.goals)


@exact
@given(st.data())
def test_fewest_places_for_a_share_by_groups_are_those_of_brute_force(data):
    case = Case(data)
    if not case.left:
        return
    goal = min(0.7 * sum(case.weight), case.reached([*case.rules.existing, *case.left]))
    every = [it for it in case.choices(len(case.left)) if it[3] >= goal]
    with by_groups():
        answer = fewest_places(case.sets, case.homes, case.new, 0.7, case.rules, given=case.given)
    if not every:
        assert answer.status == "infeasible"
        return
    best = min(every, key=lambda it: (len(it[1]), -it[2]))
    assert (len(answer.places), answer.with_office) == (len(best[1]), best[2])


def columns_of(model, offices, places):
    """A choice in the columns of a model; None: it opens a site that the model has dropped."""
    at = {int(site): k for k, site in enumerate(model.full.columns)}
    if not {*offices, *places} <= set(at):
        return None
    return np.array([*(at[j] for j in offices), *(model.n + at[j] for j in places)], dtype=np.int64)


def model_of(case):
    required = set(case.rules.required_new)
    model = Model(case.sets, case.homes, case.rules, case.given, case.new - len(required), case.most, None)
    every = [
        (chosen, it)
        for it in case.choices(case.most)
        if (chosen := columns_of(model, [j for j in it[0] if j not in required], it[1])) is not None
    ]
    return model, every


@exact
@given(st.data())
def test_no_allowed_choice_breaks_a_cut_by_homes(data):
    case = Case(data)
    model, every = model_of(case)
    if not every or not model.full.n_rows:
        return
    n = model.n
    share = np.array(data.draw(st.lists(st.floats(0, 1), min_size=2 * n, max_size=2 * n)))
    cuts = Served(model.full, model.linked).cuts(np.append(share, share[:n] + share[n:]))
    reach = np.zeros((model.full.n_rows, n), dtype=bool)
    row = np.repeat(np.arange(model.full.n_rows), np.diff(model.full.row_start))
    reach[row, model.full.row_site] = True
    for chosen, _ in every:
        point = np.zeros(3 * n)
        point[chosen] = 1.0
        point[2 * n :] = np.minimum(point[:n] + point[n : 2 * n], 1.0)
        worth = model.full.row_weight * reach[:, point[2 * n :] > 0].any(axis=1)
        assert np.all(worth <= cuts.constant + cuts.table @ point + 1e-9)


@exact
@given(st.data())
def test_every_choice_as_good_as_the_best_is_left_for_the_next_goal(data):
    case = Case(data)
    model, every = model_of(case)
    if not every or not model.possible or not model.full.n_rows:
        return
    goal = model.oracle("served", Prices())
    outcome = model.tree(goal, Clock(None)).run([])
    best = max(it[3] for _, it in every)
    assert (outcome.worth + model.full.base) * case.sets.unit == best
    if outcome.useful is None:
        return
    for chosen, it in every:
        if it[3] == best and not {*it[0]} & {*it[1]}:
            assert outcome.useful[chosen].all()


@exact
@given(st.data())
def test_climbing_keeps_what_is_demanded_and_is_no_worse(data):
    case = Case(data)
    model, every = model_of(case)
    if not every or not model.n:
        return
    goal = model.oracle("served", Prices())
    judge = model.tree(goal, Clock(None))
    start = every[0][0]
    if not judge.keeps(start):
        return
    found = model.climb(goal, start, Clock(None))
    assert judge.keeps(found)
    assert goal.worth(found) >= goal.worth(start)


@exact
@given(st.data(), st.sampled_from([0.4, 0.6, 0.8]))
def test_ways_are_least_where_no_office_is_left_to_choose(data, share):
    """A second goal that every choice meets alike must not narrow what the third may choose from."""
    n = data.draw(st.integers(3, 7))
    rows = data.draw(st.lists(st.sets(st.integers(1, n - 1), min_size=1, max_size=2), min_size=2, max_size=9))
    weight = data.draw(st.lists(st.integers(1, 4), min_size=len(rows), max_size=len(rows)))
    km = data.draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))
    sets = CoverSets.from_sets(rows, weight, n)
    homes = Homes.from_pairs(range(n), [0] * n, km, n, 75.0, n)
    answer = fewest_places(sets, homes, 0, share, SiteRules(existing=(0,)))
    goal = share * sum(weight)
    best = min(
        (len(places), sum(km[j] for j in places))
        for m in range(n)
        for places in itertools.combinations(range(1, n), m)
        if sum(w for row, w in zip(rows, weight, strict=True) if row & set(places)) >= goal - 1e-9
    )
    assert all(each.proven for each in answer.goals)
    assert len(answer.places) == best[0]
    assert sum(answer.home_km) == pytest.approx(best[1], abs=2e-3)


@exact
@given(st.data())
def test_other_weights_of_the_same_points_are_those_of_sets_made_anew(data):
    n_sites = data.draw(st.integers(1, 5))
    lists = data.draw(st.lists(st.sets(st.integers(0, n_sites - 1)), min_size=1, max_size=8))
    weights = st.lists(st.integers(0, 50), min_size=len(lists), max_size=len(lists))
    first, other = (np.array(data.draw(weights), dtype=float) for _ in range(2))
    found = CoverSets.from_sets(lists, first, n_sites).weighing(other)
    anew = CoverSets.from_sets(lists, other, n_sites)
    for name in ("row_start", "row_site", "row_weight", "row_of_demand"):
        assert getattr(found, name).tolist() == getattr(anew, name).tolist()
    assert (found.unit, found.total_weight) == (anew.unit, anew.total_weight)
    assert found.unreachable_weight == anew.unreachable_weight
