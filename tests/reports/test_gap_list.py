"""The gap list, read back by something else than what wrote it; figures equal to the model's."""

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from python_calamine import CalamineWorkbook

from iqgeo.api import assess
from iqgeo.case import Case
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.frames import rows
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.proposal import Proposal
from iqgeo.region import Region
from iqgeo.reports import geopackage, registry
from iqgeo.reports.gap_list import (
    gap_list_by_district,
    gap_list_csv,
    gap_list_geojson,
    gap_list_gpkg,
    gap_list_xlsx,
    write_gap_lists_by_district,
)
from iqgeo.reports.suggestion import nearest_site
from iqgeo.scenario.evaluate import State
from iqgeo.scenario.model import Scenario
from iqgeo.texts import Lang
from tests.reports.conftest import DATE, Small, proposal

# One process makes the exports, once.

PLACE_HEADINGS = [
    "AGS Gemeinde", "Gemeinde", "Ort (Nr.)", "Lage in der Gemeinde", "Menschen nicht erreicht",
    "nächste Stelle", "km zur nächsten Stelle", "km über dem Ziel", "Grund", "Lücke Nr.", "Lückengebiet",
    "danach erreicht", "durch die vorgeschlagene Stelle", "km dorthin", "Länge (Grad)", "Breite (Grad)",
]  # fmt: skip


def table_of(sheet: list[list[object]], first_heading: str) -> pd.DataFrame:
    """The list on a sheet: from its headings to the first empty row."""
    start = next(at for at, row in enumerate(sheet) if row and row[0] == first_heading)
    body = []
    for row in sheet[start + 1 :]:
        if not any(str(cell) for cell in row):
            break
        body.append(row)
    return pd.DataFrame(body, columns=[str(it) for it in sheet[start]])


def same(read: pd.Series, model: pd.Series) -> None:
    """Equal to the sixteen digits that a workbook holds."""
    np.testing.assert_allclose(read.astype(float), model, rtol=1e-15, atol=1e-13)


@pytest.fixture(scope="session")
def workbook(exports: Path) -> CalamineWorkbook:
    return CalamineWorkbook.from_path(str(exports / "gaps.xlsx"))


@pytest.fixture(scope="session")
def places(workbook: CalamineWorkbook) -> pd.DataFrame:
    """The places of all district sheets."""
    fixed = {"Übersicht", "Lückengebiete", "Gemeinden", "Quellen und Einstellungen"}
    lists = [
        table_of(workbook.get_sheet_by_name(name).to_python(), "AGS Gemeinde")
        for name in workbook.sheet_names
        if name not in fixed
    ]
    return pd.concat(lists, ignore_index=True)


def test_every_uncovered_place_stands_in_one_row(places: pd.DataFrame, gaps_2012: Gaps) -> None:
    assert list(places.columns) == PLACE_HEADINGS
    assert places["Ort (Nr.)"].is_unique
    found = places.set_index("Ort (Nr.)")
    model = gaps_2012.places.set_index(gaps_2012.places["id"].astype(str)).loc[found.index]
    assert len(found) == len(gaps_2012.places)
    np.testing.assert_array_equal(found["Menschen nicht erreicht"].astype(float), model["people"])
    reachable = np.isfinite(model["distance_km"])
    same(found.loc[reachable, "km zur nächsten Stelle"], model.loc[reachable, "distance_km"])
    same(found.loc[reachable, "km über dem Ziel"], model.loc[reachable, "over_km"])
    assert set(found.loc[~reachable, "km zur nächsten Stelle"]) == {"nicht erreichbar"}
    np.testing.assert_array_equal(found["Lücke Nr."].astype(int), model["gap_region"])
    assert (found["nächste Stelle"] == model["nearest_office"]).all()
    assert found["AGS Gemeinde"].str.fullmatch(r"0\d{7}").all()


def test_the_nearest_proposed_office_is_named(
    places: pd.DataFrame, gaps_2012: Gaps, real_proposal: Proposal, coverage_2012: Coverage
) -> None:
    near = nearest_site(gaps_2012.places, real_proposal, coverage_2012)
    near.index = gaps_2012.places["id"].astype(str)
    found = places.set_index("Ort (Nr.)").loc[near.index]
    assert (found["durch die vorgeschlagene Stelle"] == near["suggested_office"]).all()
    helped = near["suggested_office"] != ""
    assert 0 < helped.sum() < len(near)
    same(found.loc[helped, "km dorthin"], near.loc[helped, "suggested_km"])
    assert near.loc[helped, "suggested_km"].max() <= 35
    assert set(found.loc[~helped, "km dorthin"]) == {""}
    assert (found["danach erreicht"] == np.where(helped, "ja", "nein")).all()


