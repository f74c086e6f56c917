"""How long a person waits for an answer: ``python -m benchmarks.app.waits``.

In the system's Chromium on a server of its own. Milliseconds from the click until what it asked for is
drawn: words, buttons and the map's marks, looked at with every frame inside the page. Median and slowest of
several rounds; the networks' years at first sight are one each, the others are seen again.
"""

import statistics
from collections.abc import Sequence

from playwright.sync_api import Page, sync_playwright

from benchmarks.app.client import server
from tests.browser import ARGUMENTS, chromium

ROUNDS = 5
PATIENCE_S = 60
WANTED_MS = {"suggestion": 700, "year, first": 800, "year, again": 300, "moved office": 300}

# Clicks on what is found, and tells how long it took until all that was asked for is there.
_WAIT = """
async ([press, wanted, limit]) => {
  const frames = () => {
    const outer = document.querySelector('iframe[title*="iqgeo_map"]');
    const inner = outer && outer.contentDocument && outer.contentDocument.querySelector("iframe");
    return inner && inner.contentDocument ? [document, inner.contentDocument] : [document];
  };
  const there = ([selector, words, count]) => {
    const found = frames().flatMap(it => [...it.querySelectorAll(selector)])
      .filter(it => it.textContent.includes(words) && it.getBoundingClientRect().width > 0);
    return count === null ? found.length > 0 : found.length === count;
  };
  const [selector, words] = press;
  const button = frames().flatMap(it => [...it.querySelectorAll(selector)])
    .filter(it => it.textContent.includes(words)).pop();
  const start = performance.now();
  button.click();
  while (!wanted.every(there)) {
    if (performance.now() - start > limit) { return -1; }
    await new Promise(it => requestAnimationFrame(it));
  }
  return performance.now() - start;
}
"""

# Asked once and waited for inside: the page's own policy lets no text be run there again and again.
_CHANGED = """
async ([selector, before, limit]) => {
  while (document.querySelector(selector).innerText === before) {
    if (performance.now() - window.began > limit) { return -1; }
    await new Promise(it => requestAnimationFrame(it));
  }
  return performance.now() - window.began;
}
"""

Mark = tuple[str, str, int | None]


def waited(page: Page, press: tuple[str, str], *wanted: Mark) -> float:
    """Press what is found by selector and words; milliseconds until all marks are there."""
    spent: float = page.evaluate(_WAIT, [press, wanted, 1000 * PATIENCE_S])
    if spent < 0:
        raise RuntimeError(f"nothing came of {press}: {wanted}")
    return spent


def changed(page: Page, selector: str, before: str) -> float:
    """Milliseconds since ``window.began`` until what is said there is another."""
    spent: float = page.evaluate(_CHANGED, [selector, before, 1000 * PATIENCE_S])
    if spent < 0:
        raise RuntimeError(f"nothing changed in {selector}: {before}")
    return spent


def settle(page: Page) -> None:
    page.locator("[data-testid='stStatusWidget']").wait_for(state="detached", timeout=1000 * PATIENCE_S)
    page.locator("[data-testid='stSpinner']").wait_for(state="detached", timeout=1000 * PATIENCE_S)
    page.wait_for_timeout(700)


def stand(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("h1").wait_for(timeout=1000 * PATIENCE_S)
    frames = page.frame_locator('iframe[title*="iqgeo_map"]').frame_locator("iframe")
    frames.locator(".leaflet-marker-icon").first.wait_for(timeout=1000 * PATIENCE_S)
    settle(page)


def planned(page: Page) -> dict[str, list[float]]:
    """Ask, take, take back; the answer stands when its proof and its towns on the map do."""
    times: dict[str, list[float]] = {"suggestion": [], "taken": [], "taken back": [], "discarded": []}
    proof: Sequence[Mark] = [("*", "Bewiesen optimal:", None), (".label.provisional", "", 4)]
    for _ in range(ROUNDS):
        times["suggestion"].append(waited(page, ("button", "Rechnen"), *proof))
        settle(page)
        taken: Sequence[Mark] = [("h1", "vier weitere Stellen", None), (".label.provisional", "", 0)]
        times["taken"].append(waited(page, ("button", "In den Plan übernehmen"), *taken))
        settle(page)
        # Taken back, the answer lies on the table again.
        back: Mark = (".label.provisional", "", 4)
        times["taken back"].append(waited(page, ("button", "Rückgängig"), back))
        settle(page)
        none: Mark = (".label.provisional", "", 0)
        times["discarded"].append(waited(page, ("button", "Verwerfen"), none))
        settle(page)
    return times


def years(page: Page) -> dict[str, list[float]]:
    """The network of another year; it stands when headline and map say so."""
    times: dict[str, list[float]] = {"year, first": [], "year, again": []}
    seen = {"2012"}
    for year in ("2013", "2021", "2012", "2013", "2021", "2012"):
        page.locator(".st-key-bar_network button").first.click()
        page.get_by_test_id("stPopoverBody").get_by_text(year, exact=True).wait_for()
        settle(page)
        name = "year, again" if year in seen else "year, first"
        press = ("[data-testid='stPopoverBody'] label, [data-testid='stPopoverBody'] button", year)
        times[name].append(waited(page, press, ("h1", year, None)))
        seen.add(year)
        page.keyboard.press("Escape")
        settle(page)
    return times


def tried(page: Page) -> dict[str, list[float]]:
    """A town tried by a click on the map; it stands when what it brings is said."""
    spots = ((9.94, 51.54), (10.08, 52.62), (8.28, 52.73), (7.2, 53.1), (9.4, 53.3), (8.0, 52.4))
    times = []
    frames = page.frame_locator('iframe[title*="iqgeo_map"]').frame_locator("iframe")
    for lon, lat in spots:
        before = page.locator(".st-key-cockpit").first.inner_text()
        page.evaluate("window.began = performance.now()")
        frames.locator(".folium-map").evaluate(
            "(_, at) => { iqgeoView.map.fire('click', {latlng: L.latLng(at[1], at[0])}) }", [lon, lat]
        )
        times.append(changed(page, ".st-key-cockpit", before))
        settle(page)
    return {"town tried": times[1:]}


def moved(page: Page) -> dict[str, list[float]]:
    """An office of the plan dragged a little; it stands when the people reached are said anew."""
    waited(page, ("button", "In den Plan übernehmen"), ("h1", "eine weitere Stelle", None))
    settle(page)
    marker = page.frame_locator('iframe[title*="iqgeo_map"]').frame_locator("iframe")
    times = []
    for turn in range(2 * ROUNDS):
        spot = marker.locator(".leaflet-marker-draggable").first.bounding_box()
        if spot is None:
            raise RuntimeError("nothing can be dragged")
        x, y = spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + (30 if turn % 2 else -30), y + 10, steps=6)
        before = page.locator(".iq-lead").first.inner_text()
        page.evaluate("window.began = performance.now()")
        page.mouse.up()
        times.append(changed(page, ".iq-lead", before))
        settle(page)
    return {"moved office": times[1:]}


def main() -> None:
    with server() as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="de-DE")
        stand(page, f"{app.address}/planung")
        found = planned(page) | tried(page) | moved(page)
        stand(page, app.address)
        found |= years(page)
        browser.close()
    for name, times in found.items():
        wanted = f"   wanted {WANTED_MS[name]}" if name in WANTED_MS else ""
        print(f"{name:14} {statistics.median(times):6.0f} ms, slowest {max(times):6.0f}{wanted}")


if __name__ == "__main__":
    main()
