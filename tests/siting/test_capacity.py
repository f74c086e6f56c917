"""Covering with room, against brute force over choices and a linear program over who goes where."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from iqgeo.errors import InputError
from iqgeo.siting import CoverSets, SiteRules, max_cover
from iqgeo.siting.capacity import cover_with_room
from tests.draws import draws

exact = settings(max_examples=draws(25))


def served(rows, weight, room, opened):
    """Most weight served by open sites with room, by linear programming."""
    pairs = [(i, j) for i, row in enumerate(rows) for j in sorted(row & opened)]
    if not pairs:
        return 0.0
    by_row = [[float(i == k) for i, _ in pairs] for k in range(len(rows))]
    by_site = [[float(j == k) for _, j in pairs] for k in range(len(room))]
    found = linprog(-np.ones(len(pairs)), A_ub=by_row + by_site, b_ub=[*weight, *room])
    return -found.fun


@exact
@given(st.data())
def test_most_weight_served(data):
    draw = data.draw
    n = draw(st.integers(2, 6))
    site = st.integers(0, n - 1)
    rows = draw(st.lists(st.sets(site), min_size=1, max_size=7))
    weight = draw(st.lists(st.integers(1, 9), min_size=len(rows), max_size=len(rows)))
    room = draw(st.lists(st.integers(0, 15), min_size=n, max_size=n))
    existing = draw(st.sets(site, max_size=2))
    left = sorted(set(range(n)) - existing)
    if not left or not any(row & set(left) for row in rows):
        return
    new = draw(st.integers(0, min(3, len(left))))
    sets = CoverSets.from_sets(rows, weight, n)
    rules = SiteRules(tuple(sorted(existing)))
    answer = cover_with_room(sets, room, new, rules)
    best = max(
        served(rows, weight, room, existing | set(chosen)) for chosen in itertools.combinations(left, new)
    )
    assert answer.answer.status == "optimal"
    assert answer.served == answer.answer.bound == pytest.approx(best)
    opened = existing | set(answer.answer.sites)
    assert served(rows, weight, room, opened) == pytest.approx(best)
    assert len(answer.answer.sites) <= new
    plain = max_cover(sets, new, rules).covered_after
    assert answer.served <= plain
    if answer.plain:
        found = served(rows, weight, room, existing | set(answer.plain))
        assert answer.plain_served == pytest.approx(found)
        assert answer.plain_served <= answer.served
    assert cover_with_room(sets, [1e9] * n, new, rules).served == plain
    for full in answer.full:
        more = [each + (5 if k == full else 0) for k, each in enumerate(room)]
        assert served(rows, weight, more, opened) >= best


def test_a_room_need_be_no_multiple_of_the_weights():
    sets = CoverSets.from_sets([{0}, {0, 1}], [4, 6], 2)
    assert cover_with_room(sets, [5, 0], 1).served == 5


def test_rooms_that_are_none_are_refused():
    sets = CoverSets.from_sets([{0}, {1}], [1, 1], 2)
    for room in ([1.0], [1.0, -1.0], [1.0, float("nan")]):
        with pytest.raises(InputError):
            cover_with_room(sets, room, 1)
