"""The month's days of advice as a workbook, a calendar file and a sheet of paper."""

import datetime
import hashlib
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from iqgeo.access.calendar import DaysAsked, Month, lay_out, working_days
from iqgeo.access.free_days import UNKNOWN, Span, area_name, areas_at, closed_among, public_holidays
from iqgeo.case import Case
from iqgeo.errors import InputError, Problem
from iqgeo.frames import Brief, rows
from iqgeo.reports import facts
from iqgeo.reports.calendar_page import calendar_pdf, month_title
from iqgeo.reports.cells import Column, ReportTable
from iqgeo.reports.excel import Block, Sheet, workbook_bytes
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, date_words, text, weekday_word
from iqgeo.words.assumptions import assumption
from iqgeo.words.clauses import listed
from iqgeo.words.network import network_words
from iqgeo.words.states import day_of, plan_title, region_name

_COLUMNS = (
    Column("day", "date", 14),
    Column("weekday", width=14),
    Column("day_place", width=26),
    Column("home", width=22),
    Column("adviser", "rank", 10),
)


def calendar_workbook(
    found: Month, lang: Lang, *, lines: tuple[str, ...] = (), date: datetime.date | None = None
) -> bytes:
    """The month as a workbook: a row a day of advice, below ``lines`` that say what it rests on."""
    days = found.days
    frame = days.assign(
        day=days["date"],
        weekday=[weekday_word(day, lang) for day in days["date"]],
        day_place=days["place"],
    )
    title = month_title(found, lang)
    block = Block(ReportTable(_COLUMNS, frame))
    sheet = Sheet(text("network.calendar.sheet", lang), title, lines, (block,), upright=True)
    return workbook_bytes([sheet], lang, title=title, date=date)


