"""The links as searches see them: where no through traffic may pass, and as a graph."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers
from iqgeo.distances.roads.network import DESTINATION

if TYPE_CHECKING:
    from iqgeo.distances.roads.network import RoadNetwork

NO_LINK = -1


@dataclass(frozen=True)
class Graph:
    """Arcs as compressed rows, against the traffic: row ``v`` lists the nodes one can come from to ``v``.

    Of parallel arcs only the shortest is kept and loops are left out: neither can be on a shortest path.

    Attributes
    ----------
    indptr : npt.NDArray[np.int32]
        (n + 1,) int32; the arcs of row ``v`` are ``indptr[v]:indptr[v + 1]``, sorted by neighbour.
    neighbour, mm, link : npt.NDArray[np.int32], Integers
        (m,) node at the start of the road, length in mm, link travelled (-1 between two layers of one node).
    forward : npt.NDArray[np.bool_]
        (m,) bool; the link is travelled from its tail to its head.
    """

    indptr: npt.NDArray[np.int32]
    neighbour: npt.NDArray[np.int32]
    mm: Integers
    link: npt.NDArray[np.int32]
    forward: npt.NDArray[np.bool_]


def _in_layer(
    end: npt.NDArray[np.int32], private: npt.NDArray[np.bool_], layer: npt.NDArray[np.int32]
) -> npt.NDArray[np.int32]:
    """Ends of links, those of private ones in a layer of their own."""
    there = end.copy()
    there[private] = layer[end[private]]
    return there


@dataclass(frozen=True, eq=False)
class Passages:
    """Links and nodes as searches see them.

    A journey runs over streets without through traffic at its beginning, then over others, then over such
    streets again at its end. So these streets are there twice, in a layer to begin in and one to end in, with
    nodes of their own; one steps from the layer to begin in onto the public node, and from there into the
    layer to end in, never back.

    Attributes
    ----------
    tail, head, mm, minutes, two_way : npt.NDArray[np.int32], Integers, Floats, npt.NDArray[np.bool_]
        (passages,) as of links.
    link : npt.NDArray[np.int32]
        (passages,) the link, ``NO_LINK`` for a step between layers.
    ferry : npt.NDArray[np.bool_]
        (passages,) bool.
    begin_tail, begin_head : npt.NDArray[np.int32]
        (links,) node by which a journey that begins on the link leaves it.
    end_tail, end_head : npt.NDArray[np.int32]
        (links,) node by which a journey that ends on the link arrives.
    node_count : int
        Nodes with those of both layers.
    """

    tail: npt.NDArray[np.int32]
    head: npt.NDArray[np.int32]
    mm: Integers
    minutes: Floats
    two_way: npt.NDArray[np.bool_]
    link: npt.NDArray[np.int32]
    ferry: npt.NDArray[np.bool_]
    begin_tail: npt.NDArray[np.int32]
    begin_head: npt.NDArray[np.int32]
    end_tail: npt.NDArray[np.int32]
    end_head: npt.NDArray[np.int32]
    node_count: int

    @classmethod
    def of(cls, network: "RoadNetwork") -> "Passages":
        """Put the streets without through traffic into layers of their own."""
        private = (network.link_class & DESTINATION) != 0
        ends = (network.link_tail, network.link_head)
        if not private.any():
            return cls._public(network)
        nodes = np.unique(np.concatenate([end[private] for end in ends])).astype(np.int32)
        layer = np.full((2, network.node_count), NO_LINK, dtype=np.int32)
        for number in (0, 1):
            layer[number, nodes] = network.node_count + number * len(nodes) + np.arange(len(nodes))
        begin, finish = ([_in_layer(end, private, layer[number]) for end in ends] for number in (0, 1))
        links = np.arange(network.link_count, dtype=np.int32)
        steps = np.full(2 * len(nodes), NO_LINK, dtype=np.int32)
        link = np.concatenate([links[~private], links[private], links[private], steps])
        known = link != NO_LINK
        return cls(
            tail=np.concatenate(
                [begin[0][~private], begin[0][private], finish[0][private], layer[0][nodes], nodes]
            ),
            head=np.concatenate(
                [begin[1][~private], begin[1][private], finish[1][private], nodes, layer[1][nodes]]
            ),
            mm=np.where(known, network.link_mm[link], 0),
            minutes=np.where(known, network.link_minutes[link], 0.0),
            two_way=known & network.link_two_way[link],
            link=link,
            ferry=known & network.is_ferry[link],
            begin_tail=begin[0],
            begin_head=begin[1],
            end_tail=finish[0],
            end_head=finish[1],
            node_count=network.node_count + 2 * len(nodes),
        )

    @classmethod
    def _public(cls, network: "RoadNetwork") -> "Passages":
        """All links as they are, where each carries through traffic."""
        tail, head = network.link_tail, network.link_head
        return cls(
            tail=tail,
            head=head,
            mm=network.link_mm,
            minutes=network.link_minutes,
            two_way=network.link_two_way,
            link=np.arange(network.link_count, dtype=np.int32),
            ferry=network.is_ferry,
            begin_tail=tail,
            begin_head=head,
            end_tail=tail,
            end_head=head,
            node_count=network.node_count,
        )

    def graph(self, *, ferries: bool) -> Graph:
        """Return them as a graph, with or without ferries."""
        used = self.tail != self.head
        if not ferries:
            used &= ~self.ferry
        ahead, back = np.flatnonzero(used), np.flatnonzero(used & self.two_way)
        row = np.concatenate([self.head[ahead], self.tail[back]])
        neighbour = np.concatenate([self.tail[ahead], self.head[back]])
        passage = np.concatenate([ahead, back])
        mm = self.mm[passage]
        key = row.astype(np.int64) * self.node_count + neighbour
        order = np.argsort(key, kind="stable")
        if (np.diff(key[order]) == 0).any():
            order = np.lexsort((mm, key))
            order = order[np.diff(key[order], prepend=-1) != 0]
        indptr = np.concatenate([[0], np.cumsum(np.bincount(row[order], minlength=self.node_count))])
        return Graph(
            indptr=indptr.astype(np.int32),
            neighbour=neighbour[order].astype(np.int32),
            mm=mm[order],
            link=self.link[passage[order]],
            forward=order < len(ahead),
        )
