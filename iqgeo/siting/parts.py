"""A promise for every part of the demand (every district, say): fewest sites, or most weight under it.

Each part asks for a share of its own weight, or what it can have at all; its Benders cuts are linear rows
of the tree. Maximising the least share instead is not offered: one part that nobody can reach, or that one
site fills, decides it, and all other choices are equally good.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from iqgeo.errors import InputError, Problem
from iqgeo.siting import list_kernels
from iqgeo.siting.answers import CoverAnswer, Status
from iqgeo.siting.branch import Tree
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.covering import CoverOracle, alike_columns, usual_groups
from iqgeo.siting.fewest_sites import full_cover
from iqgeo.siting.master import Cuts
from iqgeo.siting.most_covered import NO_RULES, describe
from iqgeo.siting.oracle import Outcome
from iqgeo.siting.pairs import whole_weights
from iqgeo.siting.parts_model import Parts, PartsModel
from iqgeo.siting.reduced import Counts
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import CoverSets, Floats, Longs


@dataclass(frozen=True)
class PartsAnswer:
    """An answer under a promise for every part.

    Attributes
    ----------
    answer : CoverAnswer
        The sites.
    total : tuple[float, ...]
        Weight of each part.
    promised : tuple[float, ...]
        What was asked for each, after the cut to what it can have at all.
    possible : tuple[float, ...]
        What that is.
    reached : tuple[float, ...]
        What the answer reaches.
    """

    answer: CoverAnswer
    total: tuple[float, ...]
    promised: tuple[float, ...]
    possible: tuple[float, ...]
    reached: tuple[float, ...]


class _FewestOracle:
    """Fewest columns: the promises are conditions."""

    price = 1.0
    step = 1.0

    def __init__(self, model: PartsModel) -> None:
        self.model, self.n_columns = model, model.n
        self.weights: Floats = np.asarray(model.reach.T @ model.weight)
        self.caps = np.zeros(0)
        self._every = np.ones(model.n, dtype=bool)

    def cuts(self, opened: Floats) -> Cuts:
        """Return nothing: conditions are all there is."""
        return Cuts(np.zeros(0), np.zeros(0), np.zeros((0, len(opened))))

    def worth(self, chosen: Longs) -> float:
        """Return minus the number of columns."""
        return -float(len(chosen))

    def round(self, opened: Floats) -> Longs:
        """Keep what the fractional point is sure of and fill up."""
        return self.model.fill(np.flatnonzero(opened > 0.5), self._every)

    def improve(self, chosen: Longs, kicks: int) -> Longs:  # noqa: ARG002 -- every oracle is asked so
        """Drop each column in turn and fill up without it."""
        best = chosen
        for k in chosen:
            allowed = self._every.copy()
            allowed[k] = False
            found = self.model.fill(np.array([j for j in best if j != k], dtype=np.int64), allowed)
            if len(found) < len(best) and np.all(self.model.reached_with(found) >= self.model.missing):
                best = found
        return best

    def must_reach(self, opened: Floats) -> list[Longs]:  # noqa: ARG002 -- every oracle is asked so
        """Return nothing."""
        return []

    def regions(self) -> list[Longs]:
        """Return for each column those that reach much the same weight."""
        return alike_columns(self.model.full)


def fewest_for_parts(
    sets: CoverSets,
    parts: Parts,
    share: float | Sequence[float],
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
) -> PartsAnswer:
    """Choose the fewest new sites so that every part has ``share`` of its weight, or what it can have.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    parts : Parts
        Which part each demand point belongs to.
    share : float | Sequence[float]
        Share of each part's weight, 0 to 1; one for all or one a part.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    PartsAnswer
        The objective of its answer is the number of new sites.

    Raises
    ------
    InputError
        A share outside 0..1, parts that do not fit the demand, contradicting rules.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, Parts, fewest_for_parts
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> import numpy as np
    >>> parts = Parts(np.array([0, 0, 1]), np.array([10.0, 20.0, 5.0]))
    >>> found = fewest_for_parts(sets, parts, 0.6)
    >>> found.answer.objective, found.reached
    (2.0, (30.0, 5.0))
    """
    shares = _check(sets, parts, share, None, rules)
    clock = Clock(control)
    clock.in_units(lambda worth: len(rules.required_new) - worth)
    model = PartsModel(sets, parts, shares, rules)
    counts = Counts.over(rules.open_counts(), model.full.columns)
    oracle = _FewestOracle(model)
    if not all(count.sites for count in rules.open_counts()):
        outcome = Outcome(None, -math.inf, -math.inf, infeasible=True)
    else:
        first = oracle.improve(model.fill(np.zeros(0, dtype=np.int64), np.ones(model.n, dtype=bool)), 0)
        outcome = Tree(oracle, model.n, counts, clock, conditions=model.conditions).run([first])
    sites = [*rules.required_new, *_sites(model, outcome)]
    number = float(len(sites)) if outcome.chosen is not None else math.nan
    bound = (
        len(rules.required_new) + math.ceil(-outcome.bound - 0.001) if not outcome.infeasible else math.nan
    )
    answer = describe(sets, rules, sites, clock, math.inf, "full-cover")
    proven = outcome.chosen is not None and bound >= number
    answer = _stated(answer, outcome, number, min(bound, number) if proven else bound, proven)
    return _parts_answer(model, answer)


def reachable_of_parts(sets: CoverSets, parts: Parts, rules: SiteRules = NO_RULES) -> tuple[float, ...]:
    """Return the weight of each part that all sites which may open reach together.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    parts : Parts
        Which part each demand point belongs to.
    rules : SiteRules
        What stands, must open, may not open.

    Returns
    -------
    tuple[float, ...]
        By number of the part.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, Parts, reachable_of_parts
    >>> sets = CoverSets.from_sets([{0}, set(), {2}], weight=[10, 20, 5], n_sites=3)
    >>> import numpy as np
    >>> reachable_of_parts(sets, Parts(np.array([0, 0, 1]), np.array([10.0, 20.0, 5.0])))
    (10.0, 5.0)
    """
    model = PartsModel(sets, parts, np.ones(parts.number), rules)
    return tuple((model.possible * sets.unit).tolist())


def most_for_parts(
    sets: CoverSets,
    parts: Parts,
    share: float | Sequence[float],
    new: int,
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
) -> PartsAnswer:
    """Choose at most ``new`` sites that reach the most weight while every part has ``share`` of its own.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    parts : Parts
        Which part each demand point belongs to.
    share : float | Sequence[float]
        Share of each part's weight, 0 to 1; one for all or one a part.
    new : int
        How many sites open at most beside the existing ones.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    PartsAnswer
        The objective of its answer is the weight covered by all open sites.

    Raises
    ------
    InputError
        As `fewest_for_parts`.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, Parts, most_for_parts
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> import numpy as np
    >>> parts = Parts(np.array([0, 0, 1]), np.array([10.0, 20.0, 5.0]))
    >>> most_for_parts(sets, parts, 0.6, new=2).answer.objective
    35.0
    """
    shares = _check(sets, parts, share, new, rules)
    clock = Clock(control)
    clock.in_units(lambda worth: worth * sets.unit)
    model = PartsModel(sets, parts, shares, rules)
    limit = min(new - len(rules.required_new), model.n)
    counts = Counts.over(rules.open_counts(), model.full.columns)
    oracle = _MostOracle(model, counts, limit)
    outcome = Outcome(None, -math.inf, -math.inf, infeasible=True)
    if all(count.sites for count in rules.open_counts()):
        tree = Tree(oracle, limit, counts, clock, offset=model.full.base, conditions=model.conditions)
        outcome = tree.run([oracle.improve(oracle.greedy()[0], 40), oracle.round(np.zeros(model.n))])
    sites = [*rules.required_new, *_sites(model, outcome)]
    answer = describe(sets, rules, sites, clock, outcome.bound + model.full.base, "max-cover")
    if outcome.chosen is None:
        answer = _stated(answer, outcome, math.nan, answer.bound, False)
    return _parts_answer(model, answer)


class _MostOracle(CoverOracle):
    """Most weight: rounding fills up for the parts first."""

    def __init__(self, model: PartsModel, counts: Counts, limit: int) -> None:
        super().__init__(model.full, counts, limit, usual_groups(model.n))
        self.parts = model

    def round(self, opened: Floats) -> Longs:
        """Keep what the point is sure of, fill up for the parts, then by what adds most; swap."""
        filled = self.parts.fill(np.flatnonzero(opened > 0.5), np.ones(self.n_columns, dtype=bool))
        return self.improve(self.greedy(filled)[0], 0) if len(filled) <= self.limit else filled

    def improve(self, chosen: Longs, kicks: int, settle: bool = False) -> Longs:
        """Swap while every part keeps what it is promised."""
        free = super().improve(chosen, kicks, settle)
        if np.all(self.parts.reached_with(free) >= self.parts.missing):
            return free
        return self._swap(chosen)

    def _swap(self, chosen: Longs) -> Longs:
        """One column after the other gives way to the one that adds most and keeps the promises."""
        best, model = chosen.copy(), self.model
        worth = self.worth(best)
        for a in range(len(best)):
            rest = np.delete(best, a)
            times = list_kernels.covered_rows(model.site_start, model.site_row, rest, model.n_rows)
            free = model.row_weight * (times == 0)
            gain = list_kernels.list_sums(model.site_start, model.site_row, free)
            base = float(model.row_weight[times > 0].sum())
            for k in np.argsort(-gain, kind="stable"):
                if base + gain[k] <= worth:
                    break
                then = np.append(rest, k)
                if k not in rest and np.all(self.parts.reached_with(then) >= self.parts.missing):
                    best, worth = then, base + float(gain[k])
                    break
        return best


def needs_of_parts(
    sets: CoverSets, parts: Parts, shares: Sequence[float], rules: SiteRules = NO_RULES,
    control: Control | None = None,
) -> tuple[tuple[CoverAnswer, ...], ...]:  # fmt: skip
    """What each part would take by itself: the fewest new sites for each share of its own weight.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    parts : Parts
        Which part each demand point belongs to.
    shares : Sequence[float]
        Shares of a part's weight, 0 to 1.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        A time limit holds for the whole.

    Returns
    -------
    tuple[tuple[CoverAnswer, ...], ...]
        ``[part][share]``; weights are those of the part. Where a share cannot be had, ``goal_met`` is False
        and the answer is for what can.

    Raises
    ------
    InputError
        As `fewest_for_parts`.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, Parts, needs_of_parts
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> import numpy as np
    >>> parts = Parts(np.array([0, 0, 1]), np.array([10.0, 20.0, 5.0]))
    >>> [[it.objective for it in row] for row in needs_of_parts(sets, parts, [0.5, 1.0])]
    [[1.0, 1.0], [1.0, 1.0]]
    """
    for share in shares:
        _check(sets, parts, share, None, rules)
    clock = Clock(control)
    whole, unit = whole_weights(parts.weight)
    row, found = sets.row_of_demand, []
    for part in range(parts.number):
        mine = parts.of_demand == part
        here = mine & (row >= 0)
        own = replace(
            sets, row_weight=np.bincount(row[here], whole[here], len(sets.row_weight)).astype(np.float64),
            total_weight=float(whole[mine].sum()) * unit,
            unreachable_weight=float(whole[mine & (row < 0)].sum()) * unit,
        )  # fmt: skip
        of_part = clock.rest()
        found.append(tuple(full_cover(own, share, rules, of_part) for share in shares))
    return tuple(found)


def _check(
    sets: CoverSets, parts: Parts, share: float | Sequence[float], new: int | None, rules: SiteRules
) -> Floats:
    shares = np.broadcast_to(np.asarray(share, dtype=np.float64), (parts.number,)).copy()
    problems = [Problem("siting_bad_share", value=f"{each:g}") for each in shares if not 0 <= each <= 1][:1]
    if len(parts.of_demand) != len(sets.row_of_demand) or len(parts.weight) != len(parts.of_demand):
        details = {"demand": len(sets.row_of_demand)}
        problems.append(Problem("siting_weights_misfit", details=details))
    check_request(sets.n_sites, rules, new, problems)
    if problems:
        raise InputError(problems)
    return shares


def _sites(model: PartsModel, outcome: Outcome) -> list[int]:
    return [] if outcome.chosen is None else model.full.columns[outcome.chosen].tolist()


def _stated(answer: CoverAnswer, outcome: Outcome, number: float, bound: float, proven: bool) -> CoverAnswer:
    """The answer with objective, bound and status of its own."""
    status: Status = "infeasible" if outcome.infeasible else "optimal" if proven else "feasible"
    gap = relative_gap(number, bound) if outcome.chosen is not None else math.inf
    gap = math.nan if outcome.infeasible else gap
    return replace(answer, status=status, objective=number, bound=bound, gap=gap)


def _parts_answer(model: PartsModel, answer: CoverAnswer) -> PartsAnswer:
    place = {int(site): k for k, site in enumerate(model.full.columns)}
    chosen = np.array([place[j] for j in answer.sites if j in place], dtype=np.int64)
    reached = model.base + model.reached_with(chosen)
    unit = model.sets.unit
    met = bool(np.all(reached >= model.promised))
    return PartsAnswer(
        replace(answer, goal_met=met),
        tuple((model.total * unit).tolist()), tuple((model.promised * unit).tolist()),
        tuple((model.possible * unit).tolist()), tuple((reached * unit).tolist()),
    )  # fmt: skip
