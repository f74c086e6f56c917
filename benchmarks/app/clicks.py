"""What a click costs around the engine: ``python -m benchmarks.app.clicks``.

On a real server, asked as a browser tab asks it. For every click the median of what the server computed
(CPU), of what it sent (messages and bytes) and of the clock until the page stood:

* a suggestion asked for, taken, taken back; one that is discarded;
* a town tried and let go of;
* the network's year changed for the first time, and again.

The peer is the engine alone in the same run: the same question put to the models, with nothing around it.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

from benchmarks.app.client import Server, Visitor, server
from benchmarks.app.moved_office import spots
from iqgeo.app import resources
from iqgeo.app.questions import Question
from iqgeo.app.services import EMBEDDED
from iqgeo.app.state import Draft, default_view

ROUNDS = 5
Click = tuple[float, float, int, int]


def engine() -> float:
    """CPU milliseconds of the question alone, everything loaded."""
    view = default_view(resources.region())
    resources.ask(Question(), view, EMBEDDED, Draft())
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        resources.ask(Question(), view, EMBEDDED, Draft())
        spent.append(1000 * (time.process_time() - start))
    return statistics.median(spent)


def clicked(app: Server, visitor: Visitor, act: Callable[[], float]) -> Click:
    before = app.cpu_seconds
    seconds = act()
    return 1000 * (app.cpu_seconds - before), 1000 * seconds, visitor.messages, visitor.received_bytes


def row(name: str, clicks: list[Click], whole: float) -> None:
    cpu, clock, messages, size = (statistics.median(column) for column in zip(*clicks, strict=True))
    print(
        f"{name:44} {cpu:7.0f} ms CPU {clock:7.0f} ms clock {messages:5.0f} messages {size / 1024:7.1f} KB"
        f"  {cpu / whole:6.2f} times the engine",
        flush=True,
    )


def suggested(visitor: Visitor) -> float:
    """Ask, and wait until the answer stands."""
    seconds, messages, received = visitor.press("suggest-ask"), visitor.messages, visitor.received_bytes
    while "suggest-adopt" not in visitor.widgets:
        time.sleep(0.05)
        seconds += visitor.again()
        messages, received = messages + visitor.messages, received + visitor.received_bytes
    visitor.messages, visitor.received_bytes = messages, received
    return seconds


def measure(app: Server, whole: float) -> None:
    visitor = Visitor(app.address, "planung")
    spent: dict[str, list[Click]] = {}

    def note(name: str, act: Callable[[], float]) -> None:
        spent.setdefault(name, []).append(clicked(app, visitor, act))

    suggested(visitor)
    visitor.press("suggest-drop")
    for _ in range(ROUNDS):
        note("a suggestion asked for", lambda: suggested(visitor))
        note("... taken", lambda: visitor.press("suggest-adopt"))
        note("... taken back", lambda: visitor.press("bar-undo"))
        note("asked for again", lambda: suggested(visitor))
        note("... discarded", lambda: visitor.press("suggest-drop"))
    where = spots(resources.region(), 5)
    for _ in range(ROUNDS):
        lon, lat = next(where)
        spot = {"type": "click", "lon": lon, "lat": lat}
        note("a town tried", partial(visitor.map_event, "planning-map", **spot))
        note("... let go of", partial(visitor.map_event, "planning-map", type="escape"))
    note("nothing changed", visitor.again)
    visitor.close()
    for name, clicks in spent.items():
        row(name, clicks, whole)
    stages(app, whole)


def stages(app: Server, whole: float) -> None:
    """The network's year, on the page of the board and of the coordinator."""
    years = [str(it) for it in resources.region().stages]
    for page in ("planung", ""):
        visitor = Visitor(app.address, page)
        name = page or "overview"
        for turn in ("first", "again"):
            row(
                f"year of the network, {name}, {turn}",
                [clicked(app, visitor, partial(visitor.choose, "setting-stage", it)) for it in years],
                whole,
            )
        visitor.close()


def main() -> None:
    whole = engine()
    print(f"the engine alone: {whole:.0f} ms CPU")
    with server() as app:
        measure(app, whole)


if __name__ == "__main__":
    main()
