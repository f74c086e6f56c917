"""Shortcuts in the file of their network: columns whose first row holds all, read when first asked for."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.roads.hierarchy import PARTS, Hierarchy, require_sound
from iqgeo.safe.parse import json_value

if TYPE_CHECKING:
    import pyarrow as pa

HEAD = b"iqgeo-shortcuts"
ENCODING = "DELTA_BINARY_PACKED"

_COLUMNS = ("node", "rows", "above", "out", "further_back")
"""What is stored of a hierarchy: how many rows each position has instead of where they begin, and instead of
the way back what it is longer than the way there, which is nearly always nothing."""


def columns_of(hierarchies: Mapping[str, Hierarchy], links: int) -> "dict[str, pa.Array]":
    """Columns of a table with a row per link: a list each, all of it in the first row."""
    import pyarrow as pa

    columns = {}
    for unit, it in hierarchies.items():
        values = (it.node, np.diff(it.begins), it.above, it.out, it.back - it.out)
        for name, value in zip(_COLUMNS, values, strict=True):
            ends = np.full(links + 1, len(value), dtype=np.int32)
            ends[0] = 0
            columns[f"{unit}_{name}"] = whole_lists(pa.array(ends), value)
    return columns


def whole_lists(ends: "pa.Array", values: npt.NDArray[Any]) -> "pa.Array":
    """Lists in which no value is missing, by where each ends (the first entry: where the first begins)."""
    import pyarrow as pa

    flat = pa.array(values)
    of_all = pa.list_(pa.field("element", flat.type, nullable=False))
    return pa.ListArray.from_arrays(ends, flat, type=of_all)


def encodings_of(hierarchies: Mapping[str, Hierarchy]) -> dict[str, str]:
    """How the columns are packed."""
    return {f"{unit}_{name}.list.element": ENCODING for unit in hierarchies for name in _COLUMNS}


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


def read_here(path: Path, unit: str, network: str, nodes: int) -> dict[str, npt.NDArray[Any]] | None:
    """The arrays of a hierarchy of a file, checked; ``None`` if it holds none that is sound and fits."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, columns=[f"{unit}_{name}" for name in _COLUMNS], use_threads=False)
        stored = {name: np.asarray(table[f"{unit}_{name}"].combine_chunks().flatten()) for name in _COLUMNS}
        arrays = {
            "node": stored["node"],
            "begins": np.concatenate([[0], np.cumsum(stored["rows"])]).astype(np.int32),
            "above": stored["above"],
            "out": stored["out"],
            "back": stored["out"] + stored["further_back"],
        }
        require_sound(arrays, nodes)
        said = named_in(table.schema.metadata).get(unit)
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
