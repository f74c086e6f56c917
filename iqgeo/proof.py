"""What a proof is about: what was compared with what, under which rules, from which start."""

from dataclasses import dataclass
from typing import Final, Literal

OPTIMAL: Final = "optimal"
JOINT: Final = "stages"
"""The model that opens offices in several stages that are best together."""

Scope = Literal["documented", "hand", "whole", "parts"]


@dataclass(frozen=True)
class Proof:
    """The answer of a siting model, kept with what it was given.

    It says something about the choice of ``free`` among ``candidates`` sites, with ``required`` given,
    ``forbidden`` ruled out, beginning with the offices of ``start``; and about nothing else.

    Attributes
    ----------
    model : ``max-cover``, ``full-cover``, ``p-median``, ``p-center``, ``keep-best`` or ``stages``
    status : ``optimal`` (proven), ``feasible`` or ``infeasible``
    gap : relative distance to what no choice can beat; NaN or ``inf`` if unknown
    seconds : clock time taken
    free : ids that the model chose
    required, forbidden : ids that were given or ruled out
    per_district : whether every district with a candidate had to get an office
    share_pct : the share that had to be reached (``full-cover``)
    candidates : number of sites that could be chosen, or offices that could be kept
    pool : what the candidates are: ``towns`` (from ``least_people`` inhabitants) or ``own``
    stages : how many stages it spans
    start, end : ids of the offices before and after
    question : checksum of people, measure, target, candidates, rules and start
    """

    model: str
    status: str
    gap: float
    seconds: float
    free: tuple[str, ...]
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    per_district: bool = False
    share_pct: float = 100.0
    candidates: int = 0
    pool: str = "towns"
    least_people: int = 0
    stages: int = 1
    start: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    question: str = ""

    @property
    def is_optimal(self) -> bool:
        """Whether nothing better exists under its rules."""
        return self.status == OPTIMAL

    def holds_for(self, start: tuple[str, ...], end: tuple[str, ...], question: str) -> bool:
        """Whether it is about exactly this step and this question."""
        return set(self.start) == set(start) and set(self.end) == set(end) and self.question == question
