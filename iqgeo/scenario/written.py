"""A scenario as the text of a plan file, and the checksums of what it rests on."""

import hashlib
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from iqgeo.errors import Problem
from iqgeo.proof import Proof
from iqgeo.region import Region
from iqgeo.region_folder import OPTIONAL_TABLES, REQUIRED_COLUMNS
from iqgeo.scenario.file import FILE_ENTRIES, SWAPPED
from iqgeo.scenario.model import VERSION, Scenario, Search, Stage
from iqgeo.scenario.settings import Settings, of_network
from iqgeo.sites import OFFICE
from iqgeo.texts import Lang, text

_TABLES = (*REQUIRED_COLUMNS, *OPTIONAL_TABLES)


def scenario_text(scenario: Scenario, folder: Path, lang: Lang = "de") -> str:
    """The plan as TOML, with the comments it came with or new ones.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    folder : Path
        Where the file will lie: what it names is named from there.
    lang : Lang
        Of new comments.

    Returns
    -------
    str
        The text of a plan file of the newest version.
    """
    import tomlkit

    data = _data(scenario, folder)
    if scenario.document:
        document = tomlkit.parse(scenario.document)
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


def _data(scenario: Scenario, folder: Path) -> dict[str, Any]:
    """The scenario as nested plain data; what is not set is left out."""
    directory = None if scenario.region_directory is None else _relative(scenario.region_directory, folder)
    data: dict[str, Any] = {
        "version": VERSION,
        "name": scenario.name,
        "note": scenario.note or None,
        "region": {
            "name": scenario.region_name or None,
            "directory": directory,
            "sha256": dict(scenario.checksums) or None,
        },
        "network": {},
        **_settings_data(scenario),
    }
    for kind, (table, key) in FILE_ENTRIES.items():
        file = scenario.file(kind)
        if file is not None:
            entry = {key: _relative(file.path, folder), "sha256": file.sha256 or None}
            said = {
                SWAPPED: file.swapped or None,
                "sheet": file.layer,
                "columns": dict(file.reading.columns) or None,
                "decimal": file.reading.decimal or None,
                "crs": file.reading.crs or None,
                "agree": file.reading.agreed or None,
                "without": list(file.reading.without) or None,
                "rows": {str(row): it for row, it in sorted(file.reading.rows.items())} or None,
            }
            data.setdefault(table, {}).update(entry, **said)
    if scenario.empty:
        data["network"] = {"empty": True}
    rules = scenario.rules
    data["candidates"] |= {
        "require": list(rules.require) or None,
        "forbid": list(rules.forbid) or None,
        "per_district": rules.per_district or None,
        "require_places": list(rules.require_places) or None,
        "forbid_places": list(rules.forbid_places) or None,
    }
    data["robustness"] = None if scenario.robustness is None else vars(scenario.robustness)
    data["sites"] = [
        {"id": it.id, "name": it.name, "lon": it.lon, "lat": it.lat}
        | _kind(it.kind)
        | {"home": it.home or None}
        for it in scenario.sites
    ]
    data["stages"] = [_stage_data(stage) for stage in scenario.stages]
    return _without_empty(data)


def _kind(kind: str) -> dict[str, str]:
    return {} if kind == OFFICE else {"kind": kind}


def _settings_data(scenario: Scenario) -> dict[str, Any]:
    """The settings that count, in the tables of the plan file."""
    data: dict[str, Any] = {}
    own_people = scenario.file("demand") is not None or scenario.file("shares") is not None
    works = any(it.places or (it.search is not None and it.search.of_network) for it in scenario.stages)
    for row in fields(Settings):
        table, _, key = row.metadata["plan"].partition(".")
        entries = data.setdefault(table, {})
        value, kind = getattr(scenario.settings, row.name), row.metadata["kind"]
        if row.metadata["only"] not in ("", scenario.settings.distance):
            continue
        if row.name == "weight" and own_people and value == Settings().weight:
            # It says nothing of a table of one's own; another one may choose the figure of a grid.
            continue
        # How a network works is said where it differs from what everybody begins with, or where it counts.
        if of_network(row.metadata["plan"]) and value == row.default and not works:
            continue
        if row.name == "stage" and value is None:
            value = kind.write(None)
        entries[key] = None if value is False else value
    return data


def _stage_data(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "year": stage.year,
        "opened": list(stage.opened) or None,
        "closed": list(stage.closed) or None,
        "places": [asdict(it) for it in stage.places] or None,
        "search": None if stage.search is None else _search_data(stage.search),
        "proof": None if stage.proof is None else _proof_data(stage.proof),
    }


def _search_data(search: Search) -> dict[str, Any]:
    return {
        **vars(search),
        "sizes": list(search.sizes) or None,
        "goal": search.goal or None,
        "least": search.least or None,
    }


def _proof_data(proof: Proof) -> dict[str, Any]:
    return {
        name: list(value) or None if isinstance(value, tuple) else value
        for name, value in asdict(proof).items()
        if not (isinstance(value, float) and not math.isfinite(value)) and value is not False and value != ""
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
    """SHA-256 of a file, as hexadecimal text.

    Parameters
    ----------
    path : Path
        A file.

    Returns
    -------
    str
        64 digits.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def table_checksums(region: Region) -> dict[str, str]:
    """SHA-256 of the region's tables as they lie on the disk, by file name.

    Parameters
    ----------
    region : Region
        Whose folder is looked into.

    Returns
    -------
    dict[str, str]
        Optional tables only where they are there.
    """
    found = sorted(name for name in _TABLES if (region.directory / name).is_file())
    return {name: checksum(region.directory / name) for name in found}


def changed_data(scenario: Scenario, region: Region) -> list[Problem]:
    """Tell which tables and files are not what they were when the plan was saved.

    Parameters
    ----------
    scenario : Scenario
        Carries the checksums; what has none is not judged.
    region : Region
        The tables of now.

    Returns
    -------
    list[Problem]
        One for each; empty if all is as it was. A file that is gone is not among them.
    """
    actual = table_checksums(region) if scenario.checksums else {}
    problems = [
        Problem("plan_data_changed", value=name)
        for name, recorded in scenario.checksums.items()
        if actual.get(name) != recorded
    ]
    problems += [
        Problem("plan_data_changed", value=file.path.name)
        for file in scenario.files
        if file.sha256 and file.path.is_file() and checksum(file.path) != file.sha256
    ]
    return problems
