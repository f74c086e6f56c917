"""Walk along chains of vertices that are no junctions (compiled; imported only where a network is built)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.roads.compiled import compiled

Array = npt.NDArray[Any]


@compiled
def walk_chains(
    incident_ptr: Array, incident: Array, ends: tuple[Array, Array], two_way: Array, junction: Array
) -> tuple[Array, Array, Array]:
    """Follow every chain from one junction to the next, one-way chains in the direction of traffic.

    Parameters
    ----------
    incident_ptr, incident : segments at each vertex as compressed rows; two at a vertex that is no junction.
    ends, two_way : tail and head of each segment, and whether one may drive both ways.
    junction : bool per vertex. Rings without a junction get one: the vertex the walk happens to begin at.

    Returns
    -------
    vertices of all chains one after the other, segments likewise, and where each chain's segments begin.
    """
    tail, head = ends
    count = len(tail)
    vertices = np.empty(2 * count, np.int64)
    segments = np.empty(count, np.int64)
    begins = np.empty(count + 1, np.int64)
    seen = np.zeros(count, np.bool_)
    chains = 0
    taken = 0
    # Twice: first from the junctions, then whatever is left, which can only be rings.
    for rings in range(2):
        for start in range(len(junction)):
            if not rings and not junction[start]:
                continue
            for k in range(incident_ptr[start], incident_ptr[start + 1]):
                segment = incident[k]
                if seen[segment] or not (two_way[segment] or tail[segment] == start):
                    continue
                begins[chains] = taken
                vertices[taken + chains] = start
                at = start
                while True:
                    seen[segment] = True
                    at = head[segment] if tail[segment] == at else tail[segment]
                    segments[taken] = segment
                    taken += 1
                    vertices[taken + chains] = at
                    if junction[at] or at == start:
                        break
                    first = incident[incident_ptr[at]]
                    segment = incident[incident_ptr[at] + 1] if first == segment else first
                chains += 1
    begins[chains] = taken
    return vertices[: taken + chains], segments[:taken], begins[: chains + 1]
