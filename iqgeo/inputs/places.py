"""People per place: a table of the user's, or a census grid."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from iqgeo.demand import PLACE_COLUMNS, Demand, demand_from_places
from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.antimeridian import beside
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns, note_unused
from iqgeo.inputs.districts_of import assign_districts, assign_landmass, note_elsewhere
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.gazetteer import can_match
from iqgeo.inputs.ids import read_ids
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.keys import Keys, looks_german, without_nothing
from iqgeo.inputs.one_year import ANY, Wanted, of_one_year, people_of_year
from iqgeo.inputs.other_kind import or_other_kind
from iqgeo.inputs.points import has_positions, positions
from iqgeo.inputs.reach import REACH_KM, Vicinity, beyond
from iqgeo.inputs.read import read_table
from iqgeo.inputs.register import as_plain, is_register, says_where
from iqgeo.inputs.source import open_source
from iqgeo.inputs.sums import note_twins, without_sums
from iqgeo.inputs.table import Table, form_of
from iqgeo.inputs.values import Floats, read_numbers
from iqgeo.inputs.word_cells import read_words
from iqgeo.reading import AS_IT_IS, Reading
from iqgeo.region import Region
from iqgeo.texts import words_of
from iqgeo.world import share_in_germany

_ASKED: Final = 200
"""So many places say whether all of them lie in Germany."""

_MOSTLY: Final = 0.5


def read_demand(
    source: Source,
    region: Region | None = None,
    *,
    weight: str | None = None,
    layer: str | None = None,
    grid_shares: Source | None = None,
    blanks: bool = False,
    swap_coordinates: bool = False,
    year: int | None = None,
    reading: Reading = AS_IT_IS,
) -> Intake:
    """People per place, in the columns of :data:`iqgeo.demand.PLACE_COLUMNS`.

    A table ``id, lon, lat, people`` and, if there, ``ags``; or a census grid as the German
    statistical offices publish it (see :mod:`iqgeo.inputs.grids`). Without ``ags`` each place gets
    the district of ``region`` it lies in, and none outside.

    Parameters
    ----------
    source : Source
        A path, or content and name.
    region : Region | None
        Whose districts the places get; ``None`` for none.
    weight : str | None
        For a grid, ``"foreigners"`` or ``"population"``; by default foreigners where the grid has their
        share.
    layer : str | None
        Sheet or layer; ``None`` where there is but one.
    grid_shares : Source | None
        For a grid, a second one of the same cells with the share of foreigners (the census of 2022 publishes
        each figure as a file of its own).
    blanks : bool
        An empty cell for the people means that none are known there, and the place is left out visibly;
        otherwise it is a problem.
    swap_coordinates : bool
        Take longitude for latitude; the cells of a grid know theirs and refuse it.
    year : int | None
        Of a table with figures of many years; by default the last.
    reading : Reading
        The user's answers about the file.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    from iqgeo.inputs import grids

    opened = open_source(source, layer)
    form = form_of(opened)
    if form in grids.FORMS and grids.is_grid(opened, form):
        if swap_coordinates:
            raise InputError(Problem("swap_not_of_grids", opened.name))
        return grids.read_grid(grids.one_of(opened, form), form, region, weight, grid_shares)
    table = read_table(opened, max_rows=limits.DEMAND_ROWS, reading=reading)
    return demand_places(table, region, blanks=blanks, swap_coordinates=swap_coordinates, wanted=Wanted(year))


def demand_of(intake: Intake) -> Demand:
    """The places of :func:`read_demand` as demand of a weight of the user's own."""
    return demand_from_places(intake.frame)


@or_other_kind("demand")
def demand_places(
    table: Table,
    region: Region | None,
    *,
    blanks: bool = False,
    swap_coordinates: bool = False,
    wanted: Wanted = ANY,
) -> Intake:
    """Places of a table already read; see :func:`read_demand`."""
    if is_register(table) and not says_where(table):
        raise InputError(Problem("register_without_centres", table.file))
    table = people_of_year(of_one_year(as_plain(table), wanted))
    if _is_own_list(table):
        # A gap list groups small figures: what it does not tell is unknown, not forgotten.
        table, blanks = _without_groups(table), True
    table = without_sums(table)
    findings = table.findings()
    used = find_columns(table, findings, ("people",), ("id", "ags", "name"))
    _refuse_areas(table, used)
    lon, lat, of_position = positions(table, findings, swap=swap_coordinates, region=region)
    used |= of_position
    if region is not None:
        lon = beside(lon, region)
        _flag_turned(lon, lat, region, findings)
    frame = pd.DataFrame({"lon": lon, "lat": lat}, index=pd.RangeIndex(len(table.frame)))
    unknown = np.zeros(len(frame), dtype=bool)
    frame["people"] = np.nan
    if "people" in used:
        column = used["people"]
        decimal_comma = any(it.code == "decimal_comma" for it in findings.notices)
        numbers = read_numbers(
            table.frame[column],
            findings,
            column,
            "count",
            comma_elsewhere=decimal_comma,
            title=table.title,
        )
        if not blanks:
            findings.flag(numbers.empty, "value_missing", column)
        findings.flag(numbers.values < 0, "number_negative", column, numbers.values)
        unknown = numbers.sign | numbers.empty
        frame["people"] = numbers.values
    frame["id"] = _ids(table, findings, used)
    keys = texts(table.frame[used["ags"]]) if "ags" in used else None
    note_unused(table, findings, used.values())
    findings.stop_if_any()
    _assign_keys(frame, keys, used.get("ags"), findings, region)
    findings.stop_if_any()
    # A figure the office does not tell cannot be counted: said, and left out.
    findings.note("places_unknown_people", used["people"], mask=unknown, kind="hint")
    kept = frame.loc[~unknown, list(PLACE_COLUMNS)].reset_index(drop=True)
    if not blanks and not kept["people"].any():
        findings.problem("people_none", used["people"])
    findings.stop_if_any()
    rows = table.rows[~unknown]
    names = _names(table, frame, used.get("name"))
    return Intake(kept, "demand", table.file, len(frame), rows, tuple(findings.notices), names=names)


