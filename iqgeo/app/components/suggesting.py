"""Ask for the best places: the question, the running proof, the answer with its reasons."""

import math
from typing import Any

import streamlit as st

from iqgeo.app import resources, services, session
from iqgeo.app.components import html
from iqgeo.app.jobs import Job
from iqgeo.app.state import Draft, PlannedSite, View
from iqgeo.coverage import Coverage
from iqgeo.reports.map import wording
from iqgeo.scenarios import near_optimal
from iqgeo.siting import Control
from iqgeo.suggestions import MODELS, Suggestion
from iqgeo.texts import Lang, number, plain, signed, text

_JOB, _ANSWER, _PROBLEM = "suggest-job", "suggest-answer", "suggest-problem"
_OTHERS, _TASK = "suggest-others", "suggest-task"
_ALTERNATIVES_S = 60.0
TOWN_SIZES = (5_000, 10_000, 20_000, 30_000, 50_000)
_IN_PEOPLE = ("max-cover", "full-cover", "keep-best")


def take_result() -> None:
    """Take over what a job has finished since the last run."""
    job: Job[tuple[View, Suggestion]] | None = st.session_state.get(_JOB)
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
    _question(view, start)
    if st.session_state.get(_JOB) is not None:
        _running(lang)
        return
    problem = st.session_state.get(_PROBLEM)
    if problem is not None:
        html.status(html.FAILED, problem.message(lang))
        return
    answer: tuple[View, Suggestion] | None = st.session_state.get(_ANSWER)
    if answer is not None:
        asked, suggestion = answer
        _answer(suggestion, lang)
        if suggestion.model == "max-cover" and suggestion.sites:
            _alternatives(suggestion, lang)
        if resources.computed(asked) != resources.computed(view):
            html.note(text("app.suggest.outdated", lang))


def _question(view: View, start: Coverage) -> None:
    lang, region, own = view.lang, resources.region(), session.own_data()
    model = st.selectbox(
        text("app.suggest.model", lang),
        MODELS,
        format_func=lambda it: text(f"app.suggest.model_{it}", lang),
        key="suggest-model",
    )
    with st.form("suggest", border=False):
        left, right = st.columns(2)
        amount = _amount(model, len(start.offices), lang, left)
        with right:
            least = 0
            if own.candidates is None and model != "keep-best":
                least = st.selectbox(
                    text("app.suggest.candidates", lang),
                    TOWN_SIZES,
                    index=1,
                    format_func=lambda it: text(
                        "app.suggest.towns",
                        lang,
                        people=number(it, lang),
                        count=len(services.candidates(region, own, it)),
                    ),
                    key="suggest-towns",
                )
        allowed = services.candidates(region, own, least or TOWN_SIZES[1])
        names = dict(zip(allowed["id"].astype(str), allowed["name"].astype(str), strict=True))
        draft = session.current().draft
        force = [site.id for site in draft.added if site.id in names]
        require: list[str] = []
        forbid: list[str] = []
        if model != "keep-best":
            require = _towns("require", names, draft.require, lang)
            forbid = _towns("forbid", names, draft.forbid, lang)
            if force and st.checkbox(text("app.suggest.keep_plan", lang), key="suggest-keep"):
                require = list(dict.fromkeys([*require, *force]))
        limit_s = st.number_input(
            text("app.suggest.limit", lang),
            min_value=5,
            max_value=3600,
            value=60,
            step=5,
            key="suggest-limit",
        )
        if st.form_submit_button(
            text("app.suggest.ask", lang), type="primary", disabled=st.session_state.get(_JOB) is not None
        ):
            _start(view, model, amount, least, tuple(require), tuple(forbid), float(limit_s))
            st.rerun()


def _towns(name: str, names: dict[str, str], before: tuple[str, ...], lang: Lang) -> list[str]:
    """Ask for towns that must, or must not, be chosen."""
    return st.multiselect(
        text(f"app.suggest.{name}", lang),
        list(names),
        default=[it for it in before if it in names],
        format_func=lambda key: names[key],
        key=f"suggest-{name}",
        placeholder=text("app.suggest.none", lang),
    )


