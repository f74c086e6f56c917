"""Computing a scenario: the network of every step, searches solved on the way. Opens no file."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from iqgeo import sites
from iqgeo.choices import Suggestion
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError, Problem
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.proof import JOINT, Proof
from iqgeo.scenario.asked import base_coverage, base_offices, coverage_of, question_of, siting_of, target_of
from iqgeo.scenario.load import Loaded
from iqgeo.scenario.model import DEFAULT_NEW, Scenario, Search, Stage

if TYPE_CHECKING:
    from iqgeo.scenarios import RobustnessReport, StagedSuggestion
    from iqgeo.siting import Control
    from iqgeo.suggestions import Siting


@dataclass(frozen=True, eq=False)
class State:
    """A network at one moment: its name (empty where none was given), its year, and who is reached."""

    name: str
    year: int | None
    coverage: Coverage


@dataclass(frozen=True, eq=False)
class Step:
    """How a state came about.

    Attributes
    ----------
    stage : the stage with its answer written in
    opened, closed : ids opened and closed by hand
    suggestion : the answer of its search in this run; ``None`` if nothing was asked
    proof : what is proven of the step; ``None`` for what was set by hand
    stale : a proof that the stage carries and that is about another question
    part_of : number of the step (from 0) whose proof spans this one; its own number if it stands alone
    """

    stage: Stage
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    suggestion: Suggestion | None = None
    proof: Proof | None = None
    stale: Proof | None = None
    part_of: int = 0


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A scenario computed.

    Attributes
    ----------
    scenario : with the answers of its searches written into its stages
    loaded : what it was computed from
    base : the network before any stage
    states, steps : one a stage; a joint search is as many stages as it has sizes
    joint : the answer of the last joint search, with the price of its stages
    task : what the last search was asked of
    """

    scenario: Scenario
    loaded: Loaded
    base: State
    states: tuple[State, ...] = ()
    steps: tuple[Step, ...] = ()
    robustness: "RobustnessReport | None" = None
    joint: "StagedSuggestion | None" = None
    task: "Siting | None" = None

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
        loaded, target = self.loaded, target_of(self.scenario, self.loaded)
        key = ("gaps", self.scenario.base_year, self.scenario.begins_empty, target)
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
) -> Evaluation:
    """Compute every stage with the same people and the same way of measuring.

    Parameters
    ----------
    control : stop and progress of the searches; their time limits are the scenario's
    reasons, refusals : explain each site; also what it costs to refuse it

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
    states, steps = tuple(run.states), _proven(run, base)
    solved = replace(scenario, stages=tuple(replace(it.stage, proof=it.proof or it.stale) for it in steps))
    robustness = _robustness(run, scenario)
    return Evaluation(solved, loaded, base, states, steps, robustness, run.joint, run.task)


def problems_of(scenario: Scenario, loaded: Loaded) -> list[Problem]:
    """Ids that nobody knows, and closings of offices that are not open."""
    found = []
    current = set(sites.ids(base_offices(scenario, loaded)))
    unsure = False
    for number, it in enumerate(scenario.stages, start=1):
        if it.year is not None:
            current, unsure = set(sites.ids(sites.open_in(loaded.offices, it.year))), False
        where = f"stages[{number}]"
        for kind, keys in (("closed", it.closed), ("opened", it.opened)):
            for key in keys:
                if not loaded.meant(key):
                    found.append(Problem("plan_site_unknown", column=f"{where}.{kind}", value=key))
                elif kind == "closed" and not unsure and not current & set(loaded.meant(key)):
                    details = {"stage": it.name}
                    found.append(
                        Problem("plan_not_open", column=f"{where}.closed", value=key, details=details)
                    )
        # What a search opens or keeps is not known before it has run.
        unsure = unsure or it.search is not None
        closed = {_closing(loaded, key, current) for key in it.closed if loaded.meant(key)}
        current -= closed
        current |= {_opening(loaded, key, current) for key in it.opened if loaded.meant(key)}
    return found


def _opening(loaded: Loaded, key: str, current: Iterable[str]) -> str:
    """The site that opens under a key: the first one meant that is not open yet."""
    meant = loaded.meant(key)
    return next((it for it in meant if it not in set(current)), meant[0])


def _closing(loaded: Loaded, key: str, current: Iterable[str]) -> str:
    """The site that closes under a key: the first one meant that is open."""
    meant = loaded.meant(key)
    return next((it for it in meant if it in set(current)), meant[0])


def _compute(run: _Run, stage: Stage) -> None:
    """Add the state (or, of a joint search, the states) of a stage."""
    if stage.year is not None:
        run.network, run.year = sites.open_in(run.loaded.offices, stage.year), stage.year
    current = sites.ids(run.network)
    closed = tuple(_closing(run.loaded, key, current) for key in stage.closed)
    network = sites.without(run.network, closed)
    opened = []
    for key in stage.opened:
        site = _opening(run.loaded, key, sites.ids(network))
        if site not in sites.ids(network):
            opened.append(site)
            network = sites.with_(network, sites.named(run.loaded.known, [site]))
    run.network = network
    start = run.reached
    if stage.year is not None or opened or closed:
        start = coverage_of(run.scenario, run.loaded, network, run.year)
    by_hand = replace(stage, opened=tuple(opened), closed=closed, search=None)
    if stage.search is None:
        _note(run, by_hand, start, Step(by_hand, tuple(opened), closed, part_of=len(run.states)))
        return
    task = siting_of(run.scenario, run.loaded, start)
    run.task = task
    if stage.search.model == JOINT:
        _joint(run, task, by_hand, stage.search)
        return
    suggestion = _solve(run, task, stage.search)
    new = tuple(it.id for it in suggestion.sites if it.id not in sites.ids(network))
    kept = set(sites.ids(suggestion.after.offices))
    gone = tuple(it for it in sites.ids(network) if it not in kept)
    run.network = sites.without(sites.with_(network, sites.named(run.loaded.known, new)), gone)
    proof = _proof_of(run, task, stage.search, suggestion)
    solved = replace(by_hand, opened=(*opened, *new), closed=(*closed, *gone), proof=proof)
    # Computed anew: a solver's own sums are not the figures of a page.
    after = coverage_of(run.scenario, run.loaded, run.network, run.year)
    suggestion = replace(suggestion, after=after)
    _note(run, solved, after, Step(solved, tuple(opened), closed, suggestion, proof, part_of=len(run.states)))


def _joint(run: _Run, task: "Siting", stage: Stage, search: Search) -> None:
    """A search for several stages that are best together: one state each, one proof over all."""
    from iqgeo.scenarios import staged_plan

    start = sites.ids(run.network)
    first, hand = len(run.states), (stage.opened, stage.closed)
    answer = staged_plan(task, search.sizes, _control(run, search))
    run.joint = answer
    for number, part in enumerate(answer.stages, start=1):
        new = tuple(it.id for it in part.sites)
        run.network = sites.with_(run.network, sites.named(run.loaded.known, new))
        opened, closed = hand if number == 1 else ((), ())
        solved = Stage(f"{stage.name} {number}".strip(), None, (*opened, *new), closed)
        after = coverage_of(run.scenario, run.loaded, run.network, run.year)
        before = run.states[-1].coverage if number > 1 else task.start
        suggestion = replace(part, before=before, after=after)
        _note(run, solved, after, Step(solved, opened, closed, suggestion, part_of=first))
    if not answer.stages:
        _note(run, stage, task.start, Step(stage, *hand, part_of=first))
        return
    free = tuple(it.id for part in answer.stages for it in part.sites)
    proof = replace(
        _described(run, task, search),
        status=answer.status, gap=answer.gap, seconds=answer.seconds, free=free,
        stages=len(answer.stages), start=start, end=sites.ids(run.network),
    )  # fmt: skip
    last = run.steps[-1]
    run.steps[-1] = replace(last, proof=proof, stage=replace(last.stage, proof=proof))


def _note(run: _Run, stage: Stage, coverage: Coverage, step: Step) -> None:
    run.reached = coverage
    run.states.append(State(stage.name, run.year, coverage))
    run.steps.append(step)


def _control(run: _Run, search: Search) -> "Control":
    from iqgeo.siting import Control

    return replace(run.control or Control(), time_limit_s=search.time_limit_s)


def _solve(run: _Run, task: "Siting", search: Search) -> Suggestion:
    return task.solve(
        search.model,
        new=DEFAULT_NEW if search.new is None else search.new,
        keep=search.keep,
        share_pct=100.0 if search.share_pct is None else search.share_pct,
        control=_control(run, search),
        reasons=run.reasons,
        refusals=run.refusals,
    )


def _described(run: _Run, task: "Siting", search: Search) -> Proof:
    """What a search was given, without its answer."""
    keeps = search.model == "keep-best"
    loaded, settings = run.loaded, run.scenario.settings
    return Proof(
        model=search.model, status="", gap=float("nan"), seconds=float("nan"), free=(),
        required=() if keeps else task.require,
        forbidden=() if keeps else task.forbid,
        per_district=not keeps and task.per_district,
        share_pct=100.0 if search.share_pct is None else search.share_pct,
        candidates=task.existing if keeps else len(task.candidates) - len(task.forbid),
        pool="own" if loaded.own_candidates else "towns",
        least_people=settings.least_people,
        question=question_of(task),
    )  # fmt: skip


def _proof_of(run: _Run, task: "Siting", search: Search, found: Suggestion) -> Proof:
    chosen = tuple(it.id for it in found.sites)
    return replace(
        _described(run, task, search),
        status=found.status,
        gap=found.gap,
        seconds=found.seconds,
        free=tuple(it for it in chosen if it not in set(task.require)),
        start=sites.ids(task.start.offices),
        end=sites.ids(run.network),
    )


def _proven(run: _Run, base: State) -> tuple[Step, ...]:
    """The steps, with the proofs that stages brought along where these are about just this step.

    A proof counts while it begins with the network before its stages with what was changed by hand,
    ends with the one after, and is about the same people, candidates and rules.
    """
    steps = list(run.steps)
    for number, stage in enumerate(run.scenario.stages):
        # Stages that searched have their proof from this run; joint ones have moved the numbers.
        if stage.proof is None or stage.search is not None or len(steps) != len(run.scenario.stages):
            continue
        proof = stage.proof
        first = number - proof.stages + 1
        if first < 0:
            steps[number] = replace(steps[number], stale=proof)
            continue
        before = base.coverage if first == 0 else run.states[first - 1].coverage
        holds = _holds(run, steps[first : number + 1], before, run.states[number].coverage, proof)
        if not holds:
            steps[number] = replace(steps[number], stale=proof)
            continue
        chosen = {*proof.free, *proof.required}
        gone = set(proof.start) - set(proof.end)
        for at in range(first, number + 1):
            step = steps[at]
            steps[at] = replace(
                step,
                opened=tuple(it for it in step.opened if it not in chosen),
                closed=tuple(it for it in step.closed if it not in gone),
                part_of=first,
            )
        steps[number] = replace(steps[number], proof=proof)
    return tuple(steps)


def _holds(run: _Run, steps: list[Step], before: Coverage, after: Coverage, proof: Proof) -> bool:
    chosen = {*proof.free, *proof.required}
    gone = set(proof.start) - set(proof.end)
    network = before.offices
    if steps[0].stage.year is not None:
        network = sites.open_in(run.loaded.offices, steps[0].stage.year)
    for step in steps:
        by_hand = [it for it in step.opened if it not in chosen]
        network = sites.without(network, [it for it in step.closed if it not in gone])
        network = sites.with_(network, sites.named(run.loaded.known, by_hand))
    # A question is about people, measure and offices; who is reached does not matter to it.
    question = question_of(siting_of(run.scenario, run.loaded, replace(after, offices=network)))
    return proof.holds_for(sites.ids(network), sites.ids(after.offices), question)


def _robustness(run: _Run, scenario: Scenario) -> "RobustnessReport | None":
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
        run.task, len(last.sites), run.loaded.region, variations=wanted.variations, seed=wanted.seed
    )
