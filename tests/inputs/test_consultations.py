"""Tables of consultations: what is read, and what is refused with which sentence."""

import io

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs.consultations import read_consultations
from iqgeo.inputs.months import months_in, months_of, plainly
from iqgeo.inputs.persons import is_personal

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
    [
        "2012-08-31", "31.08.2012", "31.8.2012", "2012-08", "08/2012", "8.2012", "2012-08-31T00:00:00",
        "31.08.12", "31.08.2012 14:30", "31/08/2012", "31-08-2012", "08/31/2012", "August 2012", "Aug. 12",
        "31. August 2012", "2012 August", "augustus 2012", "08-2012", "aug-12",
    ],
)  # fmt: skip
def test_dates_and_months_in_one_way_of_writing(written):
    intake = read(f"Stelle;Datum;Anzahl;Gemeinde;Kanal\nHannover;{written};3;03241001;Telefon\n")
    row = intake.frame.iloc[0].to_dict()
    expected = {
        "office": "h", "month": "2012-08", "months": 1, "place": "03241001", "channel": "Telefon",
        "count": 3.0,
    }  # fmt: skip
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
        # A Roman number below "Monat" may be a month or a quarter; a span of years is neither.
        ("Stelle;Monat;Anzahl\nHannover;I/2013;1\n", "consultations_date"),
        ("Stelle;Quartal;Anzahl\nHannover;5/2013;1\n", "consultations_date"),
        ("Stelle;Jahr;Anzahl\nHannover;2011/12;1\n", "consultations_date"),
        ("Stelle;Jahr;Anzahl\nHannover;2011/2012;1\n", "consultations_date"),
        ("Stelle;Zeitraum;Anzahl\nHannover;2012;1\nHannover;2013-Q1;1\n", "consultations_two_formats"),
        ("Stelle;Monat;Anzahl\nHannover;2012-08;\n", "value_missing"),
        ("Monat;Anzahl\n2012-08;1\n", "column_missing"),
        ("Stelle;Datum;Anzahl\nHannover;08/09/2012;1\n", "consultations_day_or_month"),
        ("Stelle;Monat;Anzahl\nHannover;August;1\n", "consultations_date"),
        ("Stelle;Monat;Anzahl\nHannover;2012-08;<3\n", "consultations_hidden"),
        ("Stelle;Monat;Anzahl\nLandkreis Oldenburg;2012-08;1\n", "consultations_office"),
        ("Stelle;Monat;Anzahl\nHannover;2012-08;1\nHannover;2012-09;1\n;2012-10;1\n", "value_missing"),
    ],
)
def test_what_cannot_be_used_is_named(text, code):
    assert codes(text) == [code]


@pytest.mark.parametrize("column", [
        "Geb.-Datum", "Nachname", "Geburtsdatum", "E-Mail", "Name", "Vorname des Ratsuchenden",
        "Vor- und Nachname", "Tel.", "Kundennummer", "Berater/in", "Name, Vorname",
        "Wohnadresse (Straße)", "geb. am", "Klient-ID",
    ],
)  # fmt: skip
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


@pytest.mark.parametrize(
    "column", ["Anzahl Personen", "Zahl der Klienten", "Name der Stelle", "Stellenname", "Beratung"]
)
def test_what_is_counted_and_what_places_are_called_names_nobody(column):
    assert not is_personal(column)


MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


@given(
    st.sampled_from(sorted(MONTHS)),
    st.integers(1, 12),
    st.integers(1990, 2100),
    st.integers(1, 28),
    st.booleans(),
)
def test_a_month_is_read_in_every_language_and_beside_its_year(lang, month, year, day, short):
    name = MONTHS[lang].split()[month - 1][: 3 if short and lang != "nl" else None]
    expected = f"{year}-{month:02d}"
    for written in (
        f"{name} {year}",
        f"{name}-{year % 100:02d}" if 2000 <= year < 2100 else f"{name} {year}",
        f"{day}. {name} {year}",
        f"{year}-{month:02d}-{day:02d}",
        f"{day}.{month}.{year}",
    ):
        assert months_of([written])[0] == [expected], written
    for written in (name, str(month), f"{month:02d}"):
        assert months_of([written], [str(year)])[0] == [expected]
        assert months_of([written])[0] == [""]


