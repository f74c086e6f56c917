"""Islands without a road: parts of the outlines that lie apart from the main land."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.compass import language_of, numbered_names, way_from
from iqgeo.texts import text

if TYPE_CHECKING:
    import geopandas as gpd

FERRY_M: Final = 2_000.0
"""Water wider than this has no bridge, as far as outlines can tell; narrower water is taken for bridged."""

_JOIN_M: Final = 100.0
_NEAR_M: Final = 1_500.0
_LAND_SHARE: Final = 0.5
_SAME: Final = "#"


def landmasses(
    settlements: pd.DataFrame, districts: "gpd.GeoDataFrame", context: "gpd.GeoDataFrame", crs: str
) -> NDArray[np.object_]:
    """The island each settlement is on, as the key of its largest municipality; empty on the main land.

    The second island of a municipality has ``#2`` behind the key. Outlines are joined over narrow water
    (rivers, bridges) with each other and with the neighbours'; what is then a part of its own beside the
    largest is an island.
    """
    import geopandas as gpd
    import shapely

    result = np.full(len(settlements), "", dtype=object)
    flat = shapely.make_valid(districts.geometry.to_crs(crs).to_numpy())
    around = (
        shapely.make_valid(context.geometry.to_crs(crs).to_numpy()) if len(context) else np.empty(0, object)
    )
    joined = shapely.union_all(shapely.simplify(np.concatenate([flat, around]), _JOIN_M))
    # Half of the width on either side.
    parts = shapely.get_parts(shapely.buffer(joined, FERRY_M / 2, quad_segs=2))
    if len(parts) < 2 or not len(settlements):
        return result
    points = gpd.GeoSeries.from_xy(settlements["lon"], settlements["lat"], crs="EPSG:4326").to_crs(crs)
    tree = shapely.STRtree(parts)
    place, part = tree.query_nearest(points.to_numpy(), max_distance=_NEAR_M, all_matches=False)
    people = settlements["population"].to_numpy(dtype=float)[place]
    living = np.bincount(part, weights=people, minlength=len(parts))
    # Where most people live is the main land, however much land another part has.
    main = int(living.argmax())
    areas = shapely.area(parts)
    taken: dict[str, int] = {}
    for at in np.unique(part):
        if at == main or areas[at] > areas[main] or _over_land(parts[at], parts[main], crs):
            continue
        own = place[part == at]
        largest = settlements.iloc[own[np.argmax(settlements["population"].to_numpy()[own])]]
        key = str(largest["ags"] or largest["district_ags"])
        # Two islands of one municipality or district are two still.
        taken[key] = taken.get(key, 0) + 1
        result[own] = key if taken[key] == 1 else f"{key}{_SAME}{taken[key]}"
    return result


def _over_land(part: Any, main: Any, crs: str) -> bool:
    """Whether the way from a part to the main land leads over other land: an exclave, no island."""
    import geopandas as gpd
    import shapely

    from iqgeo.world import land_around

    way = shapely.shortest_line(part, main)
    degrees = gpd.GeoSeries([way], crs=crs).to_crs("EPSG:4326")
    west, south, east, north = (float(it) for it in degrees.total_bounds)
    around = land_around(west - 0.1, south - 0.1, east + 0.1, north + 0.1)
    if not len(around):
        return False
    crossed = around.to_crs(crs).make_valid().union_all().intersection(way)
    return bool(crossed.length > _LAND_SHARE * way.length)


def island_names(
    keys: NDArray[np.object_],
    settlements: pd.DataFrame,
    names: Mapping[str, str],
    districts: Mapping[str, str],
) -> list[str]:
    """A name for every island, none twice: that of the municipality that lies there, else where it lies.

    A municipality of which most people live elsewhere gives an island no name: "Hamburg, Insel im
    Nordwesten".
    """
    lang = language_of(districts)
    people = settlements["population"].to_numpy(dtype=np.float64)
    lon, lat = (settlements[it].to_numpy(dtype=np.float64) for it in ("lon", "lat"))
    district_of = settlements["district_ags"].to_numpy(dtype=object)
    given: dict[str, str] = {"": ""}
    for key in dict.fromkeys(keys.tolist()):
        if key in given:
            continue
        here = keys == key
        place = key.partition(_SAME)[0]
        own = settlements["ags"].eq(place).to_numpy(dtype=bool)
        if names.get(place) and 2 * people[own & here].sum() > people[own].sum():
            given[key] = names[place]
            continue
        district = district_of[here][0]
        whole = district_of == district
        middle = [float(np.average(it[whole], weights=np.maximum(people[whole], 1e-9))) for it in (lon, lat)]
        ways, _ = way_from(middle[0], middle[1], lon[here].mean(keepdims=True), lat[here].mean(keepdims=True))
        name = names.get(place) or districts.get(district) or place
        word = text(f"inputs.compass.{ways[0]}", lang)
        given[key] = text("inputs.compass.island", lang, name=name, direction=word)
    apart = numbered_names(list(given.values()))
    told = dict(zip(given, apart, strict=True))
    return [told[key] for key in keys.tolist()]
