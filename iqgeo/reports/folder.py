"""``iqgeo plan run``: all results of a plan in one folder, with a record of how they came about."""

import datetime
import time
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from iqgeo.case import Case, case_for_papers
from iqgeo.coverage import DAYS, RARELY, Coverage
from iqgeo.errors import InputError
from iqgeo.proposal import proposal_of
from iqgeo.region import load_region
from iqgeo.reports.cells import Column, ReportTable
from iqgeo.reports.csvw import SUFFIX, metadata
from iqgeo.reports.delimited import table_csv
from iqgeo.reports.record import record_of, solved_scenario
from iqgeo.reports.registry import DEFAULT, WRITERS
from iqgeo.safe.clean import clean, file_name
from iqgeo.safe.write import json_bytes, make_folder, write_bytes
from iqgeo.scenario.bundle import PLAN_NAME, is_bundle, open_plan, pack
from iqgeo.scenario.evaluate import Evaluation, evaluate
from iqgeo.scenario.load import load
from iqgeo.scenario.model import Scenario
from iqgeo.scenario.written import changed_data, scenario_text
from iqgeo.texts import Lang, text
from iqgeo.words.states import day_of
from iqgeo.workers.executor import Executor

RECORD: Final = "run.json"


@dataclass(frozen=True, eq=False)
class PlanRun:
    """A plan that was run.

    Attributes
    ----------
    folder : Path
        Where the results lie.
    evaluation : Evaluation
        The computed plan.
    case : Case
        The same as the papers tell it.
    files : tuple[Path, ...]
        All files written, ``run.json`` last.
    record : dict[str, Any]
        What ``run.json`` says.
    """

    folder: Path
    evaluation: Evaluation
    case: Case
    files: tuple[Path, ...]
    record: dict[str, Any]

    @property
    def coverages(self) -> tuple[Coverage, ...]:
        """The coverage of every stage."""
        return self.evaluation.coverages


@dataclass
class _Output:
    """Writes results one by one and keeps their times; those of other forms than ``forms`` are not made."""

    folder: Path
    forms: Container[str] | None = None
    files: list[Path] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def write(self, name: str, content: Callable[[], bytes]) -> None:
        if self.forms is not None and Path(name).suffix not in self.forms:
            return
        started = time.perf_counter()
        self.files.append(write_bytes(self.folder / name, content()))
        self.seconds[name] = round(time.perf_counter() - started, 3)


def run_plan(
    path: str | Path, out_dir: str | Path, lang: Lang = "de", *, date: datetime.date | None = None,
    executor: Executor | None = None, forms: Container[str] | None = None,
) -> PlanRun:  # fmt: skip
    """Compute a plan, or a bundle of a plan and its data, and write all its results into a folder.

    For every stage the coverage and the gap lists; the board's page, the map, a table of the stages, the
    comparison of the last stage with the first, the plan itself, and ``run.json``.

    ``run.json`` is written last: where it lies, the run is complete. Its ``stages`` are the numbers,
    the same wherever the plan is run on the same data; ``seconds`` and ``machine`` are not. Of the other
    files another ``date`` (today unless given) changes the date they say, and nothing else; an
    ``executor`` solves what a plan asks under drawn assumptions elsewhere, with the same answers. Whoever
    wants files of a few ``forms`` alone (by suffix, as ``.pdf``) gets these and ``run.json``.

    Raises
    ------
    InputError
        If the plan cannot be used, its data are not those it was saved with, or the folder cannot be
        written.
    """
    source = Path(path)
    with open_plan(source) as plan:
        return _run(source, plan, out_dir, lang, day_of(date), executor, forms)


def _run(
    source: Path, scenario: Scenario, out_dir: str | Path, lang: Lang, day: datetime.date,
    executor: Executor | None, forms: Container[str] | None,
) -> PlanRun:  # fmt: skip
    started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
    changed = changed_data(scenario, load_region(scenario.region_directory))
    if changed:
        raise InputError(changed)
    output = _Output(make_folder(out_dir), forms)
    # An old record would vouch for results that are about to change.
    (output.folder / RECORD).unlink(missing_ok=True)
    evaluation = evaluate(scenario, load(scenario), executor=executor)
    output.seconds["evaluate"] = round(time.perf_counter() - clock, 3)
    case = case_for_papers(evaluation)
    _write_stages(output, evaluation, case, lang, day)
    _write_pages(output, case, lang, day)
    _write_plan(output, source, scenario, evaluation, lang)
    total = round(time.perf_counter() - clock, 3)
    times = {"started": started.isoformat(timespec="seconds"), "seconds": {**output.seconds, "all": total}}
    record = record_of(source, scenario, evaluation, case, output.files, lang, times)
    write_bytes(output.folder / RECORD, json_bytes(record))
    return PlanRun(output.folder, evaluation, case, (*output.files, output.folder / RECORD), record)


def _name(key: str, lang: Lang) -> str:
    return text(f"plan.file.{key}", lang)


