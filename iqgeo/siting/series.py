"""Several answers at once: the curve over N, alternatives to an answer, and why each site is in it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from iqgeo.errors import InputError, Problem
from iqgeo.siting import list_kernels
from iqgeo.siting.answers import CoverAnswer, SiteReason
from iqgeo.siting.control import Clock, Control
from iqgeo.siting.counts import Count
from iqgeo.siting.most_covered import NO_RULES, max_cover, solve_cover
from iqgeo.siting.reduced import reduce_sets
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import CoverSets


def _part(control: Control | None, clock: Clock, parts: int) -> Control:
    """The caller's control with an even part of the time left."""
    given = control or Control()
    if given.time_limit_s is None:
        return given
    return replace(given, time_limit_s=clock.seconds_left / max(1, parts))


def curve(
    sets: CoverSets, most: int = 25, rules: SiteRules = NO_RULES, control: Control | None = None
) -> tuple[CoverAnswer, ...]:
    """`max_cover` for every N from the number of required sites (0 without any) to ``most``.

    Each answer begins with the one before it. A time limit holds for the whole curve: every N gets an
    even part of what is left. After a stop the curve ends with the last N answered.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    most : int
        The largest number of new sites.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    tuple[CoverAnswer, ...]
        One a number of new sites, ascending.

    Raises
    ------
    InputError
        The request makes no sense: every problem at once.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, curve
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> [answer.objective for answer in curve(sets, most=2)]
    [0.0, 30.0, 35.0]
    """
    least = len(rules.required_new)
    check_request(sets.n_sites, rules, [least, most])
    clock = Clock(control)
    answers: list[CoverAnswer] = []
    for new in range(least, most + 1):
        start = [answers[-1].sites] if answers else []
        answers.append(max_cover(sets, new, rules, _part(control, clock, most + 1 - new), start=start))
        if clock.control.stop is not None and clock.control.stop():
            break
    return tuple(answers)


def alternatives(
    sets: CoverSets,
    answer: CoverAnswer,
    within_pct: float = 1.0,
    differ: int = 1,
    most: int = 5,
    control: Control | None = None,
) -> tuple[CoverAnswer, ...]:
    """Near-optimal answers that are truly different, best first.

    Each holds as many new sites as ``answer``, covers at most ``within_pct`` percent less, differs in
    at least ``differ`` sites from ``answer`` and from every other alternative, and is the best under
    these conditions (see its status).

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    answer : CoverAnswer
        What they are alternatives to.
    within_pct : float
        How much less they may cover, in per cent of what ``answer`` covers, 0 to 100.
    differ : int
        In how many sites they differ at least.
    most : int
        How many are looked for.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    tuple[CoverAnswer, ...]
        Fewer than ``most`` mean that there are no more, unless time ran out.

    Raises
    ------
    InputError
        A percentage outside 0..100, ``differ`` below 1.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, alternatives, max_cover
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> best = max_cover(sets, new=1)
    >>> [answer.sites for answer in alternatives(sets, best, within_pct=50)]
    [(1,)]
    """
    problems = []
    if not 0 <= within_pct <= 100:
        problems.append(Problem("siting_bad_percentage", value=str(within_pct)))
    if differ < 1:
        problems.append(Problem("siting_bad_differ", value=str(differ)))
    if problems:
        raise InputError(problems)
    clock = Clock(control)
    choosable = frozenset(answer.rules.candidates(sets.n_sites)) - set(answer.rules.require)
    free = len(answer.sites) - len(answer.rules.required_new)
    least = answer.covered_after * (1 - within_pct / 100)
    found: list[CoverAnswer] = []
    while len(found) < most and free >= differ:
        counts = [Count(choosable - set(one.sites), differ, sets.n_sites) for one in (answer, *found)]
        start = [one.sites for one in (answer, *found)]
        part = Clock(_part(control, clock, most - len(found)))
        other = solve_cover(sets, len(answer.sites), answer.rules, part, counts, start, answer.model, least)
        if not other.sites or len(other.sites) < len(answer.sites):
            break
        found.append(other)
        if clock.over():
            break
    return tuple(sorted(found, key=lambda one: -one.objective))


