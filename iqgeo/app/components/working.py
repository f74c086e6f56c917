"""What a network has to do: load beside each office, an office that fails, own numbers."""

from dataclasses import replace
from typing import Any

import streamlit as st

from iqgeo import sites
from iqgeo.access.failure import failures
from iqgeo.app import networks, pictures, session
from iqgeo.app.components import brought, choices, html, settings
from iqgeo.app.components.downloads import network_files
from iqgeo.app.components.frame import Working
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.frames import rows
from iqgeo.reports.map import Overlay
from iqgeo.reports.map.access import LAYERS
from iqgeo.reports.map.days import failure_overlay as drawn_failure
from iqgeo.scenario.work import Work, work_of
from iqgeo.texts import Lang, number, plain, text

_FAILS, _TABLE, _LAYER = "network-fails", "network-own", "network-layer"
_ASSUMED = ("posts", "rate_per_1000", "per_post", "telephone_pct")


def load(work: Working) -> None:
    """Consultations and posts of each office; the telephone beside the promise, never in it."""
    lang = work.view.lang
    html.section(text("network.panel.load", lang))
    with st.container(horizontal=True, vertical_alignment="bottom", key="network-advice"):
        for name in _ASSUMED:
            settings.decimal(name, about=text(f"network.source.{name}", lang), said=False)
    settings.refusals(*_ASSUMED)
    try:
        found = work_of(work.shown, work.view, _own_table(work))
    except InputError as error:
        html.status(html.FAILED, error.message(lang, on_page=True))
        return
    _load_table(found, lang)
    said = [
        text(
            "network.load.headline", lang, consultations=number(found.load.consultations, lang),
            needed=number(found.load.posts_needed, lang, 1), per_post=plain(found.load.per_post, lang),
        ),
        text("network.words.shared", lang, posts=plain(found.load.posts, lang)),
    ]  # fmt: skip
    if found.load.by_phone:
        journey = number(found.load.consultations - found.load.by_phone, lang)
        phone = number(found.load.by_phone, lang)
        said.append(text("network.load.phone", lang, phone=phone, journey=journey))
    if found.short.unserved >= 1:
        offices, unserved = ", ".join(found.short.offices), number(found.short.unserved, lang)
        said.append(text("network.load.no_capacity", lang, unserved=unserved, offices=offices))
    for sentence in said:
        html.note(sentence)


def _load_table(found: Work, lang: Lang) -> None:
    busy = set(found.load.overloaded)
    keys = ["office", "places", "consultations", "on_days", "posts", "per_post"]
    lines = []
    for it in rows(found.load.offices):
        mark = " ▲" if str(it.name) in busy else ""
        lines.append(
            [
                str(it.name), number(it.places, lang), number(it.consultations, lang),
                number(it.on_days, lang), number(it.posts, lang, 1),
                f"**{number(it.per_post, lang)}**{mark}" if mark else number(it.per_post, lang),
            ]
        )  # fmt: skip
    if not any(found.load.offices["places"]):
        lines = [[line[0], line[2], *line[4:]] for line in lines]
        keys = [keys[0], keys[2], *keys[4:]]
    head = [text(f"network.panel.column_{key}", lang) for key in keys]
    html.table(head, lines, figures=range(1, len(keys)), caption=text("network.panel.load", lang))
    if busy:
        html.note(text("network.panel.busy", lang, per_post=plain(found.load.per_post, lang)))


def failure(work: Working) -> None:
    """A switch: what if this office fails; its places fall with it."""
    lang, offices = work.view.lang, work.shown.offices
    if not len(offices):
        return
    html.section(text("network.panel.failure", lang))
    names = dict(zip(offices["id"].astype(str), offices["name"].astype(str), strict=True))
    labels = choices.distinct(names, str)
    called = {"": text("network.panel.fails_none", lang), **labels}
    chosen = st.selectbox(
        text("network.panel.fails", lang), **choices.one(_FAILS, list(called), called.__getitem__, "")
    )
    found = _failures(work.shown)
    if chosen:
        row = found.offices[found.offices["id"].astype(str) == chosen].iloc[0]
        values = {"office": names[chosen], "people": number(row["lost"], lang)}
        left = number(work.shown.covered - float(row["lost"]), lang)
        html.note(text("network.failure.headline", lang, left=left, **values))
        if row.get("places_lost", 0):
            places, people = number(row["places_lost"], lang), number(row["days_lost"], lang)
            html.note(text("network.panel.fails_places", lang, places=places, people=people))
    html.note(text("network.failure.two", lang, people=number(found.people_with_two, lang)))


