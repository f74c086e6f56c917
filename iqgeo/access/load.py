"""How much there is to do: consultations, posts, who is overloaded, who finds no appointment.

Consultations are people times a rate. Rates are the project's own reading of published figures, each with
its source; the user's own table of consultations replaces them (:mod:`iqgeo.inputs.consultations`).
"""

import heapq
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.coverage import Coverage
from iqgeo.errors import InputError, Problem
from iqgeo.frames import Brief, plain_rows, plain_value
from iqgeo.offices import points_of

Floats = NDArray[np.float64]

DEFAULT_RATE_PER_1000: Final = 1.05
"""1,400 consultations a year among the people with a migration background of 2010 (1,333,596)."""
DEFAULT_POSTS: Final = 11.5
"""Advising posts of the network in 2012 (on 22 people), evaluation report of the network."""
DEFAULT_PER_POST: Final = 208.0
"""Consultations of a full post in a year, derived from one operator's published figures."""
HALF: Final = 0.5
_FLOW_UNITS: Final = 1000


@dataclass(frozen=True)
class Published:
    """A published figure that a user can start from; ``key`` names its words, ``source`` its origin."""

    key: str
    value: float
    source: str


CONSULTATIONS_A_YEAR: Final = (
    # "About 1,400 in 2012" joins two spans: more than 1,000 from August 2011 to July 2012, and 385 from
    # August to December 2012. As a year's figure it is either taken as printed, or the second span alone.
    Published("consultations_printed", 1400.0, "Evaluation report of the network, 2013"),
    Published(
        "consultations_by_span", 385.0 * 12 / 5, "Evaluation report of the network, 2013: 385 x 12 / 5"
    ),
)
TELEPHONE_PCT: Final = (
    # No figure from 2020 on: two published ones contradict each other.
    Published("telephone_2013", 40.3, "f-bb, nationwide report on the advice, first quarter of 2013"),
    Published("telephone_2014", 37.1, "f-bb, nationwide report on the advice, 2014"),
    Published("telephone_2015", 33.3, "f-bb, nationwide report on the advice, 2015"),
)


@dataclass(frozen=True, repr=False)
class Load(Brief):
    """Consultations and posts of each office.

    Attributes
    ----------
    offices : pd.DataFrame
        ``id, name, consultations, posts, per_post, places, days_per_month, on_days``; ``per_post`` is NaN
        without a post, ``on_days`` are the consultations at the ``places`` that it serves, part of all.
    consultations : float
        All consultations a year, those of people whom no office can be reached from included.
    out_of_reach : float
        Consultations of people from whom no office can be reached at all.
    by_phone : float
        How many of them need no journey.
    posts, per_post : float
        Posts shared out, and consultations a post is taken to manage in a year.
    """

    offices: pd.DataFrame
    consultations: float
    out_of_reach: float
    by_phone: float
    posts: float
    per_post: float

    @property
    def posts_needed(self) -> float:
        """Posts that all consultations need, whole and in parts."""
        return self.consultations / self.per_post

    @property
    def overloaded(self) -> list[str]:
        """Names of offices with more consultations than their posts manage."""
        busy = self.offices["consultations"] > self.offices["posts"] * self.per_post + 1e-9
        return self.offices.loc[busy, "name"].astype(str).tolist()

    def to_dict(self) -> dict[str, Any]:
        """The load as plain data for JSON."""
        return {
            "offices": plain_rows(self.offices),
            "consultations": self.consultations,
            "posts_needed": self.posts_needed,
            "posts": self.posts,
            "per_post": self.per_post,
            "by_phone": self.by_phone,
            "with_journey": self.consultations - self.by_phone,
            "out_of_reach": plain_value(self.out_of_reach),
            "overloaded": self.overloaded,
        }


