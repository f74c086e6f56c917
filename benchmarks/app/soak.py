"""Sixteen people on one server for twenty minutes: ``python -m benchmarks.app.soak --minutes 20``.

Each does at random what people do: moves an office, changes the stage, looks at the other pages, brings files
(good ones, and some made to bring a reader down), asks for a suggestion, closes the tab and comes back. They
speak the protocol of a browser tab (:mod:`benchmarks.app.client`): sixteen browsers on two cores would
measure the browsers.

Printed: answers, seconds of the median and of 95 of 100 by what was done, faults that a page showed, answers
that were not the library's own for that person's plan (a sample), and the server's memory over time. Exit
status 1 if anything failed.
"""

import argparse
import random
import statistics
import sys
import threading
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
import psutil

from benchmarks.app.client import Server, server
from benchmarks.app.sessions import Library, Person
from iqgeo.texts import text
from tests.inputs.bombs import MAKERS
from tests.inputs.conftest import SITES, excel

PEOPLE = 16
SAMPLE = 120
PAUSE_S = (0.2, 3.0)
MARKS = 10
PATIENCE_S = 60
"""So long somebody waits for a suggestion (others may be asking, too) before they stop it."""
PAGES = ("", "lueckenliste", "plaene", "zeit", "daten", "methode")
# Bombs that are small enough to be brought again and again.
SMALL = 200_000
GOOD = SITES.to_csv(index=False).encode()
FAULT = text("app.fault", "de").partition("**")[2].partition("**")[0]


def brought() -> list[tuple[str, bytes]]:
    """Files that people bring."""
    bombs = [(file, make(1)) for _, file, make in MAKERS[:60] if file.endswith((".xlsx", ".csv", ".geojson"))]
    bombs = [it for it in bombs if len(it[1]) < SMALL][:12]
    return [("stellen.csv", GOOD), ("stellen.xlsx", excel(a=SITES)), *bombs]


class Walker(Person):
    """One person who goes about at random."""

    def start(self, end: float, files: list[tuple[str, bytes]]) -> "Walker":
        self.end, self.files, self.chance = end, files, random.Random(self.seed)
        self.begun = time.monotonic()
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.faults: list[str] = []
        self.tabs = 0
        return self

    @property
    def ways(self) -> list[tuple[int, str, Callable[[], float | None]]]:
        """What there is to do, and how often of so many times."""
        return [
            (6, "move an office", self._move), (3, "change the stage", self._stage),
            (4, "look at a page", self._look), (2, "bring a file", self._bring),
            (1, "ask for a suggestion", self._solve), (1, "close and come back", self._reopen),
        ]  # fmt: skip

    def work(self) -> None:
        begun = False
        while time.monotonic() < self.end:
            weights = [it[0] for it in self.ways]
            _, name, act = self.chance.choices(self.ways, weights)[0] if begun else (1, "open", self._reopen)
            try:
                seconds = act()
                begun = True
            except Exception:  # noqa: BLE001 -- whatever it is, it is counted and told
                at = (time.monotonic() - self.begun) / 60
                self.faults.append(f"{name}, after {at:.1f} minutes: {traceback.format_exc(limit=-3)}")
                begun = False
                continue
            if seconds is not None:
                self.taken[name].append(seconds)
            if FAULT in self.tab.words:
                self.faults.append(f"{name}: the page says that a fault of ours happened")
            time.sleep(self.chance.uniform(*PAUSE_S))
        if begun:
            self.tab.close()

    def _move(self) -> float:
        self._planning()
        self.move()
        return self.seconds[-1]

    def _stage(self) -> float:
        self._planning()
        self.change_stage()
        return self.seconds[-1]

    def _planning(self) -> None:
        """Come back to the plan, which has to be as it was left."""
        if "planning-map" not in self.tab.widgets:
            self.tab.look("planung")
            self.note()

    def _look(self) -> float:
        return self.tab.look(self.chance.choice(PAGES))

    def _bring(self) -> float:
        self.tab.look("daten")
        name, content = self.chance.choice(self.files)
        return self.tab.bring("data-file-offices", name, content)

    def _solve(self) -> float | None:
        """Ask for the best places, from the plan or anew; look at the answer and leave the plan as it was."""
        self._planning()
        begun = time.monotonic()
        self.tab.press("suggest-ask")
        self.tab.press(self.chance.choice([it for it in self.tab.widgets if it.startswith("suggest-begin-")]))
        while "suggest-job-stop" in self.tab.widgets:
            if time.monotonic() - begun > PATIENCE_S:
                self.tab.press("suggest-job-stop")
            time.sleep(1)
            self.tab.again()
        taken = time.monotonic() - begun
        # Who stopped before it was their turn has no answer to let go of.
        if "suggest-drop" in self.tab.widgets:
            self.tab.press("suggest-drop")
        self.note()
        return taken

    def _reopen(self) -> float:
        if self.tabs:
            self.tab.close()
        self.tabs += 1
        begun = time.monotonic()
        self.open()
        return time.monotonic() - begun


