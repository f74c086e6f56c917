"""Load, posts and failures: known figures, brute force, a linear program, laws."""

import itertools
import json
import math
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from iqgeo.access.consultations import compare, fall_off_per_km
from iqgeo.access.failure import failures
from iqgeo.access.load import (
    CONSULTATIONS_A_YEAR,
    DEFAULT_POSTS,
    TELEPHONE_PCT,
    load_of,
    nearest_office,
    overload,
    share_posts,
)
from iqgeo.cli import main
from iqgeo.errors import InputError
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.work import work_of

loads = st.lists(st.integers(0, 60), min_size=1, max_size=4).map(lambda it: np.array(it, dtype=float))


def highest(load, posts):
    per_post = [a / b if b else math.inf for a, b in zip(load, posts, strict=True) if a]
    return max(per_post, default=0.0)


@settings(max_examples=60)
@given(loads, st.integers(1, 8))
def test_posts_are_shared_so_that_the_highest_load_is_least(load, halves):
    given_posts = share_posts(load, halves / 2)
    assert given_posts.sum() == halves / 2
    every = [each for each in itertools.product(range(halves + 1), repeat=len(load)) if sum(each) == halves]
    assert highest(load, given_posts) == min(highest(load, np.array(each) / 2) for each in every)
    assert highest(load, share_posts(load, (halves + 1) / 2)) <= highest(load, given_posts)


def test_load_by_nearest_office_as_computed_outside(coverage_2012):
    load = load_of(coverage_2012)
    by_name = load.offices.set_index("name")["consultations"].round().astype(int).to_dict()
    assert by_name == {
        "Hannover": 515, "Oldenburg": 244, "Wolfsburg": 214, "Osnabrück": 209, "Lüneburg": 121, "Leer": 96
    }  # fmt: skip
    assert round(load.posts_needed, 1) == 6.7
    assert load.offices["posts"].sum() == DEFAULT_POSTS
    assert load.consultations == pytest.approx(coverage_2012.people * 1.05 / 1000)
    assert load.offices["consultations"].sum() + load.out_of_reach == pytest.approx(load.consultations)
    assert load.overloaded == []
    assert load_of(coverage_2012, posts=3).overloaded != []


def test_gravity_without_fall_off_is_even_and_with_much_of_it_nearest(coverage_2012):
    total = load_of(coverage_2012).offices["consultations"]
    even = load_of(coverage_2012, fall_off_per_km=0.0).offices["consultations"]
    assert even.max() == pytest.approx(even.min(), rel=0.02)
    steep = load_of(coverage_2012, fall_off_per_km=50.0).offices["consultations"]
    np.testing.assert_allclose(steep, total, rtol=0.01)
    assert even.sum() == pytest.approx(total.sum(), rel=1e-9)


def test_telephone_leaves_the_consultations_and_says_both(coverage_2012):
    load = load_of(coverage_2012, telephone_pct=40.3)
    content = load.to_dict()
    assert content["by_phone"] == pytest.approx(0.403 * content["consultations"])
    assert content["by_phone"] + content["with_journey"] == pytest.approx(content["consultations"])
    assert content["consultations"] == load_of(coverage_2012).consultations
    assert [each.value for each in TELEPHONE_PCT] == [40.3, 37.1, 33.3]
    assert [each.value for each in CONSULTATIONS_A_YEAR] == [1400, 924]


@pytest.mark.parametrize("posts", [0.5, 1.0, 2.0, 11.5])
def test_the_flow_serves_as_many_as_a_linear_program(coverage_2012, posts):
    offices = coverage_2012.offices
    room = share_posts(load_of(coverage_2012).offices["consultations"].to_numpy(), posts)
    found = overload(coverage_2012, room, 1.05, 208.0)
    sets = coverage_2012.sets_of(offices)
    row = np.repeat(np.arange(len(sets.row_weight)), np.diff(sets.row_start))
    wanted = sets.row_weight * sets.unit * 1.05 / 1000
    by_row = (np.arange(len(wanted))[:, None] == row).astype(float)
    by_office = (np.arange(len(offices))[:, None] == sets.row_site).astype(float)
    best = linprog(
        -np.ones(len(row)), A_ub=np.vstack([by_row, by_office]), b_ub=np.append(wanted, room * 208.0)
    )
    assert found.served == pytest.approx(-best.fun, abs=0.05)
    assert found.served + found.unserved == pytest.approx(wanted.sum())
    assert found.no_capacity.sum() == pytest.approx(found.unserved)
    assert (found.no_capacity[~coverage_2012.is_covered] == 0).all()
    assert bool(found.offices) == (found.unserved > 0)


def test_each_failure_by_taking_the_office_away(coverage_2012):
    found = failures(coverage_2012)
    offices = coverage_2012.offices
    for row in found.offices.itertuples():
        rest = coverage_2012.again(offices=offices[offices["id"] != row.id])
        assert row.lost == coverage_2012.covered - rest.covered
        alone = coverage_2012.again(offices=offices[offices["id"] == row.id])
        assert row.lost + row.kept == alone.covered
    assert found.people_with_two == 155
    assert (found.worst["name"], found.worst["lost"]) == ("Hannover", 269_240)


