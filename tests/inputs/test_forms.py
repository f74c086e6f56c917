"""The same table in every form and notation on an analyst's desk reads the same."""

import datetime
import gzip
import io
import os
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from html import escape

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from iqgeo.errors import InputError
from iqgeo.inputs import read_offices
from iqgeo.inputs.source import open_source

from .bombs import open_document
from .conftest import SITES, csv, excel, points, zipped


def _parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()


def _delimited(sep: str, decimal: str, encoding: str) -> bytes:
    return SITES.to_csv(index=False, sep=sep, decimal=decimal).encode(encoding)


def _markdown(frame: pd.DataFrame) -> bytes:
    rows = [list(frame.columns), ["---"] * len(frame.columns), *frame.astype(str).to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows).encode()


FORMS = {
    "comma": (_delimited(",", ".", "utf-8"), "a.csv"),
    "german": (_delimited(";", ",", "utf-8-sig"), "a.csv"),
    "semicolon and point": (_delimited(";", ".", "utf-8"), "a.csv"),
    "comma quoted": (SITES.to_csv(index=False, decimal=",", quoting=1).encode(), "a.csv"),
    "tab": (_delimited("\t", ",", "utf-8"), "a.txt"),
    "bar": (_delimited("|", ".", "utf-8"), "a.csv"),
    "cp1252": (_delimited(";", ",", "cp1252"), "a.csv"),
    "utf-16": (_delimited("\t", ",", "utf-16"), "a.csv"),
    "utf-16 without mark": (_delimited(";", ",", "utf-16-le"), "a.csv"),
    "big-endian": (_delimited(";", ",", "utf-16-be"), "a.csv"),
    "carriage returns": (SITES.to_csv(index=False, lineterminator="\r\n").encode(), "a.csv"),
    "sep line": (b"sep=;\r\n" + _delimited(";", ",", "utf-8"), "a.csv"),
    "blank lines": (b"\n\n" + _delimited(";", ",", "utf-8") + b";;;\n\n", "a.csv"),
    "minus and spaces": (_delimited(";", ",", "utf-8").replace(b"9,93", b" 9,93 "), "a.csv"),
    "gzip": (gzip.compress(_delimited(",", ".", "utf-8")), "a.csv.gz"),
    "zip": (zipped(a__csv=_delimited(";", ",", "utf-8"), lies__pdf=b"%PDF"), "a.zip"),
    "xlsx": (excel(Stellen=SITES), "a.xlsx"),
    "xlsx text": (excel(Stellen=SITES.astype(str)), "a.xlsx"),
    "xlsx empty sheets": (excel(Stellen=SITES, Tabelle2=pd.DataFrame()), "a.xlsx"),
    "xlsx in a zip": (zipped(a__xlsx=excel(Stellen=SITES), liesmich__txt=b"Hinweise; Stand"), "a.zip"),
    "tilde": (_delimited("~", ",", "utf-8"), "a.txt"),
    "printed": (SITES.to_string().encode(), "a.txt"),
    "printed in Markdown": (_markdown(SITES), "a.md"),
    "parquet": (_parquet(SITES), "a.parquet"),
    "parquet categories": (_parquet(SITES.astype({"name": "category"})), "a.parquet"),
    "geojson": (points().to_json().encode(), "a.geojson"),
    "other ending": (_delimited(",", ".", "utf-8"), "a.dat"),
}


@pytest.mark.parametrize("form", FORMS)
def test_reads_the_same(form):
    intake = read_offices(FORMS[form])
    pd.testing.assert_frame_equal(intake.frame[["id", "name", "lon", "lat"]], SITES, check_dtype=False)


def test_workbooks_in_a_zip_are_named_by_file_and_sheet():
    book = excel(Alt=SITES.head(1), Neu=SITES)
    one, two = zipped(a__xlsx=book), zipped(a__xlsx=excel(Alt=SITES.head(1)), b__xlsx=excel(Neu=SITES))
    assert len(read_offices((one, "a.zip"), layer="Neu").frame) == 3
    assert len(read_offices((two, "a.zip"), layer="b.xlsx").frame) == 3
    beside = zipped(a__xlsx=excel(Neu=SITES), b__csv=_delimited(";", ",", "utf-8"))
    assert len(read_offices((beside, "a.zip")).frame) == 3
    for content, first in ((one, "Alt"), (two, "a.xlsx")):
        with pytest.raises(InputError) as error:
            read_offices((content, "a.zip"))
        [problem] = error.value.problems
        assert (problem.code, problem.details["first"]) == ("layers_unclear", first)


