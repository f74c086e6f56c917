"""Why there is no answer, what every figure counts, and that lists name only what has a name."""

import io
from dataclasses import replace

import pandas as pd
import pytest

from iqgeo.api import assess
from iqgeo.choices import Unmet
from iqgeo.cli import show, show_plans
from iqgeo.cli.screen import Screen
from iqgeo.demand import Demand
from iqgeo.gaps import find_gaps
from iqgeo.reports.gap_tables import gap_regions_table
from iqgeo.reports.map.scene import scene_of
from iqgeo.scenarios import coverage_curve, near_optimal, staged_plan
from iqgeo.siting.conflicts import Conflict
from iqgeo.suggestions import Siting, candidate_towns
from tests.second_way import haversine_km


@pytest.fixture
def printed(monkeypatch):
    """What the terminal shows."""
    buffer = io.StringIO()
    screen = Screen(buffer, width=400)
    for module in (show, show_plans):
        monkeypatch.setattr(module, "console", lambda **_: screen)
    return buffer.getvalue


@pytest.fixture(scope="module")
def towns(region):
    return candidate_towns(region, 10_000)


@pytest.fixture(scope="module")
def everywhere(coverage_2012, towns):
    return Siting(coverage_2012, towns, per_district=True)


def districts_without(coverage, towns) -> set[str]:
    """Districts with a candidate and no office, each site in the district of the place next to it."""
    places = list(coverage.places[["lon", "lat", "district_ags"]].itertuples(index=False))

    def district(site) -> str:
        near = [it for it in places if abs(it.lon - site.lon) < 0.2 and abs(it.lat - site.lat) < 0.15]
        return min(near, key=lambda it: haversine_km(it.lon, it.lat, site.lon, site.lat)).district_ags

    return {district(it) for it in towns.itertuples()} - {
        district(it) for it in coverage.offices.itertuples()
    }


def test_one_per_district_says_how_many_would_do(everywhere, towns, coverage_2012):
    needed = len(districts_without(coverage_2012, towns))
    unmet = Unmet(("one_per_district",), 4, needed, needed)
    for model in ("max-cover", "p-median", "p-center"):
        answer = everywhere.solve(model, new=4)
        assert (answer.status, answer.unmet) == ("infeasible", unmet)
        assert answer.to_dict()["unmet"]["fewest"] == needed
    assert "mindestens eine Stelle in jedem Kreis" in unmet.sentence("de")
    assert f"mindestens {needed}" in unmet.sentence("de")
    assert f"At least {needed}" in unmet.sentence("en")
    enough = everywhere.solve("max-cover", new=needed, reasons=False)
    assert enough.sites
    assert enough.unmet is None
    short = everywhere.solve("max-cover", new=needed - 1)
    assert (short.status, short.unmet.fewest) == ("infeasible", needed)


def test_stages_curve_and_alternatives_say_it_too(everywhere, printed, region):
    staged = staged_plan(everywhere, [1, 2])
    assert staged.unmet == replace(staged.unmet, rules=("one_per_district",), asked=3)
    assert staged.to_dict()["unmet"]["asked"] == 3
    others = near_optimal(everywhere, 3)
    assert others[0].unmet == staged.unmet
    points = coverage_curve(everywhere, 3)
    assert points.empty
    show_plans.show_stages(staged, "", "de")
    show_plans.show_alternatives(others, "de")
    show_plans.show_curve(points, everywhere.unmet("max-cover", 3), "de")
    show_plans.show_suggestion(others[0], "", region, "de")
    lines = printed().strip().splitlines()
    assert lines == [f"Nicht erfüllbar: {staged.unmet.sentence('de')}"] * 4


def test_no_office_at_all_is_a_number_too():
    """None needed, and none found: two things that a zero and a missing number keep apart."""
    found = Conflict(("require",), 0, 0, 0, ())
    assert Unmet.of(found, ()) == Unmet(("require",), 0, 0, 0)
    assert Unmet.of(replace(found, fewest=-1, least=-1, asked=-1), ()) == Unmet(
        ("require",), None, None, None
    )


def test_the_curve_begins_where_the_rules_can_be_met(coverage_2012, towns):
    held = coverage_2012.again(offices=coverage_2012.offices.iloc[:3])
    few = towns[towns["district_ags"].isin(["03404", "03241", "03459", "03103"])].reset_index(drop=True)
    task = Siting(held, few, per_district=True)
    needed = task.unmet("max-cover", 0).fewest
    assert needed > 0
    points = coverage_curve(task, needed + 2)
    assert list(points["new"]) == [needed, needed + 1, needed + 2]
    assert (points["status"] == "optimal").all()