def _amount(model: str, offices: int, lang: Lang, place: Any) -> float:
    """Ask how many offices, or which share."""
    with place:
        if model == "full-cover":
            return float(
                st.number_input(
                    text("app.suggest.share", lang), min_value=1.0, max_value=100.0, value=95.0, step=1.0,
                    key="suggest-share", format="%g",
                )
            )  # fmt: skip
        if model == "keep-best":
            return float(
                st.number_input(
                    text("app.suggest.keep", lang), min_value=0, max_value=max(offices, 1),
                    value=max(offices - 1, 0),                     key="suggest-kept",
                )
            )  # fmt: skip
        return float(
            st.number_input(
                text("app.suggest.new", lang), min_value=1, max_value=30, value=4, key="suggest-new"
            )
        )


def _start(
    view: View, model: str, amount: float, least: int, require: tuple[str, ...], forbid: tuple[str, ...],
    limit_s: float,
) -> None:  # fmt: skip
    own = session.own_data()
    region, closed = resources.region(), session.current().draft.closed
    start = resources.planned(view, own, Draft(closed=closed if model != "keep-best" else ()))
    task = services.siting_task(region, start, own, least or TOWN_SIZES[1], require=require, forbid=forbid)

    def work(control: Control) -> tuple[View, Suggestion]:
        asked = (
            {"share_pct": amount}
            if model == "full-cover"
            else {"keep" if model == "keep-best" else "new": int(amount)}
        )
        return view, task.solve(model, control=control, **asked)

    st.session_state[_ANSWER] = None
    st.session_state[_PROBLEM] = None
    st.session_state[_OTHERS] = None
    st.session_state[_TASK] = task
    st.session_state[_JOB] = Job(work, resources.SOLVER, limit_s)


@st.fragment(run_every=1.0)
def _running(lang: Lang) -> None:
    """Show how far the proof is, and offer to stop."""
    job: Job[tuple[View, Suggestion]] | None = st.session_state.get(_JOB)
    if job is None or not job.running:
        st.rerun()
    job.seen()
    html.status(html.RUNNING, _progress(job, lang))
    if st.button(text("app.suggest.stop", lang), key="suggest-stop", disabled=job.cancelled):
        job.stop()


def _progress(job: Job[tuple[View, Suggestion]], lang: Lang) -> str:
    if job.waiting:
        return text("app.suggest.waiting", lang)
    progress = job.progress
    if progress is None or not math.isfinite(progress.found):
        return text("app.suggest.running", lang)
    return text(
        "app.suggest.running_found",
        lang,
        found=number(progress.found, lang),
        bound=number(progress.bound, lang),
        gap=number(100 * progress.gap, lang, 1) if math.isfinite(progress.gap) else "–",
        seconds=number(progress.seconds, lang, 0),
    )


def _answer(it: Suggestion, lang: Lang) -> None:
    """Show an answer: how sure it is, the places with their reasons, and what to do with it."""
    html.status(*verdict(it, lang))
    if not it.sites:
        return
    _places(it, lang)
    if st.button(text("app.suggest.adopt", lang), key="suggest-adopt", type="primary"):
        current = session.current()
        current.change(_as_draft(it, current.draft))
        current.trial = None
        st.rerun()


def _alternatives(best: Suggestion, lang: Lang) -> None:
    """Offer choices that bring nearly as much: several good ones, so that other reasons can decide."""
    if st.button(text("app.suggest.alternatives", lang), key="suggest-alternatives"):
        task = st.session_state[_TASK]
        new = len(best.sites)

        def work(control: Control) -> tuple[Suggestion, ...]:
            return near_optimal(task, new, control=control)

        st.session_state[_OTHERS] = Job(work, resources.SOLVER, _ALTERNATIVES_S)
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


