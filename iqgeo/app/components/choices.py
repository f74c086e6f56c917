"""Choices that stay: options are keys, and only an option can be chosen.

Streamlit's widgets send the words of a choice. When these change (another language, another year), a
widget may still send the old ones, and one that is not drawn for a run forgets what was chosen. What was
chosen last is kept here, and comes back where anything else arrives.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from iqgeo.app import session

_KEPT, _TURNS, _WORDS, _OPEN = "choices-kept", "choices-turns", "choices-words", "choices-open"


def settle(key: str, options: Sequence[Any], default: Any = None) -> None:
    """Let the widget ``key`` hold one of its options: what it says, or else what was chosen last.

    Call it before the widget is drawn; ``default`` stands where nothing was chosen yet, or what was
    chosen is no option any more.
    """
    chosen = held(key, options, default)
    if key not in st.session_state or not _among(st.session_state[key], options):
        # Only then: what is set anew takes from a form what was not sent yet.
        st.session_state[key] = chosen
    st.session_state.setdefault(_KEPT, {})[key] = chosen


def settle_open(key: str, options: Sequence[Any], default: Any) -> None:
    """Settle which part of a page is open, see :func:`settle`: a tab just opened begins as its address says.

    Every page has one such choice, and no two have an option of the same name.
    """
    asked = st.query_params.get(session.PART)
    settle(key, options, asked if _among(asked, options) and key not in st.session_state else default)
    part = st.session_state[key]
    st.session_state[_OPEN] = "" if part == default else part


def begin() -> None:
    """Begin a run: no part of its page is open yet."""
    st.session_state[_OPEN] = ""


def open_part() -> str:
    """Return what the address has to say of the page: the part that is open, empty for the usual one."""
    return str(st.session_state.get(_OPEN, ""))


def held(key: str, options: Sequence[Any], default: Any = None) -> Any:
    """Return what the widget ``key`` of :func:`one` holds, also before it is drawn and in callbacks.

    What stands in a closed popover goes on sending the words that it was told last while it was open, in
    the language of then.
    """
    said, kept = st.session_state.get(key), st.session_state.get(_KEPT, {})
    if key in st.session_state and _among(said, options):
        return said
    return kept[key] if key in kept and _among(kept[key], options) else default


def one(key: str, options: Sequence[Any], words: Callable[[Any], str], default: Any = None) -> dict[str, Any]:
    """Return options, key and words of a selectbox, see :func:`settle`.

    A selectbox goes on showing the words that it was told last: where those of its choice have changed since
    it was drawn (another language, other figures), it is told anew.

    Parameters
    ----------
    key : str
        Of the selectbox.
    options : Sequence[Any]
        What can be chosen.
    words : Callable[[Any], str]
        What is shown for an option.
    default : Any
        What is chosen at first.
    """
    settle(key, options, default)
    now = st.session_state[key]
    if _among(now, options) and _reworded(key, [now], words):
        st.session_state[key] = now
    return {"options": options, "key": key, "format_func": words}


def many(
    key: str,
    options: Collection[Any],
    words: Callable[[Any], str],
    default: Sequence[Any] = (),
    *,
    told: Sequence[Any] | None = None,
) -> dict[str, Any]:
    """Return what a multiselect is made of: options, key, words, which of them it holds, see :func:`settle`.

    It is never told what it shows already: told at every run, it would let go of whatever was picked while
    the run computed, and the next pick would send the others without it. Only where something else than
    itself has changed what it holds, or the words of that (another language, other figures), it becomes
    another widget: what stands in a closed popover is drawn when that is opened, and would still say, and
    send, what it was told last while it was open.

    Parameters
    ----------
    key : str
        Of the multiselect.
    options : Collection[Any]
        What can be picked.
    words : Callable[[Any], str]
        What is shown for an option.
    default : Sequence[Any]
        What is picked at first.
    told : Sequence[Any] | None
        What it holds from now on, where something else than itself has changed that.
    """
    kept = st.session_state.setdefault(_KEPT, {})
    turns: dict[str, int] = st.session_state.setdefault(_TURNS, {})
    held = st.session_state.get(_turned(key))
    # A word that is no option says that the others are not to be trusted either.
    if told is None and held is not None and all(it in options for it in held):
        told = held
    picked = [it for it in kept.get(key, default) if it in options] if told is None else list(told)
    reworded = _reworded(key, picked, words)
    if held is not None and (reworded or list(held) != picked):
        turns[key] = turns.get(key, 0) + 1
    kept[key] = picked
    return {"options": list(options), "key": _turned(key), "default": list(picked), "format_func": words}


def _reworded(key: str, held: Sequence[Any], words: Callable[[Any], str]) -> bool:
    """Whether what a widget holds was drawn in other words before; those of now are noted."""
    drawn: dict[str, dict[Any, str]] = st.session_state.setdefault(_WORDS, {})
    before, now = drawn.get(key, {}), {it: words(it) for it in held}
    drawn[key] = now
    return any(before.get(it, word) != word for it, word in now.items())


def sliding(key: str, low: int, high: int, default: int) -> dict[str, Any]:
    """Return the key, the ends and the beginning of a slider, which holds what was chosen last.

    Every run says where it begins: a browser may see the second of two runs first, and a slider that is
    told nothing begins at its lowest, and sends that.
    """
    kept = st.session_state.setdefault(_KEPT, {})
    held = st.session_state.get(key)
    value = min(max(held if isinstance(held, int) else kept.get(key, default), low), high)
    kept[key] = value
    options = {"key": key, "min_value": low, "max_value": high}
    if st.session_state.pop(f"{key}-slid", False):
        # Told already: streamlit objects to both.
        return options
    return {**options, "value": value}


def slide(key: str, value: int) -> None:
    """Move a slider of :func:`sliding`, from a callback."""
    st.session_state[key] = value
    st.session_state[f"{key}-slid"] = True


def held_slider(key: str, default: int) -> int:
    """Return what the slider of :func:`sliding` holds, also before it is drawn."""
    return int(st.session_state.get(key, st.session_state.get(_KEPT, {}).get(key, default)))


def held_many(key: str) -> tuple[Any, ...]:
    """Return what the multiselect of :func:`many` holds, also before it is drawn."""
    return tuple(st.session_state.get(_turned(key), st.session_state.get(_KEPT, {}).get(key, ())))


def _turned(key: str) -> str:
    turn = st.session_state.get(_TURNS, {}).get(key, 0)
    return f"{key}-{turn}" if turn else key


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
