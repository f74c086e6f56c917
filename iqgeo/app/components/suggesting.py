"""Ask for the best places: the question, the running proof, the answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from iqgeo.app import questions, resources, services, session
from iqgeo.app.components import answers, choices, html
from iqgeo.app.jobs import Job
from iqgeo.app.questions import MOST_NEW, QUESTIONS, STAGES, STARTS, Question, Start
from iqgeo.app.state import Draft, View
from iqgeo.choices import Suggestion
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.scenarios import MOST_ALTERNATIVES, near_optimal
from iqgeo.siting import Control
from iqgeo.suggestions import DEFAULT_NEW
from iqgeo.texts import Lang, number, signed, text

_JOB, _ANSWER, _PROBLEM = "suggest-job", "suggest-answer", "suggest-problem"
_OTHERS, _ASKED, _PEOPLE = "suggest-others", "suggest-asked", "suggest-people"
_RULES, _START = "suggest-rules", "suggest-start"
_ALTERNATIVES_S = 60.0
TOWN_SIZES = (5_000, 10_000, 20_000, 30_000, 50_000)


@dataclass(frozen=True)
class Asked:
    """A question as it was put: the view, the plan it is added to, and the key of both."""

    question: Question
    view: View
    base: Draft
    key: str


def take_result() -> None:
    """Take over what a job has finished since the last run."""
    job: Job[Evaluation] | None = st.session_state.get(_JOB)
    if job is None or job.running:
        return
    st.session_state[_JOB] = None
    st.session_state[_PROBLEM] = job.problem
    if job.fault is not None:
        raise job.fault
    if job.result is not None:
        st.session_state[_ANSWER] = job.result


def show(view: View, start: Coverage) -> None:
    """Show the question, and its answer or how far it is."""
    lang = view.lang
    html.section(text("app.suggest.title", lang))
    model = _ask(view, start)
    if st.session_state.get(_JOB) is not None:
        _running(lang)
        return
    problem = st.session_state.get(_PROBLEM)
    if problem is not None:
        html.status(html.FAILED, problem.message(lang))
        return
    answer: Evaluation | None = st.session_state.get(_ANSWER)
    asked: Asked | None = st.session_state.get(_ASKED)
    if answer is None or asked is None:
        return
    # An answer to another question claims nothing about this one and cannot be taken.
    stale = asked.question.model != model or asked.key != _key_now(asked.question)
    if stale:
        html.status(html.RUNNING, text("app.suggest.outdated", lang))
    answers.show(answer, lang, stale=stale)
    if answers.has_sites(answer) and st.button(
        text("app.suggest.adopt", lang), key="suggest-adopt", type="primary", disabled=stale
    ):
        answers.take(answer, asked.base)
        # Taken, it is part of the plan: as an answer it would be about the plan before.
        st.session_state[_ANSWER] = None
        st.rerun()
    found = answer.suggestions[-1]
    if found is not None and found.model == "max-cover" and found.sites and not stale:
        _alternatives(answer, lang)


def _key_now(question: Question) -> str:
    """The key of the scenario that the question would be put to now."""
    view, own = session.view(), session.own_data()
    draft = question.base(session.current().draft)
    return f"{resources.evaluation(view, own, draft).scenario.key} {own.key}"


def _ask(view: View, start: Coverage) -> str:
    """Show the form of a question, and start to work on it. Returns the model that is chosen."""
    lang, own = view.lang, session.own_data()
    choices.settle("suggest-model", QUESTIONS, QUESTIONS[0])
    model: str = st.selectbox(
        text("app.suggest.model", lang), QUESTIONS, key="suggest-model",
        format_func=lambda it: text(f"app.suggest.model_{it}", lang),
    )  # fmt: skip
    begin = _start_choice(view)
    with st.form("suggest", border=False):
        left, right = st.columns(2)
        with left:
            asked = _amount(model, len(start.offices), lang)
        if model != "keep-best":
            if own.candidates is None:
                with right:
                    asked["least_people"] = _town_size(lang)
            asked |= _rules(asked.get("least_people", TOWN_SIZES[1]), lang)
        limit_s = st.number_input(
            text("app.suggest.limit", lang), value=60, step=5,
            key="suggest-limit",
        )  # fmt: skip
        busy = st.session_state.get(_JOB) is not None
        if st.form_submit_button(text("app.suggest.ask", lang), type="primary", disabled=busy):
            _start(view, model, begin, asked, float(limit_s))
            st.rerun()
    return model


def _start_choice(view: View) -> Start:
    """Ask whether the answer is added to the plan or begins anew, and say what it starts from."""
    lang, own, draft = view.lang, session.own_data(), session.current().draft
    begin: Start = STARTS[0]
    if not draft.is_empty:
        choices.settle(_START, STARTS, STARTS[0])
        begin = st.radio(
            text("app.suggest.begin", lang), STARTS, key=_START, horizontal=True,
            format_func=lambda it: text(f"app.suggest.begin_{it}", lang),
        )  # fmt: skip
    shown = resources.planned(view, own, draft if begin == "plan" else Draft())
    share = number(100 * shown.share, lang, 1) if shown.people else "–"
    html.note(text("app.suggest.start", lang, offices=len(shown.offices), share=share))
    return begin


def _amount(model: str, offices: int, lang: Lang) -> dict[str, Any]:
    """Ask how many offices, or which share.

    The fields take any number: Streamlit colours one it does not take and says nothing.
    """
    if model == STAGES:
        help_ = text("app.suggest.sizes_help", lang, most=MOST_NEW)
        return {
            "sizes": st.text_input(
                text("app.suggest.sizes", lang), value="2, 2", key="suggest-sizes", help=help_
            )
        }
    if model == "full-cover":
        share = st.number_input(
            text("app.suggest.share", lang), value=95.0, step=1.0,
            key="suggest-share", format="%g",
        )  # fmt: skip
        return {"share_pct": float(share)}
    if model == "keep-best":
        kept = st.number_input(text("app.suggest.keep", lang), value=max(offices - 1, 0), key="suggest-kept")
        return {"keep": int(kept)}
    new = st.number_input(text("app.suggest.new", lang), value=DEFAULT_NEW, key="suggest-new")
    return {"new": int(new)}


def _town_size(lang: Lang) -> int:
    """Ask from which size a town may get an office."""
    choices.settle("suggest-towns", TOWN_SIZES, TOWN_SIZES[1])
    least: int = st.selectbox(
        text("app.suggest.candidates", lang), TOWN_SIZES, key="suggest-towns",
        format_func=lambda it: text(
            "app.suggest.towns",
            lang,
            people=number(it, lang),
            count=resources.town_count(it),
        ),
    )  # fmt: skip
    return least


def _rules(least_people: int, lang: Lang) -> dict[str, Any]:
    """Ask which towns must, or must not, be chosen; a click on the map says the same."""
    draft = session.current().draft
    allowed = services.candidates(
        resources.region(), session.own_data(), least_people, also=(*draft.require, *draft.forbid)
    )
    names = choices.distinct(
        dict(zip(allowed["id"].astype(str), allowed["name"].astype(str), strict=True)), str
    )
    if st.session_state.get(_RULES) != (draft.require, draft.forbid):
        # Set on the map or taken back since: the fields follow.
        st.session_state[_RULES] = (draft.require, draft.forbid)
        for name, keys in (("require", draft.require), ("forbid", draft.forbid)):
            st.session_state[f"suggest-{name}"] = [it for it in keys if it in names]
    for name in ("require", "forbid"):
        choices.settle_many(f"suggest-{name}", names)
    chosen = {
        name: tuple(
            st.multiselect(
                text(f"app.suggest.{name}", lang), list(names), format_func=lambda key: names[key],
                key=f"suggest-{name}", placeholder=text("app.suggest.none", lang),
            )
        )
        for name in ("require", "forbid")
    }  # fmt: skip
    asked: dict[str, Any] = dict(chosen)
    asked["per_district"] = st.checkbox(text("app.suggest.per_district", lang), key="suggest-per-district")
    return asked


def _start(view: View, model: str, begin: Start, asked: dict[str, Any], limit_s: float) -> None:
    """Begin to work on a question; what is forced or forbidden belongs to the plan."""
    own, current = session.own_data(), session.current()
    for key in (_ANSWER, _PROBLEM, _OTHERS):
        st.session_state[key] = None
    if "require" in asked:
        rules = {name: asked[name] for name in ("require", "forbid")}
        current.change(replace(current.draft, **rules))
        st.session_state[_RULES] = (rules["require"], rules["forbid"])
    start = resources.planned(view, own, current.draft if begin == "plan" else Draft())
    try:
        if "sizes" in asked:
            asked["sizes"] = questions.sizes_of(asked["sizes"])
        if problems := questions.out_of_range(asked, limit_s, len(start.offices)):
            raise InputError(problems)
    except InputError as error:
        st.session_state[_PROBLEM] = error
        return
    question = Question(model=model, start=begin, time_limit_s=limit_s, **asked)
    draft = current.draft
    # Read in this run: a thread of its own knows no session.
    base = question.base(draft)
    st.session_state[_ASKED] = Asked(question, view, base, _key_now(question))
    st.session_state[_PEOPLE] = resources.coverage(view, own).people

    def work(control: Control) -> Evaluation:
        return resources.ask(question, view, own, draft, control)

    st.session_state[_JOB] = Job(work, resources.SOLVER, limit_s, session.watcher())


@st.fragment(run_every=1.0)
def _running(lang: Lang) -> None:
    """Show how far the proof is, and offer to stop."""
    asked: Asked = st.session_state[_ASKED]
    people = st.session_state[_PEOPLE]
    _watched(
        _JOB, lang, lambda job: answers.progress_sentence(asked.question.model, job.progress, people, lang)
    )


@st.fragment(run_every=1.0)
def _wait_for_alternatives(lang: Lang) -> None:
    _watched(_OTHERS, lang, lambda _: text("app.suggest.running", lang))


def _watched(key: str, lang: Lang, sentence: Callable[[Job[Any]], str]) -> None:
    """Show a running job and offer to stop it; a finished one is taken over by the next run."""
    job: Job[Any] | None = st.session_state.get(key)
    if job is None or not job.running:
        st.rerun()
    html.status(html.RUNNING, text("app.suggest.waiting", lang) if job.waiting else sentence(job))
    if st.button(text("app.suggest.stop", lang), key=f"{key}-stop", disabled=job.cancelled):
        job.stop()


def _alternatives(answer: Evaluation, lang: Lang) -> None:
    """Offer choices that bring nearly as much: several good ones, so that other reasons can decide."""
    best, task = answer.suggestions[-1], answer.task
    assert best is not None
    assert task is not None
    if st.button(text("app.suggest.alternatives", lang), key="suggest-alternatives"):
        new = len(best.sites)

        def work(control: Control) -> tuple[Suggestion, ...]:
            return near_optimal(task, new, control=control)

        st.session_state[_OTHERS] = Job(work, resources.SOLVER, _ALTERNATIVES_S, session.watcher())
        st.rerun()
    job: Job[tuple[Suggestion, ...]] | None = st.session_state.get(_OTHERS)
    if job is None:
        return
    if job.running:
        _wait_for_alternatives(lang)
        return
    if job.fault is not None:
        raise job.fault
    _show_alternatives(best, (job.result or ())[1:], lang)


def _show_alternatives(best: Suggestion, others: tuple[Suggestion, ...], lang: Lang) -> None:
    if not others:
        html.status(html.DONE, text("app.suggest.alternatives_none", lang))
        return
    rows = []
    for number_, it in enumerate(others, start=1):
        less = signed(it.after.covered - best.after.covered, lang)
        rows.append([f"{number_} {_names(it)}", number(100 * it.after.share, lang, 1), less])
    head = [text(f"app.suggest.alternative_{key}", lang) for key in ("places", "share", "less")]
    html.table(head, rows, figures=(1, 2), caption=text("app.suggest.alternatives_title", lang))
    html.note(text("app.suggest.alternatives_note", lang))
    if len(others) >= MOST_ALTERNATIVES:
        html.note(text("suggestions.more_alternatives", lang, count=MOST_ALTERNATIVES))
    choices.settle("suggest-alternative", range(len(others)), 0)
    chosen = st.selectbox(
        text("app.suggest.take_alternative", lang),
        range(len(others)),
        format_func=lambda it: f"{it + 1} {_names(others[it])}",
        key="suggest-alternative",
    )
    if st.button(text("app.suggest.take_alternative_button", lang), key="suggest-alternative-take"):
        asked: Asked = st.session_state[_ASKED]
        answers.take_alternative(others[chosen], asked.base)
        st.rerun()


def _names(it: Suggestion) -> str:
    return ", ".join(site.name for site in it.sites)
