"""The plans as a list one can look at: small map, share with its own promise, version, who, when, state."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from iqgeo.app import keeping, pictures, resources, session
from iqgeo.app.components import choices, drawing, html, library, plans, presses, problems
from iqgeo.app.keeping import Summary
from iqgeo.errors import InputError
from iqgeo.reports.map.small import small_map
from iqgeo.safe.clean import html_sentence, html_text
from iqgeo.texts import Lang, in_hundred, later, number, text
from iqgeo.words.clauses import listed
from iqgeo.words.units import promise

if TYPE_CHECKING:
    from iqgeo.store.database import Store
    from iqgeo.store.lists import Which
    from iqgeo.store.records import Entry

_MOST: Final = 30
_MOST_VERSIONS: Final = 20
_COMPARED: Final = "plans-compared"
_WIDTHS: Final = [0.5, 1.7, 3.4, 1.9, 2.0, 2.0]


def show(lang: Lang) -> None:
    """Show the list, what is ticked, and the plan that is looked at beside it."""
    from iqgeo.store import lists

    session.keep()
    with st.container(horizontal=True, vertical_alignment="bottom", key="plans-bar"):
        search = st.text_input(text("plans.search", lang), key="plans-search", max_chars=100)
        which = _which(lang)
        if presses.pressed(text("plans.new", lang), key="plans-new", type="primary") and library.is_safe():
            session.current().begin()
            st.switch_page("screens/planning.py")
    try:
        opened = keeping.store()
        by = session.member()
        found = lists.entries(opened, by, which=which, search=search, limit=_MOST + 1)
    except InputError as error:
        # Nothing was ever kept: there is nothing to show.
        if not any(it.code == "store_missing" for it in error.problems):
            problems.few(error, lang)
        found = ()
        opened = None
    left, right = st.columns([7, 3], gap="large")
    with left:
        if not found or opened is None:
            html.status(html.RUNNING, text("app.library.none", lang))
        else:
            _list(found[:_MOST], lang)
            if len(found) > _MOST:
                html.note(text("plans.more", lang, count=_MOST))
            with problems.told(lang):
                _ticked_bar(opened, found[:_MOST], lang)
    with right:
        if found and opened is not None:
            with problems.told(lang):
                _one(opened, _looked_at(found[:_MOST]), lang)
        plans.read(lang)


def compared() -> tuple[str, str] | None:
    """Return the two plans that are held against each other, if any."""
    chosen: tuple[str, str] | None = st.session_state.get(_COMPARED)
    return chosen


def forget_comparison() -> None:
    """Go back to the list."""
    st.session_state[_COMPARED] = None


def _which(lang: Lang) -> "Which":
    options: list[Which] = ["all", "published", "archive"]
    if not session.member().alone:
        options = ["all", "mine", "team", "published", "archive"]
    choices.settle("plans-which", options, options[0])
    chosen: Which | None = st.segmented_control(
        text("plans.which", lang), options, key="plans-which", label_visibility="collapsed",
        format_func=lambda it: text(f"plans.which_{it}", lang),
    )  # fmt: skip
    return chosen or options[0]


def _tick(entry: "Entry") -> str:
    return f"plans-tick-{entry.id}"


def _ticked(found: "tuple[Entry, ...]") -> "list[Entry]":
    return [it for it in found if st.session_state.get(_tick(it))]


def _looked_at(found: "tuple[Entry, ...]") -> "Entry":
    """The plan beside the list: the first ticked, else the one of this tab, else the newest."""
    ticked = _ticked(found)
    here = session.current().home.plan_id
    return ticked[0] if ticked else next((it for it in found if it.id == here), found[0])


def _list(found: "tuple[Entry, ...]", lang: Lang) -> None:
    count = text("plans.count", lang, count=number(len(found), lang))
    heads = ["", "", count, *(text(f"app.library.{it}", lang) for it in ("share", "at", "state"))]
    with st.container(key="plan-heads"):
        for column, words in zip(st.columns(_WIDTHS, vertical_alignment="bottom"), heads, strict=True):
            with column:
                st.html(f'<p class="iq-plan-head">{html_text(words)}</p>')
    for it in found:
        with st.container(key=f"plan-row-{it.id}"):
            columns = st.columns(_WIDTHS, vertical_alignment="center")
            with columns[0]:
                label = text("plans.tick", lang, name=it.name)
                st.checkbox(label, key=_tick(it), label_visibility="collapsed")
            known = keeping.summary_of(it.summary)
            for column, content in zip(columns[1:], _cells(it, known, lang), strict=True):
                with column:
                    st.html(content)


def _cells(it: "Entry", known: Summary, lang: Lang) -> tuple[str, str, str, str, str]:
    offices = sum(kind in ("office", "new") for *_, kind in known.signs)
    alt = text("plans.map_alt", lang, name=it.name, offices=number(offices, lang))
    key = resources.key_of(known.region)
    drawn = (
        "" if key is None
        else drawing.picture(small_map(pictures.base(key), known.signs, known.radius_km), alt)
    )  # fmt: skip
    parts = [] if key == resources.region_key() else [known.region or resources.region("").name]
    parts += [listed(known.opens[:6], lang)]
    if known.places:
        parts.append(text("app.planning.headline_places", lang, count=number(known.places, lang)))
    if known.closes:
        parts.append(text("app.plans.closes", lang, names=listed(known.closes, lang)))
    opens = "; ".join(filter(None, parts))
    target = known.target
    share = "–" if known.share is None else in_hundred(known.share, lang)
    within = "" if target is None else text("plans.within", lang, target=promise(target, lang))
    if known.on_days:
        days = text("plans.days_more", lang, share=in_hundred(known.on_days, lang))
        within = f"{within}\n{days}"
    spans = "".join(f"<span>{html_text(line)}</span>" for line in within.split("\n"))
    at = library.when(it.at, lang)
    who = text("plans.who_when", lang, who=it.who, at=at) if it.who else at
    kind = "working" if it.published is None else "published"
    return (
        drawn,
        f'<p class="iq-plan"><strong>{html_text(it.name)}</strong><span>{html_text(opens)}</span></p>',
        f'<p class="iq-plan share"><strong>{share}</strong>{spans}</p>',
        f'<p class="iq-plan"><b>{html_text(text("plans.version", lang, version=it.number))}</b>'
        f"<span>{html_text(who)}</span></p>",
        f'<p class="iq-plan state {kind}">{html_text(library.state_words(it, lang))}</p>',
    )


def _ticked_bar(opened: "Store", found: "tuple[Entry, ...]", lang: Lang) -> None:
    from iqgeo.store import plans as stored

    ticked = _ticked(found)
    if not ticked:
        html.note(text("plans.picked_hint", lang))
        return
    names = listed([it.name for it in ticked[:6]], lang)
    with st.container(horizontal=True, vertical_alignment="center", key="plans-ticked"):
        st.html(f"<p>{html_sentence(text('plans.picked', lang, count=len(ticked), names=names))}</p>")
        which = tuple(it.id for it in ticked)
        compare = text("plans.compare", lang)
        off = len(ticked) != 2
        if presses.pressed(compare, key="plans-compare", of=which, type="primary", disabled=off):
            st.session_state[_COMPARED] = (ticked[0].id, ticked[1].id)
            st.rerun()
        if presses.pressed(text("plans.duplicate", lang), key="plans-duplicate", of=which):
            for it in ticked:
                session.duplicate(it.id)
            st.rerun()
        archived = all(it.archived for it in ticked)
        key = "unarchive" if archived else "archive"
        if presses.pressed(text(f"plans.{key}", lang), key="plans-archive", of=which):
            for it in ticked:
                stored.archive(opened, it.id, not archived, session.member())
            st.rerun()


def _one(opened: "Store", entry: "Entry", lang: Lang) -> None:
    """The plan beside the list: open, publish, its versions, who sees it."""
    html.section(entry.name)
    known = keeping.summary_of(entry.summary)
    if known.target is not None:
        network = "" if known.stage is None else text("plans.against.network", lang, year=known.stage)
        html.note(", ".join(filter(None, [network, promise(known.target, lang)])))
    with st.container(horizontal=True):
        if (
            presses.pressed(text("plans.open", lang), key="plans-open", of=entry.id, type="primary")
            and library.is_safe()
        ):
            session.open_plan(session.current(), entry.id)
            st.switch_page("screens/planning.py")
        if presses.pressed(text("plans.publish", lang), key="plans-publish", of=entry.id):
            with problems.told(lang):
                library.publish(entry, lang)
                st.rerun()
    _versions(opened, entry, lang)
    _published(opened, entry, lang)
    if not session.member().alone:
        _rights(opened, entry, lang)


def _versions(opened: "Store", entry: "Entry", lang: Lang) -> None:
    from iqgeo.store import plans as stored

    history = stored.history(opened, entry.id, session.member())
    html.section(text("plans.versions", lang))
    rows = []
    for it in history[:_MOST_VERSIONS]:
        at = library.when(it.at, lang)
        who = text("plans.who_when", lang, who=it.who, at=at) if it.who else at
        rows.append([f"**{it.number}**", later.said(it.change, lang) or "–", who])
    heads = [text(f"plans.column_{key}", lang) for key in ("number", "change", "who")]
    html.table(heads, rows, caption=text("app.library.versions_of", lang, name=entry.name))
    html.note(text("app.library.versions_stay", lang))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if library.gone_back(opened, entry, history, "plans-back", lang):
            if session.current().home.plan_id == entry.id:
                session.open_plan(session.current(), entry.id)
            st.rerun()


def _published(opened: "Store", entry: "Entry", lang: Lang) -> None:
    """The links of what is published, and who may open them."""
    from iqgeo.store import published

    by = session.member()
    pages = published.of_plan(opened, entry.id, by)
    html.section(text("plans.board", lang))
    html.note(text("app.library.board_note", lang))
    for it in pages:
        html.note(text("plans.published_at", lang, version=it.number, at=library.when(it.at, lang)))
        library.page_link(it, lang)
        key = f"plans-see-{it.token}"
        st.session_state[key] = it.is_open

        def see(token: str = it.token, key: str = key) -> None:
            with problems.told(lang):
                published.set_open(opened, token, bool(st.session_state[key]), by)

        if not by.alone:
            st.selectbox(
                text("plans.see", lang), [False, True], key=key, on_change=see,
                format_func=lambda one: text(f"plans.see_{'open' if one else 'house'}", lang),
            )  # fmt: skip
        if presses.pressed(text("plans.withdraw", lang), key=f"plans-withdraw-{it.token}"):
            published.withdraw(opened, it.token, by)
            st.rerun()


def _rights(opened: "Store", entry: "Entry", lang: Lang) -> None:
    """Who may what with a plan; owners change it."""
    from iqgeo.store import members

    by = session.member()
    with st.expander(text("plans.rights", lang)):
        held = members.grants(opened, entry.id, by)
        if not held:
            html.note(text("plans.rights_everybody", lang))
        for it in held:
            said = text(f"plans.rights_{it.role}", lang)
            html.note(text("plans.rights_row", lang, whom=f"**{it.label}**", role=said))
        with st.form(f"plans-rights-{entry.id}", border=False):
            kinds: list[members.GrantKind] = ["person", "group"]
            kind = st.selectbox(
                text("plans.rights_kind", lang), kinds,
                format_func=lambda it: text(f"plans.rights_kind_{it}", lang),
            )  # fmt: skip
            whom = st.text_input(text("plans.rights_whom", lang), max_chars=200)
            roles: list[members.Role | None] = [*members.ROLES, None]
            role = st.selectbox(
                text("plans.rights_role", lang), roles,
                format_func=lambda it: text(f"plans.rights_{it or 'none'}", lang),
            )  # fmt: skip
            if presses.submitted(text("plans.rights_set", lang), key=f"plans-rights-set-{entry.id}"):
                with problems.told(lang):
                    members.grant(opened, entry.id, kind, whom.strip(), role, by)
                    st.rerun()
