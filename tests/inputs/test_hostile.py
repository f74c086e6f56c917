"""Files made to break or fool a reader: each is refused with its own sentence, in bounded time and memory."""

import gzip
import io
import json
import os
import pickle
import re
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from iqgeo.inputs import (
    check_file,
    limits,
    read_candidates,
    read_demand,
    read_distances,
    read_districts,
    read_offices,
)
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source

from .conftest import SITES, csv, excel, points, zipped

HEADER = b"id,name,lon,lat\n"
WIDE_ROWS = 1_600
VRT = b"""<OGRVRTDataSource><OGRVRTLayer name="passwd">
<SrcDataSource relativeToVRT="0">CSV:/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""


def feature(
    coordinates: str = "[9, 53]", properties: str = '{"id": "A", "name": "a"}', kind: str = "Point"
) -> str:
    return (
        f'{{"type": "Feature", "properties": {properties},'
        f' "geometry": {{"type": "{kind}", "coordinates": {coordinates}}}}}'
    )


def collection(*features: str) -> bytes:
    return f'{{"type": "FeatureCollection", "features": [{", ".join(features)}]}}'.encode()


def altered_workbook(change: Callable[[bytes], bytes], **more: bytes) -> bytes:
    """A real workbook whose sheet went through ``change``, with ``more`` parts."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(excel(Stellen=SITES))) as original,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in original.namelist():
            content = original.read(name)
            copy.writestr(name, change(content) if name == "xl/worksheets/sheet1.xml" else content)
        for name, content in more.items():
            copy.writestr(name, content)
    return stream.getvalue()


def far_cell(cell: bytes) -> bytes:
    """A workbook with one more cell, at the far corner."""
    return altered_workbook(lambda sheet: sheet.replace(b"</sheetData>", cell + b"</sheetData>"))


def altered_geopackage(tmp_path: Path, script: str) -> bytes:
    """A real GeoPackage after an SQL script."""
    path = tmp_path / "a.gpkg"
    points().to_file(path, layer="stellen")
    database = sqlite3.connect(path)
    database.executescript(script)
    database.close()
    return path.read_bytes()


ENDLESS_VIEW = """
CREATE VIEW trap AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
SELECT i AS fid, geom FROM n, stellen;
UPDATE gpkg_contents SET table_name = 'trap';
UPDATE gpkg_geometry_columns SET table_name = 'trap';
"""
OUTSIDE_TABLE = """
PRAGMA writable_schema = ON;
INSERT INTO sqlite_master(type, name, tbl_name, rootpage, sql)
VALUES ('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING VirtualOGR(''/etc/passwd'')');
"""

