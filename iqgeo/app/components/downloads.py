"""Files to take away: made when they are asked for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

import streamlit as st

from iqgeo.access.free_days import closed_spans
from iqgeo.app import resources
from iqgeo.app.components import choices, html
from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, View
from iqgeo.case import Case
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.gaps import Gaps
from iqgeo.reports.calendar import free_lines, laid_month, next_month
from iqgeo.reports.gap_tables import Excerpt
from iqgeo.reports.registry import DEFAULT, WRITERS, Writer, WriterOptions
from iqgeo.safe.clean import file_name
from iqgeo.story import Story
from iqgeo.texts import Lang, month_words, plain, text
from iqgeo.words.states import day_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MONTH, _MONTHS = "network-month-chosen", 12


def _button(label: str, make: Callable[[], bytes], name: str, mime: str, *, primary: bool = False) -> None:
    st.download_button(
        label,
        data=make,
        file_name=name,
        mime=mime,
        on_click="ignore",
        type="primary" if primary else "secondary",
        key=f"download-{name}",
    )


def _made(writer: Writer, case: Case, view: View, own: OwnData, options: WriterOptions = DEFAULT) -> bytes:
    """Make a file, in a run that knows no session: what it is about is taken along."""
    whole = resources.with_curve(case, view, own) if writer.draws_curve else case
    return writer.write(whole, view.lang, options)


def _paper_made(writer: Writer, case: Case, view: View, own: OwnData, plan: Draft) -> bytes:
    """Make a paper, which says of a plan what the command writes of it."""
    whole = resources.for_papers(case, view, own, plan) if writer.draws_curve else case
    return writer.write(whole, view.lang, DEFAULT)


def gap_list(case: Case, gaps: Callable[[], Gaps], excerpt: Excerpt, view: View, own: OwnData) -> None:
    """Offer a gap list, or what is wanted of it, as Excel, CSV and GeoPackage."""
    lang, stem = view.lang, stem_of("gap_list", case, view)
    options = WriterOptions(excerpt=excerpt, level="municipality")
    with st.container(horizontal=True, key="downloads"):
        for writer in WRITERS:
            if writer.document != "gaps" or not writer.has_button:
                continue
            name = f"{stem}{writer.suffix}"
            _button(
                writer.label(lang),
                partial(_gaps_made, writer, case, gaps, view, own, replace(options, file_name=name)),
                name,
                writer.media,
                primary=writer.suffix == ".xlsx",
            )


def _gaps_made(
    writer: Writer, case: Case, gaps: Callable[[], Gaps], view: View, own: OwnData, options: WriterOptions
) -> bytes:
    return _made(writer, case.with_gaps(gaps()), view, own, options)


def board(case: Case, view: View, own: OwnData, plan: Draft) -> None:
    """Offer the board's page, the slides and the map of a plan."""
    lang = view.lang
    with st.container(horizontal=True, key="downloads"):
        for writer in WRITERS:
            if writer.document not in ("board", "map") or not writer.has_button:
                continue
            _button(
                writer.label(lang),
                partial(_paper_made, writer, case, view, own, plan),
                f"{stem_of(writer.document, case, view)}{writer.suffix}",
                writer.media,
            )


def network_files(view: View, own: OwnData, plan: Draft) -> None:
    """Offer the network as a workbook and, with places served on days, their calendar of a month."""
    lang, case = view.lang, resources.case(view, own, plan)
    options = _month_options(case, lang)
    with st.container(horizontal=True, key="network-downloads"):
        for writer in WRITERS:
            if writer.document not in ("network", "calendar") or not writer.has_button:
                continue
            if writer.document == "calendar" and (options is None or not writer.has_matter(case)):
                continue
            made = partial(_made, writer, case, view, own, options or DEFAULT)
            name = f"{stem_of(writer.document, case, view)}{writer.suffix}"
            _button(writer.label(lang), made, name, writer.media)


def _month_options(case: Case, lang: Lang) -> WriterOptions | None:
    """Offer the month of the calendar and the days closed in it, and say what is left free.

    ``None`` where the days do not fit in: there is no such file then.
    """
    if not len(case.shown.day_places):
        return None
    year, first = next_month(day_of(None))
    months = [(year + at // 12, at % 12 + 1) for at in range(first - 1, first - 1 + _MONTHS)]

    def called(month: tuple[int, int]) -> str:
        return month_words(date(*month, 1), lang)

    with st.container(horizontal=True, key="network-month"):
        st.selectbox(
            text("network.calendar.month", lang), **choices.one(_MONTH, months, called, months[0])
        )  # fmt: skip
        typed = st.text_input(
            text("network.calendar.closed_days", lang), key="network-closed", max_chars=500,
            help=text("network.calendar.closed_help", lang),
        )  # fmt: skip
    try:
        closed = closed_spans(typed)
        month: tuple[int, int] = st.session_state[_MONTH]
        laid = laid_month(case, lang, month, closed)
    except InputError as error:
        html.status(html.FAILED, error.message(lang, on_page=True))
        return None
    for line in free_lines(laid, lang):
        html.note(line)
    return WriterOptions(month=month, closed=closed)


def story(it: Story, case: Case, view: View) -> None:
    """Offer the years as a page for the board, workbook, CSV and JSON."""
    lang = view.lang
    years = f"{it.first.year}-{it.last.year}"
    stem = f"{text('story.file_name', lang)}_{years}_{plain(case.before.coverage.target.value, 'en')}"
    options = WriterOptions(story=it)
    with st.container(horizontal=True, key="downloads-story"):
        for writer in WRITERS:
            if writer.document == "story":
                make = partial(writer.write, case, lang, options)
                name = f"{stem}{case.before.coverage.target.unit}{writer.suffix}"
                _button(writer.label(lang), make, name, writer.media)


def stem_of(document: str, case: Case, view: View) -> str:
    """What a file is called: what it is, of which plan, under which promise, of which network."""
    lang = view.lang
    target = case.before.coverage.target
    year = case.before.coverage.stage
    parts = [
        text(f"app.download.{document}", lang),
        case.scenario.name if case.after is not None else "",
        f"{plain(target.value, 'en')}{target.unit}",
        "" if year is None else str(year),
    ]
    return file_name("_".join(it for it in parts if it), 80).lower()


def comparison(before: Coverage, after: Coverage, names: tuple[str, str], view: View) -> None:
    """Offer who wins and who loses between two plans or years as a workbook."""
    from iqgeo.reports.comparison import comparison_xlsx

    lang, region = view.lang, resources.region()
    _button(
        text("app.download.comparison", lang),
        lambda: comparison_xlsx(before, after, region, lang, names=names),
        text("app.download.comparison_file", lang) + ".xlsx",
        _XLSX,
    )
