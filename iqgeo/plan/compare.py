"""Two plans side by side: who wins and who loses."""

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.errors import InputError, Problem
from iqgeo.gaps import find_gaps
from iqgeo.plan.model import Plan
from iqgeo.region import Region
from iqgeo.reports import comparison
from iqgeo.texts import Lang

if TYPE_CHECKING:
    from iqgeo.reports.map.scene import MapScene


@dataclass(frozen=True, eq=False)
class PlanComparison:
    """A stage of one plan against a stage of another, counted on the same people.

    Attributes
    ----------
    names : what the two are called
    before, after : their coverages
    """

    region: Region
    names: tuple[str, str]
    before: Coverage
    after: Coverage

    @cached_property
    def by_district(self) -> pd.DataFrame:
        """Columns as :func:`iqgeo.reports.comparison.changes`."""
        return comparison.changes(self.before, self.after)

    @cached_property
    def by_municipality(self) -> pd.DataFrame:
        """The same by municipality."""
        return comparison.changes(self.before, self.after, "municipality")

    @property
    def gained(self) -> float:
        """People newly within the target."""
        return float(self.by_district["gained"].sum())

    @property
    def lost(self) -> float:
        """People no longer within the target."""
        return float(self.by_district["lost"].sum())

    def sentence(self, lang: Lang = "de") -> str:
        """How many gain, how many lose."""
        return comparison.comparison_sentence(self.before, self.after, lang)

    def scene(self) -> "MapScene":
        """The map of the second plan with the gaps of the first; what only the second opens is proposed."""
        from iqgeo.reports.map.scene import scene_of

        known = set(self.before.offices["id"].astype(str))
        new = [key for key in self.after.offices["id"].astype(str) if key not in known]
        return scene_of(self.region, self.after, find_gaps(self.before, self.region), new)

    def xlsx(self, lang: Lang = "de", *, date: datetime.date | None = None) -> bytes:
        """The comparison as a workbook."""
        return comparison.comparison_xlsx(
            self.before, self.after, self.region, lang, names=self.names, date=date
        )

    def csv(self, lang: Lang = "de", *, plain: bool = False) -> bytes:
        """The comparison by district as CSV."""
        return comparison.comparison_csv(self.before, self.after, lang, plain=plain)


def compare_plans(
    first: Plan, second: Plan, *, stage_first: int = -1, stage_second: int = -1
) -> PlanComparison:
    """Compare a stage of each plan, by default their last ones.

    Raises
    ------
    InputError
        If one cannot be computed, or they do not count the same people.
    """
    problems: list[Problem] = []
    found = []
    for plan, stage in ((first, stage_first), (second, stage_second)):
        try:
            evaluation = plan.evaluate()
        except InputError as error:
            problems += error.problems
            continue
        found.append((evaluation.region, evaluation.coverages[stage]))
    if problems:
        raise InputError(problems)
    (region, before), (_, after) = found
    try:
        comparison.changes(before, after)
    except ValueError as error:
        told = {"first": _counted(first, before), "second": _counted(second, after)}
        raise InputError(Problem("plan_compare_differs", details=told)) from error
    return PlanComparison(region, _names(first, second, stage_first, stage_second), before, after)


def _counted(plan: Plan, coverage: Coverage) -> str:
    demand = coverage.demand
    return f"{plan.name} ({demand.weight}{'' if demand.year is None else f', {demand.year}'})"


def _names(first: Plan, second: Plan, stage_first: int, stage_second: int) -> tuple[str, str]:
    if first.name != second.name:
        return first.name, second.name
    stages = first.stages[stage_first].name, second.stages[stage_second].name
    return f"{first.name} ({stages[0]})", f"{second.name} ({stages[1]})"
