"""A plan finds its files however a system spells them, and refuses sites that lie the wrong way round."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.file import read_scenario
from iqgeo.scenario.load import load
from iqgeo.scenario.model import OwnFile, Scenario, Stage
from iqgeo.scenario.named_files import spelled_alike
from iqgeo.sites import Site

PEOPLE = "id,lon,lat,people\na,9.70,52.40,100\nb,8.02,52.25,50\n"
PLAN = 'version = 2\nname = "P"\n[demand]\nfile = "{}"\n[[stages]]\nname = "heute"\nyear = 2012\n'


@settings(max_examples=15)
@given(st.text("aßüé", min_size=1, max_size=5), st.sampled_from(("NFC", "NFD")), st.booleans(), st.booleans())
def test_a_file_is_found_by_its_name_in_other_cases_and_letters(tmp_path_factory, name, form, upper, folder):
    here = tmp_path_factory.mktemp("plan")
    there = here / (unicodedata.normalize(form, "Süd") if folder else "")
    there.mkdir(exist_ok=True)
    (there / unicodedata.normalize(form, f"{name}.csv")).write_text(PEOPLE, encoding="utf-8")
    other = unicodedata.normalize("NFD" if form == "NFC" else "NFC", f"{name}.csv")
    named = ("süd/" if folder else "") + (other.upper() if upper else other)
    for within in (None, here):
        (here / "p.toml").write_text(PLAN.format(named), encoding="utf-8")
        assert read_scenario(here / "p.toml", within).files[0].path.read_text(encoding="utf-8") == PEOPLE


def test_two_names_alike_are_none_and_nothing_is_sought_elsewhere(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("A.csv", "a.CSV", "in/b.csv", "c.csv"):
        (tmp_path / name).write_text(PEOPLE, encoding="utf-8")
    assert spelled_alike(tmp_path, "a.csv") is None
    assert spelled_alike(tmp_path, str(tmp_path / "C.csv")) is None
    assert spelled_alike(tmp_path / "in", "../C.csv") == "../c.csv"
    (tmp_path / "in" / "p.toml").write_text(PLAN.format("../C.csv"), encoding="utf-8")
    with pytest.raises(InputError):
        read_scenario(tmp_path / "in" / "p.toml", tmp_path / "in")


@pytest.mark.parametrize("name", ["x" * 300, "süd\\\\" + "x" * 300, "süd/" + "x" * 300])
def test_a_name_that_no_file_can_have_is_a_file_that_is_missing(tmp_path, name):
    (tmp_path / "p.toml").write_text(PLAN.format(name), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_scenario(tmp_path / "p.toml")
    assert [it.code for it in refused.value.problems] == ["plan_file_missing"]


def test_a_site_of_the_plan_the_wrong_way_round_is_refused_by_its_name(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    right = Site("X", "Neu", 9.7, 52.4)
    plan = Scenario("P", files=(OwnFile("demand", path),), sites=(right, Site("Y", "Weit", 16.4, 48.2)),
                    stages=(Stage("heute", 2012), Stage("morgen", None, ("X",))))  # fmt: skip
    assert evaluate(plan, load(plan)).states[1].coverage.people == 150
    turned = replace(plan, sites=(replace(right, lon=52.4, lat=9.7), plan.sites[1]))
    with pytest.raises(InputError) as refused:
        evaluate(turned, load(turned))
    assert [(it.code, it.column, it.value) for it in refused.value.problems] == [
        ("plan_site_turned", "sites[1]", "Neu")
    ]
