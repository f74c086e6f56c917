"""Small files that say of themselves that they are large, one for each number that a form knows.

Written here by code, a few kilobytes each (a few by their nature some hundred): counts, dimensions,
offsets, sizes of pages and dictionaries, repetition, nesting.
"""

import gzip
import io
import json
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .conftest import SITES, excel, points

HEADER = b"id,name,lon,lat\n"
_SHEET = "xl/worksheets/sheet1.xml"


# Zip


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method, compresslevel=9) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def zip_of_many(scale: float) -> bytes:
    return zipped({f"{at}.csv": b"" for at in range(round(5_000 * scale))})


def zip_directory_of_millions(scale: float) -> bytes:
    """Directory entries only: each takes the reader half a kilobyte."""
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = round(300_000 * scale)
    directory = entry * count
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), 4, 0)
    return b"PK\3\4" + directory + end


def zip_with_false_sizes(_: float) -> bytes:
    made = bytearray(zipped({"a.csv": HEADER * 3}))
    at = made.rfind(b"PK\1\2")
    made[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(made)


def zip_that_says_less(_: float) -> bytes:
    made = bytearray(zipped({"a.csv": HEADER + b"0" * 80_000_000}))
    at = made.rfind(b"PK\1\2")
    made[at + 24 : at + 28] = struct.pack("<I", 1000)
    return bytes(made)


def zip_lzma(_: float) -> bytes:
    """An LZMA dictionary of four gigabytes."""
    made = bytearray(zipped({"a.csv": HEADER + b"A,a,9,53\n"}, zipfile.ZIP_LZMA))
    at = made.find(b"a.csv") + 5
    made[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    return bytes(made)


def zip_in_itself(_: float) -> bytes:
    inner = zipped({"a.csv": b"0" * 10_000_000})
    for _ in range(6):
        inner = zipped({f"{at}.zip": inner for at in range(10)})
    return inner


def zip_overlapping(_: float) -> bytes:
    """One packed part that a thousand entries of the directory share."""
    made = zipped({"a.csv": b"0" * 15_000_000})
    at = made.rfind(b"PK\1\2")
    end = made.rfind(b"PK\5\6")
    entry = made[at:end]
    named = [entry[:46] + f"{n:05d}"[:5].encode() for n in range(1000)]
    directory = b"".join(named)
    record = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1000, 1000, len(directory), at, 0)
    return made[:at] + directory + record


def gzip_of_gzip(_: float) -> bytes:
    return gzip.compress(gzip.compress(b"0" * 50_000_000))


def gzip_flood(_: float) -> bytes:
    return gzip.compress(HEADER + b"A,a,9,53\n" * 10_000_000)


# Text


def csv_giant_field(scale: float) -> bytes:
    return HEADER + b'A,"' + b"x" * round(20_000_000 * scale) + b'",9,53\n'


def csv_wide(scale: float) -> bytes:
    return b",".join(b"c%d" % at for at in range(round(200_000 * scale))) + b"\n"


def csv_commas(scale: float) -> bytes:
    return b"," * round(5_000_000 * scale) + b"\n" + b"," * round(5_000_000 * scale)


def csv_quotes(scale: float) -> bytes:
    return HEADER + b'"' * (2 * round(2_500_000 * scale) + 1)


def csv_lines(scale: float) -> bytes:
    return HEADER + b"\n" * round(20_000_000 * scale)


def csv_thousand_columns(scale: float) -> bytes:
    head = b",".join(b"n%d" % at for at in range(996)) + b",id,name,lon,lat\n"
    return head + (b"," * 999 + b"\n") * round(20_000 * scale)


def csv_difficult_names(_: float) -> bytes:
    return b",".join(b"bezeichnung_des_ortes_%d" % at * 8 for at in range(1000)) + b"\nx" + b"," * 999 + b"\n"


def csv_digits(scale: float) -> bytes:
    return b"id,name,lon,lat,people\n" + b"A,a,9,53," + b"9" * round(4_000_000 * scale) + b"\n"


# Workbooks


def workbook(change: Callable[[bytes], bytes] = bytes, **parts: bytes) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(excel(Stellen=SITES))) as original,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as copy,
    ):
        more = {name.replace("__", "/").replace("_xml", ".xml"): content for name, content in parts.items()}
        for name in original.namelist():
            content = original.read(name)
            if name not in more:
                copy.writestr(name, change(content) if name == _SHEET else content)
        for name, content in more.items():
            copy.writestr(name, content)
    return stream.getvalue()


