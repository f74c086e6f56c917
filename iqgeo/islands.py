"""Islands without a road: parts of the outlines that lie apart from the main land."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    import geopandas as gpd

FERRY_M: Final = 2_000.0
"""Water wider than this has no bridge, as far as outlines can tell; narrower water is taken for bridged."""

_JOIN_M: Final = 100.0
_NEAR_M: Final = 1_500.0
_LAND_SHARE: Final = 0.5


def landmasses(
    settlements: pd.DataFrame, districts: "gpd.GeoDataFrame", context: "gpd.GeoDataFrame", crs: str
) -> NDArray[np.object_]:
    """The island each settlement is on, as the key of its largest municipality; empty on the main land.

    Outlines are joined over narrow water (rivers, bridges) with each other and with the neighbours';
    what is then a part of its own beside the largest is an island.
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
    for at in np.unique(part):
        if at == main or areas[at] > areas[main] or _over_land(parts[at], parts[main], crs):
            continue
        own = place[part == at]
        largest = settlements.iloc[own[np.argmax(settlements["population"].to_numpy()[own])]]
        result[own] = str(largest["ags"] or largest["district_ags"])
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
    keys: NDArray[np.object_], names: Mapping[str, str], districts: Mapping[str, str]
) -> list[str]:
    """A name for every island, none twice: its largest municipality, else its district and a number."""
    given: dict[str, str] = {"": ""}
    for key in dict.fromkeys(keys.tolist()):
        name = names.get(key) or districts.get(key[:5]) or key
        count = sum(it == name or it.startswith(f"{name} (") for it in given.values())
        given.setdefault(key, f"{name} ({count + 1})" if count else name)
    return [given[key] for key in keys.tolist()]
