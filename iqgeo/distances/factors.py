"""Straight line times a factor for each district, fitted on roads: an estimate that knows its land."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from iqgeo.distances.base import KM, Floats, Measure, MeasureSource, Nearest, Pairs, Points, Way, within
from iqgeo.distances.detour import DEFAULT_DETOUR_FACTOR
from iqgeo.distances.straight import Straight

if TYPE_CHECKING:
    import pandas as pd


COLUMNS: Final = ("district_ags", "factor", "factor_p10", "factor_p90", "people")
NEAREST, FARTHEST = 0.3, 1.3
"""Ways whose straight line is so many times the target long decide who is within it: the factor is fitted on
these, to all towns and not to the nearest office alone, so that it also holds for offices that are yet to
open."""

_QUANTILES = (0.1, 0.5, 0.9)


def fit_factors(
    places: "pd.DataFrame", road: Measure, towns: "pd.DataFrame", target_km: float
) -> "pd.DataFrame":
    """The middle of road / straight line for each district, weighted by people.

    Parameters
    ----------
    places : pd.DataFrame
        Columns ``lon, lat, landmass, people, district_ags``, a row per place.
    road : Measure
        What measures the ways on the roads, in km.
    towns : pd.DataFrame
        Columns ``lon, lat``: where offices are, or could be.
    target_km : float
        Ways whose straight line is about as long decide.

    Returns
    -------
    pd.DataFrame
        :data:`COLUMNS`, a row per district; without those that have no way of that length on the roads.
    """
    import pandas as pd

    from iqgeo.distances.roads import weighted_quantiles

    at = Points.of(places["lon"], places["lat"], places["landmass"])
    to = Points.of(towns["lon"], towns["lat"])
    low, high = NEAREST * target_km, FARTHEST * target_km
    straight = Straight().pairs(to, at, high)
    roads = road.pairs(to, at, high * 4)
    line, way = (it.candidate * len(at) + it.place for it in (straight, roads))
    _, first, second = np.intersect1d(line, way, assume_unique=True, return_indices=True)
    place, ratio = straight.place[first], roads.distance_km[second] / straight.distance_km[first]
    long = straight.distance_km[first] >= low
    place, ratio = place[long], ratio[long]
    frame = pd.DataFrame(
        {
            "district_ags": places["district_ags"].to_numpy()[place],
            "people": places["people"].to_numpy(dtype=float)[place],
            "ratio": np.maximum(ratio, 1.0),
        }
    )
    everybody = places.groupby("district_ags")["people"].sum()
    rows = []
    for ags, part in frame[frame["people"] > 0].groupby("district_ags", sort=True):
        p10, middle, p90 = weighted_quantiles(part["ratio"].to_numpy(), part["people"].to_numpy(), _QUANTILES)
        rows.append((ags, middle, p10, p90, float(everybody[ags])))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def factors_csv(factors: "pd.DataFrame", district_names: Mapping[str, str]) -> bytes:
    """Fitted factors as a table that :func:`iqgeo.inputs.read_factors` reads.

    Parameters
    ----------
    factors : pd.DataFrame
        As :func:`fit_factors` gives them.
    district_names : Mapping[str, str]
        Name of each district by its key, for who reads the table.

    Returns
    -------
    bytes
        CSV, in UTF-8.
    """
    names = factors["district_ags"].map(district_names).fillna("")
    return factors.assign(name=names).round(3).to_csv(index=False).encode()


@dataclass(frozen=True, eq=False)
class Fitted:
    """Great-circle distance times the factor of the district that a place lies in.

    Attributes
    ----------
    factor_of : Mapping[str, float]
        Factor by id of place.
    otherwise : float
        Factor of places that are not in it.
    file : str
        Name of the table it comes from.
    """

    factor_of: Mapping[str, float]
    otherwise: float = DEFAULT_DETOUR_FACTOR
    file: str = ""

    kind = "fitted"
    anywhere = True
    understates = False
    unit = KM
    units = (KM,)
    factor: None = None

    @cached_property
    def key(self) -> str:
        """Checksum of all factors."""
        return f"fitted {self._checksum}"

    @cached_property
    def _checksum(self) -> str:
        rows = sorted(self.factor_of.items())
        return hashlib.sha256(repr((rows, self.otherwise)).encode()).hexdigest()

    @property
    def sources(self) -> tuple[MeasureSource, ...]:
        """The table the factors stand in."""
        return (MeasureSource(self.file, "", "table", self._checksum, ""),) if self.file else ()

    @cached_property
    def band(self) -> tuple[float, float]:
        """The smallest and the largest factor of all districts."""
        factors = {self.otherwise, *self.factor_of.values()}
        return min(factors), max(factors)

    def outline_km(self, _target: float) -> None:
        """No circle: an office reaches farther into one district than into another."""

    def reach_km(self, target: float) -> float:
        """About how far an office reaches."""
        return target / self.otherwise

    def _factors(self, places: Points) -> Floats:
        if places.ids is None:
            return np.full(len(places), self.otherwise)
        return np.array([self.factor_of.get(str(it), self.otherwise) for it in places.ids])

    def nearest(self, places: Points, offices: Points) -> Nearest:
        """Return the nearest office of every place on its own landmass."""
        found = Straight().nearest(places, offices)
        return replace(found, distance_km=found.straight_km * self._factors(places))

    def pairs(self, candidates: Points, places: Points, limit: float) -> Pairs:
        """Return all pairs within ``limit`` km on the same landmass."""
        factors = self._factors(places)
        found = Straight().pairs(candidates, places, limit / factors.min(initial=np.inf))
        km = found.distance_km * factors[found.place]
        kept = within(km, limit)
        return Pairs(found.candidate[kept], found.place[kept], km[kept])

    def lines(self, places: Points, offices: Points) -> list[Way | None]:
        """Return a straight line from every place to its nearest office."""
        km = self.nearest(places, offices).distance_km.tolist()
        drawn = Straight().lines(places, offices)
        return [
            None if way is None else replace(way, distance_km=length)
            for way, length in zip(drawn, km, strict=True)
        ]
