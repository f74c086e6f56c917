"""Tables turned on their side: areas as columns, a row for each figure."""

import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, persons_of, read_distances, read_shares, shares_pct
from iqgeo.inputs.preview import look_at
from iqgeo.reading import Reading
from iqgeo.region import load_region
from tests.inputs.test_opendocument import book, rows_of, sheet

REGION = load_region()
NAMES = REGION.district_names
PEOPLE = {key: 1_000 + 7 * at for at, key in enumerate(NAMES)}
ALL = {key: 90_000 + at for at, key in enumerate(NAMES)}


def as_file(rows, form, name="tabelle"):
    """Rows of cells, the first of which is the header, in one of three forms."""
    out = io.BytesIO()
    if form == "xlsx":
        pd.DataFrame(rows).to_excel(out, index=False, header=False)
        return (out.getvalue(), f"{name}.xlsx")
    if form == "ods":
        return (book(sheet(rows_of(pd.DataFrame(rows[1:], columns=rows[0], dtype=object)))), f"{name}.ods")
    return (pd.DataFrame(rows).to_csv(index=False, header=False, sep=";").encode(), f"{name}.csv")


def codes(caught):
    return [it.code for it in caught.value.problems]


@settings(max_examples=12, deadline=None)
@given(
    headed=st.sampled_from(["names", "keys", "names and keys", "keys and names", "both in one", "nuts"]),
    others=st.lists(st.sampled_from(["all", "density", "total", "words"]), unique=True),
    label=st.sampled_from(["Merkmal", "", "Kreis", "Gebiet", "Schlüssel", "Jahr"]),
    form=st.sampled_from(["csv", "xlsx", "ods"]), seed=st.randoms(use_true_random=False),
)  # fmt: skip
def test_areas_as_columns_are_read_as_areas_as_rows(headed, others, label, form, seed):
    keys = list(NAMES)
    seed.shuffle(keys)
    names, columns = [NAMES[it] for it in keys], [*keys]
    written = {
        "names": [names],
        "keys": [keys],
        "names and keys": [names, keys],
        "keys and names": [keys, names],
    }
    written["both in one"] = [[f"{key} {NAMES[key]}" for key in keys]]
    written["nuts"] = [[f"{name} ({key})" for key, name in zip(keys, names, strict=True)]]
    lines = [[label, *written[headed][0]], *([["Bezeichnung", *it] for it in written[headed][1:]])]
    figures = [["Ausländer insgesamt", *(PEOPLE[it] for it in columns)]]
    if "all" in others:
        figures.insert(0, ["Bevölkerung insgesamt", *(ALL[it] for it in columns)])
    if "density" in others:
        figures.append(["Einwohner je km²", *(100 + at for at in range(len(columns)))])
    if "words" in others:
        figures.append(["Typ", *("Kreis" for _ in columns)])
    rows = [*lines, *figures]
    if "total" in others:
        for at, row in enumerate(rows):
            numbers = [it for it in row[1:] if isinstance(it, int)]
            row.insert(1, sum(numbers) if numbers else ("Niedersachsen" if not at else ""))
    source = as_file(rows, form)
    read = read_shares(source, REGION, weight="foreigners")
    assert persons_of(read) == PEOPLE
    assert "table_turned" in {it.code for it in read.repairs}
    assert check_file(source, REGION).kind == "shares"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_years_as_rows_are_one_year(form):
    rows = [
        ["Jahr", *NAMES.values()],
        *([year, *(it + year for it in PEOPLE.values())] for year in (2020, 2022, 2021)),
    ]
    read = read_shares(as_file(rows, form), REGION, weight="foreigners")
    assert persons_of(read) == {key: figure + 2022 for key, figure in PEOPLE.items()}
    assert (read.year, "year_taken" in {it.code for it in read.repairs}) == (2022, True)
    of_2020 = read_shares(as_file(rows, form), REGION, weight="foreigners", year=2020)
    assert persons_of(of_2020) == {key: figure + 2020 for key, figure in PEOPLE.items()}


