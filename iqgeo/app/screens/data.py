"""Daten: what is loaded, from when, by whose licence; bring your own after a check. For the analyst."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from iqgeo.app import fitting, planfiles, resources, services, session, uploads
from iqgeo.app.components import brought, choices, html, intake, presses, problems, regions, roads, tables
from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, View
from iqgeo.app.uploads import Upload
from iqgeo.errors import InputError
from iqgeo.inputs.other_kind import kind_said
from iqgeo.reading import LEAVE
from iqgeo.suggestions import DEFAULT_TOWN_PEOPLE
from iqgeo.texts import Lang, number, plain, text
from iqgeo.words.network import spread_words
from iqgeo.words.regions import population_words
from iqgeo.words.states import said_of_region
from iqgeo.workers import guarded

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from iqgeo.inputs.preview import Look

_PARTS = ("files", "regions", "roads")
MEASURED_BY = {"roads": "road", "factors": "detour"}
_MOST_NOTICES = 20
_TAKEN = "data-taken"
_PREVIEW_ROWS = 8


def page() -> None:
    """Show the page."""
    view, own = session.view(), session.own_data()
    lang = view.lang
    headline = "app.data.headline_own" if own.files else "app.data.headline"
    html.headline(said_of_region(headline, lang, resources.region().name))
    html.lead(text("app.data.lead", lang, date=resources.region().state_of_data(lang)))
    choices.settle_open("data-part", _PARTS, _PARTS[0])
    part = st.segmented_control(
        text("app.data.part", lang), _PARTS, format_func=lambda it: text(f"app.data.part_{it}", lang),
        key="data-part", label_visibility="collapsed",
    )  # fmt: skip
    if part in ("regions", "roads"):
        (regions if part == "regions" else roads).show(lang)
        return
    left, aside = st.columns([5, 3], gap="large")
    with left:
        found = _upload(own, lang)
    with aside:
        if found is not None:
            intake.preview_map(found, lang)
        _in_use(view, own)
    with st.expander(text("app.data.sources", lang)):
        _sources(lang)


def _in_use(view: View, own: OwnData) -> None:
    """Show what is used, what of it is the user's, and offer to go back."""
    lang = view.lang
    html.section(text("app.data.in_use", lang))
    files = {it.kind: it for it in own.files}
    rows = []
    for kind in uploads.KINDS:
        file = files.get(kind)
        what = _embedded(kind, view, own)
        if file is not None:
            key = "own_roads" if kind == "roads" else "own_file"
            what = text(f"app.data.{key}", lang, name=file.name, rows=number(file.rows, lang))
        rows.append([text(f"app.data.kind_{kind}", lang), what])
    html.table([text("app.data.what", lang), text("app.data.where_from", lang)], rows)
    if view.distance != "road" or own.roads is not None:
        _who_lives_where(view, own)
    if own.files and presses.pressed(text("app.data.back", lang), key="data-back"):
        _replace(uploads.without(own), *_settled(own, "offices", "candidates", "roads"))
        st.rerun()


def _who_lives_where(view: View, own: OwnData) -> None:
    """Say between what the share lies if the published figures follow the user's people or settlements."""
    found = resources.spread(view, own)
    if found is None:
        return
    html.section(text("app.data.spread", view.lang))
    for sentence in spread_words(found, view.lang, own=True):
        html.note(sentence)


def _embedded(kind: str, view: View, own: OwnData) -> str:
    """Say what of the embedded data stands for a kind of file."""
    lang, region = view.lang, resources.region()
    if kind == "roads":
        return text("app.data.no_roads", lang)
    if kind == "factors":
        return text("app.data.no_factors", lang, factor=plain(view.detour_factor, lang))
    if own.demand is not None and kind in ("shares", "demand"):
        return text("app.data.not_applied", lang)
    weight = region.weights[view.weight].name(lang)
    words: dict[str, dict[str, object]] = {
        "offices": {"count": len(services.open_offices(region, view)), "stage": view.stage or "–"},
        "candidates": {
            "count": len(services.candidates(region, own, DEFAULT_TOWN_PEOPLE)),
            "least": number(DEFAULT_TOWN_PEOPLE, lang),
        },
        "shares": {"weight": weight, "year": planfiles.shown_year(region, view)},
        "demand": {
            "count": number(len(region.settlements), lang),
            "population": population_words(region, lang),
        },
    }
    return text(f"app.data.embedded_{kind}", lang, **words[kind])


