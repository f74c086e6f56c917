"""Where plans are kept: a file of SQLite in the user's data folder, or PostgreSQL by its URL."""

import os
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from iqgeo.errors import InputError, Problem
from iqgeo.store.faults import StoreError, explained
from iqgeo.store.schema import REVISION

ENVIRONMENT: Final = "IQGEO_STORE"
"""Environment variable that names the store where nothing else does."""

WAIT_S: Final = 30
"""So long a change waits for those of others."""

_POSTGRESQL: Final = ("postgresql://", "postgres://", "postgresql+psycopg://")
_SQLITE: Final = "sqlite:///"
# A store being made carries this prefix; what a killed program left is removed after an hour.
_PREFIX: Final = ".iqgeo-"
_LEFT_BEHIND_S: Final = 3600.0
_OURS: Final = re.compile(r"(?!0000)[0-9]{4}")
"""Revisions of the store's tables, of this program and of newer ones."""
# Any number, the same in every program: two that migrate one database wait for each other.
_MIGRATION_LOCK: Final = 7_231_014
# Alembic keeps what it is at in a global: one thread of a process at a time.
_MIGRATING: Final = threading.Lock()


@dataclass(frozen=True, eq=False)
class Store:
    """An open store. Safe to share between threads; every use takes a connection of its own.

    No connection stays open between two uses: a process may fork, a server may restart, and a file
    that is gone is noticed at the next change instead of being written to in vain.

    Attributes
    ----------
    place : str
        Path or address without its password, for people.
    engine : sa.Engine
        SQLAlchemy's.
    """

    place: str
    engine: sa.Engine = field(repr=False)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of the store, whatever others change meanwhile."""
        with explained(self.place), self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction: all of it is kept when the body ends, nothing if it raises or the program dies."""
        with explained(self.place), self.engine.connect() as connection:
            connection.execution_options(iqgeo_writes=True)
            with connection.begin():
                yield connection


def open_store(place: str | Path | None = None, *, create: bool = True) -> Store:
    """Open the store, bringing its tables up to date; by default make it where there is none.

    Parameters
    ----------
    place : str | Path | None
        Path of a file, or ``postgresql://user@host/database``; by default what the environment variable
        ``IQGEO_STORE`` names, else ``plans.db`` in the user's data folder.
    create : bool
        Whether a file that is not there is made.

    Returns
    -------
    Store
        With tables of this version.

    Raises
    ------
    StoreError
        If it cannot be used: not there, not ours, made by a newer program, no permission, not reached.
    InputError
        If ``place`` is neither.
    """
    named = str(place or os.environ.get(ENVIRONMENT) or default_path())
    if named.startswith(_POSTGRESQL):
        return _open_postgresql(named)
    if "://" in named and not named.startswith(_SQLITE):
        raise InputError(Problem("store_url", value=named.partition("://")[0]))
    return _open_sqlite(Path(named.removeprefix(_SQLITE)).expanduser().absolute(), create=create)


def default_path() -> Path:
    """The file used when nothing names another.

    Returns
    -------
    Path
        ``plans.db`` in the user's data folder, whether it is there or not.
    """
    from platformdirs import user_data_path

    return user_data_path("iqgeo", appauthor=False) / "plans.db"


def now() -> str:
    """The time as it is stored.

    Returns
    -------
    str
        UTC in ISO 8601, to the microsecond: texts in the order of their times.
    """
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _open_sqlite(path: Path, *, create: bool) -> Store:
    place = str(path)
    if not path.exists():
        if not create:
            raise StoreError(Problem("store_missing", file=place))
        _make_sqlite(path)
    return sqlite_store(path)


def sqlite_store(path: Path) -> Store:
    """The store in a file that is there; an empty one, for a backup, becomes one with nothing beside it.

    Parameters
    ----------
    path : Path
        A file that is there.

    Returns
    -------
    Store
        With tables of this version.

    Raises
    ------
    StoreError
        If it is no store, made by a newer program, or cannot be used.
    """
    store = Store(str(path), _sqlite_engine(path))
    _bring_up_to_date(store)
    return store


def _make_sqlite(path: Path) -> None:
    """Make a store beside its place and put it there whole; if another program was faster, its one counts."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in path.parent.glob(f"{_PREFIX}*.db"):
            # Another program that has just made its own takes it away meanwhile.
            with suppress(FileNotFoundError):
                if time.time() - old.stat().st_mtime > _LEFT_BEHIND_S:
                    old.unlink()
        made = path.parent / f"{_PREFIX}{secrets.token_hex(8)}.db"
        try:
            # Plans are nobody else's on this computer.
            made.touch(mode=0o600, exist_ok=False)
            sqlite_store(made)
            with sqlite3.connect(made) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
            connection.close()
            _put(made, path)
        finally:
            made.unlink(missing_ok=True)
    except StoreError as error:
        # Where it was being made helps nobody.
        raise StoreError([replace(it, file=str(path)) for it in error.problems]) from error
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreError(Problem("store_not_made", file=str(path), details={"reason": reason})) from error


def _put(made: Path, path: Path) -> None:
    try:
        path.hardlink_to(made)
    except FileExistsError:
        return
    except OSError:
        # A file system without links.
        if not path.exists():
            made.replace(path)


def _sqlite_engine(path: Path) -> sa.Engine:
    connect = partial(
        sqlite3.connect,
        # Never made by the way: a store that is lost is not an empty one.
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=WAIT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys=ON")
        # What was kept stays kept when the power goes.
        connection.execute("PRAGMA synchronous=FULL")
        # What was removed is overwritten.
        connection.execute("PRAGMA secure_delete=ON")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("iqgeo_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _open_postgresql(named: str) -> Store:
    try:
        url = sa.make_url(f"postgresql+psycopg://{named.partition('://')[2]}")
    except (sa.exc.ArgumentError, ValueError) as error:
        raise InputError(Problem("store_url", value="postgresql")) from error
    if find_spec("psycopg") is None:
        raise InputError(Problem("store_driver", value="postgresql"))
    place = f"postgresql://{url.host or 'localhost'}/{url.database or ''}"
    waits = {"connect_timeout": 10, "options": f"-c lock_timeout={WAIT_S * 1000}"}
    store = Store(place, sa.create_engine(url, poolclass=NullPool, connect_args=waits))
    _bring_up_to_date(store)
    return store


def _bring_up_to_date(store: Store) -> None:
    with store.reading() as connection:
        revision = _revision(connection, store.place)
    if revision == REVISION:
        return
    with store.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        # Another program may have done it while this one waited.
        if _revision(connection, store.place) != REVISION:
            migrate(connection)


def _revision(connection: sa.Connection, place: str) -> str | None:
    """Which tables the database has; ``None`` if it has none at all."""
    tables = sa.inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreError(Problem("store_foreign", file=place))
    revision = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    if revision is None and len(tables) == 1:
        return None
    # Alembic keeps the tables of other programs, too: their revisions are called otherwise.
    if not isinstance(revision, str) or not _OURS.fullmatch(revision):
        raise StoreError(Problem("store_foreign", file=place))
    if revision > REVISION:
        raise StoreError(Problem("store_newer", file=place, value=revision))
    return revision


def migrate(connection: sa.Connection, revision: str = "head") -> None:
    """Bring the tables of a database to ``revision`` within the connection's transaction.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction.
    revision : str
        A revision of Alembic's, or ``head`` for the newest.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _MIGRATING:
        command.upgrade(config, revision)
