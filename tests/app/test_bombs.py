"""Bombs brought to a server while somebody else works on it: who else is there notices nothing.

A real server in a process of its own, as people use it; those who bring files and the one who works are tabs
that speak its protocol and draw nothing.
"""

import itertools
import os
import statistics
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.app.client import Visitor, server
from iqgeo.app.uploads import KINDS
from iqgeo.texts import text
from tests.inputs.bombs import HEADER, MAKERS
from tests.inputs.test_bombs import HEAVY

MIB = 1024 * 1024
MOST_GROWTH_MB = 100
BESIDE_OTHERS = "PYTEST_XDIST_WORKER" in os.environ
WORST_S = 15.0 if BESIDE_OTHERS else 5.0

UPLOAD_BYTES = 50 * MIB
"""What the app's own settings let through."""

PAGES = ("", "planung", "lueckenliste")
FAULT = text("app.fault", "de").partition("**")[2].partition("**")[0]

# As every kind of file that may end so, not as one of them in turn: only with IQGEO_BOMBS=all, as by night.
ALL = os.environ.get("IQGEO_BOMBS") == "all"


def bring(tab: Visitor, number: int, file: str, content: bytes) -> None:
    """Bring a file as every kind, or as one of them; a plan where plans are."""
    ending = Path(file).suffix[1:]
    if ending == "toml" or (ending == "zip" and number % 2):
        tab.look("plaene")
        tab.bring("plans-read", file, content)
        assert FAULT not in tab.words
        return
    for kind in KINDS if ALL else (KINDS[number % len(KINDS)],):
        tab.look("daten")
        tab.choose("data-kind", text(f"app.data.kind_{kind}", "de"))
        tab.bring("data-file", file, content)
        assert FAULT not in tab.words


@pytest.mark.slow
def test_another_session_answers_while_bombs_are_thrown() -> None:
    # By day every bomb is thrown at its reader alone (tests/inputs), and here every fourth of each form that
    # takes no seconds: what it would do to others it would do by time or memory, as any other. By night all.
    light = sorted((it for it in MAKERS if it[0] not in HEAVY), key=lambda it: Path(it[1]).suffix)
    forms = [[*of_a_form] for _, of_a_form in itertools.groupby(light, key=lambda it: Path(it[1]).suffix)]
    thrown = MAKERS if ALL else [it for of_a_form in forms for it in of_a_form[::4]]
    ready = [(name, file, make(1)) for name, file, make in thrown]
    assert {Path(file).suffix for _, file, _ in ready} == {Path(file).suffix for _, file, _ in MAKERS}
    assert len(ready) >= (60 if ALL else 20)
    assert all(len(content) < UPLOAD_BYTES for _, _, content in ready)
    with server() as app:
        other, *throwers = (Visitor(app.address, "daten") for _ in range(3))
        # Everything is loaded and warm, the process that forks included: only what bombs do is measured.
        for at, tab in enumerate(throwers):
            bring(tab, at, "a.csv", HEADER + b"A,a,9,53\n")
            tab.look("planung")
        alone_s = [other.look(PAGES[at % len(PAGES)]) for at in range(9)]
        before = most = app.resident_mb
        left, answers_s, faults = list(enumerate(ready)), [], []

        def throw(tab: Visitor) -> None:
            while left:
                number, (name, file, content) = left.pop()
                try:
                    bring(tab, number, file, content)
                except BaseException as error:  # noqa: BLE001 -- told by the test itself
                    faults.append(f"{name}: {error!r}")

        threads = [threading.Thread(target=throw, args=(it,)) for it in throwers]
        for it in threads:
            it.start()
        while any(it.is_alive() for it in threads):
            answers_s.append(other.look(PAGES[len(answers_s) % len(PAGES)]))
            most = max(most, app.resident_mb)
            assert FAULT not in other.words
            time.sleep(0.6)
        for tab in (other, *throwers):
            tab.close()
    assert not faults
    assert most - before < MOST_GROWTH_MB, f"{most - before:.0f} MB more"
    # Every page takes as long as alone, and at most a second more. Where other tests work on the same
    # cores, pages wait for them, too, which is no fault of the bombs: then it is every other, and twice.
    slowest = (max(alone_s) + statistics.median(alone_s)) * (1 + BESIDE_OTHERS)
    most_s, worst_s = float(np.quantile(answers_s, 0.5 if BESIDE_OTHERS else 1.0)), max(answers_s)
    assert most_s < slowest + 1.0, f"{most_s:.1f} s, alone {max(alone_s):.1f} s"
    assert worst_s < slowest + WORST_S, f"{worst_s:.1f} s, alone {max(alone_s):.1f} s"
