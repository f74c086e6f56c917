"""The linear program of the Benders tree: sites, group worths and the cuts between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np
import numpy.typing as npt

from iqgeo.siting.reduced import Counts
from iqgeo.siting.sets import Floats, Longs

if TYPE_CHECKING:
    from scipy import sparse

MOST_AGE = 8
VIOLATED = 1e-7
OPTIONS: dict[str, bool | int | float | str] = {
    "presolve": "off",
    "solver": "simplex",
    "dual_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
}


def silent_solver(options: Mapping[str, bool | int | float | str]) -> highspy.Highs:
    """A solver that says nothing and finds the same every time, on one thread."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy has no types
    solver.silent()
    for key, value in {"threads": 1, "random_seed": 0, **options}.items():
        solver.setOptionValue(key, value)
    return solver


@dataclass(frozen=True, eq=False)
class Cuts:
    """Upper bounds ``theta_g <= constant[g] + table[g] @ y``, tight at the point they were made for.

    ``value`` is what each gives at that point; ``table`` may go on with the sums of a master's ``either``.
    ``whole`` marks groups of few cuts in all, none of which is worth making before a point breaks it.
    """

    constant: Floats
    value: Floats
    table: "Floats | sparse.csr_array[np.float64]"
    whole: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class HeldGroups:
    """Groups of which at least so much worth is demanded; it does not count in the objective."""

    groups: Longs
    least: float


@dataclass(eq=False)
class Relaxed:
    """One solved master: point, group worths, reduced costs and a bound by weak duality.

    ``sums`` and ``reduced_sums`` are those of the master's ``either``.
    """

    y: Floats
    theta: Floats
    reduced: Floats
    bound: float
    solved: bool
    sums: Floats
    reduced_sums: Floats


