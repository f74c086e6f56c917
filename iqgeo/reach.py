"""Places and sites as a `iqgeo.siting.DistanceSource`: distances measured when a model asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from iqgeo.distances import Measure, Points
from iqgeo.frames import Brief
from iqgeo.siting.sets import DistanceTable

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Places measured at a time: bounds what a measure holds beside the pairs kept.
_BLOCK = 8_192


@dataclass(frozen=True, eq=False, repr=False)
class MeasuredReach(Brief):
    """A measure between places and sites, with the people of every place."""

    measure: Measure
    sites: Points
    places: Points
    weight: Floats

    @cached_property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.sites)

    def nearest_km(self, sites: Sequence[int]) -> Floats:
        """Distance of every place to the nearest of some sites."""
        if not len(sites):
            return np.full(len(self.places), np.inf)
        return self.measure.nearest(self.places, self.sites.some(list(sites))).distance_km

    def within(self, limit_km: Floats) -> DistanceTable:
        """Pairs up to each place's own limit; held once, in 12 bytes each."""
        count = np.zeros(len(self.places), dtype=np.int64)
        blocks: list[tuple[Integers, NDArray[np.int32], Floats]] = []
        # Places of like limits go together: a measure knows one limit at a time.
        order = np.argsort(limit_km, kind="stable")
        # Without an outline every block would be a search from all sites again, or a look at a whole table.
        by_block = self.measure.outline_km(1.0) is not None
        size = _BLOCK if by_block else max(1, len(order))
        for first in range(0, len(order), size):
            mine = order[first : first + size]
            place, site, km = self._pairs(mine, limit_km[mine])
            count[mine] = np.bincount(place, minlength=len(mine))
            blocks.append((mine, site, km))
        start = np.append(0, np.cumsum(count))
        sites, kms = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
        while blocks:
            mine, site, km = blocks.pop()
            shift = start[mine] - np.append(0, np.cumsum(count[mine]))[:-1]
            target = np.arange(len(site)) + np.repeat(shift, count[mine])
            sites[target], kms[target] = site, km
        return DistanceTable(self.n_sites, self.weight, start, sites, kms)

    def of_points(self, points: Integers) -> DistanceTable:
        """All sites in reach of a few places, numbered from 0."""
        place, site, km = self._pairs(points, np.full(len(points), np.inf))
        start = np.append(0, np.cumsum(np.bincount(place, minlength=len(points))))
        return DistanceTable(self.n_sites, self.weight[points], start, site, km)

    def _pairs(self, places: Integers, limit_km: Floats) -> tuple[Integers, NDArray[np.int32], Floats]:
        """Pairs of some places (numbered from 0) as a table has them: by place, the nearest first."""
        most = float(limit_km.max(initial=0.0))
        found = self.measure.pairs(self.sites, self.places.some(places), most)
        near = found.distance_km <= limit_km[found.place]
        place, site, km = found.place[near], found.candidate[near], found.distance_km[near]
        order = np.lexsort((site, km, place))
        return place[order], site[order].astype(np.int32), km[order]
