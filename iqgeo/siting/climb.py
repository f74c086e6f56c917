"""Better answers of maximal covering: bursts of tabu search, and the best parts of several joined.

The columns of a handful of good answers make a small instance of their own; solved exactly, it joins
what each of them has best, which no walk by single swaps does.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from iqgeo.siting.branch import Tree
from iqgeo.siting.control import Clock, Control
from iqgeo.siting.reduced import Reduced, keep_columns
from iqgeo.siting.sets import Floats, Longs

_SEED = 20121205
_STEPS, _PATIENCE = 1_500, 40
# Bursts at most, and how many in a row may bring nothing.
_BURSTS, _IDLE = 12, 4
_LONGER = 5
# Further climbs where one leaves much open, each from so much of the best choice.
_AGAIN, _OF_BEST = 2, 0.5
# Answers joined at a time, and how often their tree may look at the clock before it gives up.
_WIDTH, _PATIENCE_OF_TREE = 8, 400
_CLOSE_ENOUGH = 1e-4


class Walker(Protocol):
    """What the search needs of an oracle."""

    limit: int

    def greedy(self, chosen: Longs = ...) -> tuple[Longs, Floats]:
        """Return a greedy choice that begins with ``chosen``."""

    def worth(self, chosen: Longs) -> float:
        """Return the exact worth of a choice."""

    def walk(self, chosen: Longs, steps: int, patience: int, enough: float) -> tuple[Longs, float]:
        """Return the best choice that a tabu search from ``chosen`` meets, and its worth."""


TreeOf = Callable[[Reduced, Clock], Tree]


def climb(
    model: Reduced, oracle: Walker, start: Longs, bound: float, clock: Clock, tree_of: TreeOf,
    enough: float | None = None, hint: Floats | None = None, *, longer: bool = False, seed: int = _SEED,
) -> Longs:  # fmt: skip
    """Return the best choice found from ``start`` until bursts of local search bring nothing more.

    Ends early once the bound is near, or ``enough`` is reached. With ``hint``, a fractional choice, every
    other burst begins from a choice drawn around it; ``longer`` goes on for several times as many.
    """
    rng = np.random.default_rng(seed + longer)
    bursts, most_idle = (_LONGER * _BURSTS, _LONGER * _IDLE) if longer else (_BURSTS, _IDLE)
    pool = [(oracle.worth(start), tuple(np.sort(start).tolist()))]
    goal = float("inf") if enough is None else enough
    idle = 0
    for burst in range(bursts):
        near = bound - pool[0][0] <= _CLOSE_ENOUGH * (pool[0][0] + model.base)
        if not len(start) or idle == most_idle or near or pool[0][0] >= goal or clock.over():
            break
        before = pool[0][0]
        begin = np.array(pool[0][1], dtype=np.int64)
        if burst % 2:
            begin = oracle.greedy(_part_of(begin, hint, oracle.limit, rng))[0]
        found, worth = oracle.walk(begin, _STEPS if hint is None else 2 * _STEPS, _PATIENCE, goal)
        pool = sorted({*pool, (worth, tuple(np.sort(found).tolist()))}, reverse=True)
        if burst % 4 == 3 and len(pool) > 2:
            pool = sorted({*pool, _joined(model, pool[:_WIDTH], clock, tree_of)}, reverse=True)
        idle = 0 if pool[0][0] > before else idle + 1
    return np.array(pool[0][1], dtype=np.int64)


def climb_again(
    model: Reduced, oracle: Walker, best: Longs, bound: float, clock: Clock, tree_of: TreeOf
) -> Longs:
    """Return the best choice of further climbs, each begun from another half of ``best``, and of their parts.

    One climb ends in whatever valley its first bursts lead to; of three, the best parts joined are nearly
    always the best choice known (see `benchmarks/siting`).
    """
    rng = np.random.default_rng(_SEED)
    pool = [(oracle.worth(best), tuple(np.sort(best).tolist()))]
    for again in range(_AGAIN):
        if clock.over() or bound - pool[0][0] <= _CLOSE_ENOUGH * (pool[0][0] + model.base):
            break
        begin = oracle.greedy(rng.permutation(best)[: int(_OF_BEST * len(best))])[0]
        found = climb(model, oracle, begin, bound, clock, tree_of, seed=_SEED + again + 1)
        pool = sorted({*pool, (oracle.worth(found), tuple(np.sort(found).tolist()))}, reverse=True)
        if len(pool) > 1:
            pool = sorted({*pool, _joined(model, pool[:_WIDTH], clock, tree_of)}, reverse=True)
    return np.array(pool[0][1], dtype=np.int64)


def _part_of(best: Longs, hint: Floats | None, limit: int, rng: np.random.Generator) -> Longs:
    """A part of a choice, to be filled up greedily: of the best, or of one drawn around the hint."""
    if hint is None:
        return rng.permutation(best)[: int(0.6 * len(best))]
    drawn = np.argsort(-(hint + rng.normal(0, 0.15, len(hint)) * (hint > 1e-3)), kind="stable")[:limit]
    return drawn[hint[drawn] > 0.2][: int(0.8 * limit)]


def _joined(
    model: Reduced, pool: list[tuple[float, tuple[int, ...]]], clock: Clock, tree_of: TreeOf
) -> tuple[float, tuple[int, ...]]:
    """The best choice out of the columns of some choices, as far as a short search finds it."""
    columns = np.unique([column for _, chosen in pool for column in chosen])
    keep = np.zeros(model.n_columns, dtype=bool)
    keep[columns] = True
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > _PATIENCE_OF_TREE or clock.over()

    tree = tree_of(keep_columns(model, keep), Clock(Control(stop=stop)))
    outcome = tree.run([np.searchsorted(columns, pool[0][1])])
    if outcome.chosen is None or outcome.worth <= pool[0][0]:
        return pool[0]
    return outcome.worth, tuple(np.sort(columns[outcome.chosen]).tolist())
