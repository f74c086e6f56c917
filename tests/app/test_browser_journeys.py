"""Further journeys in a real browser: a plan in stages, a list with columns of one's own."""

import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from iqgeo.api import Plan
from tests.app.conftest import OpenPage
from tests.app.test_browser import panel
from tests.browser import wait_for_map, wait_until_quiet

pytestmark = [pytest.mark.browser]


def test_coordinator_plans_in_stages_and_takes_the_file(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/planung", height=1800)
    wait_for_map(page)
    page.get_by_role("button", name="Regeln").click()
    page.get_by_label("Ziel").first.click()
    page.get_by_role("option", name="In Etappen öffnen").click()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Stellen je Etappe").fill("1, 2")
    page.keyboard.press("Enter")
    wait_until_quiet(page)
    page.get_by_role("button", name="Rechnen").click()
    expect(page.get_by_text("Einwohnern in 2 Etappen erreicht")).to_be_visible()
    page.get_by_role("button", name="In den Plan übernehmen").click()
    expect(page.locator("h1")).to_contain_text("drei weitere Stellen")
    wait_until_quiet(page)
    last_lead = page.locator(".iq-lead").inner_text()
    page.get_by_text("nach Etappe 1", exact=True).click()
    expect(page.locator("h1")).to_contain_text("eine weitere Stelle")
    expect(page.locator(".iq-lead")).not_to_have_text(last_lead)
    lead = page.locator(".iq-lead").inner_text()
    panel(page, "Pläne")
    page.get_by_role("button", name="Plan speichern").click()
    expect(page.get_by_text("gesichert bis möglich")).to_be_visible()
    wait_until_quiet(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Als Datei (.toml)").click()
    saved = tmp_path / "plan.toml"
    waiting.value.save_as(saved)
    written = tomllib.loads(saved.read_text(encoding="utf-8"))
    assert [len(stage.get("opened", ())) for stage in written["stages"]] == [1, 2]
    plan = Plan.load(saved)
    first, last = plan.coverage(0).covered, plan.coverage(1).covered
    assert f"{100 * first / plan.coverage(0).people:.1f}".replace(".", ",") in lead
    assert last > first


def test_analyst_takes_the_columns_chosen_and_sees_the_way(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/lueckenliste", height=1400)
    inner = wait_for_map(page)
    page.get_by_label("Gemeinde enthält").fill("Buxtehude")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Eine Gemeinde")).to_be_visible()
    wait_until_quiet(page)
    circles = inner.locator(".leaflet-circles-pane path")
    # The map draws the narrowed list a moment after the page has it.
    expect(circles).to_have_count(1)
    expect(circles).to_be_visible()
    circles.click(force=True)
    expect(inner.locator(".legend")).to_contain_text("Luftlinie zur nächsten Stelle")
    expect(inner.locator(".leaflet-ways-pane path")).to_have_count(2)
    # Streamlit's own CSV of the table would let a name be a formula.
    expect(page.get_by_label("Download as CSV")).to_be_hidden()
    wait_until_quiet(page)
    page.get_by_role("button", name="Spalten", exact=True).click()
    chosen = page.get_by_test_id("stMultiSelect").last
    for column in ("nächste Stelle", "über Ziel", "Grund"):
        tag = chosen.get_by_text(column, exact=True)
        tag.locator("..").locator("[role=presentation], svg").first.click()
        expect(tag).to_have_count(0)
        # One choice after the other: a run under way would bring back what it does not know is gone.
        wait_until_quiet(page)
    page.keyboard.press("Escape")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV-Datei").click()
    table = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert table[0].split(";") == ["Kreis", "Gemeinde", "Menschen nicht erreicht", "km zur nächsten Stelle"]
    assert "Buxtehude" in table[1]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Excel-Datei").click()
    saved = tmp_path / "liste.xlsx"
    waiting.value.save_as(saved)
    book = CalamineWorkbook.from_path(str(saved))
    overview = book.get_sheet_by_name("Übersicht").to_python()
    assert any("Auszug. Gemeinde enthält: Buxtehude" in str(cell) for row in overview for cell in row)
