"""Days laid into a month: rules hold whatever is asked; the files say the same."""

import datetime
import io
import itertools
import math
from collections import Counter

import openpyxl
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from iqgeo.access.calendar import DaysAsked, lay_out, working_days, working_weeks
from iqgeo.errors import InputError
from iqgeo.reports.calendar import calendar_ics, calendar_workbook
from iqgeo.reports.calendar_page import calendar_pdf

DAYS = st.integers(1, 31)
asked = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 4), st.frozensets(DAYS, max_size=8)), max_size=12
)


def month_of(places, year, month) -> tuple[list[DaysAsked], list[datetime.date]]:
    """Places whose free days are days of the month, and all its working days."""
    working = [day for week in working_weeks(year, month) for day in week]
    return [
        DaysAsked(f"place {k}", home, days, frozenset(day for day in working if day.day in free))
        for k, (home, days, free) in enumerate(places)
    ], working


@given(
    asked, st.integers(1, 12), st.integers(2024, 2030), st.integers(1, 10), st.frozensets(DAYS, max_size=16)
)
def test_every_rule_holds_or_a_place_has_too_few_weeks(drawn, month, year, most, shut):
    places, working = month_of(drawn, year, month)
    holidays = [day for day in working if day.day in shut]
    open_weeks = {
        each.place: {day.isocalendar()[:2] for day in working if day not in each.free | set(holidays)}
        for each in places
    }
    short = {each.place for each in places if each.days > len(open_weeks[each.place])}
    if short:
        with pytest.raises(InputError) as caught:
            lay_out(places, year, month, days_on_the_road=most, holidays=holidays)
        assert short == {name for it in caught.value.problems for name in it.value.split(", ")}
        return
    days = lay_out(places, year, month, days_on_the_road=most, holidays=holidays).days
    assert Counter(days["place"]) == Counter({each.place: each.days for each in places if each.days})
    of = {each.place: each for each in places}
    assert [of[place].home for place in days["place"]] == days["home"].tolist()
    dated = list(zip(days["place"], days["date"], strict=True))
    assert len({(place, day.isocalendar()[:2]) for place, day in dated}) == len(dated)
    assert all(day in working and day not in of[place].free | set(holidays) for place, day in dated)
    at = list(zip(days["home"], days["adviser"], days["date"], strict=True))
    assert len(set(at)) == len(at)
    assert all(count <= most for count in Counter(each[:2] for each in at).values())
    assert days["date"].is_monotonic_increasing


@given(
    st.lists(
        st.tuples(st.just("a"), st.integers(0, 3), st.frozensets(st.integers(1, 31), max_size=20)),
        min_size=1, max_size=3,
    ),
    st.integers(1, 3), st.sets(st.integers(0, 20), min_size=1, max_size=5),
)  # fmt: skip
def test_as_few_advisers_as_any_way_needs(drawn, most, kept):
    places, working = month_of(drawn, 2026, 5)
    open_days = [day for number, day in enumerate(working) if number in kept]
    ways = [
        [
            days
            for days in itertools.combinations([day for day in open_days if day not in each.free], each.days)
            if len({day.isocalendar().week for day in days}) == each.days
        ]
        for each in places
    ]
    fewest = min(
        (
            max(1, math.ceil(len(days) / most), *Counter(days).values())
            for way in itertools.product(*ways)
            for days in [[day for of_place in way for day in of_place]]
        ),
        default=None,
    )
    closed = set(working) - set(open_days)
    if fewest is None:
        with pytest.raises(InputError):
            lay_out(places, 2026, 5, days_on_the_road=most, holidays=closed)
        return
    days = lay_out(places, 2026, 5, days_on_the_road=most, holidays=closed).days
    assert days["adviser"].max() <= fewest if len(days) else True


