"""Offices and candidate sites."""

from typing import Final

import numpy as np
import pandas as pd

from iqgeo.demand import Demand
from iqgeo.distances import within
from iqgeo.distances.base import EARTH_RADIUS_KM
from iqgeo.distances.straight import unit_vectors
from iqgeo.inputs import limits
from iqgeo.inputs.columns import find_columns, note_unused
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.points import positions
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table, read_table
from iqgeo.inputs.values import Floats, Mask, read_ids, read_numbers, read_words, read_years

REACH_KM: Final = 35.0
"""A site with no inhabited place this near is outside of the region, whatever the target."""

_OFFICE_DEFAULTS: Final = {"kind": "office", "operator": ""}


def read_offices(source: Source, *, layer: str | None = None, swap_coordinates: bool = False) -> Intake:
    """Offices: ``id, name, lon, lat, kind, opened, closed, operator`` (years are nullable integers).

    CSV, Excel, GeoPackage, GeoJSON or Parquet. ``swap_coordinates`` takes longitude for latitude.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    table = read_table(open_source(source, layer), max_rows=limits.SITES)
    return offices_of(table, swap_coordinates=swap_coordinates)


def read_candidates(source: Source, *, layer: str | None = None, swap_coordinates: bool = False) -> Intake:
    """Candidate sites: ``id, name, lon, lat, population, ags, district_ags`` (NaN or empty if not given).

    Raises
    ------
    InputError
        With every problem of the file.
    """
    table = read_table(open_source(source, layer), max_rows=limits.SITES)
    return candidates_of(table, swap_coordinates=swap_coordinates)


def offices_of(table: Table, *, swap_coordinates: bool = False) -> Intake:
    """Offices of a table already read; see :func:`read_offices`."""
    findings, frame, used = _sites(table, swap_coordinates, ("kind", "opened", "closed", "operator"))
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


def candidates_of(table: Table, *, swap_coordinates: bool = False) -> Intake:
    """Candidates of a table already read; see :func:`read_candidates`."""
    findings, frame, used = _sites(table, swap_coordinates, ("population", "ags", "district_ags"))
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
    table: Table, swap: bool, optional: tuple[str, ...]
) -> tuple[Findings, pd.DataFrame, dict[str, str]]:
    """What offices and candidates share: id, name and position."""
    findings = table.findings()
    used = find_columns(table, findings, ("id", "name"), optional)
    lon, lat, of_position = positions(table, findings, swap=swap)
    used |= of_position
    frame = pd.DataFrame({"lon": lon, "lat": lat}, index=pd.RangeIndex(len(table.frame)))
    frame["id"] = read_ids(table.frame[used["id"]], findings, used["id"]) if "id" in used else ""
    frame["name"] = read_words(table.frame[used["name"]], findings, used["name"]) if "name" in used else ""
    if "name" in used:
        findings.flag(frame["name"].eq("").to_numpy(dtype=bool), "value_missing", used["name"])
    together = frame.duplicated(["lon", "lat"]).to_numpy(dtype=bool) & np.isfinite(lon)
    findings.note("sites_together", mask=together, kind="hint")
    return findings, frame, used


def check_sites_reach(sites: Intake, demand: Demand, target_km: float) -> None:
    """Refuse sites that stand nowhere near the people: swapped coordinates, or another region.

    A site is outside if no inhabited place lies within the target, 35 km at least.

    Raises
    ------
    InputError
        Naming every such site; those that would fit with longitude and latitude exchanged are said to be so.
    """
    places = demand.places[demand.places["people"] > 0]
    findings = Findings(sites.file, sites.row_numbers)
    sites_out_of_reach(sites, places["lon"].to_numpy(), places["lat"].to_numpy(), target_km, findings)
    findings.stop_if_any()


def sites_out_of_reach(sites: Intake, lon: Floats, lat: Floats, target_km: float, findings: Findings) -> None:
    """Note the problems of :func:`check_sites_reach` for people living at ``lon`` and ``lat``."""
    from scipy.spatial import cKDTree

    if not len(lon) or not len(sites.frame):
        return
    reach_km = max(target_km, REACH_KM)
    people = cKDTree(unit_vectors(lon, lat))
    site_lon, site_lat = sites.frame["lon"].to_numpy(), sites.frame["lat"].to_numpy()

    def near(east: Floats, north: Floats) -> Mask:
        chord, _ = people.query(unit_vectors(east, north))
        return np.asarray(within(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1.0)), reach_km))

    outside = ~near(site_lon, site_lat)
    if not outside.any():
        return
    turned = outside.copy()
    turned[outside] = near(site_lat[outside], site_lon[outside])
    pairs = np.array([f"{x:.10g}, {y:.10g}" for x, y in zip(site_lon, site_lat, strict=True)], dtype=object)
    findings.flag(turned, "coordinates_swapped", "lon, lat", pairs)
    names = sites.frame["name"].to_numpy()
    labels = np.array([f"{name} ({pair})" for name, pair in zip(names, pairs, strict=True)], dtype=object)
    findings.flag(outside & ~turned, "site_outside", "lon, lat", labels, reach=f"{reach_km:g}")
