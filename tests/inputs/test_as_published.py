"""Tables as offices publish them and programs leave them: read as they are meant, or told what they are."""

import io
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, demand_of_shares, persons_of, read_offices, read_shares
from iqgeo.inputs.former_names import NAMES as FORMER
from iqgeo.inputs.mergers import MERGED
from iqgeo.inputs.number_marks import bare_figure
from iqgeo.region import load_region
from iqgeo.texts.places import contracted

REGION = load_region()
NAMES = REGION.district_names
PEOPLE = {key: 1_000 + 377 * at for at, key in enumerate(NAMES)}
NEAR = (REGION, 35.0)


def csv(rows):
    return ("\n".join(";".join(map(str, row)) for row in rows).encode(), "tabelle.csv")


def codes(source):
    with pytest.raises(InputError) as refused:
        read_shares(source, REGION)
    return [(it.code, it.column) for it in refused.value.problems]


def of_districts(intake):
    """People by today's district, a city's own key and its district's being one."""
    places = demand_of_shares(REGION, intake).places
    return places["people"].groupby(places["district_ags"]).sum().astype(int).to_dict()


# Names and numbers of the state's own office


@given(number=st.booleans(), last=st.booleans(), level=st.booleans())
def test_a_name_without_its_kind_is_the_one_that_is_left(number, last, level):
    """The office of Lower Saxony says "Oldenburg(Oldb),Stadt" and "Oldenburg"."""
    rows = []
    for key, name in NAMES.items():
        bare = name.replace(" (Stadt)", "(Oldb),Stadt" if key == "03403" else ",Stadt").replace(
            " (Landkreis)", ""
        )
        rows.append([f"{key[2:]} {bare}" if number else bare, PEOPLE[key]])
    rows = rows[::-1] if last else rows
    if level:
        rows.insert(
            0, ["1 Stat. Region Braunschweig" if number else "Statistische Region Braunschweig", 7_777]
        )
    read = read_shares(csv([["Gebiet", "Ausländer"], *rows]), REGION)
    assert of_districts(read) == PEOPLE


def test_every_former_district_has_a_name():
    assert set(FORMER) == {part for parts in MERGED.values() for part in parts}


@given(share=st.booleans(), kinds=st.booleans(), figure=st.sampled_from(["70", "12.5", "", "-", "0"]))
def test_the_names_of_before_a_merger_are_those_districts(share, kinds, figure):
    """Göttingen beside Osterode am Harz is the smaller one: it is not counted for both."""
    rows = [[name, 9 if share else PEOPLE[key]] for key, name in NAMES.items() if key != "03159"]
    rows += [
        ["Göttingen, Landkreis" if kinds else "Göttingen", 10 if share else 5000],
        ["Osterode am Harz", figure],
    ]
    read = read_shares(csv([["Kreis", "Anteil in %" if share else "Ausländer"], *rows]), REGION)
    areas = set(read.frame["area"]) - set(NAMES)
    assert areas == ({"03152", "03156"} if any(it in "123456789" for it in figure) else set())


@given(new=st.integers(0, 9_000), old=st.lists(st.integers(1, 4_000), min_size=2, max_size=2))
def test_a_district_beside_those_it_was_made_of_counts_once(new, old):
    rows = [[key, new if key == "03159" else it] for key, it in PEOPLE.items()]
    rows += [["03152", old[0]], ["03156", old[1]]]
    source = csv([["AGS", "Ausländer"], *rows])
    if new in (0, sum(old)):
        assert of_districts(read_shares(source, REGION)) == {**PEOPLE, "03159": sum(old)}
    else:
        assert ("merged_contradict", "AGS") in codes(source)


# Figures


@pytest.mark.parametrize(
    "written", ["1000 r", "1000p", "1000*", "1000 1)", "(1000)", "ca. 1000", "1000 Pers.", "1000 %"]
)
def test_a_figure_is_told_behind_its_marks(written):
    assert bare_figure(written) == "1000"


