"""Drawn regions, and what every column must say, counted once more by plain loops over the places.

Nothing here asks the model but for the places themselves: lengths come from the haversine formula in the
standard library, sums from loops, and lists are ordered by ``sorted``.
"""

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from iqgeo.coverage import (
    COVERED,
    FERRY_ONLY,
    NO_OFFICE,
    NO_ROAD,
    TOO_FAR,
    Coverage,
    assess_places,
)
from iqgeo.demand import Demand
from iqgeo.distances import KM, Detour, Measure, Nearest, Pairs, Points, Reach, Straight

NEAR_KM = 1e-6
"""Two ways of measuring may differ by so much."""

# A grid around Celle: equal lengths are frequent, and borders run through it.
LONGITUDES = [9.6 + 0.1 * i for i in range(9)]
LATITUDES = [52.3 + 0.1 * i for i in range(7)]
KEYS = [("03351006", "03351"), ("03351012", "03351"), ("03241001", "03241"), ("03452020", "03452")]
DISTRICT_NAMES = {"03351": "Celle", "03241": "Region Hannover"}
MUNICIPALITY_NAMES = {"03351006": "Celle", "03351012": "Hambühren"}


def haversine_km(lon_a, lat_a, lon_b, lat_b):
    """Great-circle length in km."""
    a, b, c, d = (math.radians(it) for it in (lon_a, lat_a, lon_b, lat_b))
    half = math.sin((d - b) / 2) ** 2 + math.cos(b) * math.cos(d) * math.sin((c - a) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(min(1.0, half)))


@dataclass(frozen=True)
class Roadless:
    """A measure that knows no road to places from a latitude on: they cannot be reached."""

    from_lat: float
    kind = "road"
    unit = KM
    units = (KM,)
    factor = None
    band = None
    key = "roadless"
    sources = ()

    def outline_km(self, target: float) -> None:
        return None

    def reach_km(self, target: float) -> float:
        return target

    def nearest(self, places: Points, offices: Points) -> Nearest:
        found = Straight().nearest(places, offices)
        cut = (places.lat >= self.from_lat) & np.isfinite(found.distance_km)
        return Nearest(
            found.office,
            np.where(cut, np.inf, found.distance_km),
            found.straight_km,
            found.minutes,
            found.snap_km,
            np.where(cut, Reach.NO_ROAD, found.reach).astype(np.int8),
        )

    def pairs(self, candidates: Points, places: Points, limit: float) -> Pairs:
        found = Straight().pairs(candidates, places, limit)
        kept = places.lat[found.place] < self.from_lat
        return Pairs(found.candidate[kept], found.place[kept], found.distance_km[kept])

    def lines(self, places: Points, offices: Points) -> list[None]:
        return [None] * len(places)


def measured_km(measure: Measure, place, office) -> float:
    """Length from a place to an office (rows with ``lon, lat, landmass``), ``inf`` if there is no way."""
    if place.landmass != office.landmass:
        return math.inf
    if isinstance(measure, Roadless):
        far = place.lat >= measure.from_lat
        return math.inf if far else haversine_km(place.lon, place.lat, office.lon, office.lat)
    return measure.stretch * haversine_km(place.lon, place.lat, office.lon, office.lat)