def test_the_summary_adds_up(workbook: CalamineWorkbook, coverage_2012: Coverage) -> None:
    table = table_of(workbook.get_sheet_by_name("Übersicht").to_python(), "AGS Kreis")
    districts, total = table.iloc[:-1].set_index("AGS Kreis"), table.iloc[-1]
    model = coverage_2012.by_district().set_index("ags").loc[districts.index]
    assert len(districts) == 45
    np.testing.assert_array_equal(districts["Menschen nicht erreicht"].astype(float), model["uncovered"])
    same(districts["Anteil erreicht"], model["share"])
    same(districts["km im Mittel"], model["mean_km"])
    assert total["Kreis"] == "zusammen"
    assert total["Menschen nicht erreicht"] == coverage_2012.uncovered
    assert total["Menschen insgesamt"] == coverage_2012.people


def test_municipalities_and_gap_regions(workbook: CalamineWorkbook, gaps_2012: Gaps) -> None:
    municipalities = table_of(workbook.get_sheet_by_name("Gemeinden").to_python(), "AGS Kreis")
    model = gaps_2012.by_municipality
    assert municipalities["AGS Gemeinde"].tolist() == model["ags"].tolist()
    np.testing.assert_array_equal(municipalities["Menschen nicht erreicht"].astype(float), model["people"])
    regions = table_of(workbook.get_sheet_by_name("Lückengebiete").to_python(), "Lücke Nr.")
    assert regions["Lückengebiet"].tolist() == [it.name.text() for it in gaps_2012.regions]
    assert regions["Menschen nicht erreicht"].astype(float).sum() == gaps_2012.people


def test_settings_and_sources_are_printed(workbook: CalamineWorkbook, coverage_2012: Coverage) -> None:
    sheet = workbook.get_sheet_by_name("Quellen und Einstellungen").to_python()
    stated = {str(row[0]): row[1] for row in sheet if len(row) > 1}
    assert stated["Ziel in km (genau das Ziel zählt als erreicht)"] == 35
    assert stated["Entfernung"] == "Luftlinie × 1,3 (Schätzung)"
    assert stated["Jahr der Zahlen"] == "2010"
    assert stated["Netz der Stellen, Stand"] == "2012"
    assert stated["davon erreicht"] == coverage_2012.covered
    assert "580.796" in str(stated["Wie sicher ist das?"])
    assert str(stated["Vorschlag"]).startswith("Bewiesen optimal")
    assert stated["Erstellt am"] == "31.12.2012"
    licences = [row[1] for row in sheet if row[0] == "Lizenz"]
    assert len(licences) >= 4
    assert any("ODbL" in str(it) for it in licences)


def test_no_cell_of_the_workbook_is_a_formula(exports: Path) -> None:
    with zipfile.ZipFile(exports / "gaps.xlsx") as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 4 + 42
        assert not any(b"<f>" in parts.read(name) or b"<f " in parts.read(name) for name in sheets)


@pytest.mark.parametrize("lang", ["de", "en", "nl"])
def test_no_word_of_a_heading_is_broken(small: Small, lang: Lang) -> None:
    content = gap_list_xlsx(small.gaps, small.region, lang, suggestion=proposal())
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        # Neighbours of one width are written as one.
        widths = {at: it.width for it in sheet.column_dimensions.values() for at in range(it.min, it.max + 1)}
        heads = [row for row in sheet.iter_rows() if sum(it.value is not None for it in row) > 2][:1]
        for cell in (it for row in heads for it in row if it.value is not None):
            longest = max(map(len, str(cell.value).split()))
            assert longest <= widths[cell.column], cell.value


def test_the_workbook_is_ready_for_its_reader(small: Small) -> None:
    book = openpyxl.load_workbook(io.BytesIO(gap_list_xlsx(small.gaps, small.region, suggestion=proposal())))
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    listed = book["Celle"]
    heading = next(row[0].row for row in listed.iter_rows() if row[0].value == "AGS Gemeinde")
    assert listed.freeze_panes == f"A{heading + 1}"
    assert listed.auto_filter.ref.startswith(f"A{heading}:P")
    assert listed.print_title_rows == f"${heading}:${heading}"
    assert listed.page_setup.orientation == "landscape"
    assert listed.cell(heading + 1, 7).number_format == "#,##0.0"
    assert listed.cell(heading + 1, 5).number_format == "#,##0"
    assert listed.column_dimensions["B"].width > 15
    summary = book["Übersicht"]
    link = next(cell.hyperlink for row in summary.iter_rows() for cell in row if cell.value == "Celle")
    assert link.location == "'Celle'!A1"


