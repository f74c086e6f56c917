"""Why here: who gains by one office, beside another town, under other assumptions, and without it."""

from dataclasses import dataclass, replace

import streamlit as st

from iqgeo import sites
from iqgeo.app import pictures, resources, session
from iqgeo.app.components import choices, firm, html, suggesting
from iqgeo.app.components.frame import Working
from iqgeo.app.components.suggesting import Asked
from iqgeo.app.state import PlannedSite
from iqgeo.coverage import Coverage
from iqgeo.frames import rows
from iqgeo.reasons import NEARBY_KM, Place, Reason, gains_by_district, movers, places_for, reason_of
from iqgeo.reports.map import Overlay
from iqgeo.reports.map.geometry import circle
from iqgeo.reports.map.overlay import Area, MapLabel, Mark
from iqgeo.scenario.asked import pool_of
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.texts import Lang, number, percent, plain, signed, text
from iqgeo.words.districts import is_city

_SITE, _OTHER, _REASON = "why-site", "why-other", "why-reason"
_CLOSE = 0.05
"""A choice is close if the second best town loses less than this part of what the site brings."""
_MOST_DISTRICTS, _MOST_MOVERS = 8, 6
_TEAL, _INK = "#00796B", "#12312D"
_AROUND_DEGREES = (0.75, 0.5)


@dataclass(frozen=True, eq=False)
class _ShownNetwork:
    """The network that is looked at: that of an answer that could be taken, or the plan's."""

    evaluation: Evaluation
    coverage: Coverage
    kinds: dict[str, str]
    asked: Asked | None


def _network(work: Working) -> _ShownNetwork | None:
    answer = suggesting.current_answer()
    planned = {it.id for it in work.plan.added}
    found = resources.evaluation(work.view, session.own_data(), work.plan) if answer is None else answer[0]
    coverage = found.coverages[-1]
    open_now = set(sites.ids(work.start.offices))
    kinds = {
        key: "plan" if key in planned else "network" if key in open_now else "answer"
        for key in sites.ids(coverage.offices)
    }
    if not kinds:
        return None
    order = {"answer": 0, "plan": 1, "network": 2}
    kinds = dict(sorted(kinds.items(), key=lambda it: order[it[1]]))
    return _ShownNetwork(found, coverage, kinds, None if answer is None else answer[1])


def _chosen(it: _ShownNetwork) -> str:
    """The office that is asked about: the one clicked last, else the one chosen in the list."""
    current = session.current()
    if current.picked in it.kinds:
        st.session_state[_SITE] = current.picked
        current.picked = ""
    choices.settle(_SITE, list(it.kinds), next(iter(it.kinds)))
    key: str = st.session_state[_SITE]
    return key


def _reason(it: _ShownNetwork, key: str) -> Reason:
    """Why the office: asked by the map and by the panel of a run, computed once."""
    held: tuple[Evaluation, Reason] | None = st.session_state.get(_REASON)
    if held is not None and held[0] is it.evaluation and held[1].id == key:
        return held[1]
    pool = pool_of(it.evaluation.scenario, it.evaluation.loaded)
    found = reason_of(it.coverage, key, pool, it.evaluation.scenario.rules.forbid)
    st.session_state[_REASON] = (it.evaluation, found)
    return found


def _others(it: _ShownNetwork, reason: Reason) -> dict[str, Place]:
    """The towns to compare with, the best in its place first."""
    pool = pool_of(it.evaluation.scenario, it.evaluation.loaded)
    return {place.id: place for place in places_for(reason.without, pool, {reason.id})}


def _other(others: dict[str, Place], reason: Reason) -> Place | None:
    """The town to compare with: the one chosen in the list, at first the best in its place."""
    if not others:
        return None
    choices.settle(f"{_OTHER}-{reason.id}", list(others), next(iter(others)))
    return others[st.session_state[f"{_OTHER}-{reason.id}"]]


