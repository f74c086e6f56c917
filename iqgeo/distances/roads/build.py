"""Make a road network from whatever the user has."""

import html
import re
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iqgeo.distances.roads.assemble import (
    LEAST_PART_KM,
    NO_WAY_BACK,
    SMALL_PART,
    Leavings,
    assemble_and_tell,
)
from iqgeo.distances.roads.delimited import UTF_16
from iqgeo.distances.roads.foreign import refuse_other_files
from iqgeo.distances.roads.network import RoadInfo, RoadNetwork
from iqgeo.distances.roads.progress import Progress, ProgressCallback, silent
from iqgeo.distances.roads.unsaid_system import NOTHING_TOLD, UnsaidSystem
from iqgeo.distances.roads.zipped import PACKED, plain, unpacked
from iqgeo.errors import InputError, Problem
from iqgeo.workers.child import tell
from iqgeo.workers.guarded import Bounds, run

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
    ".gexf": "gexf",
    ".geojson": "geojson",
    ".json": "json",
    ".gpkg": "gpkg",
    ".shp": "shp",
    ".fgb": "fgb",
    ".zip": "zip",
    ".parquet": "parquet",
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
"""Form of a file by the end of its name, longest first; behind each of them ``.gz`` or ``.bz2`` may stand."""

_LEAST_BYTES = 4 * 2**30
_RATIO = 12
_BYTES_PER_S = 2**19
"""A child that builds may use so much memory for any file, so much more for each byte, and a second for so
many bytes: the extract of a state (650 MB) takes 4 GiB and a minute and a half."""

_PACKED = 8
"""So many times as large as what it is packed in is the file that these bounds are for."""

ARRAYS = (
    "link_tail", "link_head", "link_two_way", "link_class",
    "shape_ptr", "shape_lon", "shape_lat", "shape_mm", "shape_minutes",
)  # fmt: skip
MAP_TEXTS = frozenset({"json", "geojson"})
"""Forms whose files may bear either ending."""

_PACKED_AS = {"osm.gz": "gz", "osm.bz2": "bz2", "xlsx": "zip"}
"""What the first bytes of a form say that is packed by itself."""

EXTRACTS = frozenset({"pbf", "osm", "osm.bz2", "osm.gz"})
HEAD_BYTES = 4096
ANSWERS = MAP_TEXTS | {"osm"}
"""Forms in which servers answer; where they cannot, they send a page or a line of text instead."""

_ERROR_PAGES = tuple(
    re.compile(rb"<html.*" + it, re.DOTALL | re.IGNORECASE)
    for it in (
        rb"<strong[^>]*>\s*Error\s*</strong>\s*:?(.*?)</p>",
        rb"<h1[^>]*>(.*?)</h1>",
        rb"<title[^>]*>(.*?)</title>",
    )
)
_ERROR_LINE = re.compile(
    rb"\A\s*([^\n]*(?:too many|rate.?limit|time[d -]*out|quota|error|busy|unavailable)[^\n]*)", re.IGNORECASE
)
_ELEMENT = re.compile(r"<[^>]*>")


def form_by_name(path: Path) -> str | None:
    """Return the form a file claims to have, None if its name says nothing we know."""
    name = path.name.lower()
    form = next((form for suffix, form in SUFFIXES.items() if name.endswith(suffix)), None)
    if form is None and path.suffix.lower() in PACKED and form_by_name(Path(path.stem)) not in (None, "zip"):
        return path.suffix.lower().removeprefix(".")
    return form


def form_by_content(path: Path) -> str:
    """Return the form by the first bytes, or what packs it (``gz``, ``bz2``, ``zip``).

    A file of none is ``empty``, ``xml`` or ``unknown``.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for sign, form in (
        (b"SQLite format 3\0", "gpkg"),
        (b"PAR1", "parquet"),
        (b"BZh", "bz2"),
        (b"\x1f\x8b", "gz"),
        (b"PK\x03\x04", "zip"),
        (b"\x00\x00\x27\x0a", "shp"),
        (b"fgb\x03", "fgb"),
    ):
        if head.startswith(sign):
            return form
    if b"OSMHeader" in head[:64]:
        return "pbf"
    if head.startswith(UTF_16):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        return next((it for it in ("graphml", "gexf", "osm") if b"<" + it.encode() in text), "xml")
    if text.startswith((b"{", b"[")):
        return "geojson" if b'"FeatureCollection"' in text and b'"elements"' not in text else "json"
    if not text:
        return "empty"
    return "unknown" if b"\0" in text else "csv"


def form_of(path: Path) -> str:
    """Return the form by name and content.

    Raises
    ------
    InputError
        ``roads_form_unknown``, ``roads_not_what_name_says``, and what ``refuse_other_files`` finds.
    """
    form, found = form_by_name(path), form_by_content(path)
    if form is None:
        refuse_other_files(path)
        known = ", ".join(SUFFIXES)
        raise InputError(Problem("roads_form_unknown", file=path.name, details={"known": known}))
    if {form, found} <= MAP_TEXTS:
        form = found
    if _PACKED_AS.get(form, form) != found:
        if form in ANSWERS:
            _refuse_error_page(path)
        refuse_other_files(path)
        details = {"expected": form, "found": found}
        raise InputError(Problem("roads_not_what_name_says", file=path.name, details=details))
    return form


def _refuse_error_page(path: Path) -> None:
    """Refuse the page or line that a server sends instead of an answer, in its own words."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    said = next((it for page in (*_ERROR_PAGES, _ERROR_LINE) if (it := page.search(head))), None)
    if said:
        remark = html.unescape(_ELEMENT.sub("", said[1].decode("utf-8", "replace"))).strip()
        raise InputError(Problem("roads_answer_cut", file=path.name, details={"remark": remark[:500]}))


