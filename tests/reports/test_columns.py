"""Every column of the reports' tables, computed a second way: loops over places, files read back."""

import csv
import io
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from iqgeo.api import assess
from iqgeo.case import Case, case_of
from iqgeo.changes import gains_and_losses
from iqgeo.coverage import COVERED, Coverage
from iqgeo.gaps import find_gaps
from iqgeo.proposal import Opening, Proposal, proposal_of
from iqgeo.reports.board_districts import district_pages
from iqgeo.reports.board_state import Board
from iqgeo.reports.board_tables import districts_table as board_districts
from iqgeo.reports.board_tables import gaps_table as board_gaps
from iqgeo.reports.board_tables import sites_table as board_sites
from iqgeo.reports.comparison import (
    changes,
    comparison_csv,
    comparison_sentence,
    comparison_table,
    comparison_xlsx,
)
from iqgeo.reports.gap_list import gap_list_csv, gap_list_xlsx
from iqgeo.reports.gap_tables import (
    Excerpt,
    districts_table,
    gap_regions_table,
    municipalities_table,
    offices_table,
    places_table,
)
from iqgeo.reports.suggestion import nearest_site
from iqgeo.scenario.evaluate import State, evaluate
from iqgeo.scenario.load import Given, load
from iqgeo.scenario.model import Scenario, Search, Stage
from iqgeo.scenario.start import start_of
from iqgeo.texts import number, people_rounded, percent, signed, text
from tests.draws import draws
from tests.reports.conftest import DATE
from tests.second_way import (
    DISTRICT_NAMES,
    MUNICIPALITY_NAMES,
    NEAR_KM,
    check_figures,
    close,
    coverage_of,
    coverages,
    figures_of,
    groups,
    haversine_km,
    mean_km,
    measured_km,
    municipality_called,
    on_land,
    sites,
    tuples,
)

few = settings(max_examples=draws(10))
proposals = sites(1, 3, "c")


def proposed(frame: pd.DataFrame) -> Proposal:
    """Offices chosen by hand."""
    return Proposal(tuple(Opening(it.id, it.name, it.lon, it.lat, 0.0) for it in frame.itertuples()))


def opened(coverage: Coverage, frame: pd.DataFrame, closed: int = 0) -> Coverage:
    """The coverage with more offices, the first ``closed`` of today's given up."""
    kept = coverage.offices[["id", "name", "lon", "lat"]].iloc[closed:]
    return coverage.again(offices=pd.concat([kept, frame], ignore_index=True))


def nearest_of(coverage: Coverage, frame: pd.DataFrame, place) -> tuple[set[str], float]:
    """The names of the nearest sites (several if equally near) and the length; no names if unreachable."""
    lengths = [(measured_km(coverage.measure, place, it), it.name) for it in frame.itertuples()]
    best = min((length for length, _ in lengths), default=math.inf)
    if math.isinf(best):
        return {""}, best
    return {name for length, name in lengths if length <= best + NEAR_KM}, best


def suggested_rightly(name: str, km: float, coverage: Coverage, frame: pd.DataFrame, place) -> None:
    """An office is named where it brings the place within the target, and only there."""
    allowed, length = nearest_of(coverage, frame, place)
    if name:
        assert name in allowed
        assert km == pytest.approx(length, abs=NEAR_KM)
        assert length <= coverage.target_km + NEAR_KM
    else:
        assert math.isnan(km)
        assert length > coverage.target_km - NEAR_KM


def reason_words(row, lang="de") -> str:
    key = "depends_on_road" if row.depends_on_road and row.reason == "too_far" else row.reason
    return text(f"gaps.reason.{key}", lang)


def names_of_gaps(gaps) -> dict[int, str]:
    """Name of each gap region by the number its places carry, found by its people and places."""
    found = {}
    left = list(gaps.regions)
    for key, members in groups(gaps.places, "gap_region").items():
        people = sum(it.people for it in members)
        districts = {it.district_ags for it in members}
        mine = next(
            it
            for it in left
            if close(it.people, people)
            and it.places == len(members)
            and {ags for ags, _ in it.districts} == districts
            and haversine_km(it.lon, it.lat, sum(m.people * m.lon for m in members) / people,
                             sum(m.people * m.lat for m in members) / people) < NEAR_KM
        )  # fmt: skip
        left.remove(mine)
        found[key] = mine.name.text("de")
    return found


