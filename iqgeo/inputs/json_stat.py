"""JSON-stat, as statistical offices of Europe offer their tables: a row for each cell of the cube."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs.cells import column_of_cells
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.table import Table, header_names, numbered

_VALUE: Final = "value"
_AREAS: Final = (
    "geo",
    "region",
    "area",
    "kommune",
    "municipality",
    "gemeinde",
    "kreis",
    "tlist_geo",
    "gebiet",
)
_MOST_DIMENSIONS: Final = 12


def table_of_dataset(document: Any, file: str, max_rows: int) -> Table | None:
    """The cells of a dataset, ``None`` for what is none.

    Raises
    ------
    InputError
        If it is broken, or has too many cells.
    """
    dataset = _dataset_of(document)
    if dataset is None:
        return None
    try:
        ids, sizes = _shape(dataset)
        if not 0 < len(ids) <= _MOST_DIMENSIONS or len(ids) != len(sizes) or min(sizes) < 1:
            raise ValueError(sizes)
        count = math.prod(sizes)
        if count > max_rows:
            raise InputError(Problem("too_many_rows", file, details={"limit": float(max_rows)}))
        named = [_categories(dataset["dimension"][it], size) for it, size in zip(ids, sizes, strict=True)]
        values = _values(dataset[_VALUE], count)
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:
        raise InputError(Problem("json_stat_broken", file)) from error
    return _table(dataset, ids, sizes, named, values, file)


def _dataset_of(document: Any) -> Mapping[str, Any] | None:
    """The dataset of an answer of either version."""
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("dataset"), dict):
        document = document["dataset"]
    is_dataset = isinstance(document.get("dimension"), dict) and _VALUE in document
    return document if is_dataset else None


def _shape(dataset: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    """Names and sizes of the dimensions, which the first version had among them."""
    holder = dataset if "id" in dataset else dataset["dimension"]
    return [str(it) for it in holder["id"]], [int(it) for it in holder["size"]]


def _categories(dimension: Mapping[str, Any], size: int) -> tuple[str, list[str], list[str]]:
    """What a dimension is called, its codes in order and what they are called."""
    category = dimension["category"]
    labels = category.get("label", {})
    index = category.get("index", list(labels))
    codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index)
    if len(codes) != size:
        raise ValueError(size)
    words = [str(labels.get(it, it)) for it in codes]
    return str(dimension.get("label", "")), [str(it) for it in codes], words


def _values(written: Any, count: int) -> list[Any]:
    """The values of all cells in order, ``None`` where there is none."""
    if isinstance(written, dict):
        cells: list[Any] = [None] * count
        for at, value in written.items():
            if not 0 <= int(at) < count:
                raise ValueError(at)
            cells[int(at)] = value
        return cells
    if len(written) != count:
        raise ValueError(count)
    return list(written)


def _table(
    dataset: Mapping[str, Any],
    ids: Sequence[str],
    sizes: Sequence[int],
    named: Sequence[tuple[str, list[str], list[str]]],
    values: Sequence[Any],
    file: str,
) -> Table:
    area = _area(dataset, ids, sizes)
    columns: dict[str, pd.Series] = {}
    title = [str(dataset.get("label", ""))]
    places = np.indices(sizes).reshape(len(sizes), -1) if len(sizes) else np.empty((0, 0), int)
    for at, (label, codes, words) in enumerate(named):
        if sizes[at] == 1 and ids[at] != area:
            # What holds for all cells is said of the table.
            title.append(words[0])
            continue
        if ids[at] == area:
            columns["ags"] = pd.Series(np.array(codes, dtype=object)[places[at]], dtype="str")
            columns["name"] = pd.Series(np.array(words, dtype=object)[places[at]], dtype="str")
        else:
            columns[label or ids[at]] = pd.Series(np.array(words, dtype=object)[places[at]], dtype="str")
    columns[_VALUE] = column_of_cells(list(values))
    frame = pd.DataFrame(columns)
    names, notices = header_names([str(it) for it in frame.columns], file)
    frame.columns = pd.Index(names)
    # A cell of the cube for which there is no figure is no row.
    table = Table(file, frame, numbered(len(frame), 1), notices, title=tuple(filter(None, title)))
    told = Notice("json_stat_read", "hint", file, details={"columns": ", ".join(ids)})
    filled = (~columns[_VALUE].isna() & columns[_VALUE].ne("")).to_numpy(dtype=bool)
    return table.of_rows(filled, told) if not filled.all() else replace(table, notices=[*notices, told])


def _area(dataset: Mapping[str, Any], ids: Sequence[str], sizes: Sequence[int]) -> str:
    """The dimension of areas: the one that is said to be, else one called so, else the largest."""
    role = dataset.get("role", dataset["dimension"].get("role"))
    said = role.get("geo") if isinstance(role, dict) else None
    if isinstance(said, list) and said and said[0] in ids:
        return str(said[0])
    called = next((it for it in ids if it.casefold() in _AREAS), None)
    return called if called is not None else ids[int(np.argmax(sizes))]
