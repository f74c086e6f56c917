"""What the models answer with: status, bound and gap beside every number."""

from dataclasses import dataclass
from typing import Literal

from iqgeo.siting.rules import SiteRules

Status = Literal["optimal", "feasible", "infeasible"]


@dataclass(frozen=True)
class Answer:
    """Common to all models.

    Attributes
    ----------
    model : str
        ``max-cover``, ``full-cover``, ``p-median``, ``p-center`` or ``keep-best``.
    status : {'optimal', 'feasible', 'infeasible'}
        ``optimal``: proven. ``feasible``: the best found, see `gap`; ``sites`` may be empty and
        ``objective`` NaN if a time limit struck before anything was found. ``infeasible``: proven
        that the rules leave no answer.
    objective, bound, gap : float
        Value of the answer, what no answer can beat, and their relative distance (0 if optimal).
    seconds : float
        Clock time taken.
    sites : tuple[int, ...]
        New sites (for ``keep-best``: the sites kept), the one that adds most first, then the one
        that adds most to it, and so on; equal ones in ascending order. Among answers of equal
        worth no site is listed in whose place one of lower number would do as well.
    gains : tuple[float, ...]
        What each of `sites` adds to those before it (they sum to the whole change).
    rules : SiteRules
        The rules it was solved under.
    """

    model: str
    status: Status
    objective: float
    bound: float
    gap: float
    seconds: float
    sites: tuple[int, ...]
    gains: tuple[float, ...]
    rules: SiteRules


@dataclass(frozen=True)
class CoverAnswer(Answer):
    """Answer of a covering model; weights in the caller's units.

    For ``max-cover`` and ``keep-best`` the objective is the weight covered by all open sites; for
    ``full-cover`` the number of new sites. Beside what every `Answer` has:

    Attributes
    ----------
    covered_before, covered_after : float
        Weight reached by the existing sites, and by all open ones.
    total_weight : float
        Weight of all demand points.
    unreachable_weight : float
        What no existing or permitted site reaches.
    unreachable : tuple[int, ...]
        The demand points it lies at.
    goal_weight : float
        What was asked for (``full-cover``; else the total).
    goal_met : bool
        Whether the answer reaches it.
    """

    covered_before: float
    covered_after: float
    total_weight: float
    unreachable_weight: float
    unreachable: tuple[int, ...]
    goal_weight: float
    goal_met: bool


@dataclass(frozen=True)
class TravelAnswer(Answer):
    """Answer of ``p-median`` (objective: weight times km) or ``p-center`` (objective: km).

    Beside what every `Answer` has:

    Attributes
    ----------
    total_km : float
        Sum of weight times km over the reached demand points.
    mean_km : float
        That by weight; NaN if nobody is reached.
    worst_km : float
        The longest way of a reached demand point with weight.
    worst_demand : int
        That point; -1 if there is none.
    unreached_weight : float
        Weight that no open site reaches within the table.
    unreached : tuple[int, ...]
        The demand points it lies at.
    """

    total_km: float
    mean_km: float
    worst_km: float
    worst_demand: int
    unreached_weight: float
    unreached: tuple[int, ...]


@dataclass(frozen=True)
class StagesAnswer:
    """A nested plan: stage ``t`` opens ``stages[t].sites`` beside all earlier ones.

    Attributes
    ----------
    status : {'optimal', 'feasible', 'infeasible'}
        As of `Answer`.
    objective, bound, gap : float
        Sum over the stages of stage weight times weight covered, what no plan can beat, and their
        relative distance.
    seconds : float
        Clock time taken.
    stages : tuple[CoverAnswer, ...]
        One a stage; its existing sites are those open before.
    free : tuple[CoverAnswer, ...]
        The optimum with as many new sites and no regard to other stages.
    nesting_price : tuple[float, ...]
        What the plan covers less than that, by stage.
    """

    status: Status
    objective: float
    bound: float
    gap: float
    seconds: float
    stages: tuple[CoverAnswer, ...]
    free: tuple[CoverAnswer, ...]
    nesting_price: tuple[float, ...]


@dataclass(frozen=True)
class SiteReason:
    """Why a site is in an answer; weights in the caller's units.

    Attributes
    ----------
    site : int
        The site.
    gain : float
        What is covered by this site and no other open one.
    gained_demand : tuple[int, ...]
        The demand points that lies at.
    runner_up : int
        The best site to take in its place with all others kept; -1: none, or none that would keep any of
        the gain.
    runner_up_loss : float
        What that loses.
    refusal : CoverAnswer | None
        The answer with this site forbidden; ``None`` if not asked for, or there is none.
    refusal_loss : tuple[float, float] | None
        What the refusal loses at least and at most (equal if proven).
    """

    site: int
    gain: float
    gained_demand: tuple[int, ...]
    runner_up: int
    runner_up_loss: float
    refusal: CoverAnswer | None
    refusal_loss: tuple[float, float] | None


@dataclass(frozen=True)
class RobustAnswer:
    """How an answer holds over varied instances.

    Attributes
    ----------
    site_share : dict[int, float]
        For each site chosen at least once, the share of the instances (0..1) whose own best answer
        holds it.
    plans : tuple[tuple[int, ...], ...]
        The different answers found, the plan of least largest regret first.
    worth : tuple[tuple[float, ...], ...]
        ``worth[p][v]``: weight covered by plan ``p`` in instance ``v``.
    regret : tuple[tuple[float, ...], ...]
        ``regret[p][v]``: how much less that is than the best answer of instance ``v``.
    answers : tuple[CoverAnswer, ...]
        The best answer of each instance.
    """

    site_share: dict[int, float]
    plans: tuple[tuple[int, ...], ...]
    worth: tuple[tuple[float, ...], ...]
    regret: tuple[tuple[float, ...], ...]
    answers: tuple[CoverAnswer, ...]

    @property
    def worst_case(self) -> tuple[float, ...]:
        """Least weight covered by each plan over the instances."""
        return tuple(min(row) for row in self.worth)

    @property
    def largest_regret(self) -> tuple[float, ...]:
        """Largest regret of each plan over the instances."""
        return tuple(max(row) for row in self.regret)