def _refuse_areas(table: Table, used: Mapping[str, str]) -> None:
    """Refuse people who are counted by area: they have no places, and a region spreads them over its own."""
    if has_positions(table) or not ("ags" in used or can_match(table)):
        return
    missing = Findings(table.file)
    find_columns(table, missing, ("lon", "lat"))
    if {it.code for it in missing.problems} <= {"coordinates_missing_address", "column_missing"}:
        raise InputError(Problem("people_by_area", table.file, column="lon, lat"))


def _flag_turned(lon: Floats, lat: Floats, region: Region, findings: Findings) -> None:
    """Say which places would lie where people live if longitude and latitude were exchanged."""
    asked = beyond(lon, lat, region.bounds)
    if asked.any():
        Vicinity.of(region, REACH_KM).flag_turned(lon, lat, asked, findings)


def _of_region(keys: pd.Series, known: Keys, findings: Findings, column: str) -> pd.Series:
    """Keys without those that the region has not: they would be districts of their own."""
    here = {it: it == "" or known.is_known(it) for it in keys.unique().tolist()}
    foreign = ~keys.map(here).to_numpy(dtype=bool)
    findings.note("key_foreign", column, mask=foreign, value=keys[foreign].iloc[0] if foreign.any() else "")
    return keys.mask(foreign, "")


def _is_own_list(table: Table) -> bool:
    """Whether it is a gap list of iqgeo's own, by the heading of its column of gap numbers."""
    headings = {"gap_region", *words_of("reports.column.gap_region").values()}
    return bool(headings & set(map(str, table.frame.columns)))


def _without_groups(table: Table) -> Table:
    """The table with empty cells in place of "unter 10"."""
    grouped = "|".join(
        re.escape(it).replace(re.escape("{least}"), r"\d+") for it in words_of("words.few").values()
    )
    pattern = re.compile(grouped)
    frame = table.frame.copy()
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column.dtype):
            continue
        few = column.astype(str).str.fullmatch(pattern).to_numpy(dtype=bool)
        if few.any():
            frame[name] = column.mask(few, "")
    return replace(table, frame=frame)


def _names(table: Table, frame: pd.DataFrame, column: str | None) -> dict[str, str]:
    """Name of every municipality by its key: that of its place with most people.

    Where no place has a key, that of every place by its id.
    """
    if column is None:
        return {}
    if frame["ags"].eq("").all():
        called = texts(table.frame[column]).str.strip().to_numpy()
        return {key: name for key, name in zip(frame["id"], called, strict=True) if name}
    named = frame[["ags", "people"]].assign(name=texts(table.frame[column]).str.strip().to_numpy())
    named = named[named["ags"].ne("") & named["name"].ne("")]
    named = named.sort_values("people", ascending=False, kind="stable").drop_duplicates("ags")
    return dict(zip(named["ags"], named["name"], strict=True))


def _ids(table: Table, findings: Findings, used: dict[str, str]) -> pd.Series:
    if "id" in used:
        return read_ids(table.frame[used["id"]], findings, used["id"])
    findings.note("ids_made")
    note_twins(table, findings)
    return pd.Series(pc.cast(pa.array(table.rows), pa.large_string()).to_pandas()).astype("str")


def _are_german(written: pd.Series, frame: pd.DataFrame) -> bool:
    """Whether keys are German by their looks, and their places lie in Germany as far as is known.

    Burgenland's ``10101``, Norway's ``1103`` and Ain's ``01004`` look like them, too.
    """
    if not looks_german(written):
        return False
    here = frame[["lon", "lat"]].dropna()
    here = here.iloc[:: max(1, len(here) // _ASKED)]
    return not len(here) or share_in_germany(here["lon"].to_numpy(), here["lat"].to_numpy()) >= _MOSTLY


def _assign_keys(
    frame: pd.DataFrame,
    written: pd.Series | None,
    column: str | None,
    findings: Findings,
    region: Region | None,
) -> None:
    """``ags``, ``district_ags`` and ``landmass`` of every place, from its key or its position."""
    frame["ags"] = ""
    frame["district_ags"] = ""
    frame["landmass"] = ""
    if written is not None and column is not None:
        keys = Keys.of(region)
        if keys.german and (region is not None or _are_german(written, frame)):
            # A place without a readable key, or with that of no area of the region, still has a position.
            result = keys.normalised(written, findings, column, required=False, odd="key_odd")
            if region is not None:
                result = _of_region(result, keys, findings, column)
            frame["ags"] = result.where(result.str.len() == 8, "")
            frame["district_ags"] = keys.districts(result)
        else:
            words = without_nothing(read_words(written, findings, column, letters=limits.ID_LETTERS))
            frame["ags"] = words
            frame["district_ags"] = words
    if region is None or findings.any:
        return
    without = frame["district_ags"].eq("").to_numpy(dtype=bool)
    if column is not None and not without.all():
        note_elsewhere(frame, ~without, region, findings, column)
    if without.any():
        assign_districts(frame, without, region, findings)
    assign_landmass(frame, region, findings)
