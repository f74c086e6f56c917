"""One scenario through all doors: loaded once, computed once, claimed for what was proven."""

import itertools
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import iqgeo
from iqgeo import inputs, sites
from iqgeo.api import Plan, assess, suggest
from iqgeo.case import case_of
from iqgeo.errors import InputError
from iqgeo.proof import JOINT
from iqgeo.proposal import best_of
from iqgeo.region import Region
from iqgeo.scenario.evaluate import Evaluation, evaluate
from iqgeo.scenario.load import Given, load
from iqgeo.scenario.model import OwnFile, Rules, Scenario, Search, Stage
from iqgeo.scenario.settings import Settings
from iqgeo.texts import LANGUAGES
from iqgeo.words.proof import proof_words

OFFICES = (
    "id,name,lon,lat,opened,closed\n1,Alt,9.73,52.37,2011,\n2,Neu,8.0,52.2,2013,\n3,Weg,7.4,53.2,2009,2010\n"
)
PEOPLE = (
    "id,lon,lat,people\na,9.70,52.40,100\nb,8.02,52.25,50\nc,10.50,52.30,80\nd,9.90,51.60,40\n"
    "e,7.50,53.20,30\n"
)
TOWNS = "id,name,lon,lat\n1,Ost,10.5,52.3\n2,Süd,9.9,51.6\n3,West,7.5,53.2\n"


@pytest.fixture
def own(tmp_path: Path) -> Scenario:
    """Offices with years, candidates numbered alike, people of one's own."""
    files = []
    for kind, content in (("offices", OFFICES), ("candidates", TOWNS), ("demand", PEOPLE)):
        path = tmp_path / f"{kind}.csv"
        path.write_text(content, encoding="utf-8")
        files.append(OwnFile(kind, path))
    return Scenario("Eigene", files=tuple(files), settings=Settings(target_km=30))


def computed(scenario: Scenario) -> Evaluation:
    return evaluate(scenario, load(scenario))


