"""Regions, states and countries by their names in every language, with the article where German has one."""

import pandas as pd
import pytest

from iqgeo.gap_names import GapName
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
