"""A study: the same question under many assumptions, one task for each combination of them.

A study file names a plan (or begins with a region's own settings) and lists what varies; every combination
is a scenario of its own with one more stage that puts the question. Tasks depend on nothing but their
scenario, so they run anywhere (:mod:`iqgeo.workers`), and each is keyed by the checksum of all that decides
its numbers.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Final

from iqgeo import sites
from iqgeo.errors import InputError, Problem
from iqgeo.region import load_region
from iqgeo.scenario.evaluate import Evaluation, State, evaluate
from iqgeo.scenario.load import Loaded, load
from iqgeo.scenario.model import Scenario, Search, Stage
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.written import changed_data, checksum, table_checksums
from iqgeo.workers.results import checksum as key_of

Plain = str | int | float | bool | None
# Loaded data of so many combinations of settings are kept: tasks that differ in their question alone follow
# one another.
_KEPT: Final = 2


@dataclass(frozen=True)
class Task:
    """One combination.

    Attributes
    ----------
    scenario : Scenario
        With the question as its last stage, the checksums of its data recorded.
    said : Mapping[str, Plain]
        What has a name in the study alone: the rules, the number of the drawing.
    varied : str
        What tells it from the other tasks, for people.
    """

    scenario: Scenario
    said: Mapping[str, Plain] = field(default_factory=dict)
    varied: str = ""

    @cached_property
    def key(self) -> str:
        """Checksum of all that decides the task's rows."""
        from iqgeo import __version__

        return key_of([__version__, self.scenario.key, sorted(self.said.items())])


@dataclass(frozen=True)
class Sweep:
    """A study read.

    Attributes
    ----------
    name : str
        Of the study.
    tasks : Mapping[str, Task]
        By their keys, in the order of the file.
    """

    name: str
    tasks: Mapping[str, Task]


def with_question(scenario: Scenario, search: Search | None) -> Scenario:
    """A plan with a question at its end; what identifies the plan for people is left out.

    Parameters
    ----------
    scenario : Scenario
        A plan.
    search : Search | None
        The question; ``None`` for the plan as it is.

    Returns
    -------
    Scenario
        Without document, note and robustness.
    """
    stages = scenario.stages if search is None else (*scenario.stages, Stage("", search=search))
    return replace(scenario, stages=stages, document="", note="", robustness=None)


def recorded(scenario: Scenario) -> Scenario:
    """With the checksums of its tables and files as they are now: its key then stands for their content.

    Parameters
    ----------
    scenario : Scenario
        A plan.

    Returns
    -------
    Scenario
        With absolute paths of its files.

    Raises
    ------
    InputError
        If the region cannot be read; ``OSError`` if a file is gone.
    """
    region = load_region(scenario.region_directory)
    files = tuple(replace(it, path=it.path.absolute(), sha256=checksum(it.path)) for it in scenario.files)
    return replace(scenario, checksums=table_checksums(region), files=files, region_name=region.name)


_loaded: dict[tuple[object, ...], Loaded] = {}


def _data_of(scenario: Scenario) -> Loaded:
    """The data of a scenario, those of the last ones kept.

    Raises
    ------
    InputError
        If they are not those that the study was made with, say on another machine.
    """
    # A worker lives on: the next study's plan may begin in another year, or know other places.
    key = (scenario.base_key, scenario.base_year, scenario.sites)
    if key not in _loaded:
        changed = changed_data(scenario, load_region(scenario.region_directory))
        if changed:
            raise InputError(changed)
        gone = [
            Problem("plan_file_missing", value=str(it.path)) for it in scenario.files if not it.path.is_file()
        ]
        if gone:
            raise InputError(gone)
        found = load(scenario)
        while len(_loaded) >= _KEPT:
            del _loaded[next(iter(_loaded))]
        _loaded[key] = found
    return _loaded[key]


def solve(task: Task) -> list[dict[str, Any]]:
    """Compute a task: one row with its assumptions and what comes of them.

    Parameters
    ----------
    task : Task
        One combination.

    Returns
    -------
    list[dict[str, Any]]
        A row; ``None`` where a figure is infinite or not a number.

    Raises
    ------
    InputError
        If its data are not those that the study was made with, or its question cannot be asked.
    """
    evaluation = evaluate(task.scenario, _data_of(task.scenario), reasons=False)
    return [{**_assumptions(task, evaluation), **_results(evaluation)}]


def _assumptions(task: Task, evaluation: Evaluation) -> dict[str, Plain]:
    scenario, loaded = evaluation.scenario, evaluation.loaded
    row: dict[str, Plain] = {"region": loaded.region.name, "network_year": evaluation.base.year}
    measured = scenario.settings.measured_with()
    for it in fields(Settings):
        if it.name != "stage":
            row[it.name] = measured.get(it.name)
    row["weight"], row["year"] = loaded.demand.weight, loaded.demand.year
    row["distance"] = loaded.measure.kind
    row |= {"rules": "", "draw": None} | dict(task.said)
    search = task.scenario.stages[-1].search if task.scenario.stages else None
    asked: dict[str, Plain] = dict.fromkeys(("model", "new", "keep", "share_pct"))
    if search is not None:
        asked = {"model": search.model, "new": search.new, "keep": search.keep, "share_pct": search.share_pct}
    return row | asked


def _results(evaluation: Evaluation) -> dict[str, Plain]:
    last = evaluation.states[-1] if evaluation.states else evaluation.base
    found = evaluation.suggestions[-1] if evaluation.steps else None
    before = last if found is None else _before(evaluation)
    opened, closed = _difference(before, last)
    row: dict[str, Plain] = {
        "people": last.coverage.people,
        "offices_before": len(before.coverage.offices),
        "covered_before": before.coverage.covered,
        "offices": len(last.coverage.offices),
        "covered": last.coverage.covered,
        "share": _finite(last.coverage.share),
        "status": None, "objective": None, "bound": None, "gap": None,
        "opened": ",".join(opened),
        "opened_names": "; ".join(evaluation.names[it] for it in opened),
        "closed": ",".join(closed),
    }  # fmt: skip
    if found is not None:
        row |= {
            "status": found.status,
            "objective": _finite(found.objective),
            "bound": _finite(found.bound),
            "gap": _finite(found.gap),
        }
    return row


def _before(evaluation: Evaluation) -> State:
    """The network that the question was put to."""
    return evaluation.states[-2] if len(evaluation.states) > 1 else evaluation.base


def _difference(before: State, after: State) -> tuple[list[str], list[str]]:
    old, new = sites.ids(before.coverage.offices), sites.ids(after.coverage.offices)
    there, here = set(old), set(new)
    return [it for it in new if it not in there], [it for it in old if it not in here]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
