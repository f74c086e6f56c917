"""Read the ways and points of a PBF file that roads need: blocks unpacked here, their bytes walked compiled.

The format is that of the OpenStreetMap wiki (PBF_Format): blobs of at most 32 MiB, each a block of strings
and of points or ways, numbers as varints, ids and positions as differences. What a block claims is never
believed: every read is held against the end of what is read from.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, Integers

MOST_HEADER_BYTES, MOST_BLOB_BYTES = 64 * 1024, 32 * 1024 * 1024
"""Largest blob header and block, as the format has it."""

KNOWN_FEATURES = frozenset({b"OsmSchema-V0.6", b"DenseNodes"})
NANO = 1e-9


class PbfError(ValueError):
    """The bytes are not those of a PBF file, or end too early."""


class OtherPbfError(ValueError):
    """A PBF file packed in a way that is not read here: pyosmium may know it."""


@dataclass(frozen=True)
class WayGroup:
    """Ways of one block: references of way ``k`` are ``refs[ref_ptr[k]:ref_ptr[k + 1]]``, tags likewise.

    ``keys`` and ``values`` are positions in ``strings``; ``times`` are those of the last change, in seconds;
    a way that is not ``there`` was deleted.
    """

    refs: Integers
    ref_ptr: Integers
    keys: Integers
    values: Integers
    tag_ptr: Integers
    strings: list[bytes]
    ids: Integers
    versions: Integers
    times: Integers
    there: npt.NDArray[np.bool_]


def blocks(path: Path) -> Iterator[bytes]:
    """Unpacked blocks of data, one after the other.

    Raises
    ------
    PbfError
        If the file ends too early or is something else.
    OtherPbfError
        If it is packed, or made, in another way than nearly all are.
    """
    with path.open("rb") as file:
        while True:
            size = file.read(4)
            if not size:
                return
            header = _message(_exactly(file, int.from_bytes(size, "big"), MOST_HEADER_BYTES))
            blob = _exactly(file, _number(header, 3, -1), MOST_BLOB_BYTES)
            kind = (_bytes(header, 1) or [b""])[0]
            if kind == b"OSMHeader":
                said = _message(_unpacked(blob))
                unknown = {*_bytes(said, 4)} - KNOWN_FEATURES
                # Positions in the ways instead of points of their own.
                unknown |= {*_bytes(said, 5)} & {b"LocationsOnWays"}
                if unknown:
                    raise OtherPbfError(str(unknown))
            elif kind == b"OSMData":
                yield _unpacked(blob)


def _exactly(file: BinaryIO, size: int, most: int) -> bytes:
    if not 0 <= size <= most:
        raise PbfError(f"{size} bytes")
    data = file.read(size)
    if len(data) < size:
        raise PbfError("the file ends too early")
    return data


def _unpacked(blob: bytes) -> bytes:
    fields = _message(blob)
    if raw := _bytes(fields, 1):
        return raw[0]
    if not (zipped := _bytes(fields, 3)):
        raise OtherPbfError("packed otherwise")
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(zipped[0], MOST_BLOB_BYTES)
    except zlib.error as error:
        raise PbfError(str(error)) from error
    if not unpacking.eof or len(data) != _number(fields, 2, len(data)):
        raise PbfError("a block of another size than it says")
    return data


def _message(data: bytes) -> dict[int, list[Any]]:
    """Fields of a message: numbers, and bytes as they are."""
    fields: dict[int, list[Any]] = {}
    at = 0
    value: Any
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
        elif key & 7 == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
            if len(value) < size:
                raise PbfError("a field longer than its message")
        elif key & 7 in (1, 5):
            at += 8 if key & 7 == 1 else 4
            continue
        else:
            raise PbfError("a field of no known kind")
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _bytes(fields: dict[int, list[Any]], number: int) -> list[bytes]:
    """Values of a field that are bytes, as they should be."""
    return [value for value in fields.get(number, []) if isinstance(value, bytes)]


def _number(fields: dict[int, list[Any]], number: int, default: int) -> int:
    """Value of a field that is a number, of which a negative one is written in two's complement."""
    value = next((it for it in fields.get(number, []) if isinstance(it, int)), default)
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise PbfError("a number without end")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value & (1 << 64) - 1, at
        shift += 7


