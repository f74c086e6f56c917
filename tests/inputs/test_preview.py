"""What the data page asks: sheets, what columns mean, and one question for each doubtful row."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import persons_of, preview, read, read_candidates, read_offices, read_shares
from iqgeo.inputs.preview import ROLES, look_at
from iqgeo.reading import LEAVE, SWAP, TOWN, Reading

from . import office_files
from .conftest import csv, excel
from .test_opendocument import book, row, sheet

# The list of the mockup: titles, a header in row 4, and two rows that need a word.
MESSY = [
    ["Übersicht der Stellen", None, None, None, None, None, None],
    ["Stand 2013", None, None, None, None, None, None],
    [None] * 7,
    ["lfd. Nr.", "Stelle", "Ort", "Länge", "Breite", "Eröffnet am", "Bemerkung"],
    [1.0, "EAS Osnabrück", "Osnabrück", 8.0472, 52.2799, "01.04.2011", None],
    [2.0, "EAS Hannover ", "Hannover", 9.7332, 52.3744, "01.04.2011", "Frau Meier fragen"],
    [3.0, "EAS Lüneberg", "Lüneberg", None, None, "2012", None],
    [4.0, "EAS Leer", "Leer", 53.2316, 7.4528, "2011", "Herr Schulz"],
]
SOURCE = (book(sheet([row(it) for it in MESSY], "Übersicht"), sheet([], "Notizen")), "stellen_messy.ods")


@pytest.fixture(scope="module")
def near(region):
    return (region, 35.0)


def test_the_messy_list_is_seen_as_it_is(near):
    look = look_at(SOURCE, "offices", near=near)
    assert look.sheets == (("Übersicht", 7), ("Notizen", 0))
    assert (look.header_row, look.above, look.rows) == (4, 2, 4)
    assert look.roles == {
        "lfd. Nr.": "id", "Stelle": "name", "Ort": "town", "Länge": "lon", "Breite": "lat",
        "Eröffnet am": "opened",
    }  # fmt: skip
    assert look.personal == {"Bemerkung"}
    assert look.numbers == (5, 6, 7, 8)
    assert dict(look.doubtful) == {7: "place_guess", 8: "coordinates_swapped"}
    by_row = {it.row: it for it in look.doubts}
    assert by_row[7].match.found == "Lüneburg"
    assert by_row[8].turned == (7.4528, 53.2316)
    assert not look.problems


def test_answers_settle_the_rows(near):
    said = Reading(rows={7: TOWN, 8: SWAP})
    look = look_at(SOURCE, "offices", near=near, reading=said)
    assert not look.doubtful
    intake = read_offices(SOURCE, near=near, reading=said)
    assert intake.frame["opened"].tolist() == [2011, 2011, 2012, 2011]
    frame = intake.frame.set_index("name")
    assert frame.loc["EAS Leer", ["lon", "lat"]].tolist() == [7.4528, 53.2316]
    assert frame.loc["EAS Lüneberg", "lat"] == pytest.approx(53.25, abs=0.05)
    left = read_offices(SOURCE, near=near, reading=Reading(rows={7: LEAVE, 8: LEAVE}))
    assert left.frame["name"].tolist() == ["EAS Osnabrück", "EAS Hannover"]
    assert {it.code for it in left.repairs} >= {"rows_left_out"}
    other = read_offices(SOURCE, near=near, reading=Reading(rows={7: f"{TOWN}:Stade", 8: LEAVE}))
    assert other.frame.set_index("name").loc["EAS Lüneberg", "lon"] == pytest.approx(9.47, abs=0.05)
    unknown = look_at(SOURCE, "offices", near=near, reading=Reading(rows={7: f"{TOWN}:Atlantis", 8: LEAVE}))
    assert dict(unknown.doubtful) == {7: "place_unknown"}


def test_columns_are_what_the_user_says(near):
    said = Reading(columns={"name": "Ort"}, without=("Eröffnet am", "lfd. Nr."), rows={7: TOWN, 8: SWAP})
    look = look_at(SOURCE, "offices", near=near, reading=said)
    assert look.roles["Ort"] == "name"
    assert "Eröffnet am" in look.columns
    assert "Eröffnet am" not in look.roles
    frame = read_offices(SOURCE, near=near, reading=said).frame
    assert frame["name"].tolist()[0] == "Osnabrück"
    assert frame["opened"].isna().all()


def test_a_sheet_is_chosen_or_the_first_that_holds_something(near):
    frame = pd.DataFrame({"id": [1], "name": ["Celle"], "lon": [10.08], "lat": [52.62]})
    other = frame.assign(name="Stade", lon=9.47, lat=53.6)
    both = (excel(Nord=frame, Süd=other), "a.xlsx")
    assert look_at(both, "offices", near=near).sheet == "Nord"
    assert look_at(both, "offices", near=near, layer="Süd").sample["name"].tolist() == ["Stade"]


def test_the_register_is_seen_as_it_is_taken(tmp_path):
    path = office_files.auszug_gv(tmp_path / "AuszugGV.xlsx")
    look = look_at(path, "candidates")
    taken = read_candidates(path)
    assert not look.problems
    assert not look.doubtful
    assert look.sites["row"].tolist() == taken.row_numbers.tolist()
    assert look.sites[["name", "lon", "lat"]].equals(taken.frame[["name", "lon", "lat"]])


def test_a_file_is_read_once(near, monkeypatch):
    """Whatever is answered: its sheets are counted and its table is read, each once."""
    asked = []
    real = preview.apart

    def counted(function, *arguments):
        asked.append(function)
        return real(function, *arguments)

    for module in (preview, read):
        monkeypatch.setattr(module, "apart", counted)
    look_at(SOURCE, "offices", near=near, reading=Reading(rows={7: TOWN, 8: LEAVE}, without=("Bemerkung",)))
    assert sorted(asked) == ["iqgeo.inputs.read:table_here", "iqgeo.inputs.workbook:sheets_here"]


# Each draw reads four times in a guarded process: few draws of many rows say as much as many of few.
@settings(max_examples=10, deadline=None)
@given(st.data())
def test_every_doubtful_row_can_be_answered_and_then_nothing_is_left(near, data):
    towns = ["Celle", "Stade", "Lüneberg", "Nirgendwo", ""]
    places = ["9,47;53,6", "53,6;9,47", ";", "x;53", "999;1"]
    rows = data.draw(
        st.lists(st.tuples(st.sampled_from(towns), st.sampled_from(places)), min_size=1, max_size=15)
    )
    body = "\n".join(f"S{at};{town};{place}" for at, (town, place) in enumerate(rows))
    source = csv(f"Stelle;Ort;lon;lat\nSicher;Celle;10,08;52,62\n{body}\n")
    look = look_at(source, "offices", near=near)
    assert not look.problems
    sure = len(rows) + 1 - len(look.doubtful)
    only_sure = read_offices(source, near=near, reading=Reading(rows=dict.fromkeys(look.doubtful, LEAVE)))
    assert len(only_sure.frame) == sure
    answers = {
        it.row: TOWN if it.match is not None else SWAP if it.turned is not None else LEAVE
        for it in look.doubts
    }
    done = look_at(source, "offices", near=near, reading=Reading(rows=answers))
    assert not done.doubtful
    taken = read_offices(source, near=near, reading=Reading(rows=answers))
    assert len(taken.frame) == sure + sum(it != LEAVE for it in answers.values())


def test_what_is_no_table_is_said(near):
    with pytest.raises(InputError):
        look_at((b"%PDF-1.4", "a.pdf"), "offices", near=near)


@pytest.mark.parametrize("kind", list(ROLES))
def test_every_kind_can_be_looked_at(kind, near):
    look = look_at(
        csv("ags;name;share_pct;lon;lat;people\n03241;Hannover;12,5;9,7;52,4;10\n"), kind, near=near
    )
    assert look.rows == 1
    assert set(look.roles.values()) <= set(ROLES[kind])


@given(
    key=st.sampled_from(["AGS", "Kreis", "Nr.", "Gebiet"]),
    by_name=st.booleans(),
    figure=st.sampled_from(["Ausländer", "Wert", "Anteil in %", "Menschen mit Migrationshintergrund"]),
    beside=st.sampled_from([[], ["Bemerkung"], ["Stand"]]),
)
def test_the_figure_that_is_read_is_marked_as_what_it_is(near, key, by_name, figure, beside):
    """What is said to be read and what stands above its column are one."""
    region = near[0]
    areas = region.district_names
    frame = pd.DataFrame(
        {key: list(areas.values()) if by_name else list(areas)}
        | {it: ["x"] * len(areas) for it in beside}
        | {figure: [10.5 + at / 10 if "%" in figure else 1_000 + at for at in range(len(areas))]}
    )
    look = look_at(csv(frame.to_csv(index=False)), "shares", near=near)
    read = read_shares(csv(frame.to_csv(index=False)), region)
    expected = "share_pct" if persons_of(read) is None else "persons"
    assert {it: role for it, role in look.roles.items() if role in ("persons", "share_pct")} == {
        figure: expected
    }
    if not by_name:
        assert look.roles[key] == "ags"
