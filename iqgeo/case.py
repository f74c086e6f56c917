"""What every report says: before, after, what changed, how sure that is. Numbers only, no sentence."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pandas as pd

from iqgeo import cards, sites
from iqgeo.changes import changes, same_people
from iqgeo.choices import SiteChoice
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError, Problem
from iqgeo.frames import rows
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.offices import region_offices
from iqgeo.proof import JOINT, Proof
from iqgeo.proposal import Opening, Proposal, proposal_of
from iqgeo.region import Region
from iqgeo.scenario.asked import siting_of, task_of
from iqgeo.scenario.evaluate import Evaluation, State, Step
from iqgeo.scenario.load import Loaded
from iqgeo.scenario.model import Scenario
from iqgeo.scenario.networks import coverage_of
from iqgeo.scenario.searches import outposts_of

if TYPE_CHECKING:
    from iqgeo.firmness import Firmness, Turn
    from iqgeo.siting import Control
    from iqgeo.story import Story
    from iqgeo.suggestions import Siting


@dataclass(frozen=True)
class BestChoice:
    """The best choice of so many offices: the towns that open, the share reached (0 to 1), whether proven."""

    towns: tuple[str, ...]
    share: float
    optimal: bool


@dataclass(frozen=True)
class LikelyTown:
    """A town that got an office later, and the best choice that has it.

    ``year`` is the one from which that office is documented.
    """

    name: str
    year: int
    best: BestChoice


@dataclass(frozen=True, eq=False)
class SecondTown:
    """The best town in place of a proposed office with all others kept, and the network with it."""

    instead_of: Opening
    name: str
    lon: float
    lat: float
    coverage: Coverage


@dataclass(frozen=True, eq=False)
class Case:
    """One scenario computed, as every page and paper tells it.

    Attributes
    ----------
    before, after : State, State | None
        The network held against another; ``after`` is ``None`` if nothing changes.
    before_gaps, after_gaps : Gaps, Gaps | None
        The gaps of both; a place has the same number in both.
    states, gaps : tuple[State, ...], tuple[Gaps, ...]
        Every stage, the base first.
    steps : tuple[Step, ...]
        How each stage came about.
    curve : tuple[tuple[int, float], ...]
        Number of offices and share reached (0 to 1), ascending; empty if not computed.
    best : Mapping[int, BestChoice]
        The choice at each point of the curve, by number of offices in all.
    likely : LikelyTown | None
        A town that got an office after the year of the network, where the proposal has none.
    reasons : Mapping[str, SiteChoice]
        Why each town of a choice that was made before stands in it, by id; empty if not computed.
    loaded : Loaded | None
        What it was computed from, where that is at hand.
    """

    scenario: Scenario
    region: Region
    before: State
    before_gaps: Gaps
    after: State | None = None
    after_gaps: Gaps | None = None
    steps: tuple[Step, ...] = ()
    states: tuple[State, ...] = ()
    gaps: tuple[Gaps, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    curve: tuple[tuple[int, float], ...] = ()
    best: Mapping[int, BestChoice] = field(default_factory=dict)
    likely: LikelyTown | None = None
    reasons: Mapping[str, SiteChoice] = field(default_factory=dict)
    loaded: Loaded | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"<Case: {self.before.coverage.in_short()}; then {self.shown.in_short()}>"

    def _repr_html_(self) -> str:
        return cards.coverage_card(self.shown)

    def with_gaps(self, gaps: Gaps) -> "Case":
        """The same case with some of the gaps it ends with, for an excerpt."""
        return replace(self, after_gaps=gaps) if self.after is not None else replace(self, before_gaps=gaps)

    @property
    def shown(self) -> Coverage:
        """The network the case ends with."""
        return (self.after or self.before).coverage

    @property
    def shown_gaps(self) -> Gaps:
        """The gaps of the network the case ends with."""
        return self.after_gaps or self.before_gaps

    @cached_property
    def opened(self) -> pd.DataFrame:
        """The offices that only ``after`` has."""
        return sites.opened_since(self.before.coverage.offices, self.shown.offices)

    @cached_property
    def closed(self) -> pd.DataFrame:
        """The offices that only ``before`` has."""
        return sites.opened_since(self.shown.offices, self.before.coverage.offices)

    def changes(self, level: str = "district") -> pd.DataFrame:
        """Who wins and who loses, see :func:`iqgeo.changes.changes`."""
        return changes(self.before.coverage, self.shown, level)

    @cached_property
    def gained(self) -> float:
        """People newly within the target."""
        return float(self.changes()["gained"].sum())

    @cached_property
    def lost(self) -> float:
        """People no longer within the target."""
        return float(self.changes()["lost"].sum())

    @cached_property
    def story(self) -> "Story | None":
        """The years of the network, under the same settings; ``None`` where fewer than two are known."""
        from iqgeo.story import network_years, story_of

        if self.loaded is None or len(network_years(self.loaded)) < 2:
            return None
        return story_of(self.scenario, self.loaded)

    @cached_property
    def proposal(self) -> Proposal | None:
        """What changes, office by office, and how sure that is; ``None`` if nothing changes."""
        if self.after is None:
            return None
        return proposal_of(self.before.coverage, self.shown, self.steps, self.names, self.reasons)

    @cached_property
    def second_towns(self) -> tuple[SecondTown, ...]:
        """What the network would be with each proposed office in its runner-up's place.

        None where places are served on days: those were chosen for the offices as they are.
        """
        proposal = self.proposal
        if proposal is None or self.loaded is None or len(self.shown.day_places):
            return ()
        found = []
        for site in proposal.sites:
            if not site.runner_up_id:
                continue
            town = sites.named(self.loaded.known, [site.runner_up_id])
            offices = sites.with_(sites.without(self.shown.offices, [site.id]), town)
            lon, lat = float(town["lon"].iloc[0]), float(town["lat"].iloc[0])
            found.append(SecondTown(site, site.runner_up, lon, lat, self.shown.again(offices=offices)))
        return tuple(found)

    @cached_property
    def firmness(self) -> "Firmness | None":
        """How what was chosen holds under other assumptions; ``None`` where no model chose what opens.

        Solves each search anew for each of them: seconds, for papers and for whoever asks.
        """
        if self.loaded is None or self.after is None:
            return None
        from iqgeo.firmness import together

        # Where places on days were chosen as well, another question was asked.
        proofs = [it.proof for it in self.steps if it.answer is None and it.proof is not None]
        return together([self._firm(it) for it in proofs if it.model in _HELD and it.free])

    def _firm(self, proof: Proof) -> "Firmness":
        """How one search holds; asked once, however many excerpts and papers there are."""
        assert self.loaded is not None
        assert self.after is not None
        kept, sizes = self.loaded.kept, self._sizes(proof)
        key = ("firmness", proof.question, proof.free, proof.start, sizes, self.after.year)
        if key not in kept:
            kept[key] = firmness_of(self.scenario, self.loaded, proof, self.after.year, sizes=sizes)
        found: Firmness = kept[key]
        return found

    def _sizes(self, proof: Proof) -> tuple[int, ...]:
        """How many offices each stage opens that a proof is about together; empty if it is about one."""
        if proof.model != JOINT:
            return ()
        last = next(at for at, it in enumerate(self.steps) if it.proof is proof)
        spanned = self.steps[last - proof.stages + 1 : last + 1]
        return tuple(len(set(it.stage.opened) & set(proof.opened)) for it in spanned)

    @cached_property
    def tested(self) -> Proposal | None:
        """The proposal with how firm it is, or why that is not known."""
        if self.proposal is None:
            return None
        other = [it.proof for it in self.steps if it.proof is not None and it.proof.free]
        other = [it for it in other if it.model not in _HELD]
        untested = "" if not other else "days" if any(it.chose_places for it in other) else "goal"
        return replace(self.proposal, firmness=self.firmness, untested=untested)


def firmness_of(
    scenario: Scenario,
    loaded: Loaded,
    proof: Proof,
    year: int | None,
    control: "Control | None" = None,
    turn: "Turn" = nullcontext,
    sizes: Sequence[int] = (),
) -> "Firmness":
    """How what a proof is about holds under other assumptions, begun from the same network.

    ``sizes`` are the offices of each stage where it is about several together.
    """
    from iqgeo.firmness import firmness

    network = sites.named(loaded.known, proof.start)
    start = coverage_of(scenario, loaded, network, year)
    region = None if loaded.own_people else loaded.region
    task = siting_of(scenario, loaded, start)
    free = [it for it in proof.free if it not in task.require]
    return firmness(task, free, region, control, turn, sizes)


def case_of(evaluation: Evaluation) -> Case:
    """The case of a scenario: its base, or a first stage that changes nothing, against its last stage."""
    states, gaps = (evaluation.base, *evaluation.states), evaluation.gaps
    # What begins with nothing begins with its first stage.
    begins = len(states) > 1 and (evaluation.scenario.begins_empty or _same_network(states[0], states[1]))
    first = 1 if begins else 0
    before, after = states[first], states[-1]
    changed = not _same_network(before, after)
    return Case(
        scenario=evaluation.scenario,
        region=evaluation.loaded.region,
        before=before,
        before_gaps=gaps[first],
        after=after if changed else None,
        after_gaps=gaps[-1] if changed else None,
        steps=evaluation.steps[first:],
        states=states,
        gaps=gaps,
        names=evaluation.names,
        loaded=evaluation.loaded,
    )


CURVE_BEYOND: Final = 6
"""So many offices beyond those proposed are on the curve of a paper."""
MOST_ON_CURVE: Final = 8
"""A choice of more offices than this that nobody searched for gets no curve: each point is a search."""
_COVERING: Final = ("max-cover", "full-cover")
# Searches whose choice is held against other assumptions.
_HELD: Final = ("max-cover", JOINT)


def case_for_papers(
    evaluation: Evaluation, beyond: int = CURVE_BEYOND, control: "Control | None" = None
) -> Case:
    """The case of a scenario with what only papers draw: the curve, and why each town of a proof stands.

    The curve is about opening more: where something closes, or the network before is not the scenario's
    first, there is none.
    """
    case = case_of(evaluation)
    proposal = case.proposal
    if proposal is None or proposal.closed or not _same_network(case.before, evaluation.base):
        return case
    from iqgeo.scenarios import coverage_curve

    task = task_of(evaluation.scenario, evaluation.loaded)
    searched = proposal.scope == "whole" and evaluation.task is not None
    if not len(task.candidates) or (len(proposal.sites) > MOST_ON_CURVE and not searched):
        return case
    points = coverage_curve(task, len(proposal.sites) + beyond, control)
    case = replace(
        case, curve=tuple(zip(points["offices"], points["share"], strict=True)), best=_best(task, points)
    )
    proof = proposal.proofs[0] if proposal.scope == "whole" else None
    if proof is None or proof.model not in _COVERING or proof.stages > 1:
        return case
    why = task.explained(proof.opened, control)
    case = replace(case, reasons={it.id: it for it in why})
    return case if proof.model != "max-cover" else replace(case, likely=_likely(case, task, control))


def _best(task: "Siting", points: pd.DataFrame) -> dict[int, BestChoice]:
    names = dict(zip(task.sites["id"].astype(str), task.sites["name"].astype(str), strict=True))
    return {
        int(row.offices): BestChoice(
            tuple(names[key] for key in row.sites.split(",") if key),
            float(row.share),
            row.status == "optimal",
        )
        for row in rows(points)
    }


def _likely(case: Case, task: "Siting", control: "Control | None") -> LikelyTown | None:
    """The first office documented after the network's year, set in advance in the same question."""
    year, proposal = case.before.coverage.stage, case.proposal
    if year is None or proposal is None or len(task.rules.required_new) >= len(proposal.sites):
        # Where every town was given, none can make room for another.
        return None
    there = set(sites.ids(case.shown.offices))
    towns = task.candidates[["name", "id"]].astype(str)
    keys = dict(zip(towns["name"], towns["id"], strict=True))
    documented = region_offices(case.region)
    later = documented[documented["opened"].gt(year) & documented["kind"].eq(sites.OFFICE)]
    for office in rows(later.sort_values(["opened", "id"])):
        key = keys.get(str(office.name))
        if key is None or key in task.forbid or {key, str(office.id)} & there:
            continue
        asked = replace(task, require=(*task.require, key))
        found = asked.solve("max-cover", new=len(proposal.sites), control=control, reasons=False)
        if found.status == "infeasible":
            return None
        best = BestChoice(tuple(it.name for it in found.sites), found.after.share, found.status == "optimal")
        return LikelyTown(str(office.name), int(office.opened), best)
    return None


