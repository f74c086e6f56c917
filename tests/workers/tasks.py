"""What the workers in the tests do: a module that any process can import, and in no time.

Each process that dies is followed by others: what only some tasks need is imported by those.
"""

import os
import signal
import time
from pathlib import Path

from iqgeo.errors import InputError, Problem


def root(item):
    return item**0.5 / 3


def rows(item):
    return [{"n": item, "root": item**0.5, "odd": bool(item % 2), "name": f"Nr. {item}"}]


def some_fail(item):
    if item == 3:
        raise ValueError("three is too many")
    if item == 4:
        raise InputError(Problem("target", column="target-km", value="4"))
    return root(item)


def die_once(item):
    """Kill the own process the first time; ``item`` is a number and a folder to remember it in."""
    number, folder = item
    marker = Path(folder) / f"died-{number}"
    if number == 2 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return root(number)


def die_always(item):
    if item == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return root(item)


def wait_for_file(item):
    """Wait until a file is there (20 s at most), so that a test decides when."""
    for _ in range(400):
        if Path(item).exists():
            return item
        time.sleep(0.05)
    raise TimeoutError(item)


def unsendable(item):
    return (lambda: item) if item == 1 else item


def made_points():
    """Sites and places of a small land, an island among them, and people of the places."""
    import numpy as np

    from iqgeo.distances import Points

    rng = np.random.default_rng(18)
    sites, places = (
        Points.of(
            8 + 2 * rng.random(count), 52 + rng.random(count), np.where(rng.random(count) < 0.1, "isle", "")
        )
        for count in (40, 900)
    )
    return sites, places, rng.integers(0, 500, len(places)).astype(float)


def in_parts(executor):
    """All that is computed in parts, to the last bit: blocks of sites, tiles of places, robustness."""
    from iqgeo.distances import Detour
    from iqgeo.siting import DistanceTable, robust, vary
    from iqgeo.spread import pairs_by_blocks, sets_by_tiles

    sites, places, people = made_points()
    pairs = pairs_by_blocks(Detour(1.3), sites, places, 25.0, executor, size=7)
    sets = sets_by_tiles(Detour(1.3), sites, places, people, 25.0, executor, size=200)
    table = DistanceTable.from_pairs(pairs.candidate, pairs.place, pairs.distance_km, people, len(sites))
    firm = robust(vary(table, 6, seed=3, target_km=(18.0, 25.0)), 3, executor=executor)
    bits = [pairs.candidate, pairs.place, pairs.distance_km, sets.row_start, sets.row_site, sets.row_weight,
            sets.row_of_demand]  # fmt: skip
    return [it.tobytes() for it in bits], firm.plans, firm.worth, firm.regret, firm.site_share
