"""The bytes of a text table: plain, gzipped or in a zip, unpacked on the way and never to more than fits."""

import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.source import Opened, archive_of
from iqgeo.inputs.table import begins_json
from iqgeo.safe.archives import ARCHIVE_ERRORS, files_in

CHUNK: Final = 4 * limits.MIB
_JSON: Final = (".geojson", ".json", ".geojsonl")
_HEAD: Final = 65_536


class _Counted(io.RawIOBase):
    """A stream that refuses to yield more than the limits allow, whatever its directory promised."""

    def __init__(self, inner: BinaryIO, file: str, packed: int | None) -> None:
        self._inner = inner
        self._file = file
        self._packed = packed
        self._read = 0

    def readable(self) -> bool:
        return True

    # Only ever filled by a BufferedReader, which hands it a memoryview.
    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except ARCHIVE_ERRORS as error:
            raise InputError(Problem("archive_broken", self._file)) from error
        self._read += len(data)
        if self._read > limits.TABLE_BYTES:
            raise InputError(too_large(self._file, self._read, limits.TABLE_BYTES))
        if self._packed is not None and self._read > max(
            limits.UNPACK_FREE_BYTES, limits.UNPACK_RATIO * self._packed
        ):
            raise InputError(Problem("zip_bomb", self._file, value=self._file))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def text_stream(opened: Opened, form: str) -> Iterator[BinaryIO]:
    """The bytes of the table, unpacked on the way.

    Raises
    ------
    InputError
        If a zip holds no table or several of them, or unpacks to too much.
    """
    if form == "zip":
        with archive_of(opened) as archive:
            member = _table_in(opened, [it.filename for it in files_in(archive)])
            packed = archive.getinfo(member).compress_size
            try:
                inner = archive.open(member)
            except ARCHIVE_ERRORS as error:
                raise InputError(Problem("archive_broken", opened.name)) from error
            # ZipExtFile is a BinaryIO in all but its declared type.
            with inner, io.BufferedReader(_Counted(inner, opened.name, packed), CHUNK) as stream:  # type: ignore[arg-type]
                yield stream
    elif form == "gzip":
        # GzipFile, too.
        with (
            opened.open() as packed_stream,
            gzip.GzipFile(fileobj=packed_stream) as unpacked,
            io.BufferedReader(_Counted(unpacked, opened.name, opened.size), CHUNK) as stream,  # type: ignore[arg-type]
        ):
            yield stream
    else:
        with opened.open() as stream:
            yield stream


def unpacked_json(opened: Opened, form: str) -> Opened | None:
    """What a zip or gzip holds, where that is JSON; ``None`` where it is a text table.

    Raises
    ------
    InputError
        If it unpacks to more than JSON may have.
    """
    if form not in ("zip", "gzip"):
        return None
    with text_stream(opened, form) as stream:
        data = stream.read(_HEAD)
        if not begins_json(data):
            return None
        data += stream.read(limits.JSON_BYTES + 1 - len(data))
    if len(data) > limits.JSON_BYTES:
        raise InputError(too_large(opened.name, len(data), limits.JSON_BYTES))
    return Opened(opened.name, None, data, len(data), data[:_HEAD])


_EXPLAINS: Final = re.compile(
    r"(?i)(^|/)[^/]*(read[ _-]?me|lies[ _-]?mich|lees[ _-]?mij|lizenz|licen[cs]e|copyright|hinweise?|"
    r"beschreibung|description|metadat|quellen?)[^/]*\.txt$"
)
"""Names of texts that come along with a table."""


def _table_in(opened: Opened, names: list[str]) -> str:
    """The one table in a zip, or the one that was named."""
    tables = [name for name in names if name.lower().endswith((".csv", ".txt", ".tsv", ".asc"))]
    tables = tables or [name for name in names if name.lower().endswith(_JSON)]
    if opened.layer is not None:
        tables = [name for name in tables if opened.layer in (name, name.rsplit("/", 1)[-1])]
    else:
        # What stands beside a table to explain it is none, unless it is all there is.
        tables = [name for name in tables if not _EXPLAINS.search(name)] or tables
    if len(tables) == 1:
        return tables[0]
    if not tables:
        raise InputError(Problem("zip_no_table", opened.name))
    listed = ", ".join(tables[: limits.LISTED])
    raise InputError(
        Problem(
            "layers_unclear", opened.name, details={"layers": listed, "first": tables[0], "file": opened.name}
        )
    )
