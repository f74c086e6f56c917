"""The files in docs/proxy, with the real servers: headers, upload size, sessions, base path, closed doors."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.app.client import Visitor
from tests.app.conftest import ROOT, running_app
from tests.ports import free_port

pytestmark = pytest.mark.slow

NAME = "planung.example.org"
FILES = ROOT / "docs" / "proxy"
START_S = 30


def found(program: str) -> str:
    where = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if where is None:
        pytest.skip(f"{program} is not installed on this machine")
    return where


@pytest.fixture(scope="module")
def app_port() -> Iterator[int]:
    options = ("--server.baseUrlPath=iqgeo", "--server.maxUploadSize=50", f"--browser.serverAddress={NAME}")
    with running_app(*options, path="/iqgeo") as address:
        yield int(address.rsplit(":", 1)[1])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    pem, key = folder / "a.pem", folder / "a.key"
    subprocess.run(
        [found("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
         "-keyout", str(key), "-out", str(pem)],
        check=True, capture_output=True,
    )  # fmt: skip
    return pem, key


def nginx(folder: Path, app_port: int, port: int, pem: Path, key: Path) -> list[str]:
    written = (FILES / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("/etc/ssl/planung.example.org.pem", pem), ("/etc/ssl/private/planung.example.org.key", key),
        ("127.0.0.1:8501", f"127.0.0.1:{app_port}"), ("listen 443", f"listen 127.0.0.1:{port}"),
        ("listen 80", f"listen 127.0.0.1:{free_port()}"),
    ):  # fmt: skip
        assert old in written
        written = written.replace(old, str(new))
    (folder / "iqgeo.conf").write_text(written, encoding="utf-8")
    owner = "user root; " if os.name == "posix" and os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{it}_temp_path {folder}/{it};" for it in kinds)
    (folder / "nginx.conf").write_text(
        f"{owner}pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; daemon off;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary} include {folder}/iqgeo.conf; }}\n",
        encoding="utf-8",
    )
    return [found("nginx"), "-c", f"{folder}/nginx.conf", "-p", str(folder)]


def caddy(folder: Path, app_port: int, port: int, pem: Path, key: Path) -> list[str]:
    written = (FILES / "Caddyfile").read_text(encoding="utf-8")
    told = "# tls /etc/ssl/planung.example.org.pem /etc/ssl/private/planung.example.org.key"
    assert told in written
    written = written.replace(told, f"tls {pem} {key}").replace("127.0.0.1:8501", f"127.0.0.1:{app_port}")
    ports = f"https_port {port}\n\thttp_port {free_port()}"
    options = f"{{\n\tadmin off\n\tauto_https disable_redirects\n\t{ports}\n}}\n"
    (folder / "Caddyfile").write_text(options + written, encoding="utf-8")
    return [found("caddy"), "run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"]


def listening(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest, app_port: int, certificate: tuple[Path, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[int]:  # fmt: skip
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    make: Callable[..., list[str]] = request.param
    command = make(folder, app_port, port, *certificate)
    log = (folder / "log").open("wb")
    homes = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **homes})
    try:
        end = time.monotonic() + START_S
        while not listening(port):
            told = (folder / "log").read_text(errors="replace")
            assert process.poll() is None, told
            assert time.monotonic() < end, told
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def secure() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connected(port: int) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=30)
    return secure().wrap_socket(plain, server_hostname=NAME)


def asked(
    port: int, path: str, method: str = "GET", body: int = 0, host: str = NAME, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and beginning of an answer; ``body`` bytes are announced, and sent as long as taken."""
    with closing(http.client.HTTPConnection("127.0.0.1")) as connection:
        connection.sock = connected(port)
        connection.putrequest(method, path, skip_host=True)
        for name, value in {"Host": host, **headers}.items():
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(body))
        connection.endheaders()
        try:
            for _ in range(body // 65_536 + bool(body)):
                connection.send(bytes(min(65_536, body)))
        except OSError:
            # Refused before it was sent whole.
            pass
        try:
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read(100)
        except (http.client.HTTPException, OSError):
            return 0, {}, b""


def test_the_page_comes_with_its_headers(proxy: int) -> None:
    status, headers, content = asked(proxy, "/iqgeo/")
    assert status == 200
    assert b"<!--" in content
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"uvicorn|\d+\.\d+", headers.get("server", "")), (
        "which version runs is nobody's business"
    )
    assert asked(proxy, "/")[0] in (301, 302)


@pytest.mark.parametrize("path", ["metrics", "agent/interact", "agent/openapi.json", "script-health-check"])
def test_doors_that_are_closed(proxy: int, path: str) -> None:
    assert asked(proxy, f"/iqgeo/_stcore/{path}")[0] == 404


def test_another_name_and_another_origin_get_nothing(proxy: int) -> None:
    status, _, content = asked(proxy, "/iqgeo/", host="evil.example")
    assert status != 200 or not content
    assert asked(proxy, "/iqgeo/", Origin="https://evil.example")[0] == 403
    assert asked(proxy, "/iqgeo/", Origin=f"https://{NAME}")[0] == 200
    assert asked(proxy, "/anderswo")[0] == 404


def test_a_file_may_be_as_large_as_said_and_no_larger(proxy: int) -> None:
    path = "/iqgeo/_stcore/upload_file/sitzung/datei"
    _, headers, _ = asked(proxy, "/iqgeo/_stcore/health")
    key = headers["set-cookie"].split(";")[0]
    keys = {"Cookie": key, "X-Xsrftoken": key.partition("=")[2]}
    # Refused while it is sent: the connection may be gone before the answer is read.
    assert asked(proxy, path, "PUT", body=60 * 2**20, **keys)[0] in (0, 413)
    # What is small enough arrives: the app itself refuses a session that is none, and who has no key.
    assert answered(proxy, path, **keys) == 400
    assert answered(proxy, path) == 403


def answered(port: int, path: str, **headers: str) -> int:
    """The status of a small file brought.

    The app may close before all is sent: then nothing arrives, or the proxy's own 502, and it is tried again.
    """
    tries = (asked(port, path, "PUT", body=2**20, **headers)[0] for _ in range(5))
    return next((it for it in tries if it not in (0, 502)), 0)


def test_a_session_works_through_it(proxy: int) -> None:
    with connected(proxy) as plain:
        visitor = Visitor(f"http://{NAME}/iqgeo", "methode", sock=plain, origin=f"https://{NAME}")
        assert "Luftlinie" in visitor.words
        visitor.close()
