"""How far figures from a sample can be off, and what that does to the share reached. Numbers only.

Simple random sampling without replacement (W. G. Cochran, Sampling Techniques, 3rd ed., 1977, ch. 3): with
the sampled fraction f, a published number X and its share p of the population, the standard error is
``sqrt(X (1 - p) (1 - f) / f)``. Samples of whole buildings, as the microcensus draws them, have a larger
one: what stands here is the least.
"""

from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.demand import areas_of_settlements
from iqgeo.frames import Brief
from iqgeo.region import Region

Z_95: Final = 1.96
"""So many standard errors on each side hold 95 of 100 samples."""


_found: "WeakKeyDictionary[Coverage, dict[Region, SamplingError | None]]" = WeakKeyDictionary()


@dataclass(frozen=True, eq=False, repr=False)
class SamplingError(Brief):
    """What a sample leaves open, as ranges that hold 95 of 100 samples.

    Attributes
    ----------
    fraction : float
        The part of the population in the sample.
    share_low, share_high : float
        Share of people reached.
    districts : pd.DataFrame
        ``ags, people, low, high``, one row a district.
    """

    fraction: float
    share_low: float
    share_high: float
    districts: pd.DataFrame


def sampled_fraction(coverage: Coverage, region: Region) -> float:
    """Return the part of the population behind the figures; 0 for figures that are counted."""
    demand = coverage.demand
    fraction = float(region.source(demand.source, "de").get("sample", 0.0))
    return fraction if 0 < fraction < 1 and not demand.areas.empty else 0.0


def sampling_error(coverage: Coverage, region: Region) -> SamplingError | None:
    """Return what the sample behind the figures leaves open; ``None`` for figures that are counted."""
    # Several sentences of a paper ask for the same.
    known = _found.setdefault(coverage, {})
    if region not in known:
        known[region] = _sampling_error(coverage, region)
    return known[region]


def _sampling_error(coverage: Coverage, region: Region) -> SamplingError | None:
    demand, fraction = coverage.demand, sampled_fraction(coverage, region)
    if not fraction or not coverage.people:
        return None
    places = coverage.places
    area = areas_of_settlements(places, demand.areas["area"].astype(str).tolist())
    people = places["people"].to_numpy(dtype=float)
    # Where a share is not published it is taken for small: the error is then too large, never too small.
    relative = _relative_errors(demand.areas, _shares(region, demand.weight, demand.year), fraction)
    known = pd.DataFrame(
        {"area": area, "ags": places["district_ags"].astype(str), "people": people,
         "covered": people * coverage.is_covered}
    )  # fmt: skip
    sums = known.groupby("area")[["people", "covered"]].sum()
    share = coverage.covered / coverage.people
    # A sum over areas drawn apart from each other; more people in an area also enlarge the whole.
    leaning = sums["covered"] - share * sums["people"]
    error = float(np.sqrt(((leaning * relative.reindex(sums.index)) ** 2).sum())) / coverage.people
    parts = known.groupby(["ags", "area"])["people"].sum().reset_index()
    parts["squared"] = (parts["people"] * parts["area"].map(relative)) ** 2
    districts = parts.groupby("ags")[["people", "squared"]].sum().reset_index()
    half = Z_95 * np.sqrt(districts["squared"])
    districts["low"] = (districts["people"] - half).clip(lower=0.0)
    districts["high"] = districts["people"] + half
    return SamplingError(
        fraction,
        max(0.0, share - Z_95 * error),
        min(1.0, share + Z_95 * error),
        districts[["ags", "people", "low", "high"]],
    )


def _shares(region: Region, weight: str, year: int | None) -> "dict[Any, float]":
    figures = region.figures
    if "share_pct" not in figures:
        return {}
    rows = figures[(figures["measure"] == weight) & (figures["year"] == year)]
    shares = pd.to_numeric(rows["share_pct"], errors="coerce") / 100
    return {key: float(it) for key, it in zip(rows["area"], shares, strict=True) if 0 < it < 1}


def _relative_errors(areas: pd.DataFrame, shares: "dict[Any, float]", fraction: float) -> pd.Series:
    persons = areas["persons"].to_numpy(dtype=float)
    other = np.array([1.0 - shares.get(key, 0.0) for key in areas["area"]])
    with np.errstate(divide="ignore"):
        relative = np.sqrt(other * (1 - fraction) / fraction / persons)
    return pd.Series(np.where(persons > 0, relative, 0.0), index=areas["area"].to_numpy())
