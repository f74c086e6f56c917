"""Offices and candidate sites."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.frames import Brief
from iqgeo.inputs import limits
from iqgeo.inputs.antimeridian import beside
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import bare_word, find_columns, note_unused
from iqgeo.inputs.default_points import flag_defaults, note_rounded
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.gazetteer import can_match, matched_positions
from iqgeo.inputs.ids import made_ids
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.keys import Keys, looks_german, without_nothing
from iqgeo.inputs.other_kind import or_other_kind
from iqgeo.inputs.points import has_positions, positions, without_coordinates
from iqgeo.inputs.reach import Vicinity
from iqgeo.inputs.read import read_table
from iqgeo.inputs.register import as_plain
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Floats, Mask, read_numbers
from iqgeo.inputs.word_cells import read_words, without_errors
from iqgeo.inputs.words import folded
from iqgeo.inputs.years import read_years
from iqgeo.reading import AS_IT_IS, TOWN, Reading
from iqgeo.region import Region

_AFFIRMED: Final = ("ja", "j", "x", "yes", "y", "true", "wahr", "1", "ok")

_ACTIVE: Final = ("aktiv", "active", "geoeffnet", "open", "inbetrieb", "actief")
_STATUS: Final = (
    *_ACTIVE,
    "status",
    "betriebsstatus",
    "zustand",
    "state",
    "kind",
    "art",
    "typ",
    "type",
    "toestand",
)
_SHUT: Final = frozenset(
    {
        "geschlossen", "closed", "inaktiv", "inactive", "stillgelegt", "aufgegeben", "ausserbetrieb",
        "aufgeloest", "geplant", "planned", "inplanung", "angekuendigt", "gesloten", "gepland",
    }
)  # fmt: skip
_NO: Final = frozenset({"nein", "no", "n", "false", "falsch", "0", "nee"})
# What may be wrong with the position of single rows, which can be left aside.
_WITHOUT_POSITION: Final = frozenset(
    {
        "value_missing",
        "number_unreadable",
        "number_is_date",
        "number_is_formula",
        "number_not_finite",
        "point_unreadable",
        "pair_unreadable",
        "cell_unreadable",
        "geometry_missing",
        "degrees_impossible",
        "coordinates_not_of_crs",
        "coordinates_no_metres",
        "place_unknown",
        "position_default",
    }
)
# So many offices of other names under one roof are rather what a service gives for all of them.
_MANY_TOGETHER: Final = 3
Near = tuple[Region, float]
_OFFICE_DEFAULTS: Final = {"kind": "office", "operator": ""}


def read_offices(
    source: Source,
    *,
    layer: str | None = None,
    swap_coordinates: bool = False,
    near: Near | None = None,
    reading: Reading = AS_IT_IS,
) -> Intake:
    """Offices: ``id, name, lon, lat, kind, opened, closed, operator`` (years are nullable integers).

    CSV, Excel, GeoPackage, GeoJSON or Parquet. ``swap_coordinates`` takes longitude for latitude.
    With ``near``, a region and the target in km, sites with no inhabited place within that target (35 km
    at least) are passed over, as a national list has them; a list without coordinates is looked up in
    the region's own tables, and each match asked about. ``reading`` holds the user's answers.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    table = read_table(open_source(source, layer), max_rows=limits.SITES, reading=reading)
    return offices_of(table, swap_coordinates=swap_coordinates, near=near)