QUARTERS = [
    "{y} Q{q}", "{y}-Q{q}", "{y}Q{q}", "Q{q} {y}", "Q{q}/{y}", "Q{q}-{yy:02d}", "{q}. Quartal {y}", "{r}/{y}",
    "{q}. Vierteljahr {y}", "Quartal {q}/{y}", "{r}. Quartal {y}", "{y} {r}", "{y}/{q}. Quartal",
    "{q}. kwartaal {y}", "{q}Q{y}", "{y}K{q}", "Q{q} '{yy:02d}", "{q}. Qu. {y}",
]  # fmt: skip
HALVES = ["{q}. Halbjahr {y}", "H{q} {y}", "{y}-H{q}", "{q}. HJ {y}", "{r}. halfjaar {y}"]
LONG = st.one_of(
    st.tuples(st.just(3), st.sampled_from(QUARTERS), st.integers(1, 4)),
    st.tuples(st.just(6), st.sampled_from(HALVES), st.integers(1, 2)),
    st.tuples(st.just(12), st.sampled_from(["{y}", "Jahr {y}", "{y}.0"]), st.just(1)),
)


@given(LONG, st.integers(2000, 2099))
def test_a_quarter_half_or_whole_year_is_its_first_month_and_how_many(drawn, year):
    length, way, part = drawn
    written = way.format(y=year, yy=year % 100, q=part, r=["I", "II", "III", "IV"][part - 1])
    for heading in ("Zeitraum", "Jahr" if length == 12 else "Quartal" if length == 3 else ""):
        (month,), (form,) = months_of([written], heading=heading)
        assert (month, months_in(form)) == (f"{year}-{length * (part - 1) + 1:02d}", length), written
        again, forms = months_of([plainly(month, form)])
        assert (again, months_in(forms[0])) == ([month], length)
    if length < 12:
        # Beside a column of years the same without its year.
        alone = written.replace(str(year), "").strip(" /-")
        beside = months_of([alone], [str(year)], "Quartal" if length == 3 else "")
        if f"{year % 100:02d}" not in alone:
            assert beside[0] == [month], alone
            assert months_in(beside[1][0]) == length
    # What a month is stays one.
    assert [months_in(it) for it in months_of([f"1/{year}", f"{year}-01", f"Jan {year}"])[1]] == [1, 1, 1]


PLAIN = (
    "Stelle;Monat;Anzahl\nHannover;2012-01;12\nHannover;2012-02;3\nOldenburg;2012-01;4\nOldenburg;2012-02;5\n"
)
AS_EXPORTED = {
    "sums": PLAIN + "Summe;;24\n",
    "sums of each": PLAIN.replace("Oldenburg;2012-01", "Hannover gesamt;;15\nOldenburg;2012-01") + ";Alle;9",
    "other spellings": PLAIN.replace("Hannover", "Erstanlaufstelle Hannover").replace("burg", "burg (Oldb)"),
    "merged cells": PLAIN.replace("Hannover;2012-02", ";2012-02").replace("Oldenburg;2012-02", ";2012-02"),
    "a column a month": "Stelle;Jan 2012;Feb 2012;Summe\nHannover;12;3;15\nOldenburg;4;5;9\nGesamt;16;8;24\n",
    "the year above": "Beratungen 2012;;\n\nStelle;Januar;Februar\nHannover;12;3\nOldenburg;4;5\n",
    "the year beside": PLAIN.replace("Monat", "Jahr;Monat").replace("2012-0", "2012;"),
    "month names": "\ufeff" + PLAIN.replace("2012-01", "Jänner 2012").replace("2012-02", "Feb. 2012"),
}  # fmt: skip