class Master:
    """The linear program over sites and group worths.

    ``price`` is what every chosen site takes off the worth, or what each of them does. ``either`` are sets
    of columns of which at most one is chosen: the program holds the sum of each as a column of its own, so
    that rows that ask for one of them, no matter which, are short.
    """

    def __init__(
        self, caps: Floats, n: int, limit: int, counts: Counts, scale: float, price: float | Floats = 0.0,
        either: Sequence[Longs] = (), held: Sequence[HeldGroups] = (),
    ) -> None:  # fmt: skip
        self.n, self.k, self.scale = n, len(caps), scale
        self.first = n + len(either)
        solver = silent_solver(OPTIONS)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.first + self.k, 1
        gain = np.ones(self.k)
        for each in held:
            gain[each.groups] = 0.0
        price = np.full(n, -np.asarray(price) * scale)
        lp.col_cost_ = np.concatenate([price, np.zeros(len(either)), gain])
        self.lower = np.zeros(self.first + self.k)
        self.upper = np.append(np.ones(self.first), caps * scale)
        lp.col_lower_, lp.col_upper_ = self.lower, self.upper
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.row_lower_, lp.row_upper_ = np.array([-np.inf]), np.array([float(limit)])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array([0, n])
        lp.a_matrix_.index_, lp.a_matrix_.value_ = np.arange(n), np.ones(n)
        solver.passModel(lp)
        self.solver = solver
        self.row_lower, self.row_upper = [-np.inf], [float(limit)]
        # rows that must stay have an age that never grows
        self.age: list[float] = [-np.inf]
        self.region_row: dict[int, int] = {}
        self.limited: dict[int, tuple[float, float]] = {}
        for c in range(len(counts.low)):
            owner = np.repeat(np.arange(n), np.diff(counts.member_start))
            self.add_row(owner[counts.member == c], counts.low[c], counts.high[c])
        for at, columns in enumerate(either):
            self.add_row(np.append(columns, n + at), 0.0, 0.0, np.append(np.ones(len(columns)), -1.0))
        for each in held:
            values = np.full(len(each.groups), 1.0 / (max(each.least, 1.0) * scale))
            self.add_row(self.first + each.groups, each.least / max(each.least, 1.0), np.inf, values)
        self.n_cuts = 0

    def add_row(self, columns: Longs, low: float, high: float, values: Floats | None = None) -> None:
        """Add ``low <= sum of values times columns <= high`` for good; all values are 1 unless given."""
        index = columns.astype(np.int32)
        factors = np.ones(len(index)) if values is None else values
        self.solver.addRow(float(low), float(high), len(index), index, factors)
        self.row_lower.append(float(low))
        self.row_upper.append(float(high))
        self.age.append(-np.inf)

    def limit_regions(self, regions: Sequence[Longs], limits: Mapping[int, tuple[float, float]]) -> None:
        """Choose between low and high of the columns of each region; regions not named are free.

        The first regions are the master's ``either``.
        """
        for region in [each for each in self.limited if each not in limits]:
            self._limit_region(regions, region, -np.inf, np.inf)
        for region, (low, high) in limits.items():
            if self.limited.get(region) != (low, high):
                self._limit_region(regions, region, low, high)
        self.limited = dict(limits)

    def _limit_region(self, regions: Sequence[Longs], region: int, low: float, high: float) -> None:
        if region < self.first - self.n:
            column = self.n + region
            self.lower[column], self.upper[column] = max(low, 0.0), min(high, 1.0)
            self.solver.changeColBounds(column, self.lower[column], self.upper[column])
            return
        if region not in self.region_row:
            self.region_row[region] = len(self.row_upper)
            self.add_row(regions[region], low, high)
            return
        row = self.region_row[region]
        self.solver.changeRowBounds(row, float(low), float(high))
        self.row_lower[row], self.row_upper[row] = float(low), float(high)

    def add_cuts(self, cuts: Cuts, theta: Floats | None) -> int:
        """Add those cuts that ``theta`` (scaled; None: all) violates; returns how many."""
        if theta is None:
            made = np.arange(self.k)
            if self.n_cuts and cuts.whole is not None:
                made = made[~cuts.whole]
        else:
            made = np.flatnonzero(theta > cuts.value * self.scale + VIOLATED)
        if not len(made):
            return 0
        row, column, value = _entries(cuts.table[made])
        # Behind its sites each cut has the worth of its group.
        ends = np.cumsum(np.bincount(row, minlength=len(made)) + 1)
        index = np.empty(len(row) + len(made), dtype=np.int32)
        values = np.ones(len(index))
        at = np.arange(len(row)) + row
        index[at], values[at] = column, value * -self.scale
        index[ends - 1] = self.first + made
        upper = cuts.constant[made] * self.scale
        starts = np.append(0, ends[:-1]).astype(np.int32)
        self.solver.addRows(len(made), np.full(len(made), -np.inf), upper, len(index), starts, index, values)
        self.row_lower += [-np.inf] * len(made)
        self.row_upper += upper.tolist()
        self.age += [0.0] * len(made)
        self.n_cuts += len(made)
        return len(made)

    def bounds(self, lower: npt.NDArray[np.int8], upper: npt.NDArray[np.int8]) -> None:
        """Set the bounds of all site columns."""
        self.lower[: self.n], self.upper[: self.n] = lower, upper
        columns = np.arange(self.n, dtype=np.int32)
        self.solver.changeColsBounds(self.n, columns, lower.astype(float), upper.astype(float))

    def solve(self, iterations: int | None = None) -> Relaxed | None:
        """Solve; None if infeasible. With a limit on iterations the point may not be an optimum."""
        self.solver.setOptionValue("simplex_iteration_limit", iterations or 2**31 - 1)
        self.solver.run()
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status not in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kIterationLimit}:
            self.solver.clearSolver()
            self.solver.run()
            status = self.solver.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible:
                return None
        solution = self.solver.getSolution()
        x, reduced = np.array(solution.col_value), np.array(solution.col_dual)
        dual = np.array(solution.row_dual)
        side = np.where(dual > 0, self.row_upper, self.row_lower)
        slack = dual == 0
        if iterations is None:
            self.age = np.where(slack, np.array(self.age) + 1, np.minimum(self.age, 0)).tolist()
        used = ~slack & np.isfinite(side)
        bound = float(dual[used] @ side[used])
        bound += float(np.maximum(reduced * self.lower, reduced * self.upper).sum())
        return Relaxed(
            np.clip(x[: self.n], 0, 1),
            x[self.first :],
            reduced[: self.n],
            bound / self.scale,
            status == highspy.HighsModelStatus.kOptimal,
            x[self.n : self.first],
            reduced[self.n : self.first],
        )

    def purge(self, keep: int, most_age: int = MOST_AGE) -> None:
        """Drop cuts that have long been slack once there are more than ``keep`` rows."""
        if len(self.row_upper) <= keep:
            return
        age = np.array(self.age)
        loose = np.flatnonzero(age > most_age)
        if len(loose) <= keep // 5:
            return
        self.solver.deleteRows(len(loose), loose.astype(np.int32))
        gone = set(loose.tolist())
        self.row_lower = [v for k, v in enumerate(self.row_lower) if k not in gone]
        self.row_upper = [v for k, v in enumerate(self.row_upper) if k not in gone]
        self.age = [v for k, v in enumerate(self.age) if k not in gone]
        shift = np.cumsum(np.isin(np.arange(len(age)), loose))
        self.region_row = {region: row - int(shift[row]) for region, row in self.region_row.items()}


def _entries(table: "Floats | sparse.csr_array[np.float64]") -> tuple[Longs, Longs, Floats]:
    """Row, column and value of what is not nothing in a table, by row and column."""
    if isinstance(table, np.ndarray):
        row, column = np.nonzero(table)
        return row, column, table[row, column]
    rows = table.tocsr()
    rows.sum_duplicates()
    return np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), rows.indices.astype(np.int64), rows.data