@given(
    asked, st.integers(1, 12), st.integers(2024, 2030), st.integers(1, 10), st.frozensets(DAYS, max_size=4)
)
def test_no_place_twice_in_a_week_across_the_end_of_a_month(drawn, month, year, most, shut):
    """Months laid out one at a time, each without knowing of the other."""
    weeks: list[tuple[str, tuple[int, int]]] = []
    for at in ((year, month), (year + month // 12, month % 12 + 1)):
        places, working = month_of(drawn, *at)
        holidays = [day for day in working if day.day in shut]
        try:
            days = lay_out(places, *at, days_on_the_road=most, holidays=holidays).days
        except InputError:
            # Too few weeks, which another law looks at.
            continue
        weeks += [
            (place, day.isocalendar()[:2]) for place, day in zip(days["place"], days["date"], strict=True)
        ]
    assert len(set(weeks)) == len(weeks)


def test_every_week_of_years_is_of_one_month_and_every_month_has_four():
    months = [working_weeks(year, month) for year in range(2024, 2052) for month in range(1, 13)]
    weeks = [week[0].isocalendar()[:2] for month in months for week in month]
    assert len(set(weeks)) == len(weeks)
    assert {len(month) for month in months} == {4, 5}
    # 2024 begins, 2051 ends with a week that lies in it for most of its working days.
    days = (datetime.date(2052, 1, 1) - datetime.date(2024, 1, 1)).days
    every = {(datetime.date(2024, 1, 1) + datetime.timedelta(it)).isocalendar()[:2] for it in range(days)}
    assert set(weeks) == every
    assert all(
        set(itertools.chain(*working_weeks(2026, m))) <= set(working_days(2026, m)) for m in range(1, 13)
    )


def test_two_days_are_two_weeks_apart_or_more():
    days = lay_out([DaysAsked("Northeim", "Göttingen", 2)], 2026, 3).days
    assert (days["date"].iloc[1] - days["date"].iloc[0]).days >= 10
    # Also where a week between them is closed.
    shut = [datetime.date(2026, 3, day) for day in range(16, 21)]
    days = lay_out([DaysAsked("Northeim", "Göttingen", 2)], 2026, 3, holidays=shut).days
    assert (days["date"].iloc[1] - days["date"].iloc[0]).days >= 10


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


@pytest.mark.parametrize(
    ("lang", "adviser"), [("de", "Berater 2"), ("en", "adviser 2"), ("nl", "adviseur 2")]
)
def test_the_sheet_names_every_day_and_has_a_page_a_home(lang, adviser):
    asked = [DaysAsked(f"Ort {k}", "Leer", 2) for k in range(6)] + [DaysAsked("#strong[Esens]", "Jever", 1)]
    found = lay_out(asked, 2026, 3)
    day, free = datetime.date(2026, 1, 1), {datetime.date(2026, 3, 31)}
    made = calendar_pdf(found, lang, date=day, lines=("Worauf es beruht.",), free=free)
    assert made == calendar_pdf(found, lang, date=day, lines=("Worauf es beruht.",), free=free)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]
    assert "Worauf es beruht." in "".join(pages)
    assert adviser in "".join(pages)
    of_home = {
        home: next(page for page in reversed(pages) if f": {home}" in page) for home in ("Leer", "Jever")
    }
    for home, page in of_home.items():
        for place, count in Counter(found.days.loc[found.days["home"] == home, "place"]).items():
            assert page.count(place) == count
    assert "Esens" not in of_home["Leer"]


def test_the_whole_network_and_what_is_said_of_it_stand_on_one_page():
    asked = [DaysAsked(f"Bad Münder am Deister {k}", f"Hannover {k % 7}", 3) for k in range(16)]
    lines = ["Kein Ort zweimal in einer Woche; jeder Berater ist an einem Tag an einem Ort. " * 3] * 6
    made = calendar_pdf(lay_out(asked, 2026, 9), "de", date=datetime.date(2026, 8, 1), lines=lines)
    first, *others = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]
    assert first.count("Kein Ort zweimal") == 18
    assert [f": Hannover {k}" in page for k, page in enumerate(others)] == [True] * 7
