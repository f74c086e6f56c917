"""What a search is called in its proof, and that a proof counts as long as its question is the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from iqgeo import sites
from iqgeo.case import case_of
from iqgeo.coverage import Coverage
from iqgeo.proof import (
    ATTENDANCE,
    FEWEST,
    FEWEST_DAYS,
    FEWEST_FOR_DISTRICTS,
    MOST_FOR_DISTRICTS,
    MOST_WITH_DAYS,
    SAFE,
    Proof,
)  # fmt: skip
from iqgeo.region import Region
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import Given, load
from iqgeo.scenario.model import OwnFile, Rules, Scenario, Search, Stage
from iqgeo.scenario.searches import _more, model_of, task_again
from iqgeo.scenario.settings import Settings
from iqgeo.suggestions import Siting
from tests.scenario.test_evaluate import OFFICES, PEOPLE, TOWNS

SEARCHES = {
    "max-cover": Search(new=1),
    "full-cover": Search("full-cover", share_pct=60.0),
    "keep-best": Search("keep-best", keep=1),
    SAFE: Search(new=1, goal=SAFE),
    ATTENDANCE: Search(new=1, goal=ATTENDANCE),
    MOST_FOR_DISTRICTS: Search(new=2, district_share_pct=30.0),
    FEWEST_FOR_DISTRICTS: Search("full-cover", district_share_pct=30.0),
    MOST_WITH_DAYS: Search(new=1, places=1),
    FEWEST_DAYS: Search(new=1, places=FEWEST),
}


@pytest.mark.parametrize("model", SEARCHES)
def test_a_proof_counts_until_a_rule_is_another(tmp_path: Path, model: str) -> None:
    files = []
    for kind, content in (("offices", OFFICES), ("candidates", TOWNS), ("demand", PEOPLE)):
        path = tmp_path / f"{kind}.csv"
        path.write_text(content, encoding="utf-8")
        files.append(OwnFile(kind, path))
    scenario = Scenario(
        "Eigene", files=tuple(files), settings=Settings(target_km=30, home_km=400),
        rules=Rules(forbid=("candidates:3",)), stages=(Stage("Suche", search=SEARCHES[model]),),
    )  # fmt: skip
    loaded = load(scenario)
    found = evaluate(scenario, loaded)
    (step,) = found.steps
    assert step.proof is not None
    assert (step.proof.model, model_of(SEARCHES[model])) == (model, model)
    assert step.proof.status in ("optimal", "infeasible")
    given = () if model == "keep-best" else ("candidates:3",)
    assert (step.proof.forbidden, step.proof.required) == (given, ())
    assert step.proof.candidates == (2 if model != "keep-best" else len(found.base.coverage.offices))
    case = case_of(found)
    # How firm the one choice is that is asked under other assumptions stands in its own tests.
    if case.after is not None and model != "max-cover":
        named = "days" if SEARCHES[model].places is not None else "goal"
        assert case.tested is not None
        assert case.tested.untested == named or not step.proof.free
    again = evaluate(found.scenario, loaded).steps[0]
    assert (again.proof, again.stale) == (step.proof, None)
    if model != "keep-best":
        other = evaluate(replace(found.scenario, rules=Rules(forbid=("candidates:2",))), loaded).steps[0]
        assert (other.proof, other.stale) == (None, step.proof)


def test_a_promise_to_districts_is_asked_again_of_the_towns_it_was_asked_of(
    region: Region, coverage_2012: Coverage
) -> None:
    scenario = Scenario(settings=Settings(stage=2012))
    loaded = load(scenario, Given(region))
    plain = Proof("max-cover", "optimal", 0.0, 0.0, ())
    usual = set(sites.ids(task_again(scenario, loaded, coverage_2012, plain).candidates))
    for model in (FEWEST_FOR_DISTRICTS, MOST_FOR_DISTRICTS):
        asked = task_again(scenario, loaded, coverage_2012, replace(plain, model=model))
        more = asked.candidates[~asked.candidates["id"].isin(usual)]
        assert more["name"].tolist() == ["Lüchow (Wendland)"]


def test_each_rule_for_places_makes_another_question(coverage_2012: Coverage) -> None:
    scenario = Scenario(settings=Settings(stage=2012))
    task = Siting(coverage_2012, coverage_2012.offices)
    asked = [
        _more(MOST_WITH_DAYS, scenario, it, "")
        for it in (
            task, replace(task, require_places=("a",)), replace(task, forbid_places=("a",)),
            replace(task, place_homes={"a": "b"}),
        )
    ]  # fmt: skip
    assert len(set(map(repr, asked))) == 4
    assert _more("max-cover", scenario, replace(task, require_places=("a",)), "") == ()
