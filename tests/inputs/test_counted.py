"""Whom figures count is what their heading says; what nobody said is said to be assumed."""

import pytest

from iqgeo.errors import Problem
from iqgeo.inputs import new_region
from iqgeo.inputs.counted import weight_named
from iqgeo.texts import LANGUAGES
from iqgeo.weights import POPULATION, STANDARD

from .conftest import csv
from .test_new_region import _country

HEADINGS = {
    "Ausländer 31.12.2023": "foreigners",
    "Ausländeranteil in %": "foreigners",
    "Foreigners": "foreigners",
    "Personen mit Migrationshintergrund": "migration_background",
    "MHG": "migration_background",
    "im Ausland Geborene": "foreign_born",
    "Einwohner": "population",
    "Bevölkerung insgesamt": "population",
    "share_pct": "",
    "Anzahl": "",
    "Ausländer und Personen mit Migrationshintergrund": "",
}


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_names_whom_it_counts(heading):
    assert weight_named(heading) == HEADINGS[heading]
    # What stands above the table counts where its heading says nothing.
    assert weight_named("Anzahl", ("Kreise", heading)) == (
        "" if heading in ("Einwohner", "Bevölkerung insgesamt") else HEADINGS[heading]
    )


# All inhabitants are known by place: no table of areas counts them.
@pytest.mark.parametrize("asked", [None, *(it for it in STANDARD if it != POPULATION)])
@pytest.mark.parametrize("heading", ["Ausländeranteil in %", "MHG", "im Ausland Geborene", "share_pct"])
def test_a_new_region_counts_whom_the_heading_names(heading, asked, tmp_path):
    """It called foreigners people with a migration background where nobody had said who is counted."""
    said = HEADINGS[heading]
    given = _country() | {"shares": csv(f"key;{heading}\nN1;10 %\nN2;20 %\n", "zahlen.csv")}
    report = new_region(tmp_path / "r", name="Neuland", year=2024, weight=asked, **given)
    counted = asked or said or "migration_background"
    assert report.region.default_weight == counted
    told = {it.code: it for it in report.notices if it.code.startswith("weight_")}
    alike = counted == said or (counted.startswith("migration") and said.startswith("migration"))
    assumed = "weight_said" if said else "weight_assumed"
    wanted = assumed if asked is None else "" if alike or not said else "weight_other"
    assert set(told) == ({wanted} - {""})
    for lang in LANGUAGES:
        for it in told.values():
            assert "cli.weight" not in it.sentence(lang)
            assert Problem("", "zahlen.csv").where(lang) in it.sentence(lang)
