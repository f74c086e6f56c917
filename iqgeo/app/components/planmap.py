"""The map of the planning page: try an office, take it into the plan, force or forbid a town."""

import streamlit as st

from iqgeo.app import pictures, resources, services, session
from iqgeo.app.components import answers, choices, html, library, presses, suggesting
from iqgeo.app.components.frame import PANEL, Working
from iqgeo.app.components.map import map_event, show_map
from iqgeo.app.components.theme import is_dark
from iqgeo.app.state import RULES, PlannedSite, Rule
from iqgeo.frames import rows
from iqgeo.reports.map import Overlay
from iqgeo.texts import Lang, signed, text

_KEY = "planning-map"
_TOWN, _STAGE = "planning-town", "planning-after-stage"
_MOST_DISTRICTS = 3
NEAR_KM = 25
"""So near another town may stand for the one that is tried."""


def take_event() -> None:
    """Do what was done on the map: before anything is drawn, so that one run shows the result."""
    event = map_event(_KEY)
    if event is None:
        return
    current = session.current()
    if event.kind == "site":
        current.picked = event.id
        if st.session_state.get(PANEL) == "ask":
            st.session_state[PANEL] = "offices"
    elif event.kind == "escape":
        current.discard()
    elif event.kind == "district":
        current.ways_from = event.id
    elif event.kind == "candidate":
        own = session.own_data()
        listed = services.candidates(resources.region(), own, 0)
        found = listed[listed["id"].astype(str) == event.id]
        for it in rows(found[["id", "name", "lon", "lat"]]):
            _try(PlannedSite(str(it.id), str(it.name), float(it.lon), float(it.lat)))
    elif event.kind in ("click", "moved"):
        town = services.nearest_town(resources.region(), event.lon, event.lat)
        if event.kind == "moved" and any(it.id == event.id for it in current.draft.added):
            current.change(current.draft.moved(event.id, town))
            current.suggested -= {event.id}
            current.picked = town.id
        else:
            _try(town)


def _try(town: PlannedSite) -> None:
    session.current().trial = town
    st.session_state[PANEL] = "ask"


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
    """Show the map of a plan, what is proposed beside it, and the office being tried."""
    current = session.current()
    background = bool(st.session_state.get("planning-background", False))
    picture = pictures.picture(
        work.view, session.own_data(), work.firm, ahead=work.proposal, trial=current.trial, clickable=True,
        dark=is_dark(), background=background, overlay=overlay, ways_from=current.ways_from,
    )  # fmt: skip
    show_map(picture, work.view.lang, _KEY, fill=True)


def ways_to_try(lang: Lang) -> None:
    """Offer what a click on the map does by keyboard, and a base map."""
    _town_choice(lang)
    st.checkbox(
        text("app.planning.background", lang),
        key="planning-background",
        help=text("app.planning.background_help", lang),
    )


def trial(work: Working, tried: PlannedSite) -> None:
    """Show what the office being tried would bring, what else is near, and what can be done with it."""
    lang, own = work.view.lang, session.own_data()
    base = work.firm if work.proposal is None else work.proposal
    before = resources.planned(work.view, own, base)
    after = resources.planned(work.view, own, base.with_site(tried))
    tag = text("cockpit.trial.tag", lang)
    kicker = "kicker" if work.proposal is None else "kicker_more"
    html.title(tried.name, tag, text(f"cockpit.trial.{kicker}", lang))
    if before.people:
        answers.against(before, after, lang)
    change = services.change(before, after)
    if change.districts.empty:
        html.note(text("app.planning.trial_nobody", lang))
    else:
        shown = change.districts.head(_MOST_DISTRICTS)
        gains = [
            [str(name), signed(it, lang)] for name, it in zip(shown["name"], shown["change"], strict=True)
        ]
        head = [text(f"cockpit.trial.{key}", lang) for key in ("who", "people")]
        html.table(head, gains, figures=(1,), caption=text("app.planning.trial", lang), quiet=True)
    _better(work, tried, change.gained - change.lost)
    _trial_actions(tried, lang, beside=work.proposal is not None)
    html.note(text("cockpit.trial.hint", lang))
    library.last_changes(lang)


def _better(work: Working, tried: PlannedSite, gain: float) -> None:
    """Say whether a town near by or anywhere brings more."""
    lang, base = work.view.lang, work.firm if work.proposal is None else work.proposal
    others = [it for it in pictures.gains(work.view, session.own_data(), base) if it.id != tried.id]
    if not others:
        return
    near = [it for it in others if services.apart_km(tried, it) <= NEAR_KM]
    sentences = []
    best_near = max(near, key=lambda it: it.gain, default=None)
    if best_near is not None:
        key = "near_more" if best_near.gain > gain else "near_less"
        words = {"name": best_near.name, "gain": signed(best_near.gain, lang), "km": NEAR_KM}
        sentences.append(text(f"cockpit.trial.{key}", lang, **words))
    best = max(others, key=lambda it: it.gain)
    key = "state_more" if best.gain > gain else "state_less"
    sentences.append(text(f"cockpit.trial.{key}", lang, name=best.name, gain=signed(best.gain, lang)))
    html.status(html.RUNNING, f"{text('cockpit.trial.better', lang)} {' '.join(sentences)}")


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


def _trial_actions(trial: PlannedSite, lang: Lang, *, beside: bool) -> None:
    """Offer to take the town or to discard it; ``beside`` a suggestion, with that or alone."""
    current = session.current()

    def take() -> None:
        plan = current.draft.with_site(trial).in_stage(trial.id, stage_shown())
        current.trial = None
        if beside:
            suggesting.take_instead(plan)
        else:
            current.change(plan)

    def take_both() -> None:
        current.trial = None
        suggesting.take(also=trial)

    with st.container(horizontal=True, key="cockpit_act"):
        if beside:
            # The figures above are of both.
            st.button(
                text("cockpit.trial.both", lang), key="planning-take-both", type="primary",
                on_click=take_both, width="stretch", help=text("cockpit.trial.both_help", lang),
            )  # fmt: skip
            words = text("cockpit.trial.alone", lang)
            st.button(words, key="planning-take", on_click=take, help=text("cockpit.trial.alone_help", lang))
        else:
            st.button(
                text("app.planning.take", lang), key="planning-take", type="primary", on_click=take,
                width="stretch",
            )  # fmt: skip
        st.button(text("app.planning.drop", lang), key="planning-drop", on_click=current.discard)
    if session.own_data().candidates is None:
        with st.popover(text("cockpit.trial.rules", lang), key="trial-rules"):
            for rule in RULES:
                _rule(rule, trial, lang)


def _rule(rule: Rule, trial: PlannedSite, lang: Lang) -> None:
    """Offer to force a town into suggestions or keep it out of them, or to take that back."""
    current = session.current()
    draft = current.draft
    ruled = trial.id in getattr(draft, rule)
    key = f"app.planning.{rule}{'_not' if ruled else ''}"
    if presses.pressed(text(key, lang), key=f"planning-{rule}", of=trial.id, help=text(f"{key}_help", lang)):
        current.change((draft.without_rule if ruled else draft.with_rule)(trial.id, rule))
        st.rerun()
