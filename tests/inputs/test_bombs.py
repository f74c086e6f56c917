"""Files that claim to be large, thrown at every reader: a sentence each, and this process stays as it is."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest

from iqgeo.errors import InputError
from iqgeo.inputs import (
    check_file,
    limits,
    read_candidates,
    read_demand,
    read_distances,
    read_districts,
    read_offices,
    read_shares,
)

from .bombs import HEADER, MAKERS

MIB = 1024 * 1024
MOST_S = 60
MOST_GROWTH = 100 * MIB
READERS: tuple[Callable[..., object], ...] = (
    read_candidates, read_demand, read_distances, read_districts, read_offices,
)  # fmt: skip
# What is no lie: a part is odd or unused, and the table in the file is read.
HARMLESS = {
    "dimensions of the whole sheet", "merged cells without number", "deep XML",
    "a coordinate system of four megabytes", "zip with false sizes",
}  # fmt: skip
# By day a bomb meets the check, by night two readers as well, one of which must refuse it: what they share,
# the table, is where it explodes.
ALL = os.environ.get("IQGEO_BOMBS") == "all"
TABLES = [it for it in MAKERS if not it[1].endswith(".toml")]
# Seconds each: the check suffices, and by day a third of their size, with a quarter of the memory to fill.
HEAVY = {
    "nothing but lines", "twenty million empty cells", "a default of ten megabytes", "lists without end",
    "keys without end", "twenty-nine million rows of nothing", "one number twenty million times",
    "gzip flood of rows", "giant field",
}  # fmt: skip


@contextmanager
def watched_memory() -> Iterator[Callable[[], int]]:
    """The most that this process grew by, looked at every few milliseconds."""
    process = psutil.Process()
    before = most = process.memory_info().rss
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.005):
            most = max(most, process.memory_info().rss)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: most - before
    finally:
        done.set()
        thread.join()


def test_there_are_sixty_of_every_form() -> None:
    assert len(TABLES) >= 60
    assert {name.partition(".")[2] for _, name, _ in TABLES} >= {
        "csv", "csv.gz", "zip", "xlsx", "xls", "ods", "gpkg", "geojson", "parquet",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "file", "make"), TABLES, ids=[it[0] for it in TABLES])
def test_a_bomb_is_a_sentence(
    name: str, file: str, make: Callable[[float], bytes], region, monkeypatch
) -> None:
    content = make(1 if ALL or name not in HEAVY else 1 / 3)
    if not ALL:
        monkeypatch.setattr(limits, "READER_BYTES", limits.READER_BYTES // 4)
    # The process that forks is there, libraries and region are loaded: only what the bomb does is measured.
    check_file((HEADER + b"A,a,9,53\n", "a.csv"), region)
    begun = time.monotonic()
    with watched_memory() as growth:
        report = check_file((content, file), region)
        assert report.ok == (name in HARMLESS and report.kind == "offices"), report
        for problem in report.problems:
            for lang in ("de", "en"):
                assert len(problem.sentence(lang)) < 2_000
        # Another reader for every bomb; by day the pages' readers meet some (tests/app/test_bombs.py).
        if ALL and name not in HEAVY:
            with suppress(InputError):
                READERS[len(name) % len(READERS)]((content, file))
            with pytest.raises(InputError):
                read_shares((content, file), region)
        assert growth() < MOST_GROWTH
    assert time.monotonic() - begun < MOST_S
