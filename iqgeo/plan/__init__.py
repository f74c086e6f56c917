"""Plans: stages of offices opening and closing, saved as a readable file, run again, compared."""

from iqgeo.plan.bundle import open_plan, pack
from iqgeo.plan.compare import PlanComparison, compare_plans
from iqgeo.plan.model import DataFile, Plan, Robustness, Search, Site, Stage
from iqgeo.plan.run import PlanRun, run_plan

__all__ = [
    "DataFile",
    "Plan",
    "PlanComparison",
    "PlanRun",
    "Robustness",
    "Search",
    "Site",
    "Stage",
    "compare_plans",
    "open_plan",
    "pack",
    "run_plan",
]