def test_a_district_of_its_own(region: Region, gaps_2012: Gaps) -> None:
    name, content = next(iter(gap_list_by_district(gaps_2012, region, exact=True, date=DATE)))
    assert name == "Luecken_03454_Emsland.xlsx"
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Gemeinden", "Orte", "Quellen und Einstellungen"]
    towns = table_of(book.get_sheet_by_name("Gemeinden").to_python(), "AGS Gemeinde")
    mine = gaps_2012.places[gaps_2012.places["district_ags"] == "03454"]
    assert towns["Menschen nicht erreicht"].astype(float).sum() == mine["people"].sum()
    assert len(table_of(book.get_sheet_by_name("Orte").to_python(), "AGS Gemeinde")) == len(mine)


def test_district_files_are_written(small: Small, tmp_path: Path) -> None:
    written = write_gap_lists_by_district(tmp_path / "für die Kreise", small.gaps, small.region)
    assert [it.name for it in written] == ["Luecken_03351_Celle.xlsx", "Luecken_03452_Aurich.xlsx"]
    assert all(it.stat().st_size > 5_000 for it in written)


def german(value: str) -> float:
    return float(value.replace(".", "").replace(",", ".")) if value != "nicht erreichbar" else float("inf")


def test_csv_as_german_excel_opens_it(exports: Path, gaps_2012: Gaps) -> None:
    raw = (exports / "gaps.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    model = gaps_2012.places.set_index(gaps_2012.places["id"].astype(str))
    assert len(read) == len(model)
    for row in read[:: len(read) // 300]:
        place = model.loc[row["Ort (Nr.)"]]
        assert german(row["Menschen nicht erreicht"]) == place["people"]
        assert german(row["km zur nächsten Stelle"]) == pytest.approx(place["distance_km"], abs=0.005)
        assert row["AGS Kreis"] == place["district_ags"]
    assert sum(german(row["Menschen nicht erreicht"]) for row in read) == gaps_2012.people


def test_plain_csv_is_exact(exports: Path, gaps_2012: Gaps) -> None:
    raw = (exports / "plain.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n") == len(gaps_2012.places) + 1
    read = pd.read_csv(
        io.BytesIO(raw), dtype={"ags": str, "district_ags": str, "place": str}, na_values=[]
    ).set_index("place")
    model = gaps_2012.places.set_index(gaps_2012.places["id"].astype(str)).loc[read.index]
    reachable = np.isfinite(model["distance_km"]).to_numpy()
    exact = read["distance_km"][reachable].astype(float)
    np.testing.assert_array_equal(exact, model["distance_km"][reachable])
    np.testing.assert_array_equal(read["lon"], model["lon"])
    assert (read["ags"] == model["ags"]).all()


def test_csv_by_municipality_and_in_english(small: Small) -> None:
    written = gap_list_csv(small.gaps, small.region, "en", level="municipality").decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(written, newline="")))
    assert [row["Municipality"] for row in read] == ["Celle", "Norderney"]
    assert read[1]["km to nearest office"] == "cannot be reached"
    assert read[1]["Reason"] == "by ferry only"


@pytest.fixture(scope="session")
def package(exports: Path) -> Path:
    return exports / "gaps.gpkg"


