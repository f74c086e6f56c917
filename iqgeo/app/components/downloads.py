"""Files to take away: made when they are asked for."""

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from iqgeo.app import resources, session
from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, View
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.gaps import Gaps
from iqgeo.reports.gap_tables import Excerpt
from iqgeo.texts import text

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


def gap_list(gaps: Callable[[], Gaps], excerpt: Excerpt, view: View) -> None:
    """Offer a gap list, or what is wanted of it, as Excel, CSV and GeoPackage."""
    from iqgeo.reports.gap_list import gap_list_csv, gap_list_gpkg, gap_list_xlsx

    lang, region = view.lang, resources.region()
    stem = text("app.download.gap_list", lang)
    with st.container(horizontal=True, key="downloads"):
        _button(
            text("app.download.xlsx", lang),
            lambda: gap_list_xlsx(gaps(), region, lang, excerpt=excerpt),
            f"{stem}.xlsx",
            _XLSX,
            primary=True,
        )
        _button(
            text("app.download.csv", lang),
            lambda: gap_list_csv(gaps(), region, lang, level="municipality", excerpt=excerpt),
            f"{stem}.csv",
            "text/csv",
        )
        _button(
            text("app.download.gpkg", lang),
            lambda: gap_list_gpkg(gaps(), region, lang, excerpt=excerpt),
            f"{stem}.gpkg",
            "application/geopackage+sqlite3",
        )


def board(view: View, plan: Draft) -> None:
    """Offer the board's page as PDF and the map as one HTML file."""
    from iqgeo.reports.map import map_html

    lang = view.lang
    # A file is made in a run that knows no session: what it is about is taken along.
    own = session.own_data()
    scene = resources.scene(view, own, plan)
    with st.container(horizontal=True, key="downloads"):
        _button(
            text("app.download.pdf", lang),
            lambda: _board_pdf(view, plan, own),
            text("app.download.board", lang) + ".pdf",
            "application/pdf",
        )
        _button(
            text("app.download.html", lang),
            lambda: map_html(scene, lang).encode(),
            text("app.download.map", lang) + ".html",
            "text/html",
        )


def _board_pdf(view: View, plan: Draft, own: OwnData) -> bytes:
    from iqgeo.reports.board import board_pdf

    points: list[tuple[int, float]] = []
    # Candidates of one's own may reach nobody: the page is set without the curve.
    with suppress(InputError):
        frame = resources.curve(view, own)
        points = [
            (int(count), float(share)) for count, share in zip(frame["offices"], frame["share"], strict=True)
        ]
    if plan.is_empty:
        return board_pdf(resources.gaps(view, own), resources.region(), view.lang, curve=points)
    return board_pdf(
        resources.gaps(view, own),
        resources.region(),
        view.lang,
        after=resources.planned(view, own, plan),
        suggestion=resources.suggestion_of(view, own, plan),
        curve=points,
        plan_name=plan.name or None,
    )


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
