"""What a tree search asks about the worth of sites, and what it ends with."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from iqgeo.siting.master import Cuts
from iqgeo.siting.sets import Floats, Longs


class Oracle(Protocol):
    """What the tree asks about the worth of sites: a sum over groups of concave functions of y.

    ``weights`` says how much each column matters, ``caps`` what each group is worth at most, and
    ``step`` by how much two different worths differ at least.
    """

    n_columns: int
    weights: Floats
    caps: Floats
    step: float

    @property
    def price(self) -> float | Floats:
        """What every chosen column takes off the worth, or what each of them does."""

    def cuts(self, opened: Floats) -> Cuts:
        """Return the cuts at a fractional point."""

    def worth(self, chosen: Longs) -> float:
        """Return the exact worth of chosen columns; ``-inf`` where a hard condition fails."""

    def round(self, opened: Floats) -> Longs:
        """Return a good choice near a fractional point."""

    def improve(self, chosen: Longs, kicks: int) -> Longs:
        """Return a choice no worse, found by local search with so many random changes."""

    def must_reach(self, opened: Floats) -> list[Longs]:
        """Return sets of columns, one of each to be chosen, that ``opened`` falls short of."""

    def regions(self) -> list[Longs]:
        """Return sets of columns alike, to split on how many of them are chosen."""


@dataclass
class Outcome:
    """What a tree search ends with; ``chosen`` is None where nothing feasible was found.

    ``useful`` marks the columns that an answer better than ``chosen`` (than `Tree.known`) can hold;
    where the tree was asked for ``equals``, also those of answers as good.
    """

    chosen: Longs | None
    worth: float
    bound: float
    infeasible: bool = False
    nodes: int = 0
    cuts: int = 0
    useful: npt.NDArray[np.bool_] | None = None

    @property
    def proven(self) -> bool:
        """Whether nothing can be better."""
        return self.infeasible or (self.chosen is not None and self.bound <= self.worth)
