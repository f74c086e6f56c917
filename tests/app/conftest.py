"""The app as a user meets it: pages run in process, and the real app in the system's Chromium."""

import functools
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    WebSocket,
    expect,
)
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import local_script_runner

from iqgeo.app.components import days
from tests.browser import visit
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
THIS_MACHINE = re.compile(r"^(https?|wss?)://127\.0\.0\.1[:/]|^(data|blob|about):")
START_S = 90


def start_app(
    *options: str, script: str = str(ROOT / "iqgeo" / "app" / "server.py")
) -> tuple[subprocess.Popen[bytes], str]:
    """The app on a free port of this machine; returns its process and address."""
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "streamlit", "run", script,
            "--server.headless=true", f"--server.port={port}", *options,
        ],
        cwd=ROOT,
        # Plans of tests and benchmarks are nobody's.
        env={**os.environ, "IQGEO_STORE": str(Path(tempfile.mkdtemp(prefix="iqgeo-")) / "plans.db")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return process, f"http://127.0.0.1:{port}"


def wait_until_healthy(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"the app ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the app did not start")


# Every page run in process looks through all that is installed, a quarter of a second: once is enough.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


def wait_for_script(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
    """Wait for the thread of a page, where AppTest looks a thousand times a second whether it has ended."""
    thread = runner._script_thread
    assert thread is not None
    thread.join(timeout)
    if thread.is_alive():
        runner.request_stop()
        runner.join()
        raise RuntimeError(f"the page took more than {timeout} s")


local_script_runner.require_widgets_deltas = wait_for_script

# Each of them would also compile all pages anew, as no server does.
_compiled = ScriptCache()
local_script_runner.ScriptCache = lambda: _compiled


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test keeps its plans in a store of its own, never in the user's."""
    monkeypatch.setenv("IQGEO_STORE", str(tmp_path / "plans.db"))


@pytest.fixture(autouse=True)
def short_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """The curve of places has one point: it is computed whenever its panel is open."""
    monkeypatch.setattr(days, "SIZES", (0,))


@contextmanager
def running_app(*options: str, path: str = "", **script: str) -> Iterator[str]:
    """The app, see :func:`start_app`, until the context ends; its address, without the base ``path``."""
    process, where = start_app(*options, **script)
    try:
        wait_until_healthy(process, where + path)
        yield where
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with running_app() as where:
        yield where


OpenPage = Callable[..., Page]


class Tabs:
    """Tabs of two browsers (light, dark) that keep what they loaded; what they ask outside is noted."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.contexts: dict[str, BrowserContext] = {}
        self.refused: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []

    def note(self, asked: Request | WebSocket) -> None:
        """Remember what was asked of anything but this machine; an answer it cannot get."""
        if not THIS_MACHINE.match(asked.url):
            self.refused.append(asked.url)

    def note_policy(self, message: ConsoleMessage) -> None:
        """Remember what the page's own policy (:mod:`iqgeo.app.shield`) kept from working."""
        if "Content Security Policy" in message.text:
            self.errors.append(message.text)

    def note_dialog(self, dialog: Dialog) -> None:
        """Remember that a script opened a window."""
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def context(self, name: str, *, dark: bool) -> BrowserContext:
        """The browser of this name, opened when first asked for."""
        if name not in self.contexts:
            opened = visit(self.browser, color_scheme="dark" if dark else "light")
            opened.on("request", self.note)
            self.contexts[name] = opened
        return self.contexts[name]

    def open(
        self,
        path: str = "/",
        *,
        width: int = 1280,
        height: int = 1000,
        dark: bool = False,
        who: str = "first",
        before: Callable[[Page], None] | None = None,
    ) -> Page:
        """Open a page of the app in a new tab; ``before`` sees the tab while it is still empty."""
        page = self.context(f"{who}{dark}", dark=dark).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(90_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self.note_policy)
        page.on("dialog", self.note_dialog)
        page.on("websocket", self.note)
        if before is not None:
            before(page)
        page.goto(self.address + path)
        expect(page.locator("h1")).to_be_visible()
        return page


@pytest.fixture(scope="session")
def tabs(browser: Browser, address: str) -> Iterator[Tabs]:
    opened = Tabs(browser, address)
    yield opened
    for context in opened.contexts.values():
        context.close()


@pytest.fixture
def open_page(tabs: Tabs) -> Iterator[OpenPage]:
    """Opens a page of the app; afterwards nothing was asked of the internet, and no script failed."""
    pages: list[Page] = []

    def opened(path: str = "/", **options: object) -> Page:
        pages.append(tabs.open(path, **options))
        return pages[-1]

    yield opened
    for page in pages:
        page.close()
    refused, errors, dialogs = list(tabs.refused), list(tabs.errors), list(tabs.dialogs)
    tabs.refused.clear()
    tabs.errors.clear()
    tabs.dialogs.clear()
    assert not refused, "the app asked for something from outside"
    assert not errors
    assert not dialogs, "a script of somebody else ran"
