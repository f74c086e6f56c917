"""The system's Chromium, one a process: Playwright can be started but once."""

import os
import shutil
from collections.abc import Iterator
from time import monotonic

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # Every way out is shut in the browser itself: to catch each request here would switch off its cache.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


def chromium() -> str:
    found = os.environ.get("IQGEO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
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


def wait_until(page: Page, question: str, patience_s: float = 60) -> None:
    """Wait until the page says yes to a question.

    Asked from outside again and again: `wait_for_function` looks a second time by the page's own `eval`,
    which its Content-Security-Policy forbids, so it would fail wherever the first look is too early.
    """
    deadline = monotonic() + patience_s
    while not page.evaluate(question):
        assert monotonic() < deadline, question
        page.wait_for_timeout(50)