def check_load(rate_per_1000: float, posts: float, per_post: float, telephone_pct: float = 0.0) -> None:
    """Refuse rates and posts that mean nothing.

    Raises
    ------
    InputError
        Naming every one.
    """
    problems = [
        Problem(code, column=column, value=f"{value:g}")
        for code, column, value in (
            ("load_rate", "rate-per-1000", rate_per_1000),
            ("load_posts", "posts", posts),
            ("load_per_post", "per-post", per_post),
        )
        if not (math.isfinite(value) and value > 0)
    ]
    if posts > 0 and math.isfinite(posts) and abs(posts * 2 - round(posts * 2)) > 1e-9:
        problems.append(Problem("load_posts_halves", column="posts", value=f"{posts:g}"))
    if not 0 <= telephone_pct < 100:
        problems.append(Problem("load_telephone", column="telephone-pct", value=f"{telephone_pct:g}"))
    if problems:
        raise InputError(problems)


def load_of(
    coverage: Coverage,
    *,
    rate_per_1000: float = DEFAULT_RATE_PER_1000,
    posts: float = DEFAULT_POSTS,
    per_post: float = DEFAULT_PER_POST,
    telephone_pct: float = 0.0,
    fall_off_per_km: float | None = None,
) -> Load:
    """Consultations of each office, and posts shared out so that the highest load per post is least.

    Everyone goes to the nearest office, however far, or, served on days, to the place's home; with
    ``fall_off_per_km`` the others spread over all offices, one ``d`` km away counting
    ``exp(-fall_off_per_km * d)``.

    Raises
    ------
    InputError
        Naming every number that cannot be used.
    """
    check_load(rate_per_1000, posts, per_post, telephone_pct)
    expected = coverage.places["people"].to_numpy(dtype=float) * rate_per_1000 / 1000
    on_days, places, days = _at_homes(coverage, expected)
    at_office = np.where(coverage.places.get("day_place", -1) == -1, expected, 0.0)
    if fall_off_per_km is None:
        at = nearest_office(coverage)
        reached = at >= 0
        load = np.bincount(at[reached], at_office[reached], len(coverage.offices)).astype(np.float64)
    else:
        load = at_office @ _gravity(coverage, fall_off_per_km)
    load = load + on_days
    shared = share_posts(load, posts)
    table = coverage.offices[["id", "name"]].assign(consultations=load, posts=shared)
    with np.errstate(divide="ignore", invalid="ignore"):
        table["per_post"] = np.where(shared > 0, load / shared, np.nan)
    table = table.assign(places=places, days_per_month=days, on_days=on_days)
    total = float(expected.sum())
    return Load(
        table.reset_index(drop=True), total, total - float(load.sum()), total * telephone_pct / 100,
        posts, per_post,
    )  # fmt: skip


def _at_homes(coverage: Coverage, expected: Floats) -> tuple[Floats, Floats, Floats]:
    """By office: consultations at the places it serves on days, their number, their days in a month."""
    offices, day_places = len(coverage.offices), coverage.day_places
    if not len(day_places):
        nothing = np.zeros(offices)
        return nothing, nothing, nothing
    number = {str(key): k for k, key in enumerate(coverage.offices["id"])}
    home = np.array([number[str(key)] for key in day_places["home"]], dtype=np.int64)
    place = coverage.places["day_place"].to_numpy(dtype=np.int64)
    at = place >= 0
    on_days = np.bincount(home[place[at]], expected[at], offices).astype(np.float64)
    days = np.bincount(home, day_places["days_per_month"].to_numpy(dtype=float), offices)
    return on_days, np.bincount(home, minlength=offices).astype(np.float64), days.astype(np.float64)


def nearest_office(coverage: Coverage) -> NDArray[np.int64]:
    """Number of each place's nearest office; -1 where none can be reached."""
    number = {str(key): k for k, key in enumerate(coverage.offices["id"])}
    return np.array(
        [number.get(str(key), -1) for key in coverage.places["nearest_office_id"]], dtype=np.int64
    )


