"""p-median (least total travel) and p-center (shortest worst journey) on a sparse distance table."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from iqgeo.errors import Problem
from iqgeo.siting import kernels, median_kernels
from iqgeo.siting.answers import Status, TravelAnswer
from iqgeo.siting.branch import Tree
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.covering import SEED
from iqgeo.siting.full_cover import cover_everything
from iqgeo.siting.master import Cuts
from iqgeo.siting.max_cover import NO_RULES
from iqgeo.siting.reduced import Counts, reduce_sets
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import TOLERANCE_KM, CoverSets, DistanceTable, Floats, Ints, Longs


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

    step = 1.0

    def __init__(self, rows: _Values, counts: Counts, limit: int) -> None:
        self.rows, self.counts, self.limit = rows, counts, limit
        self.n_columns = len(rows.columns)
        self._lists = (rows.start, rows.site, rows.value)
        self._limits = (counts.member_start, counts.member, counts.low, counts.high)
        self.state = np.array([SEED], dtype=np.uint64)
        self.weights = np.bincount(rows.site, weights=rows.value, minlength=self.n_columns)
        self.group = self._groups()
        self.n_groups = int(self.group.max(initial=0)) + 1
        top = np.zeros(len(rows.start) - 1)
        held = np.diff(rows.start) > 0
        top[held] = rows.value[rows.start[:-1][held]]
        self.caps = np.bincount(self.group, weights=top, minlength=self.n_groups)
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
            allowed = (j for j in order if not inside[j] and kernels.swap_allowed(-1, j, *self._limits, of))
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
        constant, value = median_kernels.median_cuts(
            *self._lists, self.group, self.n_groups, opened, self._table
        )
        return Cuts(constant, value, self._table)

    def worth(self, chosen: Longs) -> float:
        inside = np.zeros(self.n_columns, dtype=bool)
        inside[chosen] = True
        if len(self.must_reach(inside.astype(float))):
            return float("-inf")
        return float(median_kernels.best_values(*self._lists, inside))

    def round(self, opened: Floats) -> Longs:
        order = np.argsort(-opened, kind="stable")[: self.limit]
        sure = order[opened[order] > 0.5]
        return self.improve(self.greedy(self.limit, sure.tolist()), 0)

    def must_reach(self, opened: Floats) -> list[Longs]:
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

    Proven means to within 1e-10 of the sum of weights times the longest way that counts.

    Raises
    ------
    InputError
        The request makes no sense, or ``beyond_km`` is less than the longest way of the table.
    """
    longest = float(table.km.max(initial=0.0))
    wrong = []
    if beyond_km is not None and not longest <= beyond_km < float("inf"):
        details = {"longest": longest}
        wrong.append(Problem("siting_bad_beyond", value=str(beyond_km), details=details))
    check_request(table.n_sites, rules, new, wrong)
    clock = Clock(control)
    far = 2 * longest + 1 if beyond_km is None else beyond_km
    rows, fixed_km = _median_rows(table, rules, far, beyond_km is None)
    counts = rules.open_counts()
    limit = new - len(rules.required_new)
    if not all(count.sites for count in counts):
        return _travel_answer(table, "p-median", rules, None, clock, float("nan"), True)
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
        return _travel_answer(table, "p-median", rules, None, clock, bound, outcome.infeasible)
    filled = oracle.greedy(limit, outcome.chosen.tolist())
    settled = oracle.improve(filled, 0, settle=True)
    chosen = settled if oracle.worth(settled) >= outcome.worth else filled
    sites = [*(int(rows.columns[k]) for k in chosen), *rules.required_new]
    return _travel_answer(table, "p-median", rules, sites, clock, bound, outcome.proven, beyond_km)


def _median_rows(table: DistanceTable, rules: SiteRules, far: float, hard: bool) -> tuple[_Values, float]:
    """Values of the candidates above what the open sites give, and the total at no new site."""
    open_km = table.nearest_km(rules.opened)
    reached = np.zeros(table.n_sites, dtype=bool)
    opened = set(rules.opened)
    columns = np.array([j for j in rules.candidates(table.n_sites) if j not in opened], dtype=np.int64)
    reached[columns] = True
    number = np.full(table.n_sites, -1, dtype=np.int32)
    number[columns] = np.arange(len(columns))
    cap = np.minimum(open_km, far)
    keep = reached[table.site] & (table.km < cap[table.demand]) & (table.weight[table.demand] > 0)
    demand, km = table.demand[keep], table.km[keep]
    worth = table.weight[demand] * (cap[demand] - km)
    used, row = np.unique(demand, return_inverse=True)
    first = np.append(0, np.cumsum(np.bincount(row, minlength=len(used))))
    # the best value of each row bounds the total: scale by that, not by the sum of all pairs
    top = worth[first[:-1]] if len(used) else np.zeros(0)
    unit = 1.0
    if len(top) and top.sum() > 0:
        unit = 1.0 / 2.0 ** (50 - math.ceil(math.log2(math.fsum(top))))
    needy = np.isinf(open_km[used]) & hard
    values = _Values(columns, first, number[table.site[keep]], np.rint(worth / unit), unit, needy)
    counted = np.isfinite(open_km) | (not hard)
    counted[used] = True
    return values, math.fsum((table.weight * cap)[counted])


