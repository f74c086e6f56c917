"""Roads behind the interface of the estimates, on the real main roads of the state."""

import numpy as np
import pytest

from iqgeo.api import assess
from iqgeo.coverage import FERRY_ONLY, NO_ROAD, assess_places
from iqgeo.distances import Detour, Points, Reach, Road, Straight, great_circle_km, road_measure, ways
from iqgeo.distances.factors import Fitted, fit_factors
from iqgeo.distances.roads import build_roads
from iqgeo.errors import InputError
from iqgeo.gaps import find_gaps
from iqgeo.offices import points_of, points_of_places
from iqgeo.reports.facts import settings
from iqgeo.reports.map import scene_of
from iqgeo.reports.map.wording import source_line
from iqgeo.suggestions import Siting, candidate_towns

# The network knows main roads only: a place may lie far from the next one.
SNAP_LIMIT_KM = 20.0


@pytest.fixture(scope="module")
def main_roads(test_only_data):
    return Road(
        build_roads(test_only_data / "dcw_edges.csv", nodes=test_only_data / "dcw_nodes.csv"), SNAP_LIMIT_KM
    )


@pytest.fixture(scope="module")
def on_roads(region, main_roads):
    return assess(region, stage=2012, distance=main_roads)


def test_no_road_is_shorter_than_the_straight_line(on_roads):
    places = on_roads.places
    reached = np.isfinite(places["distance_km"])
    assert reached.mean() > 0.9
    assert (places.loc[reached, "distance_km"] >= places.loc[reached, "straight_km"] - 1e-6).all()


def test_main_roads_agree_with_the_estimate_for_most_people(on_roads, coverage_2012):
    people = on_roads.places["people"].to_numpy()
    same = people @ (on_roads.is_covered == coverage_2012.is_covered) / people.sum()
    assert same > 0.88
    assert on_roads.covered <= coverage_2012.band.covered_most
    assert on_roads.band is None


def test_islands_stay_islands_however_far_one_may_snap(on_roads):
    places = on_roads.places
    assert (places.loc[places["landmass"] != "", "status"] == FERRY_ONLY).all()


def test_the_whole_way_from_roads_to_gaps_and_suggestions(region, on_roads):
    gaps = find_gaps(on_roads, region)
    assert gaps.people == on_roads.uncovered
    assert "zwischen Bremen und Hamburg" in [it.name.text("de") for it in gaps.regions]
    found = Siting(on_roads, candidate_towns(region, 30_000)).solve("max-cover", new=3)
    assert found.status == "optimal"
    assert found.after.covered == found.objective > on_roads.covered


def test_a_place_far_from_every_road_is_not_snapped_in_silence(region, main_roads):
    strict = assess(region, stage=2012, distance=Road(main_roads.network, 0.5))
    far = strict.places["status"] == NO_ROAD
    assert far.any()
    assert (strict.places.loc[far, "snap_km"] > 0.5).all()
    assert np.isinf(strict.places.loc[far, "distance_km"]).all()
    assert strict.without_road == strict.places.loc[far, "people"].sum() > 0
    said = {it.key: it.value for it in settings(strict, region, "de")}
    assert said["without_road"] == strict.without_road


def test_without_offices_or_places_nothing_breaks(main_roads):
    nobody = Points.of([], [])
    somewhere = Points.of([9.7], [52.4])
    assert np.isinf(main_roads.nearest(somewhere, nobody).distance_km).all()
    assert len(main_roads.nearest(nobody, somewhere).distance_km) == 0


def test_a_saved_network_is_found_for_its_region(tmp_path, main_roads, coverage_2012):
    main_roads.network.save(tmp_path / "strassen.parquet")
    places = coverage_2012.places
    found = road_measure(None, tmp_path, Points.of(places["lon"], places["lat"]), SNAP_LIMIT_KM)
    assert found.info.checksum == main_roads.info.checksum


def test_no_roads_and_an_impossible_limit_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(InputError, match="kein Straßennetz"):
        road_measure(None, tmp_path, Points.of([9.7], [52.4]))
    with pytest.raises(InputError, match="Grenze 0 km"):
        road_measure(None, tmp_path, None, 0.0)


def test_the_least_total_travel_needs_no_limit(region, on_roads):
    task = Siting(on_roads, candidate_towns(region, 60_000))
    found = task.solve("p-median", new=1)
    reached = np.isfinite(on_roads.places["distance_km"])
    people = on_roads.places["people"]
    before = (people * on_roads.places["distance_km"])[reached].sum()
    after = (people * found.after.places["distance_km"])[reached].sum()
    assert found.status == "optimal"
    assert after == pytest.approx(found.objective, rel=1e-6)
    assert after < before


