"""Which sites a best answer of the p-median can hold, where what is near enough is too much to list.

A place that pays for its way up to a limit of its own, whoever opens, and a site that gets back what the ways
to it are shorter: with any limits no answer costs less than all limits together less what the best ``new``
sites get back (the Lagrangian bound of Cornuejols, Fisher and Nemhauser 1977). A site with which even this
is more than an answer costs that is known stands in no better one. What a site gets back is a sum over the
places, so nothing of places times sites is held. Good limits are found on a few places that stand for all.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from iqgeo.siting import median_kernels
from iqgeo.siting.median import MedianOracle, median_rows
from iqgeo.siting.reduced import Counts
from iqgeo.siting.rules import SiteRules
from iqgeo.siting.sets import DistanceTable, Floats, Longs
from iqgeo.siting.source import DistanceSource

# Places that stand for all, times sites.
_STAND_INS = 4_600_000
# Going on with more places is worth it where at least every fifth site was left out.
_WORTH_IT = 0.8
# Limits to begin with beyond the way in an answer.
_BEYOND = 1.3
# Steps on the few places, and after how many without a better bound they become half as long.
_STEPS, _PATIENCE = 600, 20
# Two sums of as many ways in another order.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Useful:
    """What is left of a question.

    Attributes
    ----------
    sites : list[int]
        The sites that a best answer can hold.
    chosen : list[int]
        An answer that is known, all of them among these.
    cost, bound : float
        What it costs, and what no answer costs less than.
    limit_km : ndarray of float64
        The limits that say so.
    """

    sites: list[int]
    chosen: list[int]
    cost: float
    bound: float
    limit_km: Floats


def useful_of(
    reach: DistanceSource, rules: SiteRules, new: int, held: npt.NDArray[np.bool_], open_km: Floats,
    chosen: Sequence[int], over: Callable[[], bool], most_pairs: int,
) -> "Useful | None":  # fmt: skip
    """Leave out the sites that no best answer of the p-median holds.

    Parameters
    ----------
    reach : DistanceSource
        Measures distances when asked.
    rules : SiteRules
        What stands, must open, may not open.
    new : int
        How many sites open beside those open anyway.
    held : ndarray of bool
        The demand points that count.
    open_km : ndarray of float64
        How far each is from what is open anyway.
    chosen : Sequence[int]
        An answer to begin with.
    over : Callable[[], bool]
        Whether to stop: then every site is left, and no bound is known.
    most_pairs : int
        As many pairs of all that count with the sites left are few enough.

    Returns
    -------
    Useful | None
        ``None`` where no answer is known that keeps the rules and reaches everyone.
    """
    asked = _Asked(reach, rules, new, np.where(held, reach.weight, 0.0), open_km)
    usable = [site for site in rules.candidates(reach.n_sites) if site not in set(rules.opened)]
    found, left = asked.narrowed(usable, chosen, None, over), usable
    while found is not None and len(found.sites) < _WORTH_IT * len(left) and not over():
        if len(found.sites) * int(held.sum()) <= most_pairs:
            break
        left = found.sites
        again = asked.narrowed(left, found.chosen, found.limit_km, over)
        found = found if again is None else replace(again, bound=max(found.bound, again.bound))
    return found


@dataclass(frozen=True, eq=False)
class _Asked:
    """The question; only those count whose weight is not 0."""

    reach: DistanceSource
    rules: SiteRules
    new: int
    weight: Floats
    open_km: Floats

    def narrowed(
        self, usable: list[int], chosen: Sequence[int], before_km: Floats | None, over: Callable[[], bool]
    ) -> "Useful | None":
        """What is left of some sites, begun with limits: the fewer sites, the more places stand for all."""
        points, group = self._stand_ins(usable)
        table = self.reach.of_points(points, sorted({*usable, *self.rules.opened}))
        of_group = np.bincount(group, self.weight, len(points)).astype(np.float64)
        table, cap = replace(table, weight=of_group), self.open_km[points]
        best, cost, km = self._better(chosen, _improved(table, self.rules, usable, self.new, chosen))
        if not math.isfinite(cost):
            return None
        here = np.minimum(table.nearest_km(best), cap)
        may_open = np.zeros(self.reach.n_sites, dtype=bool)
        may_open[usable] = True
        first = _BEYOND * here if before_km is None else before_km[points]
        limit = good_limits(table, cap, may_open, self.new, float(of_group @ here), first)
        # a place pays at least for its way in the answer: below that it would only be given away
        limit_km = np.minimum(np.maximum(limit[group], km), self.open_km)
        limit_km[self.weight == 0] = 0.0
        saved = self.reach.saved(limit_km, usable, over)
        if saved is None:
            return Useful(usable, best, cost, 0.0, limit_km)
        whole = math.fsum(self.weight * limit_km)
        sites = useful_sites(saved, whole, usable, self.new, cost)
        bound = whole - float(np.sort(saved[usable])[::-1][: self.new].sum())
        if len(sites) < self.new:
            return None
        return Useful(sites.tolist(), best, cost, max(0.0, bound - _ROUNDING * whole), limit_km)

    def _stand_ins(self, usable: Sequence[int]) -> tuple[Longs, Longs]:
        """Places that stand for all, and which of them stands for each.

        The heaviest of those with the same nearest of some sites, and where these are too few, with the same
        nearest of others as well.
        """
        number = max(1, _STAND_INS // len(usable))
        drawn = np.random.default_rng(0).permutation(self.reach.n_sites)
        parts = [drawn[:number]]
        if number > len(drawn):
            # two maps laid over each other have about as many parts as four or five times the sites of one
            size = min(number // 4, len(drawn) // 2)
            parts = [drawn[:size], drawn[size : 2 * size]]
        near = np.zeros(len(self.weight), dtype=np.int64)
        for part in parts:
            if len(part):
                near = near * self.reach.n_sites + self.reach.nearest_site(np.sort(part).tolist())
        order = np.flatnonzero(self.weight > 0)
        order = order[np.lexsort((-self.weight[order], near[order]))]
        names, first = np.unique(near[order], return_index=True)
        return order[first], np.searchsorted(names, near).clip(0, max(0, len(names) - 1))

    def _better(self, *answers: Sequence[int]) -> tuple[list[int], float, Floats]:
        """The better answer, its cost and ways; ``inf`` if none keeps the rules and reaches all."""
        best, cost, way = list(answers[0]), math.inf, self.open_km
        counts = self.rules.open_counts()
        for each in answers:
            km = np.minimum(self.open_km, self.reach.nearest_km(list(each))) if each else self.open_km
            total = math.fsum(self.weight[self.weight > 0] * km[self.weight > 0])
            if total < cost and all(count.sites & set(each) for count in counts):
                best, cost, way = sorted(each), total, km
        return best, cost, way


def _improved(
    table: DistanceTable, rules: SiteRules, usable: Sequence[int], new: int, chosen: Sequence[int]
) -> list[int]:
    """The answer after swaps on the few places."""
    barred = set(range(table.n_sites)) - {*usable, *rules.opened}
    rules = replace(rules, forbid=tuple(sorted(barred)))
    values, _ = median_rows(table, rules, 2 * float(table.km.max(initial=0.0)) + 1, False)
    oracle = MedianOracle(values, Counts.over(rules.open_counts(), values.columns), new)
    start = np.flatnonzero(np.isin(values.columns, chosen))
    return sorted(int(values.columns[k]) for k in oracle.improve(oracle.greedy(new, start.tolist()), 1))


def good_limits(
    table: DistanceTable, cap: Floats, usable: npt.NDArray[np.bool_], new: int, cost: float, first: Floats
) -> Floats:
    """Limits of demand points with a bound as high as steps of the subgradient bring it.

    Parameters
    ----------
    table : DistanceTable
        Few demand points and all sites in reach of each.
    cap : ndarray of float64
        The way of each to what is open anyway, ``inf`` where nothing is: no limit is above.
    usable : ndarray of bool
        Whether each site may open.
    new : int
        How many of them open.
    cost : float
        What an answer costs on these points: where the steps aim at.
    first : ndarray of float64
        Limits to begin with.

    Returns
    -------
    ndarray of float64
        In km, shape ``(n_demand,)``.
    """
    limit = np.minimum(first, cap)
    best, highest, length, waited = limit, -math.inf, 1.0, 0
    saved = np.zeros(table.n_sites)
    for _ in range(_STEPS):
        median_kernels.saved_below(table.start, table.site, table.km, table.weight, limit, saved)
        top = _largest(np.where(usable, saved, -1.0), new)
        bound = float(table.weight @ limit) - float(saved[top].sum())
        waited = 0 if bound > highest else waited + 1
        if bound > highest:
            best, highest = limit, bound
        elif waited == _PATIENCE:
            limit, length, waited = best, length / 2, 0
            continue
        inside = np.zeros(table.n_sites, dtype=bool)
        inside[top] = True
        way = 1.0 - median_kernels.chosen_below(table.start, table.site, table.km, limit, inside)
        square = float(table.weight @ way**2)
        if square <= 0 or cost - bound <= _ROUNDING * abs(cost):
            break
        limit = np.clip(limit + length * (cost - bound) / square * way, 0.0, cap)
    return best


def _largest(values: Floats, number: int) -> Longs:
    order: Longs = np.argsort(-values, kind="stable")
    return order[:number]


def useful_sites(saved: Floats, limits: float, usable: Sequence[int], new: int, cost: float) -> Longs:
    """Sites that an answer costing less than ``cost`` can hold.

    Parameters
    ----------
    saved : ndarray of float64
        What each site gets back, shape ``(n_sites,)``.
    limits : float
        All limits together, weighted.
    usable : Sequence[int]
        Sites that may open.
    new : int
        How many of them open, at least one.
    cost : float
        What an answer costs that is known.

    Returns
    -------
    ndarray of int64
        Some of ``usable``, in their order.

    Examples
    --------
    >>> useful_sites(np.array([5.0, 4.0, 1.0]), 20.0, [0, 1, 2], 1, 16.5).tolist()
    [0, 1]
    """
    sites = np.array(usable, dtype=np.int64)
    worth = saved[sites]
    first = np.sort(worth)[::-1][:new]
    # beside a site the best others: one of the first stands with the first, another in place of the last
    with_it = first.sum() - np.maximum(0.0, first[-1:] - worth) if len(first) == new else first.sum()
    left: Longs = sites[limits - with_it <= cost + _ROUNDING * abs(limits)]
    return left
