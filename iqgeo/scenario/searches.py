"""What a stage's search asks of the models, and what its answer says. Opens no file."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from iqgeo.choices import Suggestion
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError, Problem
from iqgeo.proof import (
    ATTENDANCE,
    FEWEST,
    FEWEST_DAYS,
    FEWEST_FOR_DISTRICTS,
    MOST_FOR_DISTRICTS,
    MOST_WITH_DAYS,
    ROOM,
    SAFE,
    Proof,
)
from iqgeo.scenario.asked import posed, question_of, siting_of, with_every_district, with_place_rules
from iqgeo.scenario.load import Loaded
from iqgeo.scenario.model import DEFAULT_NEW, Outpost, Scenario, Search
from iqgeo.scenario.networks import outreach_of
from iqgeo.scenario.work import room_of

if TYPE_CHECKING:
    from iqgeo.outreach import OutreachPlan
    from iqgeo.promises import DistrictPromise, FairSuggestion, RoomSuggestion, SafeSuggestion
    from iqgeo.siting import Control
    from iqgeo.suggestions import Siting

NetworkAnswer: TypeAlias = (
    "OutreachPlan | DistrictPromise | SafeSuggestion | FairSuggestion | RoomSuggestion | None"
)


@dataclass(frozen=True, eq=False)
class Found:
    """A question as it was put, and what came back.

    Attributes
    ----------
    task : Siting
        What was asked, of which network.
    suggestion : Suggestion
        The answer in offices.
    places : tuple[Outpost, ...] | None
        Served on days from now on; ``None`` if nothing was asked about them.
    answer : NetworkAnswer
        All that a search for more than offices found.
    also : tuple[str, ...]
        Later goals that are proven.
    """

    task: "Siting"
    suggestion: Suggestion
    places: tuple[Outpost, ...] | None = None
    answer: "NetworkAnswer" = None
    also: tuple[str, ...] = ()


def control_of(search: Search, control: "Control | None") -> "Control":
    """Stop and progress of a run with the time limit of a search.

    Parameters
    ----------
    search : Search
        Says the time limit, in seconds.
    control : Control | None
        Stop and progress; ``None`` for neither.

    Returns
    -------
    Control
        One of its own: the given one stays as it is.
    """
    from iqgeo.siting import Control

    return replace(control or Control(), time_limit_s=search.time_limit_s)


def solve(
    scenario: Scenario, loaded: Loaded, start: Coverage, search: Search, control: "Control | None", *,
    reasons: bool = True, refusals: bool = False,
) -> Found:  # fmt: skip
    """Put a search to the model it asks for.

    Parameters
    ----------
    scenario : Scenario
        Its rules and settings count.
    loaded : Loaded
        The people, the measure and the candidates.
    start : Coverage
        The offices to begin with.
    search : Search
        The question.
    control : Control | None
        Stop and progress; the time limit is the search's.
    reasons, refusals : bool
        Explain each site; also what it costs to refuse it.

    Returns
    -------
    Found
        The answer in towns and people.

    Raises
    ------
    InputError
        If it cannot be asked: every problem at once.
    """
    wrong = search.contradictions
    if wrong:
        raise InputError([Problem(code, column="search", value=value) for code, value in wrong])
    task = siting_of(scenario, loaded, start)
    limited = control_of(search, control)
    if search.places is not None:
        return _with_days(scenario, with_place_rules(task, scenario, loaded), search, limited)
    if search.district_share_pct is not None:
        return _for_districts(with_every_district(task, scenario, loaded), search, limited)
    if search.goal:
        return _for_goal(scenario, task, search, limited)
    suggestion = task.solve(
        search.model, new=new_of(search), keep=search.keep, share_pct=share_of(search), control=limited,
        reasons=reasons, refusals=refusals,
    )  # fmt: skip
    return Found(task, suggestion)


def new_of(search: Search) -> int:
    """The new offices a search asks for.

    Parameters
    ----------
    search : Search
        A question.

    Returns
    -------
    int
        :data:`~iqgeo.scenario.model.DEFAULT_NEW` where it names none.
    """
    return DEFAULT_NEW if search.new is None else search.new


def share_of(search: Search) -> float:
    """The share of all people a search asks for.

    Parameters
    ----------
    search : Search
        A question.

    Returns
    -------
    float
        Percent; 100 where it names none.
    """
    return 100.0 if search.share_pct is None else search.share_pct


def _with_days(scenario: Scenario, task: "Siting", search: Search, control: "Control") -> Found:
    from iqgeo.outreach import plan_outreach

    number = None if isinstance(search.places, str) else search.places
    plan = plan_outreach(
        task, new_of(search), number, outreach_of(scenario), share_pct=share_of(search),
        goal=search.least or "places", control=control,
    )  # fmt: skip
    return Found(
        task, plan.offices, tuple(Outpost(it.id, it.home) for it in plan.places), plan,
        tuple(it.goal for it in plan.goals[1:] if it.proven),
    )  # fmt: skip


def _for_districts(task: "Siting", search: Search, control: "Control") -> Found:
    from iqgeo.promises import district_promise

    assert search.district_share_pct is not None
    promise = district_promise(
        task, search.district_share_pct, model=search.model, new=new_of(search), control=control
    )
    return Found(task, promise.suggestion, answer=promise)


def _for_goal(scenario: Scenario, task: "Siting", search: Search, control: "Control") -> Found:
    from iqgeo.promises import attended_network, fair_network, network_with_room, safe_network

    new = new_of(search)
    if search.goal == SAFE:
        safe = safe_network(task, new, control)
        return Found(task, safe.suggestion, answer=safe)
    if search.goal == ROOM:
        roomy = network_with_room(task, new, room_of(task, scenario.settings), control)
        return Found(task, roomy.suggestion, answer=roomy)
    if search.goal == ATTENDANCE:
        fair = attended_network(task, new, scenario.settings.half_km, control)
    else:
        fair = fair_network(task, new, control=control)
    return Found(task, fair.suggestion, answer=fair)


def model_of(search: Search) -> str:
    """The name of a search's model in a proof.

    Parameters
    ----------
    search : Search
        A question.

    Returns
    -------
    str
        As :class:`iqgeo.proof.Proof` has it.
    """
    if search.places is not None:
        return FEWEST_DAYS if search.places == FEWEST else MOST_WITH_DAYS
    if search.district_share_pct is not None:
        return FEWEST_FOR_DISTRICTS if search.model == "full-cover" else MOST_FOR_DISTRICTS
    return search.goal or search.model


def described(scenario: Scenario, loaded: Loaded, task: "Siting", search: Search) -> Proof:
    """What a search was given, without its answer.

    Parameters
    ----------
    scenario : Scenario
        Its settings count.
    loaded : Loaded
        Says whose candidates they are.
    task : Siting
        The network and its rules.
    search : Search
        The question.

    Returns
    -------
    Proof
        ``status`` is empty, ``gap`` and ``seconds`` are NaN.
    """
    keeps = search.model == "keep-best"
    model = model_of(search)
    return Proof(
        model=model, status="", gap=float("nan"), seconds=float("nan"), free=(),
        required=() if keeps else task.require,
        forbidden=() if keeps else task.forbid,
        per_district=not keeps and task.per_district,
        share_pct=share_of(search),
        candidates=task.existing if keeps else len(task.candidates) - len(task.barred),
        pool="own" if loaded.own_candidates else "towns",
        least_people=scenario.settings.least_people,
        question=question_of(task, *_more(model, scenario, task, search.least)),
        district_share_pct=search.district_share_pct,
        required_places=task.require_places,
        forbidden_places=task.forbid_places,
        least=search.least,
    )  # fmt: skip


def proof_of(scenario: Scenario, loaded: Loaded, found: Found, search: Search) -> Proof:
    """What a search was given, and its answer.

    Parameters
    ----------
    scenario : Scenario
        Its settings count.
    loaded : Loaded
        Says whose candidates they are.
    found : Found
        The answer.
    search : Search
        The question.

    Returns
    -------
    Proof
        ``gap`` as a share of the objective: 0 if optimal, NaN if nothing was found.
    """
    chosen = tuple(it.id for it in found.suggestion.sites)
    return replace(
        described(scenario, loaded, found.task, search),
        status=found.suggestion.status,
        gap=found.suggestion.gap,
        seconds=found.suggestion.seconds,
        free=tuple(it for it in chosen if it not in set(found.task.require)),
        places=tuple(f"{it.id}@{it.home}" for it in found.places or ()),
        also=found.also,
    )


def task_again(scenario: Scenario, loaded: Loaded, start: Coverage, proof: Proof) -> "Siting":
    """What a proof was asked of, with another start.

    Parameters
    ----------
    scenario : Scenario
        Its rules and settings count.
    loaded : Loaded
        The data of now.
    start : Coverage
        The other start.
    proof : Proof
        Says what was asked.

    Returns
    -------
    Siting
        Nothing is solved for it.
    """
    # Nothing is solved: what is kept for searches stays.
    task = posed(scenario, loaded, start)
    if proof.chose_places:
        task = with_place_rules(task, scenario, loaded)
    if proof.model in (FEWEST_FOR_DISTRICTS, MOST_FOR_DISTRICTS):
        task = with_every_district(task, scenario, loaded)
    return task


def question_again(scenario: Scenario, loaded: Loaded, start: Coverage, proof: Proof) -> str:
    """The question of a proof, asked of another start.

    Parameters
    ----------
    scenario : Scenario
        Its rules and settings count.
    loaded : Loaded
        The data of now.
    start : Coverage
        The other start.
    proof : Proof
        Says what was asked.

    Returns
    -------
    str
        Checksum as :func:`iqgeo.scenario.asked.question_of` has it: equal if the question still is.
    """
    task = task_again(scenario, loaded, start, proof)
    return question_of(task, *_more(proof.model, scenario, task, proof.least))


def _more(model: str, scenario: Scenario, task: "Siting", least: str) -> tuple[Any, ...]:
    """What a question rests on besides."""
    it = scenario.settings
    if model == ATTENDANCE:
        return (it.half_km,)
    if model == ROOM:
        return (it.rate_per_1000, it.posts, it.per_post, it.office_posts)
    if model not in (FEWEST_DAYS, MOST_WITH_DAYS):
        return ()
    given = (sorted(task.require_places), sorted(task.forbid_places), sorted(task.place_homes.items()))
    prices = outreach_of(scenario).prices_of(least or "places")
    priced = () if prices is None else (least, prices)
    return (it.home_km, it.places_per_office, *(given if any(given) else ()), *priced)


def outposts_of(coverage: Coverage) -> tuple[str, ...]:
    """The places of a coverage that are served on days, each as ``place@home``.

    Parameters
    ----------
    coverage : Coverage
        Whose places are named.

    Returns
    -------
    tuple[str, ...]
        Ids, in the order of the frame.
    """
    places = coverage.day_places
    return tuple(f"{place}@{home}" for place, home in zip(places["id"], places["home"], strict=True))
