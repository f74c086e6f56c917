"""p-median and p-center where no table of all distances fits: lists as long as the answer needs them.

`DistanceSource` measures on demand. Every demand point gets the sites within a radius of its own; a place
that would have to go farther counts with its radius, which is never more than its true way. So the bound of
such a model holds for the whole question, and where an answer leaves nobody beyond the radius both are the
same. Where it does, the radius grows.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from iqgeo.siting.answers import TravelAnswer
from iqgeo.siting.branch import Tree
from iqgeo.siting.center import p_center
from iqgeo.siting.control import Clock, Control
from iqgeo.siting.median import MedianOracle, median_rows
from iqgeo.siting.most_covered import NO_RULES
from iqgeo.siting.oracle import Outcome
from iqgeo.siting.reduced import Counts
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import TOLERANCE_KM, DistanceTable, Floats, Ints
from iqgeo.siting.source import DistanceSource
from iqgeo.siting.travel import travel_answer
from iqgeo.siting.useful import useful_of

# Demand points that stand for all in the first answer.
_SAMPLE = 1_500
# Demand points by which it is told how many pairs a radius lists.
_COUNTED = 500
# Radii beyond the way in the best answer known, widest first, and how many pairs may be listed at most.
_FACTORS = (1.25, 1.1, 1.02)
MOST_PAIRS = 14_000_000
# Among few useful sites wider ones are tried first.
_WIDE = (4.0, 2.0, 1.5)
_ROUNDING = 1e-9
# Where even the narrowest list more than this, the answer known stands with the bound of its limits.
_MOST_AT_ONCE = 28_000_000
_MORE_SHORT, _MORE = 1.2, 1.03
_KICKS = 3
# Places at a time where a matrix is turned into a table.
_BLOCK = 8_192
# The farthest points that p-center begins with, and how many join at a time.
_FIRST_POINTS, _MORE_POINTS = 60, 25


@dataclass(eq=False)
class _Distances:
    """What both models begin with: who can be reached at all, and how far the open sites are."""

    reach: DistanceSource
    rules: SiteRules
    only: list[int] | None = None

    def __post_init__(self) -> None:
        usable = [*self.rules.existing, *self.rules.candidates(self.reach.n_sites)]
        self.nearest = self.reach.nearest_km(usable)
        self.held = (self.reach.weight > 0) & np.isfinite(self.nearest)
        self.open_km = self.km(())

    def km(self, sites: Sequence[int]) -> Floats:
        """Way of each demand point with ``sites`` open beside those open anyway."""
        opened = [*self.rules.opened, *sites]
        if not opened:
            return np.full(len(self.reach.weight), np.inf)
        return self.reach.nearest_km(opened)

    def within(self, radius: Floats) -> tuple[DistanceTable, SiteRules]:
        """Useful sites up to a radius, and the rules of a question of these alone."""
        if self.only is None:
            return self.reach.within(radius), self.rules
        barred = set(range(self.reach.n_sites)) - {*self.only, *self.rules.opened}
        return self.reach.within(radius, self.only), replace(self.rules, forbid=tuple(sorted(barred)))

    def answer(
        self, model: str, sites: Sequence[int] | None, clock: Clock, bound: float, proven: bool
    ) -> TravelAnswer:
        """An answer on a table of its own sites: the nearest existing one and each new one."""
        chosen = sorted({*(sites or ()), *self.rules.required_new})
        existing = sorted(self.rules.existing)
        number = np.array([*existing[:1], *chosen], dtype=np.int32)
        km = np.empty((len(self.reach.weight), len(number)))
        for column, site in enumerate(number):
            asked = existing if column == 0 and existing else [int(site)]
            km[:, column] = self.reach.nearest_km(asked)
        table = _table_of(km, number, self.reach.weight, self.reach.n_sites)
        return travel_answer(
            table, model, self.rules, None if sites is None else chosen, clock, bound, proven
        )


def _table_of(km: Floats, number: Ints, weight: Floats, n_sites: int) -> DistanceTable:
    """A table out of a matrix of places by a few sites, made of a part of the places at a time.

    As a table has them: the nearest first, of equal ones the lower number, none out of reach.
    """
    near = np.isfinite(km)
    start = np.append(0, np.cumsum(near.sum(axis=1)))
    sites, kms = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
    for first in range(0, len(km), _BLOCK):
        part, here = km[first : first + _BLOCK], near[first : first + _BLOCK]
        order = np.argsort(part, axis=1, kind="stable")
        here = np.take_along_axis(here, order, axis=1)
        mine = slice(start[first], start[min(first + _BLOCK, len(km))])
        sites[mine], kms[mine] = number[order][here], np.take_along_axis(part, order, axis=1)[here]
    return DistanceTable(n_sites, weight, start, sites, kms)


def p_median_growing(
    reach: DistanceSource, new: int, rules: SiteRules = NO_RULES, control: Control | None = None
) -> TravelAnswer:
    """`p_median` on distances measured as they are needed; same question, same answer.

    Parameters
    ----------
    reach : DistanceSource
        Measures distances when asked.
    new : int
        How many sites open beside the existing ones, required ones included.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    TravelAnswer
        As of `p_median`.

    Raises
    ------
    InputError
        The request makes no sense: every problem at once.

    Examples
    --------
    >>> import numpy as np
    >>> from iqgeo.reach import MeasuredReach
    >>> from iqgeo.distances import Points, Straight
    >>> towns = Points.of([9.0, 9.5, 10.0], [52.0, 52.0, 52.0])
    >>> reach = MeasuredReach(Straight(), towns, towns, np.array([5.0, 1.0, 5.0]))
    >>> p_median_growing(reach, new=2).sites
    (0, 2)
    """
    check_request(reach.n_sites, rules, new)
    clock = Clock(control)
    ways = _Distances(reach, rules)
    if not all(count.sites for count in rules.open_counts()):
        return ways.answer("p-median", None, clock, float("nan"), True)
    limit = new - len(rules.required_new)
    chosen, listed = _first_choice(ways, new), _Listed(ways)
    radius = _first_radius(ways, listed, chosen, _FACTORS)
    best, worth, bound, proven = None, math.inf, 0.0, False
    if limit and listed.pairs(radius) > MOST_PAIRS:
        useful = useful_of(reach, rules, limit, ways.held, ways.open_km, chosen, clock.over, MOST_PAIRS)
        if useful is not None:
            ways.only, best, worth, bound = useful.sites, useful.chosen, useful.cost, useful.bound
            chosen = best
        radius = _first_radius(ways, listed, chosen, (*_WIDE, *_FACTORS))
    while not proven:
        pairs = listed.pairs(radius)
        if best is not None and (clock.over() or pairs > _MOST_AT_ONCE):
            break
        outcome, found, low = _solve_within(ways, radius, new, chosen, clock, worth)
        bound = max(bound, low)
        if found is None:
            if outcome.infeasible:
                return ways.answer("p-median", None, clock, bound, True)
            break
        km = ways.km(found)
        total = math.fsum(reach.weight[ways.held] * km[ways.held])
        if total < worth:
            best, worth = found, total
        short = ways.held & (km > radius + TOLERANCE_KM)
        proven = outcome.proven and not short.any()
        if clock.over() or (not short.any() and not proven):
            break
        chosen = found
        # whom an answer gives up for the price of the radius is listed farther, the others a little
        radius = np.where(short, _MORE_SHORT * km, np.where(ways.held, _MORE * radius, 0.0))
        radius = np.minimum(ways.open_km, radius)
        if ways.only is not None:
            # fewer sites: wider without listing more
            wide = np.maximum(radius, _first_radius(ways, listed, found, (*_WIDE, *_FACTORS)))
            radius = wide if listed.pairs(wide) <= pairs else radius
    return ways.answer("p-median", best, clock, bound, proven)


def _first_choice(ways: _Distances, new: int) -> list[int]:
    """Greedy and swaps on a sample of the demand."""
    held = np.flatnonzero(ways.held)
    weight = ways.reach.weight[held]
    size = min(_SAMPLE, len(held))
    drawn = (
        np.random.default_rng(0).choice(held, size, replace=False, p=weight / weight.sum()) if size else held
    )
    table = ways.reach.of_points(np.sort(drawn))
    # drawn by weight: each stands for as many
    table = replace(table, weight=np.ones(size))
    values, _ = median_rows(table, ways.rules, 2 * float(table.km.max(initial=0.0)) + 1, False)
    limit = new - len(ways.rules.required_new)
    oracle = MedianOracle(values, Counts.over(ways.rules.open_counts(), values.columns), limit)
    chosen = oracle.improve(oracle.greedy(limit), _KICKS)
    return [int(values.columns[k]) for k in chosen]


class _Listed:
    """How many pairs a radius lists, told from some of the demand points that count."""

    def __init__(self, ways: _Distances) -> None:
        held = np.flatnonzero(ways.held)
        size = min(_COUNTED, len(held))
        self.ways, self.each = ways, len(held) / max(1, size)
        self.points = np.sort(np.random.default_rng(1).choice(held, size, replace=False))
        self.table = ways.reach.of_points(self.points)

    def pairs(self, radius: Floats) -> float:
        """About as many as `_Distances.within` would list."""
        near = self.table.km <= radius[self.points][self.table.demand]
        if self.ways.only is not None:
            useful = np.zeros(self.table.n_sites, dtype=bool)
            useful[self.ways.only] = True
            near &= useful[self.table.site]
        return np.count_nonzero(near) * self.each


def _first_radius(
    ways: _Distances, listed: _Listed, chosen: Sequence[int], factors: Sequence[float]
) -> Floats:
    """The widest radius around the ways of a first answer whose pairs are not too many."""
    km = np.maximum(ways.nearest, np.minimum(ways.km(chosen), ways.open_km))
    radius = np.zeros(len(km))
    for factor in factors:
        radius = np.where(ways.held, np.minimum(ways.open_km, km * factor), 0.0)
        if listed.pairs(radius) <= (MOST_PAIRS if factor > _FACTORS[-1] else _MOST_AT_ONCE):
            break
    return radius


def _solve_within(
    ways: _Distances, radius: Floats, new: int, chosen: Sequence[int], clock: Clock, worth: float
) -> tuple[Outcome, list[int] | None, float]:
    """Solve with every way capped at its radius; the outcome, its sites, and the bound on the true total.

    Sites that stand in no answer better than ``worth`` are left out from then on.
    """
    table, rules = ways.within(radius)
    # a radius without end means that all sites in reach are listed: one of them has to open
    whole = np.isinf(radius)
    far = np.where(whole, 2 * float(table.km.max(initial=0.0)) + 1, radius)
    values, fixed_km = median_rows(table, rules, far, whole, ways.held, ways.open_km)
    del table
    limit = new - len(rules.required_new)
    counts = Counts.over(rules.open_counts(), values.columns)
    oracle = MedianOracle(values, counts, limit)
    start = np.flatnonzero(np.isin(values.columns, chosen))
    first = oracle.improve(oracle.greedy(limit, start.tolist()), _KICKS)
    tree = Tree(oracle, limit, counts, clock)
    clock.in_units(lambda worth: fixed_km - worth * values.unit)
    if math.isfinite(worth):
        tree.known = (fixed_km - worth * (1 + _ROUNDING)) / values.unit
    outcome = tree.run([first], root_only=True)
    if outcome.useful is not None and tree.known is not None:
        ways.only = sorted({*values.columns[outcome.useful].tolist(), *chosen})
    if not outcome.proven and not clock.over():
        # split only where the radius is wide enough: before that it would be for nothing
        found = None if outcome.chosen is None else [int(values.columns[k]) for k in outcome.chosen]
        if found is None or not np.any(ways.held & (ways.km(found) > radius + TOLERANCE_KM)):
            outcome = tree.run([])
    low = fixed_km - outcome.bound * values.unit
    if outcome.chosen is None:
        return outcome, None, low
    filled = oracle.greedy(limit, outcome.chosen.tolist())
    settled = oracle.improve(filled, 0, settle=True)
    best = settled if oracle.worth(settled) >= outcome.worth else filled
    return outcome, [int(values.columns[k]) for k in best], low


def p_center_growing(
    reach: DistanceSource, new: int, rules: SiteRules = NO_RULES, control: Control | None = None
) -> TravelAnswer:
    """`p_center` on distances measured as they are needed; same question, same worst way.

    Parameters
    ----------
    reach : DistanceSource
        Measures distances when asked.
    new : int
        How many sites open beside the existing ones, required ones included.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    TravelAnswer
        As of `p_center`.

    Raises
    ------
    InputError
        The request makes no sense: every problem at once.

    Notes
    -----
    A few demand points decide the worst way: the question is put for those, each answer is tried on
    all, and the points it serves worst join them. What no choice can do for some it cannot do for all.

    Examples
    --------
    >>> import numpy as np
    >>> from iqgeo.reach import MeasuredReach
    >>> from iqgeo.distances import Points, Straight
    >>> towns = Points.of([9.0, 9.5, 10.0], [52.0, 52.0, 52.0])
    >>> reach = MeasuredReach(Straight(), towns, towns, np.array([5.0, 1.0, 5.0]))
    >>> round(p_center_growing(reach, new=1).objective, 1)
    34.2
    """
    check_request(reach.n_sites, rules, new)
    clock = Clock(control)
    ways = _Distances(reach, rules)
    listed = ways.held & (np.argsort(np.argsort(-np.where(ways.held, ways.nearest, -1.0))) < _FIRST_POINTS)
    best, worst, bound = None, math.inf, 0.0
    while True:
        part = p_center(reach.of_points(np.flatnonzero(listed)), new, rules, clock.rest())
        if part.status == "infeasible":
            return ways.answer("p-center", None, clock, float("nan"), True)
        bound = max(bound, part.bound)
        if not part.sites and new:
            break
        km = np.where(ways.held, ways.km(part.sites), 0.0)
        if float(km.max(initial=0.0)) < worst:
            best, worst = list(part.sites), float(km.max(initial=0.0))
        clock.report(worst, bound)
        far = np.flatnonzero(km > bound + TOLERANCE_KM)
        if worst <= bound + TOLERANCE_KM or clock.over() or part.status != "optimal":
            break
        # the worst served, and some at random among the others that are served too badly
        more = far[np.argsort(-km[far], kind="stable")]
        listed[more[:_MORE_POINTS]] = True
        listed[more[:: max(1, len(more) // _MORE_POINTS)]] = True
    return ways.answer("p-center", best, clock, bound, worst <= bound + TOLERANCE_KM)
