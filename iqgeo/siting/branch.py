"""Branch and Benders cut in the space of the sites, on linear programs of HiGHS.

The master holds one 0/1 column for each site and one for the worth of each group of demand; cuts
from an `Oracle` bound the worth from above (Cordeau, Furini and Ljubic 2019). HiGHS offers no callback
for lazy cuts, so the tree is our own: best first, diving into one child. Besides single sites it
splits on how many sites a region gets, which moves the bound where many sites are alike. Every bound
comes from the duals by weak duality, so that a proof does not rest on primal tolerances.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from iqgeo.siting.control import Clock
from iqgeo.siting.linear import Condition
from iqgeo.siting.losses import Losses
from iqgeo.siting.master import Master, Relaxed
from iqgeo.siting.oracle import Oracle, Outcome
from iqgeo.siting.reduced import Counts
from iqgeo.siting.sets import Floats, Longs

SCALE = 1000.0
FRACTIONAL = 1e-6
ROOT_ROUNDS = 400
NODE_ROUNDS = 12
SINGLES_TRIED = 3
REGIONS_TRIED = 6
TRIAL_ITERATIONS = 40
NODE_KICKS = 30


@dataclass(order=True)
class _Node:
    """A part of the search: column bounds, limits on regions, and what it can bring at most."""

    rank: float
    number: int
    lower: npt.NDArray[np.int8] = field(compare=False)
    upper: npt.NDArray[np.int8] = field(compare=False)
    limits: dict[int, tuple[float, float]] = field(compare=False)

    def child(self, split: "_Split", above: bool, bound: float, number: int) -> "_Node":
        """Return the part at or above the split, or below it."""
        lower, upper, limits = self.lower, self.upper, self.limits
        if split.region < 0:
            lower, upper = lower.copy(), upper.copy()
            (lower if above else upper)[split.column] = 1 if above else 0
        else:
            low, high = limits.get(split.region, (-np.inf, np.inf))
            cut = math.floor(split.amount)
            limits = {**limits, split.region: (cut + 1.0, high) if above else (low, float(cut))}
        return _Node(-bound, number, lower, upper, limits)


@dataclass(frozen=True)
class _Split:
    """Where to split: one column (``region`` -1) or the number chosen in a region."""

    column: int
    region: int
    amount: float

    def place(self) -> tuple[int, float]:
        """A number for the column or region, and the amount."""
        return (self.column if self.region < 0 else -1 - self.region), self.amount


class Tree:
    """Search for the chosen columns of greatest worth, at most ``limit`` of them.

    ``least`` rules out answers that are worth no more than that; ``enough`` ends the search once it
    is reached. ``conditions`` are further linear rows over the columns, given as they are missed.
    """

    def __init__(
        self, oracle: Oracle, limit: int, counts: Counts, clock: Clock, *,
        offset: float = 0.0, least: float = float("-inf"), enough: float | None = None,
        conditions: Sequence[Condition] = (),
    ) -> None:  # fmt: skip
        self.oracle, self.limit, self.counts, self.clock = oracle, limit, counts, clock
        self.offset, self.enough, self.conditions = offset, enough, conditions
        self.total = float(oracle.caps.sum())
        self.scale = SCALE / self.total if self.total > 0 else 1.0
        self.slack = max(0.999 * oracle.step, 1e-10 * self.total)
        self.least = least
        if enough is not None:
            self.least = max(least, enough - max(oracle.step, 2e-10 * self.total))
        self.master = Master(oracle.caps, oracle.n_columns, limit, counts, self.scale, oracle.price)
        self.best: Longs | None = None
        self.worth, self.bound = float("-inf"), self.total
        self.made = self.nodes = 0
        self.root_only = False
        self.most_nodes: int | None = None
        self.useful: npt.NDArray[np.bool_] | None = None
        self.known: float | None = None
        most = max(float(oracle.weights.max(initial=0.0)), 1e-300)
        self.weights = oracle.weights / most
        self.losses = Losses()
        self.regions: list[Longs] = []
        self.region_table: sparse.csr_array[np.float64] | None = None

    @property
    def cutoff(self) -> float:
        """A bound at or below this cannot lead to anything better."""
        return max(self.worth, self.least) + self.slack

    def offer(self, chosen: Longs) -> None:
        """Take a choice if it is feasible and better than the best so far."""
        if self._feasible(chosen):
            worth = self.oracle.worth(chosen)
            if worth > max(self.worth, self.least):
                self.best, self.worth = np.sort(chosen), worth

    def _feasible(self, chosen: Longs) -> bool:
        counts = self.counts
        if len(chosen) > self.limit:
            return False
        got = np.zeros(len(counts.low), dtype=np.int64)
        for j in chosen:
            got[counts.member[counts.member_start[j] : counts.member_start[j + 1]]] += 1
        counted = bool(np.all((got >= counts.low) & (got <= counts.high)))
        return counted and all(each.holds(chosen) for each in self.conditions)

    def run(self, start: Sequence[Longs], root_only: bool = False, most_nodes: int | None = None) -> Outcome:
        """Search until the proof stands or the clock says stop; ``root_only``: without splitting.

        ``most_nodes`` ends it after so many nodes, too.
        """
        self.root_only, self.most_nodes = root_only, most_nodes
        for chosen in start:
            self.offer(chosen)
        try:
            if not self.done:
                self._search()
        except KeyboardInterrupt:
            self.clock.cancelled = True
        if self.best is not None and self.bound <= self.cutoff:
            self.bound = self.worth
        infeasible = self.best is None and self.bound == float("-inf")
        return Outcome(
            self.best, self.worth, self.bound, infeasible, self.nodes, self.master.n_cuts, self.useful
        )

    @property
    def done(self) -> bool:
        """Whether what was asked for is found."""
        return self.enough is not None and self.worth >= self.enough

    @property
    def _enough_nodes(self) -> bool:
        return self.most_nodes is not None and self.nodes >= self.most_nodes

    def _search(self) -> None:
        n = self.oracle.n_columns
        centre = np.full(n, min(1.0, self.limit / max(1, n)))
        if self.best is not None:
            centre *= 0.5
            centre[self.best] += 0.5
        self.master.add_cuts(self.oracle.cuts(np.zeros(n)), None)
        self.master.add_cuts(self.oracle.cuts(centre), None)
        root = _Node(-self.bound, 0, np.zeros(n, dtype=np.int8), np.ones(n, dtype=np.int8), {})
        point = self._relax(ROOT_ROUNDS, centre)
        if point is None:
            self.bound = self.worth
            return
        self.bound = point.bound
        heap: list[_Node] = [root]
        root.rank = -point.bound
        self.offer(self.oracle.round(point.y))
        self._tell()
        self._fix(point, root)
        self.useful = root.upper > 0 if self.known is None else self.useful
        if self.root_only:
            return
        self.master.purge(0, 5)
        while heap and not self.clock.over() and not self.done and not self._enough_nodes:
            self.bound = max(self.worth, -heap[0].rank)
            self._tell()
            if -heap[0].rank <= self.cutoff:
                break
            self._dive(heap)
        self.bound = max([self.worth, *(-node.rank for node in heap if -node.rank > self.cutoff)])

    def _tell(self) -> None:
        self.clock.report(self.worth + self.offset, max(self.bound, self.worth) + self.offset)

    def _relax(self, rounds: int, centre: Floats | None) -> Relaxed | None:
        """Solve the master and add cuts until they stop helping; None if nothing better is left."""
        history: list[float] = []
        point = None
        for _ in range(rounds):
            point = self.master.solve()
            if point is None:
                return None
            if centre is not None and self.known is not None:
                self.useful = ~self._useless(point, min(self.known, self.cutoff))
            if point.bound <= self.cutoff:
                return None
            history.append(point.bound)
            if centre is not None and len(history) % 25 == 0:
                self.master.purge(100 + 8 * self.master.k)
            added = 0
            for need in self.oracle.must_reach(point.y):
                self.master.add_row(need, 1.0, np.inf)
                added += 1
            for row in (row for each in self.conditions for row in each.missed(point.y)):
                self.master.add_row(row.columns, row.low, row.high, row.values)
                added += 1
            if centre is not None:
                centre = 0.5 * centre + 0.5 * point.y
                self.master.add_cuts(self.oracle.cuts(centre), None)
            cuts = self.oracle.cuts(point.y)
            if point.theta.sum() - cuts.value.sum() * self.scale > 1e-6:
                added += self.master.add_cuts(cuts, point.theta)
            back = 8 if centre is not None else 2
            stalled = len(history) > back and history[-1 - back] - point.bound < 1e-5 * self.total
            if added == 0 or stalled or self.clock.over():
                break
        return point

    def _fix(self, point: Relaxed, node: _Node) -> None:
        """Fix columns whose reduced cost shows that moving them leads to nothing better."""
        reduced = point.reduced / self.scale
        free = node.lower < node.upper
        zero = free & self._useless(point, self.cutoff)
        one = free & (point.y > 1 - FRACTIONAL) & (point.bound - np.maximum(reduced, 0) <= self.cutoff)
        node.upper, node.lower = node.upper.copy(), node.lower.copy()
        node.upper[zero], node.lower[one] = 0, 1

    def _useless(self, point: Relaxed, cutoff: float) -> npt.NDArray[np.bool_]:
        """Columns with which nothing is worth more than ``cutoff``."""
        most = point.bound + np.minimum(point.reduced / self.scale, 0) <= cutoff
        return np.asarray(most & (point.y < FRACTIONAL))

    def _enter(self, node: _Node) -> None:
        """Set the master to a node."""
        self.master.bounds(node.lower, node.upper)
        self.master.limit_regions(self.regions, node.limits)

    def _dive(self, heap: list[_Node]) -> None:
        """Follow the better child down from the best node; its siblings go on the heap."""
        node: _Node | None = heap[0]
        heapq.heappop(heap)
        while node is not None:
            self.nodes += 1
            self.master.purge(100 + 8 * self.master.k)
            self._enter(node)
            point = self._relax(NODE_ROUNDS, None)
            if point is None:
                return
            node.rank = -min(point.bound, -node.rank)
            if self.nodes % 8 == 1:
                self.offer(self.oracle.round(point.y))
                if self.best is not None:
                    self.offer(self.oracle.improve(self.best, NODE_KICKS))
            if self.clock.over():
                heapq.heappush(heap, node)
                return
            self._fix(point, node)
            children = self._children(node, point)
            node = None
            for child in sorted(children, reverse=True):
                if node is not None:
                    heapq.heappush(heap, node)
                node = child
            if node is not None and self.done:
                heapq.heappush(heap, node)
                return

    def _children(self, node: _Node, point: Relaxed) -> list[_Node]:
        """Split where both parts lose most, found by solving the parts of several splits."""
        splits = self._splits(node, point)
        if not splits:
            return self._last_split(node, point)
        best, best_score = list[_Node](), -1.0
        for split in self.losses.to_try(splits, _Split.place, -node.rank - self.cutoff):
            parts, gains = list[_Node](), list[float]()
            for above in (False, True):
                part = node.child(split, above, -node.rank, 0)
                self._enter(part)
                solved = self.master.solve(TRIAL_ITERATIONS)
                bound = float("-inf") if solved is None else min(solved.bound, -node.rank)
                if solved is not None and not solved.solved:
                    bound = max(bound, math.nextafter(self.cutoff, math.inf))
                gains.append(min(-node.rank - bound, -node.rank - self.cutoff))
                key, amount = split.place()
                self.losses.add(key, above, gains[-1], amount)
                if bound > self.cutoff:
                    part.rank = -bound if solved is not None and solved.solved else node.rank
                    parts.append(part)
            if len(parts) < 2:
                best = parts
                break
            score = max(gains[0], 1e-9 / self.scale) * max(gains[1], 1e-9 / self.scale)
            if score > best_score:
                best, best_score = parts, score
            if self.clock.over():
                break
        for part in best:
            self.made += 1
            part.number = self.made
        return best

    def _last_split(self, node: _Node, point: Relaxed) -> list[_Node]:
        """A whole point: take it; if its worth falls short of the bound, split on any free column."""
        self.offer(np.flatnonzero(point.y > 0.5))
        left = np.flatnonzero(node.lower < node.upper)
        if -node.rank <= self.cutoff or not len(left):
            return []
        split = _Split(int(left[np.argmax(point.y[left])]), -1, 0.5)
        self.made += 2
        return [node.child(split, above, -node.rank, self.made - above) for above in (False, True)]

    def _splits(self, node: _Node, point: Relaxed) -> list[_Split]:
        """List splits worth trying: fractional columns, and regions with a fractional number."""
        far = np.minimum(point.y, 1 - point.y)
        columns = np.flatnonzero((node.lower < node.upper) & (far > FRACTIONAL))
        if not len(columns):
            return []
        order = np.argsort(-far[columns] * (1 + self.weights[columns]), kind="stable")
        splits = [_Split(int(j), -1, float(point.y[j])) for j in columns[order[:SINGLES_TRIED]]]
        table = self._region_table()
        if not self.regions:
            return splits
        amounts: Floats = np.asarray(table @ point.y, dtype=np.float64)
        part = amounts - np.floor(amounts)
        middle = np.minimum(part, 1 - part)
        seen: set[float] = set()
        for region in np.argsort(-middle, kind="stable")[: 20 * REGIONS_TRIED]:
            amount = round(float(amounts[region]), 9)
            if middle[region] < 0.05 or len(seen) == REGIONS_TRIED:
                break
            if amount not in seen:
                seen.add(amount)
                splits.append(_Split(-1, int(region), float(amounts[region])))
        return splits

    def _region_table(self) -> "sparse.csr_array[np.float64]":
        """Return regions by columns, made when first asked for."""
        if self.region_table is None:
            self.regions = self.oracle.regions()
            lengths = [len(region) for region in self.regions]
            starts = np.append(0, np.cumsum(lengths)).astype(np.int64)
            members = np.concatenate(self.regions) if self.regions else np.zeros(0, dtype=np.int64)
            shape = (len(self.regions), self.oracle.n_columns)
            self.region_table = sparse.csr_array((np.ones(len(members)), members, starts), shape=shape)
        return self.region_table
