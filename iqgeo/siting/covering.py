"""Maximal covering on a reduced instance: heuristics, cuts and the tree put together."""

from collections.abc import Sequence

import numpy as np

from iqgeo.siting.branch import Cuts, Outcome, Tree
from iqgeo.siting.control import Clock
from iqgeo.siting.reduced import Count, Counts, Reduced
from iqgeo.siting.sets import Floats, Ints, Longs

_SEED = 88172645463325252
_NO_SITES = np.zeros(0, dtype=np.int64)


class CoverOracle:
    """Cuts, exact worth and heuristics of maximal covering (see `iqgeo.siting.branch.Oracle`)."""

    step = 1.0

    def __init__(self, model: Reduced, counts: Counts, limit: int, n_groups: int) -> None:
        from iqgeo.siting import kernels

        self.model, self.counts, self.limit = model, counts, limit
        self.n_columns = model.n_columns
        self.group = row_groups(model, min(n_groups, max(1, model.n_rows)))
        self.n_groups = int(self.group.max(initial=0)) + 1
        self.caps = np.bincount(self.group, weights=model.row_weight, minlength=self.n_groups)
        self.weights = kernels.list_sums(model.site_start, model.site_row, model.row_weight)
        self.state = np.array([_SEED], dtype=np.uint64)
        self._reach = np.zeros(model.n_rows)
        self._table = np.zeros((self.n_groups, model.n_columns))
        self._lists = (model.site_start, model.site_row, model.row_start, model.row_site, model.row_weight)
        self._limits = (counts.member_start, counts.member, counts.low, counts.high)

    def cuts(self, opened: Floats) -> Cuts:
        from iqgeo.siting import kernels

        constant, value = kernels.covering_cuts(
            *self._lists, self.group, self.n_groups, opened, self._reach, self._table
        )
        return Cuts(constant, value, self._table)

    def worth(self, chosen: Longs) -> float:
        from iqgeo.siting import kernels

        model = self.model
        times = kernels.covered_rows(model.site_start, model.site_row, chosen, model.n_rows)
        return float(model.row_weight[times > 0].sum())

    def greedy(self, chosen: Longs = _NO_SITES) -> tuple[Longs, Floats]:
        """Greedy choice that begins with ``chosen``, and what each site adds."""
        from iqgeo.siting import kernels

        gain = np.zeros(max(self.limit, len(chosen)))
        families = 1 if len(self.counts.family) and self.counts.family.max() >= 0 else 0
        taken = kernels.greedy_fill(
            *self._lists, *self._limits, self.counts.family, families, chosen, self.limit, gain
        )
        return taken, gain[: len(taken)]

    def improve(self, chosen: Longs, kicks: int, settle: bool = False) -> Longs:
        """Swap descent and ``kicks`` rounds of iterated local search."""
        from iqgeo.siting import kernels

        if not len(chosen):
            return chosen
        found: Longs = kernels.improve(*self._lists, *self._limits, chosen, kicks, self.state, settle)[0]
        return found

    def round(self, opened: Floats) -> Longs:
        """Keep what the fractional point is sure of, fill up greedily, swap."""
        order = np.argsort(-opened, kind="stable")[: self.limit]
        sure = order[opened[order] > 0.5]
        return self.improve(self.greedy(sure)[0], 2)

    def must_reach(self, opened: Floats) -> list[Longs]:
        return []


def row_groups(model: Reduced, n_groups: int) -> Ints:
    """Split rows into groups that share sites: each row goes to the seed site whose rows it is nearest.

    Seeds are chosen greedily by rows covered; nearness is the mean overlap of the row's sites with
    the seed's rows.
    """
    from scipy import sparse

    from iqgeo.siting import kernels

    if n_groups <= 1 or model.n_rows == 0:
        return np.zeros(model.n_rows, dtype=np.int32)
    none = np.zeros(model.n_columns + 1, dtype=np.int64)
    empty = np.zeros(0, dtype=np.int64)
    seeds = kernels.greedy_fill(
        model.site_start, model.site_row, model.row_start, model.row_site, model.row_weight, none,
        empty.astype(np.int32), empty, empty, empty.astype(np.int32), 0, empty,
        min(n_groups, model.n_columns), np.zeros(n_groups),
    )  # fmt: skip
    ones = np.ones(len(model.row_site), dtype=np.float32)
    rows = sparse.csr_matrix((ones, model.row_site, model.row_start), shape=(model.n_rows, model.n_columns))
    overlap = (rows[:, seeds].T @ rows).T.toarray()
    near = rows @ overlap
    near /= np.maximum(np.asarray(rows[:, seeds].sum(axis=0)).ravel(), 1)
    group: Ints = np.argmax(near, axis=1).astype(np.int32)
    return np.unique(group, return_inverse=True)[1].astype(np.int32)


def maximise_cover(
    model: Reduced,
    counts: Sequence[Count],
    limit: int,
    clock: Clock,
    start: Sequence[Longs] = (),
    enough: float | None = None,
    floor: float | None = None,
    n_groups: int | None = None,
) -> Outcome:
    """Choose at most ``limit`` columns that reach the most weight; ``start`` are choices to begin with.

    ``enough`` turns it into a question: the search ends once that much is reached, or once it is
    proven that it cannot be. With ``floor`` only choices that reach more than that count: an outcome
    without one proves that there is none.
    """
    arrays = Counts.over(counts, model.columns)
    limit = min(limit, model.n_columns)
    if n_groups is None:
        n_groups = int(np.clip(model.n_columns // 40, 4, 64))
    oracle = CoverOracle(model, arrays, limit, n_groups)
    first = oracle.greedy()[0]
    starts = [first, *(oracle.greedy(each)[0] for each in start)]
    clock.report(oracle.worth(first) + model.base, float(oracle.caps.sum()) + model.base)
    tree = Tree(oracle, limit, arrays, clock, offset=model.base)
    if enough is not None:
        tree.aim(enough)
    if floor is not None:
        tree.floor = tree.least = floor
    return tree.run([oracle.improve(each, 100) for each in starts])
