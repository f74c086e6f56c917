"""Tables on their side whose areas stand below, or above, several years or kinds of people: stacked.

``2022 | Celle``, ``2022 | Peine``, ``2023 | Celle``, ``2023 | Peine`` are ``Celle`` and ``Peine``, rows of
2022 above those of 2023.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.compass import without_number
from iqgeo.inputs.cells import column_of_cells, texts
from iqgeo.inputs.columns import YEAR
from iqgeo.inputs.layout import is_number
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Mask

_WITHIN: Final = " | "
_REST: Final = "#"
_LEAST_AREAS: Final = 2


def stacked(table: Table, are_areas: Callable[[Sequence[str]], Mask]) -> Table:
    """A table with a column an area; as it is where no heading is one of an area and something else.

    ``are_areas`` tells which words are areas.
    """
    if table.geometry is not None or not len(table.frame):
        return table
    for given, parted in ((table, [it.split(_WITHIN) for it in table.columns]), _two_lines(table)):
        depth = max(map(len, parted), default=1)
        wide = [at for at, parts in enumerate(parted) if len(parts) == depth]
        for place in range(depth if depth > 1 else 0):
            written = [parted[at][place] for at in wide]
            areas = list(dict.fromkeys(written))
            known = are_areas(areas)
            if int(known.sum()) < max(_LEAST_AREAS, len(areas) / 2):
                continue
            rests = [_WITHIN.join(it for part, it in enumerate(parted[at]) if part != place) for at in wide]
            if any(is_number(it) and not YEAR.fullmatch(it) for it in rests):
                # Figures below a heading that stands there twice.
                continue
            column_of = dict(zip(zip(rests, written, strict=True), wide, strict=True))
            if len(column_of) == len(wide):
                return _stacked(given, areas, list(dict.fromkeys(rests)), column_of)
    return table


def _two_lines(table: Table) -> tuple[Table, list[list[str]]]:
    """The table without its first row, and its headings with what stands there, where it is a second of them.

    So programs write merged cells: what they say stands in each, or in the first of them.
    """
    bare: list[str] = []
    for at, name in enumerate(table.columns, start=1):
        # Nothing but its number: the heading before goes on.
        goes_on = name == f"{_REST}{at}" and len(bare) > 1 and not bare[-1].startswith(_REST)
        bare.append(bare[-1] if goes_on else without_number(name, table.columns))
    below = [texts(table.frame[it].head(1)).iloc[0].strip() for it in table.columns]
    parted = [[*filter(None, (one, other))] for one, other in zip(bare, below, strict=True)]
    first = next((at for at in range(1, len(bare)) if bare[at] in bare[at + 1 :]), len(bare))
    parted[:first] = [it[:1] for it in parted[:first]]
    rest = replace(table, frame=table.frame.iloc[1:].reset_index(drop=True), rows=table.rows[1:])
    return rest, parted


def _stacked(
    table: Table, areas: list[str], rests: list[str], column_of: dict[tuple[str, str], int]
) -> Table:
    used = set(column_of.values())
    frame, count = table.frame, len(table.frame)
    labels = [name for at, name in enumerate(table.columns) if at not in used]
    columns = {name: column_of_cells(frame[name].tolist() * len(rests)) for name in labels}
    name = next(it for it in (_REST * times for times in range(1, len(labels) + 2)) if it not in labels)
    columns[name] = pd.Series([rest for rest in rests for _ in range(count)], dtype="str")
    for area in areas:
        cells: list[object] = []
        for rest in rests:
            at = column_of.get((rest, area))
            cells += [""] * count if at is None else frame[table.columns[at]].tolist()
        columns[area] = column_of_cells(cells)
    return replace(table, frame=pd.DataFrame(columns), rows=np.tile(table.rows, len(rests)))
