"""All pairs of candidate and place within the target, for siting."""

import hashlib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, within
from iqgeo.distances.roads.network import FERRY, RoadNetwork
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.search import same_link, snap_both
from iqgeo.distances.roads.snap import BLOCKED, SNAP_LIMIT_KM, Snapped

Array = npt.NDArray[Any]

HALF_INT32 = 2**30
"""Lengths up to this (1,073 km) can be added in 32 bits."""

MOST_KEPT = 20
"""Answers kept in a cache directory."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs within the target, sorted by candidate, then place.

    Attributes
    ----------
    candidate_index, place_index : (pairs,) int32 positions in the candidates and places given.
    distance_km : (pairs,) from the place to the candidate, both straight legs included.
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
) -> Pairs:
    """Every place from which a candidate is reached within ``target_km`` on the roads.

    Parameters
    ----------
    candidates_lon, candidates_lat, places_lon, places_lat : degrees.
    target_km : places exactly at it are within.
    snap_limit_km, ferries : as in ``nearest_offices``.
    cache_directory : where answers are kept, one file per question; nothing is kept if None. A file that
        cannot be read counts as not there.

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
    network: RoadNetwork, candidates: Snapped, places: Snapped, target_km: float, *, ferries: bool
) -> Pairs:
    """Find the pairs of snapped candidates and places; see ``pairs_within``."""
    from iqgeo.distances.roads.kernel import arcs_between, search_within

    exits = [
        (network.link_head[places.link], places.out_head_mm),
        (network.link_tail[places.link], places.out_tail_mm),
    ]
    entries = [
        (network.link_tail[candidates.link], candidates.in_tail_mm),
        (network.link_head[candidates.link], candidates.in_head_mm),
    ]
    place_node, place, place_mm = _usable(exits, places)
    entry_node, source, entry_mm = _usable(entries, candidates)
    direct_place, direct_source, direct_mm = same_link(places, candidates)
    # No way is longer than all roads together: a target without end ends there.
    legs_km = float(candidates.snap_km.max(initial=0.0) + places.snap_km.max(initial=0.0))
    target_km = min(target_km, float(network.link_km.sum()) + legs_km + 1)
    # The straight legs are no whole millimetres: search a little further, then compare in km.
    limit_km = np.where(candidates.near, target_km - candidates.snap_km, -1.0)
    limit_mm = np.floor(np.maximum(limit_km, -1.0) * MM_PER_KM).astype(np.int64) + 1
    count, most = len(candidates.link), int(limit_mm.max(initial=0)) + 1
    width = np.int32 if most <= HALF_INT32 else np.int64
    wanted = np.zeros(network.node_count, dtype=bool)
    wanted[place_node] = wanted[entry_node] = True
    used = np.ones(network.link_count, dtype=bool) if ferries else network.link_class != FERRY
    arcs = arcs_between(
        (network.link_tail, network.link_head),
        network.link_two_way,
        used,
        wanted,
        np.minimum(network.link_mm, most).astype(width),
    )
    begins, found, mm = search_within(
        arcs,
        _rows(source, count, entry_node, entry_mm, most=most, width=width),
        limit_mm.astype(width),
        _rows(place_node, network.node_count, place, place_mm, most=most, width=width),
        _rows(direct_source, count, direct_place, direct_mm, most=most, width=width),
        len(places.link),
    )
    candidate = np.repeat(np.arange(len(candidates.link)), np.diff(begins))
    km = (mm / MM_PER_KM + candidates.snap_km[candidate]) + places.snap_km[found]
    kept = within(km, target_km)
    candidate, found, km = candidate[kept], found[kept], km[kept]
    order = np.lexsort((found, candidate))
    return Pairs(candidate[order].astype(np.int32), found[order].astype(np.int32), km[order])


def _usable(ways: list[tuple[Array, Array]], points: Snapped) -> tuple[Array, Array, Array]:
    """Node, point and length of all ways between a point near a road and the ends of its link."""
    parts = []
    for node, mm in ways:
        used = np.flatnonzero(points.near & (mm != BLOCKED))
        parts.append((node[used], used, mm[used]))
    node, point, mm = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return node, point, mm


def _rows(
    row: Array, count: int, column: Array, mm: Array, *, most: int, width: type
) -> tuple[Array, Array, Array]:
    """Compressed rows as the kernel wants them; lengths beyond every limit are cut down to ``most``."""
    order = np.argsort(row, kind="stable")
    begins = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=count))])
    return begins.astype(np.int32), column[order].astype(np.int32), np.minimum(mm[order], most).astype(width)


def _question(
    network: RoadNetwork, points: list[Floats], target_km: float, *, snap_limit_km: float, ferries: bool
) -> str:
    settings = (
        f"1|{network.info.checksum}|{target_km!r}|{snap_limit_km!r}|{ferries}|{[len(p) for p in points]}"
    )
    digest = hashlib.sha256(settings.encode())
    for values in points:
        digest.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
    return f"pairs-{digest.hexdigest()[:32]}"


def _read(path: Path) -> Pairs | None:
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return Pairs(file["candidate_index"], file["place_index"], file["distance_km"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _write(path: Path, pairs: Pairs) -> None:
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
