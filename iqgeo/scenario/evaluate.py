"""Computing a scenario: the network of every step, searches solved on the way. Opens no file."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from iqgeo import cards, sites
from iqgeo.choices import Suggestion, Unmet
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError, Problem
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.proof import JOINT, Proof
from iqgeo.scenario.asked import siting_of
from iqgeo.scenario.by_hand import ByHand, change_by_hand, problems_of, with_offices, with_outposts
from iqgeo.scenario.carried import proven
from iqgeo.scenario.load import Loaded
from iqgeo.scenario.model import Outpost, Scenario, Search, Stage
from iqgeo.scenario.networks import base_coverage, base_offices, base_question, coverage_of
from iqgeo.scenario.searches import (
    NetworkAnswer,
    control_of,
    described,
    proof_of,
    solve,
)

if TYPE_CHECKING:
    from iqgeo.scenarios import RobustnessReport, StagedSuggestion
    from iqgeo.siting import Control
    from iqgeo.suggestions import Siting
    from iqgeo.workers.executor import Executor


@dataclass(frozen=True, eq=False)
class State:
    """A network at one moment.

    Attributes
    ----------
    name : str
        Empty where none was given.
    year : int | None
        Of the network; ``None`` for all years together.
    coverage : Coverage
        Who is reached.
    """

    name: str
    year: int | None
    coverage: Coverage


@dataclass(frozen=True, eq=False)
class Step:
    """How a state came about.

    Attributes
    ----------
    stage : Stage
        With its answer written in.
    opened, closed : tuple[str, ...]
        Ids opened and closed by hand.
    suggestion : Suggestion | None
        The answer of its search in this run; ``None`` if nothing was asked.
    proof : Proof | None
        What is proven of the step; ``None`` for what was set by hand.
    stale : Proof | None
        A proof that the stage carries and that is about another question.
    part_of : int
        Number of the step (from 0) whose proof spans this one; its own number if it stands alone.
    places : tuple[Outpost, ...]
        Served on days by hand.
    fallen : tuple[str, ...]
        Ids of places that fell with their home.
    answer : NetworkAnswer
        Of a search that asked for more than offices, all that it found.
    unmet : Unmet | None
        Why its search has no answer; ``None`` if it has one.
    """

    stage: Stage
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    suggestion: Suggestion | None = None
    proof: Proof | None = None
    stale: Proof | None = None
    part_of: int = 0
    places: tuple[Outpost, ...] = ()
    fallen: tuple[str, ...] = ()
    answer: "NetworkAnswer" = None
    unmet: Unmet | None = None


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A scenario computed.

    Attributes
    ----------
    scenario : Scenario
        With the answers of its searches written into its stages.
    loaded : Loaded
        What it was computed from.
    base : State
        The network before any stage.
    states, steps : tuple[State, ...], tuple[Step, ...]
        One a stage; a joint search is as many stages as it has sizes.
    robustness : RobustnessReport | None
        The last search under drawn assumptions; ``None`` if not asked for.
    joint : StagedSuggestion | None
        The answer of the last joint search, with the price of its stages.
    task : Siting | None
        What the last search was asked of.
    """

    scenario: Scenario
    loaded: Loaded
    base: State
    states: tuple[State, ...] = ()
    steps: tuple[Step, ...] = ()
    robustness: "RobustnessReport | None" = None
    joint: "StagedSuggestion | None" = None
    task: "Siting | None" = None

    def __repr__(self) -> str:
        stages = f"{len(self.states)} stage{'' if len(self.states) == 1 else 's'}"
        return f"<Evaluation: {stages}; {self.coverages[-1].in_short()}>"

    def _repr_html_(self) -> str:
        return cards.coverage_card(self.coverages[-1])

    @property
    def coverages(self) -> tuple[Coverage, ...]:
        """The coverage of every stage; of the base alone if there is none."""
        return tuple(it.coverage for it in self.states) or (self.base.coverage,)

    @property
    def suggestions(self) -> tuple[Suggestion | None, ...]:
        """The answer of every stage's search."""
        return tuple(it.suggestion for it in self.steps)

    @cached_property
    def names(self) -> dict[str, str]:
        """Name of every site that is known, by its id."""
        known = self.loaded.known
        return dict(zip(known["id"].astype(str), known["name"].astype(str), strict=True))

    @cached_property
    def gaps(self) -> tuple[Gaps, ...]:
        """The gaps of the base, then of every stage; a place keeps its number through all of them."""
        found = [self._base_gaps]
        for state in self.states:
            last = found[-1]
            same = state.coverage is last.coverage
            found.append(last if same else find_gaps(state.coverage, after=last))
        return tuple(found)

    @cached_property
    def _base_gaps(self) -> Gaps:
        """The gaps of the base, numbered as on the region's first documented network.

        Numbers are given once and carried through the documented years, so that one place has one number
        whatever year a page begins with.
        """
        loaded = self.loaded
        key = ("gaps", *base_question(self.scenario, loaded))
        if key not in loaded.kept:
            loaded.kept[key] = self._numbered()
        found: Gaps = loaded.kept[key]
        return found

    def _numbered(self) -> Gaps:
        earlier: Gaps | None = None
        loaded, base_year = self.loaded, self.scenario.base_year
        if not loaded.own_offices and not self.scenario.begins_empty:
            for year in loaded.region.stages:
                if base_year is not None and year >= base_year:
                    break
                offices = sites.open_in(loaded.offices, year)
                earlier = find_gaps(coverage_of(self.scenario, loaded, offices, year), after=earlier)
        return find_gaps(self.base.coverage, after=earlier)


