"""What a proof is about: what was compared with what, under which rules, from which start."""

from dataclasses import dataclass
from typing import Final, Literal

OPTIMAL: Final = "optimal"
JOINT: Final = "stages"
"""The model that opens offices in several stages that are best together."""

MOST_WITH_DAYS: Final = "outreach-most"
FEWEST_DAYS: Final = "outreach-fewest"
FEWEST_FOR_DISTRICTS: Final = "districts-fewest"
MOST_FOR_DISTRICTS: Final = "districts-most"
SAFE: Final = "safe"
ATTENDANCE: Final = "attendance"
EVEN: Final = "even"
ROOM: Final = "room"
GOALS: Final = (SAFE, ATTENDANCE, EVEN, ROOM)
"""Goals in place of most people: best after the worst failure, most who come, most even ways, most who
find an appointment."""
NETWORK_MODELS: Final = (MOST_WITH_DAYS, FEWEST_DAYS, FEWEST_FOR_DISTRICTS, MOST_FOR_DISTRICTS, *GOALS)
"""The models that ask for more than offices that reach people."""

LEAST: Final = ("places", "posts", "km", "euros")
"""What is kept low where people are to be served on days."""
FEWEST: Final = "fewest"
"""As a number of places: as few as possible."""

Scope = Literal["documented", "hand", "whole", "parts"]


@dataclass(frozen=True)
class Proof:
    """The answer of a siting model, kept with what it was given.

    It says something about the choice of ``free`` among ``candidates`` sites, with ``required`` given,
    ``forbidden`` ruled out, beginning with the offices of ``start``; and about nothing else.

    Attributes
    ----------
    model : str
        ``max-cover``, ``full-cover``, ``p-median``, ``p-center``, ``keep-best``, ``stages`` or one of
        :data:`NETWORK_MODELS`.
    status : str
        ``optimal`` (proven), ``feasible`` or ``infeasible``.
    gap : float
        Relative distance to what no choice can beat; NaN or ``inf`` if unknown.
    seconds : float
        Clock time taken.
    free : tuple[str, ...]
        Ids that the model chose.
    required, forbidden : tuple[str, ...]
        Ids that were given or ruled out.
    per_district : bool
        Whether every district with a candidate had to get an office.
    share_pct : float
        The share that had to be reached (``full-cover``).
    candidates : int
        Number of sites that could be chosen, or offices that could be kept.
    pool : str
        What the candidates are: ``towns`` (from ``least_people`` inhabitants) or ``own``.
    stages : int
        How many stages it spans.
    start, end : tuple[str, ...]
        Ids of the offices before and after.
    question : str
        Checksum of people, measure, target, candidates, rules and start.
    places : tuple[str, ...]
        Places served on days that the model chose, each as ``place@home``.
    also : tuple[str, ...]
        Later goals that are proven, too: ``office`` (most people with an office), ``km`` (least driven).
    district_share_pct : float | None
        The share promised to every district.
    required_places, forbidden_places : tuple[str, ...]
        Ids of places that had to be served on days, or were ruled out so.
    least : str
        What was kept low in place of the number of places, one of :data:`LEAST`.
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
    places: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    district_share_pct: float | None = None
    required_places: tuple[str, ...] = ()
    forbidden_places: tuple[str, ...] = ()
    least: str = ""

    @property
    def is_optimal(self) -> bool:
        """Whether nothing better exists under its rules."""
        return self.status == OPTIMAL

    @property
    def opened(self) -> tuple[str, ...]:
        """Ids of what it opens: what the model chose, and what was given."""
        return (*self.free, *self.required)

    @property
    def closed(self) -> frozenset[str]:
        """Ids of the offices that it gives up."""
        return frozenset(self.start) - frozenset(self.end)

    @property
    def chose_places(self) -> bool:
        """Whether places served on days were chosen, too."""
        return self.model in (MOST_WITH_DAYS, FEWEST_DAYS)

    def holds_for(
        self, start: tuple[str, ...], end: tuple[str, ...], question: str, places: tuple[str, ...] = ()
    ) -> bool:
        """Whether it is about exactly this step and this question; ``places`` as in :attr:`places`."""
        same = set(self.start) == set(start) and set(self.end) == set(end) and self.question == question
        return same and (not self.chose_places or set(self.places) == set(places))