# name: content (what is large is made when it is asked for, not by everyone who collects), file name, code
REFUSED: dict[str, tuple[bytes | Callable[[], bytes], str, str]] = {
    "empty": (b"", "a.csv", "file_empty"),
    "only blanks": (b"\n \t\r\n\n", "a.csv", "file_empty"),
    "only a mark": ("\ufeff".encode(), "a.csv", "file_empty"),
    "header only": (HEADER, "a.csv", "no_rows"),
    "zeros": (b"\x00" * 5000, "a.csv", "file_empty"),
    "binary": (bytes(range(256)) * 50, "a.csv", "form_binary"),
    "open quote": (HEADER + b'A,"Stade,9,53\n' + b"B,Leer,7,53\n" * 3, "a.csv", "row_ragged"),
    "ragged": (HEADER + b"A,Stade,9\n", "a.csv", "row_ragged"),
    "unquoted comma": (HEADER + b"A,Stade,9,5,53,1\n", "a.csv", "row_ragged"),
    "endless line": (
        lambda: HEADER + b"A," + b"x" * 20_000_000 + b",9,53\nB,b,9,53\n",
        "a.csv",
        "rows_unreadable",
    ),
    "broken utf-16": ("id;name;lon;lat\n".encode("utf-16") + b"\x00\xd8\x41", "a.csv", "encoding_broken"),
    "ten thousand letters": (HEADER + b"A," + b"n" * 10_000 + b",9,53\n", "a.csv", "text_too_long"),
    "long id": (HEADER + b"i" * 200 + b",a,9,53\n", "a.csv", "text_too_long"),
    "1001 columns": (",".join(f"c{i}" for i in range(1001)).encode() + b"\n", "a.csv", "too_many_columns"),
    "double columns": (b"id,name,longitude,lng,lat,LAT\nA,a,9,9,53,53\n", "a.csv", "column_twice"),
    "vrt in disguise": (VRT, "a.geojson", "form_vrt"),
    "vrt after blanks": (b"\n\n  <?xml version='1.0'?>\n" + VRT, "a.gpkg", "form_vrt"),
    "vrt in utf-16": (VRT.decode().encode("utf-16"), "a.csv", "form_vrt"),
    "kml": (
        b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"></kml>',
        "a.json",
        "kml_empty",
    ),
    "kml by name alone": (b"id,name\n", "a.kml", "no_rows"),
    "flatgeobuf": (b"fgb\x03fgb\x00" + bytes(100), "a.fgb", "form_fgb"),
    "web page": (b"<!DOCTYPE html><html><body>Login</body></html>", "a.csv", "form_html"),
    "entities": (b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>', "a.xml", "form_xml"),
    "pdf": (b"%PDF-1.7 ...", "a.csv", "form_pdf"),
    "pickle": (pickle.dumps({"id": [1]}), "a.parquet", "form_pickle"),
    "shapefile": (b"\x00\x00\x27\x0a" + b"\0" * 100, "a.shp", "form_shapefile"),
    "zipped shapefile": (zipped(a__shp=b"x", a__dbf=b"x"), "a.zip", "shapefile_broken"),
    "table of a shapefile": (zipped(a__dbf=b"x"), "a.zip", "form_zipped_shapefile"),
    "zipped kml": (zipped(doc__kml=b"<kml/>"), "a.zip", "kml_empty"),
    "zip without table": (zipped(lies__pdf=b"%PDF"), "a.zip", "zip_no_table"),
    "zip bomb": (lambda: zipped(a__csv=HEADER + b"0" * 25_000_000), "a.zip", "zip_bomb"),
    "gzip bomb": (lambda: gzip.compress(HEADER + b"0" * 25_000_000), "a.csv.gz", "zip_bomb"),
    "cut gzip": (gzip.compress(os.urandom(3000))[:900], "a.csv.gz", "archive_broken"),
    "cut zip": (zipped(a__csv=os.urandom(3000))[:900], "a.zip", "zip_broken"),
    "zip out of the folder": (zipped(**{"../../a__csv": HEADER}), "a.zip", "zip_traversal"),
    "zip to the root": (zipped(**{"/etc/a__csv": HEADER}), "a.zip", "zip_traversal"),
    "zip to a drive": (zipped(**{"C:\\a__csv": HEADER}), "a.zip", "zip_traversal"),
    "workbook bomb": (
        lambda: altered_workbook(bytes, **{"xl/media/a.bin": b"\0" * 25_000_000}),
        "a.xlsx",
        "zip_bomb",
    ),
    "workbook out of the folder": (altered_workbook(bytes, **{"../x": b"x"}), "a.xlsx", "zip_traversal"),
    "workbook to the far corner": (
        far_cell(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "a.xlsx",
        "workbook_span",
    ),
    "far corner in small letters": (
        far_cell(b"<row\tr = '1048576'><c\nr = 'xfd1048576'><v>1</v></c></row>"),
        "a.xlsx",
        "workbook_span",
    ),
    "far corner behind a sign": (
        far_cell(b'<row r="1048576"><c x=">" r="XFD1048576"><v>1</v></c></row>'),
        "a.xlsx",
        "workbook_span",
    ),
    "far corner without a name": (
        far_cell(b'<row r="1048576">' + b"<c/>" * 16_000 + b"<c><v>1</v></c></row>"),
        "a.xlsx",
        "workbook_span",
    ),
    "workbook with entities": (
        altered_workbook(lambda sheet: b'<!DOCTYPE a [<!ENTITY b "c">]>' + sheet),
        "a.xlsx",
        "workbook_entities",
    ),
    "cut workbook": (excel(Stellen=SITES)[:2000], "a.xlsx", "zip_broken"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls", "form_xls"),
    "text document": (zipped(**{"word/document__xml": b"<x/>"}), "a.docx", "form_word"),
    "damaged parquet": (b"PAR1" + b"\x15" * 100 + b"PAR1", "a.parquet", "parquet_broken"),
    "another database": (b"SQLite format 3\x00" + b"\0" * 200, "a.gpkg", "form_database"),
    "json of brackets": (b"[" * 500_000, "a.geojson", "json_too_deep"),
    "json nested": (b'{"a":' * 60 + b"1" + b"}" * 60, "a.geojson", "json_too_deep"),
    "json cut": (collection(feature())[:-9], "a.geojson", "json_broken"),
    "json with a number of 5000 digits": (
        collection(feature(properties='{"id": ' + "9" * 5000 + "}")),
        "a.geojson",
        "json_broken",
    ),
    "NaN": (collection(feature("[NaN, 53]")), "a.geojson", "json_not_finite"),
    "Infinity": (collection(feature("[9, -Infinity]")), "a.geojson", "json_not_finite"),
    "1e999": (collection(feature("[9, 1e999]")), "a.geojson", "number_not_finite"),
    "metres without a system": (collection(feature("[550000, 5800000]")), "a.geojson", "coordinates_metric"),
    "line": (collection(feature("[[9, 53], [9, 54]]", kind="LineString")), "a.geojson", "geometry_not_point"),
    "no position": (collection(feature("[]")), "a.geojson", "geometry_missing"),
    "half a position": (collection(feature("[9]")), "a.geojson", "geometry_broken"),
    "position of words": (collection(feature('["a", "b"]')), "a.geojson", "geometry_broken"),
    "unknown shape": (collection(feature(kind="Teapot")), "a.geojson", "geometry_broken"),
    "features that are none": (collection("7", "null", "[]"), "a.geojson", "feature_broken"),
    "no features": (collection(), "a.geojson", "file_empty"),
    "topojson": (b'{"type": "Topology", "objects": {}}', "a.json", "form_topojson"),
    "other json": (b'{"name": "x"}', "a.json", "geojson_no_collection"),
    "json list": (b"[1, 2, 3]", "a.json", "geojson_no_collection"),
    "unknown system": (
        collection(feature())[:-1] + b', "crs": {"type": "name", "properties": {"name": "urn:x"}}}',
        "a.geojson",
        "crs_unknown",
    ),
    "a system that does not exist": (
        collection(feature())[:-1] + b', "crs": {"type": "name", "properties": {"name": "EPSG:999999"}}}',
        "a.geojson",
        "crs_unknown",
    ),
}


def content_of(trap: str) -> bytes:
    held = REFUSED[trap][0]
    return held() if callable(held) else held


@pytest.mark.parametrize("trap", REFUSED)
def test_refused_with_its_sentence(trap, problems_of):
    _, name, code = REFUSED[trap]
    problems = problems_of(read_offices, (content_of(trap), name))
    assert code in {problem.code for problem in problems}
    assert all(problem.file for problem in problems)


@pytest.mark.parametrize(
    ("script", "code"), [(ENDLESS_VIEW, "geopackage_not_plain"), (OUTSIDE_TABLE, "geopackage_not_plain")]
)
def test_geopackage_that_is_more_than_tables(tmp_path, script, code, problems_of):
    (problem,) = problems_of(read_offices, (altered_geopackage(tmp_path, script), "a.gpkg"))
    assert problem.code == code


def test_cut_and_damaged_geopackage(tmp_path, problems_of):
    whole = altered_geopackage(tmp_path, "")
    for content in (whole[:3000], whole[: len(whole) // 2], whole[:200] + b"\xff" * 4000 + whole[4200:]):
        problems_of(read_offices, (content, "a.gpkg"))


@pytest.mark.parametrize(
    "path",
    [
        "/vsizip//etc/x.zip",
        "/vsicurl/http://127.0.0.1/x.geojson",
        "\\vsimem\\x",
        "http://127.0.0.1/x.csv",
        "https:/x.csv",
        "file:///etc/passwd",
        "GPKG:/etc/passwd:x",
        "CSV:/etc/passwd",
        "GeoJSON:x.json",
        "PG:dbname=x",
        "a.csv|layername=b",
        "a\x00.csv",
    ],
)
def test_paths_that_are_more_than_paths(path, problems_of):
    for reader in (read_offices, read_demand, read_distances, read_districts):
        (problem,) = problems_of(reader, path)
        assert problem.code == "path_refused"
    assert not check_file(path).ok


def test_devices_pipes_and_folders(tmp_path, problems_of):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in ("/dev/zero", pipe, tmp_path):
        assert problems_of(read_offices, path)[0].code == "file_not_plain"
    assert problems_of(read_offices, tmp_path / "fehlt.csv")[0].code == "file_missing"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "CON", "a\u202efdp.csv", "", "C:\\x\\nul.csv", "x" * 500]
)
def test_an_upload_keeps_no_path_and_no_trick_in_its_name(name):
    file = read_offices(csv(SITES.to_csv(index=False), name)).file
    assert file
    assert len(file) <= 60
    assert not re.search("[/\\\\\u202e]", file)


def test_a_name_of_many_lines_stays_one_line(problems_of):
    (problem,) = problems_of(read_offices, csv('id,name,lon,lat\nA,a,"9\n\x1b[31mFehler: alles gut\r",53\n'))
    assert "\n" not in problem.sentence("de")
    assert "\x1b" not in problem.sentence("de")


def test_lone_surrogates():
    intake = read_offices((collection(feature(properties='{"id": "A", "name": "a\\ud800"}')), "a.geojson"))
    intake.frame["name"].iloc[0].encode("utf-8")


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [
        ("SITES", 2, "too_many_rows"),
        ("TABLE_BYTES", 20, "file_too_large"),
        ("COLUMNS", 3, "too_many_columns"),
    ],
)
def test_limits_hold(monkeypatch, tmp_path, limit, value, code, problems_of):
    monkeypatch.setattr(limits, limit, value)
    path = tmp_path / "a.csv"
    path.write_text(SITES.to_csv(index=False), encoding="utf-8")
    assert problems_of(read_offices, path)[0].code == code


def test_limits_of_other_forms(monkeypatch, tmp_path, problems_of):
    path = tmp_path / "a.gpkg"
    points().to_file(path)
    for form, limit, content in (
        ("a.geojson", "JSON_BYTES", collection(feature())),
        ("a.gpkg", "DATABASE_BYTES", path.read_bytes()),
        ("a.xlsx", "WORKBOOK_BYTES", excel(a=SITES)),
        ("a.xlsx", "WORKBOOK_UNPACKED_BYTES", excel(a=SITES)),
        ("a.csv", "UPLOAD_BYTES", HEADER),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(limits, limit, 10)
            assert problems_of(read_offices, (content, form))[0].code == "file_too_large"
    ring = [[9, 52], [10, 52], [10, 53], [9, 52]]
    outline = collection(feature(json.dumps([ring]), '{"ags": "1"}', "Polygon"))
    for limit, code in (("VERTICES", "too_many_vertices"), ("OUTLINES", "too_many_rows")):
        with monkeypatch.context() as patched:
            patched.setattr(limits, limit, 0)
            assert problems_of(read_districts, (outline, "a.geojson"))[0].code == code


def test_workbook_sizes_must_hold(problems_of):
    """A directory that lies about sizes is found out, because every part is unpacked once."""
    content = bytearray(excel(Stellen=SITES))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        true = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    at = content.rfind(b"xl/worksheets/sheet1.xml") - 46
    assert int.from_bytes(content[at + 24 : at + 28], "little") == true
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert problems_of(read_offices, (bytes(content), "a.xlsx"))[0].code == "zip_broken"


_opened: list[str] | None = None


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _opened is not None and event == "open" and isinstance(arguments[0], str | bytes):
        _opened.append(os.fsdecode(arguments[0]))


def test_nothing_else_is_opened(tmp_path):
    """No reader opens a file but the one given, its own copy, and code of installed packages."""
    global _opened  # noqa: PLW0603 - an audit hook cannot be removed, only told to look away
    path = tmp_path / "a.gpkg"
    points().to_file(path, layer="x")
    for name, (_, file, _) in REFUSED.items():
        content = content_of(name)
        if len(content) < 200_000:
            (tmp_path / f"{len(name)}-{file}").write_bytes(content)
    files = sorted(tmp_path.iterdir())
    # What the libraries load on their first use is not the point.
    for form in ("a.gpkg", "a.geojson", "a.xlsx", "a.parquet", "a.csv"):
        check_file(next(file for file in files if file.name.endswith(form)))
    sys.addaudithook(_watch)
    _opened = []
    try:
        for file in files:
            check_file(file)
    finally:
        opened, _opened = _opened, None
    packages = tuple(
        {str(Path(entry).resolve()) for entry in sys.path if entry} | {sys.prefix, sys.base_prefix}
    )
    ours = (str(tmp_path), str(Path(limits.__file__).parents[2]))
    foreign = [
        it
        for it in opened
        if not it.startswith((*ours, *packages)) and "iqgeo-" not in it and it != "/dev/null"
    ]
    assert not foreign


def test_reading_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    target = tmp_path / "x"
    target.mkdir()
    points().to_file(target / "a.gpkg", layer="x")
    read_candidates(target / "a.gpkg")
    check_file(((target / "a.gpkg").read_bytes()[:5000], "a.gpkg"))
    assert [it.name for it in tmp_path.iterdir()] == ["x"]


def test_as_many_columns_as_a_table_may_have_are_read() -> None:
    """Arrow sets aside a block for every column: what is not used of it has to go back at once."""
    row = ",".join(["1.5"] * (limits.COLUMNS - 1))
    names = ",".join(f"c{at}" for at in range(limits.COLUMNS - 1))
    content = f"id,{names}\n".encode() + b"".join(f"A{at},{row}\n".encode() for at in range(WIDE_ROWS))
    table = read_table(open_source((content, "a.csv")), max_rows=WIDE_ROWS)
    assert table.frame.shape == (WIDE_ROWS, limits.COLUMNS)
    assert (table.frame["c998"] == "1.5").all()
