"""A region folder of one's own: any German state, all of Germany, or any country.

The folder has the layout of the embedded region, so that everything that runs on Lower Saxony runs on it.
"""

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from iqgeo.demand import DEFAULT_WEIGHT
from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Notice, Source
from iqgeo.inputs.outlines import read_districts
from iqgeo.inputs.places import read_demand
from iqgeo.inputs.region_tables import (
    chosen_districts,
    metric_crs,
    neighbours_of,
    office_table,
    population_figures,
    reforms,
    settlement_table,
    share_figures,
    town_table,
)
from iqgeo.inputs.shares import read_shares
from iqgeo.inputs.sites import read_candidates, read_offices
from iqgeo.inputs.source import Opened, open_source
from iqgeo.region import Region, load_region

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True)
class RegionReport:
    """What went into a new region, and what is worth knowing about it."""

    region: Region
    districts: int
    settlements: int
    people: float
    towns: int
    offices: int
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class _Sources:
    """The files a region is made of, by the table they fill."""

    districts: Source
    settlements: Source
    shares: Source | None
    towns: Source | None
    offices: Source | None

    def given(self) -> Mapping[str, Source]:
        """Those that were given."""
        found = {
            name: getattr(self, name) for name in ("districts", "settlements", "shares", "towns", "offices")
        }
        return {name: source for name, source in found.items() if source is not None}


def new_region(
    directory: str | Path,
    *,
    name: str,
    districts: Source,
    settlements: Source,
    shares: Source | None = None,
    towns: Source | None = None,
    offices: Source | None = None,
    keys_from: str = "",
    year: int,
    weight: str = DEFAULT_WEIGHT,
    key_column: str | None = None,
) -> RegionReport:
    """Make a region folder from files and load it.

    Parameters
    ----------
    directory : folder to make; must not exist or be empty. It appears complete or not at all
    name : the region's name
    districts : outlines (:func:`~iqgeo.inputs.read_districts`)
    settlements : inhabitants per place, or a census grid (:func:`~iqgeo.inputs.read_demand`)
    shares : shares per area (:func:`~iqgeo.inputs.read_shares`), in per cent of the inhabitants
    towns : candidate sites; by default the largest place of each municipality
    offices : the region's offices
    keys_from : only districts whose key starts so: ``"05"`` for Nordrhein-Westfalen
    year, weight : year of the figures and what the shares count
    key_column : column of the outlines with their key, if it is not found by itself

    Raises
    ------
    InputError
        With every problem of the files that could be read, or if nothing remains.
    """
    target = Path(directory)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(Problem("region_exists", str(target)))
    sources = _Sources(districts, settlements, shares, towns, offices)
    intakes, problems = _read(sources, key_column)
    if problems:
        raise InputError(problems)
    findings = Findings(str(target))
    every = intakes["districts"].frame
    outlines = chosen_districts(every, keys_from, findings)
    neighbours = neighbours_of(every, outlines)
    places = settlement_table(intakes["settlements"], outlines, set(every["ags"]), neighbours, findings)
    tables = {
        "settlements.parquet": places.drop(columns="written_district"),
        "districts.parquet": outlines,
        "ags_changes.csv": reforms(places, outlines, findings),
        "towns.csv": town_table(intakes.get("towns"), places, outlines, findings),
        "offices.csv": office_table(intakes.get("offices"), keys_from),
        "figures.csv": population_figures(places, outlines, year),
    }
    if len(neighbours):
        tables["context.parquet"] = neighbours
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".region-") as temporary:
        folder = Path(temporary) / "new"
        folder.mkdir()
        _write(folder, tables)
        _describe(folder, name, keys_from, outlines, year, sources)
        if shares is not None:
            # The shares are held against the region as it now stands in the folder.
            region = load_region(folder)
            intake = read_shares(shares, region)
            findings.notices += intake.repairs
            figures = pd.concat([tables["figures.csv"], share_figures(intake, region, weight, year)])
            _write(folder, {"figures.csv": figures})
            _describe(folder, name, keys_from, outlines, year, sources)
        if target.exists():
            target.rmdir()
        folder.rename(target)
    for missing, code in ((shares, "region_no_shares"), (offices, "region_no_offices")):
        if missing is None:
            findings.note(code, kind="hint")
    return RegionReport(
        region=load_region(target),
        districts=len(outlines),
        settlements=len(places),
        people=float(places["population"].sum()),
        towns=len(tables["towns.csv"]),
        offices=len(tables["offices.csv"]),
        notices=(*(it for intake in intakes.values() for it in intake.repairs), *findings.notices),
    )


def _write(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        if name.endswith(".parquet"):
            table.to_parquet(folder / name, index=False, compression="zstd")
        else:
            table.to_csv(folder / name, index=False, lineterminator="\n")


def _read(sources: _Sources, key_column: str | None) -> tuple[dict[str, Intake], list[Problem]]:
    """All files, and the problems of all of them at once."""
    readers: Mapping[str, Callable[[Source], Intake]] = {
        "districts": lambda source: read_districts(source, key=key_column),
        "settlements": lambda source: read_demand(source, blanks=True),
        "towns": read_candidates,
        "offices": read_offices,
    }
    intakes: dict[str, Intake] = {}
    problems: list[Problem] = []
    for table, source in sources.given().items():
        if table == "shares":
            continue
        try:
            intake = readers[table](source)
            if intake.kind == "census_grid":
                intake = read_demand(source, weight="population")
            intakes[table] = intake
        except InputError as error:
            problems += error.problems
    return intakes, problems


def _digest(opened: Opened) -> str:
    found = hashlib.sha256()
    with opened.open() as stream:
        while block := stream.read(limits.MIB):
            found.update(block)
    return found.hexdigest()


def _describe(
    folder: Path, name: str, ags: str, outlines: "gpd.GeoDataFrame", year: int, sources: _Sources
) -> None:
    """``sources.toml`` and ``region.toml`` with the checksum of every table."""
    import tomlkit

    listed = tomlkit.document()
    listed.add(tomlkit.comment("Written by iqgeo region new. Please add publisher, licence and attribution."))
    tables = {"districts": "districts.parquet", "settlements": "settlements.parquet", "shares": "figures.csv"}
    for table, source in sources.given().items():
        opened = open_source(source)
        digest = _digest(opened)
        listed[table] = {
            "title": opened.name,
            "publisher": "",
            "year": str(year),
            "definition": "",
            "tables": [tables.get(table, f"{table}.csv")],
            "licence": "",
            "attribution": "",
            "obtained": f"SHA-256 {digest}",
        }
    (folder / "sources.toml").write_text(tomlkit.dumps(listed), encoding="utf-8")
    document = tomlkit.document()
    document.add(tomlkit.comment("Written by iqgeo region new."))
    document["name"] = name
    document["ags"] = ags
    document["crs"] = metric_crs(outlines)
    document["stages"] = []
    document["data_date"] = str(year)
    checksums = tomlkit.table()
    for path in sorted(folder.iterdir()):
        if path.name != "region.toml":
            checksums[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    document["sha256"] = checksums
    (folder / "region.toml").write_text(tomlkit.dumps(document), encoding="utf-8")
