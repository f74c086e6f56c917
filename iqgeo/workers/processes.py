"""Tasks on the cores of this machine, in processes of their own."""

import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from iqgeo.workers.executor import Done, Function, attempt

# Loading the libraries in a new process, in seconds: what every worker costs before its first task.
_START_S = 2.5
# A task whose process died so often while no other ran beside it is the one that kills it.
_MOST_DEATHS = 2


class Processes:
    """A pool of processes; a fresh one takes over where one of them dies."""

    name = "processes"

    def __init__(self, number: int | None = None) -> None:
        self.number = number or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    def cost(self, count: int, seconds_each: float) -> float:
        """Return the start of the processes and the rounds of the busiest."""
        rounds = -(-count // self.number)
        return _START_S * max(1.0, self.number / (os.cpu_count() or 1)) + rounds * seconds_each

    def run(self, function: Function, items: Mapping[str, Any]) -> Iterator[Done]:
        """Run the tasks on the pool, a few in flight at a time."""
        # Each item is asked for when its turn comes: it may be made only then.
        left = dict.fromkeys(items)
        alone: dict[str, int] = {}
        while left or alone:
            # suspects run one at a time: so the guilty one is known
            batch = [next(iter(alone))] if alone else list(left)
            lost: list[str] = []
            for done in self._round(function, items, batch, lost):
                left.pop(done.key, None)
                alone.pop(done.key, None)
                yield done
            for key in lost:
                left.pop(key, None)
                alone[key] = alone.get(key, 0) + 1
                if alone[key] > _MOST_DEATHS:
                    del alone[key]
                    yield Done(key, None, "its process died")

    def _round(
        self, function: Function, items: Mapping[str, Any], keys: Sequence[str], lost: list[str]
    ) -> Iterator[Done]:
        """Run some until all are done or a process dies; ``lost`` then names what was in flight."""
        waiting = list(reversed(keys))
        flying: dict[Future[Done], str] = {}
        alive = True
        while alive and (waiting or flying):
            while alive and waiting and len(flying) < self.number:
                key = waiting.pop()
                try:
                    flying[self._started().submit(attempt, function, key, items[key])] = key
                except BrokenProcessPool:
                    lost.append(key)
                    alive = False
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                done = _outcome(future, flying[future])
                if done is None:
                    alive = False
                else:
                    del flying[future]
                    yield done
        if not alive:
            lost.extend(flying.values())
            self.close()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.number, multiprocessing.get_context("spawn"))
        return self._pool

    def close(self) -> None:
        """End the processes; tasks not yet begun are given up."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _outcome(future: "Future[Done]", key: str) -> Done | None:
    """What a task ended with; None where its process, or another of the pool, died."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None
    except Exception as error:  # noqa: BLE001  an item or a value that cannot be sent
        return Done(key, None, f"{type(error).__name__}: {error}")