def test_every_file_is_read_once(own: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    for name in ("read_offices", "read_candidates", "read_demand"):
        real = getattr(inputs, name)

        def counted(*args, real=real, name=name, **options):
            read.append(name)
            return real(*args, **options)

        monkeypatch.setattr(inputs, name, counted)
    stages = (Stage("a", 2012), Stage("b", search=Search(new=1)), Stage("c", None, (), ("1",)))
    assert len(computed(replace(own, stages=stages)).states) == 3
    assert sorted(read) == ["read_candidates", "read_demand", "read_offices"]


def test_with_offices_of_ones_own_all_count_in_every_door(own: Scenario, region: Region) -> None:
    everyone = computed(own).base.coverage
    assert len(everyone.offices) == 3
    frame = inputs.read_offices(own.file("offices").path).frame
    people = inputs.demand_of(inputs.read_demand(own.file("demand").path, region))
    assert assess(region, frame, demand=people, target_km=30).covered == everyone.covered
    assert len(computed(own.with_settings(stage=2012)).base.coverage.offices) == 1


def test_two_lists_numbered_alike_do_not_mix(own: Scenario) -> None:
    found = computed(replace(own, stages=(Stage("neu", None, ("1",)),)))
    names = list(found.states[-1].coverage.offices["name"])
    assert names == ["Alt", "Neu", "Weg", "Ost"]
    assert sites.ids(found.states[-1].coverage.offices)[-1] == "candidates:1"
    closed = computed(replace(own, stages=(Stage("weniger", None, (), ("1",)),)))
    assert list(closed.states[-1].coverage.offices["name"]) == ["Neu", "Weg"]


@pytest.mark.parametrize("new", [0, 1, 2])
@pytest.mark.parametrize(
    "rules", [Rules(), Rules(forbid=("candidates:1",)), Rules(require=("candidates:2",))]
)
def test_what_is_proven_is_the_best_of_all(own: Scenario, new: int, rules: Rules) -> None:
    if new < len(rules.require):
        return
    stages = (Stage("Suche", search=Search(new=new)),)
    found = computed(replace(own, stages=stages, rules=rules).with_settings(stage=2012))
    task, after = found.task, found.states[-1].coverage
    allowed = [it for it in sites.ids(task.candidates) if it not in task.forbid]
    best = 0.0
    for chosen in itertools.combinations(allowed, new):
        if set(task.require) <= set(chosen):
            network = sites.with_(found.base.coverage.offices, sites.named(found.loaded.known, chosen))
            best = max(best, after.again(offices=network).covered)
    assert after.covered == best
    proof = found.steps[-1].proof
    assert proof.is_optimal
    assert (set(proof.required), set(proof.forbidden)) == (set(task.require), set(task.forbid))
    assert proof.candidates == len(allowed)
    new_ones = set(sites.ids(after.offices)) - set(sites.ids(found.base.coverage.offices))
    assert set(proof.free) == new_ones - set(proof.required)


def test_rules_are_none_unless_somebody_sets_one(own: Scenario) -> None:
    assert (Rules().require, Rules().forbid, Rules().per_district) == ((), (), False)
    found = computed(replace(own, stages=(Stage("", search=Search(new=1)),)))
    assert found.task is not None
    assert not found.task.per_district
    assert not found.steps[-1].proof.per_district


def said(found: Evaluation, lang: str = "de") -> str:
    proposal = case_of(found).proposal
    assert proposal is not None
    return proof_words(proposal, lang)


def test_a_proof_is_claimed_for_what_was_compared(region: Region) -> None:
    base = Scenario(settings=Settings(stage=2012))
    loaded = load(base, Given(region))

    def answered(*stages: Stage, rules: Rules | None = None) -> str:
        return said(evaluate(replace(base, stages=stages, rules=rules or Rules()), loaded))

    whole = answered(Stage("", search=Search(new=2)))
    assert whole.startswith("Bewiesen optimal: Keine andere Auswahl von 2 der 210 Orte")
    assert "ausgehend von 6 Stellen" in whole
    mixed = answered(Stage("A", None, ("NI-GÖ",), (), Search(new=1)))
    assert "Kein anderer der" in mixed
    assert "ausgehend von 7 Stellen" in mixed
    # What stood before a search may be the answer of an earlier one.
    assert "Schon vorher gesetzt, hier nicht verglichen: Göttingen." in mixed
    two = answered(Stage("A", search=Search(new=1)), Stage("B", None, (), ("NI-LER",), Search(new=1)))
    assert two.count("Bewiesen optimal") == 2
    assert "Schon vorher geschlossen, hier nicht verglichen: Leer." in two
    assert "Ob die Etappen zusammen die beste Wahl sind, ist nicht gerechnet." in two
    given = answered(Stage("", search=Search(new=1)), rules=Rules(("03404000",)))
    assert given == "Vorgegeben: Alle Orte waren vorgegeben, verglichen wurde nichts."
    together = evaluate(replace(base, stages=(Stage("Ausbau", search=Search(JOINT, sizes=(1, 1))),)), loaded)
    begins = [it.before for it in together.suggestions if it is not None]
    assert begins == [together.base.coverage, together.states[0].coverage]
    joint = said(together)
    assert "in 2 Etappen" in joint
    assert "nicht gerechnet" not in joint
    by_hand = answered(Stage("", None, ("NI-GÖ",)))
    assert by_hand.startswith("Von Hand gewählt")
    documented = answered(Stage("2012"), Stage("2021", 2021))
    assert documented.startswith("Belegtes Netz")


def test_the_best_is_claimed_of_a_plan_only_where_all_of_it_was_one_choice(region: Region) -> None:
    base = Scenario(settings=Settings(stage=2012))
    loaded = load(base, Given(region))

    def best(*stages: Stage) -> bool:
        found = evaluate(replace(base, stages=stages), loaded)
        # As a plan that is opened again.
        again = evaluate(found.scenario, loaded)
        return best_of(again.steps, again.base.coverage, again.coverages[-1]) is not None

    assert best(Stage("", search=Search(new=2)))
    assert best(Stage("", search=Search("keep-best", keep=4)))
    assert not best(Stage("", None, ("NI-GÖ",), (), Search(new=1)))
    assert not best(Stage("A", search=Search(new=1)), Stage("B", search=Search(new=1)))
    assert not best(Stage("", search=Search("p-median", new=1)))
    assert not best(Stage("", None, ("NI-GÖ",)))


def test_a_plan_keeps_its_proof_until_the_question_changes(region: Region, tmp_path: Path) -> None:
    scenario = Scenario("P", (Stage("A", search=Search(new=1)),), Settings(stage=2012))
    found = evaluate(scenario, load(scenario, Given(region)))
    Plan.from_scenario(found.scenario).save(tmp_path / "p.toml")
    again = Plan.load(tmp_path / "p.toml")
    assert again.stages[0].search is None
    assert said(again.evaluate(region)) == said(found)
    for changed in (
        Plan.from_scenario(again.with_settings(target_km=30.0)),
        Plan.from_scenario(again.with_settings(least_people=20_000)),
        Plan.from_scenario(again.with_stage(0, opened=("NI-GÖ",))),
        Plan.from_scenario(replace(again, rules=Rules(forbid=("03101000",)))),
    ):
        words = said(changed.evaluate(region))
        assert "Bewiesen" not in words
        assert "gilt nicht mehr" in words
        assert "Von Hand gewählt" not in words


@pytest.mark.parametrize("model", ["max-cover", "full-cover", "p-median", "p-center", "keep-best"])
def test_every_model_has_its_sentence(own: Scenario, model: str) -> None:
    search = Search(model, new=1, keep=1, share_pct=60.0)
    found = computed(replace(own, stages=(Stage("S", search=search),)).with_settings(stage=2013))
    optimal = {"de": "Bewiesen optimal", "en": "Proven optimal", "nl": "Bewezen optimaal"}
    for lang in LANGUAGES:
        words = said(found, lang)
        assert "{" not in words
        assert words.startswith(optimal[lang])


def test_the_key_is_of_what_decides_a_number(own: Scenario) -> None:
    staged = replace(own, stages=(Stage("a", None, ("candidates:1",)),))
    renamed = replace(staged, name="anders", note="x", stages=(replace(staged.stages[0], name="b"),))
    assert staged.key == renamed.key
    others = (
        own, staged.with_settings(target_km=31), replace(staged, rules=Rules(("1",))),
        replace(staged, stages=(*staged.stages, Stage("c", None, (), ("1",)))),
    )  # fmt: skip
    assert len({staged.key, *(it.key for it in others)}) == 5
    assert staged.base_key == own.base_key


def test_a_gap_keeps_its_number_through_the_documented_years(region: Region) -> None:
    numbers = {}
    for year in region.stages:
        scenario = Scenario(settings=Settings(stage=year, year=2019))
        places = evaluate(scenario, load(scenario, Given(region))).gaps[0].places
        for key, number in zip(places["id"], places["gap_region"], strict=True):
            assert numbers.setdefault(key, number) == number


def test_own_distances_decide_before_after_and_objective(own: Scenario, region: Region) -> None:
    frame = inputs.read_offices(own.file("offices").path).frame.iloc[:1]
    people = inputs.demand_of(inputs.read_demand(own.file("demand").path, region))
    towns = inputs.read_candidates(own.file("candidates").path).frame.assign(id=["x", "y", "z"])
    table = pd.DataFrame(
        {"candidate": ["1", "1", "x", "y"], "place": ["a", "b", "c", "d"], "km": [1.0, 2.0, 3.0, 40.0]}
    )
    found = suggest(region, frame, demand=people, candidates=towns, distances=table, new=1, target_km=30)
    assert (found.before.covered, found.after.covered, found.objective) == (150, 230, 230)
    assert found.sites[0].id == "x"
    with pytest.raises(InputError, match="„1“"):
        suggest(region, frame, demand=people, candidates=towns, distances=table[2:], new=1)


def test_a_misspelt_setting_is_no_setting(region: Region) -> None:
    with pytest.raises(TypeError, match="target"):
        iqgeo.assess(region, target=30)  # type: ignore[call-arg]
