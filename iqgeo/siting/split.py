"""Parts of a tree search, and where they are split."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from iqgeo.siting.sets import Floats, Longs

# A number nearer to a whole one than this is one.
WHOLE = 1e-6


@dataclass(order=True)
class Node:
    """A part of the search: column bounds, limits on regions, and what it can bring at most."""

    rank: float
    number: int
    lower: npt.NDArray[np.int8] = field(compare=False)
    upper: npt.NDArray[np.int8] = field(compare=False)
    limits: dict[int, tuple[float, float]] = field(compare=False)

    def child(
        self, split: "TreeSplit", above: bool, bound: float, number: int, regions: Sequence[Longs]
    ) -> "Node":
        """Return the part at or above the split, or below it."""
        lower, upper, limits = self.lower, self.upper, self.limits
        cut = math.floor(split.amount)
        if split.region < 0:
            lower, upper = lower.copy(), upper.copy()
            (lower if above else upper)[split.column] = 1 if above else 0
        elif not above and cut == 0:
            upper = upper.copy()
            upper[regions[split.region]] = 0
        else:
            low, high = limits.get(split.region, (-np.inf, np.inf))
            limits = {**limits, split.region: (cut + 1.0, high) if above else (low, float(cut))}
        return Node(-bound, number, lower, upper, limits)


@dataclass(frozen=True)
class TreeSplit:
    """Where to split: one column (``region`` -1) or the number chosen in a region."""

    column: int
    region: int
    amount: float

    def place(self) -> tuple[int, float]:
        """A number for the column or region, and the amount."""
        return (self.column if self.region < 0 else -1 - self.region), self.amount


def first_uneven(sets: Sequence[Longs], first: int, opened: Floats) -> TreeSplit | None:
    """Split on how many of a set are chosen: the first with a broken number; regions from ``first``."""
    for region, columns in enumerate(sets, start=first):
        amount = float(opened[columns].sum())
        if abs(amount - round(amount)) > WHOLE:
            return TreeSplit(-1, region, amount)
    return None
