"""p-median: least total travel, on a sparse distance table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from iqgeo.errors import Problem
from iqgeo.siting import median_kernels, search_kernels
from iqgeo.siting.answers import TravelAnswer
from iqgeo.siting.branch import Tree
from iqgeo.siting.control import Clock, Control
from iqgeo.siting.covering import SEED
from iqgeo.siting.master import Cuts
from iqgeo.siting.most_covered import NO_RULES
from iqgeo.siting.reduced import Counts
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import DistanceTable, Floats, Ints, Longs
from iqgeo.siting.travel import travel_answer

_PAIRS = 2**20
"""Pairs at a time of those that are weighed."""


@dataclass(frozen=True, eq=False)
class _Values:
    """Rows of a p-median: sites from the best value down, in whole units (see `median_kernels`)."""

    columns: Longs
    start: Longs
    site: Ints
    value: Floats
    unit: float
    needy: npt.NDArray[np.bool_]


class MedianOracle:
    """Cuts, exact worth and heuristics of the p-median (see `iqgeo.siting.branch.Oracle`)."""

    price = 0.0
    step = 1.0

    def __init__(self, rows: _Values, counts: Counts, limit: int) -> None:
        self.rows, self.counts, self.limit = rows, counts, limit
        self.n_columns = len(rows.columns)
        self._lists = (rows.start, rows.site, rows.value)
        self._limits = (counts.member_start, counts.member, counts.low, counts.high)
        self.state = np.array([SEED], dtype=np.uint64)
        self.weights: Floats = np.zeros(self.n_columns)
        median_kernels.median_gains(*self._lists, np.zeros(self.n_columns, dtype=bool), self.weights)
        self.group = self._groups()
        self.n_groups = int(self.group.max(initial=0)) + 1
        top = np.zeros(len(rows.start) - 1)
        held = np.diff(rows.start) > 0
        top[held] = rows.value[rows.start[:-1][held]]
        self.caps: Floats = np.bincount(self.group, top, self.n_groups).astype(np.float64)
        self._table = np.zeros((self.n_groups, self.n_columns))

    def _groups(self) -> Ints:
        """Rows by the nearest of some seed sites, chosen greedily."""
        rows = self.rows
        seeds = self.greedy(max(1, min(24, self.n_columns // 8)))
        is_seed = np.zeros(self.n_columns, dtype=bool)
        is_seed[seeds] = True
        hit = np.flatnonzero(is_seed[rows.site])
        row = np.searchsorted(rows.start, hit, side="right") - 1
        first_row, first = np.unique(row, return_index=True)
        nearest = np.full(len(rows.start) - 1, -1, dtype=np.int32)
        nearest[first_row] = rows.site[hit[first]]
        return np.unique(nearest, return_inverse=True)[1].astype(np.int32)

    def greedy(self, limit: int, chosen: Sequence[int] = ()) -> Longs:
        """Add the site that adds most until ``limit`` are chosen, as the counts allow."""
        inside = np.zeros(self.n_columns, dtype=bool)
        of = np.zeros(len(self.counts.low), dtype=np.int64)
        taken: list[int] = []
        gain = np.zeros(self.n_columns)
        given = list(chosen)
        while len(taken) < limit:
            is_given = bool(given)
            if is_given:
                order = [given.pop(0)]
            else:
                median_kernels.median_gains(*self._lists, inside, gain)
                order = np.argsort(-gain, kind="stable").tolist()
            allowed = (
                j for j in order if not inside[j] and search_kernels.swap_allowed(-1, j, *self._limits, of)
            )
            lacking = [c for c in range(len(of)) if of[c] < self.counts.low[c]]
            if not is_given and lacking and len(lacking) >= limit - len(taken):
                allowed = (j for j in allowed if set(self._counts_of(j)) & set(lacking))
            best = next(allowed, None)
            if best is None and not is_given:
                break
            if best is not None:
                inside[best] = True
                of[self._counts_of(best)] += 1
                taken.append(best)
        return np.array(taken, dtype=np.int64)

    def _counts_of(self, j: int) -> Ints:
        return self.counts.member[self.counts.member_start[j] : self.counts.member_start[j + 1]]

    def improve(self, chosen: Longs, kicks: int, settle: bool = False) -> Longs:
        """Swap descent with random kicks."""
        found: Longs = median_kernels.median_improve(
            *self._lists, *self._limits, chosen, self.n_columns, kicks, self.state, settle
        )[0]
        return found

    def cuts(self, opened: Floats) -> Cuts:
        """Return the cuts at a fractional point (valid until the next call)."""
        constant, value = median_kernels.median_cuts(
            *self._lists, self.group, self.n_groups, opened, self._table
        )
        return Cuts(constant, value, self._table)

    def worth(self, chosen: Longs) -> float:
        """Return the worth of chosen columns; ``-inf`` if someone who must be reached is not."""
        inside = np.zeros(self.n_columns, dtype=bool)
        inside[chosen] = True
        if len(self.must_reach(inside.astype(float))):
            return float("-inf")
        return float(median_kernels.best_values(*self._lists, inside))

    def round(self, opened: Floats) -> Longs:
        """Keep what the fractional point is sure of, fill up greedily, swap."""
        order = np.argsort(-opened, kind="stable")[: self.limit]
        sure = order[opened[order] > 0.5]
        return self.improve(self.greedy(self.limit, sure.tolist()), 0)

    def must_reach(self, opened: Floats) -> list[Longs]:
        """Return the columns of rows that have to be reached and are not in full (50 at most)."""
        if not self.rows.needy.any():
            return []
        short = median_kernels.short_rows(self.rows.start, self.rows.site, self.rows.needy, opened, 50)
        sets = {
            tuple(sorted(self.rows.site[self.rows.start[i] : self.rows.start[i + 1]].tolist())) for i in short
        }
        return [np.array(one, dtype=np.int64) for one in sorted(sets)]

    def regions(self) -> list[Longs]:
        """Return nothing: the linear program of the p-median is tight enough for single columns."""
        return []


def p_median(
    table: DistanceTable,
    new: int,
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
    *,
    beyond_km: float | None = None,
) -> TravelAnswer:
    """Choose ``new`` sites so that the sum of weight times km to the nearest open site is least.

    A missing pair cannot be travelled. Demand points without any pair to an existing or permitted
    site are named in the answer and left out. All others must be reached (``infeasible`` if ``new``
    sites cannot); with ``beyond_km`` they need not be, and each that is not counts with so many km.

    Parameters
    ----------
    table : DistanceTable
        How far whom is from whom, in km; a missing pair cannot be travelled.
    new : int
        How many sites open beside the existing ones, required ones included.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.
    beyond_km : float | None
        How many km count for whom no open site reaches; ``None``: everyone must be reached.

    Returns
    -------
    TravelAnswer
        The objective is weight times km. Proven means to within 1e-10 of the sum of weights times the
        longest way that counts.

    Raises
    ------
    InputError
        The request makes no sense, or ``beyond_km`` is less than the longest way of the table.

    References
    ----------
    .. [1] S. L. Hakimi, "Optimum locations of switching centers and the absolute centers and medians of a
       graph", Operations Research 12, 1964.
    .. [2] C. Duran-Mateluna, Z. Ales, S. Elloumi, "An efficient Benders decomposition for the p-median
       problem", European Journal of Operational Research 308, 2023.

    Examples
    --------
    >>> from iqgeo.siting import DistanceTable, p_median
    >>> table = DistanceTable.from_pairs([0, 1, 1, 2], [0, 0, 1, 2], [3, 5, 4, 9], [10, 20, 5], n_sites=3)
    >>> answer = p_median(table, new=2)
    >>> answer.sites, answer.objective, answer.worst_km
    ((1, 2), 175.0, 9.0)
    """
    longest = float(table.km.max(initial=0.0))
    wrong = []
    if beyond_km is not None and not longest <= beyond_km < float("inf"):
        details = {"longest": longest}
        wrong.append(Problem("siting_bad_beyond", value=str(beyond_km), details=details))
    check_request(table.n_sites, rules, new, wrong)
    clock = Clock(control)
    far = 2 * longest + 1 if beyond_km is None else beyond_km
    rows, fixed_km = median_rows(table, rules, far, beyond_km is None)
    counts = rules.open_counts()
    limit = new - len(rules.required_new)
    if not all(count.sites for count in counts):
        return travel_answer(table, "p-median", rules, None, clock, float("nan"), True)
    arrays = Counts.over(counts, rows.columns)
    oracle = MedianOracle(rows, arrays, limit)
    first = oracle.improve(oracle.greedy(limit), 10)
    tree = Tree(oracle, limit, arrays, clock)
    clock.in_units(lambda worth: fixed_km - worth * rows.unit)
    clock.report(oracle.worth(first), float(oracle.caps.sum()))
    outcome = tree.run([first])
    clock.report(outcome.worth, outcome.bound)
    bound = fixed_km - outcome.bound * rows.unit
    if outcome.chosen is None:
        return travel_answer(table, "p-median", rules, None, clock, bound, outcome.infeasible)
    filled = oracle.greedy(limit, outcome.chosen.tolist())
    settled = oracle.improve(filled, 0, settle=True)
    chosen = settled if oracle.worth(settled) >= outcome.worth else filled
    sites = [*(int(rows.columns[k]) for k in chosen), *rules.required_new]
    return travel_answer(table, "p-median", rules, sites, clock, bound, outcome.proven, beyond_km)


def median_rows(
    table: DistanceTable, rules: SiteRules, far: "float | Floats", hard: "bool | npt.NDArray[np.bool_]",
    held: "npt.NDArray[np.bool_] | None" = None, open_km: "Floats | None" = None,
) -> tuple[_Values, float]:  # fmt: skip
    """Values of the candidates above what the open sites give, and the total at no new site.

    A demand point farther than ``far`` counts with that, or has to be reached where ``hard``; with
    ``held`` those count for which it is true, listed in the table or not. How far the open sites are is
    read from the table unless it is known.
    """
    hard = np.broadcast_to(np.asarray(hard), table.n_demand)
    open_km = table.nearest_km(rules.opened) if open_km is None else open_km
    reached = np.zeros(table.n_sites, dtype=bool)
    opened = set(rules.opened)
    columns = np.array([j for j in rules.candidates(table.n_sites) if j not in opened], dtype=np.int64)
    reached[columns] = True
    number = np.full(table.n_sites, -1, dtype=np.int32)
    number[columns] = np.arange(len(columns))
    cap = np.minimum(open_km, far)
    count, site, worth = _worths(table, reached, np.where(table.weight > 0, cap, -np.inf))
    used = np.flatnonzero(count)
    first = np.append(0, np.cumsum(count[used]))
    # the best value of each row bounds the total: scale by that, not by the sum of all pairs
    top = worth[first[:-1]] if len(used) else np.zeros(0)
    unit = 1.0
    if len(top) and top.sum() > 0:
        unit = 1.0 / 2.0 ** (50 - math.ceil(math.log2(math.fsum(top))))
    needy = np.isinf(open_km[used]) & hard[used]
    whole = np.rint(np.divide(worth, unit, out=worth), out=worth)
    values = _Values(columns, first, number[site], whole, unit, needy)
    counted = np.isfinite(open_km) | ~hard
    counted[used] = True
    if held is not None:
        counted &= held
    return values, math.fsum((table.weight * cap)[counted])


def _worths(
    table: DistanceTable, permitted: npt.NDArray[np.bool_], cap: Floats
) -> tuple[Longs, Ints, Floats]:
    """How many permitted sites are nearer than ``cap`` to each demand point, which, and what each saves.

    A part of the demand at a time: a table of a country has tens of millions of pairs, and only what is
    kept of them is held beside it.
    """
    cuts = np.searchsorted(table.start, np.arange(0, len(table.km) + _PAIRS, _PAIRS), side="right") - 1
    blocks = [(a, b) for a, b in pairwise(np.unique([0, *cuts, table.n_demand]).tolist())]
    keep = np.empty(len(table.km), dtype=bool)
    count = np.empty(table.n_demand, dtype=np.int64)
    for a, b in blocks:
        mine, point = _pairs_of(table, a, b)
        keep[mine] = permitted[table.site[mine]] & (table.km[mine] < cap[point])
        count[a:b] = np.bincount(point[keep[mine]] - a, minlength=b - a)
    site, worth = np.empty(count.sum(), dtype=np.int32), np.empty(count.sum())
    at = 0
    for a, b in blocks:
        mine, point = _pairs_of(table, a, b)
        kept, point = keep[mine], point[keep[mine]]
        here = slice(at, at + len(point))
        site[here] = table.site[mine][kept]
        worth[here] = table.weight[point] * (cap[point] - table.km[mine][kept])
        at = here.stop
    return count, site, worth


def _pairs_of(table: DistanceTable, a: int, b: int) -> tuple[slice, Longs]:
    """Where the pairs of demand points ``a`` to ``b`` stand, and the point of each."""
    return slice(table.start[a], table.start[b]), np.repeat(np.arange(a, b), np.diff(table.start[a : b + 1]))
