"""The app in a real browser, with every way to the internet blocked."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from iqgeo.api import Plan
from tests.app.conftest import OpenPage, Tabs
from tests.browser import folium_map, wait_for_map, wait_until, wait_until_quiet
from tests.draws import BY_NIGHT
from tests.reports.map.test_escape import PAYLOADS

pytestmark = [pytest.mark.browser]

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
MAPS = ("/", "/planung", "/lueckenliste")
PATHS = (*MAPS, "/plaene", "/zeit", "/daten", "/methode")
MENU_APART = """() => {
  const from = document.querySelector(".st-key-language").getBoundingClientRect().left
  const links = [...document.querySelectorAll("[data-testid=stTopNav] :is(a, button), .st-key-narrow_menu a")]
  const seen = links.filter(it => it.checkVisibility())
  const over = it => it.closest("[data-testid=stTopNav]") && it.getBoundingClientRect().right > from
  return seen.length > 0 && !seen.some(over)
}"""


def bar(page: Page, part: str) -> Locator:
    """The button of a part of the bar: plan, network, counted, promise, files."""
    return page.locator(f".st-key-bar_{part} button").first


def choose_network(page: Page, year: int) -> None:
    """Look at the network of another year."""
    bar(page, "network").click()
    page.get_by_test_id("stPopoverBody").get_by_text(str(year), exact=True).click()
    page.keyboard.press("Escape")


def panel(page: Page, name: str) -> None:
    """Open a panel beside the map."""
    page.locator(".st-key-cockpit-panel").get_by_text(name, exact=True).click()


def test_every_way_out_is_shut_and_noted(tabs: Tabs, open_page: OpenPage) -> None:
    page = tabs.context("nobody", dark=False).new_page()
    page.set_content(
        "<img src='http://example.org/a.png' onerror='this.remove()'>"
        "<img src='http://192.0.2.1/b.png' onerror='this.remove()'>"
    )
    expect(page.locator("img")).to_have_count(0)
    page.close()
    assert sorted(tabs.refused) == ["http://192.0.2.1/b.png", "http://example.org/a.png"]
    tabs.refused.clear()


def test_board_sees_everything_and_takes_page_and_map(open_page: OpenPage, tmp_path: Path) -> None:
    sizes: list[int] = []

    def weigh(page: Page) -> None:
        page.on(
            "websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame)))
        )

    page = open_page(before=weigh)
    expect(page.locator("h1")).to_contain_text(
        "47 von 100 Menschen mit Migrationshintergrund in Niedersachsen"
    )
    inner = wait_for_map(page)
    # One message holds the whole map: page, outlines and scene.
    assert 100_000 < max(sizes) < 1_000_000
    expect(inner.locator(".leaflet-marker-icon")).to_have_count(6)
    expect(inner.locator(".legend")).to_contain_text("bis 35 km: erreicht")
    painted = inner.locator(".leaflet-dots-pane canvas").evaluate(
        "it => it.getContext('2d').getImageData(0, 0, it.width, it.height).data.some(value => value > 0)"
    )
    assert painted, "the people are drawn"
    expect(page.locator(".iq-ranked li")).to_have_count(3)
    expect(page.get_by_text("Mit vier weiteren Stellen wären es rund")).to_be_visible(timeout=120_000)
    expect(page.locator("[data-testid='stVegaLiteChart']")).to_be_visible()
    wait_until_quiet(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Vorlage").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Karte als Datei").click()
    exported = tmp_path / "karte.html"
    exported.write_bytes(Path(waiting.value.path()).read_bytes())
    alone = page.context.new_page()
    alone.set_content(exported.read_text(encoding="utf-8"))
    expect(alone.locator(".leaflet-marker-icon")).to_have_count(6)
    expect(alone.locator("h1")).to_contain_text("47 von 100")
    alone.close()


def test_analyst_moves_the_map_filters_and_takes_the_file(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/lueckenliste", height=1400)
    inner = wait_for_map(page)
    page.evaluate(
        "() => { window.asked = 0; window.addEventListener('message', it => "
        "{ if (it.data && it.data.type === 'streamlit:setComponentValue') window.asked += 1 }) }"
    )
    # A circle on the map points out its row: that asks the server.
    inner.locator(".leaflet-circles-pane path").first.click(force=True)
    expect(page.get_by_text("Auf der Karte gewählt")).to_be_visible()
    wait_until_quiet(page)
    assert page.evaluate("window.asked") == 1
    # Moving and zooming the map asks nothing.
    before = inner.locator(".folium-map").evaluate("() => iqgeoView.map.getZoom()")
    inner.locator(".leaflet-control-zoom-in").click()
    box = inner.locator(".folium-map").bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 120, steps=5)
    page.mouse.up()
    page.wait_for_timeout(700)
    assert inner.locator(".folium-map").evaluate("() => iqgeoView.map.getZoom()") > before
    # Municipalities are told apart at close range only, with a word on how sure their borders are.
    borders = inner.locator(".leaflet-borders-pane path")
    expect(borders).to_have_count(0)
    inner.locator(".folium-map").evaluate("() => { iqgeoView.map.setZoom(10, { animate: false }) }")
    expect(borders).to_have_count(1)
    expect(inner.locator(".borders-note")).to_contain_text("ungefähr")
    inner.locator(".folium-map").evaluate("() => { iqgeoView.map.setZoom(8, { animate: false }) }")
    expect(borders).to_have_count(0)
    expect(inner.locator(".borders-note")).to_have_count(0)
    assert page.evaluate("window.asked") == 1
    page.get_by_label("Gemeinde enthält").fill("Buxtehude")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Eine Gemeinde")).to_be_visible()
    expect(inner.locator(".leaflet-circles-pane path")).to_have_count(1)
    # The buttons below stand for the whole list until the page has come to them.
    wait_until_quiet(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Excel-Datei").click()
    saved = tmp_path / "liste.xlsx"
    waiting.value.save_as(saved)
    rows = CalamineWorkbook.from_path(str(saved)).get_sheet_by_name("Gemeinden").to_python()
    head = next(number for number, row in enumerate(rows) if "Gemeinde" in row)
    assert [row[rows[head].index("Gemeinde")] for row in rows[head + 1 :]] == ["Buxtehude"]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV-Datei").click()
    assert "Buxtehude" in Path(waiting.value.path()).read_text(encoding="utf-8-sig")


def test_coordinator_tries_takes_asks_and_saves(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/planung", height=1600)
    inner = wait_for_map(page)
    size = inner.locator(".folium-map").bounding_box()
    inner.locator(".folium-map").click(position={"x": size["width"] * 0.58, "y": size["height"] * 0.40})
    expect(page.get_by_text("ausprobiert, noch nicht im Plan")).to_be_visible()
    expect(inner.locator(".leaflet-marker-icon")).to_have_count(7)
    page.get_by_role("button", name="In den Plan übernehmen").click()
    expect(page.locator("h1")).to_contain_text("eine weitere Stelle")
    expect(inner.locator(".legend")).to_contain_text("neu im Plan")
    wait_until_quiet(page)
    # Before an answer takes the place of anything it is asked where to begin: what stands by hand is named.
    page.get_by_role("button", name="Rechnen").click()
    page.get_by_role("button", name="Neu, auch ohne").click()
    expect(page.get_by_text("Bewiesen optimal:")).to_be_visible(timeout=120_000)
    # It stands on the map at once, and is part of nothing yet.
    expect(inner.locator(".label.provisional")).to_have_count(4)
    expect(page.locator(".iq-tag")).to_have_text("vorläufig, noch nicht im Plan")
    page.get_by_role("button", name="In den Plan übernehmen").click()
    expect(page.locator("h1")).to_contain_text("vier weitere Stellen")
    wait_until_quiet(page)
    panel(page, "Pläne")
    page.get_by_role("button", name="Plan speichern").click()
    expect(page.get_by_text("gesichert bis möglich")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Als Datei (.toml)").click()
    saved = tmp_path / "plan.toml"
    waiting.value.save_as(saved)
    assert round(100 * Plan.load(saved).coverage().share, 1) == 68.9
    panel(page, "Planen")
    # A proposed office is dragged: it moves to the town next to where it is dropped.
    marker = inner.locator(".leaflet-marker-draggable").first
    wait_until_quiet(page)
    spot = marker.bounding_box()
    page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    page.mouse.down()
    page.mouse.move(spot["x"] - 40, spot["y"] - 25, steps=8)
    page.mouse.up()
    expect(page.locator(".iq-lead")).not_to_contain_text("68,9 von 100")
    assert page.evaluate("document.querySelector('.stMain').scrollTop") == 0
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.locator(".iq-lead")).to_contain_text("68,9 von 100")


def test_stage_language_and_address(open_page: OpenPage) -> None:
    page = open_page("/?stage=2013")
    expect(page.locator("h1")).to_contain_text("51 von 100")
    inner = wait_for_map(page)
    # The scene of another stage is drawn into the same map.
    inner.locator(".folium-map").evaluate("() => { window.same = true }")
    choose_network(page, 2021)
    expect(inner.locator(".leaflet-marker-icon")).to_have_count(9)
    assert inner.locator(".folium-map").evaluate("() => window.same") is True
    expect(page).to_have_url(re.compile(r"stage=2021"))
    choose_network(page, 2013)
    expect(page.locator("h1")).to_contain_text("51 von 100")
    # Settings that were looked at once and are out of sight keep no words of the other language.
    bar(page, "promise").click()
    expect(page.get_by_label("Höchstens, in km").first).to_be_visible()
    page.keyboard.press("Escape")
    headline = page.locator("h1").inner_text()
    for lang, start in (("EN", "51 of 100"), ("DE", "51 von 100"), ("EN", "51 of 100")):
        page.locator(".st-key-language").get_by_text(lang, exact=True).click()
        expect(page.locator("h1")).to_contain_text(start)
        wait_until_quiet(page)
        expect(page.locator(".iq-failed")).to_have_count(0)
        assert (page.locator("h1").inner_text() == headline) == (lang == "DE")
    expect(page.locator("h1")).to_contain_text("51 of 100 people with a migration background in Lower Saxony")
    expect(page).to_have_url(re.compile(r"lang=en"))
    expect(page).to_have_url(re.compile(r"stage=2013"))
    # Whoever is given the address sees the same.
    page.reload()
    expect(page.locator("h1")).to_contain_text("51 of 100")
    # What the address says has changed on both pages since: the way back is one step all the same.
    go(page, "/methode")
    expect(page).to_have_url(re.compile(r"methode\?.*lang=en"))
    page.go_back()
    expect(page.locator("h1")).to_contain_text("51 of 100")


def test_choices_speak_the_language_of_the_page(open_page: OpenPage) -> None:
    page = open_page("/lueckenliste")
    picks = page.get_by_test_id("stMultiSelect")

    def pick(at: int, words: str) -> None:
        picks.nth(at).locator("input").first.click()
        page.get_by_role("option", name=words).click()
        page.keyboard.press("Escape")
        wait_until_quiet(page)

    def speak(lang: str) -> None:
        page.locator(".st-key-language").get_by_text(lang, exact=True).click()
        wait_until_quiet(page)

    pick(0, "2 südwestlich von Bremen")
    pick(2, "zu weit")
    speak("EN")
    expect(picks.nth(0)).to_contain_text("2 south-west of Bremen")
    expect(picks.nth(0)).not_to_contain_text("südwestlich")
    expect(picks.nth(2)).to_contain_text("too far")
    # What is picked next is added to what was picked in the other language.
    pick(0, "3 between Bremen and Hamburg")
    expect(picks.nth(0)).to_contain_text("2 south-west of Bremen")
    expect(picks.nth(0)).to_contain_text("3 between Bremen and Hamburg")
    go(page, "/planung")
    wait_for_map(page)
    towns = page.locator(".st-key-suggest-towns input")
    expect(towns).to_have_value(re.compile("^10,000"))
    towns.click()
    page.get_by_role("option", name=re.compile("^5,000")).click()
    wait_until_quiet(page)
    speak("DE")
    expect(towns).to_have_value(re.compile("^ab 5.000"))
    go(page, "/lueckenliste")
    expect(picks.nth(0)).to_contain_text("3 zwischen Bremen und Hamburg")


def test_planning_by_keyboard_only_and_unseen_by_others(open_page: OpenPage) -> None:
    first, second = open_page("/planung", height=1600), open_page("/planung", who="second")
    for page in (first, second):
        wait_for_map(page)
    folium_map(first).locator(".folium-map").focus()
    first.keyboard.press("Enter")
    take = first.get_by_role("button", name="In den Plan übernehmen")
    expect(take).to_be_visible()
    take.focus()
    first.keyboard.press("Enter")
    expect(first.locator("h1")).to_contain_text("eine weitere Stelle")
    second.get_by_role("button", name="Rückgängig").wait_for()
    expect(second.locator("h1")).to_contain_text("keine Änderung")
    # The ways of a district, picked from the list.
    inner = folium_map(first)
    inner.get_by_role("button", name="Wege").focus()
    first.keyboard.press("Enter")
    inner.get_by_label("Kreis wählen").select_option("Cuxhaven")
    expect(inner.locator(".leaflet-ways-pane path").first).to_be_attached()


FULLY_DRAWN = """() => [...document.querySelectorAll('[data-testid=stElementContainer], [data-stale]')]
  .every(it => it.dataset.stale !== 'true' && getComputedStyle(it).opacity === '1')"""


def serious(page: Page) -> list[str]:
    """Serious faults that axe finds on a page and in the map inside it."""
    # What is drawn anew is paler for a moment, and that is no contrast to judge.
    wait_until(page, FULLY_DRAWN)
    found = []
    for frame in page.frames:
        if not frame.evaluate("'axe' in window"):
            frame.evaluate(AXE)
        faults = frame.evaluate(
            "async () => (await axe.run(document, {iframes: false, resultTypes: ['violations']})).violations"
        )
        found += [
            f"{fault['id']}: {fault['nodes'][0]['html'][:160]}"
            for fault in faults
            if fault["impact"] in ("serious", "critical")
        ]
    return found


def go(page: Page, path: str) -> None:
    """Go to a page by the menu: at the top, or in a narrow window in a line of its own."""
    before = page.locator("h1").inner_text()
    narrow = page.viewport_size["width"] < 700
    link = f".st-key-narrow_menu a[href='{path[1:]}']" if narrow else f".stAppHeader a[href$='{path}']"
    page.locator(link).last.click()
    expect(page.locator("h1")).not_to_have_text(before)
    expect(page).to_have_url(re.compile(rf"{path}(\?|$)"))
    if path in MAPS:
        wait_for_map(page)


def test_no_page_has_a_serious_fault_dark_light_or_on_a_phone(open_page: OpenPage) -> None:
    """One visitor sees all pages: those with maps in the dark theme, then all on a phone and on a desk."""
    page = open_page(height=1600, dark=True)
    wait_for_map(page)
    for path in MAPS:
        if path != "/":
            go(page, path)
        expect(folium_map(page).locator("body.dark")).to_be_attached()
        assert serious(page) == [], f"{path}, dark"
        if path == "/planung":
            # The pointer rests on each: what is under it keeps its contrast.
            for number in (1, 2):
                page.locator(".st-key-cockpit-panel button").nth(number).click()
                wait_until_quiet(page)
                assert serious(page) == [], f"panel {number}, dark"
    page.emulate_media(color_scheme="light")
    # A tablet, and a desk made larger: the menu ends before the choice of language begins.
    for width in (1024, 850):
        page.set_viewport_size({"width": width, "height": 1800})
        wait_until(page, MENU_APART)
    for path in PATHS:
        page.set_viewport_size({"width": 390, "height": 1800})
        go(page, path)
        if path in MAPS:
            expect(folium_map(page).locator("body:not(.dark)")).to_be_attached()
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390, path
        block = page.locator("[data-testid='stMainBlockContainer']")
        assert block.evaluate("it => it.scrollWidth - it.clientWidth") <= 1, path
        assert serious(page) == [], f"{path}, phone"
        # On a desk a page has the same parts: those with a map were judged there in the dark, and colours of
        # the light here. By night all of them are.
        if BY_NIGHT:
            page.set_viewport_size({"width": 1280, "height": 1600})
            page.wait_for_timeout(500)
            assert serious(page) == [], f"{path}, desk"


def test_two_maps_on_a_telephone_stand_one_below_the_other(open_page: OpenPage) -> None:
    page = open_page("/?open=side", width=390, height=844)
    wait_until_quiet(page)
    frames = page.locator(".st-key-cockpit_map iframe")
    expect(frames).to_have_count(2)
    tops = """it => [...it.querySelectorAll(".st-key-cockpit_map iframe, .st-key-cockpit_panel")]
        .map(one => one.getBoundingClientRect()).map(one => [one.top, one.bottom])"""
    (first, second, panel) = page.locator(".st-key-cockpit").first.evaluate(tops)
    assert first[1] <= second[0]
    assert second[1] <= panel[0] + 1


def test_hostile_upload_runs_nothing(open_page: OpenPage) -> None:
    page = open_page("/daten", height=1600)
    rows = ["id,name,lon,lat"]
    for number, payload in enumerate(PAYLOADS):
        quoted = payload.replace('"', '""').replace("\x00", "").replace("\u2028", "").replace("\u2029", "")
        rows.append(f'{number},"{quoted}",{9.0 + number / 10},{52.4 + number / 20}')
    page.locator("input[type=file]").set_input_files(
        {"name": "böse <b>.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    )
    page.get_by_role("button", name="Diese Datei übernehmen").click()
    expect(page.locator("h1")).to_contain_text("eigenen Daten")
    page.get_by_role("link", name="Überblick").click()
    inner = wait_for_map(page)
    expect(inner.locator(".leaflet-marker-icon")).to_have_count(len(PAYLOADS))
    inner.locator(".leaflet-marker-icon").first.hover()
    expect(inner.locator(".leaflet-tooltip")).to_contain_text("{{ 7*7 }}")
    expect(inner.locator(".label.place").first).to_contain_text("{{ 7*7 }}")
    page.wait_for_timeout(300)
    for frame in page.frames:
        assert frame.evaluate("document.querySelectorAll('img[src=x]').length") == 0


@pytest.mark.parametrize(("named", "said"), [("gibt-es-nicht", True), ("ueberblick", False)])
def test_an_address_of_no_page_leads_to_the_first_and_says_so(
    open_page: OpenPage, named: str, said: bool
) -> None:
    page = open_page(f"/{named}?stage=2013")
    expect(page.locator(".iq-headline").first).to_be_visible()
    expect(page).to_have_url(re.compile(r":\d+/\?stage=2013"))
    wait_until_quiet(page)
    assert page.get_by_role("dialog").count() == 0
    assert page.get_by_text("Ein Teil der Adresse war nicht brauchbar").count() == said
    assert page.get_by_text("Seite.").count() == said
    # What is shown is the page, not a memory of it: it works, and the notice does not follow.
    page.get_by_role("link", name="Methode").first.click()
    expect(page).to_have_url(re.compile("/methode"))
