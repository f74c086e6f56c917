"""What the models of travel answer with: ways, sites in order, what each saves."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from iqgeo.siting.answers import Status, TravelAnswer
from iqgeo.siting.control import Clock, relative_gap
from iqgeo.siting.pairs import whole_weights
from iqgeo.siting.rules import SiteRules
from iqgeo.siting.sets import DistanceTable, Floats


def travel_answer(
    table: DistanceTable, model: str, rules: SiteRules, sites: Sequence[int] | None, clock: Clock,
    bound: float, proven: bool, beyond_km: float | None = None,
) -> TravelAnswer:  # fmt: skip
    """An answer with every number recomputed from the table; no sites and proven means infeasible."""
    order, km = _opening_order(table, rules, sites or ())
    held = table.weight > 0
    reached = held & np.isfinite(km)
    total = math.fsum(table.weight[reached] * km[reached])
    people = math.fsum(table.weight[reached])
    worst = int(np.argmax(np.where(reached, km, -1.0))) if reached.any() else -1
    worst_km = float(km[worst]) if worst >= 0 else 0.0
    missing = math.fsum(table.weight[held & ~reached])
    objective = worst_km if model == "p-center" else total + missing * (beyond_km or 0.0)
    gains = _travel_gains(table, rules, order, model, beyond_km)
    if sites is None:
        objective, order, gains = float("nan"), [], []
    bound = objective if proven else bound
    gap = relative_gap(objective, bound) if sites is not None else float("nan") if proven else float("inf")
    status: Status = ("infeasible" if sites is None else "optimal") if proven else "feasible"
    return TravelAnswer(
        model, status, objective, bound, gap, clock.seconds, tuple(order), tuple(gains), rules, total,
        total / people if people > 0 else 0.0, worst_km, worst, missing,
        tuple(np.flatnonzero(held & ~reached).tolist()),
    )  # fmt: skip


def _opening_order(table: DistanceTable, rules: SiteRules, sites: Iterable[int]) -> tuple[list[int], Floats]:
    """Sites by how much way each saves after those before it (first of all: by weight newly reached)."""
    km = table.nearest_km(rules.existing)
    left, order = sorted(sites), []
    way = {j: table.nearest_km([j]) for j in left}
    # whole numbers add up to the same in any order
    weight, _ = whole_weights(table.weight)
    longest = np.where(np.isfinite(km), km, 0.0)
    for each in way.values():
        np.maximum(longest, each, out=longest, where=np.isfinite(each))
    most = float((table.weight * longest).sum())
    scale = 2.0 ** (50 - math.ceil(math.log2(most))) if most > 0 else 1.0
    while left:
        best, best_key, best_km = -1, (-1.0, -1.0), km
        for j in left:
            then = np.minimum(km, way[j])
            newly = np.isinf(km) & np.isfinite(then)
            saved = np.isfinite(km) & (then < km)
            saved_km = np.rint(table.weight[saved] * (km[saved] - then[saved]) * scale)
            key = (float(weight[newly].sum()), float(saved_km.sum()))
            if key > best_key:
                best, best_key, best_km = j, key, then
        order.append(best)
        left.remove(best)
        km = best_km
    return order, km


def _travel_gains(
    table: DistanceTable, rules: SiteRules, order: Sequence[int], model: str, beyond_km: float | None
) -> list[float]:
    """Weight times km (p-center: km of the worst way) saved by each site after those before it.

    NaN while some of the demand reached in the end is not reached yet and no ``beyond_km`` is set.
    """
    km = table.nearest_km(rules.existing)
    final = table.nearest_km([*rules.existing, *order])
    held = (table.weight > 0) & (np.isfinite(final) | (beyond_km is not None))

    def worth(way: Floats) -> float:
        counted = way[held] if beyond_km is None else np.minimum(way[held], beyond_km)
        if not len(counted):
            return 0.0
        return float(counted.max()) if model == "p-center" else math.fsum(table.weight[held] * counted)

    gains, before = [], worth(km)
    for site in order:
        km = np.minimum(km, table.nearest_km([site]))
        after = worth(km)
        gains.append(before - after if math.isfinite(before) else float("nan"))
        before = after
    return gains