def test_geopackage_layers(package: Path, gaps_2012: Gaps, coverage_2012: Coverage) -> None:
    layers = dict(pyogrio.list_layers(package))
    assert set(layers) == {
        "Kreise", "Lückengebiete", "erreicht", "Orte nicht erreicht", "Gemeinden nicht erreicht", "Stellen",
        "Vorgeschlagene Stellen", "Quellen und Einstellungen", "layer_styles", "unsicher, je nach Straße",
    }  # fmt: skip
    places = pyogrio.read_dataframe(package, layer="Orte nicht erreicht").set_index("place")
    model = gaps_2012.places.set_index(gaps_2012.places["id"].astype(str)).loc[places.index]
    assert places.crs == "EPSG:4326"
    np.testing.assert_array_equal(places["people"], model["people"])
    np.testing.assert_array_equal(places.geometry.x, model["lon"])
    reachable = np.isfinite(model["distance_km"])
    np.testing.assert_array_equal(places["distance_km"][reachable], model["distance_km"][reachable])
    assert places["distance_km"][~reachable].isna().all()
    assert set(places["reason"][~reachable]) == {"nur mit der Fähre"}
    regions = pyogrio.read_dataframe(package, layer="Lückengebiete")
    assert regions["people"].sum() == gaps_2012.people
    assert regions.geometry.is_valid.all()
    offices = pyogrio.read_dataframe(package, layer="Stellen")
    assert offices["people_nearest"].sum() == coverage_2012.covered
    districts = pyogrio.read_dataframe(package, layer="Kreise").set_index("district_ags")
    np.testing.assert_array_equal(
        districts["people"], coverage_2012.by_district().set_index("ags").loc[districts.index, "uncovered"]
    )


def test_geopackage_styles_are_found_and_well_formed(package: Path) -> None:
    with closing(sqlite3.connect(package)) as base:
        styled = base.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
        geometry = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
        listed = dict(base.execute("SELECT table_name, description FROM gpkg_contents").fetchall())
        fields = {name: [row[1] for row in base.execute(f'PRAGMA table_info("{name}")')] for name in geometry}
    assert {row[0] for row in styled} == set(geometry)
    for name, column, qml, default in styled:
        assert column == geometry[name]
        assert default == 1
        root = ET.fromstring(re.sub(r"^<!DOCTYPE[^>]*>", "", qml))
        symbols = root.findall(".//symbol")
        assert root.tag == "qgis"
        assert symbols
        assert all(symbol.find("layer/Option") is not None for symbol in symbols)
        for alias in root.findall(".//alias"):
            assert alias.get("field") in fields[name]
        label = root.find(".//text-style")
        named = [] if label is None else re.findall(r'"(\w+)"', label.get("fieldName", ""))
        assert set(named) <= set(fields[name])
        assert label is None or named
        assert "weiter als 35 km" in listed[name]
        assert "ODbL" in listed[name]


def test_geopackage_says_what_it_holds(package: Path) -> None:
    about = pyogrio.read_dataframe(package, layer="Quellen und Einstellungen")
    assert about.loc[about["label"] == "Entfernung", "value"].item() == "Luftlinie × 1,3 (Schätzung)"
    metadata = pyogrio.read_info(package, layer="Kreise")["dataset_metadata"]
    assert any("Luftlinie × 1,3" in value for value in metadata.values())


def test_geojson(exports: Path, gaps_2012: Gaps) -> None:
    read = json.loads((exports / "gaps.geojson").read_bytes())
    assert read["type"] == "FeatureCollection"
    assert read["settings"]["target_km"] == 35
    assert any("ODbL" in source["licence"] for source in read["sources"])
    assert len(read["features"]) == len(gaps_2012.places)
    frame = pyogrio.read_dataframe(exports / "gaps.geojson").set_index("place")
    model = gaps_2012.places.set_index(gaps_2012.places["id"].astype(str)).loc[frame.index]
    np.testing.assert_array_equal(frame["people"], model["people"])
    assert frame["distance_km"].isna().sum() == np.isinf(model["distance_km"]).sum()


def test_the_same_inputs_give_the_same_bytes(small: Small) -> None:
    for make in (gap_list_xlsx, gap_list_geojson):
        first, second = (make(small.gaps, small.region, date=DATE, suggestion=proposal()) for _ in range(2))
        assert first == second


@pytest.mark.parametrize("make", [gap_list_xlsx, gap_list_csv, gap_list_gpkg, gap_list_geojson])
def test_nobody_left_out_is_an_empty_list_not_an_error(
    make: Callable[..., bytes], region: Region, small: Small
) -> None:
    towns = region.towns[["id", "name", "lon", "lat"]].assign(state="03")
    everywhere = assess(region, towns, demand=small.coverage.demand, target_km=200)
    islands = everywhere.places["status"] != "covered"
    nobody = find_gaps(everywhere, region)
    assert not islands.any()
    content = make(nobody, region)
    assert len(content) > 100


