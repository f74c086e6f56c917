"""Streamlit's own sign-in against a real provider on the loopback address, judged by the store."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.store.provider import running_page, running_provider

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def provider():
    with running_provider() as address:
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("signing in")


@pytest.fixture(scope="module")
def address(folder, provider):
    """The page, started once; its sign-in is for the client that its file names."""
    page = Path(__file__).with_name("signing_in.py")
    environment = {"IQGEO_STORE": str(folder / "plans.db"), "PROBE_CLIENT": str(folder / "client")}
    with running_page(folder, provider, page, environment) as address:
        yield address


def signed_in(visitor, address, subject):
    page = visitor().new_page()
    page.goto(address)
    page.get_by_role("button", name="Anmelden").click()
    page.locator("input[name=sub]").fill(subject)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(f"{address}/**")
    return page


def test_who_signs_in_by_streamlit_is_known_to_the_store(visitor, address, folder, provider):
    (folder / "client").write_text("iqgeo", encoding="utf-8")
    claims = {"name": "Ada", "email": "ada@example.org", "groups": ["planung"]}
    httpx.put(f"{provider}/users/ada", json=claims).raise_for_status()
    httpx.put(f"{provider}/users/ohne", json={}).raise_for_status()
    page = signed_in(visitor, address, "ada")
    expect(page.get_by_text("Guten Tag, Ada: planung")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Guten Tag, Ada")).to_be_visible()
    page.get_by_role("button", name="Abmelden").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    expect(signed_in(visitor, address, "ohne").get_by_text("Guten Tag, ")).to_be_visible()


def test_a_sign_in_for_another_program_opens_nothing(visitor, address, folder):
    (folder / "client").write_text("other", encoding="utf-8")
    expect(signed_in(visitor, address, "ada").get_by_text("login_audience")).to_be_visible()