@dataclass
class _Run:
    """A scenario on the way: the network as it stands, whom it reaches, and what was found so far."""

    scenario: Scenario
    loaded: Loaded
    control: "Control | None"
    reasons: bool
    refusals: bool
    network: pd.DataFrame
    year: int | None
    reached: Coverage
    states: list[State] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    joint: "StagedSuggestion | None" = None
    task: "Siting | None" = None


def evaluate(
    scenario: Scenario,
    loaded: Loaded,
    control: "Control | None" = None,
    *,
    reasons: bool = True,
    refusals: bool = False,
    executor: "Executor | None" = None,
) -> Evaluation:
    """Compute every stage with the same people and the same way of measuring.

    Parameters
    ----------
    scenario : Scenario
        Its stages, one after the other.
    loaded : Loaded
        What was read for it.
    control : Control | None
        Stop and progress of the searches; their time limits are the scenario's.
    reasons, refusals : bool
        Explain each site; also what it costs to refuse it.
    executor : Executor | None
        Where the last search is solved under drawn assumptions; in a row without one.

    Returns
    -------
    Evaluation
        A state a stage, and the scenario with the answers written into it.

    Raises
    ------
    InputError
        If an id or a question cannot be used: every problem at once.
    """
    problems = problems_of(scenario, loaded)
    if problems:
        raise InputError(problems)
    year = scenario.base_year
    base = State("", year, base_coverage(scenario, loaded))
    offices = base_offices(scenario, loaded)
    run = _Run(scenario, loaded, control, reasons, refusals, offices, year, base.coverage)
    for stage in scenario.stages:
        _compute(run, stage)
    states = tuple(run.states)
    steps = proven(scenario, loaded, (base, *states), run.steps)
    solved = replace(scenario, stages=tuple(replace(it.stage, proof=it.proof or it.stale) for it in steps))
    robustness = _robustness(run, scenario, executor)
    return Evaluation(solved, loaded, base, states, steps, robustness, run.joint, run.task)


def _compute(run: _Run, stage: Stage) -> None:
    """Add the state (or, of a joint search, the states) of a stage."""
    before = run.network
    if stage.year is not None:
        run.network, run.year = sites.open_in(run.loaded.offices, stage.year), stage.year
    hand = change_by_hand(run.loaded, run.network, stage)
    run.network = hand.network
    start = run.reached
    if stage.year is not None or hand.network is not before:
        start = coverage_of(run.scenario, run.loaded, run.network, run.year)
    by_hand = replace(stage, opened=hand.opened, closed=hand.closed, places=hand.places, search=None)
    step = Step(by_hand, hand.opened, hand.closed, part_of=len(run.states), places=hand.places)
    if stage.search is None:
        _finish(run, step, hand, start)
        return
    if stage.search.model == JOINT:
        run.task = siting_of(run.scenario, run.loaded, start)
        _joint(run, run.task, by_hand, stage.search)
        return
    found = solve(
        run.scenario, run.loaded, start, stage.search, run.control, reasons=run.reasons,
        refusals=run.refusals,
    )  # fmt: skip
    run.task, network = found.task, run.network
    new = tuple(it.id for it in found.suggestion.sites if it.id not in sites.ids(sites.offices(network)))
    kept = set(sites.ids(found.suggestion.after.offices))
    gone = tuple(it for it in sites.ids(sites.offices(network)) if it not in kept)
    run.network = with_offices(sites.without(network, gone), run.loaded.known, new)
    places = hand.places
    if found.places is not None:
        places = found.places
        chosen = {it.id for it in places}
        gone += tuple(it for it in sites.ids(sites.outreach(run.network)) if it not in chosen)
        run.network = with_outposts(sites.offices(run.network), run.loaded.known, places)
    proof = replace(
        proof_of(run.scenario, run.loaded, found, stage.search),
        start=sites.ids(start.offices), end=sites.ids(sites.offices(run.network)),
    )  # fmt: skip
    solved = replace(
        by_hand, opened=(*hand.opened, *new), closed=(*hand.closed, *gone), places=places, proof=proof
    )
    step = replace(
        step, stage=solved, suggestion=found.suggestion, proof=proof, answer=found.answer,
        unmet=found.suggestion.unmet,
    )  # fmt: skip
    _finish(run, step, hand, None)