@given(
    mark=st.sampled_from([" r", "p", " s", "*", " 1)"]), every=st.booleans(),
    at=st.integers(0, len(NAMES) - 1),
)  # fmt: skip
def test_marks_behind_all_figures_leave_them_figures(mark, every, at):
    rows = [
        [key, f"{it}{mark if every or row == at else ''}"] for row, (key, it) in enumerate(PEOPLE.items())
    ]
    assert persons_of(read_shares(csv([["AGS", "Ausländer"], *rows]), REGION)) == PEOPLE


@pytest.mark.parametrize("behind", [" €", " Tsd.", " Kinder", "²"])
def test_what_is_no_number_is_told_by_its_rows(behind):
    found = codes(csv([["AGS", "Ausländer"], *([key, f"{it}{behind}"] for key, it in PEOPLE.items())]))
    assert {code for code, _ in found} <= {"number_unreadable", "more_rows"}
    assert found[0] == ("number_unreadable", "Ausländer")


@given(places=st.lists(st.integers(1_001, 24_999), min_size=len(NAMES), max_size=len(NAMES)))
def test_numbers_that_may_have_lost_their_thousands_are_asked_about(places):
    """A program that takes 1.377 for a decimal number leaves 1.377 people, which pass for per cent."""
    assume(2 * sum(it % 10 != 0 for it in places) > len(places))
    stream = io.BytesIO()
    figures = [it / 1_000 for it in places]
    pd.DataFrame({"AGS": list(NAMES), "Ausländer": figures}).to_excel(stream, index=False)
    ((code, column),) = codes((stream.getvalue(), "tabelle.xlsx"))
    assert code in ("share_or_grouped", "thousands_unclear")
    assert column == "Ausländer"


@given(times=st.sampled_from([0.5, 1, 1.4, 12, 1_000]))
def test_many_times_more_than_live_is_another_unit(times):
    living = REGION.settlements.groupby("district_ags")["population"].sum()
    rows = [[key, int(living[key] * times)] for key in NAMES]
    source = csv([["AGS", "Ausländer"], *rows])
    if times > 10:
        assert codes(source) == [("many_more_than_live", "Ausländer")]
    else:
        assert sum(persons_of(read_shares(source, REGION)).values()) == sum(it for _, it in rows)


@given(ahead=st.lists(st.integers(1, 30), min_size=1, unique=True), rows=st.booleans(), begun=st.booleans())
def test_a_forecast_is_not_taken_for_the_last_year(ahead, rows, begun):
    this = date.today().year
    years = [*([this - 3, this - 1] if begun else []), *(this + it for it in ahead)]
    counts = {year: {key: it + year for key, it in PEOPLE.items()} for year in years}
    if rows:
        table = [
            ["AGS", "Jahr", "Ausländer"],
            *([key, year, counts[year][key]] for year in years for key in NAMES),
        ]
    else:
        head = ["AGS", *(f"Ausländer {year}" for year in years)]
        table = [head, *([key, *(counts[year][key] for year in years)] for key in NAMES)]
    read = read_shares(csv(table), REGION)
    assert persons_of(read) == counts[this - 1 if begun else max(years)]


# Around the table


@given(
    notes=st.lists(
        st.sampled_from(
            ["", "Ausländer:", "Quelle: AZR.", "Stand: 27.11.2025 / 10:11:12", "© Amt, 2025", "eine Zeile"]
        ),
        max_size=7,
    ),
    short=st.booleans(),
)  # fmt: skip
def test_blank_lines_between_the_notes_below_a_table_end_none(notes, short):
    rows = [["AGS", "Kreis", "Ausländer"], *([key, name, PEOPLE[key]] for key, name in NAMES.items())]
    lines = [";".join(map(str, it)) for it in rows] + [
        it if short else f"{it};;" for it in ("__________", *notes)
    ]
    read = read_shares(("\n".join(lines).encode(), "tabelle.csv"), REGION)
    assert persons_of(read) == PEOPLE


