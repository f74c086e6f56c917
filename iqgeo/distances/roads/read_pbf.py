"""The drivable ways of a PBF file and where their points lie."""

import time
from dataclasses import dataclass
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


def read_ways(path: Path, progress: ProgressCallback) -> PbfRoads:
    """Read the drivable ways, then the positions of their points and which of these stop cars.

    Raises
    ------
    PbfError, OtherPbfError
        See :func:`iqgeo.distances.roads.pbf.blocks`.
    """
    refs: list[Integers] = []
    points: list[Integers] = []
    used: list[WayUse] = []
    known: dict[Tags, WayUse | None] = {}
    closed = newest = told = 0
    for data in blocks(path):
        for found in ways_of(PrimitiveBlock.of(data), (b"highway", b"route")):
            ways = _used(found, known)
            closed += sum(way is None for way in ways)
            kept = np.array([isinstance(way, WayUse) for way in ways], dtype=bool)
            counts = np.diff(found.ref_ptr)
            refs.append(found.refs[np.repeat(kept, counts)])
            points.append(counts[kept])
            used += [way for way in ways if isinstance(way, WayUse)]
            roads = np.array([way is not False for way in ways], dtype=bool)
            newest = max(newest, int(found.times[roads].max(initial=0)))
        if len(used) >= told + REPORT_EVERY:
            told = len(used)
            progress(Progress("reading_ways", told, details={"file": path.name, "ways": told}))
    progress(Progress("reading_ways", len(used), len(used), details={"file": path.name, "ways": len(used)}))
    all_refs = np.concatenate([*refs, np.empty(0, dtype=np.int64)])
    wanted, at = np.unique(all_refs, return_inverse=True)
    lon, lat = np.full(len(wanted), np.nan), np.full(len(wanted), np.nan)
    barriers = []
    for data in blocks(path):
        for number, tags in place_points(PrimitiveBlock.of(data), wanted, lon, lat, _MARKS):
            if blocks_cars(_plain(tags)):
                barriers.append(number)
    arrays = WayArrays(
        refs=all_refs,
        lon=lon[at],
        lat=lat[at],
        points=np.concatenate([*points, np.empty(0, dtype=np.int64)]),
        direction=np.array([way.direction for way in used], dtype=np.int8),
        road_class=np.array([way.road_class for way in used], dtype=np.int8),
        speed_kmh=np.array([way.speed_kmh for way in used], dtype=float),
        minutes=np.array([np.nan if way.minutes is None else way.minutes for way in used], dtype=float),
    )
    # Files without editing data have the epoch as time of every way.
    day = time.strftime("%Y-%m-%d", time.gmtime(min(newest, 2**40))) if newest > 0 else None
    return PbfRoads(
        arrays,
        np.array(barriers, dtype=np.int64),
        closed,
        sum(way.several for way in used),
        day if day and day > "1971" else None,
    )


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
