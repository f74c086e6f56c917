"""Read a street graph of osmnx or networkx from GraphML or GEXF."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from iqgeo.distances.base import Floats
from iqgeo.distances.roads.column_names import KM_OF, STATED, edge_columns, folded, unit_said
from iqgeo.distances.roads.gexf import graph_in_gexf
from iqgeo.distances.roads.graph_edges import directed, runs_one_way, undirected
from iqgeo.distances.roads.links import MAX_PROBLEMS, Links, segments_of
from iqgeo.distances.roads.network import RoadInfo
from iqgeo.distances.roads.osm_columns import minutes_of, pieces_of, ways_of_graph
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.read_osm import NO_EXTENT, OSM_ATTRIBUTION
from iqgeo.distances.roads.rules import WayUse
from iqgeo.distances.roads.table_rules import (
    APART_KM,
    AS_STRAIGHT,
    LEAST_RATIO,
    are_times,
    length_notes,
    middle_ratio,
)
from iqgeo.distances.roads.unsaid_system import NOTHING_TOLD, UnsaidSystem
from iqgeo.distances.straight import great_circle_km
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    import networkx as nx

    from iqgeo.distances.roads.assemble import Segments

METRES_PER_KM = 1000
SECONDS_PER_MINUTE = 60
_INIT = re.compile(r"^.*'init':\s*'|'.*$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WRONG: Final = object()
"""Stands for a line that is none."""


def read_graphml(path: Path, unsaid: UnsaidSystem = NOTHING_TOLD) -> tuple["Segments", RoadInfo]:
    """Roads of a GraphML file as osmnx saves them, of any of its versions: values may be text, lists too.

    Raises
    ------
    InputError
        ``roads_file_broken`` if it is no such file, ``roads_no_crs`` if it does not say what its
        coordinates are, and what ``segments_of_graph`` finds.
    """
    from xml.etree import ElementTree

    import networkx as nx

    try:
        graph = nx.read_graphml(path, force_multigraph=True)
        _fill_in(graph)
        for *_, data in graph.edges(data=True):
            data.update({name: _value(it) for name, it in data.items()})
    except (KeyError, TypeError, ValueError, ElementTree.ParseError, nx.NetworkXError, OSError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(Problem("roads_file_broken", file=path.name, details={"reason": reason})) from error
    return segments_of_graph(graph, path.name, unsaid)


def read_gexf(path: Path, unsaid: UnsaidSystem = NOTHING_TOLD) -> tuple["Segments", RoadInfo]:
    """Roads of a GEXF file, as networkx and Gephi save graphs; errors as in ``read_graphml``."""
    from xml.etree import ElementTree

    import networkx as nx

    try:
        graph = graph_in_gexf(path)
        for *_, data in graph.edges(data=True):
            data.update({name: _value(it) for name, it in data.items()})
    except (KeyError, TypeError, ValueError, ElementTree.ParseError, nx.NetworkXError, OSError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(Problem("roads_file_broken", file=path.name, details={"reason": reason})) from error
    several = nx.MultiDiGraph(graph) if graph.is_directed() else nx.MultiGraph(graph)
    return segments_of_graph(several, path.name, unsaid)


def _fill_in(graph: "nx.MultiGraph[Any]") -> None:
    """Give nodes and edges what the file says once for all that have no value of their own."""
    every = [
        ("node_default", graph.nodes.values()),
        ("edge_default", (it for *_, it in graph.edges(data=True))),
    ]
    for name, rows in every:
        said = graph.graph.get(name) or {}
        for data in rows if said else ():
            data.update({key: value for key, value in said.items() if key not in data})


def _value(written: Any) -> Any:
    """The list that a text stands for, be it of one kind or mixed; all else as it is."""
    if not (isinstance(written, str) and written.startswith("[") and written.endswith("]")):
        return written
    try:
        return ast.literal_eval(written)
    except (SyntaxError, ValueError):
        return written


def segments_of_graph(
    graph: "nx.MultiGraph[Any]", source: str, unsaid: UnsaidSystem = NOTHING_TOLD
) -> tuple["Segments", RoadInfo]:
    """Roads of a graph as osmnx makes it: nodes with ``x, y``, edges with ``length`` in metres.

    Other programs say where nodes lie as ``lon, lat``, as a pair ``pos``, or by ids that are pairs, and call
    lengths as tables do (:mod:`.column_names`).

    Minutes come from ``travel_time`` (seconds) where every edge has a usable one, else from ``highway`` and
    the speeds of ``rules``.

    Raises
    ------
    InputError
        ``roads_no_crs``, ``roads_crs_unclear``, ``roads_none_drivable`` if it has no edges,
        ``roads_not_degrees`` for every node without a usable place, ``roads_length_wrong`` for every edge
        without a usable length, ``roads_not_lines`` for every one drawn as something else.
    """
    if not graph.number_of_edges():
        raise InputError(Problem("roads_none_drivable", file=source))
    at = _places(graph)
    crs = graph.graph.get("crs")
    to_degrees = _to_degrees(
        unsaid.of(at[:, 0], at[:, 1], source) if crs is None else crs, at, source, unsaid
    )
    number = {node: k for k, node in enumerate(graph.nodes)}
    lonlat = to_degrees(at)
    edges = directed(graph)
    metres, column, unit_m = _stated_m([data for *_, data in edges], graph.graph)
    lines = _lines([data.get("geometry") for *_, data in edges], to_degrees)
    # Where no edge at all has a length, each is as long as its line.
    measured = not any(column in data for *_, data in edges)
    problems = _misplaced(list(graph.nodes), lonlat, at, source)
    usable = measured | ((metres >= 0) & (metres < np.inf))
    for k in np.flatnonzero(~usable | _are_wrong(lines)).tolist():
        tail, head, data = edges[k]
        code, wrong = (
            ("roads_not_lines", "geometry") if lines[k] is _WRONG else ("roads_length_wrong", column)
        )
        value = f"{tail} → {head}: {str(data.get(wrong))[:80]}"
        problems.append(Problem(code, file=source, column=wrong, value=value))
    if problems:
        raise InputError(problems[:MAX_PROBLEMS])
    tail, head = (np.array([number[edge[end]] for edge in edges], dtype=np.int64) for end in (0, 1))
    straight_km = great_circle_km(*lonlat[tail].T, *lonlat[head].T)
    metres = metres * (unit_m or _unit_m(metres, straight_km))
    one_way = np.array([runs_one_way(graph, *edge) for edge in edges])
    ways = ways_of_graph([data for *_, data in edges])
    links = Links(
        lon=lonlat[:, 0],
        lat=lonlat[:, 1],
        tail=tail,
        head=head,
        mm=np.rint(metres / METRES_PER_KM * MM_PER_KM),
        minutes=_minutes([data for *_, data in edges], ways, metres),
        two_way=~one_way,
        road_class=np.array([way.road_class for way in ways], dtype=np.uint8),
        geometry=lines,
    )
    counts = length_notes(links.mm, straight_km) | undirected(graph)
    counts["closed_but_kept"] = sum(way.kept_anyway for way in ways)
    counts["several_classes"] = sum(way.several for way in ways)
    date = _DATE.search(str(graph.graph.get("created_date", "")))
    return segments_of(links), RoadInfo(
        source=source,
        kind="graph",
        date=date[0] if date else None,
        extent=NO_EXTENT,
        attribution=OSM_ATTRIBUTION,
        has_minutes=bool(np.isfinite(links.minutes).all()),
        vertices_read=0,
        vertices_kept=0,
        notes=tuple((reason, count, 0.0) for reason, count in counts.items() if count),
    )


def _unit_m(stated: Floats, straight_km: Floats) -> int:
    """Metres in the unit of lengths: one, or a thousand where only km fit the straight lines."""
    apart = straight_km > APART_KM
    if middle_ratio(stated / METRES_PER_KM, straight_km, apart) >= LEAST_RATIO:
        return 1
    low, high = AS_STRAIGHT
    return METRES_PER_KM if low < middle_ratio(stated, straight_km, apart) < high else 1


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _stated_m(edges: list[dict[str, Any]], about: dict[Any, Any]) -> tuple[Floats, str, float | None]:
    """Lengths as they are stated, what they are called, and metres in their unit, ``None`` where unsaid."""
    names = {} if any("length" in data for data in edges) else {it: None for data in edges for it in data}
    column, unit = "length", unit_said(about)
    if names:
        import pandas as pd

        chosen = edge_columns(pd.DataFrame(columns=list(names)))
        known = {ours: their for their, ours in chosen.items()}
        found = next((it for it in STATED if it in known), None)
        column = column if found is None else known[found]
        unit = found if found in KM_OF else unit
    stated = np.array([_number(data.get(column)) for data in edges])
    return stated, column, KM_OF[unit] * METRES_PER_KM if unit else None


_METRES: Final = (("x", "y"), ("x_coord", "y_coord"))
_DEGREES: Final = (("lon", "lat"), ("longitude", "latitude"), ("lng", "lat"), ("long", "lat"))
_PAIRS: Final = ("pos", "position", "coordinates", "coords")
_TWO: Final = 2


def _places(graph: "nx.MultiGraph[Any]") -> Floats:
    """Where the nodes lie, as the graph says it.

    Where it names no system, what is called a longitude counts before ``x``: programs that draw graphs
    write where the picture has a node under that name.
    """
    pairs = (*_DEGREES, *_METRES) if graph.graph.get("crs") is None else (*_METRES, *_DEGREES)
    names = {name for data in graph.nodes.values() for name in data}
    theirs = {folded(name): name for name in sorted(names, key=str, reverse=True)}
    axes = next(((theirs[x], theirs[y]) for x, y in pairs if {x, y} <= set(theirs)), None)
    if axes is None:
        # One of two is a mistake to be named.
        axes = next(((x, y) for x, y in pairs if {x, y} & set(theirs)), None)
        axes = axes and (theirs.get(axes[0], axes[0]), theirs.get(axes[1], axes[1]))
    return np.array([_place(node, data, axes) for node, data in graph.nodes(data=True)]).reshape(-1, 2)


def _place(node: Any, data: dict[str, Any], axes: tuple[Any, Any] | None) -> tuple[float, float]:
    """Where a node lies: two numbers or a pair of them, or an id that is such a pair."""
    if axes is not None:
        return _number(data.get(axes[0])), _number(data.get(axes[1]))
    viz = data.get("viz")
    if isinstance(viz, dict) and isinstance(viz.get("position"), dict):
        return _number(viz["position"].get("x")), _number(viz["position"].get("y"))
    for pair in (*(data[it] for it in _PAIRS if it in data), node):
        two = _pair(pair)
        if two is not None:
            return two
    return np.nan, np.nan


def _pair(written: Any) -> tuple[float, float] | None:
    if isinstance(written, str):
        try:
            written = ast.literal_eval(written)
        except (SyntaxError, ValueError):
            return None
    if not isinstance(written, list | tuple) or len(written) < _TWO:
        return None
    return _number(written[0]), _number(written[1])


def _to_degrees(crs: Any, at: Floats, source: str, unsaid: UnsaidSystem) -> Callable[[Floats], Floats]:
    """Turn coordinates of the graph into degrees; graphs before osmnx 0.16 have a dict for their system."""
    import pyproj

    if isinstance(crs, str) and crs.startswith("{") and "'init'" in crs:
        crs = _INIT.sub("", crs)
    try:
        system = pyproj.CRS.from_user_input(unsaid.called(crs, at))
    except pyproj.exceptions.CRSError as error:
        raise InputError(Problem("roads_no_crs", file=source)) from error
    if system.to_epsg() == 4326 or system.to_authority() == ("OGC", "CRS84"):
        return lambda xy: xy
    turn = pyproj.Transformer.from_crs(system, 4326, always_xy=True).transform
    return lambda xy: np.column_stack(turn(xy[:, 0], xy[:, 1]))


def _lines(drawn: list[Any], to_degrees: Callable[[Floats], Floats]) -> Any:
    """Lines of edges in degrees, None where an edge has none, ``_WRONG`` where it has something else."""
    import shapely

    texts = [it if isinstance(it, str) else None for it in drawn]
    # Points at no number are told of below, with their edge.
    with np.errstate(invalid="ignore", over="ignore"):
        read = shapely.from_wkt(texts, on_invalid="ignore")
    lines = np.array([None] * len(drawn), dtype=object)
    for k, it in enumerate(drawn):
        line = read[k] if isinstance(it, str) else _drawn(it)
        if not isinstance(line, shapely.Geometry):
            lines[k] = None if it is None or not str(it).strip() else _WRONG
        elif not line.is_empty:
            line = shapely.line_merge(line) if line.geom_type == "MultiLineString" else line
            somewhere = np.isfinite(shapely.get_coordinates(line)).all()
            lines[k] = line if line.geom_type == "LineString" and somewhere else _WRONG
    there = np.flatnonzero([isinstance(it, shapely.Geometry) for it in lines])
    lines[there] = shapely.transform(shapely.force_2d(lines[there]), to_degrees)
    return lines


def _drawn(line: Any) -> Any:
    """A line as JSON writes it, or as it is."""
    import shapely

    pairs = line.get("coordinates") if isinstance(line, dict) else line if isinstance(line, list) else None
    try:
        return line if pairs is None else shapely.LineString([it[:2] for it in pairs])
    except (TypeError, ValueError, shapely.errors.GEOSException):
        return line


def _are_wrong(lines: Any) -> Any:
    return np.array([it is _WRONG for it in lines], dtype=bool)


def _misplaced(nodes: list[Any], lonlat: Floats, written: Floats, source: str) -> list[Problem]:
    """Nodes that are nowhere on Earth."""
    with np.errstate(invalid="ignore"):
        right = np.abs(lonlat) <= (180, 90)
    problems = []
    for k, axis in np.argwhere(~right)[:MAX_PROBLEMS].tolist():
        value = f"{nodes[k]}: {written[k, axis]}"
        problems.append(Problem("roads_not_degrees", file=source, column="xy"[axis], value=value))
    return problems


def _minutes(edges: list[dict[str, Any]], ways: list[WayUse], metres: Floats) -> Floats:
    stated = np.array([_number(data.get("travel_time")) for data in edges])
    usable = bool(((stated >= 0) & (stated < np.inf)).all())
    km = metres / METRES_PER_KM
    if usable and are_times(stated / SECONDS_PER_MINUTE, km):
        return np.asarray(stated / SECONDS_PER_MINUTE)
    whole = pieces_of(*([data.get(it) for data in edges] for it in ("osmid", "reversed")))
    minutes = minutes_of(ways, km, whole if any("reversed" in data for data in edges) else None)
    # Times known for some streets only would give wrong sums.
    return minutes if np.isfinite(minutes).all() else np.full(len(edges), np.nan)
