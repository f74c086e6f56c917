"""``iqgeo plan run``: all results of a plan in one folder, with a record of how they came about."""

import datetime
import math
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.frames import plain_rows, plain_value
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.plan.bundle import PLAN_NAME, is_bundle, open_plan, pack
from iqgeo.plan.compare import PlanComparison
from iqgeo.plan.evaluate import Evaluation
from iqgeo.plan.file import changed_data, checksum, plan_text, table_checksums
from iqgeo.plan.model import Plan
from iqgeo.reports.cells import Column, Table
from iqgeo.reports.delimited import table_csv
from iqgeo.reports.suggestion import proposal_of
from iqgeo.safe.clean import clean, file_name
from iqgeo.safe.write import json_bytes, make_folder, write_bytes
from iqgeo.texts import Lang, text

RECORD: Final = "run.json"
# What the numbers can depend on, beside the data.
_LIBRARIES: Final = (
    "geopandas", "highspy", "numba", "numpy", "pandas", "pyogrio", "pyproj", "scikit-learn", "scipy",
    "shapely", "typst", "xlsxwriter",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class PlanRun:
    """A plan that was run.

    Attributes
    ----------
    folder : where the results lie
    evaluation : the computed plan
    files : all files written, ``run.json`` last
    record : what ``run.json`` says
    """

    folder: Path
    evaluation: Evaluation
    files: tuple[Path, ...]
    record: dict[str, Any]

    @property
    def coverages(self) -> tuple[Coverage, ...]:
        """The coverage of every stage."""
        return self.evaluation.coverages


@dataclass
class _Output:
    """Writes results one by one and keeps their times and checksums."""

    folder: Path
    files: list[Path] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def write(self, name: str, content: Callable[[], bytes]) -> None:
        started = time.perf_counter()
        self.files.append(write_bytes(self.folder / name, content()))
        self.seconds[name] = round(time.perf_counter() - started, 3)


def run_plan(path: str | Path, out_dir: str | Path, lang: Lang = "de") -> PlanRun:
    """Compute a plan, or a bundle of a plan and its data, and write all its results into a folder.

    For every stage the coverage and the gap lists; the board's page, the map, a table of the stages, the
    comparison of the last stage with the first, the plan itself, and ``run.json``.

    ``run.json`` is written last: where it lies, the run is complete. Its ``stages`` are the numbers,
    the same wherever the plan is run on the same data; ``seconds`` and ``machine`` are not.

    Raises
    ------
    InputError
        If the plan cannot be used, its data are not those it was saved with, or the folder cannot be
        written.
    """
    source = Path(path)
    with open_plan(source) as plan:
        return _run(source, plan, out_dir, lang)


def _run(source: Path, plan: Plan, out_dir: str | Path, lang: Lang) -> PlanRun:
    started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
    region = plan.region()
    changed = changed_data(plan, region)
    if changed:
        raise InputError(changed)
    output = _Output(make_folder(out_dir))
    # An old record would vouch for results that are about to change.
    (output.folder / RECORD).unlink(missing_ok=True)
    evaluation = plan.evaluate(region)
    output.seconds["evaluate"] = round(time.perf_counter() - clock, 3)
    gaps: list[Gaps] = []
    for coverage in evaluation.coverages:
        # A gap keeps its number from stage to stage.
        gaps.append(find_gaps(coverage, region, after=gaps[-1] if gaps else None))
    _write_stages(output, evaluation, gaps, lang)
    _write_pages(output, evaluation, gaps, lang)
    _write_plan(output, source, plan, evaluation, lang)
    total = round(time.perf_counter() - clock, 3)
    record = _record(source, evaluation, output, started, total)
    write_bytes(output.folder / RECORD, json_bytes(record))
    return PlanRun(output.folder, evaluation, (*output.files, output.folder / RECORD), record)


def _name(key: str, lang: Lang) -> str:
    return text(f"plan.file.{key}", lang)


def _write_stages(output: _Output, evaluation: Evaluation, gaps: list[Gaps], lang: Lang) -> None:
    """Coverage and gap lists of every stage; a row names the nearest office that later stages open."""
    from iqgeo.reports.gap_list import gap_list_csv, gap_list_gpkg, gap_list_xlsx

    region, last = evaluation.region, evaluation.coverages[-1]
    stages = zip(evaluation.plan.stages, evaluation.coverages, gaps, strict=True)
    for number, (stage, coverage, found) in enumerate(stages, start=1):
        start = f"{number}_{file_name(stage.name, 40)}"
        lists = f"{start}_{_name('gaps', lang)}"
        later = proposal_of(coverage, last) if coverage is not last else None
        output.write(f"{start}_{_name('coverage', lang)}.json", partial(_json, coverage))
        for suffix, make in ((".xlsx", gap_list_xlsx), (".gpkg", gap_list_gpkg), (".csv", gap_list_csv)):
            output.write(lists + suffix, partial(make, found, region, lang, suggestion=later))
    output.write(f"{_name('stages', lang)}.csv", lambda: table_csv(stages_table(evaluation), lang))


def _json(coverage: Coverage) -> bytes:
    return json_bytes(coverage.to_dict())


def _write_pages(output: _Output, evaluation: Evaluation, gaps: list[Gaps], lang: Lang) -> None:
    from iqgeo.reports.board import board_pdf
    from iqgeo.reports.map import map_html
    from iqgeo.reports.map.scene import scene_of

    region, plan = evaluation.region, evaluation.plan
    first, last = evaluation.coverages[0], evaluation.coverages[-1]
    suggestion = next((it for it in reversed(evaluation.suggestions) if it is not None), None)
    staged = len(plan.stages) > 1
    if not staged and suggestion is not None:
        # A plan of one stage that searches: before is what the search started from.
        first, gaps = suggestion.before, [find_gaps(suggestion.before, region)]
        staged = True
    # The proof of a search holds for the page if the search began where the page does.
    whole = suggestion is not None and _ids(suggestion.before) == _ids(first)
    output.write(
        f"{_name('board', lang)}.pdf",
        lambda: board_pdf(
            gaps[0], region, lang, after=last if staged else None, suggestion=suggestion if whole else None,
            plan_name=plan.name,
        ),
    )  # fmt: skip
    pair = PlanComparison(region, (plan.stages[0].name, plan.stages[-1].name), first, last)
    output.write(
        f"{_name('map', lang)}.html",
        lambda: map_html(pair.scene() if staged else scene_of(region, last, gaps[0]), lang).encode(),
    )
    if staged:
        output.write(f"{_name('comparison', lang)}.xlsx", lambda: pair.xlsx(lang))


def _ids(coverage: Coverage) -> set[str]:
    return set(coverage.offices["id"].astype(str))


def _write_plan(output: _Output, source: Path, plan: Plan, evaluation: Evaluation, lang: Lang) -> None:
    """The plan, and the plan with its answers; of a bundle, whose data lie nowhere else, bundles."""
    bundle, folder = is_bundle(source), output.folder.absolute()
    if bundle:
        output.write("plan.zip", source.read_bytes)
    else:
        output.write(PLAN_NAME, lambda: plan_text(plan, folder, lang).encode())
    year = evaluation.coverages[0].demand.year
    tables = table_checksums(evaluation.region)
    solved = replace(evaluation.plan, region_name=evaluation.region.name, year=year, checksums=tables)
    if solved != plan:
        name = _name("solved", lang)
        if bundle:
            output.write(f"{name}.zip", lambda: pack(solved, lang))
        else:
            output.write(f"{name}.toml", lambda: plan_text(solved, folder, lang).encode())
    if evaluation.robustness is not None:
        towns = evaluation.robustness.towns
        output.write(
            f"{_name('robustness', lang)}.csv", lambda: towns.to_csv(index=False).encode("utf-8-sig")
        )


def stages_table(evaluation: Evaluation) -> Table:
    """One row a stage: name, offices, opened, closed, people reached and not."""
    rows: list[dict[str, Any]] = []
    before: dict[str, str] = {}
    for stage, coverage in zip(evaluation.plan.stages, evaluation.coverages, strict=True):
        names = dict(
            zip(coverage.offices["id"].astype(str), coverage.offices["name"].map(clean), strict=True)
        )
        rows.append(
            {
                "stage": clean(stage.name),
                "offices": float(len(coverage.offices)),
                "opened": ", ".join(names[key] for key in names if key not in before),
                "closed": ", ".join(name for key, name in before.items() if key not in names),
                "people_total": coverage.people,
                "covered": coverage.covered,
                "uncovered": coverage.uncovered,
                "share": coverage.share,
            }
        )
        before = names
    columns = (
        Column("stage"), Column("offices", "people"), Column("opened"), Column("closed"),
        Column("people_total", "people"), Column("covered", "people"), Column("uncovered", "people"),
        Column("share", "share"),
    )  # fmt: skip
    return Table(columns, pd.DataFrame(rows))


def _record(
    source: Path, evaluation: Evaluation, output: _Output, started: datetime.datetime, total: float
) -> dict[str, Any]:
    from iqgeo import __version__

    plan = evaluation.plan
    files = (plan.demand_file, plan.offices_file, plan.candidates_file, plan.roads_file)
    robustness = evaluation.robustness
    return {
        "plan": {"name": plan.name, "file": source.name, "sha256": checksum(source)},
        "inputs": {
            "region": evaluation.region.name,
            "tables": table_checksums(evaluation.region),
            "files": {file.path.name: checksum(file.path) for file in files if file is not None},
        },
        "settings": {
            "weight": evaluation.coverages[0].demand.weight,
            "year": evaluation.coverages[0].demand.year,
            "distance": plan.distance,
            "detour_factor": plan.detour_factor if plan.distance == "detour" else None,
            "target_km": plan.target_km,
            "require": list(plan.require),
            "forbid": list(plan.forbid),
        },
        "stages": [_stage_record(evaluation, index) for index in range(len(plan.stages))],
        "robustness": None
        if robustness is None
        else {
            "variations": robustness.variations,
            "seed": robustness.seed,
            "towns": plain_rows(robustness.towns),
        },
        "versions": {
            "iqgeo": __version__,
            "python": platform.python_version(),
            **{it: version(it) for it in _LIBRARIES},
        },
        "machine": {"system": platform.platform(), "processor": platform.machine()},
        "started": started.isoformat(timespec="seconds"),
        "seconds": {**output.seconds, "all": total},
        "files": {file.name: checksum(file) for file in output.files},
    }


def _stage_record(evaluation: Evaluation, index: int) -> dict[str, Any]:
    stage, coverage = evaluation.plan.stages[index], evaluation.coverages[index]
    suggestion = evaluation.suggestions[index]
    return {
        "name": stage.name,
        "year": stage.year,
        "offices": [str(it) for it in coverage.offices["id"]],
        "people": coverage.people,
        "covered": coverage.covered,
        "uncovered": coverage.uncovered,
        "share": None if math.isnan(coverage.share) else coverage.share,
        "band": None if coverage.band is None else asdict(coverage.band),
        "search": None
        if suggestion is None
        else {
            "model": suggestion.model,
            "status": suggestion.status,
            "gap": plain_value(suggestion.gap),
            "sites": [site.id for site in suggestion.sites],
        },
    }
