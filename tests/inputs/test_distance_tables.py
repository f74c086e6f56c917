"""Own distances in every form: a row a pair or a matrix, kilometres or metres, whoever stands first."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from iqgeo.cli.main import app
from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read_distances
from iqgeo.reading import Reading
from iqgeo.texts import LANGUAGES
from tests.inputs.test_opendocument import book, rows_of, sheet

LONG = pd.DataFrame(
    [
        ("S1", "a", 0.5),
        ("S1", "b", 99.0),
        ("X", "a", 12.0),
        ("X", "c", 50.25),
        ("Y", "c", 3.0),
        ("Y", "d", 3.0),
    ],
    columns=["candidate", "place", "km"],
)


def as_file(frame, form, name="entfernungen"):
    out = io.BytesIO()
    if form == "ods":
        return (book(sheet(rows_of(frame.astype(object).where(frame.notna(), None)))), f"{name}.ods")
    if form == "xlsx":
        frame.to_excel(out, index=False)
        return (out.getvalue(), f"{name}.xlsx")
    if form == "german":
        return (frame.to_csv(index=False, sep=";", decimal=",").encode("cp1252"), f"{name}.csv")
    return (frame.to_csv(index=False).encode(), f"{name}.csv")


def pairs(intake):
    frame = intake.frame[["candidate", "place", "km"]]
    return frame.sort_values(["candidate", "place"], ignore_index=True)


@settings(max_examples=10, deadline=None)
@given(
    corner=st.sampled_from(
        ["place (km)", "Ort [km]", "Ort / Stelle, km", "Entfernung in km", "Stelle (km)", "Ort in m"]
    ),
    form=st.sampled_from(["csv", "german", "xlsx", "ods"]), named=st.booleans(),
)  # fmt: skip
def test_a_matrix_is_the_pairs_it_holds(corner, form, named):
    rows = "candidate" if corner.startswith("Stelle") else "place"
    factor = 1000 if corner.endswith(" m") else 1
    columns = {"candidate": "place", "place": "candidate"}[rows]
    wide = LONG.assign(km=LONG["km"] * factor).pivot_table("km", rows, columns, sort=False).reset_index()
    wide.columns = [corner, *wide.columns[1:]]
    if named:
        # A column of words beside the ids is no distance.
        wide.insert(1, "Bezeichnung", [f"Name {it}" for it in wide[corner]])
    read = read_distances(as_file(wide, form))
    pd.testing.assert_frame_equal(pairs(read), LONG, check_dtype=False)
    assert f"matrix_of_{rows}s" in {it.code for it in read.repairs}


@pytest.mark.parametrize("heading", ["Fahrzeit", "duration_min", "Stunden"])
def test_times_are_asked_about(heading):
    with pytest.raises(InputError) as error:
        read_distances(as_file(LONG.rename(columns={"km": heading}), "csv"))
    assert [it.code for it in error.value.problems] == ["distances_minutes"]
    told = Reading(columns={"km": heading})
    assert pairs(read_distances(as_file(LONG.rename(columns={"km": heading}), "csv"), reading=told)).equals(
        LONG
    )


@pytest.mark.parametrize(
    ("place", "candidate", "km"),
    [
        ("von", "nach", "km"), ("Wohnort", "Anlaufstelle", "Entfernung (km)"), ("Start", "Ziel", "Strecke"),
        ("OriginID", "DestinationID", "Total_Distance"), ("from_id", "to_id", "distance_km"),
        ("InputID", "TargetID", "Distance"), ("Quelle", "Stelle", "km"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["german", "xlsx"])
def test_a_way_from_people_to_an_office_is_known_by_its_ends(place, candidate, km, form):
    file = as_file(LONG.rename(columns={"place": place, "candidate": candidate, "km": km}), form)
    pd.testing.assert_frame_equal(pairs(read_distances(file)), LONG)
    assert check_file(file).kind == "distances"


@pytest.mark.parametrize("ends", [("from", "to"), ("source", "target"), ("von", "nach")])
def test_streets_between_two_ends_are_no_distances(ends):
    streets = pd.DataFrame([(1, 2, 300.5), (2, 3, 80.0)], columns=[*ends, "length"])
    assert check_file(as_file(streets, "csv")).kind == "unknown"


def test_what_does_not_say_its_unit_is_asked_about():
    wide = LONG.pivot_table("km", "place", "candidate").reset_index()
    metres = LONG.assign(km=LONG["km"] * 1000).rename(columns={"km": "distance"})
    for table, role, heading in ((wide, "km", "place"), (metres, "metres", "distance")):
        with pytest.raises(InputError) as error:
            read_distances(as_file(table, "csv"))
        assert [it.code for it in error.value.problems] == ["distances_unit"]
        assert f'"{role}={heading}"' in str(error.value)
        told = Reading(columns={role: heading})
        pd.testing.assert_frame_equal(pairs(read_distances(as_file(table, "csv"), reading=told)), LONG)
    assert check_file(as_file(wide.rename(columns={"X": "K1", "Y": "K2"}), "csv")).kind == "distances"
    # Metres by name are converted and said.
    said = read_distances(as_file(metres.rename(columns={"distance": "Entfernung (m)"}), "csv"))
    assert np.allclose(pairs(said)["km"], LONG["km"])
    assert "distances_metres" in {it.code for it in said.repairs}


def test_a_matrix_either_way_round_answers_like_its_pairs(tmp_path):
    """Which of two sets of ids are places is known by the other files, not by where they stand."""
    (tmp_path / "off.csv").write_text("id,name,lon,lat\nS1,Alt,9.5,52.5\n")
    (tmp_path / "can.csv").write_text("id,name,lon,lat\nX,Eins,9.79,52.5\nY,Zwei,10.38,52.5\n")
    (tmp_path / "dem.csv").write_text(
        "id,lon,lat,people\na,9.5,52.5,100\nb,9.64,52.5,50\nc,9.79,52.5,80\nd,10.38,52.5,40\n"
    )
    LONG.to_csv(tmp_path / "long.csv", index=False)
    for name, rows, columns in (("rows", "place", "candidate"), ("columns", "candidate", "place")):
        wide = LONG.pivot_table("km", rows, columns).reset_index().rename(columns={rows: "km"})
        wide.to_csv(tmp_path / f"{name}.csv", index=False)
    # Said from the office to the people, which only the ids show.
    LONG.rename(columns={"candidate": "von", "place": "nach"}).to_csv(tmp_path / "back.csv", index=False)
    # Routing programs that are given one list of points write all ways between them, there and back.
    back = LONG.assign(candidate=LONG["place"], place=LONG["candidate"], km=LONG["km"] * 2)
    among = pd.DataFrame([("a", "b", 1.0), ("X", "Y", 1.0), ("a", "a", 0.0)], columns=LONG.columns)
    pd.concat([back, among, LONG]).to_csv(tmp_path / "all.csv", index=False)
    answers = []
    for name in ("long", "rows", "columns", "back", "all"):
        out = tmp_path / f"{name}.json"
        given = ["suggest", "--new", "1", "--target-km", "15", "--json", str(out), "--distances"]
        given += [str(tmp_path / f"{name}.csv"), "--offices", str(tmp_path / "off.csv")]
        given += ["--candidates", str(tmp_path / "can.csv"), "--demand", str(tmp_path / "dem.csv")]
        result = CliRunner().invoke(app, given)
        assert result.exit_code == 0, result.output
        answers.append(
            pd.read_json(out, typ="series")[["covered_before", "covered_after", "objective"]].tolist()
        )
    assert answers == [[100.0, 220.0, 220.0]] * 5
    assert "join" in result.output or "verbinden" in result.output


NO_WAY = ["-", "–", "inf", "∞", "x", "nicht erreichbar", "no route", "null", "k. A.", "."]


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(NO_WAY), st.sampled_from(["rows", "matrix"]), st.sampled_from(["csv", "xlsx"]))
def test_no_way_is_neither_a_length_nor_a_reason_to_leave_a_column_out(word, shape, form):
    """A dash was zero km, and a column of a matrix with more signs than numbers was not read at all."""
    frame = LONG.astype({"km": object})
    frame.loc[frame["candidate"].eq("Y"), "km"] = word
    if shape == "matrix":
        frame = frame.pivot_table("km", "place", "candidate", aggfunc="first", sort=False).reset_index()
        frame = frame.rename(columns={"place": "place (km)"})
    read = read_distances(as_file(frame, form))
    pd.testing.assert_frame_equal(pairs(read), LONG[LONG["candidate"].ne("Y")], check_dtype=False)
    told = [it for it in read.repairs if it.code == "pairs_without_way"]
    assert (sum(it.count for it in told), {it.value for it in told}) == (2, {word})


@pytest.mark.parametrize(
    ("heading", "write", "code"),
    [
        ("Entfernung in m", lambda km: f"{km * 1000:,.0f}".replace(",", "."), "distances_metres"),
        ("Distanz [m]", lambda km: f"{km * 1000:,.0f}".replace(",", "\u202f"), "distances_metres"),
        ("Total_Meters", lambda km: f"{km * 1000:,.0f}", "distances_metres"),
        ("Entfernung", lambda km: f"{km * 1000:.0f} m" if km < 1 else f"{km} km", "distances_metres"),
        ("distance (mi)", lambda km: repr(km / 1.609344), "distances_miles"),
        ("Wegstrecke in km", str, ""), ("Kilometer", str, ""), ("Straßenkilometer", str, ""),
    ],
)  # fmt: skip
def test_a_length_is_the_same_in_every_unit_and_way_of_writing(heading, write, code):
    table = LONG.assign(km=[write(it) for it in LONG["km"]]).rename(columns={"km": heading})
    source = (table.to_csv(index=False, sep=";").encode(), "strecken.csv")
    read = read_distances(source)
    pd.testing.assert_frame_equal(pairs(read), LONG)
    assert not code or code in {it.code for it in read.repairs}


def refused(table, **told):
    with pytest.raises(InputError) as error:
        read_distances((table.to_csv(index=False, sep=";").encode(), "strecken.csv"), **told)
    return [it.code for it in error.value.problems]


@pytest.mark.parametrize("heading", ["Entfernung in m", "km"])
def test_points_in_lengths_are_asked_about_where_both_are_possible(heading):
    grouped = LONG.assign(km=[f"{1250 + 7 * at:,}".replace(",", ".") for at in range(len(LONG))])
    if heading == "km":
        # Three decimals of a km are metres: nothing to ask, unless whole numbers stand beside them.
        assert pairs(read_distances(as_file(grouped, "csv")))["km"].between(1.2, 1.3).all()
        grouped.loc[0, "km"] = "950"
    table = grouped.rename(columns={"km": heading})
    assert refused(table) == ["thousands_unclear"]
    told = Reading(decimal="comma", agreed=True)
    assert (
        pairs(read_distances((table.to_csv(index=False, sep=";").encode(), "s.csv"), reading=told))[
            "km"
        ].max()
        > 1.2
    )
    wide = grouped.pivot_table("km", "place", "candidate", aggfunc="first").reset_index()
    assert refused(wide.rename(columns={"place": f"place ({heading[-2:].strip()})"})) == ["thousands_unclear"]


@settings(max_examples=30, deadline=None)
@given(
    thousandths=st.lists(st.integers(1_000, 400_000), min_size=1, max_size=5),
    whole=st.lists(st.integers(0, 60), max_size=4),
    shape=st.sampled_from(["rows", "matrix"]),
)
def test_points_of_kilometres_are_decimal_ones_where_no_way_is_as_long_otherwise(thousandths, whole, shape):
    """A program writes 12.345 and, where nothing stands behind the point, 5: thousands of km are none."""
    thousandths = [*thousandths, 12_345]
    lengths = [f"{it / 1000:.3f}" for it in thousandths] + [str(it) for it in whole]
    table = pd.DataFrame({"candidate": "S", "place": [f"p{at}" for at in range(len(lengths))], "km": lengths})
    if shape == "matrix":
        table = table[["place", "km"]].set_axis(["place (km)", "S"], axis=1)
    read = read_distances((table.to_csv(index=False).encode(), "s.csv")).frame
    assert read["km"].tolist() == [float(it) for it in lengths]


@pytest.mark.parametrize("metres", [["12.345", "950"], ["7.250", "980", "120"]])
def test_metres_among_thousands_are_still_asked_about(metres):
    table = pd.DataFrame({"candidate": "S", "place": list("abc")[: len(metres)], "km": metres})
    assert "thousands_unclear" in refused(table)


@pytest.mark.parametrize(
    ("none", "code"), [(-1, "distances_negative"), (9999, "distances_far"), (4294967, "distances_far")]
)
def test_what_programs_write_for_no_way_is_refused_with_what_to_write(none, code):
    """A remedy that is followed to the letter helps: the sign that it names is no way."""
    table = LONG.astype({"km": float})
    table.loc[table["place"].eq(table["place"].iloc[-1]), "km"] = none
    with pytest.raises(InputError) as caught:
        read_distances((table.to_csv(index=False).encode(), "s.csv"))
    assert {it.code for it in caught.value.problems} == {code}
    for lang in LANGUAGES:
        sign = re.search(r"[„“]([^„“”]{1,3})[“”](?=[^„“”]*$)", caught.value.problems[0].sentence(lang))
        assert sign is not None
        mended = table.astype({"km": object}).replace({"km": {none: sign[1]}})
        read = pairs(read_distances((mended.to_csv(index=False).encode(), "s.csv")))
        assert len(read) == (table["km"] != none).sum()


@pytest.mark.parametrize(("factor", "code", "said"), [
    (600.0, 1, "longer than the straight line"), (0.6, 0, "shorter than the straight line"), (1.3, 0, ""),
])  # fmt: skip
def test_lengths_are_held_against_the_straight_line(factor, code, said, tmp_path):
    """Metres of a small town are no more than its km in number: only where the points lie tells."""
    assert refused(LONG.assign(km=LONG["km"] * 1000)) == ["distances_far"]
    (tmp_path / "off.csv").write_text("id,name,lon,lat\nS1,Alt,9.5,52.5\n")
    (tmp_path / "can.csv").write_text("id,name,lon,lat\n1,Eins,9.53,52.5\n")
    (tmp_path / "dem.csv").write_text("id,lon,lat,people\na,9.5,52.51,100\nb,9.53,52.51,50\n")
    rows = [("S1", "a", 1.11), ("S1", "b", 2.32), ("1", "a", 2.32), ("1", "b", 1.11)]
    table = pd.DataFrame(rows, columns=["candidate", "place", "distance"])
    table["distance"] *= factor
    table.to_csv(tmp_path / "dist.csv", index=False)
    given = ["suggest", "--new", "1", "--lang", "en", "--distances", str(tmp_path / "dist.csv")]
    given += ["--offices", str(tmp_path / "off.csv"), "--candidates", str(tmp_path / "can.csv")]
    result = CliRunner().invoke(app, [*given, "--demand", str(tmp_path / "dem.csv")])
    assert result.exit_code == code, result.output
    problems = getattr(result.exception, "problems", ())
    words = " ".join([*result.output.split(), *(it.sentence("en") for it in problems)])
    known = ("longer than the straight line", "shorter than the straight line")
    assert [it for it in known if it in words] == [it for it in (said,) if it]


def test_ids_that_a_program_made_broken_numbers_are_those_of_the_other_file():
    whole = LONG.assign(candidate=["1", "1", "2", "2", "3", "3"], place=["7", "8", "7", "9", "9", "5"])
    broken = whole.astype({"candidate": float, "place": float})
    assert pairs(read_distances(as_file(broken, "csv"))).equals(pairs(read_distances(as_file(whole, "csv"))))
    odd = whole.assign(candidate=whole["candidate"] + ".0").replace({"candidate": {"3.0": "3.5"}})
    assert set(read_distances(as_file(odd, "csv")).frame["candidate"]) == {"1.0", "2.0", "3.5"}


def test_a_table_keyed_by_names_is_that_of_the_ids_and_what_it_lacks_is_told(tmp_path):
    (tmp_path / "off.csv").write_text("id,name,lon,lat\nS1,Alt,9.5,52.5\n")
    (tmp_path / "can.csv").write_text("id,name,lon,lat\nX,Eins,9.79,52.5\nY,Zwei,10.38,52.5\n")
    (tmp_path / "dem.csv").write_text("id,lon,lat,people\na,9.5,52.5,100\nb,9.79,52.5,50\nc,10.38,52.5,0\n")
    answers, told = [], []
    for names in (("S1", "X"), ("Alt", "Eins")):
        (tmp_path / "dist.csv").write_text(f"candidate,place,km\n{names[0]},a,1\n{names[1]},a,25\n")
        out = tmp_path / "answer.json"
        given = ["suggest", "--new", "1", "--lang", "en", "--json", str(out), "--target-km", "30"]
        for kind, file in (
            ("offices", "off"),
            ("candidates", "can"),
            ("demand", "dem"),
            ("distances", "dist"),
        ):
            given += [f"--{kind}", str(tmp_path / f"{file}.csv")]
        result = CliRunner().invoke(app, given)
        assert result.exit_code == 0, result.output
        answers.append(pd.read_json(out, typ="series")[["covered_before", "covered_after"]].tolist())
        told.append(" ".join(result.output.split()))
    assert answers == [[100.0, 100.0]] * 2
    assert ["by their names" in it for it in told] == [False, True]
    assert all("nothing about one candidate (Y)" in it and "one place with people (b)" in it for it in told)
