"""Überblick: one sentence, the map, the three largest gaps, the curve. For the board."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from iqgeo.app import pictures, planfiles, resources, services, session
from iqgeo.app.components import chart, choices, downloads, frame, html, settings, tables
from iqgeo.app.components.map import show_map
from iqgeo.app.components.theme import is_dark
from iqgeo.app.questions import Question, draft_of
from iqgeo.app.state import Draft, View
from iqgeo.coverage import DAYS, Coverage
from iqgeo.errors import InputError
from iqgeo.reports.map import MapScene, wording
from iqgeo.reports.map.pieces import TOP_GAPS
from iqgeo.scenario.settings import DEFAULT_TOWN_PEOPLE
from iqgeo.texts import Lang, number, of_hundred, people_rounded, text
from iqgeo.words.clauses import listed
from iqgeo.words.states import day_of, is_past

NOW, MORE, SIDE = "now", "more", "side"
FURTHER = 4
"""So many further offices are held against today's until there is a plan."""
_LABELLED = (FURTHER, 10)
_PLAN, _YEAR = "plan", "year"
State = tuple[str, int]
"""What stands on the right in a comparison: the plan after a stage, or a year of the network."""


def page() -> None:
    """Show the page."""
    view, own = session.view(), session.own_data()
    try:
        start = resources.coverage(view, own)
    except InputError as error:
        html.headline(text("app.page.overview", view.lang))
        html.status(html.FAILED, error.message(view.lang, on_page=True))
        return
    rooms = frame.frame()
    with rooms.panel:
        mode = _mode_choice(view)
        other = _other_state(view) if mode == SIDE else None
        top = st.container(gap="small")
        below = st.container()
    year = other[1] if other is not None and other[0] == _YEAR else None
    with top:
        plan = Draft() if mode == NOW or year is not None else _plan(view)
    if other is not None and year is None:
        plan = plan.until(other[1])
    scene = pictures.scene(view, own, plan)
    with top:
        past = is_past(scene.stage, day_of(None))
        html.headline(wording.headline(scene, view.lang, closes=bool(plan.closed), past=past))
        words = st.empty()
        with words:
            html.lead(_lead(view, plan, year))
        settings.roads_notice(start, view)
    with rooms.map:
        if other is not None:
            _side_by_side(view, plan, year, _state_name(other, view))
        else:
            show_map(pictures.picture(view, own, plan, dark=is_dark()), view.lang, "overview-map", fill=True)
    with below:
        if other is not None:
            _differences(view, plan, year, _state_name(other, view))
        else:
            _beside(view, plan, scene)
        tables.districts(resources.planned(view, own, plan), view.lang)
        html.sources(wording.source_line(scene, view.lang))
    with rooms.foot:
        downloads.board(resources.case(view, own, plan), view, own, plan)
    if mode == NOW:
        with words:
            html.lead(f"{_lead(view, plan, None)} {_outlook(view, start)}")


def _mode_choice(view: View) -> str:
    words = {mode: text(f"app.overview.mode_{mode}", view.lang) for mode in (NOW, SIDE)}
    words[MORE] = _plan_name(view)
    choices.settle_open("overview-mode", (NOW, MORE, SIDE), NOW)
    chosen = st.segmented_control(
        text("app.overview.mode", view.lang),
        [NOW, MORE, SIDE],
        format_func=lambda mode: words[mode],
        key="overview-mode",
        label_visibility="collapsed",
    )
    return chosen or NOW


def _curve(view: View) -> pd.DataFrame:
    with st.spinner(text("app.curve.running", view.lang)):
        return resources.curve(view, session.own_data())


def _plan(view: View) -> Draft:
    """Return the plan being drawn up, or the best further offices if there is none."""
    draft = session.current().draft
    if not draft.is_empty:
        return draft
    try:
        with st.spinner(text("app.overview.running", view.lang)):
            found = resources.further(view, session.own_data(), FURTHER)
    except InputError as error:
        # Candidates of one's own may reach nobody.
        html.status(html.FAILED, error.message(view.lang, on_page=True))
        return draft
    return draft_of(found, Question(new=FURTHER, start="today").base(draft))


