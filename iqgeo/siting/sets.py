"""What siting works on: who is reached by which site, and how far away, as sparse tables."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from iqgeo.errors import InputError, Problem
from iqgeo.frames import Brief
from iqgeo.siting import list_kernels
from iqgeo.siting.pairs import check_pairs, whole_weights

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# As in iqgeo.distances, which siting may not import: it knows no geography.
TOLERANCE_KM = 1e-9
_HASH_SEED = 20120401


@dataclass(frozen=True, eq=False, repr=False)
class CoverSets(Brief):
    """Which sites reach which demand points, equal demand points merged.

    Demand points with exactly the same set of sites become one row (found by hash, decided by
    comparing the sets) that carries the sum of their weights; nothing is lost by it.

    Attributes
    ----------
    n_sites : int
        Number of sites, existing offices and candidates alike; a site is its number 0..n_sites-1.
    row_start, row_site : ndarray of int64, ndarray of int32
        Row ``i`` is reached by ``row_site[row_start[i]:row_start[i + 1]]`` (ascending).
    row_weight : ndarray of float64
        Whole weight of each row in units of `unit`.
    unit : float
        What one whole unit of weight stands for.
    row_of_demand : ndarray of int32
        Row of each demand point; -1 where no site reaches it.
    total_weight, unreachable_weight : float
        Weight of all demand points, and of those that no site reaches (the caller's units).
    """

    n_sites: int
    row_start: Longs
    row_site: Ints
    row_weight: Floats
    unit: float
    row_of_demand: Ints
    total_weight: float
    unreachable_weight: float

    @classmethod
    def from_pairs(
        cls, site: npt.ArrayLike, demand: npt.ArrayLike, weight: npt.ArrayLike, n_sites: int
    ) -> "CoverSets":
        """From pairs (site, demand point), each meaning "reaches", in any order.

        Parameters
        ----------
        site, demand : array_like
            Whole numbers of equal length; repeated pairs count once.
        weight : array_like
            One non-negative number for each demand point.
        n_sites : int
            Number of sites.

        Returns
        -------
        CoverSets
            Equal demand points merged.

        Raises
        ------
        InputError
            A weight negative or missing, a number outside its range, no sites.
        """
        sites, demands, weights, _ = check_pairs(site, demand, weight, n_sites)
        start, order = list_kernels.group_pairs(demands, sites, len(weights), n_sites)
        start, index = list_kernels.drop_repeats(start, sites[order])
        return cls._merged(start, index, weights, n_sites)

    @classmethod
    def from_sets(cls, sets: Iterable[Iterable[int]], weight: npt.ArrayLike, n_sites: int) -> "CoverSets":
        """From one set of site numbers for each demand point.

        Parameters
        ----------
        sets : Iterable[Iterable[int]]
            The sites that reach each demand point; an empty set is reached by none.
        weight : array_like
            One non-negative number for each demand point.
        n_sites : int
            Number of sites.

        Returns
        -------
        CoverSets
            Equal demand points merged.

        Raises
        ------
        InputError
            As `from_pairs`.
        """
        lists = [sorted(set(one)) for one in sets]
        demand = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
        site = np.array([j for one in lists for j in one], dtype=np.int64)
        return cls.from_pairs(site, demand, weight, n_sites)

    @classmethod
    def from_blocks(cls, blocks: Iterable["CoverSets"]) -> "CoverSets":
        """Join blocks of demand points over the same sites, for tables too large to hold at once.

        Parameters
        ----------
        blocks : Iterable[CoverSets]
            From a generator, say: only one is held at a time beside the merged rows.

        Returns
        -------
        CoverSets
            Demand points are numbered through in the order of the blocks.

        Raises
        ------
        InputError
            There is no block.
        """
        starts, sites, weights, rows = [np.zeros(1, np.int64)], [], [], []
        n_sites, offset, n_rows, unreachable = 0, 0, 0, 0.0
        for block in blocks:
            n_sites = block.n_sites
            starts.append(block.row_start[1:] + offset)
            sites.append(block.row_site)
            weights.append(block.row_weight * block.unit)
            rows.append(np.where(block.row_of_demand < 0, -1, block.row_of_demand + n_rows))
            offset += len(block.row_site)
            n_rows += len(block.row_weight)
            unreachable += block.unreachable_weight
        if not rows:
            raise InputError(Problem("siting_no_candidates"))
        joined = cls._merged(np.concatenate(starts), np.concatenate(sites), np.concatenate(weights), n_sites)
        number = np.append(joined.row_of_demand, np.int32(-1))
        return cls(
            n_sites, joined.row_start, joined.row_site, joined.row_weight, joined.unit,
            np.concatenate([number[row] for row in rows]), joined.total_weight + unreachable, unreachable,
        )  # fmt: skip

    @classmethod
    def _merged(cls, start: Longs, index: Ints, weight: Floats, n_sites: int) -> "CoverSets":
        number, rows_start, rows_site = merge_rows(start, index, n_sites)
        return cls(n_sites, rows_start, rows_site, weight, 1.0, number, 0.0, 0.0).weighing(weight)

    def weighing(self, weight: Floats) -> "CoverSets":
        """Return the same demand points and sites with other weights of the points."""
        (whole, unit), number = whole_weights(weight), self.row_of_demand
        reached = number >= 0
        row_weight = np.bincount(number[reached], whole[reached], len(self.row_start) - 1)
        return replace(
            self, row_weight=row_weight.astype(np.float64), unit=unit,
            total_weight=float(whole.sum()) * unit, unreachable_weight=float(whole[~reached].sum()) * unit,
        )  # fmt: skip

    @cached_property
    def by_site(self) -> tuple[Longs, Ints]:
        """The same table by site: starts and rows."""
        start, row = list_kernels.transpose(self.row_start, self.row_site, self.n_sites)
        return start, row

    @property
    def unreachable(self) -> Longs:
        """Demand points that no site reaches."""
        return np.flatnonzero(self.row_of_demand < 0)

    def covered_rows(self, sites: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Whether each row is reached by one of ``sites``.

        Parameters
        ----------
        sites : Iterable[int]
            Numbers of sites.

        Returns
        -------
        ndarray of bool
            Shape ``(n_rows,)``.
        """
        start, row = self.by_site
        chosen = np.fromiter(sites, dtype=np.int64)
        mask: npt.NDArray[np.bool_] = list_kernels.covered_rows(start, row, chosen, len(self.row_weight)) > 0
        return mask

    def covered_weight(self, sites: Iterable[int]) -> float:
        """Weight reached by one of ``sites``.

        Parameters
        ----------
        sites : Iterable[int]
            Numbers of sites.

        Returns
        -------
        float
            In the caller's units.
        """
        return float(self.row_weight[self.covered_rows(sites)].sum()) * self.unit

    def added_weight(self, reached: npt.NDArray[np.bool_], weight: Floats) -> Floats:
        """For each site the weight of the demand points that it reaches and that are not reached yet.

        Parameters
        ----------
        reached : ndarray of bool
            Whether each demand point is reached already, no matter by what, shape ``(n_demand,)``.
        weight : ndarray of float64
            Weight of each demand point, shape ``(n_demand,)``.

        Returns
        -------
        ndarray of float64
            Shape ``(n_sites,)``, in the units of ``weight``.
        """
        number = self.row_of_demand
        open_to = (number >= 0) & ~reached
        left = np.bincount(number[open_to], weight[open_to], len(self.row_weight)).astype(np.float64)
        start, row = self.by_site
        sums: Floats = list_kernels.list_sums(start, row, left)
        return sums

    def covered_demand(self, sites: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Whether each demand point is reached by one of ``sites``.

        Parameters
        ----------
        sites : Iterable[int]
            Numbers of sites.

        Returns
        -------
        ndarray of bool
            Shape ``(n_demand,)``.
        """
        return np.append(self.covered_rows(sites), False)[self.row_of_demand]


def _has_repeats(code: Longs, most: int) -> bool:
    """Whether a number below ``most`` stands twice; counted where the counts fit beside the numbers."""
    if most <= 2 * len(code):
        return bool(len(code)) and int(np.bincount(code, minlength=1).max()) > 1
    return len(np.unique(code)) < len(code)


def merge_rows(start: Longs, index: Ints, n_sites: int) -> tuple[Ints, Longs, Ints]:
    """Merge equal lists; returns the row of each list (-1: empty) and the rows.

    Rows come out in an order that depends only on which lists occur.
    """
    keys = np.random.default_rng(_HASH_SEED).integers(1, 2**63, n_sites, dtype=np.uint64)
    hashes = list_kernels.hash_sets(start, index, keys)
    number, chosen = list_kernels.merge_equal(start, index, hashes, np.argsort(hashes, kind="stable"))
    rows_start, rows_site = list_kernels.take_lists(start, index, chosen)
    return number, rows_start, rows_site


@dataclass(frozen=True, eq=False, repr=False)
class DistanceTable(Brief):
    """How far each demand point is from the sites near it; a missing pair means out of reach.

    Attributes
    ----------
    n_sites : int
        Number of sites, existing offices and candidates alike.
    weight : ndarray of float64
        Weight of each demand point.
    start, site, km : ndarray of int64, ndarray of int32, ndarray of float64
        The pairs of demand point ``i`` stand at ``start[i]:start[i + 1]``, nearest first (ties: the
        lower site number first).
    """

    n_sites: int
    weight: Floats
    start: Longs
    site: Ints
    km: Floats

    @classmethod
    def from_pairs(
        cls,
        site: npt.ArrayLike,
        demand: npt.ArrayLike,
        km: npt.ArrayLike,
        weight: npt.ArrayLike,
        n_sites: int,
    ) -> "DistanceTable":
        """From triples (site, demand point, km) in any order; of repeated pairs the shortest counts.

        Parameters
        ----------
        site, demand : array_like
            Whole numbers of equal length.
        km : array_like
            The way of each pair; ``inf`` counts as missing, NaN is refused.
        weight : array_like
            One non-negative number for each demand point.
        n_sites : int
            Number of sites.

        Returns
        -------
        DistanceTable
            Sorted by demand point and distance.

        Raises
        ------
        InputError
            A weight or distance negative or missing, a number outside its range, no sites.
        """
        sites, demands, weights, kms = check_pairs(site, demand, weight, n_sites, km)
        assert kms is not None
        near = np.isfinite(kms)
        if not near.all():
            sites, demands, kms = sites[near], demands[near], kms[near]
        # Pairs as they are measured: by site, then demand point.
        listed = sites.astype(np.int64) * len(weights) + demands
        once = bool((listed[1:] > listed[:-1]).all())
        order = np.lexsort((sites, kms, demands))
        sites, demands, kms = sites[order], demands[order], kms[order]
        code = demands.astype(np.int64) * n_sites + sites
        if not once and _has_repeats(code, len(weights) * n_sites):
            _, first = np.unique(code, return_index=True)
            first.sort()
            sites, demands, kms = sites[first], demands[first], kms[first]
        count = np.bincount(demands, minlength=len(weights))
        return cls(n_sites, weights, np.append(0, np.cumsum(count)), sites, kms)

    @property
    def n_demand(self) -> int:
        """Number of demand points."""
        return len(self.weight)

    @cached_property
    def demand(self) -> Ints:
        """Demand point of each pair."""
        return np.repeat(np.arange(self.n_demand, dtype=np.int32), np.diff(self.start))

    @cached_property
    def by_site(self) -> tuple[Longs, Longs]:
        """Where the pairs of each site stand: starts, and numbers of pairs."""
        start, order = list_kernels.group_pairs(self.site, self.demand, self.n_sites, self.n_demand)
        return start, order

    def within(self, target_km: float) -> CoverSets:
        """The cover sets at a target distance; a pair exactly at the target is covered.

        Parameters
        ----------
        target_km : float
            The target in km; ``inf`` takes every pair.

        Returns
        -------
        CoverSets
            Who is reached by whom within the target.

        Raises
        ------
        InputError
            A target that is negative or NaN.
        """
        if not target_km >= 0:
            raise InputError(Problem("siting_bad_target", value=str(target_km)))
        near = self.km <= target_km + TOLERANCE_KM
        return CoverSets.from_pairs(self.site[near], self.demand[near], self.weight, self.n_sites)

    def nearest_km(self, sites: Iterable[int]) -> Floats:
        """Distance of each demand point to the nearest of ``sites``.

        Parameters
        ----------
        sites : Iterable[int]
            Numbers of sites.

        Returns
        -------
        ndarray of float64
            In km, shape ``(n_demand,)``; ``inf`` where none is listed.
        """
        start, order = self.by_site
        out = np.full(self.n_demand, np.inf)
        for j in sites:
            mine = order[start[j] : start[j + 1]]
            demand = self.demand[mine]
            out[demand] = np.minimum(out[demand], self.km[mine])
        return out
