"""From the municipality keys of the settlements (2015/16) to those of today.

There is no official table at hand, so the link is derived: the same key; else the same name in the
same district (the reform of Göttingen and Osterode gave every municipality a new key); else the
nearest centre in the district among the municipalities with a key of their own since (a merger founds
a municipality with a new key), else among all. That is wrong where a village between two towns went
to the farther one. What is derived is counted and said.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.distances import great_circle_km
from iqgeo.inputs.words import folded
from iqgeo.region import Region

MERGED_KM: Final = 12.0
"""A municipality founded since is taken for the successor if its centre is this near."""


@lru_cache(maxsize=4)
def todays_municipalities(region: Region) -> dict[str, str]:
    """Today's municipality of every municipality key of the settlements, as far as it can be told."""
    today = region.municipalities
    if not len(today) or not {"ags", "name", "lon", "lat"} <= set(today.columns):
        return {}
    settlements = region.settlements
    known = set(today["ags"])
    weighted = settlements.assign(
        x=settlements["lon"] * settlements["population"], y=settlements["lat"] * settlements["population"]
    )
    centres = weighted.groupby("ags").agg(
        x=("x", "sum"), y=("y", "sum"), people=("population", "sum"), district=("district_ags", "first")
    )
    names = region.municipality_names
    result: dict[str, str] = {}
    today = today.assign(is_new=~today["ags"].isin(centres.index))
    by_district = dict(iter(today.groupby(today["ags"].str[:5])))
    for ags, centre in centres.iterrows():
        old = str(ags)
        if old in known:
            result[old] = old
        elif centre["district"] in by_district and centre["people"] > 0:
            result[old] = _successor(names.get(old, ""), centre, by_district[str(centre["district"])])
    return result


def _successor(name: str, centre: pd.Series, candidates: pd.DataFrame) -> str:
    """The municipality of the same name, else the one with the nearest centre."""
    same = candidates[[bool(name) and folded(it) == folded(name) for it in candidates["name"]]]
    lon, lat = centre["x"] / centre["people"], centre["y"] / centre["people"]
    for chosen in (same, candidates[candidates["is_new"]]):
        if len(chosen):
            ags, distance_km = _nearest(chosen, lon, lat)
            if chosen is same or distance_km <= MERGED_KM:
                return ags
    return _nearest(candidates, lon, lat)[0]


def _nearest(municipalities: pd.DataFrame, lon: float, lat: float) -> tuple[str, float]:
    distance_km = great_circle_km(
        lon, lat, municipalities["lon"].to_numpy(), municipalities["lat"].to_numpy()
    )
    nearest = int(np.argmin(distance_km))
    return str(municipalities["ags"].iloc[nearest]), float(distance_km[nearest])
