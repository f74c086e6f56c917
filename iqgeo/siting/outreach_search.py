"""Good choices of offices with places beside: offices give way to their neighbours, places follow anew.

Which places are best beside given offices is a small question with a quick good answer; which offices
bring the best places is where local search of single sites stays stuck, as a place depends on its home.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from iqgeo.siting.control import Clock
from iqgeo.siting.reduced import Reduced
from iqgeo.siting.sets import Longs

NEIGHBOURS = 20
TRIES = 600


Worth = Callable[[Longs], tuple[bool, float]]
"""Whether a choice keeps all conditions, and its worth; if not, how near it comes."""


def neighbours_of(model: Reduced, most: int = NEIGHBOURS) -> Longs:
    """For each column those that share most weight with it, the nearest first."""
    both = model.shared_weight()
    np.fill_diagonal(both, -1.0)
    found: Longs = np.argsort(-both, axis=1, kind="stable")[:, :most]
    return found


def swap_offices(
    start: Longs, beside: Longs, build: Callable[[Longs], Longs], worth: Worth, clock: Clock,
    enough: float = math.inf,
) -> Longs:  # fmt: skip
    """Let offices of a choice give way to a neighbour while that makes the choice better.

    ``build`` gives offices their places; ``beside`` are the neighbours of each column. It ends after so
    many tries, or with the first choice that keeps all conditions and is worth ``enough``.
    """
    n = len(beside)
    best, value = start, worth(start)
    tries = 0
    better = True
    while better and not clock.over():
        better = False
        for office in _swapped(best[best < n], beside):
            if (value[0] and value[1] >= enough) or tries >= TRIES:
                return best
            tries += 1
            chosen = build(office)
            then = worth(chosen)
            if then > value:
                best, value, better = chosen, then, True
                break
    return best


def _swapped(office: Longs, beside: Longs) -> Iterator[Longs]:
    """The offices with one of them exchanged for a neighbour: the nearest ones of all first."""
    for rank in range(beside.shape[1]):
        for at in range(len(office)):
            other = beside[office[at], rank]
            if other not in office:
                then = office.copy()
                then[at] = other
                yield then
