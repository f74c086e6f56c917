"""Set covering: fewest new sites so that everyone, or a share of the weight, is covered."""

import math
from collections.abc import Sequence
from dataclasses import replace

import highspy
import numpy as np

from iqgeo.errors import Problem
from iqgeo.siting.answers import CoverAnswer, Status
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.covering import CoverOracle, maximise_cover
from iqgeo.siting.max_cover import NO_RULES, describe, settle
from iqgeo.siting.reduced import (
    Count,
    Counts,
    Reduced,
    drop_dominated_columns,
    drop_dominated_rows,
    reduce_sets,
)
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import CoverSets, DistanceTable, Longs


def full_cover(
    sets: CoverSets,
    share: float = 1.0,
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
) -> CoverAnswer:
    """Choose the fewest new sites so that ``share`` of the total weight is covered, with a proof.

    The objective is the number of new sites, required ones included. Weight that no existing or
    permitted site reaches is named in the answer; where the share cannot be had because of it,
    ``goal_met`` is False and the answer covers everyone who can be reached.

    Raises
    ------
    InputError
        A share outside 0..1, contradicting rules, sites that do not exist.
    """
    wrong = [] if 0 <= share <= 1 else [Problem("siting_bad_share", value=str(share))]
    check_request(sets.n_sites, rules, None, wrong)
    clock = Clock(control)
    clock.in_units(lambda number: number + len(rules.required_new))
    counts = rules.open_counts()
    full = reduce_sets(sets, rules.opened, rules.forbid)
    whole_total = float(sets.row_weight.sum())
    reachable = full.base + float(full.row_weight.sum())
    asked = sets.total_weight * share
    goal = min(math.ceil(asked / sets.unit * (1 - 1e-12)), whole_total + sets.unreachable_weight / sets.unit)
    if not all(count.sites for count in counts):
        chosen, lowest = None, float("inf")
    elif goal >= reachable:
        chosen, lowest = cover_everything(full, counts, clock)
    else:
        chosen, lowest = _cover_share(full, counts, goal - full.base, clock)
    return _answer(sets, rules, full, counts, chosen, lowest, asked, clock)


def _answer(
    sets: CoverSets, rules: SiteRules, full: Reduced, counts: Sequence[Count], chosen: Longs | None,
    lowest: float, asked: float, clock: Clock,
) -> CoverAnswer:  # fmt: skip
    sites: list[int] = []
    if chosen is not None:
        sites = sorted({*settle(full, counts, chosen, len(chosen)), *rules.required_new})
    answer = describe(sets, rules, sites, clock, float("inf"), "full-cover")
    number = float(len(sites)) if chosen is not None else float("nan")
    bound = lowest + len(rules.required_new)
    proven = chosen is not None and bound >= number
    status: Status = "optimal" if proven else "infeasible" if lowest == float("inf") else "feasible"
    if chosen is None:
        gap = float("nan") if status == "infeasible" else float("inf")
    else:
        gap = relative_gap(number, min(bound, number))
    return replace(
        answer, status=status, objective=number, bound=bound if chosen is None else min(bound, number), gap=gap,
        goal_weight=asked, goal_met=chosen is not None and answer.covered_after >= asked * (1 - 1e-12),
    )  # fmt: skip


def cover_everything(
    full: Reduced, counts: Sequence[Count], clock: Clock, limit: int | None = None
) -> tuple[Longs | None, float]:
    """Fewest columns that reach every row; returns site numbers and a lower bound on their number.

    With ``limit`` only whether that many suffice matters: the search ends once it is known.
    """
    model = full
    while True:
        before = (model.n_rows, model.n_columns)
        model = drop_dominated_rows(drop_dominated_columns(model, counts))
        if (model.n_rows, model.n_columns) == before:
            break
    arrays = Counts.over(counts, model.columns)
    if model.n_rows == 0 and not len(arrays.low):
        return np.zeros(0, dtype=np.int64), 0.0
    chosen, lowest = _cover_rows(model, arrays, clock, limit)
    return None if chosen is None else model.columns[chosen], lowest


def _heuristic_cover(model: Reduced, counts: Counts) -> Longs | None:
    """A small cover by greedy choice on equal row weights; local search takes sites away."""
    even = replace(model, row_weight=np.ones(model.n_rows))
    oracle = CoverOracle(even, counts, model.n_columns, 1)
    order, gain = oracle.greedy()
    needed = int(np.count_nonzero(gain > 0)) if not len(counts.low) else len(order)
    chosen = order[:needed]
    if oracle.worth(chosen) < model.n_rows:
        return None
    while len(chosen) > 1 and not len(counts.low):
        fewer = oracle.improve(chosen[:-1], 60)
        if oracle.worth(fewer) < model.n_rows:
            break
        chosen = fewer
    return chosen


