"""Tables of other levels and of Eurostat: read, or refused with what to do."""

import pytest

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, persons_of, read_shares
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.texts import LANGUAGES, place_name

from .conftest import csv


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("AGS;Anteil in %\n03;12,5\n", "only_states"),
        ("Land;Anteil\nNiedersachsen;12,5\nBayern;13,1\n", "only_states"),
        ("AGS;Land;Anteil\n03;Niedersachsen;12,5\n09;Bayern;13,1\n", "only_states"),
        ("NUTS;Anteil\nDE911;12,5\nDE912;13,1\n", "keys_nuts"),
        ("Code;Anteil\nDE9;12,5\nDE912;13,1\n", "keys_nuts"),
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


def test_what_holds_for_all_rows_of_eurostat_is_said_above_the_table():
    read = read_table(
        open_source(_eurostat([("A,T,PC,DEC01", ": c", "5"), ("A,T,PC,DEC02", "", "6")])), max_rows=9
    )
    assert read.columns == ["geo", "2020", "2021"]
    assert read.title == ("freq: A", "sex: T", "in %")
    assert read.frame["2020"].tolist() == [":", ""]
