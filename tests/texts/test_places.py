"""Regions, states and countries by their names in every language, with the article where German has one."""

import re

import pandas as pd
import pytest

from iqgeo.errors import Problem
from iqgeo.gap_names import GapName
from iqgeo.inputs.intake import Notice
from iqgeo.texts import LANGUAGES, behind, words_of
from iqgeo.words.states import said_of_region
from iqgeo.world import state_names, world_directory

COUNTRIES = pd.read_parquet(world_directory() / "countries.parquet", columns=["name", "name_en"])
GERMAN = COUNTRIES[COUNTRIES["name"] != COUNTRIES["name_en"]]


@pytest.mark.parametrize("name", [*state_names().values()])
def test_every_state_has_a_name_in_every_language(name):
    assert set(words_of(f"map.area.{name}")) == set(LANGUAGES)


def test_every_country_with_a_german_name_has_its_own_in_every_language():
    """What the outlines call in German would stand so in English and Dutch."""
    for name in GERMAN["name"]:
        assert set(words_of(f"map.area.{name}")) == set(LANGUAGES) or name in ("Kosovo", "Ukraine"), name


@pytest.mark.parametrize(
    ("name", "inside", "border"),
    [
        ("Bayern", "In Bayern ist", "an der Grenze zu Bayern"),
        ("Saarland", "Im Saarland ist", "an der Grenze zum Saarland"),
        ("Schweiz", "In der Schweiz ist", "an der Grenze zur Schweiz"),
        ("Niederlande", "In den Niederlanden ist", "an der Grenze zu den Niederlanden"),
        (
            "Vereinigtes Königreich",
            "Im Vereinigten Königreich ist",
            "an der Grenze zum Vereinigten Königreich",
        ),
        ("Drenthe", "In Drenthe ist", "an der Grenze zu Drenthe"),
    ],
)
def test_a_name_stands_as_german_says_it(name, inside, border):
    assert said_of_region("map.headline.none", "de", name).startswith(inside)
    assert GapName("border", (name,)).text("de") == border
    assert (
        said_of_region("map.headline.none", "en", name)
        == f"No office in {behind(name, 'en')} is open in this view."
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_about_a_file_names_a_region_without_its_article(lang):
    """Every sentence with a region in it, whoever says it: a preposition and a bare "Saarland" never meet."""
    bare = {
        "de": r"\b(in|von|zu) (dem |der )?(Saarland|Schweiz)\b|\bzu dem\b|\bin dem\b",
        "en": r"in Netherlands",
    }
    for said in (
        Notice("sites_outside", file="a.csv", count=2, value="Wien",
               details={"inside": 2, "all": 4, "region": "Saarland", "reach": "35"}).sentence(lang),
        Problem("sites_elsewhere", "a.csv", details={"region": "Saarland", "reach": "35"}).sentence(lang),
        Problem("place_unknown", "a.csv", value="Wien", details={"region": "Saarland"}).sentence(lang),
        said_of_region("app.data.headline", lang, "Saarland"),
    ):  # fmt: skip
        assert "Saarland" in said
        assert not re.search(bare.get(lang, "$^"), said), said
