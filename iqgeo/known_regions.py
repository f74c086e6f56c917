"""The regions that a user has made, known by the names of their folders and by their own."""

import os
from dataclasses import dataclass
from pathlib import Path

from iqgeo import region_folder

REGIONS_VARIABLE = "IQGEO_REGIONS"
"""Environment variable that names the folder in which regions are known by their name."""


@dataclass(frozen=True)
class KnownRegion:
    """A region that can be opened by name: its key (the name of its folder), its name and its folder."""

    key: str
    name: str
    directory: Path


def regions_directory() -> Path:
    """Folder in which regions are known by name; it may not exist."""
    from platformdirs import user_data_path

    named = os.environ.get(REGIONS_VARIABLE)
    return Path(named) if named else user_data_path("iqgeo", appauthor=False) / "regions"


def known_regions() -> dict[str, KnownRegion]:
    """The regions of the user's folder by key; what is none, or half made, is left out."""
    try:
        folders = sorted(it for it in regions_directory().iterdir() if not it.name.startswith("."))
    except OSError:
        return {}
    found = {}
    for folder in folders:
        try:
            described = region_folder.words_in(folder / region_folder.DESCRIPTION)
            found[folder.name] = KnownRegion(folder.name, str(described["name"]), folder)
        except (OSError, ValueError, KeyError):
            continue
    return found


def directory_of(called: str) -> Path | None:
    """Folder of the region that is known by a key or a name; ``None`` if none is."""
    known = known_regions()
    if called in known:
        return known[called].directory
    return next((it.directory for it in known.values() if it.name == called), None)
