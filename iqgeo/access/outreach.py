"""Places served on days from an office: the rules, and who is served how by given offices and places.

Three classes: an office in reach, served on days (or rarely), not served. Defaults are the project's own
assumptions unless a source is named; all can be set.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.coverage import DAY_COLUMNS, ON_DAYS, RARELY, Coverage
from iqgeo.distances import KM, Detour, Measure
from iqgeo.errors import InputError, Problem
from iqgeo.offices import points_of

if TYPE_CHECKING:
    from iqgeo.siting import Prices

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
EUROS_A_POST: Final = 80_000.0
"""Assumption: what a full post costs in a year."""
EUROS_A_KM: Final = 0.3
"""As German law on travel pays where a car is needed (Bundesreisekostengesetz, section 5)."""
RARELY_BELOW: Final = 1.0
"""Fewer days a month than this count as served rarely."""


@dataclass(frozen=True)
class Outreach:
    """How places are served: the rules of days away from the office.

    Attributes
    ----------
    home_km : float
        How far a place may be from its home office.
    per_office : int
        How many places an office serves at most.
    days_per_month : float
        Days on which each place is served.
    day_hours : float
        Hours of presence on such a day.
    rarely_below : float
        With fewer days a month a place counts as served rarely.
    office_posts : float
        Posts of presence in a new office.
    euros_per_post, euros_per_km : float
        What a post costs in a year, and a km driven.
    """

    home_km: float = DEFAULT_HOME_KM
    per_office: int = DEFAULT_PER_OFFICE
    days_per_month: float = DEFAULT_DAYS_PER_MONTH
    day_hours: float = HOURS_A_DAY
    rarely_below: float = RARELY_BELOW
    office_posts: float = POSTS_AN_OFFICE
    euros_per_post: float = EUROS_A_POST
    euros_per_km: float = EUROS_A_KM

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
        if not 0 < self.day_hours <= 24:
            problems.append(Problem("outreach_hours", column="day-hours", value=f"{self.day_hours:g}"))
        if problems:
            raise InputError(problems)

    @property
    def rarely(self) -> bool:
        """Whether so few days count as served rarely."""
        return self.days_per_month < self.rarely_below

    def km_a_year(self, home_km: float) -> float:
        """Kilometres driven in a year to serve a place so far from its home, there and back."""
        return 2 * 12 * self.days_per_month * home_km

    def posts(self, new_offices: int, places: int, km_a_year: float) -> float:
        """Posts of presence: new offices, days at places, and the hours on the road."""
        hours = 12 * self.days_per_month * self.day_hours * places + km_a_year / KM_AN_HOUR
        return self.office_posts * new_offices + hours / HOURS_A_POST

    def euros(self, posts: float, km_a_year: float) -> float:
        """Euros a year for posts of presence and km driven."""
        return posts * self.euros_per_post + km_a_year * self.euros_per_km

    def prices_of(self, least: str) -> "Prices | None":
        """What an office, a place and a km of way cost in what is to be least; ``None`` for places."""
        from iqgeo.siting import Prices

        if least == "places":
            return None
        if least == "km":
            return Prices(0.0, 0.0, self.km_a_year(1.0))
        posts = self.prices
        if least == "posts":
            return posts
        each = self.euros_per_post
        way = self.euros(posts.km, self.km_a_year(1.0))
        return Prices(posts.office * each, posts.place * each, way)

    @property
    def prices(self) -> "Prices":
        """What an office, a place and a km of way from home cost in posts."""
        from iqgeo.siting import Prices

        return Prices(self.office_posts, self.posts(0, 1, 0.0), self.posts(0, 0, self.km_a_year(1.0)))


def km_measure(coverage: Coverage) -> Measure:
    """What ways between offices and places are measured with.

    The coverage's own measure if it knows km between any two points, else the detour.
    """
    usual = coverage.target.unit == KM and coverage.measure.anywhere
    return coverage.measure if usual else Detour()


def with_places(
    coverage: Coverage,
    places: pd.DataFrame,
    outreach: Outreach | None = None,
    documented: Collection[str] = (),
) -> Coverage:
    """A coverage with places served on days: who has no office in reach is served on days, or rarely.

    Parameters
    ----------
    coverage : Coverage
        Who is reached by the offices alone.
    places : pd.DataFrame
        ``id, name, lon, lat, home`` (the id of an office of the coverage) and, where it is not that of the
        rules, ``days_per_month``.
    outreach : Outreach
        The rules of days away; ``None`` for those everybody begins with.
    documented : Collection[str]
        Ids of places that are there already: no rule forbids them, those that break one are marked
        ``beyond``; they count among the places that their home serves.

    Raises
    ------
    InputError
        Naming every home that is not open, too far, full, or the place itself.
    """
    rules = Outreach() if outreach is None else outreach
    if not len(places):
        return coverage
    days = np.full(len(places), rules.days_per_month)
    if "days_per_month" in places:
        own = places["days_per_month"].to_numpy(dtype=float)
        days = np.where(np.isfinite(own), own, days)
    at, nearest = _nearest_place(coverage, places, days < rules.rarely_below)
    alone = ~coverage.is_covered[at]
    at, nearest = at[alone], nearest[alone]
    table = coverage.places
    status, number = table["status"].to_numpy(dtype=object).copy(), np.full(len(table), -1)
    status[at] = np.where(days[nearest] < rules.rarely_below, RARELY, ON_DAYS)
    number[at] = nearest
    people = np.bincount(nearest, table["people"].to_numpy(dtype=float)[at], len(places))
    names = dict(zip(coverage.offices["id"].astype(str), coverage.offices["name"], strict=True))
    home_km = _home_km(coverage, places, rules, documented)
    homes = places["home"].astype(str)
    frame = places.assign(
        home_km=home_km,
        # Only what is documented can be: a planned place is refused.
        beyond=~(home_km <= rules.home_km + 1e-9) | (homes.map(homes.value_counts()) > rules.per_office),
        home_name=[names.get(str(home), "") for home in places["home"]],
        people=people,
        days_per_month=days,
        day_hours=rules.day_hours,
    )
    return replace(
        coverage,
        places=table.assign(status=status, day_place=number),
        day_places=frame[list(DAY_COLUMNS)].reset_index(drop=True),
    )


def nearest_homes(coverage: Coverage, places: pd.DataFrame) -> list[str]:
    """Id of the office nearest to each place, by way; empty where there is none."""
    offices = coverage.offices
    if not len(places) or not len(offices):
        return [""] * len(places)
    found = km_measure(coverage).nearest(
        points_of(places, coverage.demand), points_of(offices, coverage.demand)
    )
    reached = np.isfinite(found.distance_km)
    keys = offices["id"].astype(str).to_numpy()
    return [str(keys[k]) if there else "" for k, there in zip(found.office, reached, strict=True)]


def km_a_year(coverage: Coverage) -> float:
    """Kilometres driven in a year to the places of a coverage, there and back."""
    places = coverage.day_places
    return math.fsum(
        2.0 * 12.0 * days * km for days, km in zip(places["days_per_month"], places["home_km"], strict=True)
    )


def posts_of_presence(coverage: Coverage, new_offices: int, office_posts: float = POSTS_AN_OFFICE) -> float:
    """Posts of presence in new offices and in the places of a coverage, hours on the road included."""
    places = coverage.day_places
    there = 12.0 * math.fsum(
        days * hours for days, hours in zip(places["days_per_month"], places["day_hours"], strict=True)
    )
    hours = there + km_a_year(coverage) / KM_AN_HOUR
    return office_posts * new_offices + hours / HOURS_A_POST


def _nearest_place(
    coverage: Coverage, places: pd.DataFrame, rare: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the demand with a place served on days in reach, and the nearest such place.

    One that is served rarely counts only where no other is in reach.
    """
    pairs = coverage.measure.pairs(
        points_of(places, coverage.demand),
        coverage.demand.points,
        coverage.target.value,
    )
    often = ~rare[pairs.candidate]
    at, by = nearest_of(pairs.place[often], pairs.candidate[often], pairs.distance_km[often])
    left = ~often & ~np.isin(pairs.place, at)
    also, rarely = nearest_of(pairs.place[left], pairs.candidate[left], pairs.distance_km[left])
    return np.append(at, also), np.append(by, rarely)