@given(
    title=st.sampled_from(
        ["Ausländer: Kreise, Stichtag, Geschlecht", "Ausländerstatistik", "Deutsche und Ausländer",
         "Bevölkerung: Ausländer", "Kreise"]
    ),
)  # fmt: skip
def test_a_title_says_of_whom_the_column_of_all_is(title):
    rows = [["", "", "", "", ""], ["", "", "männlich", "weiblich", "Insgesamt"]]
    rows += [
        [key, name, PEOPLE[key] // 2, PEOPLE[key] - PEOPLE[key] // 2, PEOPLE[key]]
        for key, name in NAMES.items()
    ]
    source = csv([[title, "", "", "", ""], *rows])
    if title.startswith("Ausländer"):
        assert persons_of(read_shares(source, REGION)) == PEOPLE
    else:
        assert codes(source) == [("figure_unclear", None)]


@given(number=st.integers(0, 99), first=st.booleans())
def test_the_number_of_the_indicator_is_no_figure(number, first):
    columns = {"ID": [number] * len(NAMES), "Kennziffer": list(NAMES), "Wert": list(PEOPLE.values())}
    columns = {it: columns[it] for it in (columns if first else reversed(columns))}
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    assert persons_of(read_shares(csv(rows), REGION)) == PEOPLE


@given(part=st.sampled_from(["", ".00", ".00.00", ".00.00.000"]), hyphen=st.booleans())
def test_a_key_parted_by_points_is_a_key(part, hyphen):
    rows = [
        [f"{key[:2]}.{key[2]}.{key[3:]}{part}".replace(".", "-" if hyphen else "."), it]
        for key, it in PEOPLE.items()
    ]
    if part in ("", ".00"):
        # As short as a day, or of no length that a key has.
        assume(hyphen and part == "")
    read = read_shares(csv([["ARS", "Ausländer"], *rows]), REGION)
    assert of_districts(read) == PEOPLE


# Offices


def test_an_address_book_is_a_list_of_offices():
    head = [
        "Firma",
        "Straße geschäftlich",
        "Ort geschäftlich",
        "Postleitzahl geschäftlich",
        "Telefon geschäftlich",
    ]
    source = csv(
        [
            head,
            ["Büro A", "Markt 1", "Celle", "29221", "05141 1"],
            ["Büro B", "Platz 2", "Stade", "21680", ""],
        ]
    )
    report = check_file(source)
    assert (report.kind, {it.code for it in report.problems}) == ("offices", {"place_match"})
    card = (b"BEGIN:VCARD\nVERSION:3.0\nFN:A\nEND:VCARD\n", "a.vcf")
    assert [it.code for it in check_file(card).problems] == ["form_vcard"]


@given(
    at=st.lists(st.tuples(st.floats(7, 11), st.floats(52, 53.5)), min_size=2, max_size=4),
    whole=st.booleans(),
)  # fmt: skip
def test_positions_in_whole_degrees_are_told(at, whole):
    assume(len({(round(lon), round(lat)) for lon, lat in at}) > 1)
    rows = [
        [f"Büro {row}", *(np.round([lon, lat]) if whole else (lon + 0.011, lat))]
        for row, (lon, lat) in enumerate(at)
    ]
    notices = {it.code for it in read_offices(csv([["name", "lon", "lat"], *rows])).repairs}
    assert ("positions_rounded" in notices) == whole


def test_articles_are_drawn_together_before_names_alone():
    sentence = "mit der Region, zu der sie gehören, und zu der Schweiz, in dem Saarland; In dem Saarland"
    assert (
        contracted(sentence, "de")
        == "mit der Region, zu der sie gehören, und zur Schweiz, im Saarland; Im Saarland"
    )
    assert contracted(sentence, "en") == sentence
