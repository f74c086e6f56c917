"""The columns and conditions of outreach: who may open how, what has to be served, what is given."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from iqgeo.siting import list_kernels
from iqgeo.siting.branch import Tree
from iqgeo.siting.control import Clock
from iqgeo.siting.counts import Count
from iqgeo.siting.covering import CoverOracle
from iqgeo.siting.fewest_sites import full_cover
from iqgeo.siting.homes import Homes, Linked
from iqgeo.siting.linear import Condition, LinearRow
from iqgeo.siting.most_covered import solve_cover
from iqgeo.siting.oracle import Outcome
from iqgeo.siting.outreach_goals import CostGoal, Goal, GoalName, Prices, ReachGoal, trade_roles
from iqgeo.siting.outreach_search import neighbours_of, swap_offices
from iqgeo.siting.promises import Blocks, ReachAllHomed, ReachWeight
from iqgeo.siting.reduced import Counts, Reduced, drop_dominated_rows, keep_columns, reduce_sets
from iqgeo.siting.rules import PlaceRules, SiteRules
from iqgeo.siting.set_cover import SetOracle
from iqgeo.siting.sets import CoverSets, Floats, Longs

KICKS = 20
SEARCH_STEPS = 2_000


class AtMost:
    """A choice costs no more than one found: the cost's cuts as rows."""

    def __init__(self, goal: CostGoal, worth: float) -> None:
        self.goal, self.least = goal, worth - goal.step

    def missed(self, point: Floats) -> list[LinearRow]:
        """Return the cut at a point that costs too much."""
        cut = self.goal.own_cuts(point)
        values = cut.table.sum(axis=0) - self.goal.price
        low = self.least - float(cut.constant.sum())
        if float(values @ point) >= low - 1e-7 * max(1.0, abs(self.least)):
            return []
        columns = np.flatnonzero(values)
        return [LinearRow(columns, values[columns], low, np.inf)]

    def holds(self, chosen: Longs) -> bool:
        """Whether the choice costs no more."""
        return self.goal.worth(chosen) >= self.least


