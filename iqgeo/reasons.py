"""Why here: who gains by one office, what could stand in its place, who goes where instead. Numbers only.

Everything is asked of a network as it stands; what a candidate adds comes from a
:class:`iqgeo.gains.Pool`, so that every town in question is looked at, none is guessed.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from iqgeo import sites
from iqgeo.changes import changes, need_same_people
from iqgeo.coverage import Coverage
from iqgeo.distances import great_circle_km
from iqgeo.frames import Brief
from iqgeo.gains import Floats, Pool, reached_without

NEARBY_KM = 25.0
"""An office is moved to a town no farther than this, as the crow flies, when it is to stay in its area."""


@dataclass(frozen=True)
class Place:
    """A town in place of an office: what it adds to the others, and how far it is, as the crow flies."""

    id: str
    name: str
    lon: float
    lat: float
    gain: float
    km: float = float("nan")


@dataclass(frozen=True, eq=False, repr=False)
class Reason(Brief):
    """What one office brings to the others.

    Attributes
    ----------
    gain : float
        People whom only it reaches.
    districts : pd.DataFrame
        ``ags, name, gain``, those who gain, most first.
    best : Place | None
        The best town in its place; ``None`` if no candidate is left.
    nearby : Place | None
        The best town in its place within :data:`NEARBY_KM`; ``None`` if there is none.
    without : Coverage
        The network without it.
    """

    id: str
    name: str
    gain: float
    districts: pd.DataFrame
    best: Place | None
    nearby: Place | None
    without: Coverage


@dataclass(frozen=True)
class Exchange:
    """Closing one office and opening another; ``covered`` people are reached then, by ``change`` more.

    Every pair was looked at: no other reaches more people.
    """

    closed_id: str
    closed_name: str
    opened: Place
    covered: float
    change: float
    pairs: int


def reason_of(coverage: Coverage, key: str, pool: Pool, forbidden: Collection[str] = ()) -> Reason:
    """What an open office brings, and what could stand in its place.

    Parameters
    ----------
    coverage : Coverage
        The network.
    key : str
        Id of the office.
    pool : Pool
        Whom each candidate reaches.
    forbidden : Collection[str]
        Ids of candidates that may not stand in its place.

    Raises
    ------
    KeyError
        If no office of the network is so called.
    """
    office = sites.named(coverage.offices, [key]).iloc[0]
    without = coverage.again(offices=sites.without(coverage.offices, [key]))
    found = changes(without, coverage)
    gained = found[found["gained"] > 0][["ags", "name", "gained"]].rename(columns={"gained": "gain"})
    gained = gained.sort_values(["gain", "ags"], ascending=[False, True], ignore_index=True)
    others = places_for(without, pool, {key, *forbidden}, near=(float(office["lon"]), float(office["lat"])))
    near = [it for it in others if it.km <= NEARBY_KM]
    return Reason(
        key,
        str(office["name"]),
        coverage.covered - without.covered,
        gained,
        others[0] if others else None,
        near[0] if near else None,
        without,
    )


def places_for(
    coverage: Coverage,
    pool: Pool,
    forbidden: Collection[str] = (),
    *,
    near: tuple[float, float] | None = None,
) -> tuple[Place, ...]:
    """Where an office could open beside a network, the one that adds most first; open ones are left out.

    Parameters
    ----------
    coverage : Coverage
        The network.
    pool : Pool
        Whom each candidate reaches.
    forbidden : Collection[str]
        Ids of candidates that may not open.
    near : tuple[float, float] | None
        Longitude and latitude that distances are told from.
    """
    out = {*forbidden, *sites.ids(coverage.offices)}
    return _places(pool, pool.gains(coverage), out, near)


def _places(
    pool: Pool, gains: Floats, out: Collection[str], near: tuple[float, float] | None = None
) -> tuple[Place, ...]:
    """The candidates by what they add, but for those that are ``out``."""
    frame = pool.candidates
    lon, lat = frame["lon"].to_numpy(dtype=float), frame["lat"].to_numpy(dtype=float)
    km = np.full(len(frame), np.nan) if near is None else great_circle_km(near[0], near[1], lon, lat)
    ids = frame["id"].astype(str).to_numpy()
    order = np.lexsort((ids, -gains))
    names = frame["name"].astype(str).to_numpy()
    return tuple(
        Place(str(ids[at]), str(names[at]), float(lon[at]), float(lat[at]), float(gains[at]), float(km[at]))
        for at in order
        if ids[at] not in out
    )


def best_exchange(
    coverage: Coverage, pool: Pool, *, fixed: Collection[str] = (), forbidden: Collection[str] = ()
) -> Exchange | None:
    """Close one office and open one candidate so that most people are reached: every pair is looked at.

    Of pairs that reach as many people the first office and the first town by id. ``None`` if there is no
    office to close or no candidate to open.

    Parameters
    ----------
    coverage : Coverage
        The network.
    pool : Pool
        Whom each candidate reaches.
    fixed : Collection[str]
        Ids of offices that stay.
    forbidden : Collection[str]
        Ids of candidates that may not open.
    """
    best: Exchange | None = None
    pairs = 0
    names = dict(zip(sites.ids(coverage.offices), coverage.offices["name"].astype(str), strict=True))
    loose = [key for key in names if key not in fixed]
    for key, beside in reached_without(coverage, loose).items():
        others = _places(pool, pool.gains_beside(beside), {*names, *forbidden})
        pairs += len(others)
        if not others:
            continue
        covered = float(pool.people[beside].sum()) + others[0].gain
        if best is None or (-covered, key) < (-best.covered, best.closed_id):
            best = Exchange(key, names[key], others[0], covered, covered - coverage.covered, 0)
    if best is None:
        return None
    return replace(best, pairs=pairs)


def gains_by_district(without: Coverage, place: Place) -> pd.DataFrame:
    """Who gains by a town beside a network: ``ags, name, gain``, by key."""
    row = pd.DataFrame([{"id": place.id, "name": place.name, "lon": place.lon, "lat": place.lat}])
    offices = sites.with_(without.offices, row)
    found = changes(without, without.again(offices=offices))
    return found[["ags", "name", "gained"]].rename(columns={"gained": "gain"})


def movers(before: Coverage, after: Coverage) -> pd.DataFrame:
    """Who has another office as the nearest: ``from_name, to_name, people, reached``, most first.

    ``reached`` are those of them within the target afterwards. An empty name is no office at all.

    Raises
    ------
    ValueError
        If the two do not count the same people.
    """
    need_same_people(before, after)
    frame = pd.DataFrame(
        {
            "from_name": before.places["nearest_office"].astype(str).to_numpy(),
            "to_name": after.places["nearest_office"].astype(str).to_numpy(),
            "people": before.places["people"].to_numpy(dtype=float),
        }
    )
    frame["reached"] = frame["people"] * after.is_covered
    other = before.places["nearest_office_id"].to_numpy() != after.places["nearest_office_id"].to_numpy()
    sums = frame[other & (frame["people"] > 0)].groupby(["from_name", "to_name"], as_index=False).sum()
    order = ["people", "from_name", "to_name"]
    found: pd.DataFrame = sums.sort_values(order, ascending=[False, True, True], ignore_index=True)
    return found
