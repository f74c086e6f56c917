"""Offices and candidates: the everyday mistakes, each by its sentence."""

import numpy as np
import pandas as pd
import pytest

from iqgeo.inputs import read_candidates, read_offices
from iqgeo.reading import Reading

from .conftest import SITES, csv, excel, points


def test_a_plain_table_comes_in_as_it_is():
    intake = read_offices(csv("id,name,lon,lat\nA,Stade,9.47,53.6\nB,Leer,7.45,53.23\n"))
    assert intake.frame[["id", "name", "lon", "lat"]].to_dict("list") == {
        "id": ["A", "B"],
        "name": ["Stade", "Leer"],
        "lon": [9.47, 7.45],
        "lat": [53.6, 53.23],
    }
    assert intake.kind == "offices"
    assert intake.row_numbers.tolist() == [2, 3]
    assert intake.repairs == ()
    assert str(intake.frame["opened"].dtype) == "Int64"


def test_years_out_of_dates_and_numbers():
    written = (
        "id;name;lon;lat;opened;closed\nA;a;9,5;53;2013-07-01;\nB;b;9,5;53;1.7.2013;2020\nC;c;9,5;53;2011;\n"
    )
    frame = read_offices(csv(written)).frame
    assert frame["opened"].tolist() == [2013, 2013, 2011]
    assert frame["closed"].isna().tolist() == [True, False, True]


def test_without_coordinates(problems_of):
    problems = problems_of(read_offices, csv("id,name,adresse\nA,Stade,Hauptstraße 1\n"))
    assert [(it.code, it.column) for it in problems] == [
        ("coordinates_missing_address", "lon"),
        ("coordinates_missing_address", "lat"),
    ]
    problems = problems_of(read_offices, csv("id,name\nA,Stade\n"))
    assert problems[0].sentence("de") == (
        "stellen.csv, Spalte „lon“: Die Spalte „lon“ fehlt; vorhanden sind: id, name. "
        "Bitte die Spalte ergänzen oder umbenennen; heißt sie in einer eigenen Liste "
        'anders, genügt --column "lon=NAME".'
    )


def test_a_misspelt_column_is_offered(problems_of):
    (problem,) = problems_of(read_offices, csv("id,name,lon,latt\nA,Stade,9,53\n"))
    assert problem.code == "column_misspelt"
    assert "latt" in problem.sentence("de")


def test_every_problem_at_once_with_its_row(problems_of):
    written = (
        "id,name,lon,lat\n"
        "A,Stade,9.47,53.6\n"
        "A,Leer,7.45,53.23\n"
        ",,abc,53\n"
        "\n"
        "D,d,NaN,53\n"
        "E,e,9,153\n"
        "F,f,550000,5800000\n"
        "G,g,9,inf\n"
    )
    found = {(it.code, it.row, it.column) for it in problems_of(read_offices, csv(written))}
    assert found == {
        ("value_missing", 4, "name"),
        ("number_unreadable", 4, "lon"),
        ("number_not_finite", 6, "lon"),
        ("coordinates_swapped", 7, "lat"),
        ("coordinates_metric", 8, "lon"),
        ("number_not_finite", 9, "lat"),
        ("rows_aside_offer", None, None),
    }


def test_many_rows_of_one_mistake_are_counted(problems_of):
    written = "id,name,lon,lat\n" + "".join(f"{i},a,x,53\n" for i in range(1000))
    problems = problems_of(read_offices, csv(written))
    assert len(problems) == 21
    assert problems[-1].code == "more_rows"
    assert problems[-1].details["count"] == 980
    assert problems[-1].details["last"] == 1001


def test_swapped_and_outside_are_told_apart(region, problems_of):
    written = "id,name,lon,lat\nA,Stade,53.6,9.47\nB,Wien,16.37,48.2\nC,Leer,7.45,53.23\n"
    for reader in (read_offices, read_candidates):
        problems = problems_of(reader, csv(written), near=(region, 35.0))
        assert [(it.code, it.row) for it in problems] == [("coordinates_swapped", 2)]
        assert "vertauscht" in problems[0].what("de")
    swapped = read_offices(
        csv("id,name,lon,lat\nA,Stade,53.6,9.47\n"), swap_coordinates=True, near=(region, 35.0)
    )
    assert [it.code for it in swapped.repairs] == ["coordinates_swapped"]


def test_just_beyond_the_border_is_not_outside(region):
    read_offices(csv("id,name,lon,lat\nHB,Bremen,8.8,53.08\n"), near=(region, 20.0))