class Model:
    """One question: columns are the candidates as offices (``k``) and as places (``n + k``)."""

    def __init__(
        self, sets: CoverSets, homes: Homes, rules: SiteRules, given: PlaceRules, offices: int,
        places: int | None, share: float | None,
    ) -> None:  # fmt: skip
        self.sets, self.homes, self.rules, self.given, self.share = sets, homes, rules, given, share
        # no more places than all offices that can be open have room for
        most = homes.per_office * (len(rules.opened) + offices)
        self.n_offices, self.n_places = offices, most if places is None else min(places, most)
        self.groups = rules.open_counts()
        self.possible = all(count.sites for count in self.groups)
        self.kept: list[tuple[GoalName, float, Prices]] = []
        self._over(reduce_sets(sets, rules.opened, rules.forbid))

    def _over(self, full: Reduced) -> None:
        """Set up columns and conditions over a reduced instance."""
        self.full, self.n = full, full.n_columns
        self.must, self.never = (
            np.flatnonzero(np.isin(full.columns, sites)) for sites in (self.given.require, self.given.forbid)
        )
        self.inner = CoverOracle(full, Counts.over((), full.columns), self.n, 1)
        self.linked = Linked(self.homes, full.columns, self.rules.opened)
        self.conditions: list[Condition] = [self.linked]
        self.all_weight = float(full.row_weight.sum())
        self.wanted: float | None = None
        if self.share is not None:
            asked = math.ceil(self.sets.total_weight * self.share / self.sets.unit * (1 - 1e-12))
            self._want(min(asked - full.base, self.all_weight))
        for goal, worth, prices in self.kept:
            self._demand(goal, worth, prices)

    def narrow(self, chosen: Longs, useful: npt.NDArray[np.bool_]) -> Longs:
        """Go on with those sites only of which a column is useful; returns ``chosen`` in the new columns."""
        offices, places = self.linked.split(chosen)
        keep = useful[: self.n] | useful[self.n :]
        keep[chosen % self.n] = True
        self._over(keep_columns(self.full, keep))
        sites = self.full.columns
        return np.append(np.searchsorted(sites, offices), self.n + np.searchsorted(sites, places)).astype(
            np.int64
        )

    def _want(self, goal: float) -> None:
        """Demand that so much weight is served."""
        self.wanted = goal
        if goal >= self.all_weight:
            self.conditions.append(ReachAllHomed(drop_dominated_rows(self.full), self.linked))
        elif goal > 0:
            self.conditions.append(ReachWeight(self.full, goal, Blocks(self.n, 2, 2)))

    @property
    def counts(self) -> Counts:
        """How many offices and places there may be, which are given; each group holds one or the other."""
        n, place = self.n, {int(site): k for k, site in enumerate(self.full.columns)}
        limits = [Count(frozenset(range(n)), 0, self.n_offices)]
        limits.append(Count(frozenset(range(n, 2 * n)), 0, self.n_places))
        for group in self.groups:
            sites = [place[site] for site in group.sites if site in place]
            columns = frozenset([*sites, *(n + k for k in sites)])
            limits.append(Count(columns, 1, len(columns)))
        if len(self.must):
            limits.append(Count(frozenset((n + self.must).tolist()), len(self.must), len(self.must)))
        barred = frozenset([*self.must.tolist(), *(n + self.never).tolist()])
        if barred:
            limits.append(Count(barred, 0, 0))
        return Counts.over(limits, np.arange(2 * n))

    def oracle(self, goal: GoalName, prices: Prices) -> Goal:
        """The goal as the tree asks for it."""
        if goal == "served":
            # what is to be served is no condition where as much as possible is
            return ReachGoal(self.full, 2, self.linked, self.build, lambda chosen: chosen)
        if goal == "office":
            return ReachGoal(self.full, 1, self.linked, self.build, self._trade, self.by_rows)
        return self._cost(goal, prices)

    def _cost(self, goal: GoalName, prices: Prices) -> CostGoal:
        of = {"places": Prices(), "km": Prices(place=0.0, km=1.0)}.get(goal, prices)
        price = np.repeat([of.office, of.place], self.n)
        most = min(self.n, self.n_places)
        polish = self._shorten if of.km else (lambda chosen: chosen)
        build = self.build_some if of.office else self.build
        return CostGoal(price, of.km, self.linked, most, build, polish, self.by_rows)

    @property
    def by_rows(self) -> list[ReachWeight]:
        """What was reached before, as far as the goals hold it themselves."""
        return [each for each in self.conditions if isinstance(each, ReachWeight) and each.by_rows]

    def tree(
        self, goal: Goal, clock: Clock, *, least: float = -math.inf, enough: float | None = None
    ) -> Tree:
        """A search for the choice best at a goal under all conditions so far."""
        return Tree(
            goal, 2 * self.n, self.counts, clock, least=least, enough=enough, conditions=self.conditions,
            either=goal.regions(), held=goal.held, equals=True, counted=goal.counted(),
        )  # fmt: skip

    def keep(self, goal: GoalName, worth: float, prices: Prices) -> None:
        """Demand of all later choices what has been reached at a goal."""
        self.kept.append((goal, worth, prices))
        self._demand(goal, worth, prices)

    def _demand(self, goal: GoalName, worth: float, prices: Prices) -> None:
        if goal == "served":
            self._want(worth)
        elif goal == "office":
            self.conditions.append(ReachWeight(self.full, worth, Blocks(self.n, 1, 2)))
        elif goal == "places":
            self.n_places = round(-worth)
        else:
            self.conditions.append(AtMost(self._cost(goal, prices), worth))

    def proof(self, goal: GoalName, outcome: Outcome, prices: Prices) -> tuple[float, float, bool]:
        """Value and bound of a goal in the caller's units, and whether they are the same."""
        assert outcome.chosen is not None
        if goal in {"served", "office"}:
            base, unit = self.full.base, self.sets.unit
            value, bound = (outcome.worth + base) * unit, (max(outcome.bound, outcome.worth) + base) * unit
            return value, value if outcome.proven else bound, outcome.proven
        top = self._cost(goal, prices).most_cost
        given = prices.office * len(self.rules.required_new) if goal == "cost" else 0.0
        value, bound = top - outcome.worth + given, top - max(outcome.bound, outcome.worth) + given
        return value, value if outcome.proven else bound, outcome.proven

    def useful(self, goal: Goal, worth: float, clock: Clock) -> npt.NDArray[np.bool_] | None:
        """Columns that a choice of at least this worth can hold, by the first linear program."""
        with clock.quiet():
            tree = self.tree(goal, clock, least=worth - goal.step)
            # a choice worth more, should the root meet one, must not rule out those worth as much
            tree.known = tree.least + tree.slack
            tree.run([], root_only=True)
        return tree.useful

    def plain(self, goal: GoalName, clock: Clock) -> tuple[float | None, list[int]]:
        """Covering with all sites alike, homes or not: what it allows at most, and its sites.

        None where it tells nothing. Sites that no office could ever serve are left out.
        """
        barred = self.rules.forbid
        if self.n_offices == 0:
            served = self.homes.served_from(self.rules.opened)
            barred = (*barred, *(j for j in self.full.columns.tolist() if not served[j]))
            barred = (*barred, *self.given.forbid)  # nor do they open as offices
        given = self.given.require
        opened = tuple(self.rules.opened)
        barred = tuple(sorted({*barred} - {*opened}))
        rules = SiteRules(opened, given, barred, self.rules.groups)
        control = clock.rest(0.8)
        if not rules.candidates(self.sets.n_sites) or {*given} & {*barred}:
            return None, []
        if goal == "served":
            limit = min(self.n_offices + self.n_places, len(rules.candidates(self.sets.n_sites)))
            found = solve_cover(self.sets, limit, rules, Clock(control))
            if math.isnan(found.objective):
                return None, []
            bound = math.floor(found.bound / self.sets.unit + 1e-6) - self.full.base
            return float(bound), list(found.sites)
        if goal == "places" and self.share is not None:
            found = full_cover(self.sets, self.share, rules, control)
            if not math.isnan(found.objective):
                fewest = max(0.0, math.ceil(found.bound - 1e-6) - self.n_offices)
                return (-fewest if found.goal_met or self.share == 1 else None), list(found.sites)
        return None, []

    def with_places(self, number: int) -> "Model":
        """The same question with at most so many places, and nothing demanded of it."""
        return Model(self.sets, self.homes, self.rules, self.given, self.n_offices, number, None)

    def best_of(self, goal: Goal, choices: Sequence[Longs]) -> Longs | None:
        """The best of some choices that keep all conditions; None: none does."""
        tree = self.tree(goal, Clock(None))
        for chosen in choices:
            tree.offer(chosen)
        return tree.best

    def starts(
        self, oracle: Goal, sites: Sequence[int], clock: Clock, enough: float = math.inf
    ) -> list[Longs]:
        """Choices to begin with: ``sites`` in their best roles, and greedy offices with places beside.

        Unless ``sites`` do, the best of them is climbed from until it is worth ``enough``; not where
        everyone is to be served, as a start that leaves nobody out is soon found or none.
        """
        found = [oracle.polish(self._greedy(self.n_offices))]
        if isinstance(oracle, CostGoal) and oracle.price[: self.n].any():
            # An office may cost more than it saves.
            fewer = [oracle.polish(self._greedy(number)) for number in range(self.n_offices)]
            best = self.best_of(oracle, [*found, *fewer])
            found = [*([] if best is None else [best]), *found, *fewer]
        roles = self._roles(sites, clock) if sites else None
        if roles is not None:
            return [roles, *found]
        if self.wanted is not None and self.wanted >= self.all_weight:
            return found
        return [self.climb(oracle, found[0], clock, enough), *found]

    def _roles(self, sites: Sequence[int], clock: Clock) -> Longs | None:
        """Which of ``sites`` open as offices, the others being places served from them; None: none can."""
        held = set(sites)
        others = [j for j in self.full.columns.tolist() if j not in held]
        rules = replace(self.rules, forbid=tuple(sorted({*self.rules.forbid, *others})))
        few = Model(self.sets, self.homes, rules, self.given, self.n_offices, self.n_places, None)
        few.keep("served", few.all_weight, Prices())
        goal = few.oracle("office", Prices())
        with clock.quiet():
            found = few.tree(goal, clock).run([])
        if found.chosen is None:
            return None
        office, place = few.linked.split(found.chosen)
        at = self.full.columns
        return np.append(np.searchsorted(at, office), self.n + np.searchsorted(at, place)).astype(np.int64)

    def build(self, opened: Floats) -> Longs:
        """Take the offices a fractional point is surest of, then places served from them."""
        return self._surest(opened, self.n_offices)

    def build_some(self, opened: Floats) -> Longs:
        """The same with as many offices as the fractional point opens."""
        return self._surest(opened, min(self.n_offices, round(float(opened[: self.n].sum()))))

    def _surest(self, opened: Floats, number: int) -> Longs:
        order = np.argsort(-opened[: self.n], kind="stable")
        return self.with_offices(order[~np.isin(order, self.must)][:number])

    def _greedy(self, number: int) -> Longs:
        """So many offices, the greedy ones, with places beside."""
        opened = np.zeros(2 * self.n)
        opened[self.inner.greedy()[0][:number]] = 1.0
        return self._surest(opened, number)

    def climb(self, goal: Goal, chosen: Longs, clock: Clock, enough: float = math.inf) -> Longs:
        """Look for a choice better at a goal by exchanging offices for their neighbours."""
        if not self.n_offices or not len(chosen[chosen < self.n]):
            return chosen
        blocks, judge = Blocks(self.n, 2, 2), self.tree(goal, clock)

        def worth(choice: Longs) -> tuple[bool, float]:
            if judge.keeps(choice):
                return True, goal.worth(choice)
            return False, self.inner.worth(blocks.sites(choice))

        return swap_offices(chosen, neighbours_of(self.full), self.with_offices, worth, clock, enough)

    def with_offices(self, office: Longs) -> Longs:
        """Places for offices (as columns), with them."""
        n = self.n
        offices = [*self.rules.opened, *self.full.columns[office].tolist()]
        given = self.full.columns[self.must].tolist()
        served = np.zeros(self.sets.n_sites, dtype=bool)
        served[self.full.columns] = self.homes.served_from(offices)[self.full.columns]
        served[self.full.columns[self.never]] = False
        served[[*offices, *given]] = False
        sub = reduce_sets(self.sets, [*offices, *given], np.flatnonzero(~served).tolist())
        taken = self._beside(sub) if sub.n_columns and sub.n_rows else np.zeros(0, dtype=np.int64)
        kept = self.homes.fit([*given, *sub.columns[taken].tolist()], offices)
        return np.append(office, n + np.searchsorted(self.full.columns, kept)).astype(np.int64)

    def _beside(self, sub: Reduced) -> Longs:
        """Places for what is still open, as columns of ``sub``: the first ones matter most."""
        none = Counts.over((), sub.columns)
        if self.wanted is not None and self.wanted >= self.all_weight:
            rows = SetOracle(drop_dominated_rows(sub))
            order, gain = CoverOracle(rows.model, none, sub.n_columns, 1).greedy()
            return rows.improve(order[gain > 0], SEARCH_STEPS)
        limit = max(0, min(self.n_places - len(self.must), sub.n_columns))
        inner = CoverOracle(sub, none, limit, 1)
        order, gain = inner.greedy()
        missing = -1.0 if self.wanted is None else self.wanted + self.full.base - sub.base
        enough = len(order) if missing < 0 else int(np.searchsorted(np.cumsum(gain), missing)) + 1
        return inner.improve(order[:enough], KICKS if self.wanted is None else 0)

    def _trade(self, chosen: Longs) -> Longs:
        fixed = {*self.must.tolist(), *self.never.tolist()}
        return trade_roles(self.homes, self.linked, self.inner, chosen, fixed)

    def _shorten(self, chosen: Longs) -> Longs:
        """Let places give way to others that reach all that only they reach, while that shortens ways."""
        model, n = self.full, self.n
        site, place = chosen[chosen < n], (chosen[chosen >= n] - n).copy()
        opened = [*self.linked.always.tolist(), *model.columns[site].tolist()]
        best = self.homes.assign(model.columns[place].tolist(), opened)
        if best is None:
            return chosen
        fixed = {*self.must.tolist(), *self.never.tolist()}
        for a in (a for a in range(len(place)) if place[a] not in fixed):
            every = np.append(site, place)
            times = list_kernels.covered_rows(model.site_start, model.site_row, every, model.n_rows)
            mine = model.site_row[model.site_start[place[a]] : model.site_start[place[a] + 1]]
            needed = mine[times[mine] == 1]
            for other in self._reaching(needed):
                if other in every or other in fixed:
                    continue
                then = place.copy()
                then[a] = other
                found = self.homes.assign(model.columns[then].tolist(), opened)
                if found is not None and found.total_km < best.total_km - 1e-9:
                    place, best = then, found
                    every = np.append(site, place)
        return np.append(site, n + place).astype(np.int64)

    def _reaching(self, rows: Longs) -> list[int]:
        """Columns that reach all of some rows."""
        model = self.full
        if not len(rows):
            return []
        found = set(model.row_site[model.row_start[rows[0]] : model.row_start[rows[0] + 1]].tolist())
        for i in rows[1:]:
            found &= set(model.row_site[model.row_start[i] : model.row_start[i + 1]].tolist())
        return sorted(found)
