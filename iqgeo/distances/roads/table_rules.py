"""What the rows of a table of streets say of direction and length, where it does not say so plainly."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats
from iqgeo.distances.roads.column_names import KM_OF, NAMES, folded
from iqgeo.distances.roads.one_ways import (
    AGAINST,
    ALONG,
    BOTH,
    CLOSED,
    are_directions,
    one_way_words,
    two_way_words,
)
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.table import RoadTable
from iqgeo.distances.straight import great_circle_km
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

BoolArray = npt.NDArray[np.bool_]

MAX_KM = 2_000.0
"""No road without a junction is longer: such a length is in metres."""

UNIT_FACTOR = 100.0
"""Lengths so many times the straight line, in the middle of all edges, are in metres, not km."""

_COSTS = NAMES["cost"]
MM_PER_M = M_PER_KM = 1000
LEAST_RATIO = 0.9
"""No road is shorter than the straight line: lengths below this share of it, in the middle, are no km."""

LEAST_RATIO_ALONE = 0.1
"""The same share for a street among others whose lengths are right."""

AS_DRAWN = (0.9, 1.5)
"""A length of no stated unit is taken where it is so many times the line, in the middle; in m or in km."""

AS_STRAIGHT = (0.95, 5.0)
"""The same where all that is known of a street is the straight line between its ends."""

ALL_LONG = 2.0
"""Where nearly all streets are more than so many times the straight line, their unit is another one."""

AS_STATED = (0.5, 3.0)
"""Lengths in a stated unit are taken where they are so many times the line, in the middle: beyond, they say
something else, as where along its road a street begins."""

NO_WAY_FACTOR = 1000.0
"""No direction of a street costs so many times the other: such a number says that it is closed."""

KMH = (2.0, 200.0)
"""Times are in the unit in which streets are so fast, in the middle of all."""

APART_KM = 0.01
SAME_STREET = 0.01
"""Both directions of a street are as long as each other up to this share."""

DIRECTIONS = {ALONG: 1, BOTH: 0, AGAINST: -1}


def numbers(values: Any) -> Floats:
    """Numbers with a point or a comma; NaN where there is none."""
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(values):
        values = values.astype(str).str.strip().str.replace(",", ".", regex=False)
    return np.asarray(pd.to_numeric(values, errors="coerce"), dtype=float)


_IN_CELL = re.compile(
    r"\s*(\d[\d.,]*)\s*(?:(?P<km>km|kilomet(?:er|re)s?)|(?P<metres>m|met(?:er|re)s?)|"
    r"(?P<miles>mi|miles?|meilen?)|(?P<feet>ft|feet|foot))\.?\s*",
    re.IGNORECASE,
)


def with_units_of_cells(edges: RoadTable) -> RoadTable:
    """The table with lengths in km where its cells say their unit themselves: ``4,1 km`` beside ``950 m``.

    A cell that says none is in the unit of its column; where that says none either, all stay as they are.
    """
    import pandas as pd

    name = next((it for it in ("km", "miles", "feet", "metres", "length") if it in edges.frame), None)
    if name is None or not any(_IN_CELL.fullmatch(str(it)) for it in edges.frame[name].tolist()):
        return edges
    found = [_IN_CELL.fullmatch(str(it)) for it in edges.frame[name].tolist()]
    plain = numbers(edges.frame[name])
    if name not in KM_OF and any(it is None and np.isfinite(no) for it, no in zip(found, plain, strict=True)):
        return edges
    bare = [cell if it is None else it[1] for cell, it in zip(edges.frame[name].tolist(), found, strict=True)]
    figures = numbers(pd.Series(bare, dtype=object))
    km_of = [KM_OF.get(name if it is None else str(it.lastgroup), 1.0) for it in found]
    # What is no number is named as it stands there.
    cells = edges.frame[name].astype(object).where(np.isnan(figures), figures * np.array(km_of))
    theirs = {ours: it for ours, it in edges.theirs.items() if ours != name} | {"km": edges.theirs[name]}
    return replace(edges, frame=edges.frame.drop(columns=name).assign(km=cells), theirs=theirs)


def one_ways_said(edges: RoadTable, *, tagged: bool) -> "pd.Series[Any] | None":
    """In OpenStreetMap's words which way each row may be driven; ``None`` where no column tells."""
    import pandas as pd

    if "oneway" in edges.frame:
        return pd.Series(one_way_words(edges.column("oneway").tolist(), tagged=tagged), dtype=object)
    if "twoway" in edges.frame and (words := two_way_words(edges.column("twoway").tolist())):
        return pd.Series(words, dtype=object)
    if "direction" in edges.frame:
        # It may as well be where the street leads: a column of that name counts if every word is known.
        words = one_way_words(edges.column("direction").tolist(), tagged=False)
        if are_directions(words):
            return pd.Series(words, dtype=object)
    cost = next((it for it in ("cost", "length") if folded(edges.theirs.get(it, "")) in _COSTS), None)
    if cost and "reverse_cost" in edges.frame:
        costs = [numbers(edges.column(name)) for name in (cost, "reverse_cost")]
        if not all(np.isfinite(it).any() for it in costs):
            return None
        there, back = _closed(*costs), _closed(*reversed(costs))
        choices = [CLOSED, ALONG, AGAINST]
        return pd.Series(np.select([there & back, back, there], choices, BOTH), dtype=object)
    return None


