"""Pictures of every page to look at: ``python -m tests.screenshots``.

Starts the app and writes each page at 1280 and 390 pixels, German and English, and in the dark theme
into the folder ``screenshots``; a suggestion also into ``docs/screenshot.png`` for the README.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.app.conftest import running_app
from tests.browser import ARGUMENTS, chromium

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "screenshots"
README_PICTURE = ROOT / "docs" / "screenshot.png"
PATHS = {
    "overview": "/",
    "planning": "/planung",
    "gap_list": "/lueckenliste",
    "story": "/zeit",
    "data": "/daten",
    "method": "/methode",
}
MAPS = ("overview", "planning", "gap_list")


def settle(page: Page, name: str) -> None:
    """Wait until nothing moves any more."""
    page.locator("h1").wait_for(timeout=300_000)
    if name in MAPS:
        inner = page.frame_locator('iframe[title*="iqgeo_map"]').first.frame_locator("iframe")
        inner.locator(".leaflet-marker-icon").first.wait_for(timeout=300_000)
    page.locator("[data-test-script-state='notRunning']").wait_for(timeout=300_000)
    expect(page.locator("[data-testid='stSkeleton']:visible")).to_have_count(0, timeout=300_000)
    page.locator("[data-testid='stSpinner']").wait_for(state="detached", timeout=300_000)
    page.wait_for_timeout(800)


def suggest(page: Page) -> None:
    """Ask for the best places: the page with an answer, provisional on the map."""
    page.locator(".st-key-suggest-ask button").first.click()
    page.locator(".st-key-suggest-adopt").wait_for(timeout=300_000)
    settle(page, "planning")


def picture(page: Page, target: Path, width: int) -> None:
    """Photograph the whole page: streamlit scrolls inside, so the window grows to its content."""
    # A page that is a map fills the window as it is, but on a phone.
    if width < 900 or not page.locator(".st-key-cockpit").count():
        block = page.locator("[data-testid='stMainBlockContainer']")
        tall = block.evaluate("it => Math.ceil(it.scrollHeight)")
        page.set_viewport_size({"width": width, "height": int(tall) + 80})
        page.wait_for_timeout(800)
    page.screenshot(path=str(target))


def main() -> None:
    """Write all pictures."""
    FOLDER.mkdir(exist_ok=True)
    README_PICTURE.parent.mkdir(exist_ok=True)
    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        for dark in (False, True):
            context = browser.new_context(color_scheme="dark" if dark else "light", device_scale_factor=1.5)
            for name, path in PATHS.items():
                for lang in ("de",) if dark else ("de", "en"):
                    for width in (1280,) if dark else (1280, 390):
                        page = context.new_page()
                        page.set_viewport_size({"width": width, "height": 800})
                        page.goto(f"{address}{path}?lang={lang}")
                        settle(page, name)
                        target = FOLDER / f"{name}_{lang}_{width}{'_dark' if dark else ''}.png"
                        picture(page, target, width)
                        sys.stdout.write(f"{target.relative_to(ROOT)}\n")
                        if (name, lang, width, dark) == ("planning", "de", 1280, False):
                            suggest(page)
                            page.screenshot(path=str(README_PICTURE))
                        page.close()
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
