"""What stands on a map, piece by piece, as plain data: offices, candidates, gap regions, municipalities."""

from collections.abc import Mapping
from dataclasses import dataclass

from iqgeo.gap_names import GapName
from iqgeo.reports.map.geometry import Shape

OFFICE, PROPOSED, TRIAL = "office", "proposed", "trial"
PROVISIONAL, CLOSED = "provisional", "closed"

TOP_GAPS = 3
"""So many gap regions carry a filled badge, their name and their people."""


@dataclass(frozen=True)
class Marker:
    """An office on the map; ``people`` within the target have it as the nearest (NaN if not counted).

    ``note`` stands below its name.
    """

    id: str
    name: str
    lon: float
    lat: float
    kind: str = OFFICE
    people: float = float("nan")
    note: str = ""


SHADES = 5
"""Candidates are shaded in so many steps by what they would bring."""


INSTEAD_KINDS = ("better", "close", "worse")
"""How a candidate would do in the place of an office of the plan."""
_CLOSE = 0.05


@dataclass(frozen=True)
class Instead:
    """An office of the plan that a candidate could stand in for with the least loss.

    ``change`` are the people reached then beside those reached now, ``gain`` those that the office brings.
    """

    name: str
    change: float
    gain: float

    @property
    def kind(self) -> str:
        """One of :data:`INSTEAD_KINDS`: nearly as good is what loses less than a twentieth."""
        if self.change > 0:
            return "better"
        return "close" if -self.change < _CLOSE * self.gain or not self.change else "worse"


@dataclass(frozen=True)
class Candidate:
    """A town where an office could be.

    ``gain`` are the people whom it alone would bring within the target of what is drawn, ``share`` what
    would be reached then, ``districts`` those that gain, most first; ``step`` is its shade, from 0;
    ``instead`` is for whom it could stand in, where anybody.
    """

    id: str
    name: str
    lon: float
    lat: float
    district: str
    population: float
    gain: float
    share: float
    districts: tuple[str, ...]
    step: int
    instead: Instead | None = None


@dataclass(frozen=True)
class Spots:
    """Where offices can be dragged to, and what would be reached with each of them there, 0 to 1."""

    name: tuple[str, ...]
    lon: tuple[float, ...]
    lat: tuple[float, ...]
    reached: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class GapView:
    """A gap region as it stands in a view.

    ``number`` stays with it; ``place`` is its rank among the uncovered people of this view; ``shape``
    what of it is not reached (``None`` without a reach), neither by an office nor on days; ``left`` are the
    people who are served by neither.
    """

    number: int
    place: int
    name: GapName
    people: float
    districts: tuple[str, ...]
    lon: float
    lat: float
    shape: Shape | None
    left: float = float("nan")

    @property
    def is_served(self) -> bool:
        """Whether everyone in it is served on days: then it is not pointed out."""
        return self.left == 0 and self.people > 0


@dataclass(frozen=True)
class Circle:
    """A municipality as a circle whose area grows with its uncovered people."""

    id: str
    name: str
    lon: float
    lat: float
    people: float
    distance_km: float
    chosen: bool = False


@dataclass(frozen=True)
class DistrictFigures:
    """What the map says about a district when it is pointed at."""

    people: float
    covered: float
