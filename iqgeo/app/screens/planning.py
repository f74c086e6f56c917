"""Planung: try offices on the map, ask for the best ones, keep and compare plans. For the coordinator."""

import streamlit as st

from iqgeo.app import planfiles, resources, services, session
from iqgeo.app.components import html, planmap, planoffices, plans, settings, suggesting
from iqgeo.app.state import Draft, View
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.reports.map import wording
from iqgeo.texts import number, text


def page() -> None:
    """Show the page."""
    view = session.view()
    try:
        start = resources.coverage(view, session.own_data())
    except InputError as error:
        html.headline(text("app.page.planning", view.lang))
        html.status(html.FAILED, error.message(view.lang))
        settings.settings("planning")
        return
    current = session.current()
    current.draft = planfiles.settled(current.draft, start.offices)
    planmap.take_event()
    suggesting.take_result()
    plan = session.current().draft.until(planmap.stage_shown())
    shown = resources.planned(view, session.own_data(), plan)
    html.headline(_headline(view, plan, len(start.offices)))
    html.lead(_lead(view, shown))
    settings.roads_notice(start, view)
    with st.container(key="controls", horizontal=True, vertical_alignment="center", gap="medium"):
        settings.stage_choice("planning")
        settings.settings("planning")
        planmap.stage_choice(view.lang)
    left, right = st.columns(2, gap="large")
    with left:
        planmap.show(view, plan, shown)
        planoffices.show(view, start, shown)
    with right:
        suggesting.show(view, start)
        plans.show(view, start)
    scene = resources.scene(view, session.own_data(), plan)
    html.sources(wording.source_line(scene, view.lang))


def _headline(view: View, draft: Draft, offices: int) -> str:
    if draft.is_empty:
        count = wording.count_word(offices, view.lang)
        return text("app.planning.headline_none", view.lang, count=count)
    parts = []
    if draft.added:
        key = "headline_one" if len(draft.added) == 1 else "headline_more"
        parts.append(
            text(f"app.planning.{key}", view.lang, count=wording.count_word(len(draft.added), view.lang))
        )
    if draft.closed:
        key = "headline_closed_one" if len(draft.closed) == 1 else "headline_closed"
        parts.append(
            text(f"app.planning.{key}", view.lang, count=wording.count_word(len(draft.closed), view.lang))
        )
    return text("app.planning.headline", view.lang, what=", ".join(parts))


def _lead(view: View, shown: Coverage) -> str:
    figures = services.figures(shown)
    if not shown.people:
        return text("app.planning.lead_empty", view.lang)
    key = "lead" if figures.low is None else "lead_band"
    low, high = (figures.share if it is None else it for it in (figures.low, figures.high))
    return text(
        f"app.planning.{key}",
        view.lang,
        share=number(100 * figures.share, view.lang, 1),
        low=number(100 * low, view.lang, 0),
        high=number(100 * high, view.lang, 0),
    )


page()
