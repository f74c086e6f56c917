"""Set covering: fewest new sites so that everyone, or a share of the weight, is covered."""

import math
from collections.abc import Sequence
from dataclasses import replace

import highspy
import numpy as np

from iqgeo.errors import Problem
from iqgeo.siting import list_kernels, search_kernels
from iqgeo.siting.answers import CoverAnswer, Status
from iqgeo.siting.branch import Outcome
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.covering import SEED, CoverOracle, maximise_cover
from iqgeo.siting.max_cover import NO_RULES, describe, settle
from iqgeo.siting.reduced import (
    Count,
    Counts,
    Reduced,
    drop_dominated_columns,
    drop_dominated_rows,
    reduce_sets,
    with_group_rows,
)
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import CoverSets, DistanceTable, Longs

SEARCH_STEPS = 20_000


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
    reachable = full.base + float(full.row_weight.sum())
    asked = sets.total_weight * share
    goal = math.ceil(asked / sets.unit * (1 - 1e-12))
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
        bound = min(bound, number)
        gap = relative_gap(number, bound)
    return replace(
        answer, status=status, objective=number, bound=bound, gap=gap,
        goal_weight=asked, goal_met=chosen is not None and answer.covered_after >= asked * (1 - 1e-12),
    )  # fmt: skip


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
    found = _small_cover(model)
    clock.report(float(len(found)), 1.0)
    lowest = 1.0
    if len(found) > max(1, limit or 0):
        found, lowest = _prove_cover(model, found, clock, limit)
    return model.columns[found], lowest


def _small_cover(model: Reduced) -> Longs:
    """Find a small cover: greedily, then by local search."""
    even = replace(model, row_weight=np.ones(model.n_rows))
    none = Counts.over((), model.columns)
    order, gain = CoverOracle(even, none, model.n_columns, 1).greedy()
    found: Longs = search_kernels.cover_search(
        model.site_start, model.site_row, model.row_start, model.row_site,
        order[gain > 0], SEARCH_STEPS, np.array([SEED], dtype=np.uint64),
    )  # fmt: skip
    return found


def _cover_model(model: Reduced, clock: Clock, found: Longs) -> highspy.Highs:
    """Build the covering model with ``found`` as a first answer."""
    n = model.n_columns
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    for key, value in (("threads", 1), ("random_seed", 0), ("mip_abs_gap", 0.999), ("mip_rel_gap", 0.0)):
        solver.setOptionValue(key, value)
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
    start = highspy.HighsSolution()
    values = np.zeros(n)
    values[found] = 1
    start.col_value = values.tolist()
    solver.setSolution(start)
    return solver


def _whole_bound(bound: float) -> float:
    """A bound on a number of sites, rounded up safely; 0 while there is none."""
    return float(math.ceil(bound - 1e-6)) if 0 < bound < float("inf") else 0.0


def _prove_cover(model: Reduced, found: Longs, clock: Clock, limit: int | None) -> tuple[Longs, float]:
    """Prove ``found`` smallest or find a smaller cover, with progress and cancelling.

    Returns columns and a lower bound on their number; with ``limit`` the search ends once either
    shows whether that many suffice.
    """

    def watch(event: highspy.HighsCallbackEvent) -> None:
        data = event.data_out
        number, bound = min(float(len(found)), data.mip_primal_bound), _whole_bound(data.mip_dual_bound)
        clock.report(number, bound)
        if clock.over() or (limit is not None and (number <= limit or bound > limit)):
            event.interrupt()

    solver = _cover_model(model, clock, found)
    solver.cbMipInterrupt.subscribe(watch)
    try:
        solver.run()
    except KeyboardInterrupt:
        clock.cancelled = True
    info = solver.getInfo()
    values = np.array(solver.getSolution().col_value)
    whole = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if len(values) == model.n_columns and whole:
        columns = np.flatnonzero(values > 0.5)
        everyone = (
            list_kernels.covered_rows(model.site_start, model.site_row, columns, model.n_rows).min() > 0
        )
        if everyone and len(columns) < len(found):
            found = columns
    if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
        return found, float(len(found))
    return found, min(_whole_bound(info.mip_dual_bound), float(len(found)))


def _cover_share(
    full: Reduced, counts: Sequence[Count], goal: float, clock: Clock
) -> tuple[Longs | None, float]:
    """Find the fewest columns that reach ``goal``: a question of maximal covering for each number.

    Upwards the first bounds of the linear programs settle most numbers; downwards from the greedy
    number each question is searched to its end.
    """
    model = drop_dominated_columns(full, counts)
    oracle = CoverOracle(model, Counts.over(counts, model.columns), model.n_columns, 1)
    order, gain = oracle.greedy()
    number = int(np.count_nonzero(np.cumsum(gain) < goal)) + (goal > 0)
    best: Longs | None = order[:number]
    if counts:
        best, number = None, min(number + len(counts), model.n_columns)
    lowest = float(np.count_nonzero(np.cumsum(np.sort(oracle.weights)[::-1]) < goal) + (goal > 0))
    clock.report(float(number), lowest)

    def ask(most: int, deep: bool) -> Outcome:
        start = [] if best is None else [best[:most]]
        with clock.quiet():
            return maximise_cover(model, counts, most, clock, start, enough=goal, deep=deep)

    above = number
    while lowest < above and not clock.over():
        middle = (int(lowest) + above) // 2
        outcome = ask(middle, deep=False)
        if outcome.proven and outcome.worth < goal:
            lowest = middle + 1.0
        else:
            above = middle
    clock.report(float(number), lowest)
    while best is None or number > lowest:
        most = number if best is None else number - 1
        outcome = ask(most, deep=True)
        if outcome.chosen is not None and outcome.worth >= goal:
            best, number = outcome.chosen, len(outcome.chosen)
            clock.report(float(number), lowest)
        elif outcome.proven or outcome.bound < goal:
            if best is None and most >= model.n_columns:
                return None, float("inf")
            lowest, number = most + 1.0, max(number, most + 1)
        if clock.over():
            break
    return None if best is None else model.columns[best], lowest


def smallest_target_km(table: DistanceTable, share: float = 1.0, rules: SiteRules = NO_RULES) -> float:
    """Find the smallest target distance at which ``share`` of the weight can be covered.

    That is with every permitted site open; ``inf`` where the table lacks pairs for too much weight.
    """
    wrong = [] if 0 <= share <= 1 else [Problem("siting_bad_share", value=str(share))]
    check_request(table.n_sites, rules, None, wrong)
    nearest = table.nearest_km([*rules.existing, *rules.candidates(table.n_sites)])
    held = table.weight > 0
    order = np.argsort(nearest[held], kind="stable")
    reached = np.cumsum(table.weight[held][order])
    if not len(reached):
        return 0.0
    goal = share * float(reached[-1]) * (1 - 1e-12)
    return float(nearest[held][order][int(np.searchsorted(reached, goal))]) if goal > 0 else 0.0