def _closed(cost: Floats, other: Floats) -> BoolArray:
    """Where a direction is closed: pgRouting writes a cost below zero or none, osm2po a million."""
    with np.errstate(invalid="ignore"):
        return ~np.isfinite(cost) | (cost < 0) | ((other > 0) & (cost >= NO_WAY_FACTOR * other))


def lengths_either_way(edges: RoadTable) -> tuple[RoadTable, int]:
    """The table with the length of the open direction where the cost of the other one says that it is closed.

    Rows that are closed both ways, whose costs are no lengths, are left out; how many there are.
    """
    if folded(edges.theirs.get("length", "")) not in _COSTS or "reverse_cost" not in edges.frame:
        return edges, 0
    costs = [numbers(edges.column(name)) for name in ("length", "reverse_cost")]
    if not all(np.isfinite(it).any() for it in costs):
        return edges, 0
    there, back = _closed(*costs), _closed(*reversed(costs))
    lengths = np.where(there, costs[1], costs[0])
    edges = replace(edges, frame=edges.frame.assign(length=lengths))
    return edges.select(~(there & back)), int((there & back).sum())


DIRECTIONS_ONLY = frozenset(NAMES["direction"]) - {"dir", "direction", "richtung", "sens"}
"""Columns that say nothing else than which way one may drive."""


def directions_unknown(edges: RoadTable) -> int:
    """How many rows say in unknown words which way one may drive, in a column that counts for nothing."""
    their = edges.theirs.get("direction", "")
    if folded(their) not in DIRECTIONS_ONLY or "oneway" in edges.frame or "twoway" in edges.frame:
        return 0
    words = one_way_words(edges.column("direction").tolist(), tagged=False)
    return 0 if are_directions(words) else sum(it not in DIRECTIONS for it in words)


def listed_by_direction(tail: Any, head: Any, km: Floats) -> tuple[BoolArray | None, int]:
    """Which rows have no counterpart, where a table lists its streets once per direction; else ``None``.

    A table without a word on one-ways does where most streets stand in it both ways, equally long. The number
    is that of streets which stand in it both ways while most do not: of such a table each counts as both.
    """
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    _, pair = np.unique(np.column_stack([low, high]), axis=0, return_inverse=True)
    pair, ahead, apart = pair.ravel(), tail < head, tail != head
    count = int(pair.max()) + 1 if len(pair) else 0
    least = [np.full(count, np.inf) for _ in range(2)]
    for side, rows in zip(least, (ahead, ~ahead), strict=True):
        np.minimum.at(side, pair[rows & apart], km[rows & apart])
    listed = np.isfinite(least[0]) & np.isfinite(least[1])
    both = listed.copy()
    there, back = (side[listed] for side in least)
    both[listed] = np.abs(there - back) <= SAME_STREET * there
    pairs = np.isfinite(least[0]) | np.isfinite(least[1])
    if not both.any() or 2 * both.sum() < pairs.sum():
        return None, int(both.sum())
    return np.asarray(apart & ~listed[pair]), 0


def line_km(lines: Any) -> Floats:
    """Length of lines on the sphere."""
    import shapely

    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    if not len(owner):
        return np.zeros(len(lines))
    step = great_circle_km(*coordinates[:-1].T, *coordinates[1:].T)
    step[owner[1:] != owner[:-1]] = 0.0
    return np.asarray(np.bincount(owner[1:], weights=step, minlength=len(lines)), dtype=float)


