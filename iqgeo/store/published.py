"""Published versions: what the board opens, with its numbers and files as they were on that day."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iqgeo.errors import InputError, Problem
from iqgeo.store import limits
from iqgeo.store.database import Store, now
from iqgeo.store.members import LOCAL, Member, require, shown_name
from iqgeo.store.schema import output, person, plan, publication, version
from iqgeo.store.words import is_storable


@dataclass(frozen=True)
class Output:
    """A file of a published version.

    Attributes
    ----------
    name : str
        Of the file.
    media : str
        Its type, such as ``application/pdf``.
    content : bytes
        What is in it.
    """

    name: str
    media: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Publication:
    """A published version. Nothing in it ever changes but who may open it.

    Attributes
    ----------
    token : str
        The secret part of its address.
    plan_id : str
        Of the version's plan.
    number, name : int, str
        Of the version, and what the plan was called in it.
    is_open : bool
        For everybody who has the address, or only for people of the house.
    who : str
        Who published it; empty if unknown.
    at : datetime
        When, UTC.
    case_json : str
        The numbers its page shows.
    program : str
        Version of iqgeo that computed them.
    checksums : Mapping[str, str]
        Of the data they rest on, by name.
    outputs : tuple[tuple[str, str], ...]
        Names and types of its files, in their order.
    newest : int
        Number of the plan's newest version.
    """

    token: str
    plan_id: str
    number: int
    name: str
    is_open: bool
    who: str
    at: datetime
    case_json: str = field(repr=False)
    program: str
    checksums: Mapping[str, str]
    outputs: tuple[tuple[str, str], ...]
    newest: int

    def changed(self, program: str, checksums: Mapping[str, str]) -> tuple[str, ...]:
        """What is not as it was: names of data, and ``iqgeo`` for the program; empty if all is."""
        names = sorted(self.checksums.keys() | checksums.keys())
        data = [it for it in names if self.checksums.get(it) != checksums.get(it)]
        return tuple(data if program == self.program else [*data, "iqgeo"])


def publish(
    store: Store,
    plan_id: str,
    number: int,
    *,
    case_json: str,
    outputs: Sequence[Output],
    program: str,
    checksums: Mapping[str, str],
    is_open: bool = False,
    by: Member = LOCAL,
) -> Publication:
    """Publish a version with its numbers and files.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        A plan.
    number : int
        Of its version.
    case_json : str
        The numbers its page shows.
    outputs : Sequence[Output]
        Its files, each of another name.
    program : str
        Version of iqgeo that computed them.
    checksums : Mapping[str, str]
        Of the data they rest on, by name.
    is_open : bool
        For everybody who has the address, or only for people of the house.
    by : Member
        Who publishes it.

    Returns
    -------
    Publication
        With a token that nobody can guess.

    Raises
    ------
    InputError
        If ``by`` may not, there is no such version, or something is beyond the limits.
    """
    checks = json.dumps(dict(checksums), ensure_ascii=False, sort_keys=True)
    _check(case_json, outputs, program + checks)
    token = secrets.token_urlsafe(16)
    with store.writing() as connection:
        require(connection, plan_id, by, "editor")
        this = (version.c.plan_id == plan_id) & (version.c.number == number)
        if connection.execute(sa.select(version.c.number).where(this)).first() is None:
            raise InputError(Problem("store_version_unknown", value=str(number)))
        connection.execute(
            publication.insert().values(
                token=token, plan_id=plan_id, number=number, is_open=is_open, who=by.id or None, at=now(),
                program=program, checksums=checks, case_json=case_json,
            )
        )  # fmt: skip
        for position, it in enumerate(outputs):
            values = {"name": it.name, "media": it.media, "size": len(it.content), "content": it.content}
            connection.execute(output.insert().values(token=token, position=position, **values))
        return _one(connection, token)


def _check(case_json: str, outputs: Sequence[Output], other: str) -> None:
    texts = "".join([other, case_json, *(it.name + it.media for it in outputs)])
    problems = [] if is_storable(texts) else [Problem("store_characters", column="case_json")]
    if len(case_json) > limits.CASE_CHARS:
        details = {"limit": limits.CASE_CHARS, "chars": len(case_json)}
        problems.append(Problem("store_long", column="case_json", details=details))
    if len(outputs) > limits.OUTPUTS or len({it.name for it in outputs}) < len(outputs):
        details = {"limit": limits.OUTPUTS}
        problems.append(Problem("store_many_outputs", value=str(len(outputs)), details=details))
    for it in outputs:
        if len(it.content) > limits.OUTPUT_BYTES:
            size, limit = -(-len(it.content) // limits.MIB), limits.OUTPUT_BYTES // limits.MIB
            details = {"size": size, "limit": limit}
            problems.append(Problem("store_file_large", file=it.name, details=details))
    if problems:
        raise InputError(problems)


def opened(store: Store, token: str, by: Member = LOCAL) -> Publication:
    """A published version, for whoever may see it: everybody if it is open, else people of the house.

    Parameters
    ----------
    store : Store
        An open store.
    token : str
        The secret part of its address.
    by : Member
        Who opens it.

    Returns
    -------
    Publication
        As it was on that day.

    Raises
    ------
    InputError
        ``store_page_unknown`` if there is none, ``store_page_house`` if ``by`` must sign in first.
    """
    with store.reading() as connection:
        return _for(connection, token, by)


def content(store: Store, token: str, name: str, by: Member = LOCAL) -> bytes:
    """A file of a published version, as it was written then.

    Parameters
    ----------
    store : Store
        An open store.
    token : str
        The secret part of its address.
    name : str
        Of the file.
    by : Member
        Who opens it.

    Returns
    -------
    bytes
        As they were on that day.

    Raises
    ------
    InputError
        As :func:`opened`, and ``store_output_unknown`` if it has no such file.
    """
    with store.reading() as connection:
        _for(connection, token, by)
        this = (output.c.token == token) & (output.c.name == name)
        found = connection.execute(sa.select(output.c.content).where(this)).scalar()
    if found is None:
        raise InputError(Problem("store_output_unknown", value=name))
    return bytes(found)


def of_plan(store: Store, plan_id: str, by: Member = LOCAL) -> tuple[Publication, ...]:
    """What is published of a plan, newest first.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        A plan.
    by : Member
        Who asks.

    Returns
    -------
    tuple[Publication, ...]
        Empty if nothing is.

    Raises
    ------
    InputError
        If there is no such plan for ``by``.
    """
    with store.reading() as connection:
        require(connection, plan_id, by, "reader")
        return tuple(reversed(_some(connection, publication.c.plan_id == plan_id)))


def set_open(store: Store, token: str, is_open: bool, by: Member = LOCAL) -> None:
    """Open a published version to everybody who has its address, or to people of the house only.

    Parameters
    ----------
    store : Store
        An open store.
    token : str
        The secret part of its address.
    is_open : bool
        For everybody who has the address, or only for people of the house.
    by : Member
        Who says so.

    Raises
    ------
    InputError
        If there is no such page, or the plan is not theirs to change.
    """
    with store.writing() as connection:
        require(connection, _one(connection, token).plan_id, by, "editor")
        this = publication.c.token == token
        connection.execute(publication.update().where(this).values(is_open=is_open))


def withdraw(store: Store, token: str, by: Member = LOCAL) -> None:
    """Take a published version back: its address opens nothing any more.

    Parameters
    ----------
    store : Store
        An open store.
    token : str
        The secret part of its address.
    by : Member
        Who takes it back.

    Raises
    ------
    InputError
        If there is no such page, or the plan is not theirs to change.
    """
    with store.writing() as connection:
        require(connection, _one(connection, token).plan_id, by, "editor")
        connection.execute(publication.delete().where(publication.c.token == token))


def _for(connection: sa.Connection, token: str, by: Member) -> Publication:
    found = _one(connection, token)
    if not found.is_open and not by.in_house:
        raise InputError(Problem("store_page_house"))
    return found


def _one(connection: sa.Connection, token: str) -> Publication:
    found = _some(connection, publication.c.token == token) if is_storable(token) else []
    if not found:
        raise InputError(Problem("store_page_unknown"))
    return found[0]


def _some(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Publication]:
    who = shown_name().label("shown")
    rows = connection.execute(
        sa.select(publication, version.c.name, who, plan.c.head)
        .join(
            version,
            (version.c.plan_id == publication.c.plan_id) & (version.c.number == publication.c.number),
        )
        .join(plan, plan.c.id == publication.c.plan_id)
        .join(person, person.c.id == publication.c.who, isouter=True)
        .where(condition)
        .order_by(publication.c.at)
    ).all()
    return [_publication(it, _outputs(connection, it.token)) for it in rows]


def _outputs(connection: sa.Connection, token: str) -> tuple[tuple[str, str], ...]:
    chosen = sa.select(output.c.name, output.c.media).where(output.c.token == token)
    return tuple((it.name, it.media) for it in connection.execute(chosen.order_by(output.c.position)))


def _publication(row: Any, outputs: tuple[tuple[str, str], ...]) -> Publication:
    return Publication(
        row.token, row.plan_id, row.number, row.name, bool(row.is_open), row.shown,
        datetime.fromisoformat(row.at), row.case_json, row.program, json.loads(row.checksums), outputs,
        row.head,
    )  # fmt: skip
