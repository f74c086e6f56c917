"""Branch and Benders cut in the space of the sites, on linear programs of HiGHS.

The master holds one 0/1 column for each site and one for the worth of each group of demand; cuts
from an `Oracle` bound the worth from above. HiGHS offers no callback for lazy cuts, so the tree is our
own: best first, diving into one child. Every bound comes from the duals by weak duality, so that a
proof does not rest on the solver's tolerance for primal values.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import highspy
import numpy as np
import numpy.typing as npt

from iqgeo.siting.control import Clock
from iqgeo.siting.reduced import Counts
from iqgeo.siting.sets import Floats, Longs

_SCALE = 1000.0
_FRACTIONAL = 1e-6


@dataclass(frozen=True, eq=False)
class Cuts:
    """Upper bounds ``theta_g <= constant[g] + table[g] @ y``, tight at the point they were made for.

    ``value`` is what each gives at that point.
    """

    constant: Floats
    value: Floats
    table: Floats


class Oracle(Protocol):
    """What the tree asks about the worth of sites: a sum over groups of concave functions of y."""

    n_columns: int
    weights: Floats
    caps: Floats
    step: float

    def cuts(self, opened: Floats) -> Cuts:
        """The cuts at a fractional point."""

    def worth(self, chosen: Longs) -> float:
        """Exact worth of chosen columns; ``-inf`` where a hard condition of the oracle fails."""

    def round(self, opened: Floats) -> Longs:
        """A good choice near a fractional point."""

    def must_reach(self, opened: Floats) -> list[Longs]:
        """Sets of columns of which at least one must be chosen and that ``opened`` falls short of."""


@dataclass
class Outcome:
    """What a tree search ends with; ``chosen`` is None where nothing feasible was found."""

    chosen: Longs | None
    worth: float
    bound: float
    infeasible: bool = False
    nodes: int = 0
    cuts: int = 0

    @property
    def proven(self) -> bool:
        return self.infeasible or (self.chosen is not None and self.bound <= self.worth)


@dataclass(eq=False)
class _Relaxed:
    """One solved master: point, group worths, reduced costs and a bound by weak duality."""

    y: Floats
    theta: Floats
    reduced: Floats
    bound: float


class Master:
    """The linear program over sites and group worths."""

    def __init__(self, caps: Floats, n: int, limit: int, counts: Counts, scale: float) -> None:
        self.n, self.k, self.scale = n, len(caps), scale
        solver = highspy.Highs()
        solver.silent()
        for key, value in (("threads", 1), ("random_seed", 0), ("presolve", "off"), ("solver", "simplex"),
                           ("dual_feasibility_tolerance", 1e-9), ("primal_feasibility_tolerance", 1e-9)):  # fmt: skip
            solver.setOptionValue(key, value)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = n + self.k, 1
        lp.col_cost_ = np.append(np.zeros(n), np.ones(self.k))
        lp.col_lower_ = np.zeros(n + self.k)
        lp.col_upper_ = np.append(np.ones(n), caps * scale)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.row_lower_, lp.row_upper_ = np.array([-np.inf]), np.array([float(limit)])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array([0, n])
        lp.a_matrix_.index_, lp.a_matrix_.value_ = np.arange(n), np.ones(n)
        solver.passModel(lp)
        self.solver = solver
        self.upper = np.append(np.ones(n), caps * scale)
        self.lower = np.zeros(n + self.k)
        self.row_lower, self.row_upper = [-np.inf], [float(limit)]
        self.fixed_rows = 1
        for c in range(len(counts.low)):
            owner = np.repeat(np.arange(n), np.diff(counts.member_start))
            self.add_row(owner[counts.member == c], counts.low[c], counts.high[c])
        self.n_cuts = 0

    def add_row(self, columns: Longs, low: float, high: float) -> None:
        """Add ``low <= sum of the columns <= high`` for good."""
        index = columns.astype(np.int32)
        self.solver.addRow(float(low), float(high), len(index), index, np.ones(len(index)))
        self.row_lower.append(float(low))
        self.row_upper.append(float(high))

    def add_cuts(self, cuts: Cuts, theta: Floats | None) -> int:
        """Add those cuts that ``theta`` (scaled; None: all) violates; returns how many."""
        starts, index, value, upper = [], [], [], []
        position = 0
        for g in range(self.k):
            if theta is not None and theta[g] <= cuts.value[g] * self.scale + 1e-7:
                continue
            row = cuts.table[g]
            used = np.flatnonzero(row)
            starts.append(position)
            index.append(np.append(used, self.n + g))
            value.append(np.append(-row[used] * self.scale, 1.0))
            upper.append(cuts.constant[g] * self.scale)
            position += len(used) + 1
        if starts:
            self.solver.addRows(
                len(starts), np.full(len(starts), -np.inf), np.array(upper), position,
                np.array(starts, dtype=np.int32), np.concatenate(index).astype(np.int32), np.concatenate(value),
            )  # fmt: skip
            self.row_lower += [-np.inf] * len(starts)
            self.row_upper += upper
            self.n_cuts += len(starts)
        return len(starts)

    def bounds(self, lower: npt.NDArray[np.int8], upper: npt.NDArray[np.int8]) -> None:
        """Set the bounds of all site columns."""
        self.lower[: self.n], self.upper[: self.n] = lower, upper
        columns = np.arange(self.n, dtype=np.int32)
        self.solver.changeColsBounds(self.n, columns, lower.astype(float), upper.astype(float))

    def solve(self) -> _Relaxed | None:
        """Solve; None if infeasible."""
        self.solver.run()
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            self.solver.clearSolver()
            self.solver.run()
            status = self.solver.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible:
                return None
        solution = self.solver.getSolution()
        x, reduced = np.array(solution.col_value), np.array(solution.col_dual)
        dual = np.array(solution.row_dual)
        side = np.where(dual > 0, self.row_upper, self.row_lower)
        used = (dual != 0) & np.isfinite(side)
        bound = float(dual[used] @ side[used])
        bound += float(np.maximum(reduced * self.lower, reduced * self.upper).sum())
        return _Relaxed(np.clip(x[: self.n], 0, 1), x[self.n :], reduced[: self.n], bound / self.scale)

    def purge(self, keep: int) -> None:
        """Drop cuts that are not tight once there are more than ``keep`` rows."""
        if len(self.row_upper) <= keep:
            return
        status = self.solver.getBasis().row_status
        loose = [
            i for i in range(len(status))
            if self.row_lower[i] == -np.inf and i > 0 and status[i] == highspy.HighsBasisStatus.kBasic
            and i >= self.fixed_rows
        ]  # fmt: skip
        if len(loose) < keep // 3:
            return
        self.solver.deleteRows(len(loose), np.array(loose, dtype=np.int32))
        gone = set(loose)
        self.row_lower = [v for i, v in enumerate(self.row_lower) if i not in gone]
        self.row_upper = [v for i, v in enumerate(self.row_upper) if i not in gone]


@dataclass(order=True)
class _Node:
    rank: float
    number: int
    lower: npt.NDArray[np.int8] = field(compare=False)
    upper: npt.NDArray[np.int8] = field(compare=False)


class Tree:
    """Search for the chosen columns of greatest worth, at most ``limit`` of them."""

    def __init__(self, oracle: Oracle, limit: int, counts: Counts, clock: Clock, offset: float = 0.0) -> None:
        self.oracle, self.limit, self.counts, self.clock = oracle, limit, counts, clock
        self.offset = offset
        self.total = float(oracle.caps.sum())
        self.scale = _SCALE / max(self.total, 1e-300)
        self.master = Master(oracle.caps, oracle.n_columns, limit, counts, self.scale)
        self.best: Longs | None = None
        self.worth = float("-inf")
        self.enough: float | None = None
        self.floor = self.least = float("-inf")
        self.nodes = 0
        self.made = 0
        self.bound = self.total
        most = max(float(oracle.weights.max(initial=0.0)), 1e-300)
        self.weights = oracle.weights / most

    @property
    def cutoff(self) -> float:
        """A bound at or below this cannot lead to anything better."""
        slack = max(0.999 * self.oracle.step, 1e-10 * self.total)
        return max(self.worth, self.floor) + slack

    def aim(self, enough: float) -> None:
        """Ask only whether a worth of ``enough`` can be had."""
        self.enough = enough
        self.floor = enough - max(self.oracle.step, 2e-10 * self.total)

    def offer(self, chosen: Longs) -> None:
        """Take a choice if it is feasible and better than the best so far."""
        if not self._feasible(chosen):
            return
        worth = self.oracle.worth(chosen)
        if worth > max(self.worth, self.least):
            self.best, self.worth = np.sort(chosen), worth

    def _feasible(self, chosen: Longs) -> bool:
        counts = self.counts
        if len(chosen) > self.limit:
            return False
        if not len(counts.low):
            return True
        got = np.zeros(len(counts.low), dtype=np.int64)
        for j in chosen:
            got[counts.member[counts.member_start[j] : counts.member_start[j + 1]]] += 1
        return bool(np.all((got >= counts.low) & (got <= counts.high)))

    def _relax(self, rounds: int, centre: Floats | None, stall: float = 0.0) -> _Relaxed | None:
        """Solve the master and add cuts until none is violated; None if nothing better is left."""
        last = np.inf
        for _ in range(rounds):
            point = self.master.solve()
            if point is None or point.bound <= self.cutoff:
                return None
            added = 0
            for need in self.oracle.must_reach(point.y):
                self.master.add_row(need, 1.0, np.inf)
                added += 1
            if centre is not None:
                centre = 0.5 * centre + 0.5 * point.y
                self.master.add_cuts(self.oracle.cuts(centre), None)
            cuts = self.oracle.cuts(point.y)
            short = point.theta.sum() - cuts.value.sum() * self.scale
            if short > 1e-6:
                added += self.master.add_cuts(cuts, point.theta)
            if added == 0 or self.clock.over():
                return point
            if stall and last - point.bound < stall * self.total:
                return point
            last = point.bound
            if self.clock.over():
                return point
        return point

    def _fix(self, point: _Relaxed, lower: npt.NDArray[np.int8], upper: npt.NDArray[np.int8]) -> None:
        """Fix columns whose reduced cost shows that moving them leads to nothing better."""
        reduced = point.reduced / self.scale
        free = lower < upper
        zero = free & (point.y < _FRACTIONAL) & (point.bound + np.minimum(reduced, 0) <= self.cutoff)
        one = free & (point.y > 1 - _FRACTIONAL) & (point.bound - np.maximum(reduced, 0) <= self.cutoff)
        upper[zero] = 0
        lower[one] = 1

    def run(self, start: Sequence[Longs]) -> Outcome:
        """Search until the proof stands or the clock says stop."""
        for chosen in start:
            self.offer(chosen)
        try:
            if not self._done():
                self._search()
        except KeyboardInterrupt:
            self.clock.cancelled = True
        if self.best is not None and self.bound <= self.cutoff:
            self.bound = self.worth
        infeasible = self.best is None and self.bound == float("-inf")
        return Outcome(self.best, self.worth, self.bound, infeasible, self.nodes, self.master.n_cuts)

    def _search(self) -> None:
        n = self.oracle.n_columns
        lower, upper = np.zeros(n, dtype=np.int8), np.ones(n, dtype=np.int8)
        centre = np.full(n, min(1.0, self.limit / max(1, n)))
        if self.best is not None:
            centre *= 0.5
            centre[self.best] += 0.5
        self.master.add_cuts(self.oracle.cuts(np.zeros(n)), None)
        self.master.add_cuts(self.oracle.cuts(centre), None)
        point = self._relax(500, centre)
        if point is None:
            self.bound = self.worth
            return
        self.bound = point.bound
        self._round(point)
        heap: list[_Node] = []
        self._branch(heap, point, lower, upper)
        while heap and not self.clock.over():
            node = heapq.heappop(heap)
            self.bound = max(self.worth, -node.rank)
            self._tell()
            if -node.rank <= self.cutoff or self._done():
                break
            self._dive(heap, node)
        self.bound = max([self.worth, *(-node.rank for node in heap if -node.rank > self.cutoff)])

    def _done(self) -> bool:
        return self.enough is not None and self.worth >= self.enough

    def _tell(self) -> None:
        self.clock.report(self.worth + self.offset, max(self.bound, self.worth) + self.offset)

    def _round(self, point: _Relaxed) -> None:
        self.offer(self.oracle.round(point.y))

    def _dive(self, heap: list[_Node], node: _Node) -> None:
        """Follow one child after the other down from a node; the siblings go on the heap."""
        while True:
            before = len(heap)
            self.nodes += 1
            self.master.bounds(node.lower, node.upper)
            self.master.purge(200 + 8 * self.master.k)
            point = self._relax(12, None, 1e-5)
            if point is None:
                return
            point.bound = min(point.bound, -node.rank)
            if self.nodes % 8 == 1:
                self._round(point)
            if self.clock.over():
                heapq.heappush(heap, _Node(-point.bound, node.number, node.lower, node.upper))
                return
            self._branch(heap, point, node.lower, node.upper)
            if len(heap) == before or self._done():
                return
            node = max(heap, key=lambda each: each.number)
            heap.remove(node)
            heapq.heapify(heap)

    def _branch(
        self, heap: list[_Node], point: _Relaxed, lower: npt.NDArray[np.int8], upper: npt.NDArray[np.int8]
    ) -> None:
        """Fix what can be fixed, then split on the column that promises most; children go on the heap."""
        lower, upper = lower.copy(), upper.copy()
        self._fix(point, lower, upper)
        column = self._split_column(point, lower, upper)
        if column is None:
            return
        for value in (0, 1):
            below, above = lower.copy(), upper.copy()
            (above if value == 0 else below)[column] = value
            self.made += 1
            heapq.heappush(heap, _Node(-point.bound, self.made, below, above))

    def _split_column(
        self, point: _Relaxed, lower: npt.NDArray[np.int8], upper: npt.NDArray[np.int8]
    ) -> int | None:
        free = lower < upper
        far = np.minimum(point.y, 1 - point.y)
        candidates = np.flatnonzero(free & (far > _FRACTIONAL))
        if len(candidates):
            return int(candidates[np.argmax(far[candidates] * (1 + self.weights[candidates]))])
        chosen = np.flatnonzero(point.y > 0.5)
        self.offer(chosen)
        if point.bound <= self.cutoff:
            return None
        left = np.flatnonzero(free)
        return int(left[np.argmax(point.y[left])]) if len(left) else None