def texts(attributes: bytes, body: bytes = b"") -> bytes:
    return (
        b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        + attributes + b">" + body + b"</sst>"
    )  # fmt: skip


def in_sheet(rows: bytes) -> Callable[[bytes], bytes]:
    return lambda sheet: sheet.replace(b"</sheetData>", rows + b"</sheetData>")


def workbook_of_sheets(count: int, cell: bytes) -> bytes:
    """Sheets that each hold a cell at the top and one far away."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    sheet = f'<worksheet xmlns="{main}"><sheetData>'.encode() + cell + b"</sheetData></worksheet>"
    listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, count + 1))
    related = "".join(
        f'<Relationship Id="r{n}" Type="{rel}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, count + 1)
    )
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{listed}</sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{related}</Relationships>'.encode(),
        "[Content_Types].xml": b"<Types/>",
    }
    return zipped(parts | {f"xl/worksheets/sheet{n}.xml": sheet for n in range(1, count + 1)})


FAR = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="%d"><c r="%s%d"><v>1</v></c></row>'


def workbook_long_text(_: float) -> bytes:
    """One text of a megabyte that eighty thousand cells show."""
    body = b"<si><t>" + b"x" * 1_000_000 + b"</t></si>"
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (at, at) for at in range(9, 80_009))
    return workbook(in_sheet(rows), xl__sharedStrings_xml=texts(b'count="1" uniqueCount="1"', body))


def open_document(sheet: bytes) -> bytes:
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="a">'.encode()
        + sheet
        + b"</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def old_workbook(_: float) -> bytes:
    """A compound file whose tables of sectors lead everywhere."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 30, 30)
    return head + b"\xff" * 470 + b"\0" * 2048


# GeoPackage


def geopackage(script: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        points().to_file(path, layer="stellen", SPATIAL_INDEX="NO")
        database = sqlite3.connect(path)
        database.executescript(script)
        database.commit()
        database.close()
        return path.read_bytes()


def gpkg_generated(_: float) -> bytes:
    rows = "".join(f"INSERT INTO stellen (name) VALUES ('{at}');" for at in range(100))
    made = "ALTER TABLE stellen ADD COLUMN big TEXT GENERATED ALWAYS AS (hex(zeroblob(100000000))) VIRTUAL;"
    return geopackage(rows + made)


def gpkg_view(_: float) -> bytes:
    return geopackage(
        "CREATE VIEW trap AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT i AS fid, geom FROM n, stellen; UPDATE gpkg_contents SET table_name = 'trap';"
        " UPDATE gpkg_geometry_columns SET table_name = 'trap';"
    )


def gpkg_view_of(name: str, columns: str) -> Callable[[float], bytes]:
    """A view that never ends in the place of a table of the form itself."""
    return lambda _: geopackage(
        f"PRAGMA foreign_keys = OFF; DROP TABLE IF EXISTS {name}; CREATE VIEW {name} AS WITH RECURSIVE n(i) AS"
        f" (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {columns} FROM n;"
    )


def gpkg_layers(scale: float) -> bytes:
    count = round(2_000 * scale)
    return geopackage(
        "PRAGMA foreign_keys = OFF; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        f" WHERE i < {count}) INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
        " SELECT 'l' || i, 'features', 'l' || i, 4326 FROM n;"
        f" WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        " INSERT INTO gpkg_geometry_columns SELECT 'l' || i, 'geom', 'POINT', 4326, 0, 0 FROM n;"
    )


def gpkg_columns(_: float) -> bytes:
    # Written into the schema at once: column by column SQLite would read all of them 1,900 times.
    more = "".join(f", c{at} TEXT" for at in range(1_900))
    return geopackage(
        "PRAGMA writable_schema = ON; UPDATE sqlite_master"
        f" SET sql = substr(sql, 1, length(sql) - 1) || '{more})' WHERE name = 'stellen';"
    )


