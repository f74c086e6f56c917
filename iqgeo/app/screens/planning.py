"""Planung: try offices on the map, ask for the best ones, keep and compare plans. For the coordinator."""

from functools import partial

from iqgeo.app import pictures, planfiles, resources, services, session
from iqgeo.app.components import (
    frame,
    html,
    library,
    network,
    planmap,
    planoffices,
    plans,
    settings,
    studies,
    suggesting,
    tables,
    why,
)
from iqgeo.app.components.frame import Panel, Working
from iqgeo.app.state import Draft, View
from iqgeo.coverage import DAYS, Coverage
from iqgeo.errors import InputError
from iqgeo.reports.map import wording
from iqgeo.texts import in_hundred, range_in_hundred, text


def page() -> None:
    """Show the page."""
    view = session.view()
    try:
        start = resources.coverage(view, session.own_data())
    except InputError as error:
        html.headline(text("app.page.planning", view.lang))
        html.status(html.FAILED, error.message(view.lang, on_page=True))
        return
    current = session.current()
    current.draft = planfiles.settled(current.draft, start.offices)
    planmap.take_event()
    suggesting.take_result()
    network.take_result()
    plan = session.current().draft.until(planmap.stage_shown())
    panel = frame.chosen(PANELS)
    # What is drawn as provisional is the answer that the panel is about.
    proposed = (network.proposal() if panel.key == "network" else None) or suggesting.proposal()
    proposal, firm = (None, plan) if proposed is None else proposed
    shown = resources.planned(view, session.own_data(), plan)
    work = Working(view, start, plan, shown, firm, proposal)
    rooms = frame.frame()
    with rooms.map:
        frame.part("map", view.lang, partial(_map, panel, work))
    with rooms.panel:
        frame.choice(PANELS, view.lang)
        frame.part(panel.key, view.lang, partial(panel.show, work))
    if panel.foot is not None:
        with rooms.foot:
            frame.part("foot", view.lang, partial(panel.foot, work))


def _map(panel: Panel, work: Working) -> None:
    planmap.show(work, panel.overlay(work) if panel.overlay is not None else None)


def _plan(work: Working) -> None:
    """The office being tried, else the question and its answer, else the plan as it stands."""
    view, trial = work.view, session.current().trial
    if trial is not None:
        planmap.trial(work, trial)
        return
    if suggesting.is_busy() and not suggesting.is_running():
        suggesting.show(work)
        return
    html.headline(_headline(view, work.plan, len(work.start.offices)))
    html.lead(_lead(view, work.shown))
    if suggesting.is_running():
        suggesting.show(work)
    if not work.plan.is_empty:
        html.note(planoffices.in_words(work.plan, work.start, view.lang))
    if not len(work.shown.offices):
        html.status(html.RUNNING, text("app.planning.no_office", view.lang))
    settings.roads_notice(work.start, view)
    planmap.stage_choice(view.lang)
    planmap.ways_to_try(view.lang)
    if not work.plan.is_empty:
        _change(work)
        # What the plan holds is looked for next; without a plan it would only be in the way.
        planoffices.show(view, work.start, work.shown)
        library.last_changes(view.lang)
    scene = pictures.scene(view, session.own_data(), work.plan)
    html.sources(wording.source_line(scene, view.lang))


def _offices(work: Working) -> None:
    """Every office and what can be done with it."""
    html.headline(_headline(work.view, work.plan, len(work.start.offices)))
    planoffices.show(work.view, work.start, work.shown)
    if not work.plan.is_empty:
        _change(work)


def _change(work: Working) -> None:
    """Who wins and who loses by the plan."""
    html.section(text("app.change.title", work.view.lang))
    tables.change(services.change(work.start, work.shown), work.view.lang)


def _plans(work: Working) -> None:
    """The plans that are kept, and how they compare."""
    html.headline(_headline(work.view, work.plan, len(work.start.offices)))
    plans.show(work.view, work.start)


def _headline(view: View, draft: Draft, offices: int) -> str:
    if draft.is_empty and not offices:
        return text("app.planning.headline_none_first", view.lang)
    if draft.is_empty:
        count = wording.count_word(offices, view.lang)
        return text("app.planning.headline_none", view.lang, count=count)
    found = {
        "headline_more": draft.added, "headline_closed": draft.closed, "headline_places": draft.places
    }  # fmt: skip
    parts = [
        text(f"app.planning.{key}", view.lang, count=wording.count_word(len(towns), view.lang))
        for key, towns in found.items()
        if towns
    ]
    return text("app.planning.headline", view.lang, what=", ".join(parts))


def _lead(view: View, shown: Coverage) -> str:
    figures = services.figures(shown)
    if not shown.people:
        return text("app.planning.lead_empty", view.lang)
    ends = (figures.share if it is None else it for it in (figures.low, figures.high))
    low, high = range_in_hundred(next(ends), figures.share, next(ends), view.lang)
    key = "lead" if low == high else "lead_band"
    share = in_hundred(figures.share, view.lang)
    said = text(f"app.planning.{key}", view.lang, share=share, low=low, high=high)
    parts = [said]
    if len(shown.day_places):
        # Who is served on days is no part of the share above.
        days = in_hundred(shown.people_by(DAYS) / shown.people, view.lang)
        parts.append(text("app.planning.lead_days", view.lang, days=days))
    return " ".join([*parts, text("app.planning.lead_try", view.lang)])


PANELS = (
    Panel("ask", _plan, foot=suggesting.foot),
    Panel("network", network.show, network.overlay),
    Panel("why", why.show, overlay=why.overlay),
    Panel("offices", _offices),
    Panel("studies", studies.show),
    Panel("plans", _plans),
)
"""What can be done beside the map; a new panel is one more line and its name in texts/cockpit.toml."""

page()
