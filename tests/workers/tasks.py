"""What the workers in the tests do: a module, so that any process can import it."""

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
