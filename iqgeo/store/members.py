"""Who may what: without a sign-in one user; with one, owners, groups and readers of every plan."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import sqlalchemy as sa

from iqgeo.errors import InputError, Problem
from iqgeo.store import limits
from iqgeo.store.database import Store, now
from iqgeo.store.schema import access, person, plan
from iqgeo.store.words import storable

Role = Literal["owner", "editor", "reader"]
GrantKind = Literal["person", "group"]
ROLES: Final[tuple[Role, ...]] = ("reader", "editor", "owner")
"""What each may, the later everything the earlier may: read; change; say who may, archive, remove."""

SIGNED_IN_S: Final = 12 * 3600
"""So long a sign-in counts, whatever the provider's token says: Streamlit's own cookie lasts 30 days."""

_CLOCKS_APART_S: Final = 60


@dataclass(frozen=True)
class Member:
    """Somebody who uses iqgeo.

    Attributes
    ----------
    id : str
        Of the person in the store; empty for the one user of an installation without a sign-in.
    name, email : str
        As the provider says; may be empty.
    groups : frozenset[str]
        At the provider, as of this sign-in; never stored with the person.
    in_house : bool
        Whether pages for the house only are open to them.
    """

    id: str = ""
    name: str = ""
    email: str = ""
    groups: frozenset[str] = frozenset()
    in_house: bool = True

    @property
    def alone(self) -> bool:
        """Whether this is the one user of an installation without a sign-in, who may everything."""
        return self.in_house and not self.id


LOCAL: Final = Member()
"""The one user where nobody signs in, and whoever uses the command line."""

GUEST: Final = Member(in_house=False)
"""Somebody who has not signed in where others do: sees openly published pages and nothing else."""


@dataclass(frozen=True)
class Grant:
    """What somebody may with a plan.

    Attributes
    ----------
    kind : GrantKind
        A person or a group.
    whom : str
        A person's id, or a group's name.
    role : Role
        One of :data:`ROLES`.
    label : str
        What to show.
    """

    kind: GrantKind
    whom: str
    role: Role
    label: str


def sign_in(
    store: Store,
    claims: Mapping[str, Any],
    *,
    client_id: str,
    group_claim: str = "groups",
    at: float | None = None,
) -> Member:
    """The member whose ID token says ``claims``, as Streamlit hands them on in ``st.user``.

    The provider and the signature were checked by who fetched the token. What is checked here, at every
    visit, is what Streamlit leaves out: for whom the token is and whether it still counts.

    Parameters
    ----------
    store : Store
        An open store; who is new is noted in it.
    claims : Mapping[str, Any]
        Of the ID token.
    client_id : str
        Of this app at the provider.
    group_claim : str
        The claim that lists the groups.
    at : float | None
        The time in seconds since 1970; ``None`` for now.

    Returns
    -------
    Member
        With an id that stays the same at every sign-in.

    Raises
    ------
    InputError
        If the sign-in does not count: incomplete, for another app, expired.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
        raise InputError(Problem("login_incomplete"))
    audience = claims.get("aud")
    if client_id not in ([audience] if isinstance(audience, str) else audience or []):
        raise InputError(Problem("login_audience"))
    still_counts(claims, at)
    email = storable(claims.get("email"), limits.NAME_CHARS)
    name = storable(claims.get("name"), limits.NAME_CHARS) or email
    listed = claims.get(group_claim)
    groups = (
        frozenset(it for it in listed if isinstance(it, str)) if isinstance(listed, list) else frozenset()
    )
    proven = email if claims.get("email_verified") is True else ""
    with store.writing() as connection:
        key = _known(connection, issuer, subject, proven)
        values = {"name": name, "email": email, "seen": now()[:10]}
        if key is None:
            key = secrets.token_hex(8)
            connection.execute(person.insert().values(id=key, issuer=issuer, subject=subject, **values))
        else:
            connection.execute(
                person.update().where(person.c.id == key).values(issuer=issuer, subject=subject, **values)
            )
    return Member(key, name, email, groups)


