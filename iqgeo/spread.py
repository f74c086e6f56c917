"""What is too much for one go, in parts that an executor runs: blocks of sites, tiles of places.

The parts are the same whoever runs them, and are put together in their order: the result is that of one go,
to the last digit.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from iqgeo.distances import DEFAULT_SNAP_LIMIT_KM, KM, Measure, Pairs, Points, road_measure
from iqgeo.errors import InputError, Problem
from iqgeo.workers.executor import Executor, Serial

if TYPE_CHECKING:
    from iqgeo.siting import CoverSets

SITES_A_BLOCK: Final = 128
PLACES_A_TILE: Final = 500_000


@dataclass(frozen=True)
class StoredRoads:
    """A measure on roads by the file they lie in: a worker reads it once, and it is not sent with each part.

    Attributes
    ----------
    roads : str
        The network's file, at the same place for every worker.
    snap_limit_km, ferries, unit : float, bool, str
        As :func:`iqgeo.distances.road_measure` has them.
    """

    roads: str
    snap_limit_km: float = DEFAULT_SNAP_LIMIT_KM
    ferries: bool = False
    unit: str = KM


def pairs_by_blocks(
    measure: Measure | StoredRoads, sites: Points, places: Points, limit: float,
    executor: Executor | None = None, size: int = SITES_A_BLOCK,
) -> Pairs:  # fmt: skip
    """All pairs of sites and places within a limit, searched from so many sites at a time.

    Parameters
    ----------
    measure : Measure | StoredRoads
        How ways are measured.
    sites, places : Points
        From where, and to where.
    limit : float
        In the measure's unit.
    executor : Executor | None
        Where the blocks are searched; in a row without one.
    size : int
        Sites in a block.

    Returns
    -------
    Pairs
        As ``measure.pairs`` gives them at once.

    Raises
    ------
    InputError
        What the measure says, or that a block was not finished.
    """
    parts = _Pieces(len(sites), size, lambda at: (measure, sites.some(at), places, limit))
    found = list(_in_order(_block, parts, executor))
    return Pairs(
        np.concatenate([it.candidate + first for it, first in zip(found, parts.firsts, strict=True)]),
        np.concatenate([it.place for it in found]),
        np.concatenate([it.distance_km for it in found]),
    )


def sets_by_tiles(
    measure: Measure | StoredRoads, sites: Points, places: Points, people: NDArray[np.float64], limit: float,
    executor: Executor | None = None, size: int = PLACES_A_TILE,
) -> "CoverSets":  # fmt: skip
    """Which sites are within a limit of which places, made for so many places at a time.

    Only rows that are merged already are held: places that the same sites reach are one, in a tile and
    between tiles. So 20 million places need no table of their distances.

    Parameters
    ----------
    measure : Measure | StoredRoads
        As in :func:`pairs_by_blocks`.
    sites, places : Points
        As there.
    people : NDArray[np.float64]
        Whole persons of each place; of parts of persons the smallest part counts anew in every tile.
    limit : float
        In the measure's unit.
    executor : Executor | None
        Where the tiles are computed; ``None``: here, one after the other.
    size : int
        Places in a tile.

    Returns
    -------
    CoverSets
        Demand points in the order of the places.

    Raises
    ------
    InputError
        What the measure says, or that a tile was not finished.
    """
    from iqgeo.siting import CoverSets

    parts = _Pieces(len(places), size, lambda at: (measure, sites, places.some(at), people[at], limit))
    tiles = _in_order(_tile, parts, executor)
    return next(tiles) if len(parts) == 1 else CoverSets.from_blocks(tiles)


class _Pieces(Mapping[str, Any]):
    """The parts of a whole by their number, each made when it is asked for."""

    def __init__(self, count: int, size: int, make: Callable[[NDArray[np.int64]], Any]) -> None:
        self.firsts = list(range(0, max(1, count), size))
        self._count, self._size, self._make = count, size, make

    def __getitem__(self, key: str) -> Any:
        first = self.firsts[int(key)]
        return self._make(np.arange(first, min(self._count, first + self._size)))

    def __iter__(self) -> Iterator[str]:
        return (str(number) for number in range(len(self.firsts)))

    def __len__(self) -> int:
        return len(self.firsts)


def _in_order(function: Callable[[Any], Any], parts: _Pieces, executor: Executor | None) -> Iterator[Any]:
    """What came out of each part, in the order of the parts; those that end early wait."""
    early: dict[str, Any] = {}
    wanted = iter(parts)
    following = next(wanted)
    for done in (executor or Serial()).run(function, parts):
        if done.failed:
            details = {"reason": done.error}
            raise InputError(
                done.problems or Problem("executor_part_failed", value=done.key, details=details)
            )
        early[done.key] = done.value
        while following in early:
            yield early.pop(following)
            following = next(wanted, "")


@lru_cache(maxsize=2)
def _opened(source: StoredRoads) -> Measure:
    where = Path(source.roads)
    return road_measure(
        where, where.parent, None, source.snap_limit_km, ferries=source.ferries, unit=source.unit
    )


def _measured(measure: Measure | StoredRoads) -> Measure:
    return _opened(measure) if isinstance(measure, StoredRoads) else measure


def _block(item: tuple[Measure | StoredRoads, Points, Points, float]) -> Pairs:
    measure, sites, places, limit = item
    return _measured(measure).pairs(sites, places, limit)


def _tile(
    item: tuple[Measure | StoredRoads, Points, Points, NDArray[np.float64], float],
) -> "CoverSets":
    from iqgeo.siting import CoverSets

    measure, sites, places, people, limit = item
    pairs = _measured(measure).pairs(sites, places, limit)
    return CoverSets.from_pairs(pairs.candidate, pairs.place, people, len(sites))
