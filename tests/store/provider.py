"""A provider of sign-ins on the loopback address, and pages that use it, in processes of their own."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx

from tests.app.conftest import ROOT, wait_until_healthy
from tests.ports import free_port

SECRETS = """[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "only for this test, and long enough"
client_id = "iqgeo"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@contextmanager
def running_provider():
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                httpx.get(f"{address}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, "the provider did not start"
                time.sleep(0.1)
        yield address
    finally:
        process.kill()
        process.wait()


@contextmanager
def running_page(folder, provider, script, environment):
    """A page of streamlit whose sign-in is set up in its folder; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    (folder / ".streamlit").mkdir()
    secrets = SECRETS.format(app=address, provider=provider)
    (folder / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    command = [
        sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
        f"--server.port={port}", "--server.address=127.0.0.1", "--browser.gatherUsageStats=false",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until_healthy(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(20)
