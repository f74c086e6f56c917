"""p-center: shortest worst journey, on a sparse distance table."""

from collections.abc import Sequence

import numpy as np

from iqgeo.siting.answers import TravelAnswer
from iqgeo.siting.control import Clock, Control
from iqgeo.siting.most_covered import NO_RULES
from iqgeo.siting.pairs import whole_weights
from iqgeo.siting.reduced import reduce_sets
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.set_cover import cover_everything
from iqgeo.siting.sets import TOLERANCE_KM, CoverSets, DistanceTable, Longs
from iqgeo.siting.travel import travel_answer

FIRST_POINTS = 50
MORE_POINTS = 20


def p_center(
    table: DistanceTable, new: int, rules: SiteRules = NO_RULES, control: Control | None = None
) -> TravelAnswer:
    """Choose ``new`` sites so that the longest way to the nearest open site is shortest.

    Only demand points with weight count. A missing pair cannot be travelled; demand points without any
    pair to an existing or permitted site are named in the answer and left out; all others must be
    reached (``infeasible`` if ``new`` sites cannot). Sites that the worst way does not need go where
    they save most travel.

    Parameters
    ----------
    table : DistanceTable
        How far whom is from whom, in km; a missing pair cannot be travelled.
    new : int
        How many sites open beside the existing ones, required ones included.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.

    Returns
    -------
    TravelAnswer
        The objective is the longest way in km.

    Raises
    ------
    InputError
        The request makes no sense: every problem at once.

    Notes
    -----
    Found by bisection over the distances of the table; each step asks, with proof, whether so many sites
    cover everyone within that distance [1]_.

    References
    ----------
    .. [1] E. Minieka, "The m-center problem", SIAM Review 12, 1970.

    Examples
    --------
    >>> from iqgeo.siting import DistanceTable, p_center
    >>> table = DistanceTable.from_pairs([0, 1, 1, 2], [0, 0, 1, 2], [3, 5, 4, 9], [10, 20, 5], n_sites=3)
    >>> p_center(table, new=2).objective
    9.0
    """
    check_request(table.n_sites, rules, new)
    clock = Clock(control)
    limit = new - len(rules.required_new)
    step = _Step(table, rules, limit, clock)
    choices = np.unique(table.km[step.usable[table.site] & step.held[table.demand]])
    choices = choices[(choices >= step.shortest) & (choices <= step.longest)]
    if not len(choices):
        best, _ = step.fits(step.shortest)
        return _center_answer(table, rules, best, limit, clock, step.shortest, True)
    # ``choices`` below ``low`` are proven too short; at ``high`` everyone is reached by ``best``
    low, high = 0, len(choices) - 1
    best, known = step.fits(float(choices[high]))
    if best is None:
        return _center_answer(table, rules, None, limit, clock, step.shortest, known)
    while low < high:
        high = min(high, int(np.searchsorted(choices, step.worst(best) - TOLERANCE_KM)))
        clock.report(float(choices[high]), float(choices[min(low, high)]))
        if low >= high or clock.over():
            break
        middle = (low + high) // 2
        sites, known = step.fits(float(choices[middle]))
        if sites is not None:
            best, high = sites, middle
        elif known:
            low = middle + 1
        else:
            break
    return _center_answer(table, rules, best, limit, clock, float(choices[low]), low >= high)


