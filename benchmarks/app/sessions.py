"""Eight people on one server: ``python -m benchmarks.app.sessions``.

Each opens the planning page, takes an office into the plan, and then ten times drags it to another town and
changes the stage of the network: plans that nobody else has, so that nothing is answered from what is kept.
Every answer is held against the library's own number for that session's plan.

Printed: time and server CPU of an answer for one session and for eight at once; memory of the server before
and after, and its growth over a hundred further plans when all that is kept is full; that sessions end with
their tabs, and what three rounds of opening and closing leave behind.
"""

import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.app.client import Server, Visitor, server
from benchmarks.app.moved_office import spots
from iqgeo.app import services
from iqgeo.app.services import EMBEDDED
from iqgeo.app.state import PlannedSite, View, default_view
from iqgeo.coverage import Coverage
from iqgeo.region import Region, load_region
from iqgeo.texts import number
from tests.app import second

AT_ONCE = 8
ROUNDS = 10
STAGES = (2012, 2013)
FILLING = 110
GROWING = 100
OPENINGS = 3


class Library:
    """What the page has to say, by the library alone."""

    def __init__(self) -> None:
        self.region: Region = load_region()
        self.starts: dict[int, Coverage] = {}
        for stage in STAGES:
            view: View = replace(default_view(self.region), stage=stage)
            self.starts[stage] = second.coverage(self.region, view, EMBEDDED)

    def share(self, stage: int, site: PlannedSite) -> str:
        return number(100 * second.with_plan(self.starts[stage], [site]).share, "de", 1)


@dataclass
class Person:
    """One session with its own plan of one office."""

    address: str
    library: Library
    seed: int
    seconds: list[float] = field(default_factory=list)
    shares: list[tuple[int, PlannedSite, str]] = field(default_factory=list)

    def open(self) -> None:
        self.where = spots(self.library.region, self.seed)
        self.stage = STAGES[0]
        self.tab = Visitor(self.address, "planung")
        lon, lat = next(self.where)
        self.site = services.nearest_town(self.library.region, lon, lat)
        self.tab.map_event("planning-map", type="click", lon=lon, lat=lat)
        self.tab.press("planning-take")
        self.note()

    def move(self) -> None:
        lon, lat = next(self.where)
        key, self.site = self.site.id, services.nearest_town(self.library.region, lon, lat)
        self.seconds.append(self.tab.map_event("planning-map", type="moved", id=key, lon=lon, lat=lat))
        self.note()

    def change_stage(self) -> None:
        self.stage = STAGES[1 - STAGES.index(self.stage)]
        self.seconds.append(self.tab.choose("setting-stage", str(self.stage)))
        self.note()

    def work(self) -> None:
        for _ in range(ROUNDS):
            self.move()
            self.change_stage()

    def note(self) -> None:
        """Remember what the page says of this plan; it is compared when nothing is timed."""
        said = re.search(r'iq-lead">.*?<strong>([\d,]+) von 100', self.tab.words)
        if said is None:
            raise RuntimeError("the page says no share")
        self.shares.append((self.stage, self.site, said[1]))

    def wrong(self) -> int:
        """Answers that are not the library's."""
        return sum(said != self.library.share(stage, site) for stage, site, said in self.shares)


def at_once(people: list[Person]) -> None:
    """Let everybody work at the same time."""
    with ThreadPoolExecutor(len(people)) as threads:
        for done in [threads.submit(person.work) for person in people]:
            done.result()


def answers(name: str, people: list[Person], cpu_seconds: float) -> float:
    times = [it for person in people for it in person.seconds]
    median, p95 = statistics.median(times), float(np.quantile(times, 0.95))
    print(
        f"{name}: {len(times)} answers, median {1000 * median:.0f} ms, 95 of 100 within {1000 * p95:.0f} ms,"
        f" {1000 * cpu_seconds / len(times):.0f} ms CPU of the server each", flush=True
    )  # fmt: skip
    return median


def timed(app: Server, people: list[Person]) -> float:
    before = app.cpu_seconds
    at_once(people)
    return app.cpu_seconds - before


def speed(app: Server, library: Library) -> None:
    """One session alone, then eight at once, each with its own plan."""
    alone = Person(app.address, library, seed=100)
    alone.open()
    print(f"memory with one session: {app.resident_mb:.0f} MB")
    one = answers("one session", [alone], timed(app, [alone]))
    people = [Person(app.address, library, seed) for seed in range(AT_ONCE)]
    for person in people:
        person.open()
    print(f"sessions counted by the server: {app.sessions()}")
    eight = answers(f"{AT_ONCE} sessions", people, timed(app, people))
    print(f"{AT_ONCE} sessions / one session: {eight / one:.1f}")
    every = (alone, *people)
    checked, wrong = sum(len(it.shares) for it in every), sum(it.wrong() for it in every)
    print(f"answers that were not the library's for that plan: {wrong} of {checked};"
          f" memory: {app.resident_mb:.0f} MB")  # fmt: skip
    for person in (alone, *people):
        person.tab.close()


def growth(app: Server, library: Library) -> None:
    """Memory over many plans of one session: until all that is kept is full, and from then on."""
    person = Person(app.address, library, seed=200)
    person.open()
    for _ in range(FILLING):
        person.move()
    full = app.resident_mb
    marks = []
    for _ in range(GROWING):
        person.move()
        marks.append(app.resident_mb)
    slope = float(np.polyfit(np.arange(GROWING), marks, 1)[0])
    print(f"memory after {FILLING} plans: {full:.0f} MB; after {GROWING} more: {marks[-1]:.0f} MB"
          f" ({slope:+.2f} MB a plan)", flush=True)  # fmt: skip
    person.tab.close()


def open_and_close(app: Server, library: Library) -> None:
    """Open eight tabs and close them, three times."""
    for number_ in range(OPENINGS):
        people = [Person(app.address, library, seed=300 + it) for it in range(AT_ONCE)]
        for person in people:
            person.open()
        opened, resident = app.sessions(), app.resident_mb
        for person in people:
            person.tab.close()
        end = time.monotonic() + 10
        while app.sessions() and time.monotonic() < end:
            time.sleep(0.1)
        print(f"round {number_ + 1}: {opened} sessions, {resident:.0f} MB; all tabs closed:"
              f" {app.sessions()} sessions, {app.resident_mb:.0f} MB", flush=True)  # fmt: skip


def main() -> None:
    library = Library()
    with server() as app:
        print(f"memory before the first tab: {app.resident_mb:.0f} MB", flush=True)
        speed(app, library)
        growth(app, library)
        open_and_close(app, library)


if __name__ == "__main__":
    main()
