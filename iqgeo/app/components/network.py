"""The network as it works, beside the map: offices and days planned together, load, failures, own numbers."""

from typing import Any

import streamlit as st

from iqgeo.app import networks, questions, resources, services, session
from iqgeo.app.components import answers, choices, days, firm, html, presses, settings, waiting, working
from iqgeo.app.components.frame import PANEL, Working
from iqgeo.app.jobs import Job
from iqgeo.app.questions import NetworkQuestion
from iqgeo.app.state import Draft, Rule
from iqgeo.coverage import CLASSES, NONE, OFFICE, Coverage
from iqgeo.errors import InputError
from iqgeo.frames import rows
from iqgeo.outreach import OutreachPlan
from iqgeo.promises import DistrictPromise, FairSuggestion, RoomSuggestion, SafeSuggestion
from iqgeo.proof import GOALS, ROOM
from iqgeo.reports.map import Overlay
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.scenario.searches import NetworkAnswer
from iqgeo.siting import Control
from iqgeo.texts import Lang, in_hundred, number, percent, plain, text
from iqgeo.words.clauses import marked_words
from iqgeo.words.network import (
    euros_words,
    fair_words,
    given_up_words,
    network_clauses,
    obvious_words,
    room_words,
    served_from,
)
from iqgeo.words.proof import step_clauses

_JOB, _ANSWER, _PROBLEM, _ASKED = "network-job", "network-answer", "network-problem", "network-asked"
KINDS = ("days", "districts", *GOALS)
_LIMIT_S = 60.0
_SHARES = (25, 50, 75, 90)


def take_result() -> None:
    """Take over what a job has finished since the last run."""
    waiting.take_over(_JOB, _ANSWER, _PROBLEM)


def proposal() -> tuple[Draft, Draft] | None:
    """The plan that the answer would make, and the plan it is added to; nothing while it is stale."""
    answer: Evaluation | None = st.session_state.get(_ANSWER)
    asked = st.session_state.get(_ASKED)
    if answer is None or asked is None or not _can_be_taken(answer) or asked[1] != _key(asked[0]):
        return None
    draft = session.current().draft
    return questions.draft_of(answer, draft), draft


def _can_be_taken(answer: Evaluation) -> bool:
    step = answer.steps[-1]
    return bool((step.suggestion is not None and step.suggestion.sites) or step.stage.places)


def show(work: Working) -> None:
    """The answer that there is, or the plan as it stands; the question, and what the network has to do."""
    lang = work.view.lang
    if st.session_state.get(_ANSWER) is not None and st.session_state.get(_JOB) is None:
        _answer(work)
    else:
        html.headline(_headline(work.shown, lang))
        classes(work.shown, lang)
        words = network_clauses(work.start, work.shown, lang, work.view.office_posts)
        if words:
            html.lead(marked_words(words[1:], lang))
    _ask(work)
    _under_way(lang)
    working.layer_choice(work)
    working.load(work)
    working.failure(work)
    working.own_numbers(work)
    working.downloads(work)


def overlay(work: Working) -> Overlay | None:
    """The layer that was chosen, and what the office that is taken to fail leaves behind."""
    return working.layered(work, working.failure_overlay(work))


def classes(shown: Coverage, lang: Lang) -> None:
    """The classes of service as one bar: colour, pattern and words."""
    if not shown.people:
        return
    parts = [(kind, shown.people_by(kind) / shown.people) for kind in CLASSES]
    html.classes(
        [
            (kind, share, f"**{in_hundred(share, lang)}** {text(f'network.class.{kind}', lang)}")
            for kind, share in parts
            if share > 0 or kind in (OFFICE, NONE)
        ],
        text("network.panel.classes", lang),
    )


def _headline(shown: Coverage, lang: Lang) -> str:
    if not len(shown.day_places):
        share = in_hundred(shown.share, lang, 0) if shown.people else "–"
        return text("network.panel.headline_offices", lang, offices=len(shown.offices), share=share)
    served = 1 - shown.people_by(NONE) / shown.people if shown.people else 0.0
    return text(
        "network.panel.headline", lang, places=len(shown.day_places), share=in_hundred(served, lang),
        **served_from(len(shown.offices), lang, float(shown.day_places["days_per_month"].mean())),
    )  # fmt: skip