@st.fragment(run_every=1.0)
def _wait_for_alternatives(lang: Lang) -> None:
    job: Job[tuple[Suggestion, ...]] | None = st.session_state.get(_OTHERS)
    if job is None or not job.running:
        st.rerun()
    job.seen()
    html.status(html.RUNNING, text("app.suggest.waiting" if job.waiting else "app.suggest.running", lang))
    if st.button(text("app.suggest.stop", lang), key="suggest-alternatives-stop", disabled=job.cancelled):
        job.stop()


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
        current = session.current()
        current.change(_as_draft(others[chosen], current.draft))
        st.rerun()


def _names(it: Suggestion) -> str:
    return ", ".join(site.name for site in it.sites)


def _as_draft(it: Suggestion, draft: Draft) -> Draft:
    if it.model == "keep-best":
        kept = {site.id for site in it.sites}
        return Draft(
            draft.name, (), tuple(key for key in it.before.offices["id"].astype(str) if key not in kept)
        )
    added = tuple(PlannedSite(site.id, site.name, site.lon, site.lat) for site in it.sites)
    return Draft(draft.name, added, draft.closed, draft.require, draft.forbid)


def verdict(it: Suggestion, lang: Lang) -> tuple[str, str]:
    """Say how sure an answer is: the kind of bar, and the sentence."""
    count = wording.count_word(len(it.sites), lang)
    seconds = number(it.seconds, lang, 1)
    if it.status == "infeasible" or (it.model == "full-cover" and not it.goal_met):
        return html.FAILED, _infeasible(it, lang)
    if it.status == "optimal":
        key = f"app.suggest.optimal_{it.model}"
        return html.DONE, text(key, lang, count=count, candidates=it.candidates, seconds=seconds)
    return html.OPEN, text("app.suggest.feasible", lang, gap=number(100 * it.gap, lang, 1), seconds=seconds)


def _infeasible(it: Suggestion, lang: Lang) -> str:
    """Say who stays out even with every town allowed, and what would help."""
    worst = it.unreachable.groupby("district_ags")["people"].sum().sort_values(ascending=False, kind="stable")
    names = it.before.district_names
    sentence = text(
        "app.suggest.infeasible",
        lang,
        candidates=it.candidates,
        people=number(it.unreachable_people, lang),
        target=plain(it.before.target_km, lang),
        district=", ".join(names.get(str(ags), str(ags)) for ags in worst.index[:2]) or "–",
    )
    if not math.isfinite(it.smallest_target_km):
        return f"{sentence} {text('app.suggest.infeasible_never', lang)}"
    smallest = number(math.ceil(10 * it.smallest_target_km) / 10, lang, 1)
    return f"{sentence} {text('app.suggest.infeasible_target', lang, smallest=smallest)}"


def _places(it: Suggestion, lang: Lang) -> None:
    in_people = it.model in _IN_PEOPLE
    names = it.before.district_names
    head = [text(f"app.suggest.{key}", lang) for key in ("place", "gain" if in_people else "gain_km")]
    reasons = in_people and it.model != "keep-best"
    if reasons:
        head += [text(f"app.suggest.{key}", lang) for key in ("helps", "runner_up", "loss")]
    rows = []
    for rank, site in enumerate(it.sites, start=1):
        row = [f"{rank} **{site.name}**", signed(site.gain, lang)]
        if reasons:
            helped = ", ".join(names.get(ags, ags) for ags, _ in site.districts[:2])
            row += [helped, site.runner_up or "–", signed(-site.runner_up_loss, lang)]
        rows.append(row)
    if in_people and it.model != "keep-best":
        total = it.after.covered - it.before.covered
        rows.append([f"**{text('app.suggest.total', lang)}**", f"**{signed(total, lang)}**", "", "", ""])
    html.table(head, rows, figures=(1, 4) if reasons else (1,), caption=text("app.suggest.caption", lang))
    if it.closed:
        html.note(text("app.suggest.closes", lang, names=", ".join(it.closed)))
    if reasons:
        html.note(text("app.suggest.runner_up_note", lang))
    html.note(
        text(
            "app.suggest.before_after",
            lang,
            before=number(100 * it.before.share, lang, 1),
            after=number(100 * it.after.share, lang, 1),
        )
    )
