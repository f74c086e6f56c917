"""Municipalities of a new region: their names and centres, its islands and the year of its people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from iqgeo.inputs import limits
from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import find_columns
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.key_columns import key_column
from iqgeo.inputs.keys import Keys, looks_german
from iqgeo.inputs.points import has_positions, positions
from iqgeo.inputs.read import read_table
from iqgeo.inputs.register import as_plain
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.word_cells import read_words
from iqgeo.islands import island_names, landmasses
from iqgeo.reading import AS_IT_IS, Reading

if TYPE_CHECKING:
    import geopandas as gpd

_COLUMNS = ("ags", "name", "lon", "lat", "postcode")


def read_municipalities(source: Source, *, layer: str | None = None, reading: Reading = AS_IT_IS) -> Intake:
    """Names of municipalities: ``ags, name, lon, lat, postcode`` (the last three as far as they are there).

    The register of the statistical offices, or any table with a key and a name.

    Raises
    ------
    InputError
        If there is no key or no name.
    """
    return municipalities_of(
        read_table(open_source(source, layer), max_rows=limits.DEMAND_ROWS, reading=reading)
    )


def municipalities_of(table: Table) -> Intake:
    """Names of municipalities of a table already read; see :func:`read_municipalities`."""
    table = as_plain(table)
    findings = table.findings()
    found = key_column(table, None)
    required = ("name",) if found is not None else ("ags", "name")
    used = find_columns(table, findings, required, ("ags", "postcode"))
    findings.stop_if_any()
    key = used.get("ags") or str(found)
    written = texts(table.frame[key])
    keys = (
        Keys.of(None).normalised(written, findings, key, required=False, odd="key_left")
        if looks_german(written)
        else read_words(written, findings, key)
    )
    frame = pd.DataFrame(
        {"ags": keys, "name": read_words(texts(table.frame[used["name"]]), findings, used["name"])}
    )
    frame["lon"], frame["lat"] = np.nan, np.nan
    if has_positions(table):
        unsaid = Findings(table.file, table.rows, table.reading)
        frame["lon"], frame["lat"], _ = positions(table, unsaid)
    frame["postcode"] = texts(table.frame[used["postcode"]]) if "postcode" in used else ""
    kept = frame["ags"].ne("") & frame["name"].ne("") & ~frame["ags"].duplicated()
    rows = table.rows[kept.to_numpy(dtype=bool)]
    chosen = frame[kept].reset_index(drop=True)
    return Intake(chosen, "municipalities", table.file, len(frame), rows, tuple(findings.notices))


def municipality_table(
    given: Intake | None, names: Mapping[str, str], places: pd.DataFrame, outlines: "gpd.GeoDataFrame"
) -> pd.DataFrame:
    """The municipalities of the region by key: name, centre of its people, postcode."""
    listed = given.frame if given is not None else pd.DataFrame(columns=list(_COLUMNS))
    lived = places[places["ags"].ne("") & places["ags"].ne(places["district_ags"])]
    weighted = lived.assign(x=lived["lon"] * lived["population"], y=lived["lat"] * lived["population"])
    sums = weighted.groupby("ags")[["x", "y", "population"]].sum()
    centres = pd.DataFrame({"lon": sums["x"] / sums["population"], "lat": sums["y"] / sums["population"]})
    own = pd.DataFrame({"ags": list(names), "name": list(names.values()), "postcode": ""}, dtype="str")
    own = own.join(centres, on="ags")
    every = pd.concat([listed, own[~own["ags"].isin(listed["ags"])]], ignore_index=True)
    districts = set(outlines["ags"])
    here = every["ags"].str[:5].isin(districts) | every["ags"].isin(set(lived["ags"]))
    here &= ~every["ags"].isin(districts)
    chosen = every[here].reset_index(drop=True)
    for axis in ("lon", "lat"):
        chosen[axis] = chosen[axis].astype(float).fillna(chosen["ags"].map(centres[axis]))
    return chosen[list(_COLUMNS)].sort_values("ags", ignore_index=True)


def island_column(
    places: pd.DataFrame,
    outlines: "gpd.GeoDataFrame",
    neighbours: "gpd.GeoDataFrame",
    municipalities: pd.DataFrame,
    bridges: tuple[str, ...],
    findings: Findings,
) -> list[str]:
    """On which island each place is; those with a bridge, as the user says, are main land."""
    from iqgeo.inputs.region_tables import metric_crs

    found = landmasses(places, outlines, neighbours, metric_crs(outlines))
    names = dict(zip(municipalities["ags"], municipalities["name"], strict=True))
    named = island_names(found, places, names, dict(zip(outlines["ags"], outlines["name"], strict=True)))
    joined = {it.casefold() for it in bridges}
    islands = ["" if it.casefold() in joined else it for it in named]
    known = sorted(set(islands) - {""})
    if known:
        people = float(places["population"].to_numpy()[[it != "" for it in islands]].sum())
        findings.note(
            "islands_found", kind="hint", value=", ".join(known)[:200], number=len(known), people=people
        )
    unknown = joined - {it.casefold() for it in named}
    if unknown:
        findings.problem("bridge_unknown", value=", ".join(sorted(unknown)), known=", ".join(known))
        findings.stop_if_any()
    return islands


def census_year(settled: Intake, year: int, findings: Findings) -> int:
    """The year of the people: that of the census if the file is one, else the one given."""
    if settled.year is None or settled.year == year:
        return year
    findings.note("year_of_census", value=str(settled.year), given=str(year))
    return settled.year
