"""The session of this browser tab: read from the address once, written back to it after every change."""

from collections.abc import Callable

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from iqgeo.app import resources
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Session, View, view_from_query, view_to_query
from iqgeo.app.uploads import SessionFolder

_SESSION, _OWN, _FOLDER = "iqgeo_session", "iqgeo_own_data", "iqgeo_folder"


def current() -> Session:
    """Return the session of this tab."""
    if _SESSION not in st.session_state:
        view, refused = view_from_query(st.query_params.to_dict(), resources.region())
        st.session_state[_SESSION] = Session(view=view, refused=refused)
    session: Session = st.session_state[_SESSION]
    return session


def view() -> View:
    """Return what is looked at."""
    return current().view


def own_data() -> OwnData:
    """Return the user's own data, or the embedded."""
    data: OwnData = st.session_state.get(_OWN, EMBEDDED)
    return data


def replace_data(data: OwnData) -> None:
    """Put the user's data in place of what was used before."""
    st.session_state[_OWN] = data


def folder() -> SessionFolder:
    """Return the folder of this tab for what is read from disk only: road networks."""
    made: SessionFolder = st.session_state.setdefault(_FOLDER, SessionFolder())
    return made


def watcher() -> Callable[[], bool]:
    """Return what tells, from any thread, whether this tab is still open, whatever page it shows."""
    context = get_script_run_ctx()
    session_id = context.session_id if context is not None else ""

    def is_open() -> bool:
        # Without a server (pages run in process) there is no tab that could be closed.
        return not runtime.exists() or bool(runtime.get_instance().is_active_session(session_id))

    return is_open


def write_address() -> None:
    """Let the address of the page say what is looked at, so that it can be sent to others."""
    wanted = view_to_query(view(), resources.region())
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
