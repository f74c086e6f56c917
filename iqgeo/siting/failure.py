"""The choice that is best after its worst failure: most weight left when one open site is switched off."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from iqgeo.siting import cover_kernels, list_kernels
from iqgeo.siting.answers import CoverAnswer, Status
from iqgeo.siting.branch import Tree
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.counts import Count
from iqgeo.siting.covering import CoverOracle, alike_columns
from iqgeo.siting.master import Cuts
from iqgeo.siting.most_covered import NO_RULES, describe, max_cover
from iqgeo.siting.reduced import Counts, Reduced, reduce_sets
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import CoverSets, Floats, Longs

OFF = 1e-6


@dataclass(frozen=True)
class SafeAnswer:
    """An answer judged by what is left after its worst failure.

    Attributes
    ----------
    answer : CoverAnswer
        The sites; ``objective`` and ``bound`` are the weight left after the worst failure,
        ``covered_after`` what is reached while nothing fails.
    after_worst : float
        Weight still reached when the site whose failure costs most is switched off.
    worst : int
        That site (the lowest number of equal ones).
    plain : CoverAnswer
        The choice that reaches most while nothing fails.
    """

    answer: CoverAnswer
    after_worst: float
    worst: int
    plain: CoverAnswer


def lost_without(sets: CoverSets, opened: Sequence[int]) -> Floats:
    """Weight that no other open site reaches, for each of them.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    opened : Sequence[int]
        The open sites.

    Returns
    -------
    ndarray of float64
        In the caller's units, shape ``(len(opened),)``.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, lost_without
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> lost_without(sets, [0, 1]).tolist()
    [10.0, 0.0]
    """
    sites = np.asarray(list(opened), dtype=np.int64)
    start, row = sets.by_site
    times = list_kernels.covered_rows(start, row, sites, len(sets.row_weight))
    alone = sets.row_weight * (times == 1)
    lost = [float(alone[row[start[j] : start[j + 1]]].sum()) * sets.unit for j in sites]
    return np.array(lost)


def weight_with_two(sets: CoverSets, opened: Sequence[int]) -> float:
    """Weight reached by two of ``opened`` or more.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    opened : Sequence[int]
        The open sites.

    Returns
    -------
    float
        In the caller's units.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, weight_with_two
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> weight_with_two(sets, [0, 1, 2])
    20.0
    """
    start, row = sets.by_site
    sites = np.asarray(list(opened), dtype=np.int64)
    times = list_kernels.covered_rows(start, row, sites, len(sets.row_weight))
    return float(sets.row_weight[times > 1].sum()) * sets.unit


class SafeOracle:
    """Most weight left after the worst failure.

    Its worth is the least over all sites of what the others reach; for each site that a point opens,
    the cut of maximal covering with that one switched off bounds it, and the lowest of them is given.
    """

    price = 0.0
    step = 1.0

    def __init__(self, model: Reduced, counts: Counts, limit: int, given: Longs) -> None:
        self.model, self.limit, self.given = model, limit, given
        self.n_columns = model.n_columns
        self.inner = CoverOracle(model, counts, limit, 1)
        self.weights: Floats = self.inner.weights
        self.caps: Floats = np.array([float(model.row_weight.sum())])
        self._lists = (model.site_start, model.site_row, model.row_start, model.row_site, model.row_weight)
        self._group = np.zeros(model.n_rows, dtype=np.int32)
        self._reach = np.zeros(model.n_rows)

    def cuts(self, opened: Floats) -> Cuts:
        """Return the lowest of the cuts with one site switched off."""
        best: Cuts | None = None
        for site in [-1, *np.flatnonzero(opened > OFF).tolist()]:
            point = opened.copy()
            if site >= 0:
                point[site] = 0.0
            table = np.zeros((1, self.n_columns))
            constant, value = cover_kernels.covering_cuts(
                *self._lists, self._group, 1, point, self._reach, table
            )
            if site >= 0:
                table[0, site] = 0.0
            if best is None or value[0] < best.value[0]:
                best = Cuts(constant, value, table)
        assert best is not None
        return best

    def worth(self, chosen: Longs) -> float:
        """Return the weight reached less what the worst failure costs."""
        model = self.model
        times = list_kernels.covered_rows(model.site_start, model.site_row, chosen, model.n_rows)
        alone = list_kernels.list_sums(model.site_start, model.site_row, model.row_weight * (times == 1))
        lost = float(alone[chosen].max(initial=0.0))
        return float(model.row_weight[times > 0].sum()) - lost

    def round(self, opened: Floats) -> Longs:
        """Keep what the fractional point is sure of, fill up greedily, swap."""
        score = opened.copy()
        score[self.given] = 2.0
        order = np.argsort(-score, kind="stable")[: self.limit]
        sure = order[score[order] > 0.5]
        return self.improve(self.inner.greedy(sure)[0], 0)

    def improve(self, chosen: Longs, kicks: int) -> Longs:  # noqa: ARG002 -- every oracle is asked so
        """Swap one free site after the other while more is left after the worst failure."""
        best = chosen.copy()
        worth = self.worth(best)
        fixed = set(self.given.tolist())
        better = True
        while better:
            better = False
            for a in range(len(best)):
                if int(best[a]) in fixed:
                    continue
                then = best.copy()
                for k in range(self.n_columns):
                    if k in best:
                        continue
                    then[a] = k
                    value = self.worth(then)
                    if value > worth:
                        best, worth, better = then.copy(), value, True
        return best

    def must_reach(self, opened: Floats) -> list[Longs]:  # noqa: ARG002 -- every oracle is asked so
        """Return nothing."""
        return []

    def regions(self) -> list[Longs]:
        """Return for each column those that reach much the same weight."""
        return alike_columns(self.model)


def safe_cover(
    sets: CoverSets, new: int, rules: SiteRules = NO_RULES, control: Control | None = None
) -> SafeAnswer:
    """Choose ``new`` sites so that most weight is left when the worst of all open sites fails.

    Every site that stands open can fail, existing and new ones alike.

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

    Returns
    -------
    SafeAnswer
        The objective of its answer is the weight left after the worst failure.

    Raises
    ------
    InputError
        The request makes no sense: every problem at once.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, safe_cover
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> safe = safe_cover(sets, new=2)
    >>> safe.answer.sites, safe.after_worst, safe.worst
    ((0, 1), 20.0, 0)
    """
    check_request(sets.n_sites, rules, new)
    clock = Clock(control)
    clock.in_units(lambda worth: worth * sets.unit)
    model = reduce_sets(sets, (), rules.forbid)
    place = {int(site): k for k, site in enumerate(model.columns)}
    given = np.array([place[j] for j in rules.opened], dtype=np.int64)
    limit = len(given) + new - len(rules.required_new)
    limits = [
        *(Count(frozenset({j}), 1, 1) for j in rules.opened),
        *rules.open_counts(),
    ]
    arrays = Counts.over(limits, model.columns)
    oracle = SafeOracle(model, arrays, limit, given)
    first = oracle.round(np.zeros(model.n_columns))
    start = [first]
    plain = max_cover(sets, new, rules, replace(clock.control, progress=None))
    if plain.sites:
        start.append(oracle.improve(np.array([place[j] for j in {*rules.opened, *plain.sites}]), 0))
    outcome = Tree(oracle, limit, arrays, clock).run(start)
    if outcome.chosen is None:
        nothing = describe(sets, rules, rules.required_new, clock, math.inf, "safe")
        status: Status = "infeasible" if outcome.infeasible else "feasible"
        gap = math.nan if outcome.infeasible else math.inf
        return SafeAnswer(replace(nothing, status=status, objective=math.nan, gap=gap), math.nan, -1, plain)
    sites = [int(j) for j in model.columns[outcome.chosen] if j not in set(rules.existing)]
    answer = describe(sets, rules, sites, clock, math.inf, "safe")
    opened = sorted({*rules.existing, *sites})
    lost = lost_without(sets, opened)
    worst = opened[int(np.argmax(lost))] if opened else -1
    left = answer.covered_after - float(lost.max(initial=0.0))
    bound = left if outcome.proven else outcome.bound * sets.unit
    status = "optimal" if outcome.proven else "feasible"
    answer = replace(answer, status=status, objective=left, bound=bound, gap=relative_gap(left, bound))
    return SafeAnswer(answer, left, worst, plain)
