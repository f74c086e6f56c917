"""The settings behind every number: shown as one line, changed behind it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from iqgeo.app import resources, session
from iqgeo.app.components import html
from iqgeo.app.state import View, with_entry
from iqgeo.coverage import DEFAULT_TARGET_MIN, Coverage
from iqgeo.demand import choose_year
from iqgeo.distances import KM, MINUTES
from iqgeo.scenario.asked import promised
from iqgeo.scenario.settings import DISTANCES, limits_of
from iqgeo.texts import Lang, of_hundred, plain, text
from iqgeo.words.units import promise

_OFF_ROADS_WORTH_SAYING = 0.005


def stage_choice(page: str) -> None:
    """Offer the years for which the network of offices is documented."""
    view = session.view()
    stages = list(resources.region().stages)
    if len(stages) < 2 or session.own_data().offices is not None:
        return
    _bound(
        st.segmented_control,
        "stage",
        page,
        label=text("app.settings.stage", view.lang),
        options=stages,
        # The words stand with the chosen year only: four times "Stand" is too wide for a phone.
        format_func=lambda year: (
            text("app.settings.stage_year", view.lang, year=year) if year == view.stage else str(year)
        ),
        label_visibility="collapsed",
    )


def settings(page: str) -> None:
    """Offer everything else: target, distance, who is counted."""
    view = session.view()
    lang = view.lang
    with st.popover(_in_words(view), width="content"):
        if view.distance == "road":
            _promise_unit(view, page)
        if view.distance == "road" and view.target_min is not None:
            _number("target_min", page, step=5.0)
        else:
            _number("target_km", page, step=5.0)
        _people(view, page)
        _bound(
            st.radio, "distance", page, label=text("app.settings.distance", lang), options=list(DISTANCES),
            format_func=lambda it: text(f"app.settings.distance_{it}", lang),
        )  # fmt: skip
        if view.distance == "detour":
            _number("detour_factor", page, step=0.05, form="%.2f", help_key="factor_help")
        if view.distance == "road":
            _number("snap_limit_km", page, step=1.0, help_key="snap_limit_help")
            _bound(st.checkbox, "ferries", page, label=text("app.settings.ferries", lang))
        if session.own_data().offices is None:
            _bound(st.checkbox, "across_border", page, label=text("app.settings.across_border", lang))
            _bound(st.checkbox, "planned", page, label=text("app.settings.planned", lang))


def _number(name: str, page: str, *, step: float, form: str = "%g", help_key: str = "") -> None:
    """Offer a number within the limits of its setting."""
    lang, (low, high) = session.view().lang, limits_of(name)
    _bound(
        st.number_input, name, page, label=text(f"app.settings.{name}", lang),
        min_value=low, max_value=high, step=step, format=form,
        help=text(f"app.settings.{help_key}", lang) if help_key else None,
    )  # fmt: skip


def _promise_unit(view: View, page: str) -> None:
    """Offer the promise in km or in minutes: roads know both."""
    key = f"{page}-target_unit"
    st.session_state[key] = KM if view.target_min is None else MINUTES

    def apply() -> None:
        minutes = st.session_state[key] == MINUTES
        current = session.current()
        current.view = replace(current.view, target_min=DEFAULT_TARGET_MIN if minutes else None)

    st.radio(
        text("app.settings.target_unit", view.lang), [KM, MINUTES], key=key, on_change=apply, horizontal=True,
        format_func=lambda it: text(f"app.settings.unit_{it}", view.lang),
    )  # fmt: skip


def _people(view: View, page: str) -> None:
    """Offer who is counted, and of which year."""
    lang, region = view.lang, resources.region()
    if session.own_data().demand is not None:
        st.caption(text("app.settings.own_demand", lang))
        return
    weights = list(region.weights)
    _bound(
        st.selectbox, "weight", page, label=text("app.settings.weight", lang), options=weights,
        format_func=lambda it: region.weights[it].name(lang),
    )  # fmt: skip
    latest = choose_year(region, view.weight, view.stage)
    _bound(
        st.selectbox, "year", page, label=text("app.settings.year", lang),
        options=[None, *resources.figure_years(view.weight)],
        format_func=lambda it: text("app.settings.year_auto", lang, year=latest) if it is None else str(it),
    )  # fmt: skip


def language_choice() -> None:
    """Offer German and English."""
    with st.container(key="language"):
        _bound(
            st.segmented_control, "lang", "all", label="Sprache / Language", options=["de", "en"],
            format_func=lambda it: it.upper(), label_visibility="collapsed",
        )  # fmt: skip


def _in_words(view: View) -> str:
    """Say the settings in one line."""
    lang, region = view.lang, resources.region()
    year = view.year or choose_year(region, view.weight, view.stage)
    own = session.own_data().demand is not None
    counted = "app.settings.counted_own" if own else "app.settings.counted_year"
    return text(
        "app.settings.summary",
        lang,
        target=promise(promised(view), lang),
        distance=text(f"app.settings.short_{view.distance}", lang, factor=plain(view.detour_factor, lang)),
        counted=text(counted, lang, year=year),
    )


def _bound(widget: Callable[..., Any], name: str, page: str, **options: Any) -> None:
    """Show a widget that stands for one entry of the view and writes it when changed."""
    key = f"{page}-{name}"
    st.session_state[key] = getattr(session.view(), name)

    def apply() -> None:
        # A second click on the chosen segment lets go of it, and a widget out of sight may send the words
        # of another language: what is no value of this entry is none, and the choice stays.
        current = session.current()
        current.view = with_entry(current.view, name, st.session_state[key], resources.region())

    widget(key=key, on_change=apply, **options)


def roads_notice(shown: Coverage, view: View) -> None:
    """Say how many people a road network knows no road for: they count as not reached."""
    off = shown.without_road / shown.people if shown.people else 0.0
    if off < _OFF_ROADS_WORTH_SAYING:
        return
    limit = plain(view.snap_limit_km, view.lang)
    html.status(
        html.OPEN,
        text("app.settings.off_roads", view.lang, share=of_hundred(off, view.lang), limit=limit),
    )


def refused_notice(lang: Lang) -> None:
    """Say which parts of the address could not be used."""
    refused = session.current().refused
    if refused:
        names = ", ".join(text(f"app.settings.{name}", lang) for name in refused)
        st.warning(text("app.settings.refused", lang, names=names))
