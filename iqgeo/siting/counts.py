"""How many of some sites must be chosen: what rules and conditions come down to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """Between ``low`` and ``high`` of ``sites`` must be chosen."""

    sites: frozenset[int]
    low: int
    high: int
