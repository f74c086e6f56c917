"""The worth of each row of the demand as a group of its own: as close as all cuts at once, for few pairs.

Cuts over groups of rows keep the program small, and their bound a little above what the rows themselves
allow. With few pairs of a site and a row the rows are affordable: each is worth its weight once the sites
that reach it are open in all, and no other cut is ever needed.
"""

from typing import TYPE_CHECKING

import numpy as np

from iqgeo.siting.master import Cuts
from iqgeo.siting.reduced import Reduced
from iqgeo.siting.sets import Floats

if TYPE_CHECKING:
    from scipy import sparse

    from iqgeo.siting.homes import Linked

MOST_PAIRS = 60_000
"""With more pairs of a site and a row of the demand than this, groups of rows are faster."""


def few_pairs(model: Reduced) -> bool:
    """Whether the rows of a model are affordable one by one."""
    return len(model.row_site) <= MOST_PAIRS


def row_table(model: Reduced, first: int, width: int) -> "sparse.csr_array[np.float64]":
    """The weight of each row at every site that reaches it; sites are columns from ``first`` on."""
    from scipy import sparse

    weight = np.repeat(model.row_weight, np.diff(model.row_start))
    return sparse.csr_array((weight, first + model.row_site, model.row_start), (model.n_rows, width))


def row_cuts(table: "Floats | sparse.csr_array[np.float64]", weight: Floats, opened: Floats) -> Cuts:
    """What each row is worth at most at a point."""
    reached: Floats = np.asarray(table @ opened, dtype=np.float64)
    whole = np.ones(len(weight), dtype=bool)
    return Cuts(np.zeros(len(weight)), np.minimum(weight, reached), table, whole)


def row_homes(
    model: Reduced, linked: "Linked"
) -> "tuple[sparse.csr_array[np.float64], sparse.csr_array[np.float64]]":
    """Rows by sites, unweighted: what lets a row be served, as an office and as a place (see `Served`)."""
    from scipy import sparse

    reach = model.table()
    held = linked.near_open.any(axis=1)
    lonely = sparse.csr_array(sparse.diags_array((~held).astype(float)))
    homes = sparse.csr_array(linked.near_free.astype(float)) + sparse.eye_array(model.n_columns)
    offices = sparse.csr_array(reach @ (lonely @ homes))
    offices.data[:] = 1.0
    places = sparse.csr_array(reach @ sparse.diags_array(held.astype(float)))
    places.eliminate_zeros()
    return offices, places


class Served:
    """The worth of rows that places reach too: besides open sites they need the homes of these.

    A row is served by an office, by a place with a home that stands already, or by a place with a new
    home: so it is worth no more than the places of the second kind and all the offices that can be homes
    of the third are open. Without that, three places for one row would share a third of one home.

    Columns are the sites as offices, as places, and either way.
    """

    def __init__(self, model: Reduced, linked: "Linked") -> None:
        from scipy import sparse

        n = model.n_columns
        self.weight = model.row_weight
        self.sites = row_table(model, 2 * n, 3 * n)
        offices, places = row_homes(model, linked)
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
