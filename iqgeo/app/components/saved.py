"""Above every page: what keeps the plan of this tab from being kept, and what can be done."""

from typing import TYPE_CHECKING

import streamlit as st

from iqgeo.app import session
from iqgeo.app.components import html, library, problems
from iqgeo.app.state import Home, Past
from iqgeo.texts import Lang, later, text

if TYPE_CHECKING:
    from iqgeo.store.records import EditConflict


def notices(lang: Lang) -> None:
    """Say why the plan is not kept, and ask what to do."""
    home = session.current().home
    if home.conflict is not None:
        _conflict(home.conflict, lang)
    elif home.fault is not None:
        problems.few(home.fault, lang)
        st.button(text("app.kept.again", lang), key="kept-again")


def _conflict(conflict: "EditConflict", lang: Lang) -> None:
    """Say what somebody else changed, and ask which counts; neither is lost."""
    current = session.current()
    for problem in conflict.problems:
        html.status(html.FAILED, problem.what(lang))
    for it in conflict.theirs:
        change, at = later.said(it.change, lang) or "…", library.when(it.at, lang)
        html.note(text("app.kept.changes", lang, version=it.number, at=at, change=change))

    def copy() -> None:
        # A plan of its own: the next run keeps it under a name that is free.
        current.home = Home()

    def theirs() -> None:
        mine, plan_id = current.draft, current.home.plan_id
        session.open_plan(current, plan_id)
        if current.home.conflict is None and current.home.fault is None:
            current.past = [Past(mine)]

    with st.container(horizontal=True):
        st.button(text("app.kept.copy", lang), key="kept-copy", on_click=copy)
        st.button(text("app.kept.theirs", lang), key="kept-theirs", on_click=theirs)
