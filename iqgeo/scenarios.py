"""Beyond one answer: the curve, stages, near-optimal alternatives, closures, and how robust a choice is."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo import remembered, siting
from iqgeo.choices import Unmet
from iqgeo.coverage import check_target
from iqgeo.demand import build_demand
from iqgeo.errors import InputError, Problem
from iqgeo.frames import Brief, plain_rows, plain_value
from iqgeo.region import Region
from iqgeo.suggestions import Siting, Suggestion
from iqgeo.workers.executor import Executor

MOST_NEW = 25


def coverage_curve(
    task: Siting, most: int = MOST_NEW, control: "siting.Control | None" = None
) -> pd.DataFrame:
    """People within the target for every number of new offices from 0 (or those required) to ``most``.

    Columns: ``target_km, new, offices`` (in all), ``covered, share, bound_share, status, gap, sites``
    (ids joined by commas). Every row is an optimum of its own with its proof, not a greedy step. Numbers
    for which the rules leave no choice have no row (see :meth:`iqgeo.suggestions.Siting.unmet`).
    """
    most = min(most, len(task.candidates) - len(task.forbid))
    every = remembered.answers(
        task, ("curve", most), lambda: siting.curve(task.sets, most, task.rules, control)
    )
    answers = [answer for answer in every if answer.status != "infeasible"]
    people = task.start.people
    return pd.DataFrame(
        {
            "target_km": task.start.target_km,
            "new": [len(answer.sites) for answer in answers],
            "offices": [task.existing + len(answer.sites) for answer in answers],
            "covered": [answer.covered_after for answer in answers],
            "share": [answer.covered_after / people if people else np.nan for answer in answers],
            "bound_share": [answer.bound / people if people else np.nan for answer in answers],
            "status": [answer.status for answer in answers],
            "gap": [answer.gap for answer in answers],
            "sites": [",".join(task.sites["id"].iloc[list(answer.sites)]) for answer in answers],
        }
    )


def curves_by_target(
    task: Siting, targets_km: Sequence[float], most: int = MOST_NEW, control: "siting.Control | None" = None
) -> pd.DataFrame:
    """The curve for several targets, one below the other (the programme's later texts say 30 km)."""
    return pd.concat(
        [coverage_curve(_with_target(task, target_km), most, control) for target_km in targets_km],
        ignore_index=True,
    )


def _with_target(task: Siting, target_km: float) -> Siting:
    check_target(target_km)
    if target_km == task.start.target_km:
        return task
    return replace(task, start=task.start.again(target_km=target_km))


@dataclass(frozen=True)
class StagedSuggestion:
    """A plan in stages, jointly best: what is opened stays open.

    ``stages[t]`` adds to all earlier stages; ``free_covered[t]`` is what as many offices could cover
    with no regard to the other stages, and ``nesting_price[t]`` the people the plan forgoes for it.
    ``objective`` is the sum of the people covered in every stage; ``unmet`` says why there is no plan.
    """

    status: str
    objective: float
    bound: float
    gap: float
    seconds: float
    stages: tuple[Suggestion, ...]
    free_covered: tuple[float, ...]
    nesting_price: tuple[float, ...]
    unmet: Unmet | None = None

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data for JSON."""
        return {
            "model": "stages",
            "status": self.status,
            "objective": plain_value(self.objective),
            "objective_unit": "people",
            "bound": plain_value(self.bound),
            "gap": plain_value(self.gap),
            "seconds": self.seconds,
            "stages": [stage.to_dict() for stage in self.stages],
            "free_covered": list(self.free_covered),
            "nesting_price": list(self.nesting_price),
            "unmet": None if self.unmet is None else asdict(self.unmet),
        }


def staged_plan(
    task: Siting, sizes: Sequence[int], control: "siting.Control | None" = None
) -> StagedSuggestion:
    """Open ``sizes[0]`` offices first, ``sizes[1]`` more next and so on; best over all stages at once."""
    started = time.perf_counter()
    answer = siting.stages(task.sets, sizes, task.rules, control)
    found = []
    opened: list[int] = []
    before = task.start
    for stage in answer.stages:
        opened += stage.sites
        after = task.coverage_with([*range(task.existing), *opened])
        found.append(replace(task.suggestion_of(stage, control=control), before=before, after=after))
        before = after
    return StagedSuggestion(
        status=answer.status,
        objective=answer.objective,
        bound=answer.bound,
        gap=answer.gap,
        seconds=time.perf_counter() - started,
        stages=tuple(found),
        free_covered=tuple(free.covered_after for free in answer.free),
        nesting_price=answer.nesting_price,
        unmet=task.unmet("max-cover", sum(sizes), control) if answer.status == "infeasible" else None,
    )


MOST_ALTERNATIVES: Final = 5
"""So many choices nearly as good as the best are looked for; there may be more."""


def near_optimal(
    task: Siting,
    new: int,
    *,
    within_pct: float = 1.0,
    differ: int = 1,
    most: int = MOST_ALTERNATIVES,
    control: "siting.Control | None" = None,
) -> tuple[Suggestion, ...]:
    """The best choice first, then others within ``within_pct`` per cent that differ in ``differ`` towns."""
    best = siting.max_cover(task.sets, new, task.rules, control)
    others = siting.alternatives(task.sets, best, within_pct, differ, most, control)
    return tuple(
        task.suggestion_of(answer, control=control, reasons=False, asked=new) for answer in (best, *others)
    )


def closures(task: Siting, control: "siting.Control | None" = None) -> tuple[Suggestion, ...]:
    """For every K from none to all: the best K of today's offices to keep, and which to give up."""
    answers = siting.keep_best_all(task.sets, range(task.existing), control)
    return tuple(task.suggestion_of(answer, control=control) for answer in answers)


@dataclass(frozen=True, repr=False)
class RobustnessReport(Brief):
    """How often a town is chosen when assumptions vary, and how each plan does in the worst case.

    Attributes
    ----------
    towns : pd.DataFrame
        ``id, name, chosen_share`` (0..1), most often chosen first.
    plans : pd.DataFrame
        ``sites`` (names), ``worst_covered`` (people), ``largest_regret`` (people less than the best choice of
        that variation), the plan of least largest regret first.
    """

    variations: int
    seed: int
    towns: pd.DataFrame
    plans: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data for JSON."""
        return {
            "variations": self.variations,
            "seed": self.seed,
            "towns": plain_rows(self.towns),
            "plans": plain_rows(self.plans),
        }


def robustness(
    task: Siting,
    new: int,
    region: Region,
    *,
    variations: int = 20,
    seed: int = 0,
    target_km: tuple[float, float] | None = None,
    factor: tuple[float, float] = (1.2 / 1.3, 1.4 / 1.3),
    years: Sequence[int] = (),
    control: "siting.Control | None" = None,
    executor: Executor | None = None,
) -> RobustnessReport:
    """Solve anew under drawn assumptions and weigh every plan in all of them.

    Parameters
    ----------
    task : Siting
        The network, its candidates and rules.
    new : int
        New offices of every plan.
    region : Region
        Whose figures of other years are drawn from.
    variations : int
        How many assumptions are drawn.
    seed : int
        Of the drawing: the same seed draws the same.
    target_km : tuple[float, float] | None
        Range of the target; fixed by default.
    factor : tuple[float, float]
        Range by which all distances are multiplied (the band of the detour factor by default).
    years : Sequence[int]
        Years of the demand to draw from; the coverage's own by default.
    control : siting.Control | None
        Stop and time limit of each solve.
    executor : Executor | None
        Where the assumptions are solved; in a row without one, with the same answers.
    """
    start = task.start
    low, high = (start.target_km, start.target_km) if target_km is None else target_km
    if not 0 < low <= high:
        raise InputError(Problem("target", column="target-km", value=f"{low:g}..{high:g}"))
    pairs = task.pairs(high / factor[0])
    table = siting.DistanceTable.from_pairs(
        pairs.candidate, pairs.place, pairs.distance_km, task.people, len(task.sites)
    )
    weights = [build_demand(region, start.demand.weight, year=year).places["people"] for year in years]
    instances = siting.vary(table, variations, seed, target_km=(low, high), factor=factor, weights=weights)
    found = siting.robust(instances, new, task.rules, control, executor)
    towns = pd.DataFrame(
        {
            "id": [str(task.sites["id"].iloc[site]) for site in found.site_share],
            "name": [str(task.sites["name"].iloc[site]) for site in found.site_share],
            "chosen_share": list(found.site_share.values()),
        }
    )
    plans = pd.DataFrame(
        {
            "sites": [", ".join(task.sites["name"].iloc[list(plan)]) for plan in found.plans],
            "worst_covered": found.worst_case,
            "largest_regret": found.largest_regret,
        }
    )
    return RobustnessReport(
        variations,
        seed,
        towns.sort_values(["chosen_share", "id"], ascending=[False, True], ignore_index=True),
        plans,
    )
