"""Streamlit's own sign-in against a real provider on the loopback address, judged by the store."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.app.conftest import wait_until_healthy
from tests.ports import free_port
from tests.store.provider import running_provider

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SECRETS = """[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "only for this test, and long enough"
client_id = "iqgeo"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


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
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    (folder / ".streamlit").mkdir()
    secrets = SECRETS.format(app=address, provider=provider)
    (folder / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
    page = Path(__file__).with_name("signing_in.py")
    command = [
        sys.executable, "-m", "streamlit", "run", str(page), "--server.headless=true",
        f"--server.port={port}", "--server.address=127.0.0.1", "--browser.gatherUsageStats=false",
    ]  # fmt: skip
    environment = {"IQGEO_STORE": str(folder / "plans.db"), "PROBE_CLIENT": str(folder / "client")}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(Path.cwd())]))
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until_healthy(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def signed_in(browser, address, subject):
    page = browser.new_context(locale="de-DE").new_page()
    page.goto(address)
    page.get_by_role("button", name="Anmelden").click()
    page.locator("input[name=sub]").fill(subject)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(f"{address}/**")
    return page


def test_who_signs_in_by_streamlit_is_known_to_the_store(browser, address, folder, provider):
    (folder / "client").write_text("iqgeo", encoding="utf-8")
    claims = {"name": "Ada", "email": "ada@example.org", "groups": ["planung"]}
    httpx.put(f"{provider}/users/ada", json=claims).raise_for_status()
    httpx.put(f"{provider}/users/ohne", json={}).raise_for_status()
    page = signed_in(browser, address, "ada")
    expect(page.get_by_text("Guten Tag, Ada: planung")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Guten Tag, Ada")).to_be_visible()
    page.get_by_role("button", name="Abmelden").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    expect(signed_in(browser, address, "ohne").get_by_text("Guten Tag, ")).to_be_visible()


def test_a_sign_in_for_another_program_opens_nothing(browser, address, folder):
    (folder / "client").write_text("other", encoding="utf-8")
    expect(signed_in(browser, address, "ada").get_by_text("login_audience")).to_be_visible()
