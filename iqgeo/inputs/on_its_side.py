"""Tables turned on their side: areas as columns, a row for each figure. They are read upright.

Only where there is no doubt: most headings, or most cells of one of the first rows, are areas of the region,
below them stand figures, and what stands before them is no area. A table of ways between areas has areas on
both sides and stays as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.compass import numbered_names, without_number
from iqgeo.errors import InputError, Problem
from iqgeo.inputs.area_columns import says_figure
from iqgeo.inputs.area_names import known_names
from iqgeo.inputs.cells import column_of_cells, texts
from iqgeo.inputs.columns import YEAR
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Notice
from iqgeo.inputs.keys import Keys
from iqgeo.inputs.layout import is_number
from iqgeo.inputs.merged_areas import stacked
from iqgeo.inputs.name_parts import AreaName
from iqgeo.inputs.number_marks import bare_figure
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Mask, is_sign
from iqgeo.region import Region

_MOST_ROWS: Final = 500
_FIRST_ROWS: Final = 5
# No name of an area, key or figure is as long; what stands behind so much is not looked at.
_LONGEST: Final = 300
_KEYS, _NAMES = "ags", "name"
# Names without keys say which area it is; a column of that heading is read so without a region, too.
_ONLY_NAMES: Final = "area"
_LEAST_AREAS: Final = 2
_WITHIN: Final = " | "
_TOLD: Final = {
    "figure_unclear": "row_unclear", "key_twice": "area_column_twice", "area_guess": "area_guess_heading",
    "area_unclear": "area_unclear_heading", "area_unknown": "area_unknown_heading",
    "area_missing": "area_missing_column",
}  # fmt: skip
"""What is wrong with columns or rows, by what is wrong with rows or columns of a table that is upright."""


@dataclass(frozen=True)
class _Side:
    """Where in a table on its side things stand: columns by number, rows by number, the headings' is -1.

    Attributes
    ----------
    labels : list[int]
        Columns that say what the rows are.
    areas : list[int]
        Columns of areas, and of what lies outside the region.
    of_areas : Mapping[str, list[str]]
        Keys and names of the areas, a cell for each of ``areas``.
    figures : list[int]
        Rows of figures.
    called : list[str]
        What each of ``figures`` is called.
    """

    labels: list[int]
    areas: list[int]
    of_areas: Mapping[str, list[str]]
    figures: list[int]
    called: list[str]


def is_on_its_side(table: Table, region: Region | None) -> bool:
    """Whether a table has areas as columns, and its rows are called like figures or there is but one.

    Whoever knows that a table holds figures of areas does not ask for their names.
    """
    side = None if region is None else _read_side(table, region)[1]
    if side is None:
        return False
    return len(side.called) == 1 or 2 * sum(map(says_figure, side.called)) >= len(side.called)


def upright(table: Table, region: Region) -> Table:
    """A table with areas as rows; its rows are numbered like the columns that they were."""
    table, side = _read_side(table, region)
    return table if side is None else _turned(table, side)


def read_upright(table: Table, region: Region, read: Callable[[Table], Intake]) -> Intake:
    """What ``read`` makes of a table, which it is given upright; what it says names cells where they stand.

    Raises
    ------
    InputError
        As ``read`` does; ``area_column_twice`` if two columns are of one area.
    """
    table, side = _read_side(table, region)
    if side is None:
        return read(table)
    turned = _turned(table, side)
    row_of = dict(zip(side.called, table.rows[side.figures].tolist(), strict=True))
    heading_of = {at + 1: table.columns[at] for at in side.areas}

    def told(it: Problem) -> Problem:
        of_side = replace(it, code=_TOLD.get(it.code, it.code))
        heading = heading_of.get(it.row or 0)
        return (
            of_side if heading is None else replace(of_side, row=row_of.get(it.column or ""), column=heading)
        )

    try:
        found = read(turned)
    except InputError as error:
        raise InputError([told(it) for it in error.problems]) from error
    repairs = tuple(it if it.row is None or it.column is None else _noted(it, row_of) for it in found.repairs)
    return replace(found, repairs=repairs)


def _noted(notice: Notice, row_of: Mapping[str, int]) -> Notice:
    """A notice that names the row of a figure, not the first of the columns concerned."""
    return replace(notice, row=row_of.get(notice.column or ""))


def _read_side(table: Table, region: Region) -> tuple[Table, _Side | None]:
    """A table with a column an area, and where in it things stand; as it is where it is not on its side."""
    if len(table.frame) > _MOST_ROWS + 1:
        # Not even without a second row of headings.
        return table, None
    keys, names = Keys.of(region), known_names(region)
    found = stacked(table, lambda words: _are_keys(words, keys) | _are_names(words, names))
    side = _side_of(found, keys, names)
    return (table if side is None else found), side


def _side_of(table: Table, keys: Keys, names: frozenset[str]) -> _Side | None:
    """Where things stand; ``None`` for a table that is not on its side, or might not be."""
    frame = table.frame
    few = len(table.columns) <= _LEAST_AREAS or not 0 < len(frame) <= _MOST_ROWS
    if few or table.geometry is not None:
        return None
    cells = [texts(frame[it]).str.slice(0, _LONGEST).str.strip().tolist() for it in table.columns]
    lines = [[without_number(it, table.columns)[:_LONGEST] for it in table.columns]]
    lines += [[it[at] for it in cells] for at in range(min(_FIRST_ROWS, len(frame)))]
    known: list[Mask] = []
    of_areas: dict[str, list[str]] = {}
    passed: set[int] = set()
    for at, line in enumerate(lines, start=-1):
        for kind, mask in ((_KEYS, _are_keys(line, keys)), (_NAMES, _are_names(line, names))):
            if kind not in of_areas and _are_most(line, mask, len(keys.known_districts), heads=at < 0):
                of_areas[kind] = line
                known.append(mask)
                passed.add(at)
    if not known:
        return None
    of_area = np.logical_or.reduce(known)
    first = int(np.flatnonzero(of_area)[0])
    figures = [
        at
        for at in range(len(frame))
        if at not in passed
        and _are_figures([it[at] for it, is_area in zip(cells, of_area, strict=True) if is_area])
    ]
    of_rows = [[it[at] for at in figures] for it in cells]
    labels = [at for at in range(first) if not at or not _are_figures(of_rows[at])]
    areas = [
        at for at in range(len(cells)) if at not in labels and (of_area[at] or _are_figures(of_rows[at]))
    ]
    if not figures:
        return None
    if any(_are_areas(of_rows[it], keys, names) for it in labels):
        return None
    of_areas = {kind: [line[at] for at in areas] for kind, line in of_areas.items()}
    return _Side(labels, areas, of_areas, figures, _called(table, labels, figures))


def _are_keys(line: Sequence[str], keys: Keys) -> Mask:
    """Which cells are keys of the region, in whatever form."""
    written = pd.Series(list(line), dtype="str")
    unsaid = Findings("", np.arange(len(written), dtype=np.int64))
    read = keys.normalised(written, unsaid, "", required=False, odd="key_odd")
    return np.array(
        [bool(it) and not keys.is_total([it])[0] and keys.is_known(it) for it in read], dtype=bool
    )


def _are_names(line: Sequence[str], names: frozenset[str]) -> Mask:
    """Which cells are names of areas of the region."""
    return np.array([not is_number(it) and AreaName.of(it).bare in names for it in line], dtype=bool)


def _are_most(line: Sequence[str], known: Mask, districts: int, *, heads: bool) -> bool:
    """Whether most cells of a line are areas, or most areas are in it; numbers below headings all of them."""
    filled = sum(map(bool, line)) - 1
    count = int(known.sum())
    if not heads:
        rest = [it for it, is_area in zip(line, known, strict=True) if not is_area]
        if any(map(is_number, rest)) or len({*line} - {*rest}) < count:
            return False
    return count >= _LEAST_AREAS and 2 * count >= min(filled, districts)


def _are_areas(cells: Sequence[str], keys: Keys, names: frozenset[str]) -> bool:
    """Whether most of the cells before the figures are areas themselves: then rows are areas, too."""
    filled = [it for it in cells if it and not YEAR.fullmatch(it)]
    found = _are_keys(filled, keys) | _are_names(filled, names) if filled else np.zeros(0, dtype=bool)
    return bool(filled) and 2 * int(found.sum()) >= len(filled)


def _are_figures(cells: Sequence[str]) -> bool:
    """Whether most of what stands in cells are figures, or signs in place of them, and not all are years."""
    filled = [it for it in cells if it]
    numbers = sum(is_number(bare_figure(it)) for it in filled)
    years = all(YEAR.fullmatch(it) for it in filled)
    return numbers > 0 and not years and 2 * (numbers + sum(map(is_sign, filled))) >= len(filled)


def _called(table: Table, labels: Sequence[int], figures: Sequence[int]) -> list[str]:
    """What each row of figures is called."""
    columns = [texts(table.frame[table.columns[at]]).str.strip().tolist() for at in labels]
    parts = [[column[at] for column in columns] for at in figures]
    for above, below in pairwise(parts):
        # The first of two labels stands once for all below it.
        if len(below) > 1 and not below[0] and any(below[1:]):
            below[0] = above[0]
    heading = table.columns[labels[0]] if labels else ""
    alone = heading if len(parts) == 1 and not heading.startswith("#") else ""
    named = [_WITHIN.join(filter(None, it)) or alone for it in parts]
    return numbered_names(
        [it or f"#{row}" for it, row in zip(named, table.rows[list(figures)].tolist(), strict=True)]
    )


def _turned(table: Table, side: _Side) -> Table:
    alone = _KEYS not in side.of_areas
    columns = {
        _ONLY_NAMES if alone else kind: pd.Series(line, dtype="str") for kind, line in side.of_areas.items()
    }
    numeric = [pd.api.types.is_numeric_dtype(table.frame[table.columns[at]]) for at in side.areas]
    read = [table.frame[table.columns[at]] for at in side.areas]
    cells = [
        (it if number else texts(it).str.strip()).tolist() for it, number in zip(read, numeric, strict=True)
    ]
    for label, row in zip(side.called, side.figures, strict=True):
        name = label if label not in columns else f"{label} (#)"
        columns[name] = column_of_cells([_cell(it[row]) for it in cells])
    left = [it for at, it in enumerate(table.columns) if at not in (*side.labels, *side.areas)]
    notices = [*table.notices, Notice("table_turned", "repair", table.file, count=len(side.figures))]
    if left:
        notices.append(
            Notice("columns_unused", "hint", table.file, details={"columns": ", ".join(left[:10])})
        )
    return replace(
        table,
        frame=pd.DataFrame(columns),
        rows=np.array([at + 1 for at in side.areas], dtype=np.int64),
        notices=notices,
        reading=replace(table.reading, rows={}),
    )


def _cell(cell: object) -> object:
    return None if isinstance(cell, float) and np.isnan(cell) else cell
