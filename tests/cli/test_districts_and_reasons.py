"""Gap lists of some districts, and what suggestions say of refusals and journeys."""

import json
import re

import pandas as pd
import pytest

from iqgeo.texts import number, signed


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal that shows a table whole."""
    monkeypatch.setenv("COLUMNS", "200")


def test_gaps_of_some_districts(iqgeo, gaps_2012, tmp_path):
    mine = gaps_2012.places[gaps_2012.places["district_ags"].isin(["03454", "03351"])]
    shown = iqgeo("gaps", "--stage", "2012", "--district", "emsland, 03351").stdout
    assert "Nur diese Kreise: Emsland, Celle." in shown
    assert f"Auswahl: {number(mine['people'].sum())} Menschen" in shown
    assert f"{number(gaps_2012.people)} von" in shown
    path = tmp_path / "x.csv"
    iqgeo("gaps", "--stage", "2012", "--district", "Emsland", "--out", path, "--plain-csv")
    written = pd.read_csv(path, dtype={"district_ags": str})
    assert set(written["district_ags"]) == {"03454"}
    assert written["people"].sum() == mine[mine["district_ags"] == "03454"]["people"].sum()


def test_a_district_that_is_none_or_several_is_said(iqgeo):
    refused = iqgeo("gaps", "--district", "Osnab,Atlantis")
    assert refused.returncode == 2
    assert "Osnabrück (Stadt)" in refused.stderr
    assert "Atlantis" in refused.stderr


@pytest.mark.parametrize("nothing", ["", " ", ",", " , "])
def test_no_district_is_no_question(iqgeo, nothing):
    refused = iqgeo("gaps", "--district", nothing)
    assert refused.returncode == 2
    assert "Stade (03359)" in refused.stderr


def test_refusals_and_travel_say_what_was_computed(iqgeo):
    refused = iqgeo(
        "suggest", "--stage", "2012", "--new", "1", "--refusals", "--least-people", "90000"
    ).stdout
    assert "bei Absage" in refused
    found = json.loads(
        iqgeo(
            "suggest", "--stage", "2012", "--new", "1", "--refusals", "--least-people", "90000", "--json", "-"
        ).stdout
    )
    low, high = found["sites"][0]["refusal_loss"]
    assert low == high
    assert signed(-low) in refused
    centre = iqgeo(
        "suggest", "--stage", "2012", "--model", "p-center", "--new", "1", "--least-people", "90000"
    ).stdout
    assert re.search(r"Der weiteste Weg: [\d,]+ km statt [\d,]+\.", centre)
    assert "erspart" not in centre
    median = iqgeo(
        "suggest", "--stage", "2012", "--model", "p-median", "--new", "1", "--least-people", "90000"
    ).stdout
    assert re.search(r"Personen-km statt [\d.]+; im Mittel [\d,]+ km statt [\d,]+\.", median)


def test_a_share_below_all_does_not_ask_for_everyone(iqgeo):
    said = iqgeo("suggest", "--stage", "2012", "--model", "full-cover", "--share-pct", "60").stdout
    assert "Für den verlangten Anteil sind sie nicht nötig" in said
    assert "Ab einem Ziel von" not in said
