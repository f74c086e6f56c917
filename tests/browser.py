"""The system's Chromium, one a process (Playwright can be started but once), and how a page is waited for."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect, sync_playwright
from xdist.scheduler import LoadFileScheduling

PATIENCE_S = 90
# On a busy machine a rerun can take seconds.
expect.set_options(timeout=1000 * PATIENCE_S)

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # Every way out is shut in the browser itself: to catch each request here would switch off its cache.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


# The shell first: Debian's Chromium draws the windows that nobody sees, half as much work again.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")

ROOT = Path(__file__).resolve().parents[1]


@cache
def needs_browser(file: str) -> bool:
    """Whether tests of a file, named from the root of the project, are marked as tests in a browser."""
    return "pytest.mark.browser" in (ROOT / file).read_text(encoding="utf-8")


class OneBrowser(LoadFileScheduling):  # type: ignore[misc]  # as pytest-xdist has it
    """The tests of a file go to one process together, and those of all files with a browser to one.

    Two browsers with their servers on two cores wait for each other, and work while they wait.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "browser" if needs_browser(file) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneBrowser | None:
    return OneBrowser(config, log) if config.getvalue("dist") == "loadfile" else None


def chromium() -> str:
    found = os.environ.get("IQGEO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this system; `make tools` installs it")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield opened
        opened.close()


Visit = Callable[..., BrowserContext]


def visit(browser: Browser, **options: object) -> BrowserContext:
    """A browser of somebody's own, without memory: nothing that turns is drawn sixty times a second."""
    said = {"accept_downloads": True, "locale": "de-DE", "reduced_motion": "reduce", **options}
    return browser.new_context(**said)  # type: ignore[arg-type]  # as Playwright calls them


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visit]:
    """Opens browsers of people's own, see :func:`visit`; they end with the test.

    A tab left open looks for its server to the end of all tests, also when that is gone.
    """
    opened: list[BrowserContext] = []

    def coming(**options: object) -> BrowserContext:
        opened.append(visit(browser, **options))
        return opened[-1]

    yield coming
    for it in opened:
        it.close()


def wait_until(page: Page, question: str, patience_s: float = PATIENCE_S, held_s: float = 0) -> None:
    """Wait until the page says yes to a question, and has said so for a while.

    Asked from outside again and again: `wait_for_function` looks a second time by the page's own `eval`,
    which its Content-Security-Policy forbids, so it would fail wherever the first look is too early.
    """
    begun = since = monotonic()
    while True:
        yes, now = page.evaluate(question), monotonic()
        if not yes:
            since = now
        elif now - since >= held_s:
            return
        assert now - begun < patience_s, question
        page.wait_for_timeout(50)


QUIET = """() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === 'notRunning'
  && !document.querySelector("[data-testid=stStatusWidget], [data-testid=stSpinner], [data-stale=true]")"""
QUIET_S = 0.3
"""What was clicked reaches the server a moment later: a page that is quiet at once has not begun yet."""


def wait_until_quiet(page: Page) -> None:
    """Wait until the page computes and draws nothing any more; a message on it is a fault."""
    wait_until(page, QUIET, held_s=QUIET_S)
    dialog = page.get_by_test_id("stDialog")
    assert dialog.count() == 0, dialog.first.inner_text()


def folium_map(page: Page, number: int = 0) -> FrameLocator:
    """The folium page inside the map component."""
    return page.frame_locator('iframe[title*="iqgeo_map"]').nth(number).frame_locator("iframe")


def wait_for_map(page: Page, number: int = 0) -> FrameLocator:
    """Wait until the page is there as it stays, its map drawn."""
    inner = folium_map(page, number)
    expect(inner.locator(".leaflet-marker-icon").first).to_be_visible()
    wait_until_quiet(page)
    return inner


Box = dict[str, float]
BOXES = """names => names.map(name => {
  const box = document.querySelector(name)?.getBoundingClientRect()
  return box && box.height > 0 ? {x: box.x, y: box.y, width: box.width, height: box.height} : null
})"""


def boxes(page: Page, *selectors: str, patience_s: float = PATIENCE_S) -> list[Box]:
    """Where the first of each stands, all of them at one moment.

    A page that says something better a moment later puts one element in the place of another: asked one
    after the other, one of them may just have gone.
    """
    end = monotonic() + patience_s
    found: list[Box | None] = page.evaluate(BOXES, list(selectors))
    while None in found:
        absent = [name for name, box in zip(selectors, found, strict=True) if box is None]
        assert monotonic() < end, f"not in sight: {absent}"
        page.wait_for_timeout(50)
        found = page.evaluate(BOXES, list(selectors))
    return [it for it in found if it is not None]
