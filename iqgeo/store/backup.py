"""A whole store in one file and back: the same file for both databases."""

import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from dataclasses import replace as replaced
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from iqgeo.errors import InputError, Problem
from iqgeo.store.database import Store, sqlite_store
from iqgeo.store.faults import StoreError
from iqgeo.store.schema import metadata, person, plan, publication, version

_ROWS: Final = 16
"""Rows copied at a time: a row can be a file of many megabytes."""


@dataclass(frozen=True)
class Contents:
    """How much is in a store."""

    plans: int
    versions: int
    publications: int
    persons: int


def contents(store: Store) -> Contents:
    """Count what is in a store."""
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
    replace : whether what is in the store now may go

    Raises
    ------
    InputError
        If the file is no whole backup, or the store is not empty and ``replace`` is not set.
    """
    check_backup(path)
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        # A copy: an older backup's tables are brought up to date before they are read.
        copied = Path(folder) / "backup.db"
        shutil.copyfile(path, copied)
        try:
            backup = sqlite_store(copied)
        except StoreError as error:
            raise InputError([replaced(it, file=str(path)) for it in error.problems]) from error
        with backup.reading() as source, store.writing() as target:
            if not replace and _contents(target) != Contents(0, 0, 0, 0):
                raise InputError(Problem("store_not_empty", file=store.place))
            for table in reversed(metadata.sorted_tables):
                target.execute(table.delete())
            _copy(source, target)
            return _contents(target)


def check_backup(path: Path) -> None:
    """Refuse what is no store, or one with a damaged page, before anything is made or replaced.

    Raises
    ------
    InputError
        If the file is no whole backup.
    """
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            ours = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        finally:
            connection.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # What is wrong with a damaged page may be told in bytes of that page.
        raise InputError(Problem("store_no_backup", file=str(path))) from error
    if not whole or ours is None:
        raise InputError(Problem("store_no_backup", file=str(path)))


def _copy(source: sa.Connection, target: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        rows = source.execute(sa.select(table).execution_options(yield_per=_ROWS))
        for some in rows.mappings().partitions(_ROWS):
            target.execute(table.insert(), [dict(it) for it in some])
