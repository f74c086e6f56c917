"""Roads for the region: open those of this server by name, or have an extract fetched and built."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from iqgeo.app import resources, roadwork, session
from iqgeo.app.components import choices, html, presses
from iqgeo.errors import InputError
from iqgeo.texts import Lang, number, text

if TYPE_CHECKING:
    from iqgeo.distances.roads.online import Extract

_OFFERED = "roads-offered"


def show(lang: Lang) -> None:
    """Show both ways to roads."""
    html.section(text("app.roads.title", lang), text("app.roads.note", lang))
    left, right = st.columns(2, gap="large")
    with left:
        _known(lang)
    with right:
        _online(lang)


def _known(lang: Lang) -> None:
    html.subsection(text("app.roads.here", lang))
    found = {path.name: (path, info) for path, info in roadwork.known(resources.region())}
    if not found:
        html.status(html.RUNNING, text("app.roads.none_here", lang))
        return

    def called(name: str) -> str:
        info = found[name][1]
        date = info.date or text("cli.check.no_date", lang)
        words = {"name": name.removesuffix(".parquet"), "junctions": number(info.vertices_kept, lang)}
        return text("app.roads.network", lang, date=date, **words)

    networks = choices.one("roads-chosen", list(found), called, next(iter(found)))
    chosen = st.selectbox(text("app.roads.choose", lang), **networks)
    path, info = found[chosen]
    own = session.own_data()
    if own.roads == path:
        html.status(html.DONE, text("app.roads.in_use", lang, name=path.stem))
        return
    if presses.pressed(text("app.roads.use", lang), key="roads-use", of=chosen, type="primary"):
        try:
            opened = roadwork.opened(own, path, info)
        except InputError as error:
            _refused(error, lang)
            return
        # Who opens roads wants to measure on them.
        session.replace_data(opened, view=replace(session.view(), distance="road"))
        st.rerun()


def _online(lang: Lang) -> None:
    html.subsection(text("app.roads.online", lang))
    work = roadwork.current()
    if work is not None and work.running:
        _watched(lang)
        return
    if work is not None:
        _ended(work, lang)
    place = st.text_input(
        text("app.roads.place", lang), value=resources.region().name, key="roads-place", max_chars=80
    )
    if presses.pressed(text("app.roads.ask", lang), key="roads-ask") and place.strip():
        st.session_state.pop(_OFFERED, None)
        try:
            with st.spinner(text("app.roads.asking", lang)):
                st.session_state[_OFFERED] = (place, roadwork.offered(place.strip()))
        except InputError as error:
            _refused(error, lang)
            return
    held: tuple[str, Extract | None] | None = st.session_state.get(_OFFERED)
    if held is None:
        html.note(text("app.roads.offline", lang))
        return
    asked, extract = held
    if extract is None:
        html.status(html.FAILED, text("app.roads.unknown", lang, name=asked))
        return
    from iqgeo.distances.roads.online import LICENCE

    size = "?" if extract.size_bytes is None else number(max(1, round(extract.size_bytes / 1e6)), lang)
    words = {"name": extract.name, "size": size, "licence": LICENCE, "url": extract.url}
    html.status(html.OPEN, text("app.roads.offer", lang, **words))
    if presses.pressed(text("app.roads.fetch", lang), key="roads-fetch", of=asked, type="primary"):
        roadwork.start(asked.strip())
        st.rerun()


def _watched(lang: Lang) -> None:
    """How far the work has come, looked at every second while this page is open."""

    @st.fragment(run_every=1.0)
    def watch() -> None:
        work = roadwork.current()
        if work is None or not work.running:
            st.rerun()
        progress = work.progress
        words = text("app.roads.begins", lang) if progress is None else progress.sentence(lang)
        share = None if progress is None else progress.share
        html.status(html.RUNNING, text("app.roads.working", lang, name=work.name))
        if share is None:
            html.note(words)
        else:
            st.progress(share, text=words)

    watch()


def _ended(work: roadwork.RoadWork, lang: Lang) -> None:
    if work.problem is not None:
        _refused(work.problem, lang)
    elif work.fault is not None:
        html.status(html.FAILED, text("app.fault", lang))
    elif work.path is not None:
        html.status(html.DONE, text("app.roads.built", lang, name=work.path.stem))


def _refused(error: InputError, lang: Lang) -> None:
    html.status(
        html.FAILED, " ".join(f"{it.what(lang)} {it.remedy(lang, on_page=True)}" for it in error.problems)
    )
