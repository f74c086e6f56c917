"""Above every page: where the plan of this tab is kept, and what keeps it from being kept."""

import streamlit as st

from iqgeo.app import session
from iqgeo.app.components import html
from iqgeo.errors import InputError
from iqgeo.texts import Lang, text


def keep() -> None:
    """Keep what the page has changed, and say where it is or why not."""
    session.keep()
    home, lang = session.current().home, session.view().lang
    if home.conflict is not None:
        return
    if home.fault is not None:
        _fault(home.fault, lang)
    elif home.plan_id:
        html.note(text("app.kept.bar", lang, name=home.name, version=home.number))


def _fault(fault: InputError, lang: Lang) -> None:
    for problem in fault.problems[:3]:
        html.status(html.FAILED, problem.sentence(lang))
    st.button(text("app.kept.again", lang), key="kept-again")
