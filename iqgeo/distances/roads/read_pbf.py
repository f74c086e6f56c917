"""The drivable ways of a PBF file and where their points lie."""

import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.pbf import PrimitiveBlock, WayGroup, blocks, place_points, ways_of
from iqgeo.distances.roads.progress import Progress, ProgressCallback
from iqgeo.distances.roads.rules import (
    BARRING_KEYS,
    NODE_KEYS,
    WAY_KEYS,
    WayUse,
    blocks_cars,
    is_road,
    read_way,
)
from iqgeo.errors import InputError, Problem

REPORT_EVERY = 20_000
Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class WayArrays:
    """Ways as flat arrays: ``points`` references each; ``minutes`` NaN where no crossing time is stated."""

    refs: Integers
    lon: Floats
    lat: Floats
    points: Integers
    direction: npt.NDArray[np.int8]
    road_class: npt.NDArray[np.int8]
    speed_kmh: Floats
    minutes: Floats


@dataclass(frozen=True)
class PbfRoads:
    """What the roads of a PBF file are made of.

    ``closed`` counts roads that are not open to cars, ``several`` those tagged as several classes.
    """

    ways: WayArrays
    barriers: Integers
    closed: int
    several: int
    newest: str | None


@dataclass
class _Ways:
    """Ways as blocks bring them: those that cars use, and of all roads id, version and whether it is such."""

    refs: list[Integers] = field(default_factory=list)
    points: list[Integers] = field(default_factory=list)
    used: list[WayUse] = field(default_factory=list)
    ids: list[Integers] = field(default_factory=list)
    versions: list[Integers] = field(default_factory=list)
    open_to_cars: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    newest: int = 0

    def add(self, found: WayGroup, ways: list[WayUse | bool | None]) -> None:
        """Take the roads of a group, and what was deleted, which nobody uses."""
        kept = np.array([isinstance(way, WayUse) for way in ways], dtype=bool) & found.there
        roads = np.array([way is not False for way in ways], dtype=bool) | ~found.there
        counts = np.diff(found.ref_ptr)
        self.refs.append(found.refs[np.repeat(kept, counts)])
        self.points.append(counts[kept])
        self.used += [
            way for way, it in zip(ways, kept.tolist(), strict=True) if it and isinstance(way, WayUse)
        ]
        self.ids.append(found.ids[roads])
        self.versions.append(found.versions[roads])
        self.open_to_cars.append(kept[roads])
        self.newest = max(self.newest, int(found.times[roads].max(initial=0)))

    def once_each(self, file: str) -> tuple[Integers, Integers, list[WayUse], int]:
        """References, their number of each way, ways, and how many roads are closed, each road once.

        Files that lie over each other, put into one, have what lies in both twice.

        Raises
        ------
        InputError
            ``roads_history`` where a road is there in several versions.
        """
        none = [np.empty(0, dtype=np.int64)]
        refs, points, ids, versions = (
            np.concatenate([*it, *none]) for it in (self.refs, self.points, self.ids, self.versions)
        )
        kept = np.concatenate([*self.open_to_cars, np.empty(0, dtype=bool)])
        first, road = np.unique(ids, return_index=True, return_inverse=True)[1:]
        if (versions != versions[first][road]).any():
            raise InputError(Problem("roads_history", file=file))
        if len(first) == len(ids):
            return refs, points, self.used, int((~kept).sum())
        once = np.zeros(len(ids), dtype=bool)
        once[first] = True
        ways = once[kept]
        used = [way for way, it in zip(self.used, ways.tolist(), strict=True) if it]
        return refs[np.repeat(ways, points)], points[ways], used, int((once & ~kept).sum())


def read_ways(path: Path, progress: ProgressCallback) -> PbfRoads:
    """Read the drivable ways, then the positions of their points and which of these stop cars.

    Raises
    ------
    PbfError, OtherPbfError
        See :func:`iqgeo.distances.roads.pbf.blocks`.
    InputError
        ``roads_history``.
    """
    known: dict[Tags, WayUse | None] = {}
    ways, told = _Ways(), 0
    for data in blocks(path):
        for found in ways_of(PrimitiveBlock.of(data), (b"highway", b"route")):
            ways.add(found, _used(found, known))
        if len(ways.used) >= told + REPORT_EVERY:
            told = len(ways.used)
            progress(Progress("reading_ways", told, details={"file": path.name, "ways": told}))
    all_refs, points, used, closed = ways.once_each(path.name)
    count = len(used)
    progress(Progress("reading_ways", count, count, details={"file": path.name, "ways": count}))
    wanted, at = np.unique(all_refs, return_inverse=True)
    lon, lat = np.full(len(wanted), np.nan), np.full(len(wanted), np.nan)
    barriers = []
    for data in blocks(path):
        for number, tags in place_points(PrimitiveBlock.of(data), wanted, lon, lat, _MARKS):
            if blocks_cars(_plain(tags)):
                barriers.append(number)
    # A point that is nowhere on Earth has no position.
    nowhere = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    lon[nowhere] = lat[nowhere] = np.nan
    arrays = WayArrays(
        refs=all_refs,
        lon=lon[at],
        lat=lat[at],
        points=points,
        direction=np.array([way.direction for way in used], dtype=np.int8),
        road_class=np.array([way.road_class for way in used], dtype=np.int8),
        speed_kmh=np.array([way.speed_kmh for way in used], dtype=float),
        minutes=np.array([np.nan if way.minutes is None else way.minutes for way in used], dtype=float),
    )
    several = sum(way.several for way in used)
    return PbfRoads(arrays, np.array(barriers, dtype=np.int64), closed, several, _day(ways.newest))


def _day(seconds: int) -> str | None:
    """The day of a time; files without editing data have the epoch as time of every way."""
    day = time.strftime("%Y-%m-%d", time.gmtime(min(seconds, 2**40))) if seconds > 0 else ""
    return day if day > "1971" else None


def _used(found: WayGroup, known: dict[Tags, WayUse | None]) -> list[WayUse | bool | None]:
    """How a car uses each way: None where it may not, False where it is no road at all."""
    relevant = {number: key.decode() for number, key in enumerate(found.strings) if key in _WAY_KEYS}
    begins, keys, values = found.tag_ptr.tolist(), found.keys.tolist(), found.values.tolist()
    ways: list[WayUse | bool | None] = []
    for begin, end in pairwise(begins):
        tags = tuple(
            (relevant[key], found.strings[value].decode("utf-8", "replace"))
            for key, value in zip(keys[begin:end], values[begin:end], strict=True)
            if key in relevant
        )
        if tags not in known:
            known[tags] = read_way(dict(tags))
        way = known[tags]
        ways.append(way if way is not None or is_road(dict(tags)) else False)
    return ways


def _plain(tags: dict[bytes, bytes]) -> dict[str, str]:
    words = {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in tags.items()}
    return {key: value for key, value in words.items() if key in NODE_KEYS}


_MARKS = tuple(key.encode() for key in BARRING_KEYS)
_WAY_KEYS = frozenset(key.encode() for key in WAY_KEYS)