def _finish(run: _Run, step: Step, hand: ByHand, coverage: Coverage | None) -> None:
    """Let places fall whose home is closed, and note the state; a coverage not given is computed anew."""
    fallen = sites.ids(sites.without_home(run.network))
    lost = [it for it in hand.places if it.id in fallen]
    if lost:
        names = dict(zip(sites.ids(run.loaded.known), run.loaded.known["name"], strict=True))
        raise InputError(
            [
                Problem(
                    "place_own_home" if it.id == it.home else "place_home_unknown",
                    value=names[it.id] if it.id == it.home else it.home, details={"place": names[it.id]},
                )
                for it in lost
            ]
        )  # fmt: skip
    run.network = sites.without(run.network, fallen)
    if coverage is None:
        # Computed anew: a solver's own sums are not the figures of a page.
        coverage = coverage_of(run.scenario, run.loaded, run.network, run.year)
    if step.suggestion is not None:
        step = replace(step, suggestion=replace(step.suggestion, after=coverage))
    _note(run, step.stage, coverage, replace(step, fallen=fallen))


def _joint(run: _Run, task: "Siting", stage: Stage, search: Search) -> None:
    """A search for several stages that are best together: one state each, one proof over all."""
    from iqgeo.scenarios import staged_plan

    start = sites.ids(sites.offices(run.network))
    first, hand = len(run.states), (stage.opened, stage.closed)
    answer = staged_plan(task, search.sizes, control_of(search, run.control))
    run.joint = answer
    for number, part in enumerate(answer.stages, start=1):
        new = tuple(it.id for it in part.sites)
        run.network = with_offices(run.network, run.loaded.known, new)
        opened, closed = hand if number == 1 else ((), ())
        solved = Stage(f"{stage.name} {number}".strip(), None, (*opened, *new), closed)
        after = coverage_of(run.scenario, run.loaded, run.network, run.year)
        before = run.states[-1].coverage if number > 1 else task.start
        suggestion = replace(part, before=before, after=after)
        _note(run, solved, after, Step(solved, opened, closed, suggestion, part_of=first))
    if not answer.stages:
        proof = None
        if answer.status == "infeasible":
            proof = replace(
                described(run.scenario, run.loaded, task, search),
                status=answer.status,
                start=start,
                end=start,
            )
        found = Step(replace(stage, proof=proof), *hand, proof=proof, part_of=first, unmet=answer.unmet)
        _note(run, found.stage, task.start, found)
        return
    free = tuple(it.id for part in answer.stages for it in part.sites)
    proof = replace(
        described(run.scenario, run.loaded, task, search),
        status=answer.status, gap=answer.gap, seconds=answer.seconds, free=free,
        stages=len(answer.stages), start=start, end=sites.ids(sites.offices(run.network)),
    )  # fmt: skip
    last = run.steps[-1]
    run.steps[-1] = replace(last, proof=proof, stage=replace(last.stage, proof=proof))


def _note(run: _Run, stage: Stage, coverage: Coverage, step: Step) -> None:
    run.reached = coverage
    run.states.append(State(stage.name, run.year, coverage))
    run.steps.append(step)


def _robustness(run: _Run, scenario: Scenario, executor: "Executor | None") -> "RobustnessReport | None":
    searched = [it for it in run.steps if it.suggestion is not None]
    if scenario.robustness is None or run.task is None or not searched:
        return None
    last = searched[-1].suggestion
    assert last is not None
    if last.model == "keep-best":
        return None
    from iqgeo.scenarios import robustness

    wanted = scenario.robustness
    return robustness(
        run.task, len(last.sites), run.loaded.region, variations=wanted.variations, seed=wanted.seed,
        executor=executor,
    )  # fmt: skip
