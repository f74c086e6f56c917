"""What a workbook shows first, what of it a person prints, and one file a district in a ZIP."""

import datetime
import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from iqgeo.case import Case, State
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.region import Region
from iqgeo.reports import facts, registry
from iqgeo.reports.gap_list import gap_list_by_district
from iqgeo.reports.sheet_pages import page_for
from iqgeo.scenario.model import Scenario
from tests.reports.conftest import DATE, Small
from tests.reports.test_slides import staged


def book_of(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def written(case: Case, lang: str = "de", name: str = "x.xlsx") -> bytes:
    return registry.writer_of(name, "gaps").write(case, lang, registry.WriterOptions(date=DATE))


def table_below(page: Worksheet, heading: str) -> dict[str, float]:
    rows = [[cell.value for cell in row[:2]] for row in page.iter_rows()]
    at = next(number for number, row in enumerate(rows) if row[0] == heading)
    found = {}
    for key, value in rows[at + 1 :]:
        if key is None:
            break
        found[str(key)] = float(value)
    return found


def test_the_chart_can_be_edited_and_has_the_cases_numbers(small: Small) -> None:
    case = staged(small, 2)
    page = book_of(written(case))["Auf einen Blick"]
    told = table_below(page, "Lückengebiet")
    gaps = case.shown_gaps.regions
    assert sorted(told.values()) == sorted(it.people for it in gaps)
    assert all(any(key.startswith(f"{it.number}. ") for key in told) for it in gaps)
    chart = page._charts[0]  # type: ignore[attr-defined]
    assert "Auf einen Blick" in chart.series[0].val.numRef.f


def test_districts_before_and_after_are_the_changes(small: Small) -> None:
    case = staged(small, 2)
    page = book_of(written(case))["Kreise vorher und nachher"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    head = next(at for at, row in enumerate(rows) if row[0] == "AGS Kreis")
    told = {row[0]: row for row in rows[head + 1 :] if row[0]}
    for row in case.changes().itertuples():
        assert told[row.ags][2:8] == [
            row.people, row.covered_before, row.covered_after, row.gained, row.lost, row.change,
        ]  # fmt: skip


def test_printed_are_the_places_that_a_person_reads(region: Region, gaps_2012: Gaps) -> None:
    lists = gap_list_by_district(gaps_2012, region, date=DATE)
    page = book_of(next(content for name, content in lists if "03454" in name))["Orte"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    head = next(at for at, row in enumerate(rows) if row[0] == "AGS Gemeinde")
    people = rows[head].index("Menschen nicht erreicht")
    last = int(str(page.print_area).rsplit("$", 1)[1])
    told = [row[people] for row in rows[head + 1 :]]
    printed = told[: last - head - 1]
    assert len(printed) == 30
    assert all(isinstance(it, str) or it <= min(printed) for it in told[len(printed) :])
    mine = gaps_2012.places[gaps_2012.places["district_ags"] == "03454"]
    assert len(told) == len(mine)
    assert any("Gedruckt werden die 30 Orte mit" in str(row[0]) for row in rows[:head])


@given(
    width=st.floats(50, 3_000), height=st.floats(20, 20_000), repeated=st.floats(0, 60),
)  # fmt: skip
def test_a_sheet_lies_as_fewer_pages_take_it_and_can_be_read(
    width: float, height: float, repeated: float
) -> None:
    def pages_of(across: bool) -> tuple[float, int]:
        page_width, page_height = (749.0, 523.0) if across else (523.0, 749.0)
        scale = min(1.0, page_width / width)
        if min(scale, page_height / height) >= 0.6:
            return min(scale, page_height / height), 1
        pages, left = 1, height - page_height / scale
        while left > 1e-9:
            pages, left = pages + 1, left - max(page_height / scale - repeated, 1.0)
        return scale, pages

    found = page_for(width, height, repeated)
    (upright_scale, upright), (across_scale, across) = pages_of(False), pages_of(True)
    scale, pages = pages_of(found.across)
    assert found.on_one == (pages == 1 and scale >= 0.6)
    if min(1.0, 523.0 / width) < 0.6:
        assert found.across
    else:
        assert pages == min(upright, across)
        assert scale >= (upright_scale if upright == pages else 0)
        assert scale >= (across_scale if across == pages else 0)


@pytest.mark.parametrize(("lang", "start"), [("de", "Luecken_"), ("en", "gaps_")])
def test_one_file_a_district_in_a_zip(small: Small, lang: str, start: str) -> None:
    case = staged(small, 1)
    content = written(case, lang, "x.zip")
    assert content == written(case, lang, "x.zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        left = case.shown_gaps.places
        assert names == sorted(names)
        assert [it.removeprefix(start)[:5] for it in names] == sorted(left["district_ags"].unique())
        first = book_of(archive.read(names[0]))
    assert first.sheetnames[0] == ("Gemeinden" if lang == "de" else "Municipalities")


@pytest.mark.parametrize(("document", "sheets"), [("gaps", 5), ("network", 6)])
@pytest.mark.parametrize("year", [2012, 2013])
def test_every_sheet_says_whether_the_year_is_over(
    small: Small, document: registry.Document, sheets: int, year: int
) -> None:
    coverage = replace(small.coverage, stage=2012)
    case = Case(
        Scenario("Plan A"), small.region, State("", None, coverage), find_gaps(coverage, small.region)
    )
    day, other = datetime.date(year, 6, 1), datetime.date(2012 + 2013 - year, 6, 1)
    content = registry.writer_of("x.xlsx", document).write(case, "de", registry.WriterOptions(date=day))
    lines = [str(row[0].value) for page in book_of(content) for row in page.iter_rows(max_row=8)]
    said, unsaid = (facts.summary_sentence(coverage, small.region, "de", it) for it in (day, other))
    assert said != unsaid
    assert lines.count(said) >= sheets
    assert unsaid not in lines
