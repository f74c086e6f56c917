"""Tasks on a Dask cluster: workers on this machine, or those of a scheduler somewhere else.

Only this module imports Dask (the extra ``iqgeo[dask]``).
"""

import contextlib
import hashlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import iqgeo
from iqgeo.errors import InputError, Problem
from iqgeo.workers.executor import Done, Function, attempt

# Starting a scheduler and its workers here, in seconds, and what sending a task there and back costs.
_START_S = 6.0
_JOIN_S = 1.0
_SEND_S = 0.01
# A scheduler that has not answered for so long is gone.
_ANSWER_S = 10.0
# So long a worker may take to hand over what it has computed before it is asked again, or another one.
_FETCH_S = 10.0
# A task is given up once this many workers have died over it.
_MOST_DEATHS = 3
# Tasks sent ahead for each worker, so that none waits for the next.
_AHEAD = 2


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """What has to be the same on every worker for the same numbers to come out."""
    folder = Path(iqgeo.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    python = ".".join(map(str, sys.version_info[:2]))
    return f"iqgeo {iqgeo.__version__} ({digest.hexdigest()[:8]}), Python {python}"


class Dask:
    """A cluster as executor; one task at a time in each worker process.

    Parameters
    ----------
    address : str | None
        Of a scheduler that runs already, say ``tcp://10.0.0.7:8786``; without one a scheduler and as many
        workers as there are cores are started here and ended with it.
    number : int | None
        How many workers to start here; ``None`` for as many as there are cores.

    Raises
    ------
    InputError
        If Dask is not installed, no scheduler answers at the address, it has no workers, or the
        programs of its workers are not this one.
    """

    name = "dask"

    def __init__(self, address: str | None = None, number: int | None = None) -> None:
        self.address = address
        self.number = number or os.cpu_count() or 1
        self._client: Any = None
        self._cluster: Any = None
        try:
            import distributed  # noqa: F401
        except ImportError:
            raise InputError(Problem("executor_dask_missing", column="executor")) from None
        if address is not None:
            self._connect()

    def cost(self, count: int, seconds_each: float) -> float:
        """Return the start, the rounds of the busiest worker, and the sending."""
        start = _JOIN_S if self.address is not None else _START_S
        return start + -(-count // self.number) * seconds_each + count * _SEND_S

    def _connect(self) -> Any:
        """The client, connected when first needed."""
        if self._client is None:
            import dask
            from distributed import Client, LocalCluster

            # The sentence about a scheduler that is gone is ours to say, once.
            for part in ("distributed", "distributed.client"):
                logging.getLogger(part).setLevel(logging.CRITICAL)
            dask.config.set(
                {
                    "distributed.comm.timeouts.connect": f"{_ANSWER_S:g}s",
                    "distributed.scheduler.allowed-failures": _MOST_DEATHS,
                }
            )
            target: Any = self.address
            if target is None:
                self._cluster = target = LocalCluster(
                    n_workers=self.number, threads_per_worker=1, processes=True, host="127.0.0.1",
                    dashboard_address=None, silence_logs=logging.CRITICAL,
                )  # fmt: skip
            try:
                self._client = Client(target, timeout=_ANSWER_S, set_as_default=False)
            except (OSError, ValueError, TimeoutError):
                raise InputError(
                    Problem("executor_no_scheduler", column="executor", value=self.address or "")
                ) from None
            if self.address is not None:
                self._check_workers()
        return self._client

    def _check_workers(self) -> None:
        """Refuse a cluster without workers, or with other programs than this one."""
        client = self._client
        self.number = len(client.scheduler_info(n_workers=-1)["workers"])
        problems = []
        if not self.number:
            problems.append(Problem("executor_no_workers", column="executor", value=self.address))
        mine = fingerprint()
        for worker, theirs in sorted(client.run(fingerprint, on_error="return").items()):
            if isinstance(theirs, BaseException):
                theirs = f"{type(theirs).__name__}: {theirs}"  # noqa: PLW2901
            if theirs != mine:
                details = {"theirs": theirs, "mine": mine}
                problems.append(Problem("executor_other_program", value=worker, details=details))
        if problems:
            self.close()
            raise InputError(problems)

    def run(self, function: Function, items: Mapping[str, Any]) -> Iterator[Done]:
        """Run the tasks on the workers, a few for each ahead; a lost worker's tasks go to another.

        Raises
        ------
        InputError
            If the scheduler goes away; what was yielded before stays done.
        """
        from distributed import wait
        from distributed.client import FuturesCancelledError

        client = self._connect()
        waiting = list(reversed(list(items)))
        flying: dict[Any, str] = {}
        while waiting or flying:
            while waiting and len(flying) < _AHEAD * self.number:
                key = waiting.pop()
                self._alive()
                flying[client.submit(attempt, function, key, items[key], pure=False)] = key
            finished: set[Any] = set()
            # A scheduler may go at any moment: never wait for it longer than this.
            with contextlib.suppress(TimeoutError), client.as_current():
                try:
                    finished = wait(list(flying), timeout=1.0, return_when="FIRST_COMPLETED").done
                except FuturesCancelledError:
                    self._gone()
            self._alive()
            for future in finished:
                done = self._outcome(future, flying[future])
                if done is not None:
                    del flying[future]
                    future.release()
                    yield done

    def _alive(self) -> None:
        if self._client.status != "running":
            self._gone()

    def _gone(self) -> NoReturn:
        self.close()
        raise InputError(Problem("executor_scheduler_gone", column="executor", value=self.address or ""))

    def _outcome(self, future: Any, key: str) -> Done | None:
        """What came of a task; None if the worker that held it went with it: another one does it anew."""
        from distributed import KilledWorker

        if future.status == "cancelled":
            self._gone()
        if future.status not in {"error", "finished"}:
            return None
        try:
            done: Done = future.result(timeout=_FETCH_S)
        except KilledWorker:
            return Done(key, None, "its process died")
        except TimeoutError:
            # That worker, not the scheduler, kept silent: ask again once the scheduler has missed it.
            self._alive()
            return None
        except Exception as error:  # noqa: BLE001  an item or a value that cannot be sent
            return Done(key, None, f"{type(error).__name__}: {error}")
        return done

    def close(self) -> None:
        """Leave the scheduler, or end it with its workers if it was started here."""
        for part in (self._client, self._cluster):
            if part is not None:
                with contextlib.suppress(OSError, TimeoutError, RuntimeError):
                    part.close(timeout=2)
        self._client = self._cluster = None

    def __enter__(self) -> "Dask":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
