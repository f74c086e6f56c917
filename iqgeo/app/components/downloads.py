"""Files to take away: made when they are asked for."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from iqgeo.app import resources
from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, View
from iqgeo.case import Case
from iqgeo.coverage import Coverage
from iqgeo.gaps import Gaps
from iqgeo.reports.gap_tables import Excerpt
from iqgeo.reports.registry import DEFAULT, WRITERS, Writer, WriterOptions
from iqgeo.safe.clean import file_name
from iqgeo.story import Story
from iqgeo.texts import plain, text

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


def board(case: Case, view: View, own: OwnData) -> None:
    """Offer the board's page, the slides and the map."""
    lang = view.lang
    with st.container(horizontal=True, key="downloads"):
        for writer in WRITERS:
            if writer.document not in ("board", "map") or not writer.has_button:
                continue
            _button(
                writer.label(lang),
                partial(_made, writer, case, view, own),
                f"{stem_of(writer.document, case, view)}{writer.suffix}",
                writer.media,
            )


def network_files(view: View, own: OwnData, plan: Draft) -> None:
    """Offer the network as a workbook and, with places served on days, their calendar."""
    lang, case = view.lang, resources.case(view, own, plan)
    with st.container(horizontal=True, key="network-downloads"):
        for writer in WRITERS:
            if writer.document in ("network", "calendar") and writer.has_button and writer.has_matter(case):
                made = partial(_made, writer, case, view, own)
                name = f"{stem_of(writer.document, case, view)}{writer.suffix}"
                _button(writer.label(lang), made, name, writer.media)


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