def on_land(sites: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Sites with the ``landmass`` of the place beside them, if one is within 5 km."""
    found = []
    for site in sites.itertuples():
        away_km = [haversine_km(site.lon, site.lat, it.lon, it.lat) for it in places.itertuples()]
        nearest = min(range(len(away_km)), key=lambda at: away_km[at])
        found.append(places["landmass"].iloc[nearest] if away_km[nearest] <= 5.0 else "")
    return sites.assign(landmass=found)


@st.composite
def demands(draw, keyless=True):
    """Places with and without people, on islands or without a key, many at one spot."""
    keys = [*KEYS, *((("", ""), ("", "03351")) if keyless else ())]
    count = draw(st.integers(1, 14))
    rows = [
        (
            f"p{i:02}",
            *draw(st.sampled_from(keys)),
            draw(st.sampled_from(LONGITUDES)),
            draw(st.sampled_from(LATITUDES)),
            draw(st.sampled_from(["", "", "", "", "Insel"])),
            float(draw(st.one_of(st.just(0), st.integers(0, 5), st.integers(0, 500)))),
        )
        for i in range(count)
    ]
    places = pd.DataFrame(rows, columns=["id", "ags", "district_ags", "lon", "lat", "landmass", "people"])
    nothing = pd.DataFrame(columns=["area", "name", "persons"])
    return Demand("own", None, places, nothing, float("nan"), "")


@st.composite
def sites(draw, least=0, most=4, prefix="o"):
    """Offices or candidate towns; two may have one name."""
    spots = draw(
        st.lists(st.sampled_from(list(product(LONGITUDES, LATITUDES))), min_size=least, max_size=most)
    )
    rows = [
        (f"{prefix}{i}", draw(st.sampled_from(["Celle", "Peine", f"Ort {i}"])), *spot)
        for i, spot in enumerate(spots)
    ]
    frame = pd.DataFrame(rows, columns=["id", "name", "lon", "lat"])
    return frame.astype({"id": object, "name": object, "lon": float, "lat": float})


measures = st.sampled_from([Straight(), Detour(), Detour(1.1), Roadless(52.65)])
targets_km = st.sampled_from([5.0, 11.2, 20.0, 35.0])


def coverage_of(demand: Demand, offices: pd.DataFrame, measure: Measure, target_km: float) -> Coverage:
    return assess_places(
        demand,
        offices,
        measure,
        target_km,
        district_names=DISTRICT_NAMES,
        municipality_names=MUNICIPALITY_NAMES,
    )


@st.composite
def coverages(draw, keyless=True, least_offices=0):
    """A coverage of a drawn region."""
    demand, offices = draw(demands(keyless)), draw(sites(least_offices))
    return coverage_of(demand, offices, draw(measures), draw(targets_km))


def close(one, other, tolerance=1e-9):
    """Equal as numbers are after sums in another order; NaN and infinity are equal to themselves."""
    if math.isnan(other) or math.isinf(other):
        return str(float(one)) == str(float(other))
    return abs(one - other) <= tolerance * max(1.0, abs(other))


def tuples(frame: pd.DataFrame):
    """The rows of a frame; of a long one texts are taken out of Arrow at once, three times as fast."""
    texts = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)]
    return (frame if len(frame) < 500 else frame.astype(dict.fromkeys(texts, object))).itertuples()


def groups(places: pd.DataFrame, key: str):
    """Places by a key, in the order of the keys; those of no municipality are the rest of their district."""
    found: dict[str, list] = {}
    for place in tuples(places):
        found.setdefault(getattr(place, key) or place.district_ags, []).append(place)
    return dict(sorted(found.items()))


def municipality_called(key: str, municipalities, districts) -> str:
    """What the row of a key is called: the rest of a district has the district's name beside it."""
    return municipalities.get(key, "" if key in districts else key)


def figures_of(members) -> dict[str, object]:
    """Every figure of ``Coverage.by_district`` for the places of one."""
    people = sum(it.people for it in members)
    covered = sum(it.people for it in members if it.status == COVERED)
    reached = [it for it in members if not math.isinf(it.distance_km)]
    walking = sum(it.people for it in reached)
    beside: dict[tuple[str, str], float] = {}
    for it in reached:
        key = (it.nearest_office_id, it.nearest_office)
        beside[key] = beside.get(key, 0.0) + it.people
    most = sorted(beside, key=lambda key: (-beside[key], key[0]))
    return {
        "people": people,
        "covered": covered,
        "uncovered": people - covered,
        "share": covered / people if people else math.nan,
        "mean_km": sum(it.people * it.distance_km for it in reached) / walking if walking else math.nan,
        "max_km": max((it.distance_km for it in reached), default=math.nan),
        "nearest_office": most[0][1] if most else "",
    }


def check_figures(row, expected: dict[str, object]) -> None:
    """A row of a table has the figures expected of it."""
    for column, value in expected.items():
        if isinstance(value, float | int):
            assert close(getattr(row, column), value), (column, getattr(row, column), value)
        else:
            assert getattr(row, column) == value, column


def statuses_of(coverage: Coverage) -> list[set[str]]:
    """The statuses that each place may have, from lengths to the offices measured anew."""
    places, target_km = coverage.places, coverage.target_km
    offices = list(on_land(coverage.offices, places).itertuples())
    found = []
    for place in tuples(places):
        best = min((measured_km(coverage.measure, place, office) for office in offices), default=math.inf)
        here = any(office.landmass == place.landmass for office in offices)
        if best <= target_km - NEAR_KM:
            found.append({COVERED})
        elif best <= target_km + NEAR_KM:
            found.append({COVERED, TOO_FAR})
        elif best < math.inf:
            found.append({TOO_FAR})
        elif here:
            found.append({NO_ROAD})
        else:
            found.append({FERRY_ONLY if place.landmass else NO_OFFICE})
    return found


def mean_km(members) -> float:
    """Length weighted by people over those who can be reached; ``inf`` if nobody can."""
    reached = [it for it in members if not math.isinf(it.distance_km)]
    weight = sum(it.people for it in reached)
    return sum(it.people * it.distance_km for it in reached) / weight if weight else math.inf


def centre_of(members) -> tuple[float, float]:
    """The centre of the people of some places."""
    people = sum(it.people for it in members)
    return tuple(sum(it.people * getattr(it, axis) for it in members) / people for axis in ("lon", "lat"))


def by_people(members, key: str) -> tuple[tuple[str, float], ...]:
    """People by a key, as they must be listed: most first."""
    found: dict[str, float] = {}
    for it in members:
        found[getattr(it, key)] = found.get(getattr(it, key), 0.0) + it.people
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
