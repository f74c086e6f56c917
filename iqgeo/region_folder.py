"""What a folder must hold to be a region, and what is wrong with one that is none.

A folder that does not come with the program is one that somebody brought. Each of its tables is read once in
a child with limits before it is read here; that it went well is remembered by the table's checksum.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.frames import read_table
from iqgeo.safe.parse import toml_tables

# What a table must have to be one; tables marked optional may be absent from a region of one's own.
REQUIRED_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "settlements.parquet": ("id", "ags", "district_ags", "lon", "lat", "population"),
    "districts.parquet": ("ags", "name", "geometry"),
    "figures.csv": ("measure", "year", "area", "persons"),
    "towns.csv": ("id", "name", "lon", "lat", "population"),
    "offices.csv": ("id", "name", "lon", "lat"),
}
OPTIONAL_TABLES = ("context.parquet", "municipalities.csv", "municipalities_former.csv", "ags_changes.csv")
DESCRIPTION: Final = "region.toml"

_REASON = 200
"""Letters of what a library says of a file that are passed on."""

_MIB: Final = 2**20
_WORDS_BYTES: Final = _MIB
"""A description, or the sources; the largest that we know has 12 kB."""
_TABLE_BYTES: Final = 1024 * _MIB
_FREE_BYTES: Final = 256 * _MIB
_RATIO: Final = 40
"""A table may take this in memory, and so many times its file beyond; a state's take 3 times theirs."""
_READ_S: Final = 30
"""Seconds of work on a table, and one for each megabyte beyond."""
_HEADING_BYTES: Final = 64 * 1024
_SAVED_SIGNS: Final = (";", "\t")
"""Delimiters of a spreadsheet where the comma is the decimal sign."""
_ENTRIES: Final[Mapping[str, type]] = {
    "name": str,
    "crs": str,
    "ags": str,
    "stages": list,
    "default_stage": int,
    "data_date": str,
    "population_year": int,
    "default_weight": str,
    "sha256": dict,
}
_PEOPLE: Final = (0.0, 1e10)
_YEARS: Final = (0.0, 9_999.0)
# From where to where a number can be; a region on both sides of 180 degrees counts on to 360.
_RANGES: Final = {
    "lon": (-360.0, 360.0), "lat": (-90.0, 90.0), "population": _PEOPLE, "persons": _PEOPLE,
    "year": _YEARS, "opened": _YEARS, "closed": _YEARS,
}  # fmt: skip
_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "settlements.parquet": ("lon", "lat", "population"),
    "towns.csv": ("lon", "lat", "population"),
    "figures.csv": ("year", "persons"),
    "offices.csv": ("lon", "lat", "opened", "closed"),
}
_MAY_BE_EMPTY: Final = ("opened", "closed")
_NEVER_EMPTY: Final = ("settlements.parquet", "districts.parquet")
_SHAPES: Final = b"geo"
_SUFFIXES: Final = (".parquet", ".csv")
_ROOM: Final = b"g"


def missing_parts(folder: Path, *, brought: bool = True) -> list[Problem]:
    """Everything that keeps a folder from being a region."""
    if not is_there(folder) or not folder.is_dir():
        return [Problem("region_folder_missing", file=str(folder)[:_REASON])]
    description = folder / DESCRIPTION
    if not description.exists():
        return [Problem("region_file_missing", file=str(description))]
    problems = []
    try:
        described = words_in(description)
    except (OSError, ValueError) as error:
        reason = str(error)[:_REASON]
        return [Problem("region_file_unreadable", file=str(description), details={"reason": reason})]
    problems += [
        Problem("region_entry_missing", file=str(description), column=key)
        for key in ("name", "crs")
        if key not in described
    ]
    try:
        _check_words(described, brought=brought)
    except ValueError as error:
        details = {"reason": str(error)}
        problems.append(Problem("region_file_unreadable", file=str(description), details=details))
    for name, columns in REQUIRED_COLUMNS.items():
        path = folder / name
        if not path.exists():
            problems.append(Problem("region_table_missing", file=str(path)))
            continue
        try:
            if brought:
                read_apart(path)
            with readable(path):
                present = _columns_of(path)
        except InputError as error:
            problems += error.problems
            continue
        problems += [
            Problem("column_missing", file=str(path), column=column, details={"present": ", ".join(present)})
            for column in columns
            if column not in present
        ]
    return problems


