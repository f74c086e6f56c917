"""Roads in one click: offered with size and licence, fetched from a recorded server, built, used by name."""

import pytest

from iqgeo.app import roadwork
from iqgeo.app.services import EMBEDDED
from iqgeo.distances.roads import find, online
from iqgeo.errors import InputError
from tests.app.test_pages import run, words

from .test_online import Server, pbf, server  # noqa: F401 -- fixtures

pytestmark = pytest.mark.usefixtures("offline")


@pytest.fixture
def recorded(server: Server, pbf: bytes, tmp_path, monkeypatch):  # noqa: F811 -- fixtures
    """A server with the list of one region, and folders of the test's own."""
    monkeypatch.setenv(online.INDEX_VARIABLE, f"{server.address}/index.json")
    monkeypatch.setattr(online, "user_download_directory", lambda: tmp_path / "downloads")
    monkeypatch.setattr(find, "user_roads_directory", lambda: tmp_path / "roads")
    monkeypatch.setattr("iqgeo.distances.roads.user_roads_directory", lambda: tmp_path / "roads")
    monkeypatch.setattr(roadwork, "_WORK", [])
    return server


def test_size_is_said_before_anything_is_fetched(recorded, pbf):  # noqa: F811 -- fixtures
    found = roadwork.offered("Teststadt")
    assert found is not None
    assert found.size_bytes == len(pbf)
    assert [path for path, _ in recorded.requests] == ["/index.json"]
    assert roadwork.offered("Nirgendwo") is None


def test_roads_are_fetched_built_and_listed_by_name(recorded, region, tmp_path, monkeypatch):
    work = roadwork.start("Teststadt")
    assert roadwork.start("Twin") is work or not work.running
    work.wait(120)
    assert not work.running
    assert work.problem is None
    assert work.fault is None
    assert work.path == tmp_path / "roads" / "Teststadt.parquet"
    assert work.progress is not None
    # The extract is of another country: it is no network for this region.
    assert roadwork.known(region) == []
    monkeypatch.setattr(find, "covers", lambda info, bounds: True)
    monkeypatch.setattr("iqgeo.distances.roads.covers", lambda info, bounds: True)
    [(path, info)] = roadwork.known(region)
    own = roadwork.opened(EMBEDDED, path, info)
    assert own.roads == path
    assert [(it.kind, it.name) for it in own.files] == [("roads", "Teststadt.parquet")]
    monkeypatch.setattr(roadwork, "MOST_VERTICES", 1)
    with pytest.raises(InputError) as refused:
        roadwork.opened(EMBEDDED, path, info)
    assert refused.value.problems[0].code == "roads_too_large"


def test_a_network_that_is_gone_says_how_to_bring_the_file(recorded):
    recorded.files.pop("/finland/test-latest.osm.pbf")
    work = roadwork.start("Teststadt")
    work.wait(120)
    assert work.problem is not None
    assert "osm.pbf" in work.problem.problems[0].remedy("de")


def test_the_page_goes_online_only_on_a_click(recorded):
    test = run("data")
    test.session_state["data-part"] = "roads"
    test.run()
    assert not test.exception
    assert "Noch kein Straßennetz" in words(test)
    assert recorded.requests == []
    test.text_input(key="roads-place").set_value("Teststadt").run()
    test.button(key="roads-ask").click().run()
    assert not test.exception
    said = words(test)
    assert "1 MB" in said
    assert "Open Database License" in said
    test.button(key="roads-fetch").click().run()
    work = roadwork.current()
    assert work is not None
    work.wait(120)
    test.run()
    assert "ist gebaut und steht links" in words(test)


def test_without_a_network_the_page_says_so(monkeypatch):
    monkeypatch.setattr(roadwork, "_WORK", [])
    monkeypatch.setenv(online.INDEX_VARIABLE, "http://127.0.0.1:9/index.json")
    test = run("data")
    test.session_state["data-part"] = "roads"
    test.run()
    test.button(key="roads-ask").click().run()
    assert not test.exception
    assert "download.geofabrik.de" in words(test)
