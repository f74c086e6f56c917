"""Plans in versions: every change adds one, none is ever overwritten, back to any of them."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from iqgeo.errors import InputError, Problem
from iqgeo.store import limits
from iqgeo.store.database import Store, now
from iqgeo.store.files import note_uses, unused, uses_of
from iqgeo.store.members import LOCAL, Member, require, shown_name
from iqgeo.store.records import EditConflict, Hanging, NewVersion, Version
from iqgeo.store.schema import access, person, plan, publication, version
from iqgeo.store.words import is_storable, searchable


def create(store: Store, draft: NewVersion, by: Member = LOCAL) -> Version:
    """Keep a new plan; whoever makes it owns it.

    Raises
    ------
    InputError
        If it is beyond the limits or names a file that is not in the store; ``StoreError`` if the store
        cannot be used: then nothing was kept.
    """
    _check(draft)
    _check_in_house(by)
    plan_id = secrets.token_hex(6)
    with store.writing() as connection:
        connection.execute(plan.insert().values(id=plan_id, head=1, archived=False, created=now()))
        if by.id:
            connection.execute(
                access.insert().values(plan_id=plan_id, kind="person", whom=by.id, role="owner")
            )
        return _add(connection, plan_id, 1, None, draft, by)


def save(store: Store, plan_id: str, draft: NewVersion, parent: int, by: Member = LOCAL) -> Version:
    """Add a version to a plan.

    Parameters
    ----------
    parent : number of the version that was changed

    Returns
    -------
    The new version; the newest one as it is if nothing differs.

    Raises
    ------
    EditConflict
        If ``parent`` is not the newest version any more.
    InputError
        As :func:`create`, and if the plan is unknown to ``by`` or not theirs to change.
    """
    _check(draft)
    with store.writing() as connection:
        require(connection, plan_id, by, "editor")
        head = _lock(connection, plan_id)
        newest = _version(connection, plan_id, head)
        if (newest.name, newest.text, newest.files) == (draft.name, draft.text, dict(draft.files)):
            return newest
        if head != parent:
            since = (version.c.plan_id == plan_id) & (version.c.number > parent)
            raise EditConflict(draft, _versions(connection, since))
        connection.execute(plan.update().where(plan.c.id == plan_id).values(head=head + 1))
        return _add(connection, plan_id, head + 1, head, draft, by)


def back(
    store: Store, plan_id: str, number: int, parent: int, change: str = "", by: Member = LOCAL
) -> Version:
    """Go back to a version, by a new one that is the same."""
    return save(store, plan_id, _again(store, plan_id, number, change, by), parent, by)


def duplicate(
    store: Store, plan_id: str, number: int, name: str, text: str, change: str = "", by: Member = LOCAL
) -> Version:
    """Make a new plan from a version of another; ``text`` is its text under the new name."""
    draft = replace(_again(store, plan_id, number, change, by), name=name, text=text)
    return create(store, draft, by)


def _again(store: Store, plan_id: str, number: int, change: str, by: Member) -> NewVersion:
    """A version as it would be saved again."""
    old = load(store, plan_id, number, by)
    with store.reading() as connection:
        words = _words(connection, plan_id, number)
    return NewVersion(old.name, old.text, old.key, change, old.summary, words, old.files)


def load(store: Store, plan_id: str, number: int | None = None, by: Member = LOCAL) -> Version:
    """A version, by default the newest.

    Raises
    ------
    InputError
        If there is no such plan or version for ``by``.
    """
    with store.reading() as connection:
        require(connection, plan_id, by, "reader")
        if number is None:
            number = connection.execute(sa.select(plan.c.head).where(plan.c.id == plan_id)).scalar_one()
        return _version(connection, plan_id, number)


def history(
    store: Store, plan_id: str, by: Member = LOCAL, *, most: int | None = None
) -> tuple[Version, ...]:
    """The versions of a plan without their texts and files, newest first: all, or so many."""
    with store.reading() as connection:
        require(connection, plan_id, by, "reader")
        found = _versions(connection, version.c.plan_id == plan_id, text=False, newest=most)
    return tuple(reversed(found))


def archive(store: Store, plan_id: str, archived: bool = True, by: Member = LOCAL) -> None:
    """Put a plan away, or take it out again."""
    with store.writing() as connection:
        require(connection, plan_id, by, "owner")
        connection.execute(plan.update().where(plan.c.id == plan_id).values(archived=archived))


def summarise(
    store: Store, plan_id: str, number: int, summary: str, words: Sequence[str] = (), by: Member = LOCAL
) -> None:
    """Set what lists show of a version and what it is found by, once that is computed."""
    with store.writing() as connection:
        require(connection, plan_id, by, "editor")
        old = _version(connection, plan_id, number)
        _check(NewVersion(old.name, old.text, old.key, old.change, summary, words, old.files))
        this = (version.c.plan_id == plan_id) & (version.c.number == number)
        values = {"summary": summary, "words": searchable(old.name, words)}
        connection.execute(version.update().where(this).values(**values))


def hanging(store: Store, plan_id: str, by: Member = LOCAL) -> Hanging:
    """What goes when a plan is removed."""
    with store.reading() as connection:
        require(connection, plan_id, by, "reader")
        return _hanging(connection, plan_id)


def remove(store: Store, plan_id: str, expected: Hanging, by: Member = LOCAL) -> Hanging:
    """Remove a plan for good, with all that hangs on it.

    Parameters
    ----------
    expected : what :func:`hanging` said and the user agreed to

    Raises
    ------
    InputError
        If more hangs on it by now: then nothing is removed.
    """
    with store.writing() as connection:
        require(connection, plan_id, by, "owner")
        _lock(connection, plan_id)
        actual = _hanging(connection, plan_id)
        if actual != expected:
            raise InputError(Problem("store_hangs_more", value=plan_id))
        own = sorted(set(uses_of(connection, plan_id)))
        connection.execute(plan.delete().where(plan.c.id == plan_id))
        unused(connection, own)
    return actual


def _check_in_house(by: Member) -> None:
    if not by.in_house:
        raise InputError(Problem("store_not_allowed"))


def _check(draft: NewVersion) -> None:
    """Everything about a draft that could not be kept, at once."""
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


def _lock(connection: sa.Connection, plan_id: str) -> int:
    """The number of the newest version; nobody adds one before this transaction ends."""
    asked = sa.select(plan.c.head).where(plan.c.id == plan_id).with_for_update()
    head = connection.execute(asked).scalar()
    if head is None:
        # Removed between the two questions.
        raise InputError(Problem("store_plan_unknown", value=plan_id))
    return int(head)


def _add(
    connection: sa.Connection, plan_id: str, number: int, parent: int | None, draft: NewVersion, by: Member
) -> Version:
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
    return _version(connection, plan_id, number)


def _version(connection: sa.Connection, plan_id: str, number: int) -> Version:
    found = _versions(connection, (version.c.plan_id == plan_id) & (version.c.number == number))
    if not found:
        raise InputError(Problem("store_version_unknown", value=str(number)))
    return replace(found[0], files=uses_of(connection, plan_id, number))


def _versions(
    connection: sa.Connection,
    condition: sa.ColumnElement[bool],
    *,
    text: bool = True,
    newest: int | None = None,
) -> list[Version]:
    """Versions without their files, oldest first: all, or so many of the newest."""
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


def _words(connection: sa.Connection, plan_id: str, number: int) -> tuple[str, ...]:
    this = (version.c.plan_id == plan_id) & (version.c.number == number)
    written = connection.execute(sa.select(version.c.words).where(this)).scalar_one()
    return tuple(str(written).split("\n")[1:])


def _hanging(connection: sa.Connection, plan_id: str) -> Hanging:
    counts = [
        connection.execute(
            sa.select(sa.func.count()).select_from(table).where(table.c.plan_id == plan_id)
        ).scalar_one()
        for table in (version, publication)
    ]
    return Hanging(counts[0], counts[1], len(set(uses_of(connection, plan_id, only_here=True).values())))
