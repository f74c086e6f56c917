"""The offices of a region that count, and sites and places as points."""

from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.demand import Demand
from iqgeo.distances import Points, Straight
from iqgeo.region import Region
from iqgeo.sites import counted, open_in

# An office stands on the island of the nearest place if that is no farther than this.
_ISLAND_REACH_KM = 5.0
# A degree of latitude is 111 km.
_REACH_DEGREES = _ISLAND_REACH_KM / 100
# The offices of regions that are in use, by what was asked.
_asked: WeakKeyDictionary[Region, dict[tuple[int | None, bool, bool], pd.DataFrame]] = WeakKeyDictionary()


def region_offices(
    region: Region, stage: int | None = None, *, across_border: bool = False, planned: bool = False
) -> pd.DataFrame:
    """The region's documented offices of a stage.

    ``across_border`` counts those of neighbouring states too (Bremen, Hamburg), ``planned`` those
    that were only announced.
    """
    # Each sentence on a network asks for them. A copy shares what is in it until somebody changes it.
    known, asked = _asked.setdefault(region, {}), (stage, across_border, planned)
    if asked not in known:
        offices = open_in(region.offices, stage)
        known[asked] = counted(offices, region.ags, across_border=across_border, planned=planned)
    return known[asked].copy(deep=False)


def points_of_places(places: pd.DataFrame) -> Points:
    """Places as points, each on its landmass, with its id."""
    return Points.of(places["lon"], places["lat"], places["landmass"], places["id"].astype(str))


def points_of(sites: pd.DataFrame, demand: Demand) -> Points:
    """Offices or candidates as points, each on the landmass of the place next to it, with their ids."""
    keys = sites["id"].astype(str) if "id" in sites else None
    points = Points.of(sites["lon"], sites["lat"], None, keys)
    if not len(sites) or not len(demand.isles):
        return points
    # Few sites lie where islands are: only for them the place next to it is looked for.
    near = np.flatnonzero(_may_be_near(points, demand.points.some(demand.isles)))
    if not len(near):
        return points
    beside = Straight().nearest(points.some(near), Points.of(demand.points.lon, demand.points.lat))
    close = beside.straight_km <= _ISLAND_REACH_KM
    points.landmass[near] = np.where(close, demand.points.landmass[beside.office], "")
    return points


def _may_be_near(points: Points, others: Points) -> NDArray[np.bool_]:
    """Which points lie in the box around some others, with more than the reach of an island on each side."""
    south, north = others.lat.min() - _REACH_DEGREES, others.lat.max() + _REACH_DEGREES
    farthest = max(abs(south), abs(north))
    near = (points.lat >= south) & (points.lat <= north)
    wider = _REACH_DEGREES / np.cos(np.radians(min(farthest, 89.0)))
    west, east = others.lon.min() - wider, others.lon.max() + wider
    # Near a pole, and where degrees begin anew, longitudes tell nothing.
    if farthest <= 89 and west >= -180 and east <= 180:
        near &= (points.lon >= west) & (points.lon <= east)
    return np.asarray(near, dtype=bool)
