"""Questions about the network as it works: put to the models, and the user's own numbers beside them."""

from collections.abc import Sequence
from dataclasses import replace

from iqgeo.app import planfiles, resources
from iqgeo.app.questions import NetworkQuestion
from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, View
from iqgeo.coverage import Coverage
from iqgeo.inputs.intake import Intake
from iqgeo.scenario.asked import outreach_of, task_of
from iqgeo.scenario.evaluate import Evaluation, evaluate
from iqgeo.scenario.load import with_own_sites
from iqgeo.siting import Control


def ask_network(
    question: NetworkQuestion, view: View, own: OwnData, draft: Draft, control: Control | None = None
) -> Evaluation:
    """Put a question about the network as it works; for a thread of its own."""
    scenario = question.asked_of(
        planfiles.scenario_of(resources.region(), view, replace(draft, places=()), own)
    )
    return evaluate(scenario, with_own_sites(resources.loaded(view, own), scenario.sites), control)


def network_key(question: NetworkQuestion, view: View, own: OwnData, draft: Draft) -> str:
    """Tell whether a question about the network is still the same."""
    scenario = planfiles.scenario_of(
        resources.region(), resources.computed(view), replace(draft, places=()), own
    )
    return f"{question.asked_of(scenario).key} {own.key}"


def places_curve(
    view: View, own: OwnData, new: int, sizes: Sequence[int], control: Control | None = None
) -> tuple[tuple[int, float, float, str], ...]:
    """Return the people served by number of places, see :func:`iqgeo.outreach.outreach_curve`."""
    from iqgeo.outreach import outreach_curve

    scenario = planfiles.scenario_of(resources.region(), view, Draft(), own)
    return outreach_curve(
        task_of(scenario, resources.loaded(view, own)), new, sizes, outreach_of(scenario), control
    )


def consultations(raw: bytes, name: str, coverage: Coverage) -> Intake:
    """Return the user's own consultations, checked; nothing of the file is kept beyond the tab."""
    from iqgeo.inputs.consultations import read_consultations

    return read_consultations((raw, name), coverage.offices)
