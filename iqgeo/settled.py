"""Candidate towns out of settled cells: neighbouring cells make a town, named after what lies there."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.compass import KM_PER_DEGREE, told_apart

JOIN_KM: Final = 1.6
"""Cells no farther apart are of one settlement: beside each other in a grid of 1 km, corner to corner."""

_EARTH_KM: Final = 6371.0
LEAST_PEOPLE: Final = 500
LARGEST_KM: Final = 6.0
"""A settlement wider than this is cut into parts, so that a city offers more than one site."""


def clusters(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """The settlement each place belongs to, by its number; places of one are chained by :data:`JOIN_KM`."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    east = np.radians(lon)
    north = np.radians(lat)
    around = np.cos(north)
    points = np.column_stack((around * np.cos(east), around * np.sin(east), np.sin(north)))
    pairs = cKDTree(points).query_pairs(JOIN_KM / _EARTH_KM, output_type="ndarray")
    count = len(lon)
    graph = coo_matrix((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def settled_towns(places: pd.DataFrame) -> pd.DataFrame:
    """The largest place of every settlement, with the people of the whole settlement.

    ``id, ags, district_ags, lon, lat, population``, most people first. Wide settlements are cut by a
    grid of :data:`LARGEST_KM`. Places below :data:`LEAST_PEOPLE` in all are none, unless nothing else is.
    """
    lon, lat = places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float)
    found = clusters(lon, lat)
    north = np.floor(lat * KM_PER_DEGREE / LARGEST_KM).astype(int)
    east = np.floor(lon * KM_PER_DEGREE * np.cos(np.radians(lat.mean())) / LARGEST_KM).astype(int)
    towns = places.assign(cluster=found, north=north, east=east)
    parts = towns.groupby(["cluster", "north", "east"])["population"].transform("sum")
    towns = towns.assign(whole=parts).sort_values(["population", "id"], ascending=[False, True])
    towns = towns.drop_duplicates(["cluster", "north", "east"])
    large = towns[towns["whole"] >= LEAST_PEOPLE]
    towns = (large if len(large) else towns).sort_values(["whole", "id"], ascending=[False, True])
    towns = towns.assign(population=towns["whole"])
    return towns[["id", "ags", "district_ags", "lon", "lat", "population"]].reset_index(drop=True)


def named_towns(
    places: pd.DataFrame,
    municipalities: Mapping[str, str],
    districts: Mapping[str, str],
    called: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """The settlements as candidate sites, named after their municipality, else their district.

    Their largest place gives them its own name (``called``, by id), where it has one and no municipality.

    Several of one name are told apart by where they lie, see :func:`iqgeo.compass.told_apart`.
    """
    towns = settled_towns(places)
    known = towns["ags"].isin(list(municipalities))
    keys = towns["ags"].where(known, towns["district_ags"])
    own = towns["id"].astype(str).map(called or {})
    named = own.notna() & ~known
    names = [
        municipalities.get(key) or districts.get(key, key) if pd.isna(it) else str(it)
        for key, it in zip(keys, own.where(named), strict=True)
    ]
    bearers = keys.where(~named, "@" + towns["id"].astype(str)).tolist()
    towns["name"] = told_apart(names, bearers, towns, districts)
    towns["position"] = "settlement"
    return towns[["id", "name", "ags", "district_ags", "lon", "lat", "population", "position"]]
