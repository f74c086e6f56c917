"""The bytes of a text table: plain, gzipped or in a zip, unpacked on the way and never to more than fits."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.source import Opened, archive_of, member_in, texts_in
from iqgeo.inputs.table import begins_json
from iqgeo.safe.archives import ARCHIVE_ERRORS, files_in

CHUNK: Final = 4 * limits.MIB
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
            member = member_in(opened, texts_in(opened, [it.filename for it in files_in(archive)]))
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
