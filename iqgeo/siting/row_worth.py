"""The worth of each row of the demand as a group of its own: the strongest linear program, for few pairs.

Cuts over groups of rows keep the program small, and their bound a little above what the rows themselves
allow. With few pairs of a site and a row the rows are affordable: each is worth its weight once the sites
that reach it are open in all, and no other cut is ever needed.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from iqgeo.siting.homes import Linked
from iqgeo.siting.linear import LinearRow
from iqgeo.siting.master import Cuts
from iqgeo.siting.reduced import Reduced
from iqgeo.siting.sets import Floats, Longs

if TYPE_CHECKING:
    from scipy import sparse

ROWS_A_ROUND = 200
BROKEN = 1e-6
MOST_PAIRS = 60_000
"""With more pairs of a site and a row of the demand than this, groups of rows are faster."""


def row_table(model: Reduced, first: int, width: int) -> "sparse.csr_array[np.float64]":
    """The weight of each row at every site that reaches it; sites are columns from ``first`` on."""
    from scipy import sparse

    weight = np.repeat(model.row_weight, np.diff(model.row_start))
    return sparse.csr_array((weight, first + model.row_site, model.row_start), (model.n_rows, width))


def row_cuts(table: "sparse.csr_array[np.float64]", weight: Floats, opened: Floats) -> Cuts:
    """What each row is worth at most at a point."""
    reached: Floats = np.asarray(table @ opened, dtype=np.float64)
    whole = np.ones(len(weight), dtype=bool)
    return Cuts(np.zeros(len(weight)), np.minimum(weight, reached), table, whole)


class Served:
    """The worth of rows that places reach too: besides open sites they need the homes of these.

    A row is served by an office, by a place with a home that stands already, or by a place with a new
    home: so it is worth no more than the places of the second kind and all the offices that can be homes
    of the third are open. Without that, three places for one row would share a third of one home.

    Columns are the sites as offices, as places, and either way.
    """

    def __init__(self, model: Reduced, linked: Linked) -> None:
        from scipy import sparse

        n = model.n_columns
        self.weight = model.row_weight
        self.sites = row_table(model, 2 * n, 3 * n)
        held = linked.near_open.any(axis=1)
        reach = sparse.csr_array(
            (np.ones(len(model.row_site)), model.row_site, model.row_start), (model.n_rows, n)
        )
        lonely = sparse.csr_array(sparse.diags_array((~held).astype(float)))
        homes = sparse.csr_array(linked.near_free.astype(float)) + sparse.eye_array(n)
        offices = sparse.csr_array(reach @ (lonely @ homes))
        offices.data[:] = 1.0
        places = sparse.csr_array(reach @ sparse.diags_array(held.astype(float)))
        places.eliminate_zeros()
        nothing = sparse.csr_array((model.n_rows, n))
        table = sparse.hstack([offices, nothing, places])
        self.homes = sparse.csr_array(sparse.diags_array(self.weight) @ table)

    def cuts(self, point: Floats) -> Cuts:
        """What each row is worth at most at a point, by its sites or by their homes, whichever is less."""
        found = row_cuts(self.sites, self.weight, point)
        by_homes: Floats = np.asarray(self.homes @ point, dtype=np.float64)
        less = by_homes < found.value - 1e-9 * self.weight
        if not less.any():
            return found
        from scipy import sparse

        keep = [sparse.diags_array(part.astype(float)) for part in (~less, less)]
        table = sparse.csr_array(keep[0] @ self.sites + keep[1] @ self.homes)
        table.eliminate_zeros()
        return Cuts(found.constant, np.where(less, by_homes, found.value), table, found.whole)


class HomedRows:
    """Where every row is to be served: it needs one of its homes open, see `Served`.

    Columns are the sites as offices and as places. It rules out no choice that keeps the other conditions.
    """

    def __init__(self, model: Reduced, linked: Linked) -> None:
        from scipy import sparse

        n = model.n_columns
        homes = Served(replace(model, row_weight=np.ones(model.n_rows)), linked).homes
        table = sparse.csr_array(homes[:, :n] + homes[:, 2 * n :])
        table.data[:] = 1.0
        self.table = sparse.csr_array(sparse.hstack([table, homes[:, 2 * n :]]))

    def missed(self, point: Floats) -> list[LinearRow]:
        """Return the rows whose homes are open least."""
        share: Floats = np.asarray(self.table @ point, dtype=np.float64)
        start, column = self.table.indptr, self.table.indices
        found = []
        for i in np.argsort(share, kind="stable")[:ROWS_A_ROUND]:
            if share[i] < 1 - BROKEN:
                columns = column[start[i] : start[i + 1]].astype(np.int64)
                found.append(LinearRow(columns, np.ones(len(columns)), 1.0, np.inf))
        return found

    def holds(self, chosen: Longs) -> bool:  # noqa: ARG002 -- every condition is asked so
        """Whether it holds, which follows from the others."""
        return True
