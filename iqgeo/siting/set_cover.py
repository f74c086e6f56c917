"""Set covering: the fewest columns of a reduced instance that reach every row."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from iqgeo.siting import cover_kernels, list_kernels
from iqgeo.siting.branch import Tree
from iqgeo.siting.control import Clock
from iqgeo.siting.counts import Count
from iqgeo.siting.covering import SEED, CoverOracle, alike_columns
from iqgeo.siting.master import Cuts
from iqgeo.siting.reduced import Counts, Reduced, drop_dominated_columns, drop_dominated_rows, with_group_rows
from iqgeo.siting.sets import Floats, Longs

SEARCH_STEPS = 20_000
ROWS_A_ROUND = 200


class SetOracle:
    """Set covering as the tree asks for it: every column costs one, every row has to be reached."""

    price = 1.0
    step = 1.0

    def __init__(self, model: Reduced) -> None:
        self.model = replace(model, row_weight=np.ones(model.n_rows))
        self.n_columns = model.n_columns
        self.weights: Floats = np.diff(model.site_start).astype(np.float64)
        self.caps = np.zeros(0)
        self.state = np.array([SEED], dtype=np.uint64)

    def cuts(self, opened: Floats) -> Cuts:
        """Return nothing: rows are all there is."""
        return Cuts(np.zeros(0), np.zeros(0), np.zeros((0, len(opened))))

    def worth(self, chosen: Longs) -> float:
        """Return minus the number of columns, ``-inf`` if a row is not reached."""
        model = self.model
        times = list_kernels.covered_rows(model.site_start, model.site_row, chosen, model.n_rows)
        return -float(len(chosen)) if times.min(initial=1) > 0 else float("-inf")

    def round(self, opened: Floats) -> Longs:
        """Take columns by their share until every row is reached, then look for fewer."""
        order = np.argsort(-opened, kind="stable")
        none = Counts.over((), self.model.columns)
        oracle = CoverOracle(self.model, none, self.n_columns, 1)
        taken, gain = oracle.greedy(order[opened[order] > 0.3])
        return self.improve(taken[gain > 0], SEARCH_STEPS // 10)

    def improve(self, chosen: Longs, kicks: int) -> Longs:
        """Look for a smaller cover by local search."""
        model = self.model
        lists = (model.site_start, model.site_row, model.row_start, model.row_site)
        found: Longs = cover_kernels.cover_search(*lists, chosen, kicks, self.state)
        return found

    def must_reach(self, opened: Floats) -> list[Longs]:
        """Return the columns of the rows least reached."""
        model = self.model
        share = list_kernels.list_sums(model.row_start, model.row_site, opened)
        short = np.argsort(share, kind="stable")[:ROWS_A_ROUND]
        return [
            model.row_site[model.row_start[i] : model.row_start[i + 1]].astype(np.int64)
            for i in short
            if share[i] < 1 - 1e-7
        ]

    def regions(self) -> list[Longs]:
        """Return for each column those that reach much the same rows."""
        return alike_columns(self.model)


def cover_everything(
    full: Reduced, counts: Sequence[Count], clock: Clock, limit: int | None = None
) -> tuple[Longs | None, float]:
    """Find the fewest columns that reach every row and meet every count from below.

    Returns site numbers and a lower bound on their number. With ``limit`` only whether that many
    suffice matters: the search ends once it is known.
    """
    model = with_group_rows(full, counts)
    while True:
        before = (model.n_rows, model.n_columns)
        model = drop_dominated_rows(drop_dominated_columns(model, ()))
        if (model.n_rows, model.n_columns) == before:
            break
    if model.n_rows == 0:
        return np.zeros(0, dtype=np.int64), 0.0
    oracle = SetOracle(model)
    none = Counts.over((), model.columns)
    order, gain = CoverOracle(oracle.model, none, model.n_columns, 1).greedy()
    found = oracle.improve(order[gain > 0], SEARCH_STEPS)
    clock.report(-float(len(found)), -1.0)
    if len(found) <= max(1, limit or 0):
        return model.columns[found], 1.0
    enough = None if limit is None else -float(limit)
    tree = Tree(oracle, model.n_columns, none, clock, enough=enough)
    outcome = tree.run([found])
    if outcome.chosen is not None and len(outcome.chosen) < len(found):
        found = outcome.chosen
    if limit is not None and len(found) > limit and outcome.bound < -float(limit) - 0.001:
        return model.columns[found], limit + 1.0
    return model.columns[found], float(np.ceil(-outcome.bound - 0.001))
