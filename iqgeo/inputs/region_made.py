"""A region folder of one's own: any German state, all of Germany, or any country.

The folder has the layout of the embedded region, so that everything that runs on Lower Saxony runs on it.
"""

import difflib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem
from iqgeo.inputs.antimeridian import is_crossed, unrolled_intake, unrolled_outlines
from iqgeo.inputs.counted import counted_of
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Notice, Source
from iqgeo.inputs.layout import MUNICIPALITY_LAYER
from iqgeo.inputs.municipalities import census_year, island_column, municipality_table, read_municipalities
from iqgeo.inputs.outlines import read_districts
from iqgeo.inputs.places import read_demand
from iqgeo.inputs.reach import REACH_KM, flag_swapped
from iqgeo.inputs.region_borders import borders_of_outlines
from iqgeo.inputs.region_cells import BY_CELL, counted_by_cell
from iqgeo.inputs.region_files import Description, describe
from iqgeo.inputs.region_tables import (
    chosen_districts,
    joined_figures,
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
from iqgeo.inputs.source import open_source
from iqgeo.inputs.words import shown
from iqgeo.reading import AS_IT_IS, Reading
from iqgeo.region import Region, load_region
from iqgeo.region_folder import written_here
from iqgeo.weights import KEY_FORM, POPULATION, STANDARD

if TYPE_CHECKING:
    import geopandas as gpd


_SITES: Final = ("towns", "offices")
_BY_TOWN: Final = "coordinates_missing_address"
_OF_LAYERS: Final = (".zip", ".gpkg")


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
class About:
    """What the user says about a new region beside its files, so that it need not be asked again.

    Attributes
    ----------
    weight_name, weight_definition : str
        Who the shares count, and what exactly; the name in every language.
    sites : str
        What the sites are called ("Krankenhäuser").
    publisher, licence : str
        Of the user's files.
    shares_year : int | None
        Year of the shares, if neither their table nor ``year`` says it.
    bridges : tuple[str, ...]
        Names of islands that a bridge or dam joins to the main land.
    """

    weight_name: str = ""
    weight_definition: str = ""
    sites: str = ""
    publisher: str = ""
    licence: str = ""
    shares_year: int | None = None
    bridges: tuple[str, ...] = ()


class Further(TypedDict, total=False):
    """What may be said of every region, whatever it is made of; see :func:`new_region`."""

    shares: Source | None
    grid_shares: Source | None
    towns: Source | None
    offices: Source | None
    weight: str | None
    key_column: str | None
    about: About | None
    readings: Callable[[str], Reading]


@dataclass(frozen=True)
class _Sources:
    """The files a region is made of, by the table they fill."""

    districts: Source
    settlements: Source
    municipalities: Source | None
    shares: Source | None
    grid_shares: Source | None
    towns: Source | None
    offices: Source | None

    def given(self) -> Mapping[str, Source]:
        """Those that were given."""
        found = {it.name: getattr(self, it.name) for it in fields(self)}
        return {name: source for name, source in found.items() if source is not None}


def new_region(
    directory: str | Path,
    *,
    name: str,
    districts: Source,
    settlements: Source,
    municipalities: Source | None = None,
    shares: Source | None = None,
    grid_shares: Source | None = None,
    towns: Source | None = None,
    offices: Source | None = None,
    keys_from: str = "",
    year: int,
    weight: str | None = None,
    key_column: str | None = None,
    about: About | None = None,
    readings: Callable[[str], Reading] = lambda _: AS_IT_IS,
) -> RegionReport:
    """Make a region folder from files and load it.

    Parameters
    ----------
    directory : str | Path
        Folder to make; must not exist or be empty. It appears complete or not at all.
    name : str
        The region's name.
    districts : Source
        Outlines (:func:`~iqgeo.inputs.read_districts`), as VG250 is handed out or any other.
    settlements : Source
        Inhabitants per place, a census grid, or the register of municipalities
        (:func:`~iqgeo.inputs.read_demand`).
    municipalities : Source | None
        Names of the municipalities: the register, or any table with keys and names.
    shares : Source | None
        Shares per area (:func:`~iqgeo.inputs.read_shares`), in per cent of the inhabitants, or persons.
    grid_shares : Source | None
        For settlements that are a census grid, the grid of the same cells with the share of foreigners: they
        are counted by cell, and shares of the same weight are spread by them.
    towns : Source | None
        Candidate sites, those outside passed over; by default the largest place of each municipality, or the
        settlements of a grid.
    offices : Source | None
        The region's offices.
    keys_from : str
        Only districts whose key starts so: ``"05"`` for Nordrhein-Westfalen, ``"11,12"`` for Berlin and
        Brandenburg together.
    year : int
        Year of the inhabitants, and of the shares if their table does not say another.
    weight : str | None
        Whom the shares count: one of :data:`iqgeo.weights.STANDARD`, or a word of one's own with
        ``about.weight_name``.
    key_column : str | None
        Column of the outlines with their key, if it is not found by itself.
    about : About | None
        Words, publisher and licence.
    readings : Callable[[str], Reading]
        What the user says about the file of a table.

    Raises
    ------
    InputError
        With every problem of the files that could be read, or if nothing remains.
    """
    target = Path(directory)
    about = About() if about is None else about
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(Problem("region_exists", str(target)))
    sources = _Sources(districts, settlements, municipalities, shares, grid_shares, towns, offices)
    intakes, by_town, problems = _read(sources, key_column, readings, year)
    problems += _wrong_weight(weight, about)
    if problems:
        raise InputError(problems)
    # Where it lies is said by who asked for it.
    findings = Findings(target.name)
    every = intakes["districts"].frame
    outlines = chosen_districts(every, keys_from, findings)
    if is_crossed(outlines):
        every, outlines = unrolled_outlines(every), unrolled_outlines(outlines)
        intakes = {table: unrolled_intake(it) for table, it in intakes.items()}
    neighbours = neighbours_of(every, outlines)
    settled = intakes["settlements"]
    places = settlement_table(settled, outlines, set(every["ags"]), neighbours, findings)
    listed = municipality_table(intakes.get("municipalities"), settled.names, places, outlines)
    places["landmass"] = island_column(places, outlines, neighbours, listed, about.bridges, findings)
    people_year = census_year(settled, year, findings)
    make: Mapping[str, Callable[[Intake | None], pd.DataFrame]] = {
        "towns": lambda it: town_table(it, places, outlines, listed, neighbours, findings, settled.names),
        "offices": lambda it: office_table(it, places, name, _whole(keys_from), findings),
    }
    optional = {"municipalities.csv": listed, "context.parquet": neighbours}
    tables = {
        "settlements.parquet": places.drop(columns="written_district"),
        "districts.parquet": outlines,
        "ags_changes.csv": reforms(places, outlines, findings),
        **{f"{table}.csv": made(intakes.get(table)) for table, made in make.items()},
        "figures.csv": population_figures(places, outlines, people_year),
        **_borders(districts, outlines, readings("districts"), findings),
        **{file: table for file, table in optional.items() if len(table)},
    }
    described = Description(
        name, _whole(keys_from), metric_crs(outlines), people_year, about, places["landmass"],
        weight="" if grid_shares is None else BY_CELL, weight_source="grid_shares",
    )  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".region-") as temporary:
        folder = Path(temporary) / "new"
        folder.mkdir()
        _write(folder, tables)
        years = {"settlements": people_year, "grid_shares": people_year}
        describe(folder, described, sources.given(), years)
        tables |= _by_town({it: make[it] for it in by_town}, sources, folder, readings, findings)
        if shares is not None:
            # The shares are held against the region as it now stands in the folder.
            region = load_region(folder)
            intake = read_shares(
                shares,
                region,
                weight=weight or described.weight or None,
                # The year of the people is that of the shares only where their table does not say another.
                year=about.shares_year,
                usual_year=year,
                reading=readings("shares"),
            )
            counted, told = counted_of(intake, weight, described.weight)
            findings.notices += [*intake.repairs, *told]
            years["shares"] = about.shares_year or intake.year or year
            figures = share_figures(intake, region, counted, years["shares"])
            _write(folder, {"figures.csv": joined_figures(tables["figures.csv"], figures)})
            described = replace(described, weight=counted, weight_source="shares")
        if by_town or shares is not None:
            describe(folder, described, sources.given(), years)
        if target.exists():
            target.rmdir()
        folder.rename(target)
    absent = {"region_no_shares": shares or grid_shares, "region_no_offices": offices}
    findings.notices += [Notice(code, "hint", findings.file) for code, it in absent.items() if it is None]
    return RegionReport(
        region=load_region(target),
        districts=len(outlines),
        settlements=len(places),
        people=float(places["population"].sum()),
        towns=len(tables["towns.csv"]),
        offices=len(tables["offices.csv"]),
        notices=(*(it for intake in intakes.values() for it in intake.repairs), *findings.notices),
    )


