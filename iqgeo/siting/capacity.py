"""Covering with room: an office serves no more than it has room for, and everyone may go to any in reach."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from iqgeo.errors import InputError, Problem
from iqgeo.siting import list_kernels
from iqgeo.siting.answers import CoverAnswer, Status
from iqgeo.siting.branch import Tree
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.counts import Count
from iqgeo.siting.covering import CoverOracle, alike_columns
from iqgeo.siting.flow import minimum_cut
from iqgeo.siting.master import Cuts
from iqgeo.siting.most_covered import NO_RULES, describe, max_cover
from iqgeo.siting.reduced import Counts, Reduced, reduce_sets
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import CoverSets, Floats, Longs

FLOW_MOST = 1_000_000_000
SWAPS_TRIED = 3


@dataclass(frozen=True)
class RoomAnswer:
    """An answer of covering with room.

    Attributes
    ----------
    answer : CoverAnswer
        ``objective`` is the weight served; ``covered_after`` what is within reach, served or not.
    served : float
        The weight served; NaN if nothing was found.
    full : tuple[int, ...]
        Sites that cannot take what falls to them together.
    plain : tuple[int, ...]
        The new sites that reach most weight, room or not.
    plain_served : float
        The weight that they serve; NaN without any.
    """

    answer: CoverAnswer
    served: float
    full: tuple[int, ...]
    plain: tuple[int, ...] = ()
    plain_served: float = math.nan


class RoomOracle:
    """Most weight served within reach and room: a maximum flow, bounded by its minimum cuts.

    For rows ``R`` the flow is at most the weight outside ``R`` and, for each open site, its room or the
    weight of its rows in ``R``, whichever is less: a linear row over the sites.
    """

    price = 0.0
    step = 1.0

    def __init__(self, model: Reduced, room: Floats, counts: Counts, limit: int, given: Longs) -> None:
        self.model, self.room, self.limit, self.given = model, room, limit, given
        self.n_columns = model.n_columns
        self.inner = CoverOracle(model, counts, limit, 1)
        self.weights: Floats = np.minimum(self.inner.weights, room)
        self.caps: Floats = np.array([float(model.row_weight.sum())])
        self.row = np.repeat(np.arange(model.n_rows), np.diff(model.row_start))
        self.site = model.row_site.astype(np.int64)

    def _short(self, opened: Floats, scale: float) -> npt.NDArray[np.bool_]:
        """The rows on the near side of a minimum cut at a point."""
        model, m = self.model, self.model.n_rows
        used = opened[self.site] > 0
        row, site = self.row[used], self.site[used]
        ways = np.rint(model.row_weight[row] * opened[site] * scale)
        rooms = np.minimum(np.rint(self.room * opened * scale), FLOW_MOST)
        _, reached = minimum_cut(np.rint(model.row_weight * scale), row, site, ways, rooms)
        near = np.zeros(m, dtype=bool)
        near[reached[reached < m]] = True
        return near

    def _cut(self, near: npt.NDArray[np.bool_]) -> tuple[float, Floats]:
        """What the rows ``near`` say: a constant, and the most each site takes of them."""
        model = self.model
        weight = np.where(near, model.row_weight, 0.0)
        each = list_kernels.list_sums(model.site_start, model.site_row, weight)
        return float(model.row_weight[~near].sum()), np.minimum(each, self.room)

    def cuts(self, opened: Floats) -> Cuts:
        """Return the lower of the minimum cut and the plain one of covering."""
        scale = FLOW_MOST / max(1.0, float(self.caps[0]))
        model = self.model
        reach = list_kernels.list_sums(model.row_start, model.row_site, opened)
        best: tuple[float, float, Floats] | None = None
        for near in (self._short(opened, scale), reach < 1 - 1e-9):
            constant, table = self._cut(near)
            value = constant + float(table @ opened)
            if best is None or value < best[0]:
                best = (value, constant, table)
        assert best is not None
        return Cuts(np.array([best[1]]), np.array([best[0]]), best[2][None, :])

    def worth(self, chosen: Longs) -> float:
        """Return the weight served, exactly: rooms and weights are whole."""
        opened = np.zeros(self.n_columns)
        opened[chosen] = 1.0
        constant, table = self._cut(self._short(opened, 1.0))
        return constant + float(table @ opened)

    def full(self, chosen: Longs) -> Longs:
        """The sites of a choice that are full together: the near side of the cut leads to them."""
        opened = np.zeros(self.n_columns)
        opened[chosen] = 1.0
        _, table = self._cut(self._short(opened, 1.0))
        return np.sort(chosen[(table[chosen] >= self.room[chosen]) & (table[chosen] > 0)])

    def round(self, opened: Floats) -> Longs:
        """Keep what the fractional point is sure of, fill up greedily, swap."""
        score = opened.copy()
        score[self.given] = 2.0
        order = np.argsort(-score, kind="stable")[: self.limit]
        return self.improve(self.inner.greedy(order[score[order] > 0.5])[0], 0)

    def improve(self, chosen: Longs, kicks: int) -> Longs:  # noqa: ARG002 -- every oracle is asked so
        """Swap free sites for the few that a cut says take most of what is left."""
        best, worth = chosen.copy(), self.worth(chosen)
        fixed = set(self.given.tolist())
        better = True
        while better:
            better = False
            for a in range(len(best)):
                if int(best[a]) in fixed:
                    continue
                rest = np.delete(best, a)
                opened = np.zeros(self.n_columns)
                opened[rest] = 1.0
                table = self._cut(self._short(opened, 1.0))[1]
                table[best] = -1.0
                for k in np.argsort(-table, kind="stable")[:SWAPS_TRIED]:
                    then = np.append(rest, k)
                    value = self.worth(then)
                    if value > worth:
                        best, worth, better = then, value, True
                        break
                if better:
                    break
        return best

    def must_reach(self, opened: Floats) -> list[Longs]:  # noqa: ARG002 -- every oracle is asked so
        """Return nothing."""
        return []

    def regions(self) -> list[Longs]:
        """Return for each column those that reach much the same weight."""
        return alike_columns(self.model)


def cover_with_room(
    sets: CoverSets, room: Sequence[float], new: int, rules: SiteRules = NO_RULES,
    control: Control | None = None,
) -> RoomAnswer:  # fmt: skip
    """Choose ``new`` sites so that most weight is served, no site more than its room.

    Everyone goes wherever there is room within reach.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    room : Sequence[float]
        What each site can serve, in the caller's units, shape ``(n_sites,)``; ``inf`` for no limit. Parts of
        one (or of a finer unit of weight) do not count.
    new : int
        How many sites open beside the existing ones, required ones included.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    RoomAnswer
        The objective of its answer is the weight served.

    Raises
    ------
    InputError
        The request makes no sense, or rooms that are no numbers from 0, one a site.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, cover_with_room
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> found = cover_with_room(sets, room=[10, 10, 10], new=2)
    >>> found.served, found.full
    (20.0, (0, 1))
    """
    rooms = np.asarray(room, dtype=np.float64)
    wrong = []
    if len(rooms) != sets.n_sites or not bool(np.all(rooms >= 0)):
        wrong.append(Problem("siting_bad_room", details={"sites": sets.n_sites}))
    check_request(sets.n_sites, rules, new, wrong)
    if float(sets.row_weight.sum()) > FLOW_MOST:
        raise InputError(Problem("siting_room_too_large", details={"most": FLOW_MOST}))
    clock = Clock(control)
    model, unit = _in_ones(reduce_sets(sets, (), rules.forbid), sets.unit)
    clock.in_units(lambda worth: worth * unit)
    whole = np.floor(np.minimum(rooms[model.columns] / unit, float(FLOW_MOST)) + 1e-9)
    place = {int(site): k for k, site in enumerate(model.columns)}
    given = np.array([place[j] for j in rules.opened], dtype=np.int64)
    limit = len(given) + new - len(rules.required_new)
    limits = [*(Count(frozenset({j}), 1, 1) for j in rules.opened), *rules.open_counts()]
    arrays = Counts.over(limits, model.columns)
    oracle = RoomOracle(model, whole, arrays, limit, given)
    plain = max_cover(sets, new, rules, replace(clock.control, progress=None))
    start = [oracle.round(np.zeros(model.n_columns))]
    plain_served = math.nan
    if plain.sites:
        both = np.array([place[j] for j in {*rules.opened, *plain.sites}], dtype=np.int64)
        plain_served = oracle.worth(both) * unit
        start.append(oracle.improve(both, 0))
    outcome = Tree(oracle, limit, arrays, clock).run(start)
    if outcome.chosen is None:
        nothing = describe(sets, rules, rules.required_new, clock, math.inf, "room")
        status: Status = "infeasible" if outcome.infeasible else "feasible"
        gap = math.nan if outcome.infeasible else math.inf
        return RoomAnswer(replace(nothing, status=status, objective=math.nan, gap=gap), math.nan, ())
    sites = [int(j) for j in model.columns[outcome.chosen] if j not in set(rules.existing)]
    answer = describe(sets, rules, sites, clock, math.inf, "room")
    served = outcome.worth * unit
    bound = served if outcome.proven else outcome.bound * unit
    status = "optimal" if outcome.proven else "feasible"
    answer = replace(answer, status=status, objective=served, bound=bound, gap=relative_gap(served, bound))
    full = tuple(int(j) for j in model.columns[oracle.full(outcome.chosen)])
    return RoomAnswer(answer, served, full, plain.sites, plain_served)


def _in_ones(model: Reduced, unit: float) -> tuple[Reduced, float]:
    """The weights in a unit of one where theirs is more, so that a room need be no multiple of it."""
    times = round(unit)
    if times < 2 or unit != times or float(model.row_weight.sum()) * times > FLOW_MOST:
        return model, unit
    return replace(model, row_weight=model.row_weight * times, base=model.base * times), 1.0
