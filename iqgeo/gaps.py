"""Who is left out: a row for every uncovered place, and the regions they form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo import cards
from iqgeo.coverage import COVERED, Coverage
from iqgeo.demand import municipality_keys
from iqgeo.gap_names import NAMING_TABLES, GapName, name_of, surroundings_of
from iqgeo.gap_numbers import numbers_of, unit_of, units_of
from iqgeo.region import Region
from iqgeo.safe.kept import files_of, kept, key_of


@dataclass(frozen=True)
class GapRegion:
    """Neighbouring uncovered places.

    ``number`` and ``name`` are given once and stay (see :func:`find_gaps`); ``rank`` counts from 1 by
    people; ``districts`` are AGS with their uncovered people, most first; ``lon, lat`` is the centre
    of the uncovered people.
    """

    number: int
    rank: int
    name: GapName
    people: float
    places: int
    districts: tuple[tuple[str, float], ...]
    lon: float
    lat: float


@dataclass(frozen=True, eq=False)
class GapNumbers:
    """Every number ever given.

    Attributes
    ----------
    units : Mapping[str, int]
        Number by municipality (or cell of a grid, where places carry no key).
    regions : Mapping[int, GapRegion]
        The gap region of every number as it was when it got it.
    """

    units: Mapping[str, int]
    regions: Mapping[int, GapRegion]


NO_NUMBERS = GapNumbers({}, {})

_UNIT_COLUMNS = ("lon", "lat", "people", "gap_region")
# A gap of this share of the people and districts lies nowhere in the region: it is the region.
_WHOLE_SHARE = 0.9


@dataclass(frozen=True)
class Gaps:
    """The uncovered of a coverage.

    Attributes
    ----------
    coverage : Coverage
        Whose they are
    places : pd.DataFrame
        Every uncovered place with people once: the columns of ``Coverage.places`` and
        ``over_km`` (km beyond the target, ``inf`` if unreachable, NaN by a target in minutes),
        ``reason`` (the status: too_far, no_road, no_way, ferry_only, no_office), ``depends_on_road``
        (within the target if the road is as short as the band allows) and ``gap_region`` (number); sorted by
        people, most first
    regions : tuple[GapRegion, ...]
        Gap regions, most people first
    inherited : GapNumbers
        The numbers given before
    """

    coverage: Coverage
    places: pd.DataFrame
    regions: tuple[GapRegion, ...]
    inherited: GapNumbers = NO_NUMBERS

    def __repr__(self) -> str:
        return f"<Gaps: {self.people:,.0f} people in {len(self.regions)} regions; {self.coverage.in_short()}>"

    def _repr_html_(self) -> str:
        return cards.gaps_card(self)

    @property
    def people(self) -> float:
        """All uncovered people."""
        return float(self.places["people"].sum())

    @cached_property
    def numbers(self) -> GapNumbers:
        """The numbers given so far, for what comes after."""
        units = dict(zip(unit_of(self.places), self.places["gap_region"].astype(int), strict=True))
        return GapNumbers(
            {**units, **self.inherited.units},
            {**{it.number: it for it in self.regions}, **self.inherited.regions},
        )

    @cached_property
    def units(self) -> pd.DataFrame:
        """Municipalities (or cells of a grid) with uncovered people: ``lon, lat, people, gap_region``."""
        units = units_of(self.places)
        number = pd.Series(self.places["gap_region"].to_numpy(), index=unit_of(self.places))
        units["gap_region"] = number[~number.index.duplicated()].reindex(units.index)
        return units[list(_UNIT_COLUMNS)]

    @cached_property
    def by_municipality(self) -> pd.DataFrame:
        """Uncovered people per municipality.

        Columns ``ags, name, district_ags, district, people`` (uncovered), ``people_total``,
        ``nearest_office, distance_km`` (weighted mean of the reachable uncovered; ``inf`` if none
        is), ``over_km, reason, depends_on_road`` (all may be covered), ``gap_region, lon, lat``;
        office, reason and region are those of its largest uncovered place.
        """
        return _by_municipality(self)


def find_gaps(coverage: Coverage, region: Region | None = None, *, after: Gaps | None = None) -> Gaps:
    """Every uncovered place with its reason, and the gap regions they form, ranked by people.

    Gap regions come from k-means on the uncovered people (weighted, a municipality stays whole).
    Their number is the smallest for which the people live on average no farther from their region's
    centre than an office reaches (at most :data:`~iqgeo.gap_numbers.MOST_REGIONS`). Independent of
    the order of the places.

    Parameters
    ----------
    coverage : Coverage
        Who is left out.
    region : Region | None
        Gives the gap regions their names; the coverage's own by default
    after : Gaps | None
        The gaps before something opened or closed. Whoever was left out then, or ever before,
        keeps number and name of their gap region. Newcomers are clustered as at the start: a cluster
        of 5 % of the uncovered people or more becomes a gap region with the next number, a smaller
        one joins the nearest.

    Returns
    -------
    Gaps
        Places, most people first, and the regions they form.

    Examples
    --------
    >>> import iqgeo
    >>> gaps = iqgeo.find_gaps(iqgeo.assess(stage=2012))
    >>> gaps.people, len(gaps.regions)
    (703364.0, 8)
    """
    every = coverage.places
    uncovered = every[(every["status"] != COVERED) & (every["people"] > 0)]
    uncovered = uncovered.sort_values(["people", "id"], ascending=[False, True], ignore_index=True)
    given = NO_NUMBERS if after is None else after.numbers
    units = units_of(uncovered)
    at_home = region or coverage.region
    number, names = _kept_numbers(uncovered, units, coverage, at_home, given)
    units = units.assign(number=number)
    uncovered = uncovered.assign(
        over_km=uncovered["distance_km"] - coverage.target_km,
        reason=uncovered["status"],
        depends_on_road=_depends_on_road(uncovered, coverage),
        gap_region=units["number"].reindex(unit_of(uncovered)).to_numpy(dtype=np.int64),
    )
    found = Gaps(coverage, uncovered, _regions(uncovered, names), given)
    # Known already: what is read of it need not be computed again.
    found.__dict__["units"] = units.rename(columns={"number": "gap_region"})[list(_UNIT_COLUMNS)]
    return found


Named = tuple[NDArray[np.int64], dict[int, GapName]]


def _kept_numbers(
    uncovered: pd.DataFrame, units: pd.DataFrame, coverage: Coverage, region: Region | None, given: GapNumbers
) -> Named:
    """The same as :func:`_numbers`; of a network without any numbers before, from an earlier run."""
    if given.regions:
        return _numbers(uncovered, units, coverage, region, given)
    tables = [] if region is None else [region.directory / name for name in NAMING_TABLES]
    parts: list[bytes | str] = [
        "\0".join(map(str, units.index)), "\0".join(map(str, units["first_id"])),
        np.ascontiguousarray(units[["people", "lon", "lat"]].to_numpy(dtype=float)).tobytes(),
        "\0".join(uncovered["district_ags"].astype(str).tolist()),
        uncovered["people"].to_numpy(dtype=float).tobytes(),
        repr(coverage.measure.reach_km(coverage.target.value)), repr(sorted(coverage.district_names.items())),
        repr(coverage.offices[["name", "lon", "lat"]].to_dict("split")["data"]), repr(coverage.people),
        *files_of(tables),
    ]  # fmt: skip
    modules = ("gaps", "gap_numbers", "gap_names", "clusters", "world", "region", "distances.straight")
    libraries = ("numpy", "pandas", "sklearn", "shapely", "pyproj", "geopandas")
    key = key_of(parts, [f"iqgeo.{it}" for it in modules], libraries)

    def made() -> dict[str, Any]:
        number, names = _numbers(uncovered, units, coverage, region, given)
        return {
            "number": number.tolist(),
            "names": [[key, it.pattern, list(it.parts), it.addition] for key, it in names.items()],
        }

    found = kept("gaps", key, made)
    names = {
        key: GapName(pattern, tuple(parts), addition) for key, pattern, parts, addition in found["names"]
    }
    return np.array(found["number"], dtype=np.int64), names


def _numbers(
    uncovered: pd.DataFrame, units: pd.DataFrame, coverage: Coverage, region: Region | None, given: GapNumbers
) -> Named:
    """The gap region of every unit, and the names of all gap regions that have people."""
    number = numbers_of(
        units,
        coverage.measure.reach_km(coverage.target.value),
        given.units,
        {it.number: (it.lon, it.lat) for it in given.regions.values()},
    )
    names = {it.number: it.name for it in given.regions.values()}
    of_place = pd.Series(number, index=units.index).reindex(unit_of(uncovered)).to_numpy()
    for key in sorted(set(number.tolist()) - set(names)):
        members = uncovered[of_place == key]
        mine = units.loc[number == key, ["lon", "lat", "people"]]
        names[key] = _name(mine, _by_district(members).index, coverage, region, list(names.values()))
    return number, names


def _by_district(members: pd.DataFrame) -> pd.Series:
    """People by district, most first."""
    people: pd.Series = members.groupby("district_ags")["people"].sum()
    return people.sort_values(ascending=False, kind="stable")


def _depends_on_road(uncovered: pd.DataFrame, coverage: Coverage) -> NDArray[np.bool_]:
    band = coverage.measure.band
    if band is None:
        return np.zeros(len(uncovered), dtype=bool)
    return coverage.target.met_by(uncovered["straight_km"].to_numpy() * band[0])


def _regions(uncovered: pd.DataFrame, names: Mapping[int, GapName]) -> tuple[GapRegion, ...]:
    found: list[GapRegion] = []
    counted = uncovered[["gap_region", "district_ags", "people", "lon", "lat"]]
    of_districts = counted.groupby(["gap_region", "district_ags"], sort=True)["people"].sum()
    for key, members in counted.groupby("gap_region", sort=True):
        number = int(str(key))
        by_district = of_districts.loc[key].sort_values(ascending=False, kind="stable")
        found.append(
            GapRegion(
                number=number,
                rank=0,
                name=names[number],
                people=float(members["people"].sum()),
                places=len(members),
                districts=tuple((str(ags), float(it)) for ags, it in by_district.items()),
                lon=float(np.average(members["lon"], weights=members["people"])),
                lat=float(np.average(members["lat"], weights=members["people"])),
            )
        )
    return ranked(found)


def ranked(regions: Iterable[GapRegion]) -> tuple[GapRegion, ...]:
    """Gap regions by people, most first; of equally many the lower number."""
    ordered = sorted(regions, key=lambda it: (-it.people, it.number))
    return tuple(replace(it, rank=rank) for rank, it in enumerate(ordered, start=1))


def _name(
    units: pd.DataFrame,
    districts: Iterable[str],
    coverage: Coverage,
    region: Region | None,
    taken: list[GapName],
) -> GapName:
    surroundings = None if region is None else surroundings_of(region)
    names = coverage.district_names if region is None else region.district_names
    largest = [it for ags in districts if (it := names.get(str(ags), ""))]
    whole = len(largest) >= _WHOLE_SHARE * len(names)
    whole &= bool(units["people"].sum() >= _WHOLE_SHARE * coverage.people)
    return name_of(units, largest, surroundings, coverage.offices, taken, whole=whole)


def _by_municipality(gaps: Gaps) -> pd.DataFrame:
    places = gaps.places.assign(
        key=municipality_keys(gaps.places),
        reachable=np.isfinite(gaps.places["distance_km"]) * gaps.places["people"],
        person_km=gaps.places["people"]
        * gaps.places["distance_km"].where(np.isfinite(gaps.places["distance_km"]), 0),
        person_lon=gaps.places["people"] * gaps.places["lon"],
        person_lat=gaps.places["people"] * gaps.places["lat"],
        unsure=gaps.places["depends_on_road"] * gaps.places["people"],
    )
    sums = places.groupby("key", sort=True)[
        ["people", "reachable", "person_km", "person_lon", "person_lat", "unsure"]
    ].sum()
    # Places come sorted by people: the first of a municipality is its largest uncovered place.
    first = places.drop_duplicates("key").set_index("key").reindex(sums.index)
    everyone = gaps.coverage.places
    total = everyone.groupby(municipality_keys(everyone))["people"].sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        distance_km = (sums["person_km"] / sums["reachable"]).fillna(np.inf)
    districts = gaps.coverage.district_names
    table = pd.DataFrame(
        {
            "ags": sums.index,
            "name": [gaps.coverage.municipality_name(ags) for ags in sums.index],
            "district_ags": first["district_ags"].to_numpy(),
            "district": [districts.get(ags, ags) for ags in first["district_ags"]],
            "people": sums["people"].to_numpy(),
            "people_total": total.reindex(sums.index).to_numpy(),
            "nearest_office": first["nearest_office"].to_numpy(),
            "distance_km": distance_km.to_numpy(),
            "over_km": distance_km.to_numpy() - gaps.coverage.target_km,
            "reason": first["reason"].to_numpy(),
            "depends_on_road": (sums["unsure"] == sums["people"]).to_numpy(),
            "gap_region": first["gap_region"].to_numpy(),
            "lon": (sums["person_lon"] / sums["people"]).to_numpy(),
            "lat": (sums["person_lat"] / sums["people"]).to_numpy(),
        }
    )
    return table.sort_values(["people", "ags"], ascending=[False, True], ignore_index=True)


def gaps_within(gaps: Gaps, municipalities: pd.DataFrame) -> Gaps:
    """Return the gaps of these municipalities only, with the people of their regions counted anew."""
    places = gaps.places
    places = places[municipality_keys(places).isin(municipalities["ags"])].reset_index(drop=True)
    regions = []
    for region in gaps.regions:
        mine = places[places["gap_region"] == region.number]
        if mine.empty:
            continue
        people = _by_district(mine)
        districts = tuple((str(ags), float(count)) for ags, count in people.items())
        regions.append(replace(region, people=float(people.sum()), places=len(mine), districts=districts))
    return replace(gaps, places=places, regions=ranked(regions))
