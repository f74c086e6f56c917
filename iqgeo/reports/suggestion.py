"""What reports need to know of a suggestion: its sites with their gains, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.coverage import Coverage
from iqgeo.distances import Points
from iqgeo.offices import points_of
from iqgeo.safe.clean import clean

KEEP: Final = "keep-best"
"""The model that names offices to keep, not to open."""
TRAVEL: Final = ("p-median", "p-center")


class Site(Protocol):
    """A proposed office; ``gain`` is the people it adds to the sites before it."""

    @property
    def id(self) -> str:
        """Key of the site among the candidates."""

    @property
    def name(self) -> str:
        """Name of the town."""

    @property
    def lon(self) -> float:
        """Longitude in degrees."""

    @property
    def lat(self) -> float:
        """Latitude in degrees."""

    @property
    def gain(self) -> float:
        """People gained."""

    @property
    def runner_up(self) -> str:
        """The next best town in its place; empty if there is none."""

    @property
    def runner_up_loss(self) -> float:
        """People lost by taking the runner-up; NaN if there is none."""


class Suggestion(Protocol):
    """An answer of a siting model."""

    @property
    def model(self) -> str:
        """``max-cover``, ``full-cover``, ``p-median``, ``p-center`` or ``keep-best``."""

    @property
    def status(self) -> str:
        """``optimal`` (proven), ``feasible`` or ``infeasible``."""

    @property
    def gap(self) -> float:
        """What is missing to the bound, relative."""

    @property
    def seconds(self) -> float:
        """Clock time taken."""

    @property
    def candidates(self) -> int:
        """Number of towns it could choose from."""

    @property
    def sites(self) -> Sequence[Site]:
        """The proposed offices, the one that adds most first."""


@dataclass(frozen=True)
class ProposedSite:
    """A plain :class:`Site`, e.g. for offices that a plan opens without a search."""

    id: str
    name: str
    lon: float
    lat: float
    gain: float = float("nan")
    runner_up: str = ""
    runner_up_loss: float = float("nan")


@dataclass(frozen=True)
class Proposal:
    """A plain :class:`Suggestion`; ``model`` ``"own"`` for offices someone chose by hand."""

    sites: tuple[ProposedSite, ...]
    model: str = "own"
    status: str = "feasible"
    gap: float = float("nan")
    seconds: float = float("nan")
    candidates: int = field(default=0)


def nearest_site(places: pd.DataFrame, suggestion: Suggestion, coverage: Coverage) -> pd.DataFrame:
    """The proposed office nearest to every place, by the coverage's own measure.

    Returns ``suggested_office, suggested_km`` on the index of ``places``; unreachable is ``inf`` and "".
    """
    sites = pd.DataFrame(
        {
            "name": [clean(site.name) for site in suggestion.sites],
            "lon": [site.lon for site in suggestion.sites],
            "lat": [site.lat for site in suggestion.sites],
        }
    )
    nearest = coverage.measure.nearest(
        Points.of(places["lon"], places["lat"], places["landmass"]), points_of(sites, coverage.demand)
    )
    names = np.append(sites["name"].to_numpy(dtype=object), "")
    reached = np.isfinite(nearest.distance_km)
    office = np.where(reached, nearest.office, len(sites)).astype(np.int64)
    return pd.DataFrame(
        {"suggested_office": names[office], "suggested_km": nearest.distance_km}, index=places.index
    )


def proposal_of(before: Coverage, after: Coverage) -> Proposal:
    """The offices that ``after`` has and ``before`` has not, as a choice made by hand.

    Gains are the people each adds to the offices kept and those before it, in the order of ``after``.
    """
    known = set(before.offices["id"])
    new = after.offices[[str(it) not in known for it in after.offices["id"].astype(str)]]
    kept = before.offices[before.offices["id"].isin(after.offices["id"])]
    covered = _covered(after, kept)
    people = after.places["people"].to_numpy(dtype=float)
    sites = []
    for row in range(len(new)):
        office = new.iloc[[row]]
        more = _covered(after, office) & ~covered
        covered |= more
        name, lon, lat = office["name"].iloc[0], office["lon"].iloc[0], office["lat"].iloc[0]
        sites.append(
            ProposedSite(str(office["id"].iloc[0]), str(name), float(lon), float(lat), float(people @ more))
        )
    return Proposal(tuple(sites))


def in_people(suggestion: Suggestion | None, before: Coverage, after: Coverage) -> Suggestion:
    """The suggestion with its gains in people within the target.

    Models of travel count theirs in km; no suggestion at all means that someone chose by hand.
    """
    chosen = proposal_of(before, after)
    if suggestion is None:
        return chosen
    if suggestion.model not in TRAVEL:
        return suggestion
    return replace(
        chosen,
        model=suggestion.model,
        status=suggestion.status,
        gap=suggestion.gap,
        seconds=suggestion.seconds,
        candidates=suggestion.candidates,
    )


def _covered(coverage: Coverage, offices: pd.DataFrame) -> NDArray[np.bool_]:
    places = coverage.places
    points = Points.of(places["lon"], places["lat"], places["landmass"])
    nearest = coverage.measure.nearest(points, points_of(offices, coverage.demand))
    return coverage.target.met_by(nearest.journey(coverage.target.unit))
