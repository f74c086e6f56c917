"""One question to the siting models: what was typed, checked; the answer, ready to write or to show."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from iqgeo import scenarios, siting
from iqgeo.case import case_of
from iqgeo.cli.network import Network
from iqgeo.cli.options import parse_number, parse_whole
from iqgeo.cli.show_network import show_answer
from iqgeo.cli.show_plans import (
    show_alternatives,
    show_curve,
    show_firmness,
    show_stages,
    show_suggestion,
)
from iqgeo.cli.study import Study
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.frames import plain_rows
from iqgeo.proof import FEWEST, JOINT
from iqgeo.reports.record import solved_scenario
from iqgeo.safe.write import write_bytes
from iqgeo.scenario.asked import task_of
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.scenario.model import DEFAULT_NEW, DEFAULT_TIME_LIMIT_S, Search, Stage
from iqgeo.scenario.written import scenario_text
from iqgeo.suggestions import MODELS
from iqgeo.texts import Lang, listed, text
from iqgeo.words.firmness import firmness_words
from iqgeo.words.proof import proof_words, step_words


@dataclass(frozen=True)
class TypedQuestion:
    """A model and its numbers; ``stages``, ``curve``, ``alternatives_pct`` ask for more than one answer."""

    model: str
    new: int
    keep: int | None
    share_pct: float
    least_people: int | None
    time_limit_s: float
    stages: tuple[int, ...]
    curve: int | None
    alternatives_pct: float | None
    refusals: bool
    network: Network = field(default_factory=Network)
    assumptions: bool = False

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
        *,
        assumptions: bool = False,
    ) -> "TypedQuestion":
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
        asked_new = whole["new"]
        return cls(
            model=model,
            new=DEFAULT_NEW if asked_new is None else asked_new,
            keep=whole["keep"],
            share_pct=numbers["share-pct"],
            least_people=whole["least-people"],
            time_limit_s=numbers["time-limit"],
            stages=tuple(sizes),
            curve=whole["curve"],
            alternatives_pct=None if alternatives is None else numbers["alternatives"],
            refusals=refusals,
            assumptions=assumptions,
        )

    @property
    def asks_more(self) -> bool:
        """Whether it asks for several answers side by side, none of which is a plan."""
        return self.curve is not None or self.alternatives_pct is not None

    def stages_asked(self) -> tuple[Stage, ...]:
        """The stages of the scenario whose searches answer it."""
        if self.stages:
            search = Search(JOINT, sizes=self.stages, time_limit_s=self.time_limit_s)
        elif self.asks_more:
            return ()
        else:
            shares = self.model == "full-cover" or self.network.places == FEWEST
            share_pct = self.share_pct if shares else None
            plain = Search(self.model, self.new, self.keep, share_pct, time_limit_s=self.time_limit_s)
            search = self.network.asked_with(plain)
        return (Stage("", search=search),)


# What each question has no use for: to pass it over in silence would answer another question.
_NOT_TAKEN: Final[Mapping[str, frozenset[str]]] = {
    "--stages": frozenset({"--model", "--new", "--keep", "--share-pct", "--refusals", "--assumptions"}),
    "--curve": frozenset({"--model", "--new", "--keep", "--share-pct", "--refusals", "--assumptions"}),
    "--alternatives": frozenset({"--model", "--keep", "--share-pct", "--refusals", "--assumptions"}),
    "max-cover": frozenset({"--keep", "--share-pct"}),
    "full-cover": frozenset({"--keep", "--new", "--assumptions"}),
    "p-median": frozenset({"--keep", "--share-pct", "--refusals", "--assumptions"}),
    "p-center": frozenset({"--keep", "--share-pct", "--refusals", "--assumptions"}),
    "keep-best": frozenset(
        {
            "--new",
            "--share-pct",
            "--refusals",
            "--require",
            "--forbid",
            "--one-per-district",
            "--assumptions",
        }
    ),
}


def check_taken(model: str, given: Mapping[str, object]) -> None:
    """Refuse options that the question asked has no use for, all at once.

    Parameters
    ----------
    model : str
        The question asked.
    given : Mapping[str, object]
        Options as they are typed, with their values; ``None``, ``False`` and the first model are as good as
        not typed.

    Raises
    ------
    InputError
        Naming the question and what it does not take.
    """
    typed = {name for name, value in given.items() if value is not None and value is not False}
    typed |= {"--model"} if model != MODELS[0] else set()
    kind = next((name for name in ("--stages", "--curve", "--alternatives") if name in typed), model)
    others = {"--stages", "--curve", "--alternatives"} - {kind} if kind.startswith("--") else set()
    unused = typed & (_NOT_TAKEN.get(kind, frozenset()) | others)
    if unused:
        asked = kind if kind.startswith("--") else f"--model {kind}"
        raise InputError(
            Problem("options_not_taken", value=asked, details={"options": listed(sorted(unused))})
        )


@dataclass(frozen=True)
class Reply:
    """What comes back: plain data for JSON, a way to show it, and what it makes of the scenario."""

    content: dict[str, Any]
    show: Callable[[Lang], None]
    evaluation: Evaluation | None = None

    def save(self, path: Path, lang: Lang) -> Path:
        """Write the scenario with its answer as a plan file.

        Raises
        ------
        InputError
            If there is no one answer to save, or the file cannot be written.
        """
        if self.evaluation is None:
            raise InputError(Problem("no_plan_to_save", column="save-plan"))
        solved = solved_scenario(self.evaluation)
        named = tuple(replace(it, name=it.name or text("words.proposal", lang)) for it in solved.stages)
        solved = replace(solved, stages=named, name=path.stem)
        return write_bytes(path, scenario_text(solved, path.absolute().parent, lang).encode())


def ask(
    question: TypedQuestion, study: Study, progress: Callable[[siting.SearchProgress], None] | None
) -> Reply:
    """Put the question to the models."""
    control = siting.Control(time_limit_s=question.time_limit_s, progress=progress)
    if question.asks_more:
        return _more(question, study, control)
    evaluation = study.evaluate(control, refusals=question.refusals)
    case = case_of(evaluation)
    proof = _said(evaluation, "de") if case.proposal is None else proof_words(case.proposal, "de")
    if evaluation.joint is not None:
        joint = evaluation.joint
        return Reply(
            {**joint.to_dict(), "proof": proof},
            lambda lang: show_stages(joint, _said(evaluation, lang), lang),
            evaluation,
        )
    found = evaluation.suggestions[0]
    assert found is not None
    step = evaluation.steps[-1]
    if step.answer is not None:
        more = step.answer
        return Reply({**more.to_dict(), "proof": proof}, lambda lang: show_answer(more, lang), evaluation)
    tested = case.firmness if question.assumptions else None
    content = {**found.to_dict(), "proof": proof}
    if tested is not None:
        content |= {"firmness": tested.to_dict(), "firmness_words": firmness_words(tested, "de")}

    def show(lang: Lang) -> None:
        show_suggestion(found, _said(evaluation, lang), study.region, lang)
        if tested is not None:
            show_firmness(tested, found.before.target.unit, lang)

    return Reply(content, show, evaluation)


def _said(evaluation: Evaluation, lang: Lang) -> str:
    """How sure the answer is."""
    return step_words(evaluation.steps[-1], evaluation.names, lang)


def _more(question: TypedQuestion, study: Study, control: siting.Control) -> Reply:
    task = task_of(study.scenario, study.loaded)
    if question.curve is not None:
        points = scenarios.coverage_curve(task, question.curve, control)
        unmet = None if len(points) else task.unmet(question.model, question.curve, control)
        content = {
            "model": "curve",
            "points": plain_rows(points),
            "unmet": None if unmet is None else asdict(unmet),
        }
        return Reply(content, lambda lang: show_curve(points, unmet, lang))
    assert question.alternatives_pct is not None
    choices = scenarios.near_optimal(
        task, question.new, within_pct=question.alternatives_pct, control=control
    )
    return Reply(
        {"model": "alternatives", "choices": [choice.to_dict() for choice in choices]},
        lambda lang: show_alternatives(choices, lang),
    )
