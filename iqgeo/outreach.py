"""Offices and places served on days, planned together: from a siting task to towns, homes and people.

The promise has three classes then: an office in reach, served on days, not served. Defaults are the
project's own assumptions unless a source is named; all can be set.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from iqgeo import siting
from iqgeo.access.outreach import (
    DEFAULT_DAYS_PER_MONTH,
    DEFAULT_HOME_KM,
    DEFAULT_PER_OFFICE,
    Outreach,
    km_measure,
    nearest_of,
)
from iqgeo.choices import Suggestion
from iqgeo.distances import Pairs
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.outreach_plan import DayPlace, Obvious, OutreachPlan
from iqgeo.proof import FEWEST, LEAST
from iqgeo.suggestions import Siting

__all__ = [
    "DEFAULT_DAYS_PER_MONTH",
    "DEFAULT_HOME_KM",
    "DEFAULT_PER_OFFICE",
    "FEWEST",
    "DayPlace",
    "Obvious",
    "Outreach",
    "OutreachPlan",
    "homes_of",
    "outreach_curve",
    "plan_outreach",
    "site_pairs",
]


def plan_outreach(
    task: Siting,
    new: int,
    places: int | None,
    outreach: Outreach | None = None,
    *,
    share_pct: float = 100.0,
    goal: str = "places",
    control: siting.Control | None = None,
) -> OutreachPlan:
    """New offices and places served on days, chosen together.

    Parameters
    ----------
    task : Siting
        The network to begin with, the candidates and the rules.
    new : int
        Number of new offices at most.
    places : int | None
        Number of places at most, for the most people served; ``None``: the fewest places that serve
        ``share_pct`` of the people.
    outreach : Outreach | None
        How far a place may be from its home, how often it is served; ``None`` for the usual.
    share_pct : float
        Of all people, 0 to 100; counts with ``None`` places only.
    goal : str
        With ``None`` places what to keep low: the number of ``places``, the ``posts``, the ``km`` or the
        ``euros``.
    control : siting.Control | None
        Time limit, stop and progress.

    Returns
    -------
    OutreachPlan
        The choice, whom it serves, and what is proven of it.

    Raises
    ------
    InputError
        If the question cannot be asked: every problem at once.
    """
    rules = Outreach() if outreach is None else outreach
    problems = []
    if not 0 < share_pct <= 100:
        problems.append(Problem("share_pct", column="share-pct", value=f"{share_pct:g}"))
    if goal not in LEAST:
        details = {"known": ", ".join(LEAST)}
        problems.append(Problem("least_unknown", column="least", value=goal, details=details))
    if problems:
        raise InputError(problems)
    given = place_rules_of(task, places)
    homes = homes_of(task, rules)
    if places is not None:
        answer = siting.most_people(task.sets, homes, new, places, task.rules, control, given=given)
    else:
        prices = rules.prices_of(goal)
        answer = siting.fewest_places(
            task.sets, homes, new, share_pct / 100, task.rules, control, given=given, prices=prices
        )
    obvious = None if places is not None else _obvious(task, homes, new, answer, control)
    found = _plan_of(task, rules, answer, obvious, control)
    return replace(found, least=goal) if places is None else found


def place_rules_of(task: Siting, places: int | None = None) -> siting.PlaceRules:
    """The rules for places served on days in the numbers of the engine.

    Parameters
    ----------
    task : Siting
        Whose rules they are.
    places : int | None
        How many there may be; ``None`` if that is what is asked.

    Returns
    -------
    siting.PlaceRules
        With positions in ``task.sites`` in place of ids.

    Raises
    ------
    InputError
        Naming every id that is no candidate, is an office, or is wanted both ways; more places required
        than there may be; and what is wrong with the rules for offices.
    """
    number = {str(key): task.existing + i for i, key in enumerate(task.candidates["id"])}
    offices = dict(zip(task.start.offices["id"].astype(str), task.start.offices["name"], strict=True))
    gathering = Gathering()
    with gathering:
        _ = task.rules
    for column, keys in (("require-place", task.require_places), ("forbid-place", task.forbid_places)):
        for key in (key for key in keys if key not in number):
            code, value = ("place_is_office", offices[key]) if key in offices else ("site_unknown", key)
            gathering.problems.append(Problem(code, column=column, value=str(value)))
    names = {str(key): str(name) for key, name in zip(task.sites["id"], task.sites["name"], strict=True)}
    must = {key for key in task.require_places if key in number}
    for code, others in (
        ("site_required_and_forbidden", {*task.forbid_places, *task.forbid}),
        ("place_and_office", {*task.require}),
    ):
        gathering.problems += [Problem(code, value=names[key]) for key in sorted(must & others)]
    if places is not None and 0 <= places < len(must):
        details = {"required": len(must)}
        gathering.problems.append(
            Problem("places_required", column="places", value=str(places), details=details)
        )
    gathering.finish()
    return siting.PlaceRules(
        tuple(number[key] for key in task.require_places), tuple(number[key] for key in task.forbid_places)
    )


def homes_of(task: Siting, rules: Outreach) -> siting.Homes:
    """Which site can serve which, by the task's measure; in minutes or own tables by the detour's km.

    A place that keeps its home has no other, however far that is.

    Parameters
    ----------
    task : Siting
        The sites.
    rules : Outreach
        How far a place may be from its home, and how many an office serves.

    Returns
    -------
    siting.Homes
        Pairs of place and home with their km.
    """
    pairs = site_pairs(task, rules.home_km)
    homes = siting.Homes.from_pairs(
        pairs.place, pairs.candidate, pairs.distance_km, len(task.sites), rules.home_km, rules.per_office
    )
    if not task.place_homes:
        return homes
    number = {str(key): at for at, key in enumerate(task.sites["id"])}
    every = site_pairs(task, math.inf)
    km = homes.km.copy()
    for key, home in task.place_homes.items():
        at = (every.place == number[key]) & (every.candidate == number[home])
        km[number[key]] = math.inf
        km[number[key], number[home]] = float(every.distance_km[at].min(initial=math.inf))
    return replace(homes, km=km)


def site_pairs(task: Siting, limit_km: float) -> Pairs:
    """Measure the distances between the sites themselves.

    Parameters
    ----------
    task : Siting
        The sites and the measure.
    limit_km : float
        Longer ways are left out.

    Returns
    -------
    Pairs
        Positions in ``task.sites``, both ways.
    """
    points, _ = task.points
    return km_measure(task.start).pairs(points, points, limit_km)


def _obvious(
    task: Siting, homes: siting.Homes, new: int, answer: siting.OutreachAnswer, control: siting.Control | None
) -> Obvious | None:
    """Whom the offices that alone reach most leave without any place they could serve."""
    quick = replace(control or siting.Control(), progress=None)
    alone = siting.max_cover(task.sets, new, task.rules, quick)
    if answer.goals and set(alone.sites) == set(answer.offices):
        return None
    opened = [*task.rules.existing, *alone.sites]
    barred = (*task.rules.forbid, *place_rules_of(task).forbid)
    out = siting.stranded(task.sets, homes, opened, barred)
    lost = np.setdiff1d(out, answer.unreachable).astype(np.int64)
    people = task.people[lost]
    if not people.sum():
        return None
    return Obvious(
        tuple(task.sites["name"].iloc[list(alone.sites)]), float(people.sum()), _by_district(task, lost)
    )


def _by_district(task: Siting, lost: NDArray[np.int64]) -> tuple[tuple[str, float], ...]:
    """People of some places of the demand by district, most first."""
    district = task.start.places["district_ags"].to_numpy()[lost]
    names, number = np.unique(district, return_inverse=True)
    sums = np.bincount(number, task.people[lost], len(names))
    order = np.argsort(-sums, kind="stable")
    return tuple((str(names[k]), float(sums[k])) for k in order if sums[k] > 0)


def _plan_of(
    task: Siting, rules: Outreach, answer: siting.OutreachAnswer, obvious: Obvious | None,
    control: siting.Control | None,
) -> OutreachPlan:  # fmt: skip
    alone = siting.cover_of(task.sets, answer)
    offices = task.suggestion_of(alone, control=control)
    covered = offices.after.is_covered
    places, on_days = _day_places(task, answer, covered)
    people = task.people
    with_office, on_days_people = float(people[covered].sum()), float(people[on_days].sum())
    return OutreachPlan(
        offices=offices,
        places=places,
        outreach=rules,
        status=answer.status,
        goals=answer.goals,
        people_with_office=with_office,
        people_on_days=on_days_people,
        people_not_served=task.start.people - with_office - on_days_people,
        goal_met=answer.goal_met,
        on_days=on_days,
        obvious=obvious,
        given_up=_given_up(task, offices, places),
    )


def _given_up(task: Siting, offices: Suggestion, places: tuple[DayPlace, ...]) -> tuple[tuple[str, str], ...]:
    """Places served on days so far that the answer has no more: neither themselves nor their town."""
    before = task.start.day_places
    named = {*(it.name for it in offices.sites), *(it.name for it in places)}
    return tuple(
        (str(key), str(name))
        for key, name in zip(before["id"], before["name"], strict=True)
        if places and name not in named
    )


def _day_places(
    task: Siting, answer: siting.OutreachAnswer, covered: NDArray[np.bool_]
) -> tuple[tuple[DayPlace, ...], NDArray[np.bool_]]:
    """The places with their homes; everyone without an office counts at the nearest place in reach."""
    pairs = task.pairs(task.start.target.value)
    near = np.isin(pairs.candidate, answer.places) & ~covered[pairs.place]
    served, by = nearest_of(pairs.place[near], pairs.candidate[near], pairs.distance_km[near])
    on_days = np.zeros(len(task.people), dtype=bool)
    on_days[served] = True
    people = np.bincount(by, task.people[served], len(task.sites))
    sites = task.sites
    return tuple(
        DayPlace(
            str(sites["id"].iloc[j]), str(sites["name"].iloc[j]), float(sites["lon"].iloc[j]),
            float(sites["lat"].iloc[j]), str(sites["id"].iloc[home]), str(sites["name"].iloc[home]), km,
            float(people[j]),
        )
        for j, home, km in zip(answer.places, answer.homes, answer.home_km, strict=True)
    ), on_days  # fmt: skip


def outreach_curve(
    task: Siting, new: int, sizes: Sequence[int | None], outreach: Outreach | None = None,
    control: siting.Control | None = None,
) -> tuple[tuple[int, float, float, str], ...]:  # fmt: skip
    """For each number of places the people served at most.

    Parameters
    ----------
    task : Siting
        The network to begin with, the candidates and the rules.
    new : int
        Number of new offices at most.
    sizes : Sequence[int | None]
        Numbers of places; ``None`` stands for as few as serve everyone who can be.
    outreach : Outreach | None
        How places are served; ``None`` for the usual.
    control : siting.Control | None
        Time limit, stop and progress.

    Returns
    -------
    tuple[tuple[int, float, float, str], ...]
        Number of places, people served, the bound that no choice can beat, and the status; no point where
        what is asked is impossible.
    """
    rules = Outreach() if outreach is None else outreach
    given, homes = place_rules_of(task), homes_of(task, rules)
    found = []
    for size in sizes:
        if size is None:
            answer = siting.fewest_places(
                task.sets, homes, new, 1.0, task.rules, control, given=given, after=()
            )
            if answer.goals:
                found.append((len(answer.places), answer.served, answer.served, answer.status))
            continue
        answer = siting.most_people(task.sets, homes, new, size, task.rules, control, given=given, after=())
        bound = answer.goals[0].bound if answer.goals else float("nan")
        found.append((size, answer.served, bound, answer.status))
    return tuple(found)
