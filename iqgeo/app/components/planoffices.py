"""The offices of a plan: whom each serves, what opens and closes in which stage, and what that changes."""

from typing import Literal

import streamlit as st

from iqgeo.app import resources, session
from iqgeo.app.components import choices, html, presses, steps
from iqgeo.app.state import Draft, View
from iqgeo.coverage import Coverage
from iqgeo.texts import Lang, in_hundred, number, signed, text
from iqgeo.words.clauses import MOST_NAMED, named_or_counted
from iqgeo.words.units import promise

MOST_STAGES = 6
_OFFICE, _MOVE = "planning-office", "planning-move"
State = Literal["added", "closed", "today"]


def show(view: View, start: Coverage, shown: Coverage) -> None:
    """Show every office, what can be done with it, and the stages."""
    current, lang = session.current(), view.lang
    html.section(text("app.planning.offices", lang), text("app.planning.offices_note", lang))
    states = _states(start, current.draft)
    if not states:
        html.status(html.RUNNING, text("app.planning.no_office", lang))
        return
    _table(states, shown, lang)
    _actions(states, lang)
    if current.draft.stages > 1:
        _stages(view, start, lang)


def _states(start: Coverage, draft: Draft) -> dict[str, tuple[State, str]]:
    """Return what the plan does with every office, by its key: the state and the name."""
    states: dict[str, tuple[State, str]] = {site.id: ("added", site.name) for site in draft.added}
    for key, name in zip(start.offices["id"].astype(str), start.offices["name"].astype(str), strict=True):
        states[key] = ("closed" if key in draft.closed else "today", name)
    return states


def _table(states: dict[str, tuple[State, str]], shown: Coverage, lang: Lang) -> None:
    """Show for how many people within the target each office is the nearest."""
    draft = session.current().draft
    people = dict(zip(shown.offices["id"].astype(str), shown.offices["people_nearest"], strict=True))
    rows = []
    for key, (state, name) in sorted(states.items(), key=lambda it: (-people.get(it[0], -1.0), it[0])):
        words = text(f"app.planning.state_{state}", lang)
        if draft.stages > 1 and state != "today":
            words = text("app.planning.state_stage", lang, state=words, stage=draft.stage_of(key))
        rows.append([f"**{name}**", words, number(people[key], lang) if key in people else "–"])
    html.table(
        [text(f"app.planning.column_{key}", lang) for key in ("office", "state", "people")],
        rows,
        figures=(2,),
        caption=text("app.planning.offices_caption", lang, target=promise(shown.target, lang)),
    )


def _actions(states: dict[str, tuple[State, str]], lang: Lang) -> None:
    """Offer to take an office out, close it, put it into another stage, or undo the last step."""
    current = session.current()
    if current.picked in states:
        st.session_state[_OFFICE] = current.picked
        current.picked = ""

    def called(key: str) -> str:
        return text(f"app.planning.office_{states[key][0]}", lang, name=names[key])

    names = choices.distinct({key: name for key, (_, name) in states.items()}, str)
    picked = st.selectbox(
        text("app.planning.office", lang), **choices.one(_OFFICE, list(states), called, next(iter(states)))
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if picked in states:
            _act(picked, states[picked][0], lang)
        st.button(
            text("app.planning.undo", lang), key="planning-undo", on_click=steps.undo,
            disabled=not current.can_undo(),
        )  # fmt: skip


def _act(picked: str, state: State, lang: Lang) -> None:
    current = session.current()
    draft = current.draft
    if presses.pressed(text(f"app.planning.act_{state}", lang), key="planning-act", of=picked):
        current.change(draft.without_site(picked) if state == "added" else draft.toggled(picked))
        st.rerun()
    if state == "today" or len(draft.added) + len(draft.closed) < 2:
        return

    stages = list(range(1, min(draft.stages + 1, MOST_STAGES) + 1))

    def move() -> None:
        # The words of another language are no stage.
        if st.session_state[_MOVE] in stages:
            current.change(draft.in_stage(picked, st.session_state[_MOVE]))

    st.session_state[_MOVE] = draft.stage_of(picked)
    st.selectbox(
        text("app.planning.stage", lang),
        stages,
        format_func=lambda stage: text("app.planning.stage_number", lang, stage=stage),
        key=_MOVE,
        on_change=move,
        label_visibility="collapsed",
        width=140,
    )


def _stages(view: View, start: Coverage, lang: Lang) -> None:
    """Show what every stage opens and closes, and what it reaches."""
    draft, own = session.current().draft, session.own_data()
    html.section(text("app.planning.stages", lang))
    rows = []
    before = start
    for stage, after in enumerate(resources.evaluation(view, own, draft).coverages, start=1):
        gain = signed(after.covered - before.covered, lang)
        share = in_hundred(after.share, lang) if after.people else "–"
        offices = str(len(after.offices))
        rows.append(
            [f"**{stage}** {in_words(draft, start, lang, stage=stage)}", offices, gain, f"**{share}**"]
        )
        before = after
    head = [text(f"app.planning.stage_{key}", lang) for key in ("what", "offices", "gain", "share")]
    html.table(head, rows, figures=(1, 2, 3), caption=text("app.planning.stages_caption", lang))


def in_words(draft: Draft, start: Coverage, lang: Lang, *, stage: int | None = None) -> str:
    """Say what a plan opens and closes, in one stage or stage by stage."""
    if stage is None and draft.stages > 1:
        parts = [
            text("app.plans.in_stage", lang, stage=it, what=in_words(draft, start, lang, stage=it))
            for it in range(1, draft.stages + 1)
        ]
        return " ".join(parts)
    names = dict(zip(start.offices["id"].astype(str), start.offices["name"].astype(str), strict=True))
    wanted = 1 if stage is None else stage
    opens = [site.name for site in draft.added if draft.stage_of(site.id) == wanted]
    closes = [names.get(key, key) for key in draft.closed if draft.stage_of(key) == wanted]
    parts = [", ".join(opens)] if opens else []
    if closes:
        parts.append(text("app.plans.closes", lang, names=", ".join(closes)))
    places = [it.name for it in draft.places if draft.stage_of(it.id) == wanted]
    if places:
        key = "on_days" if len(places) <= MOST_NAMED else "on_days_many"
        parts.append(text(f"app.plans.{key}", lang, names=named_or_counted(places, lang)))
    return "; ".join(parts) or text("app.plans.nothing", lang)
