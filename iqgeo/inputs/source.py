"""Opening what the user gave, and nothing else."""

import io
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import BinaryIO, Final

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.intake import Source
from iqgeo.inputs.words import shown
from iqgeo.safe.archives import ARCHIVE_ERRORS, METHODS, SHAPEFILE, check_directory

_HEAD: Final = 65_536
# More than one letter before a colon: a driver prefix or protocol, never a Windows drive.
_PREFIX: Final = re.compile(r"^[A-Za-z][A-Za-z0-9_+.-]+:")
_TEXTS: Final = (".csv", ".txt", ".tsv", ".asc")
_JSON: Final = (".geojson", ".json", ".geojsonl")
_BOOKS: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
# Names of texts that come along with a table.
_EXPLAINS: Final = re.compile(
    r"(?i)(^|/)[^/]*(read[ _-]?me|lies[ _-]?mich|lees[ _-]?mij|lizenz|licen[cs]e|copyright|hinweise?|"
    r"beschreibung|description|metadat|quellen?)[^/]*\.txt$"
)


@dataclass(frozen=True)
class Opened:
    """A file that may be read: the path or the bytes, its name for the screen and its first bytes."""

    name: str
    path: Path | None
    data: bytes | None
    size: int
    head: bytes
    layer: str | None = None

    @property
    def suffix(self) -> str:
        """The ending of the file name in small letters, with its dot."""
        return Path(self.name).suffix.lower()

    def names(self, member: str) -> bool:
        """Whether the layer that was asked for is this member of a zip, with its folder or without."""
        return self.layer in (member, member.rsplit("/", 1)[-1])

    def parts_beside(self) -> dict[str, Path]:
        """The files that belong to a shapefile on this computer, by ending; none where one is missing."""
        if self.path is None or self.suffix != ".shp":
            return {}
        try:
            beside = {it.suffix.lower(): it for it in self.path.parent.glob(f"{escape(self.path.stem)}.*")}
        except OSError:
            return {}
        found = {it: beside[it] for it in SHAPEFILE if it in beside and beside[it].is_file()}
        return found if {".shp", ".shx", ".dbf"} <= found.keys() else {}

    def open(self) -> BinaryIO:
        """The content from its beginning."""
        if self.data is not None:
            return io.BytesIO(self.data)
        assert self.path is not None
        return self.path.open("rb")

    def read(self, limit_bytes: int) -> bytes:
        """The whole content, refused beyond ``limit_bytes``."""
        self.at_most(limit_bytes)
        if self.data is not None:
            return self.data
        with self.open() as stream:
            return stream.read(limit_bytes + 1)

    def at_most(self, limit_bytes: int) -> None:
        """Refuse a file of more bytes than that."""
        if self.size > limit_bytes:
            raise InputError(too_large(self.name, self.size, limit_bytes))


def open_source(source: Source, layer: str | None = None) -> Opened:
    """Open a path or an upload without interpreting it.

    Raises
    ------
    InputError
        If the path is no plain path to a plain file, or the file is missing, empty or too large.
    """
    if isinstance(source, tuple):
        data, name = source
        file = shown(re.split(r"[/\\]", name)[-1]) or "upload"
        if len(data) > limits.UPLOAD_BYTES:
            raise InputError(too_large(file, len(data), limits.UPLOAD_BYTES))
        return _not_empty(Opened(file, None, data, len(data), data[:_HEAD], layer))
    written = str(source)
    if "/vsi" in written or "\\vsi" in written or "://" in written or "|" in written or "\x00" in written:
        raise InputError(Problem("path_refused", value=shown(written)))
    if _PREFIX.match(written):
        raise InputError(Problem("path_refused", value=shown(written)))
    path, named_layer = _split_layer(written)
    file = shown(path.name) or shown(written)
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise InputError(Problem("file_missing", shown(path))) from error
    if not stat.S_ISREG(status.st_mode):
        raise InputError(Problem("file_not_plain", shown(path)))
    if status.st_size > limits.TABLE_BYTES:
        raise InputError(too_large(file, status.st_size, limits.TABLE_BYTES))
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise InputError(Problem("file_unreadable", file, details={"reason": error.strerror})) from error
    return _not_empty(Opened(file, path, None, status.st_size, head, layer or named_layer))


