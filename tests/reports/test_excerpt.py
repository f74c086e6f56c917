"""An excerpt of a gap list: the rows and columns wanted, and a sentence that says so."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from iqgeo.app.services import GapFilter, filtered
from iqgeo.gaps import Gaps, gaps_within
from iqgeo.region import Region
from iqgeo.reports.gap_list import gap_list_csv, gap_list_gpkg, gap_list_xlsx
from iqgeo.reports.gap_tables import Excerpt
from iqgeo.texts import text

LAYER = text("reports.layer.municipalities", "de")
EXCERPT = Excerpt("Auszug. Kreis: Stade", ("people", "distance_km"))


@pytest.fixture(scope="module")
def stade(gaps_2012: Gaps) -> Gaps:
    """The gaps of one district."""
    return gaps_within(gaps_2012, filtered(gaps_2012.by_municipality, GapFilter(districts=("03359",))))


def sheets(raw: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def rows_below(sheet: list[list[object]], word: str) -> list[dict[str, object]]:
    """The rows of the table whose headings contain ``word``, by heading."""
    at = next(number for number, row in enumerate(sheet) if word in row)
    return [dict(zip(map(str, sheet[at]), row, strict=True)) for row in sheet[at + 1 :]]


def test_a_workbook_lists_only_what_is_wanted(stade: Gaps, gaps_2012: Gaps, region: Region) -> None:
    found = sheets(gap_list_xlsx(stade, region, "de", excerpt=EXCERPT))
    overview, municipalities = next(iter(found.values())), found["Gemeinden"]
    assert any(EXCERPT.sentence in row for row in overview)
    assert any(EXCERPT.sentence in row for row in municipalities)
    listed = rows_below(overview, "Kreis")
    assert [row["Kreis"] for row in listed if row["AGS Kreis"]] == ["Stade"]
    selected = "In dieser Auswahl nicht erreicht"
    assert listed[0][selected] == pytest.approx(stade.places["people"].sum())
    assert listed[0][selected] == pytest.approx(listed[0]["Menschen nicht erreicht"])
    shown = [str(it) for it in rows_below(municipalities, "Gemeinde")[0] if it]
    assert shown == ["Gemeinde", "Menschen nicht erreicht", "km zur nächsten Stelle"]
    whole = sheets(gap_list_xlsx(gaps_2012, region, "de"))
    assert len(whole) > len(found)
    assert selected not in str(next(iter(whole.values())))


def test_part_of_a_district_is_told_from_the_whole(gaps_2012: Gaps, region: Region) -> None:
    wanted = filtered(gaps_2012.by_municipality, GapFilter(name="Buxtehude"))
    few = gaps_within(gaps_2012, wanted)
    overview = next(iter(sheets(gap_list_xlsx(few, region, "de", excerpt=Excerpt("Auszug."))).values()))
    row = rows_below(overview, "Kreis")[0]
    assert row["In dieser Auswahl nicht erreicht"] == pytest.approx(float(wanted["people"].sum()))
    assert float(str(row["Menschen nicht erreicht"])) > float(wanted["people"].sum())


def test_columns_of_csv_and_package(stade: Gaps, region: Region, tmp_path: Path) -> None:
    raw = gap_list_csv(stade, region, plain=True, level="municipality", excerpt=EXCERPT)
    assert raw.decode().splitlines()[0] == "municipality,people,distance_km"
    path = tmp_path / "gaps.gpkg"
    path.write_bytes(gap_list_gpkg(stade, region, "de", excerpt=EXCERPT))
    with closing(sqlite3.connect(path)) as base:
        columns = [row[1] for row in base.execute(f'PRAGMA table_info("{LAYER}")')]
        told = [row[0] for row in base.execute("SELECT description FROM gpkg_contents")]
    assert {"municipality", "people", "distance_km"} <= set(columns)
    assert "nearest_office" not in columns
    assert any(EXCERPT.sentence in it for it in told)


def test_who_and_how_many_always_stay(stade: Gaps, region: Region) -> None:
    raw = gap_list_csv(stade, region, plain=True, level="municipality", excerpt=Excerpt("", ("reason",)))
    assert raw.decode().splitlines()[0] == "municipality,people,reason"
