"""Buttons of which no press is lost.

Streamlit forgets a press where something else happens on the page before its run has come to the button: a
map says what it shows, another control is used, a run begins anew. A press is noted here when it arrives, and
holds until a run has come to the button; where the whole page was shown without it, it is let go of.
"""

from typing import Any

import streamlit as st

_NOTED = "presses-noted"


def pressed(label: str, *, key: str, of: object = None, **options: Any) -> bool:
    """Show a button; whether it was pressed.

    Parameters
    ----------
    label : str
        What stands on it.
    key : str
        Its key.
    of : object
        What it acts on, if its key and label do not say so: a press on one thing is none on another.
        Nothing that arrives together with the press, as a text does that was just written.
    **options : Any
        As ``st.button`` takes them.

    Returns
    -------
    bool
        Once for every press.
    """
    st.button(label, key=key, on_click=_note, args=(key, (label, of)), **options)
    return _was_pressed(key, (label, of))


def submitted(label: str, *, key: str, of: object = None, **options: Any) -> bool:
    """Show the button that sends a form; whether it was pressed, see :func:`pressed`."""
    st.form_submit_button(label, key=key, on_click=_note, args=(key, (label, of)), **options)
    return _was_pressed(key, (label, of))


def let_go() -> None:
    """Forget what was pressed and is not there any more; to be called when a whole page was shown."""
    st.session_state.pop(_NOTED, None)


def _note(key: str, meant: tuple[str, object]) -> None:
    st.session_state.setdefault(_NOTED, {})[key] = meant


def _was_pressed(key: str, meant: tuple[str, object]) -> bool:
    noted = st.session_state.get(_NOTED, {})
    return key in noted and noted.pop(key) == meant
