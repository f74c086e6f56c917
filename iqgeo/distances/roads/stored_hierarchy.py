"""Shortcuts in the file of their network: two parts for each hierarchy, read when first asked for."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.roads.hierarchy import PARTS, Hierarchy, require_sound
from iqgeo.distances.roads.stored_parts import read
from iqgeo.safe.parse import json_value

HEAD = b"iqgeo-shortcuts"

FIRST_PART = 2
"""Parts of a file before those of its hierarchies: its links, and their bends."""

_COLUMNS = ("node", "rows", "above", "out", "further_back")
"""What is stored of a hierarchy: how many rows each position has instead of where they begin, and instead of
the way back what it is longer than the way there, which is nearly always nothing."""

_OF_NODES = 2
"""So many of them have an entry for each node."""


def parts_of(hierarchies: Mapping[str, Hierarchy]) -> list[dict[str, npt.NDArray[Any]]]:
    """Two parts of a file for each: what there is of every node, and what lies above."""
    parts = []
    for unit, it in hierarchies.items():
        values = (it.node, np.diff(it.begins), it.above, it.out, it.back - it.out)
        columns = dict(zip(names_of(unit), values, strict=True))
        parts += [{name: columns[name] for name in names} for names in names_of_parts([unit])]
    return parts


def names_of(unit: str) -> list[str]:
    """Names of the columns of a hierarchy."""
    return [f"{unit}_{name}" for name in _COLUMNS]


def names_of_parts(units: Iterable[str]) -> list[list[str]]:
    """The same as they are parted."""
    return [part for it in units for part in (names_of(it)[:_OF_NODES], names_of(it)[_OF_NODES:])]


def head_of(hierarchies: Mapping[str, Hierarchy], network: str) -> str:
    """What the file says of its hierarchies: the checksum of each, which holds for one network only."""
    return json.dumps({unit: _digest(vars(it), network) for unit, it in hierarchies.items()})


def named_in(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    """Checksum of each hierarchy by its unit, as the file says; none where it says nothing sensible."""
    try:
        said = json_value((metadata or {}).get(HEAD, b"{}"))
    except ValueError:
        return {}
    return {str(unit): str(sum_) for unit, sum_ in said.items()} if isinstance(said, dict) else {}


def _stored(path: Path, unit: str) -> tuple[dict[str, npt.NDArray[Any]], str]:
    """What a file holds of a hierarchy, and the checksum it states."""
    import pyarrow.parquet as pq

    said = named_in(pq.read_schema(path).metadata)
    found = read(path, FIRST_PART + 2 * list(said).index(unit), names_of_parts([unit]))
    return dict(zip(_COLUMNS, (found[it] for it in names_of(unit)), strict=True)), said[unit]


def read_here(path: Path, unit: str, network: str, nodes: int) -> dict[str, npt.NDArray[Any]] | None:
    """The arrays of a hierarchy of a file, checked; ``None`` if it holds none that is sound and fits."""
    import pyarrow as pa

    try:
        stored, said = _stored(path, unit)
        arrays = {
            "node": stored["node"],
            "begins": np.concatenate([[0], np.cumsum(stored["rows"])]).astype(np.int32),
            "above": stored["above"],
            "out": stored["out"],
            "back": stored["out"] + stored["further_back"],
        }
        require_sound(arrays, nodes)
    except (pa.ArrowException, AttributeError, KeyError, OSError, TypeError, ValueError):
        return None
    return arrays if said == _digest(arrays, network) else None


def _digest(arrays: Mapping[str, Any], network: str) -> str:
    digest = hashlib.sha256(network.encode())
    for name in PARTS:
        digest.update(np.ascontiguousarray(arrays[name], dtype="<i4").data)
    return digest.hexdigest()


class StoredHierarchies(Mapping[str, Hierarchy]):
    """The hierarchies of a file, each read when it is first asked for.

    One that can no longer be read, since the file is gone or another one stands there, is not there: searches
    then do without, and find the same.
    """

    def __init__(self, path: Path, units: tuple[str, ...], network: str, nodes: int) -> None:
        self._path, self._units, self._network, self._nodes = path, units, network, nodes
        self._read: dict[str, Hierarchy | None] = {}

    def __getitem__(self, unit: str) -> Hierarchy:
        """Return the hierarchy of a unit.

        Raises
        ------
        KeyError
            If there is none.
        """
        if unit not in self._units:
            raise KeyError(unit)
        if unit not in self._read:
            from iqgeo.distances.roads.stored import hierarchy_apart

            arrays = hierarchy_apart(self._path, unit, self._network, self._nodes)
            self._read[unit] = None if arrays is None else Hierarchy(**arrays)
        found = self._read[unit]
        if found is None:
            raise KeyError(unit)
        return found

    def __iter__(self) -> Iterator[str]:
        """Units as the file names them."""
        return iter(self._units)

    def __len__(self) -> int:
        """How many units the file names."""
        return len(self._units)
