"""What ``roads build`` says of what it threw away: in words, as data, as a map."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest

from iqgeo.cli import main
from iqgeo.distances import Points
from iqgeo.distances.roads import build_and_tell, people_beyond, report_on
from iqgeo.reports.roads_map import road_map, sentences

from .test_read_osm import osm, way, written

METRE = 1 / 111_195


def node(number, east_m, north_m):
    return f'<node id="{number}" lon="{9 + east_m * METRE / 0.6157:.7f}" lat="{52 + north_m * METRE:.7f}"/>'


@pytest.fixture
def torn(tmp_path):
    """A road of 5 km, one of 3 km that begins 12 m beside its end, a stub of 300 m, a one-way leading off."""
    points = [(1, 0, 0), (2, 5000, 0), (3, 5012, 0), (4, 8000, 0), (5, 0, 900), (6, 300, 900), (7, -2000, 0)]
    ways = [
        way(1, 1, 2, highway="primary"),
        way(2, 3, 4, highway="primary"),
        way(3, 5, 6, highway="residential"),
        way(4, 1, 7, highway="secondary", oneway="yes"),
        way(5, 1, 5, highway="residential", access="private"),
        way(6, 6, 99, highway="residential"),
    ]
    return written(tmp_path / "<b>torn & {{7*7}}.osm", osm(*(node(*it) for it in points), *ways))


def test_parts_left_out_lines_and_gaps_are_named(torn):
    network, leavings = build_and_tell(torn)
    report = report_on(network, leavings)
    assert report.parts_kept.tolist() == [True, True, False]
    np.testing.assert_allclose(report.parts_km, [5.0, 2.988, 0.3], atol=0.01)
    notes = {reason: (count, round(km, 1)) for reason, count, km in report.notes}
    assert notes == {
        "not_for_cars": (1, 0.0),
        "no_position": (1, 0.0),
        "small_part": (1, 0.3),
        "no_way_back": (1, 2.0),
    }
    assert report.two_way_share == 1.0
    (gap,) = report.gaps
    assert gap.metres == pytest.approx(12, abs=0.1)
    assert (gap.lon, gap.lat) == (pytest.approx(9 + 5012 * METRE / 0.6157, abs=1e-6), 52.0)
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert (data["parts"]["count"], data["parts"]["kept"], data["gaps"]["count"]) == (3, 2, 1)
    assert sum(it["km"] for it in data["parts"]["longest"] if it["kept"]) == pytest.approx(
        data["kept_km"], 1e-3
    )
    for lang in ("de", "en"):
        said = sentences(report, lang)
        assert len(said) == 8
        assert len(set(said)) == 8
    everything, _ = build_and_tell(torn, least_part_km=0.0)
    assert "small_part" not in [note[0] for note in everything.info.notes]


def test_people_without_a_road_are_counted(torn):
    network, _ = build_and_tell(torn)
    places = Points.of([9.0, 9.01, 9.5], [52.0, 52.005, 52.5])
    found = people_beyond(network, places, np.array([10.0, 20.0, 40.0]))
    assert (found.people, found.without_road, found.limit_km) == (70.0, 40.0, 2.0)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_map_draws_what_is_left_out_and_no_name_becomes_code(torn, lang):
    network, leavings = build_and_tell(torn)
    page = road_map(network, report_on(network, leavings), lang)
    found = Tags()
    found.feed(page)
    assert found.tags.count("circle") == 1
    assert found.tags.count("path") == 3
    assert "b" not in found.tags
    assert "<b>torn & {{7*7}}.osm" in found.text
    assert "{{" not in page
    assert "http" not in page


def test_the_command_writes_network_report_and_map(torn, tmp_path, monkeypatch, capsys):
    out, report, page = tmp_path / "n.parquet", tmp_path / "r.json", tmp_path / "m.html"
    typed = ["roads", "build", str(torn), "--out", str(out), "--json", str(report), "--map", str(page)]
    monkeypatch.setattr("sys.argv", ["iqgeo", *typed, "--least-part-km", "0,2", "--lang", "en"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    said = capsys.readouterr().out
    assert "Left out: 2.0 km" in said
    assert "Not modelled: turn restrictions" in said
    assert json.loads(report.read_text())["parts"]["kept"] == 3
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert out.is_file()