def test_a_district_without_a_permitted_town_is_named(coverage_2012, towns, region):
    emptied = sorted(districts_without(coverage_2012, towns))[:2]
    task = Siting(coverage_2012, towns, per_district=True)
    inside = {int(site) for ags in emptied for site in task.district_sites[ags]}
    forbid = tuple(task.sites["id"].iloc[sorted(inside)])
    refused = Siting(coverage_2012, towns, forbid=forbid, per_district=True)
    for answer in (refused.solve("max-cover", new=60), refused.solve("full-cover", share_pct=50)):
        assert answer.status == "infeasible"
        assert set(answer.unmet.rules) == {"one_per_district", "forbid"}
        assert (answer.unmet.fewest, answer.unmet.least) == (None, None)
        assert list(answer.unmet.districts) == [region.district_names[ags] for ags in emptied]
        for name in answer.unmet.districts:
            assert name in answer.unmet.sentence("de")


@pytest.fixture(scope="module")
def islands(region):
    """An island with its own town, and the mainland with two; nothing is open."""
    rows = [
        ("p1", "03452020", "03452", 7.15, 53.707, "Norderney", 30.0),
        ("p2", "", "", 9.73, 52.37, "", 500.0),
        ("p3", "03241001", "03241", 9.80, 52.40, "", 400.0),
    ]
    columns = ["id", "ags", "district_ags", "lon", "lat", "landmass", "people"]
    nothing = pd.DataFrame(columns=["area", "name", "persons"])
    demand = Demand("own", None, pd.DataFrame(rows, columns=columns), nothing, float("nan"), "")
    none = pd.DataFrame({"id": [], "name": [], "lon": [], "lat": []}).astype({"id": str, "name": str})
    start = assess(region, none, demand=demand, target_km=20)
    towns = pd.DataFrame(
        [("n", "Norderney", 7.15, 53.707), ("h", "Hannover", 9.73, 52.37), ("l", "Lehrte", 9.9, 52.38)],
        columns=["id", "name", "lon", "lat"],
    )
    return Siting(start, towns)


def test_everyone_who_can_be_reached_needs_an_office_on_each_side_of_the_water(islands):
    for model in ("p-median", "p-center"):
        answer = islands.solve(model, new=1)
        assert (answer.status, answer.unmet) == ("infeasible", Unmet(("reach",), 1, 2, 2))
        assert "auch auf Inseln" in answer.unmet.sentence("de")
        assert islands.solve(model, new=2).status == "optimal"


def test_the_runner_up_of_an_island_is_none(islands, printed, region):
    answer = islands.solve("max-cover", new=2, refusals=True)
    chosen = {site.id: site for site in answer.sites}
    assert set(chosen) == {"h", "n"}
    assert (chosen["n"].runner_up, chosen["n"].runner_up_id) == ("", "")
    assert chosen["n"].only_here == 30
    assert chosen["n"].refusal_loss == (30, 30)
    assert chosen["h"].runner_up == "Lehrte"
    show_plans.show_suggestion(answer, "", region, "de")
    row = next(line for line in printed().splitlines() if line.startswith("Norderney"))
    assert row.split()[:5] == ["Norderney", "n", "+", "30", "keiner"]


def test_a_list_names_only_what_has_a_name(islands, region, printed):
    """Places without a district take part in every sum, and in no list of names."""
    gaps = find_gaps(islands.start, region)
    assert "" in {ags for it in gaps.regions for ags, _ in it.districts}
    show.show_gaps(gaps, "de")
    answer = islands.solve("max-cover", new=2)
    show_plans.show_suggestion(answer, "", region, "de")
    show_plans.show_suggestion(islands.solve("full-cover"), "", region, "en")
    scene = scene_of(region, islands.start, gaps)
    lists = [
        *gap_regions_table(gaps, "de").frame["largest_districts"],
        *(", ".join(gap.districts) for gap in scene.gaps),
        *printed().splitlines(),
    ]
    assert any("Region Hannover" in it for it in lists)
    for it in lists:
        assert ", ," not in it
        assert not it.rstrip().endswith(",")
        assert not it.startswith(", ")


UNITS = {
    "max-cover": ("people", "people"),
    "full-cover": ("offices", "people"),
    "keep-best": ("people", "people"),
    "p-median": ("person_km", "person_km"),
    "p-center": ("km", "km"),
}


@pytest.mark.parametrize("model", UNITS)
def test_every_model_says_what_it_counts(model, coverage_2012, region, printed):
    task = Siting(coverage_2012, candidate_towns(region, 60_000))
    asked = (
        {"share_pct": 50} if model == "full-cover" else {"keep": 3} if model == "keep-best" else {"new": 2}
    )
    answer = task.solve(model, **asked)
    content = answer.to_dict()
    assert (content["objective_unit"], content["gain_unit"]) == UNITS[model]
    after = [it for it in answer.after.places.itertuples() if it.people and it.distance_km < 1e9]
    expected = {
        "people": answer.after.covered,
        "offices": len(answer.sites),
        "person_km": sum(it.people * it.distance_km for it in after),
        "km": max(it.distance_km for it in after),
    }
    assert content["objective"] == pytest.approx(expected[content["objective_unit"]], rel=1e-6)
    show_plans.show_suggestion(answer, "", region, "de")
    said = printed()
    assert ("Personen-km" in said) == (model == "p-median")
    assert ("Der weiteste Weg: " in said) == (model == "p-center")
