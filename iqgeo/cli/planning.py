"""``iqgeo suggest``, ``report`` and ``plan``: where next, and what the board reads."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from iqgeo.cli.assessing import write_json
from iqgeo.cli.options import (
    Gathering,
    JsonOption,
    LangOption,
    Options,
    argument,
    help_text,
    language,
    option,
    parse_whole,
    with_options,
)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(help=help_text("suggest"))(suggest)
    app.command(help=help_text("report"))(report)
    plan = typer.Typer(help=help_text("plan"), no_args_is_help=True)
    plan.command("run", help=help_text("plan_run"))(plan_run)
    plan.command("compare", help=help_text("plan_compare"))(plan_compare)
    app.add_typer(plan, name="plan")


def _ids(typed: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (typed or "").split(",") if part.strip())


@with_options
def suggest(
    options: Options,
    model: Annotated[str, option("model")] = "max-cover",
    new: Annotated[str | None, option("new")] = None,
    keep: Annotated[str | None, option("keep")] = None,
    share_pct: Annotated[str | None, option("share_pct")] = None,
    candidates: Annotated[Path | None, option("candidates")] = None,
    least_people: Annotated[str | None, option("least_people")] = None,
    require: Annotated[str | None, option("require")] = None,
    forbid: Annotated[str | None, option("forbid")] = None,
    per_district: Annotated[bool, option("one_per_district", "--one-per-district")] = False,
    distances: Annotated[Path | None, option("distances")] = None,
    time_limit: Annotated[str | None, option("time_limit")] = None,
    refusals: Annotated[bool, option("refusals")] = False,
    stages: Annotated[str | None, option("stages")] = None,
    curve: Annotated[str | None, option("curve")] = None,
    alternatives: Annotated[str | None, option("alternatives")] = None,
    json_file: JsonOption = None,
) -> None:
    """Where to open next, or what to keep."""
    from iqgeo.cli.asking import Question, ask
    from iqgeo.cli.show import progress_line, show_repairs
    from iqgeo.cli.study import prepare
    from iqgeo.suggestions import Siting, candidate_towns

    lang = options.spoken
    gathering = Gathering()
    question, study, table = None, None, None
    with gathering:
        question = Question.typed(
            model, new, keep, share_pct, least_people, time_limit, stages, curve, alternatives, refusals
        )
    with gathering:
        study = prepare(options, candidates)
    if distances is not None:
        with gathering:
            from iqgeo.inputs import read_distances

            table = read_distances(distances).frame
    gathering.finish()
    assert question is not None
    assert study is not None
    show_repairs(study.repairs, lang)
    towns = candidate_towns(study.region, question.least_people) if candidates is None else study.candidates
    assert towns is not None
    task = Siting(study.coverage, towns, _ids(require), _ids(forbid), per_district, table)
    with progress_line(lang, question.model, study.coverage) as progress:
        answer = ask(question, task, progress, study.region)
    if json_file is not None:
        write_json(json_file, answer.content)
    if json_file != "-":
        answer.show(lang)


@with_options
def report(
    options: Options,
    out: Annotated[Path, option("report_out", "--out")],
    plan: Annotated[Path | None, option("report_plan", "--plan")] = None,
    new: Annotated[str | None, option("report_new", "--new")] = None,
    per_district: Annotated[bool, option("page_per_district", "--page-per-district")] = False,
) -> None:
    """The board's page as PDF, or the map as one HTML file."""
    from iqgeo.cli.reporting import (
        REPORT_SUFFIXES,
        subject_of_plan,
        subject_of_study,
        write_report,
    )
    from iqgeo.cli.show import show_repairs, show_written
    from iqgeo.cli.study import prepare
    from iqgeo.reports.gap_list import check_suffix

    lang = options.spoken
    gathering = Gathering()
    number, subject = None, None
    with gathering:
        check_suffix(out, REPORT_SUFFIXES)
    with gathering:
        number = parse_whole("new", new)
    with gathering:
        if plan is None:
            study = prepare(options)
            show_repairs(study.repairs, lang)
            if not gathering.problems:
                subject = subject_of_study(study, number)
        else:
            from iqgeo.plan import open_plan

            with open_plan(plan) as opened:
                subject = subject_of_plan(opened)
    gathering.finish()
    assert subject is not None
    show_written([write_report(out, subject, lang, per_district=per_district)], lang)


def plan_run(
    file: Annotated[Path, argument("plan_file")],
    out: Annotated[Path | None, option("plan_out", "--out")] = None,
    lang: LangOption = None,
) -> None:
    """Run a plan again and write all its results into one folder."""
    from iqgeo.cli.show import show_written
    from iqgeo.cli.show_plans import show_plan_run
    from iqgeo.plan import run_plan

    spoken = language(lang)
    done = run_plan(file, file.with_suffix("") if out is None else out, spoken)
    show_plan_run(done, spoken)
    show_written(done.files, spoken)


def plan_compare(
    first: Annotated[Path, argument("plan_file")],
    second: Annotated[Path, argument("plan_file")],
    out: Annotated[Path | None, option("compare_out", "--out")] = None,
    lang: LangOption = None,
) -> None:
    """Who wins and who loses between two plans, district by district."""
    from iqgeo.cli.reporting import COMPARISON_SUFFIXES, write_comparison
    from iqgeo.cli.show import show_written
    from iqgeo.cli.show_plans import show_comparison
    from iqgeo.plan import Plan, compare_plans, open_plan
    from iqgeo.reports.gap_list import check_suffix

    spoken = language(lang)
    gathering = Gathering()
    plans: list[Plan] = []
    if out is not None:
        with gathering:
            check_suffix(out, COMPARISON_SUFFIXES)
    # The data of a bundle are there only as long as it is open.
    with ExitStack() as open_plans:
        for file in (first, second):
            with gathering:
                plans.append(open_plans.enter_context(open_plan(file)))
        gathering.finish()
        comparison = compare_plans(*plans)
    if out is not None:
        show_written([write_comparison(out, comparison, spoken)], spoken)
    show_comparison(comparison, spoken)
