"""The settings behind every number, each in the part of the bar that names it."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import streamlit as st

from iqgeo.app import resources, session
from iqgeo.app.components import html
from iqgeo.app.state import View, with_entry
from iqgeo.coverage import DEFAULT_TARGET_MIN, Coverage
from iqgeo.demand import choose_year
from iqgeo.distances import KM, MINUTES
from iqgeo.errors import Problem
from iqgeo.scenario.settings import DISTANCES, OUT_OF_RANGE, limits_of
from iqgeo.texts import LANGUAGES, Lang, number_of, of_hundred, plain, text

_OFF_ROADS_WORTH_SAYING = 0.005
_REFUSED = "settings-refused"


def network() -> None:
    """Offer the years for which the network of offices is documented, and which offices count."""
    view, region = session.view(), resources.region()
    lang = view.lang
    if session.own_data().offices is not None:
        st.caption(text("cockpit.bar.own_offices", lang))
        return
    stages = list(region.stages)
    if len(stages) > 1:
        bound(
            st.segmented_control, "stage", label=text("app.settings.stage", lang), options=stages,
            format_func=str,
        )  # fmt: skip
    bound(st.checkbox, "across_border", label=text("app.settings.across_border", lang))
    bound(st.checkbox, "planned", label=text("app.settings.planned", lang))


def promises() -> None:
    """Offer the target and how distances are measured."""
    view = session.view()
    lang = view.lang
    if view.distance == "road":
        _promise_unit(view)
    if view.distance == "road" and view.target_min is not None:
        decimal("target_min")
    else:
        decimal("target_km")
    bound(
        st.radio, "distance", label=text("app.settings.distance", lang), options=list(DISTANCES),
        format_func=lambda it: text(f"app.settings.distance_{it}", lang),
    )  # fmt: skip
    if view.distance == "detour":
        table = session.own_data().name_of("factors")
        if table:
            html.note(text("app.settings.fitted", lang, name=table))
        said = "factor_rest_help" if table else "factor_help"
        decimal("detour_factor", about=text(f"app.settings.{said}", lang))
    if view.distance == "road":
        decimal("snap_limit_km", about=text("app.settings.snap_limit_help", lang))
        bound(st.checkbox, "ferries", label=text("app.settings.ferries", lang))


def decimal(name: str, *, about: str | None = None, said: bool = True) -> None:
    """Offer a number as the language writes it; streamlit's field writes it as the browser does.

    In an English browser that would show ``11.5`` on a German page, and take ``27,5`` for 275.

    Parameters
    ----------
    name : str
        Of a setting that is a number.
    about : str | None
        What is said about it beside its name.
    said : bool
        Whether a number that could not be taken is said below the field; else :func:`refusals` does.
    """
    key, lang = f"setting-{name}", session.view().lang
    st.session_state[key] = plain(getattr(session.view(), name), lang)

    def apply() -> None:
        written, value = str(st.session_state[key]).strip(), math.nan
        # What is no number within the limits changes nothing; that is said, and the field says what holds.
        with suppress(ValueError):
            value = number_of(written, lang)
        _take(name, value, written or "–")

    low, high = (plain(it, lang) for it in limits_of(name))
    st.text_input(
        text(f"app.settings.{name}", lang),
        key=key,
        on_change=apply,
        placeholder=f"{low} – {high}",
        help=about,
    )
    if said:
        refusals(name)


def _promise_unit(view: View) -> None:
    """Offer the promise in km or in minutes: roads know both."""
    key = "setting-target_unit"
    st.session_state[key] = KM if view.target_min is None else MINUTES

    def apply() -> None:
        minutes = st.session_state[key] == MINUTES
        current = session.current()
        wanted = replace(current.view, target_min=DEFAULT_TARGET_MIN if minutes else None)
        current.change(current.draft, wanted)

    st.radio(
        text("app.settings.target_unit", view.lang), [KM, MINUTES], key=key, on_change=apply, horizontal=True,
        format_func=lambda it: text(f"app.settings.unit_{it}", view.lang),
    )  # fmt: skip


def people() -> None:
    """Offer who is counted, and of which year."""
    view, region = session.view(), resources.region()
    lang = view.lang
    if session.own_data().demand is not None:
        st.caption(text("app.settings.own_demand", lang))
        return
    weights = list(region.weights)
    bound(
        st.selectbox, "weight", label=text("app.settings.weight", lang), options=weights,
        format_func=lambda it: region.weights[it].name(lang),
    )  # fmt: skip
    latest = choose_year(region, view.weight, view.stage)
    bound(
        st.selectbox, "year", label=text("app.settings.year", lang),
        options=[None, *resources.figure_years(view.weight)],
        format_func=lambda it: text("app.settings.year_auto", lang, year=latest) if it is None else str(it),
    )  # fmt: skip


def language_choice() -> None:
    """Offer the languages, each by its code."""
    with st.container(key="language"):
        bound(
            st.segmented_control, "lang", options=list(LANGUAGES),
            label=" / ".join(text("app.settings.lang", it) for it in LANGUAGES),
            format_func=lambda it: it.upper(), label_visibility="collapsed",
        )  # fmt: skip


def bound(widget: Callable[..., Any], name: str, **options: Any) -> None:
    """Show a widget that stands for one entry of the view and writes it when changed."""
    key = f"setting-{name}"
    st.session_state[key] = getattr(session.view(), name)

    def apply() -> None:
        # A second click on the chosen segment lets go of it, and a widget out of sight may send the words
        # of another language: what is no value of this entry is none, and the choice stays.
        _take(name, st.session_state[key])

    widget(key=key, on_change=apply, **options)


def _take(name: str, value: Any, written: str = "") -> None:
    """Set an entry of the view; a number that it cannot be is kept in mind, for :func:`refusals`."""
    current = session.current()
    changed = with_entry(current.view, name, value, resources.region())
    refused: dict[str, str] = {}
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and changed == current.view and value != getattr(current.view, name):
        refused[name] = written or plain(value, current.view.lang)
    st.session_state[_REFUSED] = refused
    current.change(current.draft, changed)


def refusals(*names: str) -> None:
    """Say which of these numbers could not be taken, why, and what holds instead."""
    refused: dict[str, str] = st.session_state.get(_REFUSED, {})
    view = session.view()
    for name in names:
        if name in refused:
            problem = Problem(OUT_OF_RANGE.get(name, "setting_unusable"), value=refused[name])
            held = plain(getattr(view, name), view.lang)
            kept = text(
                "app.settings.kept", view.lang, name=text(f"app.settings.{name}", view.lang), held=held
            )
            html.status(html.FAILED, f"{problem.sentence(view.lang, on_page=True)} {kept}")


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
    """Say which parts of the address could not be used, or are not what its plan says."""
    current = session.current()
    for key, parts in (("refused", current.refused), ("of_plan", current.overruled)):
        if parts:
            names = ", ".join(text(f"app.settings.{name}", lang) for name in parts)
            st.warning(text(f"app.settings.{key}", lang, names=names))