def test_no_office_at_all(small: Small) -> None:
    none = small.coverage.offices.iloc[:0].drop(columns="people_nearest")
    gaps = find_gaps(assess(small.region, none, demand=small.coverage.demand), small.region)
    book = CalamineWorkbook.from_filelike(io.BytesIO(gap_list_xlsx(gaps, small.region)))
    places = table_of(book.get_sheet_by_name("Celle").to_python(), "AGS Gemeinde")
    assert set(places["km zur nächsten Stelle"]) == {"nicht erreichbar"}
    assert set(places["Grund"]) == {"keine Stelle erreichbar"}


def case_of_small(small: Small) -> Case:
    return Case(Scenario(), small.region, State("", None, small.coverage), small.gaps)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".gpkg", ".geojson", ".XLSX"])
def test_written_by_suffix(small: Small, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"Lücken{suffix}"
    registry.write(target, case_of_small(small), "de", "gaps")
    heads = {".xlsx": b"PK", ".csv": b"\xef\xbb\xbf", ".gpkg": b"SQLite", ".geojson": b'{"type"'}
    assert target.read_bytes().startswith(heads[suffix.lower()])


def test_an_unknown_suffix_names_the_known_ones(small: Small, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.xlsx, \.csv, \.gpkg, \.zip, \.geojson"):
        registry.write(tmp_path / "gaps.docx", case_of_small(small), "de", "gaps")


def test_places_without_keys(region: Region, small: Small) -> None:
    from dataclasses import replace

    bare = small.coverage.demand.places.assign(ags="", district_ags="", landmass="")
    demand = replace(small.coverage.demand, places=bare)
    coverage = assess(region, small.coverage.offices[["id", "name", "lon", "lat"]], demand=demand)
    book = CalamineWorkbook.from_filelike(io.BytesIO(gap_list_xlsx(find_gaps(coverage, region), region)))
    assert book.sheet_names == ["Übersicht", "Lückengebiete", "ohne Kreis", "Quellen und Einstellungen"]


def test_where_a_place_lies(places: pd.DataFrame, region: Region, gaps_2012: Gaps) -> None:
    """Measured anew with a geodesic library on the ellipsoid."""
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    towns = {row.ags: (row.lon, row.lat) for row in rows(region.towns)}
    model = gaps_2012.places.set_index(gaps_2012.places["id"].astype(str))
    names = [
        "nördlich",
        "nordöstlich",
        "östlich",
        "südöstlich",
        "südlich",
        "südwestlich",
        "westlich",
        "nordwestlich",
    ]
    checked = 0
    for row in places.iloc[::97].to_dict(orient="records"):
        place = model.loc[str(row["Ort (Nr.)"])]
        if place["ags"] not in towns:
            continue
        bearing, _, metres = geod.inv(*towns[place["ags"]], place["lon"], place["lat"])
        said = str(row["Lage in der Gemeinde"])
        if said == "Ortsmitte":
            assert metres < 1_010
            continue
        km, _, direction = said.split(" ")
        assert float(km) == pytest.approx(metres / 1000, abs=0.55)
        assert (
            min(
                abs(names.index(direction) * 45 - bearing % 360),
                360 - abs(names.index(direction) * 45 - bearing % 360),
            )
            < 24
        )
        checked += 1
    assert checked > 50


def test_both_languages(small: Small) -> None:
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(gap_list_xlsx(small.gaps, small.region, "en", date=DATE))
    )
    assert book.sheet_names == [
        "Summary",
        "Gap regions",
        "Municipalities",
        "Celle",
        "Aurich",
        "Sources and settings",
    ]
    text = str([sheet for name in book.sheet_names for sheet in book.get_sheet_by_name(name).to_python()])
    assert "nächste" not in text
    assert "31 Dec 2012" in text


def test_how_often_a_package_was_written_to_is_not_in_it(small: Small, tmp_path: Path) -> None:
    """GDAL writes once more where a second passes in between, and the head of the file counts it."""
    written = gap_list_gpkg(small.gaps, small.region, "de", date=DATE)
    settled = []
    for writes in (0, 1, 3):
        path = tmp_path / f"{writes}.gpkg"
        path.write_bytes(written)
        for hour in range(writes):
            with closing(sqlite3.connect(path)) as base, base:
                base.execute("UPDATE gpkg_contents SET last_change = ?", (f"2000-01-01T0{hour}:00:00.000Z",))
        assert (path.read_bytes() == written) == (writes == 0)
        settled.append(geopackage._settled(path, DATE))
    assert settled[0] == settled[1] == settled[2]
