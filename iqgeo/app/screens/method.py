"""Methode: what the numbers mean, in plain words: formulas, sources, limits."""

import streamlit as st

from iqgeo.app import resources, session
from iqgeo.app.components import html
from iqgeo.distances.detour import BAND_HIGH, BAND_LOW
from iqgeo.safe.clean import html_sentence
from iqgeo.texts import Lang, catalogue, number, plain, text
from iqgeo.words.regions import population_words
from iqgeo.words.units import promise

_SECTIONS = ("people", "distance", "coverage", "gaps", "suggestion", "limits", "literature")


def page() -> None:
    """Show the page."""
    view = session.view()
    lang = view.lang
    html.headline(text("app.method.headline", lang))
    html.lead(text("app.method.lead", lang))
    for section in _SECTIONS:
        html.section(text(f"app.method.{section}.title", lang))
        st.html(f'<div class="iq-sheet">{_sheet(section, lang)}</div>')


def _sheet(section: str, lang: Lang) -> str:
    """Return the paragraphs and formulas of a section, in their order."""
    view = session.view()
    table = session.own_data().name_of("factors")
    fitted = bool(table) and view.distance == "detour"
    values = {
        "table": table,
        "target": promise(view.promised(), lang),
        "factor": plain(view.detour_factor, lang),
        "low": plain(round(100 * (BAND_LOW - 1)), lang),
        "high": plain(round(100 * (BAND_HIGH - 1)), lang),
        "population": population_words(resources.region(), lang),
        "places": number(len(resources.region().settlements), lang),
        "districts": number(len(resources.region().districts), lang),
    }
    parts = []
    for number_ in range(1, 10):
        for kind, tag in (("text", "p"), ("formula", 'p class="iq-formula"')):
            key = f"app.method.{section}.{kind}_{number_}"
            if fitted and f"{key}_fitted" in catalogue():
                key = f"{key}_fitted"
            if key in catalogue():
                parts.append(f"<{tag}>{html_sentence(text(key, lang, **values))}</p>")
    return "".join(parts)


page()
