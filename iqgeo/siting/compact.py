"""Maximal covering with a column for each row of the demand, on the integer programs of HiGHS.

The tree over the sites alone (`iqgeo.siting.branch`) is faster where few sites open. Where many open, its
bound stays a little above the optimum, and only cuts over single rows of the demand close that gap.
"""

import math

import highspy
import numpy as np

from iqgeo.siting.control import Clock
from iqgeo.siting.master import silent_solver
from iqgeo.siting.oracle import Outcome
from iqgeo.siting.reduced import Counts, Reduced
from iqgeo.siting.sets import Floats, Longs

MOST_ENTRIES = 200_000
"""With more pairs of a site and a row of the demand than this the program is too large to be of use."""

FEASIBLE = 2
"""What HiGHS calls an answer that keeps all rows."""

OPTIONS: dict[str, bool | int | float | str] = {
    "mip_rel_gap": 0.0, "mip_abs_gap": 0.5, "mip_feasibility_tolerance": 1e-9,
}  # fmt: skip


def best_by_rows(model: Reduced, counts: Counts, limit: int, clock: Clock, start: Longs | None) -> Outcome:
    """Choose at most ``limit`` columns that reach the most weight, beginning with ``start``.

    The bound is that of HiGHS, rounded down: weights are whole.
    """
    n = model.n_columns
    solver = silent_solver(OPTIONS)
    solver.passModel(_program(model, counts, limit))
    if start is not None:
        point = highspy.HighsSolution()
        opened = np.zeros(n)
        opened[start] = 1.0
        point.col_value = np.append(opened, _reached(model, opened)).tolist()
        solver.setSolution(point)
    run_whole(solver, clock)
    info, status = solver.getInfo(), solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Outcome(None, -math.inf, -math.inf, infeasible=True)
    bound = math.floor(info.mip_dual_bound + 1e-3) if math.isfinite(info.mip_dual_bound) else math.inf
    bound = min(float(bound), float(model.row_weight.sum()))
    chosen = chosen_in(solver, n)
    if chosen is None:
        return Outcome(None, -math.inf, bound, nodes=int(info.mip_node_count))
    opened = np.zeros(n)
    opened[chosen] = 1.0
    worth = float(model.row_weight @ _reached(model, opened))
    return Outcome(chosen, worth, max(bound, worth), nodes=int(info.mip_node_count))


def run_whole(solver: highspy.Highs, clock: Clock) -> None:
    """Let a solver choose whole columns until it has proven the best or the clock says stop."""
    if math.isfinite(clock.seconds_left):
        solver.setOptionValue("time_limit", clock.seconds_left)

    def watch(event: "highspy.HighsCallbackEvent") -> None:
        if clock.over():
            event.interrupt()

    solver.cbMipInterrupt += watch
    solver.run()


def chosen_in(solver: highspy.Highs, n: int) -> Longs | None:
    """Which of the first ``n`` columns the best answer of a solver chooses; None where it found none."""
    info = solver.getInfo()
    if not math.isfinite(info.objective_function_value) or info.primal_solution_status != FEASIBLE:
        return None
    return np.flatnonzero(np.array(solver.getSolution().col_value)[:n] > 0.5).astype(np.int64)


def _reached(model: Reduced, opened: Floats) -> Floats:
    """For each row 1 if an opened column reaches it, else 0."""
    hits = np.add.reduceat(np.append(opened[model.row_site], 0.0), model.row_start[:-1])
    hits[np.diff(model.row_start) == 0] = 0.0
    return (hits > 0.5).astype(float)


def _program(model: Reduced, counts: Counts, limit: int) -> highspy.HighsLp:
    """The columns, then a column a row of the demand, which counts if one that reaches it opens."""
    from scipy import sparse

    n, m = model.n_columns, model.n_rows
    reach = model.table()
    owner = np.repeat(np.arange(n), np.diff(counts.member_start))
    groups = sparse.csr_array((np.ones(len(owner)), (counts.member, owner)), shape=(len(counts.low), n))
    # What the rows of the demand need, how many open, then the counts.
    pairs = sparse.hstack([reach, -sparse.eye_array(m)])
    nothing = sparse.csr_array((1 + len(counts.low), m))
    limits = sparse.hstack([sparse.vstack([sparse.csr_array(np.ones((1, n))), groups]), nothing])
    table = sparse.csr_array(sparse.vstack([pairs, limits]))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n + m, table.shape[0]
    lp.col_cost_ = np.append(np.zeros(n), model.row_weight)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_lower_, lp.col_upper_ = np.zeros(n + m), np.ones(n + m)
    lp.row_lower_ = np.concatenate([np.zeros(m), [-np.inf], counts.low])
    lp.row_upper_ = np.concatenate([np.full(m, np.inf), [float(limit)], counts.high])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = table.indptr, table.indices, table.data
    lp.integrality_ = [highspy.HighsVarType.kInteger] * n + [highspy.HighsVarType.kContinuous] * m
    return lp
