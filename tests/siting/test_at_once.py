"""Solves at the same time in threads of one process, as tabs ask for them, are what each is alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

from iqgeo.siting import full_cover, keep_best, max_cover, p_center, p_median

TOGETHER = 4


def test_solves_at_the_same_time_find_what_each_finds_alone(tables):
    given = [tables(seed, n_demand=400, n_sites=40) for seed in range(TOGETHER)]

    def found(table):
        sets = table.within(35.0)
        answers = (
            max_cover(sets, 7), full_cover(sets, 0.9), keep_best(sets, range(20), 5), p_median(table, 30),
            p_center(table, 30),
        )  # fmt: skip
        assert {it.status for it in answers} == {"optimal"}
        return [(it.objective, it.bound, list(it.sites)) for it in answers]

    alone = [found(table) for table in given]
    assert len({str(it) for it in alone}) == TOGETHER
    ready = threading.Barrier(TOGETHER)

    def at_once(table):
        ready.wait(60)
        return [found(table) for _ in range(2)]

    with ThreadPoolExecutor(TOGETHER) as threads:
        assert list(threads.map(at_once, given)) == [[it, it] for it in alone]
