"""What ``iqgeo report`` and ``iqgeo plan`` write: the board's page, the map, a comparison."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from iqgeo.cli.study import Study
from iqgeo.coverage import Coverage
from iqgeo.gaps import find_gaps
from iqgeo.region import Region
from iqgeo.safe.write import check_writable, write_bytes
from iqgeo.suggestions import DEFAULT_TIME_LIMIT_S, Siting, Suggestion, candidate_towns
from iqgeo.texts import Lang

if TYPE_CHECKING:
    from iqgeo.plan import Plan, PlanComparison

REPORT_SUFFIXES = (".pdf", ".html")
COMPARISON_SUFFIXES = (".xlsx", ".csv", ".html")
# So many offices beyond those suggested are on the curve of the board's page.
_CURVE_BEYOND = 6


@dataclass(frozen=True)
class Subject:
    """What a report is about: today, and what is proposed for it."""

    region: Region
    before: Coverage
    after: Coverage | None = None
    suggestion: Suggestion | None = None
    curve: tuple[tuple[int, float], ...] = ()
    plan_name: str | None = None


def subject_of_study(study: Study, new: int | None) -> Subject:
    """Today's coverage, and the best ``new`` offices if asked for."""
    if new is None:
        return Subject(study.region, study.coverage)
    from iqgeo.scenarios import coverage_curve
    from iqgeo.siting import Control

    control = Control(time_limit_s=DEFAULT_TIME_LIMIT_S)
    task = Siting(study.coverage, candidate_towns(study.region))
    found = task.solve("max-cover", new=new, control=control)
    points = coverage_curve(task, new + _CURVE_BEYOND, control)
    curve = tuple(zip(points["offices"], points["share"], strict=True))
    return Subject(study.region, study.coverage, found.after, found, curve)


def subject_of_plan(plan: "Plan") -> Subject:
    """First and last stage of a plan."""
    evaluation = plan.evaluate()
    first, last = evaluation.coverages[0], evaluation.coverages[-1]
    after = last if len(evaluation.coverages) > 1 else None
    return Subject(evaluation.region, first, after, evaluation.suggestions[-1], plan_name=plan.name)


def write_report(out: Path, subject: Subject, lang: Lang, *, per_district: bool = False) -> Path:
    """Write the board's page (.pdf) or the map (.html)."""
    check_writable(out)
    before = find_gaps(subject.before, subject.region)
    if out.suffix.lower() == ".pdf":
        from iqgeo.reports.board import board_pdf

        page = board_pdf(
            before,
            subject.region,
            lang,
            after=subject.after,
            suggestion=subject.suggestion,
            curve=subject.curve,
            plan_name=subject.plan_name,
            per_district=per_district,
        )
        return write_bytes(out, page)
    from iqgeo.reports.map import map_html, scene_of

    shown = before if subject.after is None else find_gaps(subject.after, subject.region, after=before)
    known = set(subject.before.offices["id"])
    proposed = [str(key) for key in shown.coverage.offices["id"] if key not in known]
    scene = scene_of(subject.region, shown.coverage, shown, proposed)
    return write_bytes(out, map_html(scene, lang).encode("utf-8"))


def write_comparison(out: Path, comparison: "PlanComparison", lang: Lang) -> Path:
    """Write who wins and who loses as workbook, CSV or map."""
    suffix = out.suffix.lower()
    if suffix == ".xlsx":
        return write_bytes(out, comparison.xlsx(lang))
    if suffix == ".csv":
        return write_bytes(out, comparison.csv(lang))
    from iqgeo.reports.map import map_html

    return write_bytes(out, map_html(comparison.scene(), lang).encode("utf-8"))
