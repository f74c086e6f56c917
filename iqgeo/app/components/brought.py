"""Files that people bring: handed over by streamlit, and let go of when no page of the tab shows them.

Streamlit keeps what was brought until the session ends, whatever is shown since: twenty files of fifty
megabytes looked at one after the other would be a gigabyte of the server's memory.
"""

from collections.abc import Sequence
from typing import Final, Literal

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

_HELD: Final = "iqgeo_brought"
_SHOWN: Final = "iqgeo_brought_shown"


def file(
    label: str,
    endings: Sequence[str],
    key: str,
    *,
    note: str | None = None,
    label_visibility: Literal["visible", "hidden", "collapsed"] = "visible",
) -> UploadedFile | None:
    """Let a file be brought; ``None`` until there is one.

    Without ``endings`` any may come: what reads it says what it is, in the language of the page.
    """
    kinds = list(endings) or None
    given = st.file_uploader(label, type=kinds, key=key, help=note, label_visibility=label_visibility)
    if given is not None:
        for name in (_HELD, _SHOWN):
            st.session_state.setdefault(name, set()).add(given.file_id)
    return given


def begin() -> None:
    """Nothing is shown yet in this run of a page."""
    st.session_state[_SHOWN] = set()


def let_go() -> None:
    """Take from streamlit what was shown before and is not shown any more."""
    shown = st.session_state[_SHOWN]
    run = get_script_run_ctx()
    if run is not None and isinstance(run.uploaded_file_mgr, MemoryUploadedFileManager):
        for gone in st.session_state.get(_HELD, set()) - shown:
            run.uploaded_file_mgr.remove_file(run.session_id, gone)
    st.session_state[_HELD] = shown
