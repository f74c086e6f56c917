"""Plans in versions: every change adds one, none is ever overwritten, back to any of them."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from iqgeo.errors import InputError, Problem
from iqgeo.store.database import Store, now
from iqgeo.store.files import unused, uses_of
from iqgeo.store.members import LOCAL, Member, require
from iqgeo.store.records import EditConflict, Hanging, NewVersion, Version
from iqgeo.store.rows import (
    add_version,
    check_draft,
    hanging_on,
    lock_head,
    version_of,
    versions_where,
    words_of,
)
from iqgeo.store.schema import access, plan, version
from iqgeo.store.words import searchable


def create(store: Store, draft: NewVersion, by: Member = LOCAL) -> Version:
    """Keep a new plan; whoever makes it owns it.

    Parameters
    ----------
    store : Store
        An open store.
    draft : NewVersion
        What is kept.
    by : Member
        Who makes it.

    Returns
    -------
    Version
        Number 1 of a plan with an id of its own.

    Raises
    ------
    InputError
        If it is beyond the limits or names a file that is not in the store; ``StoreError`` if the store
        cannot be used: then nothing was kept.
    """
    check_draft(draft)
    _check_in_house(by)
    plan_id = secrets.token_hex(6)
    with store.writing() as connection:
        connection.execute(plan.insert().values(id=plan_id, head=1, archived=False, created=now()))
        if by.id:
            connection.execute(
                access.insert().values(plan_id=plan_id, kind="person", whom=by.id, role="owner")
            )
        return add_version(connection, plan_id, 1, None, draft, by)


def save(store: Store, plan_id: str, draft: NewVersion, parent: int, by: Member = LOCAL) -> Version:
    """Add a version to a plan.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        A plan.
    draft : NewVersion
        What is kept.
    parent : int
        Number of the version that was changed.
    by : Member
        Who changed it.

    Returns
    -------
    Version
        The new version; the newest one as it is if nothing differs.

    Raises
    ------
    EditConflict
        If ``parent`` is not the newest version any more.
    InputError
        As :func:`create`, and if the plan is unknown to ``by`` or not theirs to change.
    """
    check_draft(draft)
    with store.writing() as connection:
        require(connection, plan_id, by, "editor")
        head = lock_head(connection, plan_id)
        newest = version_of(connection, plan_id, head)
        if (newest.name, newest.text, newest.files) == (draft.name, draft.text, dict(draft.files)):
            return newest
        if head != parent:
            since = (version.c.plan_id == plan_id) & (version.c.number > parent)
            raise EditConflict(draft, versions_where(connection, since))
        connection.execute(plan.update().where(plan.c.id == plan_id).values(head=head + 1))
        return add_version(connection, plan_id, head + 1, head, draft, by)


def back(
    store: Store, plan_id: str, number: int, parent: int, change: str = "", by: Member = LOCAL
) -> Version:
    """Go back to a version, by a new one that is the same.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        A plan.
    number : int
        Of the version to go back to.
    parent : int
        Number of the version that is left.
    change : str
        What the new version says of itself.
    by : Member
        Who goes back.

    Returns
    -------
    Version
        The new version.

    Raises
    ------
    EditConflict
        If ``parent`` is not the newest version any more.
    InputError
        As :func:`save`, and if there is no such version.
    """
    return save(store, plan_id, _again(store, plan_id, number, change, by), parent, by)


def duplicate(
    store: Store, plan_id: str, number: int, name: str, text: str, change: str = "", by: Member = LOCAL
) -> Version:
    """Make a new plan from a version of another.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        The other plan.
    number : int
        Of its version.
    name : str
        Of the new plan.
    text : str
        The version's text under the new name.
    change : str
        What the new version says of itself.
    by : Member
        Who makes it; they own it.

    Returns
    -------
    Version
        Number 1 of the new plan.

    Raises
    ------
    InputError
        As :func:`create`, and if there is no such version for ``by``.
    """
    draft = replace(_again(store, plan_id, number, change, by), name=name, text=text)
    return create(store, draft, by)


def _again(store: Store, plan_id: str, number: int, change: str, by: Member) -> NewVersion:
    """A version as it would be saved again."""
    old = load(store, plan_id, number, by)
    with store.reading() as connection:
        words = words_of(connection, plan_id, number)
    return NewVersion(old.name, old.text, old.key, change, old.summary, words, old.files)


def load(store: Store, plan_id: str, number: int | None = None, by: Member = LOCAL) -> Version:
    """A version, by default the newest.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        A plan.
    number : int | None
        Of a version; ``None`` for the newest.
    by : Member
        Who asks.

    Returns
    -------
    Version
        With its text and files.

    Raises
    ------
    InputError
        If there is no such plan or version for ``by``.
    """
    with store.reading() as connection:
        require(connection, plan_id, by, "reader")
        if number is None:
            number = connection.execute(sa.select(plan.c.head).where(plan.c.id == plan_id)).scalar_one()
        return version_of(connection, plan_id, number)


def history(
    store: Store, plan_id: str, by: Member = LOCAL, *, most: int | None = None
) -> tuple[Version, ...]:
    """The versions of a plan without their texts and files, newest first.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        A plan.
    by : Member
        Who asks.
    most : int | None
        So many at most; ``None`` for all.

    Returns
    -------
    tuple[Version, ...]
        At least one.

    Raises
    ------
    InputError
        If there is no such plan for ``by``.
    """
    with store.reading() as connection:
        require(connection, plan_id, by, "reader")
        found = versions_where(connection, version.c.plan_id == plan_id, text=False, newest=most)
    return tuple(reversed(found))


def archive(store: Store, plan_id: str, archived: bool = True, by: Member = LOCAL) -> None:
    """Put a plan away, or take it out again.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        A plan.
    archived : bool
        Whether it is put away.
    by : Member
        Who does it.

    Raises
    ------
    InputError
        If there is no such plan for ``by``, or they do not own it.
    """
    with store.writing() as connection:
        require(connection, plan_id, by, "owner")
        connection.execute(plan.update().where(plan.c.id == plan_id).values(archived=archived))


def summarise(
    store: Store, plan_id: str, number: int, summary: str, words: Sequence[str] = (), by: Member = LOCAL
) -> None:
    """Set what lists show of a version and what it is found by, once that is computed.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        A plan.
    number : int
        Of the version.
    summary : str
        What lists show of it.
    words : Sequence[str]
        What it is to be found by beside its name.
    by : Member
        Who does it.

    Raises
    ------
    InputError
        If it is beyond the limits, there is no such version, or the plan is not theirs to change.
    """
    with store.writing() as connection:
        require(connection, plan_id, by, "editor")
        old = version_of(connection, plan_id, number)
        check_draft(NewVersion(old.name, old.text, old.key, old.change, summary, words, old.files))
        this = (version.c.plan_id == plan_id) & (version.c.number == number)
        values = {"summary": summary, "words": searchable(old.name, words)}
        connection.execute(version.update().where(this).values(**values))


def hanging(store: Store, plan_id: str, by: Member = LOCAL) -> Hanging:
    """What goes when a plan is removed.

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
    Hanging
        How much goes with it.

    Raises
    ------
    InputError
        If there is no such plan for ``by``.
    """
    with store.reading() as connection:
        require(connection, plan_id, by, "reader")
        return hanging_on(connection, plan_id)


def remove(store: Store, plan_id: str, expected: Hanging, by: Member = LOCAL) -> Hanging:
    """Remove a plan for good, with all that hangs on it.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        A plan.
    expected : Hanging
        What :func:`hanging` said and the user agreed to.
    by : Member
        Who removes it.

    Returns
    -------
    Hanging
        What went.

    Raises
    ------
    InputError
        If more hangs on it by now, or the plan is not theirs: then nothing is removed.
    """
    with store.writing() as connection:
        require(connection, plan_id, by, "owner")
        lock_head(connection, plan_id)
        actual = hanging_on(connection, plan_id)
        if actual != expected:
            raise InputError(Problem("store_hangs_more", value=plan_id))
        own = sorted(set(uses_of(connection, plan_id)))
        connection.execute(plan.delete().where(plan.c.id == plan_id))
        unused(connection, own)
    return actual


def _check_in_house(by: Member) -> None:
    if not by.in_house:
        raise InputError(Problem("store_not_allowed"))