def still_counts(claims: Mapping[str, Any], at: float | None = None) -> None:
    """Refuse claims of a sign-in that is too long ago, or not begun yet.

    Parameters
    ----------
    claims : Mapping[str, Any]
        Of the ID token; ``iat`` says when it was made.
    at : float | None
        The time in seconds since 1970; ``None`` for now.

    Raises
    ------
    InputError
        ``login_expired``.
    """
    clock = time.time() if at is None else at
    begun = claims.get("iat")
    if not isinstance(begun, (int, float)) or not begun - _CLOCKS_APART_S <= clock < begun + SIGNED_IN_S:
        raise InputError(Problem("login_expired", details={"hours": SIGNED_IN_S // 3600}))


def _known(connection: sa.Connection, issuer: str, subject: str, proven: str) -> str | None:
    """The id of who signed in before, or was named by an address the provider vouches for."""
    same = (person.c.issuer == issuer) & (person.c.subject == subject)
    found = connection.execute(sa.select(person.c.id).where(same)).scalar()
    if found is None and proven:
        named = person.c.issuer.is_(None) & (sa.func.lower(person.c.email) == proven.lower())
        found = connection.execute(sa.select(person.c.id).where(named)).scalar()
    return found


def grants(store: Store, plan_id: str, by: Member = LOCAL) -> tuple[Grant, ...]:
    """Who may what with a plan.

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
    tuple[Grant, ...]
        Empty if the plan is everybody's.

    Raises
    ------
    InputError
        If there is no such plan for ``by``.
    """
    with store.reading() as connection:
        require(connection, plan_id, by, "reader")
        rows = connection.execute(
            sa.select(access.c.kind, access.c.whom, access.c.role, person.c.name, person.c.email)
            .join(person, (access.c.kind == "person") & (access.c.whom == person.c.id), isouter=True)
            .where(access.c.plan_id == plan_id)
            .order_by(access.c.role, access.c.kind, access.c.whom)
        )
        return tuple(Grant(it.kind, it.whom, it.role, it.name or it.email or it.whom) for it in rows)


def grant(
    store: Store, plan_id: str, kind: GrantKind, whom: str, role: Role | None, by: Member = LOCAL
) -> None:
    """Let a person (id, or an e-mail address of somebody yet to come) or a group read, edit or own a plan.

    Parameters
    ----------
    store : Store
        An open store.
    plan_id : str
        A plan.
    kind : GrantKind
        A person or a group.
    whom : str
        A person's id or e-mail address, or a group's name.
    role : Role | None
        What they may from now on; ``None`` takes it away.
    by : Member
        Who says so.

    Raises
    ------
    InputError
        If ``by`` does not own the plan, nobody is so called, or nobody would own it any more.
    """
    with store.writing() as connection:
        require(connection, plan_id, by, "owner")
        key = person_named(connection, whom) if kind == "person" else storable(whom, limits.NAME_CHARS)
        if not key:
            raise InputError(Problem("store_whom", value=whom))
        this = (access.c.plan_id == plan_id) & (access.c.kind == kind) & (access.c.whom == key)
        connection.execute(access.delete().where(this))
        if role is not None:
            connection.execute(access.insert().values(plan_id=plan_id, kind=kind, whom=key, role=role))
        left = connection.execute(sa.select(access.c.role).where(access.c.plan_id == plan_id)).scalars().all()
        if left and "owner" not in left:
            raise InputError(Problem("store_no_owner"))
        if not left and not by.alone:
            # Without any entry a plan is everybody's.
            raise InputError(Problem("store_no_owner"))


def person_named(connection: sa.Connection, whom: str) -> str:
    """The id of a person named by id or address; who is not known yet is noted by the address.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction that writes.
    whom : str
        An id or an e-mail address.

    Returns
    -------
    str
        Empty if nobody is meant, or more than one.
    """
    found = (
        connection.execute(
            sa.select(person.c.id).where(
                (person.c.id == whom) | (sa.func.lower(person.c.email) == whom.lower())
            )
        )
        .scalars()
        .all()
    )
    if len(found) == 1:
        return str(found[0])
    address = storable(whom, limits.NAME_CHARS)
    if found or "@" not in address:
        return ""
    key = secrets.token_hex(8)
    connection.execute(person.insert().values(id=key, name="", email=address))
    return key


def shown_name() -> sa.ColumnElement[str]:
    """How a person in the joined table is shown: name, else address, else nothing.

    Returns
    -------
    sa.ColumnElement[str]
        To be selected beside ``person``.
    """
    return sa.func.coalesce(sa.func.nullif(person.c.name, ""), person.c.email, "")


def entries_of(by: Member) -> sa.ColumnElement[bool]:
    """The condition that an entry of ``access`` is ``by``'s.

    Parameters
    ----------
    by : Member
        Somebody who signed in.

    Returns
    -------
    sa.ColumnElement[bool]
        Theirs, or one of their groups'.
    """
    own = (access.c.kind == "person") & (access.c.whom == by.id)
    return own | ((access.c.kind == "group") & access.c.whom.in_(sorted(by.groups)))


def readable(by: Member, plan_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """The condition that ``by`` may read the plan of this id; one that names nobody is everybody's.

    Parameters
    ----------
    by : Member
        Who asks.
    plan_id : sa.ColumnElement[Any]
        Of the plan in the query.

    Returns
    -------
    sa.ColumnElement[bool]
        To be put behind ``where``.
    """
    if by.alone:
        return sa.true()
    if not by.in_house:
        return sa.false()
    of_plan = sa.select(access.c.plan_id).where(access.c.plan_id == plan_id)
    return sa.exists(of_plan.where(entries_of(by))) | ~sa.exists(of_plan)


def require(connection: sa.Connection, plan_id: str, by: Member, role: Role) -> None:
    """Refuse whoever may not do this with a plan; to who may not read it, it does not exist.

    Parameters
    ----------
    connection : sa.Connection
        Within a transaction.
    plan_id : str
        A plan.
    by : Member
        Who wants to do it.
    role : Role
        What it takes.

    Raises
    ------
    InputError
        ``store_plan_unknown`` or ``store_not_allowed``.
    """
    there = connection.execute(sa.select(plan.c.id).where(plan.c.id == plan_id)).first()
    if there is not None and by.alone:
        return
    if there is None or not by.in_house:
        raise InputError(Problem("store_plan_unknown", value=plan_id))
    of_plan = sa.select(access.c.role).where(access.c.plan_id == plan_id)
    roles = connection.execute(of_plan.where(entries_of(by))).scalars().all()
    if not roles:
        if connection.execute(of_plan).first() is None:
            return
        raise InputError(Problem("store_plan_unknown", value=plan_id))
    if max(ROLES.index(it) for it in roles) < ROLES.index(role):
        raise InputError(Problem("store_not_allowed"))