def _whole(keys_from: str) -> str:
    """The key of the region itself; districts of several beginnings have none together."""
    return "" if "," in keys_from else keys_from


def _borders(
    source: Source, outlines: "gpd.GeoDataFrame", reading: Reading, findings: Findings
) -> "dict[str, gpd.GeoDataFrame]":
    """The table of borders of municipalities, where the file of the districts has a layer of them."""
    if not open_source(source).name.lower().endswith(_OF_LAYERS):
        return {}
    try:
        found = read_districts(source, layer=MUNICIPALITY_LAYER, reading=reading).frame
    except InputError as error:
        # A file of one layer, or of others: nothing is missing. What cannot be used is said; the region needs
        # none of it.
        if any(it.code not in ("layer_unknown", "layers_unclear") for it in error.problems):
            findings.note("region_borders_unread", kind="hint", value=error.problems[0].value)
        return {}
    keys = set(outlines["ags"].astype(str))
    length = {len(it) for it in keys}
    within = [any(key[:it] in keys for it in length if len(key) > it) for key in found["ags"].astype(str)]
    if not any(within):
        return {}
    findings.note("region_borders", kind="hint", number=sum(within))
    return {"borders.parquet": borders_of_outlines(found[within], outlines, metric_crs(outlines))}


def _by_town(
    make: Mapping[str, Callable[[Intake | None], pd.DataFrame]],
    sources: _Sources,
    folder: Path,
    readings: Callable[[str], Reading],
    findings: Findings,
) -> dict[str, pd.DataFrame]:
    """Sites that say only in which town they are: the region as it stands says where that is."""
    if not make:
        return {}
    found, near = {}, (load_region(folder), REACH_KM)
    for table, made in make.items():
        read = read_candidates if table == "towns" else read_offices
        intake = read(sources.given()[table], near=near, reading=readings(table))
        findings.notices = [it for it in findings.notices if it.code != f"{table}_derived"]
        findings.notices += intake.repairs
        found[f"{table}.csv"] = made(intake)
    _write(folder, found)
    return found


