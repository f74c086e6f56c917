"""Why there is no answer: against trying every choice."""

from dataclasses import replace
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.siting import SiteRules, conflict, p_center, p_median
from iqgeo.siting.conflicts import FORBID, GROUPS, REACH, REQUIRE
from tests.siting.test_exact import cases, exact


def fewest(case, kept):
    """The fewest new sites that meet some of the rules, by trying all; None if no number does."""
    rules = SiteRules(
        case.rules.existing,
        case.rules.require if REQUIRE in kept else (),
        case.rules.forbid if FORBID in kept else (),
        case.rules.groups if GROUPS in kept else (),
    )
    mine = replace(case, rules=rules)
    held = case.weight > 0
    reachable = np.isfinite(case.km[:, [*rules.existing, *mine.candidates]]).any(axis=1) & held
    for number in range(len(mine.candidates) + 1):
        for chosen in mine.allowed(number):
            reached = np.isfinite(mine.nearest(mine.with_existing(chosen)))
            if REACH not in kept or not (reachable & ~reached).any():
                return number
    return None


@exact
@given(cases(), st.one_of(st.none(), st.integers(0, 4)), st.booleans())
def test_the_rules_named_are_to_blame_and_the_number_would_do(case, asked, everyone):
    if not case.candidates:
        return
    reach = case.table().within(np.inf) if everyone else None
    found = conflict(case.n, case.rules, asked, reach=reach)
    given_rules = {GROUPS: case.rules.groups, REQUIRE: case.rules.require, FORBID: case.rules.forbid}
    every = [name for name, it in given_rules.items() if it] + ([REACH] if everyone else [])
    best = fewest(case, every)
    assert found.fewest == found.least == (-1 if best is None else best)
    assert found.asked == (-1 if asked is None else asked)
    usable = {*case.rules.existing, *case.candidates}
    assert found.empty_groups == tuple(k for k, it in enumerate(case.rules.groups) if not usable & set(it))

    def too_few(kept):
        number = fewest(case, kept)
        return number is None or (asked is not None and number > asked)

    if not too_few(every):
        assert found.rules == ()
        return
    assert set(found.rules) <= set(every)
    assert too_few(found.rules)
    for kept in combinations(found.rules, len(found.rules) - 1):
        assert not too_few(kept)


@exact
@given(cases(), st.integers(0, 3))
def test_a_model_of_travel_without_an_answer_has_a_conflict(case, new):
    table = case.table()
    for model in (p_median, p_center):
        try:
            answer = model(table, new, case.rules)
        except InputError:
            continue
        found = conflict(case.n, case.rules, new, reach=table.within(np.inf))
        assert bool(found.rules) == (answer.status == "infeasible")
