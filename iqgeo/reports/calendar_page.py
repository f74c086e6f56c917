"""The month's days of advice on paper: the whole network on one page, then a page a home."""

import calendar
import datetime
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from iqgeo.access.calendar import WORKING_DAYS, Month
from iqgeo.frames import rows
from iqgeo.reports.typeset import pdf
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, date_words, month_words, text, weekday_word


def month_title(found: Month, lang: Lang) -> str:
    """What the month's sheet is called in every form."""
    return text("network.calendar.title", lang, month=_month_words(found, lang))


def _month_words(found: Month, lang: Lang) -> str:
    return month_words(datetime.date(found.year, found.month, 1), lang)


def calendar_pdf(
    found: Month, lang: Lang, *, date: datetime.date, lines: Sequence[str] = (),
    free: Collection[datetime.date] = (),
) -> bytes:  # fmt: skip
    """The month as a sheet to pin up: working days in a grid, who is where; a page a home behind.

    Parameters
    ----------
    found : Month
        The days.
    lang : Lang
        The language of the sheet.
    date : datetime.date
        When it was made.
    lines : Sequence[str]
        What it rests on, below the first page.
    free : Collection[datetime.date]
        Working days on which nobody advises.

    Returns
    -------
    bytes
        The PDF; the same bytes for the same month and date.
    """
    title, month, days = month_title(found, lang), _month_words(found, lang), found.days
    pages = [_page(found, days, title, lines, free, lang, named=True)]
    homes = sorted(set(days["home"]))
    for home in homes if len(homes) > 1 else ():
        heading = text("network.calendar.of_home", lang, month=month, home=clean(home))
        pages.append(_page(found, days[days["home"] == home], heading, (), free, lang, named=False))
    monday = datetime.date(2024, 1, 1)
    data = {
        "title": title,
        "description": title,
        "weekdays": [weekday_word(monday + datetime.timedelta(k), lang) for k in range(WORKING_DAYS)],
        "pages": pages,
        "foot": f"{title} · {date_words(date, lang)}",
    }
    return pdf("calendar.typ", data, lang, date=date)


def _page(
    found: Month, days: pd.DataFrame, heading: str, notes: Sequence[str],
    free: Collection[datetime.date], lang: Lang, *, named: bool,
) -> dict[str, Any]:  # fmt: skip
    """One grid; ``named``: every entry says its home, too."""
    several = days.groupby("home")["adviser"].max() > 1
    entries: dict[datetime.date, list[dict[str, str]]] = {}
    for row in rows(days):
        if named:
            key = "from_adviser" if several[row.home] else "from_home"
            said = text(f"network.calendar.{key}", lang, home=clean(row.home), adviser=row.adviser)
        else:
            said = text("network.calendar.adviser", lang, adviser=row.adviser) if several[row.home] else ""
        entries.setdefault(row.date, []).append({"place": clean(row.place), "from": said})
    weeks = calendar.Calendar().monthdatescalendar(found.year, found.month)
    shut = text("network.calendar.free_day", lang)
    return {
        "heading": heading,
        "notes": list(notes),
        "weeks": [
            [
                {
                    "number": str(day.day),
                    "inside": day.month == found.month,
                    "free": shut if day in free and day.month == found.month else "",
                    "entries": entries.get(day, []),
                }
                for day in week[:WORKING_DAYS]
            ]
            for week in weeks
            if any(day.month == found.month for day in week[:WORKING_DAYS])
        ],
    }
