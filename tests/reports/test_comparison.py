"""Who wins, who loses: against plain counting."""

import io
from dataclasses import replace

import pytest
from python_calamine import CalamineWorkbook

from iqgeo.api import assess
from iqgeo.coverage import COVERED, Coverage
from iqgeo.region import Region
from iqgeo.reports.comparison import changes, comparison_csv, comparison_sentence, comparison_xlsx
from tests.reports.conftest import DATE, Small


@pytest.fixture(scope="module")
def moved(region: Region, coverage_2012: Coverage) -> Coverage:
    """Osnabrück closes, Göttingen opens."""
    offices = region.offices[
        region.offices["id"].isin(["NI-H", "NI-LER", "NI-WOB", "NI-LG", "NI-OL", "NI-GÖ"])
    ]
    return assess(region, offices.reset_index(drop=True), demand=coverage_2012.demand)


def test_gains_and_losses_against_counting_by_hand(coverage_2012: Coverage, moved: Coverage) -> None:
    found = changes(coverage_2012, moved).set_index("ags")
    gained: dict[str, float] = {}
    lost: dict[str, float] = {}
    old, new = coverage_2012.places, moved.places
    for ags, people, before, after in zip(
        old["district_ags"], old["people"], old["status"], new["status"], strict=True
    ):
        if before != COVERED and after == COVERED:
            gained[ags] = gained.get(ags, 0) + people
        if before == COVERED and after != COVERED:
            lost[ags] = lost.get(ags, 0) + people
    assert {ags: it for ags, it in found["gained"].items() if it} == {
        ags: it for ags, it in gained.items() if it
    }
    assert {ags: it for ags, it in found["lost"].items() if it} == {ags: it for ags, it in lost.items() if it}
    assert (found["change"] == found["gained"] - found["lost"]).all()
    assert found["change"].sum() == moved.covered - coverage_2012.covered
    assert found.loc["03159", "gained"] > 0
    assert found.loc["03404", "lost"] > 0


def test_municipalities_add_up_to_districts(coverage_2012: Coverage, moved: Coverage) -> None:
    towns = changes(coverage_2012, moved, "municipality")
    assert towns["gained"].sum() == changes(coverage_2012, moved)["gained"].sum()


def test_the_workbook(region: Region, coverage_2012: Coverage, moved: Coverage) -> None:
    content = comparison_xlsx(coverage_2012, moved, region, names=("heute", "=Plan"), date=DATE)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Kreise", "Gemeinden", "Quellen und Einstellungen"]
    rows = book.get_sheet_by_name("Kreise").to_python()
    assert rows[0][0] == "Wer gewinnt, wer verliert: heute und =Plan"
    total = next(row for row in rows if len(row) > 1 and row[1] == "zusammen")
    heading = next(row for row in rows if row[0] == "AGS Kreis")
    assert total[heading.index("Veränderung")] == moved.covered - coverage_2012.covered


def test_the_table_as_csv_in_both_directions(coverage_2012: Coverage, moved: Coverage) -> None:
    written = comparison_csv(coverage_2012, moved, plain=True).decode().splitlines()
    back = comparison_csv(moved, coverage_2012, plain=True).decode().splitlines()
    assert len(written) == len(back) == 46
    assert comparison_sentence(coverage_2012, moved, "en").endswith("in all.")


def test_other_people_cannot_be_compared(small: Small, coverage_2012: Coverage) -> None:
    with pytest.raises(ValueError, match="same people"):
        changes(small.coverage, coverage_2012)
    more = replace(small.coverage, places=small.coverage.places.assign(people=1.0))
    with pytest.raises(ValueError, match="same people"):
        changes(small.coverage, more)