def _exchanged(intakes: Mapping[str, Intake]) -> list[Problem]:
    """Places and sites off all outlines that would lie among them with longitude and latitude exchanged."""
    outlines = intakes["districts"].frame
    if is_crossed(outlines):
        return []
    west, south, east, north = outlines.total_bounds
    problems: list[Problem] = []
    for intake in (intakes[it] for it in ("settlements", "towns", "offices") if it in intakes):
        lon, lat = (intake.frame[it].to_numpy(dtype=np.float64) for it in ("lon", "lat"))
        there, turned = (
            (x >= west) & (x <= east) & (y >= south) & (y <= north) for x, y in ((lon, lat), (lat, lon))
        )
        findings = Findings(intake.file, intake.row_numbers)
        flag_swapped(lon, lat, turned & ~there, findings)
        problems += findings.problems
    return problems


def _wrong_weight(weight: str | None, about: About) -> list[Problem]:
    """A weight nobody has words for, be it with shares or without: nobody could ask for it later."""
    if weight is None:
        return []
    if not KEY_FORM.fullmatch(weight):
        return [Problem("weight_form", column="weight", value=shown(weight))]
    if weight in STANDARD or about.weight_name:
        return []
    near = difflib.get_close_matches(weight, STANDARD, 1, 0.8)
    details = {"near": near[0] if near else "", "known": ", ".join(STANDARD)}
    code = "weight_misspelt" if near else "weight_without_name"
    return [Problem(code, column="weight", value=weight, details=details)]


def _write(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        if name.endswith(".parquet"):
            table.to_parquet(folder / name, index=False, compression="zstd")
        else:
            table.to_csv(folder / name, index=False, lineterminator="\n")
    written_here(folder)


def _read(
    sources: _Sources, key_column: str | None, readings: Callable[[str], Reading], year: int
) -> tuple[dict[str, Intake], list[str], list[Problem]]:
    """All files, which of them name sites by their town alone, and the problems of all of them at once."""
    readers: Mapping[str, Callable[[Source, Reading], Intake]] = {
        "districts": lambda source, said: read_districts(source, key=key_column, reading=said),
        # Of a census grid everyone, whatever shares it has beside them.
        "settlements": lambda source, said: read_demand(
            source, weight=POPULATION, blanks=True, year=year, reading=said
        ),
        "municipalities": lambda source, said: read_municipalities(source, reading=said),
        "towns": lambda source, said: read_candidates(source, reading=said),
        "offices": lambda source, said: read_offices(source, reading=said),
    }
    intakes: dict[str, Intake] = {}
    problems: list[Problem] = []
    by_town: list[str] = []
    for table, source in sources.given().items():
        if table in ("shares", "grid_shares"):
            continue
        try:
            intake = readers[table](source, readings(table))
            if table == "settlements" and sources.grid_shares is not None:
                intake = counted_by_cell(intake, source, sources.grid_shares)
            intakes[table] = intake
        except InputError as error:
            if table in _SITES and {it.code for it in error.problems} == {_BY_TOWN}:
                by_town.append(table)
            else:
                problems += error.problems
    return intakes, by_town, problems or _exchanged(intakes)
