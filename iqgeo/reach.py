"""Places and sites as a `iqgeo.siting.DistanceSource`: distances measured when a model asks for them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from iqgeo.distances import Measure, Points
from iqgeo.frames import Brief

if TYPE_CHECKING:
    from iqgeo.siting import DistanceTable

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Places measured at a time: bounds what a measure holds beside the pairs kept.
_BLOCK = 8_192
# Pairs at a time of those that are looked at and not kept.
_PAIRS = 2**22


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

    def nearest_site(self, sites: Sequence[int]) -> Integers:
        """Which of some sites is nearest to every place."""
        among = np.asarray(sites, dtype=np.int64)
        return among[self.measure.nearest(self.places, self.sites.some(among)).office]

    def saved(self, limit_km: Floats, sites: Sequence[int], over: Callable[[], bool]) -> Floats | None:
        """What some sites save each where every place pays for its way up to a limit; no pair is kept."""
        total = np.zeros(self.n_sites)
        for mine, among in self._blocks(limit_km, np.asarray(sites, dtype=np.int64)):
            if over():
                return None
            limit, weight = limit_km[mine], self.weight[mine]
            most = float(limit.max(initial=0.0))
            found = self.measure.pairs(self.sites.some(among), self.places.some(mine), most)
            less = limit[found.place] - found.distance_km
            near = less > 0
            saved = weight[found.place[near]] * less[near]
            total[among] += np.bincount(found.candidate[near], saved, len(among))
        return total

    def _blocks(self, limit_km: Floats, sites: Integers) -> Iterator[tuple[Integers, Integers]]:
        """Places and sites whose pairs are looked at together: all in all, never too many at a time."""
        if self._by_block:
            # Places of like limits go together: a measure knows one limit at a time.
            order = np.argsort(limit_km, kind="stable")
            size = max(1, _PAIRS // max(1, len(sites)))
            yield from ((order[first : first + size], sites) for first in range(0, len(order), size))
        else:
            # a search goes out from each site, and once
            places = np.flatnonzero(limit_km > 0)
            size = max(1, _PAIRS // max(1, len(places)))
            yield from ((places, sites[first : first + size]) for first in range(0, len(sites), size))

    @property
    def _by_block(self) -> bool:
        """Whether places can be looked at a part at a time.

        Without an outline every block would be a search from all sites again, or a look at a whole table.
        """
        return self.measure.outline_km(1.0) is not None

    def within(self, limit_km: Floats, sites: Sequence[int] | None = None) -> "DistanceTable":
        """Pairs up to each place's own limit, with all sites or some; held once, in 12 bytes each."""
        from iqgeo.siting import DistanceTable

        among = np.arange(self.n_sites) if sites is None else np.asarray(sites, dtype=np.int64)
        count = np.zeros(len(self.places), dtype=np.int64)
        blocks: list[tuple[Integers, NDArray[np.int32], Floats]] = []
        # Places of like limits go together: a measure knows one limit at a time.
        order = np.argsort(limit_km, kind="stable")
        size = _BLOCK if self._by_block else max(1, len(order))
        for first in range(0, len(order), size):
            mine = order[first : first + size]
            place, site, km = self._pairs(mine, limit_km[mine], among)
            count[mine] = np.bincount(place, minlength=len(mine))
            blocks.append((mine, site, km))
        start = np.append(0, np.cumsum(count))
        numbers, kms = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
        while blocks:
            mine, site, km = blocks.pop()
            shift = start[mine] - np.append(0, np.cumsum(count[mine]))[:-1]
            target = np.arange(len(site)) + np.repeat(shift, count[mine])
            numbers[target], kms[target] = site, km
        return DistanceTable(self.n_sites, self.weight, start, numbers, kms)

    def of_points(self, points: Integers, sites: Sequence[int] | None = None) -> "DistanceTable":
        """All sites in reach of a few places, or some of them; places are numbered from 0."""
        from iqgeo.siting import DistanceTable

        among = np.arange(self.n_sites) if sites is None else np.asarray(sites, dtype=np.int64)
        size = max(1, _PAIRS // max(1, len(among))) if self._by_block else max(1, len(points))
        parts = [points[first : first + size] for first in range(0, max(1, len(points)), size)]
        found = [self._pairs(mine, np.full(len(mine), np.inf), among) for mine in parts]
        count = [
            np.bincount(place, minlength=len(mine)) for (place, _, _), mine in zip(found, parts, strict=True)
        ]
        start = np.append(0, np.cumsum(np.concatenate(count)))
        site, km = (np.concatenate([each[k] for each in found]) for k in (1, 2))
        return DistanceTable(self.n_sites, self.weight[points], start, site, km)

    def _pairs(
        self, places: Integers, limit_km: Floats, among: Integers
    ) -> tuple[Integers, NDArray[np.int32], Floats]:
        """Pairs of some places (numbered from 0) and sites in a table's order: the nearest first."""
        most = float(limit_km.max(initial=0.0))
        found = self.measure.pairs(self.sites.some(among), self.places.some(places), most)
        near = found.distance_km <= limit_km[found.place]
        place, site, km = found.place[near], among[found.candidate[near]], found.distance_km[near]
        order = np.lexsort((site, km, place))
        return place[order], site[order].astype(np.int32), km[order]
