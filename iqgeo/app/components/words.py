"""Streamlit's own words in the language of the page, and the language of the page for who reads it aloud."""

from functools import cache
from pathlib import Path

import streamlit as st
import streamlit.components.v1 as components

from iqgeo.texts import LANGUAGES, Lang, catalogue

_show = components.declare_component("iqgeo_words", path=str(Path(__file__).with_name("words_frontend")))


def show(lang: Lang) -> None:
    """Put the words of the language in the place of streamlit's, on this page and whatever opens on it."""
    with st.container(key="words"):
        _show(lang=lang, words=_words(lang), key="streamlit-words", default=None)


@cache
def _words(lang: Lang) -> dict[str, str]:
    """What stands for each of streamlit's words, and for the same in the other language."""
    found = {}
    for key, entry in catalogue().items():
        if key.startswith("streamlit."):
            for other in LANGUAGES:
                found[entry[other]] = entry[lang]
    return found
