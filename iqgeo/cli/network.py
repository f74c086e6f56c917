"""The network as it works: places served on days, promises for districts, failures and load."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from iqgeo.cli.assessing import PlanOption, write_json
from iqgeo.cli.options import (
    JsonOption,
    Options,
    help_text,
    option,
    parse_number,
    parse_whole,
    with_options,
)
from iqgeo.errors import Gathering, InputError, Problem

if TYPE_CHECKING:
    from iqgeo import siting
    from iqgeo.cli.asking import Answer, Question
    from iqgeo.cli.study import Study
    from iqgeo.suggestions import Siting

SAFE = "safe"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(help=help_text("load"))(load)
    app.command(help=help_text("failures"))(failures)


@dataclass(frozen=True)
class Network:
    """What `iqgeo suggest` was asked beyond offices alone; nothing of it: `asked` is False.

    ``places`` is a number, or None with ``fewest``.
    """

    outreach: bool
    places: int | None
    home_km: float
    per_office: int
    days_per_month: float
    district_share_pct: float | None
    safe: bool

    @property
    def asked(self) -> bool:
        """Whether anything of it was asked."""
        return self.outreach or self.safe or self.district_share_pct is not None

    @classmethod
    def typed(
        cls, model: str, places: str | None, home_km: str | None, per_office: str | None,
        days_per_month: str | None, district_share_pct: str | None, goal: str | None,
    ) -> "Network":  # fmt: skip
        """Read what was typed.

        Raises
        ------
        InputError
            Naming everything that is no number, no goal, or does not go together.
        """
        from iqgeo.outreach import (
            DEFAULT_DAYS_PER_MONTH,
            DEFAULT_HOME_KM,
            DEFAULT_PER_OFFICE,
            FEWEST,
            Outreach,
        )

        gathering = Gathering()
        number: int | None = None
        room: int | None = None
        numbers = {"home-km": DEFAULT_HOME_KM, "days-per-month": DEFAULT_DAYS_PER_MONTH}
        share: float | None = None
        fewest = places is not None and places.strip().casefold() == FEWEST
        with gathering:
            number = None if fewest else _whole("places", places)
        with gathering:
            room = parse_whole("places-per-office", per_office)
        for name, given in (("home-km", home_km), ("days-per-month", days_per_month)):
            with gathering:
                numbers[name] = parse_number(name, given, numbers[name])
        with gathering:
            if district_share_pct is not None:
                share = parse_number("district-share-pct", district_share_pct, 0.0)
        if goal not in (None, SAFE):
            details = {"known": SAFE}
            gathering.problems.append(Problem("goal_unknown", column="goal", value=goal, details=details))
        wished = [
            name
            for name, given in (
                ("places", places),
                ("district-share-pct", district_share_pct),
                ("goal", goal),
            )
            if given is not None
        ]
        if len(wished) > 1:
            gathering.problems.append(Problem("network_one_question", value=", ".join(wished)))
        if places is None:
            lone = {"home-km": home_km, "places-per-office": per_office, "days-per-month": days_per_month}
            gathering.problems += [
                Problem("network_without_places", column=name)
                for name, given in lone.items()
                if given is not None
            ]
        if wished and model not in ("max-cover", "full-cover"):
            gathering.problems.append(Problem("network_model", column="model", value=model))
        if number is not None and number < 0:
            gathering.problems.append(Problem("siting_bad_places", column="places", value=str(number)))
        room = DEFAULT_PER_OFFICE if room is None else room
        with gathering:
            Outreach(numbers["home-km"], room, numbers["days-per-month"])
        gathering.finish()
        return cls(
            places is not None,
            number,
            numbers["home-km"],
            room,
            numbers["days-per-month"],
            share,
            goal == SAFE,
        )

    def ask(
        self, question: "Question", study: "Study", progress: "Callable[[siting.Progress], None] | None"
    ) -> "Answer":
        """Put the question to the models."""
        from iqgeo import siting
        from iqgeo.cli import show_network
        from iqgeo.cli.asking import Answer
        from iqgeo.outreach import Outreach, plan_outreach
        from iqgeo.promises import district_promise, safe_network
        from iqgeo.scenario.asked import task_of

        if question.asks_more or question.stages:
            wished = [
                name
                for name, given in (
                    ("places", self.outreach),
                    ("goal", self.safe),
                    ("district-share-pct", self.district_share_pct is not None),
                    ("stages", question.stages),
                    ("curve", question.curve is not None),
                    ("alternatives", question.alternatives_pct is not None),
                )
                if given
            ]
            raise InputError(Problem("network_one_question", value=", ".join(wished)))
        task = task_of(study.scenario, study.loaded)
        control = siting.Control(time_limit_s=question.time_limit_s, progress=progress)
        if self.outreach:
            rules = Outreach(self.home_km, self.per_office, self.days_per_month)
            plan = plan_outreach(
                task, question.new, self.places, rules, share_pct=question.share_pct, control=control
            )
            return Answer(plan.to_dict(), lambda lang: show_network.show_outreach(plan, lang))
        if self.safe:
            safe = safe_network(task, question.new, control)
            return Answer(safe.to_dict(), lambda lang: show_network.show_safe(safe, lang))
        assert self.district_share_pct is not None
        promise = district_promise(
            with_every_district(task, study),
            self.district_share_pct,
            model=question.model,
            new=question.new,
            control=control,
        )
        return Answer(promise.to_dict(), lambda lang: show_network.show_promise(promise, lang))


def with_every_district(task: "Siting", study: "Study") -> "Siting":
    """A task whose own candidates have the largest town of each district that has none of the size."""
    import pandas as pd

    from iqgeo.suggestions import candidate_towns

    if study.loaded.own_candidates:
        return task
    towns = candidate_towns(study.region, study.scenario.settings.least_people, every_district=True)
    meant = {key for town in towns["id"].astype(str) for key in study.loaded.meant(town)}
    known = study.loaded.candidates
    more = known[known["id"].isin(meant) & ~known["id"].isin(task.candidates["id"])]
    return replace(task, candidates=pd.concat([task.candidates, more], ignore_index=True))


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
    plan: PlanOption = None,
    json_file: JsonOption = None,
) -> None:
    """Consultations and posts of each office."""
    from iqgeo.access import load as of_load
    from iqgeo.cli.show import show_repairs
    from iqgeo.cli.show_network import show_load
    from iqgeo.cli.study import opened_study

    lang = options.spoken
    gathering = Gathering()
    numbers = {
        "rate-per-1000": (rate_per_1000, of_load.DEFAULT_RATE_PER_1000),
        "posts": (posts, of_load.DEFAULT_POSTS),
        "per-post": (per_post, of_load.DEFAULT_PER_POST),
        "telephone-pct": (telephone_pct, 0.0),
    }
    typed: dict[str, float] = {}
    study, coverage, table = None, None, None
    for name, (given, default) in numbers.items():
        with gathering:
            typed[name] = parse_number(name, given, default)
    if len(typed) == len(numbers):
        with gathering:
            of_load.check_load(*typed.values())
    with ExitStack() as opened:
        with gathering:
            study = opened.enter_context(opened_study(options, plan))
            coverage = study.evaluate().coverages[-1]
        if consultations is not None and coverage is not None:
            with gathering:
                from iqgeo.inputs.consultations import read_consultations

                table = read_consultations(consultations, coverage.offices)
        gathering.finish()
    assert study is not None
    assert coverage is not None
    show_repairs(study.repairs, lang)
    if table is not None:
        show_repairs(table.repairs, lang)
    found = of_load.load_of(
        coverage, rate_per_1000=typed["rate-per-1000"], posts=typed["posts"],
        per_post=typed["per-post"], telephone_pct=typed["telephone-pct"],
    )  # fmt: skip
    compared = None
    if table is not None:
        from iqgeo.access.consultations import compare

        compared = compare(coverage, found, table.frame)
        found = compared.load
    short = of_load.overload(
        coverage, found.offices["posts"].to_numpy(), typed["rate-per-1000"], typed["per-post"]
    )
    if json_file is not None:
        extra = {} if compared is None else compared.to_dict()
        write_json(json_file, {**found.to_dict(), **short.to_dict(), **extra})
    if json_file != "-":
        show_load(found, short, compared, lang)


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
    found = of_failures(coverage)
    if json_file is not None:
        write_json(json_file, found.to_dict())
    if json_file != "-":
        show_failures(found, coverage, lang)
