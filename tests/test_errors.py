"""What is wrong is said once, in the order it was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.errors import Gathering, InputError, Problem

PROBLEMS = st.lists(
    st.builds(
        Problem,
        st.sampled_from(["target", "detour_factor"]),
        row=st.sampled_from([None, 1, 2]),
        details=st.sampled_from([{}, {"count": 1}, {"count": 2}]),
    ),
    max_size=8,
)


@given(PROBLEMS)
def test_each_problem_stands_once_and_none_is_lost(problems: list[Problem]) -> None:
    kept = InputError(problems).problems
    assert list(kept) == [it for at, it in enumerate(problems) if it not in problems[:at]]


@given(PROBLEMS, PROBLEMS)
def test_what_two_inputs_find_is_said_once(one: list[Problem], other: list[Problem]) -> None:
    gathering = Gathering()
    for found in (one, other):
        with gathering:
            raise InputError(found)
    if not one and not other:
        gathering.finish()
        return
    with pytest.raises(InputError) as error:
        gathering.finish()
    assert error.value.problems == InputError([*one, *other]).problems
