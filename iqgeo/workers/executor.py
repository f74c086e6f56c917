"""Many independent tasks, one interface: in a row, on the cores of this machine, on a cluster.

A task is an item with a key, a function the same for all. What comes back says by key which is done
and what came out, in whatever order they end. In a row is the default: nothing is started for it.

>>> with executor_of("serial") as workers:
...     [done.value for done in workers.run(len, {"a": "four", "b": "seven.."})]
[4, 7]
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from iqgeo.errors import InputError, Problem
from iqgeo.texts import Lang

Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Done:
    """A task that has ended.

    ``error`` is empty if it succeeded, else what went wrong; ``value`` is then ``None`` and ``problems``
    are those of an input, if it was one. ``seconds`` is the clock time of the task itself, NaN where its
    worker was lost.
    """

    key: str
    value: Any
    error: str = ""
    seconds: float = float("nan")
    problems: tuple[Problem, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is no value."""
        return bool(self.error)

    def reason(self, lang: Lang) -> str:
        """What went wrong, in words where it was an input."""
        return " ".join(it.sentence(lang) for it in self.problems) or self.error


class Executor(Protocol):
    """Where tasks run."""

    name: str

    def run(self, function: Function, items: Mapping[str, Any]) -> Iterator[Done]:
        """Run ``function`` on every item and yield each task once as it ends.

        The function is one that can be imported (of a module, by name); it and the items must not
        depend on what this process holds otherwise. A task that fails does not stop the others.
        """

    def cost(self, count: int, seconds_each: float) -> float:
        """Return the clock seconds that ``count`` tasks would take, starting included."""

    def close(self) -> None:
        """Let go of what was started for it; anything still running is given up."""

    def __enter__(self) -> "Executor":
        """Return itself."""

    def __exit__(self, *_: object) -> None:
        """Close."""


def attempt(function: Function, key: str, item: Any) -> Done:
    """Run one task here; whatever it raises becomes its error."""
    started = time.perf_counter()
    try:
        value = function(item)
    except InputError as error:
        said = " ".join(problem.what() for problem in error.problems)
        return Done(key, None, said, time.perf_counter() - started, error.problems)
    except Exception as error:  # noqa: BLE001  a task may fail in any way, the others go on
        return Done(key, None, f"{type(error).__name__}: {error}", time.perf_counter() - started)
    return Done(key, value, "", time.perf_counter() - started)


class Serial:
    """One task after the other in this process."""

    name = "serial"

    def run(self, function: Function, items: Mapping[str, Any]) -> Iterator[Done]:
        """Run the tasks in the order of the items."""
        for key, item in items.items():
            yield attempt(function, key, item)

    def cost(self, count: int, seconds_each: float) -> float:
        """Return the sum."""
        return count * seconds_each

    def close(self) -> None:
        """Do nothing: nothing was started."""

    def __enter__(self) -> "Serial":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def executor_of(wish: str = "serial") -> Executor:
    """The executor by its name: ``serial``, ``processes[:NUMBER]`` or ``dask[:ADDRESS]``.

    ``dask`` without an address starts workers on this machine's cores. Imports happen where they are
    used.

    Raises
    ------
    InputError
        If the name is unknown, the extra ``iqgeo[dask]`` is not installed, or no scheduler answers.
    """
    kind, _, rest = wish.strip().partition(":")
    if kind == "serial" and not rest:
        return Serial()
    if kind == "processes" and re.fullmatch(r"|[1-9]\d{0,3}", rest):
        from iqgeo.workers.processes import Processes

        return Processes(int(rest) if rest else None)
    if kind == "dask":
        from iqgeo.workers.cluster import Dask

        return Dask(rest or None)
    raise InputError(Problem("executor_unknown", column="executor", value=wish))


class Sounded:
    """An executor that does its first tasks here, so that it is known what one costs before it starts.

    Parameters
    ----------
    executor : Executor
        Does the rest.
    tell : Callable[[int, float], None]
        Is given the number of tasks left and the seconds of one; called once, before ``executor`` starts.
    first : int
        So many are done here: all but the last of them load what the last one has already.
    """

    def __init__(self, executor: Executor, tell: Callable[[int, float], None], first: int = 2) -> None:
        self.executor, self.tell, self.first = executor, tell, first
        self.name = executor.name

    def run(self, function: Function, items: Mapping[str, Any]) -> Iterator[Done]:
        """Run the first tasks in a row, the others as the executor does."""
        here = dict(list(items.items())[: self.first])
        seconds = float("nan")
        for done in Serial().run(function, here):
            seconds = done.seconds
            yield done
        left = {key: item for key, item in items.items() if key not in here}
        if left:
            self.tell(len(left), seconds)
            yield from self.executor.run(function, left)

    def cost(self, count: int, seconds_each: float) -> float:
        """Return what the executor says."""
        return self.executor.cost(count, seconds_each)

    def close(self) -> None:
        """Close the executor."""
        self.executor.close()

    def __enter__(self) -> "Sounded":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def faster_in_a_row(executor: Executor, count: int, seconds_each: float) -> bool:
    """Whether one core would be done sooner than ``executor``: to be said before starting it."""
    return executor.name != Serial.name and executor.cost(count, seconds_each) > count * seconds_each
