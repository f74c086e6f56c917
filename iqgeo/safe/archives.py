"""Zips and shapefiles of strangers: what they raise, and how much they promise before they are read."""

import lzma
import re
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from iqgeo.errors import InputError, Problem

SHAPEFILE: Final[tuple[str, ...]] = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""The files of a shapefile that are read."""

# Everything that Python's zip, gzip and their decoders raise for damaged or crafted archives.
ARCHIVE_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,
)

# LZMA asks for the memory that the file names: up to 4 GB for its dictionary.
METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# The end of a zip: a record of its directory's entries and bytes, before it one for large archives.
_END: Final = struct.Struct("<10xHI6x")
_END64: Final = struct.Struct("<32xQQ8x")
_END64_BYTES: Final = 76
_END_BYTES: Final = 65_535 + _END.size + _END64_BYTES
_ENTRY_BYTES: Final = 1024


def added_by_system(name: str) -> bool:
    """Whether a member is one that a system adds on its own: what macOS keeps of a file beside it."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name.replace("\\", "/")).parts)


def files_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of a zip but those that a system adds on its own."""
    return [it for it in archive.infolist() if not it.is_dir() and not added_by_system(it.filename)]


def check_directory(stream: BinaryIO, size: int, file: str, most: int) -> None:
    """Refuse a directory of millions of entries before it is read: each takes memory, packed or not.

    Parameters
    ----------
    stream : BinaryIO
        The zip, at its beginning; there it is left.
    size : int
        Of the zip in bytes.
    file : str
        Its name for the screen.
    most : int
        So many entries it may have.

    Raises
    ------
    InputError
        ``zip_too_many``.
    """
    stream.seek(max(0, size - _END_BYTES))
    end = stream.read()
    stream.seek(0)
    for at in (it.start() for it in re.finditer(rb"PK\x05\x06", end)):
        record = end[at : at + _END.size]
        if len(record) < _END.size:
            continue
        count, length = _END.unpack(record)
        longer = end[max(0, at - _END64_BYTES) : at]
        if (
            len(longer) == _END64_BYTES
            and longer.startswith(b"PK\x06\x06")
            and longer[56:60] == b"PK\x06\x07"
        ):
            count, length = _END64.unpack(longer[:56])
        if length > most * _ENTRY_BYTES:
            raise InputError(Problem("zip_too_many", file, details={"count": float(count)}))
