"""Results in a notebook: short, safe, with geometry, on a map that opens offline."""

import re
from dataclasses import replace

import folium
import geopandas as gpd
import pytest

import iqgeo
from iqgeo.api import Plan
from iqgeo.case import case_of
from iqgeo.outreach import plan_outreach
from iqgeo.scenario.model import Search, Stage
from iqgeo.scenario.settings import Settings
from iqgeo.suggestions import Siting, candidate_towns


@pytest.fixture(scope="module")
def evaluation():
    return Plan(settings=Settings(stage=2012), stages=(Stage("", search=Search(new=1)),)).evaluate()


def test_a_result_shows_itself_in_a_line(coverage_2012):
    gaps = iqgeo.find_gaps(coverage_2012)
    assert repr(coverage_2012) == "<Coverage: 47.3% of 1,333,596 people within 35 km of 6 offices of 2012>"
    for result in (gaps, iqgeo.suggest(stage=2012, new=1)):
        assert len(repr(result)) < 200
        assert "35 km" in repr(result)


def test_everything_one_meets_shows_itself_in_a_line(region, coverage_2012, evaluation):
    task = Siting(coverage_2012, candidate_towns(region))
    met = (region, coverage_2012.demand, evaluation, case_of(evaluation), task, plan_outreach(task, 1, 2))
    for thing in met:
        assert len(repr(thing)) < 240
        assert repr(thing).startswith(f"<{type(thing).__name__}: ")
    assert repr(region) == "<Region: Niedersachsen; offices of 2012, 2013, 2020, 2021>"
    assert "1,333,596 people" in repr(coverage_2012.demand)
    assert "55 von 100" in evaluation._repr_html_()
    assert "55 von 100" in case_of(evaluation)._repr_html_()


def test_a_card_is_safe_and_has_no_script(coverage_2012):
    named = coverage_2012.offices.assign(name="<script>x</script>")
    card = replace(coverage_2012, offices=named)._repr_html_()
    assert "47 von 100" in card
    assert "<script" not in card
    assert card.count("<rect") == 6
    for other in (iqgeo.find_gaps(coverage_2012), iqgeo.suggest(stage=2012, new=1)):
        assert "<svg" in other._repr_html_()


def test_frames_have_geometry_and_add_up(coverage_2012):
    gaps = iqgeo.find_gaps(coverage_2012)
    for frame in (
        iqgeo.places_of(gaps),
        iqgeo.offices_of(gaps),
        iqgeo.districts_of(gaps),
        iqgeo.gap_regions_of(gaps),
    ):
        assert isinstance(frame, gpd.GeoDataFrame)
        assert frame.crs.to_epsg() == 4326
    assert iqgeo.districts_of(coverage_2012)["uncovered"].sum() == pytest.approx(coverage_2012.uncovered)
    assert iqgeo.gap_regions_of(coverage_2012)["people"].sum() == pytest.approx(gaps.people)
    assert iqgeo.places_of(coverage_2012)["people"].sum() == pytest.approx(coverage_2012.people)
    with pytest.raises(TypeError, match="no result"):
        iqgeo.places_of(3)


def test_the_map_is_folium_s_and_opens_offline(coverage_2012):
    named = coverage_2012.offices.assign(name="<img src=x onerror=alert(1)>")
    made = iqgeo.explore(replace(coverage_2012, offices=named))
    assert isinstance(made, folium.Map)
    folium.CircleMarker((52.4, 9.7), tooltip="meins").add_to(made)
    page = made.get_root().render()
    assert "meins" in page
    assert "<img src=x" not in page
    assert not re.findall(r"""(?:src|href)=["']https?:""", page)


def test_the_curve_is_a_picture(evaluation):
    picture = iqgeo.plot_curve(evaluation)
    assert picture is not None
    assert picture._repr_svg_().startswith("<svg")
    assert picture.alt