def nearest_of(
    place: NDArray[Any], site: NDArray[Any], km: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of some pairs, and the nearest site of each (of equal ones the lower number)."""
    order = np.lexsort((site, km, place))
    at, first = np.unique(place[order], return_index=True)
    return at.astype(np.int64), site[order][first].astype(np.int64)


def _home_km(
    coverage: Coverage, places: pd.DataFrame, rules: Outreach, documented: Collection[str]
) -> NDArray[np.float64]:
    """The way from each place to its home.

    Raises
    ------
    InputError
        Naming everything wrong with the homes.
    """
    offices = coverage.offices
    number = {str(key): k for k, key in enumerate(offices["id"])}
    names = [str(name) for name in places["name"]]
    ids = [str(key) for key in places["id"]]
    homes = [str(home) for home in places["home"]]
    km = np.full(len(places), np.nan)
    problems: list[Problem] = []
    if len(offices):
        pairs = km_measure(coverage).pairs(
            points_of(offices, coverage.demand), points_of(places, coverage.demand), np.inf
        )
        table = np.full((len(places), len(offices)), np.inf)
        table[pairs.place, pairs.candidate] = pairs.distance_km
        for k, home in enumerate(homes):
            km[k] = table[k, number[home]] if home in number else np.nan
    for k, home in enumerate(homes):
        details = {"place": names[k], "limit": f"{rules.home_km:g}"}
        if home == ids[k]:
            problems.append(Problem("place_own_home", value=names[k]))
        elif home not in number:
            problems.append(Problem("place_home_unknown", value=home, details=details))
        elif ids[k] not in documented and not km[k] <= rules.home_km + 1e-9:
            far = f"{km[k]:.1f}" if np.isfinite(km[k]) else "∞"
            problems.append(Problem("place_home_far", value=far, details=details))
    planned = [home for key, home in zip(ids, homes, strict=True) if key not in documented]
    for home in dict.fromkeys(planned):
        count = homes.count(home)
        if home in number and count > rules.per_office:
            name = str(offices["name"].iloc[number[home]])
            full = {"count": count, "limit": rules.per_office}
            problems.append(Problem("place_home_full", value=name, details=full))
    if problems:
        raise InputError(problems)
    return km
