"""The app at 200 % zoom on a screen of 1280 pixels, and on paper."""

from io import BytesIO

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from iqgeo.app.router import PAGES
from iqgeo.coverage import Coverage
from iqgeo.texts import Lang, text
from tests.app.conftest import Tabs
from tests.app.test_browser import MAPS, PATHS
from tests.browser import Visit, boxes, wait_for_map, wait_until_quiet
from tests.draws import BY_NIGHT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTH, HEIGHT = 640, 800
ACTION = {
    "/": "reports.form.board_pdf",
    "/planung": "cockpit.question.ask",
    "/lueckenliste": "reports.form.gaps_xlsx",
}
# The inside of a button that is wider than the button, or cut off within it. Icons are letters of a font;
# what only a screen reader shall have is clipped to nothing.
CUT_OFF = """() => [...document.querySelectorAll('button, [role=radio], summary')]
  .filter(it => it.offsetParent && it.innerText.trim())
  .filter(it => [it, ...it.querySelectorAll('*')].some(part =>
    part.clientWidth > 0 && part.scrollWidth > part.clientWidth + 1 && !part.closest('[translate=no]') &&
    getComputedStyle(part).clipPath === 'none'))
  .map(it => it.innerText)"""


@pytest.fixture
def zoomed(visitor: Visit) -> BrowserContext:
    """A browser at 200 %: half the width in pixels of the page, each of them two of the screen."""
    return visitor(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2)


def overlap(page: Page, one: str, other: str) -> bool:
    a, b = boxes(page, one, other)
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


def check(page: Page, path: str, lang: Lang) -> None:
    """What holds on every page, in every language."""
    assert page.evaluate("document.scrollingElement.scrollWidth") <= WIDTH
    block = page.locator("[data-testid='stMainBlockContainer']")
    assert block.evaluate("it => it.scrollWidth - it.clientWidth") <= 1
    (box,) = boxes(page, "h1")
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= WIDTH
    assert box["y"] + box["height"] <= HEIGHT
    for other in ("h1", "[data-testid='stHeaderLogo']", ".st-key-narrow_menu"):
        assert not overlap(page, ".st-key-language", other), other
    assert page.evaluate(CUT_OFF) == []
    if path in ACTION:
        page.get_by_role("button", name=text(ACTION[path], lang)).first.click(trial=True)


def test_every_page_is_usable_at_twice_the_size(zoomed: BrowserContext, tabs: Tabs) -> None:
    page = zoomed.new_page()
    page.goto(tabs.address)
    expect(page.locator("h1")).to_be_visible()
    languages: tuple[Lang, ...] = ("de", "en")
    for lang in languages:
        page.locator(".st-key-language").get_by_text(lang.upper(), exact=True).click()
        for name, path in zip(PAGES, PATHS, strict=True):
            # What is long is German: the pages without a map are looked at in English by night.
            if lang == "en" and path not in MAPS and not BY_NIGHT:
                continue
            turn_to(page, text(f"app.page.{name}", lang))
            wait_for_map(page) if path in MAPS else wait_until_quiet(page)
            check(page, path, lang)


def turn_to(page: Page, name: str) -> None:
    """Go to another page by the menu, as on a phone."""
    before = page.locator("h1").inner_text()
    link = page.locator(".st-key-narrow_menu").get_by_role("link", name=name)
    here = link.locator("p").evaluate("it => getComputedStyle(it).fontWeight") > "400"
    link.click()
    if not here:
        expect(page.locator("h1")).not_to_have_text(before)


def test_overview_on_paper(zoomed: BrowserContext, tabs: Tabs, coverage_2012: Coverage) -> None:
    page = zoomed.new_page()
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(tabs.address)
    expect(page.locator("h1")).to_be_visible()
    inner = wait_for_map(page)
    page.emulate_media(media="print")
    for hidden in (".st-key-language", ".st-key-bar", ".st-key-downloads", "[data-testid='stHeader']"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(inner.locator(".leaflet-marker-icon").first).to_be_visible()
    paper = PdfReader(BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    assert [round(float(it)) for it in paper.pages[0].mediabox[2:]] == [595, 842]
    printed = "\n".join(it.extract_text() for it in paper.pages)
    assert "47 von 100" in " ".join(printed.split())
    assert len(paper.pages) <= 2
    # Nothing is a hole through the map: the canvas of the people is drawn anew for paper. What a page
    # holds is any object of PDF to pypdf's types.
    looks = paper.pages[0]["/Resources"]["/ExtGState"].values()  # type: ignore[index]
    masks = [it for look in looks if isinstance(it := look.get_object().get("/SMask"), dict)]
    assert not [it for it in masks if "/TR" in it]
    # The whole map is on the first page, and the list of gaps below it.
    front = paper.pages[0].extract_text()
    for name in (*coverage_2012.offices["name"], "Die drei größten Lücken", "Rotenburg (Wümme)"):
        assert name in front, name
