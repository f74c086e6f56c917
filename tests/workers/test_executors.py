"""In a row, on processes and on a real scheduler of Dask with two workers on the loopback address."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from iqgeo.errors import InputError
from iqgeo.workers.executor import Serial, executor_of, faster_in_a_row
from iqgeo.workers.results import run_tasks
from tests.ports import free_port
from tests.workers import tasks

ROOT = Path(__file__).resolve().parents[2]
ITEMS = {f"task {number}": number for number in range(7)}

# Dask leaves sockets and loops to the garbage collector, which may find them in any test.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Cluster:
    """A scheduler and workers as processes of their own, as on real machines."""

    def __init__(self):
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.workers = []
        self.begin()

    def begin(self):
        """Start the scheduler."""
        port = self.address.rpartition(":")[2]
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", port)

    def ready(self, workers):
        """Have exactly so many workers: those of earlier tests that still live, and new ones."""
        self.workers = [it for it in self.workers if it.poll() is None]
        while len(self.workers) < workers:
            self.add_worker()
        for process in self.workers[workers:]:
            process.kill()
            process.wait()
        del self.workers[workers:]

    def _start(self, *words, **environment):
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words, "--no-dashboard"],
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def add_worker(self, **environment):
        self.workers.append(
            self._start(
                "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", **environment
            )
        )

    def executor(self, workers, seconds=60):
        """Connect once so many workers are there."""
        limit = time.monotonic() + seconds
        while True:
            try:
                found = executor_of(f"dask:{self.address}")
            except InputError as error:
                late = time.monotonic() > limit
                if late or error.problems[0].code not in {"executor_no_scheduler", "executor_no_workers"}:
                    raise
            else:
                if found.number == workers or time.monotonic() > limit:
                    return found
                found.close()
            time.sleep(0.3)

    def end(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def one_cluster():
    pytest.importorskip("distributed", reason="the extra iqgeo[dask] is not installed")
    started = Cluster()
    yield started
    started.end()


@pytest.fixture
def cluster(one_cluster):
    """One for all tests: starting costs more than what they ask of it."""
    if one_cluster.scheduler.poll() is not None:
        one_cluster.ready(0)
        one_cluster.begin()
    return one_cluster


def answers(executor, function, items):
    return {done.key: (done.value, done.error) for done in executor.run(function, items)}


def test_processes_answer_as_in_a_row_and_name_what_fails(tmp_path):
    in_a_row = answers(Serial(), tasks.some_fail, ITEMS)
    assert in_a_row["task 3"] == (None, "ValueError: three is too many")
    assert sum(error == "" for _, error in in_a_row.values()) == 5
    with executor_of("processes:2") as workers:
        assert answers(workers, tasks.some_fail, ITEMS) == in_a_row
        assert tasks.in_parts(workers) == tasks.in_parts(Serial()) == tasks.in_parts(None)
        whole = run_tasks(workers, tasks.rows, ITEMS, tmp_path / "two.parquet").path
    assert (
        whole.read_bytes()
        == run_tasks(Serial(), tasks.rows, ITEMS, tmp_path / "one.parquet").path.read_bytes()
    )


def test_a_process_that_dies_takes_only_its_own_task_along(tmp_path):
    with executor_of("processes:2") as workers:
        once = answers(workers, tasks.die_once, {key: (n, str(tmp_path)) for key, n in ITEMS.items()})
        always = answers(workers, tasks.die_always, ITEMS)
        unsent = answers(workers, tasks.unsendable, {"a": 0, "b": 1, "c": 2})
    expected = answers(Serial(), tasks.root, ITEMS)
    assert once == expected
    assert always == {**expected, "task 2": (None, "its process died")}
    assert unsent["a"] == (0, "")
    assert unsent["c"] == (2, "")
    assert "pickle" in unsent["b"][1]


@pytest.mark.slow
def test_a_cluster_answers_as_in_a_row_also_when_a_worker_is_killed(cluster, tmp_path):
    cluster.ready(2)
    with cluster.executor(2) as workers:
        assert tasks.in_parts(workers) == tasks.in_parts(None)
        assert answers(workers, tasks.some_fail, ITEMS) == answers(Serial(), tasks.some_fail, ITEMS)
        there = run_tasks(workers, tasks.rows, ITEMS, tmp_path / "there.parquet").path
        here = run_tasks(Serial(), tasks.rows, ITEMS, tmp_path / "here.parquet").path
        assert there.read_bytes() == here.read_bytes()
        # one worker dies over a task; the other one does the rest, that task included
        died = answers(workers, tasks.die_once, {key: (n, str(tmp_path)) for key, n in ITEMS.items()})
        assert died == answers(Serial(), tasks.root, ITEMS)
        assert (tmp_path / "died-2").exists()
        assert sum(worker.poll() is None for worker in cluster.workers) == 1


@pytest.mark.slow
def test_what_a_worker_takes_along_is_done_by_another(cluster, monkeypatch):
    """A worker that computed its tasks falls silent before it hands them over, and then dies."""
    monkeypatch.setattr("iqgeo.workers.cluster._FETCH_S", 0.5)
    cluster.ready(1)
    with cluster.executor(1) as workers:
        run = workers.run(tasks.root, ITEMS)
        found = [next(run)]
        time.sleep(0.5)  # the task sent ahead has ended, too, and lies with the only worker
        cluster.add_worker()
        cluster.workers[0].send_signal(signal.SIGSTOP)
        threading.Timer(2, cluster.workers[0].kill).start()
        found += run
    assert {done.key: (done.value, done.error) for done in found} == answers(Serial(), tasks.root, ITEMS)


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_said_and_the_run_goes_on_later(cluster, tmp_path):
    cluster.ready(1)
    items = {f"task {number}": str(tmp_path / f"go-{number}") for number in range(4)}
    (tmp_path / "go-0").touch()
    (tmp_path / "go-1").touch()
    out = tmp_path / "results.parquet"

    def kill_scheduler(step):
        if step.ended == 2:
            threading.Timer(0.2, cluster.scheduler.send_signal, [signal.SIGKILL]).start()

    with cluster.executor(1) as workers, pytest.raises(InputError) as caught:
        run_tasks(workers, waited, items, out, kill_scheduler)
    assert caught.value.problems[0].code == "executor_scheduler_gone"
    assert "answer" in caught.value.problems[0].what("en")
    assert not out.exists()
    for number in (2, 3):
        (tmp_path / f"go-{number}").touch()
    outcome = run_tasks(Serial(), waited, items, out)
    assert (outcome.kept, outcome.done) == (2, 2)


def waited(item):
    return [{"file": Path(tasks.wait_for_file(item)).name}]


@pytest.mark.slow
def test_workers_with_another_program_are_refused(cluster, tmp_path):
    copy = tmp_path / "iqgeo"
    for name in ("__init__.py", "errors.py", "py.typed"):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_bytes((ROOT / "iqgeo" / name).read_bytes())
    for part in ("workers", "texts", "safe"):
        (copy / part).symlink_to(ROOT / "iqgeo" / part)
    cluster.ready(0)
    cluster.add_worker(PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    with pytest.raises(InputError) as caught:
        cluster.executor(1)
    assert [problem.code for problem in caught.value.problems] == ["executor_other_program"]
    assert "iqgeo" in caught.value.problems[0].what("en")


def test_no_scheduler_at_an_address_is_said(monkeypatch):
    cluster_module = pytest.importorskip("iqgeo.workers.cluster")
    pytest.importorskip("distributed", reason="the extra iqgeo[dask] is not installed")
    monkeypatch.setattr(cluster_module, "_ANSWER_S", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        with pytest.raises(InputError) as caught:
            executor_of(f"dask:{address}")
        assert caught.value.problems[0].code == "executor_no_scheduler"


@pytest.mark.parametrize("wish", ["", "threads", "processes:0", "processes:x", "serial:2", "Dask"])
def test_an_unknown_way_is_refused_with_those_there_are(wish):
    with pytest.raises(InputError) as caught:
        executor_of(wish)
    assert "processes" in caught.value.problems[0].remedy("en")


def test_it_is_said_before_starting_when_one_core_is_faster():
    with contextlib.ExitStack() as stack:
        processes = stack.enter_context(executor_of("processes:2"))
        assert faster_in_a_row(processes, 20, 0.04)
        assert not faster_in_a_row(processes, 2000, 0.5)
        assert not faster_in_a_row(Serial(), 20, 0.04)
