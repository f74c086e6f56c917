"""People per place: published figures of areas spread over the settlements inside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo import cards
from iqgeo.distances import Points
from iqgeo.errors import InputError, Problem
from iqgeo.region import Region
from iqgeo.weights import OWN_WEIGHT, POPULATION, Weight, standard_weight

DEFAULT_WEIGHT: Final = "migration_background"

PLACE_COLUMNS: Final = ("id", "ags", "district_ags", "lon", "lat", "landmass", "people")


@dataclass(frozen=True)
class Demand:
    """People per place, and what they are.

    Attributes
    ----------
    weight : str
        Key of one of the region's weights, or ``"own"`` for a table the user brought
    year : int | None
        Year of the published figures; ``None`` for a table of the user's
    places : pd.DataFrame
        Frame with ``id, ags, district_ags, lon, lat, landmass, people``, one row a place
    areas : pd.DataFrame
        What was published: ``area, name, persons`` (empty for the user's own places)
    published_total : float
        The state's own published figure, where there is one; NaN otherwise. It can
        differ from the sum of its areas, which are what the places add up to.
    source : str
        Key into the region's sources
    described : Weight | None
        The weight in words; by default those of the catalogue
    """

    weight: str
    year: int | None
    places: pd.DataFrame
    areas: pd.DataFrame
    published_total: float
    source: str
    described: Weight | None = None

    def __repr__(self) -> str:
        counted = self.weight if self.year is None else f"{self.weight}, {self.year}"
        return f"<Demand: {self.people:,.0f} people at {len(self.places):,} places ({counted})>"

    def _repr_html_(self) -> str:
        return cards.demand_card(self)

    @property
    def counted(self) -> Weight:
        """Who is counted, in words."""
        return standard_weight(self.weight, self.source) if self.described is None else self.described

    @cached_property
    def points(self) -> Points:
        """The places as points, each on its landmass, with its id."""
        places = self.places
        return Points.of(places["lon"], places["lat"], places["landmass"], places["id"].astype(str))

    @cached_property
    def isles(self) -> NDArray[np.int64]:
        """Positions of the places that lie on islands without a road."""
        return np.flatnonzero(self.points.landmass != "")

    @property
    def people(self) -> float:
        """All people of all places."""
        return float(self.places["people"].sum())


def municipality_keys(places: pd.DataFrame) -> pd.Series:
    """Whom a table of municipalities counts together: the key of the municipality, else of the district.

    Cells of a grid and places without a key are the rest of the district they lie in, not of all.
    """
    return places["ags"].astype(str).where(places["ags"].ne(""), places["district_ags"].astype(str))


def district_of_municipality(places: pd.DataFrame) -> pd.Series:
    """The district by each of the :func:`municipality_keys`."""
    found = places["district_ags"].astype(str).set_axis(municipality_keys(places))
    return found[~found.index.duplicated()]


def keys_of(places: pd.DataFrame, level: str) -> pd.Series:
    """Whom a table of districts (``"district"``) or of municipalities counts together."""
    return places["district_ags"].astype(str) if level == "district" else municipality_keys(places)


def years_of(region: Region, weight: str) -> list[int]:
    """Years for which the region has figures of this weight, ascending."""
    figures = region.figures
    years = set(figures.loc[figures["measure"] == weight, "year"].astype(int))
    if weight == POPULATION and region.population_year is not None:
        years.add(region.population_year)
    return sorted(years)


def choose_year(region: Region, weight: str, stage: int | None) -> int:
    """The latest year with figures before ``stage``: what was known when the network was planned.

    Figures of a year come out in the year after; the evaluation report on the network of 2012 used
    those of 2010. Without a stage the latest of all; if all are later, the first.
    """
    years = years_of(region, weight)
    past = [year for year in years if stage is None or year < stage]
    return past[-1] if past else years[0]


def build_demand(
    region: Region, weight: str | None = None, *, year: int | None = None, stage: int | None = None
) -> Demand:
    """Spread the published figures of a weight and year over the region's settlements.

    Every settlement gets its share of its area's figure in proportion to its inhabitants (census
    2011), in whole persons: each published area total is met exactly, and each municipality to the
    person next to its exact share, so that tables of any level add up.

    Parameters
    ----------
    region : Region
        Whose settlements and figures.
    weight : str | None
        Key of one of ``region.weights``; by default the region's own default
    year : int | None
        A year with figures; by default the latest one before ``stage``
    stage : int | None
        Year of the network that is looked at; by default the latest figures of all.

    Returns
    -------
    Demand
        People per place, and what was published.

    Raises
    ------
    InputError
        If the weight is unknown, has no figures for the year, or an area has figures but no settlement.

    Examples
    --------
    >>> import iqgeo
    >>> demand = iqgeo.build_demand(iqgeo.load_region(), year=2010)
    >>> demand.people == demand.areas["persons"].sum()
    np.True_
    """
    weight = region.default_weight if weight is None else weight
    available = years_of(region, weight) if weight in region.weights else []
    if not available:
        known = ", ".join(region.weights)
        raise InputError(Problem("weight_unknown", column="weight", value=weight, details={"known": known}))
    described = region.weights[weight]
    chosen = choose_year(region, weight, stage) if year is None else year
    if chosen not in available:
        years = ", ".join(map(str, available))
        raise InputError(
            Problem(
                "year_unknown", column="year", value=str(chosen), details={"weight": weight, "years": years}
            )
        )
    settlements = region.settlements
    figures = region.figures
    published = figures[(figures["measure"] == weight) & (figures["year"] == chosen)]
    if published.empty:
        # The settlements' own census population: nothing to spread.
        areas = published[["area", "name", "persons"]]
        people = settlements["population"].to_numpy(dtype=float)
        return Demand(
            weight, chosen, _places(settlements, people), areas, float("nan"), "siedlungen", described
        )
    # A region of one district may bear its key: then its figure is no total of others.
    whole = published["area"].eq(region.ags) & (region.ags not in region.district_names)
    total, published = published.loc[whole, "persons"], published[~whole]
    area_of_place = areas_of_settlements(settlements, published["area"].tolist())
    areas = published[published["area"].isin(np.unique(area_of_place))][["area", "name", "persons"]]
    persons = dict(zip(areas["area"], areas["persons"], strict=True))
    people = spread(settlements, area_of_place, persons, by=weight)
    source = str(published["source"].iloc[0]) if "source" in published else ""
    state = float(total.iloc[0]) if len(total) else float("nan")
    areas = areas.reset_index(drop=True)
    return Demand(weight, chosen, _places(settlements, people), areas, state, source, described)


def demand_from_shares(
    region: Region,
    shares_pct: Mapping[str, float],
    *,
    weight: str | None = None,
    year: int | None = None,
) -> Demand:
    """Demand from the user's own shares in per cent by area: settlement population x share.

    ``shares_pct`` must name every area of the region (see :func:`iqgeo.inputs.read_shares`).

    Parameters
    ----------
    region : Region
        Its settlements and areas.
    shares_pct : Mapping[str, float]
        Percent by AGS of every area (see :func:`iqgeo.inputs.read_shares`).
    weight : str | None
        Whom the shares count, for the words; by default the user's own figures.
    year : int | None
        Year of the shares.
    """
    settlements = region.settlements
    area_of_place = areas_of_settlements(settlements, list(shares_pct))
    inhabitants = settlements.groupby(area_of_place)["population"].sum()
    persons = {area: round(float(inhabitants[area]) * shares_pct[area] / 100) for area in inhabitants.index}
    return _own_areas(region, area_of_place, persons, weight, year)


def demand_from_persons(
    region: Region,
    persons: Mapping[str, float],
    *,
    weight: str | None = None,
    year: int | None = None,
) -> Demand:
    """Demand from persons by area, each total met exactly whatever year the inhabitants are of.

    ``persons`` must name every area of the region; the other parameters are those of
    :func:`demand_from_shares`.
    """
    area_of_place = areas_of_settlements(region.settlements, list(persons))
    used = set(area_of_place)
    return _own_areas(region, area_of_place, {it: persons[it] for it in persons if it in used}, weight, year)


def _own_areas(
    region: Region,
    area_of_place: NDArray[np.object_],
    persons: Mapping[str, float],
    weight: str | None,
    year: int | None,
) -> Demand:
    settlements = region.settlements
    areas = pd.DataFrame({"area": list(persons), "name": "", "persons": list(persons.values())})
    by = POPULATION if weight is None else weight
    places = _places(settlements, spread(settlements, area_of_place, persons, by=by))
    if weight is None:
        return Demand(OWN_WEIGHT, year, places, areas, float("nan"), "")
    described = region.weights.get(weight) or standard_weight(weight)
    return Demand(weight, year, places, areas, float("nan"), "", described)


def demand_from_places(places: pd.DataFrame) -> Demand:
    """Demand from the user's own table of places with :data:`PLACE_COLUMNS`; no shares are applied."""
    return Demand(
        OWN_WEIGHT, None, places, pd.DataFrame(columns=["area", "name", "persons"]), float("nan"), ""
    )