def _cover_rows(
    model: Reduced, counts: Counts, clock: Clock, limit: int | None
) -> tuple[Longs | None, float]:
    """Set covering on a reduced model by HiGHS; returns columns and a lower bound."""
    found = _heuristic_cover(model, counts)
    if found is not None and limit is not None and len(found) <= limit:
        return found, 0.0
    clock.report(float("inf") if found is None else len(found), 0.0)
    n = model.n_columns
    solver = highspy.Highs()
    solver.silent()
    for key, value in (("threads", 1), ("random_seed", 0), ("mip_abs_gap", 0.999), ("mip_rel_gap", 0.0)):
        solver.setOptionValue(key, value)
    if limit is not None:
        solver.setOptionValue("objective_target", float(limit) + 0.5)
        solver.setOptionValue("objective_bound", float(limit) + 0.5)
    if clock.seconds_left < float("inf"):
        solver.setOptionValue("time_limit", clock.seconds_left)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n, model.n_rows
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.ones(n), np.zeros(n), np.ones(n)
    lp.row_lower_, lp.row_upper_ = np.ones(model.n_rows), np.full(model.n_rows, np.inf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = model.site_start, model.site_row
    lp.a_matrix_.value_ = np.ones(len(model.site_row))
    lp.integrality_ = [highspy.HighsVarType.kInteger] * n
    solver.passModel(lp)
    owner = np.repeat(np.arange(n), np.diff(counts.member_start))
    for c in range(len(counts.low)):
        members = owner[counts.member == c].astype(np.int32)
        solver.addRow(
            float(counts.low[c]), float(counts.high[c]), len(members), members, np.ones(len(members))
        )
    if limit is not None:
        solver.addRow(-np.inf, float(limit), n, np.arange(n, dtype=np.int32), np.ones(n))
    if found is not None and limit is None:
        start = highspy.HighsSolution()
        values = np.zeros(n)
        values[found] = 1
        start.col_value = values.tolist()
        solver.setSolution(start)
    return _run_mip(solver, n, clock, found)


def _run_mip(solver: highspy.Highs, n: int, clock: Clock, found: Longs | None) -> tuple[Longs | None, float]:
    """Run a covering model with progress and cancelling; returns columns and a lower bound."""

    def watch(event: highspy.HighsCallbackEvent) -> None:
        data = event.data_out
        clock.report(data.mip_primal_bound, math.ceil(data.mip_dual_bound - 1e-6))
        if clock.over():
            event.interrupt()

    solver.cbMipInterrupt.subscribe(watch)
    try:
        solver.run()
    except KeyboardInterrupt:
        clock.cancelled = True
    info = solver.getInfo()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None, float("inf")
    values = np.array(solver.getSolution().col_value)
    if len(values) == n and info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        columns = np.flatnonzero(values > 0.5)
        if found is None or len(columns) < len(found):
            found = columns
    bound = math.ceil(max(0.0, info.mip_dual_bound) - 1e-6) if math.isfinite(info.mip_dual_bound) else 0.0
    if status == highspy.HighsModelStatus.kOptimal and found is not None:
        bound = float(len(found))
    return found, float(bound)


def _cover_share(
    full: Reduced, counts: Sequence[Count], goal: float, clock: Clock
) -> tuple[Longs | None, float]:
    """Fewest columns that reach ``goal``: one question of maximal covering for each number below."""
    model = drop_dominated_columns(full, counts)
    arrays = Counts.over(counts, model.columns)
    oracle = CoverOracle(model, arrays, model.n_columns, 1)
    order, gain = oracle.greedy()
    reached = np.cumsum(gain) >= goal
    lowest = float(np.count_nonzero(np.cumsum(np.sort(oracle.weights)[::-1]) < goal) + (goal > 0))
    lowest = max(lowest, float(len([count for count in counts if count.low > 0]) if _disjoint(counts) else 0))
    number = int(np.argmax(reached)) + 1 if goal > 0 and reached.any() else len(order)
    best: Longs | None = order[:number] if goal > 0 else order[:0]
    if len(arrays.low):
        best, number = None, number + len(arrays.low)
        number = min(number, model.n_columns)
    clock.report(float(number), lowest)
    while number > lowest or best is None:
        ask = number - 1 if best is not None else number
        outcome = maximise_cover(
            model, counts, ask, clock, [best[:ask]] if best is not None else (), enough=goal
        )
        if outcome.chosen is not None and outcome.worth >= goal:
            best, number = outcome.chosen, len(outcome.chosen)
            clock.report(float(number), lowest)
        elif outcome.bound < goal or outcome.infeasible:
            if best is None and ask >= model.n_columns:
                return None, float("inf")
            lowest = float(ask + 1)
            if best is None:
                number = ask + 1
        if clock.over():
            break
    return None if best is None else model.columns[best], lowest


def _disjoint(counts: Sequence[Count]) -> bool:
    return len(frozenset[int]().union(*(c.sites for c in counts))) == sum(len(c.sites) for c in counts)


def smallest_target_km(table: DistanceTable, share: float = 1.0, rules: SiteRules = NO_RULES) -> float:
    """Smallest target distance at which ``share`` of the weight can be covered, were every permitted
    site open; ``inf`` where the table holds no pair for too much of it."""
    check_request(table.n_sites, rules, None)
    nearest = table.nearest_km([*rules.existing, *rules.candidates(table.n_sites)])
    held = table.weight > 0
    order = np.argsort(nearest[held], kind="stable")
    reached = np.cumsum(table.weight[held][order])
    if not len(reached):
        return 0.0
    goal = share * float(reached[-1]) * (1 - 1e-12)
    return float(nearest[held][order][int(np.searchsorted(reached, goal))]) if goal > 0 else 0.0
