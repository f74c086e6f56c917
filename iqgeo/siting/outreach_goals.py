"""What outreach can be best at, as the tree asks for it: people, places and offices counted, kilometres.

Columns are the candidate sites twice: open as an office (``k``), served as a place (``n + k``).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from iqgeo.siting.covering import CoverOracle, usual_groups
from iqgeo.siting.homes import Homes, Linked
from iqgeo.siting.master import Cuts, HeldGroups
from iqgeo.siting.promises import Blocks, ReachWeight
from iqgeo.siting.reduced import Counts, Reduced
from iqgeo.siting.row_worth import Served, few_pairs
from iqgeo.siting.sets import Floats, Longs

GoalName = Literal["served", "places", "cost", "office", "km"]
Build = Callable[[Floats], Longs]
Polish = Callable[[Longs], Longs]
KM_STEP = 1e-3


@dataclass(frozen=True)
class Prices:
    """What an office, a place and a km between home and place cost, in one unit (posts, euros ...).

    Attributes
    ----------
    office, place, km : float
        The price of each.
    """

    office: float = 0.0
    place: float = 1.0
    km: float = 0.0


class Goal:
    """Common to all goals: heuristics come from outside, splits also take a site's two columns at once.

    What was reached at goals before (``held``) stands in the program by rows where it is small.
    """

    price: float | Floats = 0.0
    step = 1.0
    caps: Floats

    def __init__(
        self, linked: Linked, build: Build, polish: Polish, held: Sequence[ReachWeight] = ()
    ) -> None:
        n = linked.n
        self.n, self.n_columns = n, 2 * n
        self.build, self.polish = build, polish
        self.weights: Floats = np.ones(2 * n)
        self.kept = list(held)
        self.rows = [Served(each.model, linked) for each in self.kept]

    @property
    def held(self) -> list[HeldGroups]:
        """The groups of what was reached before, behind the goal's own."""
        first, found = len(self.caps) - sum(each.model.n_rows for each in self.kept), list[HeldGroups]()
        for each in self.kept:
            found.append(HeldGroups(np.arange(first, first + each.model.n_rows), each.goal))
            first += each.model.n_rows
        return found

    def _all_caps(self, own: Floats) -> Floats:
        return np.concatenate([own, *(each.model.row_weight for each in self.kept)])

    def cuts(self, opened: Floats) -> Cuts:
        """Return the cuts at a fractional point, and those of what was reached before."""
        own = self.own_cuts(opened)
        if not self.kept:
            return own
        point = np.append(opened, opened[: self.n] + opened[self.n :])
        more = [each.cuts(point) for each in self.rows]
        whole = np.zeros(len(own.value), dtype=bool) if own.whole is None else own.whole
        table = sparse.csr_array(own.table)
        wide = sparse.hstack([table, sparse.csr_array((len(own.value), 3 * self.n - table.shape[1]))])
        return Cuts(
            np.concatenate([own.constant, *(each.constant for each in more)]),
            np.concatenate([own.value, *(each.value for each in more)]),
            sparse.csr_array(sparse.vstack([wide, *(sparse.csr_array(each.table) for each in more)])),
            np.concatenate([whole, *(each.whole for each in more)]),
        )  # fmt: skip

    def own_cuts(self, opened: Floats) -> Cuts:
        """Return the cuts of the goal itself at a fractional point."""
        raise NotImplementedError

    def round(self, opened: Floats) -> Longs:
        """Build a choice near a fractional point and look for a better one beside it."""
        return self.polish(self.build(opened))

    def improve(self, chosen: Longs, kicks: int) -> Longs:  # noqa: ARG002 -- every goal is asked so
        """Look for a better choice beside one."""
        return self.polish(chosen)

    def worth(self, chosen: Longs) -> float:
        """Return the exact worth of a choice."""
        raise NotImplementedError

    def must_reach(self, opened: Floats) -> list[Longs]:  # noqa: ARG002 -- every goal is asked so
        """Return nothing: what has to be reached is a condition."""
        return []

    def regions(self) -> list[Longs]:
        """Return the two columns of each site: open or served, no matter which."""
        return [np.array([k, self.n + k]) for k in range(self.n)]

    def counted(self) -> list[Longs]:
        """Return sets of columns whose number says much of the worth by itself."""
        return []


class ReachGoal(Goal):
    """Most weight reached, by offices and places or (``blocks`` of one) by offices alone."""

    def __init__(
        self, model: Reduced, used: int, linked: Linked, build: Build, polish: Polish,
        held: Sequence[ReachWeight] = (),
    ) -> None:  # fmt: skip
        super().__init__(linked, build, polish, held)
        self.blocks = Blocks(model.n_columns, used, 2)
        self.own_rows = Served(model, linked) if used > 1 and few_pairs(model) else None
        groups = usual_groups(model.n_columns) if self.own_rows is None else 1
        none = Counts.over((), model.columns)
        self.inner = CoverOracle(model, none, model.n_columns, groups)
        self.caps = self._all_caps(self.inner.caps if self.own_rows is None else model.row_weight)
        self.weights = np.tile(self.inner.weights, 2)

    def own_cuts(self, opened: Floats) -> Cuts:
        """Return the cuts at a fractional point."""
        if self.own_rows is not None:
            return self.own_rows.cuts(np.append(opened, opened[: self.n] + opened[self.n :]))
        found = self.inner.cuts(self.blocks.fold(opened))
        return Cuts(found.constant, found.value, self.blocks.spread(np.asarray(found.table)))

    def worth(self, chosen: Longs) -> float:
        """Return the weight reached."""
        return self.inner.worth(self.blocks.sites(chosen))


