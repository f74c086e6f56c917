"""Shares per area: of any year and any level, with keys old and new."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.demand import areas_of_settlements
from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns, note_unused
from iqgeo.inputs.crosswalk import todays_municipalities
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Rows, Source
from iqgeo.inputs.keys import Keys
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Floats, Mask, read_numbers, read_words
from iqgeo.inputs.words import folded, shown
from iqgeo.region import Region

_MUNICIPALITY_DIGITS: Final = 8
_YEAR: Final = ("year", "jahr", "stichtag", "berichtsjahr")
_TOTALS: Final = ("insgesamt", "summe", "gesamt", "total", "land", "niedersachsen")


def read_shares(source: Source, region: Region, *, layer: str | None = None) -> Intake:
    """Shares per area of ``region``: ``area, name, share_pct``.

    A table with a key (district, municipality, pooled pair such as ``03354+03360``, district without
    its city such as ``03241-x``; also former ones) and a share as 12.5, ``12,5 %`` or 0.125, decided
    for the whole column. Every settlement of the region must lie in one of the areas; rows of other
    areas are passed over and counted. Municipalities dissolved since get the share of today's (see
    :func:`iqgeo.inputs.crosswalk.todays_municipalities`).

    Raises
    ------
    InputError
        With every problem of the file.
    """
    return shares_of(read_table(open_source(source, layer), max_rows=limits.SHARE_ROWS), region)


def shares_pct(intake: Intake) -> dict[str, float]:
    """The shares of :func:`read_shares` by area, as :func:`iqgeo.demand.demand_from_shares` takes them."""
    return dict(zip(intake.frame["area"].tolist(), intake.frame["share_pct"].tolist(), strict=True))


def shares_of(table: Table, region: Region) -> Intake:
    """Shares of a table already read; see :func:`read_shares`."""
    findings = table.findings()
    used = find_columns(table, findings, ("ags", "share_pct"), ("name",))
    if len({"ags", "share_pct"} & used.keys()) < 2:
        findings.stop_if_any()
    keys = Keys.of(region)
    frame = pd.DataFrame(index=pd.RangeIndex(len(table.frame)))
    written = texts(table.frame[used["ags"]])
    total = np.array([it.strip().casefold() in _TOTALS for it in written.tolist()], dtype=bool)
    frame["area"] = keys.normalised(written.mask(total, ""), findings, used["ags"], required=False)
    frame["name"] = read_words(table.frame[used["name"]], findings, used["name"]) if "name" in used else ""
    empty = written.str.strip().eq("").to_numpy(dtype=bool)
    findings.flag(empty, "value_missing", used["ags"])
    total |= keys.is_total(frame["area"].tolist())
    findings.note("key_total", used["ags"], mask=total, kind="hint")
    readable = frame["area"].ne("").to_numpy(dtype=bool) & ~total
    here = readable & np.array([keys.is_known(it) for it in frame["area"].tolist()], dtype=bool)
    _elsewhere(frame, readable & ~here, here, findings, used["ags"])
    frame["share_pct"] = _percent(table, findings, used["share_pct"], here, frame)
    note_unused(table, findings, used.values())
    _refuse_years(table, here, findings)
    rows = table.rows[here]
    chosen = frame[here].reset_index(drop=True)
    _refuse_twice(chosen, rows, findings, used["ags"])
    chosen, rows = _with_former(chosen, rows, region, findings)
    _complete(chosen, region, findings)
    findings.stop_if_any()
    return Intake(chosen, "shares", table.file, len(frame), rows, tuple(findings.notices))


def _elsewhere(frame: pd.DataFrame, elsewhere: Mask, here: Mask, findings: Findings, column: str) -> None:
    """Rows of areas outside the region: passed over in a table of a whole country, else a problem.

    One unknown key among known ones of the same state is a slip of the pen; keys of other states are
    the rest of a national table.
    """
    areas = frame["area"].to_numpy(dtype=object)
    states = {str(it)[:2] for it in areas[here]}
    slip = elsewhere & np.array([str(it)[:2] in states or not states for it in areas], dtype=bool)
    findings.flag(slip, "key_unknown", column, areas)
    findings.note("key_elsewhere", column, mask=elsewhere & ~slip, kind="hint")


def _percent(table: Table, findings: Findings, column: str, here: Mask, frame: pd.DataFrame) -> Floats:
    """The shares in per cent; the unit is decided for the whole column."""
    numbers = read_numbers(table.frame[column], findings, column, "share")
    values = numbers.values
    findings.flag(here & numbers.empty, "value_missing", column)
    signs = texts(table.frame[column]).to_numpy(dtype=object)
    for position in np.flatnonzero(here & numbers.sign).tolist():
        only = np.zeros(len(values), dtype=bool)
        only[position] = True
        sign = str(signs[position]).strip()
        findings.flag(only, "share_missing", column, frame["area"].to_numpy(dtype=object), sign=sign)
    known = values[here & np.isfinite(values)]
    if len(known) and not numbers.percent and known.max() <= 1 and known.max() > 0:
        findings.note("share_fraction", column)
        values = values * 100
    else:
        findings.note("share_percent", column, kind="hint")
    findings.flag(here & (values < 0), "number_negative", column, signs)
    findings.flag(here & (values > 100), "share_over_100", column, signs)
    return values


def _refuse_years(table: Table, here: Mask, findings: Findings) -> None:
    """A table of several years gives no single share; the years are named instead of every double row."""
    column = next((it for it in table.columns if folded(it) in _YEAR), None)
    if column is None:
        return
    years = sorted(set(texts(table.frame[column])[here].str.strip()) - {""})
    if len(years) > 1:
        findings.problem("years_unclear", column, years=", ".join(shown(it) for it in years[:20]))
        findings.stop_if_any()


def _refuse_twice(chosen: pd.DataFrame, rows: Rows, findings: Findings, column: str) -> None:
    first: dict[str, int] = {}
    for area, row in zip(chosen["area"].tolist(), rows.tolist(), strict=True):
        if area in first:
            only = findings.rows == row
            values = np.full(len(findings.rows), area, dtype=object)
            findings.flag(only, "key_twice", column, values, first=first[area])
        first.setdefault(area, row)


def _with_former(
    chosen: pd.DataFrame, rows: Rows, region: Region, findings: Findings
) -> tuple[pd.DataFrame, Rows]:
    """Add a row for each former municipality of the settlements whose successor has a share."""
    share: Mapping[str, float] = dict(zip(chosen["area"], chosen["share_pct"], strict=True))
    municipalities = {area for area in share if len(area) == _MUNICIPALITY_DIGITS and area.isdigit()}
    if not municipalities:
        return chosen, rows
    today = todays_municipalities(region)
    derived = {
        old: new
        for old, new in today.items()
        if old not in municipalities and new in municipalities and old != new
    }
    if not derived:
        return chosen, rows
    findings.note("key_derived", number=len(derived))
    names = region.municipality_names
    row_of = dict(zip(chosen["area"], rows.tolist(), strict=True))
    added = pd.DataFrame(
        {
            "area": list(derived),
            "name": [names.get(old, "") for old in derived],
            "share_pct": [share[new] for new in derived.values()],
        }
    )
    more = np.array([row_of[new] for new in derived.values()], dtype=np.int64)
    return pd.concat([chosen, added], ignore_index=True), np.concatenate((rows, more))


def _complete(chosen: pd.DataFrame, region: Region, findings: Findings) -> None:
    """Every settlement must lie in an area with a share."""
    try:
        found = set(areas_of_settlements(region.settlements, chosen["area"].tolist()))
        # Today's key of a municipality whose settlements carry the former one is in use through that.
        used = found | {new for old, new in todays_municipalities(region).items() if old in found}
        unused = int((~chosen["area"].isin(used)).sum())
        if unused:
            findings.note("key_unused", kind="hint", number=unused)
    except InputError as error:
        names = region.district_names
        findings.add(
            Problem(
                it.code,
                findings.file,
                column=it.column,
                value=f"{it.value} {names.get(str(it.value), '')}".strip(),
            )
            for it in error.problems
        )