def _travel_answer(
    table: DistanceTable, model: str, rules: SiteRules, sites: Sequence[int] | None, clock: Clock,
    bound: float, proven: bool, beyond_km: float | None = None,
) -> TravelAnswer:  # fmt: skip
    """An answer with every number recomputed from the table; no sites and proven means infeasible."""
    order, km = _opening_order(table, rules, sites or ())
    held = table.weight > 0
    reached = held & np.isfinite(km)
    total = math.fsum(table.weight[reached] * km[reached])
    people = math.fsum(table.weight[reached])
    worst = int(np.argmax(np.where(reached, km, -1.0))) if reached.any() else -1
    worst_km = float(km[worst]) if worst >= 0 else 0.0
    missing = math.fsum(table.weight[held & ~reached])
    objective = worst_km if model == "p-center" else total + missing * (beyond_km or 0.0)
    gains = _travel_gains(table, rules, order, model, beyond_km)
    if sites is None:
        objective, order, gains = float("nan"), [], []
    bound = objective if proven else bound
    gap = relative_gap(objective, bound) if sites is not None else float("nan") if proven else float("inf")
    status: Status = ("infeasible" if sites is None else "optimal") if proven else "feasible"
    return TravelAnswer(
        model, status, objective, bound, gap, clock.seconds, tuple(order), tuple(gains), rules, total,
        total / people if people > 0 else 0.0, worst_km, worst, missing,
        tuple(np.flatnonzero(held & ~reached).tolist()),
    )  # fmt: skip


def _opening_order(table: DistanceTable, rules: SiteRules, sites: Iterable[int]) -> tuple[list[int], Floats]:
    """Sites by how much way each saves after those before it (first of all: by weight newly reached)."""
    km = table.nearest_km(rules.existing)
    left, order = sorted(sites), []
    while left:
        best, best_key, best_km = -1, (-1.0, -1.0), km
        for j in left:
            then = np.minimum(km, table.nearest_km([j]))
            newly = np.isinf(km) & np.isfinite(then)
            saved = np.isfinite(km) & (then < km)
            key = (
                float(table.weight[newly].sum()),
                float((table.weight[saved] * (km[saved] - then[saved])).sum()),
            )
            if key > best_key:
                best, best_key, best_km = j, key, then
        order.append(best)
        left.remove(best)
        km = best_km
    return order, km


def _travel_gains(
    table: DistanceTable, rules: SiteRules, order: Sequence[int], model: str, beyond_km: float | None
) -> list[float]:
    """Weight times km (p-center: km of the worst way) saved by each site after those before it.

    NaN while some of the demand reached in the end is not reached yet and no ``beyond_km`` is set.
    """
    km = table.nearest_km(rules.existing)
    final = table.nearest_km([*rules.existing, *order])
    held = (table.weight > 0) & (np.isfinite(final) | (beyond_km is not None))

    def worth(way: Floats) -> float:
        counted = way[held] if beyond_km is None else np.minimum(way[held], beyond_km)
        if not len(counted):
            return 0.0
        return float(counted.max()) if model == "p-center" else math.fsum(table.weight[held] * counted)

    gains, before = [], worth(km)
    for site in order:
        km = np.minimum(km, table.nearest_km([site]))
        after = worth(km)
        gains.append(before - after if math.isfinite(before) else float("nan"))
        before = after
    return gains


