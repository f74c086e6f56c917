"""The edges of a graph of streets: which a car may use, and in which direction."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx


def directed(graph: "nx.MultiGraph[Any]") -> list[tuple[Any, Any, dict[str, Any]]]:
    """All edges in the direction of their lines; an undirected graph keeps it in ``from`` and ``to``."""
    edges = list(graph.edges(data=True))
    if graph.is_directed():
        return edges
    return [
        (v, u, data) if (str(data.get("from")), str(data.get("to"))) == (str(v), str(u)) else (u, v, data)
        for u, v, data in edges
    ]


def _one_way(data: dict[str, Any], *, told: bool) -> bool:
    """Whether an edge of an undirected graph is a one-way street that tells, or does not tell, which way."""
    one_way = str(data.get("oneway")).lower() in {"true", "yes", "1"}
    return one_way and ("from" in data and "to" in data) == told


def undirected(graph: "nx.MultiGraph[Any]") -> dict[str, int]:
    """How many one-way streets of an undirected graph do not say which way they run."""
    edges = [] if graph.is_directed() else [data for *_, data in graph.edges(data=True)]
    return {"which_way": sum(_one_way(data, told=False) for data in edges)}


def runs_one_way(graph: "nx.MultiGraph[Any]", tail: Any, head: Any, data: dict[str, Any]) -> bool:
    """A directed graph lists both directions; one that says of an edge alone that it is no one-way does not.

    What is listed in both ``segments_of`` makes one of.
    """
    if not graph.is_directed():
        return _one_way(data, told=True)
    return graph.has_edge(head, tail) or str(data.get("oneway")).lower() not in {"false", "no", "0"}
