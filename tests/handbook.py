"""The pictures of the handbook, taken of the running app: ``python -m tests.handbook``.

``make docs`` takes them anew each time, so that they show the app of this tree; without Chromium it takes
none and takes away those of before.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.app.conftest import running_app
from tests.browser import ARGUMENTS, chromium
from tests.screenshots import PATHS, settle, suggest

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "bilder"
SIZE = (1280, 800)


def as_it_is(_page: Page) -> None:
    """The page as it opens."""


PICTURES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "planung": ("planning", as_it_is),
    "vorschlag": ("planning", suggest),
    "uebersicht": ("overview", as_it_is),
    "zeit": ("story", as_it_is),
    "lueckenliste": ("gap_list", as_it_is),
    "daten": ("data", as_it_is),
}
"""Picture, the page it shows, and what is done there before it is taken."""


def main() -> None:
    """Take all pictures, or none."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        browser_file = chromium()
    except pytest.skip.Exception as missing:
        sys.stdout.write(f"no pictures of the handbook: {missing}\n")
        return
    FOLDER.mkdir()
    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_file, args=list(ARGUMENTS))
        for name, (screen, done_there) in PICTURES.items():
            page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
            page.goto(f"{address}{PATHS[screen]}?lang=de")
            settle(page, screen)
            done_there(page)
            page.screenshot(path=str(FOLDER / f"{name}.png"))
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
