"""General linear rows over the columns of a tree search, made when a point falls short of them.

A condition that is no count (a place needs an open home with room, a district is promised a share)
is a family of linear rows, most of which never matter. The tree asks for those that a fractional point
breaks, and asks of every choice whether the condition itself holds.
"""

from dataclasses import dataclass
from typing import Protocol

from iqgeo.siting.sets import Floats, Longs


@dataclass(frozen=True, eq=False)
class LinearRow:
    """``low <= sum of values times columns <= high``."""

    columns: Longs
    values: Floats
    low: float
    high: float


class Condition(Protocol):
    """What a choice of columns must keep beside the counts."""

    def missed(self, point: Floats) -> list[LinearRow]:
        """Return rows that every choice keeps and that a fractional point breaks; none if it keeps all."""

    def holds(self, chosen: Longs) -> bool:
        """Whether a choice keeps the condition, decided without tolerance."""
