"""Offices and candidate sites."""

from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs import limits
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns, note_unused
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.points import positions
from iqgeo.inputs.reach import Reach
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import read_ids, read_numbers, read_words, read_years
from iqgeo.region import Region

_AFFIRMED: Final = ("ja", "j", "x", "yes", "y", "true", "wahr", "1", "ok")

Near = tuple[Region, float]
_OFFICE_DEFAULTS: Final = {"kind": "office", "operator": ""}


def read_offices(
    source: Source,
    *,
    layer: str | None = None,
    swap_coordinates: bool = False,
    near: Near | None = None,
) -> Intake:
    """Offices: ``id, name, lon, lat, kind, opened, closed, operator`` (years are nullable integers).

    CSV, Excel, GeoPackage, GeoJSON or Parquet. ``swap_coordinates`` takes longitude for latitude.
    With ``near``, a region and the target in km, sites with no inhabited place within that target (35 km
    at least) are refused together with everything else that is wrong.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    table = read_table(open_source(source, layer), max_rows=limits.SITES)
    reach = None if near is None else Reach.of(*near)
    return offices_of(table, swap_coordinates=swap_coordinates, reach=reach)


def read_candidates(
    source: Source,
    *,
    layer: str | None = None,
    swap_coordinates: bool = False,
    near: Near | None = None,
) -> Intake:
    """Candidate sites: ``id, name, lon, lat, population, ags, district_ags`` (NaN or empty if not given).

    The other parameters are those of :func:`read_offices`.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    table = read_table(open_source(source, layer), max_rows=limits.SITES)
    reach = None if near is None else Reach.of(*near)
    return candidates_of(table, swap_coordinates=swap_coordinates, reach=reach)


def offices_of(table: Table, *, swap_coordinates: bool = False, reach: Reach | None = None) -> Intake:
    """Offices of a table already read; see :func:`read_offices`."""
    findings, frame, used = _sites(table, swap_coordinates, reach, ("kind", "opened", "closed", "operator"))
    for column, default in _OFFICE_DEFAULTS.items():
        words = read_words(table.frame[used[column]], findings, used[column]) if column in used else None
        frame[column] = default if words is None else words.mask(words.eq(""), default)
    for column in ("opened", "closed"):
        if column in used:
            frame[column] = read_years(table.frame[used[column]], findings, used[column])
        else:
            frame[column] = pd.array([pd.NA] * len(frame), dtype="Int64")
    before = (frame["closed"] < frame["opened"]).fillna(value=False).to_numpy(dtype=bool)
    findings.flag(before, "closed_before_opened", used.get("closed"), frame["closed"].to_numpy(dtype=object))
    note_unused(table, findings, used.values())
    findings.stop_if_any()
    columns = ["id", "name", "lon", "lat", "kind", "opened", "closed", "operator"]
    return Intake(frame[columns], "offices", table.file, len(frame), table.rows, tuple(findings.notices))


def candidates_of(table: Table, *, swap_coordinates: bool = False, reach: Reach | None = None) -> Intake:
    """Candidates of a table already read; see :func:`read_candidates`."""
    findings, frame, used = _sites(table, swap_coordinates, reach, ("population", "ags", "district_ags"))
    frame["population"] = np.nan
    if "population" in used:
        numbers = read_numbers(table.frame[used["population"]], findings, used["population"], "count")
        findings.flag(numbers.values < 0, "number_negative", used["population"], numbers.values)
        frame["population"] = numbers.values
    for column in ("ags", "district_ags"):
        frame[column] = (
            read_words(table.frame[used[column]], findings, used[column]) if column in used else ""
        )
    unknown = frame["district_ags"].eq("") & frame["ags"].str.fullmatch(r"\d{8}")
    frame.loc[unknown, "district_ags"] = frame.loc[unknown, "ags"].str[:5]
    note_unused(table, findings, used.values())
    findings.stop_if_any()
    columns = ["id", "name", "lon", "lat", "population", "ags", "district_ags"]
    return Intake(frame[columns], "candidates", table.file, len(frame), table.rows, tuple(findings.notices))


def _sites(
    table: Table, swap: bool, reach: Reach | None, optional: tuple[str, ...]
) -> tuple[Findings, pd.DataFrame, dict[str, str]]:
    """What offices and candidates share: id, name and position."""
    findings = table.findings()
    used = find_columns(table, findings, ("id", "name"), (*optional, "confirmed"))
    lon, lat, of_position = positions(table, findings, swap=swap)
    used |= of_position
    frame = pd.DataFrame({"lon": lon, "lat": lat}, index=pd.RangeIndex(len(table.frame)))
    frame["id"] = read_ids(table.frame[used["id"]], findings, used["id"]) if "id" in used else ""
    frame["name"] = read_words(table.frame[used["name"]], findings, used["name"]) if "name" in used else ""
    if "name" in used:
        findings.flag(frame["name"].eq("").to_numpy(dtype=bool), "value_missing", used["name"])
    together = frame.duplicated(["lon", "lat"]).to_numpy(dtype=bool) & np.isfinite(lon)
    findings.note("sites_together", mask=together, kind="hint")
    if "confirmed" in used:
        # Positions that a service looked up count only once a person has said that they are right.
        said = read_words(texts(table.frame[used["confirmed"]]), findings, used["confirmed"])
        refused = ~said.str.casefold().isin(_AFFIRMED).to_numpy(dtype=bool)
        findings.flag(refused, "site_unconfirmed", used["confirmed"], frame["name"].to_numpy())
    if reach is not None:
        reach.check(frame, findings)
    return findings, frame, used
