"""A promise for every part, as the solver sees it: columns, conditions, what a choice reaches of each."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from iqgeo.frames import Brief
from iqgeo.siting.linear import Condition
from iqgeo.siting.pairs import whole_weights
from iqgeo.siting.promises import Blocks, ReachAll, ReachWeight
from iqgeo.siting.reduced import Reduced, drop_dominated_rows, keep_rows, reduce_sets
from iqgeo.siting.rules import SiteRules
from iqgeo.siting.sets import CoverSets, Floats, Longs


@dataclass(frozen=True, eq=False, repr=False)
class Parts(Brief):
    """Which part each demand point belongs to, and its weight (that of the sets).

    Attributes
    ----------
    of_demand : ndarray of int64
        Number of the part of each demand point, 0 upwards.
    weight : ndarray of float64
        Weight of each demand point, as the sets were made from.
    """

    of_demand: Longs
    weight: Floats

    @property
    def number(self) -> int:
        """How many parts there are."""
        return int(self.of_demand.max(initial=-1)) + 1


class PartsModel:
    """Columns and conditions of a promise for every part."""

    def __init__(self, sets: CoverSets, parts: Parts, share: Floats, rules: SiteRules) -> None:
        self.sets, self.parts, self.rules = sets, parts, rules
        self.full = reduce_sets(sets, rules.opened, rules.forbid)
        self.n = self.full.n_columns
        whole, _ = whole_weights(parts.weight)
        of, row = parts.of_demand, sets.row_of_demand
        self.total = np.bincount(of, whole, parts.number)
        self.models: list[Reduced] = []
        reached = row >= 0
        for part in range(parts.number):
            mine = reached & (of == part)
            weight = np.bincount(row[mine], whole[mine], len(sets.row_weight)).astype(np.float64)
            self.models.append(reduce_sets(replace(sets, row_weight=weight), rules.opened, rules.forbid))
        self.base = np.array([model.base for model in self.models])
        self.possible = self.base + [float(model.row_weight.sum()) for model in self.models]
        asked = np.ceil(self.total * share * (1 - 1e-12))
        self.promised = np.minimum(asked, self.possible)
        self.missing = np.maximum(self.promised - self.base, 0.0)
        self.conditions: list[Condition] = []
        blocks = Blocks(self.n)
        for model, missing in zip(self.models, self.missing, strict=True):
            if missing >= model.row_weight.sum() > 0:
                self.conditions.append(ReachAll(drop_dominated_rows(model), blocks))
            elif missing > 0:
                self.conditions.append(ReachWeight(model, float(missing), blocks))
                # a row heavier than what may be missed has to be reached
                heavy = model.row_weight > float(model.row_weight.sum()) - missing
                if heavy.any():
                    self.conditions.append(ReachAll(drop_dominated_rows(keep_rows(model, heavy)), blocks))
        self._rows()

    def _rows(self) -> None:
        """Rows of all parts below each other, for the greedy choice."""
        owner = np.repeat(np.arange(len(self.models)), [model.n_rows for model in self.models])
        weight = np.concatenate([model.row_weight for model in self.models])
        self.reach = sparse.csr_array(sparse.vstack([model.table() for model in self.models]))
        self.weight: Floats = weight
        shape = (len(self.models), len(weight))
        self.part_of_row = sparse.csr_array((np.ones(len(weight)), (owner, np.arange(len(weight)))), shape)

    def reached_with(self, chosen: Longs) -> Floats:
        """Weight of each part that chosen columns reach beside the open sites."""
        return self._weight_of(self._rows_reached(chosen))

    def _rows_reached(self, chosen: Longs) -> npt.NDArray[np.bool_]:
        if not len(chosen):
            return np.zeros(len(self.weight), dtype=bool)
        return np.asarray(self.reach[:, chosen].sum(axis=1)).ravel() > 0

    def _weight_of(self, rows: npt.NDArray[np.bool_]) -> Floats:
        return np.asarray(self.part_of_row @ (self.weight * rows))

    def fill(self, chosen: Longs, allowed: npt.NDArray[np.bool_]) -> Longs:
        """Add greedily what brings the parts nearest to their promise, then drop what none needs."""
        taken = list(chosen)
        while True:
            rows = self._rows_reached(np.array(taken, dtype=np.int64))
            missing = np.maximum(self.missing - self._weight_of(rows), 0.0)
            if not missing.any():
                break
            left = self.part_of_row @ sparse.diags_array(self.weight * ~rows) @ self.reach
            gain = np.minimum(left.toarray(), missing[:, None]).sum(axis=0)
            gain[~allowed] = -1.0
            best = int(np.argmax(gain))
            if gain[best] <= 0:
                break
            taken.append(best)
        light = np.asarray(self.reach.T @ self.weight)
        for k in sorted(taken, key=lambda k: float(light[k])):
            rest = np.array([j for j in taken if j != k], dtype=np.int64)
            if np.all(self.reached_with(rest) >= self.missing):
                taken.remove(k)
        return np.array(sorted(taken), dtype=np.int64)