def build_roads(
    source: str | Path,
    *,
    nodes: Path | None = None,
    online: bool = False,
    least_part_km: float = LEAST_PART_KM,
    progress: ProgressCallback = silent,
    unsaid: UnsaidSystem = NOTHING_TOLD,
) -> RoadNetwork:
    """Build the network of drivable roads from a file, or from a place fetched online.

    Parameters
    ----------
    source : str | Path
        An extract of OpenStreetMap (``.osm.pbf``, ``.osm``, ``.osm.bz2``), a graph of osmnx or networkx
        (``.graphml``, ``.gexf``, node-link ``.json``), a raw answer of Overpass (``.json``), a table of edges
        or lines (``.gpkg``, ``.parquet``, ``.csv``, ``.xlsx``, ``.geojson``, ``.shp``, ``.fgb``; see
        ``read_edge_table``), one of these in ``.gz``, ``.bz2`` or ``.zip``, or with ``online`` the name of a
        region or place.
    nodes : Path | None
        Table with the positions of the nodes of an edge table.
    online : bool
        Whether ``source`` may be a name and the network be used. Without it nothing is ever fetched.
    least_part_km : float
        Parts that hang together are kept if they have so much road.
    progress : ProgressCallback
        Called with what is being done.
    unsaid : UnsaidSystem
        In which system coordinates are that are no degrees, where the file does not say so.

    Raises
    ------
    InputError
        All that is wrong with the source: the file is missing, is not what its name says, ends too early,
        holds no drivable road; rows of a table are unusable; a download fails.
    """
    return build_and_tell(
        source, nodes=nodes, online=online, least_part_km=least_part_km, progress=progress, unsaid=unsaid
    )[0]


def build_and_tell(
    source: str | Path,
    *,
    nodes: Path | None = None,
    online: bool = False,
    least_part_km: float = LEAST_PART_KM,
    progress: ProgressCallback = silent,
    unsaid: UnsaidSystem = NOTHING_TOLD,
) -> tuple[RoadNetwork, Leavings]:
    """Build the network, and say what was not kept; parameters and errors as in ``build_roads``.

    The network has its shortcuts (:mod:`.hierarchy`), which take longer to make than the rest.
    """
    if not (np.isfinite(least_part_km) and least_part_km >= 0):
        raise InputError(Problem("roads_least_part", column="least-part-km", value=f"{least_part_km:g}"))
    unsaid.check()
    path = Path(source)
    form = form_by_name(path)
    if path.is_dir():
        # A FileGDB, too: GDAL has drivers for folders, which read whatever lies in them.
        raise InputError(Problem("file_not_plain", file=path.name, value=str(source)))
    if not path.is_file():
        if form is not None or len(path.parts) != 1 or path.exists():
            raise InputError(Problem("roads_file_missing", file=path.name, value=str(source)))
        if not online:
            raise InputError(Problem("roads_needs_online", value=str(source)))
        from iqgeo.distances.roads.online import build_place

        network, leavings = build_place(str(source), progress, least_part_km=least_part_km)
    else:
        network, leavings = build_file(
            path, nodes=nodes, least_part_km=least_part_km, progress=progress, unsaid=unsaid
        )
    progress(Progress("shortcuts", 0, None))
    network = network.with_hierarchies()
    details = {"links": network.link_count, "nodes": network.node_count}
    progress(Progress("done", network.link_count, network.link_count, details=details))
    return network, leavings


