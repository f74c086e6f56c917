"""Measures say what they know; nobody asks which one it is. A target has the unit of its measure."""

import ast
import inspect
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iqgeo
from iqgeo.api import assess
from iqgeo.coverage import assess_places
from iqgeo.distances import (
    COLUMNS,
    Detour,
    Measure,
    Points,
    Road,
    Straight,
    Target,
    great_circle_km,
    within,
)
from iqgeo.distances import road as road_module
from iqgeo.distances.roads import build_roads
from iqgeo.distances.straight import GreatCircle
from iqgeo.errors import InputError
from iqgeo.gaps import find_gaps
from iqgeo.suggestions import Siting
from iqgeo.texts import catalogue
from tests.draws import draws
from tests.test_coverage import lat, lon, office_rows, offices_of, place_rows, places_of

PACKAGE = Path(iqgeo.__file__).parent
NAMES = {"Straight", "Detour", "Road", "Measure", "GreatCircle"}


def questions(source):
    """Lines that ask which measure it is."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("isinstance", "issubclass"):
            named = {getattr(it, "id", getattr(it, "attr", "")) for it in ast.walk(node.args[1])}
            if named & NAMES:
                yield node.lineno
        if isinstance(node, ast.Compare):
            sides = [ast.unparse(it) for it in (node.left, *node.comparators)]
            if any(it.endswith("measure.kind") for it in sides):
                yield node.lineno


def test_nobody_outside_of_the_room_asks_which_measure_it_is():
    assert list(questions("if isinstance(coverage.measure, (int, Road)): pass")) == [1]
    assert list(questions("x = coverage.measure.kind == 'road'")) == [1]
    asked = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in PACKAGE.rglob("*.py")
        if "distances" not in path.relative_to(PACKAGE).parts
        for line in questions(path.read_text(encoding="utf-8"))
    ]
    assert asked == []


@pytest.fixture(scope="module")
def every_measure(tmp_path_factory):
    folder = tmp_path_factory.mktemp("roads")
    (folder / "n.csv").write_text("id,lon,lat\n1,9.70,52.40\n2,9.80,52.40\n3,9.80,52.45\n")
    (folder / "e.csv").write_text("source,target,km\n1,2,8\n2,1,8\n2,3,7\n3,2,7\n")
    network = build_roads(folder / "e.csv", nodes=folder / "n.csv")
    return Straight(), Detour(1.4), Road(network)


def test_every_measure_knows_what_the_interface_asks(every_measure):
    wanted = [name for name, _ in inspect.getmembers(Measure) if not name.startswith("_")]
    assert len(wanted) >= 11
    for measure in every_measure:
        assert all(hasattr(measure, name) for name in wanted), measure
        assert measure.unit in measure.units
        assert set(measure.units) <= set(COLUMNS)
        assert (measure.band is None) == (measure.factor is None)
        for words in ("cli.distance", "app.settings.distance", "reports.board.sure"):
            entry = catalogue().get(f"{words}.{measure.kind}", catalogue().get(f"{words}_{measure.kind}"))
            assert entry is not None, (words, measure.kind)
    assert len({it.key for it in every_measure}) == len({it.kind for it in every_measure}) == 3
    assert Detour(1.3).key != Detour(1.31).key
    assert every_measure[2].key != replace(every_measure[2], snap_limit_km=3.0).key
    assert [len(it.sources) for it in every_measure] == [0, 0, 1]
    assert every_measure[2].sources[0].checksum == every_measure[2].info.checksum


def test_lines_end_at_the_nearest_office_and_say_if_they_follow_roads(every_measure):
    places, offices = Points.of([9.701], [52.401]), Points.of([9.79, 9.80], [52.40, 52.45])
    for measure in every_measure:
        (line,) = measure.lines(places, offices)
        nearest = measure.nearest(places, offices)
        assert line.distance_km == nearest.distance_km[0]
        office = int(nearest.office[0])
        assert (line.lon[-1], line.lat[-1]) == pytest.approx((offices.lon[office], offices.lat[office]))
        assert line.on_roads == (measure.kind == "road")


def test_an_answer_that_is_kept_is_that_of_a_new_search(every_measure, monkeypatch):
    road = replace(every_measure[2])
    places = Points.of([9.701, 9.79], [52.401, 52.41])
    isle = replace(places, landmass=np.array(["", "Juist"], dtype=object))
    ends = [Points.of([9.79, 9.80], [52.40, 52.45]), Points.of([9.71], [52.40]), Points.of([], [])]
    asked = [(them, offices) for them in (places, isle) for offices in ends]
    searches, search = [], road_module.Road._nearest
    monkeypatch.setattr(road_module.Road, "_nearest", lambda *given: searches.append(given) or search(*given))
    for turn in range(3):
        for them, offices in asked:
            got, new = road.nearest(them, offices), search(road, them, offices)
            for field in fields(got):
                np.testing.assert_array_equal(getattr(got, field.name), getattr(new, field.name))
            # what is done to an answer changes no other
            got.distance_km[:] = -1.0
        assert len(searches) == len(asked), turn
    for k in range(20):
        road.nearest(places, Points.of([9.71 + k / 1000], [52.40]))
    assert len(road._answers) == road_module._MOST_ANSWERS


@given(place_rows, office_rows.filter(bool), st.floats(1, 300), st.sampled_from([None, 1.0, 1.3, 2.2]))
def test_the_outline_holds_exactly_who_is_within_the_target(rows, offices, target_km, factor):
    measure = Straight() if factor is None else Detour(factor)
    coverage = assess_places(places_of(rows), offices_of(offices), measure, target_km)
    radius_km = measure.outline_km(target_km)
    away_km = np.min(
        [great_circle_km(coverage.places["lon"], coverage.places["lat"], x, y) for x, y in offices], axis=0
    )
    clear = np.abs(away_km - radius_km) > 1e-6
    assert (coverage.is_covered == within(away_km, radius_km))[clear].all()


@dataclass(frozen=True)
class Driving(GreatCircle):
    """Minutes at so many km an hour as the crow flies; nearest and pairs are asked for in minutes."""

    speed_kmh: float = 60.0

    kind = "driving"
    unit = "min"
    units = ("km", "min")
    factor = None
    band = None
    key = "driving"

    def outline_km(self, target):
        return target / 60 * self.speed_kmh

    def nearest(self, places, offices):
        found = super().nearest(places, offices)
        return replace(found, minutes=found.distance_km / self.speed_kmh * 60)

    def pairs(self, candidates, places, limit):
        found = super().pairs(candidates, places, self.outline_km(limit))
        return replace(found, distance_km=found.distance_km / self.speed_kmh * 60)


@settings(max_examples=draws(12))
@given(place_rows, office_rows, st.floats(5, 120), st.floats(20, 130))
def test_a_target_in_minutes_is_held_against_minutes(rows, offices, target_min, speed_kmh):
    demand, offices = places_of(rows), offices_of(offices)
    timed = assess_places(demand, offices, Driving(speed_kmh), Target(target_min, "min"))
    long = assess_places(demand, offices, Straight(), target_min / 60 * speed_kmh)
    clear = np.abs(np.where(np.isfinite(long.places["distance_km"]), long.places["distance_km"], 1e9)
                   - long.target_km) > 1e-6  # fmt: skip
    assert (timed.is_covered == long.is_covered)[clear].all()
    assert np.isnan(timed.target_km)
    assert timed.to_dict()["target_min"] == target_min
    assert timed.to_dict()["target_km"] is None
    assert timed.again().target == timed.target
    gaps = find_gaps(timed)
    assert gaps.people == timed.uncovered
    assert gaps.places["over_km"].isna().all()


@given(st.lists(st.tuples(lon, lat, st.integers(1, 1000), st.just("")), min_size=2, max_size=12))
@settings(max_examples=draws(14))
def test_a_suggestion_in_minutes_is_that_of_the_same_reach_in_km(rows):
    demand = places_of(rows)
    towns = offices_of([row[:2] for row in rows]).assign(id=[f"t{i}" for i in range(len(rows))])
    by_time = assess_places(demand, offices_of([]), Driving(60.0), 35.0)
    by_km = assess_places(demand, offices_of([]), Straight(), 35.0)
    found, same = (Siting(it, towns).solve("max-cover", new=1) for it in (by_time, by_km))
    assert found.after.target == Target(35.0, "min")
    assert found.after.covered == pytest.approx(found.objective)
    assert found.objective == pytest.approx(same.objective)
    pd.testing.assert_frame_equal(found.unreachable, same.unreachable)


def test_assess_asks_for_the_target_in_the_unit_of_the_measure():
    demand, office = places_of([(9.0, 52.0, 5, ""), (9.0, 52.4, 7, "")]), offices_of([(9.0, 52.0)])
    assert assess(None, office, demand=demand, distance=Driving(60.0), target_min=40).covered == 5
    assert assess(None, office, demand=demand, distance=Driving(60.0), target_min=50).covered == 12
    assert assess(None, office, demand=demand, distance=Driving(60.0)).target == Target(30.0, "min")
    with pytest.raises(InputError, match="Minuten"):
        assess(None, office, demand=demand, distance=Driving(60.0), target_min=0)
    with pytest.raises(InputError, match="gemessen wird in min"):
        assess_places(demand, office, Driving(60.0), Target(35.0))
