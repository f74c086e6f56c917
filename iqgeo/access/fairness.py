"""How evenly ways are spread: Kolm-Pollak, Gini, Theil, the worst tenth; the two-step floating catchments.

Everything is about people and their ways to the nearest office; who cannot reach any is left out and
counted. Of several measures none is "the" fairness: they are read beside each other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.coverage import Coverage
from iqgeo.errors import InputError, Problem
from iqgeo.frames import plain_value
from iqgeo.offices import points_of

Floats = NDArray[np.float64]
Catchment = Literal["2sfca", "e2sfca", "3sfca"]

DEFAULT_AVERSION: Final = 1.0
WORST_PART: Final = 0.1


@dataclass(frozen=True)
class Fairness:
    """How people's ways to the nearest office are spread.

    Attributes
    ----------
    mean_km : float
        Mean way.
    kolm_pollak_km : float
        The way that, if everyone had it, would be as good as the ways they have: never less than the mean,
        the more above it the more uneven the ways are.
    kappa : float
        The aversion a km it was computed with.
    gini, theil : float
        0 if all ways are equal.
    worst_tenth_km : float
        Mean way of the tenth of the people who have it farthest.
    out_of_reach : float
        People from whom no office can be reached; in none of the other numbers.
    """

    mean_km: float
    kolm_pollak_km: float
    kappa: float
    gini: float
    theil: float
    worst_tenth_km: float
    out_of_reach: float

    def to_dict(self) -> dict[str, Any]:
        """The numbers as plain data for JSON."""
        return {name: plain_value(value) for name, value in vars(self).items()}


def fairness_of(coverage: Coverage, kappa: float | None = None) -> Fairness:
    """Fairness of a coverage; ``kappa`` is that of its own ways unless given (to compare two networks)."""
    people = coverage.places["people"].to_numpy(dtype=float)
    km = coverage.places["distance_km"].to_numpy(dtype=float)
    reached = np.isfinite(km) & (people > 0)
    weight, way = people[reached], km[reached]
    out = float(people[~np.isfinite(km)].sum())
    if not len(way):
        nan = math.nan
        return Fairness(nan, nan, nan if kappa is None else kappa, nan, nan, nan, out)
    aversion = kappa_of(weight, way) if kappa is None else kappa
    return Fairness(
        float(weight @ way / weight.sum()), kolm_pollak(weight, way, aversion), aversion,
        gini(weight, way), theil(weight, way), worst_part(weight, way), out,
    )  # fmt: skip


def kappa_of(weight: Floats, km: Floats, aversion: float = DEFAULT_AVERSION) -> float:
    """The aversion a km that fits ways of this length: ``aversion * sum(km) / sum(km squared)``."""
    squares = float(weight @ (km * km))
    return aversion * float(weight @ km) / squares if squares > 0 else aversion


def kolm_pollak(weight: Floats, km: Floats, kappa: float) -> float:
    """The equally distributed equivalent way: ``log(mean(exp(kappa km))) / kappa``; the mean for kappa 0."""
    total = float(weight.sum())
    if kappa == 0:
        return float(weight @ km) / total
    longest = float(km.max())
    # the longest way taken out first: nothing overflows
    return longest + math.log(float(weight @ np.exp(kappa * (km - longest))) / total) / kappa


def gini(weight: Floats, value: Floats) -> float:
    """Gini coefficient of weighted values, 0 (all equal) to below 1."""
    order = np.argsort(value, kind="stable")
    people, amount = weight[order], (weight * value)[order]
    total = float(amount.sum())
    if total == 0:
        return 0.0
    share = np.append(0.0, np.cumsum(amount) / total)
    return float(1.0 - (people / people.sum()) @ (share[1:] + share[:-1]))


def theil(weight: Floats, value: Floats) -> float:
    """Theil index of weighted values, 0 if all are equal; a value of 0 counts with its limit."""
    mean = float(weight @ value / weight.sum())
    if mean == 0:
        return 0.0
    ratio = value / mean
    parts = np.where(ratio > 0, ratio * np.log(np.where(ratio > 0, ratio, 1.0)), 0.0)
    return float(weight @ parts / weight.sum())


def worst_part(weight: Floats, value: Floats, part: float = WORST_PART) -> float:
    """Mean of the largest values that ``part`` of the weight has; the last one counts in part."""
    order = np.argsort(-value, kind="stable")
    left = part * float(weight.sum())
    before = np.append(0.0, np.cumsum(weight[order])[:-1])
    taken = np.clip(left - before, 0.0, weight[order])
    return float(taken @ value[order] / taken.sum()) if taken.sum() > 0 else math.nan


def catchments(
    people: Floats, supply: Floats, place: NDArray[np.int64], site: NDArray[np.int64], km: Floats,
    limit_km: float, kind: Catchment = "2sfca", fall_off_km: float | None = None,
) -> Floats:  # fmt: skip
    """Supply per person within reach, by the floating catchment methods; one number a place.

    Parameters
    ----------
    people, supply : Floats
        People of each place, supply (posts) of each site.
    place, site, km : NDArray[np.int64], Floats
        Pairs and their way.
    limit_km : float
        Pairs beyond do not count.
    kind : Catchment
        ``2sfca`` counts every pair within alike; ``e2sfca`` weighs it by a Gaussian of width ``fall_off_km``;
        ``3sfca`` also shares people out over the sites they can choose from.
    fall_off_km : float
        Width of the Gaussian, for ``e2sfca`` and ``3sfca``.

    Raises
    ------
    InputError
        A limit or width that is no length.
    """
    width = limit_km / 2 if fall_off_km is None else fall_off_km
    if not (limit_km > 0 and width > 0):
        raise InputError(Problem("target", column="target-km", value=f"{min(limit_km, width):g}"))
    near = km <= limit_km
    place, site, km = place[near], site[near], km[near]
    weight = np.ones(len(km)) if kind == "2sfca" else np.exp(-(km * km) / (2 * width * width))
    if kind == "3sfca":
        choice = np.bincount(place, weight, len(people))
        weight = weight * weight / choice[place]
    asked = np.bincount(site, people[place] * weight, len(supply))
    ratio = np.divide(supply, asked, out=np.zeros(len(supply)), where=asked > 0)
    return np.asarray(np.bincount(place, ratio[site] * weight, len(people)), dtype=np.float64)


def catchment_column(
    coverage: Coverage, posts: Floats, kind: Catchment = "2sfca", fall_off_km: float | None = None
) -> pd.Series:
    """Posts per 100,000 people within the target, for each place of a coverage."""
    return catchment_columns(coverage, posts, (kind,), fall_off_km)[kind]


def catchment_columns(
    coverage: Coverage, posts: Floats, kinds: Sequence[Catchment], fall_off_km: float | None = None
) -> dict[Catchment, pd.Series]:
    """The same of several kinds; what is within the target is looked for once."""
    places = coverage.places
    pairs = coverage.measure.pairs(
        points_of(coverage.offices, coverage.demand),
        coverage.demand.points,
        coverage.target.value,
    )
    people = places["people"].to_numpy(dtype=float)
    found: dict[Catchment, pd.Series] = {}
    for kind in kinds:
        value = catchments(
            people, np.asarray(posts, dtype=float), pairs.place, pairs.candidate, pairs.distance_km,
            coverage.target.value * (1 + 1e-12) + 1e-9, kind, fall_off_km,
        )  # fmt: skip
        found[kind] = pd.Series(value * 1e5, index=places.index, name=f"posts_per_100000_{kind}")
    return found


def attendance(km: Floats, half_km: float) -> Floats:
    """How many of a hundred come from so far, as a share: half after ``half_km``, 0 where nobody can."""
    if not half_km > 0:
        raise InputError(Problem("target", column="half-km", value=f"{half_km:g}"))
    return np.asarray(np.where(np.isfinite(km), np.exp2(-np.where(np.isfinite(km), km, 0.0) / half_km), 0.0))


def attending(coverage: Coverage, half_km: float) -> float:
    """People who come if use falls off with the way instead of stopping at the target."""
    people = coverage.places["people"].to_numpy(dtype=float)
    return float(people @ attendance(coverage.places["distance_km"].to_numpy(dtype=float), half_km))
