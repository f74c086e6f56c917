"""The map of the planning page: try an office, take it into the plan, force or forbid a town."""

import streamlit as st

from iqgeo.app import resources, services, session
from iqgeo.app.components import choices, html
from iqgeo.app.components.frame import Working
from iqgeo.app.components.map import map_event, show_map
from iqgeo.app.components.theme import is_dark
from iqgeo.app.state import Draft, PlannedSite, Rule, View
from iqgeo.coverage import Coverage
from iqgeo.reports.map import Overlay
from iqgeo.texts import Lang, listed, number, signed, text

_KEY = "planning-map"
_TOWN, _STAGE = "planning-town", "planning-after-stage"
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


def stage_shown() -> int:
    """Return the stage of the plan that is looked at: the last one unless another was chosen."""
    stages = session.current().draft.stages
    chosen = st.session_state.get(_STAGE)
    return chosen if isinstance(chosen, int) and chosen < stages else stages


def stage_choice(lang: Lang) -> None:
    """Offer the stages of the plan."""
    stages = session.current().draft.stages
    if stages < 2:
        return
    st.session_state[_STAGE] = stage_shown()
    st.segmented_control(
        text("app.planning.stage_shown", lang),
        list(range(1, stages + 1)),
        format_func=lambda stage: text("app.planning.after_stage", lang, stage=stage),
        key=_STAGE,
        label_visibility="collapsed",
    )


def show(work: Working, overlay: Overlay | None) -> None:
    """Show the map of a plan, and the office being tried."""
    current = session.current()
    background = bool(st.session_state.get("planning-background", False))
    picture = resources.picture(
        work.view, session.own_data(), work.plan, trial=current.trial, clickable=True, dark=is_dark(),
        background=background, overlay=overlay,
    )  # fmt: skip
    show_map(picture, work.view.lang, _KEY, fill=True)


def trial(work: Working) -> None:
    """Show the office being tried and what it would bring."""
    current, lang = session.current(), work.view.lang
    if current.trial is not None:
        _trial(current.trial, work.view, work.plan, work.shown)
    _town_choice(lang)
    st.checkbox(
        text("app.planning.background", lang),
        key="planning-background",
        help=text("app.planning.background_help", lang),
    )


def _town_choice(lang: Lang) -> None:
    """Offer every town in a list: what a click on the map does, by keyboard."""
    towns = resources.region().towns
    districts = dict(zip(towns["id"], towns["district_ags"], strict=True))
    labels = choices.distinct(
        dict(zip(towns["id"], towns["name"], strict=True)),
        lambda key: resources.region().district_names[districts[key]],
    )

    def try_town() -> None:
        key = st.session_state[_TOWN]
        if key in labels:
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


def _trial(trial: PlannedSite, view: View, plan: Draft, shown: Coverage) -> None:
    """Show what the office being tried would bring, and what can be done with it."""
    lang = view.lang
    tried = resources.planned(view, session.own_data(), plan.with_site(trial))
    change = services.change(shown, tried)
    names = [str(name) for name in change.districts["name"] if name][:_MOST_DISTRICTS]
    share = number(100 * tried.share, lang, 1) if tried.people else "–"
    html.table(
        [text(f"app.planning.trial_{key}", lang) for key in ("place", "gain", "share")],
        [[f"**{trial.name}**", signed(change.gained - change.lost, lang), share]],
        figures=(1, 2),
        caption=text("app.planning.trial", lang),
    )
    if names:
        html.note(text("app.planning.trial_helps", lang, districts=listed(names)))
    else:
        html.note(text("app.planning.trial_nobody", lang))
    _trial_actions(trial, lang)


def _trial_actions(trial: PlannedSite, lang: Lang) -> None:
    current = session.current()
    with st.container(horizontal=True, key="trial-actions"):
        if st.button(text("app.planning.take", lang), key="planning-take", type="primary"):
            current.change(current.draft.with_site(trial).in_stage(trial.id, stage_shown()))
            current.trial = None
            st.rerun()
        if st.button(text("app.planning.drop", lang), key="planning-drop"):
            current.trial = None
            st.rerun()
        if session.own_data().candidates is None:
            _rule("require", trial, lang)
            _rule("forbid", trial, lang)


def _rule(rule: Rule, trial: PlannedSite, lang: Lang) -> None:
    """Offer to force a town into suggestions or keep it out of them, or to take that back."""
    current = session.current()
    ruled = trial.id in (current.draft.require if rule == "require" else current.draft.forbid)
    key = f"app.planning.{rule}{'_not' if ruled else ''}"
    if st.button(text(key, lang), key=f"planning-{rule}", help=text(f"{key}_help", lang)):
        current.change(current.draft.with_rule(trial.id, None if ruled else rule))
        st.rerun()
