"""Results in a notebook: short, safe, with geometry, on a map that opens offline."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import replace

import folium
import geopandas as gpd
import pandas as pd
import pytest

import iqgeo
from iqgeo import distances, sites, siting
from iqgeo.api import Plan
from iqgeo.case import case_of
from iqgeo.outreach import plan_outreach
from iqgeo.promises import DistrictPromise
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
    # A table is told by its columns, not row by row.
    assert len(repr(evaluation.loaded)) < 1500
    assert "55 von 100" in evaluation._repr_html_()
    assert "55 von 100" in case_of(evaluation)._repr_html_()


def test_a_plan_shows_what_it_asks():
    plan = Plan("<b>Nord</b>", stages=(Stage("2027", opened=("t1", "t2")), Stage("", search=Search(new=3))))
    assert repr(plan) == "<Plan: '<b>Nord</b>'; 2 stages, 1 with a search; 35 km>"
    card = plan._repr_html_()
    assert "&lt;b&gt;Nord" in card
    assert "+ t1, t2" in card
    assert "max-cover 3" in card
    # Minutes are a promise on roads only, as whatever is computed has it.
    for distance, target in (("detour", "35 km"), ("road", "45 min")):
        asked = replace(plan, settings=Settings(distance=distance, target_min=45.0))
        assert target in asked._repr_html_()
        assert target in repr(asked)


def test_whoever_is_met_in_a_notebook_has_a_card(region, coverage_2012):
    for name in iqgeo.__all__:
        thing = getattr(iqgeo, name)
        if isinstance(thing, type) and not issubclass(thing, Exception) and name != "Problem":
            assert hasattr(thing, "_repr_html_"), name
    assert region._repr_html_().count("<rect") == len(sites.open_in(region.offices, region.stages[-1]))
    assert "1.333.596" in coverage_2012.demand._repr_html_()


def met() -> Iterator[type]:
    """Classes of the rooms that results come from, and what the others promise."""
    for found in pkgutil.walk_packages(iqgeo.__path__, "iqgeo."):
        room = found.name.split(".")[1]
        if room in ("app", "cli", "reports", "store", "distances", "siting", "texts", "__main__"):
            continue
        module = importlib.import_module(found.name)
        yield from (it for it in vars(module).values() if inspect.isclass(it) and it.__module__ == found.name)
    for room in (distances, siting):
        yield from (it for it in (getattr(room, name) for name in room.__all__) if inspect.isclass(it))


def test_a_result_tells_a_table_by_its_size():
    frame = pd.DataFrame({"people": range(5000)})
    seen = 0
    for kind in met():
        if not dataclasses.is_dataclass(kind) or kind.__name__.startswith("_"):
            continue
        if any(re.search(r"DataFrame|Series|ndarray", str(it.type)) for it in dataclasses.fields(kind)):
            seen += 1
            assert not hasattr(kind.__repr__, "__wrapped__"), f"{kind} writes every row"
    assert seen > 25
    assert repr(DistrictPromise(*[frame] * len(dataclasses.fields(DistrictPromise)))).count("<5000 rows") > 0


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