def _check_words(described: Mapping[str, Any], *, brought: bool) -> None:
    """Refuse entries of another kind, and a coordinate system that is none.

    Raises
    ------
    ValueError
        Which entry it is.
    """
    for key, kind in _ENTRIES.items():
        found = described.get(key)
        if found is not None and not isinstance(found, kind):
            raise ValueError(f"{key}: {type(found).__name__}")
    if not all(isinstance(it, int) for it in described.get("stages", ())):
        raise ValueError("stages: int")
    system = described.get("crs")
    if brought and system is not None and not _is_system(system):
        raise ValueError(f"crs: {system[:40]}")


@cache
def _is_system(name: str) -> bool:
    """Whether there is a coordinate system of this name, as a child finds that reads it."""
    from iqgeo.safe.kept import kept, key_of
    from iqgeo.workers.guarded import Bounds, run

    bounds = Bounds(memory_bytes=_FREE_BYTES, cpu_s=_READ_S, wall_s=4 * _READ_S, answer_bytes=_MIB)
    key = key_of([name], [__name__], ["pyproj"])

    def look() -> bool:
        return bool(run(f"{__name__}:is_system_here", name, file=DESCRIPTION, bounds=bounds, room=_ROOM))

    return bool(kept("region-system", key, look))


def is_system_here(name: str) -> bool:
    """Whether there is a coordinate system of this name, in metres."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return bool(CRS.from_user_input(name).is_projected)
    except CRSError:
        return False


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder; a name that none could have is none."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """A table that is damaged, or is none, is the folder's fault, and named."""
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, ValueError, KeyError, TypeError, OSError) as error:
        raise InputError(_unreadable(path, error)) from error


def _unreadable(path: Path, error: Exception) -> Problem:
    reason = f"{type(error).__name__}: {error}"[:_REASON]
    return Problem("region_table_unreadable", str(path), details={"reason": reason})


def words_in(path: Path) -> dict[str, Any]:
    """The tables of a TOML file of a region.

    Raises
    ------
    ValueError, OSError
        If it is none, or larger than any.
    """
    with path.open("rb") as file:
        written = file.read(_WORDS_BYTES + 1)
    if len(written) > _WORDS_BYTES:
        raise ValueError(f"larger than {_WORDS_BYTES // _MIB} MB")
    return toml_tables(written.decode("utf-8"))


def words_if_any(path: Path) -> dict[str, Any]:
    """The same, empty if there is no such file; what is wrong with it is a fault of the region's folder."""
    with readable(path):
        return words_in(path) if path.exists() else {}


def read_apart(path: Path) -> None:
    """Read a table that somebody brought in a child first: what it does to a reader it does there.

    Once for each content: what went well is remembered, in this process and between runs.

    Raises
    ------
    InputError
        If it cannot be read, or takes more memory or time than a table of its size may.
    """
    try:
        status = path.stat()
    except OSError:
        # Who reads it says so.
        return
    if status.st_size > _TABLE_BYTES:
        raise InputError(too_large(str(path), status.st_size, _TABLE_BYTES))
    _read_once(path.absolute(), status.st_size, status.st_mtime_ns, status.st_ino)


def written_here(folder: Path) -> None:
    """Remember the tables of a folder as well read: this program has just written them."""
    for path in folder.iterdir():
        if path.suffix in _SUFFIXES:
            _remembered(path, lambda: True)


@cache
def _read_once(path: Path, size: int, _time: int, _inode: int) -> None:
    _remembered(path, lambda: _well_read(path, size))


def _remembered(path: Path, read: Callable[[], bool]) -> None:
    """Read a table, unless one of this content was well read before."""
    from iqgeo.safe.kept import kept, key_of

    with readable(path), path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").digest()
    libraries = ("pandas", "pyarrow", "geopandas", "shapely", "pyproj")
    key = key_of([path.suffix, checksum], [__name__, "iqgeo.frames"], libraries)
    kept(f"region-{path.stem}", key, read)


