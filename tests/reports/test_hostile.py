"""Names that try to be something else, in every field, through every export."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from iqgeo.api import assess
from iqgeo.gaps import find_gaps
from iqgeo.region import Region
from iqgeo.reports.board import board_pdf
from iqgeo.reports.comparison import comparison_xlsx
from iqgeo.reports.gap_list import (
    gap_list_by_district,
    gap_list_csv,
    gap_list_geojson,
    gap_list_gpkg,
    gap_list_xlsx,
)
from iqgeo.safe.clean import clean
from tests.draws import draws
from tests.reports.conftest import DATE, pages_of, proposal, small_world

PAYLOADS = [
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "＝1+1",
    "＋A1",
    "@SUM(A1)",
    "-2+3",
    "\t=1",
    "\r\n=1",
    "\u200b=1",
    "http://example.org/",
    "mailto:a@b.de",
    "internal:'x'!A1",
    "003",
    "1e5",
    "_x0041_",
    '&P &D &"Arial"',
    "'",
    '"',
    ";a,b\t",
    "a" * 10_000,
    "#import sys: inputs",
    '#read("/etc/passwd")',
    "*strong* _em_ $x$ @ref <label> \\ // /* ]] [",
    "{uncovered} {0} {{7*7}} ${7*7}",
    "</svg><script>alert(1)</script>",
    "]]>&amp;<!--",
    "x'; DROP TABLE layer_styles; --",
    "\x00\x01\x08\x1f\x7f\x85",
    "\ufffe\uffff",
    "\u202eabc",
    "漢字 مرحبا 😀",
    "[]:*?/\\",
    "History",
    " ",
    "",
]
# Without half surrogates: no frame of names can hold them (see test_cells for those).
HOSTILE = st.sampled_from(PAYLOADS) | st.text(max_size=40)
FEW = settings(max_examples=draws(8, 60), suppress_health_check=list(HealthCheck))


@FEW
@given(HOSTILE, HOSTILE, HOSTILE)
def test_workbook(region: Region, name: str, office: str, town: str) -> None:
    world = small_world(region, name, office=office)
    content = gap_list_xlsx(world.gaps, world.region, suggestion=proposal(town), date=DATE)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    links = [cell.hyperlink for cell in cells if cell.hyperlink is not None]
    assert all(link.target is None and link.location for link in links)
    read = CalamineWorkbook.from_filelike(io.BytesIO(content))
    everything = {
        cell
        for sheet in read.sheet_names
        for row in read.get_sheet_by_name(sheet).to_python()
        for cell in row
    }
    assert clean(office) in everything
    assert clean(town) in everything


@FEW
@given(HOSTILE, HOSTILE, HOSTILE)
def test_csv(region: Region, name: str, office: str, town: str) -> None:
    world = small_world(region, name, office=office)
    for plain, separator in ((False, ";"), (True, ",")):
        written = gap_list_csv(world.gaps, world.region, plain=plain, suggestion=proposal(town)).decode(
            "utf-8-sig"
        )
        read = list(csv.reader(io.StringIO(written, newline=""), delimiter=separator))
        assert len(read) == 1 + len(world.gaps.places)
        assert len({len(row) for row in read}) == 1
        for row in read[1:]:
            assert not any(
                cell.lstrip(" \t\r\n\u200b\ufeff\u00a0")[:1] in tuple("=+@＝＋＠") for cell in row if cell
            )
        cells = {cell for row in read for cell in row}
        assert cells & {clean(name), "'" + clean(name)}


@settings(max_examples=draws(4, 60), suppress_health_check=list(HealthCheck))
@given(name=HOSTILE, office=HOSTILE, town=HOSTILE)
def test_geopackage_and_geojson(
    region: Region, tmp_path_factory: pytest.TempPathFactory, name: str, office: str, town: str
) -> None:
    world = small_world(region, name, office=office)
    path: Path = tmp_path_factory.mktemp("hostile") / "gaps.gpkg"
    path.write_bytes(gap_list_gpkg(world.gaps, region, suggestion=proposal(town), date=DATE))
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert clean(office) in {row[0] for row in base.execute('SELECT name FROM "Stellen"')}
        assert clean(town) in {row[0] for row in base.execute('SELECT name FROM "Vorgeschlagene Stellen"')}
        for (qml,) in base.execute("SELECT styleQML FROM layer_styles"):
            ET.fromstring(qml.partition("\n")[2])
    read = json.loads(gap_list_geojson(world.gaps, region, suggestion=proposal(town), date=DATE))
    assert {it["properties"]["district"] for it in read["features"]} == {clean(name), "Aurich"}


@settings(max_examples=draws(4, 60), suppress_health_check=list(HealthCheck))
@given(name=HOSTILE, office=HOSTILE, town=HOSTILE)
def test_board(region: Region, name: str, office: str, town: str) -> None:
    world = small_world(region, name, office=office)
    more = world.coverage.offices.drop(columns="people_nearest")
    more.loc[len(more)] = {"id": "a", "name": town, "lon": 10.08, "lat": 52.62, "state": "03"}
    after = assess(region, more, demand=world.coverage.demand)
    content = board_pdf(
        world.gaps, region, after=after, suggestion=proposal(town), title=name, plan_name=town,
        curve=[(1, 0.1), (2, 0.9)], date=DATE, per_district=True,
    )  # fmt: skip
    pages = pages_of(content)
    assert len(pages) >= 2
    assert "root:" not in " ".join(pages)


@pytest.mark.parametrize(
    "payload", ["#import sys: inputs", "*x* $y$ #z", '#read("/etc/passwd")', "{0} {who}"]
)
def test_markup_is_printed_not_run(region: Region, payload: str) -> None:
    world = small_world(region, payload, office=payload)
    said = " ".join(pages_of(board_pdf(world.gaps, world.region, title=payload, date=DATE)))
    assert payload in said


@settings(max_examples=draws(5, 60), suppress_health_check=list(HealthCheck))
@given(name=HOSTILE, office=HOSTILE)
def test_district_files_and_comparison(region: Region, name: str, office: str) -> None:
    world = small_world(region, name, office=office)
    named = [file for file, _ in gap_list_by_district(world.gaps, region, date=DATE)]
    assert len(set(named)) == len(named) == 2
    assert all(Path(file).name == file and len(file.encode()) < 255 for file in named)
    book = comparison_xlsx(world.coverage, world.coverage, region, names=(name, office), date=DATE)
    assert CalamineWorkbook.from_filelike(io.BytesIO(book)).sheet_names[0] == "Kreise"


def test_ids_that_look_like_formulas(region: Region) -> None:
    world = small_world(region)
    places = world.coverage.demand.places.assign(id=["=1", "@a", "+b", "-c"])
    from dataclasses import replace

    coverage = assess(
        region,
        world.coverage.offices.drop(columns="people_nearest"),
        demand=replace(world.coverage.demand, places=places),
    )
    gaps = find_gaps(coverage, region)
    read = list(csv.DictReader(io.StringIO(gap_list_csv(gaps, region, plain=True).decode(), newline="")))
    assert all(row["place"].startswith("'") for row in read)
    assert len(read) == len(gaps.places)