def test_places_fall_with_their_home(coverage_2012):
    places = [(9.73, 51.70), (9.30, 52.10)]
    home = str(coverage_2012.offices["id"].iloc[1])
    table = failures(coverage_2012, places, [home, home]).offices.set_index("id")
    assert table.loc[home, "places_lost"] == 2
    assert table.loc[home, "days_lost"] > 0
    assert table.drop(home)["days_lost"].sum() == 0


def test_a_fall_off_that_was_put_in_is_found_again(coverage_2012):
    places = coverage_2012.places[np.isfinite(coverage_2012.places["distance_km"])]
    people = places.groupby("ags")["people"].sum()
    people = people[people > 0]
    way = (places["people"] * places["distance_km"]).groupby(places["ags"]).sum().reindex(
        people.index
    ) / people
    counts = people * np.exp(-5 - 0.03 * way)
    assert fall_off_per_km(coverage_2012, counts) == pytest.approx(0.03, rel=1e-6)
    assert fall_off_per_km(coverage_2012, counts.head(3)) is None
    assert fall_off_per_km(coverage_2012, people * np.exp(-5 + 0.03 * way)) is None


def test_own_consultations_are_a_years_figure_beside_the_expected(coverage_2012):
    offices = coverage_2012.offices
    table = pd.DataFrame(
        {
            "office": [offices["id"].iloc[1], offices["id"].iloc[1], offices["id"].iloc[0]],
            "month": ["2012-08", "2012-12", "2012-10"],
            "months": 1,
            "place": ["03241001", "", "03404000"],
            "channel": "",
            "count": [20.0, 10.0, 30.0],
        }
    )
    compared = compare(coverage_2012, load_of(coverage_2012), table)
    assert compared.months == 5
    assert compared.load.consultations == pytest.approx(60 * 12 / 5)
    assert compared.offices["expected"].sum() == pytest.approx(144)
    assert compared.offices.loc[1, "consultations"] == pytest.approx(72)
    assert compared.districts["consultations"].sum() == pytest.approx(50 * 12 / 5)
    assert compared.load.offices["posts"].sum() == DEFAULT_POSTS
    # The same of quarters and half a year: all their months count.
    longer = table.assign(month=["2012-04", "2012-10", "2012-07"], months=[3, 3, 6])
    assert compare(coverage_2012, load_of(coverage_2012), longer).months == 9
    # As many look for an appointment as come, not as many as the usual rate lets expect.
    short = work_of(coverage_2012, Settings(), table).short
    assert short.served + short.unserved == pytest.approx(144 * coverage_2012.share)


@pytest.mark.parametrize(
    "wrong", [{"posts": 0}, {"rate_per_1000": 0}, {"per_post": -1}, {"telephone_pct": 100}]
)
def test_numbers_that_mean_nothing_are_refused(coverage_2012, wrong):
    with pytest.raises(InputError) as caught:
        load_of(coverage_2012, **wrong)
    assert len(caught.value.problems) == 1


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["iqgeo", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, capsys.readouterr()


def test_the_commands_write_what_others_call(monkeypatch, capsys, tmp_path, coverage_2012):
    out = tmp_path / "out.json"
    assert run(monkeypatch, capsys, "load", "--json", out)[0] in (0, None)
    content = json.loads(out.read_text())
    assert {"offices", "consultations", "posts_needed"} <= set(content)
    assert {"id", "name", "consultations", "posts", "per_post"} <= set(content["offices"][0])
    assert run(monkeypatch, capsys, "failures", "--json", out)[0] in (0, None)
    content = json.loads(out.read_text())
    assert content["people_with_two"] == 155
    assert {"id", "name", "lost", "kept"} <= set(content["offices"][0])
    _, written = run(
        monkeypatch, capsys, "suggest", "--new", 4, "--places", "fewest", "--json", out, "--lang", "en"
    )
    assert "33 places" in written.out
    assert len(json.loads(out.read_text())["places"]) == 33
    asked = ("suggest", "--new", 4, "--goal", "safe", "--json", out)
    _, written = run(monkeypatch, capsys, *asked)
    assert json.loads(out.read_text())["after_worst_failure"] == 795_749
    assert "795.749" in written.out
    run(monkeypatch, capsys, "suggest", "--model", "full-cover", "--district-share-pct", "50", "--json", out)
    assert json.loads(out.read_text())["objective"] == 15


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (("suggest", "--places", "viele"), 1),
        (("suggest", "--home-km", "75"), 1),
        (("suggest", "--places", "2", "--goal", "safe"), 1),
        (("suggest", "--goal", "fair", "--days-per-month", "x"), 3),
        (("suggest", "--places", "2", "--model", "p-median"), 1),
        (("suggest", "--places", "-1", "--home-km", "0", "--places-per-office", "0"), 3),
        (("load", "--posts", "0", "--rate-per-1000", "0"), 2),
        (("load", "--posts", "1,3"), 1),
        (("suggest", "--places", "2", "--curve", "3"), 1),
        (("suggest", "--goal", "safe", "--stages", "1,1"), 1),
    ],
)
def test_what_cannot_be_asked_is_a_sentence_each(monkeypatch, capsys, arguments, sentences):
    code, written = run(monkeypatch, capsys, *arguments)
    assert code == 2
    assert len(written.err.strip().splitlines()) == sentences
    assert "Traceback" not in written.err


def test_nearest_office_is_that_of_the_coverage(coverage_2012):
    at = nearest_office(coverage_2012)
    reached = np.isfinite(coverage_2012.places["distance_km"].to_numpy())
    assert ((at >= 0) == reached).all()