def _well_read(path: Path, size: int) -> bool:
    from iqgeo.workers.guarded import Bounds, run

    cpu_s = _READ_S + size // _MIB
    bounds = Bounds(
        memory_bytes=2 * _FREE_BYTES + 2 * _RATIO * size, cpu_s=cpu_s, wall_s=4 * cpu_s, answer_bytes=_MIB
    )
    in_memory = run(f"{__name__}:size_here", str(path), file=str(path), bounds=bounds, room=_ROOM)
    limit = _FREE_BYTES + _RATIO * size
    if in_memory > limit:
        raise InputError(Problem("reader_memory", str(path), details={"limit": round(limit / _MIB, 0)}))
    return True


def size_here(written: str) -> int:
    """Read a table as a region does, in this process; the bytes that it takes."""
    path = Path(written)
    try:
        table = _table(path)
        _check_values(path.name, table)
        return int(table.memory_usage(deep=True).sum())
    except MemoryError:
        raise
    except Exception as error:
        # Whatever a library makes of a table that a stranger made is the table's fault.
        raise InputError(_unreadable(path, error)) from error


def _table(path: Path) -> pd.DataFrame:
    if path.suffix != ".parquet":
        return csv_table(path)
    import pyarrow.parquet as pq

    if _SHAPES not in (pq.read_metadata(path).metadata or {}):
        return read_table(path)
    import geopandas as gpd

    found: pd.DataFrame = gpd.read_parquet(path)
    return found


def csv_table(path: Path, **options: Any) -> pd.DataFrame:
    """A table of text as it is written here, or as a spreadsheet saves it again.

    That is with semicolons and decimal commas, and in the letters of Western Windows.

    Raises
    ------
    ValueError
        If it is none.
    """
    with path.open("rb") as file:
        heading = file.readline(_HEADING_BYTES)
    if len(heading) == _HEADING_BYTES:
        raise ValueError(f"heading of {_HEADING_BYTES // 1024} kB")
    sign = next((it for it in _SAVED_SIGNS if it.encode() in heading and b"," not in heading), "")
    told = {"keep_default_na": False, **({"sep": sign, "decimal": ","} if sign else {}), **options}
    try:
        frame: pd.DataFrame = pd.read_csv(path, **told)
    except UnicodeDecodeError:
        frame = pd.read_csv(path, encoding="cp1252", **told)
    for column in _NUMBERS.get(path.name, ()) if sign else ():
        if column in frame and not pd.api.types.is_numeric_dtype(frame[column]):
            # Points among commas: a spreadsheet leaves what it took for text.
            frame[column] = frame[column].astype(str).str.replace(",", ".").replace("", None)
            frame[column] = pd.to_numeric(frame[column])
    return frame


def _check_values(name: str, table: pd.DataFrame) -> None:
    """Refuse a table without the rows or with numbers that nothing could be computed from.

    Raises
    ------
    ValueError
        Which column it is.
    """
    if name in _NEVER_EMPTY and not len(table):
        raise ValueError("no rows")
    for column in _NUMBERS.get(name, ()):
        if column not in table:
            continue
        cells = table[column]
        if column in _MAY_BE_EMPTY:
            cells = cells[cells.notna() & cells.astype(str).str.strip().ne("")]
        if name.endswith(".parquet") and not pd.api.types.is_numeric_dtype(cells):
            raise ValueError(f"{column}: {cells.dtype}")
        least, most = _RANGES[column]
        if not pd.api.types.is_numeric_dtype(cells):
            # A whole number of any length is text to this reader, and too large as a number.
            cells = cells.astype(str)
        # What is no number, or larger than any, is none here; written so that it fails.
        if not pd.to_numeric(cells, errors="coerce").astype(float).between(least, most).all():
            raise ValueError(f"{column}: not between {least:.0f} and {most:.0f}")


def _columns_of(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            return list(file.schema_arrow.names)
    return list(csv_table(path, nrows=0).columns)
