"""What says that lengths are none: a title, a unit beside them, the name of the file, their own size."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iqgeo.distances import great_circle_km
from iqgeo.distances.own import OwnTable
from iqgeo.errors import InputError
from iqgeo.inputs import read_distances
from iqgeo.reading import Reading
from iqgeo.scenario.own_distances import hold_against_lines

HEAD = "candidate;place;Entfernung"
ROWS = "S1;a;12\nS1;b;35\nX;a;48\nX;b;7\n"
LENGTHS = [12.0, 35.0, 48.0, 7.0]


def read(text, name="strecken.csv", **said):
    return read_distances((text.encode(), name), reading=Reading(**said))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{HEAD}\n{ROWS}", "fahrzeiten.csv"), (f"{HEAD}\n{ROWS}", "matrix_min.csv"),
        (f"{HEAD}\n{ROWS}", "drivetimes_2024.csv"),
        (f"Fahrzeiten, Stand 2024\n\n{HEAD}\n{ROWS}", "a.csv"),
        (f"Entfernungen in Minuten;;\n{HEAD}\n{ROWS}", "a.csv"),
        (f";;Minuten\n{HEAD}\n{ROWS}", "a.csv"), (f"{HEAD}\n;;min\n{ROWS}", "a.csv"),
        (f"{HEAD}\n{ROWS}Quelle: Routenplaner, Fahrzeit in Minuten\n", "a.csv"),
        (f"{HEAD};Einheit\n" + ROWS.replace("\n", ";min\n"), "a.csv"),
        (f"{HEAD}\nS1;a;0:12\nS1;b;1:35\nX;a;0:48:30\n", "a.csv"),
        (f"{HEAD}\nS1;a;12 min\nS1;b;1 h 35 min\nX;a;2 Std. 5 Min.\n", "a.csv"),
        (f"{HEAD}\nS1;a;PT12M\nS1;b;PT1H35M\nX;a;PT48M10S\n", "a.csv"),
        ("Ort;S1;X\na;0:12;0:35\nb;0:48;0:07\n", "a.csv"),
    ],
)  # fmt: skip
def test_times_under_a_neutral_heading_are_asked_about(text, name):
    with pytest.raises(InputError) as error:
        read(text, name)
    assert [it.code for it in error.value.problems] == ["distances_minutes"]


@pytest.mark.parametrize(
    ("text", "name", "km"),
    [
        (f"{HEAD}\n{ROWS}", "entfernungen_m.csv", [it / 1000 for it in LENGTHS]),
        (f"Strecken in Metern\n\n{HEAD}\n{ROWS}", "a.csv", [it / 1000 for it in LENGTHS]),
        (f"{HEAD};unit\n" + ROWS.replace("\n", ";m\n"), "a.csv", [it / 1000 for it in LENGTHS]),
        (f"{HEAD};Einheit\n" + ROWS.replace("\n", ";km\n"), "fahrzeiten.csv", LENGTHS),
        (f"{HEAD};Einheit\nS1;a;900;m\nS1;b;1,2;km\n", "a.csv", [0.9, 1.2]),
        (f"{HEAD} (km);Fahrzeit\n" + ROWS.replace("\n", ";99\n"), "fahrzeiten.csv", LENGTHS),
        (f"Wege in km, Fahrzeiten in Minuten\n\n{HEAD}\n{ROWS}", "a.csv", LENGTHS),
    ],
)  # fmt: skip
def test_the_nearest_word_says_the_unit(text, name, km):
    found = read(text, name)
    assert found.frame["km"].tolist() == pytest.approx(km)
    assert "distances_km_taken" not in {it.code for it in found.repairs}


@pytest.mark.parametrize(
    "title", ["Stand: Mi, 4. März 2026", "Bearbeitung: Müller, M", "Derzeit geltende Wege", "Uhrzeit 12 Uhr"]
)
def test_words_of_a_sentence_that_are_no_units_say_none(title):
    for text in (f"{title}\n\n{HEAD}\n{ROWS}", f"{HEAD}\n{ROWS}Quelle: {title}\n"):
        found = read(text, "a.csv")
        assert found.frame["km"].tolist() == LENGTHS


def test_kilometres_that_nothing_says_are_said_to_be_taken_for_such():
    found = read(f"{HEAD}\n{ROWS}")
    assert found.frame["km"].tolist() == LENGTHS
    assert "distances_km_taken" in {it.code for it in found.repairs}
    # Who has said so is not told so.
    said = read(f"{HEAD}\n{ROWS}", "fahrzeiten.csv", columns={"km": "Entfernung"})
    assert (said.frame["km"].tolist(), [it.code for it in said.repairs]) == (LENGTHS, [])


def test_a_unit_that_nobody_knows_is_asked_about():
    with pytest.raises(InputError) as error:
        read(f"{HEAD};Einheit\n" + ROWS.replace("\n", ";Werst\n"))
    assert [(it.code, it.value) for it in error.value.problems] == [("distances_unit_unknown", "Werst")]


# Against the straight line


def sites(count, seed=3):
    draw = np.random.default_rng(seed)
    return draw.uniform(8.0, 10.5, count), draw.uniform(51.8, 53.4, count)


def held(of_straight, seed=3, sure=False, first=None):
    """What is said of a table whose lengths are made of the straight lines; a code of a refusal first."""
    lon, lat = sites(46, seed)
    pairs = [(f"S{a}", f"p{b}", a, b) for a in range(6) for b in range(6, 46)][:first]
    table = pd.DataFrame(pairs, columns=["candidate", "place", "a", "b"])
    straight = great_circle_km(lon[table["a"]], lat[table["a"]], lon[table["b"]], lat[table["b"]])
    table["km"] = of_straight(np.asarray(straight), np.random.default_rng(seed + 1))
    notices = []
    try:
        hold_against_lines(OwnTable(table[["candidate", "place", "km"]]), straight, notices, sure=sure)
    except InputError as error:
        return [it.code for it in error.problems]
    return [it.code for it in notices]


def road(km, draw):
    """What a road is longer than the straight line: some tenths, more for the near."""
    return km * (1.2 + draw.gamma(2.0, 0.08, len(km)) + 0.6 / np.maximum(km, 1.0))


def minutes(km, draw):
    """Near ones in the streets of a town, far ones on the motorway."""
    way = road(km, draw)
    return np.round(4 + way / (35 + 75 * np.minimum(way, 120) / 120) * 60)


@pytest.mark.parametrize("seed", range(8))
def test_kilometres_by_road_are_held_by_their_straight_lines(seed):
    assert held(road, seed) == []
    assert held(lambda km, _: km, seed) == []
    # Times grow slower than ways.
    assert held(minutes, seed)[0] in ("distances_short", "distances_like_times")
    assert held(lambda km, draw: minutes(km, draw) / 60, seed) == ["distances_short"]
    assert held(lambda km, draw: road(km, draw) / 1.609344, seed) in (
        ["distances_short"], ["distances_shorter"],
    )  # fmt: skip
    assert held(lambda km, draw: road(km, draw) * 1000, seed) == ["distances_longer"]
    # By bicycle, or with the bus.
    assert held(lambda km, draw: 20 + road(km, draw) * 4.5, seed) == ["distances_longer"]
    # Ids of other places: who is near is said to be far, and the other way round.
    assert held(lambda km, draw: draw.permutation(road(km, draw)), seed) == ["distances_short"]


def test_single_lengths_below_the_straight_line_are_named():
    def slip(km, draw):
        found = road(km, draw)
        found[np.argmax(km)] /= 10
        return found

    assert held(slip) == ["distances_shorter"]


@given(st.lists(st.floats(0.001, 90), min_size=1, max_size=29))
@example([0.075, 9.9, 0.6])
def test_a_few_lengths_are_what_their_maker_says(factors):
    """A table that a person made, of whatever ways: short ones are named, and nothing is refused."""
    said = held(lambda km, _: km * factors, first=len(factors))
    assert said in ([], ["distances_shorter"])


@pytest.mark.parametrize("factor", [0.01, 0.6, 6.0, 1000.0])
def test_who_is_sure_is_not_asked(factor):
    assert held(lambda km, draw: road(km, draw) * factor, sure=True) in ([], ["distances_shorter"])


@pytest.mark.parametrize("straight", ["Luftlinie km", "Luftlinie", "beeline_km", "Distanz (Luftlinie)"])
@pytest.mark.parametrize("road", ["Straße km", "Strasse_m", "Fahrstrecke", "Netz (km)", "road_km", "Route"])
@pytest.mark.parametrize("first", [True, False])
def test_ways_by_road_count_and_not_the_straight_line_beside_them(straight, road, first):
    factor = 1000 if road.endswith("_m") else 1
    columns = {straight: [9, 27, 37, 6], road: [it * factor for it in LENGTHS]}
    names = list(columns) if first else list(columns)[::-1]
    frame = pd.DataFrame({"Stelle": list("SSXX"), "Ort": list("abab"), **columns})
    text = frame[["Stelle", "Ort", *names]].to_csv(index=False, sep=";")
    assert read(text).frame["km"].tolist() == LENGTHS
    alone = frame[["Stelle", "Ort", straight]].to_csv(index=False, sep=";")
    assert read(alone, **{"columns": {"km": straight}}).frame["km"].tolist() == [9, 27, 37, 6]


@pytest.mark.parametrize("heading", ["Wert", "value", "Ergebnis"])
@pytest.mark.parametrize("unit", ["km", "m"])
def test_a_value_is_a_length_where_what_stands_around_it_says_so(heading, unit):
    values = [it * {"km": 1, "m": 1000}[unit] for it in LENGTHS]
    frame = pd.DataFrame({"Stelle": list("SSXX"), "Ort": list("abab"), heading: values})
    beside = frame.assign(Einheit=unit).to_csv(index=False, sep=";")
    assert read(beside).frame["km"].tolist() == LENGTHS
    below = f"Entfernungen in {unit}\n\n" + frame.to_csv(index=False, sep=";")
    assert read(below).frame["km"].tolist() == LENGTHS
    with pytest.raises(InputError) as error:
        read(frame.to_csv(index=False, sep=";"))
    assert [it.code for it in error.value.problems] == ["column_missing"]
