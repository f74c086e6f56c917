"""The network as it works: places served on days, promises for districts, failures and load."""

from collections.abc import Mapping
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
    settings_of,
    with_options,
)
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.proof import FEWEST, SAFE

if TYPE_CHECKING:
    from iqgeo.scenario.model import Search


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(help=help_text("load"))(load)
    app.command(help=help_text("failures"))(failures)


@dataclass(frozen=True)
class Network:
    """What `iqgeo suggest` was asked beyond offices alone.

    ``places`` is a number, ``fewest``, or None where none are asked for.
    """

    places: int | str | None = None
    district_share_pct: float | None = None
    goal: str = ""

    @classmethod
    def typed(
        cls, model: str, places: str | None, district_share_pct: str | None, goal: str | None,
        lone: Mapping[str, str | None], more: Mapping[str, bool],
    ) -> "Network":  # fmt: skip
        """Read what was typed.

        Parameters
        ----------
        lone : options that only mean something with places
        more : other questions, and whether they were asked

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
        if goal not in (None, SAFE):
            details = {"known": SAFE}
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
        if wished and model not in ("max-cover", "full-cover"):
            gathering.problems.append(Problem("network_model", column="model", value=model))
        if isinstance(number, int) and number < 0:
            gathering.problems.append(Problem("siting_bad_places", column="places", value=str(number)))
        if share is not None and not 0 < share <= 100:
            value = f"{share:g}"
            gathering.problems.append(Problem("share_pct", column="district-share-pct", value=value))
        gathering.finish()
        return cls(number, share, goal or "")

    def asked_with(self, search: "Search") -> "Search":
        """A search that asks this, too; whoever asks for places or safety asks for most people."""
        model = "max-cover" if self.places is not None or self.goal else search.model
        share_pct = search.share_pct if self.places is None or self.places == FEWEST else None
        return replace(
            search, model=model, share_pct=share_pct, places=self.places,
            district_share_pct=self.district_share_pct, goal=self.goal,
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
    plan: PlanOption = None,
    json_file: JsonOption = None,
) -> None:
    """Consultations and posts of each office."""
    from iqgeo.access import load as of_load
    from iqgeo.cli.show import show_repairs
    from iqgeo.cli.show_network import show_load
    from iqgeo.cli.study import opened_study
    from iqgeo.inputs.consultations import read_consultations
    from iqgeo.scenario.settings import Settings
    from iqgeo.scenario.work import work_of

    lang = options.spoken
    gathering = Gathering()
    study, coverage, table = None, None, None
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
                coverage = study.evaluate().coverages[-1]
        if consultations is not None and coverage is not None:
            with gathering:
                table = read_consultations(consultations, coverage.offices)
        gathering.finish()
    assert study is not None
    assert coverage is not None
    show_repairs(study.repairs, lang)
    if table is not None:
        show_repairs(table.repairs, lang)
    work = work_of(coverage, asked, None if table is None else table.frame)
    if json_file is not None:
        write_json(json_file, work.to_dict())
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
