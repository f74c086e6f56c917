"""What a coordinator asks the siting models, and what an answer changes in the plan. No streamlit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from iqgeo import sites
from iqgeo.app.state import Draft, PlannedPlace, PlannedSite
from iqgeo.errors import InputError, Problem
from iqgeo.frames import rows
from iqgeo.outreach_plan import OutreachPlan
from iqgeo.proof import FEWEST, GOALS, JOINT, LEAST
from iqgeo.scenario.evaluate import Evaluation, Step
from iqgeo.scenario.model import Scenario, Search
from iqgeo.suggestions import DEFAULT_NEW, DEFAULT_TOWN_PEOPLE, MODELS
from iqgeo.texts import Lang, number_of

STAGES: Final = JOINT
QUESTIONS: Final = (MODELS[0], STAGES, *MODELS[1:])
"""The siting models, and opening in stages that are best together."""

MOST_NEW: Final = 30
MOST_PLACES: Final = 200
LIMITS_S: Final = (5, 3600)
SHARES_PCT: Final = (1, 100)
Start = Literal["plan", "today"]
"""Whether an answer is added to what the plan has already, or takes its place."""


@dataclass(frozen=True)
class Question:
    """A question to a siting model; which of the numbers count depends on ``model``.

    ``sizes`` are the new offices of each stage; ``per_district`` asks for at least one office in every
    district that has a candidate; ``start`` says what the answer is added to, and ``by_hand`` which offices
    of the plan stay even if it begins anew.
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
    start: Start = "plan"
    by_hand: tuple[str, ...] = ()
    time_limit_s: float = 60.0

    def base(self, draft: Draft) -> Draft:
        """The plan that the answer is added to."""
        # What is asked of places served on days is no matter of this question, and stays.
        anew = Draft(draft.name, require_places=draft.require_places, forbid_places=draft.forbid_places)
        kept = draft if self.start == "plan" else anew
        if self.start != "plan" and self.by_hand:
            kept = replace(kept, added=tuple(it for it in draft.added if it.id in self.by_hand))
        return replace(
            kept,
            require=self.require,
            forbid=self.forbid,
            per_district=self.per_district,
            least_people=self.least_people,
        )

    def asked_of(self, scenario: Scenario) -> Scenario:
        """The scenario of a plan with this question put to its last stage."""
        search = Search(
            self.model,
            new=self.new if self.model in ("max-cover", "p-median", "p-center") else None,
            keep=self.keep if self.model == "keep-best" else None,
            share_pct=self.share_pct if self.model == "full-cover" else None,
            sizes=self.sizes if self.model == STAGES else (),
            time_limit_s=self.time_limit_s,
        )
        rules = replace(
            scenario.rules, require=self.require, forbid=self.forbid, per_district=self.per_district
        )
        asked = replace(scenario.with_settings(least_people=self.least_people), rules=rules)
        return asked.with_stage(-1, search=search, proof=None)


def out_of_range(asked: Mapping[str, Any], limit_s: float, offices: int) -> list[Problem]:
    """Name every number of a question that cannot be asked for, with what can."""
    limits = {"new": (1, MOST_NEW), "share_pct": SHARES_PCT, "keep": (0, offices), "limit_s": LIMITS_S}
    given = {name: float(value) for name, value in {**asked, "limit_s": limit_s}.items() if name in limits}
    return _outside(given, limits)


def _outside(given: Mapping[str, float | None], limits: Mapping[str, tuple[int, int]]) -> list[Problem]:
    """Name every number that is not within its limits; what is not asked for is."""
    return [
        Problem(
            f"asked_{name}", value=f"{value:g}", details=dict(zip(("low", "high"), limits[name], strict=True))
        )
        for name, value in given.items()
        if value is not None and not limits[name][0] <= value <= limits[name][1]
    ]


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


def share_of(written: str, lang: Lang) -> float:
    """Read a share of 100 that is to be reached, as the language writes it.

    Raises
    ------
    InputError
        If it is no number that can be asked for.
    """
    low, high = SHARES_PCT
    try:
        share = number_of(written, lang)
    except ValueError:
        share = -1.0
    if not low <= share <= high:
        raise InputError(Problem("asked_share_pct", value=written, details={"low": low, "high": high}))
    return share


