"""The network as it works: places served on days, promises for districts, failures and load."""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from iqgeo.cli.assessing import PlanOption, write_json
from iqgeo.cli.options import (
    JsonOption,
    LangOption,
    Options,
    help_text,
    language,
    option,
    parse_number,
    parse_whole,
    settings_of,
    with_options,
)
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.proof import FEWEST, GOALS, LEAST

if TYPE_CHECKING:
    from iqgeo.scenario.model import Search


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(help=help_text("load"))(load)
    app.command(help=help_text("failures"))(failures)
    app.command(help=help_text("calendar"))(calendar)
    app.command(help=help_text("needs"))(needs)


@dataclass(frozen=True)
class Network:
    """What `iqgeo suggest` was asked beyond offices alone.

    ``places`` is a number, ``fewest``, or None where none are asked for.
    """

    places: int | str | None = None
    district_share_pct: float | None = None
    goal: str = ""
    least: str = ""

    @classmethod
    def typed(
        cls, model: str, places: str | None, district_share_pct: str | None, goal: str | None,
        lone: Mapping[str, str | None], of_goal: Mapping[str, tuple[str | None, str]],
        more: Mapping[str, bool], least: str | None = None,
    ) -> "Network":  # fmt: skip
        """Read what was typed.

        Parameters
        ----------
        model : str
            The model, which decides what the rest means.
        places : str | None
            A number of places, or ``fewest``.
        district_share_pct : str | None
            Percent of the people of each district.
        goal : str | None
            What the network shall be best at.
        lone : Mapping[str, str | None]
            Options that only mean something with places.
        of_goal : Mapping[str, tuple[str | None, str]]
            Options that only mean something with a goal, and which.
        more : Mapping[str, bool]
            Other questions, and whether they were asked.
        least : str | None
            What to keep low in place of the number of places.

        Raises
        ------
        InputError
            Naming everything that is no number, no goal, or does not go together.
        """
        gathering = Gathering()
        number: int | str | None = None
        share: float | None = None
        with gathering:
            number = FEWEST if asks_fewest(places) else _whole("places", places)
        with gathering:
            if district_share_pct is not None:
                share = parse_number("district-share-pct", district_share_pct, 0.0)
        if goal not in (None, *GOALS):
            details = {"known": ", ".join(GOALS)}
            gathering.problems.append(Problem("goal_unknown", column="goal", value=goal, details=details))
        said = (("places", places), ("district-share-pct", district_share_pct), ("goal", goal))
        wished = [name for name, given in said if given is not None]
        asked = [*wished, *(name for name, given in more.items() if given)]
        if wished and len(asked) > 1:
            gathering.problems.append(Problem("network_one_question", value=", ".join(asked)))
        if places is None:
            gathering.problems += [
                Problem("network_without_places", column=name) for name, it in lone.items() if it is not None
            ]
        gathering.problems += [
            Problem("goal_option", column=name, value=belongs)
            for name, (it, belongs) in of_goal.items()
            if it is not None and goal != belongs
        ]
        if least is not None and least not in LEAST:
            details = {"known": ", ".join(LEAST)}
            gathering.problems.append(Problem("least_unknown", column="least", value=least, details=details))
        elif least is not None and number != FEWEST:
            gathering.problems.append(Problem("least_alone", column="least", value=least))
        if wished and model not in ("max-cover", "full-cover"):
            gathering.problems.append(Problem("network_model", column="model", value=model))
        if isinstance(number, int) and number < 0:
            gathering.problems.append(Problem("siting_bad_places", column="places", value=str(number)))
        if share is not None and not 0 < share <= 100:
            value = f"{share:g}"
            gathering.problems.append(Problem("share_pct", column="district-share-pct", value=value))
        gathering.finish()
        return cls(number, share, goal or "", least or "")

    def asked_with(self, search: "Search") -> "Search":
        """A search that asks this, too; whoever asks for places or safety asks for most people."""
        model = "max-cover" if self.places is not None or self.goal else search.model
        share_pct = search.share_pct if self.places is None or self.places == FEWEST else None
        return replace(
            search, model=model, share_pct=share_pct, places=self.places,
            district_share_pct=self.district_share_pct, goal=self.goal, least=self.least,
        )  # fmt: skip


def asks_fewest(places: str | None) -> bool:
    """Whether as few places as possible were asked for."""
    return places is not None and places.strip().casefold() == FEWEST


def with_settings(options: Options, typed: Mapping[str, str | None]) -> Options:
    """The options with settings that only some commands take."""
    more = {name: it for name, it in typed.items() if it is not None}
    return replace(options, settings={**options.settings, **more})


def _whole(name: str, typed: str | None) -> int | None:
    """A whole number or the word for as few as possible."""
    try:
        return parse_whole(name, typed)
    except InputError:
        raise InputError(Problem("places_expected", column=name, value=typed)) from None


