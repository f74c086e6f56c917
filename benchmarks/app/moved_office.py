"""An office of the plan is moved: what the server computes. ``python -m benchmarks.app.moved_office``.

Every move goes to another town, so that no answer has been kept from before. Printed are medians, CPU and
by the clock, of

* the parts: the town next to the spot, the coverage with the plan, who wins and loses, the figures, the map;
* the same from nothing (peer): coverage, gaps, outlines, dots and map without anything kept;
* folium's own way (peer): the same dots as one GeoJSON layer of circles, written as a page;
* the planning page in process (AppTest), and on a real server as a browser tab asks it, answer complete.
"""

import logging
import statistics
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import folium
import numpy as np
from streamlit.testing.v1 import AppTest

import iqgeo.app
from benchmarks.app.client import Visitor, server
from iqgeo.app import pictures, resources, services
from iqgeo.app.services import EMBEDDED
from iqgeo.app.state import Draft, PlannedSite, Session, default_view
from iqgeo.demand import build_demand
from iqgeo.gaps import find_gaps
from iqgeo.region import Region
from iqgeo.reports.map import base_of, scene_json, scene_of
from iqgeo.reports.map.dots import sample
from tests.app import second

RUNS = 15
SLOW_RUNS = 5
PLANNING = Path(iqgeo.app.__file__).parent / "screens" / "planning.py"
Timing = tuple[float, float]


def timed(work: Callable[[], object], runs: int = RUNS) -> Timing:
    """Median CPU and clock time of a call in milliseconds, after a warm-up."""
    work()
    spent = []
    for _ in range(runs):
        cpu, clock = time.process_time(), time.perf_counter()
        work()
        spent.append((1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - clock)))
    return statistics.median(it[0] for it in spent), statistics.median(it[1] for it in spent)


def row(name: str, timing: Timing, whole: Timing | None = None) -> None:
    ratio = "" if whole is None else f"  {timing[0] / whole[0]:6.2f} times"
    print(f"{name:58} {timing[0]:8.1f} ms CPU {timing[1]:8.1f} ms clock{ratio}", flush=True)


def spots(region: Region, seed: int) -> Iterator[tuple[float, float]]:
    """Spots next to towns in a random order, no town twice in a row."""
    towns = region.towns[["lon", "lat"]].to_numpy(dtype=float)
    return cycle(map(tuple, np.random.default_rng(seed).permutation(towns)))


def parts() -> Timing:
    """The computation alone; returns what the whole of it takes."""
    region, view = resources.region(), default_view(resources.region())
    start = resources.coverage(view, EMBEDDED)
    pictures.picture(view, EMBEDDED, Draft(), clickable=True)
    where = spots(region, 1)

    def town() -> PlannedSite:
        return services.nearest_town(region, *next(where))

    def drafted() -> Draft:
        return Draft(added=(town(),))

    after = resources.planned(view, EMBEDDED, drafted())

    def pictured() -> pictures.Picture:
        # The coverage is made first, as on the page; its time is taken off below.
        draft = drafted()
        resources.planned(view, EMBEDDED, draft)
        return pictures.picture(view, EMBEDDED, draft, clickable=True)

    def whole() -> None:
        draft = drafted()
        shown = resources.planned(view, EMBEDDED, draft)
        services.change(start, shown)
        services.figures(shown)
        pictures.picture(view, EMBEDDED, draft, clickable=True)

    every = timed(whole)
    found, planned = timed(town), timed(lambda: resources.planned(view, EMBEDDED, drafted()))
    drawn = timed(pictured)
    row("nearest town", found)
    row("coverage with the plan", (planned[0] - found[0], planned[1] - found[1]))
    row("who wins and who loses", timed(lambda: services.change(start, after)))
    row("figures", timed(lambda: services.figures(after)))
    row("map: scene and JSON", (drawn[0] - planned[0], drawn[1] - planned[1]))
    row("all of it", every)
    return every


def peers(whole: Timing) -> None:
    """The same without anything kept, and the dots as folium draws them by itself."""
    region, view = resources.region(), default_view(resources.region())
    where = spots(region, 2)

    def from_nothing() -> str:
        start = second.coverage(region, view, EMBEDDED)
        shown = second.with_plan(start, [services.nearest_town(region, *next(where))])
        services.change(start, shown)
        services.figures(shown)
        gaps = find_gaps(start, region)
        scene = scene_of(region, shown, gaps, base=base_of(region), dots=sample(start.places))
        return scene_json(scene, "de", clickable=True)

    dots = sample(build_demand(region, view.weight, year=view.year, stage=view.stage).places)
    layer = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [lon, lat]}}
            for lon, lat in zip(dots.lon.tolist(), dots.lat.tolist(), strict=True)
        ],
    }

    def by_folium() -> str:
        drawn = folium.Map(location=[52.8, 9.2], zoom_start=7, tiles=None, prefer_canvas=True)
        folium.GeoJson(layer, marker=folium.CircleMarker(radius=1)).add_to(drawn)
        return str(drawn.get_root().render())

    row("from nothing", timed(from_nothing, SLOW_RUNS), whole)
    row(f"folium's GeoJson of the {len(dots.lon):,} dots alone", timed(by_folium, SLOW_RUNS), whole)
    print(f"bytes: folium's page {len(by_folium()):,}, ours with everything {len(from_nothing()):,}")


def page(whole: Timing) -> None:
    """The planning page in process, everything kept but the plan that changes."""
    region = resources.region()
    where = spots(region, 3)
    session = Session(view=default_view(region))
    session.draft = Draft(added=(services.nearest_town(region, *next(where)),))
    test = AppTest.from_file(str(PLANNING), default_timeout=120)
    test.session_state["iqgeo_session"] = session
    test.run()

    def moved() -> None:
        draft = session.draft
        session.change(draft.moved(draft.added[0].id, services.nearest_town(region, *next(where))))
        test.run()
        if test.exception:
            raise RuntimeError(test.exception[0].message)

    row("planning page in process", timed(moved), whole)
    row("planning page in process, nothing changed", timed(test.run), whole)


def served(whole: Timing) -> None:
    """The same on a real server: the office is dragged to another spot, until the page stands."""
    region = resources.region()
    where = spots(region, 4)
    with server() as app:
        visitor = Visitor(app.address, "planung")
        lon, lat = next(where)
        visitor.map_event("planning-map", type="click", lon=lon, lat=lat)
        visitor.press("planning-take")
        key = services.nearest_town(region, lon, lat).id
        spent = []
        for number in range(RUNS + 3):
            lon, lat = next(where)
            before = app.cpu_seconds
            seconds = visitor.map_event("planning-map", type="moved", id=key, lon=lon, lat=lat)
            if number >= 3:
                spent.append((1000 * (app.cpu_seconds - before), 1000 * seconds))
            town = services.nearest_town(region, lon, lat)
            if town.name not in visitor.words:
                raise RuntimeError(f"the page does not show {town.name}")
            key = town.id
        visitor.close()
    row(
        "answer of the server to a moved office",
        (statistics.median(it[0] for it in spent), statistics.median(it[1] for it in spent)),
        whole,
    )


def main() -> None:
    # Called without a page, streamlit says so at every turn.
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    whole = parts()
    peers(whole)
    page(whole)
    served(whole)


if __name__ == "__main__":
    main()
