"""The reader of PBF files: what pyosmium reads, from any bytes something sensible, and never beyond them."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.distances.roads import read_osm
from iqgeo.distances.roads.pbf import OtherPbfError, PbfError, PrimitiveBlock, blocks, place_points, ways_of
from iqgeo.errors import InputError
from tests.draws import draws

from .test_network import codes

ARRAYS = ("lon", "lat", "tail", "head", "mm", "minutes", "two_way", "road_class")


@pytest.mark.parametrize("name", ["Helsinki.osm.pbf", "test.osm.pbf"])
def test_both_readers_find_the_same_roads(extracts, name, monkeypatch):
    ours, info = read_osm.read_extract(extracts / name, "pbf")
    monkeypatch.setattr(read_osm, "_read_pbf", lambda *_: None)
    theirs, other = read_osm.read_extract(extracts / name, "pbf")
    for column in ARRAYS:
        np.testing.assert_array_equal(getattr(ours, column), getattr(theirs, column))
    assert (info.date, info.extent) == (other.date, other.extent)


@pytest.fixture(scope="module")
def unpacked(extracts):
    return list(blocks(extracts / "test.osm.pbf"))


def everything_of(data):
    block = PrimitiveBlock.of(data)
    found = list(ways_of(block, (b"highway",)))
    wanted = np.unique(np.concatenate([*(way.refs for way in found), np.arange(5)]))
    lon, lat = np.full(len(wanted), np.nan), np.full(len(wanted), np.nan)
    return found, place_points(block, wanted, lon, lat, (b"barrier", b"highway"))


@given(st.data())
@settings(max_examples=draws(150), deadline=None)
def test_spoiled_bytes_are_refused_or_stay_within_bounds(unpacked, data):
    block = bytearray(data.draw(st.sampled_from(unpacked)))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(block) - 1))
        block[at] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]) | st.integers(0, 255))
    if data.draw(st.booleans()):
        del block[data.draw(st.integers(0, len(block))) :]
    try:
        found, points = everything_of(bytes(block))
    except PbfError:
        return
    for way in found:
        assert way.ref_ptr[-1] == len(way.refs)
        assert way.tag_ptr[-1] == len(way.keys) == len(way.values)
        assert (np.diff(way.ref_ptr) >= 0).all()
    assert all(isinstance(tags, dict) for _, tags in points)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_hold_nothing(data):
    try:
        found, points = everything_of(data)
    except PbfError:
        return
    assert len(found) + len(points) >= 0


def blob(kind: bytes, inner: bytes) -> bytes:
    header = b"\x0a" + bytes([len(kind)]) + kind + b"\x18" + varint(len(inner))
    return struct.pack(">I", len(header)) + header + inner


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def packed(data: bytes, field: bytes = b"\x1a", size: int | None = None) -> bytes:
    inner = zlib.compress(data)
    return b"\x10" + varint(len(data) if size is None else size) + field + varint(len(inner)) + inner


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (blob(b"OSMData", packed(b"abc", size=4)), PbfError),
        (blob(b"OSMData", packed(b"\0" * (33 << 20))), PbfError),
        (blob(b"OSMData", b"\x1a\x05abcde"), PbfError),
        (blob(b"OSMData", packed(b"abc"))[:-1], PbfError),
        (struct.pack(">I", 2**31), PbfError),
        (blob(b"OSMData", packed(b"abc", field=b"\x22")), OtherPbfError),
        (blob(b"OSMHeader", packed(b"\x22\x03new")), OtherPbfError),
        (blob(b"OSMHeader", packed(b"\x2a\x0fLocationsOnWays")), OtherPbfError),
    ],
)
def test_blobs_that_lie_or_are_packed_otherwise(tmp_path, content, error):
    (tmp_path / "x.osm.pbf").write_bytes(content)
    with pytest.raises(error):
        list(blocks(tmp_path / "x.osm.pbf"))


def test_raw_blobs_are_read_and_a_stranger_is_left_to_pyosmium(tmp_path, extracts, unpacked, monkeypatch):
    whole = (extracts / "test.osm.pbf").read_bytes()
    size = struct.unpack(">I", whole[:4])[0]
    head_end = 4 + size + next(blob_size(whole[4 : 4 + size]))
    raw = whole[:head_end] + b"".join(blob(b"OSMData", b"\x0a" + varint(len(it)) + it) for it in unpacked)
    (tmp_path / "raw.osm.pbf").write_bytes(raw)
    assert list(blocks(tmp_path / "raw.osm.pbf")) == unpacked
    ours, _ = read_osm.read_extract(tmp_path / "raw.osm.pbf", "pbf")
    theirs, _ = read_osm.read_extract(extracts / "test.osm.pbf", "pbf")
    np.testing.assert_array_equal(ours.mm, theirs.mm)

    def strange(path):
        raise OtherPbfError("packed otherwise")

    monkeypatch.setattr("iqgeo.distances.roads.read_pbf.blocks", strange)
    left, _ = read_osm.read_extract(tmp_path / "raw.osm.pbf", "pbf")
    np.testing.assert_array_equal(left.mm, theirs.mm)


def blob_size(header):
    at = header.index(b"\x18") + 1
    size = shift = 0
    while True:
        size |= (header[at] & 0x7F) << shift
        if header[at] < 0x80:
            break
        at, shift = at + 1, shift + 7
    yield size


def test_a_spoiled_file_is_named(tmp_path, extracts):
    whole = bytearray((extracts / "test.osm.pbf").read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    (tmp_path / "spoiled.osm.pbf").write_bytes(whole)
    with pytest.raises(InputError) as caught:
        read_osm.read_extract(tmp_path / "spoiled.osm.pbf", "pbf")
    assert codes(caught) == ["roads_file_broken"]
