"""``iqgeo suggest``, ``report`` and ``plan``: where next, and what the board reads."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from iqgeo.cli.assessing import PlanOption, write_json
from iqgeo.cli.options import (
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
from iqgeo.errors import Gathering, InputError, Problem

if TYPE_CHECKING:
    from iqgeo.reports.map.access import Layer


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
    assumptions: Annotated[bool, option("assumptions")] = False,
    stages: Annotated[str | None, option("stages")] = None,
    curve: Annotated[str | None, option("curve")] = None,
    alternatives: Annotated[str | None, option("alternatives")] = None,
    places: Annotated[str | None, option("places")] = None,
    home_km: Annotated[str | None, option("home_km")] = None,
    places_per_office: Annotated[str | None, option("places_per_office")] = None,
    days_per_month: Annotated[str | None, option("days_per_month")] = None,
    require_place: Annotated[str | None, option("require_place")] = None,
    forbid_place: Annotated[str | None, option("forbid_place")] = None,
    district_share_pct: Annotated[str | None, option("district_share_pct")] = None,
    goal: Annotated[str | None, option("goal")] = None,
    half_km: Annotated[str | None, option("half_km")] = None,
    rate_per_1000: Annotated[str | None, option("rate_per_1000", "--rate-per-1000")] = None,
    posts: Annotated[str | None, option("posts")] = None,
    per_post: Annotated[str | None, option("per_post")] = None,
    office_posts: Annotated[str | None, option("office_posts")] = None,
    least: Annotated[str | None, option("least")] = None,
    euros_per_post: Annotated[str | None, option("euros_per_post")] = None,
    euros_per_km: Annotated[str | None, option("euros_per_km")] = None,
    save_plan: Annotated[Path | None, option("save_plan")] = None,
    json_file: JsonOption = None,
) -> None:
    """Where to open next, or what to keep."""
    from iqgeo.cli.asking import TypedQuestion, ask, check_taken
    from iqgeo.cli.network import Network, asks_fewest, with_settings
    from iqgeo.cli.show import progress_line, show_repairs, show_written
    from iqgeo.cli.study import prepare, scenario_of
    from iqgeo.scenario.model import Rules

    lang = options.spoken
    gathering = Gathering()
    question, study, network = None, None, None
    with gathering:
        question = TypedQuestion.typed(
            model, new, keep, share_pct, least_people, time_limit, stages, curve, alternatives, refusals,
            assumptions=assumptions,
        )  # fmt: skip
    with gathering:
        check_taken(
            model,
            {
                "--new": new, "--keep": keep, "--refusals": refusals,
                # As few places as possible can be asked for to serve a share.
                "--share-pct": None if asks_fewest(places) else share_pct,
                "--assumptions": assumptions,
                "--stages": stages, "--curve": curve, "--alternatives": alternatives,
                "--require": require, "--forbid": forbid, "--one-per-district": per_district,
            },
        )  # fmt: skip
    with gathering:
        network = Network.typed(
            model, places, district_share_pct, goal,
            {
                "home-km": home_km, "places-per-office": places_per_office, "days-per-month": days_per_month,
                "require-place": require_place, "forbid-place": forbid_place,
            },
            {
                "half-km": (half_km, "attendance"), "rate-per-1000": (rate_per_1000, "room"),
                "posts": (posts, "room"), "per-post": (per_post, "room"),
                # Where places are priced it counts as well.
                "office-posts": (None if least else office_posts, "room"),
            },
            {
                name: it is not None
                for name, it in (("stages", stages), ("curve", curve), ("alternatives", alternatives))
            },
            least,
        )  # fmt: skip
    if question is not None and network is not None:
        question = replace(question, network=network)
    on_days = {
        "home_km": home_km, "places_per_office": places_per_office, "days_per_month": days_per_month,
        "half_km": half_km, "rate_per_1000": rate_per_1000, "posts": posts, "per_post": per_post,
        "office_posts": office_posts, "euros_per_post": euros_per_post, "euros_per_km": euros_per_km,
    }  # fmt: skip
    asked = scenario_of(
        with_settings(options, on_days),
        candidates=candidates,
        distances=distances,
        stages=() if question is None else question.stages_asked(),
        rules=Rules(_ids(require), _ids(forbid), per_district, _ids(require_place), _ids(forbid_place)),
        least_people=None if question is None else question.least_people,
    )
    with gathering:
        study = prepare(options, asked)
    gathering.finish()
    assert question is not None
    assert study is not None
    show_repairs(study.repairs, lang)
    watched = "stages" if question.stages else question.model
    with progress_line(lang, watched, study.coverage()) as progress:
        answer = ask(question, study, progress)
    if save_plan is not None:
        show_written([answer.save(save_plan, lang)], lang, beside=json_file)
    if json_file is not None:
        write_json(json_file, answer.content)
    if json_file != "-":
        answer.show(lang)


@with_options
def report(
    options: Options,
    out: Annotated[Path | None, option("report_out", "--out")] = None,
    plan: PlanOption = None,
    new: Annotated[str | None, option("report_new", "--new")] = None,
    per_district: Annotated[bool, option("page_per_district", "--page-per-district")] = False,
    template: Annotated[Path | None, option("template")] = None,
    letters: Annotated[Path | None, option("letters")] = None,
    docx: Annotated[bool, option("letters_docx", "--docx")] = False,
    letter_template: Annotated[Path | None, option("letter_template")] = None,
    layer: Annotated[str | None, option("layer")] = None,
) -> None:
    """The board's page as PDF, or the map as one HTML file; letters to the districts."""
    from iqgeo.case import case_for_papers
    from iqgeo.cli.show import show_repairs, show_written
    from iqgeo.cli.study import Study, opened_study
    from iqgeo.reports import registry
    from iqgeo.reports.office_template import NO_TEMPLATE, read_template
    from iqgeo.scenario.model import Search, Stage

    lang = options.spoken
    gathering = Gathering()
    number, office = None, NO_TEMPLATE
    with gathering:
        if out is not None:
            registry.writer_of(out, "board", "map")
        elif letters is None:
            raise InputError(Problem("option_missing", column="--out"))
    shaded: Layer | None = None
    with gathering:
        shaded = _layer_of(layer, out)
    if letters is None and (docx or letter_template is not None):
        gathering.problems.append(Problem("letter_template_alone", column="--letters"))
    with gathering:
        office = NO_TEMPLATE if template is None else read_template(template)
    with gathering:
        number = parse_whole("new", new)
    if plan is not None and new is not None:
        gathering.problems.append(Problem("option_with_plan", column="new"))
    with ExitStack() as opened:
        study: Study | None = None
        with gathering:
            study = opened.enter_context(opened_study(options, plan))
        gathering.finish()
        assert study is not None
        show_repairs(study.repairs, lang)
        if number is not None:
            stage = Stage("", search=Search(new=number))
            study = replace(study, scenario=replace(study.scenario, stages=(stage,)))
        case = case_for_papers(study.evaluate())
        wished = registry.WriterOptions(pages_per_district=per_district, template=office, layer=shaded)
        if out is not None:
            show_written([registry.write(out, case, lang, "board", "map", options=wished)], lang)
        if letters is None:
            return
        # loaded by who writes letters
        if not docx and letter_template is None:
            from iqgeo.reports.letters import write_letters

            show_written(write_letters(letters, case, lang, template=office), lang)
        else:
            from iqgeo.reports.letter_docx import write_letters_docx

            show_written(write_letters_docx(letters, case, lang, template=office, own=letter_template), lang)


