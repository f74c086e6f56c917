"""Every file says what its numbers rest on; small figures are told as a group, sums exactly."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from python_calamine import CalamineWorkbook

from iqgeo.api import assess
from iqgeo.coverage import Coverage
from iqgeo.demand import build_demand
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.region import Region
from iqgeo.reports import facts
from iqgeo.reports.gap_list import gap_list_csv, gap_list_geojson, gap_list_gpkg, gap_list_xlsx
from iqgeo.words import assumptions
from iqgeo.words.states import network_name, tense_of
from tests.reports.conftest import DATE, Small
from tests.reports.test_gap_list import table_of

ASSUMPTION = (
    "Annahme: Menschen je Ort sind nicht gezählt, sondern gerechnet: Anteil des Kreises oder der Gemeinde "
    "(2010) mal Einwohner des Ortes (2011)."
)


@pytest.fixture(scope="module")
def grouped(gaps_2012: Gaps, region: Region) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(gap_list_xlsx(gaps_2012, region, date=DATE)))


def test_few_people_are_told_as_a_group_and_sums_exactly(grouped: CalamineWorkbook, gaps_2012: Gaps) -> None:
    places = gaps_2012.places.assign(id=gaps_2012.places["id"].astype(str)).set_index("id")["people"]
    seen = 0
    for name in grouped.sheet_names[3:-1]:
        rows = table_of(grouped.get_sheet_by_name(name).to_python(), "AGS Gemeinde")
        for place, told in zip(rows["Ort (Nr.)"], rows["Menschen nicht erreicht"], strict=True):
            few = 0 < places[place] < 10
            assert told == ("unter 10" if few else places[place])
            seen += few
    assert seen > 5_000
    summary = table_of(grouped.get_sheet_by_name("Übersicht").to_python(), "AGS Kreis")
    assert summary["Menschen nicht erreicht"].iloc[-1] == gaps_2012.people
    assert summary["Menschen nicht erreicht"].iloc[:-1].astype(float).sum() == gaps_2012.people


def test_every_sheet_states_the_assumption(grouped: CalamineWorkbook) -> None:
    for name in grouped.sheet_names:
        cells = [str(it) for row in grouped.get_sheet_by_name(name).to_python() for it in row]
        assert any("nicht gezählt, sondern gerechnet" in it for it in cells), name
    emsland = grouped.get_sheet_by_name("Emsland").to_python()
    assert any("Menschen im Kreis: zwischen rund" in str(row[0]) for row in emsland)


def test_csv_and_layers_group_as_well(gaps_2012: Gaps, small: Small) -> None:
    written = gap_list_csv(gaps_2012, small.region).decode("utf-8-sig")
    told = [row["Menschen nicht erreicht"] for row in csv.DictReader(io.StringIO(written), delimiter=";")]
    few = int(gaps_2012.places["people"].between(0.5, 9.5).sum())
    assert told.count("unter 10") == few
    plain = gap_list_csv(gaps_2012, small.region, plain=True).decode()
    assert "unter" not in plain.split("\n", 1)[1][:100_000]
    read = json.loads(gap_list_geojson(small.gaps, small.region))
    island = next(it["properties"] for it in read["features"] if it["properties"]["place"] == "p4")
    assert island["people"] is None
    assert island["people_words"] == "unter 10"
    exact = json.loads(gap_list_geojson(small.gaps, small.region, exact=True))
    assert {it["properties"]["people"] for it in exact["features"]} == set(small.gaps.places["people"])


def test_geopackage_numbers_are_integers(small: Small, tmp_path: Path) -> None:
    content = tmp_path / "gaps.gpkg"
    content.write_bytes(gap_list_gpkg(small.gaps, small.region))
    places = pyogrio.read_dataframe(content, layer="Orte nicht erreicht").set_index("place")
    assert places.loc["p4", "people_words"] == "unter 10"
    kinds = dict(
        zip(*(pyogrio.read_info(content, layer="Kreise")[it] for it in ("fields", "dtypes")), strict=True)
    )
    assert all(str(kinds[it]).startswith("int") for it in ("people", "people_total", "covered"))


def test_facts_of_the_figures_used(coverage_2012: Coverage, region: Region) -> None:
    found = {it.key: it.written("de") for it in facts.settings(coverage_2012, region, date=DATE)}
    assert found["assumption"] == ASSUMPTION
    assert found["data_date"] == "Zahlen 2010, Einwohner der Orte 2011, Stellen 2012"
    assert "1.334.828" in found["difference"]
    assert "1.333.596, 1.232 weniger" in found["difference"]
    assert "zwischen rund 46,6 und 47,9" in found["sample"]
    assert "Cochran" in found["method"]
    assert "AGS Gemeinde nach dem Gebietsstand 2015/16" in found["keys"]
    assert found["keys"].endswith("Göttingen.")
    assert "Im Netz von 2012" in facts.summary_sentence(coverage_2012, region, "de")
    assert "(2010)" in facts.summary_sentence(coverage_2012, region, "de")


def test_straight_lines_and_offices_elsewhere_are_said(region: Region) -> None:
    found = assess(stage=2012, distance="straight", across_border=True)
    said = assumptions.measure_warning(found, region, "de")
    assert "Luftlinie" in said
    assert "Stellen in anderen Ländern" in said
    lines = CalamineWorkbook.from_filelike(io.BytesIO(gap_list_xlsx(find_gaps(found, region), region)))
    assert any(said in str(row[0]) for row in lines.get_sheet_by_index(0).to_python())


def test_own_people_and_counted_people_have_their_own_sentence(small: Small, coverage_2012: Coverage) -> None:
    assert (
        assumptions.assumption(small.coverage, small.region, "de") == "Menschen je Ort nach eigenen Angaben."
    )
    demand = coverage_2012.demand
    everyone = replace(coverage_2012, demand=replace(demand, areas=demand.areas.iloc[:0], year=2011))
    assert "Einwohner der Siedlungsfläche (2011)" in assumptions.assumption(everyone, small.region, "de")


def test_inhabitants_are_computed_only_where_they_are_not_as_counted(region: Region) -> None:
    """Districts' figures of the census year spread over its own places change nobody's place."""
    counted = region.settlements.groupby("district_ags")["population"].sum()
    for factor, word in ((1, "Einwohner der Siedlungsfläche"), (2, "verteilt wie die Einwohner der Orte")):
        demand = build_demand(region, "population", year=2011)
        areas = pd.DataFrame({"area": counted.index, "name": "", "persons": factor * counted.to_numpy()})
        people = factor * region.settlements["population"].astype(float)
        spread = replace(demand, areas=areas, places=demand.places.assign(people=people.to_numpy()))
        said = assumptions.assumption(assess(region, stage=2012, demand=spread), region, "de")
        assert word in said


def test_a_network_is_spoken_of_as_what_it_is(region: Region) -> None:
    # Northeim has days of advice in 2021: it stands in that network, and is not what a plan has closed.
    documented = assess(region, stage=2021)
    assert list(documented.day_places["name"]) == ["Northeim"]
    assert network_name(documented, region, "de") == "2021"
    later = DATE.replace(year=2026)
    assert tense_of(documented, region, later) == "past"
    assert tense_of(documented, region, DATE.replace(year=2021)) == ""
    without = replace(documented, day_places=documented.day_places.iloc[:0])
    assert network_name(without, region, "de") == "2021 ohne Northeim"
    assert tense_of(without, region, later) == "plan"