def _gravity(coverage: Coverage, fall_off_per_km: float) -> Floats:
    """Share of each place's consultations that each office gets; rows sum to 1 (0 where none is reached)."""
    places = coverage.places
    pairs = coverage.measure.pairs(
        points_of(coverage.offices, coverage.demand),
        coverage.demand.points,
        np.inf,
    )
    pull = np.zeros((len(places), len(coverage.offices)))
    nearest = places["distance_km"].to_numpy(dtype=float)
    # relative to the nearest office, so that far places do not vanish
    pull[pairs.place, pairs.candidate] = np.exp(
        -fall_off_per_km * (pairs.distance_km - np.where(np.isfinite(nearest), nearest, 0.0)[pairs.place])
    )
    total = pull.sum(axis=1, keepdims=True)
    share: Floats = np.divide(pull, total, out=np.zeros_like(pull), where=total > 0)
    return share


def share_posts(load: Floats, posts: float) -> Floats:
    """Share posts out in halves so that the highest load per post is least.

    Each half goes where the load per post is highest at that moment: with one number of halves after the
    other that is exact, as no half can be better placed. An office without consultations gets none
    unless nobody needs it.
    """
    halves = round(posts / HALF)
    given = np.zeros(len(load))
    queue = [(-math.inf if each > 0 else 0.0, -float(each), k) for k, each in enumerate(load)]
    heapq.heapify(queue)
    for _ in range(halves if len(load) else 0):
        _, order, k = heapq.heappop(queue)
        given[k] += HALF
        heapq.heappush(queue, (-float(load[k] / given[k]), order, k))
    return given


@dataclass(frozen=True, repr=False)
class Overload(Brief):
    """Consultations for which no office in reach has an appointment left.

    Attributes
    ----------
    served, unserved : float
        Consultations a year that the posts manage, and those within reach they do not.
    offices : tuple[str, ...]
        Names of the offices that cannot take what falls to them together, by the minimum cut.
    no_capacity : Floats
        Consultations of each place of the demand that find none, shape ``(n,)``: those who have only these
        offices share what is missing evenly.
    """

    served: float
    unserved: float
    offices: tuple[str, ...]
    no_capacity: Floats

    def to_dict(self) -> dict[str, Any]:
        """What is missing, as plain data for JSON."""
        return {"no_capacity": self.unserved, "too_few_together": list(self.offices)}


def overload(coverage: Coverage, posts: Floats, rate_per_1000: float, per_post: float) -> Overload:
    """Whether people within the target find an appointment at one of the offices in reach.

    Everyone may go to any office within the target; a maximum flow serves as many as the posts manage,
    and its minimum cut names the offices that are too few together.
    """
    from iqgeo.siting.flow import minimum_cut

    sets = coverage.office_sets
    n_rows = len(sets.row_weight)
    wanted = sets.row_weight * sets.unit * rate_per_1000 / 1000
    room = np.asarray(posts, dtype=float) * per_post
    unit = _FLOW_UNITS if wanted.sum() < 2e6 else _FLOW_UNITS * 2e6 / wanted.sum()
    whole = np.rint(wanted * unit).astype(np.int32)
    rooms = np.rint(room * unit).astype(np.int32)
    row = np.repeat(np.arange(n_rows), np.diff(sets.row_start))
    value, reached = minimum_cut(whole, row, sets.row_site, whole[row], rooms)
    rows = reached[reached < n_rows]
    full = np.sort(reached[reached >= n_rows] - n_rows)
    unserved = float(wanted.sum()) - value / unit
    if not len(rows) or unserved * unit < 1:
        return Overload(float(wanted.sum()), 0.0, (), np.zeros(len(coverage.places)))
    asked = float(wanted[rows].sum())
    missing = asked - float(room[full].sum())
    short = np.zeros(n_rows + 1)
    short[rows] = missing / asked
    people = coverage.places["people"].to_numpy(dtype=float)
    no_capacity = short[sets.row_of_demand] * people * rate_per_1000 / 1000
    names = tuple(str(name) for name in coverage.offices["name"].iloc[full])
    return Overload(float(wanted.sum()) - missing, missing, names, no_capacity)
