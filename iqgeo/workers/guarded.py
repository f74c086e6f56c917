"""Work on what strangers made, in another process with limits: whatever becomes of it, this one lives on.

Readers of compiled formats believe what a file says of itself: a few bytes can ask for a hundred
gigabytes, and no ``except`` helps against an abort. So a file is read in a child, one a call, which sends
plain data back. A process started once forks it (a few milliseconds a call); that process has no threads
and nothing of ours but the readers, whoever calls and from however many threads.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from iqgeo.errors import InputError, Problem
from iqgeo.workers.child import OUT_OF_TIME, STATUS, TOLD, receive, send
from iqgeo.workers.plain import from_bytes, to_parts

_MIB: Final = 1024 * 1024
_AT_ONCE: Final = max(2, os.cpu_count() or 2)
"""Calls at the same time; more of them wait, so that their limits add up to something bounded."""

_MOST_TOLD: Final = 64 * 1024
_GRACE_S: Final = 30
"""Seconds until nobody is waited for who should have been ended already."""

_FORKS: Final = hasattr(os, "fork") and hasattr(socket, "send_fds")
_QUIET: Final = {
    # One thread: a fork must find no lock held by another. Memory that is measured, not reserved.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    # What is set aside and not used goes back: pyarrow sets aside a block for every column of a table.
    "MALLOC_MMAP_THRESHOLD_": "131072",
}
_PROGRAM: Final = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from iqgeo.workers import child; "


@dataclass(frozen=True)
class Bounds:
    """What one call may use.

    Attributes
    ----------
    memory_bytes : int
        Memory of the child, beyond what it has at the start.
    cpu_s, wall_s : int
        Seconds of work, and on the clock.
    answer_bytes : int
        Size of what comes back.
    """

    memory_bytes: int
    cpu_s: int
    wall_s: int
    answer_bytes: int


class WorkerFaultError(RuntimeError):
    """The child met a fault of ours; the message is its traceback."""


Told = Callable[[Any], None]


def run(
    function: str,
    /,
    *arguments: Any,
    file: str,
    bounds: Bounds,
    room: bytes = b".",
    told: Told | None = None,
) -> Any:
    """Call ``function`` in a child and return what it returns.

    Parameters
    ----------
    function : str
        ``"module:name"``.
    file : str
        The name that is said when the child fails.
    bounds : Bounds
        Memory, time and size of the answer.
    room : bytes
        What the child has loaded before, one of :data:`iqgeo.workers.child.ROOMS`.
    told : Told | None
        Called with what the function says on the way (:func:`iqgeo.workers.child.tell`).
    *arguments : Any
        Plain data (:mod:`iqgeo.workers.plain`), as is what it returns.

    Raises
    ------
    InputError
        As ``function`` does; or if the child crashed, ran out of memory or time, or could not be started.
    """
    call = {
        "function": function,
        "arguments": list(arguments),
        "temporary": _temporary(),
        **vars(bounds),
    }
    with _SLOTS:
        parts = to_parts(call)
        answer, status = _PROCESS.ask(parts, bounds, room, told) if _FORKS else _once(parts, bounds)
    if answer is None:
        raise InputError(_ended(status, file, bounds))
    try:
        kind, *rest = from_bytes(answer)
    except ValueError as error:
        # What the file has made of the child speaks no language of ours.
        raise InputError(Problem("reader_crashed", file)) from error
    if kind == "value":
        return rest[0]
    if kind == "problems":
        raise InputError(rest[0])
    if kind == "fault":
        raise WorkerFaultError(rest[0])
    raise InputError(_too_much(file, bounds))


def warm() -> None:
    """Start the process that forks, without waiting: the first call then finds it ready."""
    if _FORKS:
        _PROCESS.start()


def _temporary() -> str:
    try:
        return tempfile.gettempdir()
    except OSError:
        # Nowhere to write: readers that must are told by the system itself.
        return ""


def _ended(status: int | None, file: str, bounds: Bounds) -> Problem:
    """Why there is no answer, as far as the way it ended tells."""
    if status is None:
        return Problem("reader_unavailable", file)
    if status == OUT_OF_TIME or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
        return Problem("reader_slow", file, details={"limit": bounds.cpu_s})
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        # The system's own hand: memory ran out for everybody.
        return _too_much(file, bounds)
    return Problem("reader_crashed", file)


def _too_much(file: str, bounds: Bounds) -> Problem:
    return Problem("reader_memory", file, details={"limit": round(bounds.memory_bytes / _MIB, 0)})


class _Process:
    """The process that forks, started when first needed and again should it be gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> None:
        """Start it unless it runs."""
        with self._lock:
            self._started()

    def ask(
        self, call: list[Any], bounds: Bounds, room: bytes = b".", told: Told | None = None
    ) -> tuple[bytearray | None, int | None]:
        """The child's answer, if it gave one, and how it ended, if that is known."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                if not self._sent(theirs, room):
                    return None, None
            ours.settimeout(bounds.wall_s + _GRACE_S)
            answer = None
            try:
                send(ours, call)
                # The keeper's word on how it ended comes last, and is the shortest.
                while len(message := receive(ours, max(bounds.answer_bytes, STATUS.size))) != STATUS.size:
                    if not (len(message) < _MOST_TOLD and _was_told(message, told)):
                        answer = message
            except TimeoutError:
                return None, OUT_OF_TIME
            except (EOFError, OSError):
                return None, None
        return answer, STATUS.unpack(message)[0]

    def close(self) -> None:
        """End it: it goes when nobody can call it any more."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                self._process.wait(_GRACE_S)
            self._control = self._process = None

    def forget(self) -> None:
        """In a fork of this process: the other one's is not ours to end or to call."""
        self.__init__()  # type: ignore[misc]

    def _sent(self, theirs: socket.socket, room: bytes) -> bool:
        """Hand over one end of a connection; a second time to a new process if the old one is gone."""
        for _ in range(2):
            with self._lock:
                control = self._started()
                if control is None:
                    return False
                try:
                    socket.send_fds(control, [room], [theirs.fileno()])
                    return True
                except OSError:
                    control.close()
                    self._control = None
        return False

    def _started(self) -> socket.socket | None:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.wait(_GRACE_S)
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 -- our own interpreter and our own words
                    [sys.executable, "-c", f"{_PROGRAM}child.serve(warm=True)", json.dumps(sys.path)],
                    stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=_stderr(),
                    env={**os.environ, **_QUIET}, start_new_session=True,
                )  # fmt: skip
        except OSError:
            ours.close()
            self._process = self._control = None
            return None
        self._control = ours
        return ours