def _same_network(a: State, b: State) -> bool:
    return _network(a) == _network(b)


def _network(state: State) -> tuple[set[str], set[str]]:
    return set(sites.ids(state.coverage.offices)), set(outposts_of(state.coverage))


def compare(first: Evaluation, second: Evaluation, *, stage_first: int = -1, stage_second: int = -1) -> Case:
    """A stage of one scenario held against a stage of another, by default their last ones.

    The gaps of the second are numbered on from the first's.

    Raises
    ------
    InputError
        If they do not count the same people.
    """
    one = ((first.base, *first.states)[stage_first], first.gaps[stage_first])
    other = (second.base, *second.states)[stage_second]
    if not same_people(one[0].coverage, other.coverage):
        told = {"first": _counted(first, one[0]), "second": _counted(second, other)}
        raise InputError(Problem("plan_compare_differs", details=told))
    titles = first.scenario.name, second.scenario.name
    if titles[0] == titles[1]:
        titles = f"{titles[0]} ({one[0].name})", f"{titles[1]} ({other.name})"
    return Case(
        scenario=second.scenario,
        region=second.loaded.region,
        before=replace(one[0], name=titles[0]),
        before_gaps=one[1],
        after=replace(other, name=titles[1]),
        after_gaps=find_gaps(other.coverage, after=one[1]),
        states=(one[0], other),
        names={**first.names, **second.names},
    )


def _counted(evaluation: Evaluation, state: State) -> str:
    demand = state.coverage.demand
    year = "" if demand.year is None else f", {demand.year}"
    return f"{evaluation.scenario.name} ({demand.weight}{year})"
