"""The app with Streamlit's sign-in against a real provider: owners, readers, guests, links for the house."""

import json

import httpx
import pytest
from playwright.sync_api import expect

from iqgeo.errors import InputError
from iqgeo.store import members, plans, published, traces
from iqgeo.store.database import open_store
from iqgeo.store.records import NewVersion
from tests.app.conftest import ROOT
from tests.browser import wait_until_quiet
from tests.store.provider import running_page, running_provider

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CASE = {
    "settings": {"weight": "migration_background", "year": 2010, "target_km": 35.0},
    "stages": [], "proof": None, "firmness": None, "robustness": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def provider():
    with running_provider() as address:
        yield address


@pytest.fixture
def app(tmp_path, provider):
    """The app, its sign-in set up; its address and its store."""
    place = str(tmp_path / "plans.db")
    page = ROOT / "iqgeo" / "app" / "router.py"
    with running_page(tmp_path, provider, page, {"IQGEO_STORE": place}) as address:
        yield address, open_store(place)


def signed_in(visitor, address, subject):
    page = visitor().new_page()
    page.goto(f"{address}/plaene")
    page.get_by_role("button", name="Anmelden").click()
    page.locator("input[name=sub]").fill(subject)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(f"{address}/**")
    expect(page.get_by_text("angemeldet:")).to_be_visible()
    return page


def plan_rows(page, address):
    page.goto(f"{address}/plaene")
    expect(page.locator("h1")).to_have_text("Pläne")
    return page.locator(".iq-plan strong")


def test_a_plan_is_its_owners_until_shared_and_a_link_is_for_the_house_until_opened(visitor, app, provider):
    for who, name in (("ada", "Ada"), ("bob", "Bob")):
        claims = {"name": name, "email": f"{who}@example.org", "email_verified": True, "groups": []}
        httpx.put(f"{provider}/users/{who}", json=claims).raise_for_status()
    address, store = app
    ada, bob = (signed_in(visitor, address, who) for who in ("ada", "bob"))
    known = traces.traces(store, "ada@example.org")
    owner = members.Member(known.id, known.name, known.email)
    made = plans.create(store, NewVersion("Adas Plan", "version = 3\n", "k"), owner)
    page = published.publish(
        store, made.plan_id, 1, case_json=json.dumps(CASE), outputs=(), program="x", checksums={}, by=owner
    )
    expect(plan_rows(ada, address).first).to_have_text("Adas Plan")
    expect(plan_rows(bob, address)).to_have_count(0)
    expect(bob.get_by_text("Kein Plan")).to_be_visible()
    # Shared by its owner in the app, it is there to read.
    wait_until_quiet(ada)
    ada.get_by_text("Wer darf was", exact=True).click()
    wait_until_quiet(ada)
    ada.get_by_label("E-Mail-Adresse oder Gruppe").fill("bob@example.org")
    wait_until_quiet(ada)
    ada.get_by_role("button", name="Festlegen").click()
    expect(ada.get_by_text("Bob: lesen")).to_be_visible()
    expect(plan_rows(bob, address).first).to_have_text("Adas Plan")
    bobs = traces.traces(store, "bob@example.org")
    reader = members.Member(bobs.id, bobs.name, bobs.email)
    with pytest.raises(InputError):
        plans.archive(store, made.plan_id, True, reader)
    # A guest sees no plan and no page of the house.
    guest = visitor().new_page()
    expect(plan_rows(guest, address)).to_have_count(0)
    guest.goto(f"{address}/?published={page.token}")
    expect(guest.get_by_role("button", name="Anmelden")).to_be_visible()
    expect(guest.get_by_text("Adas Plan")).to_have_count(0)
    bob.goto(f"{address}/?published={page.token}")
    expect(bob.locator("h1")).to_have_text("Adas Plan")
    published.set_open(store, page.token, True, owner)
    guest.reload()
    expect(guest.locator("h1")).to_have_text("Adas Plan")