def overlay(work: Working) -> Overlay | None:
    """Put on the map what the districts gain, and the town to compare with."""
    it = _network(work)
    if it is None:
        return None
    reason = _reason(it, _chosen(it))
    office = sites.named(it.coverage.offices, [reason.id]).iloc[0]
    lon, lat = float(office["lon"]), float(office["lat"])
    other, lang = _other(_others(it, reason), reason), work.view.lang
    radius_km = it.coverage.measure.outline_km(it.coverage.target.value)
    # What is only suggested stands on the map already, whatever panel is open.
    marks: list[Mark] = []
    areas = []
    if radius_km is not None:
        areas.append(Area(circle(lon, lat, radius_km), _TEAL, "none", dashed=True))
    legend: list[tuple[str, str]] = []
    if other is not None:
        marks.append(Mark(other.lon, other.lat, other.name, "trial", other.id))
        legend.append(("trial", text("why.legend_other", lang)))
        if radius_km is not None:
            areas.append(Area(circle(other.lon, other.lat, radius_km), _INK, "none", dashed=True))
    shapes = {district.ags: district.shape for district in pictures.base().districts}
    words = []
    for row in rows(reason.districts.head(_MOST_DISTRICTS)):
        if str(row.ags) in shapes:
            point = shapes[str(row.ags)].representative_point()
            said = text("why.gain_words", lang, district=row.name, gain=signed(row.gain, lang))
            words.append(MapLabel(float(point.x), float(point.y), said))
    east, north = _AROUND_DEGREES
    return Overlay(
        areas=tuple(areas), marks=tuple(marks), words=tuple(words), legend=tuple(legend),
        zoom_to=(lon - east, lat - north, lon + east, lat + north),
    )  # fmt: skip


def show(work: Working) -> None:
    """Show the panel."""
    lang = work.view.lang
    it = _network(work)
    if it is None:
        html.status(html.RUNNING, text("why.none", lang))
        return
    names = dict(zip(sites.ids(it.coverage.offices), it.coverage.offices["name"].astype(str), strict=True))
    key = _chosen(it)
    labels = choices.distinct({one: names[one] for one in it.kinds}, str)
    st.selectbox(text("why.office", lang), **choices.one(_SITE, list(it.kinds), labels.__getitem__))
    reason = _reason(it, key)
    kind = it.kinds[key]
    year = it.coverage.stage
    html.note(
        text("why.kind_today", lang) if kind == "network" and year is None
        else text(f"why.kind_{kind}", lang, year=year)
    )  # fmt: skip
    html.headline(text("why.headline", lang, name=reason.name))
    html.lead(f"{_brings(reason, lang)} {_second(reason, lang)}".strip())
    _gains(it, reason, lang)
    _firm(it, reason, lang)
    _without(it, reason, kind, lang)
    _changers(it, reason, lang)


def _brings(reason: Reason, lang: Lang) -> str:
    if not len(reason.districts):
        return text("why.brings_nobody", lang, name=reason.name)
    most = reason.districts.iloc[0]
    share = percent(float(most["gain"]) / reason.gain, lang, 0)
    values = {"name": reason.name, "people": number(reason.gain, lang), "share": share}
    city = is_city(resources.region().district_kinds.get(str(most["ags"]), ""))
    return text(f"why.brings{'_city' if city else ''}", lang, district=str(most["name"]) or "–", **values)


def _second(reason: Reason, lang: Lang) -> str:
    if reason.best is None or not reason.gain:
        return ""
    less = reason.gain - reason.best.gain
    key = (
        "better" if less < 0 else "equal" if not less else "close" if less < _CLOSE * reason.gain else "clear"
    )
    return text(f"why.{key}", lang, other=reason.best.name, people=number(abs(less), lang))


def _gains(it: _ShownNetwork, reason: Reason, lang: Lang) -> None:
    """Who gains by it, district by district, beside another town."""
    others = _others(it, reason)
    other = _other(others, reason)
    html.section(text("why.gains", lang))
    mine = {str(row.ags): (str(row.name), float(row.gain)) for row in rows(reason.districts)}
    if other is None:
        body = [[name or "–", f"**{number(gain, lang)}**"] for name, gain in mine.values()]
        head = [text("why.district", lang), text("why.with", lang, name=reason.name)]
        html.table(head, body, figures=(1,), caption=text("why.gains", lang), quiet=True)
        return
    labels = choices.distinct({key: place.name for key, place in others.items()}, str)
    st.selectbox(
        text("why.compare", lang),
        **choices.one(f"{_OTHER}-{reason.id}", list(others), labels.__getitem__),
    )  # fmt: skip
    theirs = {
        str(row.ags): (str(row.name), float(row.gain))
        for row in rows(gains_by_district(reason.without, other))
        if row.gain
    }
    every = {**theirs, **mine}
    order = sorted(
        every, key=lambda ags: (-max(mine.get(ags, ("", 0.0))[1], theirs.get(ags, ("", 0.0))[1]), ags)
    )
    body = []
    for ags in order:
        here, there = mine.get(ags, ("", 0.0))[1], theirs.get(ags, ("", 0.0))[1]
        figures = [f"**{number(here, lang)}**", number(there, lang), signed(there - here, lang)]
        body.append([every[ags][0] or "–", *figures])
    sums = [reason.gain, other.gain]
    body.append(
        [
            f"**{text('why.total', lang)}**", f"**{number(sums[0], lang)}**", f"**{number(sums[1], lang)}**",
            f"**{signed(sums[1] - sums[0], lang)}**",
        ]
    )  # fmt: skip
    head = [text("why.district", lang)]
    head += [text("why.with", lang, name=name) for name in (reason.name, other.name)]
    head.append(text("why.difference", lang))
    html.table(head, body, figures=(1, 2, 3), caption=text("why.gains", lang), quiet=True)


