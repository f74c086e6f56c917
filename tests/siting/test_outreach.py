"""Offices and places together, against brute force over offices, places and homes; laws."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.siting import CoverSets, SiteRules, full_cover, max_cover, outreach_best
from iqgeo.siting.control import Control
from iqgeo.siting.homes import Homes
from iqgeo.siting.outreach import Prices, fewest_places, most_people, stranded
from iqgeo.siting.rules import PlaceRules
from tests.siting.test_exact import exact


class Case:
    """Sets, ways between sites, rules and numbers; and every allowed choice of offices and places."""

    def __init__(self, data):
        draw = data.draw
        self.n = draw(st.integers(2, 6))
        site = st.integers(0, self.n - 1)
        self.rows = draw(st.lists(st.sets(site), min_size=1, max_size=8))
        self.weight = draw(st.lists(st.integers(1, 9), min_size=len(self.rows), max_size=len(self.rows)))
        self.sets = CoverSets.from_sets(self.rows, self.weight, self.n)
        flat = draw(st.lists(st.integers(1, 9), min_size=self.n**2, max_size=self.n**2))
        self.km = np.array(flat, dtype=float).reshape(self.n, self.n)
        self.limit_km, self.room = draw(st.integers(1, 9)), draw(st.integers(1, 2))
        place, home = np.divmod(np.arange(self.n**2), self.n)
        self.homes = Homes.from_pairs(place, home, self.km.ravel(), self.n, self.limit_km, self.room)
        self.existing = draw(st.sets(site, max_size=2))
        forbid = draw(st.sets(site, max_size=1)) - self.existing
        left = sorted(set(range(self.n)) - self.existing - forbid)
        self.new = draw(st.integers(0, min(2, len(left))))
        require = {left[0]} if self.new and draw(st.booleans()) else set()
        groups = (tuple(draw(st.sets(site, min_size=1, max_size=3))),) if draw(st.booleans()) else ()
        self.rules = SiteRules(tuple(sorted(self.existing)), tuple(require), tuple(forbid), groups)
        self.left, self.most = left, draw(st.integers(0, 3))
        self.given = PlaceRules()
        free = [j for j in left if j not in require]
        if free and draw(st.booleans()):
            must = draw(st.sets(st.sampled_from(free), max_size=min(2, self.most)))
            never = draw(st.sets(st.sampled_from(left), max_size=2)) - must
            self.given = PlaceRules(tuple(sorted(must)), tuple(sorted(never)))

    def ways(self, places, offices):
        """Least km of all ways to give each place a home of its own with room; None: there is no way."""
        best = None
        for homes in itertools.product(offices, repeat=len(places)):
            if any(homes.count(office) > self.room for office in offices):
                continue
            pairs = list(zip(places, homes, strict=True))
            if any(p == h or self.km[p, h] > self.limit_km for p, h in pairs):
                continue
            km = sum(self.km[p, h] for p, h in pairs)
            best = km if best is None else min(best, km)
        return best

    def reached(self, sites):
        return sum(w for row, w in zip(self.rows, self.weight, strict=True) if row & set(sites))

    def choices(self, most_places):
        """Every allowed choice: offices, places, weight with an office, weight served, km."""
        for k, m in itertools.product(range(self.new + 1), range(most_places + 1)):
            for offices in itertools.combinations(self.left, k):
                for places in itertools.combinations([j for j in self.left if j not in offices], m):
                    opened = [*self.rules.existing, *offices]
                    every = {*opened, *places}
                    if not set(self.rules.require) <= set(offices):
                        continue
                    if not set(self.given.require) <= set(places) or set(self.given.forbid) & set(places):
                        continue
                    if any(not set(group) & every for group in self.rules.groups):
                        continue
                    km = self.ways(places, opened)
                    if km is not None:
                        yield offices, places, self.reached(opened), self.reached(every), km


def of_answer(case, answer):
    """The answer's own numbers, computed anew; and that it keeps every rule."""
    opened = [*case.rules.existing, *answer.offices]
    assert set(case.rules.require) <= set(answer.offices)
    assert len(answer.offices) <= case.new
    assert set(case.given.require) <= set(answer.places)
    assert not set(case.given.forbid) & set(answer.places)
    assert not set(answer.offices) & set(answer.places)
    assert not {*answer.offices, *answer.places} & {*case.rules.forbid, *case.rules.existing}
    for place, home, km in zip(answer.places, answer.homes, answer.home_km, strict=True):
        assert home in opened
        assert home != place
        assert km == case.km[place, home] <= case.limit_km
    assert all(answer.homes.count(home) <= case.room for home in answer.homes)
    assert answer.with_office == case.reached(opened)
    assert answer.served == case.reached({*opened, *answer.places})
    return answer.with_office, answer.served, math.fsum(answer.home_km)


@exact
@given(st.data())
def test_most_people_then_most_with_an_office_then_least_km(data):
    case = Case(data)
    if not case.left:
        return
    every = list(case.choices(case.most))
    answer = most_people(case.sets, case.homes, case.new, case.most, case.rules, given=case.given)
    if not every:
        assert answer.status == "infeasible"
        return
    best = max(every, key=lambda it: (it[3], it[2], -it[4]))
    office, served, km = of_answer(case, answer)
    assert (served, office) == (best[3], best[2])
    assert km == pytest.approx(best[4], abs=2e-3)
    assert len(answer.places) <= case.most
    assert all(goal.proven and goal.bound == goal.value for goal in answer.goals)
    assert [goal.value for goal in answer.goals] == pytest.approx([served, office, km])


