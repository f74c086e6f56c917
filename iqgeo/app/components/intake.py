"""A file of the user's before it is taken over: sheet, what the columns mean, and the doubtful rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

import streamlit as st

from iqgeo.app import resources, services, session, uploads
from iqgeo.app.components import choices, drawing, html, presses, theme, whole_file
from iqgeo.app.uploads import Said
from iqgeo.errors import InputError, Problem
from iqgeo.reading import LEAVE, SWAP, TOWN
from iqgeo.reports.map.sketch import Colours, Sketch, sketch_of, svg_of
from iqgeo.safe.clean import html_text
from iqgeo.texts import Lang, number, text
from iqgeo.words.states import said_of_region

if TYPE_CHECKING:
    from iqgeo.inputs.preview import Doubt, Look

_SAID, _LOOKED = "data-said", "data-looked"
_A_ROW: Final = 4
_MOST_COLUMNS: Final = 20
_MOST_ASKED: Final = 8
_SHOWN_ROWS: Final = 4
_LETTERS: Final = 40


def said_of(kind: str, digest: str) -> Said:
    """What was said so far of a file; another file begins anew."""
    held = st.session_state.get(_SAID)
    return held[1] if held is not None and held[0] == (kind, digest) else Said()


def _say(kind: str, digest: str, said: Said) -> None:
    st.session_state[_SAID] = ((kind, digest), said)


def look(kind: str, digest: str, raw: bytes, name: str, *, swap: bool) -> "Look | None":
    """Look at a file with what was said; kept until something else is said."""
    said = said_of(kind, digest)
    view = session.view()
    key = (kind, digest, said, swap, view.target_km, view.region)
    held = st.session_state.get(_LOOKED)
    if held is not None and held[0] == key:
        kept: Look | None = held[1]
        return kept
    region = resources.region()
    found = uploads.look(kind, raw, name, region, target_km=view.target_km, swap=swap, said=said)
    if found is not None and said == Said():
        before = uploads.remembered(kind, found.columns)
        if before:
            _say(kind, digest, Said(roles=before))
            return look(kind, digest, raw, name, swap=swap)
    st.session_state[_LOOKED] = (key, found)
    return found


def ask_whole(kind: str, digest: str, problems: Sequence[Problem], lang: Lang) -> None:
    """Ask about the file as a whole; what was answered is said and can be taken back."""
    said = said_of(kind, digest)
    whole_file.ask(said, problems, f"data-{digest[:8]}-{kind}", lambda it: _say(kind, digest, it), lang)
    told = whole_file.known(said, lang)
    for sentence in told:
        html.note(sentence)
    if told and presses.pressed(text("app.data.take_back", lang), key="data-take-back-whole", of=digest):
        _say(kind, digest, replace(said, decimal="", crs=""))
        st.rerun()


def ask(kind: str, digest: str, found: "Look", lang: Lang) -> None:
    """Show sheet and columns of a file and ask about its doubtful rows."""
    said = said_of(kind, digest)
    _sheet(kind, digest, found, lang)
    _columns(kind, digest, found, said, lang)
    if found.doubtful or any(answer for _, answer in said.rows):
        _questions(kind, digest, found, said, lang)


def _sheet(kind: str, digest: str, found: "Look", lang: Lang) -> None:
    """The sheet, and where its table begins."""
    names = [name for name, _ in found.sheets]
    if len(names) > 1:
        key = f"data-sheet-{digest[:8]}"
        rows = dict(found.sheets)

        def called(name: str) -> str:
            count = max(0, rows[name] - 1)
            words = "sheet_empty" if not count else "sheet_rows"
            return text(f"app.data.{words}", lang, name=name, count=number(count, lang))

        chosen = st.selectbox(text("app.data.sheet", lang), **choices.one(key, names, called, found.sheet))
        if chosen != found.sheet:
            _say(kind, digest, Said(layer=chosen))
            st.rerun()
    if found.above or found.header_row > 1:
        html.note(
            text("app.data.header", lang, row=number(found.header_row, lang), above=number(found.above, lang))
        )


def _columns(kind: str, digest: str, found: "Look", said: Said, lang: Lang) -> None:
    """What each column means, above the user's own heading and first cells."""
    from iqgeo.inputs.preview import ROLES

    html.subsection(text("app.data.columns", lang))
    options = ("", *ROLES[kind])
    shown = found.columns[:_MOST_COLUMNS]
    for start in range(0, len(shown), _A_ROW):
        part = shown[start : start + _A_ROW]
        for place, column in zip(st.columns(_A_ROW), part, strict=False):
            with place:
                _column(kind, digest, found, said, column, options, lang)
    if len(found.columns) > len(shown):
        html.note(text("app.data.more_columns", lang, count=number(len(found.columns) - len(shown), lang)))
    personal = [it for it in found.columns if it in found.personal and it not in found.roles]
    if personal:
        html.note(text("app.data.personal", lang, columns=", ".join(personal)))
    if said.roles and presses.pressed(text("app.data.remember", lang), key="data-remember", of=digest):
        try:
            uploads.remember(kind, found.columns, said.roles)
        except InputError as error:
            html.status(html.FAILED, " ".join(it.sentence(lang, on_page=True) for it in error.problems))
        else:
            html.note(text("app.data.remembered", lang))