def test_the_estimate_is_held_against_the_roads(on_roads, coverage_2012, fitted_factors):
    from iqgeo.distances.roads import compare_with_roads

    places = on_roads.places
    found = compare_with_roads(
        places, coverage_2012.places["straight_km"], places["distance_km"], target_km=35.0, detour_factor=1.3,
        factors=fitted_factors,
    )  # fmt: skip
    assert found.same_share > 0.9
    assert found.now_covered - found.now_uncovered == on_roads.covered - coverage_2012.covered
    assert 1.2 < found.factor_median < 1.5
    assert found.fitted_share > found.same_share


@pytest.fixture(scope="module")
def fitted_factors(region, main_roads, on_roads):
    return fit_factors(on_roads.places, main_roads, candidate_towns(region, 20_000)[::2], 35.0)


def test_factors_fitted_by_district_hold_for_other_offices(region, main_roads, on_roads, fitted_factors):
    """Fitted on ways to every second town, held against offices in the others, six at a time."""
    others = candidate_towns(region, 20_000)[1::2]
    demand = on_roads.demand
    factor = dict(zip(fitted_factors["district_ags"], fitted_factors["factor"], strict=True))
    of_place = {
        str(key): factor[ags]
        for key, ags in demand.places[["id", "district_ags"]].itertuples(index=False)
        if ags in factor
    }
    people = demand.places["people"].to_numpy()
    wrong = []
    for seed in range(6):
        offices = others.sample(6, random_state=seed).reset_index(drop=True)
        roads, *estimates = (
            assess_places(demand, offices, it, 35.0).is_covered
            for it in (main_roads, Detour(), Fitted(of_place))
        )
        wrong.append([people @ (it != roads) for it in estimates])
    one, fitted = np.sum(wrong, axis=0)
    assert fitted < 0.95 * one


def test_fitted_distances_are_straight_lines_times_the_factor_of_the_place(coverage_2012):
    places = coverage_2012.demand.places
    points, offices = points_of_places(places), points_of(coverage_2012.offices, coverage_2012.demand)
    rng = np.random.default_rng(3)
    factors = rng.uniform(1, 2, len(places))
    factors[::5] = 1.3
    known = dict(zip(places["id"].astype(str), factors, strict=True))
    for key in places["id"].astype(str)[::5]:
        del known[key]
    fitted, straight = Fitted(known), Straight()
    found, lines = fitted.nearest(points, offices), straight.nearest(points, offices)
    np.testing.assert_allclose(found.distance_km, lines.distance_km * factors, rtol=1e-12)
    np.testing.assert_array_equal(found.office, lines.office)
    pairs, every = fitted.pairs(offices, points, 40.0), straight.pairs(offices, points, 40.0)
    km = every.distance_km * factors[every.place]
    np.testing.assert_allclose(pairs.distance_km, km[km <= 40.0], rtol=1e-12)
    assert fitted.band == (min(known.values()), max(known.values()))
    assert fitted.key != Fitted({**known, "other": 1.5}).key
    drawn = ways(fitted, points, offices)
    assert drawn[7].distance_km == pytest.approx(found.distance_km[7])


def test_the_page_says_which_roads(region, on_roads):
    scene = scene_of(region, on_roads)
    assert "dcw_edges.csv" in source_line(scene, "de")
    assert "kürzester Weg auf der Straße" in source_line(scene, "de")


def test_the_way_drawn_is_as_long_as_the_way_measured(region, on_roads, coverage_2012):
    gaps = find_gaps(on_roads, region)
    some = gaps.places[np.isfinite(gaps.places["distance_km"])].iloc[:40:8]
    places = Points.of(some["lon"], some["lat"], some["landmass"])
    offices = points_of(on_roads.offices, on_roads.demand)
    for way, km in zip(ways(on_roads.measure, places, offices), some["distance_km"], strict=True):
        assert way.on_roads
        assert way.distance_km == pytest.approx(km)
        legs_km = great_circle_km(way.lon[:-1], way.lat[:-1], way.lon[1:], way.lat[1:])
        # The corners of the drawn line lie on the roads: it is at most a little shorter than measured.
        assert 0.9 * km < legs_km.sum() < 1.02 * km
    straight = ways(coverage_2012.measure, places, offices)
    assert all(len(it.lon) == 2 and not it.on_roads for it in straight)


def test_where_no_road_leads_no_way_is_drawn(main_roads):
    hanover, borkum = Points.of([9.73], [52.37]), Points.of([6.70], [53.59], ["Borkum"])
    assert ways(main_roads, borkum, hanover) == [None]
    assert ways(main_roads, Points.of([], []), hanover) == []
    assert ways(main_roads, hanover, Points.of([], [])) == [None]


