"""Files of roads that say of themselves that they are large, or that hold what no road has."""

import bz2
import gzip
import json
import struct
import zlib
from collections.abc import Callable

import pyarrow as pa

from tests.inputs import bombs as tables

_XML = b'<?xml version="1.0"?><osm version="0.6">'
_WAY = (
    b'<node id="1" lat="53" lon="9"/><node id="2" lat="53.01" lon="9"/>'
    b'<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>'
)
_LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (at, b"&a%d;" % (at - 1) * 10) for at in range(1, 12))
    + b"]>"
)


# OpenStreetMap as XML


def osm(inside: bytes, before: bytes = b"") -> bytes:
    return b'<?xml version="1.0"?>' + before + b'<osm version="0.6">' + inside + b"</osm>"


def osm_far_ids() -> bytes:
    most = 2**63 - 1
    return osm(
        b'<node id="%d" lat="53" lon="9"/><node id="%d" lat="53.01" lon="9"/><way id="%d"><nd ref="%d"/>'
        b'<nd ref="%d"/><tag k="highway" v="primary"/></way>' % (most, -most, most, most, -most)
    )


def osm_digits() -> bytes:
    return osm(_WAY.replace(b'id="1"', b'id="' + b"9" * 4_000 + b'"'))


def osm_long_way() -> bytes:
    refs = b'<nd ref="1"/><nd ref="2"/>' * 100_000
    return osm(_WAY.replace(b'<nd ref="1"/><nd ref="2"/>', refs))


def osm_one_value() -> bytes:
    return osm(_WAY.replace(b"primary", b"p" * 20_000_000))


# PBF


def varint(value: int) -> bytes:
    made = bytearray()
    value &= 2**64 - 1
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def blob(kind: bytes, content: bytes) -> bytes:
    header = field(1, kind) + field(3, len(content))
    return struct.pack(">I", len(header)) + header + content


def pbf(*blobs: bytes) -> bytes:
    head = field(4, b"OsmSchema-V0.6") + field(4, b"DenseNodes")
    return blob(b"OSMHeader", field(1, head)) + b"".join(blobs)


def data(block: bytes) -> bytes:
    return blob(b"OSMData", field(2, len(block)) + field(3, zlib.compress(block, 9)))


def strings(*words: bytes) -> bytes:
    return field(1, b"".join(field(1, it) for it in words))


def pbf_of_zeros(claimed: int, unpacked: int) -> bytes:
    return pbf(blob(b"OSMData", field(2, claimed) + field(3, zlib.compress(b"\0" * unpacked, 9))))


def pbf_many_words() -> bytes:
    """Ten million words without a letter."""
    return pbf(data(field(1, b"\x0a\x00" * 10_000_000)))


def pbf_many_blocks() -> bytes:
    """Twenty blocks that each unpack to a megabyte of nothing."""
    return pbf(*[data(strings(b"") + field(2, field(3, b"")) + b"\x12\x00" * 500_000)] * 20)


def pbf_way(refs: bytes, more: bytes = b"") -> bytes:
    words = strings(b"", b"highway", b"primary")
    way = field(1, 1) + field(2, varint(1)) + field(3, varint(2)) + field(8, refs)
    return pbf(data(words + field(2, field(3, way)) + more))


def pbf_far_refs() -> bytes:
    return pbf_way(varint(2**64 - 2) + varint(2**64 - 2))


def pbf_long_way() -> bytes:
    return pbf_way(b"\x02" * 20_000_000)


def pbf_positions() -> bytes:
    """Positions and steps beyond everything."""
    dense = field(1, b"\x02\x02") + field(8, varint(2**64 - 1) * 2) + field(9, varint(2**64 - 1) * 2)
    return pbf_way(b"\x02\x02", field(2, field(2, dense)) + field(17, 2**31) + field(19, 2**63 - 1))


def pbf_words_that_are_not_there() -> bytes:
    way = field(1, 1) + field(2, varint(2**32 - 1)) + field(3, varint(2**32 - 1)) + field(8, b"\x02\x02")
    return pbf(data(strings(b"") + field(2, field(3, way))))