def gpkg_default(_: float) -> bytes:
    """A default of ten megabytes for each of a thousand rows that do not hold it."""
    rows = "".join(f"INSERT INTO stellen (name) VALUES ('{at}');" for at in range(1000))
    return geopackage(rows + f"ALTER TABLE stellen ADD COLUMN big TEXT DEFAULT '{'x' * 10_000_000}';")


def gpkg_false_wkb(_: float) -> bytes:
    """A line that says it has four thousand million points."""
    blob = b"GP\0\1" + struct.pack("<i", 4326) + struct.pack("<BII", 1, 2, 0xFFFFFFFF) + bytes(64)
    return geopackage(f"UPDATE stellen SET geom = x'{blob.hex()}';")


def gpkg_deep_wkb(_: float) -> bytes:
    """Collections within collections, forty thousand deep."""
    blob = b"GP\0\1" + struct.pack("<i", 4326) + struct.pack("<BII", 1, 7, 1) * 40_000
    return geopackage(f"UPDATE stellen SET geom = x'{blob.hex()}';")


def gpkg_page_size(size: int) -> Callable[[float], bytes]:
    def make(_: float) -> bytes:
        made = bytearray(geopackage(""))
        made[16:18] = struct.pack(">H", size)
        return bytes(made)

    return make


def gpkg_free_list(_: float) -> bytes:
    """A list of free pages and a count of pages that lead nowhere."""
    made = bytearray(geopackage(""))
    made[28:40] = struct.pack(">III", 0xFFFFFFFE, 3, 0xFFFFFFFF)
    return bytes(made)


def gpkg_false_crs(_: float) -> bytes:
    return geopackage(
        "UPDATE gpkg_spatial_ref_sys SET definition = replace(hex(zeroblob(2000000)), '0', '['),"
        " organization = 'NONE';"
    )


# GeoJSON


def kml(body: bytes, before: bytes = b"") -> bytes:
    """A map around ``body``."""
    return before + b'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>' + body + b"</Document></kml>"


def collection(features: str, more: str = "") -> bytes:
    return f'{{"type": "FeatureCollection"{more}, "features": [{features}]}}'.encode()


def feature(geometry: str, properties: str = '{"id": "A", "name": "a"}') -> str:
    return f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'


def json_objects(scale: float) -> bytes:
    return collection("{}," * round(6_000_000 * scale) + "{}")


def json_lists(scale: float) -> bytes:
    return collection(
        feature('{"type": "Polygon", "coordinates": [' + "[]," * round(6_000_000 * scale) + "[]]}")
    )


def json_keys(scale: float) -> bytes:
    """Five thousand objects, each with other keys: the table would have a million columns."""
    each = (
        feature(
            '{"type": "Point", "coordinates": [9, 53]}', json.dumps({f"k{at}_{n}": 1 for n in range(200)})
        )
        for at in range(round(5_000 * scale))
    )
    return collection(",".join(each))


def json_numbers(_: float) -> bytes:
    properties = '{"id": ' + "9" * 4_200 + ', "name": "a", "people": 1e999999}'
    return collection(feature('{"type": "Point", "coordinates": [9, 53]}', properties))


def json_deep(_: float) -> bytes:
    return collection(feature('{"type": "Point", "coordinates": ' + "[" * 500_000 + "]" * 500_000 + "}"))


def json_deep_properties(_: float) -> bytes:
    return collection(feature('{"type": "Point", "coordinates": [9, 53]}', '{"a":' * 39 + "1" + "}" * 39))


# Parquet


def parquet(table: pa.Table, **options: object) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **options)
    return stream.getvalue()


def parquet_dictionary(_: float) -> bytes:
    """A hundred thousand rows that all show one text of a megabyte."""
    long = pa.DictionaryArray.from_arrays(pa.array(np.zeros(99_000, np.int32)), pa.array(["x" * 1_000_000]))
    return parquet(pa.table({"id": long, "name": long}))


def parquet_rows(_: float) -> bytes:
    return parquet(
        pa.table({"id": pa.nulls(29_000_000, pa.string()), "people": pa.nulls(29_000_000, pa.float64())})
    )