def _split_layer(written: str) -> tuple[Path, str | None]:
    """``towns.gpkg#north`` is the layer ``north`` of ``towns.gpkg``, unless a file is called that."""
    whole = Path(written)
    before, mark, after = written.rpartition("#")
    try:
        if not mark or not before or whole.exists():
            return whole, None
    except (OSError, ValueError):
        return whole, None
    return Path(before), after


def _not_empty(opened: Opened) -> Opened:
    if not opened.size or not opened.head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise InputError(Problem("file_empty", opened.name))
    return opened


@contextmanager
def archive_of(opened: Opened) -> Iterator[zipfile.ZipFile]:
    """The directory of a zip, checked: names, number, sizes and ratio, before anything is unpacked.

    Raises
    ------
    InputError
        If the directory is broken, encrypted, leads out of the archive or promises too much.
    """
    with ExitStack() as open_files:
        try:
            stream = open_files.enter_context(opened.open())
            check_directory(stream, opened.size, opened.name, limits.ARCHIVE_MEMBERS)
            archive = open_files.enter_context(zipfile.ZipFile(stream))
            members = archive.infolist()
        except InputError:
            raise
        except ARCHIVE_ERRORS as error:
            raise InputError(Problem("zip_broken", opened.name)) from error
        problems = list(_wrong_with(opened.name, members))
        if problems:
            raise InputError(problems[: limits.LISTED])
        yield archive


def books_in(opened: Opened, names: list[str]) -> list[str]:
    """The workbooks in a zip: none where a text table stands beside them, unless one of them is named."""
    books = [name for name in names if name.lower().endswith(_BOOKS)]
    if any(opened.names(it) for it in books):
        return books
    return [] if _texts(names, _TEXTS + _JSON, explaining=False) else books


def texts_in(opened: Opened, names: list[str]) -> list[str]:
    """The text tables in a zip, else its JSON: all of them where one of them is named."""
    if opened.layer is not None:
        return _texts(names, _TEXTS + _JSON, explaining=True)
    return _texts(names, _TEXTS, explaining=True) or _texts(names, _JSON, explaining=True)


def _texts(names: list[str], endings: tuple[str, ...], *, explaining: bool) -> list[str]:
    """Members of such endings; what stands beside a table to explain it only where it is all there is."""
    found = [name for name in names if name.lower().endswith(endings)]
    tables = [name for name in found if not _EXPLAINS.search(name)]
    return tables or (found if explaining else [])


def member_in(opened: Opened, tables: list[str]) -> str:
    """The one table in a zip, or the one that was named.

    Raises
    ------
    InputError
        If there is none, or several of them and none was named.
    """
    if opened.layer is not None:
        tables = [name for name in tables if opened.names(name)]
    if len(tables) == 1:
        return tables[0]
    if not tables:
        raise InputError(Problem("zip_no_table", opened.name))
    details = {"layers": ", ".join(tables[: limits.LISTED]), "first": tables[0], "file": opened.name}
    raise InputError(Problem("layers_unclear", opened.name, details=details))


def _wrong_with(file: str, members: list[zipfile.ZipInfo]) -> Iterator[Problem]:
    if len(members) > limits.ARCHIVE_MEMBERS:
        yield Problem("zip_too_many", file, details={"count": len(members)})
    for member in members[: limits.ARCHIVE_MEMBERS]:
        name = member.filename
        if not name:
            yield Problem("zip_broken", file)
            continue
        if member.compress_type not in METHODS:
            yield Problem("zip_method", file, value=shown(name))
        parts = re.split(r"[/\\]", name)
        if ".." in parts or name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name):
            yield Problem("zip_traversal", file, value=shown(name))
        if member.flag_bits & 1:
            yield Problem("zip_locked", file, value=shown(name))
        large = member.file_size > limits.UNPACK_FREE_BYTES
        if large and member.file_size > limits.UNPACK_RATIO * max(member.compress_size, 1):
            yield Problem("zip_bomb", file, value=shown(name))