@pytest.mark.parametrize("crs", [4326, 25832, 3035])
def test_geopackage_in_any_system(tmp_path, crs):
    path = tmp_path / "Stellen älter 2.gpkg"
    points().to_crs(crs).to_file(path, layer="stellen")
    before = path.read_bytes()
    for source in (path, str(path), (before, path.name)):
        intake = read_offices(source)
        assert intake.frame["name"].tolist() == SITES["name"].tolist()
        assert intake.frame["lon"].round(6).tolist() == SITES["lon"].tolist()
        assert intake.frame["lat"].round(6).tolist() == SITES["lat"].tolist()
        assert [it.code for it in intake.repairs] == ([] if crs == 4326 else ["crs_changed"])
    assert path.read_bytes() == before
    assert [it.name for it in tmp_path.iterdir()] == [path.name]


def test_geojson_with_a_declared_system():
    collection = points().to_crs(25832).to_json(show_bbox=False)
    declared = (
        collection[:-1] + ', "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}}'
    )
    intake = read_offices((declared.encode(), "a.geojson"))
    assert intake.frame["lon"].round(6).tolist() == SITES["lon"].tolist()


def test_the_number_of_a_row_is_the_one_excel_shows(problems_of):
    title = pd.DataFrame(
        [["Stellen 2012", None, None, None], ["id", "name", "lon", "lat"], ["A", "a", "x", 53.0]]
    )
    stream = io.BytesIO()
    title.to_excel(stream, index=False, header=False, engine="xlsxwriter")
    (problem,) = problems_of(read_offices, (stream.getvalue(), "a.xlsx"))
    assert (problem.code, problem.row) == ("number_unreadable", 3)
    problem, offer = problems_of(read_offices, csv('id,name,lon,lat\nA,"zwei, Wörter",9,53\n\n\nB,b,x,53\n'))
    assert (problem.row, offer.code) == (5, "rows_aside_offer")


@pytest.mark.parametrize("writer", ["gpkg", "xlsx", "zip"])
def test_two_tables_are_asked_about_never_guessed(tmp_path, writer, problems_of):
    path = tmp_path / f"a.{writer}"
    if writer == "gpkg":
        points().to_file(path, layer="nord")
        points().iloc[:1].to_file(path, layer="süd")
    elif writer == "xlsx":
        path.write_bytes(excel(nord=SITES, süd=SITES.iloc[:1]))
    else:
        text = SITES.to_csv(index=False).encode()
        path.write_bytes(zipped(nord__csv=text, süd__csv=SITES.iloc[:1].to_csv(index=False).encode()))
    (problem,) = problems_of(read_offices, path)
    assert problem.code == "layers_unclear"
    assert "nord" in problem.sentence("de")
    assert "süd" in problem.sentence("de")
    name = "süd.csv" if writer == "zip" else "süd"
    assert len(read_offices(path, layer=name).frame) == 1
    assert len(read_offices(f"{path}#{name}").frame) == 1
    assert problems_of(read_offices, path, layer="west")[0].code in ("layer_unknown", "zip_no_table")


def test_a_hash_in_a_file_name_is_part_of_the_name(tmp_path):
    path = tmp_path / "a#b.csv"
    path.write_text(SITES.to_csv(index=False), encoding="utf-8")
    assert len(read_offices(path).frame) == 3


def test_geopackage_values_keep_their_kind(tmp_path):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(points().assign(opened=[2011, 2012, None], operator=["x", None, "z"])).to_file(path)
    frame = read_offices(path).frame
    assert frame["opened"].tolist()[:2] == [2011, 2012]
    assert frame["operator"].tolist() == ["x", "", "z"]


