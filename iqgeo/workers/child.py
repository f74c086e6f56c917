"""The other side of :mod:`iqgeo.workers.guarded`: a process that reads files for another.

It loads what reading needs once, and forks for every call: a keeper, which waits, tidies up and tells how
it ended, and in it the one that reads, with limits on memory and time. Nothing here knows what a file is.
"""

import gc
import importlib
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from iqgeo.errors import InputError
from iqgeo.workers.plain import from_bytes, to_parts

LENGTH: Final = struct.Struct("<Q")
STATUS: Final = struct.Struct("<i")
TOLD: Final = "told"
OUT_OF_TIME: Final = -1_000_000
"""Stands for a wait status: the keeper ended the call because the clock on the wall said so."""

# What reading any form imports; loaded once, shared by every fork.
_READING: Final = (
    "pyarrow.csv", "pyarrow.parquet", "pyogrio.raw", "shapely", "python_calamine", "sqlite3",
    "iqgeo.inputs.read", "iqgeo.inputs.grids", "iqgeo.inputs.workbook", "iqgeo.inputs.parquet",
    "iqgeo.inputs.geojson", "iqgeo.inputs.geopackage", "iqgeo.inputs.text_table",
    "iqgeo.inputs.register_text", "iqgeo.inputs.twice_encoded", "pyarrow.pandas_compat", "resource",
    "pyarrow.vendored.version",
)  # fmt: skip
ROOMS: Final = {
    b".": (),
    b"r": ("iqgeo.distances.roads.ready",),
    b"g": ("geopandas", "pyarrow.dataset", "iqgeo.region_folder", "iqgeo.inputs.outlines"),
    b"s": ("alembic.command", "iqgeo.store.backup"),
}
"""What else is loaded, when it is first asked for: roads, a region's tables and a backup take more."""

_MIB: Final = 1024 * 1024
_MAPPED: Final = 1024 * _MIB
"""Address space beyond the memory in use: libraries, reservations that are never filled."""


def serve(warm: bool) -> NoReturn:
    """Fork for every connection that arrives on standard input, until whoever sends them is gone."""
    # Ctrl+C is for the program that asked; ended children need no looking after.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    if warm:
        for name in _READING:
            importlib.import_module(name)
        gc.collect()
        gc.freeze()
    with socket.socket(fileno=0) as control:
        while True:
            message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not message:
                os._exit(0)
            for name in ROOMS[message]:
                importlib.import_module(name)
            for descriptor in descriptors:
                _fork(control, descriptor)
                os.close(descriptor)


def _fork(control: socket.socket, descriptor: int) -> None:
    try:
        keeper = os.fork()
    except OSError:
        # Closing the connection says that nothing came of it.
        return
    if keeper == 0:
        try:
            control.close()
            with socket.socket(fileno=descriptor) as connection:
                _keep(connection)
        finally:
            os._exit(0)


def _keep(connection: socket.socket) -> None:
    """Let a child answer, tidy up after it, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    call = from_bytes(receive(connection))
    folder = _folder(call["temporary"])
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = _answer(connection, call)
        finally:
            os._exit(code)
    late = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal late
        late = True
        os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end)
    signal.alarm(call["wall_s"])
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    send(connection, [STATUS.pack(OUT_OF_TIME if late else status)])


def _folder(parent: str) -> str | None:
    """A folder for what the child writes down on the way; it goes whatever becomes of the child."""
    try:
        folder = tempfile.mkdtemp(prefix="iqgeo-", dir=parent)
    except OSError:
        # Most readers need none; one that does says so.
        return None
    tempfile.tempdir = folder
    return folder


def tell(value: Any) -> None:
    """Tell the one that asked how far it has come, while the answer is not there yet: plain data."""
    if _ASKED:
        send(_ASKED[0], to_parts([TOLD, value]))


_ASKED: Final[list[socket.socket]] = []
"""The connection to the one that asked, in a child that answers."""


def _answer(connection: socket.socket, call: dict[str, Any]) -> int:
    _ASKED[:] = [connection]
    _limit(call["memory_bytes"], call["cpu_s"])
    send(connection, _answer_of(call))
    return 0


def _answer_of(call: dict[str, Any]) -> list[Any]:
    """The answer in parts; a child that has no memory left can still say so."""
    try:
        answer = to_parts(_called(call["function"], call["arguments"]))
        if sum(map(len, answer)) <= call["answer_bytes"]:
            return answer
    except MemoryError:
        pass
    return to_parts(["too_much"])


def _called(function: str, arguments: list[Any]) -> list[Any]:
    module, _, name = function.partition(":")
    try:
        run: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return ["value", run(*arguments)]
    except InputError as error:
        return ["problems", list(error.problems)]
    except MemoryError:
        return ["too_much"]
    except Exception:  # noqa: BLE001 -- whatever it is, the process that asked wants to hear of it
        return ["fault", traceback.format_exc()]


def _limit(memory_bytes: int, cpu_s: int) -> None:
    import resource

    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_CPU, cpu_s)
    data, mapped = _in_use()
    _lower(resource.RLIMIT_DATA, data + memory_bytes)
    _lower(resource.RLIMIT_AS, mapped + memory_bytes + _MAPPED)


def answer_once() -> None:
    """Answer one call from standard input to standard output, where a process cannot fork (Windows).

    Another process all the same, with a limit on time that the caller keeps; memory is not limited there.
    """
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    out.writelines(_answer_of(from_bytes(sys.stdin.buffer.read())))
    out.close()


def _lower(what: int, limit: int) -> None:
    """Set a limit, unless a lower one holds already."""
    import resource

    soft, hard = resource.getrlimit(what)
    lowest = min(it for it in (limit, soft, hard) if it != resource.RLIM_INFINITY)
    resource.setrlimit(what, (lowest, hard))


def _in_use() -> tuple[int, int]:
    """Bytes of data and of address space this process has already; a guess where the system does not tell."""
    found = {"VmData": 512 * 1024, "VmSize": 2048 * 1024}
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            name, _, amount = line.partition(":")
            if name in found:
                found[name] = int(amount.split()[0])
    except OSError:
        pass
    return found["VmData"] * 1024, found["VmSize"] * 1024


def send(connection: socket.socket, parts: list[Any]) -> None:
    """Send one message: its length and its bytes."""
    connection.sendall(LENGTH.pack(sum(map(len, parts))))
    for part in parts:
        connection.sendall(part)


def receive(connection: socket.socket, most: int | None = None) -> bytearray:
    """The next message (see :func:`send`).

    Raises
    ------
    EOFError
        If the other side has gone, or announces more than ``most`` bytes.
    """
    (length,) = LENGTH.unpack(_exactly(connection, LENGTH.size))
    if most is not None and length > most:
        raise EOFError
    return _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytearray:
    content = bytearray(length)
    view, at = memoryview(content), 0
    while at < length:
        count = connection.recv_into(view[at:], min(length - at, 16 * _MIB))
        if not count:
            raise EOFError
        at += count
    return content