def _lead(view: View, plan: Draft, year: int | None) -> str:
    """Say for how many it is farther, and what the plan or the other stage changes."""
    own, lang = session.own_data(), view.lang
    start, shown = resources.coverage(view, own), resources.planned(view, own, plan)
    if plan.is_empty:
        scene = pictures.scene(view, own)
        farther = wording.lead(scene, lang, past=is_past(scene.stage, day_of(None)))
        if year is None:
            return farther
        share = of_hundred(resources.coverage(_same_figures(view, year), own).share, lang)
        return f"{farther} {text('app.overview.lead_stage', lang, stage=year, share=share)}"
    before = of_hundred(start.share, lang)
    left = people_rounded(shown.uncovered, lang)
    if plan.closed:
        change = services.change(start, shown)
        gained, lost = people_rounded(change.gained, lang), people_rounded(change.lost, lang)
        kinds = {(True, True): "", (True, False): "_none_lost", (False, True): "_none_won"}
        kind = kinds.get((round(change.gained) > 0, round(change.lost) > 0), "_nobody")
        said = text(f"app.overview.lead_change{kind}", lang, before=before, gained=gained, lost=lost)
    elif not plan.added:
        said = text("app.overview.lead_same", lang, before=before, left=left)
    else:
        places = listed([site.name for site in plan.added], lang)
        people = people_rounded(max(0.0, shown.covered - start.covered), lang)
        key = "lead_more" if len(start.offices) else "lead_first"
        key += "" if round(shown.uncovered) else "_all"
        said = text(f"app.overview.{key}", lang, before=before, places=places, people=people, left=left)
    on_days = shown.people_by(DAYS)
    if not on_days:
        return said
    return f"{said} {text('app.overview.lead_days', lang, days=people_rounded(on_days, lang))}"


def _outlook(view: View, start: Coverage) -> str:
    """Say what the plan would bring, or the best further offices if there is none."""
    draft = session.current().draft
    if not draft.is_empty:
        shown = resources.planned(view, session.own_data(), draft)
        share, days = of_hundred(shown.share, view.lang), _days_of_hundred(shown, view.lang)
        return text(f"app.overview.outlook_plan{'_days' if days else ''}", view.lang, share=share, days=days)
    try:
        frame = _curve(view)
    except InputError:
        # The section of the curve says why.
        return ""
    row = frame[frame["new"] == FURTHER]
    if row.empty or not start.people:
        return ""
    count = wording.count_word(FURTHER, view.lang)
    share = of_hundred(float(row["share"].iloc[0]), view.lang)
    key = "outlook" if len(start.offices) else "outlook_first"
    return text(f"app.overview.{key}", view.lang, count=count, share=share)


def _beside(view: View, plan: Draft, scene: MapScene) -> None:
    """What stands beside the map: the largest gaps, and what more offices would bring."""
    _gap_list(scene, plan, view.lang)
    _curve_section(view, plan)


def _gap_list(scene: MapScene, plan: Draft, lang: Lang) -> None:
    top = sorted(scene.gaps, key=lambda gap: gap.place)[:TOP_GAPS]
    key = "gaps" if plan.is_empty else "gaps_left"
    html.section(text(f"app.overview.{key}", lang, count=wording.count_word(len(top) or TOP_GAPS, lang)))
    if not top:
        html.status(html.DONE, text("app.overview.no_gaps", lang))
        return
    html.ranked(
        [
            (
                gap.number,
                True,
                gap.name.text(lang),
                ", ".join(gap.districts[:4]),
                people_rounded(gap.people, lang),
                text("app.overview.people", lang),
            )
            for gap in top
        ]
    )
    if scene.on_days:
        html.note(text("app.overview.gaps_days", lang))


