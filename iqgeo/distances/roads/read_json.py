"""Read roads from JSON: an answer of Overpass, or a graph as networkx writes it (node-link)."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iqgeo.distances.roads.column_names import MISSING
from iqgeo.distances.roads.links import MAX_PROBLEMS
from iqgeo.distances.roads.progress import ProgressCallback, silent
from iqgeo.distances.roads.read_graph import segments_of_graph
from iqgeo.distances.roads.read_osm import read_answer
from iqgeo.distances.roads.unsaid_system import NOTHING_TOLD, UnsaidSystem
from iqgeo.errors import InputError, Problem
from iqgeo.safe.parse import json_value

if TYPE_CHECKING:
    import networkx as nx

    from iqgeo.distances.roads.assemble import Segments
    from iqgeo.distances.roads.network import RoadInfo

_ENDS = (("source", "target"), ("from", "to"), ("u", "v"))
_IDS = ("id", "osmid", "key", "name")


def read_json(
    path: Path, progress: ProgressCallback = silent, unsaid: UnsaidSystem = NOTHING_TOLD
) -> tuple["Segments", "RoadInfo"]:
    """Roads of a JSON file, whichever of the forms it has.

    Raises
    ------
    InputError
        ``roads_file_broken`` if it is no JSON, ``roads_json_other`` if it is something else, and what
        ``read_answer`` and ``segments_of_graph`` find.
    """
    try:
        whole = json_value(path.read_bytes())
    except ValueError as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(Problem("roads_file_broken", file=path.name, details={"reason": reason})) from error
    graph = whole if isinstance(whole, dict) else {}
    edges = next((graph[it] for it in ("links", "edges") if isinstance(graph.get(it), list)), None)
    if isinstance(graph.get("nodes"), list) and edges is not None:
        return segments_of_graph(_graph(graph, edges, path.name), path.name, unsaid)
    return read_answer(whole, path.name, progress)


def _graph(whole: dict[str, Any], edges: list[Any], file: str) -> "nx.MultiGraph[Any]":
    """The graph of a node-link file; older ones count their nodes where others name them."""
    import networkx as nx

    if not all(isinstance(it, dict) for it in (*whole["nodes"], *edges)):
        raise InputError(Problem("roads_json_other", file=file))
    graph: nx.MultiGraph[Any] = nx.MultiDiGraph() if whole.get("directed") else nx.MultiGraph()
    about = whole.get("graph")
    graph.graph.update(about if isinstance(about, dict) else {})
    named = next((it for it in _IDS if all(it in node for node in whole["nodes"])), None)
    ids = [at if named is None else _id(node[named]) for at, node in enumerate(whole["nodes"])]
    graph.add_nodes_from(zip(ids, whole["nodes"], strict=True))
    tail, head = next((it for it in _ENDS if any(it[0] in edge for edge in edges)), _ENDS[0])
    ends = [[_id(edge.get(it)) for it in (tail, head)] for edge in edges]
    missing = (
        Problem("roads_end_missing", file=file, row=at + 1, column=column)
        for at, pair in enumerate(ends)
        for column, end in zip((tail, head), pair, strict=True)
        if str(end).strip().lower() in MISSING
    )
    if problems := list(islice(missing, MAX_PROBLEMS)):
        raise InputError(problems)
    if not any(end in graph for pair in ends for end in pair):
        # Networks drawn by D3, and networkx before version 2, count the nodes.
        known = dict(enumerate(ids))
        ends = [[known.get(end, end) for end in pair] for pair in ends]
    ends = _as_named(ends, ids)
    for (a, b), edge in zip(ends, edges, strict=True):
        graph.add_edge(a, b, **{str(name): it for name, it in edge.items()})
    return graph


def _as_named(ends: list[list[Any]], ids: list[Any]) -> list[list[Any]]:
    """Ends as the nodes are named: JSON knows no numbers of numpy, and who writes them as text has both."""
    known = set(ids)
    if all(end in known for pair in ends for end in pair):
        return ends
    written = {str(it): it for it in ids}
    if len(written) < len(known):
        return ends
    return [[end if end in known else written.get(str(end), end) for end in pair] for pair in ends]


def _id(value: Any) -> Any:
    """An id as a node of a graph: points are pairs, which JSON writes as lists."""
    return tuple(map(_id, value)) if isinstance(value, list) else value
