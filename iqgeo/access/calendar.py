"""Days laid into a month: which adviser is where on which date."""

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.frames import Brief

WORKING_DAYS = 5
DEFAULT_DAYS_ON_THE_ROAD = 8
"""Assumption: two days a week away from the office."""


@dataclass(frozen=True)
class DaysAsked:
    """A place to be served on ``days`` of the month from ``home``."""

    place: str
    home: str
    days: int


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
    holidays: Sequence[date] = (),
) -> Month:
    """Lay days of advice into the working days of a month.

    No place twice in a week, its days spread over the weeks; an adviser is at one place a day and at most
    ``days_on_the_road`` days in the month away. As few advisers a home as its days need.

    Raises
    ------
    InputError
        A month that is none, a place with more days than the month has weeks with a working day.
    """
    if not (1 <= month <= 12 and 1900 <= year <= 2200):
        raise InputError(Problem("calendar_month", value=f"{year}-{month:02d}"))
    if days_on_the_road < 1:
        raise InputError(Problem("calendar_road_days", value=str(days_on_the_road)))
    weeks = working_weeks(year, month, holidays)
    problems = [
        Problem("calendar_days", value=each.place, details={"days": each.days, "weeks": len(weeks)})
        for each in asked
        if not 0 <= each.days <= len(weeks)
    ]
    if problems:
        raise InputError(problems)
    rows: list[dict[str, object]] = []
    for home in dict.fromkeys(each.home for each in asked):
        rows += _of_home(home, [each for each in asked if each.home == home], weeks, days_on_the_road)
    frame = pd.DataFrame(rows, columns=["date", "home", "place", "adviser"])
    ordered = frame.sort_values(["date", "home", "adviser"], kind="stable", ignore_index=True)
    return Month(year, month, ordered)


def working_weeks(year: int, month: int, holidays: Sequence[date] = ()) -> list[list[date]]:
    """The working days of a month, Monday to Friday, week by week; weeks without any left out."""
    free = set(holidays)
    weeks = [
        [date(year, month, day) for day in week[:WORKING_DAYS] if day and date(year, month, day) not in free]
        for week in calendar.monthcalendar(year, month)
    ]
    return [week for week in weeks if week]


def _of_home(
    home: str, asked: Sequence[DaysAsked], weeks: Sequence[Sequence[date]], most: int
) -> list[dict[str, object]]:
    """The days of one home's places, with as few advisers as they need.

    On every day the advisers who were away least go, so that none is away more than one day more than
    another: with enough of them in all, nobody has too many.
    """
    needed = sum(each.days for each in asked)
    advisers = max(1, math.ceil(needed / most))
    of_week = None
    while of_week is None:
        room = [len(week) * advisers for week in weeks]
        of_week = _weeks_of(asked, room, spread=True) or _weeks_of(asked, room, spread=False)
        advisers += of_week is None
    rows: list[dict[str, object]] = []
    away = [0] * advisers
    for week, places in zip(weeks, of_week, strict=True):
        of_day: list[list[str]] = [[] for _ in week]
        for k, place in enumerate(places):
            of_day[k * len(week) // max(len(places), len(week))].append(place)
        for day, here in zip(week, of_day, strict=True):
            ready = sorted(range(advisers), key=lambda k: (away[k], k))
            for adviser, place in zip(ready, here, strict=False):
                away[adviser] += 1
                rows.append({"date": day, "home": home, "place": place, "adviser": adviser + 1})
    return rows


def _weeks_of(asked: Sequence[DaysAsked], room: Sequence[int], *, spread: bool) -> list[list[str]] | None:
    """The places of each week, none twice in one; None if there is no room.

    ``spread`` puts the days of a place evenly over the month; without it they go where most room is left,
    places with most days first, which finds a way whenever there is one (Gale and Ryser).
    """
    of_week: list[list[str]] = [[] for _ in room]
    for each in sorted(asked, key=lambda it: (-it.days, it.place)):
        taken: set[int] = set()
        for k in range(each.days):
            wish = (k + 0.5) * len(room) / each.days - 0.5 if spread else 0.0
            left = [w for w in range(len(room)) if w not in taken and len(of_week[w]) < room[w]]
            if not left:
                return None
            far = {w: abs(w - wish) if spread else 0.0 for w in left}
            best = min(left, key=lambda w: (far[w], len(of_week[w]) - room[w], w))
            taken.add(best)
            of_week[best].append(each.place)
    return of_week
