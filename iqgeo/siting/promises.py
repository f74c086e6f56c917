"""Conditions on what is reached: every row, or at least so much weight, by one kind of site or by two.

Sites can stand in the columns once (as offices) or twice (as offices, then as places served on days):
`Blocks` says which of them count. Each condition makes its linear rows at the point that breaks it.
"""

from dataclasses import dataclass

import numpy as np

from iqgeo.siting import cover_kernels, list_kernels
from iqgeo.siting.linear import LinearRow
from iqgeo.siting.reduced import Reduced
from iqgeo.siting.row_worth import MOST_PAIRS
from iqgeo.siting.sets import Floats, Longs

ROWS_A_ROUND = 200
BROKEN = 1e-7


@dataclass(frozen=True)
class Blocks:
    """Columns that repeat ``n`` sites ``total`` times, of which the first ``used`` blocks count."""

    n: int
    used: int = 1
    total: int = 1

    def fold(self, point: Floats) -> Floats:
        """How much of each site is open in the blocks that count."""
        opened: Floats = point[: self.n * self.used].reshape(self.used, self.n).sum(axis=0)
        return opened

    def sites(self, chosen: Longs) -> Longs:
        """Sites chosen in the blocks that count, each once."""
        return np.unique(chosen[chosen < self.n * self.used] % self.n)

    @property
    def first(self) -> int:
        """The column that says whether the first site counts: behind all blocks where two of them do."""
        return 0 if self.used == 1 else self.n * self.total

    def columns(self, sites: Longs) -> Longs:
        """All columns that count for ``sites``, block by block."""
        return np.concatenate([sites + block * self.n for block in range(self.used)])

    def spread(self, table: Floats) -> Floats:
        """A table over the sites (groups by sites) as one over all columns."""
        wide = np.tile(table, (1, self.used))
        return np.pad(wide, ((0, 0), (0, self.n * (self.total - self.used))))


class ReachAll:
    """Every row of a model is reached."""

    def __init__(self, model: Reduced, blocks: Blocks) -> None:
        self.model, self.blocks = model, blocks

    def missed(self, point: Floats) -> list[LinearRow]:
        """Return the columns of the rows least reached."""
        model = self.model
        share = list_kernels.list_sums(model.row_start, model.row_site, self.blocks.fold(point))
        short = np.argsort(share, kind="stable")[:ROWS_A_ROUND]
        return [self._row(int(i)) for i in short if share[i] < 1 - BROKEN]

    def _row(self, i: int) -> LinearRow:
        model = self.model
        sites = model.row_site[model.row_start[i] : model.row_start[i + 1]].astype(np.int64)
        columns = self.blocks.columns(sites)
        return LinearRow(columns, np.ones(len(columns)), 1.0, np.inf)

    def holds(self, chosen: Longs) -> bool:
        """Whether every row is reached."""
        model = self.model
        sites = self.blocks.sites(chosen)
        times = list_kernels.covered_rows(model.site_start, model.site_row, sites, model.n_rows)
        return bool(times.min(initial=1) > 0)


class ReachWeight:
    """At least ``goal`` of a model's weight is reached, in whole units.

    The rows are the Benders cuts of maximal covering; no factor is larger than what a row still asks
    for, which keeps every whole choice and tightens the linear program.
    """

    def __init__(self, model: Reduced, goal: float, blocks: Blocks) -> None:
        self.model, self.goal, self.blocks = model, goal, blocks
        self._lists = (model.site_start, model.site_row, model.row_start, model.row_site, model.row_weight)
        self._group = np.zeros(model.n_rows, dtype=np.int32)
        self._reach = np.zeros(model.n_rows)
        self._table = np.zeros((1, model.n_columns))

    @property
    def by_rows(self) -> bool:
        """Whether the goals of outreach hold it by the worth of its rows: then it makes no rows itself."""
        return self.blocks.used > 1 and len(self.model.row_site) <= MOST_PAIRS

    def missed(self, point: Floats) -> list[LinearRow]:
        """Return the cut at a point that reaches too little."""
        if self.by_rows:
            return []
        constant, value = cover_kernels.covering_cuts(
            *self._lists, self._group, 1, self.blocks.fold(point), self._reach, self._table
        )
        wanted = self.goal - float(constant[0])
        if value[0] >= self.goal * (1 - BROKEN) or wanted <= 0:
            return []
        factor = np.minimum(self._table[0], wanted) / wanted
        sites = np.flatnonzero(factor)
        columns = self.blocks.columns(sites)
        return [LinearRow(columns, np.tile(factor[sites], self.blocks.used), 1.0, np.inf)]

    def holds(self, chosen: Longs) -> bool:
        """Whether so much is reached."""
        model = self.model
        sites = self.blocks.sites(chosen)
        times = list_kernels.covered_rows(model.site_start, model.site_row, sites, model.n_rows)
        return float(model.row_weight[times > 0].sum()) >= self.goal
