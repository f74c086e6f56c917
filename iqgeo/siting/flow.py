"""Who cannot be served together: a maximum flow from rows to sites with room, and its minimum cut."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from iqgeo.siting.sets import Longs

# Whole numbers, of whatever type.
Whole = npt.NDArray[Any]


def minimum_cut(supply: Whole, row: Whole, site: Whole, ways: Whole, room: Whole) -> tuple[int, Longs]:
    """Send as much as possible from rows over ways to sites.

    Parameters
    ----------
    supply : Whole
        What each row sends; it, ``ways`` and ``room`` are whole numbers below 2**31.
    row, site, ways : Whole
        The ways, and how much each can carry.
    room : Whole
        What each site takes.

    Returns
    -------
    tuple[int, Longs]
        How much arrives, and the near side of a minimum cut: rows, and sites numbered on from them, as a
        search from the rows meets them.
    """
    # Loads most of scipy's linear algebra, which other models do not need.
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    n_rows, n_sites = len(supply), len(room)
    source, sink = n_rows + n_sites, n_rows + n_sites + 1
    tail = np.concatenate([np.full(n_rows, source), row, n_rows + np.arange(n_sites)])
    head = np.concatenate([np.arange(n_rows), n_rows + site, np.full(n_sites, sink)])
    capacity = np.concatenate([supply, ways, room]).astype(np.int32)
    shape = (sink + 1, sink + 1)
    # The stubs know no pair of index arrays.
    graph: Any = sparse.csr_array((capacity, (tail, head)), shape=shape, dtype=np.int32)  # type: ignore[arg-type]
    flow = maximum_flow(graph, source, sink)
    left: Any = sparse.csr_array(graph - flow.flow)
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    reached = breadth_first_order(left, source, return_predecessors=False)
    return int(flow.flow_value), reached[reached < source].astype(np.int64)
