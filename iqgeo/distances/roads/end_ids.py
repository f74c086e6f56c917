"""Ids of the ends of streets: which are the same, and whether they say what meets."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats
from iqgeo.distances.roads.column_names import ENDS, MISSING
from iqgeo.distances.roads.network import in_e7
from iqgeo.distances.roads.table import RoadTable
from iqgeo.distances.roads.table_rules import numbers
from iqgeo.distances.straight import great_circle_km

if TYPE_CHECKING:
    import pandas as pd

ENDS_APART_KM: Final = 0.005
"""Ids of ends that put one node at places farther apart than this contradict the places."""

MOST_IDS: Final = 1.2
"""Ids for so many times the places where streets end do not say what meets."""

MOST_IDS_ALONE: Final = 1.9
"""The same of streets without lines, of which some may be a step between two levels of one place."""

_WHOLE: Final = re.compile(r"(?<=\d)\.0+$")
_SHORTENED: Final = re.compile(r"^(\d+(?:[.,]\d+)?)[eE]\+?(\d{1,2})$")
_GROUPED: Final = re.compile(r"^\d{1,3}(?:([.,' \u00a0])\d{3})(?:\1\d{3})*$")
_LEADING: Final = re.compile(r"^0+(?=\d)")


def ids_of(values: "pd.Series[Any]") -> npt.NDArray[Any]:
    """Ids as text, empty where there is none.

    A whole number is the same id whether its column holds whole numbers or not.
    """
    import pandas as pd

    if pd.api.types.is_float_dtype(values.dtype):
        floats = values.to_numpy(dtype=float, na_value=np.nan)
        words = [f"{it:.0f}" if it == np.floor(it) else "" for it in floats.tolist()]
        words = [word or ("" if np.isnan(it) else str(it)) for word, it in zip(words, floats, strict=True)]
        return np.array(words, dtype=object)
    words = [_WHOLE.sub("", str(it).strip()) for it in values.tolist()]
    return np.array(["" if it.lower() in MISSING else it for it in words], dtype=object)


def agreeing(
    ends: list[npt.NDArray[Any]], nodes: npt.NDArray[Any]
) -> tuple[list[npt.NDArray[Any]], npt.NDArray[Any]]:
    """Ids of ends and of nodes as they are; as numbers where that is how both tables agree.

    Spreadsheets write one number in many ways: 1.5E+09, 1.500.000.000, 0001.
    """
    if all(np.isin(it, nodes).all() for it in ends):
        return ends, nodes
    *as_numbers, plain = (np.array([_plain(it) for it in ids], dtype=object) for ids in (*ends, nodes))
    better = sum(np.isin(it, plain).sum() for it in as_numbers) > sum(np.isin(it, nodes).sum() for it in ends)
    if better and len(set(plain.tolist())) == len(set(nodes.tolist())):
        return as_numbers, plain
    return ends, nodes


def _plain(written: str) -> str:
    """The whole number that a text stands for, in digits alone; any other text as it is."""
    shortened = _SHORTENED.match(written)
    if shortened:
        value = Decimal(shortened[1].replace(",", ".")).scaleb(int(shortened[2]))
        return f"{value:.0f}" if value == value.to_integral_value() else written
    grouped = _GROUPED.match(written)
    if grouped:
        return _LEADING.sub("", written.replace(grouped[1], ""))
    return _LEADING.sub("", written) if written.isdecimal() else written


def without_useless_ids(edges: RoadTable, points: RoadTable | None) -> tuple[RoadTable, bool, int]:
    """Drop ids of ends that say less than where the ends lie; turn lines that run against them.

    Returns
    -------
    tuple[RoadTable, bool, int]
        The table, whether its lines alone say what meets, and how many rows had ids that were left aside.
    """
    frame = edges.frame
    drawn = edges.geometry is not None and not any(line is None for line in edges.geometry)
    if not {"from", "to"} <= set(frame.columns):
        return edges, drawn, 0
    placed = edges.geometry is None and points is None and set(ENDS) <= set(frame.columns)
    if not (drawn or placed):
        return edges, False, 0
    ids = [ids_of(frame[name]) for name in ("from", "to")]
    useless = any(np.isin(column, list(MISSING)).any() for column in ids)
    if not useless and points is None:
        numbered = np.unique(np.concatenate(ids).astype(str), return_inverse=True)[1].ravel()
        ends, most = _ends(edges), MOST_IDS if drawn else MOST_IDS_ALONE
        useless = _contradict(numbered, ends, most)
        turned = _drawn_backwards(numbered, ends) if useless and drawn else np.zeros(1, dtype=bool)
        if turned.any() and not _contradict(numbered, _turned(ends, turned), most):
            return replace(edges, geometry=reversed_where(edges.geometry, turned)), False, 0
    if not useless:
        return edges, False, 0
    return replace(edges, frame=frame.drop(columns=["from", "to"])), drawn, len(frame)


def reversed_where(lines: Any, turned: npt.NDArray[np.bool_]) -> Any:
    """The lines, those where ``turned`` from their last point to their first."""
    import shapely

    return lines if lines is None else np.where(turned, shapely.reverse(lines), lines)


def _turned(ends: Floats, turned: npt.NDArray[np.bool_]) -> Floats:
    there, back = np.split(ends, 2)
    swap = turned[:, None]
    return np.vstack([np.where(swap, back, there), np.where(swap, there, back)])


def ends_of(lines: Any) -> list[Floats]:
    """Where the first point of each line lies, and the last one; NaN where there is no line."""
    import shapely

    points = [shapely.get_point(lines, end) for end in (0, -1)]
    return [np.column_stack([shapely.get_x(it), shapely.get_y(it)]) for it in points]


def _ends(edges: RoadTable) -> Floats:
    """Where all first ends lie, then all last ones."""
    if edges.geometry is None:
        columns = [numbers(edges.column(name)) for name in ENDS]
        return np.vstack([np.column_stack(columns[:2]), np.column_stack(columns[2:])])
    return np.vstack(ends_of(edges.geometry))


def _drawn_backwards(numbered: npt.NDArray[Any], ends: Floats) -> npt.NDArray[np.bool_]:
    """Which lines run from the last to the first of their ids.

    An id lies where most of its streets have an end; a line runs the way that fits more of them.
    """
    place = np.unique(in_e7(ends), axis=0, return_inverse=True)[1].ravel()
    half, count = len(place) // 2, int(place.max()) + 1
    ahead = numbered * count + place
    against = numbered * count + np.roll(place, half)
    _, number, often = np.unique(np.concatenate([ahead, against]), return_inverse=True, return_counts=True)
    fits, turned = (often[it].reshape(2, half).sum(axis=0) for it in np.split(number.ravel(), 2))
    return np.asarray(turned > fits)


def _contradict(numbered: npt.NDArray[Any], ends: Floats, most: float) -> bool:
    """Whether one id stands for several places, or there are too many ids for the places."""
    if not (np.abs(ends) <= (180, 90)).all():
        # Ends that lie nowhere are told of where they are read.
        return False
    first = np.unique(numbered, return_index=True)[1]
    at = ends[first[numbered]]
    places = len(np.unique(in_e7(ends), axis=0))
    # Numbers of something else: one for each row, where the lines meet.
    return len(first) > most * places or bool((great_circle_km(*ends.T, *at.T) > ENDS_APART_KM).any())
