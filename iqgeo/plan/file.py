"""Plan files: TOML that a person can read and change; comments survive, older versions are understood."""

import hashlib
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.source import too_large
from iqgeo.plan.model import VERSION, DataFile, Plan, Robustness, Search, Site, Stage
from iqgeo.plan.reader import Reader, written_out
from iqgeo.region import OPTIONAL_TABLES, REQUIRED_COLUMNS, Region
from iqgeo.suggestions import MODELS
from iqgeo.texts import Lang, text

DISTANCES: Final = ("straight", "detour", "road")
# In a line: a key of thousands of parts keeps the parser busy for minutes.
_DOTS: Final = 100
_TABLES: Final = (*REQUIRED_COLUMNS, *OPTIONAL_TABLES)
_FILES: Final = {"demand_file": "demand", "offices_file": "offices", "candidates_file": "candidates"}
# Version 1, the short form: everything stood at the top.
_MOVED_IN_2: Final[Mapping[str, tuple[str, str]]] = {
    "region": ("region", "directory"),
    "weight": ("demand", "weight"),
    "year": ("demand", "year"),
    "distance": ("distance", "kind"),
    "detour_factor": ("distance", "factor"),
    "target_km": ("target", "km"),
    "require": ("candidates", "require"),
    "forbid": ("candidates", "forbid"),
}


def read_plan(path: Path, within: Path | None = None) -> Plan:
    """Read and check a plan file; see :meth:`Plan.load`."""
    # A stranger's plan is spoken of by its name alone: where it lies on this computer is nobody's business.
    file = str(path) if within is None else path.name
    top, document = _parsed(_content(path, file), file, own=within is None)
    reader = Reader(file, path.absolute().parent, within)
    plan = _plan(reader, top, document)
    reader.finish()
    _check_against_region(plan, file)
    return plan


def _content(path: Path, file: str) -> str:
    """The text of a plan file, refused beyond :data:`limits.PLAN_BYTES` before anything reads it."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(limits.PLAN_BYTES + 1)
        if len(raw) > limits.PLAN_BYTES:
            raise InputError(too_large(file, max(path.stat().st_size, len(raw)), limits.PLAN_BYTES))
        return raw.decode("utf-8-sig")
    except OSError as error:
        code = "plan_missing" if isinstance(error, FileNotFoundError) else "plan_unreadable"
        reason = error.strerror or type(error).__name__
        raise InputError(Problem(code, file=file, details={"reason": reason})) from error
    except UnicodeDecodeError as error:
        raise InputError(Problem("plan_unreadable", file=file, details={"reason": error})) from error


def _parsed(written: str, file: str, *, own: bool) -> tuple[dict[str, Any], str]:
    """The tables of a plan in the newest version, and the text that keeps its comments.

    A stranger's file is read without its comments: the reader that keeps them takes minutes for some
    files of a few thousand bytes.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    if not own:
        crowded = next((at for at, it in enumerate(written.splitlines(), 1) if it.count(".") > _DOTS), None)
        if crowded is not None:
            raise InputError(Problem("plan_dots", file=file, row=crowded, details={"limit": _DOTS}))
    try:
        document: Any = tomlkit.parse(written) if own else tomllib.loads(written)
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise InputError(Problem("plan_unreadable", file=file, details={"reason": error})) from error
    version = document.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= VERSION:
        known = str(VERSION)
        raise InputError(Problem("plan_version", file, value=written_out(version), details={"known": known}))
    for older in range(version, VERSION):
        _MIGRATIONS[older](document)
    return (document.unwrap(), tomlkit.dumps(document)) if own else (document, "")


def _check_against_region(plan: Plan, file: str) -> None:
    region = plan.region()
    problems = [
        Problem(it.code, file=file, column=it.column, value=it.value, details=it.details)
        for it in plan.problems(region)
    ]
    if problems:
        raise InputError(problems)


def _from_1(document: Any) -> None:
    """Version 1 to 2: settings move from the top into tables."""
    moved = [(key, *_MOVED_IN_2[key], document.pop(key)) for key in _MOVED_IN_2 if _is_setting(document, key)]
    for _, table, key, value in moved:
        if table not in document:
            document[table] = {}
        document[table][key] = value
    document["version"] = 2


def _is_setting(document: Mapping[str, Any], key: str) -> bool:
    return key in document and not isinstance(document[key], Mapping)


_MIGRATIONS: Final[Mapping[int, Callable[[Any], None]]] = {1: _from_1}