def read_candidates(
    source: Source,
    *,
    layer: str | None = None,
    swap_coordinates: bool = False,
    near: Near | None = None,
    reading: Reading = AS_IT_IS,
) -> Intake:
    """Candidate sites: ``id, name, lon, lat, population, ags, district_ags`` (NaN or empty if not given).

    The other parameters are those of :func:`read_offices`.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    table = read_table(open_source(source, layer), max_rows=limits.SITES, reading=reading)
    return candidates_of(table, swap_coordinates=swap_coordinates, near=near)


@dataclass(frozen=True, eq=False, repr=False)
class Sites(Brief):
    """Sites as far as they could be read.

    Attributes
    ----------
    table, frame : Table, pd.DataFrame
        What stands in the file, and what it means, row by row.
    findings, kept : Findings, Mask
        What was found on the way, and which rows are of use.
    """

    table: Table
    frame: pd.DataFrame
    findings: Findings
    kept: Mask
    kind: str


@or_other_kind("offices")
def offices_of(table: Table, *, swap_coordinates: bool = False, near: Near | None = None) -> Intake:
    """Offices of a table already read; see :func:`read_offices`."""
    return _finished(looked_at(table, "offices", swap_coordinates=swap_coordinates, near=near))


def looked_at(table: Table, kind: str, *, swap_coordinates: bool = False, near: Near | None = None) -> Sites:
    """``offices`` or ``candidates`` as far as they can be read: nothing is refused yet."""
    of_kind = _offices if kind == "offices" else _candidates
    return of_kind(table, swap_coordinates, near)


def _offices(table: Table, swap_coordinates: bool, near: Near | None) -> Sites:
    findings, frame, used, kept = _sites(
        table, swap_coordinates, near, ("kind", "opened", "closed", "operator")
    )
    for column, default in _OFFICE_DEFAULTS.items():
        frame[column] = default
        if column in used:
            words = read_words(table.frame[used[column]], findings, used[column])
            words = without_errors(words, findings, used[column])
            frame[column] = words.mask(words.eq(""), default)
    nothing = pd.Series(pd.array([pd.NA] * len(frame), dtype="Int64"))
    first = {"opened": nothing, "closed": nothing}
    last = dict(first)
    for column in first:
        if column in used:
            first[column], last[column] = read_years(
                table.frame[used[column]], findings, used[column], ends=column == "closed"
            )
    # A span says both: when a site opened and when it closed.
    frame["opened"] = first["opened"]
    frame["closed"] = last["closed"].fillna(first["closed"]).fillna(last["opened"])
    before = (frame["closed"] < frame["opened"]).fillna(value=False).to_numpy(dtype=bool)
    findings.flag(before, "closed_before_opened", used.get("closed"), frame["closed"].to_numpy(dtype=object))
    note_unused(table, findings, used.values())
    columns = ["id", "name", "lon", "lat", "kind", "opened", "closed", "operator"]
    return Sites(table, frame[columns], findings, kept, "offices")


@or_other_kind("candidates")
def candidates_of(table: Table, *, swap_coordinates: bool = False, near: Near | None = None) -> Intake:
    """Candidates of a table already read; see :func:`read_candidates`."""
    return _finished(looked_at(table, "candidates", swap_coordinates=swap_coordinates, near=near))


def _candidates(table: Table, swap_coordinates: bool, near: Near | None) -> Sites:
    table = as_plain(table)
    findings, frame, used, kept = _sites(table, swap_coordinates, near, ("population", "ags", "district_ags"))
    frame["population"] = np.nan
    if "population" in used:
        comma = any(it.code == "decimal_comma" for it in findings.notices)
        numbers = read_numbers(
            table.frame[used["population"]], findings, used["population"], "count", comma_elsewhere=comma
        )
        findings.flag(numbers.values < 0, "number_negative", used["population"], numbers.values)
        frame["population"] = numbers.values
    for column in ("ags", "district_ags"):
        frame[column] = _keys(table.frame[used[column]], findings, used[column]) if column in used else ""
    unknown = frame["district_ags"].eq("") & frame["ags"].str.fullmatch(r"\d{8}")
    frame.loc[unknown, "district_ags"] = frame.loc[unknown, "ags"].str[:5]
    note_unused(table, findings, used.values())
    columns = ["id", "name", "lon", "lat", "population", "ags", "district_ags"]
    return Sites(table, frame[columns], findings, kept, "candidates")


def _keys(column: pd.Series, findings: Findings, name: str) -> pd.Series:
    """Official keys in one form; those of other countries as they stand."""
    words = read_words(column, findings, name)
    if not looks_german(words):
        return without_nothing(words)
    return Keys.of(None).normalised(words, findings, name, required=False, odd="key_odd")


def _finished(read: Sites) -> Intake:
    """The rows that can be used; those left aside are counted."""
    table, frame, findings, kept = read.table, read.frame, read.findings, read.kept
    aside = int(findings.aside.sum())
    if aside and not findings.reading.agreed and kept.any():
        findings.offer("rows_aside_offer", good=int(kept.sum()), bad=aside)
    findings.stop_if_any()
    findings.note("rows_aside", mask=findings.aside)
    if not kept.any():
        findings.problem("no_rows")
        findings.stop_if_any()
    chosen = frame[kept].reset_index(drop=True)
    return Intake(chosen, read.kind, table.file, len(frame), table.rows[kept], tuple(findings.notices))


def _positions(
    table: Table, findings: Findings, swap: bool, near: Near | None
) -> tuple[Floats, Floats, dict[str, str]]:
    """Coordinates, else the centres of the towns that are written."""
    region = None if near is None else near[0]
    findings.optional_rows = _WITHOUT_POSITION
    named = np.array([table.reading.answered(it) == TOWN for it in table.rows.tolist()], dtype=bool)
    used: dict[str, str] = {}
    if region is not None and not has_positions(table) and (can_match(table) or named.any()):
        lon, lat = matched_positions(table, region, findings)
    else:
        by_town = named
        if region is not None and can_match(table):
            # Where only the town is written, it says where the row is.
            by_town = named | without_coordinates(table)
        lon, lat, used = positions(table, findings, swap=swap, region=region, elsewhere=by_town)
        if region is not None and by_town.any():
            town_lon, town_lat = matched_positions(table, region, findings, by_town)
            lon, lat = np.where(by_town, town_lon, lon), np.where(by_town, town_lat, lat)
    flag_defaults(lon, lat, findings, used.get("lon", "lon, lat"))
    note_rounded(lon, lat, findings, used.get("lon", "lon, lat"))
    findings.optional_rows = frozenset()
    return lon, lat, used


def _note_status(table: Table, findings: Findings) -> None:
    """Say which rows a column of words calls closed or only planned: years alone say when a site is open."""
    for column in table.columns:
        heading = bare_word(column)
        if heading not in _STATUS or not isinstance(table.frame[column].dtype, pd.StringDtype):
            continue
        words = table.frame[column].map(folded)
        shut = words.isin(_SHUT | (_NO if heading in _ACTIVE else frozenset())).to_numpy(dtype=bool)
        if shut.any() and not shut.all():
            first = str(table.frame[column].iloc[int(np.flatnonzero(shut)[0])]).strip()
            findings.note(
                "sites_status", column, mask=shut, value=first, kind="hint", row=int(table.rows[shut][0])
            )


def _note_together(frame: pd.DataFrame, findings: Findings) -> None:
    """Say how many stand where another stands, and where many of other names do: nobody looked there."""
    at = ["lon", "lat"]
    names = frame.groupby(at)["name"].transform("nunique").to_numpy(dtype=np.float64)
    most = np.nanmax(names, initial=0) if len(names) else 0
    crowd = np.zeros(len(frame), dtype=bool)
    if most >= _MANY_TOGETHER:
        point = frame.loc[int(np.nanargmax(names)), at]
        crowd = frame[at].eq(point).all(axis=1).to_numpy(dtype=bool)
        value = f"{point['lon']:.10g}, {point['lat']:.10g}"
        findings.note("sites_one_point", mask=crowd, value=value, kind="hint")
    together = frame.duplicated(at).to_numpy(dtype=bool) & np.isfinite(frame["lon"]) & ~crowd
    findings.note("sites_together", mask=together.to_numpy(dtype=bool), kind="hint")


def _sites(
    table: Table, swap: bool, near: Near | None, optional: tuple[str, ...]
) -> tuple[Findings, pd.DataFrame, dict[str, str], Mask]:
    """What offices and candidates share: id, name, position, and which rows are of use."""
    findings = table.findings()
    used = find_columns(table, findings, ("name",), ("id", *optional, "confirmed"))
    lon, lat, of_position = _positions(table, findings, swap, near)
    used |= of_position
    frame = pd.DataFrame({"lon": lon, "lat": lat}, index=pd.RangeIndex(len(table.frame)))
    frame["id"] = made_ids(
        table.rows, table.frame[used["id"]] if "id" in used else None, findings, used.get("id", "id")
    )
    frame["name"] = ""
    if "name" in used:
        frame["name"] = read_words(table.frame[used["name"]], findings, used["name"], required=True)
    _note_status(table, findings)
    _note_together(frame, findings)
    if "confirmed" in used:
        # Positions that a service looked up count only once a person has said that they are right.
        said = read_words(texts(table.frame[used["confirmed"]]), findings, used["confirmed"])
        refused = ~said.str.casefold().isin(_AFFIRMED).to_numpy(dtype=bool)
        findings.flag(refused, "site_unconfirmed", used["confirmed"], frame["name"].to_numpy())
    kept = ~findings.aside
    if near is not None:
        kept &= ~Vicinity.of(*near).check(frame, findings)
        frame["lon"] = beside(frame["lon"].to_numpy(dtype=np.float64), near[0])
    return findings, frame, used, kept