def parquet_columns(_: float) -> bytes:
    return parquet(pa.table({f"c{at}": [1] for at in range(3_000)}))


def parquet_constant(_: float) -> bytes:
    zeros = np.zeros(20_000_000)
    return parquet(pa.table(dict.fromkeys(("lon", "lat", "people"), zeros)), compression="zstd")


def parquet_utf8(_: float) -> bytes:
    broken = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(struct.pack("<3i", 0, 2, 4)), pa.py_buffer(b"\xff\xfe\xc0\x80")])  # fmt: skip
    return parquet(pa.table({"id": broken, "name": broken, "lon": [9.0, 9.1], "lat": [53.0, 53.1]}))


def parquet_nested(_: float) -> bytes:
    kind = pa.int32()
    for _ in range(60):
        kind = pa.list_(kind)
    return parquet(pa.table({"a": pa.nulls(10, kind)}))


def parquet_shapes(wkb: bytes, described: bytes | None = None) -> bytes:
    """A GeoParquet of one shape, and what it says of it."""
    columns = {"geometry": {"encoding": "WKB", "geometry_types": []}}
    said = json.dumps({"version": "1.0.0", "primary_column": "geometry", "columns": columns}).encode()
    made = pa.table({"ags": ["1"], "name": ["a"], "geometry": pa.array([wkb], pa.binary())})
    return parquet(made.replace_schema_metadata({b"geo": said if described is None else described}))


def parquet_footer(alter: Callable[[bytearray], None]) -> Callable[[float], bytes]:
    def make(_: float) -> bytes:
        made = bytearray(parquet(pa.table({"id": ["A", "B"], "lon": [9.0, 9.1]})))
        alter(made)
        return bytes(made)

    return make


def _footer_size(made: bytearray) -> None:
    made[-8:-4] = struct.pack("<I", 0x7FFFFFFF)


def _footer_counts(made: bytearray) -> None:
    (size,) = struct.unpack("<I", made[-8:-4])
    # The list of columns announces as many as a number can say.
    made[-8 - size + 4 : -8 - size + 10] = b"\xf9\xff\xff\xff\xff\x0f"


def _page_sizes(made: bytearray) -> None:
    # The header of the first page: sizes unpacked and packed as large as a number can say.
    made[4:14] = b"\x15\x04\x15\xfe\xff\xff\xff\x0f\x15\xfe"


# Plans


def plan_deep(_: float) -> bytes:
    return b"a=" + b"[" * 200_000 + b"]" * 200_000


def plan_dots(_: float) -> bytes:
    return b"a" + b".b" * 200_000 + b"=1\n"


def plan_tables(_: float) -> bytes:
    return b"".join(b"[[stages]]\n" for _ in range(40_000))


def plan_whole(_: float) -> bytes:
    return b"version = 0x" + b"f" * 400_000


def bundle_of(name: str, content: bytes) -> bytes:
    return zipped({"plan.toml": b'version = 2\nname = "a"\n', name: content})


