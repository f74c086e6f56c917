"""Places served on days from an office: the rules, and who is served how by given offices and places.

Three classes: an office in reach, served on days (or rarely), not served. Defaults are the project's own
assumptions unless a source is named; all can be set.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo import siting
from iqgeo.coverage import Coverage
from iqgeo.distances import KM, Detour, Measure
from iqgeo.errors import InputError, Problem
from iqgeo.offices import points_of, points_of_places

DEFAULT_HOME_KM: Final = 75.0
"""Assumption: about an hour's drive each way."""
DEFAULT_PER_OFFICE: Final = 4
"""Assumption: with two days a month each, two days a week on the road."""
DEFAULT_DAYS_PER_MONTH: Final = 2.0
"""As in Northeim, where the office of Göttingen advised every second Tuesday."""
HOURS_A_DAY: Final = 6.0
"""Assumption: presence on one day."""
HOURS_A_POST: Final = 1600.0
"""Assumption: working hours of a full post in a year."""
KM_AN_HOUR: Final = 60.0
"""Assumption: mean speed between an office and a place."""
POSTS_AN_OFFICE: Final = 0.5
"""Assumption: presence in a new office."""
RARELY_BELOW: Final = 1.0
"""Fewer days a month than this count as served rarely."""

OFFICE: Final = "office"
DAYS: Final = "days"
RARELY: Final = "rarely"
NONE: Final = "none"
CLASSES: Final = (OFFICE, DAYS, RARELY, NONE)


@dataclass(frozen=True)
class Outreach:
    """How places are served: the rules of days away from the office.

    Attributes
    ----------
    home_km : how far a place may be from its home office
    per_office : how many places an office serves at most
    days_per_month : days on which each place is served
    """

    home_km: float = DEFAULT_HOME_KM
    per_office: int = DEFAULT_PER_OFFICE
    days_per_month: float = DEFAULT_DAYS_PER_MONTH

    def __post_init__(self) -> None:
        """Refuse what cannot be driven or served.

        Raises
        ------
        InputError
            Naming everything wrong.
        """
        problems = []
        if not (math.isfinite(self.home_km) and self.home_km > 0):
            problems.append(Problem("siting_bad_home_km", column="home-km", value=f"{self.home_km:g}"))
        if self.per_office < 1:
            problems.append(
                Problem("siting_bad_per_office", column="places-per-office", value=str(self.per_office))
            )
        if not 0 < self.days_per_month <= 31:
            problems.append(
                Problem("outreach_days", column="days-per-month", value=f"{self.days_per_month:g}")
            )
        if problems:
            raise InputError(problems)

    @property
    def rarely(self) -> bool:
        """Whether so few days count as served rarely."""
        return self.days_per_month < RARELY_BELOW

    def km_a_year(self, home_km: float) -> float:
        """Kilometres driven in a year to serve a place so far from its home, there and back."""
        return 2 * 12 * self.days_per_month * home_km

    def posts(self, new_offices: int, places: int, km_a_year: float) -> float:
        """Posts of presence: new offices, days at places, and the hours on the road."""
        hours = 12 * self.days_per_month * HOURS_A_DAY * places + km_a_year / KM_AN_HOUR
        return POSTS_AN_OFFICE * new_offices + hours / HOURS_A_POST

    @property
    def prices(self) -> siting.Prices:
        """What an office, a place and a km of way from home cost in posts."""
        return siting.Prices(POSTS_AN_OFFICE, self.posts(0, 1, 0.0), self.posts(0, 0, self.km_a_year(1.0)))


def km_measure(coverage: Coverage) -> Measure:
    """What ways between offices and places are measured with.

    The coverage's own measure if it knows km between any two points, else the detour.
    """
    usual = coverage.target.unit == KM and coverage.measure.anywhere
    return coverage.measure if usual else Detour()