def _column(
    kind: str,
    digest: str,
    found: "Look",
    said: Said,
    column: str,
    options: tuple[str, ...],
    lang: Lang,
) -> None:
    at = found.columns.index(column)
    key = f"data-role-{digest[:8]}-{kind}-{at}"
    role = found.roles.get(column, "")
    st.session_state[key] = role
    chosen = st.selectbox(
        text("app.data.role_of", lang, column=column),
        options,
        format_func=lambda it: text(f"app.data.role_{it or 'none'}", lang),
        key=key,
        label_visibility="collapsed",
        on_change=_role_chosen,
        args=(kind, digest, column, key, said),
    )
    doubtful = found.doubtful or {}
    hidden = not chosen and column in found.personal
    cells = found.sample[column].tolist()[:_SHOWN_ROWS]
    rows = []
    for row, cell in zip(found.numbers, cells, strict=False):
        words = "…" if hidden and cell.strip() else cell[:_LETTERS]
        marked = row in doubtful and chosen in _OF_POSITION
        rows.append(f'<td class="{"iq-doubt" if marked else ""}">{html_text(words) or "&nbsp;"}</td>')
    quiet = " iq-unread" if not chosen else ""
    body = "".join(f"<tr>{it}</tr>" for it in rows)
    st.html(
        f'<table class="iq-column{quiet}"><thead><tr><th scope="col">{html_text(column)}</th></tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


_OF_POSITION: Final = ("lon", "lat", "town", "postcode", "address", "key")


def _role_chosen(kind: str, digest: str, column: str, key: str, said: Said) -> None:
    chosen = st.session_state[key]
    _say(kind, digest, said.with_role(column, chosen))


def _questions(kind: str, digest: str, found: "Look", said: Said, lang: Lang) -> None:
    """One question for each doubtful row; the exact names of towns together, what is too many together."""
    html.subsection(text("app.data.please_confirm", lang))
    exact = [it for it in found.doubts if it.problem.code == "place_match"]
    every_exact = [row for row, code in (found.doubtful or {}).items() if code == "place_match"]
    others = [it for it in found.doubts if it.problem.code != "place_match"]
    if every_exact:
        named = ", ".join(dict.fromkeys(it.match.found for it in exact[:3] if it.match is not None))
        words = text("app.data.exact", lang, count=number(len(every_exact), lang), towns=named)
        answers = [
            ("yes_all", dict.fromkeys(every_exact, TOWN)),
            ("leave", dict.fromkeys(every_exact, LEAVE)),
        ]
        _question(
            "exact", words, [(text(f"app.data.{it}", lang), rows) for it, rows in answers], kind, digest, said
        )
    for doubt in others[:_MOST_ASKED]:
        _doubt(doubt, kind, digest, said, lang)
    rest = len(found.doubtful or {}) - len(every_exact) - len(others[:_MOST_ASKED])
    if rest > 0:
        html.note(text("app.data.more_doubts", lang, count=number(rest, lang)))
    answered = [row for row, _ in said.rows]
    if answered:
        html.note(text("app.data.answered", lang, count=number(len(answered), lang)))
        if presses.pressed(text("app.data.take_back", lang), key="data-take-back", of=digest):
            _say(kind, digest, replace(said, rows=()))
            st.rerun()


def _doubt(doubt: "Doubt", kind: str, digest: str, said: Said, lang: Lang) -> None:
    """A row: what is wrong, what is proposed, and the ways out."""
    answers: list[tuple[str, dict[int, str]]] = []
    region = resources.region()
    proposal = ""
    if doubt.turned is not None:
        town = services.nearest_town(region, *doubt.turned).name
        proposal = text("app.data.swapped_then", lang, town=town)
        answers.append((text("app.data.yes_swap", lang), {doubt.row: SWAP}))
    elif doubt.match is not None:
        proposal = text("app.data.meant", lang, town=doubt.match.found)
        answers.append((text("app.data.yes_town", lang, town=doubt.match.found), {doubt.row: TOWN}))
    answers.append((text("app.data.leave", lang), {doubt.row: LEAVE}))
    # The file is the one on screen: the row says enough.
    where = replace(doubt.problem, file=None, column=None).where(lang)
    what = doubt.problem.what(lang)
    if doubt.problem.code == "place_guess" and doubt.match is not None:
        what = said_of_region("app.data.no_town", lang, region.name, town=doubt.match.written)
    others = _areas if kind == "shares" else _towns
    towns = [] if doubt.turned is not None else others(resources.region_key())
    _question(str(doubt.row), f"**{where}:** {what} {proposal}".strip(), answers, kind, digest, said)
    if towns:
        other = st.selectbox(
            text("app.data.other_town", lang),
            ["", *towns],
            format_func=lambda it: it or text("app.data.other_town", lang),
            # Its hint is a word of the language; what was answered is kept as said, not by the field.
            key=f"data-town-{digest[:8]}-{doubt.row}-{lang}",
            label_visibility="collapsed",
            width=260,
        )
        if other:
            _say(kind, digest, said.with_rows({doubt.row: f"{TOWN}:{other}"}))
            st.rerun()


@st.cache_data(show_spinner=False, max_entries=8)
def _towns(key: str) -> list[str]:
    """The towns of a region by name."""
    return sorted(set(resources.region(key).towns["name"].astype(str)))


@st.cache_data(show_spinner=False, max_entries=8)
def _areas(key: str) -> list[str]:
    """The districts of a region by name."""
    return sorted(resources.region(key).district_names.values())


def _question(
    name: str, words: str, answers: list[tuple[str, dict[int, str]]], kind: str, digest: str, said: Said
) -> None:
    html.status(html.OPEN, words)
    with st.container(horizontal=True, gap="small"):
        for at, (label, rows) in enumerate(answers):
            first: Literal["primary", "secondary"] = (
                "primary" if at == 0 and len(answers) > 1 else "secondary"
            )
            if presses.pressed(label, key=f"data-answer-{name}-{at}", of=digest, type=first):
                _say(kind, digest, said.with_rows(rows))
                st.rerun()


def leave_doubtful(kind: str, digest: str, found: "Look") -> Said:
    """Answer every doubtful row by leaving it out."""
    said = said_of(kind, digest).with_rows(dict.fromkeys(found.doubtful or {}, LEAVE))
    _say(kind, digest, said)
    return said


@st.cache_resource(show_spinner=False, max_entries=8)
def _sketch(key: str) -> Sketch:
    return sketch_of(resources.region(key).districts)


def preview_map(found: "Look", lang: Lang) -> None:
    """Where the sites would lie: those of the file, and those to be confirmed."""
    if found.sites is None or found.sites.empty:
        return
    html.subsection(text("app.data.would_lie", lang))
    doubtful = found.doubtful or {}
    sites = zip(*(found.sites[it].tolist() for it in ("lon", "lat", "name", "row")), strict=True)
    points = [(lon, lat, str(name), row not in doubtful) for lon, lat, name, row in sites]
    look = theme.palette()
    drawn = svg_of(_sketch(resources.region_key()), points, Colours(look.ground, look.strong_rule, look.ink))
    unsure = sum(not it[3] for it in points)
    counts = {"sure": number(len(points) - unsure, lang), "unsure": number(unsure, lang)}
    legend = f'<span class="iq-sure"></span> {html_text(text("app.data.from_file", lang))}'
    if unsure:
        legend += f'&ensp;<span class="iq-unsure"></span> {html_text(text("app.data.to_confirm", lang))}'
    st.html(
        f'<img class="iq-sketch" src="{drawing.source(drawn)}" '
        f'alt="{html_text(text("app.data.map_alt", lang, **counts))}"><p class="iq-note">{legend}</p>'
    )