@pytest.mark.parametrize("text", AS_EXPORTED.values(), ids=AS_EXPORTED)
def test_a_table_as_offices_export_it_says_what_the_plain_one_says(text):
    def told(intake):
        return intake.frame.sort_values(["office", "month"], ignore_index=True)

    pd.testing.assert_frame_equal(told(read(text)), told(read(PLAIN)))


LONGER = "Stelle;Quartal;Anzahl\nHannover;2012-Q1;12\nHannover;2012-Q2;3\nOldenburg;2012-Q1;4\n"
SPANS_AS_EXPORTED = {
    "numbers of quarters": LONGER.replace("2012-Q1", "1/2012").replace("2012-Q2", "2/2012"),
    "Roman": LONGER.replace("2012-Q1", "I/2012").replace("2012-Q2", "II/2012").replace("Quartal", "Zeitraum"),
    "the year beside": LONGER.replace("Quartal", "Jahr;Quartal").replace("2012-Q", "2012;"),
    "a column a quarter": "Stelle;Q1 2012;Q2 2012;Summe\nHannover;12;3;15\nOldenburg;4;;4\n",
    "the year above": "Beratungen 2012;;\n\nStelle;1. Quartal;2. Quartal\nHannover;12;3\nOldenburg;4;\n",
    "the year beside columns": "Stelle;Jahr;Q1;Q2\nHannover;2012;12;3\nOldenburg;2012;4;\n",
}


@pytest.mark.parametrize("text", SPANS_AS_EXPORTED.values(), ids=SPANS_AS_EXPORTED)
def test_quarters_as_offices_export_them(text):
    def told(intake):
        return intake.frame.sort_values(["office", "month"], ignore_index=True)

    found = read(text)
    pd.testing.assert_frame_equal(told(found), told(read(LONGER)))
    assert any(it.code == "consultations_quarters" for it in found.repairs)


@pytest.mark.parametrize(
    "text",
    ["Stelle;Jahr;Anzahl\nHannover;2012;12\nHannover;2013;3\n", "Stelle;2012;2013\nHannover;12;3\n"],
)
def test_years_alone_are_whole_years(text):
    frame = read(text).frame
    assert frame[["month", "months", "count"]].to_numpy().tolist() == [
        ["2012-01", 12, 12.0],
        ["2013-01", 12, 3.0],
    ]


def test_sheets_of_years_are_read_together_unless_two_tell_the_same():
    def book(sheets):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, lines in sheets.items():
            sheet = made.create_sheet(name)
            for line in lines:
                sheet.append(line)
        stream = io.BytesIO()
        made.save(stream)
        return stream.getvalue(), "beratungen.xlsx"

    head = ["Stelle", "Monat", "Anzahl"]
    years = {
        "Legende": [["Kanal", "Bedeutung", "Wer"], ["T", "Telefon", "alle"]],
        "2012": [head, ["Hannover", "2012-08", 3], ["Summe", "", 3]],
        "2013": [head, ["Hannover", "2013-08", 4]],
    }  # fmt: skip
    intake = read_consultations(book(years), OFFICES)
    assert intake.frame[["month", "count"]].to_numpy().tolist() == [["2012-08", 3.0], ["2013-08", 4.0]]
    assert any("beratungen.xlsx#2012" in it.sentence("de") for it in intake.repairs)
    for more, code in (
        ({"Alle": [head, ["Hannover", "2012-08", 3]]}, "layers_unclear"),
        ({"Quartale": [head, ["Hannover", "2012-Q3", 3]]}, "layers_unclear"),
        ({"Liste": [[*head, "Nachname"], ["Hannover", "2014-08", 3, "X"]]}, "consultations_personal"),
    ):
        with pytest.raises(InputError) as caught:
            read_consultations(book({"2012": years["2012"], **more}), OFFICES)
        assert [it.code for it in caught.value.problems] == [code]
