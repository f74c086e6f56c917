"""Names for gap regions by rule, from what lies around them: big cities, borders, the coast.

Outside of the region, or without one, only what is known there gives a name: offices, districts, degrees.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.distances import great_circle_km
from iqgeo.frames import rows
from iqgeo.region import Region
from iqgeo.safe.kept import files_of, kept, key_of
from iqgeo.texts import Lang, behind, contracted, number, text
from iqgeo.world import land_around, state_names, world_directory

if TYPE_CHECKING:
    import geopandas as gpd

# A city this large gives its name to what lies around it; city states always do.
_BIG_CITY_PEOPLE = 500_000
# On the way between two cities: the way over the place is at most this much longer.
_BETWEEN_RATIO = 1.25
# Nobody lives between two cities farther apart than this, nor in a direction of one farther away.
_FAR_KM = 150.0
# Around a city: most people no farther away than this, and such a share of them in it.
_AROUND_KM, _AROUND_SHARE = 25.0, 0.15
# In a city of the region: no farther away than this. A gap with such a share there is not beside it.
_IN_CITY_KM, _IN_CITY_SHARE = 12.0, 0.05
# At the border or the coast: no farther away than this.
_BESIDE_KM = 30.0
# A name must fit at least this share of the people.
_FITTING_SHARE = 0.6
# A second border is named if people live nearly as close to it as to the first.
_SECOND_BORDER = 0.6
# Outlines of different sources leave slivers; what is farther from any neighbour is sea.
_SLIVER_M = 6_000
_OWN_SHARE = 0.05
# Coarse outlines leave out bays and spits of this size.
_COARSE_M = 9_000
# Beside tens of kilometres a bend of this size is nothing, but coasts and rivers are full of them.
_BEND_M = 250
# People this near to the region's outline live in it or beside it: its cities and borders are theirs.
_ABOUT_KM = 30.0
# Degrees that are certainly more than that, save near a pole.
_ABOUT_DEGREES = 1.5
# An office says where people are if it is no farther away than this.
_NEAR_OFFICE_KM = 150.0

# What a region's names for gaps come from.
NAMING_TABLES: Final = ("region.toml", "towns.csv", "districts.parquet", "context.parquet")

_DIRECTIONS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")


@dataclass(frozen=True)
class GapName:
    """A name as a pattern and what fills it, so that it can be said in any language.

    ``pattern`` is one of ``whole, around, between, border, border_two, coast, districts, position, own`` or a
    direction; ``parts`` are proper names (of ``position`` latitude and longitude in degrees);
    ``addition`` tells two regions of one name apart.
    """

    pattern: str
    parts: tuple[str, ...] = ()
    addition: str = ""

    def text(self, lang: Lang = "de") -> str:
        """The name in words."""
        parts = [behind(part, lang) for part in self.parts]
        if self.pattern in ("districts", "own"):
            name = ", ".join(self.parts)
        elif self.pattern == "position":
            name = text("gaps.name.position", lang, **_degrees(self.parts, lang))
        else:
            name = text(f"gaps.name.{self.pattern}", lang, **dict(zip("abc", parts, strict=False)))
            name = contracted(name, lang)
        return f"{name} ({self.addition})" if self.addition else name


def _degrees(parts: tuple[str, ...], lang: Lang) -> dict[str, str]:
    """Degrees with the half of the globe they lie in."""
    lat, lon = (float(part) for part in parts)
    return {
        "a": f"{number(abs(lat), lang, 1)}° {'N' if lat >= 0 else 'S'}",
        "b": f"{number(abs(lon), lang, 1)}° {text('gaps.east' if lon >= 0 else 'gaps.west', lang)}",
    }


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Big cities by name, and the outlines of the region, of neighbours and of the sea in its metric system.

    ``bounds`` are those of the region in degrees.
    """

    cities: dict[str, tuple[float, float]]
    neighbours: dict[str, Any]
    coast: Any
    outline: Any
    bounds: tuple[float, float, float, float]
    crs: str

    def tell_of(self, units: pd.DataFrame) -> bool:
        """Whether most of the people live in the region or beside it."""
        import geopandas as gpd

        west, south, east, north = self.bounds
        near = units["lon"].between(west - _ABOUT_DEGREES, east + _ABOUT_DEGREES)
        near &= units["lat"].between(south - _ABOUT_DEGREES, north + _ABOUT_DEGREES)
        here = units[near]
        points = gpd.GeoSeries.from_xy(here["lon"], here["lat"], crs="EPSG:4326").to_crs(self.crs)
        about = points.distance(self.outline) <= _ABOUT_KM * 1000
        return bool(here.loc[about, "people"].sum() >= _FITTING_SHARE * units["people"].sum())


