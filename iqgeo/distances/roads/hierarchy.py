"""Shortcuts over a road network, made once: the same lengths with much less to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from iqgeo.distances.roads.network import RoadNetwork
    from iqgeo.distances.roads.passages import Passages

Array32 = npt.NDArray[np.int32]

PARTS = ("node", "begins", "above", "out", "back")


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """A contraction hierarchy: every shortest way climbs from its start and then comes down to its end.

    Nodes stand by level, the highest first, and on a level as in the network, along the curve. What lies
    above a node has a lower position, so that one pass over the positions carries lengths down.

    Attributes
    ----------
    node : Array32
        (nodes,) the node of the passages at each position.
    begins : Array32
        (nodes + 1,) where the rows of each position begin in the other arrays.
    above : Array32
        Position of what lies above.
    out, back : Array32
        Length to there, and from there; the largest number of ``hierarchy_kernel`` where there is no way.
    """

    node: Array32
    begins: Array32
    above: Array32
    out: Array32
    back: Array32

    @cached_property
    def position(self) -> Array32:
        """(nodes,) position of each node of the passages."""
        at = np.empty(len(self.node), dtype=np.int32)
        at[self.node] = np.arange(len(self.node), dtype=np.int32)
        return at

    @property
    def up(self) -> tuple[Array32, Array32, Array32]:
        """Compressed rows of what lies above each position, with the length to there."""
        return self.begins, self.above, self.out

    @classmethod
    def of(cls, passages: "Passages") -> "Hierarchy | None":
        """Make the hierarchy of all passages but the ferries; ``None`` where it takes more than it brings."""
        from iqgeo.distances.roads.hierarchy_kernel import FAR, LINKS_FREE, MOST_LOOKED, contract_nodes

        used = ~passages.ferry
        order, level, begins, arcs = contract_nodes(
            (passages.tail[used], passages.head[used]),
            passages.two_way[used],
            np.minimum(passages.mm[used], FAR).astype(np.int32),
            passages.node_count,
            MOST_LOOKED * (len(used) + LINKS_FREE),
        )
        if len(order) < len(level):
            return None
        node = np.lexsort((np.arange(len(level)), -level)).astype(np.int32)
        turn = np.empty(len(order), dtype=np.int64)
        turn[order] = np.arange(len(order))
        first, count = begins[:-1][turn[node]], np.diff(begins)[turn[node]]
        starts = np.concatenate([[0], np.cumsum(count)])
        arcs = arcs[np.repeat(first - starts[:-1], count) + np.arange(starts[-1])]
        position = np.empty(len(node), dtype=np.int32)
        position[node] = np.arange(len(node), dtype=np.int32)
        out, back = (np.ascontiguousarray(arcs[:, k]) for k in (1, 2))
        return cls(node, starts.astype(np.int32), position[arcs[:, 0]], out, back)


def hierarchies_of(network: "RoadNetwork") -> dict[str, Hierarchy]:
    """The hierarchies that are kept with a network, by unit: of lengths and, where known, of times.

    Both without ferries, as the way is asked for nearly always; with them it is searched without, as it is
    in a unit for which none is worth its making.
    """
    made = {network.unit: Hierarchy.of(network.passages)}
    if network.info.has_minutes and np.isfinite(network.shape_minutes).all():
        timed = network.by_time
        made[timed.unit] = Hierarchy.of(timed.passages)
    return {unit: it for unit, it in made.items() if it is not None}


def require_sound(stored: Mapping[str, npt.NDArray[Any]], nodes: int) -> None:
    """Refuse arrays that are no hierarchy of so many nodes: sweeps run compiled, where no index is looked at.

    Parameters
    ----------
    stored : Mapping[str, npt.NDArray[Any]]
        Arrays as they lie in a file.
    nodes : int
        How many the network has.

    Raises
    ------
    ValueError
        If they are not.
    """
    if any(stored[name].dtype != np.int32 for name in PARTS):
        raise ValueError("a hierarchy of other types")
    begins, above = stored["begins"], stored["above"]
    if len(stored["node"]) != nodes or len(begins) != nodes + 1:
        raise ValueError("a hierarchy of another network")
    rows = begins[1:] - begins[:-1]
    if begins[0] or (rows < 0).any() or any(len(stored[it]) != begins[-1] for it in ("above", "out", "back")):
        raise ValueError("rows that do not fit")
    if stored["node"].min() < 0 or (np.bincount(stored["node"], minlength=nodes) != 1).any():
        raise ValueError("nodes that stand nowhere, or twice")
    if above.min(initial=0) < 0 or (above >= np.repeat(np.arange(nodes), rows)).any():
        raise ValueError("a hierarchy that leads down")
    if any(stored[name].min(initial=0) < 0 for name in ("out", "back")):
        raise ValueError("lengths below zero")
