"""What stands before the pages: names, foreign pages, closed doors, headers; and nothing asks outside."""

import asyncio
import http.client
import os
import textwrap
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.app.client import Visitor
from iqgeo.app import early, shield
from iqgeo.app.early import Early
from iqgeo.app.shield import Names, Shield
from tests.app.conftest import running_app

PAGE = Path(streamlit.__file__).with_name("static") / "index.html"
OURS = Names(("planung.example.org", "*.amt.example"), ("https://portal.example.org",))
KEYS = {
    "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy",
    "cross-origin-opener-policy", "cross-origin-resource-policy", "permissions-policy",
}  # fmt: skip
# Names that look like ours, and what no name holds.
STRANGE = (
    "evil.example", "planung.example.org.evil.example", "evilplanung.example.org", "amt.example",
    "localhost.evil", "planung.example.org@evil.example", "evil.example/planung.example.org", "[::1",
    "localhost:99999", "localhost:x", "", " ",
    "evil.example#localhost", "evil.example?localhost", "\x1b]0;x\x07", "0x7f.1.evil",
)  # fmt: skip


def asked(scope: dict[str, object], names: Names = OURS) -> list[dict[str, object]]:
    """What the layer sends; an application behind it that answers everything with two headers."""
    sent: list[dict[str, object]] = []

    async def application(_scope, _receive, send):
        headers = [(b"content-type", b"text/html"), (b"X-Frame-Options", b"ALLOWALL")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def send(message):
        sent.append(dict(message))

    async def receive():
        raise AssertionError("nothing is read")

    # A thread of its own: where a browser test ran before, this one has a loop already.
    with ThreadPoolExecutor(1) as alone:
        alone.submit(asyncio.run, Shield(application, lambda: names, PAGE)(scope, receive, send)).result()
    return sent


def request(path: str = "/", **headers: str) -> dict[str, object]:
    listed = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    return {"type": "http", "path": path, "headers": listed}


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8501", "LOCALHOST", "127.0.0.1:8501", "[::1]:8501", "10.1.2.3", "planung.example.org",
        "planung.example.org.", "Planung.Example.Org:443", "a.amt.example",
    ],
)  # fmt: skip
def test_names_of_this_server(host: str) -> None:
    assert asked(request(host=host))[0]["status"] == 200


@pytest.mark.parametrize("host", STRANGE)
def test_other_names_end_here(host: str) -> None:
    assert [it.get("status") for it in asked(request(host=host))] == [421, None]


def test_no_name_or_two_end_here_and_who_looks_for_life_needs_none() -> None:
    assert asked(request())[0]["status"] == 421
    assert asked(request("/iqgeo/_stcore/health"))[0]["status"] == 200
    both = {"type": "http", "path": "/", "headers": [(b"host", b"localhost")] * 2}
    assert asked(both)[0]["status"] == 421


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("localhost:8501", "http://localhost:8501", 200),
        ("planung.example.org", "https://planung.example.org", 200),
        # Behind a proxy on another port, or one that says its own name.
        ("127.0.0.1:8501", "https://planung.example.org:8443", 200),
        ("localhost:8501", "https://portal.example.org", 200),
        ("localhost:8501", "http://localhost:9999", 403),
        ("localhost:8501", "http://evil.example", 403),
        ("localhost:8501", "null", 403),
        ("localhost:8501", "file://localhost:8501", 403),
        ("planung.example.org", "https://planung.example.org.evil.example", 403),
    ],
)
def test_pages_of_others_end_here(host: str, origin: str, status: int) -> None:
    assert asked(request(host=host, origin=origin))[0]["status"] == status
    socket = {**request("/_stcore/stream", host=host, origin=origin), "type": "websocket"}
    ended = asked(socket)[0]["type"] == "websocket.close"
    assert ended == (status != 200)


@given(st.text(max_size=40) | st.sampled_from(STRANGE), st.text(max_size=40) | st.sampled_from(STRANGE))
def test_whatever_arrives_is_answered(host: str, origin: str) -> None:
    """No header makes the layer fail, and none that is not one of ours passes."""
    ours = Names(("planung.example.org",))
    status = asked(request(host=host, origin=origin), ours)[0]["status"]
    assert status in (200, 403, 421)
    if status == 200:
        assert ours.knows_host(host)
        assert ours.knows_origin(origin, host)


@given(st.text(st.characters(codec="latin-1"), min_size=1, max_size=30))
def test_a_refused_name_reaches_the_log_without_a_command(name: str) -> None:
    layer = Shield(None, Names, PAGE)  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("logging.Logger.warning", lambda _self, words: said.append(words))
        layer._say("host", [name])
        layer._say("host", [name])
    assert len(said) == 1
    assert "\x1b" not in said[0]


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics", "/iqgeo/_stcore/metrics/", "/_stcore/agent/interact", "/_stcore/agent/mcp",
        "/_stcore/script-health-check",
    ],
)  # fmt: skip
def test_closed_doors(path: str) -> None:
    assert asked(request(path, host="localhost"))[0]["status"] == 404


@pytest.mark.parametrize("path", ["/", "/planung", "/component/iqgeo_map/index.html", "/media/a.html"])
def test_every_answer_says_what_it_may(path: str) -> None:
    headers = dict(asked(request(path, host="localhost"))[0]["headers"])  # type: ignore[call-overload]
    named = {name.decode(): value.decode() for name, value in headers.items()}
    assert named.keys() >= KEYS
    assert "ALLOWALL" not in str(headers), "what was said before is replaced"
    scripts = next((it for it in named["content-security-policy"].split("; ") if it.startswith("script")), "")
    assert ("'unsafe-inline'" in scripts) == ("component" in path)
    assert ("sandbox" in named["content-security-policy"]) == ("media" in path)


