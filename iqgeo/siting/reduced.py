"""The part of an instance that is still open: what open sites reach is gone, what is dominated too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from iqgeo.siting import list_kernels
from iqgeo.siting.counts import Count
from iqgeo.siting.sets import CoverSets, Floats, Ints, Longs, merge_rows

if TYPE_CHECKING:
    from scipy import sparse

_SMALL = 1_000_000
"""Up to so many entries a table is held whole: loading scipy's tables takes a tenth of a second."""


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts as arrays over the columns of a reduced model (see `iqgeo.siting.kernels`).

    ``family`` is 0 for counts with a lower limit whose sets are disjoint, else -1.
    """

    member_start: Longs
    member: Ints
    low: Longs
    high: Longs
    family: Ints

    @classmethod
    def over(cls, counts: Sequence[Count], columns: Longs) -> "Counts":
        """Counts restricted to ``columns`` (site numbers)."""
        lists = [[c for c, count in enumerate(counts) if j in count.sites] for j in columns.tolist()]
        lengths = [len(one) for one in lists]
        members = np.array([c for one in lists for c in one], dtype=np.int32)
        wanting = [count for count in counts if count.low > 0]
        disjoint = sum(len(count.sites) for count in wanting) == len(
            frozenset[int]().union(*(count.sites for count in wanting))
        )
        family = [0 if disjoint and count.low > 0 else -1 for count in counts]
        return cls(
            np.append(0, np.cumsum(lengths)).astype(np.int64),
            members,
            np.array([count.low for count in counts], dtype=np.int64),
            np.array([count.high for count in counts], dtype=np.int64),
            np.array(family, dtype=np.int32),
        )

    def labels(self) -> Longs:
        """The same number for columns that stand in the same counts; 0 for those in none."""
        seen: dict[bytes, int] = {b"": 0}
        out = np.zeros(len(self.member_start) - 1, dtype=np.int64)
        for j in range(len(out) if len(self.member) else 0):
            key = self.member[self.member_start[j] : self.member_start[j + 1]].tobytes()
            out[j] = seen.setdefault(key, len(seen))
        return out


@dataclass(frozen=True, eq=False)
class Reduced:
    """A covering instance in its own small numbers.

    ``columns`` are the site numbers of the columns; rows and weights as in `CoverSets`; ``base`` is
    the whole weight already reached by open sites.
    """

    columns: Longs
    row_start: Longs
    row_site: Ints
    row_weight: Floats
    site_start: Longs
    site_row: Ints
    base: float

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.columns)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.row_weight)

    @property
    def is_small(self) -> bool:
        """Whether a table of all rows and columns may be held whole."""
        return self.n_rows * self.n_columns <= _SMALL

    def whole_table(self) -> Floats:
        """Rows by columns: the weight of the row where a column reaches it."""
        whole = np.zeros((self.n_rows, self.n_columns))
        rows = np.repeat(np.arange(self.n_rows), np.diff(self.row_start))
        whole[rows, self.row_site] = self.row_weight[rows]
        return whole

    def table(self) -> "sparse.csr_array[np.float64]":
        """Rows by columns: one where a column reaches a row."""
        # Loaded when first asked for: a tenth of a second that most questions never need.
        from scipy import sparse

        ones = np.ones(len(self.row_site))
        return sparse.csr_array((ones, self.row_site, self.row_start), (self.n_rows, self.n_columns))

    def shared_weight(self) -> Floats:
        """Columns by columns: the weight that both of them reach."""
        shared: Floats
        if self.is_small:
            whole = self.whole_table()
            shared = whole.T @ (whole > 0).astype(float)
            return shared
        from scipy import sparse

        rows = self.table()
        shared = (rows.T @ sparse.diags_array(self.row_weight) @ rows).toarray()
        return shared


def _rebuild(model: Reduced, keep_row: npt.NDArray[np.bool_], keep_column: npt.NDArray[np.bool_]) -> Reduced:
    """Keep some rows and columns, merge rows that have become equal, drop rows left without columns."""
    rows = np.flatnonzero(keep_row)
    start, site = list_kernels.take_lists(model.row_start, model.row_site, rows)
    number = np.where(keep_column, np.cumsum(keep_column) - 1, -1).astype(np.int32)
    start, site = list_kernels.renumber_lists(start, site, number)
    columns = model.columns[keep_column]
    row_of, start, site = merge_rows(start, site, max(1, len(columns)))
    reached = row_of >= 0
    kept = model.row_weight[rows][reached]
    weight = np.bincount(row_of[reached], kept, len(start) - 1).astype(np.float64)
    site_start, site_row = list_kernels.transpose(start, site, len(columns))
    return replace(
        model, columns=columns, row_start=start, row_site=site, row_weight=weight,
        site_start=site_start, site_row=site_row,
    )  # fmt: skip


def reduce_sets(sets: CoverSets, opened: Sequence[int], barred: Sequence[int]) -> Reduced:
    """Drop rows reached by ``opened`` sites, rows without weight, and opened and barred columns."""
    site_start, site_row = sets.by_site
    covered = sets.covered_rows(opened)
    keep_column = np.ones(sets.n_sites, dtype=bool)
    keep_column[list(opened)] = False
    keep_column[list(barred)] = False
    whole = Reduced(
        np.arange(sets.n_sites), sets.row_start, sets.row_site, sets.row_weight, site_start, site_row,
        float(sets.row_weight[covered].sum()),
    )  # fmt: skip
    return _rebuild(whole, ~covered & (sets.row_weight > 0), keep_column)


def drop_dominated_columns(model: Reduced, counts: Sequence[Count]) -> Reduced:
    """Drop columns whose rows another column of the same counts reaches as well (exact)."""
    labels = Counts.over(counts, model.columns).labels()
    marked = list_kernels.contained_lists(
        model.site_start, model.site_row, model.row_start, model.row_site, labels
    )
    empty = np.diff(model.site_start) == 0
    held = set(labels[~empty].tolist())
    for j in np.flatnonzero(empty & (labels > 0)):
        if int(labels[j]) not in held:
            held.add(int(labels[j]))
            marked[j] = False
    return model if not marked.any() else _rebuild(model, np.ones(model.n_rows, dtype=bool), ~marked)


def drop_dominated_rows(model: Reduced) -> Reduced:
    """Drop rows that are reached whenever another row is: allowed where every row must be reached."""
    shortest = np.argsort(np.diff(model.row_start), kind="stable")
    marked = list_kernels.containing_lists(model.row_start, model.row_site, model.site_start, shortest)
    every = np.ones(model.n_columns, dtype=bool)
    return model if not marked.any() else _rebuild(model, ~marked, every)


def with_group_rows(model: Reduced, counts: Sequence[Count]) -> Reduced:
    """Add a row for each count with a lower limit of one, as where every row must be reached."""
    place = {int(site): k for k, site in enumerate(model.columns)}
    lists = [sorted(place[j] for j in count.sites if j in place) for count in counts if count.low == 1]
    if not lists:
        return model
    start = np.append(model.row_start, model.row_start[-1] + np.cumsum([len(one) for one in lists]))
    site = np.append(model.row_site, np.array([k for one in lists for k in one], dtype=np.int32))
    weight = np.append(model.row_weight, np.ones(len(lists)))
    site_start, site_row = list_kernels.transpose(start, site, model.n_columns)
    return replace(
        model, row_start=start, row_site=site, row_weight=weight, site_start=site_start, site_row=site_row
    )


def keep_columns(model: Reduced, keep: npt.NDArray[np.bool_]) -> Reduced:
    """Keep some columns; rows become fewer with them."""
    return _rebuild(model, np.ones(model.n_rows, dtype=bool), keep)


def keep_rows(model: Reduced, keep: npt.NDArray[np.bool_]) -> Reduced:
    """Keep some rows and all columns."""
    return _rebuild(model, keep, np.ones(model.n_columns, dtype=bool))
