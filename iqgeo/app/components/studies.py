"""Further questions to the network on the map: the best exchange, moves, closures, curves over kilometres."""

import streamlit as st

from iqgeo.app import resources, session
from iqgeo.app.components import chart, html, presses
from iqgeo.app.components.frame import Working
from iqgeo.app.state import PlannedSite
from iqgeo.errors import InputError
from iqgeo.firmness import other_promise
from iqgeo.reasons import NEARBY_KM, Exchange, Place
from iqgeo.texts import Lang, in_hundred, listed, number, plain, signed, text
from iqgeo.words.units import journey

_ASKED = "studies-asked"


def show(work: Working) -> None:
    """Show the panel: every question has its button, and its answer stays until the network changes."""
    lang = work.view.lang
    html.headline(text("why.studies.title", lang))
    share = in_hundred(work.shown.share, lang) if work.shown.people else "–"
    html.note(text("why.studies.note", lang, offices=len(work.shown.offices), share=share))
    target = work.shown.target
    other = other_promise(target)
    curves = text(
        "why.studies.curves", lang, first=journey(other, target.unit, lang),
        second=journey(target.value, target.unit, lang),
    )  # fmt: skip
    key = (work.view, session.own_data().key, work.plan)
    for name, title, answer in (
        ("exchange", text("why.studies.exchange", lang), _exchange),
        ("move", text("why.studies.move", lang), _moves),
        ("closures", text("why.studies.closures", lang), _closures),
        ("curves", curves, _curves),
    ):
        html.section(title)
        asked = st.session_state.setdefault(_ASKED, {})
        if asked.get(name) != key:
            slot = st.empty()
            with slot:
                wanted = presses.pressed(text("why.studies.compute", lang), key=f"studies-{name}")
            if not wanted:
                continue
            slot.empty()
            asked[name] = key
        try:
            with st.spinner(text("why.studies.running", lang)):
                answer(work, lang)
        except InputError as error:
            html.status(html.FAILED, error.message(lang, on_page=True))


def _exchange(work: Working, lang: Lang) -> None:
    found = resources.exchange(work.view, session.own_data(), work.plan)
    if found is None:
        html.note(text("why.studies.exchange_none", lang))
        return
    values = {
        "closed": found.closed_name, "opened": found.opened.name, "change": signed(found.change, lang),
        "pairs": number(found.pairs, lang),
    }  # fmt: skip
    better = found.change > 0
    key = "exchange_best" if better else "exchange_worse"
    html.status(html.DONE, text(f"why.studies.{key}", lang, **values))
    take = text("why.studies.take", lang)
    if better and presses.pressed(take, key="studies-exchange-take", of=(found.closed_name, found.opened.id)):
        _take(found)
        st.rerun()


def _take(found: Exchange) -> None:
    current, opened = session.current(), found.opened
    draft = current.draft
    if any(it.id == found.closed_id for it in draft.added):
        draft = draft.without_site(found.closed_id)
    else:
        draft = draft.toggled(found.closed_id)
    current.change(draft.with_site(PlannedSite(opened.id, opened.name, opened.lon, opened.lat)))


def _moves(work: Working, lang: Lang) -> None:
    body = []
    for reason in resources.reasons(work.view, session.own_data(), work.plan):
        cells = [_place(reason.nearby, reason.gain, lang), _place(reason.best, reason.gain, lang)]
        body.append([f"**{reason.name}**", number(reason.gain, lang), *cells])
    head = [
        text("why.studies.move_office", lang), text("why.studies.move_now", lang),
        text("why.studies.move_near", lang, km=plain(NEARBY_KM, lang)), text("why.studies.move_best", lang),
    ]  # fmt: skip
    html.table(head, body, figures=(1,), caption=text("why.studies.move", lang))


def _place(place: Place | None, gain: float, lang: Lang) -> str:
    if place is None:
        return "–"
    return text("why.studies.move_cell", lang, name=place.name, change=signed(place.gain - gain, lang))


def _closures(work: Working, lang: Lang) -> None:
    people = work.shown.people
    body = []
    for found in reversed(resources.closures(work.view, session.own_data(), work.plan)):
        share = in_hundred(found.after.covered / people, lang) if people else "–"
        lost = number(work.shown.covered - found.after.covered, lang)
        body.append(
            [number(len(found.after.offices), lang), f"**{share}**", lost, listed(found.closed) or "–"]
        )
    head = [text(f"why.studies.closures_{key}", lang) for key in ("keep", "share", "lost", "closed")]
    html.table(head, body, figures=(0, 1, 2), caption=text("why.studies.closures", lang))
    html.note(text("why.studies.closures_note", lang))


def _curves(work: Working, lang: Lang) -> None:
    frame = resources.curves(work.view, session.own_data(), work.plan)
    lines = []
    for target in sorted(set(frame["target_km"].astype(float))):
        part = frame[frame["target_km"] == target]
        offices, shares = [int(it) for it in part["offices"]], [float(it) for it in part["share"]]
        lines.append((journey(target, work.shown.target.unit, lang), offices, shares))
    chart.curves(lines, lang)
    html.note(text("why.studies.curves_note", lang))
