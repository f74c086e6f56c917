"""A step back: of the plan, of the settings, and to what was discarded."""

import streamlit as st

from iqgeo.app import session
from iqgeo.app.components.frame import PANEL


def undo(*, discarded: bool = True) -> None:
    """Take back the last step of this tab, from a callback; what comes back is in view.

    ``discarded`` is whether the page could show what was only tried or suggested.
    """
    current = session.current()
    tried = current.trial
    shown = current.undo(discarded=discarded)
    if current.trial is not None and current.trial != tried:
        st.session_state[PANEL] = "ask"
    for key, held in shown.items():
        st.session_state[key] = held