def _plan(reader: Reader, top: dict[str, Any], document: str) -> Plan:
    reader.known(
        top, "", "version", "name", "note", "region", "demand", "offices", "distance", "target", "candidates",
        "sites", "stages", "robustness",
    )  # fmt: skip
    region, demand, offices, distance, target, candidates = (
        reader.table(top, name)
        for name in ("region", "demand", "offices", "distance", "target", "candidates")
    )
    reader.known(region, "region", "name", "directory", "sha256")
    reader.known(demand, "demand", "weight", "year", "file", "sha256")
    reader.known(offices, "offices", "file", "sha256", "across_border", "planned")
    reader.known(distance, "distance", "kind", "factor", "roads", "sha256", "snap_limit_km")
    reader.known(target, "target", "km")
    reader.known(candidates, "candidates", "file", "sha256", "least_people", "require", "forbid")
    stages = tuple(
        _stage(reader, it, f"stages[{number}]")
        for number, it in enumerate(reader.tables(top, "stages"), start=1)
    )
    sites = tuple(
        _site(reader, it, f"sites[{number}]")
        for number, it in enumerate(reader.tables(top, "sites"), start=1)
    )
    if not stages:
        reader.problem("plan_no_stages", "stages")
    if len(stages) > limits.PLAN_STAGES:
        reader.problem("plan_many_stages", "stages", len(stages), limit=limits.PLAN_STAGES)
    _check_unique(reader, [it.id for it in sites], "sites")
    return Plan(
        name=reader.text(top, "name") or Path(reader.file).stem,
        note=reader.text(top, "note"),
        stages=stages,
        sites=sites,
        region_name=reader.text(region, "region.name"),
        region_directory=reader.folder_of(region, "region.directory"),
        checksums={str(key): str(value) for key, value in reader.table(region, "sha256").items()},
        weight=reader.weight(demand, "demand.weight", Plan.weight),
        year=reader.whole(demand, "demand.year"),
        demand_file=reader.file_of(demand, "demand.file"),
        offices_file=reader.file_of(offices, "offices.file"),
        across_border=reader.flag(offices, "offices.across_border"),
        planned=reader.flag(offices, "offices.planned"),
        distance=reader.one_of(distance, "distance.kind", DISTANCES, Plan.distance),
        detour_factor=reader.number(distance, "distance.factor", Plan.detour_factor, least=1.0),
        roads_file=reader.file_of(distance, "distance.roads"),
        snap_limit_km=reader.number(distance, "distance.snap_limit_km", None, above=0.0),
        target_km=reader.number(target, "target.km", Plan.target_km, above=0.0),
        candidates_file=reader.file_of(candidates, "candidates.file"),
        least_people=reader.whole(candidates, "candidates.least_people", Plan.least_people),
        require=reader.texts(candidates, "candidates.require"),
        forbid=reader.texts(candidates, "candidates.forbid"),
        robustness=_robustness(reader, top),
        document=document,
    )


def _stage(reader: Reader, table: dict[str, Any], where: str) -> Stage:
    reader.known(table, where, "name", "year", "opened", "closed", "search")
    year = reader.whole(table, f"{where}.year")
    search = None
    if "search" in table:
        asked = reader.table(table, "search")
        inside = f"{where}.search"
        reader.known(asked, inside, "model", "new", "keep", "share_pct", "time_limit_s")
        search = Search(
            model=reader.one_of(asked, f"{inside}.model", MODELS, Search.model),
            new=reader.whole(asked, f"{inside}.new", least=0),
            keep=reader.whole(asked, f"{inside}.keep", least=0),
            share_pct=reader.number(asked, f"{inside}.share_pct", None, above=0.0, most=100.0),
            time_limit_s=reader.number(asked, f"{inside}.time_limit_s", Search.time_limit_s, above=0.0),
        )
    name = reader.text(table, f"{where}.name") or (str(year) if year is not None else "")
    if not name:
        reader.problem("plan_entry_missing", f"{where}.name")
    opened = reader.texts(table, f"{where}.opened")
    closed = reader.texts(table, f"{where}.closed")
    _check_unique(reader, opened, f"{where}.opened")
    for key in sorted(set(opened) & set(closed)):
        reader.problem("plan_opened_and_closed", where, key)
    return Stage(name, year, opened, closed, search)


def _site(reader: Reader, table: dict[str, Any], where: str) -> Site:
    reader.known(table, where, "id", "name", "lon", "lat")
    key = reader.text(table, f"{where}.id")
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
    return Site(
        key,
        reader.text(table, f"{where}.name") or key,
        nowhere if lon is None else lon,
        nowhere if lat is None else lat,
    )


def _robustness(reader: Reader, top: dict[str, Any]) -> Robustness | None:
    if "robustness" not in top:
        return None
    table = reader.table(top, "robustness")
    reader.known(table, "robustness", "variations", "seed")
    variations = reader.whole(table, "robustness.variations", Robustness.variations, least=1)
    return Robustness(variations, reader.whole(table, "robustness.seed", Robustness.seed, least=0))


def _check_unique(reader: Reader, keys: "list[str] | tuple[str, ...]", where: str) -> None:
    for key in sorted({it for it in keys if keys.count(it) > 1}):
        reader.problem("plan_twice", where, key)


