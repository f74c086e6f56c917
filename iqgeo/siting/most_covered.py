"""Models of maximal covering: most weight with N new sites, and which K of today's sites to keep."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from iqgeo.errors import InputError, Problem
from iqgeo.siting.answers import CoverAnswer, Status
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.counts import Count
from iqgeo.siting.covering import CoverOracle, maximise_cover
from iqgeo.siting.oracle import Outcome
from iqgeo.siting.reduced import Counts, Reduced, drop_dominated_columns, reduce_sets
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import CoverSets, Longs

NO_RULES = SiteRules()


def max_cover(
    sets: CoverSets,
    new: int,
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
    *,
    start: Sequence[Iterable[int]] = (),
) -> CoverAnswer:
    """Choose ``new`` sites that cover the most weight beside the existing ones, with a proof.

    Exactly ``new`` sites come back: where fewer cover as much, the rest are the lowest numbers left,
    with a gain of 0.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    new : int
        How many sites open beside the existing ones, required ones included.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.
    start : Sequence[Iterable[int]]
        Choices to begin with, say an answer to a similar question. They save time and change
        nothing about the proof.

    Returns
    -------
    CoverAnswer
        The objective is the weight covered by all open sites, in the caller's units.

    Raises
    ------
    InputError
        The request makes no sense: see `iqgeo.siting.rules.check_request`; or no candidate reaches
        anyone.

    Notes
    -----
    Branch and cut on the maximal covering location problem [1]_ with Benders cuts over the sites [2]_.

    References
    ----------
    .. [1] R. Church, C. ReVelle, "The maximal covering location problem", Papers of the Regional Science
       Association 32, 1974.
    .. [2] J.-F. Cordeau, F. Furini, I. Ljubic, "Benders decomposition for very large scale partial set
       covering and maximal covering location problems", European Journal of Operational Research 275, 2019.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, max_cover
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> answer = max_cover(sets, new=2)
    >>> answer.status, answer.sites, answer.gains
    ('optimal', (0, 2), (30.0, 5.0))
    """
    check_request(sets.n_sites, rules, new, _out_of_reach(sets, rules))
    return solve_cover(sets, new, rules, Clock(control), start=start)


def _out_of_reach(sets: CoverSets, rules: SiteRules) -> list[Problem]:
    candidates = rules.candidates(sets.n_sites)
    site_start, _ = sets.by_site
    wrong = bool(rules.problems(sets.n_sites)) or not candidates
    if wrong or bool(np.any(np.diff(site_start)[candidates] > 0)):
        return []
    return [Problem("siting_all_out_of_reach", details={"candidates": len(candidates)})]


def solve_cover(
    sets: CoverSets,
    new: int,
    rules: SiteRules,
    clock: Clock,
    counts: Sequence[Count] = (),
    start: Sequence[Iterable[int]] = (),
    model_name: str = "max-cover",
    least: float | None = None,
) -> CoverAnswer:
    """`max_cover` without the check, with further ``counts`` over the sites (see `Count`).

    With ``least`` (the caller's units) only answers that cover at least so much count.
    """
    all_counts = [*rules.open_counts(), *counts]
    full = reduce_sets(sets, rules.opened, rules.forbid)
    # where several of a set are asked for, a dominated site can be one of them
    several = any(count.low > 1 for count in all_counts)
    model = full if several else drop_dominated_columns(full, all_counts)
    limit = new - len(rules.required_new)
    clock.in_units(lambda worth: worth * sets.unit)
    place = {int(site): k for k, site in enumerate(model.columns)}
    starts = [np.array([place[j] for j in one if j in place][:limit], dtype=np.int64) for one in start]
    if not all(len(count.sites) >= count.low for count in all_counts):
        outcome = Outcome(None, float("-inf"), float("-inf"), infeasible=True)
    else:
        floor = None if least is None else math.ceil(least / sets.unit * (1 - 1e-12)) - 1.0 - model.base
        outcome = maximise_cover(model, all_counts, limit, clock, starts, floor=floor)
    if outcome.chosen is None:
        return _no_answer(sets, rules, clock, outcome, model_name, model.base)
    taken = settle(full, all_counts, model.columns[outcome.chosen], limit)
    sites = sorted({*taken, *rules.required_new})
    return describe(sets, rules, sites, clock, outcome.bound + model.base, model_name)


def settle(full: Reduced, counts: Sequence[Count], sites: Longs, limit: int) -> list[int]:
    """Apply the tie rule and fill up to ``limit`` sites by number; site numbers in, site numbers out."""
    arrays = Counts.over(counts, full.columns)
    oracle = CoverOracle(full, arrays, limit, 1)
    columns = np.searchsorted(full.columns, sites)
    chosen = [int(full.columns[k]) for k in oracle.improve(columns, 0, settle=True)]
    held = set(chosen)
    for site in full.columns.tolist():
        if len(held) >= limit:
            break
        held.add(site)
    return sorted(held)


def opening_order(
    sets: CoverSets, existing: Sequence[int], sites: Iterable[int]
) -> tuple[list[int], list[float]]:
    """Sites by what each adds to those before it, and that weight in the caller's units."""
    chosen = set(sites)
    barred = [j for j in range(sets.n_sites) if j not in chosen]
    few = reduce_sets(sets, existing, barred)
    oracle = CoverOracle(few, Counts.over((), few.columns), few.n_columns, 1)
    order, gain = oracle.greedy()
    return [int(few.columns[k]) for k in order], [float(each) * sets.unit for each in gain]


def describe(
    sets: CoverSets,
    rules: SiteRules,
    sites: Sequence[int],
    clock: Clock,
    bound: float,
    model_name: str,
) -> CoverAnswer:
    """An answer with everything recomputed from the sets; ``bound`` in whole units of weight."""
    order, gains = opening_order(sets, rules.existing, sites)
    after = sets.covered_weight([*rules.existing, *sites])
    worth = round(after / sets.unit)
    best = max(bound, worth) * sets.unit
    proven = bound - worth <= max(0.5, 2e-10 * float(sets.row_weight.sum()))
    best = after if proven else best
    status: Status = "optimal" if proven else "feasible"
    reach, missing = unreachable(sets, rules)
    return CoverAnswer(
        model_name, status, after, best, relative_gap(after, best), clock.seconds, tuple(order), tuple(gains),
        rules, sets.covered_weight(rules.existing), after, sets.total_weight, missing, reach,
        sets.total_weight, after >= sets.total_weight,
    )  # fmt: skip


def unreachable(sets: CoverSets, rules: SiteRules) -> tuple[tuple[int, ...], float]:
    """Demand points that no existing or permitted site reaches, and their weight."""
    usable = [*rules.existing, *rules.candidates(sets.n_sites)]
    rows = sets.covered_rows(usable)
    points = np.flatnonzero(~sets.covered_demand(usable))
    return tuple(points.tolist()), float(sets.row_weight[~rows].sum()) * sets.unit + sets.unreachable_weight


def _no_answer(
    sets: CoverSets, rules: SiteRules, clock: Clock, outcome: Outcome, model_name: str, base: float
) -> CoverAnswer:
    nan = float("nan")
    reach, missing = unreachable(sets, rules)
    before = sets.covered_weight(rules.existing)
    status: Status = "infeasible" if outcome.infeasible else "feasible"
    bound = nan if outcome.infeasible else (outcome.bound + base) * sets.unit
    gap = nan if outcome.infeasible else float("inf")
    return CoverAnswer(
        model_name, status, nan, bound, gap, clock.seconds, (), (), rules, before, before,
        sets.total_weight, missing, reach, sets.total_weight, False,
    )  # fmt: skip


def keep_best(
    sets: CoverSets, existing: Sequence[int], keep: int, control: Control | None = None
) -> CoverAnswer:
    """Choose the ``keep`` of the ``existing`` sites that cover the most weight together.

    Who loses access: ``sets.covered_demand(existing) & ~sets.covered_demand(answer.sites)``.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    existing : Sequence[int]
        The sites that stand.
    keep : int
        How many of them stay.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    CoverAnswer
        ``sites`` are the sites kept; ``covered_before`` is what all existing sites cover.

    Raises
    ------
    InputError
        ``keep`` negative or above the number of existing sites, a site that does not exist.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, keep_best
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> keep_best(sets, existing=[0, 1, 2], keep=1).sites
    (0,)
    """
    problems = SiteRules(existing=tuple(existing)).problems(sets.n_sites)
    count = len(set(existing))
    if keep < 0:
        problems.append(Problem("siting_new_negative", value=str(keep)))
    elif keep > count:
        problems.append(Problem("siting_keep_too_many", value=str(keep), details={"existing": count}))
    if problems:
        raise InputError(problems)
    others = tuple(sorted(set(range(sets.n_sites)) - set(existing)))
    rules = SiteRules(forbid=others)
    answer = solve_cover(sets, keep, rules, Clock(control), model_name="keep-best")
    return replace(answer, covered_before=sets.covered_weight(existing))


def keep_best_all(
    sets: CoverSets, existing: Sequence[int], control: Control | None = None
) -> tuple[CoverAnswer, ...]:
    """`keep_best` for every number of sites from 0 to all of them; each answer stands for itself.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    existing : Sequence[int]
        The sites that stand.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    tuple[CoverAnswer, ...]
        Position ``k`` keeps ``k`` sites.

    Raises
    ------
    InputError
        The request makes no sense: every problem at once.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, keep_best_all
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> [answer.objective for answer in keep_best_all(sets, existing=[0, 1, 2])]
    [0.0, 30.0, 35.0, 35.0]
    """
    return tuple(keep_best(sets, existing, keep, control) for keep in range(len(set(existing)) + 1))