def _failures(shown: Coverage) -> Any:
    places = shown.day_places
    return failures(
        shown, list(zip(places["lon"], places["lat"], strict=True)), list(places["home"].astype(str))
    )


def failure_overlay(work: Working) -> Overlay | None:
    """What the office that is taken to fail leaves without one, and the lines that fall."""
    key = choices.held(_FAILS, ("", *sites.ids(work.shown.offices)), "")
    return None if not key else drawn_failure(pictures.base(), work.shown, key, work.view.lang)


def layer_choice(work: Working) -> None:
    """Offer what the map shows: who is reached, posts within reach, or how many come."""
    lang = work.view.lang
    html.section(text("network.layer.title", lang))
    choices.settle(_LAYER, ("", *LAYERS), "")
    chosen = st.radio(
        text("network.layer.title", lang), ("", *LAYERS), key=_LAYER, label_visibility="collapsed",
        format_func=lambda it: text(f"network.layer.{it or 'reach'}", lang),
    )  # fmt: skip
    if chosen:
        html.note(text(f"network.layer.{chosen}_note", lang, km=plain(work.view.half_km, lang)))


def layered(work: Working, added: Overlay | None) -> Overlay | None:
    """What the map shows below what is added; nothing of its own where reach is shown."""
    layer = choices.held(_LAYER, ("", *LAYERS), "")
    if not layer or not len(work.shown.offices):
        return added
    try:
        shades = pictures.access_layer(work.view, session.own_data(), work.plan, layer)
    except InputError:
        # Said where the numbers are asked for.
        return added
    if added is None:
        return shades
    return replace(
        shades, areas=(*shades.areas, *added.areas), lines=added.lines, legend=(*shades.legend, *added.legend)
    )


def own_numbers(work: Working) -> None:
    """The user's own consultations beside what the model expects."""
    lang = work.view.lang
    html.section(text("network.panel.own", lang), text("network.panel.own_note", lang))
    given = brought.file(
        text("network.panel.own_file", lang), ("csv", "xlsx", "ods", "txt"), "network-own-file"
    )
    if given is None:
        st.session_state[_TABLE] = None
        return
    try:
        intake = networks.consultations(given.getvalue(), given.name, work.shown)
    except InputError as error:
        st.session_state[_TABLE] = None
        html.status(html.FAILED, error.message(lang, on_page=True))
        return
    anew = st.session_state.get(_TABLE) is None
    st.session_state[_TABLE] = intake.frame
    if anew:
        # The load above is computed with it.
        st.rerun()
    for notice in intake.repairs:
        html.note(notice.sentence(lang, on_page=True))
    compared = work_of(work.shown, work.view, intake.frame).compared
    assert compared is not None
    html.note(text("network.load.own", lang, months=number(compared.months, lang)))
    if compared.fall_off_per_km is not None:
        html.note(text("network.load.fall_off", lang, km=number(compared.half_km, lang)))
    _beside("office", compared.offices, lang)
    if len(compared.districts):
        _beside("district", compared.districts, lang)


def _beside(key: str, frame: Any, lang: Lang) -> None:
    """Own numbers and expected ones; whether they are more or less."""
    columns = (key, "own_count", "expected", "ratio")
    head = [text(f"network.panel.column_{it}", lang) for it in columns]
    lines = [
        [
            str(it.name), number(it.consultations, lang), number(it.expected, lang),
            number(it.ratio, lang, 1) if it.ratio == it.ratio else "–",
        ]
        for it in rows(frame.sort_values("consultations", ascending=False, kind="stable"))
        if it.consultations or it.expected >= 0.5
    ]  # fmt: skip
    html.table(head, lines, figures=(1, 2, 3), caption=text(f"network.panel.own_{key}", lang))


def _own_table(work: Working) -> Any:
    """The user's consultations, where they name the offices that are shown."""
    table = st.session_state.get(_TABLE)
    if table is None or not set(table["office"]) <= set(work.shown.offices["id"].astype(str)):
        return None
    return table


def downloads(work: Working) -> None:
    """The network as a workbook, and its days as a calendar."""
    network_files(work.view, session.own_data(), work.plan)