@lru_cache(maxsize=4)
def surroundings_of(region: Region) -> Surroundings:
    """The surroundings, from an earlier run where the region's files were the same."""
    tables = [region.directory / name for name in (*NAMING_TABLES, "settlements.parquet")]
    world = [world_directory() / name for name in ("states.parquet", "countries.parquet")]
    modules = [f"iqgeo.{it}" for it in ("gap_names", "world", "region")]
    key = key_of(files_of([*tables, *world]), modules, ("numpy", "pandas", "shapely", "pyproj", "geopandas"))
    return _as_told(kept("surroundings", key, lambda: _told(_surroundings(region))))


def _told(it: Surroundings) -> dict[str, Any]:
    """Surroundings as plain data."""
    return {
        "cities": it.cities,
        "neighbours": {name: _written(outline) for name, outline in it.neighbours.items()},
        "coast": None if it.coast is None else _written(it.coast),
        "outline": _written(it.outline),
        "bounds": it.bounds,
        "crs": it.crs,
    }


def _as_told(told: Mapping[str, Any]) -> Surroundings:
    from shapely import from_wkb

    west, south, east, north = told["bounds"]
    return Surroundings(
        cities={name: (lon, lat) for name, (lon, lat) in told["cities"].items()},
        neighbours={name: from_wkb(outline) for name, outline in told["neighbours"].items()},
        coast=None if told["coast"] is None else from_wkb(told["coast"]),
        outline=from_wkb(told["outline"]),
        bounds=(west, south, east, north),
        crs=told["crs"],
    )


def _written(outline: Any) -> str:
    from shapely import to_wkb

    written: str = to_wkb(outline, hex=True)
    return written


def _surroundings(region: Region) -> Surroundings:
    """Derive the surroundings from the region's towns, districts and context."""
    context = named_context(region).to_crs(region.crs)
    city_states = context[context["name"] == context["state"]]
    city_states = city_states[city_states["ags"] != ""]
    towns = region.towns[region.towns["population"] >= _BIG_CITY_PEOPLE]
    cities = {str(it.name): (float(it.lon), float(it.lat)) for it in rows(towns)}
    centres = city_states.geometry.representative_point().to_crs("EPSG:4326")
    cities.update(zip(city_states["name"], zip(centres.x, centres.y, strict=True), strict=True))
    context = context.assign(geometry=context.simplify(_BEND_M))
    neighbours = {
        str(state): outline
        for state, outline in context.dissolve("state").geometry.items()
        if str(state) not in cities
    }
    outline = region.districts.to_crs(region.crs).make_valid().union_all().simplify(_BEND_M)
    west, south, east, north = (float(it) for it in region.districts.total_bounds)
    bounds = (west, south, east, north)
    # Where the region's own context ends, coarse outlines tell other land from the sea.
    free = outline.boundary.difference(context.union_all().buffer(_SLIVER_M, quad_segs=4))
    around = _coarse_land(region, outline, bounds)
    for name, land in around:
        if name and name not in neighbours and free.distance(land) <= _SLIVER_M:
            neighbours[name] = land
    coast = free
    for _, land in around:
        coast = coast.difference(land.buffer(_COARSE_M, quad_segs=4))
    coast = coast.difference(_inland([outline, context.union_all(), *(land for _, land in around)]))
    return Surroundings(cities, neighbours, None if coast.is_empty else coast, outline, bounds, region.crs)


def _inland(land: Sequence[Any]) -> Any:
    """What land surrounds on all sides, lakes with it: their shore is no coast."""
    import shapely

    joined = shapely.union_all([it.buffer(_SLIVER_M / 2, quad_segs=4) for it in land])
    whole = [shapely.Polygon(it.exterior) for it in shapely.get_parts(joined)]
    return shapely.union_all(whole).buffer(-2 * _COARSE_M, quad_segs=4)


