"""Choices that bring nearly as much as the best one: several good ones, so that other reasons can decide."""

from typing import Final

import streamlit as st

from iqgeo.app import resources, session
from iqgeo.app.components import answers, choices, html, presses, waiting
from iqgeo.app.jobs import Job
from iqgeo.app.state import Draft
from iqgeo.choices import Suggestion
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.scenarios import MOST_ALTERNATIVES, near_optimal
from iqgeo.siting import Control
from iqgeo.texts import Lang, in_hundred, signed, text

OTHERS: Final = "suggest-others"
_LIMIT_S: Final = 60.0


def show(answer: Evaluation, base: Draft, lang: Lang) -> None:
    """Offer choices that bring nearly as much: several good ones, so that other reasons can decide."""
    best, task = answer.suggestions[-1], answer.task
    assert best is not None
    assert task is not None
    if presses.pressed(text("app.suggest.alternatives", lang), key="suggest-alternatives"):
        new = len(best.sites)

        def work(control: Control) -> tuple[Suggestion, ...]:
            return near_optimal(task, new, control=control)

        st.session_state[OTHERS] = Job(work, resources.JOBS, _LIMIT_S, session.watcher())
        st.rerun()
    job: Job[tuple[Suggestion, ...]] | None = st.session_state.get(OTHERS)
    if job is None:
        return
    if job.running:
        waiting.watched(OTHERS, lang)
        return
    if job.fault is not None:
        raise job.fault
    _show(best, (job.result or ())[1:], base, lang)


def _show(best: Suggestion, others: tuple[Suggestion, ...], base: Draft, lang: Lang) -> None:
    if not others:
        html.status(html.DONE, text("app.suggest.alternatives_none", lang))
        return
    rows = []
    for number_, it in enumerate(others, start=1):
        less = signed(it.after.covered - best.after.covered, lang)
        rows.append([f"{number_} {_names(it)}", in_hundred(it.after.share, lang), less])
    head = [text(f"app.suggest.alternative_{key}", lang) for key in ("places", "share", "less")]
    html.table(head, rows, figures=(1, 2), caption=text("app.suggest.alternatives_title", lang))
    html.note(text("app.suggest.alternatives_note", lang))
    if len(others) >= MOST_ALTERNATIVES:
        html.note(text("suggestions.more_alternatives", lang, count=MOST_ALTERNATIVES))
    called = [f"{at} {_names(it)}" for at, it in enumerate(others, start=1)]
    chosen = st.selectbox(
        text("app.suggest.take_alternative", lang),
        **choices.one("suggest-alternative", range(len(others)), called.__getitem__, 0),
    )
    take = text("app.suggest.take_alternative_button", lang)
    if presses.pressed(take, key="suggest-alternative-take", of=_names(others[chosen])):
        answers.take_alternative(others[chosen], base)
        st.rerun()


def _names(it: Suggestion) -> str:
    return ", ".join(site.name for site in it.sites)
