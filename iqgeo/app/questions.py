"""What a coordinator asks the siting models, and what an answer changes in the plan. No streamlit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from iqgeo.app import services
from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, PlannedSite
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError, Problem
from iqgeo.region import Region
from iqgeo.scenarios import StagedSuggestion, staged_plan
from iqgeo.siting import Control
from iqgeo.suggestions import DEFAULT_NEW, DEFAULT_TOWN_PEOPLE, MODELS, SiteChoice, Siting, Suggestion

STAGES: Final = "stages"
QUESTIONS: Final = (MODELS[0], STAGES, *MODELS[1:])
"""The siting models, and opening in stages that are best together."""

MOST_NEW: Final = 30
Answer = Suggestion | StagedSuggestion


@dataclass(frozen=True)
class Question:
    """A question to a siting model; which of the numbers count depends on ``model``.

    ``sizes`` are the new offices of each stage; ``per_district`` asks for at least one office in every
    district that has a candidate.
    """

    model: str = MODELS[0]
    new: int = DEFAULT_NEW
    keep: int = 0
    share_pct: float = 95.0
    sizes: tuple[int, ...] = (2, 2)
    least_people: int = DEFAULT_TOWN_PEOPLE
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    per_district: bool = False

    def task(self, region: Region, start: Coverage, own: OwnData) -> Siting:
        """Return the question with its numbers, ready to be solved."""
        allowed = services.candidates(region, own, self.least_people, also=self.require)
        # A town too small to be a candidate is ruled out anyway.
        forbid = tuple(key for key in self.forbid if key in set(allowed["id"]))
        return Siting(start, allowed, self.require, forbid, self.per_district)

    def solve(self, task: Siting, control: Control) -> Answer:
        """Ask the model.

        Raises
        ------
        InputError
            If the question cannot be asked: every problem at once.
        """
        if self.model == STAGES:
            return staged_plan(task, self.sizes, control)
        asked: dict[str, float] = {"new": self.new}
        if self.model == "full-cover":
            asked = {"share_pct": self.share_pct}
        elif self.model == "keep-best":
            asked = {"keep": self.keep}
        solve: Callable[..., Suggestion] = task.solve
        return solve(self.model, control=control, **asked)


def sizes_of(written: str) -> tuple[int, ...]:
    """Read the offices of each stage, such as ``2, 2, 1``.

    Raises
    ------
    InputError
        If it is no list of whole numbers from one, or too many offices in all.
    """
    parts = [it.strip() for it in written.replace(";", ",").replace("+", ",").split(",")]
    sizes = [int(it) for it in parts if it.isascii() and it.isdigit() and len(it) < 4]
    if len(sizes) < len(parts) or min(sizes) < 1 or sum(sizes) > MOST_NEW:
        details = {"most": str(MOST_NEW)}
        raise InputError(Problem("stage_sizes", value=written, details=details))
    return tuple(sizes)


def draft_of(answer: Answer, draft: Draft) -> Draft:
    """Return the plan that an answer makes of ``draft``."""
    if isinstance(answer, StagedSuggestion):
        chosen = [(site, stage) for stage, it in enumerate(answer.stages, start=1) for site in it.sites]
        plan = _opening([site for site, _ in chosen], draft)
        for site, stage in chosen:
            plan = plan.in_stage(site.id, stage)
        return plan
    if answer.model == "keep-best":
        kept = {site.id for site in answer.sites}
        offices = answer.before.offices["id"].astype(str)
        return Draft(draft.name, (), tuple(key for key in offices if key not in kept))
    return _opening(list(answer.sites), draft)


def _opening(sites: list[SiteChoice], draft: Draft) -> Draft:
    added = tuple(PlannedSite(site.id, site.name, site.lon, site.lat) for site in sites)
    return Draft(draft.name, added, draft.closed, draft.require, draft.forbid)