class _Step:
    """Whether so many new sites reach everyone within a distance.

    Most demand points follow from a few: the question is put for a growing list of points, and each
    answer is tried on all. That none is possible for some points proves it for all.
    """

    def __init__(self, table: DistanceTable, rules: SiteRules, limit: int, clock: Clock) -> None:
        self.table, self.rules, self.limit, self.clock = table, rules, limit, clock
        self.usable = np.zeros(table.n_sites, dtype=bool)
        self.usable[[*rules.existing, *rules.candidates(table.n_sites)]] = True
        self.nearest = nearest = table.nearest_km(np.flatnonzero(self.usable).tolist())
        self.held = (table.weight > 0) & np.isfinite(nearest)
        self.opened_km = np.where(self.held, table.nearest_km(rules.opened), 0.0)
        self.shortest = float(nearest[self.held].max(initial=0.0))
        self.longest = float(self.opened_km.max(initial=0.0))
        self.listed = np.zeros(table.n_demand, dtype=bool)
        self.listed[np.argsort(-np.where(self.held, nearest, -1.0), kind="stable")[:FIRST_POINTS]] = True
        self.listed &= self.held

    def worst(self, sites: Sequence[int]) -> float:
        """Longest way with ``sites`` open."""
        return float(self.table.nearest_km([*self.rules.opened, *sites])[self.held].max(initial=0.0))

    def fits(self, km: float) -> tuple[list[int] | None, bool]:
        """Return new sites that do, at most ``limit``; or None and whether that is proven."""
        while True:
            sites, known = self._fits_listed(km)
            if sites is None:
                return None, known
            way = self.table.nearest_km([*self.rules.opened, *sites])
            far = np.flatnonzero(self.held & (way > km + TOLERANCE_KM))
            if not len(far):
                return sites, True
            if self.clock.over():
                return None, False
            self._list_more(far[np.lexsort((-self.nearest[far], -way[far]))], km)

    def _list_more(self, far: Longs, km: float) -> None:
        """List some points of ``far``, the first ones that do not share their nearest site."""
        left = np.ones(len(far), dtype=bool)
        for _ in range(MORE_POINTS):
            if not left.any():
                break
            k = int(np.argmax(left))
            self.listed[far[k]] = True
            left &= ~np.isin(far, self._points_of(self._sites_of(int(far[k]), km), km))
            left[k] = False

    def _sites_of(self, point: int, km: float) -> Longs:
        """Sites within ``km`` of a demand point."""
        mine = slice(self.table.start[point], self.table.start[point + 1])
        return self.table.site[mine][self.table.km[mine] <= km + TOLERANCE_KM].astype(np.int64)

    def _points_of(self, sites: Longs, km: float) -> Longs:
        """Demand points that the first of ``sites`` reaches within ``km``."""
        if not len(sites):
            return np.zeros(0, dtype=np.int64)
        start, order = self.table.by_site
        mine = order[start[sites[0]] : start[sites[0] + 1]]
        return self.table.demand[mine][self.table.km[mine] <= km + TOLERANCE_KM].astype(np.int64)

    def _fits_listed(self, km: float) -> tuple[list[int] | None, bool]:
        """Answer for the listed points only."""
        points = np.flatnonzero(self.listed & (self.opened_km > km + TOLERANCE_KM))
        lists = [self._sites_of(int(point), km) for point in points]
        lists = [one[self.usable[one]] for one in lists]
        counts = self.rules.open_counts()
        if not all(len(one) for one in lists) or not all(count.sites for count in counts):
            return None, True
        sets = CoverSets.from_sets([one.tolist() for one in lists], np.ones(len(lists)), self.table.n_sites)
        full = reduce_sets(sets, self.rules.opened, self.rules.forbid)
        with self.clock.quiet():
            chosen, lowest = cover_everything(full, counts, self.clock, self.limit)
        if chosen is not None and len(chosen) <= self.limit:
            return [int(j) for j in chosen], True
        return None, lowest > self.limit


def _center_answer(
    table: DistanceTable, rules: SiteRules, sites: list[int] | None, limit: int, clock: Clock,
    lowest: float, proven: bool,
) -> TravelAnswer:  # fmt: skip
    if sites is None:
        return travel_answer(table, "p-center", rules, None, clock, lowest, proven)
    chosen = list(sites)
    left = [j for j in rules.candidates(table.n_sites) if j not in {*chosen, *rules.required_new}]
    km = table.nearest_km([*rules.opened, *chosen])
    while len(chosen) < limit:
        way = km[table.demand]
        saved = np.where(np.isfinite(way), np.maximum(0.0, way - table.km), 0.0)
        # whole numbers add up to the same in any order
        whole, _ = whole_weights(table.weight[table.demand] * saved)
        gain = np.bincount(table.site, weights=whole, minlength=table.n_sites)
        best = max(left, key=lambda j: (float(gain[j]), -j))
        left.remove(best)
        chosen.append(best)
        km = np.minimum(km, table.nearest_km([best]))
    return travel_answer(table, "p-center", rules, [*chosen, *rules.required_new], clock, lowest, proven)
