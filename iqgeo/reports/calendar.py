"""The month's days of advice as a workbook and as a calendar file."""

import datetime
import hashlib
import math

from iqgeo.access.calendar import DaysAsked, Month, lay_out
from iqgeo.case import Case
from iqgeo.errors import InputError, Problem
from iqgeo.frames import rows
from iqgeo.reports import facts
from iqgeo.reports.cells import Column, ReportTable
from iqgeo.reports.excel import Block, Sheet, workbook_bytes
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, month_words, text, weekday_word
from iqgeo.words.assumptions import assumption
from iqgeo.words.network import network_words
from iqgeo.words.states import day_of, plan_title

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
    title = _title(found, lang)
    block = Block(ReportTable(_COLUMNS, frame))
    sheet = Sheet(text("network.calendar.sheet", lang), title, lines, (block,), upright=True)
    return workbook_bytes([sheet], lang, title=title, date=date)


def calendar_ics(found: Month, lang: Lang, *, made: datetime.datetime | None = None) -> bytes:
    """The month as iCalendar (RFC 5545): an all-day entry a day of advice, the same ids every time."""
    from icalendar import Calendar, Event

    stamp = made or datetime.datetime.now(datetime.UTC)
    book = Calendar()
    book.add("prodid", "-//iqgeo//outreach days//DE")
    book.add("version", "2.0")
    book.add("x-wr-calname", _title(found, lang))
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


def _title(found: Month, lang: Lang) -> str:
    month = month_words(datetime.date(found.year, found.month, 1), lang)
    return text("network.calendar.title", lang, month=month)


def case_calendar(
    case: Case, lang: Lang, form: str, month: tuple[int, int] | None, date: datetime.date | None
) -> bytes:
    """The month of a plan's places served on days, as ``xlsx`` or ``ics``.

    Days of a place are whole: two and a half become three in every second month. ``month`` is the one
    after ``date`` (today) unless given.

    Raises
    ------
    InputError
        If the plan has no such place, or its days do not fit into the month.
    """
    places, settings = case.shown.day_places, case.scenario.settings
    if not len(places):
        raise InputError(Problem("calendar_no_places"))
    today = day_of(date)
    year, number = month or (today.year + today.month // 12, today.month % 12 + 1)
    asked = [
        DaysAsked(str(it.name), str(it.home_name), _days(float(it.days_per_month), 12 * year + number))
        for it in rows(places)
    ]
    found = lay_out(asked, year, number, days_on_the_road=settings.road_days)
    if form == "ics":
        made = None if date is None else datetime.datetime.combine(date, datetime.time(), datetime.UTC)
        return calendar_ics(found, lang, made=made)
    lines = (
        text("network.calendar.note", lang, days=settings.road_days),
        plan_title(clean(case.scenario.name, 60), lang),
        facts.summary_sentence(case.shown, case.region, lang, date),
        network_words(case.before.coverage, case.shown, lang, settings.office_posts),
        assumption(case.shown, case.region, lang),
    )
    return calendar_workbook(found, lang, lines=tuple(filter(None, lines)), date=date)


def _days(each: float, month: int) -> int:
    """Whole days of a month, so that they are right over the months: 0.5 is one in every second month."""
    return math.floor(each * month + 1e-9) - math.floor(each * (month - 1) + 1e-9)
