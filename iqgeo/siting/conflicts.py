"""Why a question has no answer: which rules contradict the number of sites, and what number would do."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from iqgeo.siting.control import Clock, Control
from iqgeo.siting.fewest_sites import full_cover
from iqgeo.siting.rules import SiteRules
from iqgeo.siting.sets import CoverSets

GROUPS: Final = "groups"
REACH: Final = "reach"
REQUIRE: Final = "require"
FORBID: Final = "forbid"
# The last one tried is the last one given up: the rule a reader thinks of first stays.
_GIVEN_UP_IN_TURN: Final = (FORBID, REQUIRE, REACH, GROUPS)
# Set covering by groups takes milliseconds; nobody waits longer for the reason of a "no". The first one on a
# machine has its loops compiled in this time, too.
_MOST_SECONDS: Final = 20.0


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot all be met, none of which can be left out of the reason.

    Attributes
    ----------
    rules : tuple[str, ...]
        Some of ``groups`` (each group holds an open site), ``reach`` (everyone who can be reached is),
        ``require`` and ``forbid``: with any one of them dropped the number would do. Empty if no such
        rules were found in the time given.
    asked : int
        The number of new sites it was asked with; -1 for any number.
    fewest, least : int
        The smallest number of new sites found that meets every rule, and what it is proven not to be
        below; equal if proven. ``fewest`` is -1 if none was found, both are if there is none.
    empty_groups : tuple[int, ...]
        Positions of groups that no existing or permitted site can fill.
    """

    rules: tuple[str, ...]
    asked: int
    fewest: int
    least: int
    empty_groups: tuple[int, ...]


def conflict(
    n_sites: int,
    rules: SiteRules,
    asked: int | None,
    control: Control | None = None,
    *,
    reach: CoverSets | None = None,
) -> Conflict:
    """Name the rules for which ``asked`` new sites are too few.

    Parameters
    ----------
    n_sites : int
        Number of sites.
    rules : SiteRules
        What stands, must open, may not open.
    asked : int | None
        New sites asked for; ``None``: any number.
    control : Control | None
        Time limit, stop and progress; none of them by default.
    reach : CoverSets | None
        For models that must reach everyone: who is reached by whom at all.

    Returns
    -------
    Conflict
        The rules, and the number that would do.

    Examples
    --------
    >>> from iqgeo.siting import SiteRules, conflict
    >>> found = conflict(4, SiteRules(groups=((0, 1), (2,), (3,))), asked=2)
    >>> found.rules, found.fewest
    (('groups',), 3)
    """
    clock = Clock(control)
    nobody = CoverSets.from_pairs([], [], [], n_sites)

    def numbers(kept: Sequence[str]) -> tuple[int, int]:
        """The fewest new sites found under some of the rules, and the proven least; -1 if none do."""
        left = max(0.0, min(_MOST_SECONDS, clock.seconds_left))
        answer = full_cover(
            reach if reach is not None and REACH in kept else nobody,
            1.0,
            replace(
                rules,
                groups=rules.groups if GROUPS in kept else (),
                require=rules.require if REQUIRE in kept else (),
                forbid=rules.forbid if FORBID in kept else (),
            ),
            replace(clock.control, time_limit_s=left, progress=None),
        )
        if answer.status == "infeasible":
            return -1, -1
        return -1 if math.isnan(answer.objective) else len(answer.sites), round(answer.bound)

    def too_few(least: int) -> bool:
        return least < 0 or (asked is not None and least > asked)

    every = {GROUPS: rules.groups, REACH: reach, REQUIRE: rules.require, FORBID: rules.forbid}
    kept = [name for name, given in every.items() if given]
    fewest, least = numbers(kept)
    if too_few(least):
        for name in _GIVEN_UP_IN_TURN:
            rest = [it for it in kept if it != name]
            if len(rest) < len(kept) and too_few(numbers(rest)[1]):
                kept = rest
    else:
        kept = []
    usable = {*rules.existing, *rules.candidates(n_sites)}
    empty = tuple(at for at, group in enumerate(rules.groups) if not usable & set(group))
    return Conflict(tuple(kept), -1 if asked is None else asked, fewest, least, empty)
