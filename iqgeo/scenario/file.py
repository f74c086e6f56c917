"""Plan files: TOML that a person can read and change, checked entry by entry."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from iqgeo.choices import MODELS
from iqgeo.errors import InputError
from iqgeo.inputs import limits
from iqgeo.known_regions import directory_of
from iqgeo.proof import FEWEST, GOALS, JOINT, LEAST, NETWORK_MODELS, Proof
from iqgeo.reading import ANSWERS, DECIMALS, ROLES, Reading, is_answer
from iqgeo.region import load_region
from iqgeo.scenario.model import Outpost, OwnFile, Robustness, Rules, Scenario, Search, Stage
from iqgeo.scenario.reader import Reader
from iqgeo.scenario.settings import Settings, plan_tables
from iqgeo.scenario.start import start_of
from iqgeo.scenario.versions import newest, text_of
from iqgeo.sites import KINDS, OFFICE, OUTREACH, Site

_FIRST_YEAR: Final = 1000
# Table and entry that name a file of a kind.
FILE_ENTRIES: Final[Mapping[str, tuple[str, str]]] = {
    "offices": ("offices", "file"),
    "candidates": ("candidates", "file"),
    "demand": ("demand", "file"),
    "grid_shares": ("grid_shares", "file"),
    "shares": ("shares", "file"),
    "distances": ("distances", "file"),
    "factors": ("distance", "factors"),
    "roads": ("distance", "roads"),
}
SWAPPED: Final = "swap_coordinates"
READING: Final = ("sheet", "columns", "decimal", "crs", "agree", "without", "rows")


def read_scenario(path: Path, within: Path | None = None) -> Scenario:
    """Read and check a plan file.

    Parameters
    ----------
    path : Path
        TOML of this or an older version.
    within : Path | None
        For a stranger's plan, the only folder in which it may name files and folders, links followed;
        its comments are not kept.

    Returns
    -------
    Scenario
        What the file says.

    Raises
    ------
    InputError
        If it cannot be read or used: every problem at once.
    """
    # A stranger's plan is spoken of by its name alone: where it lies on this computer is nobody's business.
    file = str(path) if within is None else path.name
    top, document = newest(text_of(path, file), file, own=within is None)
    reader = Reader(file, path.absolute().parent, within)
    scenario = _scenario(reader, top, document)
    reader.finish()
    return scenario


def _tables() -> dict[str, list[str]]:
    """The tables of a plan file with their entries, as far as settings and files decide them."""
    tables = plan_tables()
    for table, key in FILE_ENTRIES.values():
        tables.setdefault(table, []).extend([key, "sha256", SWAPPED, *READING])
    tables["network"].append("empty")
    tables["candidates"] += ["require", "forbid", "per_district", "require_places", "forbid_places"]
    return tables


def _scenario(reader: Reader, top: dict[str, Any], document: str) -> Scenario:
    known = _tables()
    reader.known(top, "", "version", "name", "note", "region", *known, "sites", "stages", "robustness")
    region = reader.table(top, "region")
    reader.known(region, "region", "name", "directory", "sha256")
    parts = {name: reader.table(top, name) for name in known}
    for name, table in parts.items():
        reader.known(table, name, *known[name])
    stages = tuple(
        _stage(reader, it, f"stages[{number}]")
        for number, it in enumerate(reader.tables(top, "stages"), start=1)
    )
    sites = tuple(
        _site(reader, it, f"sites[{number}]")
        for number, it in enumerate(reader.tables(top, "sites"), start=1)
    )
    empty = reader.flag(parts["network"], "network.empty")
    if not stages and "network" not in top:
        reader.problem("plan_no_stages", "stages")
    if empty and not stages:
        reader.problem("plan_no_stages", "stages")
    if len(stages) > limits.PLAN_STAGES:
        reader.problem("plan_many_stages", "stages", len(stages), limit=limits.PLAN_STAGES)
    _check_unique(reader, [it.id for it in sites], "sites")
    directory = reader.folder_of(region, "region.directory") or _known(reader.text(region, "region.name"))
    files = tuple(file for kind, entry in FILE_ENTRIES.items() if (file := _file(reader, kind, parts, entry)))
    return Scenario(
        name=reader.name(top, "name") or Path(reader.file).stem,
        note=reader.name(top, "note", letters=limits.NOTE_LETTERS),
        stages=stages,
        settings=_settings(reader, parts, directory, files),
        rules=rules_of(reader, parts["candidates"], "candidates"),
        sites=sites,
        files=files,
        empty=empty,
        region_name=reader.text(region, "region.name"),
        region_directory=directory,
        checksums={str(key): str(value) for key, value in reader.table(region, "sha256").items()},
        robustness=_robustness(reader, top),
        document=document,
    )


def _known(name: str) -> Path | None:
    """Folder of a region that goes by its name alone; the embedded one needs none."""
    return None if not name or name == load_region().name else directory_of(name)


def _file(
    reader: Reader, kind: str, parts: Mapping[str, dict[str, Any]], entry: tuple[str, str]
) -> OwnFile | None:
    table, key = entry
    found = reader.file_of(parts[table], f"{table}.{key}", kind)
    if found is None:
        return None
    entries = parts[table]
    columns = {str(role): str(name) for role, name in reader.table(entries, f"{table}.columns").items()}
    reader.known(columns, f"{table}.columns", *ROLES)
    answers = {str(row): str(it) for row, it in reader.table(entries, f"{table}.rows").items()}
    for row, it in answers.items():
        if not is_answer(row, it):
            reader.problem("row_option", f"{table}.rows", f"{row} = {it}", known=", ".join(ANSWERS))
    reading = Reading(
        columns,
        reader.one_of(entries, f"{table}.decimal", ("", *DECIMALS), ""),
        reader.text(entries, f"{table}.crs"),
        reader.flag(entries, f"{table}.agree"),
        reader.texts(entries, f"{table}.without"),
        {int(row): it for row, it in answers.items() if is_answer(row, it)},
    )
    swapped = reader.flag(entries, f"{table}.{SWAPPED}")
    sheet = reader.text(entries, f"{table}.sheet") or None
    return replace(found, swapped=swapped, layer=sheet, reading=reading)


def _settings(
    reader: Reader, parts: Mapping[str, dict[str, Any]], directory: Path | None, files: Sequence[OwnFile]
) -> Settings:
    """The settings of a plan; what it does not say is what every door begins with."""
    try:
        region = load_region(directory)
    except InputError:
        # What is wrong with the folder is said by who loads it.
        region = None
    start = Settings() if region is None else start_of(region, any(it.kind == "offices" for it in files))
    found: dict[str, Any] = {}
    for row in fields(Settings):
        table, _, key = row.metadata["plan"].partition(".")
        if key not in parts[table]:
            continue
        default = getattr(start, row.name)
        found[row.name] = reader.setting(parts[table], row.metadata["plan"], row.metadata["kind"], default)
    return replace(start, **found)


def _stage(reader: Reader, table: dict[str, Any], where: str) -> Stage:
    reader.known(table, where, "name", "year", "opened", "closed", "places", "search", "proof")
    year = reader.whole(table, f"{where}.year", least=_FIRST_YEAR)
    name = reader.name(table, f"{where}.name") or (str(year) if year is not None else "")
    if not name:
        reader.problem("plan_entry_missing", f"{where}.name")
    opened = reader.texts(table, f"{where}.opened")
    closed = reader.texts(table, f"{where}.closed")
    _check_unique(reader, opened, f"{where}.opened")
    for key in sorted(set(opened) & set(closed)):
        reader.problem("plan_opened_and_closed", where, key)
    search = _search(reader, reader.table(table, "search"), f"{where}.search") if "search" in table else None
    proof = _proof(reader, reader.table(table, "proof"), f"{where}.proof") if "proof" in table else None
    places = tuple(
        _outpost(reader, it, f"{where}.places[{number}]")
        for number, it in enumerate(reader.tables(table, "places"), start=1)
    )
    _check_unique(reader, [it.id for it in places], f"{where}.places")
    return Stage(name, year, opened, closed, search, proof, places)


def rules_of(reader: Reader, table: dict[str, Any], where: str) -> Rules:
    """Read what searches have to keep to.

    Parameters
    ----------
    reader : Reader
        Notes every problem.
    table : dict[str, Any]
        The table that they stand in.
    where : str
        What the table is called in the file.

    Returns
    -------
    Rules
        Empty ones where nothing usable stands.
    """
    return Rules(
        reader.texts(table, f"{where}.require"),
        reader.texts(table, f"{where}.forbid"),
        reader.flag(table, f"{where}.per_district"),
        reader.texts(table, f"{where}.require_places"),
        reader.texts(table, f"{where}.forbid_places"),
    )


def _outpost(reader: Reader, table: dict[str, Any], where: str) -> Outpost:
    reader.known(table, where, "id", "home")
    found = Outpost(reader.name(table, f"{where}.id"), reader.name(table, f"{where}.home"))
    for key in ("id", "home"):
        if not getattr(found, key):
            reader.problem("plan_entry_missing", f"{where}.{key}")
    return found


def _search(reader: Reader, table: dict[str, Any], where: str) -> Search:
    reader.known(
        table, where, "model", "new", "keep", "share_pct", "sizes", "places", "district_share_pct", "goal",
        "least", "time_limit_s",
    )  # fmt: skip
    model = reader.one_of(table, f"{where}.model", (*MODELS, JOINT), Search.model)
    sizes = reader.wholes(table, f"{where}.sizes")
    if model == JOINT and (not sizes or min(sizes) < 1):
        reader.problem("plan_entry_missing", f"{where}.sizes")
    fewest = table.get("places") == FEWEST
    found = Search(
        model=model,
        new=reader.whole(table, f"{where}.new", least=0),
        keep=reader.whole(table, f"{where}.keep", least=0),
        share_pct=reader.number(table, f"{where}.share_pct", None, above=0.0, most=100.0),
        sizes=sizes,
        places=FEWEST if fewest else reader.whole(table, f"{where}.places", least=0),
        district_share_pct=reader.number(table, f"{where}.district_share_pct", None, above=0.0, most=100.0),
        goal=reader.one_of(table, f"{where}.goal", ("", *GOALS), ""),
        least=reader.one_of(table, f"{where}.least", ("", *LEAST), ""),
        time_limit_s=reader.number(table, f"{where}.time_limit_s", Search.time_limit_s, above=0.0),
    )
    for code, value in found.contradictions:
        reader.problem(code, where, value)
    return found


def _proof(reader: Reader, table: dict[str, Any], where: str) -> Proof:
    reader.known(table, where, *(row.name for row in fields(Proof)))
    nan = float("nan")
    return Proof(
        model=reader.one_of(table, f"{where}.model", (*MODELS, JOINT, *NETWORK_MODELS), Search.model),
        status=reader.one_of(table, f"{where}.status", ("optimal", "feasible", "infeasible"), "feasible"),
        gap=reader.number(table, f"{where}.gap", nan, least=0.0),
        seconds=reader.number(table, f"{where}.seconds", nan, least=0.0),
        per_district=reader.flag(table, f"{where}.per_district"),
        share_pct=reader.number(table, f"{where}.share_pct", Proof.share_pct, above=0.0, most=100.0),
        pool=reader.one_of(table, f"{where}.pool", ("towns", "own"), "towns"),
        question=reader.text(table, f"{where}.question"),
        candidates=reader.whole(table, f"{where}.candidates", 0),
        least_people=reader.whole(table, f"{where}.least_people", 0),
        free=reader.texts(table, f"{where}.free"),
        required=reader.texts(table, f"{where}.required"),
        forbidden=reader.texts(table, f"{where}.forbidden"),
        start=reader.texts(table, f"{where}.start"),
        end=reader.texts(table, f"{where}.end"),
        stages=reader.whole(table, f"{where}.stages", 1, least=1),
        places=reader.texts(table, f"{where}.places"),
        required_places=reader.texts(table, f"{where}.required_places"),
        forbidden_places=reader.texts(table, f"{where}.forbidden_places"),
        least=reader.one_of(table, f"{where}.least", ("", *LEAST), ""),
        also=reader.texts(table, f"{where}.also"),
        district_share_pct=reader.number(table, f"{where}.district_share_pct", None, above=0.0, most=100.0),
    )


def _site(reader: Reader, table: dict[str, Any], where: str) -> Site:
    reader.known(table, where, "id", "name", "lon", "lat", "kind", "home")
    key = reader.name(table, f"{where}.id")
    if not key:
        reader.problem("plan_entry_missing", f"{where}.id")
    lon, lat = (
        reader.number(table, f"{where}.{axis}", None, least=-most, most=most)
        for axis, most in (("lon", 180.0), ("lat", 90.0))
    )
    for axis, value in (("lon", lon), ("lat", lat)):
        if value is None and axis not in table:
            reader.problem("plan_entry_missing", f"{where}.{axis}")
    nowhere = float("nan")
    kind = reader.one_of(table, f"{where}.kind", KINDS, OFFICE)
    home = reader.name(table, f"{where}.home")
    if home and kind != OUTREACH:
        reader.problem("plan_home_of_office", f"{where}.home", home)
    return Site(
        key,
        reader.name(table, f"{where}.name") or key,
        nowhere if lon is None else lon,
        nowhere if lat is None else lat,
        kind=kind,
        home=home,
    )


def _robustness(reader: Reader, top: dict[str, Any]) -> Robustness | None:
    if "robustness" not in top:
        return None
    table = reader.table(top, "robustness")
    reader.known(table, "robustness", "variations", "seed")
    variations = reader.whole(
        table, "robustness.variations", Robustness.variations, least=1, most=limits.PLAN_VARIATIONS
    )
    return Robustness(variations, reader.whole(table, "robustness.seed", Robustness.seed, least=0))


def _check_unique(reader: Reader, keys: "list[str] | tuple[str, ...]", where: str) -> None:
    twice = sorted(key for key, count in Counter(keys).items() if count > 1)
    for key in twice[: limits.LISTED]:
        reader.problem("plan_twice", where, key)
