"""Days laid into a month: rules hold whatever is asked; the files say the same."""

import datetime
import io
from collections import Counter

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from iqgeo.access.calendar import DaysAsked, lay_out, working_weeks
from iqgeo.errors import InputError
from iqgeo.reports.calendar import calendar_ics, calendar_workbook

asked = st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 4)), min_size=0, max_size=12).map(
    lambda pairs: [DaysAsked(f"place {k}", home, days) for k, (home, days) in enumerate(pairs)]
)


@given(asked, st.integers(1, 12), st.integers(2024, 2030), st.integers(1, 10))
def test_every_rule_holds(places, month, year, most):
    days = lay_out(places, year, month, days_on_the_road=most).days
    assert Counter(days["place"]) == Counter({each.place: each.days for each in places if each.days})
    homes = {each.place: each.home for each in places}
    assert [homes[place] for place in days["place"]] == days["home"].tolist()
    weeks = [(place, day.isocalendar()[:2]) for place, day in zip(days["place"], days["date"], strict=True)]
    assert len(set(weeks)) == len(weeks)
    assert all(day.weekday() < 5 and (day.year, day.month) == (year, month) for day in days["date"])
    at = list(zip(days["home"], days["adviser"], days["date"], strict=True))
    assert len(set(at)) == len(at)
    assert all(count <= most for count in Counter(each[:2] for each in at).values())
    assert days["date"].is_monotonic_increasing


def test_two_days_are_two_weeks_apart_or_more():
    days = lay_out([DaysAsked("Northeim", "Göttingen", 2)], 2026, 3).days
    assert (days["date"].iloc[1] - days["date"].iloc[0]).days >= 10


def test_holidays_are_free():
    holidays = [datetime.date(2026, 5, 1), datetime.date(2026, 5, 14)]
    assert not {day for week in working_weeks(2026, 5, holidays) for day in week} & set(holidays)


def test_what_cannot_be_laid_out_is_named():
    with pytest.raises(InputError) as caught:
        lay_out([DaysAsked("x", "a", 6), DaysAsked("y", "a", 7)], 2026, 3)
    assert len(caught.value.problems) == 2
    for wrong in ({"month": 13}, {"days_on_the_road": 0}):
        with pytest.raises(InputError):
            lay_out([], 2026, **{"month": 3, **wrong})


def test_workbook_and_calendar_file_say_the_same():
    found = lay_out([DaysAsked("=Aurich;", "Leer", 2), DaysAsked("Esens", "Leer", 1)], 2026, 3)
    book = openpyxl.load_workbook(io.BytesIO(calendar_workbook(found, "de")))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    rows = [row for row in cells if row[3] == "Leer"]
    listed = [(row[0].date(), row[2], row[4]) for row in rows]
    days = found.days
    expected = [
        (day, place, adviser)
        for day, place, adviser in zip(days["date"], days["place"], days["adviser"], strict=True)
    ]
    # A date that sorts and counts, shown as the language writes it.
    assert listed == expected
    assert {cell.number_format for row in book.active.iter_rows() for cell in row if cell.is_date} == {
        "dd.mm.yyyy"
    }
    stamp = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    written = calendar_ics(found, "de", made=stamp)
    assert written == calendar_ics(found, "de", made=stamp)
    entries = Calendar.from_ical(written).walk("VEVENT")
    assert [(str(entry["location"]), entry.decoded("dtstart")) for entry in entries] == [
        (place, day) for place, day in zip(days["place"], days["date"], strict=True)
    ]  # fmt: skip
    assert len({str(entry["uid"]) for entry in entries}) == 3