def _ask(work: Working) -> None:
    """The question: what opens, how many, under which rules of days away."""
    lang = work.view.lang
    html.section(text("network.panel.open", lang))
    choices.settle("network-kind", KINDS, KINDS[0])
    kind: str = st.segmented_control(
        text("network.panel.kind", lang), KINDS, key="network-kind", label_visibility="collapsed",
        format_func=lambda it: text(f"network.panel.kind_{it}", lang),
    ) or KINDS[0]  # fmt: skip
    if kind == "days":
        with st.container(horizontal=True, vertical_alignment="bottom", key="network-rules"):
            settings.decimal("home_km", said=False)
            label = text("app.settings.places_per_office", lang)
            settings.bound(st.number_input, "places_per_office", label=label, step=1)
            settings.decimal("days_per_month", said=False)
            with st.popover(text("network.panel.place_rules", lang), key="network-place-rules"):
                _place_rules(work)
        settings.refusals("home_km", "places_per_office", "days_per_month")
    if kind == "attendance":
        settings.decimal("half_km")
    if kind == ROOM:
        settings.decimal("office_posts")
    busy = st.session_state.get(_JOB) is not None
    words = text("network.panel.ask", lang)
    if kind == "days":
        days.show(work)
        st.button(
            words, key="network-ask", type="primary", disabled=busy,
            on_click=lambda: _start(work, days.asked(_LIMIT_S)),
        )  # fmt: skip
        return
    with st.form("network", border=False):
        asked = _amounts(kind, lang)
        if presses.submitted(words, key="network-send", type="primary", disabled=busy):
            _start(work, NetworkQuestion(kind, time_limit_s=_LIMIT_S, **asked))
            st.rerun()


def _place_rules(work: Working) -> None:
    """Ask which places must, or must not, be served on days; a click on the map says the same."""
    lang, current = work.view.lang, session.current()
    draft, own = current.draft, session.own_data()
    also = (*draft.require_places, *draft.forbid_places)
    towns = services.candidates(resources.region(), own, draft.least_people, also=also)
    names = choices.distinct(dict(zip(towns["id"].astype(str), towns["name"].astype(str), strict=True)), str)
    # Those of today keep their home where they are required.
    today = {
        str(it.id): text("network.panel.place_today", lang, name=it.name)
        for it in rows(work.start.day_places)
    }
    for name in ("require_places", "forbid_places"):
        options = {**today, **names} if name == "require_places" else names
        key = f"network-{name}"
        told = [it for it in getattr(draft, name) if it in options]
        said = choices.many(key, options, options.__getitem__, told=told)

        def take(name: Rule = name, key: str = key) -> None:
            held = current.draft
            for it in getattr(held, name):
                held = held.without_rule(it, name)
            for it in choices.held_many(key):
                held = held.with_rule(it, name)
            current.change(held)

        st.multiselect(
            text(f"network.panel.{name}", lang), **said, on_change=take,
            placeholder=text("app.suggest.none", lang),
        )  # fmt: skip


def _amounts(kind: str, lang: Lang) -> dict[str, Any]:
    """How many offices, or which share for every district."""
    with st.container(horizontal=True):
        new = st.number_input(text("network.panel.new", lang), value=4, step=1, key="network-number")
        if kind == "districts":

            def called(share: int) -> str:
                return text("network.panel.percent", lang, share=share)

            wanted = choices.one("network-district", _SHARES, called, _SHARES[1])
            share = st.selectbox(text("network.panel.district", lang), **wanted)
    if kind == "districts":
        fewest = st.checkbox(text("network.panel.fewest", lang), value=True, key="network-fewest")
        return {"new": int(new), "district_pct": float(share), "fewest": fewest}
    return {"new": int(new)}


def _start(work: Working, question: NetworkQuestion) -> None:
    """Begin to work on a question."""
    own, view, draft = session.own_data(), work.view, session.current().draft
    for key in (_ANSWER, _PROBLEM):
        st.session_state[key] = None
    firm.stop()
    days.stop()
    problems = questions.network_out_of_range(question)
    if problems:
        st.session_state[_PROBLEM] = InputError(problems)
        return
    st.session_state[_ASKED] = (question, _key(question))

    def ask(control: Control) -> Evaluation:
        return networks.ask_network(question, view, own, draft, control)

    st.session_state[_JOB] = Job(ask, resources.JOBS, question.time_limit_s, session.watcher())


def _key(question: NetworkQuestion) -> str:
    """The key of the scenario that the question would be put to now."""
    view, own, draft = session.view(), session.own_data(), session.current().draft
    return networks.network_key(question, view, own, draft)


def _under_way(lang: Lang) -> None:
    """Say how far an answer is, or why there is none."""
    if st.session_state.get(_JOB) is not None:
        waiting.watched(_JOB, lang)
        return
    problem = st.session_state.get(_PROBLEM)
    if problem is not None:
        html.status(html.FAILED, problem.message(lang, on_page=True))


