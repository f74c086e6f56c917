"""Lengths of a table of distances: units of headings and cells, and what stands where there is no way."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from iqgeo.frames import Brief
from iqgeo.inputs.cells import texts
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Floats, Mask, read_numbers
from iqgeo.inputs.words import folded

KM, METRES, MILES, MINUTES = "km", "metres", "miles", "minutes"
_IN_A_KM: Final[Mapping[str, float]] = {KM: 1.0, METRES: 1000.0, MILES: 1 / 1.609344}
_HEADED: Final = (
    (KM, re.compile(r"(?i)(?:^|[^a-z])km\b|kilomet(?:er|re)s?")),
    (METRES, re.compile(r"(?i)(?:^|[^a-z])met(?:er|re)[sn]?\b|(?:^|[\s_(\[])m\s*[)\]]?$")),
    (MILES, re.compile(r"(?i)(?:^|[^a-z])(?:miles?|mi|meilen)(?:\b|_)")),
    (
        MINUTES,
        re.compile(
            r"(?i)(?:^|[^a-z])(?:min|minuten?|minutes?|stunden?|hours?|sek(?:unden)?|sec(?:onds)?|uur|timer)\b|"
            r"fahrzeit|fahrtzeit|reisezeit|reisetijd|rijtijd|dauer|duration|travel_?\s?time|drive_?\s?time|zeit\b"
        ),
    ),
)
# In a sentence these are a weekday, somebody's initial, an hour of the day: no units.
_NO_UNIT: Final = re.compile(r"(?i)\bmi\b|(?<!in )\bm\b(?![)\]])|\b(?:uhr|der|zur|jeder|neu)zeit\b")
_CELL: Final = re.compile(
    r"(?i)(?P<figure>.*\d[.,]?)\s*(?:(?P<km>km|kilomet(?:er|re)s?)|(?P<metres>m|met(?:er|re)s?)|"
    r"(?P<miles>mi\.?|miles?|meilen?)|(?P<minutes>min\.?|minuten?|minutes?|h|std\.?|stunden?|s|sek\.?))"
)
# A clock, hours and minutes in words, and as ISO 8601 writes them.
_TIME: Final = re.compile(
    r"(?i)(?:(?P<days>\d{1,3}) days?,? )?(?P<clock_h>\d{1,4}):(?P<clock_m>[0-5]\d)"
    r"(?::(?P<clock_s>[0-5]\d)(?:\.\d+)?)?(?:\s*h)?|"
    r"(?P<h>\d{1,4})\s*(?:h|std\.?|stunden?|hours?|hrs?|u|uur)\s*"
    r"(?:(?P<m>\d{1,4})\s*(?:m|min\.?|minuten?|minutes?)?)?|"
    r"PT(?:(?P<iso_h>\d{1,4})H)?(?:(?P<iso_m>\d{1,6})M)?(?:(?P<iso_s>\d{1,8})(?:\.\d+)?S)?"
)
_IN_MINUTES: Final[Mapping[str, float]] = {"days": 1440.0, "h": 60.0, "m": 1.0, "s": 1 / 60}
_BESIDE: Final = frozenset({"einheit", "einheiten", "masseinheit", "unit", "units", "eenheid", "uom"})
_NO_WAY: Final = (
    r"(?i)^(?:[-–—\x{2212}]+|[+]?inf(?:inity)?|∞|x|n/?a|n\.?\s?v\.?|nan|null|none|\(null\)|<na>|k\.?\s?a\.?|"
    r"\.{1,3}|…|/|nicht erreichbar|unerreichbar|unreachable|not reachable|no (?:route|path|way)|"
    r"kein(?:e)? (?:weg|route|verbindung|strecke)|onbereikbaar|niet bereikbaar|geen route)$"
)
_SENTENCES: Final = 5
# No way within a country is as long.
_FARTHEST_KM: Final = 6_000.0
_FAR_KM: Final = 1_500.0
_THREE_DECIMALS: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_AMONG_TIMES: Final = 10


@dataclass(frozen=True, repr=False)
class Cells(Brief):
    """A column of lengths before its numbers are read.

    ``bare`` holds the cells without units and words, ``units`` the unit that each names itself (else
    empty), ``none`` says where a word or sign stands for no way.
    """

    bare: pd.Series
    units: pd.Series
    none: Mask


def unit_of(*said: str) -> str:
    """The unit that a heading, else a title names; empty if none does.

    Parameters
    ----------
    *said : str
        Headings and titles, the nearest first.

    Returns
    -------
    str
        One of the units, kilometres before others.
    """
    for unit, pattern in _HEADED:
        if any(pattern.search(it.strip()) for it in said):
            return unit
    return ""


def unit_around(table: Table) -> str:
    """The unit that titles, footnotes or the name of the file say of a whole table; empty if none does."""
    sentences = (_NO_UNIT.sub(" ", it) for it in (*table.title[:_SENTENCES], *table.footnotes[:_SENTENCES]))
    return unit_of(*sentences, table.file.rpartition(".")[0])


def cells_of(column: pd.Series) -> Cells:
    """What stands in the cells of a column."""
    nothing = pd.Series("", index=column.index, dtype="str")
    if not isinstance(column.dtype, pd.StringDtype):
        if pd.api.types.is_bool_dtype(column.dtype):
            return Cells(column, nothing, np.zeros(len(column), dtype=bool))
        numbers = column.to_numpy(dtype=np.float64)
        infinite = np.isposinf(numbers)
        return Cells(pd.Series(np.where(infinite, np.nan, numbers), index=column.index), nothing, infinite)
    cells = pc.utf8_trim_whitespace(pa.array(column, type=pa.large_string()))
    none = np.asarray(pc.match_substring_regex(cells, _NO_WAY).to_numpy(zero_copy_only=False), dtype=bool)
    bare = pd.Series(cells.to_pandas(), index=column.index).astype("str").mask(none, "")
    lettered = bare.str.contains(r"[^\W\d_]|:", regex=True)
    if not lettered.any():
        return Cells(bare, nothing, none)
    named = {it: _parted(it) for it in bare[lettered].unique().tolist()}
    figures = [named.get(it, (it, ""))[0] for it in bare.tolist()]
    units = [named.get(it, (it, ""))[1] for it in bare.tolist()]
    return Cells(
        pd.Series(figures, index=column.index, dtype="str"),
        pd.Series(units, index=column.index, dtype="str"),
        none,
    )


def _parted(cell: str) -> tuple[str, str]:
    """The figure of a cell and the unit that it names; a time of several parts in minutes."""
    time = _TIME.fullmatch(cell)
    if time is not None and any(time.groups()):
        parts = ((_IN_MINUTES[it.rpartition("_")[2]], said) for it, said in time.groupdict().items() if said)
        return f"{sum(each * int(said) for each, said in parts):.4f}".rstrip("0").rstrip("."), MINUTES
    hit = _CELL.fullmatch(cell)
    return (cell, "") if hit is None else (hit["figure"].strip(), str(hit.lastgroup))


def units_beside(table: Table, taken: Collection[str], findings: Findings) -> pd.Series | None:
    """The unit that a column of its own names for every row; ``None`` if there is none.

    A unit that is none of lengths or times is a problem.
    """
    column = next((it for it in table.columns if it not in taken and folded(it) in _BESIDE), None)
    if column is None:
        return None
    written = texts(table.frame[column]).str.strip()
    found = {it: _parted(f"1 {it}")[1] or unit_of(it) if it else "" for it in written.unique().tolist()}
    unknown = [it for it, unit in found.items() if it and not unit]
    if unknown:
        findings.problem("distances_unit_unknown", column, value=unknown[0])
    return written.map(found).astype("str")


def holds_lengths(column: pd.Series) -> bool:
    """Whether most cells of a column are lengths, or say that there is no way."""
    from iqgeo.inputs.area_columns import holds_numbers

    cells = cells_of(column)
    return holds_numbers(cells.bare) or bool(cells.none.any() and cells.bare.astype("str").eq("").all())


def numbers_in(cells: Cells, unit: str, findings: Findings, column: str) -> tuple[Floats, Mask]:
    """The numbers of a column in whatever unit, and which cells hold nothing at all."""
    metric = (unit == METRES and cells.units.eq("").any()) or cells.units.eq(METRES).any()
    asked = findings.reading
    if not metric and not asked.decimal and unit == KM and _are_decimals(cells.bare):
        findings.reading = replace(asked, decimal="point")
    numbers = read_numbers(cells.bare, findings, column, "metres" if metric else "km")
    findings.reading = asked
    findings.flag(numbers.values < 0, "distances_negative", column, numbers.values)
    return numbers.values, np.asarray((numbers.empty | numbers.sign) & ~cells.none, dtype=bool)


def _are_decimals(bare: pd.Series) -> bool:
    """Whether points of kilometres can only be decimal ones: as thousands no way within a country is as long.

    So it is unless a whole number beside them is one of metres, far above all that have decimals.
    """
    if not isinstance(bare.dtype, pd.StringDtype):
        return False
    written = [it.strip() for it in bare.tolist()]
    three = [float(it) for it in written if _THREE_DECIMALS.fullmatch(it)]
    if not three or max(three) * 1000 <= _FARTHEST_KM:
        return False
    whole = [int(it) for it in written if it.isascii() and it.isdigit()]
    return max(whole, default=0) <= _AMONG_TIMES * max(three)


def in_km(
    values: Floats, units: pd.Series, unit: str, findings: Findings, column: str, *, told: bool, asked: bool
) -> Floats:
    """Lengths in kilometres.

    Parameters
    ----------
    values : Floats
        Numbers in whatever unit.
    units : pd.Series
        The unit that each cell names itself, else empty.
    unit : str
        That of all others; empty if nothing says it.
    findings : Findings
        Takes questions and what is noticed.
    column : str
        Whom questions name.
    told : bool
        The unit is what the user said.
    asked : bool
        Nothing but the unit itself tells kilometres: a matrix without one is asked about, however short.

    Returns
    -------
    Floats
        Kilometres.
    """
    named = set(units.unique()) - {""}
    if not unit and len(named) == 1:
        unit = named.pop()
    of_each = units.where(units.ne(""), unit)
    used = set(of_each.unique())
    sure = told or findings.reading.agreed
    if MINUTES in used and not sure:
        findings.problem("distances_minutes", column, value=column)
        return values
    if "" in used and not sure and (asked or named or np.nanmax(values, initial=0.0) > _FAR_KM):
        findings.problem("distances_unit", column, value=column)
        return values
    if "" in used and not sure:
        findings.note("distances_km_taken", column, kind="hint")
    for it in (METRES, MILES):
        if it in used:
            findings.note(f"distances_{it}", column)
    found: Floats = values / of_each.map(_IN_A_KM).fillna(1.0).to_numpy(dtype=np.float64)
    farthest = float(np.nanmax(found, initial=0.0))
    if farthest > _FARTHEST_KM and not sure:
        findings.problem("distances_far", column, value=column, farthest=round(farthest))
    return found
