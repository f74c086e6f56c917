"""A bound for maximal covering without linear programs: restarted primal-dual steps.

On the saddle  min over 0 <= u <= w,  max over 0 <= y <= 1 with sum y = limit,  of
sum(w - u) + sum over columns of y_j times the sum of u over its rows, any u gives a bound on the whole
question: sum(w - u) plus the ``limit`` largest column sums. Nothing has to have converged for that to
hold. Steps as in Chambolle and Pock (2011) with diagonal step sizes, restarted from the average where the
gap between both sides has shrunk (Applegate and others 2021).
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from iqgeo.siting import list_kernels
from iqgeo.siting.control import Clock
from iqgeo.siting.reduced import Reduced
from iqgeo.siting.sets import Floats

# Both sides are looked at after so many steps, and the average is left after so many at most.
_LOOK, _LONGEST = 20, 400
_SHRUNK = 0.4
_BISECTIONS = 50
# Most steps for a question, and for a bound; close enough is a share of what is reached.
_QUESTION_STEPS, _BOUND_STEPS, _CLOSE = 3_000, 3_000, 4e-4
_CLOSER = 5e-5


class PrimalDual:
    """The saddle of one instance; call `run` until the bound is good enough.

    Attributes
    ----------
    bound : float
        What no choice of ``limit`` columns can reach more than.
    opened, value : NDArray[np.float64], float
        The best fractional choice met, and what it reaches (the linear program is worth at least that much).
    score : NDArray[np.float64]
        Column sums at the multipliers of the bound.
    """

    def __init__(self, model: Reduced, limit: int) -> None:
        self.model, self.limit = model, min(limit, model.n_columns)
        self.weight = model.row_weight
        self.total = float(self.weight.sum())
        self._columns_of_row = np.maximum(np.diff(model.row_start), 1).astype(np.float64)
        self._of_column = np.maximum(self._column_sums(self.weight), 1.0)
        self._y = np.full(model.n_columns, self.limit / max(1, model.n_columns))
        self._u = self.weight * 0.5
        self._reach = self._row_sums(self._y)
        self._sums = self._column_sums(self._u)
        self._balance = 1.0
        self.bound, self.value = self.total, 0.0
        # with u = 0 everything counts as reached whatever is chosen
        self.opened, self.score = self._y, np.zeros(model.n_columns)

    def _row_sums(self, y: Floats) -> Floats:
        model = self.model
        sums: Floats = list_kernels.list_sums(model.row_start, model.row_site, y)
        return sums

    def _column_sums(self, u: Floats) -> Floats:
        model = self.model
        sums: Floats = list_kernels.list_sums(model.site_start, model.site_row, u)
        return sums

    def _look(self, y: Floats, reach: Floats, u: Floats, sums: Floats) -> float:
        """Take over a better bound or fractional choice; returns how far the two sides are apart."""
        top = np.partition(sums, len(sums) - self.limit)[-self.limit :] if self.limit else sums[:0]
        # sums of floats: a hair above is still a bound
        bound = (float((self.weight - u).sum()) + float(top.sum())) * (1 + 1e-12)
        value = float((self.weight * np.minimum(1.0, reach)).sum())
        if bound < self.bound:
            self.bound, self.score = bound, sums.copy()
        if value > self.value:
            self.value, self.opened = value, y.copy()
        return bound - value

    def _projected(self, y: Floats, step: Floats, sums: Floats) -> Floats:
        """The step of y back onto 0 <= y <= 1, sum y = limit, by bisection on the multiplier."""
        ahead = y + step * sums
        low, high = float(((ahead - 1) / step).min()) - 1, float((ahead / step).max()) + 1
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            if float(np.clip(ahead - step * middle, 0.0, 1.0).sum()) > self.limit:
                low = middle
            else:
                high = middle
        return np.clip(ahead - step * high, 0.0, 1.0)

    def run(self, steps: int, done: Callable[["PrimalDual"], bool]) -> None:
        """Go on for so many steps, or until ``done`` says yes (asked after every look)."""
        if not (self.limit and len(self.weight)):
            self.bound = 0.0
            return
        y, u, reach, sums = self._y, self._u, self._reach, self._sums
        last = self._look(y, reach, u, sums)
        begun_y, begun_u = y, u
        added = [np.zeros_like(each) for each in (y, reach, u, sums)]
        count = 0
        for _ in range(steps):
            then = self._projected(y, self._balance / self._of_column, sums)
            reach_then = self._row_sums(then)
            ahead = 1.0 - (2.0 * reach_then - reach)
            u = np.clip(u + self.weight / self._columns_of_row / self._balance * ahead, 0.0, self.weight)
            y, reach, sums = then, reach_then, self._column_sums(u)
            for k, each in enumerate((y, reach, u, sums)):
                added[k] += each
            count += 1
            if count % _LOOK:
                continue
            here = self._look(y, reach, u, sums)
            average = [total / count for total in added]
            there = self._look(*average)
            if min(here, there) < _SHRUNK * last or count >= _LONGEST:
                if there < here:
                    y, reach, u, sums = average
                last = min(here, there)
                self._rebalance(y - begun_y, u - begun_u)
                begun_y, begun_u = y, u
                added = [np.zeros_like(each) for each in added]
                count = 0
            if done(self):
                break
        self._y, self._u, self._reach, self._sums = y, u, reach, sums

    def _rebalance(self, moved_y: Floats, moved_u: Floats) -> None:
        """Let both sides move about as far."""
        far_y = float(np.sqrt((moved_y**2 * self._of_column).sum()))
        held = self.weight > 0
        far_u = float(np.sqrt((moved_u[held] ** 2 / self.weight[held] * self._columns_of_row[held]).sum()))
        if far_y > 1e-12 and far_u > 1e-12:
            self._balance = float(np.sqrt(self._balance * far_y / far_u))

    def useful(self, worth: float) -> npt.NDArray[np.bool_]:
        """Columns that a choice worth more than ``worth`` can hold.

        Forced in, a column that is not among the best takes the place of the last of those.
        """
        if not 0 < self.limit < len(self.score):
            return np.ones(len(self.score), dtype=bool)
        last = np.partition(self.score, len(self.score) - self.limit)[-self.limit]
        mask: npt.NDArray[np.bool_] = self.bound - np.maximum(0.0, last - self.score) > worth
        return mask


def too_few(model: Reduced, limit: int, goal: float, clock: Clock) -> bool:
    """Whether a bound proves that no ``limit`` columns reach ``goal`` (whole weight)."""
    saddle = PrimalDual(model, limit)
    saddle.run(_QUESTION_STEPS, lambda it: it.bound < goal - 0.5 or it.value >= goal or clock.over())
    return saddle.bound < goal - 0.5


def first_bound(model: Reduced, limit: int, clock: Clock) -> PrimalDual:
    """The saddle run until its two sides are close, or the clock says stop."""
    saddle = PrimalDual(model, limit)
    _run_until(saddle, _CLOSE, clock)
    return saddle


def closer_bound(saddle: PrimalDual, clock: Clock) -> None:
    """Run a first bound on until its sides all but meet: where the best answer stays far below it."""
    _run_until(saddle, _CLOSER, clock)


def _run_until(saddle: PrimalDual, close: float, clock: Clock) -> None:
    base = saddle.model.base
    saddle.run(_BOUND_STEPS, lambda it: it.bound - it.value <= close * (it.value + base) or clock.over())
