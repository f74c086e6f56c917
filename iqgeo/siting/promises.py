"""Conditions on what is reached: every row, or at least so much weight, by one kind of site or by two.

Sites can stand in the columns once (as offices) or twice (as offices, then as places served on days):
`Blocks` says which of them count. Each condition makes its linear rows at the point that breaks it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from iqgeo.siting import cover_kernels, list_kernels
from iqgeo.siting.linear import LinearRow
from iqgeo.siting.reduced import Reduced
from iqgeo.siting.row_worth import few_pairs, row_homes
from iqgeo.siting.sets import Floats, Longs

if TYPE_CHECKING:
    from iqgeo.siting.homes import Linked

ROWS_A_ROUND = 200
BROKEN = 1e-7
HOMES_SHUT = 1e-6


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


class ReachAllHomed(ReachAll):
    """Every row of a model is reached, by offices or by places: so one of its homes is open, too.

    Columns are the sites as offices and as places. The rows of the homes (see `row_worth.Served`) follow
    from the other conditions: they rule out fractional points only.
    """

    def __init__(self, model: Reduced, linked: "Linked") -> None:
        from scipy import sparse

        super().__init__(model, Blocks(model.n_columns, 2, 2))
        offices, places = row_homes(model, linked)
        either = sparse.csr_array(offices + places)
        either.data[:] = 1.0
        self._homes = sparse.csr_array(sparse.hstack([either, places]))

    def missed(self, point: Floats) -> list[LinearRow]:
        """Return the columns of the rows least reached, and of those whose homes are open least."""
        share: Floats = np.asarray(self._homes @ point, dtype=np.float64)
        start, column = self._homes.indptr, self._homes.indices
        found = super().missed(point)
        for i in np.argsort(share, kind="stable")[:ROWS_A_ROUND]:
            if share[i] < 1 - HOMES_SHUT:
                columns = column[start[i] : start[i + 1]].astype(np.int64)
                found.append(LinearRow(columns, np.ones(len(columns)), 1.0, np.inf))
        return found


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
        return self.blocks.used > 1 and few_pairs(self.model)

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