def watched(app: Server, minutes: float) -> tuple[list[Walker], list[tuple[float, float]]]:
    """Let everybody go about; who they were, and the server's memory over time."""
    files, begun = brought(), time.monotonic()
    library = Library()
    people = [
        Walker(app.address, library, seed).start(begun + 60 * minutes, files) for seed in range(1, PEOPLE + 1)
    ]
    threads = [threading.Thread(target=it.work) for it in people]
    for it in threads:
        it.start()
    memory = []
    while any(it.is_alive() for it in threads):
        time.sleep(5)
        memory.append(((time.monotonic() - begun) / 60, app.resident_mb))
    return people, memory


def wrong(people: list[Walker]) -> tuple[int, int]:
    """Of a sample of all answers: how many were checked, and how many were not the library's."""
    said = [(it, share) for it in people for share in it.shares]
    sample = random.Random(1).sample(said, min(SAMPLE, len(said)))
    off = sum(share != it.library.share(stage, site) for it, (stage, site, share) in sample)
    return len(sample), off


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=20)
    asked = parser.parse_args()
    with server() as app:
        people, memory = watched(app, asked.minutes)
        taken: dict[str, list[float]] = defaultdict(list)
        for person in people:
            for name, seconds in person.taken.items():
                taken[name] += seconds
        every = [it for seconds in taken.values() for it in seconds]
        print(f"{PEOPLE} sessions, {asked.minutes:g} minutes, {sum(it.tabs for it in people)} tabs,"
              f" load of the machine {psutil.getloadavg()[1]:.1f} on {psutil.cpu_count()} cores")  # fmt: skip
        never = {name for _, name, _ in people[0].ways} - set(taken)
        for name, seconds in [*sorted(taken.items()), ("all", every)]:
            p95 = float(np.quantile(seconds, 0.95))
            print(f"- {name}: {len(seconds)}, median {statistics.median(seconds):.2f} s, p95 {p95:.2f} s")
        faults = [it for person in people for it in person.faults]
        # Whatever nobody did was not tried: a control may have another name.
        faults += [f"{it}: nobody did" for it in sorted(never)]
        print(f"faults: {len(faults)}")
        for it, count in Counter(faults).most_common(10):
            print(f"{count} x {it}")
        checked, off = wrong(people)
        print(f"answers that were not the library's for that plan: {off} of {checked}")
        marks = [memory[int(k * (len(memory) - 1) / MARKS)] for k in range(MARKS + 1)]
        print("memory: " + ", ".join(f"{mb:.0f} MB after {at:.0f} min" for at, mb in marks))
        late = memory[len(memory) // 2 :]
        slope = float(np.polyfit([at for at, _ in late], [mb for _, mb in late], 1)[0])
        print(f"growth in the second half: {slope:+.2f} MB a minute")
    return int(bool(faults or off))


if __name__ == "__main__":
    sys.exit(main())
