"""How long until a page stands: ``python -m benchmarks.app.first_paint``.

The server is warm (every page was opened once), the browser knows nothing (a fresh context each time).
Milliseconds from the start of the navigation until the headline is there, and until the map is painted: its
offices stand and its people (or the circles of the gap list) are drawn. The times are taken inside the page.
Peer in the same run: a page by streamlit that says hello and nothing else. With ``cold`` behind it: what the
very first visitor of a server waits for, that has just said that it lives; a server of its own for each.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.app.client import Server, server
from tests.browser import ARGUMENTS, chromium, wait_until

RUNS = 5
COLD_RUNS = 3
PAINT_S = 120
MAPS = {"overview": "/", "planning": "/planung", "gap list": "/lueckenliste"}
HELLO = 'import streamlit as st\n\nst.html("<h1>Hello</h1>")\n'

# Looks every 20 ms; the map lies two frames deep, all from the same server.
_WATCH = """
window.stood = {};
const watching = setInterval(() => {
  const now = performance.now();
  const headline = document.querySelector("h1");
  if (headline && headline.innerText.trim() && !stood.headline) { stood.headline = now; }
  const outer = document.querySelector('iframe[title*="iqgeo_map"]');
  const inner = outer && outer.contentDocument && outer.contentDocument.querySelector("iframe");
  const map = inner && inner.contentDocument;
  if (!map || !map.querySelector(".leaflet-marker-icon")) { return; }
  const people = map.querySelector(".leaflet-dots-pane canvas");
  const drawn = people && people.width && people.getContext("2d")
    .getImageData(0, 0, people.width, people.height).data.some(it => it > 0);
  if (drawn || map.querySelector(".leaflet-circles-pane path")) { stood.map = now; clearInterval(watching); }
}, 20);
"""


def painted(browser: Browser, address: str, path: str, last: str) -> dict[str, float]:
    """Open a page in a fresh browser; milliseconds until each thing stood."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="de-DE")
    context.add_init_script(f"if (window === window.top) {{ {_WATCH} }}")
    page = context.new_page()
    page.goto(address + path, wait_until="commit")
    wait_until(page, f"Boolean(window.stood && window.stood.{last})", PAINT_S)
    stood: dict[str, float] = page.evaluate("window.stood")
    context.close()
    return stood


def warm(browser: Browser, address: str) -> None:
    """Open every page until nothing is computed any more."""
    for path in MAPS.values():
        page = browser.new_page(locale="de-DE")
        page.goto(address + path)
        page.locator("h1").wait_for(timeout=1000 * PAINT_S)
        page.locator("[data-testid='stStatusWidget']").wait_for(state="detached", timeout=1000 * PAINT_S)
        page.locator("[data-testid='stSpinner']").wait_for(state="detached", timeout=1000 * PAINT_S)
        page.wait_for_timeout(1000)
        page.close()


def measure(app: Server, peer: Server) -> None:
    times: dict[str, list[dict[str, float]]] = {name: [] for name in ("hello", *MAPS)}
    spent: dict[str, list[float]] = {name: [] for name in MAPS}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        warm(browser, app.address)
        painted(browser, peer.address, "/", "headline")
        for _ in range(RUNS):
            times["hello"].append(painted(browser, peer.address, "/", "headline"))
            for name, path in MAPS.items():
                before = app.cpu_seconds
                times[name].append(painted(browser, app.address, path, "map"))
                spent[name].append(1000 * (app.cpu_seconds - before))
        browser.close()
    hello = statistics.median(it["headline"] for it in times["hello"])
    print(f"{'hello by streamlit':20} headline {hello:6.0f} ms")
    for name in MAPS:
        headline, map_ = (statistics.median(it[what] for it in times[name]) for what in ("headline", "map"))
        worst = max(it["map"] for it in times[name])
        print(
            f"{name:20} headline {headline:6.0f} ms ({headline / hello:.2f} times hello)"
            f"   map {map_:6.0f} ms ({map_ / hello:.2f} times), slowest {worst:6.0f} ms"
            f"   server {statistics.median(spent[name]):5.0f} ms CPU"
        )


def measure_cold(hello: Path) -> None:
    times: dict[str, list[dict[str, float]]] = {"hello": [], "overview": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        # A browser's own first page takes longer than any after it.
        browser.new_page().close()
        for _ in range(COLD_RUNS):
            with server(hello) as peer:
                times["hello"].append(painted(browser, peer.address, "/", "headline"))
            with server() as app:
                times["overview"].append(painted(browser, app.address, "/", "map"))
        browser.close()
    said = statistics.median(it["headline"] for it in times["hello"])
    headline, map_ = (statistics.median(it[what] for it in times["overview"]) for what in ("headline", "map"))
    print(f"{'hello by streamlit, cold':26} headline {said:6.0f} ms")
    print(
        f"{'overview, cold':26} headline {headline:6.0f} ms ({headline / said:.2f} times hello)"
        f"   map {map_:6.0f} ms ({map_ / said:.2f} times)"
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        hello = Path(folder) / "hello.py"
        hello.write_text(HELLO, encoding="utf-8")
        if "cold" in sys.argv[1:]:
            measure_cold(hello)
            return
        with server() as app, server(hello) as peer:
            measure(app, peer)


if __name__ == "__main__":
    main()