@given(
    st.sampled_from(["/", "/planung", "/component/iqgeo_map/index.html", "/static/a.html", "/media/a.html"]),
    st.sampled_from(["GET", "HEAD"]),
    st.sampled_from([b"text/html; charset=utf-8", b"application/json"]),
    st.lists(st.binary(max_size=20), min_size=1, max_size=4),
)
def test_what_stands_early_is_on_the_page_and_nowhere_else(
    path: str, method: str, kind: bytes, parts: list[bytes]
) -> None:
    """Whatever else passes stays as it is, in as many parts; the page is as long as it says."""
    parts = [b"<html><head>", *parts]
    asked_for: list[dict[str, object]] = []
    sent: list[dict[str, object]] = []

    async def application(scope, _receive, send):
        asked_for.append(scope)
        length = str(len(b"".join(parts))).encode()
        headers = [(b"content-type", kind), (b"Content-Length", length), (b"etag", b"x")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for at, part in enumerate(parts, start=1):
            await send({"type": "http.response.body", "body": part, "more_body": at < len(parts)})

    async def send(message):
        sent.append(dict(message))

    scope = {**request(path, **{"if-none-match": "x", "host": "localhost"}), "method": method}
    with ThreadPoolExecutor(1) as alone:
        alone.submit(asyncio.run, Early(application)(scope, None, send)).result()  # type: ignore[arg-type]
    body = b"".join(it["body"] for it in sent[1:])  # type: ignore[misc]
    headers = dict(sent[0]["headers"])  # type: ignore[call-overload]
    of_page = method == "GET" and path in ("/", "/planung")
    if of_page and kind.startswith(b"text/html"):
        script = f"<script>{early.SCRIPT}</script>".encode()
        assert body == b"".join(parts).replace(b"<head>", b"<head>" + script, 1)
        assert headers == {b"content-type": kind, b"content-length": str(len(body)).encode()}
    else:
        assert [it["body"] for it in sent[1:]] == parts
        assert b"etag" in headers
    # What a browser has kept is another page: it is never told that nothing has changed.
    kept = {name for name, _ in asked_for[0]["headers"]}  # type: ignore[attr-defined]
    assert (b"if-none-match" in kept) != of_page


# Runs in the server before anything else: tells of every name looked up and every address called.
WATCH = """
    import os, sys

    PLACE = {
        "socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0, "urllib.Request": 0,
        "http.client.connect": 1, "socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1,
    }

    def watch(event, arguments):
        if event in PLACE:
            with open(os.environ["IQGEO_WATCHED"], "a", encoding="utf-8") as file:
                file.write(f"{event} {arguments[PLACE[event]]!r}\\n")

    sys.addaudithook(watch)
"""
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def knock(address: str, path: str, headers: dict[str, str]) -> int:
    """The status that a request with just these headers gets."""
    where = urlsplit(address)
    with closing(http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)) as connection:
        connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().status


UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip
FOREIGN = {"Origin": "http://evil.example", "Referer": "http://evil.example/x"}
FORWARDED = {
    "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "8.8.8.8", "Forwarded": "host=evil.example",
}  # fmt: skip


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a server started from now on tells what it calls."""
    (tmp_path / "sitecustomize.py").write_text(textwrap.dedent(WATCH), encoding="utf-8")
    paths = [str(tmp_path), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(it for it in paths if it))
    told = tmp_path / "watched.txt"
    told.touch()
    monkeypatch.setenv("IQGEO_WATCHED", str(told))
    return told


def called(told: Path) -> list[str]:
    lines = told.read_text(encoding="utf-8").splitlines()
    return [it for it in lines if not any(name in it for name in THIS_MACHINE)]


@pytest.mark.slow
def test_nothing_leaves_whatever_knocks(watched: Path) -> None:
    """The server in full, a session, and hostile headers at every door: no name is asked, nobody called."""
    with running_app() as address:
        here = address.removeprefix("http://")
        visitor = Visitor(address, "methode")
        for path in (
            "/",
            "/_stcore/health",
            "/_stcore/host-config",
            "/_stcore/metrics",
            "/media/x",
            "/planung",
        ):
            assert knock(address, path, {"Host": here, **FOREIGN}) in (403, 404)
            assert knock(address, path, {"Host": "evil.example", **FORWARDED}) in (404, 421)
            assert knock(address, path, {"Host": here, **FORWARDED}) in (200, 404)
        with closing(http.client.HTTPConnection(here, timeout=30)) as connection:
            connection.request("GET", "/planung")
            page = connection.getresponse()
            allowed = page.headers["content-security-policy"]
            assert early.SCRIPT.encode() in page.read()
        assert shield._hashed(early.SCRIPT.encode()) in allowed
        assert knock(address, "/_stcore/stream", {"Host": here, **UPGRADE, **FOREIGN}) == 403
        assert knock(address, "/_stcore/stream", {"Host": "evil.example", **UPGRADE}) == 403
        assert knock(address, "/_stcore/stream", {"Host": here, **UPGRADE, "Origin": address}) == 101
        assert "Luftlinie" in visitor.words
        visitor.close()
    assert not called(watched)


@pytest.mark.slow
def test_without_the_layer_something_would_leave(watched: Path) -> None:
    """What the test above rests on: the hook sees a server that asks for its own address."""
    router = str(Path(shield.__file__).with_name("router.py"))
    with running_app(script=router) as address:
        assert knock(address, "/_stcore/stream", {"Host": "x", **UPGRADE, **FOREIGN}) == 403
    assert called(watched)