def _answer(work: Working) -> None:
    """The answer with its proof, before everything else: it is drawn on the map beside it."""
    lang = work.view.lang
    answer: Evaluation | None = st.session_state.get(_ANSWER)
    asked = st.session_state.get(_ASKED)
    if answer is None or asked is None:
        return
    question, key = asked
    stale = key != _key(question)
    usable = _can_be_taken(answer)
    tag = text("cockpit.answer.stale" if stale else "cockpit.answer.provisional", lang)
    kicker = text("network.panel.answer_to", lang, what=text(f"network.panel.kind_{question.kind}", lang))
    html.title(text("cockpit.answer.title", lang), tag if usable else "", kicker)
    if stale:
        html.status(html.RUNNING, text("app.suggest.outdated", lang))
    _found(answer, lang, stale=stale)
    with st.container(horizontal=True, key="cockpit_act"):
        if usable:
            st.button(
                text("app.suggest.adopt", lang), key="network-adopt", type="primary", disabled=stale,
                on_click=_adopt, args=(answer, question), width="stretch",
            )  # fmt: skip
        st.button(text("network.panel.discard", lang), key="network-discard", on_click=_drop)


def _adopt(answer: Evaluation, question: NetworkQuestion) -> None:
    answers.take(answer, session.current().draft, held=_held())
    if question.kind == "days":
        days.taken()
    st.session_state[_ANSWER] = None


def _drop() -> None:
    """Let go of the answer; a step back shows it again."""
    session.current().discard(_held() | {PANEL: "network"})
    st.session_state[_ANSWER] = None


def _held() -> dict[str, Any]:
    """What the page holds of its answer, for a step back."""
    return {key: st.session_state.get(key) for key in (_ANSWER, _ASKED)}


def _found(answer: Evaluation, lang: Lang, *, stale: bool) -> None:
    """What was found, how sure that is, and why the obvious choice fails."""
    step, shown = answer.steps[-1], answer.coverages[-1]
    found = step.answer
    if found is None:
        return
    classes(shown, lang)
    for sentence in _said(found, lang):
        html.note(sentence)
    if isinstance(found, DistrictPromise):
        _promise(found, lang)
    names = ", ".join(f"**{it.name}**" for it in (step.suggestion.sites if step.suggestion else ()))
    if names:
        html.note(text("network.panel.offices", lang, names=names))
    if not stale:
        sure = step.proof is not None and step.proof.is_optimal
        kind = html.DONE if sure else html.OPEN
        if step.proof is not None and step.proof.status == "infeasible":
            kind = html.FAILED
        html.status(kind, marked_words(step_clauses(step, answer.names, lang), lang))
    if isinstance(found, OutreachPlan) and found.obvious is not None:
        html.status(html.FAILED, obvious_words(found, lang))
    if isinstance(found, OutreachPlan) and found.given_up:
        html.note(given_up_words(found, lang, on_screen=True))


def _said(found: NetworkAnswer, lang: Lang) -> list[str]:
    """What an answer does, in sentences."""
    if isinstance(found, OutreachPlan):
        return _sentences(found, lang)
    if isinstance(found, RoomSuggestion):
        return room_words(found, lang)
    if isinstance(found, FairSuggestion):
        return [fair_words(found, lang)] if found.suggestion.sites else []
    if not isinstance(found, SafeSuggestion) or not found.suggestion.sites:
        return []
    left = text(
        "network.safe.headline", lang, office=found.worst_failure[1],
        left=number(found.after_worst_failure, lang), plain=number(found.plain_after_worst, lang),
    )  # fmt: skip
    return [left, text("network.safe.price", lang, people=number(found.price, lang))]


def _sentences(found: OutreachPlan, lang: Lang) -> list[str]:
    said = text(
        "network.panel.found", lang, places=len(found.places), posts=number(found.posts, lang, 1),
        km=number(found.km_a_year, lang),
        served=percent(1 - found.people_not_served / max(1.0, found.offices.after.people), lang),
    )  # fmt: skip
    return [said, euros_words(found, lang)] if found.least == "euros" else [said]


def _promise(found: DistrictPromise, lang: Lang) -> None:
    share = plain(found.share_pct, lang)
    if found.suggestion.sites:
        html.note(text("network.promise.kept", lang, share=share, new=len(found.suggestion.sites)))
    if found.price == found.price:
        html.note(text("network.promise.price", lang, people=number(found.price, lang)))
    short = found.short
    if len(short):
        rows = [
            [str(name), percent(possible / people, lang)]
            for name, possible, people in zip(short["name"], short["possible"], short["people"], strict=True)
        ]
        head = [text("network.column.district", lang), text("network.panel.at_most", lang)]
        html.table(head, rows, figures=(1,), caption=text("network.panel.short", lang))
