"""Least cost of offices, places and the ways between them: a program with a column for each way, on HiGHS.

The tree (`iqgeo.siting.branch`) knows ways by cuts, of which many are needed; as columns they are bounded at
once. What offices and places cost by their number is settled first: parts of the question with one number of
each have bounds far above those of the whole, so that few of them are left to be solved.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from iqgeo.siting.branch import Tree
from iqgeo.siting.compact import chosen_in, run_whole
from iqgeo.siting.control import Clock
from iqgeo.siting.master import silent_solver
from iqgeo.siting.oracle import Outcome
from iqgeo.siting.outreach_goals import CostGoal
from iqgeo.siting.outreach_model import Model
from iqgeo.siting.sets import Longs
from iqgeo.siting.split import WHOLE
from iqgeo.siting.ways_program import WaysProgram, program_of

MOST_WAYS = 20_000
"""With more pairs of a place and a home than this the program is too large to be of use."""
MOST_ROWS = 4_000
"""With more rows of the demand to choose among than this, too."""

_SOLVER: dict[str, bool | int | float | str] = {
    "dual_feasibility_tolerance": 1e-9, "primal_feasibility_tolerance": 1e-9,
}  # fmt: skip
_Range = tuple[int, int]


@dataclass(order=True)
class _Numbered:
    """A part of the question, by how many offices and how many places there are, and its least cost."""

    bound: float
    number: int
    ranges: tuple[_Range, ...] = field(compare=False)
    sums: tuple[float, ...] = field(compare=False, default=())


def affordable(model: Model) -> bool:
    """Whether a question is small enough for a column a way."""
    some = model.wanted is not None and model.wanted < model.all_weight
    ways = int(model.linked.near_free.sum() + model.linked.near_open.sum())
    return model.n > 0 and ways <= MOST_WAYS and (not some or model.full.n_rows <= MOST_ROWS)


def least_cost(model: Model, goal: CostGoal, starts: Sequence[Longs], clock: Clock) -> Outcome:
    """Search for the choice of least cost; worth and bound are those of the goal."""
    judge = model.tree(goal, clock)
    for chosen in starts:
        judge.offer(chosen)
    return _WaysSearch(goal, program_of(model, goal), judge, clock).run()


class _WaysSearch:
    """Parts by number, the one with the least bound first; what is left of one number is solved."""

    def __init__(self, goal: CostGoal, program: WaysProgram, judge: Tree, clock: Clock) -> None:
        self.goal, self.program, self.judge, self.clock = goal, program, judge, clock
        self.solver = silent_solver({"presolve": "off", "solver": "simplex", **_SOLVER})
        self.solver.passModel(program.lp())
        self.made = 0
        self.nodes = 0
        # An office or a place that costs nothing tells nothing by its number.
        self.told = [at for at, price in enumerate((goal.price[0], goal.price[goal.n])) if price]

    @property
    def found(self) -> float:
        """The least cost found."""
        return self.goal.most_cost - self.judge.worth

    @property
    def cutoff(self) -> float:
        """What costs no less than this is no better than what is found."""
        return self.found - 0.999 * self.goal.step

    def run(self) -> Outcome:
        """Until nothing can be better, or the clock says stop."""
        heap: list[_Numbered] = []
        first = self._bounded(self.program.ranges, float(np.minimum(self.program.cost, 0.0).sum()))
        if first is not None:
            heap.append(first)
        left: list[float] = []
        while heap and not self.clock.over():
            part = heapq.heappop(heap)
            if part.bound >= self.cutoff:
                heapq.heappush(heap, part)
                break
            self._tell(min([part.bound, *left]))
            pieces = self._pieces(part)
            if not pieces:
                left.append(self._solved(part))
                continue
            for ranges in pieces:
                piece = self._bounded(ranges, part.bound)
                if piece is not None:
                    heapq.heappush(heap, piece)
        bound = min([*(part.bound for part in heap), *left], default=math.inf)
        return self._outcome(bound)

    def _outcome(self, bound: float) -> Outcome:
        best, worth, top = self.judge.best, self.judge.worth, self.goal.most_cost
        if best is None and bound == math.inf and not self.clock.cancelled:
            return Outcome(None, -math.inf, -math.inf, infeasible=True, nodes=self.nodes)
        proven = best is not None and bound >= self.cutoff
        return Outcome(best, worth, worth if proven else top - bound, nodes=self.nodes)

    def _tell(self, bound: float) -> None:
        top, worth = self.goal.most_cost, self.judge.worth
        self.clock.report(worth, max(top - bound, worth))

    def _pieces(self, part: _Numbered) -> list[tuple[_Range, ...]]:
        """The part split where a number is not settled; none where all are."""
        for at in self.told:
            low, high = part.ranges[at]
            if low == high:
                continue
            amount = part.sums[at]
            whole = round(amount)
            cut = [(low, math.floor(amount)), (math.floor(amount) + 1, high)]
            if abs(amount - whole) <= WHOLE:
                cut = [(low, whole - 1), (whole, whole), (whole + 1, high)]
            return [
                (*part.ranges[:at], piece, *part.ranges[at + 1 :]) for piece in cut if piece[0] <= piece[1]
            ]
        return []

    def _bounded(self, ranges: tuple[_Range, ...], least: float) -> _Numbered | None:
        """The part with so many of each, and its bound by the linear program; None: it holds nothing."""
        self.nodes += 1
        solver, program = self.solver, self.program
        for row, (low, high) in enumerate(ranges):
            solver.changeRowBounds(row, float(low), float(high))
        if math.isfinite(self.clock.seconds_left):
            solver.setOptionValue("time_limit", solver.getRunTime() + self.clock.seconds_left)
        solver.run()
        self.made += 1
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            return _Numbered(least, self.made, ranges, tuple(float(low) for low, _ in ranges))
        solution = solver.getSolution()
        point = np.array(solution.col_value)
        bound = program.bound(np.array(solution.row_dual), ranges)
        self.judge.offer(self.goal.round(np.clip(point[: 2 * self.goal.n], 0, 1)))
        n = self.goal.n
        return _Numbered(max(bound, least), self.made, ranges, (point[:n].sum(), point[n : 2 * n].sum()))

    def _solved(self, part: _Numbered) -> float:
        """A bound for a part after it was searched: at least what is found, unless the clock said stop."""
        cut = self.found
        gap = self.goal.step / 2
        options = {**_SOLVER, "mip_rel_gap": 0.0, "mip_abs_gap": gap, "mip_feasibility_tolerance": 1e-9}
        solver = silent_solver(options)
        if math.isfinite(cut):
            solver.setOptionValue("objective_bound", cut)
        solver.passModel(self.program.lp(part.ranges, whole=True))
        run_whole(solver, self.clock)
        info, status = solver.getInfo(), solver.getModelStatus()
        self.nodes += max(int(info.mip_node_count), 0)
        chosen = chosen_in(solver, 2 * self.goal.n)
        if chosen is not None:
            self.judge.offer(chosen)
        if status == highspy.HighsModelStatus.kInfeasible:
            return cut
        known = info.mip_dual_bound if math.isfinite(info.mip_dual_bound) else part.bound
        # Beyond what is found nothing was looked for.
        return max(part.bound, min(float(known), cut))
