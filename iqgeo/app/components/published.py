"""What the board opens: exactly one published version, read only, with its numbers as they were."""

import json
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from iqgeo.app import keeping, resources
from iqgeo.app.components import html, library
from iqgeo.app.components.map import show_page
from iqgeo.distances import MINUTES, Target
from iqgeo.errors import InputError
from iqgeo.texts import LANGUAGES, Lang, number, people_rounded, text
from iqgeo.words.units import promise

if TYPE_CHECKING:
    from iqgeo.store.published import Publication

_MAP_HEIGHT: Final = 620


def page() -> None:
    """Show the published version that the address asks for; nothing on it changes anything."""
    from iqgeo.store import published

    query = st.query_params.to_dict()
    lang: Lang = "en" if query.get("lang") == LANGUAGES[1] else "de"
    try:
        opened = keeping.store()
        found = published.opened(opened, query.get("published", ""))
        files = {name: published.content(opened, found.token, name) for name, _ in found.outputs}
    except InputError as error:
        html.headline(text("app.published.none", lang))
        for problem in error.problems[:3]:
            html.status(html.FAILED, problem.sentence(lang))
        return
    _words(found, lang)
    _changed(found, lang)
    for name, media in found.outputs:
        if media == "text/html":
            show_page(files[name].decode("utf-8"), name, lang, f"published-map-{name}", _MAP_HEIGHT)
    with st.container(horizontal=True, key="downloads"):
        for name, media in found.outputs:
            st.download_button(
                name, data=files[name], file_name=name, mime=media, on_click="ignore", key=f"published-{name}"
            )


def _words(found: "Publication", lang: Lang) -> None:
    """The numbers as they were on the day."""
    case: dict[str, Any] = json.loads(found.case_json)
    settings, stages = case["settings"], case["stages"]
    words = {"name": found.name, "version": found.number, "at": library.when(found.at, lang)}
    if not stages or not stages[-1]["people"]:
        html.headline(found.name)
    else:
        share = number(100 * stages[-1]["share"], lang, 1)
        minutes = settings.get("target_min")
        kept = Target(settings["target_km"]) if minutes is None else Target(minutes, MINUTES)
        target = promise(kept, lang)
        html.headline(text("app.published.headline", lang, name=found.name, share=share, target=target))
    html.lead(text("app.published.dated", lang, **words))
    heads = [
        text(f"app.published.{key}", lang) for key in ("stage", "offices", "covered", "outside", "share")
    ]
    rows = [
        [
            it["name"], str(len(it["offices"])), people_rounded(it["covered"], lang),
            people_rounded(it["uncovered"], lang), f"**{number(100 * it['share'], lang, 1)}**",
        ]
        for it in stages
    ]  # fmt: skip
    html.table(heads, rows, figures=(1, 2, 3, 4), caption=text("app.published.caption", lang))
    weight = resources.region().weights[settings["weight"]].name(lang)
    html.note(text("app.published.counted", lang, weight=weight, year=settings["year"] or "–"))
    if case["proof"]:
        html.note(str(case["proof"]))


def _changed(found: "Publication", lang: Lang) -> None:
    """Say what is newer than this page."""
    if keeping.is_outdated(found, resources.region()):
        html.status(html.OPEN, text("app.published.changed", lang))
    if found.newest > found.number:
        html.note(text("app.published.newer", lang, version=found.newest))
