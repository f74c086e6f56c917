"""The offices of a region that count, and sites and places as points."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.demand import Demand
from iqgeo.distances import Points, Straight
from iqgeo.region import Region
from iqgeo.sites import counted, open_in

# An office stands on the island of the nearest place if that is no farther than this.
_ISLAND_REACH_KM = 5.0


def region_offices(
    region: Region, stage: int | None = None, *, across_border: bool = False, planned: bool = False
) -> pd.DataFrame:
    """The region's documented offices of a stage.

    ``across_border`` counts those of neighbouring states too (Bremen, Hamburg), ``planned`` those
    that were only announced.
    """
    offices = open_in(region.offices, stage)
    return counted(offices, region.ags, across_border=across_border, planned=planned)


def points_of_places(places: pd.DataFrame) -> Points:
    """Places as points, each on its landmass, with its id."""
    return Points.of(places["lon"], places["lat"], places["landmass"], places["id"].astype(str))


def points_of(sites: pd.DataFrame, demand: Demand) -> Points:
    """Offices or candidates as points, each on the landmass of the place next to it, with their ids."""
    keys = sites["id"].astype(str) if "id" in sites else None
    points = Points.of(sites["lon"], sites["lat"], None, keys)
    if not len(sites) or not demand.places["landmass"].ne("").any():
        return points
    places = Points.of(demand.places["lon"], demand.places["lat"])
    beside = Straight().nearest(points, places)
    close = beside.straight_km <= _ISLAND_REACH_KM
    landmass: NDArray[np.object_] = demand.places["landmass"].to_numpy(dtype=object)[beside.office]
    return Points.of(points.lon, points.lat, np.where(close, landmass, ""), keys)