def test_a_label_of_several_columns_is_one():
    rows = [["Merkmal", "Geschlecht", *NAMES]]
    rows += [
        ["Ausländer", "insgesamt", *PEOPLE.values()],
        ["", "weiblich", *(it // 2 for it in PEOPLE.values())],
    ]
    read = read_shares(as_file(rows, "csv"), REGION, weight="foreigners")
    assert persons_of(read) == PEOPLE


def test_shares_are_shares():
    shares = {key: 5.5 + at / 10 for at, key in enumerate(NAMES)}
    rows = [
        ["Merkmal", *NAMES.values()],
        ["Ausländeranteil in %", *(f"{it:.1f}".replace(".", ",") for it in shares.values())],
    ]
    assert shares_pct(read_shares(as_file(rows, "csv"), REGION)) == pytest.approx(shares)


def test_of_several_rows_one_is_asked_for_and_named_like_a_column():
    rows = [["Merkmal", *NAMES.values()], ["Aussiedler", *PEOPLE.values()], ["Geflüchtete", *ALL.values()]]
    with pytest.raises(InputError) as caught:
        read_shares(as_file(rows, "csv"), REGION)
    assert codes(caught) == ["row_unclear"]
    for lang in ("de", "en", "nl"):
        assert "Aussiedler; Geflüchtete" in caught.value.problems[0].sentence(lang)
        assert "shares.persons=Aussiedler" in caught.value.problems[0].sentence(lang)
    read = read_shares(as_file(rows, "csv"), REGION, reading=Reading(columns={"persons": "Geflüchtete"}))
    assert persons_of(read) == ALL
    look = look_at(as_file(rows, "csv"), "shares", near=(REGION, 50.0))
    assert (look.columns, look.rows, look.doubts) == (("area", "Aussiedler", "Geflüchtete"), len(NAMES), ())


@settings(max_examples=12, deadline=None)
@given(
    few=st.lists(st.sampled_from(list(NAMES)), min_size=3, unique=True),
    by_key=st.booleans(),
    form=st.sampled_from(["csv", "xlsx", "ods"]),
)
def test_a_check_without_a_region_reads_what_a_region_reads(few, by_key, form):
    rows = [["", *(it if by_key else NAMES[it] for it in few)], ["Ausländer", *(PEOPLE[it] for it in few)]]
    alone, held = check_file(as_file(rows, form)), check_file(as_file(rows, form), REGION)
    assert (alone.kind, held.kind) == ("shares", "shares")
    assert alone.problems == held.problems
    left = set(NAMES) - {*few}
    assert {it.code for it in held.problems} == {
        "areas_missing" if len(left) > 5 else "area_missing_column" for _ in left
    }
    rows[1][2] = "viel"
    told = check_file(as_file(rows, form)).problems
    assert ("number_unreadable", rows[0][2]) in [(it.code, it.column) for it in told]


def test_what_is_wrong_is_told_where_it_stands():
    rows = [["Merkmal", *NAMES.values()], ["Bevölkerung", *ALL.values()], ["Ausländer", *PEOPLE.values()]]
    rows[2][3] = "viele"
    with pytest.raises(InputError) as caught:
        read_shares(as_file(rows, "csv"), REGION, weight="foreigners")
    found = caught.value.problems[0]
    assert (found.code, found.row, found.column, found.value) == ("number_unreadable", 3, rows[0][3], "viele")
    rows = [["Merkmal", *NAMES, "03101"], ["Ausländer", *PEOPLE.values(), 5]]
    with pytest.raises(InputError) as caught:
        read_shares(as_file(rows, "csv"), REGION, weight="foreigners")
    assert (codes(caught), caught.value.problems[0].value) == (["area_column_twice"], "03101")
    rows = [["Merkmal", *list(NAMES.values())[1:]], ["Ausländer", *list(PEOPLE.values())[1:]]]
    with pytest.raises(InputError) as caught:
        read_shares(as_file(rows, "csv"), REGION, weight="foreigners")
    assert NAMES[next(iter(NAMES))] in caught.value.problems[0].sentence("de")


@settings(max_examples=8, deadline=None)
@given(
    corner=st.sampled_from(["place (km)", "Ort / Stelle, km", "Stelle", "place"]),
    towns=st.integers(3, 45), places=st.integers(2, 60), by_name=st.booleans(), by_id=st.booleans(),
)  # fmt: skip
def test_a_matrix_of_distances_is_no_table_on_its_side(corner, towns, places, by_name, by_id):
    """Offices called like the district towns, places called as they are."""
    heads = (list(NAMES.values()) if by_name else list(NAMES))[:towns]
    # Municipalities below a word that says no more than place might have any figures.
    known = REGION.settlements["id"] if by_id or "km" not in corner else REGION.municipalities["name"]
    settlements = known.astype(str).drop_duplicates().head(places).tolist()
    rows = [[corner, *heads], *([it, *(1.5 + at for at in range(towns))] for it in settlements)]
    source = as_file(rows, "csv")
    assert check_file(source, REGION).kind == "distances"
    if "km" in corner:
        assert len(read_distances(source).frame) == towns * len(settlements)


def test_ways_of_commuters_from_areas_to_areas_are_left_as_they_are():
    rows = [["Wohnort", *NAMES], *([key, *PEOPLE.values()] for key in NAMES)]
    with pytest.raises(InputError) as caught:
        read_shares(as_file(rows, "csv"), REGION, weight="foreigners")
    assert codes(caught) == ["figure_unclear"]


@settings(max_examples=6, deadline=None)
@given(
    parts=st.sampled_from([("2022", "2023"), ("Insgesamt", "männlich"), ("männlich", "weiblich"), ("2023",)]),
    areas_first=st.booleans(), headed=st.sampled_from(["names", "keys"]), merged=st.booleans(),
    total=st.booleans(), form=st.sampled_from(["csv", "xlsx"]), seed=st.randoms(use_true_random=False),
)  # fmt: skip
def test_areas_below_or_above_years_and_sexes_are_read(parts, areas_first, headed, merged, total, form, seed):
    keys = list(NAMES)
    seed.shuffle(keys)
    keys += [""] if total else []
    written = {it: (NAMES[it] if headed == "names" else it) if it else "Niedersachsen" for it in keys}
    # The sum stands in the last year, or in the column of all: parts by two thirds and one.
    shares = {"Insgesamt": 3, "männlich": 1, "weiblich": 2, "2022": 1, "2023": 3}
    pairs = [(it, part) for it in keys for part in parts]
    if not areas_first:
        pairs = [(it, part) for part in parts for it in keys]
    one = [written[it] if areas_first else part for it, part in pairs]
    other = [part if areas_first else written[it] for it, part in pairs]
    if merged:
        one = [it if at == 0 or it != one[at - 1] else "" for at, it in enumerate(one)]
    figure = {**PEOPLE, "": sum(PEOPLE.values())}
    rows = [
        ["Merkmal", *one],
        ["", *other],
        ["Ausländer", *(figure[it] * shares[part] for it, part in pairs)],
    ]
    rows.append(["Bevölkerung insgesamt", *(10 * figure[it] * shares[part] for it, part in pairs)])
    source = as_file(rows, form)
    intake = read_shares(source, REGION)
    assert {key: people / 3 for key, people in persons_of(intake).items()} == PEOPLE
    assert intake.year == (2023 if "2023" in parts else None)
    for region in (REGION, None):
        report = check_file(source, region)
        assert (report.ok, report.kind) == (True, "shares"), report
