"""Downloads from a server on this machine that serves real recorded files, well and badly."""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from iqgeo.distances import roads
from iqgeo.distances.roads import online
from iqgeo.distances.roads.download import ATTEMPTS, download
from iqgeo.errors import InputError

from .test_network import codes

pytestmark = pytest.mark.usefixtures("offline")


class Server(ThreadingHTTPServer):
    """Serves ``files``; ``mood`` says how each request for a file goes wrong, one after the other."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.mood: list[str] = []
        self.requests: list[tuple[str, str | None]] = []
        self.address = f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_HEAD(self) -> None:
        content = self.server.files.get(self.path.split("?")[0])
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        path = self.path.split("?")[0]
        self.server.requests.append((path, asked))
        mood = self.server.mood.pop(0) if self.server.mood and path.endswith(".pbf") else ""
        content = self.server.files.get(path)
        if content is None or mood in {"404", "416", "500"}:
            self.send_error(int(mood or 404))
            return
        begin = 0
        if asked and mood != "no range" and self.headers.get("If-Range") == '"v1"':
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.send_header("Content-Type", "application/json" if path.endswith("json") else "text/plain")
        if mood != "no mark":
            self.send_header("ETag", '"v1"')
        self.end_headers()
        rest = content[begin:]
        if mood in {"cut", "no mark", "no range"}:
            self.wfile.write(rest[: len(rest) // 2])
            self.close_connection = True
        elif mood == "silent":
            self.close_connection = True
        elif mood == "slow":
            self.wfile.write(rest[:1000])
            self.wfile.flush()
            time.sleep(1.0)
        else:
            self.wfile.write(rest)


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@pytest.fixture
def server():
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def pbf(extracts, server) -> bytes:
    """A real extract, offered in the way of Geofabrik."""
    content = (extracts / "test.osm.pbf").read_bytes()
    url = f"{server.address}/finland/test-latest.osm.pbf"
    regions = [
        {"id": "test-region", "name": "Teststadt (mit Umland)", "urls": {"pbf": url}},
        {"id": "north/twin", "name": "Twin", "urls": {"pbf": url}},
        {"id": "south/twin", "name": "Twin", "urls": {"pbf": url}},
        {"id": "no-roads", "name": "Elsewhere", "urls": {}},
    ]
    index = {"type": "FeatureCollection", "features": [{"properties": region} for region in regions]}
    server.files = {
        "/finland/test-latest.osm.pbf": content,
        "/finland/test-latest.osm.pbf.md5": f"{md5(content)}  test-latest.osm.pbf\n".encode(),
        "/index.json": json.dumps(index).encode(),
    }
    return content


def fetch(server, folder, **options):
    url = f"{server.address}/finland/test-latest.osm.pbf"
    return download(url, folder / "got.osm.pbf", pause_seconds=0.01, timeout_seconds=0.3, **options)


def test_whole_file_arrives_with_progress(server, pbf, tmp_path):
    seen = []
    path = fetch(server, tmp_path, progress=seen.append)
    assert path.read_bytes() == pbf
    assert (seen[-1].done, seen[-1].total) == (len(pbf), len(pbf))
    assert server.address in seen[-1].sentence("de")


@pytest.mark.parametrize("mood", ["cut", "slow", "silent", "500"])
def test_goes_on_where_it_was_cut(server, pbf, tmp_path, mood):
    server.mood = [mood, mood]
    assert fetch(server, tmp_path, md5=md5(pbf)).read_bytes() == pbf
    assert len(server.requests) == 3
    resumed = [asked for _, asked in server.requests[1:]]
    if mood == "cut":
        half = len(pbf) // 2
        assert resumed == [f"bytes={half}-", f"bytes={half + (len(pbf) - half) // 2}-"]
    assert [path.name for path in tmp_path.iterdir()] == ["got.osm.pbf"]


class Ended(BaseException):
    """The end of the program, wherever it stands."""


def interrupted(server, pbf, folder, after, **options):
    """A download that ends with its program once so many bytes are there."""

    def end(progress):
        if progress.done >= after:
            raise Ended

    with pytest.raises(Ended):
        fetch(server, folder, progress=end, **options)


@pytest.mark.parametrize("mood", ["", "slow"])
def test_goes_on_after_the_end_of_the_program(server, pbf, tmp_path, mood):
    server.mood = ["cut"]
    interrupted(server, pbf, tmp_path, len(pbf) // 2, md5=md5(pbf))
    (part,) = tmp_path.glob(".*.part")
    had = part.stat().st_size
    assert pbf.startswith(part.read_bytes())
    assert had >= len(pbf) // 2
    server.requests.clear()
    server.mood = [mood]
    assert fetch(server, tmp_path, md5=md5(pbf)).read_bytes() == pbf
    assert server.requests[0][1] == f"bytes={had}-"
    assert [path.name for path in tmp_path.iterdir()] == ["got.osm.pbf"]


def test_goes_on_after_a_server_that_gave_up(server, pbf, tmp_path):
    server.mood = ["cut", *["silent"] * (ATTEMPTS - 1)]
    with pytest.raises(InputError):
        fetch(server, tmp_path)
    server.requests.clear()
    assert fetch(server, tmp_path).read_bytes() == pbf
    assert server.requests[0][1] == f"bytes={len(pbf) // 2}-"


@pytest.mark.parametrize("changed", ["checksum", "mark", "bytes", "address"])
def test_what_is_another_file_by_now_is_begun_anew(server, pbf, tmp_path, changed):
    server.mood = ["cut"]
    interrupted(server, pbf, tmp_path, len(pbf) // 2, md5="1" * 32 if changed == "checksum" else md5(pbf))
    (part,) = tmp_path.glob(".*.part")
    (mark,) = tmp_path.glob(".*.json")
    if changed == "mark":
        mark.write_text("{")
    if changed == "bytes":
        # More than there is: the server has no such rest.
        part.write_bytes(b"x" * (len(pbf) + 1))
        server.mood = ["416"]
        assert fetch(server, tmp_path, md5=md5(pbf)).read_bytes() == pbf
        assert [asked for _, asked in server.requests[1:]] == [f"bytes={len(pbf) + 1}-", None]
        return
    if changed == "address":
        server.files["/other.pbf"] = server.files["/finland/test-latest.osm.pbf"]
        url = f"{server.address}/other.pbf"
        assert download(url, tmp_path / "got.osm.pbf", md5=md5(pbf)).read_bytes() == pbf
        assert server.requests[-1] == ("/other.pbf", None)
        return
    server.requests.clear()
    assert fetch(server, tmp_path, md5=md5(pbf)).read_bytes() == pbf
    assert server.requests[0][1] is None


@pytest.mark.parametrize("mood", [["cut", "no range"], ["no mark"]])
def test_starts_anew_where_the_rest_may_be_of_another_version(server, pbf, tmp_path, mood):
    server.mood = list(mood)
    assert fetch(server, tmp_path, md5=md5(pbf)).read_bytes() == pbf


@pytest.mark.parametrize(
    ("mood", "code", "requests"),
    [(["404"], "roads_download_failed", 1), (["silent"] * 99, "roads_download_failed", ATTEMPTS)],
)
def test_failure_leaves_nothing_behind(server, pbf, tmp_path, mood, code, requests):
    server.mood = mood
    with pytest.raises(InputError) as caught:
        fetch(server, tmp_path)
    assert codes(caught) == [code]
    assert len(server.requests) == requests
    assert list(tmp_path.iterdir()) == []


def test_wrong_checksum_is_thrown_away_and_an_older_file_stays(server, pbf, tmp_path):
    (tmp_path / "got.osm.pbf").write_bytes(b"older")
    with pytest.raises(InputError) as caught:
        fetch(server, tmp_path, md5="0" * 32)
    assert codes(caught) == ["roads_download_checksum"]
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("got.osm.pbf", b"older")]


def test_nobody_listens_and_addresses_of_other_kinds(tmp_path):
    for url in ("http://127.0.0.1:9/x.pbf", "file:///etc/hostname", "ftp://127.0.0.1/x"):
        with pytest.raises(InputError) as caught:
            download(url, tmp_path / "x", pause_seconds=0.001, timeout_seconds=0.3)
        assert codes(caught) == ["roads_download_failed"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["Teststadt", "test-region", "teststadt (mit umland)"])
def test_a_region_is_fetched_checked_and_built(server, pbf, extracts, tmp_path, name):
    seen = []
    options = {"index_url": f"{server.address}/index.json", "directory": tmp_path}
    network, _ = online.build_place(name, seen.append, **options)
    local = roads.build_roads(extracts / "test.osm.pbf")
    assert network.info.checksum == local.info.checksum
    assert network.info.source == f"{server.address}/finland/test-latest.osm.pbf"
    said = " ".join(progress.sentence("de") for progress in seen)
    assert network.info.source in said
    assert str(tmp_path) in said
    server.requests.clear()
    online.build_place(name, **options)
    assert [path for path, _ in server.requests] == ["/index.json", "/finland/test-latest.osm.pbf.md5"]


def test_names_that_mean_two_regions(server, pbf, tmp_path):
    options = {"index_url": f"{server.address}/index.json", "directory": tmp_path}
    with pytest.raises(InputError) as caught:
        online.build_place("Twin", **options)
    assert codes(caught) == ["roads_place_ambiguous"]
    assert "north/twin, south/twin" in caught.value.message("en")
    assert online.build_place("south/twin", **options)[0].link_count


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"features": [{"properties": {}}]}'])
def test_an_index_that_is_none(server, tmp_path, content):
    server.files = {"/index.json": content}
    with pytest.raises(InputError) as caught:
        online.build_place("x", index_url=f"{server.address}/index.json", directory=tmp_path)
    assert codes(caught) == ["roads_download_failed"]


@pytest.fixture
def openstreetmap(server, monkeypatch):
    """osmnx asks this server for places and streets."""
    import osmnx

    server.files = {"/index.json": b'{"features": []}'}
    monkeypatch.setattr(osmnx.settings, "nominatim_url", f"{server.address}/")
    monkeypatch.setattr(osmnx.settings, "overpass_url", f"{server.address}/api")
    monkeypatch.setattr(osmnx.settings, "overpass_rate_limit", False)
    monkeypatch.setattr(osmnx._nominatim, "sleep", lambda seconds: None, raising=False)
    return server


def test_a_small_place_comes_through_osmnx(openstreetmap, test_only_data, tmp_path, monkeypatch):
    import osmnx

    monkeypatch.chdir(tmp_path)
    west, south, east, north = 9.6, 52.3, 9.95, 52.45
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    found = {
        "lat": "52.4",
        "lon": "9.7",
        "importance": 1,
        "boundingbox": [str(v) for v in (south, north, west, east)],
    }
    found["geojson"] = {"type": "Polygon", "coordinates": [ring]}
    recorded = (test_only_data / "osm" / "hannover_overpass.json").read_bytes()
    openstreetmap.files |= {"/search": json.dumps([found]).encode(), "/api/interpreter": recorded}
    before = osmnx.settings.doh_url_template
    seen = []
    network, _ = online.build_place("Hannover", seen.append, index_url=f"{openstreetmap.address}/index.json")
    assert osmnx.settings.doh_url_template == before
    direct = roads.build_roads(test_only_data / "osm" / "hannover_overpass.json")
    # osmnx has rules of its own; on main roads they differ little.
    assert network.link_km.sum() == pytest.approx(direct.link_km.sum(), rel=0.2)
    assert "Hannover" in seen[1].sentence("de")
    assert list(tmp_path.iterdir()) == []


def test_a_place_nobody_knows(openstreetmap):
    openstreetmap.files |= {"/search": b"[]"}
    with pytest.raises(InputError) as caught:
        online.build_place("Nirgendwo", index_url=f"{openstreetmap.address}/index.json")
    assert codes(caught) == ["roads_place_unknown"]


def test_a_place_without_osmnx_says_what_to_install(openstreetmap, monkeypatch):
    monkeypatch.setattr(online, "find_spec", lambda name: None)
    with pytest.raises(InputError) as caught:
        online.build_place("Nirgendwo", index_url=f"{openstreetmap.address}/index.json")
    assert codes(caught) == ["roads_needs_osmnx"]
    assert "iqgeo[osmnx]" in caught.value.message("en")
