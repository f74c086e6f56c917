"""Set covering: fewest new sites so that everyone, or a share of the weight, is covered."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from iqgeo.errors import Problem
from iqgeo.siting.answers import CoverAnswer, Status
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.counts import Count
from iqgeo.siting.covering import CoverOracle, maximise_cover
from iqgeo.siting.most_covered import NO_RULES, describe, settle
from iqgeo.siting.oracle import Outcome
from iqgeo.siting.primal_dual import too_few
from iqgeo.siting.reduced import Counts, Reduced, drop_dominated_columns, reduce_sets
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.set_cover import cover_everything
from iqgeo.siting.sets import CoverSets, DistanceTable, Longs


def full_cover(
    sets: CoverSets,
    share: float = 1.0,
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
) -> CoverAnswer:
    """Choose the fewest new sites so that ``share`` of the total weight is covered, with a proof.

    Weight that no existing or permitted site reaches is named in the answer; where the share cannot be
    had because of it, ``goal_met`` is False and the answer covers everyone who can be reached.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    share : float
        Share of the total weight to cover, 0 to 1.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    CoverAnswer
        The objective is the number of new sites, required ones included.

    Raises
    ------
    InputError
        A share outside 0..1, contradicting rules, sites that do not exist.

    References
    ----------
    .. [1] C. Toregas, R. Swain, C. ReVelle, L. Bergman, "The location of emergency service facilities",
       Operations Research 19, 1971.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, full_cover
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> answer = full_cover(sets)
    >>> answer.status, answer.sites, answer.goal_met
    ('optimal', (0, 2), True)
    """
    wrong = [] if 0 <= share <= 1 else [Problem("siting_bad_share", value=str(share))]
    check_request(sets.n_sites, rules, None, wrong)
    clock = Clock(control)
    clock.in_units(lambda worth: len(rules.required_new) - worth)
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


def _cover_share(
    full: Reduced, counts: Sequence[Count], goal: float, clock: Clock
) -> tuple[Longs | None, float]:
    """Find the fewest columns that reach ``goal``: a question of maximal covering for each number.

    Upwards bounds of primal-dual steps settle most numbers; downwards from the greedy
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
    clock.report(-float(number), -lowest)

    def ask(most: int) -> Outcome:
        start = [] if best is None else [best[:most]]
        with clock.quiet():
            return maximise_cover(model, counts, most, clock, start, enough=goal)

    above = number
    while lowest < above and not clock.over():
        middle = (int(lowest) + above) // 2
        if too_few(model, middle, goal, clock):
            lowest = middle + 1.0
        else:
            above = middle
    clock.report(-float(number), -lowest)
    while best is None or number > lowest:
        most = number if best is None else number - 1
        outcome = ask(most)
        if outcome.chosen is not None and outcome.worth >= goal:
            best, number = outcome.chosen, len(outcome.chosen)
            clock.report(-float(number), -lowest)
        elif outcome.proven or outcome.bound < goal:
            if best is None and most >= model.n_columns:
                return None, float("inf")
            lowest, number = most + 1.0, max(number, most + 1)
        if clock.over():
            break
    return None if best is None else model.columns[best], lowest


def smallest_target_km(table: DistanceTable, share: float = 1.0, rules: SiteRules = NO_RULES) -> float:
    """Find the smallest target distance at which ``share`` of the weight can be covered.

    Parameters
    ----------
    table : DistanceTable
        How far whom is from whom, in km; a missing pair cannot be travelled.
    share : float
        Share of the total weight to cover, 0 to 1.
    rules : SiteRules
        What stands, must open, may not open.

    Returns
    -------
    float
        In km, with every permitted site open; ``inf`` where the table lacks pairs for too much weight.

    Raises
    ------
    InputError
        A share outside 0..1, contradicting rules, sites that do not exist.

    Examples
    --------
    >>> from iqgeo.siting import DistanceTable, smallest_target_km
    >>> table = DistanceTable.from_pairs([0, 1, 1, 2], [0, 0, 1, 2], [3, 5, 4, 9], [10, 20, 5], n_sites=3)
    >>> smallest_target_km(table), smallest_target_km(table, share=0.5)
    (9.0, 4.0)
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