# Name, file name and how it is made; a scale above 1 makes those larger that grow by their size.
MAKERS: tuple[tuple[str, str, Callable[[float], bytes]], ...] = (
    ("zip of many files", "a.zip", zip_of_many),
    ("zip directory of millions", "a.zip", zip_directory_of_millions),
    ("zip with false sizes", "a.zip", zip_with_false_sizes),
    ("zip that says less than it holds", "a.zip", zip_that_says_less),
    ("zip with an LZMA dictionary of 4 GB", "a.zip", zip_lzma),
    ("zip in a zip in a zip", "a.zip", zip_in_itself),
    ("zip whose files overlap", "a.zip", zip_overlapping),
    ("a workbook of nothing in a zip", "a.zip", lambda _: zipped({"a.xlsx": b"0" * 90_000_000})),
    ("a workbook in a zip that is a bomb itself", "a.zip", lambda _: zipped({"a.xlsx": workbook(in_sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))})),
    ("a rule without end", "a.txt", lambda _: b"-" * 4_000_000 + b"x\na  b\n1  2\n3  4\n"),
    ("blanks without end", "a.txt", lambda scale: b"a  b c\n" + (b"x" + b" " * 98 + b"\n") * int(120_000 * scale)),
    ("zip bomb", "a.zip", lambda _: zipped({"a.csv": HEADER + b"0" * 90_000_000})),
    ("gzip in gzip", "a.csv.gz", gzip_of_gzip),
    ("gzip flood of rows", "a.csv.gz", gzip_flood),
    ("gzip cut short", "a.csv.gz", lambda _: gzip.compress(HEADER * 100)[:-20]),
    ("giant field", "a.csv", csv_giant_field),
    ("hundred thousand columns", "a.csv", csv_wide),
    ("nothing but commas", "a.csv", csv_commas),
    ("nothing but quotes", "a.csv", csv_quotes),
    ("nothing but lines", "a.csv", csv_lines),
    ("twenty million empty cells", "a.csv", csv_thousand_columns),
    ("a thousand long names of columns", "a.csv", csv_difficult_names),
    ("a number of a million digits", "a.csv", csv_digits),
    ("texts that claim 4,294,967,295", "a.xlsx", lambda _: workbook(xl__sharedStrings_xml=texts(b'count="4294967295" uniqueCount="4294967295"'))),
    ("texts that claim it in other words", "a.xlsx", lambda _: workbook(xl__sharedStrings_xml=texts(b"count='&#52;294967295' uniqueCount = '&#52;294967295'"))),
    ("texts that claim more than a number holds", "a.xlsx", lambda _: workbook(xl__sharedStrings_xml=texts(b'count="99999999999999999999" uniqueCount="99999999999999999999"'))),
    ("texts that claim a negative count", "a.xlsx", lambda _: workbook(xl__sharedStrings_xml=texts(b'count="-1" uniqueCount="-1"'))),
    ("a text that eighty thousand cells show", "a.xlsx", workbook_long_text),
    ("twenty sheets of 29 million cells", "a.xlsx", lambda _: workbook_of_sheets(20, FAR % (1_000_000, b"AC", 1_000_000))),
    ("a thousand sheets", "a.xlsx", lambda _: workbook_of_sheets(1000, FAR % (100_000, b"Z", 100_000))),
    ("the far corner", "a.xlsx", lambda _: workbook(in_sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))),
    ("a row of four thousand million", "a.xlsx", lambda _: workbook(in_sheet(b'<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>'))),
    ("a text that is not there", "a.xlsx", lambda _: workbook(in_sheet(b'<row r="9"><c r="A9" t="s"><v>4294967295</v></c></row>'))),
    ("dimensions of the whole sheet", "a.xlsx", lambda _: workbook(lambda sheet: sheet.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'))),
    ("merged cells without number", "a.xlsx", lambda _: workbook(lambda sheet: sheet.replace(b"</sheetData>", b'</sheetData><mergeCells count="4294967295"><mergeCell ref="A1:XFD1048576"/></mergeCells>'))),
    ("entities of XML", "a.xlsx", lambda _: workbook(lambda sheet: b'<!DOCTYPE x [<!ENTITY a "' + b"x" * 1000 + b'">]>' + sheet)),
    ("deep XML", "a.xlsx", lambda _: workbook(in_sheet(b"<row>" * 100_000))),
    ("open document of repeated cells", "a.ods", lambda _: open_document(b'<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>')),
    ("open document in the guise of Excel", "a.xlsx", lambda _: open_document(b'<table:table-row table:number-rows-repeated="4294967295"/>')),
    ("compound file that leads everywhere", "a.xls", old_workbook),
    ("computed columns", "a.gpkg", gpkg_generated),
    ("a view that never ends", "a.gpkg", gpkg_view),
    ("a table of contents that never ends", "a.gpkg", gpkg_view_of("gpkg_contents", "i AS table_name")),
    ("metadata that never end", "a.gpkg", gpkg_view_of("gpkg_metadata", "i AS id, 'dataset' AS md_scope, '' AS md_standard_uri, 'text/xml' AS mime_type, 'x' AS metadata")),
    ("thousands of layers", "a.gpkg", gpkg_layers),
    ("nineteen hundred columns", "a.gpkg", gpkg_columns),
    ("a default of ten megabytes", "a.gpkg", gpkg_default),
    ("a line of four thousand million points", "a.gpkg", gpkg_false_wkb),
    ("shapes within shapes", "a.gpkg", gpkg_deep_wkb),
    ("pages of no size", "a.gpkg", gpkg_page_size(0)),
    ("pages of one byte", "a.gpkg", gpkg_page_size(1)),
    ("pages of an odd size", "a.gpkg", gpkg_page_size(777)),
    ("free pages that lead nowhere", "a.gpkg", gpkg_free_list),
    ("a coordinate system of four megabytes", "a.gpkg", gpkg_false_crs),
    ("entities of a map", "a.kml", lambda _: kml(b"&b;", b'<!DOCTYPE kml [<!ENTITY a "' + b"x" * 10_000 + b'"><!ENTITY b "' + b"&a;" * 10_000 + b'">]>')),
    ("folders within folders", "a.kml", lambda _: kml(b"<Folder>" * 200_000)),
    ("placemarks without end", "a.kml", lambda scale: kml(b"<Placemark/>" * int(150_000 * scale))),
    ("a ring without end", "a.kml", lambda scale: kml(b"<Placemark><LineString><coordinates>" + b"9,52 " * int(500_000 * scale) + b"</coordinates></LineString></Placemark>")),
    ("data without end", "a.kml", lambda _: kml(b"<Placemark><ExtendedData>" + b"".join(b'<Data name="%d"><value/></Data>' % at for at in range(200_000)) + b"</ExtendedData></Placemark>")),
    ("a map that unpacks without end", "a.kmz", lambda _: zipped({"doc.kml": b" " * 90_000_000})),
    ("objects without end", "a.geojson", json_objects),
    ("lists without end", "a.geojson", json_lists),
    ("keys without end", "a.geojson", json_keys),
    ("numbers without end", "a.geojson", json_numbers),
    ("brackets within brackets", "a.geojson", json_deep),
    ("a line of one point", "a.geojson", lambda _: collection(feature('{"type": "LineString", "coordinates": [[9, 53]]}'))),
    ("objects within objects", "a.geojson", json_deep_properties),
    ("a dictionary of one long text", "a.parquet", parquet_dictionary),
    ("twenty-nine million rows of nothing", "a.parquet", parquet_rows),
    ("three thousand columns", "a.parquet", parquet_columns),
    ("one number twenty million times", "a.parquet", parquet_constant),
    ("text that is no UTF-8", "a.parquet", parquet_utf8),
    ("lists within lists", "a.parquet", parquet_nested),
    ("a shape of four thousand million points", "a.parquet", lambda _: parquet_shapes(struct.pack("<BII", 1, 2, 2**32 - 1))),
    ("shapes within shapes in Parquet", "a.parquet", lambda _: parquet_shapes(struct.pack("<BII", 1, 7, 1) * 40_000)),
    ("a shape that is described without end", "a.parquet", lambda _: parquet_shapes(b"", b"[" * 200_000)),
    ("a shape that is described by a number", "a.parquet", lambda _: parquet_shapes(b"", b'{"primary_column": "geometry", "columns": {"geometry": 5}}')),
    ("a footer of two gigabytes", "a.parquet", parquet_footer(_footer_size)),
    ("a footer that counts to the end", "a.parquet", parquet_footer(_footer_counts)),
    ("pages of two gigabytes", "a.parquet", parquet_footer(_page_sizes)),
    ("a plan of brackets", "a.toml", plan_deep),
    ("a plan of dots", "a.toml", plan_dots),
    ("a plan of forty thousand stages", "a.toml", plan_tables),
    ("a plan of four hundred thousand digits", "a.toml", plan_whole),
    ("a plan with a dictionary bomb", "a.zip", lambda scale: bundle_of("offices.parquet", parquet_dictionary(scale))),
    ("a plan with a giant table", "a.zip", lambda _: bundle_of("offices.csv", HEADER + b"0" * 90_000_000)),
    ("a plan with a deflate that never ends", "a.zip", lambda _: bundle_of("offices.csv", zlib.compress(b"0" * 10_000_000))),
)  # fmt: skip
