"""Files of roads that claim to be large: a sentence each, and this process stays as it is."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from iqgeo.distances.roads import build_roads
from iqgeo.errors import InputError
from tests.inputs.test_bombs import watched_memory

from .bombs import MAKERS

MIB = 1024 * 1024
MOST_S = 90
MOST_GROWTH = 100 * MIB
# What is no lie: odd, and read as it is.
HARMLESS = {"edges with ids beyond numbers", "a way of two hundred thousand points"}
# Seconds each: only with IQGEO_BOMBS=all, as in the nightly run.
HEAVY = {
    "a gigabyte of blanks in gzip", "a gigabyte of blanks in bzip2", "blocks of nothing",
    "ten million empty words",
    "a way of twenty million points in PBF", "edges of commas", "edges of a default of ten megabytes",
    "a block of a gigabyte", "laughs in a graph", "a list of lists of streets", "a system that is none",
    "a place of a million digits", "a length that is no number", "graphs within graphs",
    "edges of millions of nothing", "computed columns of edges", "an answer of empty objects",
    "a dictionary of one long id", "edges of quotes", "a way of two hundred thousand points",
}  # fmt: skip
ALL = os.environ.get("IQGEO_BOMBS") == "all"
THROWN = [it for it in MAKERS if ALL or it[0] not in HEAVY]


def test_there_are_forty_and_the_heavy_ones_are_among_them() -> None:
    names = {it[0] for it in MAKERS}
    assert len(names) == len(MAKERS) >= 40
    assert names >= HEAVY | HARMLESS


@pytest.mark.parametrize(("name", "file", "make"), THROWN, ids=[it[0] for it in THROWN])
def test_a_bomb_among_roads_is_a_sentence(
    name: str, file: str, make: Callable[[], bytes], tmp_path: Path
) -> None:
    path = tmp_path / file
    path.write_bytes(make())
    begun = time.monotonic()
    refused: InputError | None = None
    with watched_memory() as growth:
        try:
            build_roads(path, least_part_km=0)
        except InputError as error:
            refused = error
        assert growth() < MOST_GROWTH
    assert time.monotonic() - begun < MOST_S
    assert (refused is None) == (name in HARMLESS), refused
    for problem in refused.problems if refused else ():
        for lang in ("de", "en"):
            assert len(problem.sentence(lang)) < 2_000
