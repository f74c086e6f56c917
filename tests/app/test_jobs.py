"""Long work beside the page: one at a time, can be stopped, ends when nobody watches."""

import threading
import time

import pytest

from iqgeo.app import jobs
from iqgeo.app.jobs import Job
from iqgeo.errors import InputError, Problem
from iqgeo.siting import Control, SearchProgress


def until_stopped(control: Control) -> str:
    control.progress(SearchProgress(1.0, 2.0, 1.0, 0.1))
    while not control.stop():
        time.sleep(0.005)
    return "the best so far"


def wait_for(condition) -> None:
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("never came true")


def test_stopping_keeps_the_best() -> None:
    job = Job(until_stopped, threading.Lock())
    wait_for(lambda: job.progress is not None)
    assert job.running
    assert job.progress.bound == 2.0
    job.stop()
    job.wait()
    assert not job.running
    assert job.result == "the best so far"


def test_how_long_it_works_is_told_also_while_nothing_new_is_found() -> None:
    job = Job(until_stopped, threading.Lock())
    wait_for(lambda: job.progress is not None)
    assert job.progress is not None
    first = job.progress.seconds
    wait_for(lambda: job.progress.seconds > first + 0.02)
    job.stop()
    job.wait()


def test_one_at_a_time_and_the_other_waits() -> None:
    lock = threading.Lock()
    first = Job(until_stopped, lock)
    wait_for(lambda: not first.waiting)
    second = Job(until_stopped, lock)
    time.sleep(0.05)
    assert second.waiting
    first.stop()
    wait_for(lambda: not second.waiting)
    second.stop()
    second.wait()
    assert second.result == "the best so far"


def test_closed_tab_stops_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "UNWATCHED_S", 0.05)
    job = Job(until_stopped, threading.Lock(), watched=lambda: False)
    job.wait(10)
    assert not job.running


def test_a_watched_job_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "UNWATCHED_S", 0.3)
    asked = iter([True, False] * 1000)
    job = Job(until_stopped, threading.Lock(), watched=lambda: next(asked, True))
    time.sleep(0.6)
    assert job.running, "a tab that is gone for a moment only"
    job.stop()
    job.wait()


def test_problems_and_faults_come_back() -> None:
    def unusable(control: Control) -> None:
        raise InputError(Problem("candidates_empty"))

    def broken(control: Control) -> None:
        raise ZeroDivisionError

    lock = threading.Lock()
    for work, name in ((unusable, "problem"), (broken, "fault")):
        job = Job(work, lock)
        job.wait(10)
        assert job.result is None
        assert getattr(job, name) is not None
    assert not lock.locked()