def _layer_of(layer: str | None, out: Path | None) -> "Layer | None":
    """The layer of the map page, or of a page of its own behind the board's.

    Raises
    ------
    InputError
        If there is no such layer, or it is asked for where no map page and no paper is written.
    """
    from iqgeo.reports.map.access import LAYERS

    if layer is None:
        return None
    problems, shaded = [], next((it for it in LAYERS if it == layer), None)
    if shaded is None:
        details = {"known": ", ".join(LAYERS)}
        problems.append(Problem("map_layer_unknown", column="layer", value=layer, details=details))
    if out is None or out.suffix.lower() not in (".html", ".pdf"):
        problems.append(
            Problem("map_layer_without_map", column="layer", value="" if out is None else out.name)
        )
    if problems:
        raise InputError(problems)
    return shaded


def plan_run(
    file: Annotated[Path, argument("plan_file")],
    out: Annotated[Path | None, option("plan_out", "--out")] = None,
    store: Annotated[str | None, option("store")] = None,
    executor: Annotated[str, option("executor")] = "serial",
    lang: LangOption = None,
) -> None:
    """Run a plan, a file or a stored one, again and write all its results into one folder."""
    from iqgeo.cli.show import show_written
    from iqgeo.cli.show_plans import show_plan_run
    from iqgeo.reports.folder import run_plan
    from iqgeo.stored import plan_path
    from iqgeo.workers.executor import executor_of

    spoken = language(lang)
    with executor_of(executor) as workers, plan_path(file, store) as (path, folder):
        done = run_plan(path, folder if out is None else out, spoken, executor=workers)
    show_plan_run(done, spoken)
    show_written(done.files, spoken)


def plan_compare(
    first: Annotated[Path, argument("plan_file")],
    second: Annotated[Path, argument("plan_file")],
    out: Annotated[Path | None, option("compare_out", "--out")] = None,
    lang: LangOption = None,
) -> None:
    """Who wins and who loses between two plans, district by district."""
    from iqgeo.case import compare
    from iqgeo.cli.own_files import opened_plan
    from iqgeo.cli.show import show_written
    from iqgeo.cli.show_plans import show_comparison
    from iqgeo.reports import registry
    from iqgeo.scenario.evaluate import Evaluation, evaluate
    from iqgeo.scenario.load import load

    spoken = language(lang)
    gathering = Gathering()
    found: list[Evaluation] = []
    if out is not None:
        with gathering:
            registry.writer_of(out, "comparison")
    # The data of a bundle are there only as long as it is open.
    for file in (first, second):
        with gathering, opened_plan(file) as scenario:
            found.append(evaluate(scenario, load(scenario)))
    gathering.finish()
    case = compare(*found)
    if out is not None:
        show_written([registry.write(out, case, spoken, "comparison")], spoken)
    show_comparison(case, spoken)
