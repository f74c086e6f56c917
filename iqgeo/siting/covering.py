"""Maximal covering on a reduced instance: heuristics, cuts and the tree put together."""

import math
from collections.abc import Sequence

import numpy as np

from iqgeo.siting import cover_kernels, list_kernels, search_kernels, tabu_kernels
from iqgeo.siting.branch import Tree
from iqgeo.siting.climb import TreeOf, climb, climb_again
from iqgeo.siting.compact import MOST_ENTRIES, best_by_rows
from iqgeo.siting.control import Clock
from iqgeo.siting.counts import Count
from iqgeo.siting.master import Cuts
from iqgeo.siting.oracle import Outcome
from iqgeo.siting.primal_dual import closer_bound, first_bound
from iqgeo.siting.reduced import Counts, Reduced, drop_dominated_columns, keep_columns
from iqgeo.siting.row_worth import few_pairs, row_cuts, row_table
from iqgeo.siting.sets import Floats, Ints, Longs

SEED = 88172645463325252
REGION_DEGREES = (0.1, 0.3, 0.6)
FIRST_KICKS = 40
MANY_COLUMNS = 1_500
# Rows whose nearness to seeds is held at a time.
_ROWS_AT_ONCE = 4_096
_WIDE = 1.5e-3
# With no more columns left than this a tree ends before a walk does.
_FEW_LEFT = 90
_MANY_LEFT = 500
TREE_NODES = 60
"""So much splitting shows whether the tree closes the gap soon, or not at all."""
_NO_SITES = np.zeros(0, dtype=np.int64)


class CoverOracle:
    """Cuts, exact worth and heuristics of maximal covering (see `iqgeo.siting.branch.Oracle`)."""

    price = 0.0
    step = 1.0

    def __init__(self, model: Reduced, counts: Counts, limit: int, n_groups: int) -> None:
        self.model, self.counts, self.limit = model, counts, limit
        self.n_columns = model.n_columns
        self.group = row_groups(model, min(n_groups, max(1, model.n_rows)))
        self.n_groups = int(self.group.max(initial=0)) + 1
        self.caps: Floats = np.bincount(self.group, model.row_weight, self.n_groups).astype(np.float64)
        self.weights: Floats = list_kernels.list_sums(model.site_start, model.site_row, model.row_weight)
        self.state = np.array([SEED], dtype=np.uint64)
        self._reach = np.zeros(model.n_rows)
        self._table = np.zeros((self.n_groups, model.n_columns))
        self._lists = (model.site_start, model.site_row, model.row_start, model.row_site, model.row_weight)
        self._near: tuple[Longs, Ints] | None = None
        self._limits = (counts.member_start, counts.member, counts.low, counts.high)

    def cuts(self, opened: Floats) -> Cuts:
        """Return the cuts at a fractional point (valid until the next call)."""
        constant, value = cover_kernels.covering_cuts(
            *self._lists, self.group, self.n_groups, opened, self._reach, self._table
        )
        return Cuts(constant, value, self._table)

    def worth(self, chosen: Longs) -> float:
        """Return the weight that chosen columns reach."""
        model = self.model
        times = list_kernels.covered_rows(model.site_start, model.site_row, chosen, model.n_rows)
        return float(model.row_weight[times > 0].sum())

    def greedy(self, chosen: Longs = _NO_SITES) -> tuple[Longs, Floats]:
        """Greedy choice that begins with ``chosen``, and what each site adds."""
        gain = np.zeros(max(self.limit, len(chosen)))
        families = 1 if len(self.counts.family) and self.counts.family.max() >= 0 else 0
        taken = search_kernels.greedy_fill(
            *self._lists, *self._limits, self.counts.family, families, chosen, self.limit, gain
        )
        return taken, gain[: len(taken)]

    def improve(self, chosen: Longs, kicks: int, settle: bool = False) -> Longs:
        """Swap descent and ``kicks`` rounds of iterated local search."""
        if not len(chosen):
            return chosen
        found: Longs = search_kernels.improve(*self._lists, *self._limits, chosen, kicks, self.state, settle)[
            0
        ]
        return found

    def walk(self, chosen: Longs, steps: int, patience: int, enough: float) -> tuple[Longs, float]:
        """Return the best choice that a tabu search from ``chosen`` meets, and its worth."""
        if self._near is None:
            self._near = tabu_kernels.neighbours(*self._lists[:4])
        found, worth = tabu_kernels.tabu(
            *self._lists, *self._limits, *self._near, chosen, steps, patience, enough, self.state
        )
        return found, float(worth)

    def round(self, opened: Floats) -> Longs:
        """Keep what the fractional point is sure of, fill up greedily, swap."""
        order = np.argsort(-opened, kind="stable")[: self.limit]
        sure = order[opened[order] > 0.5]
        return self.improve(self.greedy(sure)[0], 2)

    def must_reach(self, opened: Floats) -> list[Longs]:  # noqa: ARG002 -- every oracle is asked so
        """Return nothing: no row has to be reached."""
        return []

    def regions(self) -> list[Longs]:
        """Return for each column those that reach much the same weight."""
        return alike_columns(self.model)


