"""Computing a plan: the coverage of every stage, searches solved on the way."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from iqgeo.coverage import Coverage, assess, measure_of
from iqgeo.demand import DEFAULT_WEIGHT, Demand, build_demand
from iqgeo.distances import DEFAULT_SNAP_LIMIT_KM, Measure, Points, road_measure
from iqgeo.errors import InputError
from iqgeo.plan.model import Plan
from iqgeo.region import Region

if TYPE_CHECKING:
    from iqgeo.scenarios import RobustnessReport
    from iqgeo.suggestions import Siting, Suggestion


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A plan computed.

    Attributes
    ----------
    plan : the plan with the answers of its searches written into its stages
    coverages, suggestions : one a stage; ``None`` where a stage searched for nothing
    robustness : how the last search's answer holds, if the plan asks for it
    """

    plan: Plan
    region: Region
    coverages: tuple[Coverage, ...]
    suggestions: tuple["Suggestion | None", ...]
    robustness: "RobustnessReport | None" = None


def evaluate(plan: Plan, region: Region) -> Evaluation:
    """Compute every stage with the same people and the same way of measuring.

    Raises
    ------
    InputError
        If an id, a file or a setting of the plan cannot be used.
    """
    problems = plan.problems(region)
    if problems:
        raise InputError(problems)
    demand = _demand(plan, region)
    measure = _measure(plan, region, demand)
    coverages: list[Coverage] = []
    suggestions: list[Suggestion | None] = []
    task: Siting | None = None
    for index, stage in enumerate(plan.stages):
        coverage = _assess(plan, region, demand, measure, index)
        suggestion = None
        if stage.search is not None:
            task = _siting(plan, region, coverage)
            suggestion = _solve(task, plan, index)
            known = set(coverage.offices["id"].astype(str))
            kept = {str(it) for it in suggestion.after.offices["id"]}
            new = tuple(site.id for site in suggestion.sites if site.id not in known)
            gone = tuple(sorted(known - kept))
            plan = plan.with_stage(
                index, opened=(*stage.opened, *new), closed=(*stage.closed, *gone), search=None
            )
            coverage = _assess(plan, region, demand, measure, index)
        coverages.append(coverage)
        suggestions.append(suggestion)
    return Evaluation(
        plan, region, tuple(coverages), tuple(suggestions), _robustness(plan, region, task, suggestions)
    )


def _demand(plan: Plan, region: Region) -> Demand:
    if plan.demand_file is not None:
        from iqgeo.inputs import demand_of, read_demand

        return demand_of(read_demand(plan.demand_file.path, region))
    # A plan that says nothing counts whom its region counts.
    weight = None if plan.weight == DEFAULT_WEIGHT else plan.weight
    return build_demand(region, weight, year=plan.year, stage=plan.stages[0].year)


def _measure(plan: Plan, region: Region, demand: Demand) -> Measure:
    if plan.distance != "road":
        return measure_of(plan.distance, plan.detour_factor)
    roads = None if plan.roads_file is None else plan.roads_file.path
    points = Points.of(demand.places["lon"], demand.places["lat"])
    limit_km = DEFAULT_SNAP_LIMIT_KM if plan.snap_limit_km is None else plan.snap_limit_km
    return road_measure(roads, region.directory, points, limit_km)


def _assess(plan: Plan, region: Region, demand: Demand, measure: Measure, index: int) -> Coverage:
    offices = plan.offices(index, region)
    coverage = assess(region, offices, demand=demand, distance=measure, target_km=plan.target_km)
    # The offices are already those of the stage; its year only says which.
    return replace(coverage, stage=plan.stages[index].year)


def _siting(plan: Plan, region: Region, coverage: Coverage) -> "Siting":
    from iqgeo.suggestions import Siting

    candidates = plan.candidate_frame(region)
    open_ids = set(coverage.offices["id"].astype(str))
    free = candidates[~candidates["id"].isin(open_ids)].reset_index(drop=True)
    require, forbid = (
        tuple(key for key in keys if key not in open_ids) for keys in (plan.require, plan.forbid)
    )
    return Siting(coverage, free, require, forbid)


def _solve(task: "Siting", plan: Plan, index: int) -> "Suggestion":
    from iqgeo.siting import Control
    from iqgeo.suggestions import DEFAULT_NEW

    search = plan.stages[index].search
    assert search is not None
    return task.solve(
        search.model,
        new=DEFAULT_NEW if search.new is None else search.new,
        keep=search.keep,
        share_pct=100.0 if search.share_pct is None else search.share_pct,
        control=Control(time_limit_s=search.time_limit_s),
    )


def _robustness(
    plan: Plan, region: Region, task: "Siting | None", suggestions: "list[Suggestion | None]"
) -> "RobustnessReport | None":
    searched = [it for it in suggestions if it is not None]
    if plan.robustness is None or task is None or searched[-1].model == "keep-best":
        return None
    from iqgeo.scenarios import robustness

    wanted = plan.robustness
    number = len(searched[-1].sites)
    return robustness(task, number, region, variations=wanted.variations, seed=wanted.seed)
