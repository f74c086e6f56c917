"""All pairs of candidate and place within the target, for siting."""

import hashlib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import TOLERANCE_KM, Floats
from iqgeo.distances.roads.network import RoadNetwork
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.search import same_link, snap_both
from iqgeo.distances.roads.snap import BAND, BLOCKED, SNAP_LIMIT_KM, Entrances

if TYPE_CHECKING:
    from iqgeo.distances.roads.hierarchy import Hierarchy
    from iqgeo.distances.roads.passages import Passages

Array = npt.NDArray[Any]

HALF_INT32 = 2**30
"""Lengths up to this (1,073 km) can be added in 32 bits."""

MOST_KEPT = 20
"""Answers kept in a cache directory."""


@dataclass(frozen=True, eq=False)
class RoadPairs:
    """Pairs within the target, sorted by candidate, then place.

    Attributes
    ----------
    candidate_index, place_index : npt.NDArray[np.int32]
        (pairs,) int32 positions in the candidates and places given.
    distance_km : Floats
        (pairs,) from the place to the candidate, both straight legs included; in the view of a network by
        time in minutes.
    """

    candidate_index: npt.NDArray[np.int32]
    place_index: npt.NDArray[np.int32]
    distance_km: Floats


def pairs_within(
    network: RoadNetwork,
    candidates_lon: npt.ArrayLike,
    candidates_lat: npt.ArrayLike,
    places_lon: npt.ArrayLike,
    places_lat: npt.ArrayLike,
    target_km: float,
    *,
    snap_limit_km: float = SNAP_LIMIT_KM,
    ferries: bool = True,
    cache_directory: Path | None = None,
) -> RoadPairs:
    """Every place from which a candidate is reached within ``target_km`` on the roads.

    Parameters
    ----------
    network : RoadNetwork
        The roads.
    candidates_lon, candidates_lat, places_lon, places_lat : npt.ArrayLike
        Degrees.
    target_km : float
        Places exactly at it are within; in the view of a network by time in minutes.
    snap_limit_km, ferries : float, bool
        As in ``nearest_offices``.
    cache_directory : Path | None
        Where answers are kept, one file per question; nothing is kept if None. A file that cannot be read
        counts as not there.

    Raises
    ------
    InputError
        ``roads_other_region`` if all places are far outside the network.
    """
    points = [np.asarray(v, dtype=float) for v in (candidates_lon, candidates_lat, places_lon, places_lat)]
    kept = None
    if cache_directory is not None:
        name = _question(network, points, target_km, snap_limit_km=snap_limit_km, ferries=ferries)
        kept = cache_directory / f"{name}.npz"
        answer = _read(kept)
        if answer is not None:
            return answer
    places, candidates = snap_both(
        network, (points[2], points[3]), (points[0], points[1]), limit_km=snap_limit_km
    )
    answer = search_pairs(network, candidates, places, target_km, ferries=ferries)
    if kept is not None:
        _write(kept, answer)
    return answer


def search_pairs(
    network: RoadNetwork, candidates: Entrances, places: Entrances, target_km: float, *, ferries: bool
) -> RoadPairs:
    """Find the pairs of snapped candidates and places; see ``pairs_within``."""
    passages = network.passages
    exits = [
        (passages.begin_head[places.link], places.out_head_mm),
        (passages.begin_tail[places.link], places.out_tail_mm),
    ]
    entries = [
        (passages.end_tail[candidates.link], candidates.in_tail_mm),
        (passages.end_head[candidates.link], candidates.in_head_mm),
    ]
    begin, end, direct_mm = same_link(places, candidates)
    # No way is longer than all roads together: a target without end ends there.
    legs_mm = int(candidates.leg_mm.max(initial=0)) + int(places.leg_mm.max(initial=0))
    longest_mm = int(network.link_mm.sum()) + legs_mm + 1
    asked = _PairSearch(
        candidates=candidates.count,
        places=places.count,
        exits=_usable(exits, places),
        entries=_usable(entries, candidates),
        direct=(
            candidates.point[end],
            places.point[begin],
            direct_mm + places.leg_mm[begin] + candidates.leg_mm[end],
        ),
        limit_mm=int(np.floor(np.clip((target_km + TOLERANCE_KM) * MM_PER_KM, -1, longest_mm))),
    )
    hierarchy = network.hierarchy_for(ferries=ferries)
    if hierarchy is not None and asked.limit_mm < HALF_INT32 - 1:
        begins, place, mm = _swept(hierarchy, asked)
    else:
        begins, place, mm = _searched(passages, asked, ferries=ferries)
    candidate = np.repeat(np.arange(candidates.count, dtype=np.int32), np.diff(begins))
    return RoadPairs(candidate, place, mm / MM_PER_KM)


