"""What splits took off the bound, remembered: most splits of a node need no trial any more.

A trial solves two linear programs. Once both sides of a column or region were tried a few times, what it
took off for each unit that it moved tells nearly as well where to split (reliability branching: Achterberg,
Koch and Martin 2005).
"""

import math
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

# So often both sides must have been tried before their memory is trusted.
_RELIABLE: Final = 4
# So many of the best by memory are tried all the same.
_TRIED: Final = 2
_LEAST: Final = 1e-9

Split = TypeVar("Split")


class Losses:
    """Losses of the bound by column or region and side, for each unit that the split moves it."""

    def __init__(self) -> None:
        self._sum: dict[tuple[int, bool], float] = {}
        self._count: dict[tuple[int, bool], int] = {}

    def add(self, key: int, above: bool, loss: float, amount: float) -> None:
        """Remember what one side of a split took off, at a fractional ``amount``."""
        moved = _moved(amount, above)
        if moved > _LEAST and math.isfinite(loss):
            side = (key, above)
            self._sum[side] = self._sum.get(side, 0.0) + loss / moved
            self._count[side] = self._count.get(side, 0) + 1

    def score(self, key: int, amount: float, most: float) -> float | None:
        """What splitting there promises, at most ``most`` a side; ``None`` if it was not tried enough."""
        found = 1.0
        for side in ((key, False), (key, True)):
            count = self._count.get(side, 0)
            if count < _RELIABLE:
                return None
            guess = self._sum[side] / count * _moved(amount, side[1])
            found *= max(min(guess, most), _LEAST)
        return found

    def to_try(
        self, splits: Iterable[Split], place: Callable[[Split], tuple[int, float]], most: float
    ) -> list[Split]:
        """The splits that need a trial: the best by memory, then those that memory does not know."""
        known: list[tuple[float, int, Split]] = []
        unknown: list[Split] = []
        for number, split in enumerate(splits):
            score = self.score(*place(split), most)
            if score is None:
                unknown.append(split)
            else:
                known.append((-score, number, split))
        known.sort(key=lambda it: it[:2])
        return [split for _, _, split in known[:_TRIED]] + unknown


def _moved(amount: float, above: bool) -> float:
    below = amount - math.floor(amount)
    return 1.0 - below if above else below