def plan_text(plan: Plan, folder: Path, lang: Lang = "de") -> str:
    """The plan as TOML for a file in ``folder``, with the comments it came with or new ones."""
    import tomlkit

    data = _data(plan, folder)
    if plan.document:
        document = tomlkit.parse(plan.document)
        _update(document, data)
        return tomlkit.dumps(document)
    document = tomlkit.document()
    for line in text("plan.comment.head", lang).splitlines():
        document.add(tomlkit.comment(line))
    for key, value in data.items():
        document.add(key, tomlkit.item(value))
        if isinstance(value, (dict, list)):
            first = document[key] if isinstance(value, dict) else document[key][0]
            _explain(first, text(f"plan.comment.{key}", lang))
    return tomlkit.dumps(document)


def _explain(table: Any, words: str) -> None:
    """Put a comment right below the heading of a table."""
    import tomlkit

    body = table.value.body
    body[:0] = [(None, tomlkit.comment(line)) for line in words.splitlines()]


def _data(plan: Plan, folder: Path) -> dict[str, Any]:
    """The plan as nested plain data; what is not set is left out."""

    def file_entry(file: DataFile | None, key: str = "file") -> dict[str, Any]:
        return {} if file is None else {key: _relative(file.path, folder), "sha256": file.sha256 or None}

    directory = None if plan.region_directory is None else _relative(plan.region_directory, folder)
    own = plan.demand_file is not None
    data: dict[str, Any] = {
        "version": VERSION,
        "name": plan.name,
        "note": plan.note or None,
        "region": {
            "name": plan.region_name or None,
            "directory": directory,
            "sha256": dict(plan.checksums) or None,
        },
        "demand": {
            "weight": None if own else plan.weight,
            "year": plan.year,
            **file_entry(plan.demand_file),
        },
        "offices": {
            **file_entry(plan.offices_file),
            "across_border": plan.across_border or None,
            "planned": plan.planned or None,
        },
        "distance": {
            "kind": plan.distance,
            "factor": plan.detour_factor if plan.distance == "detour" else None,
            **file_entry(plan.roads_file, "roads"),
            "snap_limit_km": plan.snap_limit_km,
        },
        "target": {"km": plan.target_km},
        "candidates": {
            **file_entry(plan.candidates_file),
            "least_people": plan.least_people,
            "require": list(plan.require) or None,
            "forbid": list(plan.forbid) or None,
        },
        "robustness": None if plan.robustness is None else vars(plan.robustness),
        "sites": [vars(site) for site in plan.sites],
        "stages": [_stage_data(stage) for stage in plan.stages],
    }
    return _without_empty(data)


def _stage_data(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "year": stage.year,
        "opened": list(stage.opened) or None,
        "closed": list(stage.closed) or None,
        "search": None if stage.search is None else vars(stage.search),
    }


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            inner = _without_empty(value)
            if inner:
                kept[key] = inner
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            kept[key] = [_without_empty(it) for it in value]
        elif value is not None and value != []:
            kept[key] = value
    return kept


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        # Another drive: only the full path leads there.
        return str(path)


def _update(container: Any, data: Mapping[str, Any]) -> None:
    """Change what differs and leave every other line of the document as it is."""
    for key in [key for key in container if key not in data]:
        del container[key]
    for key, value in data.items():
        present = container.get(key)
        if isinstance(value, dict) and isinstance(present, Mapping):
            _update(present, value)
        elif isinstance(value, list) and value and isinstance(value[0], dict) and isinstance(present, list):
            _update_tables(container, key, value)
        elif present is None or _plain(present) != value:
            container[key] = value


def _update_tables(container: Any, key: str, value: list[dict[str, Any]]) -> None:
    import tomlkit

    present = container[key]
    if len(present) > len(value) or not hasattr(present, "append"):
        container[key] = value
        return
    for table, wanted in zip(present, value, strict=False):
        _update(table, wanted)
    for wanted in value[len(present) :]:
        present.append(tomlkit.item(wanted))


def _plain(item: Any) -> Any:
    return item.unwrap() if hasattr(item, "unwrap") else item


def checksum(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def table_checksums(region: Region) -> dict[str, str]:
    """SHA-256 of the region's tables as they lie on the disk, by file name."""
    found = sorted(name for name in _TABLES if (region.directory / name).is_file())
    return {name: checksum(region.directory / name) for name in found}


def changed_data(plan: Plan, region: Region) -> list[Problem]:
    """Tables and files that are not what they were when the plan was saved."""
    actual = table_checksums(region) if plan.checksums else {}
    problems = [
        Problem("plan_data_changed", value=name)
        for name, recorded in plan.checksums.items()
        if actual.get(name) != recorded
    ]
    files = (plan.demand_file, plan.offices_file, plan.candidates_file, plan.roads_file)
    problems += [
        Problem("plan_data_changed", value=file.path.name)
        for file in files
        if file is not None and file.sha256 and file.path.is_file() and checksum(file.path) != file.sha256
    ]
    return problems