def every_place_row(gaps, region, frame, district_names, municipality_names) -> None:
    coverage = gaps.coverage
    table = places_table(gaps, region, "de", proposed(frame)).frame
    places = {it.id: it for it in tuples(gaps.places)}
    together: dict[tuple[str, str], float] = {}
    for it in places.values():
        key = (it.district_ags, it.ags)
        together[key] = together.get(key, 0.0) + it.people
    order = sorted(
        places.values(), key=lambda it: (-together[it.district_ags, it.ags], it.ags, -it.people, it.id)
    )
    assert list(table["place"]) == [it.id for it in order]
    names, land = names_of_gaps(gaps), on_land(frame, coverage.places)
    for row in table.itertuples():
        place = places[row.place]
        assert (row.district_ags, row.ags, row.people) == (place.district_ags, place.ags, place.people)
        assert row.district == district_names.get(row.district_ags, row.district_ags)
        assert row.municipality == municipality_names.get(row.ags, row.ags)
        assert (row.nearest_office, row.distance_km) == (place.nearest_office, place.distance_km)
        assert close(row.over_km, place.distance_km - coverage.target_km)
        assert row.reason == reason_words(place)
        assert (row.gap_region, row.gap_name) == (place.gap_region, names[place.gap_region])
        assert (row.lon, row.lat) == (place.lon, place.lat)
        suggested_rightly(row.suggested_office, row.suggested_km, coverage, land, place)
        assert row.reached_after == ("ja" if row.suggested_office else "nein")


def every_municipality_row(gaps, region, frame, district_names, municipality_names) -> None:
    places = places_table(gaps, region, "de", proposed(frame))
    table = municipalities_table(gaps, "de", places).frame
    by_municipality = groups(gaps.places, "ags")
    listed = {it.place: it for it in places.frame.itertuples()}
    everyone = groups(gaps.coverage.places, "ags")
    names = names_of_gaps(gaps)
    assert set(table["ags"]) == set(by_municipality)
    assert table["people"].is_monotonic_decreasing
    for row in table.itertuples():
        members = by_municipality[row.ags]
        largest = min(members, key=lambda it: (-it.people, it.id))
        assert close(row.people, sum(it.people for it in members))
        assert close(row.people_total, sum(it.people for it in everyone[row.ags]))
        assert close(row.distance_km, mean_km(members))
        assert close(row.over_km, mean_km(members) - gaps.coverage.target_km)
        assert (row.nearest_office, row.gap_region) == (largest.nearest_office, largest.gap_region)
        assert row.gap_name == names[row.gap_region]
        assert row.municipality == municipality_called(row.ags, municipality_names, district_names)
        assert row.district == district_names.get(row.district_ags, row.district_ags)
        suggested = [listed[it.id] for it in members]
        reached = [it for it in suggested if it.suggested_office]
        weight = sum(it.people for it in reached)
        if reached:
            assert close(row.suggested_km, sum(it.people * it.suggested_km for it in reached) / weight)
        else:
            assert math.isnan(row.suggested_km)
        word = "ja" if len(reached) == len(members) else "zum Teil" if reached else "nein"
        assert row.reached_after == word
        if row.ags:
            largest = min(reached, key=lambda it: (-it.people, it.place), default=None)
            assert row.suggested_office == (largest.suggested_office if largest else "")


@few
@given(coverage=coverages(), frame=proposals)
def test_rows_of_places_and_municipalities(coverage, frame, region):
    gaps = find_gaps(coverage, region)
    every_place_row(gaps, region, frame, DISTRICT_NAMES, MUNICIPALITY_NAMES)
    every_municipality_row(gaps, region, frame, DISTRICT_NAMES, MUNICIPALITY_NAMES)


def test_rows_of_places_and_municipalities_of_the_region(gaps_2012, region):
    towns = region.towns[region.towns["name"].isin(["Göttingen", "Stade"])][["id", "name", "lon", "lat"]]
    # Places lie on the land of the sites: both towns are on the mainland.
    few_places = gaps_2012.places.groupby("ags", sort=False).head(2)
    gaps = type(gaps_2012)(gaps_2012.coverage, gaps_2012.places, gaps_2012.regions)
    found = nearest_site(few_places, proposed(towns), gaps.coverage)
    land = towns.assign(landmass="")
    for place, name, length in zip(
        few_places.itertuples(), found["suggested_office"], found["suggested_km"], strict=True
    ):
        suggested_rightly(name, length, gaps.coverage, land, place)
    every_municipality_row(gaps, region, towns, region.district_names, region.municipality_names)