class TestOpenElsewhere:
    """A GeoPackage that another program has open keeps its newest rows in a file beside it."""

    @pytest.fixture
    def opened(self, tmp_path):
        path = tmp_path / "stellen.gpkg"
        points().to_file(path, layer="stellen", SPATIAL_INDEX="NO")
        database = sqlite3.connect(path)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA wal_autocheckpoint=0")
        database.execute("UPDATE stellen SET name = 'Celle' WHERE name = 'Stade'")
        database.commit()
        yield path, database
        database.close()

    def test_its_unsaved_changes_are_read_and_said(self, opened):
        path, _ = opened
        assert path.with_name("stellen.gpkg-wal").stat().st_size > 0
        before = {it.name: it.read_bytes() for it in path.parent.iterdir()}
        intake = read_offices(path)
        assert sorted(intake.frame["name"]) == ["Celle", "Göttingen", "Lüneburg"]
        assert "geopackage_unsaved" in [it.code for it in intake.repairs]
        assert {it.name: it.read_bytes() for it in path.parent.iterdir()} == before

    @pytest.mark.parametrize("stated", [0, 1, 2, 9, -3, 2**40, None])
    def test_the_number_of_rows_that_it_states_is_no_number_of_rows(self, tmp_path, stated):
        """Programs that know nothing of it leave it as it was, and GDAL reads no row beyond it."""
        path = tmp_path / "stellen.gpkg"
        points().to_file(path, layer="stellen")
        with closing(sqlite3.connect(path)) as database:
            database.execute("UPDATE gpkg_ogr_contents SET feature_count = ?", (stated,))
            database.commit()
        assert sorted(read_offices(path).frame["name"]) == ["Göttingen", "Lüneburg", "Stade"]

    def test_a_change_that_was_broken_off_is_taken_back(self, tmp_path):
        path = tmp_path / "stellen.gpkg"
        points().to_file(path, layer="stellen", SPATIAL_INDEX="NO")
        script = (
            "import os, sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "db.execute('PRAGMA cache_size=1'); db.execute('BEGIN'); db.execute('CREATE TABLE more(x)');"
            "db.execute('UPDATE stellen SET name = 0');"
            "[db.execute('INSERT INTO more VALUES (zeroblob(4000))') for _ in range(500)]; os._exit(0)"
        )
        subprocess.run([sys.executable, "-c", script, str(path)], check=True)
        assert path.with_name("stellen.gpkg-journal").stat().st_size > 0
        before = {it.name: it.read_bytes() for it in tmp_path.iterdir()}
        intake = read_offices(path)
        assert sorted(intake.frame["name"]) == ["Göttingen", "Lüneburg", "Stade"]
        assert "geopackage_broken_off" in [it.code for it in intake.repairs]
        assert {it.name: it.read_bytes() for it in tmp_path.iterdir()} == before

    def test_its_unsaved_changes_come_along_in_a_zip(self, opened):
        path, _ = opened
        with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
            for it in path.parent.glob("stellen.gpkg*"):
                archive.write(it, f"daten/{it.name}")
        intake = read_offices(path.with_suffix(".zip"))
        assert sorted(intake.frame["name"]) == ["Celle", "Göttingen", "Lüneburg"]
        assert "geopackage_unsaved" in [it.code for it in intake.repairs]

    def test_a_change_under_way_is_not_read(self, opened):
        path, database = opened
        database.execute("UPDATE stellen SET name = 'Emden'")
        assert sorted(read_offices(path).frame["name"]) == ["Celle", "Göttingen", "Lüneburg"]
        database.rollback()

    def test_a_saved_one_needs_no_word(self, opened):
        path, database = opened
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        intake = read_offices(path)
        assert sorted(intake.frame["name"]) == ["Celle", "Göttingen", "Lüneburg"]
        assert not any("geopackage" in it.code for it in intake.repairs)

    def test_a_copy_without_it_is_said_to_lack_it(self, opened):
        path, _ = opened
        intake = read_offices((path.read_bytes(), "stellen.gpkg"))
        assert sorted(intake.frame["name"]) == ["Göttingen", "Lüneburg", "Stade"]
        assert "geopackage_in_use" in [it.code for it in intake.repairs]

    @pytest.mark.parametrize("written", [b"x" * 100, b"\x37\x7f\x06\x82" + bytes(28), os.urandom(5000)])
    def test_what_only_looks_like_it_changes_nothing(self, tmp_path, written):
        path = tmp_path / "stellen.gpkg"
        points().to_file(path, layer="stellen")
        path.with_name("stellen.gpkg-wal").write_bytes(written)
        assert sorted(read_offices(path).frame["name"]) == ["Göttingen", "Lüneburg", "Stade"]

    def test_one_that_is_written_all_the_time_is_refused(self, opened, monkeypatch, problems_of):
        from iqgeo.inputs import geopackage

        path, _ = opened
        states = iter(range(100))
        monkeypatch.setattr(geopackage, "_states", lambda *_: [(next(states), 0)])
        found = open_source(path)
        assert problems_of(geopackage.read_geopackage, found, 100)[0].code == "geopackage_changing"


OPEN_CELLS = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
FORMULAS = ["=2000+13", '=IF(B2="","",2013)', '=SUM(A1:A3)&"<"']


@pytest.mark.parametrize("written", ["#REF!", "#DIV/0!", *FORMULAS])
@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_cell_without_a_value_is_no_empty_one(tmp_path, form, written):
    """An error, or a formula that no program has computed yet, as Python writes them."""
    path = tmp_path / f"a.{form}"
    if form == "xlsx":
        book = openpyxl.Workbook()
        for row in (["id", "name", "lon", "lat", "opened"], ["A", "Celle", 10.08, 52.62, None]):
            book.active.append(row)
        book.active["E2"] = written
        book.active["E2"].data_type = "e" if written.startswith("#") else "f"
        book.save(path)
    else:
        inside = f"<text:p>{written}</text:p>" if written.startswith("#") else ""
        said = f'table:formula="of:{escape(written)}"'
        rows = [["id", "name", "lon", "lat", "opened"], ["A", "Celle", "10.08", "52.62"]]
        cells = ["".join(map(OPEN_CELLS.format, row)) for row in rows]
        cells[1] += f"<table:table-cell {said}>{inside}</table:table-cell>"
        path.write_bytes(
            open_document("".join(f"<table:table-row>{it}</table:table-row>" for it in cells).encode())
        )
    with pytest.raises(InputError) as caught:
        read_offices(path)
    assert [(it.code, it.row, it.column) for it in caught.value.problems] == [
        ("year_unreadable", 2, "opened")
    ]
    assert written.split("(")[0] in str(caught.value)


