"""One question to the siting models: what was typed, checked; the answer, ready to write or to show."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from iqgeo import scenarios, siting
from iqgeo.cli.options import Gathering, parse_number, parse_whole
from iqgeo.cli.show_plans import show_alternatives, show_curve, show_stages, show_suggestion
from iqgeo.errors import Problem
from iqgeo.frames import plain_rows
from iqgeo.region import Region
from iqgeo.suggestions import DEFAULT_NEW, DEFAULT_TIME_LIMIT_S, DEFAULT_TOWN_PEOPLE, MODELS, Siting
from iqgeo.texts import Lang


@dataclass(frozen=True)
class Question:
    """A model and its numbers; ``stages``, ``curve``, ``alternatives_pct`` ask for more than one answer."""

    model: str
    new: int
    keep: int | None
    share_pct: float
    least_people: int
    time_limit_s: float
    stages: tuple[int, ...]
    curve: int | None
    alternatives_pct: float | None
    refusals: bool

    @classmethod
    def typed(
        cls,
        model: str,
        new: str | None,
        keep: str | None,
        share_pct: str | None,
        least_people: str | None,
        time_limit: str | None,
        stages: str | None,
        curve: str | None,
        alternatives: str | None,
        refusals: bool,
    ) -> "Question":
        """Read what was typed.

        Raises
        ------
        InputError
            Naming everything that is no number or no model.
        """
        gathering = Gathering()
        whole: dict[str, int | None] = {}
        numbers: dict[str, float] = {}
        sizes: list[int] = []
        if model not in MODELS:
            gathering.problems.append(Problem("model_unknown", column="model", value=model))
        for name, given in (("new", new), ("keep", keep), ("least-people", least_people), ("curve", curve)):
            with gathering:
                whole[name] = parse_whole(name, given)
        defaults = (
            ("share-pct", share_pct, 100.0),
            ("time-limit", time_limit, DEFAULT_TIME_LIMIT_S),
            ("alternatives", alternatives, 1.0),
        )
        for name, given, default in defaults:
            with gathering:
                numbers[name] = parse_number(name, given, default)
        for part in (stages or "").replace(" ", "").split(","):
            with gathering:
                size = parse_whole("stages", part or None)
                sizes += [] if size is None else [size]
        gathering.finish()
        asked_new, least = whole["new"], whole["least-people"]
        return cls(
            model=model,
            new=DEFAULT_NEW if asked_new is None else asked_new,
            keep=whole["keep"],
            share_pct=numbers["share-pct"],
            least_people=DEFAULT_TOWN_PEOPLE if least is None else least,
            time_limit_s=numbers["time-limit"],
            stages=tuple(sizes),
            curve=whole["curve"],
            alternatives_pct=None if alternatives is None else numbers["alternatives"],
            refusals=refusals,
        )


@dataclass(frozen=True)
class Answer:
    """What comes back: plain data for JSON, and a way to show it."""

    content: dict[str, Any]
    show: Callable[[Lang], None]


def ask(
    question: Question, task: Siting, progress: Callable[[siting.Progress], None] | None, region: Region
) -> Answer:
    """Put the question to the models."""
    control = siting.Control(time_limit_s=question.time_limit_s, progress=progress)
    if question.stages:
        staged = scenarios.staged_plan(task, question.stages, control)
        return Answer(staged.to_dict(), lambda lang: show_stages(staged, lang))
    if question.curve is not None:
        points = scenarios.coverage_curve(task, question.curve, control)
        return Answer({"model": "curve", "points": plain_rows(points)}, lambda lang: show_curve(points, lang))
    if question.alternatives_pct is not None:
        choices = scenarios.near_optimal(
            task, question.new, within_pct=question.alternatives_pct, control=control
        )
        return Answer(
            {"model": "alternatives", "choices": [choice.to_dict() for choice in choices]},
            lambda lang: show_alternatives(choices, lang),
        )
    found = task.solve(
        question.model,
        new=question.new,
        keep=question.keep,
        share_pct=question.share_pct,
        control=control,
        refusals=question.refusals,
    )
    return Answer(found.to_dict(), lambda lang: show_suggestion(found, region, lang))
