"""Choices that stay: options are keys, and only an option can be chosen.

Streamlit's widgets send the words of a choice. When these change (another language, another year), a
widget may still send the old ones, and one that is not drawn for a run forgets what was chosen. What was
chosen last is kept here, and comes back where anything else arrives.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import streamlit as st

_KEPT = "choices-kept"


def settle(key: str, options: Sequence[Any], default: Any = None) -> None:
    """Let the widget ``key`` hold one of its options: what it says, or else what was chosen last.

    Call it before the widget is drawn; ``default`` stands where nothing was chosen yet, or what was
    chosen is no option any more.
    """
    kept = st.session_state.setdefault(_KEPT, {})
    held = st.session_state.get(key)
    if key not in st.session_state or not _among(held, options):
        held = kept[key] if key in kept and _among(kept[key], options) else default
        # Only then: what is set anew takes from a form what was not sent yet.
        st.session_state[key] = held
    kept[key] = held


def settle_many(
    key: str, options: Collection[Any], default: Sequence[Any] = (), *, anew: bool = False
) -> None:
    """Let the widget ``key`` hold some of its options, see :func:`settle`.

    With ``anew`` it is told in every run: the browser draws what stands in a closed popover only when that
    is opened, and has forgotten by then what it was told before.
    """
    kept = st.session_state.setdefault(_KEPT, {})
    held = st.session_state.get(key)
    if held is None or not all(it in options for it in held):
        # A word that is no option says that the others are not to be trusted either.
        held = [it for it in kept.get(key, default) if it in options]
        st.session_state[key] = held
    elif anew:
        st.session_state[key] = list(held)
    kept[key] = list(held)


def distinct(words: Mapping[str, str], more: Callable[[str], str]) -> dict[str, str]:
    """Add ``more`` about a key where two have the same words: two towns of one name are two choices."""
    count: dict[str, int] = {}
    for it in words.values():
        count[it] = count.get(it, 0) + 1
    told = {key: it if count[it] == 1 else f"{it} ({more(key)})" for key, it in words.items()}
    if len(set(told.values())) == len(told):
        return told
    return {key: it if count[it] == 1 else f"{it} ({key})" for key, it in words.items()}


def _among(value: Any, options: Sequence[Any]) -> bool:
    return any(type(value) is type(it) and value == it for it in options)