@exact
@given(st.data(), st.sampled_from([0.5, 0.8, 1.0]))
def test_fewest_places_then_most_with_an_office_then_least_km(data, share):
    case = Case(data)
    if not case.left:
        return
    reachable = case.reached([*case.rules.existing, *case.left])
    goal = min(share * sum(case.weight), reachable)
    every = [it for it in case.choices(len(case.left)) if it[3] >= goal]
    answer = fewest_places(case.sets, case.homes, case.new, share, case.rules, given=case.given)
    if not every:
        assert answer.status == "infeasible"
        return
    best = min(every, key=lambda it: (len(it[1]), -it[2], it[4]))
    office, served, km = of_answer(case, answer)
    assert served >= goal
    assert (len(answer.places), office) == (len(best[1]), best[2])
    assert km == pytest.approx(best[4], abs=2e-3)
    assert all(each.proven for each in answer.goals)


@exact
@given(
    st.data(), st.sampled_from([0.5, 0.8, 1.0]),
    st.sampled_from([(5.0, 2.0, 0.0), (3.0, 1.0, 0.5), (0.5, 0.1, 0.01), (0.0, 0.0, 1.0), (0.0, 1.0, 0.1)]),
    st.booleans(),
)  # fmt: skip
def test_least_cost(data, share, prices, by_ways):
    case = Case(data)
    if not case.left:
        return
    goal = min(share * sum(case.weight), case.reached([*case.rules.existing, *case.left]))
    office, place, km = prices
    cost = [
        office * len(it[0]) + place * len(it[1]) + km * it[4]
        for it in case.choices(len(case.left)) if it[3] >= goal
    ]  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        if not by_ways:
            patched.setattr(outreach_best, "affordable", lambda _: False)
        answer = fewest_places(
            case.sets, case.homes, case.new, share, case.rules,
            given=case.given, prices=Prices(*prices), after=(),
        )  # fmt: skip
    if not cost:
        assert answer.status == "infeasible"
        return
    _, served, way = of_answer(case, answer)
    assert served >= goal
    found = office * len(answer.offices) + place * len(answer.places) + km * way
    assert found == pytest.approx(min(cost), abs=2e-3)
    assert answer.goals[0].value == pytest.approx(found)
    assert answer.goals[0].proven


@exact
@given(st.data())
def test_without_limits_places_are_sites_of_a_full_cover(data):
    case = Case(data)
    bare = SiteRules(case.rules.existing, (), case.rules.forbid)
    if not case.left or not (case.existing or case.new):
        return
    place, home = np.divmod(np.arange(case.n**2), case.n)
    anywhere = Homes.from_pairs(place, home, np.ones(case.n**2), case.n, 1e9, case.n)
    answer = fewest_places(case.sets, anywhere, case.new, 1.0, bare, after=())
    plain = full_cover(case.sets, 1.0, bare)
    assert len(answer.places) == max(0, plain.objective - case.new)
    most = most_people(case.sets, anywhere, case.new, case.most, bare, after=())
    number = min(case.new + case.most, len(case.left))
    if any(set(case.left) & row for row in case.rows):
        assert most.served == max_cover(case.sets, number, bare).covered_after


def test_stranded_are_those_no_place_of_these_offices_reaches():
    sets = CoverSets.from_sets([{0}, {1}, {2}], [1, 1, 1], 3)
    homes = Homes.from_pairs([1, 2], [0, 0], [10.0, 90.0], 3, 75.0, 4)
    assert stranded(sets, homes, [0]).tolist() == [2]
    assert stranded(sets, homes, [0], barred=[1]).tolist() == [1, 2]


def test_a_limit_that_is_no_length_and_no_room_are_refused_together():
    with pytest.raises(InputError) as caught:
        Homes.from_pairs([0], [1], [1.0], 2, 0.0, 0)
    assert [problem.code for problem in caught.value.problems] == [
        "siting_bad_home_km", "siting_bad_per_office"
    ]  # fmt: skip


@exact
@given(st.data(), st.sampled_from([0.5, 0.8, 1.0]), st.integers(1, 12))
def test_a_search_for_the_least_cost_that_is_stopped_claims_no_more_than_is_true(data, share, asked):
    case = Case(data)
    goal = min(share * sum(case.weight), case.reached([*case.rules.existing, *case.left]))
    every = [it for it in case.choices(len(case.left)) if it[3] >= goal]
    cost = [0.5 * len(it[0]) + 0.1 * len(it[1]) + 0.01 * it[4] for it in every]
    if not case.left or not cost:
        return
    left = iter(range(asked))
    answer = fewest_places(
        case.sets, case.homes, case.new, share, case.rules,
        Control(stop=lambda: next(left, None) is None),
        given=case.given, prices=Prices(0.5, 0.1, 0.01), after=(),
    )  # fmt: skip
    assert answer.status != "infeasible"
    for found in answer.goals:
        assert found.bound <= min(cost) + 1e-4 <= found.value + 2e-4
