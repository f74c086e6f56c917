"""Read a street graph of osmnx from GraphML."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iqgeo.distances.roads.links import Links, segments_of
from iqgeo.distances.roads.network import DESTINATION, ROAD, RoadInfo
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.read_osm import NO_EXTENT, OSM_ATTRIBUTION
from iqgeo.distances.roads.rules import ACCESS_KEYS, MINUTES_PER_HOUR, SPEED_KMH, limit_kmh, road_class
from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    import networkx as nx

    from iqgeo.distances.roads.assemble import Segments

METRES_PER_KM = 1000
SECONDS_PER_MINUTE = 60
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_graphml(path: Path) -> tuple["Segments", RoadInfo]:
    """Roads of a GraphML file that osmnx saved; needs no network.

    Raises
    ------
    InputError
        ``roads_file_broken`` if it is no such file, ``roads_no_crs`` if it does not say what its
        coordinates are, and what ``segments_of_graph`` finds.
    """
    from xml.etree import ElementTree

    import osmnx

    try:
        # osmnx wants the CRS of every graph; read what the file says before it fails without a word on it.
        # One-way may be empty or in other words than osmnx would take; each edge says its direction anyway.
        graph = osmnx.load_graphml(path, edge_dtypes={"oneway": str, "reversed": str})
    except KeyError as error:
        code = "roads_no_crs" if error.args == ("crs",) else "roads_file_broken"
        raise InputError(Problem(code, file=path.name, details={"reason": f"{error}"})) from error
    except (ValueError, ElementTree.ParseError, OSError) as error:
        raise InputError(
            Problem("roads_file_broken", file=path.name, details={"reason": str(error)})
        ) from error
    return segments_of_graph(graph, path.name)


def segments_of_graph(graph: "nx.MultiDiGraph[Any]", source: str) -> tuple["Segments", RoadInfo]:
    """Roads of a graph as osmnx makes it: nodes with ``x, y``, edges with ``length`` in metres.

    Minutes come from ``travel_time`` (seconds) where every edge has it, else from ``highway`` and the speeds
    of ``rules``.

    Raises
    ------
    InputError
        ``roads_no_crs``, ``roads_none_drivable`` if it has no edges, ``roads_length_wrong`` for every edge
        without a usable length.
    """
    import osmnx

    if not graph.graph.get("crs"):
        raise InputError(Problem("roads_no_crs", file=source))
    if not graph.number_of_edges():
        raise InputError(Problem("roads_none_drivable", file=source))
    if str(graph.graph["crs"]).lower() != "epsg:4326":
        graph = osmnx.project_graph(graph, to_crs="epsg:4326")
    number = {node: k for k, node in enumerate(graph.nodes)}
    edges = _directed(graph)
    problems = [
        Problem(
            "roads_length_wrong", file=source, column="length", value=f"{tail} → {head}: {data.get('length')}"
        )
        for tail, head, data in edges
        if not 0 <= float(data.get("length", np.nan)) < np.inf
    ]
    if problems:
        raise InputError(problems)
    one_way = np.array([graph.is_directed() or _one_way(data) for _, _, data in edges])
    links = Links(
        lon=np.array([data["x"] for _, data in graph.nodes(data=True)], dtype=float),
        lat=np.array([data["y"] for _, data in graph.nodes(data=True)], dtype=float),
        tail=np.array([number[tail] for tail, _, _ in edges], dtype=np.int64),
        head=np.array([number[head] for _, head, _ in edges], dtype=np.int64),
        mm=np.rint([float(data["length"]) / METRES_PER_KM * MM_PER_KM for _, _, data in edges]),
        minutes=_minutes([data for _, _, data in edges]),
        # A directed graph lists each direction by itself; segments_of makes one of both.
        two_way=~one_way,
        road_class=np.array([_class(data) for _, _, data in edges], dtype=np.uint8),
        geometry=np.array([data.get("geometry") for _, _, data in edges], dtype=object),
    )
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
    )


def _directed(graph: "nx.MultiDiGraph[Any]") -> list[tuple[Any, Any, dict[str, Any]]]:
    """All edges in the direction of their lines; an undirected graph keeps it in ``from`` and ``to``."""
    edges = list(graph.edges(data=True))
    if graph.is_directed():
        return edges
    return [
        (v, u, data) if (str(data.get("from")), str(data.get("to"))) == (str(v), str(u)) else (u, v, data)
        for u, v, data in edges
    ]


def _one_way(data: dict[str, Any]) -> bool:
    """Whether an edge of an undirected graph is a one-way street, as far as it still says which way."""
    return str(data.get("oneway")).lower() in {"true", "yes", "1"} and "from" in data and "to" in data


def _highway(data: dict[str, Any]) -> list[str]:
    highway = data.get("highway", [])
    return highway if isinstance(highway, list) else [highway]


def _class(data: dict[str, Any]) -> int:
    tags = {key: data[key] for key in (*ACCESS_KEYS, "tunnel", "motorroad") if isinstance(data.get(key), str)}
    classes = {road_class(tags, highway) for highway in _highway(data) or [""]}
    # A street of several classes can be joined where one of them can.
    return min(classes, key=lambda it: (it % DESTINATION != ROAD, it))


def _minutes(edges: list[dict[str, Any]]) -> Any:
    if all("travel_time" in data for data in edges):
        return np.array([float(data["travel_time"]) / SECONDS_PER_MINUTE for data in edges])
    # A street of several classes is as fast as its slowest part.
    speeds = [_speed_kmh(data) for data in edges]
    minutes = (
        np.array([float(data["length"]) for data in edges])
        / METRES_PER_KM
        / np.array(speeds)
        * MINUTES_PER_HOUR
    )
    # Times known for some streets only would give wrong sums.
    return minutes if np.isfinite(minutes).all() else np.full(len(edges), np.nan)


def _speed_kmh(data: dict[str, Any]) -> float:
    """Speed of the slowest class, or the lowest posted limit where that is less."""
    speed = min((SPEED_KMH[it] for it in _highway(data) if it in SPEED_KMH), default=np.nan)
    posted = data.get("maxspeed", "")
    limit = limit_kmh({"maxspeed": ";".join(map(str, posted)) if isinstance(posted, list) else str(posted)})
    return speed if limit is None else float(np.minimum(speed, limit))
