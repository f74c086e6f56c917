"""p-center: shortest worst journey, on a sparse distance table."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from iqgeo.siting.answers import TravelAnswer
from iqgeo.siting.control import Clock, Control
from iqgeo.siting.full_cover import cover_everything
from iqgeo.siting.max_cover import NO_RULES
from iqgeo.siting.reduced import reduce_sets
from iqgeo.siting.rules import SiteRules, check_request
from iqgeo.siting.sets import TOLERANCE_KM, CoverSets, DistanceTable
from iqgeo.siting.travel import travel_answer


def p_center(
    table: DistanceTable, new: int, rules: SiteRules = NO_RULES, control: Control | None = None
) -> TravelAnswer:
    """Choose ``new`` sites so that the longest way to the nearest open site is shortest.

    Only demand points with weight count. A missing pair cannot be travelled; demand points without any
    pair to an existing or permitted site are named in the answer and left out; all others must be
    reached (``infeasible`` if ``new`` sites cannot). Sites that the worst way does not need go where
    they save most travel.

    The answer is found by bisection over the distances of the table; each step asks, with proof,
    whether so many sites cover everyone within that distance.

    Raises
    ------
    InputError
        The request makes no sense.
    """
    check_request(table.n_sites, rules, new)
    clock = Clock(control)
    usable = np.zeros(table.n_sites, dtype=bool)
    usable[[*rules.existing, *rules.candidates(table.n_sites)]] = True
    nearest = table.nearest_km(np.flatnonzero(usable))
    held = (table.weight > 0) & np.isfinite(nearest)
    limit = new - len(rules.required_new)
    pairs = usable[table.site] & held[table.demand]
    opened_km = np.where(held, table.nearest_km(rules.opened), 0.0)
    lowest = float(nearest[held].max(initial=0.0))
    highest = float(opened_km.max(initial=0.0))
    choices = np.unique(table.km[pairs])
    choices = choices[(choices >= lowest) & (choices <= highest)]
    best: list[int] | None = None
    low, high = 0, len(choices) - 1
    if not len(choices):
        best = _fits(table, rules, held, lowest, limit, clock)[0]
        return _center_answer(table, rules, best, limit, clock, lowest, True)
    # ``choices[low - 1]`` and below are proven too short; ``high`` is where ``best`` was found
    sites, known = _fits(table, rules, held, float(choices[high]), limit, clock)
    if sites is None:
        return _center_answer(table, rules, None, limit, clock, lowest, known)
    best = sites
    clock.report(float(choices[high]), lowest)
    while low < high and not clock.over():
        worst = _worst(table, rules, held, best)
        high = min(high, int(np.searchsorted(choices, worst - TOLERANCE_KM)))
        clock.report(float(choices[high]), float(choices[low]))
        middle = (low + high) // 2
        if low >= high:
            break
        sites, known = _fits(table, rules, held, float(choices[middle]), limit, clock)
        if sites is not None:
            best, high = sites, middle
        elif known:
            low = middle + 1
        else:
            break
    return _center_answer(table, rules, best, limit, clock, float(choices[low]), low >= high)


def _worst(
    table: DistanceTable, rules: SiteRules, held: npt.NDArray[np.bool_], sites: Sequence[int]
) -> float:
    return float(table.nearest_km([*rules.opened, *sites])[held].max(initial=0.0))


def _fits(
    table: DistanceTable, rules: SiteRules, held: npt.NDArray[np.bool_], km: float, limit: int, clock: Clock
) -> tuple[list[int] | None, bool]:
    """New sites, at most ``limit``, that reach everyone within ``km``; and whether None is proven."""
    near = (table.km <= km + TOLERANCE_KM) & held[table.demand]
    one = CoverSets.from_pairs(table.site[near], table.demand[near], held.astype(float), table.n_sites)
    if bool(np.any(one.row_of_demand[held] < 0)):
        return None, True
    counts = rules.open_counts()
    full = reduce_sets(one, rules.opened, rules.forbid)
    if not all(count.sites for count in counts) or bool(np.any(np.diff(full.row_start) == 0)):
        return None, True
    if float(full.row_weight.sum()) + full.base < float(one.row_weight.sum()):
        return None, True
    with clock.quiet():
        chosen, lowest = cover_everything(full, counts, clock, limit)
    if chosen is not None and len(chosen) <= limit:
        return [int(j) for j in chosen], True
    return None, lowest > limit


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
        gain = np.bincount(table.site, weights=table.weight[table.demand] * saved, minlength=table.n_sites)
        best = max(left, key=lambda j: (float(gain[j]), -j))
        left.remove(best)
        chosen.append(best)
        km = np.minimum(km, table.nearest_km([best]))
    return travel_answer(table, "p-center", rules, [*chosen, *rules.required_new], clock, lowest, proven)
