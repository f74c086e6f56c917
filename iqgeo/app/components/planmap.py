"""The map of the planning page: try an office, take it into the plan, close one, and see what changes."""

import streamlit as st

from iqgeo.app import resources, services, session
from iqgeo.app.components import html, tables
from iqgeo.app.components.map import map_event, show_map
from iqgeo.app.components.theme import is_dark
from iqgeo.app.state import PlannedSite, View
from iqgeo.coverage import Coverage
from iqgeo.reports.map import wording
from iqgeo.texts import Lang, number, signed, text

_KEY = "planning-map"
_TOWN = "planning-town"
_MOST_DISTRICTS = 3


def take_event() -> None:
    """Do what was done on the map: before anything is drawn, so that one run shows the result."""
    event = map_event(_KEY)
    if event is None:
        return
    current = session.current()
    if event.kind == "site":
        current.picked = event.id
    elif event.kind in ("click", "moved"):
        town = services.nearest_town(resources.region(), event.lon, event.lat)
        if event.kind == "moved" and any(it.id == event.id for it in current.draft.added):
            current.change(current.draft.moved(event.id, town))
            current.picked = town.id
        else:
            current.trial = town


def show(view: View, start: Coverage, shown: Coverage) -> None:
    """Show the map, the office being tried, the offices of the plan and what changes."""
    current, own, lang = session.current(), session.own_data(), view.lang
    background = bool(st.session_state.get("planning-background", False))
    picture = resources.picture(
        view, own, current.draft, trial=current.trial, clickable=True, dark=is_dark(), background=background
    )
    show_map(picture, lang, _KEY)
    _town_choice(lang)
    if current.trial is not None:
        _trial(current.trial, view, shown)
    _offices(start, lang)
    if not current.draft.is_empty:
        html.section(text("app.change.title", lang))
        tables.change(services.change(start, shown), lang)
    st.checkbox(
        text("app.planning.background", lang),
        key="planning-background",
        help=text("app.planning.background_help", lang),
    )


def _town_choice(lang: Lang) -> None:
    """Offer every town in a list: what a click on the map does, by keyboard."""
    towns = resources.region().towns
    labels = dict(zip(towns["id"], towns["name"], strict=True))

    def try_town() -> None:
        key = st.session_state[_TOWN]
        if key is not None:
            town = towns[towns["id"] == key].iloc[0]
            session.current().trial = PlannedSite(
                key, str(town["name"]), float(town["lon"]), float(town["lat"])
            )
        st.session_state[_TOWN] = None

    st.selectbox(
        text("app.planning.town", lang),
        list(labels),
        index=None,
        format_func=lambda key: labels[key],
        key=_TOWN,
        on_change=try_town,
        placeholder=text("app.planning.town_hint", lang),
    )


def _trial(trial: PlannedSite, view: View, shown: Coverage) -> None:
    """Show what the office being tried would bring, and offer to take it."""
    current, lang = session.current(), view.lang
    tried = resources.planned(view, session.own_data(), current.draft.with_site(trial))
    change = services.change(shown, tried)
    names = [str(name) for name in change.districts["name"].head(_MOST_DISTRICTS)]
    share = number(100 * tried.share, lang, 1) if tried.people else "–"
    html.table(
        [text(f"app.planning.trial_{key}", lang) for key in ("place", "gain", "share")],
        [[f"**{trial.name}**", signed(change.gained - change.lost, lang), share]],
        figures=(1, 2),
        caption=text("app.planning.trial", lang),
    )
    if names:
        html.note(text("app.planning.trial_helps", lang, districts=", ".join(names)))
    else:
        html.note(text("app.planning.trial_nobody", lang))
    with st.container(horizontal=True):
        if st.button(text("app.planning.take", lang), key="planning-take", type="primary"):
            current.change(current.draft.with_site(trial))
            current.trial = None
            st.rerun()
        if st.button(text("app.planning.drop", lang), key="planning-drop"):
            current.trial = None
            st.rerun()


def _offices(start: Coverage, lang: Lang) -> None:
    """Show the offices of the plan and of today; offer to take one out, close it, or undo."""
    current = session.current()
    draft = current.draft
    html.section(text("app.planning.offices", lang), text("app.planning.offices_note", lang))
    kinds = {site.id: ("added", site.name) for site in draft.added}
    for key, name in zip(start.offices["id"].astype(str), start.offices["name"].astype(str), strict=True):
        kinds[key] = ("closed" if key in draft.closed else "today", name)
    if not kinds:
        html.status(html.RUNNING, text("app.planning.no_office", lang))
        return
    options = list(kinds)
    if current.picked in kinds:
        st.session_state["planning-office"] = current.picked
        current.picked = ""
    picked = st.selectbox(
        text("app.planning.office", lang),
        options,
        format_func=lambda key: text(f"app.planning.office_{kinds[key][0]}", lang, name=kinds[key][1]),
        key="planning-office",
    )
    with st.container(horizontal=True):
        if picked in kinds:
            kind = kinds[picked][0]
            if st.button(text(f"app.planning.act_{kind}", lang), key="planning-act"):
                current.change(draft.without_site(picked) if kind == "added" else draft.toggled(picked))
                st.rerun()
        if st.button(text("app.planning.undo", lang), key="planning-undo", disabled=not current.past):
            current.undo()
            st.rerun()
    if draft.added:
        names = ", ".join(site.name for site in draft.added)
        html.note(
            text("app.planning.in_plan", lang, names=names, count=wording.count_word(len(draft.added), lang))
        )
