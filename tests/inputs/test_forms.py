"""The same table in every form and notation on an analyst's desk reads the same."""

import gzip
import io
import os
import sqlite3

import geopandas as gpd
import pandas as pd
import pytest

from iqgeo.inputs import read_offices
from iqgeo.inputs.source import open_source

from .conftest import SITES, csv, excel, points, zipped


def _parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False)
    return stream.getvalue()


def _delimited(sep: str, decimal: str, encoding: str) -> bytes:
    return SITES.to_csv(index=False, sep=sep, decimal=decimal).encode(encoding)


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
    "parquet": (_parquet(SITES), "a.parquet"),
    "parquet categories": (_parquet(SITES.astype({"name": "category"})), "a.parquet"),
    "geojson": (points().to_json().encode(), "a.geojson"),
    "other ending": (_delimited(",", ".", "utf-8"), "a.dat"),
}


@pytest.mark.parametrize("form", FORMS)
def test_reads_the_same(form):
    intake = read_offices(FORMS[form])
    pd.testing.assert_frame_equal(intake.frame[["id", "name", "lon", "lat"]], SITES, check_dtype=False)


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
