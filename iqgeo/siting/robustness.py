"""How an answer holds when the distances, the demand or the target vary."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from iqgeo.errors import InputError, Problem
from iqgeo.siting.answers import CoverAnswer, RobustAnswer
from iqgeo.siting.control import Clock, Control
from iqgeo.siting.most_covered import NO_RULES, max_cover
from iqgeo.siting.rules import SiteRules
from iqgeo.siting.sets import CoverSets, DistanceTable
from iqgeo.workers.executor import Executor, Serial


def vary(
    table: DistanceTable,
    instances: int,
    seed: int,
    *,
    target_km: tuple[float, float],
    factor: tuple[float, float] = (1.0, 1.0),
    weights: Sequence[npt.ArrayLike] = (),
) -> tuple[CoverSets, ...]:
    """Draw instances: target and distance factor evenly from their ranges, one of ``weights``.

    The table must reach as far as the largest target divided by the smallest factor; pairs it lacks
    are out of reach in every instance.

    Parameters
    ----------
    table : DistanceTable
        How far whom is from whom, in km; a missing pair cannot be travelled.
    instances : int
        How many are drawn.
    seed : int
        The same seed draws the same.
    target_km : tuple[float, float]
        Least and largest target, in km.
    factor : tuple[float, float]
        Least and largest factor; each multiplies the table's distances.
    weights : Sequence[array_like]
        Weights of the demand points to draw from; the table's own by default.

    Returns
    -------
    tuple[CoverSets, ...]
        One an instance.

    Raises
    ------
    InputError
        No instances, a range upside down or not positive, weights that do not fit the table.

    Examples
    --------
    >>> from iqgeo.siting import DistanceTable, vary
    >>> table = DistanceTable.from_pairs([0, 1, 1, 2], [0, 0, 1, 2], [3, 5, 4, 9], [10, 20, 5], n_sites=3)
    >>> [one.unreachable_weight for one in vary(table, 3, seed=1, target_km=(3, 6))]
    [5.0, 25.0, 25.0]
    """
    problems = []
    if instances < 1:
        problems.append(Problem("siting_bad_instances", value=str(instances)))
    problems += [
        Problem("siting_bad_range", value=f"{low}..{high}")
        for low, high in (target_km, factor)
        if not 0 < low <= high < float("inf")
    ]
    choices = [np.asarray(each, dtype=np.float64) for each in weights] or [table.weight]
    for each in choices:
        if len(each) != table.n_demand or not bool(np.all(each >= 0)):
            problems.append(Problem("siting_weights_misfit", details={"demand": table.n_demand}))
    if problems:
        raise InputError(problems)
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(instances):
        target, times = rng.uniform(*target_km), rng.uniform(*factor)
        weight = choices[int(rng.integers(len(choices)))]
        drawn.append(replace(table, weight=weight).within(target / times))
    return tuple(drawn)


def robust(
    instances: Sequence[CoverSets],
    new: int,
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
    executor: Executor | None = None,
) -> RobustAnswer:
    """Solve `max_cover` in every instance and weigh each answer in all the others.

    The plans compared are the instances' own best answers; the first has the least largest regret
    among them (not among all plans there could be). A time limit holds for the whole; every instance
    gets an even part of what is left.

    Parameters
    ----------
    instances : Sequence[CoverSets]
        The same sites and demand points under different assumptions.
    new : int
        How many sites open beside the existing ones, required ones included.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default. Workers know of the limit alone.
    executor : Executor | None
        Where the instances are solved; in a row without one. The answers are the same.

    Returns
    -------
    RobustAnswer
        How often each site is chosen, and what each plan is worth elsewhere.

    Raises
    ------
    InputError
        No instances, or what `max_cover` raises.

    Examples
    --------
    >>> from iqgeo.siting import DistanceTable, robust, vary
    >>> table = DistanceTable.from_pairs([0, 1, 1, 2], [0, 0, 1, 2], [3, 5, 4, 9], [10, 20, 5], n_sites=3)
    >>> found = robust(vary(table, 3, seed=1, target_km=(3, 6)), new=1)
    >>> found.plans, found.site_share
    (((0,), (1,)), {0: 0.6666666666666666, 1: 0.3333333333333333})
    """
    if not instances:
        raise InputError(Problem("siting_bad_instances", value="0"))
    solved = _here if executor is None or executor.name == Serial.name else partial(_apart, executor)
    answers = solved(instances, new, rules, control)
    held = [site for answer in answers for site in answer.sites]
    share = {site: held.count(site) / len(answers) for site in sorted(set(held))}
    plans = sorted({tuple(sorted(answer.sites)) for answer in answers})
    worth = [[sets.covered_weight([*rules.existing, *plan]) for sets in instances] for plan in plans]
    best = [max(row[v] for row in worth) for v in range(len(instances))]
    regret = [[best[v] - row[v] for v in range(len(instances))] for row in worth]
    order = sorted(range(len(plans)), key=lambda p: (max(regret[p]), plans[p]))
    return RobustAnswer(
        share,
        tuple(plans[p] for p in order),
        tuple(tuple(worth[p]) for p in order),
        tuple(tuple(regret[p]) for p in order),
        tuple(answers),
    )


def _here(
    instances: Sequence[CoverSets], new: int, rules: SiteRules, control: Control | None
) -> list[CoverAnswer]:
    """One after the other; each is a question of its own, so that any order gives the same answers."""
    clock, answers = Clock(control), list[CoverAnswer]()
    for k, sets in enumerate(instances):
        part = control or Control()
        if part.time_limit_s is not None:
            part = replace(part, time_limit_s=clock.seconds_left / (len(instances) - k))
        answers.append(max_cover(sets, new, rules, part))
    return answers


def _apart(
    executor: Executor, instances: Sequence[CoverSets], new: int, rules: SiteRules, control: Control | None
) -> list[CoverAnswer]:
    """Each where the executor runs it."""
    limit = None if control is None or control.time_limit_s is None else control.time_limit_s / len(instances)
    items = {str(k): (sets, new, rules, limit) for k, sets in enumerate(instances)}
    found: dict[str, CoverAnswer] = {}
    for done in executor.run(_solved, items):
        if done.failed:
            details = {"reason": done.error}
            raise InputError(
                done.problems or Problem("executor_part_failed", value=done.key, details=details)
            )
        found[done.key] = done.value
        if control is not None and control.stop is not None and control.stop():
            raise KeyboardInterrupt
    return [found[key] for key in items]


def _solved(item: tuple[CoverSets, int, SiteRules, float | None]) -> CoverAnswer:
    sets, new, rules, limit = item
    return max_cover(sets, new, rules, Control(time_limit_s=limit))
