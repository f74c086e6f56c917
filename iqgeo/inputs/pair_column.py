"""Both coordinates in one cell, as maps on the web give them: ``52.37, 9.73`` or ``N 52,37° / E 9,73°``."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.frames import Brief
from iqgeo.inputs.cells import texts
from iqgeo.inputs.column_words import EAST, NORTH, WORDS
from iqgeo.inputs.columns import find_columns
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.systems import candidates, share_inside
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Floats, Mask, read_numbers
from iqgeo.inputs.words import folded
from iqgeo.region import Region

LAT_FIRST: Final = "latlon"
LON_FIRST: Final = "lonlat"
ROLES: Final = (LAT_FIRST, LON_FIRST)
"""What the user may say that a column of pairs is."""

_SAMPLE: Final = 200
_METRES: Final = 1000
# Blanks are single where these are asked: runs of them would be parted in all ways.
# A part: degrees with a fraction, with signs or the letter of a direction, or metres of six digits or more.
_SIGN, _MINUTE = "Â?[°º˚]", "['′’‘´`]"
_TURN: Final = "[NSEWOnsewo]"
_DEGREES: Final = (
    rf"(?:{_TURN}\s?)?[+-]?\d{{1,3}}(?:[.,]\d+\s?{_SIGN}?|\s?{_SIGN}(?:\s?\d{{1,2}}(?:[.,]\d+)?\s?{_MINUTE})?"
    rf"(?:\s?\d{{1,2}}(?:[.,]\d+)?\s?(?:\"|″|”|“|{_MINUTE}{{2}}))?)\s?{_TURN}?"
)
_METRIC: Final = r"[1-9]\d{5,7}(?:[.,]\d+)?(?:\s?m)?"
_PART: Final = rf"(?:{_DEGREES}|{_METRIC})"
# A comma without a blank parts only what has decimal points: "9,73" is one number.
_BETWEEN: Final = r"(?:\s?[;/|]\s?|\s?,\s|\s,\s?|\s)"
_OPEN, _SHUT = r"\s?[(\[]?\s?", r"\s?[)\]]?\s?"
_PAIRS: Final = tuple(
    re.compile(_OPEN + inner + _SHUT, re.IGNORECASE)
    for inner in (
        rf"(?P<one>{_PART}){_BETWEEN}(?P<other>{_PART})",
        r"(?P<one>[+-]?\d+\.\d+),(?P<other>[+-]?\d+\.\d+)",
        # Whole degrees beside degrees with a fraction.
        r"(?P<one>[+-]?\d{1,3}),\s(?P<other>[+-]?\d{1,3}\.\d+)",
        r"(?P<one>[+-]?\d{1,3}\.\d+),\s(?P<other>[+-]?\d{1,3})",
    )
)
_SOUTH_NORTH: Final = re.compile(r"[NSns]")
_WEST_EAST: Final = re.compile(r"[EWOewo]")


@dataclass(frozen=True, repr=False)
class CoordinatePairs(Brief):
    """A column of pairs, parted.

    Attributes
    ----------
    column : str
        Its name.
    one, other : pd.Series
        What stands first and second in every cell; both empty where there is no pair.
    unread : Mask
        Cells in which something else stands.
    """

    column: str
    one: pd.Series
    other: pd.Series
    unread: Mask


def pair_column(table: Table) -> str | None:
    """The column of pairs of a table, if it has one and no columns of coordinates."""
    named = [table.reading.columns[it] for it in ROLES if it in table.reading.columns]
    if table.geometry is not None or (
        not named and len(find_columns(table, Findings(table.file), (), ("lon", "lat"))) == 2
    ):
        return None
    for column in table.columns:
        told = any(column == it or folded(column) == folded(it) for it in named)
        if (named and not told) or not isinstance(table.frame[column].dtype, pd.StringDtype):
            continue
        if told or _looks_like_pairs(table.frame[column].head(_SAMPLE)):
            return column
    return None


def pairs_of(table: Table) -> CoordinatePairs | None:
    """The column of pairs of a table, parted; ``None`` where there is none."""
    column = pair_column(table)
    return None if column is None else _parted(column, texts(table.frame[column]))


def _looks_like_pairs(first: pd.Series) -> bool:
    filled = [it for it in texts(first).tolist() if it.strip()]
    return bool(filled) and 2 * sum(_parts(it) is not None for it in filled) >= len(filled)


def _parts(cell: str) -> tuple[str, str] | None:
    single = " ".join(cell.split())
    found = next((hit for it in _PAIRS if (hit := it.fullmatch(single))), None)
    return None if found is None else (found["one"].strip(), found["other"].strip())


def _parted(column: str, written: pd.Series) -> CoordinatePairs:
    found = [_parts(it) for it in written.tolist()]
    one, other = (pd.Series([it[at] if it else "" for it in found], dtype="str") for at in (0, 1))
    filled = written.str.strip().ne("").to_numpy(dtype=bool)
    return CoordinatePairs(column, one, other, filled & np.array([it is None for it in found], dtype=bool))


def read_pairs(
    pairs: CoordinatePairs, table: Table, findings: Findings, region: Region | None, elsewhere: Mask | None
) -> tuple[Floats, Floats]:
    """Longitude and latitude, or east and north, of every cell.

    Which stands first is said by the user, by letters or the heading, by what can be no latitude, or by
    where the region is; where all that leaves two readings, it is asked. The rows of ``elsewhere`` have
    their position from somewhere else.
    """
    column = pairs.column
    skipped = np.zeros(len(pairs.one), dtype=bool) if elsewhere is None else elsewhere
    cells = texts(table.frame[column]).to_numpy(dtype=object)
    findings.flag(pairs.unread & ~skipped, "pair_unreadable", column, cells)
    nothing = pairs.one.eq("").to_numpy(dtype=bool)
    findings.flag(nothing & ~pairs.unread & ~skipped, "value_missing", column)
    before = len(findings.notices)
    one, other = (
        read_numbers(it.mask(skipped, ""), findings, column, "coordinate").values
        for it in (pairs.one, pairs.other)
    )
    # Both halves of a column are repaired alike: said once.
    said = findings.notices[before:]
    findings.notices[before:] = [
        it for at, it in enumerate(said) if it.code not in {that.code for that in said[:at]}
    ]
    first = _first(pairs, table, one, other, region)
    if first is None:
        known = np.isfinite(one) & np.isfinite(other)
        at = int(np.flatnonzero(known)[0])
        findings.problem("pair_unclear", column, cells[at], first=pairs.one[at], second=pairs.other[at])
        return np.full(len(one), np.nan), np.full(len(one), np.nan)
    findings.note(
        f"pair_{first}", column, mask=np.isfinite(one) & np.isfinite(other), value=cells[~nothing][0]
    )
    return (other, one) if first == LAT_FIRST else (one, other)


def _first(
    pairs: CoordinatePairs, table: Table, one: Floats, other: Floats, region: Region | None
) -> str | None:
    """Which coordinate stands first; ``None`` if there is no telling."""
    told = next((it for it in ROLES if it in table.reading.columns), None)
    told = told or _by_letters(pairs) or _by_heading(pairs.column)
    known = np.isfinite(one) & np.isfinite(other)
    if told is not None or not known.any():
        return told or LAT_FIRST
    one, other = one[known], other[known]
    if (np.abs(one) > _METRES).any() or (np.abs(other) > _METRES).any():
        orders = {LON_FIRST: candidates(one, other, region), LAT_FIRST: candidates(other, one, region)}
        fitting = [order for order, systems in orders.items() if systems]
        return fitting[0] if len(fitting) == 1 else None
    if (np.abs(one) > 90).any() != (np.abs(other) > 90).any():
        return LON_FIRST if (np.abs(one) > 90).any() else LAT_FIRST
    if region is None:
        return None
    inside = {LAT_FIRST: share_inside(other, one, region), LON_FIRST: share_inside(one, other, region)}
    low, high = sorted(inside, key=lambda it: inside[it])
    return high if inside[high] > 2 * inside[low] else None


def _by_letters(pairs: CoordinatePairs) -> str | None:
    """The order that the letters of directions say, where all cells with letters say the same."""
    north, east = (
        tuple(it.str.contains(sign).to_numpy(dtype=bool) for it in (pairs.one, pairs.other))
        for sign in (_SOUTH_NORTH, _WEST_EAST)
    )
    lat_first, lon_first = north[0] | east[1], east[0] | north[1]
    if lat_first.any() == lon_first.any():
        return None
    return LAT_FIRST if lat_first.any() else LON_FIRST


def _by_heading(column: str) -> str | None:
    """The order in which a heading names the two: ``Koordinaten (lat, lon)``."""
    words = [folded(it) for it in re.split(r"[^\w]+|_", column) if folded(it)]
    joined = {
        "latlon": LAT_FIRST,
        "latlng": LAT_FIRST,
        "latlong": LAT_FIRST,
        "lonlat": LON_FIRST,
        "xy": LON_FIRST,
    }
    for word in words:
        if word in joined:
            return joined[word]
    of_lat = next((at for at, it in enumerate(words) if it in ("lat", *WORDS["lat"], *NORTH)), None)
    of_lon = next((at for at, it in enumerate(words) if it in ("lon", *WORDS["lon"], *EAST)), None)
    if of_lat is None or of_lon is None:
        return None
    return LAT_FIRST if of_lat < of_lon else LON_FIRST