def _curve_section(view: View, plan: Draft) -> None:
    lang = view.lang
    try:
        frame = _curve(view)
    except InputError as error:
        html.section(text("app.curve.title", lang))
        html.status(html.FAILED, error.message(lang, on_page=True))
        return
    proven = bool((frame["status"] == "optimal").all())
    kind = "towns" if session.own_data().candidates is None else "own"
    pool = text(f"proof.pool_{kind}", lang, least=number(DEFAULT_TOWN_PEOPLE, lang))
    offices = [int(it) for it in frame["offices"]]
    # Where none is open yet nothing is "further".
    first = "" if offices[0] else "_first"
    note = text(f"app.curve.note{'' if proven else '_open'}{first}", lang, pool=pool)
    html.section(text("app.curve.title", lang), note)
    shown = resources.planned(view, session.own_data(), plan)
    labelled = {offices[0]: _today(view)} | {
        offices[0] + more: text(f"app.curve.more{first}", lang, count=wording.count_word(more, lang))
        for more in _LABELLED
    }
    # The ring is the network on this screen: the best of its size, or below the curve.
    ring = (len(shown.offices), shown.share)
    chart.curve(offices, [float(it) for it in frame["share"]], ring, labelled, lang)


def _other_state(view: View) -> State:
    """Ask what stands on the right: the plan after a stage, the last one first, or another year."""
    stages = session.current().draft.stages
    options: list[State] = [(_PLAN, it) for it in range(stages, 0, -1)]
    options += [(_YEAR, it) for it in resources.region().stages if it != view.stage]
    chosen: State = st.selectbox(
        text("app.overview.compare_with", view.lang),
        **choices.one("overview-other", options, lambda it: _state_name(it, view), options[0]),
        width=320,
    )
    return chosen


def _same_figures(view: View, stage: int) -> View:
    """Return the view of another stage, counting the same people of the same year."""
    return replace(view, stage=stage, year=planfiles.shown_year(resources.region(), view))


def _side_by_side(view: View, plan: Draft, year: int | None, title: str) -> None:
    """Show two states next to each other: today's and the plan, or two years of the network."""
    after = view if year is None else _same_figures(view, year)
    left, right = st.columns(2, gap=None)
    with left:
        _titled_map(view, Draft(), _today(view), "overview-left")
    with right:
        _titled_map(after, plan, title, "overview-right")


def _differences(view: View, plan: Draft, year: int | None, title: str) -> None:
    """Say who wins and who loses between the two states."""
    own, lang = session.own_data(), view.lang
    after = view if year is None else _same_figures(view, year)
    html.section(text("app.change.title", lang))
    before, now = resources.coverage(view, own), resources.planned(after, own, plan)
    tables.change(services.change(before, now), lang)
    downloads.comparison(before, now, (_today(view), title), view)


def _today(view: View) -> str:
    if view.stage is None:
        return text("app.curve.today", view.lang)
    return text("app.overview.state", view.lang, stage=view.stage)


def _plan_name(view: View) -> str:
    """Name what is drawn up, or the best further offices: the first ones where none is open yet."""
    kind = "_plan"
    if session.current().draft.is_empty:
        kind = "" if len(resources.coverage(view, session.own_data()).offices) else "_first"
    return text(f"app.overview.mode_more{kind}", view.lang)


def _state_name(state: State, view: View) -> str:
    """Name a year of the network, or the plan after a stage."""
    kind, number_ = state
    if kind == _YEAR:
        return text("app.overview.state", view.lang, stage=number_)
    if number_ < session.current().draft.stages:
        return text("app.overview.mode_plan_stage", view.lang, stage=number_)
    return _plan_name(view)


def _days_of_hundred(shown: Coverage, lang: Lang) -> str:
    """How many of 100 are served on days only; empty if nobody is."""
    on_days = shown.people_by(DAYS)
    return of_hundred(on_days / shown.people, lang).split()[0] if on_days else ""


def _titled_map(view: View, plan: Draft, title: str, key: str) -> None:
    lang, shown = view.lang, resources.planned(view, session.own_data(), plan)
    share = of_hundred(shown.share, lang) if shown.people else "–"
    said = text("app.overview.state_figures", lang, state=title, offices=len(shown.offices), share=share)
    if days := _days_of_hundred(shown, lang):
        said = text("app.overview.state_days", lang, state=said, days=days)
    html.section(said)
    show_map(pictures.picture(view, session.own_data(), plan, dark=is_dark()), view.lang, key, fill=True)


page()
