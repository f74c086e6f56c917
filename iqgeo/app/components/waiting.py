"""Long work of a tab on its page: shown and stopped while it runs, taken over when it is done."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from iqgeo.app.components import html, presses
from iqgeo.app.jobs import Job
from iqgeo.texts import Lang, text


def take_over(job_key: str, result_key: str, problem_key: str) -> None:
    """Put what a job has finished since the last run where the page looks for it.

    A fault of ours is raised here, where the page is made.
    """
    job: Job[Any] | None = st.session_state.get(job_key)
    if job is None or job.running:
        return
    st.session_state[job_key] = None
    st.session_state[problem_key] = job.problem
    if job.fault is not None:
        raise job.fault
    if job.result is not None:
        st.session_state[result_key] = job.result


@st.fragment(run_every=1.0)
def watched(key: str, lang: Lang, sentence: Callable[[Job[Any]], str] | None = None) -> None:
    """Show a running job and offer to stop it; a finished one is taken over by the next run."""
    job: Job[Any] | None = st.session_state.get(key)
    if job is None or not job.running:
        st.rerun()
    if job.waiting:
        words = text("app.suggest.waiting", lang)
    else:
        words = text("app.suggest.running", lang) if sentence is None else sentence(job)
    html.status(html.RUNNING, words)
    if presses.pressed(text("app.suggest.stop", lang), key=f"{key}-stop", disabled=job.cancelled):
        job.stop()
