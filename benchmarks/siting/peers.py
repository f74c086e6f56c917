"""Against spopt (CBC and HiGHS) and against HiGHS alone: ``python -m benchmarks.siting.peers``.

spopt gets a sample of 1,500 places (its model holds a row for each) and all towns; build and solve
count on both sides, the distance matrix on neither. HiGHS alone gets our merged and reduced model in
full.
"""

import sys
import warnings

import highspy
import numpy as np

from benchmarks.siting.instances import TARGET_KM, Cpu, state
from iqgeo.siting import CoverSets, DistanceTable, SiteRules, max_cover
from iqgeo.siting.reduced import Reduced, drop_dominated_columns, reduce_sets


def sample(table: DistanceTable, places: int) -> tuple[np.ndarray, np.ndarray]:
    """A full matrix of km (inf: no pair) for a sample of places, and their weights."""
    chosen = np.sort(np.random.default_rng(1).choice(table.n_demand, places, replace=False))
    matrix = np.full((places, table.n_sites), np.inf)
    row = np.searchsorted(chosen, table.demand)
    here = (row < places) & (chosen[np.minimum(row, places - 1)] == table.demand)
    matrix[row[here], table.site[here]] = table.km[here]
    return matrix, table.weight[chosen]


def spopt(new: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pulp
        from spopt.locate import MCLP

    table, _ = state()
    matrix, weight = sample(table, 1500)

    def ours() -> float:
        demand, site = np.nonzero(matrix <= TARGET_KM)
        return max_cover(CoverSets.from_pairs(site, demand, weight, matrix.shape[1]), new).objective

    ours()
    with Cpu() as mine:
        worth = ours()
    for name, solver in (
        ("CBC", pulp.PULP_CBC_CMD(msg=False, threads=1)),
        ("HiGHS", pulp.HiGHS(msg=False, threads=1)),
    ):
        import resource

        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with Cpu() as theirs, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = MCLP.from_cost_matrix(matrix, weight, TARGET_KM, p_facilities=new).solve(solver)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = theirs.seconds + after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        objective = pulp.value(model.problem.objective)
        print(
            f"spopt + {name}, N = {new}: {seconds:.2f} s, ours {mine.seconds:.4f} s, ratio"
            f" {seconds / mine.seconds:.0f}, objectives {objective:.0f} and {worth:.0f}",
            flush=True,
        )


def plain_model(model: Reduced, new: int, limit_s: float) -> highspy.Highs:
    """Maximal covering with a 0/1 column for each site and one for each row, as HiGHS takes it."""
    n, m = model.n_columns, model.n_rows
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", limit_s)
    solver.setOptionValue("mip_rel_gap", 0.0)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n + m, m + 1
    lp.col_cost_ = np.append(np.zeros(n), model.row_weight)
    lp.col_lower_, lp.col_upper_ = np.zeros(n + m), np.ones(n + m)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.row_lower_ = np.append(np.zeros(m), -np.inf)
    lp.row_upper_ = np.append(np.full(m, np.inf), float(new))
    start = model.row_start + np.arange(m + 1)
    index = np.empty(start[-1] + n, dtype=np.int32)
    value = np.ones(len(index))
    shift = np.arange(len(model.row_site)) + np.repeat(np.arange(m), np.diff(model.row_start))
    index[shift] = model.row_site
    index[start[1:] - 1], value[start[1:] - 1] = n + np.arange(m), -1.0
    index[start[-1] :] = np.arange(n)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.append(start, start[-1] + n)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = index, value
    lp.integrality_ = [highspy.HighsVarType.kInteger] * n + [highspy.HighsVarType.kContinuous] * m
    solver.passModel(lp)
    return solver


def highs_alone(new: int, limit_s: float) -> None:
    table, offices = state()
    sets = table.within(TARGET_KM)
    rules = SiteRules(existing=offices)
    max_cover(sets, new, rules)
    with Cpu() as mine:
        answer = max_cover(sets, new, rules)
    model = drop_dominated_columns(reduce_sets(sets, offices, ()), ())
    solver = plain_model(model, new, limit_s)
    with Cpu() as theirs:
        solver.run()
    info = solver.getInfo()
    done = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    worth = (info.objective_function_value + model.base) * sets.unit
    print(f"HiGHS alone on the reduced model, N = {new}: {theirs.seconds:.1f} s"
          f" {'proven' if done else f'stopped, gap {info.mip_gap:.2%}'}, objective {worth:.0f};"
          f" ours {mine.seconds:.2f} s {answer.status} {answer.objective:.0f}: ratio"
          f" {'' if done else 'above '}{theirs.seconds / mine.seconds:.0f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    for number in (3, 8):
        spopt(number)
    for number in (3, 8, 12):
        highs_alone(number, limit)