def _was_told(message: bytearray, told: Told | None) -> bool:
    """Whether this is no answer yet; then whoever wants to know is told."""
    try:
        kind, *rest = from_bytes(message)
    except (TypeError, ValueError):
        return False
    if kind != TOLD or len(rest) != 1:
        return False
    if told is not None:
        told(rest[0])
    return True


def _stderr() -> int | None:
    """Compiled readers print what a file makes them print: no terminal's business."""
    return None if os.environ.get("IQGEO_DEBUG") else subprocess.DEVNULL


def _once(call: list[Any], bounds: Bounds) -> tuple[bytes | None, int | None]:
    """A process of its own for one call, where processes cannot fork."""
    command = [sys.executable, "-c", f"{_PROGRAM}child.answer_once()", json.dumps(sys.path)]
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and our own words
            command, input=b"".join(call), stdout=subprocess.PIPE, stderr=_stderr(),
            env={**os.environ, **_QUIET}, timeout=bounds.wall_s, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None, OUT_OF_TIME
    except OSError:
        return None, None
    return (done.stdout, 0) if done.returncode == 0 and done.stdout else (None, 1)


_SLOTS: Final = threading.BoundedSemaphore(_AT_ONCE)
_PROCESS: Final = _Process()
atexit.register(_PROCESS.close)
if _FORKS:
    os.register_at_fork(after_in_child=_PROCESS.forget)
