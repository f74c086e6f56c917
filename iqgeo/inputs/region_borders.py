"""Borders of the municipalities of a region, for the map at close range: lines, simplified, each once.

From outlines where there are any. For the embedded region, which has none, everything belongs to the
municipality of the nearest settlement: lines that say which villages belong together, and only about where
the border runs.
"""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

OUTLINES, SETTLEMENTS = "outlines", "settlements"
"""What the lines are made of."""
_SIMPLIFY_M: Final = {OUTLINES: 150.0, SETTLEMENTS: 600.0}
_BESIDE_M: Final = 300.0
"""So near to the border of a district it is drawn already."""
_SNAP_M: Final = 1.0
_SHORTEST_M: Final = 500.0
_DISTRICT: Final = 5


def borders_of_outlines(
    outlines: "gpd.GeoDataFrame", districts: "gpd.GeoDataFrame", crs: str
) -> "gpd.GeoDataFrame":
    """Lines between the municipalities whose outlines are given, those along districts left out."""
    import shapely

    inside = outlines.to_crs(crs).geometry.to_numpy()
    try:
        inside = shapely.coverage_simplify(inside, _SIMPLIFY_M[OUTLINES])
    except shapely.errors.GEOSException:
        # Outlines that overlap are simplified one by one.
        inside = shapely.simplify(inside, _SIMPLIFY_M[OUTLINES])
    return _lines(shapely.boundary(inside), districts, crs, OUTLINES)


def borders_of_settlements(
    settlements: pd.DataFrame, districts: "gpd.GeoDataFrame", crs: str
) -> "gpd.GeoDataFrame":
    """Lines between the municipalities of the nearest settlements; none where there is but one."""
    import geopandas as gpd
    import shapely

    known = settlements[settlements["ags"].astype(str).str.len() > _DISTRICT]
    points = gpd.GeoSeries.from_xy(known["lon"], known["lat"], crs=districts.crs).to_crs(crs).to_numpy()
    owners, number = np.unique(known["ags"].astype(str), return_inverse=True)
    xy, first = np.unique(np.round(shapely.get_coordinates(points), 0), axis=0, return_index=True)
    if len(owners) < 2 or len(xy) < 2:
        return _lines(np.array([], dtype=object), districts, crs, SETTLEMENTS)
    around = shapely.box(*districts.to_crs(crs).total_bounds)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(xy), extend_to=around))
    point, cell = shapely.STRtree(cells).query(shapely.points(xy), predicate="within")
    owner = number[first[point]]
    drawn = np.array([shapely.coverage_union_all(cells[cell[owner == it]]) for it in np.unique(owner)])
    drawn = shapely.coverage_simplify(drawn, _SIMPLIFY_M[SETTLEMENTS])
    return _lines(shapely.boundary(drawn), districts, crs, SETTLEMENTS)


def _lines(edges: Any, districts: "gpd.GeoDataFrame", crs: str, source: str) -> "gpd.GeoDataFrame":
    """The lines as a table ``source, geometry`` with one row, in degrees."""
    import geopandas as gpd
    import shapely

    own = districts.to_crs(crs).geometry
    lines = shapely.line_merge(shapely.union_all(edges, grid_size=_SNAP_M))
    lines = lines.intersection(shapely.union_all(own.to_numpy()).buffer(-_BESIDE_M))
    lines = lines.difference(shapely.union_all(own.boundary.to_numpy()).buffer(_BESIDE_M))
    parts = [it for it in shapely.get_parts(shapely.line_merge(lines)) if it.length >= _SHORTEST_M]
    found = gpd.GeoSeries([shapely.MultiLineString(parts)], crs=crs).to_crs(districts.crs)
    return gpd.GeoDataFrame({"source": [source]}, geometry=found.to_numpy(), crs=districts.crs)