def areas_of_settlements(settlements: pd.DataFrame, areas: list[str]) -> NDArray[np.object_]:
    """The finest published area that each settlement lies in.

    Area codes: a municipality (8 digits), a district (5 digits, today's or a former one), a pooled
    pair (``03354+03360``) or a district without its city (``03241-x``).

    Raises
    ------
    InputError
        Naming every district with a settlement that no area contains.
    """
    key = settlements["ags"].astype(str)
    today = settlements["district_ags"].astype(str)
    by_district: dict[str, str] = {}
    for area in areas:
        if not area.endswith("-x") and len(area) != 8:
            by_district.update(dict.fromkeys(area.split("+"), area))
    # A figure for the district without its city is finer than the district's own.
    by_district.update({area[:5]: area for area in areas if area.endswith("-x")})
    by_municipality = {area: area for area in areas if len(area) == 8 and area.isdigit()}
    # Few different keys stand for many settlements: each is looked up once.
    (own, owns), (new, news) = (pd.factorize(it.to_numpy(dtype=object)) for it in (key, today))
    pair, which = np.unique(own.astype(np.int64) * len(news) + new, return_inverse=True)
    names = [(str(owns[at // len(news)]), str(news[at % len(news)])) for at in pair.tolist()]
    areas_of_pairs = [
        by_municipality.get(own) or by_district.get(own[:5]) or by_district.get(new) or ""
        for own, new in names
    ]
    found = np.array(areas_of_pairs, dtype=object)[which]
    missing = sorted({new for (_, new), area in zip(names, areas_of_pairs, strict=True) if not area})
    if missing:
        raise InputError([Problem("area_missing", column="ags", value=ags) for ags in missing])
    return found


def spread(
    settlements: pd.DataFrame,
    area_of_place: NDArray[np.object_],
    persons: Mapping[str, float],
    *,
    by: str = POPULATION,
) -> NDArray[np.float64]:
    """Whole persons per settlement, in proportion to population, exact for every area.

    Where the settlements have a column ``by`` of those counted, as cells of a census have, it takes the
    place of the population, but for areas in which it knows nobody. Where nobody is known to live, all
    settlements of an area count alike.

    Rounds the running total along the municipalities of an area, so that rounding never piles up:
    any run of neighbouring keys, hence any municipality, is within one person of its exact share.
    Independent of the order of the rows.
    """
    # By area, municipality and id; each sorted once as what it is, few different keys.
    keys = (settlements["id"].astype(str), settlements["ags"].astype(str), area_of_place)
    order = np.lexsort([pd.factorize(it, sort=True)[0] for it in keys])
    area = area_of_place[order]
    starts = np.flatnonzero(np.r_[True, area[1:] != area[:-1]])
    sizes = np.diff(np.r_[starts, len(area)])
    population = np.ones(len(area))
    for column in (POPULATION, by):
        if column in settlements:
            known = settlements[column].to_numpy(dtype=float)[order]
            population = np.where(np.repeat(np.add.reduceat(known, starts) > 0, sizes), known, population)
    totals = np.add.reduceat(population, starts)
    running = np.cumsum(population) - np.repeat(np.r_[0.0, np.cumsum(totals)[:-1]], sizes)
    target = np.array([persons[name] for name in area[starts]])
    exact = running * np.repeat(target / totals, sizes)
    rounded = np.floor(exact + 0.5)
    rounded[np.r_[starts[1:], len(area)] - 1] = target
    people = np.diff(np.r_[0.0, rounded])
    people[starts] = rounded[starts]
    result = np.empty(len(people))
    result[order] = people
    return result


def _places(settlements: pd.DataFrame, people: NDArray[np.float64]) -> pd.DataFrame:
    columns = [name for name in PLACE_COLUMNS if name != "people"]
    return settlements[columns].assign(people=people)
