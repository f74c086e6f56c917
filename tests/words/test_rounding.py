"""People to tens: no more exact than the model, and few only as few."""

from hypothesis import example, given
from hypothesis import strategies as st

from iqgeo.texts import number_of
from iqgeo.words.rounding import LEAST_TOLD, about_tens, tens


@given(st.integers(1, 2_000_000))
@example(LEAST_TOLD - 1)
@example(LEAST_TOLD)
@example(99_999)
@example(100_000)
def test_people_are_told_to_tens_or_two_digits_and_few_as_few(people):
    told = tens(people, "de")
    if people < LEAST_TOLD:
        assert told == about_tens(people, "de") == "unter 10"
        return
    assert about_tens(people, "de") == f"rund {told}"
    if people < 950_000:
        close = 5 if people < 100_000 else 5_000
        assert abs(number_of(told, "de") - people) <= close
        assert number_of(told, "de") % 10 == 0


def test_nobody_is_nobody():
    assert tens(0, "de") == "0"
