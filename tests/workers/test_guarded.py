"""Whatever becomes of the child, the one that asked gets an answer or a sentence, and lives on."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from iqgeo.errors import InputError, Problem
from iqgeo.workers import guarded
from iqgeo.workers.child import tell
from iqgeo.workers.guarded import Bounds, WorkerFaultError, run

MIB = 1024 * 1024
BOUNDS = Bounds(memory_bytes=512 * MIB, cpu_s=20, wall_s=60, answer_bytes=64 * MIB)
SHORT = Bounds(memory_bytes=512 * MIB, cpu_s=1, wall_s=20, answer_bytes=MIB)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="limits need a system that can fork")


# What children are asked to do: found by name, as readers are.


def processor_s() -> float:
    """Seconds of the processor that this process has taken."""
    return time.process_time()


def add(left: int, right: int) -> int:
    return left + right


def counting() -> str:
    for at in range(3):
        tell([at, {"of": 3}])
    return "done"


def abort() -> None:
    os.abort()


def fall() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def be_ended() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    os._exit(0)


def hoard() -> int:
    kept = []
    while True:
        kept.append(bytearray(16 * MIB))


def swallow_and_hoard() -> int:
    """A reader that takes a lack of memory for a broken file and tries the next thing."""
    kept = []
    while True:
        try:
            kept.append(bytearray(64 * MIB))
        except MemoryError:
            return len(kept)


def turn() -> None:
    while True:
        pass


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def large(count: int) -> bytes:
    return bytes(count)


def refuse() -> None:
    raise InputError([Problem("file_empty", "a.csv"), Problem("file_empty", "b.csv", 3)])


def stumble() -> None:
    raise ZeroDivisionError("over here")


def litter() -> str:
    import tempfile

    Path(tempfile.gettempdir(), "half").write_bytes(b"x" * 1000)
    folder = tempfile.gettempdir()
    if os.environ.get("NEVER") is None:
        os.kill(os.getpid(), signal.SIGKILL)
    return folder


def threads() -> int:
    return threading.active_count()


def noise() -> int:
    os.write(1, b"\x1b[31mout")
    os.write(2, b"\x1b[31merr")
    return 7


def ask(function: Any, *arguments: Any, bounds: Bounds = BOUNDS) -> Any:
    # The process that forks must find this module as the tests' runner did.
    return run(
        "tests.workers.test_guarded:" + function.__name__, *arguments, file="liste.xlsx", bounds=bounds
    )


def code_of(function: Any, *arguments: Any, bounds: Bounds = BOUNDS) -> str:
    with pytest.raises(InputError) as refused:
        ask(function, *arguments, bounds=bounds)
    (problem,) = refused.value.problems
    assert problem.file == "liste.xlsx"
    for lang in ("de", "en"):
        assert "liste.xlsx" in problem.sentence(lang)
        assert "{" not in problem.sentence(lang)
    return problem.code


@pytest.fixture(scope="module", autouse=True)
def found_by_the_child():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).resolve().parents[2]))
        guarded._PROCESS.close()
        yield
    guarded._PROCESS.close()


def test_an_answer_comes_back() -> None:
    assert ask(add, 2, 3) == 5


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (abort, "reader_crashed"),
        (fall, "reader_crashed"),
        (leave, "reader_crashed"),
        (be_ended, "reader_memory"),
        (hoard, "reader_memory"),
    ],
)
def test_the_end_of_a_child_is_a_sentence(function: Any, code: str) -> None:
    assert code_of(function) == code
    assert ask(add, 1, 1) == 2


def test_memory_is_limited_even_for_who_does_not_care() -> None:
    assert ask(swallow_and_hoard) <= 512 // 64


def test_work_is_limited() -> None:
    begun = time.monotonic()
    assert code_of(turn, bounds=SHORT) == "reader_slow"
    assert time.monotonic() - begun < 15


def test_waiting_is_limited() -> None:
    begun = time.monotonic()
    assert code_of(sleep, 60, bounds=Bounds(512 * MIB, 20, 1, MIB)) == "reader_slow"
    assert time.monotonic() - begun < 15


def test_an_answer_is_limited() -> None:
    assert len(ask(large, 10 * MIB)) == 10 * MIB
    assert code_of(large, 10 * MIB, bounds=SHORT) == "reader_memory"


def test_problems_come_back_as_they_were() -> None:
    with pytest.raises(InputError) as refused:
        ask(refuse)
    assert [(it.code, it.file, it.row) for it in refused.value.problems] == [
        ("file_empty", "a.csv", None),
        ("file_empty", "b.csv", 3),
    ]


def test_a_fault_of_ours_stays_one() -> None:
    with pytest.raises(WorkerFaultError, match="over here"):
        ask(stumble)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert code_of(litter) == "reader_memory"
    assert not list(tmp_path.iterdir())


def test_the_child_has_one_thread_and_no_voice(capfd: pytest.CaptureFixture[str]) -> None:
    assert ask(threads) == 1
    assert ask(noise) == 7
    assert capfd.readouterr() == ("", "")


def test_many_at_once_from_many_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: ask(add, n, 1) if n % 3 else code_of(abort), range(24)))
    assert answers == [n + 1 if n % 3 else "reader_crashed" for n in range(24)]


def test_a_lost_process_is_started_again() -> None:
    ask(add, 1, 1)
    assert guarded._PROCESS._process is not None
    guarded._PROCESS._process.kill()
    guarded._PROCESS._process.wait()
    assert ask(add, 2, 2) == 4


def test_no_process_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    guarded._PROCESS.close()
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert code_of(add, 1, 1) == "reader_unavailable"
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert code_of(add, 1, 1) == "reader_unavailable"


def test_a_call_is_quick() -> None:
    ask(add, 1, 1)
    asked = guarded._PROCESS._process
    assert asked is not None

    def spent() -> float:
        # Of the process that forks and of ours: by the clock a busy machine would count, too.
        return sum(psutil.Process(asked.pid).cpu_times()[:2]) + time.process_time()

    taken = []
    for _ in range(5):
        begun = spent()
        of_child = ask(processor_s)
        taken.append(of_child + spent() - begun)
    assert guarded._PROCESS._process is asked
    assert 0 < min(taken) < 0.3, taken


def test_where_processes_cannot_fork_there_is_one_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "_FORKS", False)
    assert ask(add, 2, 3) == 5
    assert code_of(abort) == "reader_crashed"
    assert code_of(sleep, 60, bounds=Bounds(512 * MIB, 20, 2, MIB)) == "reader_slow"
    with pytest.raises(InputError):
        ask(refuse)
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert code_of(add, 1, 1) == "reader_unavailable"


def test_nothing_outlives_the_program() -> None:
    script = """
        import os, sys
        from iqgeo.workers import guarded
        bounds = guarded.Bounds(2**29, 20, 60, 2**20)
        print(guarded.run("os:getppid", file="x", bounds=bounds), flush=True)
        print(guarded._PROCESS._process.pid, flush=True)
        if sys.argv[1] == "killed":
            os.kill(os.getpid(), 9)
    """
    for end in ("by itself", "killed"):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script), end],
            capture_output=True, text=True, check=False, timeout=60,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )  # fmt: skip
        pids = [int(it) for it in done.stdout.split()]
        assert len(pids) == 2, done.stderr
        until = time.monotonic() + 20
        while any(map(psutil.pid_exists, pids)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not any(map(psutil.pid_exists, pids))


def test_a_fork_of_ours_asks_a_process_of_its_own() -> None:
    ask(add, 1, 1)
    mine = guarded._PROCESS._process
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(ask(add, 20, 1)).encode())
        finally:
            guarded._PROCESS.close()
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"21"
    os.waitpid(child, 0)
    assert guarded._PROCESS._process is mine
    assert ask(add, 1, 1) == 2


def test_what_is_told_on_the_way_is_heard_in_order_and_is_no_answer() -> None:
    heard: list[Any] = []
    said = run(f"{__name__}:counting", file="a.csv", bounds=BOUNDS, told=heard.append)
    assert said == "done"
    assert heard == [[at, {"of": 3}] for at in range(3)]
    assert run(f"{__name__}:counting", file="a.csv", bounds=BOUNDS) == "done"
    # Outside of a child there is nobody to tell.
    assert counting() == "done"
