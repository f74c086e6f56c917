"""From the municipality keys of the settlements (2015/16) to those of today.

There is no official table at hand, so the link is derived: the same key; else the same name in the
same district (the reform of Göttingen and Osterode gave every municipality a new key); else the
nearest centre in the district among the municipalities with a key of their own since (a merger founds
a municipality with a new key), else among all. That is wrong where a village between two towns went
to the farther one. What is derived is counted and said.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.distances import great_circle_km
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Rows
from iqgeo.inputs.words import folded
from iqgeo.region import Region

_MUNICIPALITY_DIGITS: Final = 8
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


def with_former(
    chosen: pd.DataFrame, rows: Rows, region: Region, findings: Findings
) -> tuple[pd.DataFrame, Rows]:
    """Add a row for each former municipality of the settlements whose successor has a share."""
    share: Mapping[str, float] = dict(zip(chosen["area"], chosen["share_pct"], strict=True))
    municipalities = {area for area in share if len(area) == _MUNICIPALITY_DIGITS and area.isdigit()}
    if not municipalities:
        return chosen, rows
    today = todays_municipalities(region)
    derived = {
        old: new
        for old, new in today.items()
        if old not in municipalities and new in municipalities and old != new
    }
    if not derived:
        return chosen, rows
    findings.note("key_derived", number=len(derived))
    names = region.municipality_names
    row_of = dict(zip(chosen["area"], rows.tolist(), strict=True))
    added = pd.DataFrame(
        {
            "area": list(derived),
            "name": [names.get(old, "") for old in derived],
            "share_pct": [share[new] for new in derived.values()],
            "persons": np.nan,
        }
    )
    more = np.array([row_of[new] for new in derived.values()], dtype=np.int64)
    return pd.concat([chosen, added], ignore_index=True), np.concatenate((rows, more))
