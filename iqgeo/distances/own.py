"""One's own table of distances, from anywhere, behind the same interface as the other measures."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.distances.base import KM, MeasureSource, Nearest, Pairs, Points, Reach, Way, within
from iqgeo.distances.detour import DEFAULT_DETOUR_FACTOR
from iqgeo.distances.straight import Straight
from iqgeo.frames import Brief

_POSITION: Final = re.compile(r"(-?\d{1,3}\.\d{6}) (-?\d{1,2}\.\d{6})")


def id_of_position(lon: float, lat: float) -> str:
    """The id of an end that is known by its position alone: longitude and latitude to a tenth of a metre."""
    return f"{lon:.6f} {lat:.6f}"


def position_of(written: str) -> tuple[float, float] | None:
    """Longitude and latitude of such an id, ``None`` for any other."""
    found = _POSITION.fullmatch(written)
    return None if found is None else (float(found[1]), float(found[2]))


@dataclass(frozen=True, eq=False, repr=False)
class OwnTable(Brief):
    """Kilometres from places to sites as a table has them; what is not in it is out of reach.

    Points must carry the ids that the table speaks of.

    Attributes
    ----------
    table : pd.DataFrame
        Frame ``candidate, place, km``; ids are text, every pair at most once.
    """

    table: pd.DataFrame

    kind = "own"
    anywhere = False
    understates = False
    unit = KM
    units = (KM,)
    factor: None = None
    band: None = None
    sources: tuple[MeasureSource, ...] = ()

    @cached_property
    def key(self) -> str:
        """Checksum of the table's rows in a fixed order."""
        ordered = self.table.sort_values(["candidate", "place"], ignore_index=True)
        return f"own {hashlib.sha256(ordered.to_csv(index=False).encode()).hexdigest()}"

    def outline_km(self, _target: float) -> None:
        """A table has no outline."""
        return

    def reach_km(self, target: float) -> float:
        """About how far an office reaches: as far as with the usual detour."""
        return target / DEFAULT_DETOUR_FACTOR

    def lines(self, places: Points, _offices: Points) -> list[Way | None]:
        """A table knows no ways."""
        return [None] * len(places)

    def pairs(self, candidates: Points, places: Points, limit: float) -> Pairs:
        """All pairs of the table among these points within ``limit`` km."""
        found = self.table[within(self.table["km"].to_numpy(dtype=float), limit)]
        site = _numbers(candidates, found["candidate"])
        place = _numbers(places, found["place"])
        known = (site >= 0) & (place >= 0)
        site, place = site[known], place[known]
        order = np.lexsort((place, site))
        km = found["km"].to_numpy(dtype=float)[known]
        return Pairs(site[order], place[order], km[order])

    def nearest(self, places: Points, offices: Points) -> Nearest:
        """Return the office with the fewest kilometres in the table for every place."""
        straight = Straight().nearest(places, offices)
        pairs = self.pairs(offices, places, np.inf)
        # Of equally near ones the first, as everywhere.
        order = np.lexsort((pairs.candidate, pairs.distance_km, pairs.place))
        first = np.unique(pairs.place[order], return_index=True)
        distance_km = np.full(len(places), np.inf)
        office = np.zeros(len(places), dtype=np.int64)
        distance_km[first[0]] = pairs.distance_km[order][first[1]]
        office[first[0]] = pairs.candidate[order][first[1]]
        nothing = np.full(len(places), np.nan)
        reach = np.where(np.isfinite(distance_km), Reach.REACHABLE, Reach.NO_ROAD).astype(np.int8)
        if not len(offices):
            reach[:] = Reach.REACHABLE
        return Nearest(office, distance_km, straight.straight_km, nothing, nothing, reach)


def _numbers(points: Points, keys: pd.Series) -> NDArray[np.int64]:
    """The number of every key among the points; -1 where there is none."""
    if points.ids is None:
        raise ValueError("a table of distances is asked for points without ids")
    number = pd.Series(np.arange(len(points), dtype=np.int64), index=pd.Index(points.ids, dtype=object))
    return keys.map(number).fillna(-1).to_numpy(dtype=np.int64)
