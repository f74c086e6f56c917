"""A promise for every part of the demand (every district, say): fewest sites, or most weight under it.

Each part asks for a share of its own weight, or what it can have at all; its Benders cuts are linear rows
of the tree. Maximising the least share instead is not offered: one part that nobody can reach, or that one
site fills, decides it, and all other choices are equally good.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from iqgeo.errors import InputError, Problem
from iqgeo.siting import list_kernels
from iqgeo.siting.answers import CoverAnswer, Status
from iqgeo.siting.branch import Outcome, Tree
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.covering import CoverOracle, alike_columns, usual_groups
from iqgeo.siting.full_cover import full_cover
from iqgeo.siting.linear import Condition
from iqgeo.siting.master import Cuts
from iqgeo.siting.max_cover import NO_RULES, describe
from iqgeo.siting.promises import Blocks, ReachAll, ReachWeight
from iqgeo.siting.reduced import Counts, Reduced, drop_dominated_rows, keep_rows, reduce_sets
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import CoverSets, Floats, Longs, whole_weights


@dataclass(frozen=True, eq=False)
class Parts:
    """Which part each demand point belongs to, and its weight (that of the sets).

    Attributes
    ----------
    of_demand
        Number of the part of each demand point, 0 upwards.
    weight
        Weight of each demand point, as the sets were made from.
    """

    of_demand: Longs
    weight: Floats

    @property
    def number(self) -> int:
        """How many parts there are."""
        return int(self.of_demand.max(initial=-1)) + 1


@dataclass(frozen=True)
class PartsAnswer:
    """An answer under a promise for every part.

    ``promised``, ``possible`` and ``reached`` are weights of each part: what was asked for after the cut
    to what it can have at all, what that is, and what the answer reaches.
    """

    answer: CoverAnswer
    total: tuple[float, ...]
    promised: tuple[float, ...]
    possible: tuple[float, ...]
    reached: tuple[float, ...]


class PartsModel:
    """Columns and conditions of a promise for every part."""

    def __init__(self, sets: CoverSets, parts: Parts, share: Floats, rules: SiteRules) -> None:
        self.sets, self.parts, self.rules = sets, parts, rules
        self.full = reduce_sets(sets, rules.opened, rules.forbid)
        self.n = self.full.n_columns
        whole, _ = whole_weights(parts.weight)
        of, row = parts.of_demand, sets.row_of_demand
        self.total = np.bincount(of, whole, parts.number)
        self.models: list[Reduced] = []
        reached = row >= 0
        for part in range(parts.number):
            mine = reached & (of == part)
            weight = np.bincount(row[mine], whole[mine], len(sets.row_weight)).astype(np.float64)
            self.models.append(reduce_sets(replace(sets, row_weight=weight), rules.opened, rules.forbid))
        self.base = np.array([model.base for model in self.models])
        self.possible = self.base + [float(model.row_weight.sum()) for model in self.models]
        asked = np.ceil(self.total * share * (1 - 1e-12))
        self.promised = np.minimum(asked, self.possible)
        self.missing = np.maximum(self.promised - self.base, 0.0)
        self.conditions: list[Condition] = []
        blocks = Blocks(self.n)
        for model, missing in zip(self.models, self.missing, strict=True):
            if missing >= model.row_weight.sum() > 0:
                self.conditions.append(ReachAll(drop_dominated_rows(model), blocks))
            elif missing > 0:
                self.conditions.append(ReachWeight(model, float(missing), blocks))
                # a row heavier than what may be missed has to be reached
                heavy = model.row_weight > float(model.row_weight.sum()) - missing
                if heavy.any():
                    self.conditions.append(ReachAll(drop_dominated_rows(keep_rows(model, heavy)), blocks))
        self._rows()

    def _rows(self) -> None:
        """Rows of all parts below each other, for the greedy choice."""
        owner = np.repeat(np.arange(len(self.models)), [model.n_rows for model in self.models])
        weight = np.concatenate([model.row_weight for model in self.models])
        reach = [
            sparse.csr_array(
                (np.ones(len(model.row_site)), model.row_site, model.row_start),
                shape=(model.n_rows, self.n),
            )
            for model in self.models
        ]
        self.reach = sparse.csr_array(sparse.vstack(reach))
        self.weight: Floats = weight
        shape = (len(self.models), len(weight))
        self.part_of_row = sparse.csr_array((np.ones(len(weight)), (owner, np.arange(len(weight)))), shape)

    def reached_with(self, chosen: Longs) -> Floats:
        """Weight of each part that chosen columns reach beside the open sites."""
        return self._weight_of(self._rows_reached(chosen))

    def _rows_reached(self, chosen: Longs) -> npt.NDArray[np.bool_]:
        if not len(chosen):
            return np.zeros(len(self.weight), dtype=bool)
        return np.asarray(self.reach[:, chosen].sum(axis=1)).ravel() > 0

    def _weight_of(self, rows: npt.NDArray[np.bool_]) -> Floats:
        return np.asarray(self.part_of_row @ (self.weight * rows))

    def fill(self, chosen: Longs, allowed: npt.NDArray[np.bool_]) -> Longs:
        """Add greedily what brings the parts nearest to their promise, then drop what none needs."""
        taken = list(chosen)
        while True:
            rows = self._rows_reached(np.array(taken, dtype=np.int64))
            missing = np.maximum(self.missing - self._weight_of(rows), 0.0)
            if not missing.any():
                break
            left = self.part_of_row @ sparse.diags_array(self.weight * ~rows) @ self.reach
            gain = np.minimum(left.toarray(), missing[:, None]).sum(axis=0)
            gain[~allowed] = -1.0
            best = int(np.argmax(gain))
            if gain[best] <= 0:
                break
            taken.append(best)
        light = np.asarray(self.reach.T @ self.weight)
        for k in sorted(taken, key=lambda k: float(light[k])):
            rest = np.array([j for j in taken if j != k], dtype=np.int64)
            if np.all(self.reached_with(rest) >= self.missing):
                taken.remove(k)
        return np.array(sorted(taken), dtype=np.int64)


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

    Raises
    ------
    InputError
        A share outside 0..1, parts that do not fit the demand, contradicting rules.
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


def most_for_parts(
    sets: CoverSets,
    parts: Parts,
    share: float | Sequence[float],
    new: int,
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
) -> PartsAnswer:
    """Choose at most ``new`` sites that reach the most weight while every part has ``share`` of its own.

    Raises
    ------
    InputError
        As `fewest_for_parts`.
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

    ``needs_of_parts(...)[part][share]``; weights of the answers are those of the part. Where a share
    cannot be had, ``goal_met`` is False and the answer is for what can. A time limit holds for the whole.

    Raises
    ------
    InputError
        As `fewest_for_parts`.
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