def build_file(
    path: Path,
    *,
    nodes: Path | None = None,
    least_part_km: float = LEAST_PART_KM,
    progress: ProgressCallback = silent,
    unsaid: UnsaidSystem = NOTHING_TOLD,
) -> tuple[RoadNetwork, Leavings]:
    """Build the network from a file on this machine; parameters and errors as in ``build_and_tell``.

    A file may come from anyone: it is read in a child with limits (:mod:`iqgeo.workers.guarded`).
    """
    form = form_of(path)
    written = None if nodes is None else str(nodes.absolute())
    return from_child(
        run(
            f"{__name__}:built_here",
            str(path.absolute()),
            form,
            written,
            float(least_part_km),
            unsaid.told,
            None if unsaid.near is None else [float(it) for it in unsaid.near],
            file=path.name,
            bounds=_bounds(path, nodes),
            room=b"r",
            told=lambda it: progress(Progress(**it)),
        )
    )


def _bounds(path: Path, nodes: Path | None) -> Bounds:
    """What the child may use: so much for any file, and so much for each byte of this one."""
    size = sum(it.stat().st_size for it in (path, nodes) if it is not None and it.is_file())
    if form_by_name(path) in {"zip", "gz", "bz2", "xlsx"}:
        size *= _PACKED
    cpu_s = 180 + size // _BYTES_PER_S
    return Bounds(
        memory_bytes=_LEAST_BYTES + _RATIO * size,
        cpu_s=cpu_s,
        wall_s=6 * cpu_s,
        answer_bytes=_LEAST_BYTES + _RATIO * size,
    )


def built_here(
    written: str,
    form: str,
    nodes: str | None,
    least_part_km: float,
    told: str = "",
    near: list[float] | None = None,
) -> dict[str, Any]:
    """Read a file and put the network together in this process; the arrays as plain data."""

    def said(progress: Progress) -> None:
        tell({**vars(progress), "details": dict(progress.details)})

    path = Path(written)
    unsaid = UnsaidSystem(told, None if near is None else (near[0], near[1], near[2], near[3]))
    try:
        with nullcontext() if nodes is None else plain(Path(nodes)) as beside:
            segments, info = _read(path, form, beside, said, unsaid)
        if unsaid.taken:
            info = replace(info, source=f"{info.source} ({', '.join(unsaid.taken)})")
    except (InputError, MemoryError):
        raise
    except Exception as error:
        # Readers trip over strangers' files in ways that nobody has thought of.
        reason = f"{type(error).__name__}: {error}"[:300]
        raise InputError(Problem("roads_file_broken", file=path.name, details={"reason": reason})) from error
    network, leavings = finish(segments, info, said, least_part_km)
    return {
        "info": dict(vars(network.info)),
        "network": {name: getattr(network, name) for name in ARRAYS},
        "leavings": {**vars(leavings), "reason": leavings.reason == NO_WAY_BACK},
    }


def from_child(built: dict[str, Any]) -> tuple[RoadNetwork, Leavings]:
    """The network and what was not kept, from what ``built_here`` returned."""
    network = RoadNetwork(**built["network"], info=RoadInfo(**built["info"]))
    reason = np.where(built["leavings"]["reason"], NO_WAY_BACK, SMALL_PART)
    return network, Leavings(**{**built["leavings"], "reason": reason})


def finish(
    segments: "Segments", info: RoadInfo, progress: ProgressCallback, least_part_km: float = LEAST_PART_KM
) -> tuple[RoadNetwork, Leavings]:
    """Put the network together, saying so first."""
    progress(Progress("connecting", 0, None))
    network, leavings = assemble_and_tell(segments, info, least_part_km=least_part_km)
    return network, leavings


def _read(
    path: Path, form: str, nodes: Path | None, progress: ProgressCallback, unsaid: UnsaidSystem
) -> "tuple[Segments, RoadInfo]":
    if form in EXTRACTS:
        from iqgeo.distances.roads.read_osm import read_extract

        return read_extract(path, form, progress)
    if form == "json":
        from iqgeo.distances.roads.read_json import read_json

        return read_json(path, progress, unsaid)
    progress(Progress("reading_file", 0, None, details={"file": path.name}))
    if form == "zip":
        with unpacked(path, [it for it in SUFFIXES if it != path.suffix.lower()]) as inner:
            segments, info = _read(inner, form_of(inner), nodes, progress, unsaid)
        return segments, replace(info, source=f"{path.name}: {info.source}")
    if form in {"gz", "bz2"}:
        with plain(path) as inner:
            segments, info = _read(inner, form_of(inner), nodes, progress, unsaid)
        return segments, replace(info, source=info.source.replace(inner.name, path.name, 1))
    if form in {"graphml", "gexf"}:
        from iqgeo.distances.roads.read_graph import read_gexf, read_graphml

        return read_graphml(path, unsaid) if form == "graphml" else read_gexf(path, unsaid)
    from iqgeo.distances.roads.read_table import read_edge_table

    return read_edge_table(path, nodes, unsaid)
