"""A fragile choice looks fragile: the same question under other assumptions, each solved anew."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from typer.testing import CliRunner

import iqgeo
from iqgeo.case import case_of
from iqgeo.cli.main import app
from iqgeo.distances import great_circle_km
from iqgeo.firmness import BESIDE_KM, _assigned
from iqgeo.gaps import gaps_within
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import load
from iqgeo.scenario.model import Scenario, Search, Stage
from iqgeo.scenario.start import start_of
from iqgeo.words.firmness import firmness_words, grid
from iqgeo.words.proof import proof_words


def searched(region, new=4, **settings):
    scenario = Scenario(settings=start_of(region, False), stages=(Stage("", search=Search(new=new)),))
    scenario = scenario.with_settings(**settings)
    return case_of(evaluate(scenario, load(scenario)))


@pytest.fixture(scope="module")
def four(region):
    return searched(region)


def test_northeim_wins_in_three_of_twelve_and_three_areas_are_firm(four):
    it = four.firmness
    assert (len(it.assumptions), it.unproven) == (12, 0)
    assert [site.name for site in it.sites if site.area_stays] == ["Lengede", "Dinklage", "Oyten"]
    northeim = it.sites[-1]
    assert (northeim.name, northeim.count("same"), northeim.is_shaky) == ("Northeim", 3, True)
    assert northeim.rivals == (("Buxtehude", 4), ("Lingen (Ems)", 4), ("Hessisch Oldendorf", 1))


def test_an_excerpt_and_another_paper_do_not_solve_anew(four):
    gaps = four.shown_gaps
    some = gaps.by_municipality.head(3)
    assert four.with_gaps(gaps_within(gaps, some)).firmness is four.firmness
    again = evaluate(four.scenario, four.loaded)
    assert case_of(again).firmness is four.firmness
    fewer = evaluate(replace(four.scenario, stages=(Stage("", search=Search(new=1)),)), four.loaded)
    assert len(case_of(fewer).firmness.sites) == 1


def test_no_two_assumptions_are_the_same_question(four):
    radii = {(round(it.target / it.factor, 6), it.year) for it in four.firmness.assumptions}
    assert len(radii) == 12
    assert sum(it.own for it in four.firmness.assumptions) == 1
    heads, rows = grid(four.firmness)
    assert (len(heads), [len(row) for row in rows]) == (3, [3, 3, 3, 3])


@settings(max_examples=4, deadline=None)
@given(at=st.integers(0, 11))
def test_every_answer_is_what_asking_under_that_assumption_says(four, at):
    asked = four.firmness.assumptions[at]
    found = iqgeo.suggest(
        stage=2012, new=4, year=asked.year, target_km=asked.target, detour_factor=asked.factor
    )
    named = {site.held[at].id for site in four.firmness.sites}
    assert named == {it.id for it in found.sites}


def test_same_beside_and_elsewhere_are_what_they_say(four):
    where = {str(it.id): (it.lon, it.lat) for it in four.region.towns.itertuples()}
    for site in four.firmness.sites:
        for held in site.held:
            km = float(great_circle_km(*where[site.id], *where[held.id]))
            assert held.km == pytest.approx(km)
            kind = "same" if held.id == site.id else "beside" if km <= BESIDE_KM else "elsewhere"
            assert held.kind == kind


@pytest.mark.parametrize("lang", ["de", "en"])
def test_it_stands_beside_the_proof_wherever_that_is_said(four, lang):
    assert firmness_words(four.firmness, lang) in proof_words(four.tested, lang)
    assert "Buxtehude (4)" in firmness_words(four.firmness, lang)


def test_what_no_model_chose_has_none(region):
    hand = Scenario(settings=start_of(region, False), stages=(Stage("", opened=("03155011",)),))
    assert case_of(evaluate(hand, load(hand))).firmness is None


def test_straight_lines_have_no_factor_to_vary(region):
    it = searched(region, 1, distance="straight").firmness
    assert {one.factor for one in it.assumptions} == {None}
    assert len(it.assumptions) == 6


def test_the_command_tells_it_when_asked():
    told = CliRunner().invoke(app, ["suggest", "--new", "1", "--assumptions", "--json", "-"])
    content = json.loads(told.stdout)["firmness"]
    assert {it["of"] for it in content["sites"]} == {12}
    refused = CliRunner().invoke(app, ["suggest", "--model", "p-center", "--assumptions"])
    assert [it.code for it in refused.exception.problems] == ["options_not_taken"]


@given(st.data())
def test_every_town_is_assigned_as_cheaply_as_scipy_does(data):
    shape = data.draw(st.tuples(st.integers(0, 4), st.integers(0, 5)))
    cells = st.lists(st.integers(0, 1000), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])
    cost = np.array(data.draw(cells), dtype=float).reshape(shape)
    rows, columns = _assigned(cost)
    expected = cost[linear_sum_assignment(cost)]
    assert len(set(rows)) == len(set(columns)) == len(rows) == len(expected)
    assert cost[rows, columns].sum() == expected.sum()