def _write_stages(
    output: _Output, evaluation: Evaluation, case: Case, lang: Lang, day: datetime.date
) -> None:
    """Coverage and gap lists of every stage; a row names the nearest office that later stages open."""
    from iqgeo.reports.gap_list import gap_list_gpkg, gap_list_table, gap_list_xlsx

    region, last = evaluation.loaded.region, evaluation.states[-1].coverage if evaluation.states else None
    for number, (state, found) in enumerate(zip(evaluation.states, evaluation.gaps[1:], strict=True), 1):
        start = f"{number}_{file_name(state.name, 40)}"
        lists = f"{start}_{_name('gaps', lang)}"
        later = origin = None
        if last is not None and state.coverage is not last:
            later = proposal_of(state.coverage, last, evaluation.steps[number:], evaluation.names)
        else:
            origin = case.proposal
        output.write(f"{start}_{_name('coverage', lang)}.json", partial(_json, state.coverage))
        about: dict[str, Any] = {"suggestion": later, "origin": origin, "date": day}
        for suffix, make in ((".xlsx", gap_list_xlsx), (".gpkg", gap_list_gpkg)):
            named: dict[str, Any] = {"file_name": lists + suffix} if suffix == ".gpkg" else {}
            output.write(lists + suffix, partial(make, found, region, lang, **about, **named))
        table = cache(partial(gap_list_table, found, region, lang, suggestion=later))
        output.write(f"{lists}.csv", partial(_csv, table, lang))
        beside = partial(
            _metadata, table, f"{lists}.csv", state.coverage, region, lang, origin=origin, date=day
        )
        output.write(f"{lists}.csv{SUFFIX}", beside)
    output.write(f"{_name('stages', lang)}.csv", lambda: table_csv(stages_table(evaluation), lang))


def _csv(table: Callable[[], ReportTable], lang: Lang) -> bytes:
    return table_csv(table(), lang)


def _metadata(table: Callable[[], ReportTable], name: str, *about: Any, **more: Any) -> bytes:
    return metadata(name, table(), *about, **more)


def _json(coverage: Coverage) -> bytes:
    return json_bytes(coverage.to_dict())


def _write_pages(output: _Output, case: Case, lang: Lang, day: datetime.date) -> None:
    wished = replace(DEFAULT, date=day)
    for writer in WRITERS:
        if writer.in_folder and writer.has_matter(case):
            name = f"{_name(writer.document, lang)}{writer.suffix}"
            output.write(name, partial(writer.write, case, lang, wished))


def _write_plan(
    output: _Output, source: Path, scenario: Scenario, evaluation: Evaluation, lang: Lang
) -> None:
    """The plan, and the plan with its answers; of a bundle, whose data lie nowhere else, bundles."""
    bundle, folder = is_bundle(source), output.folder.absolute()
    if bundle:
        output.write("plan.zip", source.read_bytes)
    else:
        output.write(PLAN_NAME, lambda: scenario_text(scenario, folder, lang).encode())
    solved = solved_scenario(evaluation)
    if solved != scenario:
        name = _name("solved", lang)
        if bundle:
            output.write(f"{name}.zip", lambda: pack(solved, lang))
        else:
            output.write(f"{name}.toml", lambda: scenario_text(solved, folder, lang).encode())
    if evaluation.robustness is not None:
        towns = evaluation.robustness.towns
        columns = (Column("id"), Column("name"), Column("chosen_share", "share"))
        shown = towns.assign(id=towns["id"].map(clean), name=towns["name"].map(clean))
        output.write(f"{_name('robustness', lang)}.csv", lambda: table_csv(ReportTable(columns, shown), lang))


def stages_table(evaluation: Evaluation) -> ReportTable:
    """One row a stage: name, offices, opened, closed, people reached and not."""
    rows: list[dict[str, Any]] = []
    base = evaluation.base.coverage.offices
    before = (
        {}
        if evaluation.scenario.begins_empty
        else dict(zip(base["id"].astype(str), base["name"].map(clean), strict=True))
    )
    for state, step in zip(evaluation.states, evaluation.steps, strict=True):
        coverage = state.coverage
        names = dict(
            zip(coverage.offices["id"].astype(str), coverage.offices["name"].map(clean), strict=True)
        )
        if not rows and evaluation.scenario.begins_empty and step.stage.year is not None:
            # A plan that begins with a documented network opens nothing of it.
            before = {key: name for key, name in names.items() if key not in set(step.opened)}
        rows.append(
            {
                "stage": clean(state.name),
                "offices": float(len(coverage.offices)),
                "day_places": float(len(coverage.day_places)),
                "opened": ", ".join(names[key] for key in names if key not in before),
                "closed": ", ".join(name for key, name in before.items() if key not in names),
                "people_total": coverage.people,
                "covered": coverage.covered,
                "uncovered": coverage.uncovered,
                "people_on_days": coverage.people_by(DAYS),
                "people_rarely": coverage.people_by(RARELY),
                "share": coverage.share,
            }
        )
        before = names
    columns = (
        Column("stage"), Column("offices", "people"), Column("day_places", "people"), Column("opened"),
        Column("closed"), Column("people_total", "people"), Column("covered", "people"),
        Column("uncovered", "people"), Column("people_on_days", "people"), Column("people_rarely", "people"),
        Column("share", "share"),
    )  # fmt: skip
    return ReportTable(columns, pd.DataFrame(rows))
