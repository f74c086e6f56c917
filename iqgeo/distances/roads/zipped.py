"""Road files that are packed: the one in a zip (shapefiles, mostly), or one in gzip or bzip2."""

import bz2
import gzip
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Final

from iqgeo.distances.roads.foreign import refuse_timetables
from iqgeo.errors import InputError, Problem
from iqgeo.safe.archives import ARCHIVE_ERRORS, METHODS, SHAPEFILE, added_by_system, check_directory

MOST_RATIO: Final = 40
"""A file that is unpacked may be so many times as large as its zip; lines as text pack about ten times."""

FREE_BYTES: Final = 2**24
"""So much may come out of any zip: an almost empty table packs well."""

MOST_FILES: Final = 2_000
MOST_NAMED: Final = 20
_ROADS: Final = re.compile(
    r"road|street|stra(?:ß|ss)e|highway|edges|kanten|links|wegen?(?!punkt)|weg(?:e|vak)|netz|netwerk|network",
    re.IGNORECASE,
)
_RAILS: Final = re.compile(r"rail|bahn|spoor|water|gew(?:ä|ae)sser|river|fluss", re.IGNORECASE)
_PLAIN: Final = re.compile(r"[\w .()+#-]{1,120}")


PACKED: Final[Mapping[str, Callable[..., Any]]] = {".gz": gzip.open, ".bz2": bz2.open}
_BLOCK_BYTES: Final = 2**20


def of_roads(names: Iterable[str]) -> list[str]:
    """Of several files or layers those that are called after roads; all if none is."""
    names = list(names)
    return [it for it in names if _ROADS.search(it) and not _RAILS.search(it)] or names


@contextmanager
def unpacked(path: Path, endings: Collection[str]) -> Iterator[Path]:
    """The road file of a zip in a folder of its own, with what belongs to it, as long as it is used.

    Parameters
    ----------
    path : Path
        The file.
    endings : Collection[str]
        How the names of files end that may hold roads, longest first.

    Raises
    ------
    InputError
        ``zip_broken``, ``zip_method``, ``zip_locked``, ``zip_bomb``; ``roads_zip_unclear`` where not one
        file in it holds roads by its name.
    """
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        try:
            with path.open("rb") as stream:
                check_directory(stream, path.stat().st_size, path.name, MOST_FILES)
                archive = zipfile.ZipFile(stream)
                found = _unpack(archive, path, Path(folder), endings)
        except InputError:
            raise
        except ARCHIVE_ERRORS as error:
            raise InputError(Problem("zip_broken", file=path.name)) from error
        yield found


@contextmanager
def plain(path: Path) -> Iterator[Path]:
    """The file in a gzip or bzip2 by its own name, in a folder of its own, as long as it is used.

    A table of nodes that lies beside one of edges comes along. What is not packed is handed back as it is.

    Raises
    ------
    InputError
        ``zip_broken``, ``zip_bomb``.
    """
    if path.suffix.lower() not in PACKED:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        inner = Path(folder) / path.stem
        _unpack_stream(path, inner)
        beside = path.name.replace("edges", "nodes")
        if beside != path.name:
            for nodes in (path.with_name(beside), path.with_name(beside).with_suffix("")):
                if nodes.is_file():
                    with plain(nodes) as it:
                        shutil.copyfile(it, Path(folder) / it.name)
                    break
        yield inner


def _unpack_stream(path: Path, target: Path) -> None:
    left = FREE_BYTES + MOST_RATIO * path.stat().st_size
    try:
        with PACKED[path.suffix.lower()](path, "rb") as stream, target.open("wb") as copy:
            while block := stream.read(_BLOCK_BYTES):
                left -= len(block)
                if left < 0:
                    raise InputError(Problem("zip_bomb", file=path.name, value=target.name[:200]))
                copy.write(block)
    except ARCHIVE_ERRORS as error:
        raise InputError(Problem("zip_broken", file=path.name)) from error


def _unpack(archive: zipfile.ZipFile, path: Path, folder: Path, endings: Collection[str]) -> Path:
    members = {it.filename: it for it in archive.infolist() if not it.is_dir()}
    if len(members) > MOST_FILES:
        raise InputError(Problem("zip_too_many", file=path.name, details={"count": len(members)}))
    roads = [it for it in members if _ending(it, endings) and not added_by_system(it)]
    chosen = of_roads([it for it in roads if not PurePosixPath(it).stem.lower().endswith("nodes")])
    if len(chosen) != 1:
        refuse_timetables(members, path.name)
        files = ", ".join(list(members)[:MOST_NAMED])[:500]
        raise InputError(Problem("roads_zip_unclear", file=path.name, details={"files": files}))
    left = FREE_BYTES + MOST_RATIO * path.stat().st_size
    parts = _with_its_parts(chosen[0], _ending(chosen[0], endings), members)
    for name, inner in parts.items():
        member = members[name]
        left -= member.file_size
        if member.compress_type not in METHODS:
            raise InputError(Problem("zip_method", file=path.name, value=name[:200]))
        if member.flag_bits & 1:
            raise InputError(Problem("zip_locked", file=path.name, value=name[:200]))
        if left < 0:
            raise InputError(Problem("zip_bomb", file=path.name, value=name[:200]))
        with archive.open(member) as stream, (folder / inner).open("wb") as copy:
            # Python reads no more of a member than its directory says.
            shutil.copyfileobj(stream, copy)
    return folder / parts[chosen[0]]


def _with_its_parts(chosen: str, ending: str, members: Iterable[str]) -> dict[str, str]:
    """The chosen file, and those that belong to it, each with the plain name it is unpacked under."""
    stem = chosen[: -len(ending)]
    plain = PurePosixPath(stem.replace("\\", "/")).name
    # Names are a stranger's: what is no plain word does not become a path.
    plain = plain if _PLAIN.fullmatch(plain) else "edges" if plain.lower().endswith("edges") else "roads"
    parts = {chosen: plain + ending}
    if ending == ".shp":
        parts |= {
            it: plain + it[len(stem) :].lower()
            for it in members
            if it.startswith(stem) and it[len(stem) :].lower() in SHAPEFILE
        }
    beside = chosen.replace("edges", "nodes")
    if beside in members:
        parts[beside] = parts[chosen].replace("edges", "nodes")
    return parts


def _ending(name: str, endings: Collection[str]) -> str:
    """How a name ends that may be one of a road file, empty for any other."""
    return next((it for it in endings if name.lower().endswith(it)), "")