# GraphML


def graphml(inside: bytes, before: bytes = b"", crs: bytes = b"epsg:4326") -> bytes:
    keys = b"".join(
        b'<key id="%s" for="%s" attr.name="%s" attr.type="string"/>' % (name, of, name)
        for of, names in ((b"graph", (b"crs",)), (b"node", (b"x", b"y")), (b"edge", (b"length", b"highway")))
        for name in names
    )
    return (
        b'<?xml version="1.0"?>' + before + b'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">' + keys
        + b'<graph edgedefault="directed"><data key="crs">' + crs + b"</data>" + inside + b"</graph></graphml>"
    )  # fmt: skip


def street(node: bytes = b"1", x: bytes = b"9", highway: bytes = b"primary", length: bytes = b"5") -> bytes:
    return (
        b'<node id="%s"><data key="x">%s</data><data key="y">53</data></node><node id="2"><data key="x">9.1</data>'
        b'<data key="y">53</data></node><edge source="%s" target="2"><data key="length">%s</data>'
        b'<data key="highway">%s</data></edge>' % (node, x, node, length, highway)
    )  # fmt: skip


# Overpass


def overpass(elements: str) -> bytes:
    return f'{{"version": 0.6, "elements": [{elements}]}}'.encode()


# Tables of edges

_EDGES = b"from,to,km,from_lon,from_lat,to_lon,to_lat\n"


def geopackage_of_edges(script: str) -> bytes:
    return tables.geopackage("UPDATE gpkg_geometry_columns SET geometry_type_name = 'LINESTRING';" + script)


def parquet_of_edges(**columns: object) -> bytes:
    return tables.parquet(pa.table(columns))


def parquet_dictionary() -> bytes:
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 50_000, pa.int32()), pa.array(["x" * 1_000_000]))
    return tables.parquet(pa.table({"from": long, "to": long, "km": pa.array([1.0] * 50_000)}))


