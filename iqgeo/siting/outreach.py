"""Offices and places served on days, chosen together: exact, goal after goal.

A demand point is served if an open office or a place is in its reach; a place needs a home, an open
office near enough and with room. What is reached is that of an ordinary covering with all the sites, so
its bound holds here too; homes enter the tree as linear rows (`iqgeo.siting.homes`). Of all answers best
at the first goal the one best at the second is taken, of those the one best at the third: each goal is a
search of its own, with the goals before it as conditions.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from iqgeo.errors import Problem
from iqgeo.siting.answers import CoverAnswer, Status
from iqgeo.siting.control import Clock, Control, relative_gap
from iqgeo.siting.homes import Homes
from iqgeo.siting.most_covered import NO_RULES, describe, unreachable
from iqgeo.siting.outreach_best import best_at
from iqgeo.siting.outreach_goals import GoalName, Prices
from iqgeo.siting.outreach_model import Model
from iqgeo.siting.rules import PlaceRules, SiteRules, check_request
from iqgeo.siting.sets import CoverSets, Longs

AFTER: tuple[GoalName, ...] = ("office", "km")
NO_PLACE_RULES = PlaceRules()


@dataclass(frozen=True)
class GoalProof:
    """What an answer reaches at one goal, and what no answer can beat there.

    Attributes
    ----------
    goal : {'served', 'office', 'places', 'cost', 'km'}
        The goal.
    value, bound : float
        In weight (``served``, ``office``), places, the unit of the prices, km.
    proven : bool
        Whether they are equal.
    """

    goal: GoalName
    value: float
    bound: float
    proven: bool


@dataclass(frozen=True)
class OutreachAnswer:
    """Offices and places together; weights in the caller's units.

    Attributes
    ----------
    status : {'optimal', 'feasible', 'infeasible'}
        Of the first goal: ``optimal``, ``feasible`` or ``infeasible`` (proven: no answer under the
        rules). Later goals: see `goals`.
    goals : tuple[GoalProof, ...]
        Value and bound of each goal in its order.
    seconds : float
        Clock time taken.
    offices, places : tuple[int, ...]
        New offices and places served on days, ascending.
    homes, home_km : tuple[int, ...] or tuple[float, ...]
        The home of each place and the way to it.
    with_office, served, total_weight : float
        Weight with an office in reach, with an office or a place in reach, and all.
    served_before : float
        Weight that the existing offices reach.
    goal_weight, goal_met : float or bool
        What had to be served, and whether it is.
    unreachable : tuple[int, ...]
        Demand points that no existing or permitted site reaches.
    rules : SiteRules
        The rules it was solved under.
    """

    status: Status
    goals: tuple[GoalProof, ...]
    seconds: float
    offices: tuple[int, ...]
    places: tuple[int, ...]
    homes: tuple[int, ...]
    home_km: tuple[float, ...]
    with_office: float
    served: float
    served_before: float
    total_weight: float
    goal_weight: float
    goal_met: bool
    unreachable: tuple[int, ...]
    rules: SiteRules

    @property
    def gap(self) -> float:
        """Relative distance of the first goal to its bound."""
        if not self.goals:
            return float("nan") if self.status == "infeasible" else float("inf")
        return relative_gap(self.goals[0].value, self.goals[0].bound)


def most_people(
    sets: CoverSets,
    homes: Homes,
    new: int,
    places: int,
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
    *,
    given: PlaceRules = NO_PLACE_RULES,
    after: Sequence[GoalName] = AFTER,
) -> OutreachAnswer:
    """At most ``new`` offices and ``places`` places that serve the most weight together.

    Required sites open as offices; forbidden ones open neither way; a group of the rules is content
    with a place.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    homes : Homes
        Who can serve whom, at how many km.
    new : int
        How many offices open at most beside the existing ones.
    places : int
        How many places are served at most.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.
    given : PlaceRules
        The rules for places alone.
    after : Sequence[str]
        The goals after the first, in their order: ``office``, ``km``.

    Returns
    -------
    OutreachAnswer
        Goal after goal, each with its bound.

    Raises
    ------
    InputError
        The request makes no sense: every problem at once.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, Homes, most_people
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> homes = Homes.from_pairs([2, 1], [0, 0], [30, 40], n_sites=3, limit_km=75, per_office=5)
    >>> found = most_people(sets, homes, new=1, places=1)
    >>> found.offices, found.places, found.served, found.home_km
    ((0,), (2,), 35.0, (30.0,))
    """
    wrong = [Problem("siting_bad_places", value=str(places))] if places < 0 else []
    _check(sets, homes, new, rules, [*wrong, *given.problems(sets.n_sites, rules, places)])
    return _solve(sets, homes, new, places, None, rules, given, ("served", *after), Prices(), control)


def fewest_places(
    sets: CoverSets,
    homes: Homes,
    new: int,
    share: float = 1.0,
    rules: SiteRules = NO_RULES,
    control: Control | None = None,
    *,
    given: PlaceRules = NO_PLACE_RULES,
    prices: Prices | None = None,
    after: Sequence[GoalName] = AFTER,
) -> OutreachAnswer:
    """The fewest places that serve ``share`` of the weight beside at most ``new`` offices.

    Weight that nobody can reach is left out and named: where the share cannot be had because of it,
    everyone who can be reached is served.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    homes : Homes
        Who can serve whom, at how many km.
    new : int
        How many offices open at most beside the existing ones.
    share : float
        Share of the weight to serve, 0 to 1.
    rules : SiteRules
        What stands, must open, may not open.
    control : Control | None
        Time limit, stop and progress; none of them by default.
    given : PlaceRules
        The rules for places alone.
    prices : Prices | None
        With them the least cost instead of the fewest places.
    after : Sequence[str]
        The goals after the first, in their order: ``office``, ``km``.

    Returns
    -------
    OutreachAnswer
        Goal after goal, each with its bound.

    Raises
    ------
    InputError
        The request makes no sense: every problem at once.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, Homes, fewest_places
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> homes = Homes.from_pairs([2, 1], [0, 0], [30, 40], n_sites=3, limit_km=75, per_office=5)
    >>> fewest_places(sets, homes, new=1).places
    (2,)
    """
    wrong = [] if 0 <= share <= 1 else [Problem("siting_bad_share", value=str(share))]
    _check(sets, homes, new, rules, [*wrong, *given.problems(sets.n_sites, rules, None)])
    first: GoalName = "places" if prices is None else "cost"
    goals = (first, *after)
    return _solve(sets, homes, new, None, share, rules, given, goals, prices or Prices(), control)


def _solve(
    sets: CoverSets, homes: Homes, new: int, places: int | None, share: float | None, rules: SiteRules,
    given: PlaceRules, goals: Sequence[GoalName], prices: Prices, control: Control | None,
) -> OutreachAnswer:  # fmt: skip
    clock = Clock(control)
    free_offices = new - len(rules.required_new)
    model = Model(sets, homes, rules, given, free_offices, places, share)
    best = None
    proofs: list[GoalProof] = []
    status: Status = "infeasible"
    if model.possible:
        for at, goal in enumerate(goals):
            outcome = best_at(model, goal, prices, best, clock)
            if outcome.chosen is None:
                if best is None:
                    status = "infeasible" if outcome.infeasible else "feasible"
                break
            proof = model.proof(goal, outcome, prices)
            proofs.append(GoalProof(goal, *proof))
            if best is None:
                status = "optimal" if proof[2] else "feasible"
            best = outcome.chosen
            if at + 1 == len(goals):
                break
            if proof[2] and goal in {"served", "office"} and not clock.over():
                useful = outcome.useful
                if useful is None:
                    useful = model.useful(model.oracle(goal, prices), outcome.worth, clock)
                if useful is not None:
                    best = model.narrow(best, useful)
            model.keep(goal, outcome.worth, prices)
            if goal == "places" and model.wanted is not None and not clock.over():
                useful = model.useful(model.oracle("served", prices), model.wanted, clock)
                if useful is not None:
                    best = model.narrow(best, useful)
            if clock.over():
                break
    return _answer(model, best, proofs, status, clock)


def _answer(
    model: Model, best: Longs | None, proofs: Sequence[GoalProof],
    status: Status, clock: Clock,
) -> OutreachAnswer:  # fmt: skip
    sets, rules = model.sets, model.rules
    offices: list[int] = []
    places: list[int] = []
    if best is not None:
        offices, places = model.linked.split(best)
        offices += rules.required_new
    opened = [*rules.existing, *offices]
    found = model.homes.assign(sorted(places), opened)
    assert found is not None
    served = sets.covered_weight([*opened, *places])
    goal = sets.total_weight * (1.0 if model.share is None else model.share)
    return OutreachAnswer(
        status, tuple(proofs), clock.seconds, tuple(sorted(offices)), tuple(sorted(places)),
        tuple(int(home) for home in found.home), tuple(float(km) for km in found.km),
        sets.covered_weight(opened) if best is not None else math.nan,
        served if best is not None else math.nan,
        sets.covered_weight(rules.existing), sets.total_weight, goal,
        best is not None and served >= goal * (1 - 1e-12), unreachable(sets, rules)[0], rules,
    )  # fmt: skip


def stranded(sets: CoverSets, homes: Homes, offices: Sequence[int], barred: Sequence[int] = ()) -> Longs:
    """Demand points that neither ``offices`` nor any place served from them reach, however many there are.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    homes : Homes
        Who can serve whom, at how many km.
    offices : Sequence[int]
        The open sites.
    barred : Sequence[int]
        Sites that may not be served as places.

    Returns
    -------
    ndarray of int64
        Numbers of demand points, ascending.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, Homes, stranded
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> homes = Homes.from_pairs([1], [0], [40], n_sites=3, limit_km=75, per_office=5)
    >>> stranded(sets, homes, [0]).tolist()
    [2]
    """
    places = np.flatnonzero(homes.served_from(offices))
    out = set(barred)
    reached = sets.covered_demand([*offices, *(j for j in places.tolist() if j not in out)])
    return np.flatnonzero(~reached)


def _check(sets: CoverSets, homes: Homes, new: int, rules: SiteRules, problems: list[Problem]) -> None:
    """Raise `InputError` with everything wrong with a request."""
    if homes.n_sites != sets.n_sites:
        details = {"sites": sets.n_sites}
        problems.append(Problem("siting_homes_misfit", value=str(homes.n_sites), details=details))
    check_request(sets.n_sites, rules, new, problems)


def cover_of(sets: CoverSets, answer: OutreachAnswer) -> CoverAnswer:
    """The new offices of an answer as one of covering: order, gains and what they alone reach.

    Parameters
    ----------
    sets : CoverSets
        Who is reached by whom.
    answer : OutreachAnswer
        Offices and places together.

    Returns
    -------
    CoverAnswer
        Objective, bound and gap are those of the first goal; nothing chosen leaves them NaN.

    Examples
    --------
    >>> from iqgeo.siting import CoverSets, Homes, cover_of, most_people
    >>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
    >>> homes = Homes.from_pairs([2], [0], [30], n_sites=3, limit_km=75, per_office=5)
    >>> cover_of(sets, most_people(sets, homes, new=1, places=1)).covered_after
    30.0
    """
    clock = Clock(None)
    alone = describe(sets, answer.rules, answer.offices, clock, math.inf, "outreach")
    first = answer.goals[0] if answer.goals else None
    return replace(
        alone, status=answer.status, objective=first.value if first else math.nan,
        bound=first.bound if first else math.nan, gap=answer.gap, seconds=answer.seconds,
        goal_weight=answer.goal_weight, goal_met=answer.goal_met,
    )  # fmt: skip
