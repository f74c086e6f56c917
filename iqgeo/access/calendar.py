"""Days laid into a month: which adviser is where on which date."""

import calendar
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.frames import Brief
from iqgeo.texts.lists import listed

WORKING_DAYS = 5
DEFAULT_DAYS_ON_THE_ROAD = 8
"""Assumption: two days a week away from the office."""


@dataclass(frozen=True)
class DaysAsked:
    """A place to be served on ``days`` of the month from ``home``, on none of the ``free`` ones."""

    place: str
    home: str
    days: int
    free: frozenset[date] = frozenset()


@dataclass(frozen=True, repr=False)
class Month(Brief):
    """The days of a month, laid out.

    ``days`` has a row a day of advice: ``date, home, place, adviser`` (1 upwards within a home), by date.
    """

    year: int
    month: int
    days: pd.DataFrame


def lay_out(
    asked: Sequence[DaysAsked],
    year: int,
    month: int,
    *,
    days_on_the_road: int = DEFAULT_DAYS_ON_THE_ROAD,
    holidays: Collection[date] = (),
) -> Month:
    """Lay days of advice into the working days of a month.

    No day on a holiday or a day free for the place, no place twice in a week, its days spread over the weeks;
    an adviser is at one place a day and at most ``days_on_the_road`` days in the month away. As few advisers
    a home as its days need. A month is refused only where there is no way to lay it out in the weeks that are
    its own (:func:`working_weeks`), so that the rule of the week holds across the end of a month, too.

    Raises
    ------
    InputError
        A month that is none, a place with more days than the month has weeks of its own with a working day.
    """
    if not (1 <= month <= 12 and 1900 <= year <= 2200):
        raise InputError(Problem("calendar_month", value=f"{year}-{month:02d}"))
    if days_on_the_road < 1:
        raise InputError(Problem("calendar_road_days", value=str(days_on_the_road)))
    weeks = working_weeks(year, month, holidays)
    problems = _without_room(asked, weeks, len(working_weeks(year, month)))
    if problems:
        raise InputError(problems)
    rows: list[dict[str, object]] = []
    for home in dict.fromkeys(each.home for each in asked):
        rows += _of_home(home, [each for each in asked if each.home == home], weeks, days_on_the_road)
    frame = pd.DataFrame(rows, columns=["date", "home", "place", "adviser"])
    ordered = frame.sort_values(["date", "home", "adviser"], kind="stable", ignore_index=True)
    return Month(year, month, ordered)


def _without_room(asked: Sequence[DaysAsked], weeks: Sequence[Sequence[date]], usual: int) -> list[Problem]:
    """Whose days do not fit, each reason once: the month is too short, or too many of its days are free."""
    places: dict[tuple[str, int, int], list[str]] = {}
    for each in asked:
        left = sum(not each.free.issuperset(week) for week in weeks)
        if not 0 <= each.days <= left:
            code = "calendar_days" if each.days > usual else "calendar_days_free"
            places.setdefault((code, each.days, left), []).append(each.place)
    return [
        Problem(code, value=listed(names), details={"days": days, "weeks": left})
        for (code, days, left), names in places.items()
    ]


def working_days(year: int, month: int) -> list[date]:
    """All days of a month from Monday to Friday."""
    return [
        date(year, month, day)
        for week in calendar.monthcalendar(year, month)
        for day in week[:WORKING_DAYS]
        if day
    ]


def working_weeks(year: int, month: int, holidays: Collection[date] = ()) -> list[list[date]]:
    """The working days of a month, Monday to Friday, week by week; weeks without any left out.

    A week across the end of a month belongs to the one month in which most of its working days lie, and to
    the other with none of them: months are laid out one at a time, and of a week that were in both each
    would take a day for the same place.
    """
    free = set(holidays)
    weeks = [
        [date(year, month, day) for day in week[:WORKING_DAYS] if day and date(year, month, day) not in free]
        for week in calendar.monthcalendar(year, month)
        # the middle one of five days lies where most of them do
        if week[WORKING_DAYS // 2]
    ]
    return [week for week in weeks if week]


def _of_home(
    home: str, asked: Sequence[DaysAsked], weeks: Sequence[Sequence[date]], most: int
) -> list[dict[str, object]]:
    """The days of one home's places, with as few advisers as they need.

    On every day the advisers who were away least go, so that none is away more than one day more than
    another: with enough of them in all, nobody has too many.
    """
    advisers = max(1, math.ceil(sum(each.days for each in asked) / most))
    of_day = None
    while of_day is None:
        of_day = _spread(asked, weeks, advisers) or _any_way(asked, weeks, advisers)
        advisers += of_day is None
    rows: list[dict[str, object]] = []
    away = [0] * advisers
    for day, here in sorted(of_day.items()):
        ready = sorted(range(advisers), key=lambda k: (away[k], k))
        for adviser, place in zip(ready, here, strict=False):
            away[adviser] += 1
            rows.append({"date": day, "home": home, "place": place, "adviser": adviser + 1})
    return rows


def _spread(
    asked: Sequence[DaysAsked], weeks: Sequence[Sequence[date]], room: int
) -> dict[date, list[str]] | None:
    """The places of each day, those of one place spread over the month; None where that finds no way."""
    of_day: dict[date, list[str]] = {day: [] for week in weeks for day in week}
    # A week without a working day still passes.
    position = [_week_of_month(week[0]) for week in weeks]
    for each in sorted(asked, key=lambda it: (-it.days, it.place)):
        taken: set[int] = set()
        for k in range(each.days):
            wish = (k + 0.5) * (position[-1] + 1) / each.days - 0.5
            left = [
                w
                for w, week in enumerate(weeks)
                if w not in taken and any(day not in each.free and len(of_day[day]) < room for day in week)
            ]
            if not left:
                return None
            best = min(
                left, key=lambda w: (abs(position[w] - wish), sum(len(of_day[it]) for it in weeks[w]), w)
            )
            taken.add(best)
            days = [day for day in weeks[best] if day not in each.free]
            of_day[min(days, key=lambda day: (len(of_day[day]), day))].append(each.place)
    return of_day


def _week_of_month(day: date) -> int:
    """Number of the week in its month, from 0."""
    return (day.day - 1 + day.replace(day=1).weekday()) // 7


def _any_way(
    asked: Sequence[DaysAsked], weeks: Sequence[Sequence[date]], room: int
) -> dict[date, list[str]] | None:
    """The places of each day by a maximum flow, which finds a way whenever there is one.

    From each place flow its days, at most one into each week, from there into days that are not free for it,
    of which each takes as many as there are advisers.
    """
    import networkx as nx

    graph = nx.DiGraph()
    for number, each in enumerate(asked):
        graph.add_edge("from", ("place", number), capacity=each.days)
        for w, week in enumerate(weeks):
            graph.add_edge(("place", number), ("week", number, w), capacity=1)
            for day in set(week) - each.free:
                graph.add_edge(("week", number, w), day, capacity=1)
                graph.add_edge(day, "to", capacity=room)
    wanted = sum(each.days for each in asked)
    if not wanted:
        return {}
    found, flow = nx.maximum_flow(graph, "from", "to")
    if found < wanted:
        return None
    of_day: dict[date, list[str]] = {day: [] for week in weeks for day in week}
    for number, each in enumerate(asked):
        for w, week in enumerate(weeks):
            for day in week:
                if flow["week", number, w].get(day):
                    of_day[day].append(each.place)
    return of_day
