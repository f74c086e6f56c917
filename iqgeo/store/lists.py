"""Plans in lists: all that somebody may read, searched; and the one that a name means."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from iqgeo.errors import InputError, Problem
from iqgeo.store import limits
from iqgeo.store.database import Store
from iqgeo.store.members import LOCAL, Member, entries_of, readable, shown_name
from iqgeo.store.records import Entry
from iqgeo.store.schema import access, person, plan, publication, version
from iqgeo.store.words import folded, has, is_storable

Which = Literal["all", "mine", "team", "published", "archive"]
WHICH: Final[tuple[Which, ...]] = ("all", "mine", "team", "published", "archive")

# The first kind of match that anything has counts: never half a name.
_MATCHES: Final[tuple[Callable[[Entry, str], bool], ...]] = (
    lambda it, called: it.id == called,
    lambda it, called: it.name == called and not it.archived,
    lambda it, _: not it.archived,
    lambda it, called: it.name == called,
    lambda _, __: True,
)


def entries(
    store: Store,
    by: Member = LOCAL,
    *,
    which: Which = "all",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> tuple[Entry, ...]:
    """The plans that ``by`` may read, last changed first.

    Parameters
    ----------
    store : Store
        An open store.
    by : Member
        Who asks.
    which : Which
        ``all`` that are not archived, of these ``mine`` (to own) or ``team`` (others'), ``published``, or the
        ``archive``.
    search : str
        Every word must be in the name, the words to be found by, or who changed it last.
    limit : int | None
        So many at most; ``None`` for all.
    offset : int
        So many are passed over first.

    Returns
    -------
    tuple[Entry, ...]
        Without their texts.

    Raises
    ------
    InputError
        If there is no such list, or the search cannot be used.
    """
    if which not in WHICH:
        raise InputError(Problem("store_which", value=which, details={"known": ", ".join(WHICH)}))
    conditions = [readable(by, plan.c.id), plan.c.archived.is_(which == "archive"), *_found(search)]
    owned = sa.exists().where((access.c.plan_id == plan.c.id) & (access.c.role == "owner") & entries_of(by))
    if which in ("mine", "team") and not by.alone:
        conditions.append(owned if which == "mine" else ~owned)
    elif which == "team":
        return ()
    if which == "published":
        conditions.append(sa.exists().where(publication.c.plan_id == plan.c.id))
    chosen = _entries(*conditions).order_by(version.c.at.desc(), plan.c.id)
    with store.reading() as connection:
        return tuple(_entry(it) for it in connection.execute(chosen.limit(limit).offset(offset)))


def find(store: Store, called: str, by: Member = LOCAL) -> Entry:
    """The plan of this id or name.

    The id counts first, then the name to the letter, then without regard to case; archived plans count
    only if no other is so called.

    Parameters
    ----------
    store : Store
        An open store.
    called : str
        An id or a name.
    by : Member
        Who asks.

    Returns
    -------
    Entry
        The one that is meant: its id before its name, what is not archived first.

    Raises
    ------
    InputError
        If none is so called, or more than one.
    """
    lower = folded(called)
    same = has(version.c.words, f"{lower}\n", begins=True) | (version.c.words == lower)
    with store.reading() as connection:
        chosen = _entries(readable(by, plan.c.id), (plan.c.id == called) | same)
        rows = connection.execute(chosen.order_by(version.c.at.desc())) if is_storable(called) else ()
        found = [_entry(it) for it in rows]
    for matches in _MATCHES:
        matching = [it for it in found if matches(it, called)]
        if len(matching) == 1:
            return matching[0]
        if matching:
            ids = ", ".join(f"{it.id} ({it.name})" for it in matching[:10])
            raise InputError(Problem("store_plan_several", value=called, details={"found": ids}))
    raise InputError(Problem("store_plan_unknown", value=called))


def _entries(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    newest_published = (
        sa.select(sa.func.max(publication.c.number))
        .where(publication.c.plan_id == plan.c.id)
        .scalar_subquery()
        .label("published")
    )
    return (
        sa.select(
            plan.c.id, plan.c.head, version.c.name, version.c.key, version.c.change,
            shown_name().label("shown"), version.c.at, version.c.summary, plan.c.archived, newest_published,
        )
        .join(version, (version.c.plan_id == plan.c.id) & (version.c.number == plan.c.head))
        .join(person, person.c.id == version.c.who, isouter=True)
        .where(*conditions)
    )  # fmt: skip


def _entry(row: Any) -> Entry:
    return Entry(
        row.id, row.head, row.name, row.key, row.change, row.shown, datetime.fromisoformat(row.at),
        row.summary, bool(row.archived), row.published,
    )  # fmt: skip


def _found(search: str) -> list[sa.ColumnElement[bool]]:
    if len(search) > limits.NAME_CHARS or not is_storable(search):
        raise InputError(Problem("store_search", details={"limit": limits.NAME_CHARS}))
    who = sa.func.lower(shown_name())
    return [has(version.c.words, it) | has(who, it) for it in folded(search).split()]
