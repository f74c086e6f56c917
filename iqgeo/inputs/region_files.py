"""``region.toml`` and ``sources.toml`` of a new region."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import tomlkit

from iqgeo.frames import Brief
from iqgeo.inputs import limits
from iqgeo.inputs.intake import Source
from iqgeo.inputs.source import Opened, open_source
from iqgeo.texts import LANGUAGES
from iqgeo.weights import standard_weight
from iqgeo.world import germany_directory

if TYPE_CHECKING:
    from iqgeo.inputs.region_made import About

_TABLES = {
    "districts": "districts.parquet",
    "settlements": "settlements.parquet",
    "shares": "figures.csv",
    "grid_shares": "settlements.parquet",
}


@dataclass(frozen=True, repr=False)
class Description(Brief):
    """What a region's description says, beside its tables."""

    name: str
    ags: str
    crs: str
    year: int
    about: "About"
    islands: pd.Series
    weight: str = ""
    weight_source: str = "shares"


def describe(
    folder: Path, said: Description, sources: Mapping[str, Source], years: Mapping[str, int]
) -> None:
    """Write ``sources.toml`` and ``region.toml`` with the checksum of every table.

    What nobody said is left out: no empty publisher or licence is ever printed.
    """
    listed = tomlkit.document()
    listed.add(tomlkit.comment("Written by iqgeo region new."))
    about = said.about
    for table, source in sources.items():
        along = _source_along(table, source)
        if along is not None:
            listed[table] = {**along, "tables": [_TABLES.get(table, f"{table}.csv")]}
            continue
        opened = open_source(source)
        entry = {
            "title": opened.name,
            "publisher": about.publisher,
            "year": str(years[table]) if table in years else "",
            "definition": about.weight_definition if table == said.weight_source else "",
            "licence": about.licence,
            "attribution": ", ".join(it for it in (about.publisher, opened.name, about.licence) if it),
            "obtained": f"SHA-256 {_digest(opened)}",
        }
        filled: dict[str, Any] = {key: it for key, it in entry.items() if it}
        listed[table] = {**filled, "tables": [_TABLES.get(table, f"{table}.csv")]}
    (folder / "sources.toml").write_text(tomlkit.dumps(listed), encoding="utf-8")
    document = tomlkit.document()
    document.add(tomlkit.comment("Written by iqgeo region new."))
    document["name"] = said.name
    document["ags"] = said.ags
    document["crs"] = said.crs
    document["stages"] = []
    document["data_date"] = ", ".join(dict.fromkeys(str(it) for it in (said.year, *years.values())))
    document["islands"] = sorted(set(said.islands) - {""})
    if said.weight:
        document["default_weight"] = said.weight
        document["weights"] = {said.weight: _weight(said)}
    if about.sites:
        document["sites"] = {"many": dict.fromkeys(LANGUAGES, about.sites)}
    checksums = tomlkit.table()
    for path in sorted(folder.iterdir()):
        if path.name != "region.toml":
            checksums[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    document["sha256"] = checksums
    (folder / "region.toml").write_text(tomlkit.dumps(document), encoding="utf-8")


def _source_along(table: str, source: Source) -> dict[str, Any] | None:
    """Source of a table that comes along; ``None`` for a file of the user's."""
    if isinstance(source, tuple) or Path(str(source)).parent != germany_directory():
        return None
    listed = tomllib.loads((germany_directory() / "sources.toml").read_text(encoding="utf-8"))
    found: dict[str, Any] = listed[table]
    return found


def _weight(said: Description) -> dict[str, Any]:
    """The weight's words, where they are not those of the catalogue."""
    about = said.about
    found: dict[str, Any] = {"source": said.weight_source}
    if about.weight_name:
        found["name"] = dict.fromkeys(LANGUAGES, about.weight_name)
    elif not standard_weight(said.weight).names:
        found["name"] = dict.fromkeys(LANGUAGES, said.weight)
    if about.weight_definition:
        found["definition"] = dict.fromkeys(LANGUAGES, about.weight_definition)
    return found


def _digest(opened: Opened) -> str:
    found = hashlib.sha256()
    with opened.open() as stream:
        while block := stream.read(limits.MIB):
            found.update(block)
    return found.hexdigest()