def _settled(own: OwnData, *kinds: str) -> tuple[Draft, View]:
    """Plan and view without what another kind of data no longer knows."""
    current = session.current()
    draft, view = current.draft, current.view
    if "offices" in kinds:
        for key in draft.closed:
            draft = draft.toggled(key)
    if "candidates" in kinds:
        draft = replace(draft, require=(), forbid=())
    if "roads" in kinds and own.roads is not None and view.distance == "road":
        view = replace(view, distance=View.distance)
    return draft, view


def _upload(own: OwnData, lang: Lang) -> "Look | None":
    """Take a file, ask about what is doubtful, and use it only when told to; what stands in it."""
    # What reads files in a child starts while the user looks for one.
    guarded.warm()
    html.section(text("app.data.upload", lang), text("app.data.upload_note", lang))
    kinds = choices.one(
        "data-kind", uploads.KINDS, lambda it: text(f"app.data.kind_{it}", lang), uploads.KINDS[0]
    )
    kind = st.selectbox(text("app.data.kind", lang), **kinds)
    html.note(text(f"app.data.columns_{kind}", lang))
    _template(kind, lang)
    if kind == "factors" and own.roads is not None:
        _fit(own, lang)
    swap = kind in ("offices", "candidates") and st.checkbox(text("app.data.swap", lang), key="data-swap")
    given = brought.file(text("app.data.file", lang), (), "data-file")
    # What was taken as one kind is not looked at as another, unless it is brought again.
    taken_as = None if given is None else st.session_state.get(_TAKEN, {}).get(given.file_id)
    if given is None or taken_as not in (None, kind):
        html.status(html.RUNNING, text("app.data.nothing_yet", lang))
        return None
    raw = given.getvalue()
    digest = hashlib.sha256(raw).hexdigest()
    try:
        with st.spinner(text("app.data.checking", lang)):
            found = intake.look(kind, digest, raw, given.name, swap=swap)
    except InputError as error:
        _refused(error, kind, lang)
        return None
    if found is not None and found.doubtful and _is_hopeful(found):
        _ask(kind, digest, found, given, swap, lang)
    else:
        _read(kind, digest, found, given, swap, own, lang)
    return found


def _refused(error: InputError, kind: str, lang: Lang) -> None:
    """Say what is wrong; a file of another kind can be looked at as that."""
    other = next((it for it in map(kind_said, error.problems) if it in uploads.KINDS), None)
    problems.every(error, lang)
    if other is not None and other != kind:
        words = text("app.data.as_kind", lang, kind=text(f"app.data.kind_{other}", lang))
        st.button(words, key="data-as-kind", type="primary", on_click=_look_as, args=(other,))


def _look_as(kind: str) -> None:
    st.session_state["data-kind"] = kind


def _is_hopeful(found: "Look") -> bool:
    """Whether answers can make something of a file with doubtful rows."""
    sure = found.sites is not None and (~found.sites["row"].isin(list(found.doubtful or ()))).any()
    proposed = any(it.match is not None or it.turned is not None for it in found.doubts)
    return not found.problems and bool(sure or proposed)


def _ask(kind: str, digest: str, found: "Look", given: "UploadedFile", swap: bool, lang: Lang) -> None:
    """Show what is sure and what needs a word; nothing is taken before all is answered."""
    doubtful = len(found.doubtful or ())
    good = found.rows - doubtful - sum(it == LEAVE for _, it in intake.said_of(kind, digest).rows)
    counts = {
        "rows": number(found.rows, lang),
        "good": number(good, lang),
        "doubtful": number(doubtful, lang),
    }
    html.status(html.OPEN, text("app.data.need_word", lang, **counts))
    intake.ask(kind, digest, found, lang)
    sites = text(f"app.data.kind_{kind}", lang)
    with st.container(horizontal=True, gap="small"):
        st.button(
            text("app.data.take_all", lang, count=number(good + doubtful, lang), kind=sites),
            key="data-take-all", disabled=True,
        )  # fmt: skip
        only = text("app.data.take_sure", lang, count=number(good, lang))
        if good > 0 and presses.pressed(only, key="data-take-sure", of=digest):
            said = intake.leave_doubtful(kind, digest, found)
            try:
                _take(kind, _upload_of(kind, given.getvalue(), given.name, swap, said), given)
            except InputError as error:
                problems.every(error, lang)


def _upload_of(kind: str, raw: bytes, name: str, swap: bool, said: uploads.Said) -> Upload:
    return uploads.read_upload(
        kind, raw, name, resources.region(), target_km=session.view().target_km, swap=swap,
        folder=session.folder(), said=said,
    )  # fmt: skip


