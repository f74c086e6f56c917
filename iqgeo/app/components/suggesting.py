"""Ask for the best places: the question, the running proof, the answer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from iqgeo.app import questions, resources, services, session
from iqgeo.app.components import answers, html
from iqgeo.app.jobs import Job
from iqgeo.app.questions import MOST_NEW, QUESTIONS, STAGES, Answer, Question
from iqgeo.app.state import Draft, View
from iqgeo.choices import Suggestion
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.scenarios import near_optimal
from iqgeo.siting import Control
from iqgeo.texts import Lang, number, signed, text

_JOB, _ANSWER, _PROBLEM = "suggest-job", "suggest-answer", "suggest-problem"
_OTHERS, _TASK, _ASKED = "suggest-others", "suggest-task", "suggest-asked"
_RULES = "suggest-rules"
_ALTERNATIVES_S = 60.0
TOWN_SIZES = (5_000, 10_000, 20_000, 30_000, 50_000)


def take_result() -> None:
    """Take over what a job has finished since the last run."""
    job: Job[tuple[View, Answer]] | None = st.session_state.get(_JOB)
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
    share = number(100 * start.share, lang, 1) if start.people else "–"
    html.section(
        text("app.suggest.title", lang),
        text("app.suggest.start", lang, offices=len(start.offices), share=share),
    )
    _ask(view, start)
    if st.session_state.get(_JOB) is not None:
        _running(lang)
        return
    problem = st.session_state.get(_PROBLEM)
    if problem is not None:
        html.status(html.FAILED, problem.message(lang))
        return
    answer: tuple[View, Answer] | None = st.session_state.get(_ANSWER)
    if answer is None:
        return
    asked, found = answer
    answers.show(found, lang)
    if _has_sites(found) and st.button(text("app.suggest.adopt", lang), key="suggest-adopt", type="primary"):
        answers.take(found)
        st.rerun()
    if isinstance(found, Suggestion) and found.model == "max-cover" and found.sites:
        _alternatives(found, lang)
    if resources.computed(asked) != resources.computed(view):
        html.note(text("app.suggest.outdated", lang))


def _has_sites(answer: Answer) -> bool:
    if isinstance(answer, Suggestion):
        return bool(answer.sites or answer.closed)
    return any(stage.sites for stage in answer.stages)


def _ask(view: View, start: Coverage) -> None:
    """Show the form of a question, and start to work on it."""
    lang, own = view.lang, session.own_data()
    model = st.selectbox(
        text("app.suggest.model", lang), QUESTIONS, key="suggest-model",
        format_func=lambda it: text(f"app.suggest.model_{it}", lang),
    )  # fmt: skip
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
            text("app.suggest.limit", lang), min_value=5, max_value=3600, value=60, step=5,
            key="suggest-limit",
        )  # fmt: skip
        busy = st.session_state.get(_JOB) is not None
        if st.form_submit_button(text("app.suggest.ask", lang), type="primary", disabled=busy):
            _start(view, model, asked, float(limit_s))
            st.rerun()


def _amount(model: str, offices: int, lang: Lang) -> dict[str, Any]:
    """Ask how many offices, or which share."""
    if model == STAGES:
        help_ = text("app.suggest.sizes_help", lang, most=MOST_NEW)
        return {
            "sizes": st.text_input(
                text("app.suggest.sizes", lang), value="2, 2", key="suggest-sizes", help=help_
            )
        }
    if model == "full-cover":
        share = st.number_input(
            text("app.suggest.share", lang), min_value=1.0, max_value=100.0, value=95.0, step=1.0,
            key="suggest-share", format="%g",
        )  # fmt: skip
        return {"share_pct": float(share)}
    if model == "keep-best":
        kept = st.number_input(
            text("app.suggest.keep", lang), min_value=0, max_value=max(offices, 1), value=max(offices - 1, 0),
            key="suggest-kept",
        )  # fmt: skip
        return {"keep": int(kept)}
    new = st.number_input(
        text("app.suggest.new", lang), min_value=1, max_value=MOST_NEW, value=4, key="suggest-new"
    )
    return {"new": int(new)}


def _town_size(lang: Lang) -> int:
    """Ask from which size a town may get an office."""
    least: int = st.selectbox(
        text("app.suggest.candidates", lang), TOWN_SIZES, index=1, key="suggest-towns",
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
    names = dict(zip(allowed["id"].astype(str), allowed["name"].astype(str), strict=True))
    if st.session_state.get(_RULES) != (draft.require, draft.forbid):
        # Set on the map or taken back since: the fields follow.
        st.session_state[_RULES] = (draft.require, draft.forbid)
        for name, keys in (("require", draft.require), ("forbid", draft.forbid)):
            st.session_state[f"suggest-{name}"] = [it for it in keys if it in names]
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
    in_plan = [site.id for site in draft.added if site.id in names]
    if in_plan and st.checkbox(text("app.suggest.keep_plan", lang), key="suggest-keep"):
        asked["in_plan"] = tuple(in_plan)
    return asked


def _start(view: View, model: str, asked: dict[str, Any], limit_s: float) -> None:
    """Begin to work on a question; what is forced or forbidden belongs to the plan."""
    own, current = session.own_data(), session.current()
    for key in (_ANSWER, _PROBLEM, _OTHERS):
        st.session_state[key] = None
    in_plan = asked.pop("in_plan", ())
    if "require" in asked:
        rules = {name: asked[name] for name in ("require", "forbid")}
        current.change(replace(current.draft, **rules))
        st.session_state[_RULES] = (rules["require"], rules["forbid"])
        asked["require"] = tuple(dict.fromkeys([*rules["require"], *in_plan]))
    try:
        if "sizes" in asked:
            asked["sizes"] = questions.sizes_of(asked["sizes"])
    except InputError as error:
        st.session_state[_PROBLEM] = error
        return
    question = Question(model=model, **asked)
    closed = () if model == "keep-best" else current.draft.closed
    task = question.task(resources.region(), resources.planned(view, own, Draft(closed=closed)), own)

    def work(control: Control) -> tuple[View, Answer]:
        return view, question.solve(task, control)

    st.session_state[_TASK], st.session_state[_ASKED] = task, question
    st.session_state[_JOB] = Job(work, resources.SOLVER, limit_s, session.watcher())


@st.fragment(run_every=1.0)
def _running(lang: Lang) -> None:
    """Show how far the proof is, and offer to stop."""
    asked: Question = st.session_state[_ASKED]
    people = st.session_state[_TASK].start.people
    _watched(_JOB, lang, lambda job: answers.progress_sentence(asked.model, job.progress, people, lang))


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


def _alternatives(best: Suggestion, lang: Lang) -> None:
    """Offer choices that bring nearly as much: several good ones, so that other reasons can decide."""
    if st.button(text("app.suggest.alternatives", lang), key="suggest-alternatives"):
        task = st.session_state[_TASK]
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
    chosen = st.selectbox(
        text("app.suggest.take_alternative", lang),
        range(len(others)),
        format_func=lambda it: f"{it + 1} {_names(others[it])}",
        key="suggest-alternative",
    )
    if st.button(text("app.suggest.take_alternative_button", lang), key="suggest-alternative-take"):
        answers.take(others[chosen])
        st.rerun()


def _names(it: Suggestion) -> str:
    return ", ".join(site.name for site in it.sites)
