"""Which offices count: by stage, by state, with or without planned ones."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.demand import Demand
from iqgeo.distances import Points, Straight
from iqgeo.region import Region

PLANNED = "planned"

# An office stands on the island of the nearest place if that is no farther than this.
_ISLAND_REACH_KM = 5.0


def open_in(offices: pd.DataFrame, stage: int | None) -> pd.DataFrame:
    """The offices open in the year ``stage``: opened by then, not yet closed; all without a stage.

    An office without a documented opening or closing counts as open.
    """
    if stage is None:
        return offices.reset_index(drop=True)
    opened = _year(offices, "opened")
    closed = _year(offices, "closed")
    is_open = (opened.isna() | (opened <= stage)) & (closed.isna() | (closed > stage))
    return offices[is_open.to_numpy(dtype=bool)].reset_index(drop=True)


def _year(offices: pd.DataFrame, column: str) -> pd.Series:
    if column not in offices:
        return pd.Series(np.nan, index=offices.index)
    return pd.to_numeric(offices[column]).astype(float)


def region_offices(
    region: Region, stage: int | None = None, *, across_border: bool = False, planned: bool = False
) -> pd.DataFrame:
    """The region's documented offices of a stage.

    ``across_border`` counts those of neighbouring states too (Bremen, Hamburg), ``planned`` those
    that were only announced.
    """
    offices = open_in(region.offices, stage)
    counted = np.ones(len(offices), dtype=bool)
    if not across_border:
        counted &= offices["state"].eq(region.ags).to_numpy()
    if not planned:
        counted &= offices["kind"].ne(PLANNED).to_numpy()
    return offices[counted].reset_index(drop=True)


def points_of(sites: pd.DataFrame, demand: Demand) -> Points:
    """Offices or candidates as points, each on the landmass of the place next to it."""
    points = Points.of(sites["lon"], sites["lat"])
    if not len(sites) or not demand.places["landmass"].ne("").any():
        return points
    places = Points.of(demand.places["lon"], demand.places["lat"])
    beside = Straight().nearest(points, places)
    close = beside.straight_km <= _ISLAND_REACH_KM
    landmass: NDArray[np.object_] = demand.places["landmass"].to_numpy(dtype=object)[beside.office]
    return Points.of(points.lon, points.lat, np.where(close, landmass, ""))