def test_where_a_place_lies_in_its_municipality(gaps_2012, region):
    """Far places of municipalities that are towns of the region, by compass."""
    towns = {it.ags: it for it in region.towns.itertuples()}
    words = dict(
        zip(
            ("n", "ne", "e", "se", "s", "sw", "w", "nw"),
            (
                text(f"reports.where.{key}", "de", km="#")
                for key in ("n", "ne", "e", "se", "s", "sw", "w", "nw")
            ),
            strict=True,
        )
    )
    table = places_table(gaps_2012, region, "de").frame
    checked = set()
    for row in table.itertuples():
        town = towns.get(row.ags)
        if town is None:
            continue
        away_km = haversine_km(town.lon, town.lat, row.lon, row.lat)
        if abs(away_km - 1.0) < NEAR_KM or abs(away_km % 1 - 0.5) < NEAR_KM:
            continue
        if away_km < 1:
            assert row.where == text("reports.where.centre", "de")
            continue
        north = haversine_km(town.lon, town.lat, town.lon, row.lat) * (1 if row.lat > town.lat else -1)
        east = haversine_km(town.lon, row.lat, row.lon, row.lat) * (1 if row.lon > town.lon else -1)
        # Eight winds; close to the border of two of them either may be said.
        degrees = math.degrees(math.atan2(east, north)) % 360
        near = {int((degrees + off) / 45 + 0.5) % 8 for off in (-0.5, 0.5)}
        allowed = {list(words.values())[at].replace("#", number(away_km)) for at in near}
        assert row.where in allowed
        checked |= near
    assert checked == set(range(8))


@few
@given(coverage=coverages())
def test_rows_of_districts_regions_and_offices(coverage, region):
    gaps = find_gaps(coverage, region)
    by_district = groups(coverage.places, "district_ags")
    left = {ags: figures_of(members)["uncovered"] for ags, members in by_district.items()}
    table = districts_table(gaps).frame
    assert list(table["district_ags"]) == sorted(by_district, key=lambda ags: (-left[ags], ags))
    for row in table.rename(columns={"people": "uncovered", "people_total": "people"}).itertuples():
        check_figures(row, figures_of(by_district[row.district_ags]))
        assert row.district == DISTRICT_NAMES.get(row.district_ags, row.district_ags)
    selected = districts_table(gaps, Excerpt("Nur manche.")).frame
    assert list(selected["district_ags"]) == [ags for ags in table["district_ags"] if left[ags] > 0]
    for row in selected.itertuples():
        assert close(row.selected, left[row.district_ags])
    by_region = groups(gaps.places, "gap_region")
    names = names_of_gaps(gaps)
    shown = gap_regions_table(gaps, "de").frame
    assert sorted(shown["gap_region"]) == sorted(by_region)
    assert shown["people"].is_monotonic_decreasing
    for row in shown.itertuples():
        members = by_region[row.gap_region]
        assert close(row.people, sum(it.people for it in members))
        assert (row.places, row.gap_name) == (len(members), names[row.gap_region])
    everyone = list(tuples(coverage.places))
    for row in offices_table(gaps).frame.itertuples():
        mine = [it for it in everyone if it.nearest_office_id == row.id]
        assert close(row.people_nearest, sum(it.people for it in mine if it.status == COVERED))


def every_change(before: Coverage, after: Coverage, level: str, names) -> None:
    key = "district_ags" if level == "district" else "ags"
    old, new = groups(before.places, key), groups(after.places, key)
    expected = {}
    for ags in old:
        pairs = list(zip(old[ags], new[ags], strict=True))
        first, second = figures_of(old[ags]), figures_of(new[ags])
        expected[ags] = {
            "people": first["people"],
            "covered_before": first["covered"],
            "covered_after": second["covered"],
            "gained": sum(a.people for a, b in pairs if a.status != COVERED and b.status == COVERED),
            "lost": sum(a.people for a, b in pairs if a.status == COVERED and b.status != COVERED),
            "change": second["covered"] - first["covered"],
            "mean_km_before": first["mean_km"],
            "mean_km_after": second["mean_km"],
            "name": municipality_called(ags, names, {} if level == "district" else before.district_names),
        }
    table = changes(before, after, level)
    assert list(table["ags"]) == sorted(expected)
    for row in table.itertuples():
        check_figures(row, expected[row.ags])
    sums = gains_and_losses(before, after, level)
    assert {ags: (row.gained, row.lost) for ags, row in zip(sums.index, sums.itertuples(), strict=True)} == {
        ags: (it["gained"], it["lost"]) for ags, it in expected.items()
    }
    shown = comparison_table(before, after, level).frame.rename(
        columns={"people_total": "people", "before": "covered_before", "after": "covered_after",
                 "district": "name", "municipality": "name", key: "ags"}
    )  # fmt: skip
    assert list(shown["ags"]) == sorted(expected, key=lambda ags: (-abs(expected[ags]["change"]), ags))
    for row in shown.itertuples():
        check_figures(row, expected[row.ags])