class RowOracle(CoverOracle):
    """Maximal covering by rows (see `iqgeo.siting.branch.Oracle`)."""

    def __init__(self, model: Reduced, counts: Counts, limit: int) -> None:
        super().__init__(model, counts, limit, 1)
        self.caps = model.row_weight
        self._rows = model.whole_table() if model.is_small else row_table(model, 0, model.n_columns)

    def cuts(self, opened: Floats) -> Cuts:
        """Return what each row is worth at most."""
        return row_cuts(self._rows, self.model.row_weight, opened)


def alike_columns(model: Reduced) -> list[Longs]:
    """For each column the columns that reach much the same weight, at three degrees of overlap."""
    both = model.shared_weight()
    own = both.diagonal()
    alike = both / np.maximum(own[:, None] + own[None, :] - both, 1e-300)
    found = [np.flatnonzero(line >= degree) for degree in REGION_DEGREES for line in alike]
    unique = {tuple(region.tolist()): region for region in found if len(region) > 1}
    return list(unique.values())


def usual_groups(n_columns: int) -> int:
    """Into how many groups of rows cuts are split for so many columns."""
    return int(np.clip(n_columns // 40, 4, 64))


def row_groups(model: Reduced, n_groups: int) -> Ints:
    """Split rows into groups that share sites: each row goes to the seed site whose rows it is nearest.

    Seeds are chosen greedily by rows covered; nearness is the mean overlap of the row's sites with
    the seed's rows.
    """
    if n_groups <= 1 or model.n_rows == 0:
        return np.zeros(model.n_rows, dtype=np.int32)
    none = np.zeros(model.n_columns + 1, dtype=np.int64)
    empty = np.zeros(0, dtype=np.int64)
    seeds = search_kernels.greedy_fill(
        model.site_start, model.site_row, model.row_start, model.row_site, model.row_weight, none,
        empty.astype(np.int32), empty, empty, empty.astype(np.int32), 0, empty,
        min(n_groups, model.n_columns), np.zeros(n_groups),
    )  # fmt: skip
    of_seed = [model.site_row[model.site_start[it] : model.site_start[it + 1]] for it in seeds.tolist()]
    sites = [
        list_kernels.take_lists(model.row_start, model.row_site, it.astype(np.int64))[1] for it in of_seed
    ]
    # How many rows of each seed a column is in, as 32 bits: whole numbers that small are exact.
    overlap = np.stack(
        [np.bincount(it, minlength=model.n_columns).astype(np.float32) for it in sites], axis=1
    )
    seed_rows = np.maximum([len(it) for it in of_seed], 1).astype(np.float32)
    group = np.zeros(model.n_rows, dtype=np.int32)
    filled = np.flatnonzero(np.diff(model.row_start) > 0)
    for first in range(0, len(filled), _ROWS_AT_ONCE):
        some = filled[first : first + _ROWS_AT_ONCE]
        start, site = list_kernels.take_lists(model.row_start, model.row_site, some)
        near = np.add.reduceat(overlap[site], start[:-1], axis=0)
        group[some] = np.argmax(near / seed_rows, axis=1)
    return np.unique(group, return_inverse=True)[1].astype(np.int32)


def maximise_cover(
    model: Reduced,
    counts: Sequence[Count],
    limit: int,
    clock: Clock,
    start: Sequence[Longs] = (),
    enough: float | None = None,
    floor: float | None = None,
) -> Outcome:
    """Choose at most ``limit`` columns that reach the most weight; ``start`` are choices to begin with.

    ``enough`` turns it into a question: the search ends once that much is reached, or once it is
    proven that it cannot be. With ``floor`` only choices that reach more than that count: an outcome
    without one proves that there is none.
    """
    limit = min(limit, model.n_columns)
    least = float("-inf") if floor is None else floor

    def tree(part: Reduced, watch: Clock = clock, *, rows: bool = True) -> tuple[CoverOracle, Tree]:
        arrays = Counts.over(counts, part.columns)
        oracle = (
            RowOracle(part, arrays, limit)
            if rows and few_pairs(part)
            else CoverOracle(part, arrays, limit, usual_groups(part.n_columns))
        )
        return oracle, Tree(oracle, limit, arrays, watch, offset=part.base, least=least, enough=enough)

    def tree_of(part: Reduced, watch: Clock) -> Tree:
        return tree(part, watch)[1]

    # Most questions end at the root, where cuts over groups are bounded ten times sooner than rows are.
    oracle, search = tree(model, rows=False)
    starts = [oracle.greedy(each)[0] for each in (_NO_SITES, *start)]
    total = float(oracle.caps.sum())
    clock.report(oracle.worth(starts[0]) + model.base, total + model.base)
    try:
        few = enough is None and model.n_columns <= MANY_COLUMNS
        root = (_root_of_few if few else _root)(model, oracle, search, starts, clock, tree_of)
    except KeyboardInterrupt:
        clock.cancelled = True
        root = Outcome(search.best, search.worth, total)
    if root.proven or root.useful is None or clock.over() or search.done:
        return root
    if search.best is not None:
        root.useful = root.useful.copy()
        root.useful[search.best] = True
    part = keep_columns(model, root.useful)
    if not any(count.low > 1 for count in counts):
        part = drop_dominated_columns(part, counts)
    return _search_part(model, part, search, root, tree(part))


def _root(
    model: Reduced, oracle: CoverOracle, search: Tree, starts: Sequence[Longs], clock: Clock,
    tree_of: TreeOf,
) -> Outcome:  # fmt: skip
    """A first bound, the best choice that local search finds, and the columns that can still matter.

    A question is climbed for before any bound is sought; many columns are bounded by primal-dual steps
    where their linear program would take minutes.
    """
    starts = [oracle.improve(each, FIRST_KICKS) for each in starts]
    best = max(starts, key=oracle.worth)
    for each in starts:
        search.offer(each)
    if search.enough is not None:
        best = climb(model, oracle, best, float("inf"), clock, tree_of, search.enough)
        search.offer(best)
        if search.done:
            return Outcome(search.best, search.worth, float(oracle.caps.sum()))
    if model.n_columns > MANY_COLUMNS:
        saddle = first_bound(model, search.limit, clock)
        clock.report(max(oracle.worth(best), 0.0) + model.base, saddle.bound + model.base)
        search.offer(climb(model, oracle, best, saddle.bound, clock, tree_of, search.enough, saddle.opened))
        wide = saddle.bound - search.worth > _WIDE * (max(search.worth, 0.0) + model.base)
        if wide and search.best is not None and not clock.over() and not search.done:
            # A tree does not close such a gap: both of its sides are worth more effort first.
            closer_bound(saddle, clock)
            search.offer(
                climb(
                    model, oracle, search.best, saddle.bound, clock, tree_of, search.enough, saddle.opened,
                    longer=True,
                )
            )  # fmt: skip
        bound = max(saddle.bound, search.worth) if search.best is not None else saddle.bound
        root = Outcome(search.best, search.worth, bound, useful=saddle.useful(search.cutoff))
        clock.report(search.worth + model.base, bound + model.base)
    else:
        root = search.run([], root_only=True)
    return root


def _root_of_few(
    model: Reduced, oracle: CoverOracle, search: Tree, starts: Sequence[Longs], clock: Clock,
    tree_of: TreeOf,
) -> Outcome:  # fmt: skip
    """As :func:`_root`, of few columns: most choices that swaps alone lead to meet the bound of the root."""
    for each in starts:
        search.offer(oracle.improve(each, 0))
    root = search.run([], root_only=True)
    if root.proven or root.useful is None or clock.over():
        return root
    for each in starts:
        search.offer(oracle.improve(each, FIRST_KICKS))
    root = search.narrowed()
    if search.best is None or root.proven or root.useful is None or np.sum(root.useful) <= _FEW_LEFT:
        return root
    search.offer(climb(model, oracle, search.best, root.bound, clock, tree_of))
    root = search.narrowed()
    if root.proven or root.useful is None or np.sum(root.useful) <= _MANY_LEFT:
        return root
    # A tree of so many columns takes longer than further climbs, and far longer from a lesser choice.
    search.offer(climb_again(model, oracle, search.best, root.bound, clock, tree_of))
    return search.narrowed()


def _search_part(
    model: Reduced, part: Reduced, first: Tree, root: Outcome, second: tuple[CoverOracle, Tree]
) -> Outcome:
    """Go on where only some columns are left; numbers of the outcome are those of ``model``."""
    oracle, search = second
    starts = []
    if first.best is not None:
        here = np.isin(part.columns, model.columns[first.best])
        starts.append(oracle.improve(oracle.greedy(np.flatnonzero(here))[0], 0))
    small = len(part.row_site) <= MOST_ENTRIES and search.enough is None
    outcome = search.run(starts, most_nodes=TREE_NODES if small else None)
    if small and not outcome.proven and not search.clock.over():
        outcome = _by_rows(part, search, outcome)
    chosen, worth = first.best, first.worth
    if outcome.chosen is not None and outcome.worth > worth:
        chosen, worth = np.searchsorted(model.columns, part.columns[outcome.chosen]), outcome.worth
    bound = max(worth, min(root.bound, outcome.bound))
    nodes, cuts = outcome.nodes + root.nodes, outcome.cuts + root.cuts
    return Outcome(chosen, worth, bound, chosen is None and outcome.infeasible, nodes, cuts)


def _by_rows(part: Reduced, search: Tree, found: Outcome) -> Outcome:
    """Go on with a column a row of the demand; what the tree has found and excluded stays known."""
    outcome = best_by_rows(part, search.counts, search.limit, search.clock, found.chosen)
    if outcome.infeasible and found.chosen is None:
        return outcome
    chosen, worth = found.chosen, found.worth
    if outcome.chosen is not None and outcome.worth > max(worth, search.least):
        chosen, worth = outcome.chosen, outcome.worth
    bound = min(found.bound, outcome.bound)
    if chosen is None and bound <= search.least:
        return Outcome(None, worth, -math.inf, True, found.nodes + outcome.nodes, found.cuts)
    return Outcome(chosen, worth, max(bound, worth), nodes=found.nodes + outcome.nodes, cuts=found.cuts)
