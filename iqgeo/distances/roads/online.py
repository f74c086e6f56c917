"""Fetch the roads of a named region or place: Geofabrik's extracts, and osmnx for small areas.

The only module that uses the network, and only when ``build_roads(..., online=True)`` asks for it.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from iqgeo.distances.roads.assemble import LEAST_PART_KM, Leavings
from iqgeo.distances.roads.build import build_file, finish
from iqgeo.distances.roads.download import download, failed, fetch_text, md5_of, size_of
from iqgeo.distances.roads.network import RoadNetwork
from iqgeo.distances.roads.progress import Progress, ProgressCallback, silent
from iqgeo.errors import InputError, Problem

GEOFABRIK_INDEX = "https://download.geofabrik.de/index-v1-nogeom.json"
"""List of all extracts (download.geofabrik.de/technical.html)."""

INDEX_VARIABLE = "IQGEO_ROADS_INDEX"
"""Environment variable that names another list of extracts: a mirror of one's own."""

LICENCE = "Open Database License (ODbL) 1.0, © OpenStreetMap contributors"

_IN_BRACKETS = re.compile(r"\s*\(.*\)\s*$")


@dataclass(frozen=True)
class Extract:
    """An extract that Geofabrik offers; its checksum stands at ``url`` + ``.md5``.

    ``size_bytes`` is what its server says of it, ``None`` if it says nothing.
    """

    name: str
    url: str
    size_bytes: int | None = None


def user_download_directory() -> Path:
    """Where extracts are kept, so that building again fetches only what has changed."""
    from platformdirs import user_cache_path

    return user_cache_path("iqgeo", appauthor=False) / "downloads"


def index_address() -> str:
    """Where the list of extracts is asked for."""
    return os.environ.get(INDEX_VARIABLE) or GEOFABRIK_INDEX


def offered_extract(name: str, *, index_url: str | None = None) -> Extract | None:
    """The extract called ``name`` with its size, before anything of it is fetched; ``None`` without one.

    Raises
    ------
    InputError
        As :func:`find_extract`.
    """
    found = find_extract(name, index_url=index_url or index_address())
    return None if found is None else replace(found, size_bytes=size_of(found.url))


def find_extract(name: str, *, index_url: str = GEOFABRIK_INDEX) -> Extract | None:
    """Return the extract called ``name`` (``Niedersachsen``, ``niedersachsen``), None if there is none.

    Raises
    ------
    InputError
        ``roads_download_failed``; ``roads_place_ambiguous`` if several extracts bear the name.
    """
    try:
        regions = [feature["properties"] for feature in json.loads(fetch_text(index_url))["features"]]
        wanted = name.strip().casefold()
        found = {
            region["id"]: Extract(region["name"], region["urls"]["pbf"])
            for region in regions
            if "pbf" in region["urls"] and wanted in _names(region["id"], region["name"])
        }
    except (ValueError, KeyError, TypeError) as error:
        raise failed(index_url, f"{type(error).__name__}: {error}") from error
    exact = found.get(wanted)
    if exact is None and len(found) > 1:
        raise InputError(
            Problem("roads_place_ambiguous", value=name, details={"found": ", ".join(sorted(found))})
        )
    return exact or next(iter(found.values()), None)


def _names(region_id: str, name: str) -> set[str]:
    return {
        region_id.casefold(),
        region_id.rsplit("/", 1)[-1].casefold(),
        name.casefold(),
        _IN_BRACKETS.sub("", name).casefold(),
    }


def build_place(
    name: str,
    progress: ProgressCallback = silent,
    *,
    index_url: str | None = None,
    directory: Path | None = None,
    least_part_km: float = LEAST_PART_KM,
) -> tuple[RoadNetwork, Leavings]:
    """Fetch and build the roads of a region that Geofabrik has, else of a small place through osmnx.

    Parameters
    ----------
    name : str
        Of a country, state, district or town.
    progress : ProgressCallback
        Called on the way.
    index_url : str | None
        Of Geofabrik's list; ``None`` for the one that is known.
    directory : Path | None
        Where extracts are kept, ``user_download_directory`` unless given.
    least_part_km : float
        Km of road from which a part is kept.

    Raises
    ------
    InputError
        ``roads_download_failed``, ``roads_download_checksum``, ``roads_place_ambiguous``,
        ``roads_place_unknown``, ``roads_needs_osmnx``, and whatever is wrong with the data.
    """
    asked = index_url or index_address()
    progress(Progress("asking_index", 0, None, details={"url": asked}))
    extract = offered_extract(name, index_url=asked)
    if extract is None:
        return _build_with_osmnx(name, progress, least_part_km)
    path = fetch_extract(extract, directory or user_download_directory(), progress)
    network, leavings = build_file(path, progress=progress, least_part_km=least_part_km)
    return replace(network, info=replace(network.info, source=extract.url)), leavings


def fetch_extract(extract: Extract, directory: Path, progress: ProgressCallback = silent) -> Path:
    """Download an extract unless the one in ``directory`` is still the newest (same checksum)."""
    checksum = fetch_text(f"{extract.url}.md5").split()
    if not checksum:
        raise failed(f"{extract.url}.md5", "–")
    path = directory / extract.url.rsplit("/", 1)[-1]
    if path.is_file() and md5_of(path) == checksum[0].lower():
        return path
    megabytes = "?" if extract.size_bytes is None else f"{max(1, round(extract.size_bytes / 1e6))}"
    said = {"url": extract.url, "path": path, "megabytes": megabytes, "licence": LICENCE}
    progress(Progress("download_begins", 0, None, details=said))
    return download(extract.url, path, md5=checksum[0], progress=progress)


def _build_with_osmnx(
    place: str, progress: ProgressCallback, least_part_km: float
) -> tuple[RoadNetwork, Leavings]:
    from iqgeo.distances.roads.read_graph import segments_of_graph

    if find_spec("osmnx") is None:
        raise InputError(Problem("roads_needs_osmnx", value=place))
    with _quiet_osmnx() as osmnx:
        progress(
            Progress("asking_osm", 0, None, details={"place": place, "url": osmnx.settings.overpass_url})
        )
        try:
            graph = osmnx.graph_from_place(place, network_type="drive")
        except (osmnx._errors.InsufficientResponseError, TypeError) as error:
            # osmnx raises TypeError where a name means a point and has no area.
            raise InputError(Problem("roads_place_unknown", value=place)) from error
        except (osmnx._errors.ResponseStatusCodeError, OSError) as error:
            raise failed(osmnx.settings.overpass_url, error) from error
    segments, info = segments_of_graph(graph, place)
    return finish(segments, info, progress, least_part_km)


@contextmanager
def _quiet_osmnx() -> Iterator[Any]:
    """Lend osmnx so that it asks no third party for addresses and leaves no cache in the working folder."""
    import osmnx

    before = {name: getattr(osmnx.settings, name) for name in ("doh_url_template", "use_cache")}
    osmnx.settings.doh_url_template, osmnx.settings.use_cache = None, False
    try:
        yield osmnx
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
