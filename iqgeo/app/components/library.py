"""The plans that are kept: search, open, duplicate, archive, go back, publish."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

import streamlit as st

from iqgeo.app import keeping, resources, session
from iqgeo.app.components import choices, html, presses, problems
from iqgeo.app.state import Home, Kept
from iqgeo.errors import InputError
from iqgeo.texts import Lang, in_hundred, later, moment_words, text
from iqgeo.words.units import promise

if TYPE_CHECKING:
    from iqgeo.store.database import Store
    from iqgeo.store.published import Publication
    from iqgeo.store.records import Entry, Version

_MOST: Final = 50
_MOST_VERSIONS: Final = 100
_MOST_CHANGES: Final = 3


def show(lang: Lang) -> None:
    """Show the list of plans and what can be done with one."""
    from iqgeo.store import lists

    # What was changed just now is in the list as in the bar above it.
    session.keep()
    try:
        opened = keeping.store()
    except InputError as error:
        # Nothing was ever kept: there is nothing to show.
        if not any(it.code == "store_missing" for it in error.problems):
            problems.few(error, lang)
        return
    html.section(text("app.library.title", lang), text("app.library.note", lang))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(text("app.library.search", lang), key="library-search", max_chars=100)
        archived = st.checkbox(text("app.library.archived", lang), key="library-archived")
        if presses.pressed(text("app.library.new", lang), key="library-new") and is_safe():
            session.current().begin()
            st.rerun()
    try:
        found = lists.entries(
            opened, session.member(), which="archive" if archived else "all", search=search, limit=_MOST + 1
        )
        if not found:
            html.status(html.RUNNING, text("app.library.none", lang))
            return
        _list(found[:_MOST], lang)
        if len(found) > _MOST:
            html.note(text("app.library.more", lang, count=_MOST))
        _one(opened, _chosen(found[:_MOST], lang), lang)
    except InputError as error:
        problems.few(error, lang)


def when(at: datetime, lang: Lang) -> str:
    """A time in the words of the reader, in the zone of the server."""
    return moment_words(at, lang)


def last_changes(lang: Lang) -> None:
    """Show what was changed last in the plan of this tab, as it is kept."""
    from iqgeo.store import plans

    session.keep()
    plan_id = session.current().home.plan_id
    if not plan_id:
        return
    try:
        history = plans.history(keeping.store(), plan_id, session.member(), most=_MOST_CHANGES)
    except InputError:
        # That nothing can be read now is said where plans are kept.
        return
    heads = [text(f"app.library.{key}", lang) for key in ("change", "at")]
    html.section(text("app.library.last_changes", lang))
    lines = [[later.said(it.change, lang) or "–", when(it.at, lang)] for it in history]
    html.table(heads, lines, figures=(1,), caption=text("app.library.last_changes", lang), quiet=True)


def state_words(it: "Entry", lang: Lang) -> str:
    """Whether a plan is published, and which version."""
    if it.published is None:
        return text("app.library.working", lang)
    return text("app.library.published", lang, version=it.published)


def page_link(it: "Publication", lang: Lang) -> None:
    """The link of what is published."""
    label = text("app.library.link", lang, version=it.number, at=when(it.at, lang))
    st.link_button(label, f"?published={it.token}&lang={lang}")


def publish(entry: "Entry", lang: Lang) -> None:
    """Publish the newest version, while the page says so.

    Raises
    ------
    InputError
        If it cannot be used or published.
    """
    with st.spinner(text("app.library.publishing", lang)), resources.SOLVER:
        keeping.publish(entry.id, entry.number, lang, session.member())


def gone_back(opened: "Store", entry: "Entry", history: "Sequence[Version]", key: str, lang: Lang) -> bool:
    """Offer older versions; whether one of them has just been made the newest.

    Raises
    ------
    InputError
        If that is not for this user to do.
    """
    from iqgeo.store import plans

    older = [it.number for it in history if it.number != entry.number]
    if not older:
        return False
    choices.settle(f"{key}-{entry.id}", older, older[0])
    wanted = st.selectbox(text("app.library.version_wanted", lang), older, key=f"{key}-{entry.id}")
    if not (presses.pressed(text("app.library.back", lang), key=key, of=(entry.id, wanted)) and is_safe()):
        return False
    said = later.written([("back_to", {"version": wanted})])
    plans.back(opened, entry.id, wanted, entry.number, said, session.member())
    return True


def _list(found: "tuple[Entry, ...]", lang: Lang) -> None:
    heads = [text(f"app.library.{key}", lang) for key in ("name", "share", "version", "at", "state")]
    rows = []
    for it in found:
        cells = [_share(it, lang), str(it.number), when(it.at, lang), state_words(it, lang)]
        rows.append([f"**{it.name}**", *cells])
    html.table(heads, rows, figures=(1, 2), caption=text("app.library.caption", lang))


def _share(entry: "Entry", lang: Lang) -> str:
    """What a plan reaches under its own promise."""
    known = keeping.summary_of(entry.summary)
    if known.share is None or known.target is None:
        return "–"
    target = promise(known.target, lang)
    said = text("app.library.reached", lang, share=in_hundred(known.share, lang), target=target)
    if not known.on_days:
        return said
    return f"{said}, {text('plans.days_more', lang, share=in_hundred(known.on_days, lang))}"


def _chosen(found: "tuple[Entry, ...]", lang: Lang) -> "Entry":
    ids = {it.id: it for it in found}
    here = session.current().home.plan_id
    called = {it.id: text("app.library.called", lang, name=it.name, version=it.number) for it in ids.values()}
    # Two plans may have one name, and a choice is told apart by its words.
    labels = choices.distinct(called, lambda it: it)
    chosen: str = st.selectbox(
        text("app.library.plan", lang),
        **choices.one(
            "library-plan", list(ids), labels.__getitem__, here if here in ids else next(iter(ids))
        ),
    )
    return ids[chosen]


def _one(opened: "Store", entry: "Entry", lang: Lang) -> None:
    """What can be done with the chosen plan."""
    from iqgeo.store import plans

    with st.container(horizontal=True):
        if presses.pressed(text("app.library.open", lang), key="library-open", of=entry.id) and is_safe():
            session.open_plan(session.current(), entry.id)
            st.rerun()
        if presses.pressed(text("app.library.duplicate", lang), key="library-duplicate", of=entry.id):
            session.duplicate(entry.id)
            st.rerun()
        if presses.pressed(text("app.library.compare", lang), key="library-compare", of=entry.id):
            _compare(entry, lang)
        key = "unarchive" if entry.archived else "archive"
        if presses.pressed(text(f"app.library.{key}", lang), key="library-archive", of=entry.id):
            plans.archive(opened, entry.id, not entry.archived, session.member())
            st.rerun()
    _versions(opened, entry, lang)
    _board(opened, entry, lang)


def _compare(entry: "Entry", lang: Lang) -> None:
    """Put a plan, as it is now, beside the others below."""
    own = session.own_data()
    found, version = session.stored_plan(entry.id)
    if found.own.key != own.key:
        html.status(html.FAILED, text("app.library.other_data", lang))
        return
    if found.view.region != session.view().region:
        html.status(html.FAILED, text("plans.against.other_region", lang))
        return
    session.current().saved[version.name] = Kept(found.view, found.draft)


def _versions(opened: "Store", entry: "Entry", lang: Lang) -> None:
    from iqgeo.store import plans

    with st.expander(text("app.library.versions", lang)):
        history = plans.history(opened, entry.id, session.member())
        heads = [text(f"app.library.{key}", lang) for key in ("version", "change", "at")]
        rows = [
            [str(it.number), later.said(it.change, lang) or "–", when(it.at, lang)]
            for it in history[:_MOST_VERSIONS]
        ]
        html.table(heads, rows, figures=(0,), caption=text("app.library.versions_of", lang, name=entry.name))
        html.note(text("app.library.versions_stay", lang))
        if gone_back(opened, entry, history, "library-back", lang):
            session.open_plan(session.current(), entry.id)
            st.rerun()


def _board(opened: "Store", entry: "Entry", lang: Lang) -> None:
    """Publish the newest version; links of what is published."""
    from iqgeo.store import published

    pages = published.of_plan(opened, entry.id, session.member())
    with st.expander(text("app.library.board", lang)):
        html.note(text("app.library.board_note", lang))
        for it in pages:
            page_link(it, lang)
        label = text("app.library.publish", lang, version=entry.number)
        if presses.pressed(label, key="library-publish", of=entry.id):
            publish(entry, lang)
            st.rerun()


def is_free(name: str) -> bool:
    """Whether no other plan is called so."""
    from iqgeo.store import lists

    try:
        entry = lists.find(keeping.store(), name, session.member())
    except InputError:
        return True
    return entry.id == session.current().home.plan_id or entry.name != name


def is_safe() -> bool:
    """Whether nothing of this tab is lost when another plan comes: what is not kept yet is kept now."""
    session.keep()
    if session.is_kept():
        return True
    html.status(html.FAILED, text("app.library.unsaved", session.view().lang))
    return False


def ask_for_name(name: str, lang: Lang, rename: Callable[[str], None]) -> bool:
    """Whether ``name`` may be taken; if another plan has it, ask what is meant."""
    from iqgeo.store import lists

    try:
        entry = lists.find(keeping.store(), name, session.member())
    except InputError:
        # No plan is so called, several are, or nothing can be kept now: nothing is in the way.
        return True
    current = session.current()
    if entry.id == current.home.plan_id or entry.name != name:
        return True
    html.status(html.RUNNING, text("app.library.known", lang, name=name))
    free = keeping.free_name(keeping.store(), name, lang, session.member())

    def on_top() -> None:
        current.home = Home(entry.id, entry.number, entry.name)
        current.draft = replace(current.draft, name=name)
        rename(name)

    with st.container(horizontal=True):
        st.button(text("app.library.on_top", lang, name=name), key="library-on-top", on_click=on_top)
        st.button(
            text("app.library.as_other", lang, name=free), key="library-as-other",
            on_click=rename, args=(free,),
        )  # fmt: skip
    return False
