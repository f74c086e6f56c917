"""Several people on one server: each sees only its own plan, long work survives a rerun, not its tab."""

import re

import pytest
from playwright.sync_api import Page, expect

from iqgeo.app import services
from iqgeo.coverage import Coverage
from iqgeo.region import Region
from iqgeo.texts import number, text
from tests.app import second
from tests.app.conftest import OpenPage
from tests.app.test_browser import bar, choose_network
from tests.browser import folium_map, wait_for_map, wait_until_quiet

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Three towns, each in another of the large gaps, as (lon, lat); beside the first two, 30 more are hard.
SPOTS = {"Göttingen": (9.94, 51.54), "Celle": (10.08, 52.62), "Vechta": (8.28, 52.73)}
# More than a minute of proving on a machine that does nothing else: a second waits, and stops it.
HARD_NEW, HARD_TOWNS, HARD_LIMIT_S = "26", "ab 5.000", "600"


def take_office(page: Page, name: str) -> None:
    """Take a town into the plan by the map."""
    wait_for_map(page)
    folium_map(page).locator(".folium-map").evaluate(
        # The map itself is no answer: to write it down would take seconds.
        "(_, at) => { iqgeoView.map.fire('click', {latlng: L.latLng(at[1], at[0])}) }",
        list(SPOTS[name]),
    )
    page.get_by_role("button", name=text("app.planning.take", "de")).click()
    expect(page.locator("h1")).to_contain_text("eine weitere Stelle")
    # The last that is drawn: nothing is drawn anew under the hand after this.
    expect(page.get_by_role("button", name=text("cockpit.question.ask", "de"))).to_be_enabled()
    wait_until_quiet(page)


def prepare_hard(page: Page) -> None:
    """Fill in a question that takes minutes to prove."""
    page.get_by_role("button", name=text("cockpit.question.rules", "de")).click()
    page.get_by_label(text("app.suggest.limit", "de")).fill(HARD_LIMIT_S)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name=text("app.suggest.candidates", "de")).click()
    page.get_by_role("option").filter(has_text=HARD_TOWNS).click()
    wait_until_quiet(page)
    page.get_by_label(text("app.suggest.new", "de")).fill(HARD_NEW)
    page.keyboard.press("Tab")
    wait_until_quiet(page)
    expect(page.get_by_label(text("app.suggest.new", "de"))).to_have_value(HARD_NEW)
    wait_until_quiet(page)


def ask(page: Page) -> None:
    page.get_by_role("button", name=text("cockpit.question.ask", "de")).click()
    page.get_by_role("button", name=text("cockpit.begin.plan", "de")).click()


def test_three_sessions_a_rerun_and_a_closed_tab(
    open_page: OpenPage, region: Region, coverage_2012: Coverage
) -> None:
    names = list(SPOTS)
    expected = {
        name: number(
            100 * second.with_plan(coverage_2012, [services.nearest_town(region, *SPOTS[name])]).share,
            "de",
            1,
        )
        for name in names
    }
    assert len(set(expected.values())) == len(names), "the plans could not be told apart"

    def planning(who: str) -> Page:
        # High enough for the whole form: a list closes when the page is scrolled under it.
        return open_page("/planung", who=who, height=1600)

    def sees_its_own(page: Page, name: str) -> None:
        expect(page.locator(".iq-lead")).to_contain_text(f"{expected[name]} von 100")

    # What can be there before is: a solver takes all the time that pages leave it.
    closed, asking, third = planning("first"), planning("second"), planning("first")
    for page, name in ((closed, names[0]), (asking, names[1])):
        take_office(page, name)
        prepare_hard(page)

    # The first two ask; the second has to wait, for one is solved at a time.
    ask(closed)
    expect(closed.locator(".iq-running").filter(has_text=re.compile(r"\d+ s\)"))).to_be_visible()
    sees_its_own(closed, names[0])
    ask(asking)
    waits = asking.get_by_text(text("app.suggest.waiting", "de").replace("**", ""))
    expect(waits).to_be_visible()

    # While a solver runs, one more has a plan of its own, and nobody sees another's. One tab is closed.
    closed.close()
    take_office(third, names[2])
    for page, name in zip((asking, third), names[1:], strict=True):
        sees_its_own(page, name)

    # Nobody watches the first solve any more: it ends, and the second gets its turn.
    expect(waits).to_have_count(0)
    expect(asking.locator(".iq-running").filter(has_text=re.compile(r"\d+ s\)"))).to_be_visible()

    # Another language and another setting in the middle of the solve: it goes on, and answers.
    asking.locator(".st-key-language").get_by_text("EN", exact=True).click()
    expect(asking.locator("h1")).to_contain_text("one more office")
    choose_network(asking, 2013)
    expect(bar(asking, "network")).to_contain_text("2013")
    asking.get_by_role("button", name=text("app.suggest.stop", "en")).click()
    expect(asking.get_by_role("button", name=text("app.suggest.adopt", "en"))).to_be_visible(timeout=120_000)
    expect(asking.get_by_text(text("app.suggest.outdated", "en"))).to_be_visible()
