"""Networks as the version before stored them: a row for each link, with lists; shortcuts in the first row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def read_lists(path: Path, names: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """Columns as flat arrays, those of lists one list after the other; ``bends`` is how long these are.

    Raises
    ------
    ValueError, KeyError, AttributeError, OSError, pyarrow.ArrowException
        If the file has no such columns, or lists of unequal length.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=list(names), use_threads=False)
    columns = {name: table[name].combine_chunks() for name in names}
    listed = {name: it for name, it in columns.items() if pa.types.is_list(it.type)}
    lengths = [np.asarray(it.value_lengths()) for it in listed.values()]
    if any(not np.array_equal(lengths[0], it) for it in lengths):
        raise ValueError("bends without a place or a length")
    flat = {name: np.asarray(it.flatten()) for name, it in listed.items()}
    plain = {name: table[name].to_numpy() for name in names if name not in listed}
    return {**plain, **flat, **({"bends": lengths[0]} if lengths else {})}


def read_first(path: Path, names: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """Columns of lists that hold all in their first row, of whatever length; errors as in ``read_lists``."""
    return {name: read_lists(path, [name])[name] for name in names}
