"""Read a street graph of osmnx from GraphML."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iqgeo.distances.roads.links import Links, segments_of
from iqgeo.distances.roads.network import MOTORWAY, ROAD, RoadInfo
from iqgeo.distances.roads.plane import MM_PER_KM
from iqgeo.distances.roads.read_osm import NO_EXTENT, OSM_ATTRIBUTION
from iqgeo.distances.roads.rules import FREE_FLOW_MOTORWAYS, MINUTES_PER_HOUR, SPEED_KMH
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
        graph = osmnx.load_graphml(path)
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
    edges = list(graph.edges(data=True))
    problems = [
        Problem(
            "roads_length_wrong", file=source, column="length", value=f"{tail} → {head}: {data.get('length')}"
        )
        for tail, head, data in edges
        if not 0 <= float(data.get("length", np.nan)) < np.inf
    ]
    if problems:
        raise InputError(problems)
    kept = _without_twins([(number[u], number[v], data) for u, v, data in edges])
    links = Links(
        lon=np.array([data["x"] for _, data in graph.nodes(data=True)], dtype=float),
        lat=np.array([data["y"] for _, data in graph.nodes(data=True)], dtype=float),
        tail=np.array([tail for tail, _, _, _ in kept], dtype=np.int64),
        head=np.array([head for _, head, _, _ in kept], dtype=np.int64),
        mm=np.rint([data["length"] / METRES_PER_KM * MM_PER_KM for _, _, data, _ in kept]),
        minutes=_minutes([data for _, _, data, _ in kept]),
        two_way=np.array([two_way for _, _, _, two_way in kept]),
        road_class=np.array([_class(data) for _, _, data, _ in kept], dtype=np.uint8),
        geometry=np.array([data.get("geometry") for _, _, data, _ in kept], dtype=object),
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


def _without_twins(
    edges: list[tuple[int, int, dict[str, Any]]],
) -> list[tuple[int, int, dict[str, Any], bool]]:
    """Every street once: an edge and its like in the other direction become one that runs both ways."""
    waiting: dict[tuple[Any, ...], list[int]] = {}
    kept: list[tuple[int, int, dict[str, Any], bool]] = []
    for tail, head, data in edges:
        street = (str(data.get("osmid")), data["length"])
        twins = waiting.get((head, tail, *street))
        if twins:
            at = twins.pop()
            kept[at] = (*kept[at][:3], True)
        else:
            waiting.setdefault((tail, head, *street), []).append(len(kept))
            kept.append((tail, head, data, False))
    return kept


def _highway(data: dict[str, Any]) -> list[str]:
    highway = data.get("highway", [])
    return highway if isinstance(highway, list) else [highway]


def _class(data: dict[str, Any]) -> int:
    return MOTORWAY if FREE_FLOW_MOTORWAYS.intersection(_highway(data)) else ROAD


def _minutes(edges: list[dict[str, Any]]) -> Any:
    if all("travel_time" in data for data in edges):
        return np.array([float(data["travel_time"]) / SECONDS_PER_MINUTE for data in edges])
    # A street of several classes is as fast as its slowest part.
    speeds = [min((SPEED_KMH[h] for h in _highway(data) if h in SPEED_KMH), default=np.nan) for data in edges]
    minutes = (
        np.array([data["length"] for data in edges]) / METRES_PER_KM / np.array(speeds) * MINUTES_PER_HOUR
    )
    # Times known for some streets only would give wrong sums.
    return minutes if np.isfinite(minutes).all() else np.full(len(edges), np.nan)
