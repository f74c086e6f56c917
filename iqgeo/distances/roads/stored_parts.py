"""Arrays of several lengths in one Parquet file: a row group for those of each length.

Where a group is that of one part, the columns of the others hold zeros, which take no room. The version
before had a row for each link with lists of its bends, and shortcuts in the first row. It is read here, too,
in three times as long, since each value says whether a list begins.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.safe.parse import json_value

Arrays = Mapping[str, npt.NDArray[Any]]

FORMAT = "iqgeo-roads"
FORMAT_VERSION = 3
LISTS_VERSION = 2
"""The version before."""

VERSIONS = frozenset({FORMAT_VERSION, LISTS_VERSION})
"""Those that are read."""

BENDS = "bends"
"""How many bends each link has, both ends included; before, how long its lists were."""


def write(
    path: Path, parts: Sequence[Arrays], metadata: Mapping[str, str], packed: Mapping[str, str]
) -> None:
    """Write parts, arrays of one length each, one after the other.

    Parameters
    ----------
    path : Path
        Where to.
    parts : Sequence[Arrays]
        No two arrays of the same name.
    metadata : Mapping[str, str]
        What is said of them.
    packed : Mapping[str, str]
        Encoding of Parquet for each column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {name: values[:1] for part in parts for name, values in part.items()}
    # Nothing is missing anywhere: said in the file, it need not be told of each value.
    schema = pa.schema(
        [pa.field(name, pa.array(it).type, nullable=False) for name, it in kinds.items()], dict(metadata)
    )
    options: dict[str, Any] = {"compression": "zstd", "use_dictionary": False, "write_statistics": False}
    with pq.ParquetWriter(path, schema, column_encoding=dict(packed), **options) as writer:
        for part in parts:
            rows = len(next(iter(part.values())))
            other = {name: np.zeros(rows, it.dtype) for name, it in kinds.items()}
            writer.write_table(pa.table({**other, **part}, schema=schema), row_group_size=max(rows, 1))


def read(path: Path, first: int, parts: Sequence[Sequence[str]]) -> dict[str, npt.NDArray[Any]]:
    """Arrays of parts that follow each other from the first on, by their names in each.

    Raises
    ------
    ValueError, KeyError, AttributeError, OSError, pyarrow.ArrowException
        If the file has no such parts.
    """
    import pyarrow.parquet as pq

    found: dict[str, npt.NDArray[Any]] = {}
    with pq.ParquetFile(path) as file:
        if version_in(file.metadata.metadata) == LISTS_VERSION:
            return _read_lists(file, [name for names in parts for name in names])
        for part, names in enumerate(parts, first):
            if not part < file.metadata.num_row_groups:
                raise ValueError("a part is missing")
            table = file.read_row_group(part, columns=list(names), use_threads=False)
            found |= {name: np.asarray(table[name].combine_chunks()) for name in names}
    return found


def _read_lists(file: Any, names: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """The same of a file with lists, one list after the other; how long these are is ``BENDS``, if asked."""
    import pyarrow as pa

    stored = [name for name in names if name != BENDS]
    table = file.read(columns=stored, use_threads=False)
    columns = {name: table[name].combine_chunks() for name in stored}
    listed = {name: it for name, it in columns.items() if pa.types.is_list(it.type)}
    found = {name: np.asarray(it.flatten() if name in listed else it) for name, it in columns.items()}
    if BENDS in names:
        first, *others = [np.asarray(it.value_lengths()) for it in listed.values()]
        if not all(np.array_equal(first, it) for it in others):
            raise ValueError("bends without a place or a length")
        found[BENDS] = first
    return found


def values_in(metadata: Any, parts: Sequence[Sequence[str]]) -> int:
    """How many values the columns of parts hold, as the file's own directory says; with lists all columns."""
    if version_in(metadata.metadata) == LISTS_VERSION:
        groups = (metadata.row_group(at) for at in range(metadata.num_row_groups))
        return sum(group.column(at).num_values for group in groups for at in range(group.num_columns))
    count = 0
    for at, names in enumerate(parts[: metadata.num_row_groups]):
        chunks = [metadata.row_group(at).column(it) for it in range(metadata.num_columns)]
        count += sum(it.num_values for it in chunks if str(it.path_in_schema).partition(".")[0] in names)
    return count


def version_in(metadata: Mapping[bytes, bytes] | None) -> Any:
    """Which version of the format a file says it is of; ``None`` where it says nothing sensible."""
    try:
        said = json_value((metadata or {})[FORMAT.encode()])
    except (KeyError, ValueError):
        return None
    return said.get("version") if isinstance(said, dict) else None