def network_of(*rows):
    """Links as ``(from, to, km, minutes, class)`` between points a to h, ten kilometres apart."""
    from iqgeo.distances.roads.assemble import assemble
    from iqgeo.distances.roads.links import Links, segments_of
    from iqgeo.distances.roads.network import RoadInfo

    tail, head, km, minutes, kind = (np.array(column) for column in zip(*rows, strict=True))
    links = Links(
        lon=9 + np.arange(8) * 0.15,
        lat=np.full(8, 52.5),
        tail=tail,
        head=head,
        mm=km * 1e6,
        minutes=minutes.astype(float),
        two_way=np.ones(len(rows), dtype=bool),
        road_class=kind.astype(np.uint8),
    )
    info = RoadInfo("made", "table", None, (0.0, 0.0, 0.0, 0.0), "", True, 0, 0)
    return assemble(segments_of(links), info)


def test_an_island_keeps_to_itself_and_a_ferry_counts_only_when_it_may():
    # Mainland 0 - 1 - 2, ferry 2 ~ 3, island 3 - 4; farther off 6 - 7 which no road joins.
    network = network_of(
        (0, 1, 11.0, 10, 0), (1, 2, 11.0, 10, 0), (2, 3, 12.0, 40, 2), (3, 4, 10.5, 20, 0), (6, 7, 11.0, 9, 0)
    )
    lon = 9 + np.arange(8) * 0.15
    island = np.array(["", "", "", "I", "I", "", "", ""], dtype=object)
    places, office = Points.of(lon, np.full(8, 52.5), island), Points.of(lon[:1], [52.5])
    ashore = Road(network).nearest(places, office)
    assert ashore.reach.tolist() == [0, 0, 0, Reach.FERRY_ONLY, Reach.FERRY_ONLY, Reach.NO_ROAD, 3, 3]
    assert Reach.NO_WAY == 3
    np.testing.assert_allclose(ashore.distance_km[[0, 1, 2]], [0, 11, 22])
    afloat = Road(network, ferries=True).nearest(places, office)
    np.testing.assert_allclose(afloat.distance_km, [0, 11, 22, 34, 44.5, np.inf, np.inf, np.inf])
    np.testing.assert_allclose(afloat.minutes[:5], [0, 10, 20, 60, 80], atol=1e-4)
    own = Points.of(lon[[0, 4]], [52.5, 52.5], island[[0, 4]])
    for ferries in (False, True):
        two = Road(network, ferries=ferries).nearest(places, own)
        np.testing.assert_allclose(two.distance_km[:5], [0, 11, 22, 10.5, 0])
        pairs = Road(network, ferries=ferries).pairs(own, places, 40.0)
        found = set(zip(pairs.candidate.tolist(), pairs.place.tolist(), strict=True))
        assert found == {(0, 0), (0, 1), (0, 2), (1, 3), (1, 4)} | (
            {(0, 3), (1, 2), (1, 1)} if ferries else set()
        )
    drawn = Road(network, ferries=True).lines(places, office)
    assert [it is not None for it in drawn] == [True] * 5 + [False] * 3
    assert [it is not None for it in Road(network).lines(places, office)] == [True] * 3 + [False] * 5


def test_in_minutes_the_fastest_way_counts_not_the_shortest():
    network = network_of((0, 1, 11.0, 60, 0), (0, 2, 30.0, 15, 0), (2, 1, 30.0, 15, 0))
    lon = 9 + np.arange(3) * 0.15
    places, office = Points.of(lon, np.full(3, 52.5)), Points.of(lon[:1], [52.5])
    short, fast = (Road(network, unit=unit).nearest(places, office) for unit in ("km", "min"))
    np.testing.assert_allclose((short.distance_km[1], short.minutes[1]), (11, 60), atol=1e-4)
    np.testing.assert_allclose((fast.distance_km[1], fast.minutes[1]), (60, 30), atol=1e-4)
    fastest = Road(network, unit="min")
    assert fastest.unit == "min"
    pairs = fastest.pairs(office, places, 30.0)
    assert pairs.place.tolist() == [0, 1, 2]
    np.testing.assert_allclose(pairs.distance_km, [0, 30, 15], atol=1e-4)
    assert fastest.key != Road(network).key


def test_minutes_of_roads_that_know_none_are_refused(main_roads, tmp_path):
    main_roads.network.save(tmp_path / "roads.parquet")
    with pytest.raises(InputError, match="Fahrzeiten"):
        road_measure(tmp_path / "roads.parquet", tmp_path, None, unit="min")