class CostGoal(Goal):
    """Least cost of sites (``price`` of each column) and of the ways from home to place.

    ``price_km`` of 0 leaves the ways out: with whole prices the cost is a whole number then. Otherwise
    it is proven to within the price of a metre. The worth of the ways is what they cost less than the
    longest could, bounded by the duals of the transport problem: with ``a`` the price of serving each
    place, ``km >= a @ places - sum over homes of its share times the largest savings it has room for``.
    """

    def __init__(
        self, price: Floats, price_km: float, linked: Linked, most_places: int, build: Build, polish: Polish,
        held: Sequence[ReachWeight] = (),
    ) -> None:  # fmt: skip
        super().__init__(linked, build, polish, held)
        self.price: Floats = price
        self.price_km, self.linked = price_km, linked
        self.step = KM_STEP * price_km if price_km else 1.0
        near = linked.homes.near
        homes = np.append(linked.sites, linked.always)
        ways = linked.homes.km[np.ix_(linked.sites, homes)]
        self.km: Floats = np.where(near[np.ix_(linked.sites, homes)], ways, np.inf)
        finite = self.km[np.isfinite(self.km)]
        longest = float(finite.max(initial=0.0))
        self.most_km = longest * min(most_places, self.n)
        self.most_cost = self.most_km * price_km
        self.caps = self._all_caps(np.array([self.most_cost]) if price_km else np.zeros(0))

    def own_cuts(self, opened: Floats) -> Cuts:
        """Return the cut at a fractional point; where places lack homes there is none yet."""
        if not self.price_km:
            return Cuts(np.zeros(0), np.zeros(0), np.zeros((0, len(opened))))
        most, table = np.array([self.most_cost]), np.zeros((1, 2 * self.n))
        price = self._place_prices(opened)
        if price is None:
            return Cuts(most, most, table)
        savings = np.maximum(price[:, None] - self.km, 0.0)
        savings[~np.isfinite(self.km)] = 0.0
        room = min(self.linked.homes.per_office, self.n)
        best = np.sort(np.partition(savings, self.n - room, axis=0)[self.n - room :], axis=0).sum(axis=0)
        table[0, : self.n] = best[: self.n] * self.price_km
        table[0, self.n :] = -price * self.price_km
        constant = most + best[self.n :].sum() * self.price_km
        return Cuts(constant, constant + table @ opened, table)

    def _place_prices(self, opened: Floats) -> Floats | None:
        """What serving each place costs at the margin, by the transport problem at a fractional point."""
        from scipy.optimize import linprog

        place = opened[self.n :]
        share = np.append(opened[: self.n], np.ones(len(self.linked.always)))
        lowest = np.where(np.isfinite(self.km), self.km, np.inf).min(axis=1, initial=np.inf)
        lowest[~np.isfinite(lowest)] = 0.0
        placed, used = np.flatnonzero(place > 1e-9), np.flatnonzero(share > 1e-9)
        if not len(placed):
            return np.asarray(lowest)
        ways = self.km[np.ix_(placed, used)]
        p, h = np.nonzero(np.isfinite(ways))
        if not len(p):
            return None
        pairs = np.arange(len(p))
        ones = np.ones(len(p))
        served = sparse.csr_array((ones, (p, pairs)), shape=(len(placed), len(p)))
        taken = sparse.csr_array((ones, (h, pairs)), shape=(len(used), len(p)))
        room = share[used] * self.linked.homes.per_office
        found = linprog(  # type: ignore[call-overload]  # the stubs know no sparse tables
            ways[p, h], A_ub=taken, b_ub=room, A_eq=served, b_eq=place[placed],
            bounds=np.column_stack([np.zeros(len(p)), share[used][h]]), method="highs-ds",
        )  # fmt: skip
        if found.status != 0:
            return None
        price: Floats = lowest
        here = self.km[:, used] - found.ineqlin.marginals[None, :]
        reachable = np.where(np.isfinite(here), here, np.inf).min(axis=1)
        price = np.where(np.isfinite(reachable), np.maximum(lowest, reachable), lowest)
        price[placed] = np.maximum(found.eqlin.marginals, lowest[placed])
        return price

    def counted(self) -> list[Longs]:
        """Offices and places: what each number of them costs differs more than what each of them does."""
        return [np.arange(self.n), np.arange(self.n, 2 * self.n)] if self.price_km else []

    def worth(self, chosen: Longs) -> float:
        """Return the cost saved against the most there could be; ``-inf`` without a home for each."""
        cost = float(self.price[chosen].sum())
        if not self.price_km:
            return -cost
        offices, places = self.linked.split(chosen)
        found = self.linked.homes.assign(places, [*self.linked.always.tolist(), *offices])
        if found is None:
            return float("-inf")
        return self.most_cost - found.total_km * self.price_km - cost


def trade_roles(
    homes: Homes, linked: Linked, inner: CoverOracle, chosen: Longs, fixed: Collection[int] = ()
) -> Longs:
    """Let an office and a place change roles while that brings more weight within reach of an office.

    Columns that are ``fixed`` keep theirs.
    """
    n = linked.n
    office, place = chosen[chosen < n], chosen[chosen >= n] - n
    best = inner.worth(office)
    better = True
    while better:
        better = False
        for a in range(len(office)):
            for b in range(len(place)):
                if office[a] in fixed or place[b] in fixed:
                    continue
                then, left = office.copy(), place.copy()
                then[a], left[b] = place[b], office[a]
                worth = inner.worth(then)
                opened = [*linked.always.tolist(), *linked.sites[then].tolist()]
                if worth > best and homes.assign(linked.sites[left].tolist(), opened) is not None:
                    office, place, best, better = then, left, worth, True
    return np.append(office, n + place)
