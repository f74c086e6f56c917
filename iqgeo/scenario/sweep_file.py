"""Study files: TOML that lists what varies, read into one task for each combination."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np

from iqgeo.choices import MODELS
from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.region import load_region
from iqgeo.safe.parse import toml_tables
from iqgeo.scenario.bundle import open_plan
from iqgeo.scenario.file import rules_of
from iqgeo.scenario.kinds import Number
from iqgeo.scenario.model import DEFAULT_NEW, Rules, Scenario, Search
from iqgeo.scenario.reader import Reader
from iqgeo.scenario.settings import Settings, plan_tables
from iqgeo.scenario.start import start_of
from iqgeo.scenario.sweep import Sweep, Task, recorded, with_question
from iqgeo.scenario.versions import text_of

# What each model is asked with.
_ASKED_WITH: Final[Mapping[str, str]] = {
    "max-cover": "new", "p-median": "new", "p-center": "new", "full-cover": "share_pct", "keep-best": "keep",
}  # fmt: skip
Change = Callable[[Scenario], Scenario]


@dataclass(frozen=True)
class _Choice:
    """One value of what varies: how people read it, and what it does to a scenario."""

    words: str
    change: Change


@contextmanager
def opened_sweep(path: Path) -> Iterator[Sweep]:
    """Read a study file; the data of a bundle that it names are there until the context ends.

    Parameters
    ----------
    path : Path
        TOML.

    Yields
    ------
    Sweep
        Its tasks.

    Raises
    ------
    InputError
        If it, or the plan that it names, cannot be used: every problem at once.
    """
    reader = Reader(str(path), path.absolute().parent)
    top = _parsed(path)
    reader.known(top, "", "name", "note", "plan", "time_limit_s", "vary", "draw", "rules")
    plan = reader.text(top, "plan")
    if plan:
        with open_plan(reader.folder / plan) as scenario:
            yield _sweep(reader, top, scenario)
    else:
        yield _sweep(reader, top, None)


def _parsed(path: Path) -> dict[str, Any]:
    file = str(path)
    written = text_of(path, file, missing="file_missing", unreadable="study_unreadable")
    try:
        return toml_tables(written)
    except ValueError as error:
        raise InputError(Problem("study_unreadable", file=file, details={"reason": error})) from error


def _sweep(reader: Reader, top: dict[str, Any], plan: Scenario | None) -> Sweep:
    vary = reader.table(top, "vary")
    tables = {"region": ["directory"], "search": ["model", "new", "keep", "share_pct"], **plan_tables()}
    reader.known(vary, "vary", *tables)
    parts = {name: reader.table(vary, name) for name in tables}
    for name, part in parts.items():
        reader.known(part, f"vary.{name}", *tables[name])
    axes = [
        _regions(reader, parts["region"], plan),
        *_settings(reader, parts),
        _draws(reader, reader.table(top, "draw")),
        _rules(reader, top),
        _searches(
            reader, parts["search"], reader.number(top, "time_limit_s", Search.time_limit_s, above=0.0)
        ),
    ]
    if "year" in parts["network"] and plan is not None and plan.stages and plan.stages[0].year is not None:
        reader.problem("study_year_of_plan", "vary.network.year")
    count = math.prod(len(axis) for axis in axes)
    if count > limits.STUDY_TASKS:
        reader.problem("study_many", "vary", count, limit=limits.STUDY_TASKS)
    reader.finish()
    return Sweep(reader.text(top, "name") or Path(reader.file).stem, _tasks(axes, plan or Scenario()))


def _tasks(axes: Sequence[Sequence[_Choice]], start: Scenario) -> dict[str, Task]:
    """Every combination once: those that differ in nothing that counts are one."""
    tasks: dict[str, Task] = {}
    checked: dict[Path | None, Scenario] = {}
    for chosen in product(*axes):
        scenario = start
        for it in chosen:
            scenario = it.change(scenario)
        # The plan's own files are the same for all.
        if scenario.region_directory not in checked:
            checked[scenario.region_directory] = recorded(scenario)
        known = checked[scenario.region_directory]
        scenario = replace(
            scenario, checksums=known.checksums, files=known.files, region_name=known.region_name
        )
        said = {"rules": chosen[-2].words, "draw": int(chosen[-3].words) if chosen[-3].words else None}
        varied = ", ".join(
            it.words for axis, it in zip(axes, chosen, strict=True) if len(axis) > 1 and it.words
        )
        task = Task(scenario, said, varied)
        tasks.setdefault(task.key, task)
    return tasks


def _same(scenario: Scenario) -> Scenario:
    return scenario


def _values(reader: Reader, table: dict[str, Any], key: str) -> list[Any]:
    """What an entry lists; a single value is a list of one."""
    found = table[key.rpartition(".")[2]]
    if not isinstance(found, list):
        return [found]
    if not found:
        reader.problem("plan_entry_missing", key)
    return found


def _regions(reader: Reader, table: dict[str, Any], plan: Scenario | None) -> list[_Choice]:
    """The regions; without a plan each begins with its own settings."""
    names = _values(reader, table, "vary.region.directory") if "directory" in table else [None]
    found = []
    for name in names:
        folder = None
        if name is not None:
            folder = reader.folder_of({"directory": name}, "vary.region.directory")
            try:
                load_region(folder)
            except InputError as error:
                reader.add(error.problems)
                continue
        if plan is None:
            settings = start_of(load_region(folder))
            found.append(_Choice(str(name or ""), _beginning(folder, settings)))
        elif name is None:
            found.append(_Choice("", _same))
        else:
            found.append(_Choice(str(name), _beginning(folder, None)))
    return found


def _beginning(folder: Path | None, settings: Settings | None) -> Change:
    def change(scenario: Scenario) -> Scenario:
        used = scenario.settings if settings is None else settings
        return replace(scenario, region_directory=folder, settings=used)

    return change


def _settings(reader: Reader, parts: Mapping[str, dict[str, Any]]) -> list[list[_Choice]]:
    """One axis for every setting that is listed."""
    axes = []
    for row in fields(Settings):
        table, _, key = row.metadata["plan"].partition(".")
        if key not in parts[table]:
            continue
        where = f"vary.{row.metadata['plan']}"
        values = [
            reader.setting({key: written}, where, row.metadata["kind"], row.default)
            for written in _values(reader, parts[table], where)
        ]
        axes.append([_Choice(f"{row.metadata['plan']} {it}", _set(row.name, it)) for it in values])
    return axes


def _set(name: str, value: Any) -> Change:
    return lambda scenario: scenario.with_settings(**{name: value})


def _draws(reader: Reader, table: dict[str, Any]) -> list[_Choice]:
    """Assumptions drawn evenly from ranges, by a seed."""
    if not table:
        return [_Choice("", _same)]
    ranges: dict[str, tuple[float, float]] = {}
    asked = False
    for row in fields(Settings):
        head, _, key = row.metadata["plan"].partition(".")
        if not isinstance(row.metadata["kind"], Number):
            continue
        part = reader.table(table, head)
        if key in part:
            asked = True
            where, kind = f"draw.{row.metadata['plan']}", row.metadata["kind"]
            ends = part[key]
            if not isinstance(ends, list) or len(ends) != 2:
                reader.problem("study_range", where, ends)
                continue
            low, high = (reader.setting({key: it}, where, kind, row.default or 1.0) for it in ends)
            if not low <= high:
                reader.problem("study_range", where, ends)
                continue
            ranges[row.name] = (low, high)
    nested = plan_tables(Number)
    reader.known(table, "draw", "number", "seed", *nested)
    for head, keys in nested.items():
        reader.known(reader.table(table, head), f"draw.{head}", *keys)
    number = reader.whole(table, "draw.number", 20, least=1)
    if not asked:
        reader.problem("study_draws_nothing", "draw")
    if number > limits.STUDY_TASKS:
        reader.problem("study_many", "draw.number", number, limit=limits.STUDY_TASKS)
        return []
    drawing = np.random.default_rng(reader.whole(table, "draw.seed", 0))
    return [
        _Choice(str(at), _set_all({it: float(drawing.uniform(*ends)) for it, ends in ranges.items()}))
        for at in range(1, number + 1)
    ]


def _set_all(values: dict[str, float]) -> Change:
    return lambda scenario: scenario.with_settings(**values)


def _rules(reader: Reader, top: dict[str, Any]) -> list[_Choice]:
    found = []
    for at, table in enumerate(reader.tables(top, "rules"), start=1):
        where = f"rules[{at}]"
        reader.known(table, where, "name", *(row.name for row in fields(Rules)))
        rules = rules_of(reader, table, where)
        found.append(_Choice(reader.text(table, f"{where}.name") or str(at), _ruled(rules)))
    return found or [_Choice("", _same)]


def _ruled(rules: Rules) -> Change:
    return lambda scenario: replace(scenario, rules=rules)


def _searches(reader: Reader, table: dict[str, Any], limit_s: float) -> list[_Choice]:
    """The questions; each model is asked with what belongs to it. None: the plan as it is."""
    if not table:
        return [_Choice("", lambda scenario: with_question(scenario, None))]
    models = [
        reader.one_of({"model": it}, "vary.search.model", MODELS, Search.model)
        for it in (_values(reader, table, "vary.search.model") if "model" in table else [Search.model])
    ]
    listed: dict[str, list[Any]] = {"new": [DEFAULT_NEW], "share_pct": [100.0], "keep": [None]}
    for key in listed:
        where = f"vary.search.{key}"
        if key not in table:
            continue
        if key not in {_ASKED_WITH[it] for it in models}:
            reader.problem("study_not_asked", where, models=", ".join(models))
        values = _values(reader, table, where)
        listed[key] = [
            reader.number({key: it}, where, 100.0, above=0.0, most=100.0)
            if key == "share_pct"
            else reader.whole({key: it}, where, 0)
            for it in values
        ]
    found = []
    for model in models:
        key = _ASKED_WITH[model]
        for value in listed[key]:
            search = replace(Search(model, time_limit_s=limit_s), **{key: value})
            found.append(_Choice(f"{model} {key} {value}", _asking(search)))
    return found


def _asking(search: Search) -> Change:
    return lambda scenario: with_question(scenario, search)
