"""What ``iqgeo check`` says of one file: a table, a region, a plan or a road network."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from iqgeo.cli.show import show_check
from iqgeo.errors import InputError
from iqgeo.reading import AS_IT_IS, Reading
from iqgeo.region import Region
from iqgeo.texts import Lang, number, text

if TYPE_CHECKING:
    from iqgeo.distances.roads import RoadInfo

_PARQUET: Final = b"PAR1"


def checked(
    file: Path, region: Region | None, lang: Lang, *, sheet: str | None = None, reading: Reading = AS_IT_IS
) -> bool:
    """Show what a file is and what is wrong with it; whether it can be used."""
    if file.suffix.lower() == ".toml" or _holds_plan(file):
        return _plan(file, lang)
    info = _roads(file)
    if info is not None:
        show_check(
            text(
                "cli.check.roads",
                lang,
                file=file.name,
                source=info.source,
                date=info.date or text("cli.check.no_date", lang),
                junctions=number(info.vertices_kept, lang),
            ),
            [info.attribution] if info.attribution else [],
        )
        return True
    from iqgeo.inputs import check_file

    report = check_file(file, region, layer=sheet, reading=reading)
    headline = text(
        "cli.check.ok" if report.ok else "cli.check.bad",
        lang,
        file=report.file,
        kind=report.kind_text(lang),
        rows=text("cli.check.rows", lang, count=number(report.rows, lang)),
        problems=number(len(report.problems), lang),
    )
    problems = [problem.sentence(lang) for problem in report.problems]
    used = [report.use_text(lang)] if report.ok else []
    show_check(headline, used + problems + [repair.sentence(lang) for repair in report.repairs])
    return report.ok


def _plan(file: Path, lang: Lang) -> bool:
    from iqgeo.cli.own_files import opened_plan
    from iqgeo.scenario.by_hand import problems_of
    from iqgeo.scenario.load import load

    try:
        with opened_plan(file) as plan:
            problems = problems_of(plan, load(plan))
            if problems:
                raise InputError(problems)
            stages = number(len(plan.stages), lang)
            words = text("cli.check.plan", lang, file=file.name, name=plan.name, stages=stages)
    except InputError as error:
        count = number(len(error.problems), lang)
        sentences = [problem.sentence(lang) for problem in error.problems]
        show_check(text("cli.check.plan_bad", lang, file=file.name, problems=count), sentences)
        return False
    show_check(words, [])
    return True


def _holds_plan(file: Path) -> bool:
    """Whether a file is a zip with a plan in it; other zips hold grids."""
    if file.suffix.lower() != ".zip":
        return False
    from iqgeo.inputs.source import archive_of, open_source
    from iqgeo.scenario.bundle import PLAN_NAME

    try:
        with archive_of(open_source(file)) as archive:
            return PLAN_NAME in archive.namelist()
    except InputError:
        # What is no zip is explained by the check of tables.
        return False


def _roads(file: Path) -> "RoadInfo | None":
    """Where a road network comes from; ``None`` if the file is none."""
    try:
        with file.open("rb") as stream:
            if stream.read(len(_PARQUET)) != _PARQUET:
                return None
    except OSError:
        # What cannot be opened is explained by the check of tables.
        return None
    from iqgeo.distances.roads import read_info

    try:
        return read_info(file)
    except InputError:
        # Any other table can be Parquet, too.
        return None