def named_context(region: Region) -> "gpd.GeoDataFrame":
    """The region's context with names for states that are only numbers."""
    names = state_names()
    context = region.context
    return context.assign(state=[names.get(str(it), str(it)) for it in context["state"]])


def _coarse_land(
    region: Region, outline: Any, bounds: tuple[float, float, float, float]
) -> list[tuple[str, Any]]:
    """Other land around the region by name, from coarse outlines; the rest of its own has none."""
    west, south, east, north = bounds
    box = (west - _ABOUT_DEGREES, south - _ABOUT_DEGREES, east + _ABOUT_DEGREES, north + _ABOUT_DEGREES)
    found = land_around(*box).to_crs(region.crs)
    valid = found.make_valid()
    rest = valid.simplify(_BEND_M).difference(outline.buffer(_BEND_M))
    own = found["ags"].eq(region.ags[:2]) & found["ags"].ne("")
    # A region that lies in a country has no border with it, as far as coarse outlines can tell.
    own |= valid.intersection(outline).area > _OWN_SHARE * outline.area
    parts: list[tuple[str, Any]] = []
    for name, mine, land in zip(found["name"], own, rest, strict=True):
        # Slivers are the same land drawn by another hand.
        inner = land.buffer(-_SLIVER_M / 2)
        if not inner.is_empty:
            parts.append(("" if mine else str(name), inner.buffer(_SLIVER_M / 2, quad_segs=4)))
    return parts


def name_of(
    units: pd.DataFrame,
    districts: Sequence[str],
    surroundings: Surroundings | None,
    offices: pd.DataFrame,
    taken: Iterable[GapName],
    *,
    whole: bool = False,
) -> GapName:
    """Name a gap region after what most of its people live beside.

    In this order: the whole region, around a big city, between two of them, at a border or the coast, in a
    direction of the nearest big city that is no part of the gap, its largest districts. People outside of the
    region, or without one, live in a direction of the nearest office, else where they live in degrees. A name
    already taken is passed over; if all are, the first gets the largest district added, or a number.

    Parameters
    ----------
    units : pd.DataFrame
        Municipalities with ``lon, lat, people``.
    districts : Sequence[str]
        Names of the districts, most uncovered people first.
    surroundings : Surroundings | None
        Of the region; ``None`` without one.
    offices : pd.DataFrame
        Those of the coverage, with ``name, lon, lat``.
    taken : Iterable[GapName]
        Names already given.
    whole : bool
        Whether it is as good as the whole region.
    """
    given = list(taken)
    known = [GapName("districts", tuple(districts[:3]))] if districts else []
    if surroundings is not None and surroundings.tell_of(units):
        fitting = [
            *([GapName("whole")] if whole else []),
            *_around(units, surroundings),
            *_between(units, surroundings),
            *_beside(units, surroundings),
            *(
                it
                for it in _direction(units, surroundings.cities, within_km=_FAR_KM)
                if _share_in(units, surroundings, it.parts[0]) < _IN_CITY_SHARE
            ),
            *known,
        ] or [_position(units)]
    else:
        fitting = [*_from_office(units, offices), *known, _position(units)]
    first = fitting[0]
    additions = [] if [first] == known else districts[:1]
    fitting += [replace(first, addition=it) for it in (*additions, *map(str, range(2, len(given) + 3)))]
    return next(name for name in fitting if name not in given)


def _km_to(units: pd.DataFrame, city: tuple[float, float]) -> NDArray[np.float64]:
    return great_circle_km(units["lon"], units["lat"], *city)


def _share_in(units: pd.DataFrame, surroundings: Surroundings, city: str) -> float:
    """The share of the people who live in a city; nobody of a region lives in one beyond its border."""
    import geopandas as gpd

    at = surroundings.cities[city]
    middle = gpd.GeoSeries.from_xy([at[0]], [at[1]], crs="EPSG:4326").to_crs(surroundings.crs).iloc[0]
    if not surroundings.outline.covers(middle):
        return 0.0
    people = units["people"].to_numpy()
    return float(people @ (_km_to(units, at) <= _IN_CITY_KM)) / float(people.sum())


