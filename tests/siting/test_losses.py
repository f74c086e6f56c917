"""Remembered losses: what is known well enough is tried less, what is not known is always tried."""

import math

from hypothesis import given
from hypothesis import strategies as st

from iqgeo.siting.losses import Losses

sides = st.tuples(st.integers(0, 3), st.booleans(), st.floats(0, 10), st.floats(0.05, 0.95))


@given(
    st.lists(sides, max_size=60), st.lists(st.tuples(st.integers(0, 3), st.floats(0.05, 0.95)), max_size=9)
)
def test_what_is_not_known_is_tried_and_of_the_rest_the_two_that_promise_most(told, splits):
    losses = Losses()
    rates = {}
    for key, above, loss, amount in told:
        losses.add(key, above, loss, amount)
        rates.setdefault((key, above), []).append(loss / (1 - amount if above else amount))

    def promise(split):
        key, amount = split
        both = [rates.get((key, side), []) for side in (False, True)]
        if min(map(len, both)) < 4:
            return None
        below, above = (sum(it) / len(it) for it in both)
        return max(min(below * amount, 5.0), 1e-9) * max(min(above * (1 - amount), 5.0), 1e-9)

    known = [it for it in splits if promise(it) is not None]
    chosen = losses.to_try(splits, lambda it: it, 5.0)
    assert chosen[min(2, len(known)) :] == [it for it in splits if promise(it) is None]
    best = sorted((promise(it) for it in known), reverse=True)[:2]
    assert all(
        math.isclose(promise(it), other, rel_tol=1e-9)
        for it, other in zip(chosen[: len(best)], best, strict=True)
    )


def test_a_side_without_an_end_is_no_memory():
    losses = Losses()
    for _ in range(9):
        losses.add(1, True, math.inf, 0.5)
        losses.add(1, False, 1.0, 0.5)
    assert losses.score(1, 0.5, 5.0) is None