@dataclass(frozen=True)
class PrimitiveBlock:
    """A block whose outer fields are known: strings, groups, and how positions are counted."""

    strings: list[bytes]
    groups: list[bytes]
    granularity: int
    offset: tuple[int, int]
    date_granularity: int

    @classmethod
    def of(cls, data: bytes) -> "PrimitiveBlock":
        """Read the outer fields."""
        fields = _message(data)
        table = [string for it in _bytes(fields, 1) for string in _bytes(_message(it), 1)]
        offset = _number(fields, 20, 0), _number(fields, 19, 0)
        return cls(table, _bytes(fields, 2), _number(fields, 17, 100), offset, _number(fields, 18, 1000))

    def numbers_of(self, words: tuple[bytes, ...]) -> Integers:
        """Positions of those of the strings that the block has."""
        found = [self.strings.index(word) for word in words if word in self.strings]
        return np.array(found, dtype=np.int64)


def ways_of(block: PrimitiveBlock, keys: tuple[bytes, ...]) -> Iterator[WayGroup]:
    """Return the ways of a block with one of the keys that bear one, or were deleted."""
    from iqgeo.distances.roads.pbf_kernel import read_ways

    wanted = block.numbers_of(keys)
    if not len(wanted):
        return
    for group in block.groups:
        data = np.frombuffer(group, dtype=np.uint8)
        refs, ref_ptr, found, values, tag_ptr, about, good = read_ways(data, wanted)
        if not good or max(found.max(initial=-1), values.max(initial=-1)) >= len(block.strings):
            raise PbfError("a way that leads out of its block")
        if len(ref_ptr) > 1:
            ids, versions, times, visible = about
            seconds, there = times * block.date_granularity // 1000, visible != 0
            yield WayGroup(
                refs, ref_ptr, found, values, tag_ptr, block.strings, ids, versions, seconds, there
            )


def place_points(
    block: PrimitiveBlock, wanted: Integers, lon: Floats, lat: Floats, keys: tuple[bytes, ...]
) -> list[tuple[int, dict[bytes, bytes]]]:
    """Write down where points lie, and return those of them that bear one of the keys, with their tags.

    Parameters
    ----------
    block : PrimitiveBlock
        Part of a file of OpenStreetMap.
    wanted : Integers
        Ids in ascending order.
    lon, lat : Floats
        Degrees of these, filled in.
    keys : tuple[bytes, ...]
        Of the tags.
    """
    from iqgeo.distances.roads.pbf_kernel import read_points

    marks = block.numbers_of(keys)
    tagged: list[tuple[int, dict[bytes, bytes]]] = []
    scale = np.array([block.granularity, *block.offset], dtype=np.float64) * NANO
    for group in block.groups:
        data = np.frombuffer(group, dtype=np.uint8)
        ids, found, values, ptr, good = read_points(data, wanted, lon, lat, scale, marks)
        if not good or (len(found) and max(found.max(), values.max()) >= len(block.strings)):
            raise PbfError("a point that leads out of its block")
        tagged += [
            (int(number), {block.strings[k]: block.strings[v] for k, v in _tags(found, values, ptr, at)})
            for at, number in enumerate(ids.tolist())
        ]
    return tagged


def _tags(
    keys: npt.NDArray[Any], values: npt.NDArray[Any], ptr: Integers, at: int
) -> Iterator[tuple[int, int]]:
    part = slice(int(ptr[at]), int(ptr[at + 1]))
    return zip(keys[part].tolist(), values[part].tolist(), strict=True)