def explain(
    sets: CoverSets, answer: CoverAnswer, control: Control | None = None, *, refusals: bool = True
) -> tuple[SiteReason, ...]:
    """For each site of ``answer``: what it adds, its runner-up, and what refusing it would lose.

    A required site and one whose refusal leaves too few candidates have no refusal.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    answer : CoverAnswer
        An answer of `max_cover`.
    control : Control | None
        Time limit, stop and progress; none of them by default.
    refusals : bool
        Whether to solve one model more for each site, with it forbidden. A time limit is shared out evenly;
        where a proof is missing the loss is a range.

    Returns
    -------
    tuple[SiteReason, ...]
        One a site, in the order of the answer.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, explain, max_cover
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> reason = explain(sets, max_cover(sets, new=1))[0]
    >>> reason.gain, reason.runner_up, reason.runner_up_loss, reason.refusal_loss
    (30.0, 1, 10.0, (10.0, 10.0))
    """
    clock = Clock(control)
    reasons = []
    for k, site in enumerate(answer.sites):
        reason = _swap_reason(sets, answer, site)
        if refusals and site not in answer.rules.require:
            part = _part(control, clock, len(answer.sites) - k)
            reason = _with_refusal(sets, answer, reason, part)
        reasons.append(reason)
    return tuple(reasons)


def _swap_reason(sets: CoverSets, answer: CoverAnswer, site: int) -> SiteReason:
    rules = answer.rules
    others = [*rules.existing, *(j for j in answer.sites if j != site)]
    mine = sets.covered_demand([*others, site]) & ~sets.covered_demand(others)
    rest = reduce_sets(sets, others, [*rules.forbid, site])
    gains = list_kernels.list_sums(rest.site_start, rest.site_row, rest.row_weight)
    needs = [set(group) for group in rules.groups if not set(group) & set(others)]
    for k, other in enumerate(rest.columns.tolist()):
        if not all(other in need for need in needs):
            gains[k] = -1.0
    gain = sets.covered_weight([*others, site]) - sets.covered_weight(others)
    best = int(np.argmax(gains)) if len(gains) else -1
    # Whoever would lose all that the site brings is no runner-up, unless a group needs one.
    useless = best >= 0 and gains[best] == 0 and gain > 0 and not needs
    if best < 0 or gains[best] < 0 or useless or site in rules.require:
        return SiteReason(site, gain, tuple(np.flatnonzero(mine).tolist()), -1, gain, None, None)
    loss = gain - float(gains[best]) * sets.unit
    runner_up = int(rest.columns[best])
    return SiteReason(site, gain, tuple(np.flatnonzero(mine).tolist()), runner_up, loss, None, None)


def _with_refusal(sets: CoverSets, answer: CoverAnswer, reason: SiteReason, control: Control) -> SiteReason:
    rules = replace(answer.rules, forbid=(*answer.rules.forbid, reason.site))
    number = len(answer.sites)
    if len(rules.candidates(sets.n_sites)) < number:
        return reason
    swapped = [reason.runner_up if j == reason.site else j for j in answer.sites]
    start = [[j for j in swapped if j >= 0]]
    refusal = solve_cover(sets, number, rules, Clock(control), start=start, model_name=answer.model)
    if not refusal.sites:
        return replace(reason, refusal=refusal)
    loss = (max(0.0, answer.covered_after - refusal.bound), answer.covered_after - refusal.covered_after)
    return replace(reason, refusal=refusal, refusal_loss=loss)


def keep_loss(sets: CoverSets, existing: Sequence[int], answer: CoverAnswer) -> tuple[int, ...]:
    """Demand points that ``existing`` covers and the kept sites of a ``keep-best`` answer do not.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    existing : Sequence[int]
        The sites that stood.
    answer : CoverAnswer
        An answer of `keep_best`.

    Returns
    -------
    tuple[int, ...]
        Numbers of demand points, ascending.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, keep_best, keep_loss
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> keep_loss(sets, [0, 1, 2], keep_best(sets, [0, 1, 2], keep=1))
    (2,)
    """
    lost = sets.covered_demand(existing) & ~sets.covered_demand(answer.sites)
    return tuple(np.flatnonzero(lost).tolist())