def p_center(
    table: DistanceTable, new: int, rules: SiteRules = NO_RULES, control: Control | None = None
) -> TravelAnswer:
    """Choose ``new`` sites so that the longest way to the nearest open site is shortest.

    Only demand points with weight count. A missing pair cannot be travelled; demand points without any
    pair to an existing or permitted site are named in the answer and left out; all others must be
    reached (``infeasible`` if ``new`` sites cannot). Sites that the worst way does not need go where
    they save most travel.

    The answer is found by bisection over the distances of the table; each step asks, with proof,
    whether so many sites cover everyone within that distance.

    Raises
    ------
    InputError
        The request makes no sense.
    """
    check_request(table.n_sites, rules, new)
    clock = Clock(control)
    usable = np.zeros(table.n_sites, dtype=bool)
    usable[[*rules.existing, *rules.candidates(table.n_sites)]] = True
    nearest = table.nearest_km(np.flatnonzero(usable))
    held = (table.weight > 0) & np.isfinite(nearest)
    limit = new - len(rules.required_new)
    pairs = usable[table.site] & held[table.demand]
    opened_km = np.where(held, table.nearest_km(rules.opened), 0.0)
    lowest = float(nearest[held].max(initial=0.0))
    highest = float(opened_km.max(initial=0.0))
    choices = np.unique(table.km[pairs])
    choices = choices[(choices >= lowest) & (choices <= highest)]
    best: list[int] | None = None
    low, high = 0, len(choices) - 1
    if not len(choices):
        best = _fits(table, rules, held, lowest, limit, clock)[0]
        return _center_answer(table, rules, best, limit, clock, lowest, True)
    # ``choices[low - 1]`` and below are proven too short; ``high`` is where ``best`` was found
    sites, known = _fits(table, rules, held, float(choices[high]), limit, clock)
    if sites is None:
        return _center_answer(table, rules, None, limit, clock, lowest, known)
    best = sites
    clock.report(float(choices[high]), lowest)
    while low < high and not clock.over():
        worst = _worst(table, rules, held, best)
        high = min(high, int(np.searchsorted(choices, worst - TOLERANCE_KM)))
        clock.report(float(choices[high]), float(choices[low]))
        middle = (low + high) // 2
        if low >= high:
            break
        sites, known = _fits(table, rules, held, float(choices[middle]), limit, clock)
        if sites is not None:
            best, high = sites, middle
        elif known:
            low = middle + 1
        else:
            break
    return _center_answer(table, rules, best, limit, clock, float(choices[low]), low >= high)


def _worst(
    table: DistanceTable, rules: SiteRules, held: npt.NDArray[np.bool_], sites: Sequence[int]
) -> float:
    return float(table.nearest_km([*rules.opened, *sites])[held].max(initial=0.0))


def _fits(
    table: DistanceTable, rules: SiteRules, held: npt.NDArray[np.bool_], km: float, limit: int, clock: Clock
) -> tuple[list[int] | None, bool]:
    """New sites, at most ``limit``, that reach everyone within ``km``; and whether None is proven."""
    near = (table.km <= km + TOLERANCE_KM) & held[table.demand]
    one = CoverSets.from_pairs(table.site[near], table.demand[near], held.astype(float), table.n_sites)
    if bool(np.any(one.row_of_demand[held] < 0)):
        return None, True
    counts = rules.open_counts()
    full = reduce_sets(one, rules.opened, rules.forbid)
    if not all(count.sites for count in counts) or bool(np.any(np.diff(full.row_start) == 0)):
        return None, True
    if float(full.row_weight.sum()) + full.base < float(one.row_weight.sum()):
        return None, True
    with clock.quiet():
        chosen, lowest = cover_everything(full, counts, clock, limit)
    if chosen is not None and len(chosen) <= limit:
        return [int(j) for j in chosen], True
    return None, lowest > limit


def _center_answer(
    table: DistanceTable, rules: SiteRules, sites: list[int] | None, limit: int, clock: Clock,
    lowest: float, proven: bool,
) -> TravelAnswer:  # fmt: skip
    if sites is None:
        return _travel_answer(table, "p-center", rules, None, clock, lowest, proven)
    chosen = list(sites)
    left = [j for j in rules.candidates(table.n_sites) if j not in {*chosen, *rules.required_new}]
    km = table.nearest_km([*rules.opened, *chosen])
    while len(chosen) < limit:
        way = km[table.demand]
        saved = np.where(np.isfinite(way), np.maximum(0.0, way - table.km), 0.0)
        gain = np.bincount(table.site, weights=table.weight[table.demand] * saved, minlength=table.n_sites)
        best = max(left, key=lambda j: (float(gain[j]), -j))
        left.remove(best)
        chosen.append(best)
        km = np.minimum(km, table.nearest_km([best]))
    return _travel_answer(table, "p-center", rules, [*chosen, *rules.required_new], clock, lowest, proven)
