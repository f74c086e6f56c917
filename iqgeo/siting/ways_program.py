"""The program of offices, places and ways: its columns, its rows, and what its duals prove."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from iqgeo.siting.outreach_goals import CostGoal
from iqgeo.siting.outreach_model import Model
from iqgeo.siting.reduced import Reduced, drop_dominated_rows
from iqgeo.siting.row_worth import row_homes
from iqgeo.siting.sets import Floats

Places = npt.NDArray[np.intp]
_INF: Final = float("inf")
_Table = sparse.csr_array
_Rows = tuple[Sequence["_Table | None"], Floats, Floats]


@dataclass(frozen=True, eq=False)
class WaysProgram:
    """Least cost over sites as offices, as places, ways, and rows of the demand where a share is wanted.

    The first rows are the number of offices and of places, of which there may be ``ranges``.
    """

    table: _Table
    cost: Floats
    low: Floats
    high: Floats
    sites: int
    ranges: tuple[tuple[int, int], ...]

    def lp(self, ranges: Sequence[tuple[int, int]] | None = None, *, whole: bool = False) -> highspy.HighsLp:
        """The program for HiGHS; ``whole``: sites are chosen or not."""
        low, high = self._sides(self.ranges if ranges is None else ranges)
        lp, width = highspy.HighsLp(), len(self.cost)
        lp.num_col_, lp.num_row_ = width, len(low)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.cost, np.zeros(width), np.ones(width)
        lp.row_lower_, lp.row_upper_ = low, high
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = self.table.indptr, self.table.indices
        lp.a_matrix_.value_ = self.table.data
        if whole:
            free = width - 2 * self.sites
            kinds = [highspy.HighsVarType.kInteger] * (2 * self.sites)
            lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * free
        return lp

    def _sides(self, ranges: Sequence[tuple[int, int]]) -> tuple[Floats, Floats]:
        low, high = self.low.copy(), self.high.copy()
        low[: len(ranges)], high[: len(ranges)] = np.array(ranges, dtype=np.float64).T
        return low, high

    def bound(self, dual: Floats, ranges: Sequence[tuple[int, int]]) -> float:
        """What no choice can cost less than, by weak duality, whatever the duals are."""
        low, high = self._sides(ranges)
        side = np.where(dual > 0, low, high)
        usable = np.where(np.isfinite(side), dual, 0.0)
        # What the duals leave of each cost, not what the solver says of it.
        reduced = self.cost - self.table.T @ usable
        return float(usable @ np.where(np.isfinite(side), side, 0.0) + np.minimum(reduced, 0.0).sum())


def program_of(model: Model, goal: CostGoal) -> WaysProgram:
    """Write down a question: who may open how, what has to be served, from where each place is."""
    n = model.n
    way_place, way_home = np.nonzero(np.isfinite(goal.km))
    some = model.wanted is not None and model.wanted < model.all_weight
    demand = model.full if some else drop_dominated_rows(model.full)
    parts: list[_Rows] = [*_numbers(model), *_homes(model, goal, way_place, way_home)]
    m = 0
    if model.wanted is not None and model.wanted > 0:
        m = demand.n_rows if some else 0
        parts += _served(model, demand, some=some)
    widths = (n, n, len(way_place), m)
    table = sparse.csr_array(sparse.vstack([_row(blocks, widths) for blocks, _, _ in parts]))
    return WaysProgram(
        table,
        np.concatenate([goal.price, goal.price_km * goal.km[way_place, way_home], np.zeros(m)]),
        np.concatenate([low for _, low, _ in parts]), np.concatenate([high for _, _, high in parts]), n,
        ((0, min(model.n_offices, n)), (0, min(model.n_places, n))),
    )  # fmt: skip


def _row(blocks: Sequence["_Table | None"], widths: Sequence[int]) -> _Table:
    """Blocks beside each other; None is one of nothing."""
    height = next(each.shape[0] for each in blocks if each is not None)
    full = [
        sparse.csr_array((height, width)) if each is None else each
        for each, width in zip([*blocks, *[None] * (len(widths) - len(blocks))], widths, strict=True)
    ]
    return sparse.csr_array(sparse.hstack(full))


def _diagonal(size: int, value: float) -> _Table:
    return sparse.csr_array(sparse.diags_array(np.full(size, float(value))))


def _numbers(model: Model) -> list[_Rows]:
    """How many offices and places there are, then all counts, and that a site is one or the other."""
    n, each = model.n, model.counts
    ones = sparse.csr_array(np.ones((1, n)))
    owner = np.repeat(np.arange(2 * n), np.diff(each.member_start))
    shape = (len(each.low), 2 * n)
    member = sparse.csr_array((np.ones(len(owner)), (each.member, owner)), shape=shape)
    one = _diagonal(n, 1.0)
    nothing = np.zeros(1)
    return [
        ((ones,), nothing, nothing),
        ((None, ones), nothing, nothing),
        (
            (sparse.csr_array(member[:, :n]), sparse.csr_array(member[:, n:])),
            each.low.astype(np.float64), each.high.astype(np.float64),
        ),
        ((one, one), np.full(n, -_INF), np.ones(n)),
    ]  # fmt: skip


def _homes(model: Model, goal: CostGoal, place: Places, home: Places) -> list[_Rows]:
    """Each place has one way, each way an open home, each home no more than it has room for."""
    n, ways, homes = model.n, len(place), goal.km.shape[1]
    at, ones = np.arange(ways), np.ones(ways)
    served = sparse.csr_array((ones, (place, at)), shape=(n, ways))
    free = np.flatnonzero(home < n)
    rows, some = np.arange(len(free)), np.ones(len(free))
    opened = sparse.csr_array((-some, (rows, home[free])), shape=(len(free), n))
    taken = sparse.csr_array((some, (rows, free)), shape=(len(free), ways))
    room = model.homes.per_office
    held = sparse.csr_array((ones, (home, at)), shape=(homes, ways))
    offices = sparse.vstack([_diagonal(n, -room), sparse.csr_array((homes - n, n))])
    return [
        ((None, _diagonal(n, -1.0), served), np.zeros(n), np.zeros(n)),
        ((opened, None, taken), np.full(len(free), -_INF), np.zeros(len(free))),
        (
            (sparse.csr_array(offices), None, held),
            np.full(homes, -_INF),
            np.append(np.zeros(n), np.full(homes - n, room)),
        ),
    ]


def _served(model: Model, demand: Reduced, *, some: bool) -> list[_Rows]:
    """Who has to be served, or which rows are; none is without a home of its places (see `row_homes`)."""
    reach = sparse.csr_array(demand.table())
    offices, places = row_homes(demand, model.linked)
    either = sparse.csr_array(offices + places)
    either.data[:] = 1.0
    many = np.full(demand.n_rows, _INF)
    if not some:
        need = np.ones(demand.n_rows)
        return [((reach, reach), need, many), ((either, places), need, many)]
    row = _diagonal(demand.n_rows, -1.0)
    weight = sparse.csr_array(demand.row_weight[None, :])
    assert model.wanted is not None
    return [
        ((reach, reach, None, row), np.zeros(demand.n_rows), many),
        ((either, places, None, row), np.zeros(demand.n_rows), many),
        ((None, None, None, weight), np.array([model.wanted]), np.array([_INF])),
    ]