def _read(
    kind: str, digest: str, found: "Look | None", given: "UploadedFile", swap: bool, own: OwnData, lang: Lang
) -> None:
    """Read a file about which nothing is in doubt, or say what is wrong with it."""
    try:
        with st.spinner(text("app.data.checking", lang)):
            upload = _upload_of(kind, given.getvalue(), given.name, swap, intake.said_of(kind, digest))
    except InputError as error:
        _refused(error, kind, lang)
        intake.ask_whole(kind, digest, error.problems, lang)
        if found is not None:
            intake.ask(kind, digest, found, lang)
        return
    if upload.file in own.files:
        html.status(html.DONE, text("app.data.taken", lang, name=given.name))
        return
    _report(upload, lang)
    if presses.pressed(text("app.data.take", lang), type="primary", key="data-take", of=digest):
        _take(kind, upload, given)
    intake.ask_whole(kind, digest, (), lang)
    if found is not None:
        intake.ask(kind, digest, found, lang)
    if upload.file.kind != "roads":
        _preview(upload.preview, lang)


def _take(kind: str, upload: Upload, given: "UploadedFile | None" = None) -> None:
    own = session.own_data()
    if given is not None:
        st.session_state[_TAKEN] = {given.file_id: kind}
    draft, view = _settled(own, kind)
    if kind in MEASURED_BY:
        # Who brings roads wants to measure on them, and with factors if those are brought.
        view = replace(view, distance=MEASURED_BY[kind])
    _replace(uploads.take(own, upload), draft, view)
    st.rerun()


def _replace(data: OwnData, draft: Draft, view: View) -> None:
    session.replace_data(data, draft, services.begun_with(resources.region(), view, session.own_data(), data))


def _fit(own: OwnData, lang: Lang) -> None:
    """Offer to fit the factors on the roads in use; they are then a file like any other."""
    region, view = resources.region(), session.view()
    asked = presses.pressed(
        text("app.data.fit_factors", lang), key="data-fit", help=text("app.data.fit_factors_help", lang)
    )
    if not asked:
        return
    try:
        with st.spinner(text("app.data.fitting_factors", lang)):
            raw = fitting.fitted_on_roads(region, view, own, DEFAULT_TOWN_PEOPLE)
        name = text("app.data.fitted_file", lang, name=Path(own.name_of("roads")).stem)
        upload = _upload_of("factors", raw, name, False, uploads.Said())
    except InputError as error:
        problems.every(error, lang)
    else:
        _take("factors", upload)


def _template(kind: str, lang: Lang) -> None:
    """Offer an empty table with the right columns."""
    if kind == "roads":
        return
    from iqgeo.reports.templates import template_bytes

    st.download_button(
        text("app.data.template", lang),
        template_bytes(kind, lang),
        file_name=text(f"app.data.template_{kind}", lang),
        key=f"data-template-{kind}",
    )


def _report(upload: Upload, lang: Lang) -> None:
    """Show what was read and repaired."""
    rows = number(upload.file.rows, lang)
    key = "usable_roads" if upload.file.kind == "roads" else "usable"
    html.status(html.DONE, text(f"app.data.{key}", lang, rows=rows))
    for notice in upload.notices[:_MOST_NOTICES]:
        html.note(notice.sentence(lang, on_page=True))
    if len(upload.notices) > _MOST_NOTICES:
        html.note(
            text("app.data.more_notices", lang, count=number(len(upload.notices) - _MOST_NOTICES, lang))
        )


def _preview(frame: Any, lang: Lang) -> None:
    html.note(text("app.data.preview", lang))
    st.dataframe(frame.head(_PREVIEW_ROWS), hide_index=True, width="stretch", placeholder=tables.NOTHING)


def _sources(lang: Lang) -> None:
    """Show where the embedded data come from."""
    region = resources.region()
    html.section(text("app.data.sources", lang))
    head = [text(f"app.data.source_{key}", lang) for key in ("title", "year", "licence")]
    rows = []
    for source in (region.source(key, lang) for key in region.sources):
        # Of a file of one's own nobody may have said who published it.
        said = {key: str(it) for key, it in source.items() if it}
        about, licence = (
            [said[it] for it in names if it in said]
            for names in (("publisher", "definition"), ("licence", "attribution"))
        )
        title = ". ".join([f"**{said.get('title', '–')}**", *about])
        rows.append([f"{title}.", said.get("year", "–"), ". ".join(licence)])
    html.table(head, rows)


page()
