"""A table is taken or refused alike by every door: the check, the commands and the page."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.app.uploads import SessionFolder, read_upload
from iqgeo.errors import InputError
from iqgeo.inputs import check_file
from iqgeo.region import load_region
from iqgeo.scenario.load import load
from iqgeo.scenario.model import OwnFile, Scenario
from iqgeo.scenario.start import start_of

REGION = load_region()
NAMES = REGION.district_names
PLACES = REGION.settlements[REGION.settlements["population"] > 0].iloc[::400].head(12)
SITES = {
    "id": ["a", "b", "c", "d"], "name": ["Büro A", "Büro B", "Büro C", "Büro D"],
    "lon": [9.73, 10.41, 8.05, 9.47], "lat": [52.37, 53.25, 52.28, 53.6],
}  # fmt: skip
COUNTED = list(range(1_000, 1_000 + len(NAMES)))
LIVING = [it * 90 for it in COUNTED]
PERCENT = [5 + at / 7 for at in range(len(NAMES))]
TABLES = {
    "shares": [
        {"AGS": list(NAMES), "Kreis": list(NAMES.values()), "Anteil in %": PERCENT},
        {"AGS": list(NAMES), "Ausländer": COUNTED},
        {"Kreis": list(NAMES.values()), "Ausländer": COUNTED},
        {"AGS": list(NAMES), "Kreis": list(NAMES.values()), "Einwohner": LIVING, "Ausländer": COUNTED},
        {"AGS": list(NAMES), "Einwohner": LIVING, "Haushalte": [it * 40 for it in COUNTED]},
    ],
    "offices": [
        {**SITES, "opened": [2011, 2012, 2015, 2019], "closed": ["", "2014", "", ""]},
        {"Name": SITES["name"], "Länge": SITES["lon"], "Breite": SITES["lat"], "Träger": list("xyzx")},
    ],
    "candidates": [{**SITES, "population": [500_000, 70_000, 160_000, 47_000]}],
    "demand": [
        {
            "id": PLACES["id"], "people": PLACES["population"].astype(int), "lon": PLACES["lon"],
            "lat": PLACES["lat"], "ags": PLACES["ags"],
        },
        {"people": PLACES["population"].astype(int), "lon": PLACES["lon"], "lat": PLACES["lat"]},
    ],
    "factors": [{"district_ags": list(NAMES), "factor": [1.2 + at / 100 for at in range(len(NAMES))]}],
}  # fmt: skip
CELLS = ["", "-", ".", "k. A.", "x", "viel", "-3", "0", "1e400", "#REF!", "03152", "03999", "101,5", "2030"]


def another(frame, row, column, cell):
    frame.iat[row, column] = cell
    return frame


def again(frame, row, column, cell):
    return pd.concat([frame, frame.iloc[[row]].assign(**({"lon": 9.9} if "lon" in frame else {}))])


def exchanged(frame, row, column, cell):
    axes = [it for it in frame if it in ("lon", "lat", "Länge", "Breite")]
    if axes:
        frame[axes] = frame[axes[::-1]].to_numpy() if cell else frame[axes].to_numpy()
        pair = [frame.columns.get_loc(it) for it in axes]
        frame.iloc[row, pair] = frame.iloc[row, pair[::-1]].to_numpy()
    return frame


def copied(frame, row, column, cell):
    frame.iat[row, column] = frame.iat[row - 1, column]
    return frame


def gone(frame, row, column, cell):
    return frame.drop(frame.index[row])


def without(frame, row, column, cell):
    return frame.drop(columns=frame.columns[column])


FAULTS = [another, another, again, exchanged, copied, gone, without]


def answer(read):
    """Yes, or the codes of everything that is wrong."""
    try:
        read()
    except InputError as error:
        return {it.code for it in error.problems}
    return set()


def command(kind, path):
    """What every command does before it computes."""
    load(Scenario(settings=start_of(REGION, kind == "offices"), files=(OwnFile(kind, path),)))


def page(kind, path):
    read_upload(kind, path.read_bytes(), path.name, REGION, target_km=35, swap=False, folder=SessionFolder())


@given(
    kind=st.sampled_from(list(TABLES)), at=st.integers(0, 4),
    faults=st.lists(
        st.tuples(st.sampled_from(FAULTS), st.integers(0, 44), st.integers(0, 5), st.sampled_from(CELLS)),
        max_size=3,
    ),
)  # fmt: skip
def test_every_door_says_the_same(tmp_path_factory, kind, at, faults):
    frame = pd.DataFrame(TABLES[kind][at % len(TABLES[kind])]).astype(object).reset_index(drop=True)
    for fault, row, column, cell in faults:
        frame = fault(frame, row % len(frame), column % len(frame.columns), cell)
    path = tmp_path_factory.mktemp("doors") / "tabelle.csv"
    frame.to_csv(path, index=False)
    held, alone = check_file(path, REGION), check_file(path)
    asked = answer(lambda: command(kind, path))
    assert asked == answer(lambda: page(kind, path))
    assert held.kind == alone.kind
    assert {it.code for it in held.problems} == {it.code for it in alone.problems}
    if held.kind == kind:
        assert {it.code for it in held.problems} == asked
    elif (kind, held.kind) != ("candidates", "offices"):
        # Offices may be candidates. Without its column a table may be of another kind: it is told so.
        assert asked


ELSEWHERE = ["05111", "05112", "05113", "05334", "05562", "05913"]


@given(
    fault=st.sampled_from(
        ["", "value_missing", "share_missing", "number_negative", "key_twice", "key_unreadable"]
    ),
    at=st.integers(0, 5),
)  # fmt: skip
def test_a_table_of_elsewhere_is_held_to_what_every_region_asks(fault, at):
    """The commands would ask for its region; the check says what it cannot know without one."""
    rows = [[key, str(1_000 + row)] for row, key in enumerate(ELSEWHERE)]
    cell = {"value_missing": "", "share_missing": ".", "number_negative": "-3"}.get(fault)
    if cell is not None:
        rows[at][1] = cell
    elif fault == "key_twice":
        rows.append([rows[at][0], "5"])
    elif fault == "key_unreadable":
        rows[at][0] = "Essen?"
    written = "AGS;Ausländer\n" + "".join(";".join(it) + "\n" for it in rows)
    report = check_file((written.encode(), "nrw.csv"))
    assert {it.code for it in report.problems} == ({fault} if fault else set())
    assert "held_nowhere" in {it.code for it in report.repairs}
    assert [it.code for it in check_file((written.encode(), "nrw.csv"), REGION).problems]


@pytest.mark.parametrize(("lat", "ok"), [(51.2, True), (-51.2, False)])
def test_no_region_lies_in_the_sea(lat, ok):
    report = check_file((f"name,lon,lat\nA,6.8,{lat}\nB,6.9,{lat}\n".encode(), "a.csv"))
    assert report.ok == ok
