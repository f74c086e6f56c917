"""Ask for the best places: the question at the foot of the panel, the running proof, the answer above it."""

from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from iqgeo.app import questions, resources, services, session
from iqgeo.app.components import alternatives, answers, choices, firm, html, waiting
from iqgeo.app.components.frame import PANEL, Working
from iqgeo.app.jobs import Job
from iqgeo.app.questions import MOST_NEW, QUESTIONS, STAGES, Question, Start
from iqgeo.app.state import Draft, PlannedSite, View
from iqgeo.errors import InputError
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.siting import Control
from iqgeo.suggestions import DEFAULT_NEW
from iqgeo.texts import Lang, listed, number, text

_JOB, _ANSWER, _PROBLEM = "suggest-job", "suggest-answer", "suggest-problem"
_OTHERS, _ASKED, _PEOPLE = alternatives.OTHERS, "suggest-asked", "suggest-people"
_RULES, _BEGIN = "suggest-rules", "suggest-begin"
_AT_ONCE_S: Final = 0.8
"""So long the page waits for an answer before it says that it is being computed: most come at once."""
TOWN_SIZES = (5_000, 10_000, 20_000, 30_000, 50_000)
_FIELDS: Final = {
    "max-cover": ("suggest-new", DEFAULT_NEW), "p-median": ("suggest-new", DEFAULT_NEW),
    "p-center": ("suggest-new", DEFAULT_NEW), "full-cover": ("suggest-share", "95"),
    "keep-best": ("suggest-kept", 0), STAGES: ("suggest-sizes", "2, 2"),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question as it was put: the view, the plan it is added to, and the key of both."""

    question: Question
    view: View
    base: Draft
    key: str


def take_result() -> None:
    """Take over what a job has finished since the last run."""
    waiting.take_over(_JOB, _ANSWER, _PROBLEM)


def proposal() -> tuple[Draft, Draft] | None:
    """The plan that an answer would make, and the plan it is added to; nothing while it is stale."""
    answer, asked = _answered()
    if answer is None or asked is None or _is_stale(asked) or not answers.has_sites(answer):
        return None
    return questions.draft_of(answer, asked.base), asked.base


def is_busy() -> bool:
    """Whether there is anything of a question to be shown in place of the plan."""
    return any(st.session_state.get(it) is not None for it in (_JOB, _ANSWER, _PROBLEM, _BEGIN))


def is_running() -> bool:
    """Whether a question is being worked on: the plan stays in sight meanwhile."""
    return st.session_state.get(_JOB) is not None


def show(work: Working) -> None:
    """Show how far the question is, or its answer."""
    lang = work.view.lang
    if st.session_state.get(_BEGIN) is not None:
        _where_to_begin(work)
        return
    if st.session_state.get(_JOB) is not None:
        _running(lang)
        return
    problem = st.session_state.get(_PROBLEM)
    if problem is not None:
        html.title(text("cockpit.answer.title", lang))
        html.status(html.FAILED, problem.message(lang, on_page=True))
        _discard_button(lang)
        return
    answer, asked = _answered()
    if answer is None or asked is None:
        return
    # An answer to another question claims nothing about this one and cannot be taken.
    stale = _is_stale(asked)
    answers.head(answer, _question_words(answer, asked, lang), lang, stale=stale)
    if stale:
        html.status(html.RUNNING, text("app.suggest.outdated", lang))
    answers.show(answer, lang, stale=stale)
    with st.container(key="cockpit_act", horizontal=True):
        if answers.has_sites(answer):
            st.button(
                text("app.suggest.adopt", lang), key="suggest-adopt", type="primary", disabled=stale,
                on_click=_adopt, width="stretch",
            )  # fmt: skip
        _discard_button(lang)
    answers.more(answer, lang, stale=stale)
    found = answer.suggestions[-1]
    if found is not None and found.model == "max-cover" and found.sites and not stale:
        alternatives.show(answer, asked.base, lang)


def _answered() -> tuple[Evaluation | None, Asked | None]:
    return st.session_state.get(_ANSWER), st.session_state.get(_ASKED)


def _is_stale(asked: Asked) -> bool:
    model = choices.held("suggest-model", QUESTIONS, asked.question.model)
    return bool(asked.question.model != model or asked.key != _key_now(asked.question))


def _adopt() -> None:
    take()


def take(also: PlannedSite | None = None) -> None:
    """Make the answer part of the plan, and with it a town that is tried."""
    answer, asked = _answered()
    if answer is None or asked is None or _is_stale(asked):
        return
    answers.take(answer, asked.base, held=_held(), also=also)
    # Taken, it is part of the plan: as an answer it would be about the plan before.
    _forget()


def take_instead(plan: Draft) -> None:
    """Go on with another plan than the answer's: it would be about the plan before, and goes."""
    session.current().change(plan, shown=_held())
    _forget()


def _held() -> dict[str, Any]:
    """What the page holds of its answer, for a step back."""
    keys = (_ANSWER, _ASKED, _OTHERS)
    return {key: st.session_state.get(key) for key in keys} if st.session_state.get(_ANSWER) else {}


def _forget() -> None:
    for key in (_ANSWER, _PROBLEM, _OTHERS, _BEGIN):
        st.session_state[key] = None


def _discard() -> None:
    held = _held()
    session.current().discard(held | {PANEL: "ask"} if held else None)
    _forget()


def _discard_button(lang: Lang) -> None:
    st.button(text("app.planning.drop", lang), key="suggest-drop", on_click=_discard)


def _question_words(answer: Evaluation, asked: Asked, lang: Lang) -> str:
    """What was asked, and from where; where no office is open yet nothing is "further"."""
    question, year = asked.question, asked.view.stage
    first = not len(answer.base.coverage.offices)
    what = text(f"app.suggest.model_{question.model}", lang)
    if question.model == "max-cover":
        what = text(f"cockpit.answer.asked_{'first' if first else 'new'}", lang, count=question.new)
    if question.start == "plan" and not asked.base.is_empty:
        start = text("cockpit.answer.from_plan", lang)
    elif first:
        return text("cockpit.answer.to_first", lang, what=what)
    else:
        start = text(f"cockpit.answer.from_{'now' if year is None else 'today'}", lang, year=year)
    return text("cockpit.answer.to", lang, what=what, start=start)


def _key_now(question: Question) -> str:
    """The key of the scenario that the question would be put to now."""
    view, own = session.view(), session.own_data()
    draft = question.base(session.current().draft)
    return f"{resources.evaluation(view, own, draft).scenario.key} {own.key}"


def foot(work: Working) -> None:
    """Offer a new question: how many offices, of which towns, under which rules."""
    lang, own = work.view.lang, session.own_data()
    choices.settle("suggest-model", QUESTIONS, QUESTIONS[0])
    model: str = choices.held("suggest-model", QUESTIONS)
    first = "" if len(work.start.offices) else "_first"
    html.note(text(f"cockpit.question.title{first}", lang))
    with st.container(key="question", horizontal=True, vertical_alignment="bottom", gap="small"):
        _amount(model, len(work.start.offices), lang)
        if model != "keep-best" and own.candidates is None:
            _town_size(lang)
        with st.popover(text("cockpit.question.rules", lang), key="suggest-rules-choice"):
            st.selectbox(
                text("app.suggest.model", lang),
                **choices.one("suggest-model", QUESTIONS, lambda it: text(f"app.suggest.model_{it}", lang)),
            )  # fmt: skip
            if model != "keep-best":
                _rules(_least_people(), lang)
            st.number_input(text("app.suggest.limit", lang), value=60, step=5, key="suggest-limit")
        busy = st.session_state.get(_JOB) is not None
        st.button(
            text("cockpit.question.ask", lang), key="suggest-ask", type="primary", disabled=busy,
            on_click=_put,
        )  # fmt: skip


def _amount(model: str, offices: int, lang: Lang) -> None:
    """Ask how many offices, or which share.

    The fields take any number: Streamlit colours one it does not take and says nothing.
    """
    key = _FIELDS[model][0]
    if model == STAGES:
        help_ = text("app.suggest.sizes_help", lang, most=MOST_NEW)
        st.text_input(text("app.suggest.sizes", lang), value="2, 2", key=key, help=help_, width=110)
    elif model == "full-cover":
        st.text_input(text("app.suggest.share", lang), value="95", key=key, width=110)
    elif model == "keep-best":
        st.number_input(text("app.suggest.keep", lang), value=max(offices - 1, 0), key=key, width=110)
    else:
        st.number_input(text("app.suggest.new", lang), value=DEFAULT_NEW, key=key, width=100)


def _town_size(lang: Lang) -> None:
    """Ask from which size a town may get an office."""

    def called(people: int) -> str:
        count = resources.town_count(people)
        return text("cockpit.question.towns", lang, people=number(people, lang), count=count)

    st.selectbox(
        text("app.suggest.candidates", lang), width=130,
        **choices.one("suggest-towns", TOWN_SIZES, called, TOWN_SIZES[1]),
    )  # fmt: skip


def _least_people() -> int:
    return int(choices.held("suggest-towns", TOWN_SIZES, TOWN_SIZES[1]))


def _rules(least_people: int, lang: Lang) -> None:
    """Ask which towns must, or must not, be chosen; a click on the map says the same."""
    draft = session.current().draft
    allowed = services.candidates(
        resources.region(), session.own_data(), least_people, also=(*draft.require, *draft.forbid)
    )
    names = choices.distinct(
        dict(zip(allowed["id"].astype(str), allowed["name"].astype(str), strict=True)), str
    )
    # Set on the map or taken back since: the fields follow.
    anew = st.session_state.get(_RULES) != (draft.require, draft.forbid)
    st.session_state[_RULES] = (draft.require, draft.forbid)
    for name, keys in (("require", draft.require), ("forbid", draft.forbid)):
        told = [it for it in keys if it in names] if anew else None
        st.multiselect(
            text(f"app.suggest.{name}", lang), placeholder=text("app.suggest.none", lang),
            **choices.many(f"suggest-{name}", names, names.__getitem__, told=told),
        )  # fmt: skip
    st.checkbox(text("app.suggest.per_district", lang), key="suggest-per-district")


def _put() -> None:
    """Put the question, or first ask where it begins: after the answer would be too late."""
    draft = session.current().draft
    _forget()
    session.current().trial = None
    if draft.is_empty:
        _start("plan", ())
    else:
        st.session_state[_BEGIN] = True


def _where_to_begin(work: Working) -> None:
    """Ask whether the answer is added to the plan or begins anew, and say what stays."""
    lang, draft, current = work.view.lang, session.current().draft, session.current()
    by_hand = tuple(it for it in draft.added if it.id not in current.suggested)
    html.title(text("cockpit.answer.title", lang))
    names = listed([it.name for it in by_hand]) if by_hand else ""
    words = text("cockpit.begin.has", lang, count=len(draft.added), closed=len(draft.closed))
    if by_hand:
        words = f"{words} {text('cockpit.begin.by_hand', lang, names=names)}"
    html.status(html.DONE, words)
    year = work.view.stage
    anew = text(f"cockpit.begin.{'now' if year is None else 'today'}", lang, year=year)
    with st.container(horizontal=True):
        st.button(
            text("cockpit.begin.plan", lang), key="suggest-begin-plan", type="primary", on_click=_start,
            args=("plan", ()),
        )  # fmt: skip
        keep = tuple(it.id for it in by_hand)
        st.button(anew, key="suggest-begin-today", on_click=_start, args=("today", keep))
        if by_hand:
            words = text("cockpit.begin.nothing", lang, names=names)
            st.button(words, key="suggest-begin-nothing", on_click=_start, args=("today", ()))
        _discard_button(lang)


def _asked_now() -> dict[str, Any]:
    """What the fields of the question hold."""
    state = st.session_state
    model: str = choices.held("suggest-model", QUESTIONS, QUESTIONS[0])
    key, default = _FIELDS[model]
    name = {"suggest-share": "share_pct", "suggest-kept": "keep", "suggest-sizes": "sizes"}.get(key, "new")
    asked: dict[str, Any] = {"model": model, name: state.get(key, default)}
    if name in ("new", "keep"):
        asked[name] = int(asked[name])
    if model != "keep-best":
        if session.own_data().candidates is None:
            asked["least_people"] = _least_people()
        for rule in ("require", "forbid"):
            asked[rule] = choices.held_many(f"suggest-{rule}")
        asked["per_district"] = bool(state.get("suggest-per-district", False))
    return asked


def _start(begin: Start, by_hand: tuple[str, ...]) -> None:
    """Begin to work on a question; what is forced or forbidden belongs to the plan."""
    own, current, view = session.own_data(), session.current(), session.view()
    asked, limit_s = _asked_now(), float(st.session_state.get("suggest-limit", 60))
    st.session_state[_BEGIN] = None
    if "require" in asked:
        rules = {name: asked[name] for name in ("require", "forbid")}
        current.change(replace(current.draft, **rules))
        st.session_state[_RULES] = (rules["require"], rules["forbid"])
    draft = current.draft
    try:
        if "sizes" in asked:
            asked["sizes"] = questions.sizes_of(asked["sizes"])
        if "share_pct" in asked:
            asked["share_pct"] = questions.share_of(asked["share_pct"], view.lang)
        question = Question(start=begin, by_hand=by_hand, time_limit_s=limit_s, **asked)
        start = resources.planned(view, own, question.base(draft))
        if problems := questions.out_of_range(asked, limit_s, len(start.offices)):
            raise InputError(problems)
    except InputError as error:
        st.session_state[_PROBLEM] = error.kept()
        return
    _begin(question, view)


def current_answer() -> tuple[Evaluation, Asked] | None:
    """Return the answer that could be taken now; none while it is about another question."""
    answer: Evaluation | None = st.session_state.get(_ANSWER)
    asked: Asked | None = st.session_state.get(_ASKED)
    if answer is None or asked is None or asked.key != _key_now(asked.question):
        return None
    return (answer, asked) if answers.has_sites(answer) else None


def ask_again(asked: Asked, *, require: tuple[str, ...], forbid: tuple[str, ...]) -> None:
    """Put a question again under other rules; the answer is provisional like any other."""
    for key in (_ANSWER, _PROBLEM, _OTHERS):
        st.session_state[key] = None
    _begin(replace(asked.question, require=require, forbid=forbid), session.view())


def _begin(question: Question, view: View) -> None:
    own, draft, limit_s = session.own_data(), session.current().draft, question.time_limit_s
    firm.stop()
    # Read in this run: a thread of its own knows no session.
    base = question.base(draft)
    st.session_state[_ASKED] = Asked(question, view, base, _key_now(question))
    st.session_state[_PEOPLE] = resources.coverage(view, own).people

    def work(control: Control) -> Evaluation:
        return resources.ask(question, view, own, draft, control)

    job = Job(work, resources.JOBS, limit_s, session.watcher())
    st.session_state[_JOB] = job
    job.wait(_AT_ONCE_S)


def _running(lang: Lang) -> None:
    """Show how far the proof is, and offer to stop."""
    asked: Asked = st.session_state[_ASKED]
    people = st.session_state[_PEOPLE]
    waiting.watched(
        _JOB, lang, lambda job: answers.progress_sentence(asked.question.model, job.progress, people, lang)
    )
