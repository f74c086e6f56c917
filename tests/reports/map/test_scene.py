"""The scene agrees with the coverage it shows."""

import base64
import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.api import assess
from iqgeo.coverage import Coverage
from iqgeo.distances import Way, great_circle_km
from iqgeo.gaps import Gaps
from iqgeo.inputs.region_borders import borders_of_settlements
from iqgeo.region import Region
from iqgeo.reports.map import MapBase, base_of, build_map, list_scene_of, map_html, scene_json, scene_of
from iqgeo.reports.map.dots import (
    NOT_REACHED,
    REACHED,
    UNCERTAIN,
    encode,
    encode_kinds,
    morton,
    people_per_dot,
    sample,
)
from iqgeo.reports.map.geometry import circle
from iqgeo.reports.map.payload import base_payload, stepped_borders
from iqgeo.reports.map.wording import distance_sentence
from iqgeo.texts import LANGUAGES


@pytest.fixture(scope="module")
def base(region: Region) -> MapBase:
    return base_of(region)


def test_outlines_still_fit_after_simplifying(base: MapBase) -> None:
    shapes = np.array([it.shape for it in base.districts])
    assert len(shapes) == 45
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).symmetric_difference(base.outline).area < 1e-9
    assert set(base.landmasses) == {
        "", "Baltrum", "Borkum", "Juist", "Langeoog", "Norderney", "Spiekeroog", "Wangerooge"
    }  # fmt: skip


@given(st.floats(-170, 170), st.floats(-65, 65), st.floats(1, 120))
def test_circle_lies_at_its_radius(lon: float, lat: float, radius_km: float) -> None:
    ring = shapely.get_coordinates(circle(lon, lat, radius_km))
    assert great_circle_km(lon, lat, ring[:, 0], ring[:, 1]) == pytest.approx(radius_km, rel=1e-9)


def test_reach_holds_exactly_the_covered_places(
    base: MapBase, region: Region, coverage_2012: Coverage
) -> None:
    scene = scene_of(region, coverage_2012, base=base)
    places = coverage_2012.places
    points = shapely.points(places["lon"], places["lat"])
    inside = shapely.contains(scene.reach, points)
    on_ground = shapely.contains(base.outline, points)
    # A circle of 144 corners is up to 7 m short of the true one, 10 m by the road.
    decided = np.abs(places["distance_km"] - 35) > 0.01
    assert (inside == coverage_2012.is_covered)[on_ground & decided].all()


def test_ring_holds_the_uncertain(base: MapBase, region: Region, coverage_2012: Coverage) -> None:
    scene = scene_of(region, coverage_2012, base=base)
    sampled = coverage_2012.places.iloc[scene.dots.place]
    in_ring = shapely.contains(scene.ring, shapely.points(sampled["lon"], sampled["lat"]))
    assert (in_ring == (scene.dot_kind == UNCERTAIN)).mean() > 0.999


def test_dots_stand_for_the_people(coverage_2012: Coverage, region: Region, base: MapBase) -> None:
    scene = scene_of(region, coverage_2012, base=base)
    per_dot = scene.dots.people_per_dot
    assert len(scene.dots.lon) * per_dot == pytest.approx(coverage_2012.people, abs=per_dot)
    band = coverage_2012.band
    for kind, people in (
        (REACHED, band.covered_low),
        (UNCERTAIN, band.covered_high - band.covered_low),
        (NOT_REACHED, coverage_2012.people - band.covered_high),
    ):
        assert (scene.dot_kind == kind).sum() * per_dot == pytest.approx(people, rel=0.05)


@given(
    st.lists(st.tuples(st.floats(6, 12), st.floats(51, 54), st.integers(0, 5000)), max_size=40),
    st.integers(1, 400),
)
def test_systematic_sample_gives_every_place_its_share(
    rows: list[tuple[float, float, int]], per_dot: int
) -> None:
    places = pd.DataFrame(rows, columns=["lon", "lat", "people"])
    drawn = sample(places, per_dot=float(per_dot))
    count = np.bincount(drawn.place, minlength=len(places)) if len(places) else np.empty(0)
    # Every per_dot-th person: a place gets the whole number below or above its exact share.
    assert (np.abs(count - places["people"].to_numpy() / per_dot) < 1 + 1e-9).all()
    again = sample(places, per_dot=float(per_dot))
    assert (again.lon == drawn.lon).all()


