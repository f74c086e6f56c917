"""Make a road network from whatever the user has."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from iqgeo.distances.roads.assemble import LEAST_PART_KM, Leavings, assemble_and_tell
from iqgeo.distances.roads.network import RoadInfo, RoadNetwork
from iqgeo.distances.roads.progress import Progress, ProgressCallback, silent
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    from iqgeo.distances.roads.assemble import Segments

SUFFIXES = {
    ".osm.pbf": "pbf",
    ".pbf": "pbf",
    ".osm.bz2": "osm.bz2",
    ".osm.gz": "osm.gz",
    ".osm.xml": "osm",
    ".osm": "osm",
    ".graphml": "graphml",
    ".json": "json",
    ".gpkg": "gpkg",
    ".parquet": "parquet",
    ".csv": "csv",
}
"""Form of a file by the end of its name, longest first."""

EXTRACTS = frozenset({"pbf", "osm", "osm.bz2", "osm.gz"})
HEAD_BYTES = 4096


def form_by_name(path: Path) -> str | None:
    """Return the form a file claims to have, None if its name says nothing we know."""
    name = path.name.lower()
    return next((form for suffix, form in SUFFIXES.items() if name.endswith(suffix)), None)


def form_by_content(path: Path) -> str:
    """Return the form by the first bytes: those of ``SUFFIXES``, ``empty``, ``xml`` or ``unknown``."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for sign, form in (
        (b"SQLite format 3\0", "gpkg"),
        (b"PAR1", "parquet"),
        (b"BZh", "osm.bz2"),
        (b"\x1f\x8b", "osm.gz"),
    ):
        if head.startswith(sign):
            return form
    if b"OSMHeader" in head[:64]:
        return "pbf"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        return "graphml" if b"<graphml" in text else "osm" if b"<osm" in text else "xml"
    if text.startswith((b"{", b"[")):
        return "json"
    if not text:
        return "empty"
    return "unknown" if b"\0" in text else "csv"


def build_roads(
    source: str | Path,
    *,
    nodes: Path | None = None,
    online: bool = False,
    least_part_km: float = LEAST_PART_KM,
    progress: ProgressCallback = silent,
) -> RoadNetwork:
    """Build the network of drivable roads from a file, or from a place fetched online.

    Parameters
    ----------
    source : an extract of OpenStreetMap (``.osm.pbf``, ``.osm``, ``.osm.bz2``), a graph of osmnx
        (``.graphml``), a raw answer of Overpass (``.json``), a table of edges (``.gpkg``, ``.parquet``,
        ``.csv``; see ``read_edge_table``), or with ``online`` the name of a region or place.
    nodes : table with the positions of the nodes of an edge table.
    online : whether ``source`` may be a name and the network be used. Without it nothing is ever fetched.
    least_part_km : parts that hang together are kept if they have so much road.
    progress : called with what is being done.

    Raises
    ------
    InputError
        All that is wrong with the source: the file is missing, is not what its name says, ends too early,
        holds no drivable road; rows of a table are unusable; a download fails.
    """
    return build_and_tell(source, nodes=nodes, online=online, least_part_km=least_part_km, progress=progress)[
        0
    ]


def build_and_tell(
    source: str | Path,
    *,
    nodes: Path | None = None,
    online: bool = False,
    least_part_km: float = LEAST_PART_KM,
    progress: ProgressCallback = silent,
) -> tuple[RoadNetwork, Leavings]:
    """Build the network, and say what was not kept; parameters and errors as in ``build_roads``."""
    if not (np.isfinite(least_part_km) and least_part_km >= 0):
        raise InputError(Problem("roads_least_part", column="least-part-km", value=f"{least_part_km:g}"))
    path = Path(source)
    form = form_by_name(path)
    if not path.is_file():
        if form is not None or len(path.parts) != 1 or path.exists():
            raise InputError(Problem("roads_file_missing", file=path.name, value=str(source)))
        if not online:
            raise InputError(Problem("roads_needs_online", value=str(source)))
        from iqgeo.distances.roads.online import build_place

        return build_place(str(source), progress, least_part_km=least_part_km)
    return build_file(path, nodes=nodes, least_part_km=least_part_km, progress=progress)


def build_file(
    path: Path,
    *,
    nodes: Path | None = None,
    least_part_km: float = LEAST_PART_KM,
    progress: ProgressCallback = silent,
) -> tuple[RoadNetwork, Leavings]:
    """Build the network from a file on this machine; parameters and errors as in ``build_and_tell``."""
    form, found = form_by_name(path), form_by_content(path)
    if form is None:
        known = ", ".join(SUFFIXES)
        raise InputError(Problem("roads_form_unknown", file=path.name, details={"known": known}))
    if form != found:
        details = {"expected": form, "found": found}
        raise InputError(Problem("roads_not_what_name_says", file=path.name, details=details))
    segments, info = _read(path, form, nodes, progress)
    return finish(segments, info, progress, least_part_km)


def finish(
    segments: "Segments", info: RoadInfo, progress: ProgressCallback, least_part_km: float = LEAST_PART_KM
) -> tuple[RoadNetwork, Leavings]:
    """Put the network together and say so."""
    progress(Progress("connecting", 0, None))
    network, leavings = assemble_and_tell(segments, info, least_part_km=least_part_km)
    details = {"links": network.link_count, "nodes": network.node_count}
    progress(Progress("done", network.link_count, network.link_count, details=details))
    return network, leavings


def _read(
    path: Path, form: str, nodes: Path | None, progress: ProgressCallback
) -> "tuple[Segments, RoadInfo]":
    if form in EXTRACTS:
        from iqgeo.distances.roads.read_osm import read_extract

        return read_extract(path, form, progress)
    if form == "json":
        from iqgeo.distances.roads.read_osm import read_overpass

        return read_overpass(path, progress)
    progress(Progress("reading_file", 0, None, details={"file": path.name}))
    if form == "graphml":
        from iqgeo.distances.roads.read_graph import read_graphml

        return read_graphml(path)
    from iqgeo.distances.roads.read_table import read_edge_table

    return read_edge_table(path, nodes)