@dataclass(frozen=True)
class _PairSearch:
    """What is asked for, as searches see it: ways as (node or candidate, point, length in mm)."""

    candidates: int
    places: int
    exits: tuple[Array, Array, Array]
    entries: tuple[Array, Array, Array]
    direct: tuple[Array, Array, Array]
    limit_mm: int


def _swept(hierarchy: "Hierarchy", asked: _PairSearch) -> tuple[Array, Array, Array]:
    """Answer by the shortcuts: where each candidate's places begin, the places, and their lengths."""
    from iqgeo.distances.roads.sweep_kernel import sweep_within

    most = HALF_INT32 - 1
    exit_node, place, exit_mm = asked.exits
    entry_node, candidate, entry_mm = asked.entries
    end, begin, direct_mm = asked.direct
    # Nodes are numbered along a curve: so candidates that lie near each other come one after the other.
    nearby = np.full(asked.candidates, len(hierarchy.node))
    np.minimum.at(nearby, candidate, entry_node)
    found: tuple[Array, Array, Array] = sweep_within(
        hierarchy.up,
        hierarchy.back,
        _rows(candidate, asked.candidates, hierarchy.position[entry_node], entry_mm, most=most),
        asked.limit_mm,
        _rows(place, asked.places, hierarchy.position[exit_node], exit_mm, most=most),
        _rows(begin, asked.places, end, direct_mm, most=most),
        np.argsort(nearby, kind="stable"),
    )
    return found


def _searched(passages: "Passages", asked: _PairSearch, *, ferries: bool) -> tuple[Array, Array, Array]:
    """Answer by a search from each candidate; what comes out as in ``_swept``."""
    from iqgeo.distances.roads.kernel import arcs_between, search_within

    exit_node, place, exit_mm = asked.exits
    entry_node, candidate, entry_mm = asked.entries
    most = max(asked.limit_mm, 0) + 1
    width = np.int32 if most <= HALF_INT32 else np.int64
    wanted = np.zeros(passages.node_count, dtype=bool)
    wanted[exit_node] = wanted[entry_node] = True
    used = np.ones(len(passages.link), dtype=bool) if ferries else ~passages.ferry
    arcs = arcs_between(
        (passages.tail, passages.head),
        passages.two_way,
        used,
        wanted,
        np.minimum(passages.mm, most).astype(width),
    )
    found: tuple[Array, Array, Array] = search_within(
        arcs,
        _rows(candidate, asked.candidates, entry_node, entry_mm, most=most, width=width),
        np.full(asked.candidates, asked.limit_mm, dtype=width),
        _rows(exit_node, passages.node_count, place, exit_mm, most=most, width=width),
        _rows(asked.direct[0], asked.candidates, *asked.direct[1:], most=most, width=width),
        asked.places,
    )
    return found


def _usable(ways: list[tuple[Array, Array]], points: Entrances) -> tuple[Array, Array, Array]:
    """Node, point and length with the straight leg of all ways between a point and the ends of its links."""
    parts = []
    for node, mm in ways:
        used = np.flatnonzero(mm != BLOCKED)
        parts.append((node[used], points.point[used], points.leg_mm[used] + mm[used]))
    node, point, mm = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return node, point, mm


def _rows(
    row: Array, count: int, column: Array, mm: Array, *, most: int, width: type = np.int32
) -> tuple[Array, Array, Array]:
    """Compressed rows as the kernel wants them; lengths beyond every limit are cut down to ``most``."""
    order = np.argsort(row, kind="stable")
    begins = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=count))])
    return begins.astype(np.int32), column[order].astype(np.int32), np.minimum(mm[order], most).astype(width)


def _question(
    network: RoadNetwork, points: list[Floats], target_km: float, *, snap_limit_km: float, ferries: bool
) -> str:
    settings = (
        f"2|{network.info.checksum}|{network.unit}|{target_km!r}|{snap_limit_km!r}|{BAND}"
        f"|{ferries}|{[len(p) for p in points]}"
    )
    digest = hashlib.sha256(settings.encode())
    for values in points:
        digest.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
    return f"pairs-{digest.hexdigest()[:32]}"


def _read(path: Path) -> RoadPairs | None:
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return RoadPairs(file["candidate_index"], file["place_index"], file["distance_km"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _write(path: Path, pairs: RoadPairs) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.part.npz")
    try:
        np.savez(
            unfinished,
            candidate_index=pairs.candidate_index,
            place_index=pairs.place_index,
            distance_km=pairs.distance_km,
        )
        unfinished.replace(path)
        _forget_oldest(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _forget_oldest(directory: Path) -> None:
    """Keep the newest answers: a cache must not fill a laptop's disk."""
    kept = sorted(directory.glob("pairs-*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in kept[MOST_KEPT:]:
        file.unlink(missing_ok=True)