def test_dots_read_back_as_they_were_packed(coverage_2012: Coverage) -> None:
    drawn = sample(coverage_2012.places)
    kind = (np.arange(len(drawn.lon)) % 3).astype(np.uint8)
    packed = encode(drawn)
    position = np.frombuffer(base64.b64decode(packed["position"]), "<u2").reshape(-1, 2)
    lon = packed["origin"][0] + position[:, 0] * packed["step"][0]
    assert np.abs(lon - drawn.lon).max() < 1e-4
    assert (np.frombuffer(base64.b64decode(encode_kinds(kind)), np.uint8) == kind).all()


def test_morton_keeps_quadrants_together() -> None:
    x, y = np.meshgrid(np.arange(4.0), np.arange(4.0))
    code = morton(x.ravel(), y.ravel()).reshape(4, 4)
    assert code[:2, :2].max() < code[:2, 2:].min() < code[2:, :2].min() < code[2:, 2:].min()


@given(st.floats(1, 1e9))
def test_people_per_dot_is_round_and_near_the_wish(people: float) -> None:
    per_dot = people_per_dot(people)
    assert float(f"{per_dot:.2g}") == per_dot
    assert per_dot == 1 or 0.75 < people / per_dot / 9_700 < 1.35


def test_gaps_keep_their_numbers_and_their_people_add_up(
    base: MapBase, region: Region, coverage_2012: Coverage, gaps_2012: Gaps
) -> None:
    now = scene_of(region, coverage_2012, gaps_2012, base=base)
    assert [gap.number for gap in now.gaps] == [it.number for it in gaps_2012.regions]
    assert [gap.people for gap in now.gaps] == [it.people for it in gaps_2012.regions]
    more = pd.concat(
        [
            coverage_2012.offices[["id", "name", "lon", "lat"]],
            pd.DataFrame({"id": ["X"], "name": ["Göttingen"], "lon": [9.9355], "lat": [51.5413]}),
        ]
    )
    after = assess(region, more, demand=coverage_2012.demand)
    later = scene_of(region, after, gaps_2012, ["X"], base=base)
    names = {gap.number: gap.name for gap in now.gaps}
    assert all(names[gap.number] == gap.name for gap in later.gaps)
    assert sum(gap.people for gap in later.gaps) == after.uncovered
    assert [site.kind for site in later.sites].count("proposed") == 1


def test_straight_line_has_no_ring_and_no_office_has_no_reach(base: MapBase, region: Region) -> None:
    straight = scene_of(region, assess(region, distance="straight"), base=base)
    assert straight.ring is None
    assert straight.band is None
    nothing = assess(region, region.offices.head(0))
    empty = scene_of(region, nothing, base=base)
    assert empty.reach.is_empty
    assert empty.share == 0
    assert "keine Stelle" in map_html(empty)


def test_a_range_is_said_only_where_there_is_one(
    base: MapBase, region: Region, coverage_2012: Coverage
) -> None:
    """From nobody to nobody is no range, and 47 of 100 on every road is said as one figure."""
    nothing = assess(region, region.offices.iloc[:0])
    scene = scene_of(region, coverage_2012, base=base)
    people = scene.people
    for lang in LANGUAGES:
        said = distance_sentence(scene, lang)
        assert re.search(r"\b44\b.*\b51\b", said)
        assert not re.search(r"\b20\b", distance_sentence(scene_of(region, nothing, base=base), lang))
        same = replace(scene, covered_band=(0.471 * people, 0.474 * people))
        assert len(re.findall(r"\b47\b", distance_sentence(same, lang))) == 1
        assert distance_sentence(replace(scene, people=0.0), lang) in said


def test_island_is_not_reached_from_the_mainland(base: MapBase, region: Region) -> None:
    norden = pd.DataFrame({"id": ["N"], "name": ["Norden"], "lon": [7.2], "lat": [53.6]})
    scene = scene_of(region, assess(region, norden), base=base)
    assert scene.reach.intersection(base.landmasses["Norderney"]).area == 0
    on_it = pd.DataFrame({"id": ["N"], "name": ["Norderney"], "lon": [7.15], "lat": [53.705]})
    assert scene_of(region, assess(region, on_it), base=base).reach.area == pytest.approx(
        base.landmasses["Norderney"].area, rel=0.01
    )