@few
@given(coverages(), proposals, st.integers(0, 2))
def test_who_gains_and_who_loses(coverage, frame, closed):
    after = opened(coverage, frame, closed)
    every_change(coverage, after, "district", DISTRICT_NAMES)
    every_change(coverage, after, "municipality", MUNICIPALITY_NAMES)
    every_change(after, coverage, "district", DISTRICT_NAMES)


@pytest.fixture(scope="module")
def moved(region, coverage_2012) -> Coverage:
    """Osnabrück closes, Göttingen opens, and the target is another."""
    kept = ["NI-H", "NI-LER", "NI-WOB", "NI-LG", "NI-OL", "NI-GÖ"]
    offices = region.offices[region.offices["id"].isin(kept)].reset_index(drop=True)
    return assess(region, offices, demand=coverage_2012.demand)


def test_who_gains_and_who_loses_in_the_region(coverage_2012, moved, region):
    every_change(coverage_2012, moved, "district", region.district_names)
    every_change(coverage_2012, moved, "municipality", region.municipality_names)


def cells_of(content: bytes, sheet: str, first: str) -> list[dict[str, object]]:
    """The rows of a sheet's list as its headings name them, the row of sums included."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet).to_python()
    start = next(at for at, row in enumerate(rows) if row and row[0] == first)
    found = []
    for row in rows[start + 1 :]:
        if not any(str(cell) for cell in row):
            break
        found.append(dict(zip(rows[start], row, strict=False)))
    return found


def test_the_comparison_read_back(coverage_2012, gaps_2012, moved, region):
    content = comparison_xlsx(coverage_2012, moved, region, names=("A", "B"), date=DATE)
    pairs = list(zip(tuples(coverage_2012.places), tuples(moved.places), strict=True))
    *listed, total = cells_of(content, "Kreise", "AGS Kreis")
    for row in listed:
        here = [(a, b) for a, b in pairs if a.district_ags == row["AGS Kreis"]]
        assert row["Kreis"] == region.district_names[row["AGS Kreis"]]
        assert row["Menschen insgesamt"] == sum(a.people for a, _ in here)
        assert row["erreicht vorher"] == sum(a.people for a, _ in here if a.status == COVERED)
        assert row["erreicht nachher"] == sum(b.people for _, b in here if b.status == COVERED)
        assert row["gewinnen"] == sum(b.people for a, b in here if COVERED == b.status != a.status)
        assert row["verlieren"] == sum(a.people for a, b in here if COVERED == a.status != b.status)
        for heading, side in (("km im Mittel vorher", 0), ("km im Mittel nachher", 1)):
            expected = mean_km([pair[side] for pair in here])
            assert (row[heading] == "") if math.isinf(expected) else close(row[heading], expected)
    changed = [abs(row["Veränderung"]) for row in listed]
    assert changed == sorted(changed, reverse=True)
    assert total["Kreis"] == "zusammen"
    for heading in ("Menschen insgesamt", "erreicht vorher", "erreicht nachher", "gewinnen", "verlieren"):
        assert total[heading] == sum(row[heading] for row in listed)
    assert total["Veränderung"] == total["erreicht nachher"] - total["erreicht vorher"]
    towns = {row["AGS Gemeinde"] for row in cells_of(content, "Gemeinden", "AGS Gemeinde")}
    assert towns == {a.ags for a, b in pairs if a.people and (a.status == COVERED) != (b.status == COVERED)}
    told = comparison_sentence(coverage_2012, moved, "de")
    for words in (number(total["gewinnen"]), number(total["verlieren"]), signed(total["Veränderung"])):
        assert words in told
    states = State("A", None, coverage_2012), State("B", None, moved)
    shown = Case(Scenario(), region, states[0], gaps_2012, states[1], gaps_2012)
    assert (shown.gained, shown.lost) == (total["gewinnen"], total["verlieren"])
    plain = csv.DictReader(io.StringIO(comparison_csv(coverage_2012, moved, plain=True).decode()))
    for row, line in zip(listed, plain, strict=True):
        assert (row["AGS Kreis"], float(line["gained"])) == (line["district_ags"], row["gewinnen"])
        assert float(line["change"]) == row["Veränderung"]


def test_the_gap_list_read_back(gaps_2012, coverage_2012, region):
    content = gap_list_xlsx(gaps_2012, region, date=DATE)
    by_district = groups(coverage_2012.places, "district_ags")
    *listed, total = cells_of(content, "Übersicht", "AGS Kreis")
    left = [row["Menschen nicht erreicht"] for row in listed]
    assert left == sorted(left, reverse=True)
    headings = {
        "Menschen nicht erreicht": "uncovered", "Menschen insgesamt": "people", "davon erreicht": "covered",
        "Anteil erreicht": "share", "km im Mittel": "mean_km", "km höchstens": "max_km",
    }  # fmt: skip
    for row in listed:
        expected = figures_of(by_district[row["AGS Kreis"]])
        for heading, key in headings.items():
            assert (row[heading] == "") if math.isnan(expected[key]) else close(row[heading], expected[key])
        assert row["nächste Stelle"] == expected["nearest_office"]
    every = figures_of(list(tuples(coverage_2012.places)))
    for heading in ("Menschen nicht erreicht", "Menschen insgesamt", "davon erreicht", "Anteil erreicht"):
        assert close(total[heading], every[headings[heading]])
    table = csv.DictReader(io.StringIO(gap_list_csv(gaps_2012, region, plain=True).decode()))
    places = {str(it.id): it for it in tuples(coverage_2012.places)}
    lines = list(table)
    assert len(lines) == sum(it.status != COVERED and it.people > 0 for it in places.values())
    for line in lines:
        place = places[line["place"]]
        assert float(line["people"]) == place.people
        if math.isinf(place.distance_km):
            assert {line["distance_km"], line["over_km"]} == {text("reports.unreachable", "de")}
        else:
            assert close(float(line["over_km"]), place.distance_km - coverage_2012.target_km)


@few
@given(coverages(), proposals, st.integers(0, 2))
def test_gains_of_offices_opened_by_hand(coverage, frame, closed):
    after = opened(coverage, frame, closed)
    places = list(tuples(after.places))
    land = {it.id: it for it in on_land(after.offices, after.places).itertuples()}

    def reached(ids) -> set[str]:
        limit = coverage.target_km + NEAR_KM / 10
        return {
            it.id
            for it in places
            if any(measured_km(coverage.measure, it, land[key]) <= limit for key in ids)
        }

    kept = [key for key in after.offices["id"] if key in set(coverage.offices["id"])]
    found = proposal_of(coverage, after)
    assert [it.id for it in found.sites] == list(frame["id"])
    now = reached(kept)
    for site in found.sites:
        more = reached([site.id]) - now
        now |= more
        assert close(site.gain, sum(it.people for it in places if it.id in more))
    assert close(sum(it.people for it in places if it.id in now), after.covered)
    assert list(found.closed) == [it.name for it in coverage.offices.iloc[:closed].itertuples()]


@pytest.fixture(scope="module")
def searched(region):
    scenario = Scenario(settings=start_of(region), stages=(Stage("", search=Search(new=3)),))
    return evaluate(scenario, load(scenario, Given(region)))


@pytest.fixture(scope="module")
def answer(searched):
    return searched.suggestions[0]


@pytest.fixture(scope="module")
def board(gaps_2012, region, searched) -> Board:
    case = case_of(searched)
    return Board(gaps_2012, region, "de", case.shown, case.proposal, (), "Plan", DATE)


def test_gaps_of_the_page_are_sums_over_places(board, gaps_2012, answer):
    after = {it.id: it for it in tuples(answer.after.places)}
    rows = {row["number"]: row for row in board_gaps(board)["rows"]}
    by_region = groups(gaps_2012.places, "gap_region")
    assert set(rows) == set(by_region)
    names = names_of_gaps(gaps_2012)
    top = sorted(by_region, key=lambda key: -sum(it.people for it in by_region[key]))[:3]
    for key, members in by_region.items():
        row = rows[key]
        people = sum(it.people for it in members)
        left = sum(it.people for it in members if after[it.id].status != COVERED)
        same = people_rounded(left) == people_rounded(people)
        words = "unchanged" if left == people else "hardly_changed"
        expected = text(f"reports.board.{words}", "de") if same else people_rounded(left)
        assert row["figures"] == [people_rounded(people), expected]
        assert row["name"] == names[key]
        assert row["filled"] == (key in top)
        districts = groups(pd.DataFrame(members), "district_ags")
        largest = sorted(districts, key=lambda ags: -sum(it.people for it in districts[ags]))[:3]
        assert row["districts"] == [
            f"{board.start.district_names[ags]} {people_rounded(sum(it.people for it in districts[ags]))}"
            for ags in largest
        ]
    total = board_gaps(board)["total"]["figures"]
    assert total == [
        people_rounded(sum(it.people for it in places if it.status != COVERED))
        for places in (board.start.places.itertuples(), after.values())
    ]


def test_offices_of_the_page_are_those_of_the_answer(board, answer):
    within = {}
    start = answer.before
    for site in answer.sites:
        alone = start.again(
            offices=pd.DataFrame([{"id": site.id, "name": site.name, "lon": site.lon, "lat": site.lat}])
        )
        within[site.id] = set(alone.places.index[alone.is_covered])
    people = start.places["people"]
    now = set(start.places.index[start.is_covered])
    for row, site in zip(board_sites(board)["rows"], answer.sites, strict=True):
        gain = sum(people[list(within[site.id] - now)])
        now |= within[site.id]
        step = 10 ** (len(str(int(gain))) - 2)
        assert row["name"] == site.name
        assert row["gain"] == signed(round(gain / step) * step)
        assert row["runner_up"] == site.runner_up != ""
        assert row["loss"].startswith("(−") or row["loss"] == "(0)"


def test_districts_of_the_page_stand_by_people_left_out(board, coverage_2012, region):
    by_district = {ags: figures_of(it) for ags, it in groups(coverage_2012.places, "district_ags").items()}
    order = sorted(by_district, key=lambda ags: (-by_district[ags]["uncovered"], ags))[:12]
    assert board_districts(board)["rows"] == [
        {
            "name": region.district_names[ags],
            "people": people_rounded(by_district[ags]["uncovered"]),
            "share": percent(by_district[ags]["uncovered"] / by_district[ags]["people"], digits=0),
        }
        for ags in order
    ]


def told(people):
    """As a page of a district says it: to tens, and few only as few."""
    return "unter 10" if 0 < people < 10 else number(10 * round(people / 10))


def test_pages_of_districts_count_their_municipalities(board, coverage_2012, answer, region):
    after = {it.id: it for it in tuples(answer.after.places)}
    by_name = {region.district_names[ags]: ags for ags in groups(coverage_2012.places, "district_ags")}
    pages = district_pages(board)
    by_district = groups(coverage_2012.places, "district_ags")
    assert len(pages) == sum(
        any(it.people and it.status != COVERED for it in members) for members in by_district.values()
    )
    for page in pages:
        name, ags = page["heading"].rsplit(" (", 1)
        assert by_name[name] == ags.rstrip(")")
        members = [it for it in by_district[by_name[name]] if it.people > 0]
        towns = groups(pd.DataFrame([it for it in members if it.status != COVERED]), "ags")
        before = {key: sum(it.people for it in mine) for key, mine in towns.items()}
        order = sorted(towns, key=lambda key: (-before[key], key))[:20]
        everyone = groups(pd.DataFrame(members), "ags")
        for key, row in zip(order, page["rows"], strict=True):
            left = sum(it.people for it in everyone[key] if after[it.id].status != COVERED)
            far = mean_km(towns[key])
            assert row[:3] == [
                region.municipality_names[key],
                told(before[key]),
                text("reports.board.unchanged", "de") if left == before[key] else told(left),
            ]
            assert row[4] == (text("reports.unreachable", "de") if math.isinf(far) else number(far))


@few
@given(coverages(least_offices=1), proposals)
def test_a_coverage_again_counts_the_same(coverage, frame):
    """The tables above rest on it: opening offices is the coverage of all of them."""
    after = opened(coverage, frame)
    offices = pd.concat([coverage.offices[["id", "name", "lon", "lat"]], frame], ignore_index=True)
    fresh = coverage_of(coverage.demand, offices, coverage.measure, coverage.target_km)
    pd.testing.assert_frame_equal(after.places, fresh.places)
