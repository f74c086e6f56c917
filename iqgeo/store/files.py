"""The user's own files that plans rest on: each kept once, by its checksum."""

import hashlib
import io
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from iqgeo.errors import InputError, Problem
from iqgeo.store import limits
from iqgeo.store.database import Store, now
from iqgeo.store.members import LOCAL, Member, readable
from iqgeo.store.schema import file, holding, piece, version, version_file


@dataclass(frozen=True)
class Use:
    """A version that rests on a file.

    Attributes
    ----------
    plan_id, plan_name : str
        The plan, and what it is called.
    number : int
        Of the version.
    name : str
        What the version calls the file.
    """

    plan_id: str
    plan_name: str
    number: int
    name: str


def add(store: Store, content: bytes | Path, by: Member = LOCAL) -> str:
    """Keep a file; one that is there already is not kept again.

    A file that no version names within a day is removed when the next one comes.

    Parameters
    ----------
    store : Store
        An open store.
    content : bytes | Path
        The content, or where it lies.
    by : Member
        Who brings it.

    Returns
    -------
    str
        Checksum (SHA-256), hexadecimal.

    Raises
    ------
    InputError
        If it is larger than a file may be, all files together are, or it cannot be read.
    """
    try:
        with closing(io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")) as stream:
            return _add(store, stream, by)
    except OSError as error:
        details = {"reason": error.strerror or type(error).__name__}
        raise InputError(Problem("store_file_unreadable", file=str(content), details=details)) from error


def _add(store: Store, stream: BinaryIO, by: Member) -> str:
    if not by.in_house:
        raise InputError(Problem("store_not_allowed"))
    sha256, size = _measured(stream)
    stream.seek(0)
    with store.writing() as connection:
        _remove_old(connection)
        if connection.execute(sa.select(file.c.sha256).where(file.c.sha256 == sha256)).first() is None:
            kept = connection.execute(sa.select(sa.func.coalesce(sa.func.sum(file.c.size), 0))).scalar_one()
            if int(kept) + size > limits.ALL_FILES_BYTES:
                raise InputError(_too_large("store_files_full", int(kept) + size, limits.ALL_FILES_BYTES))
            connection.execute(_insert(connection, file, sha256=sha256, size=size, at=now()))
            for number, content in enumerate(_pieces(stream)):
                connection.execute(_insert(connection, piece, sha256=sha256, number=number, content=content))
        else:
            # Its day begins again.
            connection.execute(file.update().where(file.c.sha256 == sha256).values(at=now()))
        if by.id:
            connection.execute(_insert(connection, holding, sha256=sha256, person_id=by.id))
    return sha256


def _insert(connection: sa.Connection, table: sa.Table, **values: object) -> sa.Insert:
    """Insert, or leave what another has put there meanwhile."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as for_postgresql

        return for_postgresql(table).values(**values).on_conflict_do_nothing()
    from sqlalchemy.dialects.sqlite import insert as for_sqlite

    return for_sqlite(table).values(**values).on_conflict_do_nothing()


def _measured(stream: BinaryIO) -> tuple[str, int]:
    found, size = hashlib.sha256(), 0
    for content in _pieces(stream):
        found.update(content)
        size += len(content)
        if size > limits.FILE_BYTES:
            raise InputError(_too_large("store_file_large", size, limits.FILE_BYTES))
    return found.hexdigest(), size


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while content := stream.read(limits.CHUNK_BYTES):
        yield content


def _too_large(code: str, size: int, limit: int) -> Problem:
    return Problem(code, details={"size": -(-size // limits.MIB), "limit": limit // limits.MIB})


def read(store: Store, sha256: str, by: Member = LOCAL) -> bytes:
    """The content of a file that ``by`` brought, or that a plan they may read rests on.

    Parameters
    ----------
    store : Store
        An open store.
    sha256 : str
        Checksum of the file.
    by : Member
        Who asks.

    Returns
    -------
    bytes
        The content.

    Raises
    ------
    InputError
        If there is no such file for ``by``.
    """
    with store.reading() as connection:
        return b"".join(_content(connection, sha256, by))


def write_to(store: Store, sha256: str, path: Path, by: Member = LOCAL) -> None:
    """Write the content of a file to ``path``, piece by piece.

    Parameters
    ----------
    store : Store
        An open store.
    sha256 : str
        Checksum of the file.
    path : Path
        Where it goes; what is there is written over.
    by : Member
        Who asks.

    Raises
    ------
    InputError
        If there is no such file for ``by``; ``OSError`` if ``path`` cannot be written.
    """
    with store.reading() as connection, path.open("wb") as out:
        out.writelines(_content(connection, sha256, by))


def _content(connection: sa.Connection, sha256: str, by: Member) -> Iterator[bytes]:
    _require_all(connection, {sha256: sha256}, by)
    count = sa.select(sa.func.count()).select_from(piece).where(piece.c.sha256 == sha256)
    for number in range(connection.execute(count).scalar_one()):
        this = (piece.c.sha256 == sha256) & (piece.c.number == number)
        yield connection.execute(sa.select(piece.c.content).where(this)).scalar_one()


def uses(store: Store, sha256: str) -> tuple[Use, ...]:
    """Every version that rests on a file: what hangs on it.

    Parameters
    ----------
    store : Store
        An open store.
    sha256 : str
        Checksum of the file.

    Returns
    -------
    tuple[Use, ...]
        By plan and number; empty if none does.
    """
    with store.reading() as connection:
        rows = connection.execute(
            sa.select(version_file.c.plan_id, version.c.name, version_file.c.number, version_file.c.name)
            .join(
                version,
                (version.c.plan_id == version_file.c.plan_id) & (version.c.number == version_file.c.number),
            )
            .where(version_file.c.sha256 == sha256)
            .order_by(version_file.c.plan_id, version_file.c.number)
        )
        return tuple(Use(*it) for it in rows)


def remove(store: Store, sha256: str) -> None:
    """Remove a file that no version rests on.

    Parameters
    ----------
    store : Store
        An open store.
    sha256 : str
        Checksum of the file.

    Raises
    ------
    InputError
        If one does: the plans are named, nothing is removed.
    """
    found = uses(store, sha256)
    if found:
        names = ", ".join(dict.fromkeys(it.plan_name for it in found))
        raise InputError(Problem("store_file_used", value=found[0].name, details={"plans": names}))
    with store.writing() as connection:
        unused(connection, [sha256])


def uses_of(
    connection: sa.Connection, plan_id: str, number: int | None = None, *, only_here: bool = False
) -> dict[str, str]:
    """The files of a version by name, or of a whole plan by checksum.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction.
    plan_id : str
        A plan.
    number : int | None
        Of a version; ``None`` for all of them.
    only_here : bool
        Whether only files that no other plan rests on are named.

    Returns
    -------
    dict[str, str]
        Checksums by name; by themselves for a whole plan.
    """
    used = version_file.alias()
    chosen = sa.select(used.c.name, used.c.sha256).where(used.c.plan_id == plan_id)
    if number is not None:
        chosen = chosen.where(used.c.number == number)
    if only_here:
        others = (version_file.c.sha256 == used.c.sha256) & (version_file.c.plan_id != plan_id)
        chosen = chosen.where(~sa.exists().where(others))
    rows = connection.execute(chosen.order_by(used.c.name)).all()
    return {it.name if number is not None else it.sha256: it.sha256 for it in rows}


def note_uses(
    connection: sa.Connection, plan_id: str, number: int, files: Mapping[str, str], by: Member
) -> None:
    """Note on what files a new version rests; nobody gets at another's by naming a checksum.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction that writes.
    plan_id : str
        A plan.
    number : int
        Of its new version.
    files : Mapping[str, str]
        Checksums by name.
    by : Member
        Who saves it.

    Raises
    ------
    InputError
        Naming every file that is not there for ``by``.
    """
    _require_all(connection, files, by, keep=True)
    for name, sha256 in files.items():
        connection.execute(
            version_file.insert().values(plan_id=plan_id, number=number, name=name, sha256=sha256)
        )


def _require_all(
    connection: sa.Connection, files: Mapping[str, str], by: Member, *, keep: bool = False
) -> None:
    """Refuse files that are not there, or not for ``by``."""
    if not files:
        return
    chosen = sa.select(file.c.sha256).where(file.c.sha256.in_(sorted(set(files.values()))))
    if not by.alone:
        brought = (holding.c.sha256 == file.c.sha256) & (holding.c.person_id == by.id)
        used = (version_file.c.sha256 == file.c.sha256) & readable(by, version_file.c.plan_id)
        chosen = chosen.where(sa.exists().where(brought) | sa.exists().where(used))
    if connection.dialect.name == "postgresql" and keep:
        # Nobody clears it away before it is named.
        chosen = chosen.with_for_update(of=file)
    there = set(connection.execute(chosen).scalars())
    missing = [name for name, sha256 in files.items() if sha256 not in there]
    if missing:
        raise InputError([Problem("store_file_unknown", value=it) for it in missing])


def unused(connection: sa.Connection, checksums: Collection[str]) -> None:
    """Remove those of these files that no version names.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction that writes.
    checksums : Collection[str]
        Of the files.
    """
    named = sa.exists().where(version_file.c.sha256 == file.c.sha256)
    connection.execute(file.delete().where(file.c.sha256.in_(sorted(checksums)) & ~named))


def _remove_old(connection: sa.Connection) -> None:
    before = (datetime.now(UTC) - timedelta(seconds=limits.UNUSED_S)).isoformat(timespec="microseconds")
    named = sa.exists().where(version_file.c.sha256 == file.c.sha256)
    connection.execute(file.delete().where((file.c.at < before) & ~named))
