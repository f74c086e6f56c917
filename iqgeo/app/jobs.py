"""Long work beside the page: goes on while the page is redrawn, can be watched and stopped. No streamlit."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from iqgeo.errors import InputError
from iqgeo.siting import Control, SearchProgress

Result = TypeVar("Result")

UNWATCHED_S = 6.0
"""A tab gone for so long is closed; one that lost its connection for a moment is back before."""


def _always() -> bool:
    return True


class Job(Generic[Result]):
    """One piece of work in a thread of its own.

    Parameters
    ----------
    work : Callable[[Control], Result]
        Does the work; must stop soon when the control it is given says so, with the best so far.
    lock : threading.Lock
        Only one job holding it works at a time, the others wait.
    time_limit_s : float | None
        Stop after so long.
    watched : Callable[[], bool]
        Whether somebody still waits for the result; asked often.
    """

    def __init__(
        self,
        work: Callable[[Control], Result],
        lock: threading.Lock,
        time_limit_s: float | None = None,
        watched: Callable[[], bool] = _always,
    ) -> None:
        self._progress: SearchProgress | None = None
        self.result: Result | None = None
        self.problem: InputError | None = None
        self.fault: Exception | None = None
        self.waiting = True
        self.cancelled = False
        self._work, self._lock, self._time_limit_s = work, lock, time_limit_s
        self._watched = watched
        self._seen = self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="iqgeo-job", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the work goes on (or waits for its turn)."""
        return self._thread.is_alive()

    @property
    def progress(self) -> SearchProgress | None:
        """How far it is, and how long it has worked so far.

        A search tells only what is new; after it, what each place brings is computed in silence.
        """
        told = self._progress
        return None if told is None else replace(told, seconds=time.monotonic() - self._began)

    def stop(self) -> None:
        """Stop soon and keep the best found."""
        self.cancelled = True

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the work is done."""
        self._thread.join(seconds)

    def _stopped(self) -> bool:
        now = time.monotonic()
        if self._watched():
            self._seen = now
        return self.cancelled or now - self._seen > UNWATCHED_S

    def _note(self, progress: SearchProgress) -> None:
        self._progress = progress

    def _run(self) -> None:
        while not self._lock.acquire(timeout=0.2):
            if self._stopped():
                return
        self._began, self.waiting = time.monotonic(), False
        try:
            self.result = self._work(Control(self._time_limit_s, self._stopped, self._note))
        except InputError as error:
            self.problem = error.kept()
        except Exception as error:  # noqa: BLE001 -- a thread's error would be lost: the page shows it
            self.fault = error
        finally:
            self._lock.release()
