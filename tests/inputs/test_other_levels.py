"""Tables of other levels and of Eurostat: read, or refused with what to do."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, persons_of, read_shares, state_region
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.texts import LANGUAGES, place_name
from iqgeo.world import european_districts, germany_directory

from .conftest import csv


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("AGS;Anteil in %\n03;12,5\n", "only_states"),
        ("Land;Anteil\nNiedersachsen;12,5\nBayern;13,1\n", "only_states"),
        ("AGS;Land;Anteil\n03;Niedersachsen;12,5\n09;Bayern;13,1\n", "only_states"),
        ("NUTS;Anteil\nAT111;12,5\nAT112;13,1\n", "keys_nuts"),
        ("Code;Anteil\nAT1;12,5\nAT112;13,1\n", "keys_nuts"),
    ],
)
def test_whole_states_and_keys_of_europe_are_told_as_such(region, content, code):
    with pytest.raises(InputError) as refused:
        read_shares(csv(content), region, weight="foreigners")
    assert [it.code for it in refused.value.problems] == [code]
    for lang in LANGUAGES:
        assert place_name(region.name, lang) in refused.value.message(lang)


def _eurostat(rows):
    head = "freq,sex,unit,geo\\TIME_PERIOD\t2020 \t2021 "
    return ("\n".join([head, *("\t".join(it) for it in rows)]).encode(), "demo_r_pjangrp3.tsv")


def test_a_table_of_eurostat_is_one_of_areas(region):
    """Everybody of the last year; flags behind figures and blanks around them are none of a number."""
    keys = sorted(region.district_names)
    rows = []
    for at, key in enumerate(keys):
        rows += [
            (f"A,F,NR,{key}", "7 ", "8 "),
            (f"A,T,NR,{key}", ": ", f"{1000 + at} {'b' if at % 2 else ''}"),
        ]
    report = check_file(_eurostat(rows), region)
    assert report.ok, report.problems
    assert report.kind == "shares"
    intake = read_shares(_eurostat(rows), region, weight="foreigners")
    assert persons_of(intake) == {key: 1000 + at for at, key in enumerate(keys)}
    assert {"eurostat_read", "eurostat_flags", "year_taken"} <= {it.code for it in intake.repairs}


ABOVE = {"EU27_2020": 440_000_000, "DE": 83_000_000, "DE9": 8_000_000, "DE91": 1_600_000, "AT111": 37_000}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False), small=st.booleans(), europe=st.booleans())
def test_keys_of_europe_are_districts(region, chance, small, europe):
    """A table by NUTS says what the same table by AGS does, whatever else of Europe stands in it."""
    persons = {key: 1_000 + at for at, key in enumerate(sorted(region.district_names))}
    rows = [(nuts, persons.get(ags, 7)) for nuts, ags in european_districts().items()]
    rows = [it for it in rows if europe or european_districts()[it[0]] in persons]
    rows += list(ABOVE.items()) if europe else []
    chance.shuffle(rows)
    lines = [f"A,T,NR,{nuts.lower() if small else nuts}\t{figure} " for nuts, figure in rows]
    table = ("\n".join(["freq,sex,unit,geo\\TIME_PERIOD\t2022 ", *lines]).encode(), "migr_pop.tsv")
    read = read_shares(table, region, weight="foreigners")
    assert persons_of(read) == persons
    assert "key_european" in {it.code for it in read.repairs}
    assert check_file(table, region).kind == "shares"


def test_districts_that_became_one_in_europe_share_their_persons(tmp_path):
    thuringia = state_region(tmp_path / "th", "16").region
    known = {nuts: ags for nuts, ags in european_districts().items() if ags.startswith("16")}
    later = {"DEG0R", "DEG0Q", "DEG0S", "DEG0T", "DEG0U", "DEG0V"}
    before = {"DEG0N", "DEG0P", "DEG0B", "DEG04", "DEG0F", "DEG0I", "DEG0H"}
    for edition, number in ((later, 23), (before, 22)):
        chosen = {nuts: 1_000 + at for at, nuts in enumerate(sorted(set(known) - edition))}
        table = csv("NUTS;Personen\n" + "".join(f"{nuts};{it}\n" for nuts, it in chosen.items()))
        read = read_shares(table, thuringia, weight="foreigners")
        assert persons_of(read) == {known[nuts]: it for nuts, it in chosen.items()}
        assert len(read.frame) == number


def test_every_district_has_a_key_in_europe_and_none_two_at_once():
    held = pd.read_parquet(germany_directory() / "districts.parquet", columns=["ags"])["ags"]
    known = european_districts()
    assert {it for ags in known.values() for it in ags.split("+")} == set(held)
    # Of Saxony-Anhalt's digits 15 the key begins with DEE: state for state one and the same.
    states = {(nuts[:3], ags[:2]) for nuts, ags in known.items()}
    assert len(states) == len({it[0] for it in states}) == len({it[1] for it in states}) == 16


def test_what_holds_for_all_rows_of_eurostat_is_said_above_the_table():
    read = read_table(
        open_source(_eurostat([("A,T,PC,DEC01", ": c", "5"), ("A,T,PC,DEC02", "", "6")])), max_rows=9
    )
    assert read.columns == ["geo", "2020", "2021"]
    assert read.title == ("freq: A", "sex: T", "in %")
    assert read.frame["2020"].tolist() == [":", ""]
