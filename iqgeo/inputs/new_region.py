"""A region folder of one's own: any German state, all of Germany, or any country.

The folder has the layout of the embedded region, so that everything that runs on Lower Saxony runs on it.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from iqgeo.demand import DEFAULT_WEIGHT, areas_of_settlements
from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.districts_of import assign_districts
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Notice, Source
from iqgeo.inputs.outlines import read_districts
from iqgeo.inputs.places import read_demand
from iqgeo.inputs.shares import read_shares
from iqgeo.inputs.sites import read_candidates, read_offices
from iqgeo.inputs.source import Opened, open_source
from iqgeo.region import Region, load_region

if TYPE_CHECKING:
    import geopandas as gpd

_DISTRICT_DIGITS: Final = 5
_ZONE_DEGREES: Final = 9.0
"""A region wider than this does not fit one UTM zone and its neighbours."""

_AROUND_DEGREES: Final = 1.0
_EUROPE_LAEA: Final = "EPSG:3035"
_WORLD_EQUAL_AREA: Final = "EPSG:6933"
_FIGURE_COLUMNS: Final = ("measure", "year", "area", "name", "persons", "share_pct", "population", "source")


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
    outlines = _chosen(every, keys_from, findings)
    neighbours = _neighbours(every, outlines)
    places = _settlements(intakes["settlements"], outlines, set(every["ags"]), neighbours, findings)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".region-") as temporary:
        folder = Path(temporary) / "new"
        folder.mkdir()
        changes = _changes(places, outlines, findings)
        town_table = _towns(intakes.get("towns"), places, outlines, findings)
        office_table = _offices(intakes.get("offices"), keys_from)
        places.drop(columns="written_district").to_parquet(
            folder / "settlements.parquet", index=False, compression="zstd"
        )
        outlines.to_parquet(folder / "districts.parquet", index=False, compression="zstd")
        if len(neighbours):
            neighbours.to_parquet(folder / "context.parquet", index=False, compression="zstd")
        changes.to_csv(folder / "ags_changes.csv", index=False, lineterminator="\n")
        town_table.to_csv(folder / "towns.csv", index=False, lineterminator="\n")
        office_table.to_csv(folder / "offices.csv", index=False, lineterminator="\n")
        pd.DataFrame(columns=list(_FIGURE_COLUMNS)).to_csv(folder / "figures.csv", index=False)
        _describe(folder, name, keys_from, outlines, year, sources)
        figures = _population(places, outlines, year)
        if shares is not None:
            # The shares are held against the region as it now stands in the folder.
            intake = read_shares(shares, load_region(folder))
            findings.notices += intake.repairs
            figures = pd.concat(
                [figures, _figures(intake, load_region(folder), weight, year)], ignore_index=True
            )
        else:
            findings.note("region_no_shares", kind="hint")
        figures.to_csv(folder / "figures.csv", index=False, lineterminator="\n")
        _describe(folder, name, keys_from, outlines, year, sources)
        if target.exists():
            target.rmdir()
        shutil.move(str(folder), str(target))
    if offices is None:
        findings.note("region_no_offices", kind="hint")
    notices = (*(it for intake in intakes.values() for it in intake.repairs), *findings.notices)
    return RegionReport(
        load_region(target),
        len(outlines),
        len(places),
        float(places["population"].sum()),
        len(town_table),
        len(office_table),
        notices,
    )


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


def _chosen(outlines: "gpd.GeoDataFrame", keys_from: str, findings: Findings) -> "gpd.GeoDataFrame":
    chosen = outlines[outlines["ags"].str.startswith(keys_from)].reset_index(drop=True)
    if not len(chosen):
        present = ", ".join(outlines["ags"].head(5))
        findings.problem("region_no_districts", value=keys_from, present=present)
        findings.stop_if_any()
    # A city and the district around it often bear the same name.
    twice = chosen["name"].duplicated(keep=False) & chosen["kind"].ne("")
    chosen["name"] = chosen["name"].where(~twice, chosen["name"] + " (" + chosen["kind"] + ")")
    return chosen


def _neighbours(every: "gpd.GeoDataFrame", chosen: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """The districts of the same file around the chosen ones."""
    west, south, east, north = chosen.total_bounds
    around = every.cx[
        west - _AROUND_DEGREES : east + _AROUND_DEGREES, south - _AROUND_DEGREES : north + _AROUND_DEGREES
    ]
    around = around[~around["ags"].isin(chosen["ags"])]
    return around.assign(state=around["ags"].str[:2])[["ags", "name", "state", "geometry"]].reset_index(
        drop=True
    )


def _settlements(
    intake: Intake,
    outlines: "gpd.GeoDataFrame",
    every_key: set[str],
    neighbours: "gpd.GeoDataFrame",
    findings: Findings,
) -> pd.DataFrame:
    """Inhabited places inside the outlines, each with its district: by key, else by position."""
    places = intake.frame
    inhabited = (places["people"] > 0).to_numpy(dtype=bool)
    if not inhabited.all():
        findings.note("places_empty", kind="hint", number=int((~inhabited).sum()))
    places = places[inhabited].reset_index(drop=True)
    written = places["ags"].where(places["ags"].ne(""), places["district_ags"]).str[:_DISTRICT_DIGITS]
    known = written.isin(outlines["ags"])
    places["district_ags"] = written.where(known, "").astype("str")
    # A place with the key of a district outside the region is not in it, however the border is drawn.
    without = ~known.to_numpy(dtype=bool) & ~written.isin(every_key).to_numpy(dtype=bool)
    located = Findings(findings.file, np.arange(len(places), dtype=np.int64))
    settled = places[known.to_numpy(dtype=bool)]
    assign_districts(places, without, _Outlines(outlines, neighbours, settled), located)
    at_edge = sum(it.count for it in located.notices if it.code == "places_at_edge")
    if at_edge:
        findings.note("places_at_edge", kind="hint", number=at_edge)
    outside = places["district_ags"].eq("").to_numpy(dtype=bool)
    if outside.any():
        people = float(places["people"].to_numpy()[outside].sum())
        findings.note("places_elsewhere", kind="hint", number=int(outside.sum()), people=people)
    places = places.assign(written_district=written)[~outside].reset_index(drop=True)
    if not len(places):
        findings.problem("region_no_people")
        findings.stop_if_any()
    empty = outlines.loc[~outlines["ags"].isin(places["district_ags"]), "name"].tolist()
    if empty:
        findings.note("districts_empty", kind="hint", value=empty[0], number=len(empty))
    population = places["people"].to_numpy()
    whole = bool((population == np.round(population)).all())
    places["population"] = population.astype(np.int64) if whole else population
    columns = ["id", "ags", "district_ags", "lon", "lat", "population", "landmass", "written_district"]
    return places[columns].sort_values(["ags", "id"], ignore_index=True)


@dataclass(frozen=True)
class _Outlines:
    """As much of a region as finding the district of a point needs."""

    districts: Any
    context: Any
    settlements: pd.DataFrame


def _changes(places: pd.DataFrame, outlines: "gpd.GeoDataFrame", findings: Findings) -> pd.DataFrame:
    """Former district keys of the places and the district most of their people now live in."""
    former = places[~places["written_district"].isin(outlines["ags"]) & places["written_district"].ne("")]
    former = former[former["written_district"].str.fullmatch(r"\d{5}")]
    people = former.groupby(["written_district", "district_ags"])["population"].sum().reset_index()
    people = people.sort_values(["population", "district_ags"], ascending=[False, True])
    changes = people.drop_duplicates("written_district").sort_values("written_district")
    if len(changes):
        first = changes.iloc[0]
        pair = f"{first['written_district']} → {first['district_ags']}"
        findings.note("districts_moved", value=pair, number=len(changes))
    return pd.DataFrame(
        {
            "old": changes["written_district"],
            "new": changes["district_ags"],
            "name": "",
            "date": "",
            "reason": "derived from the position of the places",
        }
    )


def _towns(
    given: Intake | None, places: pd.DataFrame, outlines: "gpd.GeoDataFrame", findings: Findings
) -> pd.DataFrame:
    if given is not None:
        towns = given.frame.copy()
        return towns.assign(population=towns["population"].fillna(0), position="as given")
    municipality = places["ags"].where(places["ags"].ne(""), places["district_ags"])
    ordered = places.assign(key=municipality).sort_values(["population", "id"], ascending=[False, True])
    largest = ordered.drop_duplicates("key").sort_values("key")
    total = places.groupby(municipality)["population"].sum()
    names = dict(zip(outlines["ags"], outlines["name"], strict=True))
    findings.note("towns_derived", kind="hint", number=len(largest))
    district = largest["district_ags"].map(names)
    return pd.DataFrame(
        {
            "id": largest["key"].to_numpy(),
            # Without a list of municipalities the key is the only name there is.
            "name": np.where(
                largest["key"].eq(largest["district_ags"]), district, largest["key"] + ", " + district
            ),
            "ags": largest["ags"].to_numpy(),
            "district_ags": largest["district_ags"].to_numpy(),
            "lon": largest["lon"].to_numpy(),
            "lat": largest["lat"].to_numpy(),
            "population": total.reindex(largest["key"]).to_numpy(),
            "position": "largest place",
        }
    )


def _offices(given: Intake | None, state: str) -> pd.DataFrame:
    columns = ["id", "name", "lon", "lat", "kind", "state", "opened", "closed", "operator"]
    if given is None:
        return pd.DataFrame(columns=columns)
    return given.frame.assign(state=state)[columns]


def _population(places: pd.DataFrame, outlines: "gpd.GeoDataFrame", year: int) -> pd.DataFrame:
    persons = places.groupby("district_ags")["population"].sum()
    names = dict(zip(outlines["ags"], outlines["name"], strict=True))
    return pd.DataFrame(
        {
            "measure": "population",
            "year": year,
            "area": persons.index,
            "name": [names[it] for it in persons.index],
            "persons": persons.to_numpy().round(),
            "share_pct": np.nan,
            "population": persons.to_numpy().round(),
            "source": "settlements",
        }
    )


def _figures(shares: Intake, region: Region, weight: str, year: int) -> pd.DataFrame:
    """Persons per area from the shares, in whole persons."""
    settlements = region.settlements
    frame = shares.frame
    area = areas_of_settlements(settlements, frame["area"].tolist())
    people = settlements.groupby(area)["population"].sum()
    share_pct = frame.set_index("area")["share_pct"].reindex(people.index)
    names = frame.set_index("area")["name"].reindex(people.index)
    return pd.DataFrame(
        {
            "measure": weight,
            "year": year,
            "area": people.index,
            "name": names.to_numpy(),
            "persons": (people.to_numpy() * share_pct.to_numpy() / 100).round(),
            "share_pct": share_pct.to_numpy(),
            "population": people.to_numpy(),
            "source": "shares",
        }
    )


def metric_crs(outlines: "gpd.GeoDataFrame") -> str:
    """The UTM zone of the middle, an equal-area system where the region is wider than a zone allows."""
    west, south, east, north = outlines.total_bounds
    if east - west <= _ZONE_DEGREES and -80 <= (south + north) / 2 <= 84:
        return f"EPSG:{outlines.estimate_utm_crs().to_epsg()}"
    in_europe = west > -32 and east < 45 and south > 32 and north < 73
    return _EUROPE_LAEA if in_europe else _WORLD_EQUAL_AREA


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
