"""How a road network is stored: one Parquet file, checked before anything runs on it."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Integers
from iqgeo.distances.roads.network import DEGREES_E7, DESTINATION, FERRY, RoadInfo, RoadNetwork
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.stored_hierarchy import (
    HEAD,
    StoredHierarchies,
    head_of,
    named_in,
    names_of_parts,
    parts_of,
    read_here,
)
from iqgeo.distances.roads.stored_parts import (
    BENDS,
    FORMAT,
    FORMAT_VERSION,
    VERSIONS,
    read,
    values_in,
    write,
)
from iqgeo.errors import InputError, Problem, too_large
from iqgeo.safe.parse import json_value
from iqgeo.safe.write import make_folder, writing
from iqgeo.workers.guarded import Bounds, run

MOST_VALUES = 600_000_000
"""Values in a file that is read, about those of all roads of Germany with their shortcuts: a few bytes can
stand for many."""

_GIB = 2**30
_RATIO = 40
_BYTES_PER_S = 2**20
_ANSWER_BYTES = 64 * 2**20

LINK_COLUMNS = ("tail", "head", "two_way", "class")
SHAPE_COLUMNS = ("lon_e7", "lat_e7", "mm", "minutes")

PLAIN, OF_FLOATS, OF_WHOLE_NUMBERS = "PLAIN", "BYTE_STREAM_SPLIT", "DELTA_BINARY_PACKED"
ENCODINGS = {"two_way": PLAIN, "class": PLAIN, "minutes": OF_FLOATS}
"""How columns are packed; all others as whole numbers."""

DTYPES = {
    "tail": np.int32,
    "head": np.int32,
    "two_way": np.bool_,
    "class": np.uint8,
    "lon_e7": np.int32,
    "lat_e7": np.int32,
    "mm": np.int64,
    "minutes": np.float32,
}


def _columns(network: RoadNetwork) -> dict[str, npt.NDArray[Any]]:
    return {
        "tail": network.link_tail,
        "head": network.link_head,
        "two_way": network.link_two_way,
        "class": network.link_class,
        "lon_e7": np.rint(network.shape_lon * DEGREES_E7).astype(np.int32),
        "lat_e7": np.rint(network.shape_lat * DEGREES_E7).astype(np.int32),
        "mm": network.shape_mm,
        "minutes": network.shape_minutes,
    }


def checksum(network: RoadNetwork) -> str:
    """SHA-256 of the arrays."""
    return _digest(network.shape_ptr, _columns(network))


def save(network: RoadNetwork, path: str | Path) -> None:
    """Write the network as one Parquet file; a half-written file never bears its name.

    Raises
    ------
    InputError
        If it cannot be written, as :func:`iqgeo.safe.write.writing` has it.
    """
    path = Path(path)
    columns, shortcuts = _columns(network), network.hierarchies
    links = {name: columns[name] for name in LINK_COLUMNS}
    links[BENDS] = np.diff(network.shape_ptr).astype(np.int32)
    parts = [links, {name: columns[name] for name in SHAPE_COLUMNS}, *parts_of(shortcuts)]
    head = {"format": FORMAT, "version": FORMAT_VERSION, **asdict(network.info)}
    said = {FORMAT: json.dumps(head), HEAD.decode(): head_of(shortcuts, network.info.checksum)}
    packed = {name: ENCODINGS.get(name, OF_WHOLE_NUMBERS) for part in parts for name in part}
    make_folder(path.parent)
    with writing(path) as unfinished:
        write(unfinished, parts, said, packed)


def load(path: str | Path) -> RoadNetwork:
    """Read a network that ``save`` wrote; the file is read in a child with limits.

    Raises
    ------
    InputError
        ``roads_not_a_network`` if the file is something else, ``roads_network_damaged`` if its content
        does not match its checksum or cannot be a network, ``file_too_large`` beyond
        :data:`MOST_VALUES`.
    """
    stored = _apart("stored_here", path)
    lengths, flat, links = stored["lengths"], stored["shapes"], stored["links"]
    info = RoadInfo(**stored["info"])
    return RoadNetwork(
        link_tail=links["tail"],
        link_head=links["head"],
        link_two_way=links["two_way"],
        link_class=links["class"],
        shape_ptr=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        shape_lon=flat["lon_e7"] / DEGREES_E7,
        shape_lat=flat["lat_e7"] / DEGREES_E7,
        shape_mm=flat["mm"],
        shape_minutes=flat["minutes"],
        info=info,
        hierarchies=StoredHierarchies(
            Path(path).absolute(), tuple(stored["shortcuts"]), info.checksum, stored["nodes"]
        ),
    )


def hierarchy_apart(path: Path, unit: str, network: str, nodes: int) -> dict[str, npt.NDArray[Any]] | None:
    """Shortcuts of a file as in ``read_here``; the file is read in a child with limits."""
    found: dict[str, npt.NDArray[Any]] | None
    try:
        found = _apart("hierarchy_here", path, unit, network, nodes)
    except InputError:
        return None
    return found


def hierarchy_here(written: str, unit: str, network: str, nodes: int) -> dict[str, npt.NDArray[Any]] | None:
    """Shortcuts of a file, read in this process."""
    return read_here(Path(written), unit, network, nodes)


def _apart(function: str, path: str | Path, *arguments: Any) -> Any:
    """Call a function of this module on a file in a child (:mod:`iqgeo.workers.guarded`)."""
    path = Path(path)
    try:
        size = path.stat().st_size
    except OSError:
        # What is missing is told by who opens it.
        size = 0
    cpu_s = 60 + size // _BYTES_PER_S
    bounds = Bounds(
        memory_bytes=2 * _GIB + _RATIO * size,
        cpu_s=cpu_s,
        wall_s=4 * cpu_s,
        answer_bytes=_ANSWER_BYTES + _RATIO * size,
    )
    return run(f"{__name__}:{function}", str(path.absolute()), *arguments, file=path.name, bounds=bounds)


def stored_here(written: str) -> dict[str, Any]:
    """The arrays of a file, read and checked in this process."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(written)
    info = _info(path)
    try:
        file = pq.read_metadata(path)
        shortcuts = list(named_in(file.metadata))
        names = [[*LINK_COLUMNS, BENDS], [*SHAPE_COLUMNS]]
        _check_size(values_in(file, [*names, *names_of_parts(shortcuts)]), path.name)
        stored = read(path, 0, names)
        lengths = stored.pop(BENDS)
        _check_sound(lengths, stored)
    except InputError:
        raise
    except (pa.ArrowException, AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise InputError(Problem("roads_network_damaged", file=path.name)) from error
    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    if _digest(starts, stored) != info.checksum:
        raise InputError(Problem("roads_network_damaged", file=path.name))
    links = {name: stored[name] for name in LINK_COLUMNS}
    return {
        "info": dict(vars(info)),
        "lengths": lengths,
        "shapes": {name: stored[name] for name in SHAPE_COLUMNS},
        "links": links,
        "shortcuts": shortcuts,
        "nodes": _nodes_of_passages(links),
    }


def _nodes_of_passages(links: dict[str, npt.NDArray[Any]]) -> int:
    """Nodes with those of both layers of streets without through traffic, as searches count them."""
    private = links["class"] >= DESTINATION
    layer = np.unique(np.concatenate([links["tail"][private], links["head"][private]]))
    return int(max(links["tail"].max(), links["head"].max())) + 1 + 2 * len(layer)


def _check_size(count: int, file: str) -> None:
    """Refuse a file that holds too much, by its own directory and before any of it is unpacked."""
    if count > MOST_VALUES:
        raise InputError(too_large(file, 8 * count, 8 * MOST_VALUES))


def _check_sound(lengths: Integers, stored: dict[str, npt.NDArray[Any]]) -> None:
    """Refuse arrays that lead out of themselves: searches run compiled, where no index is looked at.

    A checksum proves that nothing was damaged on the way, not that whoever wrote the file meant well.

    Raises
    ------
    ValueError
        If these cannot be the arrays of a network.
    """
    links, ends = len(lengths), np.cumsum(lengths, dtype=np.int64)
    if any(stored[name].dtype != dtype for name, dtype in DTYPES.items()):
        raise ValueError("columns of other types")
    if not links or lengths.min() < 2 or any(len(stored[name]) != links for name in LINK_COLUMNS):
        raise ValueError("links without both ends")
    if any(len(stored[name]) != ends[-1] for name in SHAPE_COLUMNS):
        raise ValueError("bends of no link")
    tail, head = stored["tail"], stored["head"]
    if min(tail.min(), head.min()) < 0 or max(tail.max(), head.max()) >= 2 * links:
        raise ValueError("nodes of no number")
    met = np.zeros(max(tail.max(), head.max()) + 1, dtype=bool)
    met[tail] = met[head] = True
    if not met.all():
        raise ValueError("nodes that are the end of no link")
    if stored["class"].max() > DESTINATION + FERRY or (stored["class"] % DESTINATION).max() > FERRY:
        raise ValueError("classes that do not exist")
    mm, times, first, between = stored["mm"], stored["minutes"], ends - lengths, ends[:-1] - 1
    # Comparing neighbours makes an eighth of what their differences are.
    if mm[first].any() or _falls(mm, between) or mm.max() > 1e6 * MM_PER_KM:
        raise ValueError("lengths that shrink on the way")
    if np.isinf(times).any() or (times > 1e6).any() or _falls(times, between):
        raise ValueError("times that run back")
    if not np.isnan(times).any() and times[first].any():
        raise ValueError("times from nowhere")
    for name, degrees in (("lon_e7", 180), ("lat_e7", 90)):
        if max(-int(stored[name].min()), int(stored[name].max())) > degrees * DEGREES_E7:
            raise ValueError("bends outside of the world")


def _falls(values: npt.NDArray[Any], between: Integers) -> bool:
    """Whether a value is less than the one before it, other than between one link and the next."""
    less = values[1:] < values[:-1]
    less[between] = False
    return bool(less.any())


def _digest(shape_ptr: Integers, stored: dict[str, npt.NDArray[Any]]) -> str:
    # Arrays lend their bytes: a copy of each would take a third of the time again.
    digest = hashlib.sha256(np.ascontiguousarray(shape_ptr, dtype="<i8").data)
    for name in (*LINK_COLUMNS, *SHAPE_COLUMNS):
        values = stored[name]
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).data)
    return digest.hexdigest()


def read_info(path: str | Path) -> RoadInfo:
    """Where the network in a file comes from, without reading its roads.

    Raises
    ------
    InputError
        ``file_missing`` or ``roads_not_a_network``.
    """
    return RoadInfo(**_apart("info_here", path))


def info_here(written: str) -> dict[str, Any]:
    """Where a network comes from, read in this process."""
    return dict(vars(_info(Path(written))))


def _info(path: Path) -> RoadInfo:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise InputError(Problem("roads_file_missing", file=path.name, value=str(path)))
    try:
        head = json_value((pq.read_schema(path).metadata or {})[FORMAT.encode()])
        if head.pop("format") != FORMAT:
            raise KeyError(FORMAT)
        if head.pop("version") not in VERSIONS:
            raise InputError(Problem("roads_network_old", file=path.name))
        notes = tuple((str(reason), int(count), float(km)) for reason, count, km in head["notes"])
        return RoadInfo(**{**head, "extent": tuple(map(float, head["extent"])), "notes": notes})
    except InputError:
        raise
    except (pa.ArrowException, KeyError, TypeError, ValueError, OSError) as error:
        raise InputError(Problem("roads_not_a_network", file=path.name)) from error
