"""What is asked of a whole file and of no single row: what its points mean, and the system of its metres."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from iqgeo.app.uploads import Said
from iqgeo.errors import Problem
from iqgeo.reading import DECIMALS
from iqgeo.systems import SYSTEMS
from iqgeo.texts import Lang, text

_POINTS: Final = "thousands_unclear"
_METRES: Final = ("coordinates_metric", "coordinates_metric_unknown", "crs_unknown")


def ask(said: Said, problems: Sequence[Problem], key: str, say: Callable[[Said], None], lang: Lang) -> None:
    """Ask what a refusal leaves open.

    Parameters
    ----------
    said : Said
        What is known by now.
    problems : Sequence[Problem]
        Why the file was refused; none where it is read.
    key : str
        Of the file.
    say : Callable[[Said], None]
        Keeps an answer.
    lang : Lang
        Language of the page.
    """
    asked = {it.code: it for it in reversed(problems)}
    if _POINTS in asked:
        _points(asked[_POINTS], said, key, say, lang)
    metres = next((asked[it] for it in _METRES if it in asked), None)
    if metres is not None:
        _system(metres, said, key, say, lang)


def _points(problem: Problem, said: Said, key: str, say: Callable[[Said], None], lang: Lang) -> None:
    """Ask whether points group thousands."""
    with st.container(horizontal=True, gap="small"):
        for decimal in DECIMALS:
            words = text(
                f"app.data.points_{decimal}", lang, value=problem.value, read=problem.details["read"]
            )
            # The press is seen before the run in which the question may be gone.
            st.button(
                words, key=f"{key}-points-{decimal}", on_click=say, args=(replace(said, decimal=decimal),)
            )


def _system(problem: Problem, said: Said, key: str, say: Callable[[Said], None], lang: Lang) -> None:
    """Ask for the system of coordinates, the likeliest first; another one by its number."""
    names = {it.code: f"{it.code} ({it.name})" for it in SYSTEMS}
    first = str(problem.details.get("first", ""))
    codes = sorted(names, key=lambda it: it != first)
    chosen = st.selectbox(
        text("app.data.system", lang),
        codes,
        index=None,
        format_func=lambda it: names.get(it, it),
        key=f"{key}-system-{said.crs}-{lang}",
        placeholder=text("app.data.system_choose", lang),
        accept_new_options=True,
    )
    if chosen and chosen != said.crs:
        say(replace(said, crs=chosen))
        st.rerun()


def known(said: Said, lang: Lang) -> list[str]:
    """What was answered, in sentences."""
    told = [text(f"app.data.said_{said.decimal}", lang)] if said.decimal else []
    return told + ([text("app.data.said_system", lang, system=said.crs)] if said.crs else [])
