"""Tables of consultations: what is read, and what is refused with which sentence."""

import pandas as pd
import pytest

from iqgeo.errors import InputError
from iqgeo.inputs.consultations import read_consultations

OFFICES = pd.DataFrame({"id": ["h", "ol"], "name": ["Hannover", "Oldenburg"]})


def read(text):
    return read_consultations((text.encode(), "beratungen.csv"), OFFICES)


def codes(text):
    with pytest.raises(InputError) as caught:
        read(text)
    for problem in caught.value.problems:
        assert problem.sentence("de") != problem.sentence("en")
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    "written",
    ["2012-08-31", "31.08.2012", "31.8.2012", "2012-08", "08/2012", "8.2012", "2012-08-31T00:00:00"],
)
def test_dates_and_months_in_one_way_of_writing(written):
    intake = read(f"Stelle;Datum;Anzahl;Gemeinde;Kanal\nHannover;{written};3;03241001;Telefon\n")
    row = intake.frame.iloc[0].to_dict()
    expected = {"office": "h", "month": "2012-08", "place": "03241001", "channel": "Telefon", "count": 3.0}
    assert row == expected


def test_offices_by_id_or_name_and_a_row_is_one_without_counts():
    intake = read("office,month,plz\nH,2012-08,30159\nOLDENBURG,2012-09,26121\n")
    assert intake.frame["office"].tolist() == ["h", "ol"]
    assert intake.frame["count"].tolist() == [1.0, 1.0]
    assert intake.frame["place"].tolist() == ["30159", "26121"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Stelle;Monat;Anzahl\nHameln;2012-08;1\n", "consultations_office"),
        ("Stelle;Monat;Anzahl\nHannover;2012-08-01;1\nHannover;1.9.2012;1\n", "consultations_two_formats"),
        ("Stelle;Monat;Anzahl\nHannover;2012-08;-1\n", "number_negative"),
        ("Stelle;Monat;Anzahl\nHannover;2012-08;1,5\n", "consultations_fraction"),
        ("Stelle;Monat;Anzahl\nHannover;2012-13;1\n", "consultations_date"),
        ("Stelle;Monat;Anzahl\nHannover;13.13.2012;1\n", "consultations_date"),
        ("Stelle;Monat;Anzahl\nHannover;gestern;1\n", "consultations_date"),
        ("Stelle;Monat;Anzahl\nHannover;2012-08;\n", "value_missing"),
        ("Monat;Anzahl\n2012-08;1\n", "column_missing"),
    ],
)
def test_what_cannot_be_used_is_named(text, code):
    assert codes(text) == [code]


@pytest.mark.parametrize("column", ["Nachname", "Geburtsdatum", "E-Mail", "Name", "Vorname des Ratsuchenden"])
def test_tables_about_persons_are_refused_before_anything_is_read(column):
    text = f"Stelle;Monat;{column}\nHameln;gestern;Meyer\n"
    assert codes(text) == ["consultations_personal"]
    with pytest.raises(InputError) as caught:
        read(text)
    assert "Meyer" not in caught.value.message("de")


def test_all_problems_come_at_once():
    text = "Stelle;Monat;Anzahl\nHameln;2012-08;-1\nHannover;gestern;1,5\n"
    assert sorted(codes(text)) == [
        "consultations_date", "consultations_fraction", "consultations_office", "number_negative"
    ]  # fmt: skip