@dataclass(frozen=True, eq=False)
class Served:
    """Who is served how by offices and places served on days.

    Attributes
    ----------
    coverage : the offices' own coverage
    places : the places served on days: what they came with, and ``home_km, people`` (those who have it as
        the nearest place in reach and no office)
    status : one of :data:`CLASSES` for each place of the demand, shape ``(n,)``
    """

    coverage: Coverage
    places: pd.DataFrame
    outreach: Outreach
    status: NDArray[np.object_]

    def people(self, kind: str) -> float:
        """People of a class."""
        return float(self.coverage.places["people"].to_numpy(dtype=float)[self.status == kind].sum())

    @property
    def km_a_year(self) -> float:
        """Kilometres driven in a year."""
        return math.fsum(self.outreach.km_a_year(float(km)) for km in self.places["home_km"])

    def by_district(self) -> pd.DataFrame:
        """People of each class by district: ``ags, name, people, office, days, rarely, none``."""
        places, names = self.coverage.places, self.coverage.district_names
        people = places["people"].to_numpy(dtype=float)
        frame = pd.DataFrame({kind: people * (self.status == kind) for kind in CLASSES})
        frame.insert(0, "people", people)
        table = frame.groupby(places["district_ags"].to_numpy()).sum()
        keys = [str(key) for key in table.index]
        table.insert(0, "name", [names.get(key, key) for key in keys])
        table.insert(0, "ags", keys)
        return table.reset_index(drop=True)


def serve(coverage: Coverage, places: pd.DataFrame, outreach: Outreach | None = None) -> Served:
    """Who is served how, with places given as ``id, name, lon, lat, home`` (the id of an open office).

    Raises
    ------
    InputError
        Naming every home that is not open, too far, full, or the place itself.
    """
    rules = Outreach() if outreach is None else outreach
    km = _home_km(coverage, places, rules)
    people = coverage.places["people"].to_numpy(dtype=float)
    status = np.full(len(people), NONE, dtype=object)
    at, nearest = _nearest_place(coverage, places)
    status[at] = RARELY if rules.rarely else DAYS
    status[coverage.is_covered] = OFFICE
    alone = status[at] != OFFICE
    counted = np.bincount(nearest[alone], people[at[alone]], len(places))
    return Served(coverage, places.assign(home_km=km, people=counted), rules, status)


def _nearest_place(coverage: Coverage, places: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the demand with a place served on days in reach, and the nearest such place."""
    if not len(places):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    demand = coverage.places
    pairs = coverage.measure.pairs(
        points_of(places, coverage.demand),
        points_of_places(demand),
        coverage.target.value,
    )
    return nearest_of(pairs.place, pairs.candidate, pairs.distance_km)


def nearest_of(
    place: NDArray[Any], site: NDArray[Any], km: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of some pairs, and the nearest site of each (of equal ones the lower number)."""
    order = np.lexsort((site, km, place))
    at, first = np.unique(place[order], return_index=True)
    return at.astype(np.int64), site[order][first].astype(np.int64)


def _home_km(coverage: Coverage, places: pd.DataFrame, rules: Outreach) -> NDArray[np.float64]:
    """The way from each place to its home.

    Raises
    ------
    InputError
        Naming everything wrong with the homes.
    """
    offices = coverage.offices
    number = {str(key): k for k, key in enumerate(offices["id"])}
    names = [str(name) for name in places["name"]]
    homes = [str(home) for home in places["home"]]
    km = np.full(len(places), np.nan)
    problems: list[Problem] = []
    if len(places) and len(offices):
        pairs = km_measure(coverage).pairs(
            points_of(offices, coverage.demand), points_of(places, coverage.demand), np.inf
        )
        table = np.full((len(places), len(offices)), np.inf)
        table[pairs.place, pairs.candidate] = pairs.distance_km
        for k, home in enumerate(homes):
            km[k] = table[k, number[home]] if home in number else np.nan
    for k, home in enumerate(homes):
        details = {"place": names[k], "limit": f"{rules.home_km:g}"}
        if home == str(places["id"].iloc[k]):
            problems.append(Problem("place_own_home", value=names[k]))
        elif home not in number:
            problems.append(Problem("place_home_unknown", value=home, details=details))
        elif not km[k] <= rules.home_km + 1e-9:
            far = f"{km[k]:.1f}" if np.isfinite(km[k]) else "∞"
            problems.append(Problem("place_home_far", value=far, details=details))
    for home in dict.fromkeys(homes):
        count = homes.count(home)
        if home in number and count > rules.per_office:
            name = str(offices["name"].iloc[number[home]])
            full = {"count": count, "limit": rules.per_office}
            problems.append(Problem("place_home_full", value=name, details=full))
    if problems:
        raise InputError(problems)
    return km
