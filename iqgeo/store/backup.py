"""A whole store in one file and back: the same file for both databases."""

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from dataclasses import replace as replaced
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from iqgeo.errors import InputError, Problem
from iqgeo.safe.parse import json_value
from iqgeo.store import limits
from iqgeo.store.database import Store, sqlite_store
from iqgeo.store.faults import StoreError
from iqgeo.store.schema import file, metadata, person, piece, plan, publication, version
from iqgeo.store.words import is_storable
from iqgeo.workers.guarded import Bounds, run

_ROWS: Final = 16
"""Rows copied at a time: a row can be a file of many megabytes."""

_READ_BYTES: Final = 2048 * limits.MIB
_READ_S: Final = 60
"""What reading a backup may take: memory, and seconds beyond one for each megabyte."""

_NEWER: Final = "store_newer"
_TIMES: Final = ("at", "created", "seen")
_OBJECTS: Final = ("checksums", "case_json")
_MOST_CHARS: Final = {
    "version.name": limits.NAME_CHARS,
    "version.change": limits.CHANGE_CHARS,
    "version.summary": limits.SUMMARY_CHARS,
    "version.text": limits.TEXT_CHARS,
}


@dataclass(frozen=True)
class Contents:
    """How much is in a store.

    Attributes
    ----------
    plans, versions, publications, persons : int
        How many there are.
    """

    plans: int
    versions: int
    publications: int
    persons: int


def contents(store: Store) -> Contents:
    """Count what is in a store.

    Parameters
    ----------
    store : Store
        An open store.

    Returns
    -------
    Contents
        Of one moment.

    Raises
    ------
    StoreError
        If the store cannot be read.
    """
    with store.reading() as connection:
        return _contents(connection)


def _contents(connection: sa.Connection) -> Contents:
    counts = [
        connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in (plan, version, publication, person)
    ]
    return Contents(*counts)


def back_up(store: Store, path: Path) -> Contents:
    """Write everything in a store, as it is at one moment, to an empty file: a store of SQLite itself.

    Others go on saving meanwhile.

    Parameters
    ----------
    store : Store
        An open store.
    path : Path
        An empty file that is there; from now on only its owner may read it.

    Returns
    -------
    Contents
        What was written.

    Raises
    ------
    StoreError
        If the store cannot be read, or the file not be written.
    """
    # It holds names and addresses.
    path.chmod(0o600)
    target = sqlite_store(path)
    with store.reading() as source, target.writing() as copy:
        found = _contents(source)
        _copy(source, copy)
    return found


def restore(store: Store, path: Path, *, replace: bool = False) -> Contents:
    """Bring back what a backup holds, all of it or nothing.

    Parameters
    ----------
    store : Store
        An open store.
    path : Path
        What :func:`back_up` wrote, by this program or an older one.
    replace : bool
        Whether what is in the store now may go.

    Returns
    -------
    Contents
        What is in the store afterwards.

    Raises
    ------
    InputError
        If the file is no whole backup, or the store is not empty and ``replace`` is not set.
    """
    with checked(path) as copy:
        return bring_back(store, copy, replace=replace)


@contextmanager
def checked(path: Path) -> Iterator[Path]:
    """A copy of a backup, read, checked and written anew by a child with limits, until the context ends.

    A database can keep whoever opens it busy for ever, and its rows can hold what no door would have kept:
    what comes back has our tables only, and in them what the store itself could have written.

    Parameters
    ----------
    path : Path
        What :func:`back_up` wrote; a stranger's, maybe.

    Yields
    ------
    Path
        The copy.

    Raises
    ------
    InputError
        If the file is no whole backup, or takes more memory or time than one of its size may.
    """
    try:
        size = path.stat().st_size
    except OSError:
        # What is missing is told by who opens it.
        size = 0
    cpu_s = _READ_S + size // limits.MIB
    bounds = Bounds(memory_bytes=_READ_BYTES, cpu_s=cpu_s, wall_s=4 * cpu_s, answer_bytes=limits.MIB)
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        copy = Path(folder) / "backup.db"
        written, target = str(path.absolute()), str(copy)
        run(f"{__name__}:checked_here", written, str(path), target, file=str(path), bounds=bounds, room=b"s")
        yield copy


