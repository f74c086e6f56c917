"""Time limit, cancelling and progress: how a caller watches and stops a solver."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class SearchProgress:
    """Where a running solver stands.

    Attributes
    ----------
    found, bound : float
        The best objective so far, and what no answer can beat.
    gap : float
        Their relative distance; ``inf`` while nothing is found.
    seconds : float
        Time since the start.
    """

    found: float
    bound: float
    gap: float
    seconds: float


@dataclass(frozen=True)
class Control:
    """What a caller may set for any solver.

    Parameters
    ----------
    time_limit_s : float | None
        Stop after so many seconds of clock time with the best answer found and its true gap.
    stop : Callable[[], bool] | None
        Asked often (many times a second); once it says True the best answer found comes back.
        Ctrl-C does the same.
    progress : Callable[[SearchProgress], None] | None
        Called with a `SearchProgress` whenever the best answer or the bound has moved.
    """

    time_limit_s: float | None = None
    stop: Callable[[], bool] | None = None
    progress: Callable[[SearchProgress], None] | None = None


def relative_gap(found: float, bound: float) -> float:
    """|bound - found| / |found|; 0 where they are equal, ``inf`` where nothing is found."""
    if found == bound:
        return 0.0
    if found in (float("inf"), float("-inf")) or found == 0:
        return float("inf")
    return abs(bound - found) / abs(found)


class Clock:
    """A started `Control`: says when to stop and passes progress on, in the caller's units."""

    def __init__(self, control: Control | None) -> None:
        self.control = control or Control()
        self.started = time.perf_counter()
        self.cancelled = False
        self._last: tuple[float, float] | None = None
        self._to_user: Callable[[float], float] = float
        self._quiet = False

    def in_units(self, to_user: Callable[[float], float]) -> None:
        """Set how the solver's objective is turned into the caller's."""
        self._to_user = to_user

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Hold back reports of a step whose numbers are not the question's own."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before

    @property
    def seconds(self) -> float:
        """Clock time since the start."""
        return time.perf_counter() - self.started

    def rest(self, part: float = 1.0) -> Control:
        """The caller's control for a part of the question: time left, and no progress of its own."""
        left = None if self.control.time_limit_s is None else self.seconds_left * part
        return replace(self.control, time_limit_s=left, progress=None)

    @property
    def seconds_left(self) -> float:
        """Time until the limit, ``inf`` without one."""
        limit = self.control.time_limit_s
        return float("inf") if limit is None else max(0.0, limit - self.seconds)

    def over(self) -> bool:
        """Whether to stop now: time is up, the caller said so, or Ctrl-C was pressed."""
        if not self.cancelled:
            self.cancelled = self.seconds_left <= 0 or (
                self.control.stop is not None and bool(self.control.stop())
            )
        return self.cancelled

    def report(self, found: float, bound: float) -> None:
        """Tell the caller if something moved; arguments in the solver's units."""
        if self.control.progress is None or self._quiet or (found, bound) == self._last:
            return
        self._last = (found, bound)
        there = (self._to_user(found), self._to_user(bound))
        self.control.progress(SearchProgress(*there, relative_gap(*there), self.seconds))
