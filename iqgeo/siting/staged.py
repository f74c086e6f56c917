"""Plans in stages: nested openings, jointly best over all stages."""

from collections.abc import Sequence

import numpy as np

from iqgeo.errors import Problem
from iqgeo.siting import list_kernels
from iqgeo.siting.answers import CoverAnswer, StagesAnswer, Status
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.counts import Count
from iqgeo.siting.covering import maximise_cover
from iqgeo.siting.most_covered import NO_RULES, describe, settle, solve_cover
from iqgeo.siting.reduced import drop_dominated_columns, reduce_sets
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import CoverSets


def stages(
    sets: CoverSets,
    sizes: Sequence[int],
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
    *,
    stage_weights: Sequence[float] | None = None,
) -> StagesAnswer:
    """Open ``sizes[0]`` sites first, ``sizes[1]`` more next and so on; what is open stays open.

    Maximises the sum over the stages of stage weight times weight covered in that stage, over all
    stages at once. Required sites and groups must be met in the last stage.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    sizes : Sequence[int]
        Number of sites opened in each stage.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.
    stage_weights : Sequence[float] | None
        How much each stage counts (its length in years, say); 1 each unless given.

    Returns
    -------
    StagesAnswer
        One answer a stage, and what nesting costs.

    Raises
    ------
    InputError
        Sizes negative or more in all than there are candidates; stage weights negative or not one
        for each stage; rules that contradict each other.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, stages
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> plan = stages(sets, [1, 1])
    >>> [stage.sites for stage in plan.stages], plan.nesting_price
    ([(0,), (2,)], (0.0, 0.0))
    """
    weights = [1.0] * len(sizes) if stage_weights is None else [float(each) for each in stage_weights]
    wrong = []
    if not sizes:
        wrong.append(Problem("siting_no_stages"))
    if len(weights) != len(sizes) or not all(0 <= each < float("inf") for each in weights):
        details = {"stages": len(sizes)}
        wrong.append(Problem("siting_bad_stage_weights", value=str(list(weights)), details=details))
    wrong += [Problem("siting_new_negative", value=str(size)) for size in sizes if size < 0]
    check_request(sets.n_sites, rules, max(0, sum(sizes)), wrong)
    clock = Clock(control)
    n, last = sets.n_sites, len(sizes)
    wide = _expand(sets, rules, weights)
    barred = [t * n + j for t in range(last) for j in (*rules.existing, *rules.forbid)]
    counts = [Count(frozenset(range(t * n, t * n + n)), 0, size) for t, size in enumerate(sizes)]
    open_groups = [group for group in rules.groups if not set(group) & set(rules.existing)]
    for group in [*open_groups, *((site,) for site in rules.required_new)]:
        members = frozenset(t * n + j for t in range(last) for j in group if j not in set(rules.forbid))
        counts.append(Count(members, 1, len(members)))
    base = sets.covered_weight(rules.existing)
    clock.in_units(lambda worth: worth * wide.unit + base * sum(weights))
    full = reduce_sets(wide, (), barred)
    outcome = None
    if all(count.sites or count.low == 0 for count in counts):
        model = drop_dominated_columns(full, counts)
        outcome = maximise_cover(model, counts, sum(sizes), clock)
    if outcome is None or outcome.chosen is None:
        nan = float("nan")
        status: Status = "infeasible" if outcome is None or outcome.infeasible else "feasible"
        return StagesAnswer(status, nan, nan, nan, clock.seconds, (), (), ())
    picked = settle(full, counts, model.columns[outcome.chosen], len(outcome.chosen))
    plan = _fill(sets, rules, sizes, picked)
    return _answer(
        sets, rules, weights, plan, outcome.bound * wide.unit + base * sum(weights), clock, control
    )


def _expand(sets: CoverSets, rules: SiteRules, weights: Sequence[float]) -> CoverSets:
    """One row for each row and stage, reached by a site opened in that stage or before."""
    left = ~sets.covered_rows(rules.existing)
    rows = np.flatnonzero(left)
    start, site = list_kernels.take_lists(sets.row_start, sets.row_site, rows)
    demand = np.repeat(np.arange(len(rows)), np.diff(start))
    demands, sites = [], []
    for now in range(len(weights)):
        for opened in range(now + 1):
            demands.append(demand + now * len(rows))
            sites.append(site.astype(np.int64) + opened * sets.n_sites)
    weight = np.concatenate([sets.row_weight[rows] * sets.unit * each for each in weights])
    everything = (np.concatenate(sites), np.concatenate(demands))
    return CoverSets.from_pairs(*everything, weight, sets.n_sites * len(weights))


def _fill(sets: CoverSets, rules: SiteRules, sizes: Sequence[int], picked: Sequence[int]) -> list[list[int]]:
    """Sites of each stage; a place left empty, or taken twice, goes to the site that adds most then."""
    n = sets.n_sites
    plan: list[list[int]] = [[] for _ in sizes]
    seen: set[int] = set()
    for each in sorted(picked):
        if each % n not in seen:
            seen.add(each % n)
            plan[each // n].append(each % n)
    candidates = rules.candidates(n)
    opened = list(rules.existing)
    for t, size in enumerate(sizes):
        opened += plan[t]
        while len(plan[t]) < size:
            rest = [j for j in candidates if j not in seen]
            now = sets.covered_weight(opened)
            best = max(rest, key=lambda j: (sets.covered_weight([*opened, j]) - now, -j))
            seen.add(best)
            plan[t].append(best)
            opened.append(best)
    return plan


def _answer(
    sets: CoverSets, rules: SiteRules, weights: Sequence[float], plan: Sequence[Sequence[int]], bound: float,
    clock: Clock, control: Control | None,
) -> StagesAnswer:  # fmt: skip
    parts: list[CoverAnswer] = []
    free: list[CoverAnswer] = []
    opened, total = list(rules.existing), 0
    for sites in plan:
        now = SiteRules(tuple(opened), (), rules.forbid, rules.groups)
        part = describe(sets, now, sites, clock, float("inf"), "stages")
        parts.append(part)
        opened += sites
        total += len(sites)
        bare = SiteRules(rules.existing, (), rules.forbid)
        free.append(solve_cover(sets, total, bare, Clock(control), start=[opened]))
    objective = sum(weight * part.covered_after for weight, part in zip(weights, parts, strict=True))
    ceiling = sum(weight * one.bound for weight, one in zip(weights, free, strict=True))
    bound = min(bound, ceiling)
    proven = bound <= objective * (1 + 1e-9) or bound - objective <= 1e-9
    bound = objective if proven else bound
    price = tuple(
        max(0.0, one.covered_after - part.covered_after) for one, part in zip(free, parts, strict=True)
    )
    status: Status = "optimal" if proven else "feasible"
    gap = relative_gap(objective, bound)
    return StagesAnswer(status, objective, bound, gap, clock.seconds, tuple(parts), tuple(free), price)