@with_options
def load(
    options: Options,
    rate_per_1000: Annotated[str | None, option("rate_per_1000", "--rate-per-1000")] = None,
    posts: Annotated[str | None, option("posts")] = None,
    per_post: Annotated[str | None, option("per_post")] = None,
    telephone_pct: Annotated[str | None, option("telephone_pct")] = None,
    consultations: Annotated[Path | None, option("consultations")] = None,
    out: Annotated[Path | None, option("network_out", "--out")] = None,
    plan: PlanOption = None,
    json_file: JsonOption = None,
) -> None:
    """Consultations and posts of each office."""
    from iqgeo.access import load as of_load
    from iqgeo.case import case_of
    from iqgeo.cli.show import show_repairs, show_written
    from iqgeo.cli.show_network import show_load
    from iqgeo.cli.study import Study, opened_study
    from iqgeo.inputs.consultations import read_consultations
    from iqgeo.reports import registry
    from iqgeo.scenario.settings import Settings
    from iqgeo.scenario.work import work_of

    lang = options.spoken
    gathering = Gathering()
    evaluation, coverage, table = None, None, None
    study: Study | None = None
    with gathering:
        if out is not None:
            registry.writer_of(out, "network")
    typed = {
        "rate_per_1000": rate_per_1000, "posts": posts, "per_post": per_post, "telephone_pct": telephone_pct
    }  # fmt: skip
    given = {name: it for name, it in typed.items() if it is not None}
    with ExitStack() as opened:
        with gathering:
            study = opened.enter_context(opened_study(options, plan))
        asked, unread = settings_of(given, Settings() if study is None else study.scenario.settings)
        gathering.problems += unread
        with gathering:
            of_load.check_load(asked.rate_per_1000, asked.posts, asked.per_post, asked.telephone_pct)
        if study is not None:
            with gathering:
                evaluation = study.evaluate()
                coverage = evaluation.coverages[-1]
        if consultations is not None and coverage is not None:
            with gathering:
                table = read_consultations(consultations, coverage.offices)
        gathering.finish()
    assert study is not None
    assert coverage is not None
    assert evaluation is not None
    show_repairs(study.repairs, lang)
    if table is not None:
        show_repairs(table.repairs, lang)
    work = work_of(coverage, asked, None if table is None else table.frame)
    if json_file is not None:
        write_json(json_file, work.to_dict())
    if out is not None:
        case = case_of(evaluation)
        case = replace(case, scenario=replace(case.scenario, settings=asked))
        show_written([registry.write(out, case, lang, "network")], lang, beside=json_file)
    if json_file != "-":
        show_load(work.load, work.short, work.compared, lang)


@with_options
def failures(options: Options, plan: PlanOption = None, json_file: JsonOption = None) -> None:
    """Who loses when one office fails."""
    from iqgeo.access.failure import failures as of_failures
    from iqgeo.cli.show import show_repairs
    from iqgeo.cli.show_network import show_failures
    from iqgeo.cli.study import opened_study

    lang = options.spoken
    with opened_study(options, plan) as study:
        show_repairs(study.repairs, lang)
        coverage = study.evaluate().coverages[-1]
    places = coverage.day_places
    found = of_failures(
        coverage, list(zip(places["lon"], places["lat"], strict=True)), list(places["home"].astype(str))
    )
    if json_file is not None:
        write_json(json_file, found.to_dict())
    if json_file != "-":
        show_failures(found, coverage, lang)


def calendar(
    plan: Annotated[Path, option("calendar_plan", "--plan")],
    out: Annotated[Path, option("calendar_out", "--out")],
    month: Annotated[str | None, option("calendar_month", "--month")] = None,
    closed: Annotated[list[str] | None, option("calendar_closed", "--closed")] = None,
    lang: LangOption = None,
) -> None:
    """The days of a plan's places, laid into a month."""
    from iqgeo.access.free_days import Span, closed_spans
    from iqgeo.case import case_of
    from iqgeo.cli.own_files import opened_plan
    from iqgeo.cli.show import show_written
    from iqgeo.cli.show_network import show_free_days
    from iqgeo.reports import registry
    from iqgeo.reports.calendar import free_lines, laid_month, next_month
    from iqgeo.scenario.evaluate import evaluate
    from iqgeo.scenario.load import load
    from iqgeo.words.states import day_of

    spoken = language(lang)
    gathering = Gathering()
    wanted, case = next_month(day_of(None)), None
    spans: tuple[Span, ...] = ()
    with gathering:
        registry.writer_of(out, "calendar")
    with gathering:
        wanted = wanted if month is None else _month(month)
    with gathering:
        spans = closed_spans(",".join(closed or ()))
    with gathering, opened_plan(plan) as scenario:
        case = case_of(evaluate(scenario, load(scenario)))
    gathering.finish()
    assert case is not None
    wished = registry.WriterOptions(month=wanted, closed=spans)
    show_written([registry.write(out, case, spoken, "calendar", options=wished)], spoken)
    show_free_days(free_lines(laid_month(case, spoken, wanted, spans), spoken))


def _month(typed: str) -> tuple[int, int]:
    """Year and month of ``2026-01``."""
    found = re.fullmatch(r"\s*(\d{4})-(\d{1,2})\s*", typed)
    if found is None or not 1 <= int(found[2]) <= 12:
        raise InputError(Problem("calendar_month", column="month", value=typed))
    return int(found[1]), int(found[2])


@with_options
def needs(
    options: Options,
    least_people: Annotated[str | None, option("least_people")] = None,
    plan: PlanOption = None,
    json_file: JsonOption = None,
) -> None:
    """What it would take in each district: the fewest new offices for 80, 90, 95 and 100 per cent."""
    from iqgeo.cli.show import show_repairs
    from iqgeo.cli.show_network import show_needs
    from iqgeo.cli.study import opened_study
    from iqgeo.frames import plain_rows
    from iqgeo.promises import district_needs
    from iqgeo.scenario.asked import siting_of, with_every_district

    lang = options.spoken
    with opened_study(with_settings(options, {"least_people": least_people}), plan) as study:
        show_repairs(study.repairs, lang)
        start = study.evaluate().coverages[-1]
        task = with_every_district(
            siting_of(study.scenario, study.loaded, start), study.scenario, study.loaded
        )
        found = district_needs(task)
    if json_file is not None:
        write_json(json_file, {"needs": plain_rows(found)})
    if json_file != "-":
        show_needs(found, lang)
