"""Addresses looked up at a service on loopback: good, slow, broken and hostile."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from iqgeo.inputs import read_candidates, read_offices
from iqgeo.inputs.geocode import geocode, read_addresses
from iqgeo.inputs.geocode_service import Service

from .conftest import csv

LIST = "id;name;Straße;Hausnummer;PLZ;Ort\n1;Nord;Am Markt;1;29221;Celle\n2;Süd;Am Markt;1;29221;Celle\n"
CELLE = {"lon": "10.08", "lat": "52.62", "display_name": "Am Markt 1, Celle\u202e"}


@contextmanager
def answering(answer) -> Iterator[tuple[str, list]]:
    """A service that answers ``answer(handler)``, its address, and (time, path, headers) of each question."""
    asked: list = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((time.monotonic(), self.path, dict(self.headers)))
            with suppress(BrokenPipeError, ConnectionResetError):
                answer(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/search", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def body(content, status=200, **headers):
    def answer(handler):
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(raw)

    return answer


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def service(url, **options):
    return Service(url, **{"pause_s": 0.0, "timeout_s": 5.0, **options})


def test_matches_are_written_down_for_a_person_to_confirm(tmp_path):
    two = [CELLE, {"lon": 9.0, "lat": 52, "display_name": "Anderswo"}]
    with answering(body(two)) as (url, asked):
        found = geocode(
            read_addresses(csv(LIST)), service(f"{url}?key=geheim", countries="DE", cache=tmp_path)
        )
    # The same address is asked once; a second run asks nothing.
    assert len(asked) == found.asked == 1
    question = parse_qs(urlsplit(asked[0][1]).query)
    assert question["q"] == ["Am Markt 1, 29221 Celle"]
    assert question["key"] == ["geheim"]
    assert question["countrycodes"] == ["de"]
    assert asked[0][2]["User-Agent"].startswith("iqgeo/")
    row = found.frame.iloc[0]
    assert (row["lon"], row["lat"], row["gefunden"]) == (10.08, 52.62, "Am Markt 1, Celle")
    assert (row["Treffer"], row["weitere Treffer"], row["bestätigt"]) == ("2", "Anderswo", "")
    assert found.frame["PLZ"].tolist() == ["29221", "29221"]
    assert (found.missing, found.several) == ((), (2, 3))
    again = geocode(read_addresses(csv(LIST)), service(f"{url}?key=geheim", countries="de", cache=tmp_path))
    assert again.asked == 0
    assert again.frame.equals(found.frame)


def test_a_damaged_answer_in_the_cache_is_asked_again(tmp_path):
    with answering(body([CELLE])) as (url, asked):
        geocode(read_addresses(csv(LIST)), service(url, cache=tmp_path))
        (kept,) = tmp_path.iterdir()
        kept.write_text('[{"lon": NaN', encoding="utf-8")
        assert (
            geocode(read_addresses(csv(LIST)), service(url, cache=tmp_path)).frame["lon"].tolist()
            == [10.08] * 2
        )
    assert len(asked) == 2


def test_no_match_is_no_position():
    with answering(body([])) as (url, _):
        found = geocode(read_addresses(csv(LIST)), service(url))
    assert found.missing == (2, 3)
    assert found.frame["lon"].isna().all()


def test_between_two_questions_lies_the_pause():
    with answering(body([CELLE])) as (url, asked):
        geocode(read_addresses(csv(LIST)), service(url, pause_s=0.3))
    assert asked[1][0] - asked[0][0] >= 0.25


def drip(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b" ")
        time.sleep(0.02)


def drip_headers(handler):
    for _ in range(1000):
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.02)


@pytest.mark.parametrize("answer", [drip, drip_headers], ids=["body", "headers"])
def test_an_answer_letter_by_letter_has_an_end(answer, problems_of):
    with answering(answer) as (url, _):
        begun = time.monotonic()
        problems = problems_of(
            geocode, read_addresses(csv("id,address\n1,Celle\n")), service(url, timeout_s=0.3)
        )
        # The answer itself would take twenty seconds.
        assert time.monotonic() - begun < 15
    assert [(it.code, it.row) for it in problems] == [("geocode_slow", 2)]


FAULTS = {
    "error 500": (body(b"", 500), "geocode_status"),
    "redirect": (body(b"", 302, Location="http://127.0.0.1:9/"), "geocode_status"),
    "html": (body(b"<html><script>alert(1)</script>"), "geocode_answer"),
    "huge": (body(b"[" + b" " * 3_000_000 + b"]"), "geocode_answer_large"),
    "deep": (body(b"[" * 500_000), "geocode_answer"),
    "NaN": (body(b'[{"lon": NaN, "lat": 1, "display_name": "x"}]'), "geocode_answer"),
    "NaN as text": (body([{**CELLE, "lat": "nan"}]), "geocode_answer"),
    "infinite": (body([{**CELLE, "lon": "1e999"}]), "geocode_answer"),
    "beyond the pole": (body([{**CELLE, "lat": "91"}]), "geocode_answer"),
    "no list": (body({"error": "quota"}), "geocode_answer"),
    "list of nothing": (body([None]), "geocode_answer"),
    "name that is none": (body([{**CELLE, "display_name": ["x"]}]), "geocode_answer"),
    "huge number": (
        body(b'[{"lon": 1' + b"0" * 9000 + b', "lat": 1, "display_name": "x"}]'),
        "geocode_answer",
    ),
    "not UTF-8": (body(b"[\xff]"), "geocode_answer"),
    "cut off": (body(b"[]", **{"Content-Length": "500"}), "geocode_unreachable"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_service_that_fails_is_a_sentence(fault, problems_of, tmp_path):
    answer, code = FAULTS[fault]
    with answering(answer) as (url, _):
        problems = problems_of(
            geocode, read_addresses(csv("id,address\n1,Celle\n")), service(url, cache=tmp_path)
        )
    assert [(it.code, it.row, it.value) for it in problems] == [(code, 2, "Celle")]
    assert "127.0.0.1" in problems[0].what("de")
    assert not list(tmp_path.iterdir())


def test_after_three_failures_it_is_left_alone(problems_of):
    with answering(body(b"", 500)) as (url, asked):
        rows = "id,address\n" + "".join(f"{i},Ort {i}\n" for i in range(10))
        problems = problems_of(geocode, read_addresses(csv(rows)), service(url))
    assert len(asked) == 3
    assert [it.code for it in problems] == ["geocode_stopped", *["geocode_status"] * 3]
    assert problems[0].details["left"] == "7"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a/b",
        "a.de/search",
        "https://u:p@a.de/s",
        "http://",
        "http://[x",
        "http://a b/",
    ],
)
def test_only_a_service_of_the_web_is_asked(url, problems_of):
    problems = problems_of(Service, url, countries="de,deu")
    assert [it.code for it in problems] == ["geocode_service", "geocode_country"]


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("id,name\n1,A\n", {"geocode_no_address"}),
        ("id,address,lon,lat\n1,Celle,10,52\n", {"geocode_has_coordinates"}),
        ("id,address,bestätigt\n1,Celle,ja\n", {"geocode_column_taken"}),
        ("id,address\n1,Celle\n2,\n", {"geocode_address_empty"}),
        ("id,address\n", {"no_rows"}),
    ],
)
def test_a_table_that_cannot_be_looked_up(written, codes, problems_of):
    assert {it.code for it in problems_of(read_addresses, csv(written))} == codes


def test_empty_columns_of_coordinates_are_filled():
    with answering(body([CELLE])) as (url, _):
        found = geocode(read_addresses(csv("id,address,lon,lat\n1,Celle,,\n")), service(url))
    assert list(found.frame.columns[:4]) == ["id", "address", "lon", "lat"]


@pytest.mark.parametrize("reader", [read_offices, read_candidates])
def test_what_nobody_confirmed_is_not_used(reader, problems_of):
    written = "id,name,lon,lat,bestätigt\nA,a,9,53,ja\nB,b,9.1,53,\nC,c,9.2,53,nein\nD,d,9.3,53,X\n"
    problems = problems_of(reader, csv(written))
    assert [(it.code, it.row, it.column, it.value) for it in problems] == [
        ("site_unconfirmed", 3, "bestätigt", "b"),
        ("site_unconfirmed", 4, "bestätigt", "c"),
    ]
    assert len(reader(csv("id,name,lon,lat,confirmed\nA,a,9,53,Yes\nB,b,9.1,53,TRUE\n")).frame) == 2


def test_the_command_writes_a_new_table_and_leaves_the_old_one(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file, out = tmp_path / "stellen süd.csv", tmp_path / "mit Lage.csv"
    file.write_text(LIST, encoding="utf-8")
    named = {**CELLE, "display_name": "=HYPERLINK(1)"}
    with answering(body([named])) as (url, asked):
        command = [
            sys.executable,
            "-m",
            "iqgeo",
            "geocode",
            str(file),
            "--out",
            str(out),
            "--service",
            url,
            "--pause-s",
            "0",
        ]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        assert url in done.stderr
        assert len(asked) == 1
        assert "bestätigt" in done.stdout
        # A second run would write over what was confirmed.
        refused = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert refused.returncode == 2
    assert "könnten Bestätigungen stehen" in refused.stderr
    assert file.read_text(encoding="utf-8") == LIST
    written = out.read_text(encoding="utf-8-sig")
    assert ";=HYPERLINK" not in written
    out.write_text(written.replace(";\n", ";ja\n"), encoding="utf-8")
    intake = read_offices(out)
    assert intake.frame["lon"].tolist() == [10.08, 10.08]
