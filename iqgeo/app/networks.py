"""Questions about the network as it works: put to the models, and the user's own numbers beside them."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from iqgeo.app import planfiles, resources
from iqgeo.app.questions import NetworkQuestion
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Draft, View
from iqgeo.coverage import Coverage
from iqgeo.inputs.intake import Intake
from iqgeo.outreach import Outreach
from iqgeo.scenario.asked import siting_of, with_place_rules
from iqgeo.scenario.evaluate import Evaluation, evaluate
from iqgeo.scenario.load import with_own_sites
from iqgeo.scenario.networks import outreach_of
from iqgeo.siting import Control


@dataclass(frozen=True, order=True)
class Point:
    """So many places and the people served; whether that is proven, and whether fewer do not serve all."""

    places: int
    people: float
    is_proven: bool
    is_fewest: bool


def ask_network(
    question: NetworkQuestion, view: View, own: OwnData, draft: Draft, control: Control | None = None
) -> Evaluation:
    """Put a question about the network as it works; for a thread of its own."""
    scenario = question.asked_of(
        planfiles.scenario_of(resources.region(view.region), view, replace(draft, places=()), own)
    )
    return evaluate(scenario, with_own_sites(resources.loaded(view, own), scenario.sites), control)


def network_key(question: NetworkQuestion, view: View, own: OwnData, draft: Draft) -> str:
    """Tell whether a question about the network is still the same."""
    scenario = planfiles.scenario_of(
        resources.region(view.region), resources.computed(view), replace(draft, places=()), own
    )
    return f"{question.asked_of(scenario).key} {own.key}"


def outreach(view: View) -> Outreach:
    """Return the rules of days away."""
    return outreach_of(planfiles.scenario_of(resources.region(view.region), view, Draft(), EMBEDDED))


def places_curve(
    view: View,
    own: OwnData,
    draft: Draft,
    new: int,
    sizes: Sequence[int | None],
    found: Callable[[Point], None],
    solver: Lock,
    control: Control,
) -> None:
    """Find whom so many places serve at most beside ``new`` offices more than a plan has.

    Parameters
    ----------
    view : View
        What is looked at.
    own : OwnData
        The user's files.
    draft : Draft
        The plan.
    new : int
        Offices beside those of the plan.
    sizes : Sequence[int | None]
        Numbers of places; ``None`` for as many as it takes.
    found : Callable[[Point], None]
        Takes a point after the other, see :func:`iqgeo.outreach.outreach_curve`.
    solver : Lock
        Held for one point at a time: whoever waits for an answer comes in between.
    control : Control
        Stop and time limit.
    """
    from iqgeo.outreach import outreach_curve

    scenario = planfiles.scenario_of(resources.region(view.region), view, replace(draft, places=()), own)
    read = with_own_sites(resources.loaded(view, own), scenario.sites)
    start = evaluate(scenario, read).coverages[-1]
    task = with_place_rules(siting_of(scenario, read, start), scenario, read)
    end = time.monotonic() + (control.time_limit_s or math.inf)
    # Places that are required are among them.
    least = len(scenario.rules.require_places)
    asked = dict.fromkeys(None if it is None else max(it, least) for it in sizes)
    for at, size in enumerate(asked):
        if control.stop is not None and control.stop():
            return
        # What the first points leave over is shared by those that are harder.
        limit = max(0.5, (end - time.monotonic()) / (len(asked) - at))
        with solver:
            points = outreach_curve(
                task, new, (size,), outreach_of(scenario), replace(control, time_limit_s=limit)
            )
        for places, people, _, status in points:
            found(Point(places, people, status == "optimal", size is None))


def consultations(raw: bytes, name: str, coverage: Coverage) -> Intake:
    """Return the user's own consultations, checked; nothing of the file is kept beyond the tab."""
    from iqgeo.inputs.consultations import read_consultations

    return read_consultations((raw, name), coverage.offices)
