"""Which gap a municipality lies in: clusters of the uncovered people, and numbers that are inherited.

A number is given once and never again. A municipality that was left out keeps its number, whatever
opens or closes; only newcomers are clustered.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.clusters import weighted_kmeans
from iqgeo.distances import great_circle_km

MOST_REGIONS: Final = 12
"""More gap regions than this are no help to a board."""

NEW_REGION_SHARE: Final = 0.05
"""Newcomers of at least this share of the uncovered people form a gap region of their own."""

# Side of the cells that stand in for municipalities where places carry no key.
_CELL_DEGREES: Final = 0.05


def unit_of(places: pd.DataFrame) -> NDArray[np.object_]:
    """What stays together: the municipality, or a cell of a grid where there is no key."""
    unit: NDArray[np.object_] = places["ags"].to_numpy(dtype=object, copy=True)
    without = unit == ""
    if without.any():
        cell = (places.loc[without, it] / _CELL_DEGREES for it in ("lon", "lat"))
        lon, lat = (it.round().astype(int).astype(str) for it in cell)
        unit[without] = lon + ":" + lat
    return unit


def units_of(places: pd.DataFrame) -> pd.DataFrame:
    """Units of places with people: ``people``, their middle ``lon, lat``, ``first_id``; by unit."""
    weighted = pd.DataFrame(
        {
            "unit": unit_of(places),
            "people": places["people"].to_numpy(),
            "lon": (places["lon"] * places["people"]).to_numpy(),
            "lat": (places["lat"] * places["people"]).to_numpy(),
            "first_id": places["id"].to_numpy(),
        }
    )
    by_unit = weighted.groupby("unit", sort=True)
    units = by_unit[["people", "lon", "lat"]].sum()
    units[["lon", "lat"]] = units[["lon", "lat"]].div(units["people"], axis=0)
    return units.assign(first_id=_least_text(weighted["first_id"], weighted["unit"].to_numpy()))


def _least_text(texts: pd.Series, key: NDArray[Any]) -> pd.Series:
    """The first text by key; pandas would load what reads whole datasets for it."""
    ordered = pd.DataFrame({"key": key, "text": texts.to_numpy(dtype=object)}).sort_values("text")
    return ordered.drop_duplicates("key").set_index("key")["text"].astype(texts.dtype)


def numbers_of(
    units: pd.DataFrame,
    reach_km: float,
    given: Mapping[str, int],
    centres: Mapping[int, tuple[float, float]],
) -> NDArray[np.int64]:
    """The number of the gap region of every unit.

    Parameters
    ----------
    units : pd.DataFrame
        As from :func:`units_of`.
    reach_km : float
        How far an office reaches: people live on average no farther from their region's centre.
    given : Mapping[str, int]
        The numbers of units that have one.
    centres : Mapping[int, tuple[float, float]]
        Longitude and latitude of every gap region ever numbered; without any the clusters are numbered from 1
        by people, else those of :data:`NEW_REGION_SHARE` and more, and the others join the nearest centre.
    """
    number = np.array([given.get(unit, 0) for unit in units.index], dtype=np.int64)
    is_new = number == 0
    newcomers = units[is_new]
    label = _clusters(newcomers, reach_km)
    least = NEW_REGION_SHARE * float(units["people"].sum()) if centres else 0.0
    known = dict(centres)
    found = np.zeros(len(newcomers), dtype=np.int64)
    small = []
    for cluster in _most_people_first(newcomers, label):
        mine = label == cluster
        people = newcomers.loc[mine, "people"].to_numpy()
        lon, lat = (float(np.average(newcomers.loc[mine, it], weights=people)) for it in ("lon", "lat"))
        if people.sum() >= least:
            found[mine] = max(known, default=0) + 1
            known[int(found[mine][0])] = (lon, lat)
        else:
            small.append((mine, lon, lat))
    for mine, lon, lat in small:
        found[mine] = min(known, key=lambda it: (float(great_circle_km(lon, lat, *known[it])), it))
    number[is_new] = found
    return number


def _most_people_first(units: pd.DataFrame, label: NDArray[np.int64]) -> list[int]:
    """Clusters by people, of equally many the one with the first id."""
    sums = units.groupby(label).agg(people=("people", "sum"))
    sums = sums.assign(first_id=_least_text(units["first_id"], label))
    ranked = sums.sort_values(["people", "first_id"], ascending=[False, True])
    return [int(it) for it in ranked.index]


def _flat_km(units: pd.DataFrame) -> NDArray[np.float64]:
    """Plane coordinates in km, good enough to tell neighbours from strangers."""
    shrink = np.cos(np.radians(float(units["lat"].mean())))
    return np.column_stack((units["lon"].to_numpy() * shrink, units["lat"].to_numpy())) * 111.195


def _clusters(units: pd.DataFrame, reach_km: float) -> NDArray[np.int64]:
    """The fewest clusters by k-means on the people for which they live near enough to their centre."""
    weights = units["people"].to_numpy(dtype=float)
    flat = _flat_km(units)
    most = min(MOST_REGIONS, len(np.unique(flat, axis=0)))
    labels = np.zeros(len(units), dtype=np.int64)
    for count in range(1, most + 1):
        labels, centres = weighted_kmeans(flat, weights, count)
        away_km = np.linalg.norm(flat - centres[labels], axis=1)
        if float(weights @ away_km) <= reach_km * weights.sum():
            break
    return labels