def test_a_formula_that_has_found_nothing_is_an_empty_cell(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["id", "name", "lon", "lat", "opened"])
    book.active.append(["A", "Celle", 10.08, 52.62, '=IF(B2="","2013","")'])
    book.save(tmp_path / "o.xlsx")
    with zipfile.ZipFile(tmp_path / "o.xlsx") as made, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for name in made.namelist():
            content = made.read(name)
            # As Excel writes it.
            archive.writestr(name, content.replace(b'r="E2"', b'r="E2" t="str"'))
    assert read_offices(tmp_path / "a.xlsx").frame["opened"].isna().all()


PLAIN = {"id": ["A", "B"], "name": ["Celle", "Göttingen"], "lon": [10.08, 9.93], "lat": [52.62, 51.53]}
NEW_YEAR = datetime.datetime(2013, 1, 1, 0, 30)


@pytest.mark.parametrize(
    ("column", "values", "years"),
    [
        ("opened", pa.array([NEW_YEAR, NEW_YEAR], pa.timestamp("us", "Europe/Berlin")), [2013, 2013]),
        ("opened", pa.array([NEW_YEAR, None], pa.timestamp("ns", "UTC")), [2013, None]),
        ("opened", pa.array([NEW_YEAR, NEW_YEAR], pa.timestamp("s", "+05:30")), [2013, 2013]),
        ("opened", pa.array([b"2013", b"seit 2012"], pa.binary()), [2013, 2012]),
        ("name", pa.array([it.encode() for it in PLAIN["name"]], pa.large_binary()), [None, None]),
        ("closed", pa.nulls(2), [None, None]),
        ("thumbnail", pa.array([b"\xff\xfe\x00", None], pa.binary()), [None, None]),
    ],
)
def test_parquet_of_any_program_holds_the_same_offices(tmp_path, column, values, years):
    """Moments with their zone, text as bytes, columns in which nothing stands."""
    pq.write_table(pa.table({**PLAIN, column: values}), tmp_path / "a.parquet")
    intake = read_offices(tmp_path / "a.parquet")
    assert intake.frame["name"].tolist() == PLAIN["name"]
    assert [None if pd.isna(it) else it for it in intake.frame["opened"]] == years
    named = [it.value for it in intake.repairs if it.code == "columns_nested"]
    assert named == (["thumbnail"] if column == "thumbnail" else [])


@pytest.mark.parametrize("form", ["csv", "json", "kml", "shp", "gpkg"])
def test_what_macos_adds_to_a_zip_is_no_file_of_it(form, tmp_path):
    """The Finder packs a shadow of every file, of the same ending, and where its windows stood."""
    if form in ("shp", "gpkg"):
        points().to_file(tmp_path / f"sites.{form}", engine="pyogrio")
    elif form == "json":
        (tmp_path / "sites.json").write_text(SITES.to_json(orient="records"))
    elif form == "kml":
        marks = "".join(
            f"<Placemark><name>{it.name}</name><Point><coordinates>{it.lon},{it.lat}</coordinates></Point></Placemark>"
            for it in SITES.itertuples(index=False)
        )
        opening = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        (tmp_path / "sites.kml").write_text(f"{opening}{marks}</Document></kml>")
    else:
        SITES.to_csv(tmp_path / "sites.csv", index=False)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(tmp_path.iterdir()):
            archive.writestr(f"__MACOSX/._{path.name}", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X")
            archive.writestr(path.name, path.read_bytes())
        archive.writestr(".DS_Store", b"Bud1")
    read = read_offices((packed.getvalue(), "sites.zip")).frame
    assert read["name"].tolist() == SITES["name"].tolist()
    assert read["lon"].tolist() == pytest.approx(SITES["lon"].tolist())


@pytest.mark.parametrize("beside", ["LIESMICH.txt", "daten/readme_en.txt", "Datensatzbeschreibung.txt", ""])
def test_a_text_that_explains_the_table_in_a_zip_is_none(beside):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        # Alone it is the table, whatever it is called.
        archive.writestr("stellen.csv" if beside else "Beschreibung.txt", SITES.to_csv(index=False))
        if beside:
            archive.writestr(beside, "Die Stellen im Land; Stand 2024\n")
    read = read_offices((packed.getvalue(), "sites.zip")).frame
    assert read["name"].tolist() == SITES["name"].tolist()
