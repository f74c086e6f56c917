"""The app under a base path behind a reverse proxy, with the settings of docs/betrieb.md."""

import contextlib
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.app.conftest import running_app
from tests.browser import Visit, wait_for_map

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Proxy:
    """Hands every connection on, as a reverse proxy does that passes the path unchanged."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.server = threading.Thread(target=self.serve)
        self.server.start()

    def close(self) -> None:
        """Stop listening; the shutdown wakes the thread that waits for the next connection."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.server.join()
        self.listener.close()

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.carry, args=(client,)).start()

    def carry(self, client: socket.socket) -> None:
        """Both directions of one connection, closed when both have ended."""
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            back = threading.Thread(target=pump, args=(server, client))
            back.start()
            pump(client, server)
            back.join()


@pytest.fixture(scope="module")
def behind_proxy() -> Iterator[str]:
    options = ("--server.baseUrlPath=iqgeo", "--server.maxUploadSize=1")
    # The app ends first, and with it what the proxy still carries.
    with contextlib.ExitStack() as afterwards, running_app(*options, path="/iqgeo") as address:
        proxy = Proxy(int(address.rsplit(":", 1)[1]))
        afterwards.callback(proxy.close)
        yield f"http://127.0.0.1:{proxy.port}/iqgeo"


def test_the_page_its_map_and_its_limits_work_behind_a_proxy(behind_proxy: str, visitor: Visit) -> None:
    page = visitor().new_page()
    page.goto(f"{behind_proxy}/")
    expect(page.locator("h1")).to_contain_text("47 von 100")
    expect(wait_for_map(page).locator(".leaflet-marker-icon")).to_have_count(6)
    page.get_by_role("link", name="Daten").click()
    expect(page.locator("input[type=file]")).to_be_attached()
    assert "/iqgeo/daten" in page.url
    large = b"id,name,lon,lat\n" + b"1,Celle,10.08,52.62\n" * 70_000
    page.locator("input[type=file]").set_input_files(
        {"name": "zu-gross.csv", "mimeType": "text/csv", "buffer": large}
    )
    expect(page.get_by_text("1.0MB").or_(page.get_by_text("1MB")).first).to_be_visible()
    expect(page.get_by_role("button", name="Diese Datei übernehmen")).to_have_count(0)


def test_an_upload_without_the_key_of_the_page_is_refused(behind_proxy: str) -> None:
    request = urllib.request.Request(
        f"{behind_proxy}/_stcore/upload_file/sitzung/datei", data=b"id\n1\n", method="PUT"
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    # An error of urllib holds the connection until it is closed.
    with refused.value as answer:
        assert answer.code in (400, 403)
