"""A weight is data of its region: words, definition and default come from there."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
import tomlkit

from iqgeo.api import assess
from iqgeo.demand import build_demand
from iqgeo.errors import InputError
from iqgeo.region import Region, embedded_directory, load_region
from iqgeo.reports import facts
from iqgeo.reports.map import scene_of
from iqgeo.reports.map.wording import headline, source_line
from iqgeo.texts import LANGUAGES
from iqgeo.weights import STANDARD, standard_weight, weight_of


@pytest.fixture
def elders(tmp_path: Path) -> Region:
    """The embedded region, in which only people of 65 and more and all inhabitants have figures."""
    folder = tmp_path / "elders"
    shutil.copytree(embedded_directory(), folder)
    figures = pd.read_csv(folder / "figures.csv", dtype={"area": str}, keep_default_na=False)
    chosen = figures[(figures["measure"] == "foreigners") & (figures["year"] == figures["year"].max())]
    chosen.assign(measure="elderly").to_csv(folder / "figures.csv", index=False)
    document = tomlkit.parse((folder / "region.toml").read_text(encoding="utf-8"))
    document["default_weight"] = "elderly"
    document["weights"] = {
        "elderly": {
            "name": {"de": "Menschen ab 65 Jahren", "en": "people aged 65 and over"},
            "definition": {"de": "am 31. Dezember", "en": "on 31 December"},
        }
    }
    document["sites"] = {"many": "Pflegestützpunkte", "nearest": {"de": "zum nächsten Pflegestützpunkt"}}
    (folder / "region.toml").write_text(tomlkit.dumps(document), encoding="utf-8")
    return load_region(folder)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_standard_weights_have_words(lang):
    for key in STANDARD:
        weight = standard_weight(key)
        assert set(weight.names) == set(LANGUAGES)
        assert weight.name(lang)
        assert weight.noun(lang)


def test_words_a_region_leaves_out_come_from_the_catalogue():
    weight = weight_of("foreigners", {"definition": "am Jahresende"}, "azr")
    assert weight.name("de") == standard_weight("foreigners").name("de")
    assert (weight.definition("en"), weight.source) == ("am Jahresende", "azr")
    assert weight_of("elderly", {"name": "Ältere"}).noun("en") == "Ältere"
    assert standard_weight("nobody_said").name("de") == "nobody_said"


def test_the_default_weight_is_the_regions(elders):
    assert elders.default_weight == "elderly"
    assert list(elders.weights) == ["elderly", "population"]
    demand = build_demand(elders)
    assert (demand.weight, demand.people) == ("elderly", demand.areas["persons"].sum())
    with pytest.raises(InputError) as error:
        build_demand(elders, "migration_background")
    assert "elderly, population" in str(error.value)


def test_embedded_region_counts_as_before():
    region = load_region()
    assert region.default_weight == "migration_background"
    assert set(region.weights) == set(STANDARD)
    assert build_demand(region).counted.name("en") == "people with a migration background (narrow sense)"


@pytest.mark.parametrize(
    ("lang", "who", "way"),
    [
        ("de", "Menschen ab 65 Jahren", "bis zum nächsten Pflegestützpunkt"),
        ("en", "people aged 65 and over", "to zum nächsten Pflegestützpunkt"),
    ],
)
def test_every_sentence_says_who_and_what(elders, lang, who, way):
    coverage = assess(elders)
    scene = scene_of(elders, coverage)
    assert who in headline(scene, lang)
    assert way in headline(scene, lang)
    assert who in source_line(scene, lang)
    assert facts.who(coverage, lang) == who
    rows = {fact.key: fact.value for fact in facts.settings(coverage, elders, lang)}
    assert rows["weight"] == who
    assert rows["definition"] == ("am 31. Dezember" if lang == "de" else "on 31 December")
