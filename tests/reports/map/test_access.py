"""The layers of posts within reach and of who comes: the classes are those of the numbers, in words."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely

from iqgeo.access.fairness import attendance, catchment_column
from iqgeo.reports.map import base_of, scene_of
from iqgeo.reports.map.access import LAYERS, access_overlay
from iqgeo.reports.map.legend import legend_html
from iqgeo.reports.map.overlay import SHADES
from iqgeo.reports.map.payload import scene_payload
from iqgeo.reports.map.scene import with_overlay
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.work import work_of


@pytest.fixture(scope="module")
def base(region):
    return base_of(region)


def class_at(overlay, lon, lat):
    """The words of the area in which a point lies."""
    return [it.tip for it in overlay.areas if shapely.contains_xy(it.shape, lon, lat)]


@pytest.mark.parametrize("layer", LAYERS)
def test_the_classes_cover_the_state_once_and_say_their_numbers(base, coverage_2012, layer):
    settings = Settings()
    overlay = access_overlay(base, coverage_2012, settings, layer, "de")
    whole = shapely.union_all([it.shape for it in overlay.areas])
    assert whole.area == pytest.approx(sum(it.shape.area for it in overlay.areas), rel=1e-6)
    assert whole.area == pytest.approx(base.outline.area, rel=1e-3)
    assert [words for _, words in overlay.legend] == [it.tip for it in overlay.areas]
    places = coverage_2012.places
    posts = work_of(coverage_2012, settings).load.offices["posts"].to_numpy()
    values = (
        catchment_column(coverage_2012, posts)
        if layer == "2sfca"
        else 100 * attendance(places["distance_km"].to_numpy(), settings.half_km)
    )
    people = places["people"].to_numpy()
    for ags in ("03241001", "03155011", "03354006"):
        at = places["ags"].eq(ags).to_numpy()
        mean = float(np.average(np.asarray(values)[at], weights=people[at]))
        lon, lat = (float(np.average(places[name][at], weights=people[at])) for name in ("lon", "lat"))
        (words,) = class_at(overlay, lon, lat)
        ends = [float(it.replace(",", ".")) for it in words.replace(":", "").split() if it[0].isdigit()]
        if mean == 0:
            assert words == "kein Posten in Reichweite"
        elif "bis" in words:
            assert ends[0] - 0.005 <= mean <= ends[1] + 0.005
        else:
            assert (
                mean < ends[0] + 0.005 if words.startswith(("unter", "weniger")) else mean > ends[0] - 0.005
            )


def test_lighter_is_less_for_every_eye():
    def lightness(colour):
        red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
        return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2

    shades = [lightness(it) for it in SHADES]
    assert all(light > 1.6 * dark for light, dark in pairwise(shades))


def test_a_layer_takes_the_place_of_reach_and_people(base, region, coverage_2012):
    overlay = access_overlay(base, coverage_2012, Settings(), "attendance", "en")
    scene = with_overlay(scene_of(region, coverage_2012, base=base), overlay)
    payload = scene_payload(scene, "en")
    assert (payload["reach"], payload["dots"]) == (None, {"count": 0})
    assert {it["pattern"] for it in payload["overlay"]["areas"]} <= {"shade", "diagonal"}
    legend = legend_html(scene, "en")
    assert "of 100 come" in legend
    assert "not reached" not in legend
    # without a layer all stays
    plain = scene_of(region, coverage_2012, base=base)
    assert with_overlay(plain, replace(overlay, shaded=False)).reach is plain.reach