@given(
    st.lists(st.lists(st.tuples(st.floats(6, 12), st.floats(51, 54)), min_size=2, max_size=6), max_size=4),
    st.booleans(),
)
def test_borders_come_back_from_their_steps(
    base: MapBase, lines: list[list[tuple[float, float]]], exact: bool
) -> None:
    """As the map reads them: every step on the one before, to within what they are rounded to."""
    drawn = replace(base, borders=shapely.MultiLineString(lines), borders_exact=exact)
    told = stepped_borders(drawn)
    for line, steps in zip(lines, told["lines"], strict=True):
        points = np.cumsum(np.array(steps).reshape(-1, 2), axis=0)[:, ::-1] / told["parts"]
        assert np.abs(points - np.array(line)).max() <= 0.5 / told["parts"] + 1e-9


def test_nearest_settlements_divide_a_district() -> None:
    places = pd.DataFrame(
        {"ags": ["01001001"] * 3 + ["01001002"] * 3, "lon": [9.0, 9.01, 9.02, 9.08, 9.09, 9.1], "lat": 52.0}
    )
    district = gpd.GeoDataFrame({"ags": ["01001"]}, geometry=[shapely.box(8.9, 51.9, 9.2, 52.1)], crs=4326)
    found = borders_of_settlements(places, district, "EPSG:25832")
    line = found.geometry.iloc[0]
    assert found["source"].tolist() == ["settlements"]
    assert np.abs(shapely.get_coordinates(line)[:, 0] - 9.05).max() < 0.002
    assert line.bounds[3] - line.bounds[1] == pytest.approx(0.2, abs=0.01)
    # One municipality has no border to another.
    assert borders_of_settlements(places.head(3), district, "EPSG:25832").geometry.iloc[0].is_empty


def test_borders_of_the_embedded_region_lie_within_its_districts(base: MapBase, region: Region) -> None:
    assert region.borders["source"].tolist() == ["settlements"]
    assert not base.borders_exact
    assert "ungefähr" in base_payload(base, "de")["texts"]["borders"]
    near = base.outline.buffer(0.01)
    assert all(near.covers(it) for it in shapely.get_parts(base.borders))
    # 941 municipalities: fewer lines would not tell them apart.
    assert shapely.length(base.borders) > 100


def test_page_needs_no_internet_and_stays_small(
    base: MapBase, region: Region, coverage_2012: Coverage, gaps_2012: Gaps
) -> None:
    scene = scene_of(region, coverage_2012, gaps_2012, base=base)
    page = map_html(scene, "de")
    assert len(page.encode()) < 1_000_000
    assert "47 von 100" in page
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", page)
    loaded = ("@import", "//cdn", "jsdelivr", "googleapis", "sourceMappingURL")
    assert not [it for it in loaded if it in page]
    assert "47 of 100" in map_html(scene, "en")
    assert build_map(scene).get_bounds() is not None


def test_list_map_shows_the_rows_it_is_given(
    base: MapBase, region: Region, coverage_2012: Coverage, gaps_2012: Gaps
) -> None:
    rows = gaps_2012.by_municipality.head(20)
    chosen = (rows["ags"].iloc[3],)
    way = Way(np.array([9.0, 9.5, 9.7]), np.array([52.0, 52.1, 52.4]), 61.0, on_roads=True)
    scene = list_scene_of(region, coverage_2012, rows, chosen=chosen, ways=[way], zoom=True, base=base)
    drawn = json.loads(scene_json(scene))
    assert drawn["ways"] == [{"line": [[52.0, 9.0], [52.1, 9.5], [52.4, 9.7]], "road": True}]
    assert "Weg auf der Straße" in drawn["legend"]
    assert {it["id"] for it in drawn["circles"]} == set(rows["ags"])
    assert [it["id"] for it in drawn["circles"] if it["chosen"]] == list(chosen)
    assert drawn["zoom_to"] is not None
    largest = max(drawn["circles"], key=lambda it: it["radius"])
    assert largest["id"] == rows["ags"].iloc[0]


@pytest.mark.parametrize(
    ("name", "lon", "lat"), [("Niederlande", 5.8, 52.4), ("Polen", 15.5, 52.8), ("Hessen", 9.2, 51.2)]
)
def test_land_beyond_the_regions_own_context_is_no_sea(region, name, lon, lat):
    base = base_of(region)
    point = shapely.Point(lon, lat)
    (neighbour,) = [it for it in base.neighbours if it.name == name]
    assert neighbour.shape.contains(point)
    assert base.land.contains(point)
    assert not base.land.contains(shapely.Point(7.2, 54.2))
    # Nothing that is drawn on top of the region.
    assert base.neighbours[-1].name in set(region.context["state"])