def draft_of(answer: Evaluation, base: Draft) -> Draft:
    """Return the plan that an answer makes of the plan it was asked of.

    What was placed by hand stays; what the answer opens or gives up comes into the stage that was asked,
    with its proof.
    """
    plan = base
    first = base.stages
    for number, step in enumerate(answer.steps[first - 1 :], start=first):
        if step.suggestion is None:
            continue
        before, after = step.suggestion.before.offices, step.suggestion.after.offices
        for it in rows(sites.opened_since(before, after)[["id", "name", "lon", "lat"]]):
            plan = plan.with_site(PlannedSite(str(it.id), str(it.name), float(it.lon), float(it.lat)))
            plan = plan.in_stage(str(it.id), number)
        for key in sites.ids(sites.opened_since(after, before)):
            planned = any(it.id == key for it in plan.added)
            plan = plan.without_site(key) if planned else plan.toggled(key).in_stage(key, number)
        if isinstance(step.answer, OutreachPlan):
            plan = _with_days(plan, step, number)
    proofs = [(number, step.proof) for number, step in enumerate(answer.steps, start=1) if step.proof]
    kept = [it for it in plan.proofs if it[0] not in dict(proofs)]
    return replace(plan, proofs=tuple(sorted((*kept, *proofs), key=lambda it: it[0])))


def _with_days(plan: Draft, step: Step, number: int) -> Draft:
    """The plan with the places of an answer, and without those it gave up."""
    assert isinstance(step.answer, OutreachPlan)
    chosen = step.answer.places
    known = {*(it.id for it in plan.places), *sites.ids(step.answer.offices.before.offices)}
    served = (PlannedPlace(it.id, it.name, it.lon, it.lat, it.home) for it in chosen)
    plan = plan.with_places(served, number)
    for key in step.stage.closed:
        # Places of today that are given up; planned ones are gone already.
        if key not in known and key not in plan.closed:
            plan = plan.toggled(key).in_stage(key, number)
    return plan


@dataclass(frozen=True)
class NetworkQuestion:
    """A question about the network as it works, under the settings of the view.

    Attributes
    ----------
    kind : str
        ``days`` (offices and places served on days), ``districts`` (so much for every district) or one of
        :data:`iqgeo.proof.GOALS`.
    places : int | None
        At most so many; ``None`` for as few as serve ``share_pct``.
    new : int
        New offices at most; of ``districts`` only where ``fewest`` is not asked.
    fewest : bool
        For ``districts``: as few offices as possible.
    least : str
        Without a number of places what is kept low, one of :data:`iqgeo.proof.LEAST`.
    """

    kind: str = "days"
    new: int = DEFAULT_NEW
    places: int | None = None
    share_pct: float = 100.0
    district_pct: float = 50.0
    fewest: bool = True
    least: str = LEAST[0]
    time_limit_s: float = 60.0

    def asked_of(self, scenario: Scenario) -> Scenario:
        """The scenario of a plan with this question put to its last stage."""
        if self.kind == "days":
            fewest = self.places is None
            search = Search(
                new=self.new, places=FEWEST if self.places is None else self.places,
                share_pct=self.share_pct if fewest else None, time_limit_s=self.time_limit_s,
                least=self.least if fewest and self.least != LEAST[0] else "",
            )  # fmt: skip
        elif self.kind in GOALS:
            search = Search(new=self.new, goal=self.kind, time_limit_s=self.time_limit_s)
        else:
            search = Search(
                "full-cover" if self.fewest else "max-cover", new=None if self.fewest else self.new,
                district_share_pct=self.district_pct, time_limit_s=self.time_limit_s,
            )  # fmt: skip
        return scenario.with_stage(-1, search=search, proof=None)


def network_out_of_range(asked: NetworkQuestion) -> list[Problem]:
    """Name every number of a question about the network that cannot be asked for, with what can."""
    low = 0 if asked.kind == "days" else 1
    limits = {"new": (low, MOST_NEW), "places": (0, MOST_PLACES)}
    given = {"places": asked.places if asked.kind == "days" else None}
    if asked.kind != "districts" or not asked.fewest:
        given["new"] = asked.new
    return _outside(given, limits)
