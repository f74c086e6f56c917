"""Tables of areas with names and no keys: every way of writing a district, and what is asked about."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read_shares
from iqgeo.inputs.name_parts import AreaName
from iqgeo.inputs.preview import look_at
from iqgeo.inputs.read import answered, read_table
from iqgeo.inputs.shares import shares_of
from iqgeo.inputs.source import open_source
from iqgeo.reading import Reading
from iqgeo.region import load_region

from .conftest import csv

REGION = load_region()
NAMES = REGION.district_names
CITIES = set(REGION.districts.loc[REGION.districts["kind"].eq("Kreisfreie Stadt"), "ags"])
BARE = {key: name.split(" (")[0].removeprefix("Region ") for key, name in NAMES.items()}
AMBIGUOUS = {"03403", "03404", "03458", "03459"}

# How publishers write a district; each is one way for all rows.
WAYS = {
    "as it is": lambda key: NAMES[key],
    "kind before": lambda key: ("Stadt " if key in CITIES else "Landkreis ") + BARE[key],
    "kind behind": lambda key: BARE[key] + (", kreisfreie Stadt" if key in CITIES else ", Landkreis"),
    "short": lambda key: ("SK " if key in CITIES else "LK ") + BARE[key],
    "office's number before": lambda key: f"{key[2:]} {NAMES[key]}",
    "number of a list before": lambda key: f"{key[2:]}. {NAMES[key]}",
    "in brackets": lambda key: f"{BARE[key]} ({'Krfr. Stadt' if key in CITIES else 'Kreis'})",
}


def table(written, heading="Landkreis", above=()):
    rows = [(it, f"{5 + at % 9},5") for at, it in enumerate(written.values())]
    lines = [f"{heading};Anteil in %", *(f"{it};9" for it in above), *(f"{a};{b}" for a, b in rows)]
    return csv("\n".join(lines) + "\n")


@settings(max_examples=6, deadline=None)
@given(
    st.sampled_from(list(WAYS.values())),
    st.permutations(list(NAMES)),
    st.sampled_from(["Landkreis", "Kreis", "Name", "Gebiet", "Region"]),
    st.lists(
        st.sampled_from(["Niedersachsen", "Insgesamt", "Deutschland", "Stat. Region Hannover"]), unique=True
    ),
)
def test_districts_are_known_however_they_are_called(way, keys, heading, above):
    read = read_shares(table({key: way(key) for key in keys}, heading, above), REGION)
    wanted = {key: 5 + at % 9 + 0.5 for at, key in enumerate(keys)}
    assert dict(zip(read.frame["area"], read.frame["share_pct"], strict=True)) == wanted
    assert "areas_named" in {it.code for it in read.repairs}


@settings(max_examples=4, deadline=None)
@given(st.sampled_from(sorted(set(NAMES) - AMBIGUOUS - {"03241"})), st.data())
def test_what_is_only_similar_is_asked_about(key, data):
    name = NAMES[key]
    at = data.draw(st.integers(1, len(name) - 2))
    written = table({**NAMES, key: name[:at] + name[at] + name[at:]})
    read = read_table(open_source(written), max_rows=100)
    with pytest.raises(InputError) as asked:
        shares_of(read, REGION)
    assert {it.code for it in asked.value.problems} == {"area_guess"}
    row = asked.value.problems[0].row
    look = look_at(written, "shares", near=(REGION, 35.0))
    assert [(it.row, it.match.ags) for it in look.doubts] == [(row, key)]
    for said in (Reading(agreed=True), Reading(rows={row: "town"}), Reading(rows={row: f"town:{name}"})):
        assert set(shares_of(answered(read, said), REGION).frame["area"]) == set(NAMES)


def test_one_of_two_of_a_name_is_never_taken_unasked():
    written = table({key: BARE[key] for key in NAMES})
    for said in (Reading(), Reading(agreed=True)):
        with pytest.raises(InputError) as asked:
            read_shares(written, REGION, reading=said)
        assert sum(it.code == "area_unclear" for it in asked.value.problems) == 4
    rows = {at + 2: key for at, key in enumerate(NAMES) if key in AMBIGUOUS}
    said = Reading(rows={row: f"town:{NAMES[key]}" for row, key in rows.items()})
    assert set(read_shares(written, REGION, reading=said).frame["area"]) == set(NAMES)
    # By its key, too, and the other of the name then follows, once it is agreed to.
    first = dict(list(rows.items())[:2])
    said = Reading(agreed=True, rows={row: f"town:{key}" for row, key in first.items()})
    assert set(read_shares(written, REGION, reading=said).frame["area"]) == set(NAMES)


def test_a_name_of_elsewhere_is_said_where_a_district_then_lacks():
    with pytest.raises(InputError) as refused:
        read_shares(table({**NAMES, "03359": "Atlantis"}), REGION)
    assert {it.code for it in refused.value.problems} == {"area_missing", "area_unknown"}


def test_municipalities_by_their_names():
    listed = REGION.municipalities
    named = pd.Series(listed["name"].to_numpy(), index=listed["ags"])
    alone = ~named.duplicated(keep=False)
    written = table({key: name if alone[key] else key for key, name in named.items()}, "Gemeinde")
    read = read_shares(written, REGION, reading=Reading(agreed=True))
    assert set(named.index[alone]) <= set(read.frame["area"])


@pytest.mark.parametrize("head", ["Einrichtung;Ort;PLZ", "Name;Stadt;Postleitzahl"])
def test_the_check_knows_lists_of_towns_and_tables_of_names(head):
    towns = csv(f"{head}\nA;Hannover;30159\nB;Celle;29221\n")
    assert check_file(towns).kind == check_file(towns, REGION).kind == "offices"
    # Without a region the towns are looked up in the usual one, as the commands do.
    assert {it.code for it in check_file(towns).problems} == {"place_match"}
    assert check_file(table(NAMES), REGION).ok


@pytest.mark.parametrize("mark", [" 1)", "¹", " ²)", "*", " *)", " **", " 1) 2)", "¹)"])
def test_the_mark_of_a_footnote_behind_a_name_is_none_of_it(mark):
    for name in (
        "Celle",
        "Rotenburg (Wümme)",
        "Celle, Landkreis",
        "Oldenburg (Oldenburg), Stadt",
        "Stadt Emden",
    ):
        assert AreaName.of(f"{name}{mark}") == AreaName.of(name)


@pytest.mark.parametrize(
    ("written", "known", "same"),
    [
        ("Wohlen AG", "Wohlen", True), ("Wohlen AG", "Wohlen (AG)", True), ("Wohlen (AG)", "Wohlen", True),
        ("Wohlen BE", "Wohlen (AG)", False), ("Buchs SG", "Buchs (ZH)", False), ("Buchs", "Buchs (ZH)", True),
        ("Wohlen AG", "Wohlen bei Bern", False), ("AG", "Wohlen (AG)", False),
    ],
)  # fmt: skip
def test_the_canton_behind_a_name_tells_two_of_it_apart(written, known, same):
    assert AreaName.of(written).is_that_of(AreaName.of(known)) is same
