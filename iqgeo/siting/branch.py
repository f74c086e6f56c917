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

import numpy as np
import numpy.typing as npt

from iqgeo.siting.control import Clock
from iqgeo.siting.linear import Condition
from iqgeo.siting.losses import Losses
from iqgeo.siting.master import MOST_AGE, HeldGroups, Master, Relaxed
from iqgeo.siting.oracle import Oracle, Outcome
from iqgeo.siting.reduced import Counts
from iqgeo.siting.sets import Floats, Longs
from iqgeo.siting.split import Node, TreeSplit, first_uneven

SCALE = 1000.0
FRACTIONAL = 1e-6
ROOT_ROUNDS = 400
NODE_ROUNDS = 12
SINGLES_TRIED = 3
REGIONS_TRIED = 6
EITHER_TRIED = 8
PLUNGES = 10
TRIAL_ITERATIONS = 40
NODE_KICKS = 30


class Tree:
    """Search for the chosen columns of greatest worth, at most ``limit`` of them.

    ``least`` rules out answers that are worth no more than that; ``enough`` ends the search once it
    is reached. ``conditions`` are further linear rows over the columns, given as they are missed;
    ``held`` are groups of the oracle that are demanded and count for nothing else. Of the columns of each
    of ``either`` at most one is chosen: the tree splits first on whether any is, and before that on how many
    of each of ``counted`` are. With ``equals`` the outcome's ``useful`` are the columns of all equally good.
    """

    def __init__(
        self, oracle: Oracle, limit: int, counts: Counts, clock: Clock, *,
        offset: float = 0.0, least: float = float("-inf"), enough: float | None = None,
        conditions: Sequence[Condition] = (), either: Sequence[Longs] = (), held: Sequence[HeldGroups] = (),
        equals: bool = False, counted: Sequence[Longs] = (),
    ) -> None:  # fmt: skip
        self.oracle, self.limit, self.counts, self.clock = oracle, limit, counts, clock
        self.offset, self.enough, self.conditions = offset, enough, conditions
        self.either, self.counted = list(either), list(counted)
        self.below = oracle.step if equals else 0.0
        self.equals: list[Node] = []
        idle = np.concatenate([each.groups for each in held]) if held else np.zeros(0, dtype=np.int64)
        self.total = float(np.delete(oracle.caps, idle).sum())
        self.scale = SCALE / self.total if self.total > 0 else 1.0
        self.slack = max(0.999 * oracle.step, 1e-10 * self.total)
        self.least = least
        if enough is not None:
            self.least = max(least, enough - max(oracle.step, 2e-10 * self.total))
        self.master = Master(
            oracle.caps, oracle.n_columns, limit, counts, self.scale, oracle.price, self.either, held
        )
        self.whole = False
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
        self.regions: list[Longs] = [*self.either, *self.counted]
        self.members: tuple[Longs, Longs] | None = None
        self.root: tuple[Relaxed, Node] | None = None

    @property
    def cutoff(self) -> float:
        """A bound at or below this cannot lead to anything better."""
        return max(self.worth, self.least) + self.slack

    @property
    def floor(self) -> float:
        """A part with a bound at or below this holds nothing asked for: ``cutoff``, unless ``equals``."""
        return self.cutoff - self.below

    def offer(self, chosen: Longs) -> None:
        """Take a choice if it is feasible and better than the best so far."""
        if self.keeps(chosen):
            worth = self.oracle.worth(chosen)
            if worth > max(self.worth, self.least):
                self.best, self.worth = np.sort(chosen), worth

    def keeps(self, chosen: Longs) -> bool:
        """Whether a choice keeps all counts and conditions."""
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
        return self._outcome()

    def narrowed(self) -> Outcome:
        """What the root's bound says once better choices were offered: proven, or fewer columns useful."""
        if self.root is not None:
            self._fix(*self.root)
            self.useful = self.root[1].upper > 0
        return self._outcome()

    def _outcome(self) -> Outcome:
        if self.best is not None and self.bound <= self.cutoff:
            self.bound = self.worth
        none = self.best is None and self.bound == float("-inf")
        return Outcome(self.best, self.worth, self.bound, none, self.nodes, self.master.n_cuts, self.useful)

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
        first = self.oracle.cuts(np.zeros(n))
        self.whole = first.whole is not None and bool(first.whole.all())
        self.master.add_cuts(first, None)
        if not self.whole:
            self.master.add_cuts(self.oracle.cuts(centre), None)
        root = Node(-self.bound, 0, np.zeros(n, dtype=np.int8), np.ones(n, dtype=np.int8), {})
        point = self._relax(ROOT_ROUNDS, centre)
        if point is None or point.bound <= self.cutoff:
            self.bound = self.worth
            if point is not None:
                self._fix(point, root)
                self.useful = root.upper > 0
            return
        self.bound = point.bound
        heap: list[Node] = [root]
        root.rank = -point.bound
        self.offer(self.oracle.round(point.y))
        self._tell()
        self._fix(point, root)
        self.useful = root.upper > 0 if self.known is None else self.useful
        if self.root_only:
            self.root = point, root
            return
        self._purge(0, 5)
        while heap and not self.clock.over() and not self.done and not self._enough_nodes:
            self.bound = max(self.worth, -heap[0].rank)
            self._tell()
            if -heap[0].rank <= self.cutoff:
                break
            self._dive(heap)
        self.bound = max([self.worth, *(-node.rank for node in heap if -node.rank > self.cutoff)])
        if self.below and self.bound <= self.worth and not self.clock.cancelled:
            rest = [node for node in [*heap, *self.equals] if -node.rank > self.floor]
            self.useful = np.any([node.upper > 0 for node in rest], axis=0) if rest else self.useful

    def _tell(self) -> None:
        self.clock.report(self.worth + self.offset, max(self.bound, self.worth) + self.offset)

    def _purge(self, keep: int, most_age: int = MOST_AGE) -> None:
        """Drop cuts that have long been slack; those that are all there is are never made again."""
        if not self.whole:
            self.master.purge(keep, most_age)

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
            if point.bound <= self.floor:
                return None
            if point.bound <= self.cutoff:
                return point
            history.append(point.bound)
            if centre is not None and len(history) % 25 == 0:
                self._purge(100 + 8 * self.master.k)
            added = 0
            for need in self.oracle.must_reach(point.y):
                self.master.add_row(need, 1.0, np.inf)
                added += 1
            for row in (row for each in self.conditions for row in each.missed(point.y)):
                self.master.add_row(row.columns, row.low, row.high, row.values)
                added += 1
            if centre is not None and not self.whole:
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

    def _fix(self, point: Relaxed, node: Node) -> None:
        """Fix columns whose reduced cost shows that moving them leads to nothing better."""
        reduced = point.reduced / self.scale
        free = node.lower < node.upper
        zero = free & self._useless(point, self.floor)
        one = free & (point.y > 1 - FRACTIONAL) & (point.bound - np.maximum(reduced, 0) <= self.floor)
        node.upper, node.lower = node.upper.copy(), node.lower.copy()
        node.upper[zero], node.lower[one] = 0, 1

    def _useless(self, point: Relaxed, cutoff: float) -> npt.NDArray[np.bool_]:
        """Columns with which nothing is worth more than ``cutoff``."""
        most = point.bound + np.minimum(point.reduced / self.scale, 0) <= cutoff
        useless: npt.NDArray[np.bool_] = most & (point.y < FRACTIONAL)
        sums = point.bound + np.minimum(point.reduced_sums / self.scale, 0) <= cutoff
        for k in np.flatnonzero(sums & (point.sums < FRACTIONAL)):
            useless[self.either[k]] = True
        return useless

    def _keep_equal(self, node: Node, point: Relaxed) -> None:
        """Keep a part that holds nothing better than the best, but perhaps as good."""
        if self.below and -node.rank > self.floor:
            self._fix(point, node)
            self.equals.append(node)

    def _enter(self, node: Node) -> None:
        """Set the master to a node."""
        self.master.bounds(node.lower, node.upper)
        self.master.limit_regions(self.regions, node.limits)

    def _dive(self, heap: list[Node]) -> None:
        """Follow the better child down from the best node; its siblings go on the heap.

        With ``either`` a dive that ends without a choice goes on from its last siblings: best first alone
        hardly meets one where conditions rule most choices out.
        """
        node: Node | None = heapq.heappop(heap)
        left: list[Node] = []
        tries = 0.0 if not self.either else PLUNGES if self.enough is None else math.inf
        worth = self.worth
        while node is not None:
            node = self._step(node, left)
            if node is None and left and tries and self.worth == worth:
                tries -= 1
                node = left.pop()
            if node is not None and (self.done or self.clock.over()):
                left.append(node)
                break
        for each in left:
            heapq.heappush(heap, each)

    def _step(self, node: Node, left: list[Node]) -> Node | None:
        """Search a part: its better child comes back, others that can still hold something join ``left``."""
        self.nodes += 1
        self._purge(100 + 8 * self.master.k)
        self._enter(node)
        point = self._relax(NODE_ROUNDS, None)
        if point is None:
            return None
        node.rank = -min(point.bound, -node.rank)
        if point.bound <= self.cutoff:
            self._keep_equal(node, point)
            return None
        if self.nodes % 8 == 1:
            self.offer(self.oracle.round(point.y))
            if self.best is not None:
                self.offer(self.oracle.improve(self.best, NODE_KICKS))
        if self.clock.over():
            left.append(node)
            return None
        self._fix(point, node)
        children = sorted(self._children(node, point), reverse=True)
        left += children[:-1]
        return children[-1] if children else None

    def _children(self, node: Node, point: Relaxed) -> list[Node]:
        """Split where both parts lose most, found by solving the parts of several splits."""
        splits = self._splits(node, point)
        if not splits:
            return self._last_split(node, point)
        best, best_score = list[Node](), -1.0
        for split in self.losses.to_try(splits, TreeSplit.place, -node.rank - self.cutoff):
            parts, gains = list[Node](), list[float]()
            for above in (False, True):
                part = node.child(split, above, -node.rank, 0, self.regions)
                self._enter(part)
                solved = self.master.solve(TRIAL_ITERATIONS)
                bound = float("-inf") if solved is None else min(solved.bound, -node.rank)
                if solved is not None and not solved.solved:
                    bound = max(bound, math.nextafter(self.cutoff, math.inf))
                gains.append(min(-node.rank - bound, -node.rank - self.cutoff))
                key, amount = split.place()
                self.losses.add(key, above, gains[-1], amount)
                if bound > self.floor:
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

    def _last_split(self, node: Node, point: Relaxed) -> list[Node]:
        """A whole point: take it; if its worth falls short of the bound, split on any free column."""
        self.offer(np.flatnonzero(point.y > 0.5))
        left = np.flatnonzero(node.lower < node.upper)
        if -node.rank <= self.cutoff or not len(left):
            self._keep_equal(node, point)
            return []
        split = TreeSplit(int(left[np.argmax(point.y[left])]), -1, 0.5)
        self.made += 2
        return [
            node.child(split, above, -node.rank, self.made - above, self.regions) for above in (False, True)
        ]

    def _splits(self, node: Node, point: Relaxed) -> list[TreeSplit]:
        """List splits worth trying: fractional columns, and regions with a fractional number."""
        far = np.minimum(point.y, 1 - point.y)
        columns = np.flatnonzero((node.lower < node.upper) & (far > FRACTIONAL))
        if not len(columns):
            return []
        if self.either:
            return self._splits_by_either(columns, far, point)
        order = np.argsort(-far[columns] * (1 + self.weights[columns]), kind="stable")
        splits = [TreeSplit(int(j), -1, float(point.y[j])) for j in columns[order[:SINGLES_TRIED]]]
        members, region_of = self._region_members()
        if not self.regions:
            return splits
        amounts: Floats = np.bincount(region_of, point.y[members], len(self.regions)).astype(np.float64)
        part = amounts - np.floor(amounts)
        middle = np.minimum(part, 1 - part)
        seen: set[float] = set()
        for region in np.argsort(-middle, kind="stable")[: 20 * REGIONS_TRIED]:
            amount = round(float(amounts[region]), 9)
            if middle[region] < 0.05 or len(seen) == REGIONS_TRIED:
                break
            if amount not in seen:
                seen.add(amount)
                splits.append(TreeSplit(-1, int(region), float(amounts[region])))
        return splits

    def _splits_by_either(self, columns: Longs, far: Floats, point: Relaxed) -> list[TreeSplit]:
        """Whether any of a set is chosen, then which: the last of a set follows from that and the others."""
        if (number := first_uneven(self.counted, len(self.either), point.y)) is not None:
            return [number]
        middle = np.minimum(point.sums, 1 - point.sums)
        sets = [int(k) for k in np.argsort(-middle, kind="stable")[:EITHER_TRIED] if middle[k] > FRACTIONAL]
        follows = np.isin(columns, [each[-1] for each in self.either])
        columns = columns if follows.all() else columns[~follows]
        few = EITHER_TRIED // 2 if sets else EITHER_TRIED
        found = [TreeSplit(-1, k, float(point.sums[k])) for k in sets]
        order = columns[np.argsort(-far[columns], kind="stable")][:few]
        return found + [TreeSplit(int(j), -1, float(point.y[j])) for j in order]

    def _region_members(self) -> tuple[Longs, Longs]:
        """Return the columns of all regions in a row, and the region of each, made when first asked for."""
        if self.members is None:
            self.regions = self.oracle.regions()
            of = np.repeat(np.arange(len(self.regions)), [len(it) for it in self.regions])
            self.members = np.concatenate([np.zeros(0, np.int64), *self.regions]), of
        return self.members