def _around(units: pd.DataFrame, surroundings: Surroundings) -> list[GapName]:
    """The big city in and around which most people live: they are in no direction of it."""
    fitting: list[tuple[float, str]] = []
    people = units["people"].to_numpy()
    for name, city in surroundings.cities.items():
        if float(people @ (_km_to(units, city) <= _AROUND_KM)) < _FITTING_SHARE * people.sum():
            continue
        inside = _share_in(units, surroundings, name)
        if inside >= _AROUND_SHARE:
            fitting.append((-inside, name))
    return [GapName("around", (name,)) for _, name in sorted(fitting)]


def _between(units: pd.DataFrame, surroundings: Surroundings) -> list[GapName]:
    """Pairs of big cities that most people live between, the closest pair first."""
    people = units["people"].to_numpy()
    fitting: list[tuple[float, GapName]] = []
    for first, second in combinations(sorted(surroundings.cities), 2):
        one, two = surroundings.cities[first], surroundings.cities[second]
        apart_km = float(great_circle_km(*one, *two))
        if apart_km > _FAR_KM:
            continue
        on_the_way = _km_to(units, one) + _km_to(units, two) <= _BETWEEN_RATIO * apart_km
        if float(people @ on_the_way) >= _FITTING_SHARE * people.sum():
            fitting.append((apart_km, GapName("between", (first, second))))
    return [name for _, name in sorted(fitting, key=lambda it: it[0])]


def _beside(units: pd.DataFrame, surroundings: Surroundings) -> list[GapName]:
    """The borders or the coast that most people live beside, the closest first."""
    import geopandas as gpd

    points = gpd.GeoSeries.from_xy(units["lon"], units["lat"], crs="EPSG:4326").to_crs(surroundings.crs)
    people = units["people"].to_numpy() / units["people"].sum()
    closeness: dict[str, float] = {}
    outlines = {**surroundings.neighbours, **({} if surroundings.coast is None else {"": surroundings.coast})}
    for name, outline in outlines.items():
        away_km = points.distance(outline).to_numpy() / 1000
        if float(people @ (away_km <= _BESIDE_KM)) >= _FITTING_SHARE:
            closeness[name] = float(people @ np.maximum(0.0, 1 - away_km / _BESIDE_KM))
    ranked = sorted(closeness, key=lambda name: (-closeness[name], name))
    if not ranked:
        return []
    if ranked[0] == "":
        return [GapName("coast")]
    second = [
        name for name in ranked[1:] if name and closeness[name] >= _SECOND_BORDER * closeness[ranked[0]]
    ]
    two = [GapName("border_two", (ranked[0], second[0]))] if second else []
    return [*two, GapName("border", (ranked[0],))]


def _centre(units: pd.DataFrame) -> tuple[float, float]:
    """Longitude and latitude of the people's centre."""
    people = units["people"].to_numpy()
    lon, lat = (float(units[axis].to_numpy() @ people / people.sum()) for axis in ("lon", "lat"))
    return lon, lat


def _from_office(units: pd.DataFrame, offices: pd.DataFrame) -> list[GapName]:
    """Where the people's centre lies seen from the nearest office, if one is near."""
    lon, lat = _centre(units)
    near = {
        str(it.name): (float(it.lon), float(it.lat))
        for it in rows(offices)
        if float(great_circle_km(lon, lat, it.lon, it.lat)) <= _NEAR_OFFICE_KM
    }
    return _direction(units, near)


def _position(units: pd.DataFrame) -> GapName:
    """Where the people's centre lies in degrees."""
    lon, lat = _centre(units)
    return GapName("position", (f"{lat:.1f}", f"{lon:.1f}"))


def _direction(
    units: pd.DataFrame, cities: Mapping[str, tuple[float, float]], *, within_km: float = np.inf
) -> list[GapName]:
    """Where the people's centre lies seen from the nearest of some cities, if it is near."""
    if not cities:
        return []
    lon, lat = _centre(units)
    away_km = {name: float(great_circle_km(lon, lat, *city)) for name, city in cities.items()}
    nearest = min(away_km, key=lambda name: (away_km[name], name))
    if away_km[nearest] > within_km:
        return []
    city_lon, city_lat = cities[nearest]
    east = (lon - city_lon) * np.cos(np.radians(city_lat))
    degrees = np.degrees(np.arctan2(east, lat - city_lat)) % 360
    return [GapName(_DIRECTIONS[round(degrees / 45) % 8], (nearest,))]