def lengths_mm(edges: RoadTable, straight_km: Floats) -> Floats:
    """Lengths as far as the table states them, NaN where the line is to be measured.

    Raises
    ------
    InputError
        ``roads_length_in_metres``, ``roads_length_unit`` where nothing tells what they are.
    """
    frame = edges.frame
    apart = straight_km > APART_KM
    of_unit = next((it for it in ("km", "miles", "feet") if it in frame), None)
    if of_unit is not None:
        km = numbers(frame[of_unit]) * KM_OF[of_unit]
        ratio = middle_ratio(km, straight_km, apart)
        if ratio > UNIT_FACTOR:
            raise InputError(Problem("roads_length_in_metres", file=edges.file, column=edges.theirs[of_unit]))
        if edges.geometry is not None and not AS_STATED[0] < middle_ratio(km, *_drawn(edges)) < AS_STATED[1]:
            return np.full(len(frame), np.nan)
        return np.asarray(np.rint(km * MM_PER_KM))
    name = next((it for it in ("metres", "length") if it in frame), None)
    if name is None:
        return np.full(len(frame), np.nan)
    stated = numbers(frame[name]).copy()
    stated[~((stated >= 0) & (stated <= MAX_KM * M_PER_KM))] = np.nan
    if edges.geometry is not None:
        unit_mm = _unit_mm(stated, *_drawn(edges), AS_DRAWN)
        return np.full(len(frame), np.nan) if unit_mm is None else np.asarray(np.rint(stated * unit_mm))
    if name == "metres":
        return np.asarray(np.rint(stated * MM_PER_M))
    unit_mm = _unit_mm(stated, straight_km, apart, AS_STRAIGHT)
    if unit_mm is None:
        raise InputError(Problem("roads_length_unit", file=edges.file, column=edges.theirs[name]))
    return np.asarray(np.rint(stated * unit_mm))


def _drawn(edges: RoadTable) -> tuple[Floats, BoolArray]:
    """Lengths of the lines of a table, and which of them tell something."""
    drawn_km = line_km(edges.geometry)
    return drawn_km, drawn_km > 1 / M_PER_KM


def are_times(minutes: Floats, km: Floats) -> bool:
    """Whether these can be the minutes of streets so long, in the middle of all."""
    moving = km > 0
    if not moving.any():
        return True
    with np.errstate(divide="ignore", invalid="ignore"):
        kmh = float(np.median(km[moving] / minutes[moving] * 60))
    return bool(KMH[0] <= kmh <= KMH[1])


def minutes_said(frame: "pd.DataFrame", km: Floats) -> Floats | None:
    """Times of streets of these lengths in a column that does not say minutes; ``None`` where it tells none.

    Such a column counts where every street has a time.
    """
    for name, units in (("seconds", (60.0,)), ("travel_time", (60.0, 1.0))):
        if name not in frame:
            continue
        stated = numbers(frame[name])
        moving = (km > 0) & (stated > 0)
        if not ((stated >= 0) & (stated < np.inf)).all() or not moving.any():
            return None
        for per_minute in units:
            kmh = float(np.median(km[moving] / stated[moving] * 60 * per_minute))
            if KMH[0] <= kmh <= KMH[1]:
                return np.asarray(stated / per_minute)
        return None
    return None


def length_notes(mm: Floats, straight_km: Floats) -> dict[str, int]:
    """How many streets do not fit the straight line between their ends, by what that says of others.

    Where most are, their unit is another one. Else a few are a little (points moved, lines made plain), and
    what is far too short is a mistake: a point that parts thousands, as in 1.200 m. Where most are many times
    as long, they are told, too.
    """
    apart, km = straight_km > APART_KM, mm / MM_PER_KM
    ratio = middle_ratio(km, straight_km, apart)
    if ratio > AS_STRAIGHT[1] or _all_long(km[apart] / straight_km[apart]):
        return {"long_lengths": int((km[apart] > ALL_LONG * straight_km[apart]).sum())}
    most = ratio < LEAST_RATIO
    least = LEAST_RATIO if most else LEAST_RATIO_ALONE
    return {"short_lengths" if most else "some_short": int((km[apart] < least * straight_km[apart]).sum())}


def _all_long(ratio: Floats) -> bool:
    """Whether no street runs nearly straight, as where lengths are feet that pass for metres."""
    known = ratio[np.isfinite(ratio)]
    return len(known) > 1 and float(np.quantile(known, 0.05)) > ALL_LONG


def middle_ratio(km: Floats, straight_km: Floats, apart: BoolArray) -> float:
    """How many times the straight line a street is long, in the middle; 1 where nothing tells."""
    ratio = km[apart] / straight_km[apart]
    return float(np.nanmedian(ratio)) if np.isfinite(ratio).any() else 1.0


def _unit_mm(stated: Floats, km: Floats, told: BoolArray, bounds: tuple[float, float]) -> float | None:
    """Millimetres in the unit of some lengths, as these lines tell; ``None`` where neither m nor km fits."""
    ratio = stated[told] / km[told]
    if not np.isfinite(ratio).any():
        return None
    middle, (low, high) = float(np.nanmedian(ratio)), bounds
    if low * M_PER_KM < middle < high * M_PER_KM:
        return float(MM_PER_M)
    return float(MM_PER_KM) if low < middle < high else None