def test_candidates_keep_population_and_keys():
    written = "id;name;lon;lat;einwohner;ags\nA;a;9,5;53;12.345;03241001\nB;b;9,5;53;7;03254021\n"
    frame = read_candidates(csv(written)).frame
    assert frame["population"].tolist() == [12345, 7]
    assert frame["district_ags"].tolist() == ["03241", "03254"]
    without = read_candidates(csv("id,name,lon,lat\nA,a,9,53\n")).frame
    assert without["population"].isna().all()


@pytest.mark.parametrize(
    "text", ["{{ 7*7 }}", "<script>alert(1)</script>", "${x}`", "=HYPERLINK(A1)", "C:\\new"]
)
def test_payloads_stay_text(text):
    frame = pd.DataFrame({**SITES, "name": [text] * 3, "operator": [text] * 3})
    intake = read_offices(csv(frame.rename(columns={"id": "id"}).to_csv(index=False)))
    assert intake.frame["name"].tolist() == [text] * 3
    assert intake.frame["operator"].tolist() == [text] * 3


def test_invisible_characters_are_taken_out_visibly():
    intake = read_offices(csv("id,name,lon,lat\nA,\u202eedatS\u200b\x07,9,53\n"))
    assert intake.frame["name"].tolist() == ["edatS"]
    (notice,) = intake.repairs
    assert (notice.code, notice.row, notice.column) == ("text_cleaned", 2, "name")


def test_two_at_one_point_is_worth_a_word():
    intake = read_offices(csv("id,name,lon,lat\nA,a,9,53\nB,b,9,53\n"))
    assert [it.code for it in intake.repairs] == ["sites_together"]
    assert np.isfinite(intake.frame["lon"]).all()


def test_many_of_other_names_at_one_point_are_told_with_the_point():
    rows = "".join(f"{at},name {at},9.5,53\n" for at in range(4))
    intake = read_offices(csv(f"id,name,lon,lat\nA,a,9,53\nB,b,9,53\n{rows}"))
    assert [(it.code, it.count, it.value) for it in intake.repairs] == [
        ("sites_one_point", 4, "9.5, 53"),
        ("sites_together", 1, None),
    ]
    # One name at one point is one office with several rows.
    same = read_offices(csv("id,name,lon,lat\n" + "".join(f"{at},a,9.5,53\n" for at in range(4))))
    assert [(it.code, it.count) for it in same.repairs] == [("sites_together", 3)]


@pytest.mark.parametrize("at", [(0, 0), (10.4515, 51.1657), (10.451526, 51.165691), (10.4478313, 51.1638175)])
@pytest.mark.parametrize("reader", [read_offices, read_candidates])
@pytest.mark.parametrize("form", ["csv", "geojson"])
def test_where_nobody_knew_a_place_is_told(at, reader, form, problems_of):
    frame = pd.concat([SITES, SITES.head(1).assign(id="D", name="Peine", lon=at[0], lat=at[1])])
    source = (
        csv(frame.to_csv(index=False)) if form == "csv" else (points(frame).to_json().encode(), "a.geojson")
    )
    told = [it for it in problems_of(reader, source) if it.row]
    assert [(it.code, it.value) for it in told] == [("position_default", f"{at[0]:.10g}, {at[1]:.10g}")]
    assert reader(source, reading=Reading(agreed=True)).frame["id"].tolist() == ["A", "B", "C"]


@pytest.mark.parametrize(
    "error", ["#REF!", "#BEZUG!", "#NV", "#N/A", "#NAME?", "#DIV/0!", "#WERT!", "Err:502", "#VERW!"]
)
def test_errors_of_a_spreadsheet_are_no_names(error, problems_of):
    frame = SITES.assign(name=[error, "Stade", ""], operator=["A", error, "B"])
    for source in (csv(frame.to_csv(index=False)), (excel(Stellen=frame), "a.xlsx")):
        told = problems_of(read_offices, source)
        assert [(it.code, it.row, it.column, it.value) for it in told] == [
            ("text_is_error", 2, "name", error),
            ("value_missing", 4, "name", None),
        ]
    intake = read_offices(csv(frame.assign(name=SITES["name"]).to_csv(index=False)))
    assert intake.frame["operator"].tolist() == ["A", "", "B"]
    assert [(it.code, it.row, it.value) for it in intake.repairs] == [("errors_as_nothing", 3, error)]
    # A hash alone makes no error.
    assert read_offices(csv("id,name,lon,lat\nA,#1 Stade,9,53\n")).frame["name"].tolist() == ["#1 Stade"]