def bring_back(store: Store, copy: Path, *, replace: bool = False) -> Contents:
    """Bring back what :func:`checked` gave, all of it or nothing.

    Parameters
    ----------
    store : Store
        An open store.
    copy : Path
        A checked copy.
    replace : bool
        Whether what is in the store now may go.

    Returns
    -------
    Contents
        What is in the store afterwards.

    Raises
    ------
    InputError
        If the store is not empty and ``replace`` is not set.
    """
    backup = sqlite_store(copy)
    with backup.reading() as source, store.writing() as target:
        if not replace and _contents(target) != Contents(0, 0, 0, 0):
            raise InputError(Problem("store_not_empty", file=store.place))
        for table in reversed(metadata.sorted_tables):
            target.execute(table.delete())
        _copy(source, target)
        return _contents(target)


# In the child


def checked_here(written: str, called: str, target: str) -> None:
    """Read a backup in this process and write what it holds to ``target``.

    Parameters
    ----------
    written : str
        Path of the backup.
    called : str
        What problems call it.
    target : str
        Path of the copy, not there yet.

    Raises
    ------
    InputError
        If it is no whole backup, or of a newer program.
    """
    path, copy = Path(written), Path(target)
    _check_whole(path, called)
    # An older backup's tables are brought up to date before they are read.
    current = copy.with_name("current.db")
    shutil.copyfile(path, current)
    copy.touch(mode=0o600)
    try:
        with sqlite_store(current).reading() as source, sqlite_store(copy).writing() as sound:
            _copy(source, sound, check=True)
            _check_files(sound)
    except StoreError as error:
        newer = [replaced(it, file=called) for it in error.problems if it.code == _NEWER]
        raise InputError(newer or Problem("store_no_backup", file=called)) from error
    except (sa.exc.SQLAlchemyError, sqlite3.Error, ValueError, TypeError, OverflowError) as error:
        raise InputError(Problem("store_no_backup", file=called)) from error


def _check_whole(path: Path, called: str) -> None:
    """Refuse what is no store, one with a damaged page, or one that computes what it shows."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            ours = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            foreign = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE type = 'view' OR sql LIKE '%VIRTUAL%TABLE%'"
            ).fetchone()
            computed = any(
                column[6]
                for name in metadata.tables
                for column in connection.execute(f'PRAGMA table_xinfo("{name}")')
            )
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # What is wrong with a damaged page may be told in bytes of that page.
        raise InputError(Problem("store_no_backup", file=called)) from error
    if not whole or ours is None or foreign or computed:
        raise InputError(Problem("store_no_backup", file=called))


def _check_row(table: sa.Table, row: dict[str, Any]) -> None:
    """Refuse a row that no door of the store would have written.

    Raises
    ------
    ValueError
        Which column it is, for whoever looks for it.
    """
    for column in table.columns:
        value, name = row[column.name], f"{table.name}.{column.name}"
        if value is None:
            # Where something must stand the database says so.
            continue
        if not isinstance(value, column.type.python_type):
            raise ValueError(f"{name}: of another type")
        if isinstance(value, str):
            if len(value) > _MOST_CHARS.get(name, limits.CASE_CHARS) or not is_storable(value):
                raise ValueError(f"{name}: too long, or not to be kept")
            if column.name in _TIMES:
                datetime.fromisoformat(value)
            if column.name in _OBJECTS and not isinstance(json_value(value), dict):
                raise ValueError(f"{name}: no object")
        elif isinstance(value, bytes) and len(value) > limits.OUTPUT_BYTES:
            raise ValueError(f"{name}: too large")


def _check_files(connection: sa.Connection) -> None:
    """Refuse a file of another content than its checksum says."""
    for sha256, size in connection.execute(sa.select(file.c.sha256, file.c.size)).all():
        found, total = hashlib.sha256(), 0
        these = sa.select(piece.c.content).where(piece.c.sha256 == sha256).order_by(piece.c.number)
        for content in connection.execute(these.execution_options(yield_per=_ROWS)).scalars():
            found.update(content)
            total += len(content)
        if (found.hexdigest(), total) != (sha256, size):
            raise ValueError(f"{sha256}: of another content")


def _copy(source: sa.Connection, target: sa.Connection, *, check: bool = False) -> None:
    for table in metadata.sorted_tables:
        rows = source.execute(sa.select(table).execution_options(yield_per=_ROWS))
        for some in rows.mappings().partitions(_ROWS):
            found = [dict(it) for it in some]
            for row in found if check else ():
                _check_row(table, row)
            target.execute(table.insert(), found)
