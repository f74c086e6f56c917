"""A coordinator's hour in a real browser: every figure is the same at every step and in every file."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from iqgeo.api import Plan
from iqgeo.store import lists, plans
from iqgeo.store.database import open_store
from iqgeo.stored import file_bytes
from iqgeo.texts import number, of_hundred
from tests.app.conftest import ROOT, wait_until_healthy
from tests.app.test_browser import bar, choose_network, panel
from tests.browser import Visit, folium_map, wait_for_map, wait_until_quiet
from tests.draws import BY_NIGHT
from tests.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# By day one town is tried by hand, by night three; two more are asked for in either case.
SPOTS = ((0.58, 0.40), (0.30, 0.55), (0.62, 0.80))[: 3 if BY_NIGHT else 1]
BY_HAND = "drei weitere Stellen" if BY_NIGHT else "eine weitere Stelle"
IN_ALL = "fünf weitere" if BY_NIGHT else "drei weitere"


class Server:
    """The app on a store that outlives it."""

    def __init__(self, place: Path) -> None:
        self.port, self.place = free_port(), place
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable, "-m", "streamlit", "run", str(ROOT / "iqgeo" / "app" / "router.py"),
            "--server.headless=true", f"--server.port={self.port}",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "IQGEO_STORE": str(self.place)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until_healthy(self.process, self.address)

    def stop(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(20)


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path / "plans.db")
    made.start()
    yield made
    made.stop()


def share_on(page: Page) -> str:
    """The share of the plan as the panel says it."""
    wait_until_quiet(page)
    return page.locator(".iq-lead strong").first.inner_text()


def tried(page: Page, spot: tuple[float, float]) -> None:
    """Click on the map, look at what the town would bring, take it."""
    inner = folium_map(page)
    size = inner.locator(".folium-map").bounding_box()
    inner.locator(".folium-map").click(position={"x": size["width"] * spot[0], "y": size["height"] * spot[1]})
    expect(page.get_by_text("ausprobiert, noch nicht im Plan")).to_be_visible()
    take = page.get_by_role("button", name="In den Plan übernehmen")
    take.click()
    expect(take).to_have_count(0)
    wait_until_quiet(page)


def dragged(page: Page) -> None:
    """Drag an office of the plan: the map says so at once."""
    before = share_on(page)
    marker = folium_map(page).locator(".leaflet-marker-draggable").first
    spot = marker.bounding_box()
    page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    page.mouse.down()
    page.mouse.move(spot["x"] - 40, spot["y"] - 25, steps=8)
    page.mouse.up()
    expect(page.locator(".iq-lead")).not_to_contain_text(before)


def asked_for_two_more(page: Page) -> None:
    """Two more, kept beside what was placed by hand; how firm they are stands beside the proof."""
    # Four by default; the number has its − and +, and goes by arrow keys as well.
    page.locator(".st-key-suggest-new").get_by_test_id("stNumberInputStepDown").click()
    many = page.locator(".st-key-suggest-new input")
    expect(many).to_have_value("3")
    many.press("ArrowDown")
    expect(many).to_have_value("2")
    many.press("Tab")
    wait_until_quiet(page)
    page.get_by_role("button", name="Rechnen").click()
    page.locator(".st-key-suggest-begin-plan button").click()
    expect(page.get_by_text("Bewiesen optimal:")).to_be_visible(timeout=120_000)
    # How firm that is stands beside the proof, a moment later.
    expect(page.locator(".iq-marks").first).to_be_visible(timeout=180_000)


def refuses_one(page: Page) -> str:
    """Rule out the first town that is suggested, from the panel that says why it is; its name."""
    panel(page, "Warum")
    expect(page.locator(".iq-headline")).to_contain_text("Warum")
    # The office dragged last is asked about first; those that are only suggested head the list.
    page.get_by_label("Stelle", exact=True).click()
    page.get_by_role("option").first.click()
    expect(page.get_by_text("Vorgeschlagene Stelle, noch nicht im Plan")).to_be_visible()
    wait_until_quiet(page)
    refused = page.locator(".iq-headline strong").first.inner_text()
    page.get_by_role("button", name=f"{refused} ausschließen").click()
    expect(page.locator(".iq-headline strong").first).not_to_have_text(refused, timeout=120_000)
    panel(page, "Planen")
    return refused


def test_a_coordinators_hour(visitor: Visit, server: Server, tmp_path: Path) -> None:
    page = visitor().new_page()
    page.set_viewport_size({"width": 1280, "height": 1600})
    page.goto(f"{server.address}/planung")
    wait_for_map(page)
    choose_network(page, 2013)
    expect(bar(page, "network")).to_contain_text("2013, 7 Stellen")
    choose_network(page, 2012)
    expect(bar(page, "network")).to_contain_text("2012, 6 Stellen")
    for spot in SPOTS:
        tried(page, spot)
    expect(page.locator("h1")).to_contain_text(BY_HAND)
    dragged(page)
    asked_for_two_more(page)
    # One is refused: the answer is a new one, and still only an answer.
    refused = refuses_one(page)
    expect(page.get_by_text(f"Ausgeschlossen war: {refused}")).to_be_visible(timeout=120_000)
    page.get_by_role("button", name="In den Plan übernehmen").click()
    expect(page.locator("h1")).to_contain_text(f"{IN_ALL} Stellen")
    share = share_on(page)
    # Held against 30 km.
    panel(page, "Fragen")
    page.locator(".st-key-studies-curves button").click()
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible(timeout=120_000)
    # All of that is kept, whatever happens to the tab and the server.
    expect(page.get_by_role("status").filter(has_text="gespeichert")).to_be_visible()
    page.reload()
    # On the panel that was open, whose question is not asked again by itself.
    expect(page.get_by_text(f"{share} erreicht")).to_be_visible(timeout=120_000)
    panel(page, "Planen")
    expect(page.locator(".iq-lead")).to_contain_text(share, timeout=120_000)
    server.stop()
    server.start()
    page.reload()
    expect(page.locator(".iq-lead")).to_contain_text(share, timeout=120_000)
    figure = share.split()[0]
    page.goto(f"{server.address}/plaene")
    expect(page.locator(".iq-plan.share strong").first).to_have_text(figure, timeout=120_000)
    page.get_by_role("button", name="Veröffentlichen").click()
    link = page.get_by_test_id("stLinkButton").locator("a").first
    expect(link).to_be_visible(timeout=120_000)
    address = link.get_attribute("href")
    _as_the_board(visitor, server, address, exact_share(server.place))
    assert number(100 * exact_share(server.place), "de", 1) == figure


def exact_share(place: Path) -> float:
    """The share of the plan that is kept, computed by the library."""
    store = open_store(str(place))
    version = plans.load(store, lists.entries(store)[0].id)
    path = place.with_name("kept.toml")
    path.write_bytes(file_bytes(store, version, ".toml"))
    return Plan.load(path).coverage().share


def _as_the_board(visitor: Visit, server: Server, link: str, share: float) -> None:
    """On a phone: the headline, print, PDF and Excel say the same."""
    said = of_hundred(share)
    phone = visitor().new_page()
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(f"{server.address}/{link.lstrip('/')}")
    expect(phone.locator("h1")).to_contain_text(said, timeout=120_000)
    expect(phone.locator("h1")).to_contain_text(f"{IN_ALL}n Stellen")
    assert phone.get_by_role("button", name="In den Plan").count() == 0
    printed = " ".join(it.extract_text() for it in PdfReader(io.BytesIO(phone.pdf())).pages)
    assert said in " ".join(printed.split())
    with phone.expect_download() as waiting:
        phone.get_by_role("button", name="Vorlage (PDF)").click()
    paper = " ".join(it.extract_text() for it in PdfReader(waiting.value.path()).pages)
    assert said in " ".join(paper.split())
    with phone.expect_download() as waiting:
        phone.get_by_role("button", name="Zahlen (Excel)").click()
    book = CalamineWorkbook.from_path(str(waiting.value.path()))
    cells = [
        cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
    ]
    assert any(isinstance(cell, float) and abs(cell - share) < 1e-9 for cell in cells)