def _firm(it: _ShownNetwork, reason: Reason, lang: Lang) -> None:
    """In how many assumptions it stays."""
    # Taken into the plan, a choice is as fragile as it was before.
    if it.kinds[reason.id] == "network" or not firm.can_be_asked(it.evaluation):
        return
    found = firm.of(it.evaluation)
    site = None if found is None else next((one for one in found.sites if one.id == reason.id), None)
    if found is None:
        firm.show(it.evaluation, lang)
    elif site is not None:
        values = {"same": number(site.count("same"), lang), "of": number(len(site.held), lang)}
        html.section(text("firmness.heading", lang))
        html.note(text("firmness.stays", lang, name=reason.name, **values))
        firm.table(found, site, it.coverage.target.unit, lang)


def _without(it: _ShownNetwork, reason: Reason, kind: str, lang: Lang) -> None:
    """What if it is not possible: the best in its place, and what can be done."""
    html.section(text("why.if_not", lang, name=reason.name))
    best, near = reason.best, reason.nearby
    if best is None:
        html.note(text("why.replace_none", lang))
        return
    change = signed(best.gain - reason.gain, lang)
    said = [text("why.replace", lang, other=best.name, change=change)]
    if near is not None and near.id != best.id:
        values = {"km": plain(NEARBY_KM, lang), "change": signed(near.gain - reason.gain, lang)}
        said.append(text("why.replace_near", lang, other=near.name, **values))
    html.note(" ".join(said))
    towns = [best] + ([near] if near is not None and near.id != best.id else [])
    with st.container(horizontal=True, key="why-actions"):
        label, hint = text("why.exclude", lang, name=reason.name), text("why.exclude_help", lang)
        # Done before the page is drawn: the next click may come while it still is.
        st.button(label, key="why-exclude", help=hint, on_click=_exclude, args=(it, reason, kind))
        for at, place in enumerate(towns):
            label, hint = text("why.swap", lang, name=place.name), text("why.swap_help", lang)
            args = (it, reason, kind, place)
            st.button(label, key=f"why-swap-{at}", help=hint, on_click=_swap, args=args)


def _exclude(it: _ShownNetwork, reason: Reason, kind: str) -> None:
    """Rule it out: of an answer by asking again, of the plan by taking it back, an office by closing."""
    current = session.current()
    if kind == "answer" and it.asked is not None:
        question = it.asked.question
        kept = tuple(key for key in question.require if key != reason.id)
        suggesting.ask_again(it.asked, require=kept, forbid=(*question.forbid, reason.id))
    elif kind == "plan":
        current.change(current.draft.without_site(reason.id).with_rule(reason.id, "forbid"))
    else:
        current.change(current.draft.toggled(reason.id))


def _swap(it: _ShownNetwork, reason: Reason, kind: str, place: Place) -> None:
    """Put another town in its place; the others stay."""
    current = session.current()
    planned = PlannedSite(place.id, place.name, place.lon, place.lat)
    if kind == "answer" and it.asked is not None:
        others = [key for key, one in it.kinds.items() if one == "answer" and key != reason.id]
        forbid = tuple(key for key in it.asked.question.forbid if key not in (place.id, *others))
        suggesting.ask_again(it.asked, require=(*others, place.id), forbid=forbid)
    elif kind == "plan":
        current.change(current.draft.moved(reason.id, planned))
    else:
        draft = current.draft.toggled(reason.id)
        current.change(replace(draft.with_site(planned), require=draft.require))


def _changers(it: _ShownNetwork, reason: Reason, lang: Lang) -> None:
    """Where those go who have this office as the nearest."""
    found = movers(it.coverage, reason.without)
    found = found[found["from_name"] == reason.name].head(_MOST_MOVERS)
    if not len(found):
        return
    body = [
        [str(row.to_name) or "–", number(row.people, lang), number(row.reached, lang)] for row in rows(found)
    ]
    head = [text(f"why.changers_{key}", lang) for key in ("to", "people", "reached")]
    title = text("why.changers", lang, name=reason.name)
    with st.expander(title):
        html.table(head, body, figures=(1, 2), caption=title)
