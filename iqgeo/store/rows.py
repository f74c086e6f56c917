"""Versions of plans as rows: what may be kept, written and read within a transaction of :mod:`.plans`."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from iqgeo.errors import InputError, Problem
from iqgeo.store import limits
from iqgeo.store.database import now
from iqgeo.store.files import note_uses, uses_of
from iqgeo.store.members import Member, shown_name
from iqgeo.store.records import Hanging, NewVersion, Version
from iqgeo.store.schema import person, plan, publication, version
from iqgeo.store.words import is_storable, searchable


def check_draft(draft: NewVersion) -> None:
    """Refuse a draft that could not be kept, with everything about it at once.

    Parameters
    ----------
    draft : NewVersion
        What is to be kept.

    Raises
    ------
    InputError
        If it has no name, is beyond the limits, or holds letters that a database does not keep.
    """
    texts = {
        "name": (draft.name, limits.NAME_CHARS),
        "change": (draft.change, limits.CHANGE_CHARS),
        "text": (draft.text, limits.TEXT_CHARS),
        "key": (draft.key, limits.NAME_CHARS),
        "summary": (draft.summary, limits.SUMMARY_CHARS),
        "words": ("\n".join(draft.words), limits.SUMMARY_CHARS),
        "files": ("".join(draft.files), limits.NAME_CHARS * limits.FILES),
    }
    problems = [] if draft.name.strip() else [Problem("store_no_name")]
    for what, (value, most) in texts.items():
        if len(value) > most:
            problems.append(Problem("store_long", column=what, details={"limit": most, "chars": len(value)}))
        if not is_storable(value):
            problems.append(Problem("store_characters", column=what))
    if len(draft.files) > limits.FILES:
        problems.append(
            Problem("store_many_files", value=str(len(draft.files)), details={"limit": limits.FILES})
        )
    if problems:
        raise InputError(problems)


def lock_head(connection: sa.Connection, plan_id: str) -> int:
    """The number of the newest version; nobody adds one before this transaction ends.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction that writes.
    plan_id : str
        A plan.

    Returns
    -------
    int
        From 1.

    Raises
    ------
    InputError
        If the plan was removed meanwhile.
    """
    asked = sa.select(plan.c.head).where(plan.c.id == plan_id).with_for_update()
    head = connection.execute(asked).scalar()
    if head is None:
        # Removed between the two questions.
        raise InputError(Problem("store_plan_unknown", value=plan_id))
    return int(head)


def add_version(
    connection: sa.Connection, plan_id: str, number: int, parent: int | None, draft: NewVersion, by: Member
) -> Version:
    """Write a version and on what files it rests.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction that writes.
    plan_id : str
        A plan.
    number : int
        Of the version, not there yet.
    parent : int | None
        The version that was changed; ``None`` for the first.
    draft : NewVersion
        What is kept; it was checked.
    by : Member
        Who saves it.

    Returns
    -------
    Version
        As it was written.

    Raises
    ------
    InputError
        Naming every file that is not there for ``by``.
    """
    connection.execute(
        version.insert().values(
            plan_id=plan_id,
            number=number,
            parent=parent,
            name=draft.name,
            key=draft.key,
            change=draft.change,
            who=by.id or None,
            at=now(),
            summary=draft.summary,
            words=searchable(draft.name, draft.words),
            text=draft.text,
        )
    )
    note_uses(connection, plan_id, number, draft.files, by)
    return version_of(connection, plan_id, number)


def version_of(connection: sa.Connection, plan_id: str, number: int) -> Version:
    """The version of a plan with this number, with its text and files.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction.
    plan_id : str
        A plan.
    number : int
        Of the version.

    Returns
    -------
    Version
        As it was saved.

    Raises
    ------
    InputError
        If there is none.
    """
    found = versions_where(connection, (version.c.plan_id == plan_id) & (version.c.number == number))
    if not found:
        raise InputError(Problem("store_version_unknown", value=str(number)))
    return replace(found[0], files=uses_of(connection, plan_id, number))


def versions_where(
    connection: sa.Connection,
    condition: sa.ColumnElement[bool],
    *,
    text: bool = True,
    newest: int | None = None,
) -> list[Version]:
    """Select versions without their files, oldest first.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction.
    condition : sa.ColumnElement[bool]
        Which.
    text : bool
        Whether with their texts.
    newest : int | None
        So many of the newest; ``None`` for all.

    Returns
    -------
    list[Version]
        Empty if there is none.
    """
    wanted = [version.c.text] if text else []
    chosen = (
        sa.select(
            version.c.plan_id, version.c.number, version.c.parent, version.c.name, version.c.key,
            version.c.change, shown_name().label("shown"), version.c.at, version.c.summary, *wanted,
        )
        .join(person, person.c.id == version.c.who, isouter=True)
        .where(condition)
        .order_by(version.c.number.desc())
        .limit(newest)
    )  # fmt: skip
    found = [
        Version(
            it.plan_id, it.number, it.parent, it.name, it.key, it.change, it.shown,
            datetime.fromisoformat(it.at), it.summary, it.text if text else "",
        )
        for it in connection.execute(chosen)
    ]  # fmt: skip
    return found[::-1]


def words_of(connection: sa.Connection, plan_id: str, number: int) -> tuple[str, ...]:
    """What a version is found by beside its name.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction.
    plan_id : str
        A plan.
    number : int
        Of the version, which is there.

    Returns
    -------
    tuple[str, ...]
        Folded.
    """
    this = (version.c.plan_id == plan_id) & (version.c.number == number)
    written = connection.execute(sa.select(version.c.words).where(this)).scalar_one()
    return tuple(str(written).split("\n")[1:])


def hanging_on(connection: sa.Connection, plan_id: str) -> Hanging:
    """Count what goes when a plan is removed.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction.
    plan_id : str
        A plan.

    Returns
    -------
    Hanging
        Zeros for a plan that is not there.
    """
    counts = [
        connection.execute(
            sa.select(sa.func.count()).select_from(table).where(table.c.plan_id == plan_id)
        ).scalar_one()
        for table in (version, publication)
    ]
    return Hanging(counts[0], counts[1], len(set(uses_of(connection, plan_id, only_here=True).values())))