MAKERS: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
    ("a thousand million laughs", "a.osm", lambda: osm(_WAY.replace(b"primary", b"&a11;"), _LAUGHS)),
    ("ids at the end of numbers", "a.osm", osm_far_ids),
    ("ids of four thousand digits", "a.osm", osm_digits),
    ("a way of two hundred thousand points", "a.osm", osm_long_way),
    ("a tag of twenty megabytes", "a.osm", osm_one_value),
    ("elements within elements", "a.osm", lambda: _XML + b"<way>" * 500_000),
    ("a gigabyte of blanks in gzip", "a.osm.gz", lambda: gzip.compress(_XML + b" " * 300_000_000, 1)),
    ("a gigabyte of blanks in bzip2", "a.osm.bz2", lambda: bz2.compress(_XML + b" " * 60_000_000)),
    ("a block that says four gigabytes", "a.osm.pbf", lambda: pbf_of_zeros(2**32 - 1, 1000)),
    ("a block that says less than it holds", "a.osm.pbf", lambda: pbf_of_zeros(10, 30_000_000)),
    ("a block of a gigabyte", "a.osm.pbf", lambda: pbf_of_zeros(2**30, 300_000_000)),
    ("a header of four gigabytes", "a.osm.pbf", lambda: pbf() + b"\xff\xff\xff\xff"),
    ("ten million empty words", "a.osm.pbf", pbf_many_words),
    ("blocks of nothing", "a.osm.pbf", pbf_many_blocks),
    ("references beyond numbers", "a.osm.pbf", pbf_far_refs),
    ("a way of twenty million points in PBF", "a.osm.pbf", pbf_long_way),
    ("positions beyond the world", "a.osm.pbf", pbf_positions),
    ("words that are not there", "a.osm.pbf", pbf_words_that_are_not_there),
    ("a number without an end", "a.osm.pbf", lambda: pbf(data(b"\xff" * 1_000_000))),
    ("laughs in a graph", "a.graphml", lambda: graphml(street(highway=b"&a11;"), _LAUGHS)),
    ("a list of lists of streets", "a.graphml", lambda: graphml(street(highway=b"[" * 200_000 + b"]" * 200_000))),
    ("a node of four thousand digits", "a.graphml", lambda: graphml(street(node=b"9" * 5_000))),
    ("a place of a million digits", "a.graphml", lambda: graphml(street(x=b"9" * 1_000_000))),
    ("a length that is no number", "a.graphml", lambda: graphml(street(length=b"nan"))),
    ("a system that is none", "a.graphml", lambda: graphml(street(), crs=b"[" * 100_000)),
    ("graphs within graphs", "a.graphml", lambda: graphml(b"<graph>" * 200_000)),
    ("brackets in an answer", "a.json", lambda: overpass("[" * 500_000)),
    ("an answer of empty objects", "a.json", lambda: overpass("{}," * 3_000_000 + "{}")),
    ("an answer with long ids", "a.json", lambda: overpass('{"type": "node", "id": ' + "9" * 5_000 + ', "lon": 9, "lat": 53}')),
    ("an answer with large ids", "a.json", lambda: overpass(json.dumps({"type": "way", "id": 1, "nodes": [10**30, -(10**30)], "tags": {"highway": "primary"}}))),
    ("an answer without types", "a.json", lambda: overpass('{"type": "way", "nodes": 7, "tags": "x"}')),
    ("brackets in a graph", "a.json", lambda: b'{"nodes": ' + b"[" * 500_000),
    ("a graph of nothing but edges", "a.json", lambda: b'{"nodes": [], "links": [' + b"{}," * 300_000 + b"{}]}"),
    ("a graph whose ids are lists", "a.json", lambda: b'{"nodes": [{"id": ' + b"[" * 900 + b"]" * 900 + b'}], "links": [{}]}'),
    ("laughs in GEXF", "a.gexf", lambda: b'<?xml version="1.0"?>' + _LAUGHS + b'<gexf><graph>&a11;</graph></gexf>'),
    ("zeros in a graph", "a.graphml.gz", lambda: gzip.compress(b"\0" * 60_000_000, 1)),
    ("zeros in zeros", "a.csv.bz2", lambda: bz2.compress(b"0" * 60_000_000)),
    ("edges in the far corner", "a.xlsx", lambda: tables.workbook(tables.in_sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))),
    ("edges as texts without number", "a.xlsx", lambda: tables.workbook(xl__sharedStrings_xml=tables.texts(b'count="4294967295" uniqueCount="4294967295"'))),
    ("edges of commas", "a.csv", lambda: _EDGES + b"," * 5_000_000),
    ("edges of quotes", "a.csv", lambda: _EDGES + b'"' * 10_000_001),
    ("edges with ids beyond numbers", "a.csv", lambda: _EDGES + b"9" * 4_000 + b",1,1,9,53,9,53.1\n"),
    ("edges of endless length", "a.csv", lambda: _EDGES + b"1,2,1e308,9,53,9,53.1\n" * 50),
    ("edges in no encoding", "a.csv", lambda: _EDGES + b"\xff\x81,1,1,9,53,9,53.1\n"),
    ("a dictionary of one long id", "a.parquet", parquet_dictionary),
    ("edges of a footer without end", "a.parquet", lambda: tables.parquet_footer(tables._footer_counts)(1)),
    ("edges that are no UTF-8 in Parquet", "a.parquet", lambda: tables.parquet_utf8(1)),
    ("edges of nested lists", "a.parquet", lambda: tables.parquet_nested(1)),
    ("edges of millions of nothing", "a.parquet", lambda: tables.parquet_rows(1)),
    ("computed columns of edges", "a.gpkg", lambda: tables.gpkg_generated(1)),
    ("a view of edges that never ends", "a.gpkg", lambda: tables.gpkg_view(1)),
    ("an edge of four thousand million points", "a.gpkg", lambda: tables.gpkg_false_wkb(1)),
    ("edges within edges", "a.gpkg", lambda: tables.gpkg_deep_wkb(1)),
    ("edges of a default of ten megabytes", "a.gpkg", lambda: tables.gpkg_default(1)),
)  # fmt: skip
