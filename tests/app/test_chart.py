"""Charts are made once for what they show, and are the same however often a page runs."""

import json
from collections.abc import Callable
from typing import Any

import altair as alt
import pytest
from streamlit.testing.v1 import AppTest

from iqgeo.app.components import chart
from iqgeo.app.networks import Point

POINTS = [Point(1, 10.0, True, False), Point(2, 20.0, False, False), Point(9, 30.0, True, True)]
SHOWN: dict[str, Callable[[float], None]] = {
    "curve": lambda it: chart.curve([6, 7], [0.47, it], (7, 0.49), {6: "heute", 7: "<b>"}, "de"),
    "places": lambda it: chart.places(POINTS, 100.0 + it, 12, 3, (2, 15.0), "en"),
    "places before any is found": lambda it: chart.places([], 100.0, 12, int(10 * it), None, "nl"),
    "curves": lambda it: chart.curves([("30 km", [6, 7], [it, 0.9]), ("35 km", [6, 7], [0.4, 0.5])], "de"),
    "bars": lambda it: chart.bars(["Celle", "Stade"], [1000.0, 2000.5 + it], "de"),
}


def page(name: str, *numbers: float) -> None:
    from tests.app.test_chart import SHOWN

    for number in numbers:
        SHOWN[name](number)


def drawn(name: str, *numbers: float) -> list[Any]:
    test = AppTest.from_function(page, args=(name, *numbers), default_timeout=60).run()
    assert not test.exception
    return [it.proto for it in test.get("vega_lite_chart")]


@pytest.mark.parametrize("name", SHOWN)
def test_a_chart_is_made_once_and_others_are_told_apart(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    layer = alt.layer

    def counted(*layers: Any) -> Any:
        made.append(layers)
        return layer(*layers)

    monkeypatch.setattr(alt, "layer", counted)
    for kept in (chart._curve, chart._places, chart._curves, chart._bars):
        kept.cache_clear()
    first, again, other = drawn(name, 0.3, 0.3, 0.7)
    assert len(made) == 2
    assert first == again
    assert first != other
    assert drawn(name, 0.3) == [first]
    assert len(made) == 2


@pytest.mark.parametrize("name", SHOWN)
def test_no_frame_is_drawn_and_no_axis_is_read_aloud_in_english(name: str) -> None:
    (only,) = drawn(name, 0.5)
    spec = json.loads(only.spec)
    assert spec["config"]["view"] == {"strokeWidth": 0}
    assert spec["config"]["axis"]["aria"] is False
    assert spec["config"]["background"] == "transparent"
    assert spec["description"]
    assert {it.name for it in only.datasets} >= {it["data"]["name"] for it in spec["layer"] if "data" in it}
