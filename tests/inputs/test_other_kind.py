"""A file that is given as another kind than it is: told first, and never of a file that only has faults."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import (
    check_file,
    read_candidates,
    read_demand,
    read_distances,
    read_factors,
    read_offices,
    read_shares,
)
from iqgeo.inputs.check import UNKNOWN, kind_of
from iqgeo.inputs.other_kind import kind_said
from iqgeo.inputs.table import Table
from iqgeo.region import load_region
from iqgeo.texts import LANGUAGES

REGION = load_region()
NAMES = REGION.district_names
PLACES = REGION.settlements.head(40)
NEAR = (REGION, 35.0)
READERS = {
    "offices": lambda it: read_offices(it, near=NEAR),
    "candidates": lambda it: read_candidates(it, near=NEAR),
    "shares": lambda it: read_shares(it, REGION),
    "demand": lambda it: read_demand(it, REGION),
    "distances": read_distances,
    "factors": read_factors,
}
ADDRESSES = {
    "Name": ["Büro A", "Büro B"], "Straße": ["Markt", "Platz"], "Hausnummer": ["1", "12"],
    "PLZ": ["29221", "21680"], "Ort": ["Celle", "Stade"], "Nr.": ["1", "2"],
    "Telefon": ["0511 123456", "0512 23456"],
}  # fmt: skip
FILES = {
    "shares": [
        {"AGS": list(NAMES), "Ausländer": list(range(1_000, 1_000 + len(NAMES)))},
        {"AGS": list(NAMES), "Kreis": list(NAMES.values()), "Anteil in %": [10.5] * len(NAMES)},
        {"Kreis": list(NAMES.values()), "Ausländer": list(range(1_000, 1_000 + len(NAMES)))},
    ],
    "offices": [
        {"id": ["a", "b"], "name": ["A", "B"], "lon": [9.1, 9.2], "lat": [52.1, 52.2]},
        {"Name": ["Büro A", "Büro B"], "Ort": ["Celle", "Stade"]},
        ADDRESSES,
    ],
    "demand": [{"people": PLACES["population"], "lon": PLACES["lon"], "lat": PLACES["lat"]}],
    "distances": [{"candidate": ["a", "a", "b"], "place": ["1", "2", "3"], "km": [1.5, 2.5, 3.5]}],
    "factors": [{"district_ags": list(NAMES), "factor": [1.3] * len(NAMES)}],
}  # fmt: skip
# Offices may be candidates; who is asked about a town has a file of the kind.
ALIKE = {("offices", "candidates")}


def as_file(columns):
    return (pd.DataFrame(columns).to_csv(index=False).encode(), "datei.csv")


def problems_of(kind, source):
    """What keeps a file from being read as a kind; nothing of one that is."""
    try:
        READERS[kind](source)
    except InputError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("asked", READERS)
@pytest.mark.parametrize(("kind", "columns"), [(kind, it) for kind, them in FILES.items() for it in them])
def test_what_a_file_is_comes_first(kind, columns, asked):
    source = as_file(columns)
    assert check_file(source, REGION).kind == kind
    problems = problems_of(asked, source)
    if asked == kind or (kind, asked) in ALIKE:
        assert {it.code for it in problems} <= {"place_match"}
        return
    assert kind_said(problems[0]) == kind
    assert all(it.row is None for it in problems)
    for lang in LANGUAGES:
        assert "--" not in problems[0].sentence(lang, on_page=True)


@given(
    kind=st.sampled_from([it for it in FILES if it != "distances"]), at=st.integers(0, 2),
    damage=st.lists(
        st.tuples(st.integers(0, 39), st.integers(0, 6), st.sampled_from(["", "viel", "-3", "?"])),
        min_size=1, max_size=4,
    ),
    gone=st.integers(0, 3), headings=st.booleans(),
)  # fmt: skip
def test_a_file_with_faults_is_still_of_its_kind(kind, at, damage, gone, headings):
    columns = FILES[kind][at % len(FILES[kind])]
    frame = pd.DataFrame(columns).astype(object)
    for row, column, cell in damage:
        frame.iat[row % len(frame), column % len(frame.columns)] = cell
    frame = frame.iloc[gone if gone < len(frame) - 1 else 0 :]
    if headings:
        # A column of no name that anybody knows.
        frame = frame.rename(columns={frame.columns[-1]: "Spalte 7"})
    said = {kind_said(it) for it in problems_of(kind, as_file(frame))}
    assert headings or said <= {None}


def test_factors_are_no_shares():
    """One number a district, but it counts nobody."""
    frame = {
        "AGS": list(NAMES),
        "Umwegfaktor": np.full(len(NAMES), 1.31),
        "Ausländer": np.arange(len(NAMES)) + 500,
    }
    read = read_shares(as_file(frame), REGION)
    assert read.frame["persons"].sum() == frame["Ausländer"].sum()


def test_a_table_without_columns_is_of_no_kind():
    """As old programs write a file whose only column they cannot read."""
    table = Table("leer.parquet", pd.DataFrame(index=range(3)), np.arange(3))
    assert kind_of(table, REGION) == UNKNOWN