def calendar_ics(
    found: Month, lang: Lang, *, lines: tuple[str, ...] = (), made: datetime.datetime | None = None
) -> bytes:
    """The month as iCalendar (RFC 5545): an all-day entry a day of advice, the same ids every time.

    ``lines`` say what it rests on, as the description of the whole.
    """
    from icalendar import Calendar, Event, vText

    stamp = made or datetime.datetime.now(datetime.UTC)
    book = Calendar()
    book.add("prodid", "-//iqgeo//outreach days//DE")
    book.add("version", "2.0")
    book.add("x-wr-calname", month_title(found, lang))
    if lines:
        # What RFC 7986 calls it, and what programs called it before.
        for name in ("description", "x-wr-caldesc"):
            book.add(name, vText("\n".join(lines)))
    for row in rows(found.days):
        entry = Event()
        key = f"{row.date.isoformat()}|{row.home}|{row.place}|{row.adviser}"
        entry.add("uid", f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@iqgeo")
        entry.add("dtstamp", stamp)
        entry.add("dtstart", row.date)
        entry.add("dtend", row.date + datetime.timedelta(days=1))
        entry.add(
            "summary", text("network.calendar.entry", lang, place=clean(row.place), home=clean(row.home))
        )
        entry.add("location", clean(row.place))
        entry.add("description", text("network.calendar.adviser", lang, adviser=row.adviser))
        book.add_component(entry)
    return bytes(book.to_ical())


@dataclass(frozen=True, repr=False)
class LaidMonth(Brief):
    """A plan's days laid into a month, and what was left free.

    Attributes
    ----------
    month : Month
        The days.
    holidays : Mapping[str, Mapping[datetime.date, str]]
        Public holidays on working days of the month with their names, by the areas whose were left free, see
        :func:`iqgeo.access.free_days.areas_at`.
    unknown : tuple[str, ...]
        Homes and places whose public holidays nobody knows.
    closed : tuple[datetime.date, ...] | None
        Working days of the month that somebody closed; ``None`` where nobody gave any.
    """

    month: Month
    holidays: Mapping[str, Mapping[datetime.date, str]]
    unknown: tuple[str, ...]
    closed: tuple[datetime.date, ...] | None


def next_month(date: datetime.date) -> tuple[int, int]:
    """Year and month after a date."""
    return date.year + date.month // 12, date.month % 12 + 1


def laid_month(case: Case, lang: Lang, month: tuple[int, int], closed: Collection[Span] = ()) -> LaidMonth:
    """Lay the days of a plan's places into a month, on no public holiday of the home or the place.

    Days of a place are whole: two and a half become three in every second month.

    Raises
    ------
    InputError
        If the plan has no such place, or its days do not fit into the month.
    """
    places = case.shown.day_places
    if not len(places):
        raise InputError(Problem("calendar_no_places"))
    year, number = month
    offices = case.shown.offices.set_index(case.shown.offices["id"].astype(str))
    homes = offices.loc[places["home"].astype(str).tolist()]
    states = homes["state"].astype(str).tolist() if "state" in homes else ()
    of_home = areas_at(case.region, homes["lon"], homes["lat"], states)
    of_place = areas_at(case.region, places["lon"], places["lat"])
    working = set(working_days(year, number))
    holidays: dict[str, Mapping[datetime.date, str]] = {}
    for area in sorted({*of_home, *of_place} - {UNKNOWN}):
        named = public_holidays(area, year, lang)
        if named is not None:
            holidays[area] = {day: name for day, name in named.items() if day in working}
    shut = closed_among(working, closed)
    asked = [
        DaysAsked(
            str(it.name), str(it.home_name), _days(float(it.days_per_month), 12 * year + number),
            frozenset().union(*(holidays.get(area, ()) for area in here)),
        )
        for it, *here in zip(rows(places), of_home, of_place, strict=True)
    ]  # fmt: skip
    found = lay_out(asked, year, number, days_on_the_road=case.scenario.settings.road_days, holidays=shut)
    named_points = (
        *zip(of_home, places["home_name"], strict=True),
        *zip(of_place, places["name"], strict=True),
    )
    unknown = dict.fromkeys(str(name) for area, name in named_points if area not in holidays)
    return LaidMonth(found, holidays, tuple(unknown), tuple(sorted(shut)) if closed else None)


def free_lines(laid: LaidMonth, lang: Lang) -> tuple[str, ...]:
    """Which days were left free, and whose public holidays are not known."""
    lines = []
    if laid.holidays:
        areas = listed([region_name(area_name(it, lang), lang) for it in laid.holidays], lang)
        days = _holidays(laid.holidays, lang)
        key = "holidays" if days else "no_holidays"
        lines.append(text(f"network.calendar.{key}", lang, areas=areas, days=", ".join(days)))
        if any("-" not in it for it in laid.holidays):
            lines.append(text("network.calendar.nationwide", lang))
    if laid.unknown:
        names = listed([clean(it, 40) for it in laid.unknown], lang)
        key = "unknown" if laid.holidays else "all_unknown"
        lines.append(text(f"network.calendar.{key}", lang, names=names))
    if laid.closed is not None:
        key = "closed" if laid.closed else "closed_elsewhere"
        dated = ", ".join(date_words(it, lang) for it in laid.closed)
        lines.append(text(f"network.calendar.{key}", lang, days=dated))
    return tuple(lines)


def _holidays(holidays: Mapping[str, Mapping[datetime.date, str]], lang: Lang) -> list[str]:
    """Every holiday with its date, and where it is one if not in all areas."""
    where: dict[tuple[datetime.date, str], list[str]] = {}
    for area, named in holidays.items():
        for day, name in named.items():
            where.setdefault((day, name), []).append(area)
    words = []
    for (day, name), areas in sorted(where.items()):
        key = "holiday" if len(areas) == len(holidays) else "holiday_in"
        only = listed([region_name(area_name(it, lang), lang) for it in areas], lang)
        dated = date_words(day, lang)
        words.append(text(f"network.calendar.{key}", lang, name=clean(name, 60), date=dated, areas=only))
    return words


def case_calendar(
    case: Case, lang: Lang, form: str, month: tuple[int, int] | None, date: datetime.date | None,
    closed: Collection[Span] = (),
) -> bytes:  # fmt: skip
    """The month of a plan's places served on days, as ``xlsx``, ``pdf`` or ``ics``; see :func:`laid_month`.

    ``month`` is the one after ``date`` (today) unless given.
    """
    settings = case.scenario.settings
    laid = laid_month(case, lang, month or next_month(day_of(date)), closed)
    lines = (
        text("network.calendar.note", lang, days=settings.road_days),
        *free_lines(laid, lang),
        plan_title(clean(case.scenario.name, 60), lang),
        facts.summary_sentence(case.shown, case.region, lang, date),
        network_words(case.before.coverage, case.shown, lang, settings.office_posts),
        assumption(case.shown, case.region, lang),
    )
    said = tuple(filter(None, lines))
    if form == "ics":
        made = None if date is None else datetime.datetime.combine(date, datetime.time(), datetime.UTC)
        return calendar_ics(laid.month, lang, lines=said, made=made)
    if form == "pdf":
        # what is free in some areas only stands in the lines
        everywhere = set.intersection(*map(set, laid.holidays.values())) if laid.holidays else set()
        free = {*everywhere, *(laid.closed or ())}
        return calendar_pdf(laid.month, lang, date=day_of(date), lines=said, free=free)
    return calendar_workbook(laid.month, lang, lines=said, date=date)


def _days(each: float, month: int) -> int:
    """Whole days of a month, so that they are right over the months: 0.5 is one in every second month."""
    return math.floor(each * month + 1e-9) - math.floor(each * (month - 1) + 1e-9)
