"""What the store keeps of a person, and how it forgets them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from iqgeo.errors import InputError, Problem
from iqgeo.store.database import Store
from iqgeo.store.members import person_named
from iqgeo.store.schema import access, person, plan, publication, version


@dataclass(frozen=True)
class Traces:
    """What the store keeps of a person.

    Attributes
    ----------
    id, name, email : str
        As they are stored.
    versions, publications : int
        How many are theirs.
    only_owner_of : tuple[str, ...]
        Names of the plans that nobody else owns.
    """

    id: str
    name: str
    email: str
    versions: int
    publications: int
    only_owner_of: tuple[str, ...]


def traces(store: Store, whom: str) -> Traces:
    """What is kept of a person, named by id, e-mail address or name.

    Parameters
    ----------
    store : Store
        An open store.
    whom : str
        An id, an e-mail address or a name.

    Returns
    -------
    Traces
        Nothing is changed.

    Raises
    ------
    InputError
        If nobody, or more than one person, is so called.
    """
    with store.reading() as connection:
        return _traces(connection, whom)


def _traces(connection: sa.Connection, whom: str) -> Traces:
    lower = whom.strip().lower()
    called = (
        (person.c.id == whom)
        | (sa.func.lower(person.c.email) == lower)
        | (sa.func.lower(person.c.name) == lower)
    )
    found = connection.execute(sa.select(person).where(called)).all()
    if len(found) != 1:
        code = "store_person_unknown" if not found else "store_person_several"
        ids = ", ".join(f"{it.id} ({it.email or it.name})" for it in found)
        raise InputError(Problem(code, value=whom, details={"found": ids}))
    one = found[0]
    other = access.alias()
    is_owner = (access.c.kind == "person") & (access.c.whom == one.id) & (access.c.role == "owner")
    others = sa.exists().where(
        (other.c.plan_id == access.c.plan_id)
        & (other.c.role == "owner")
        & ~((other.c.kind == "person") & (other.c.whom == one.id))
    )
    alone = connection.execute(
        sa.select(version.c.name)
        .join(plan, (plan.c.id == version.c.plan_id) & (plan.c.head == version.c.number))
        .join(access, access.c.plan_id == plan.c.id)
        .where(is_owner & ~others)
        .order_by(version.c.name)
    ).scalars()
    counts = [
        connection.execute(sa.select(sa.func.count()).where(table.c.who == one.id)).scalar_one()
        for table in (version, publication)
    ]
    return Traces(one.id, one.name, one.email, counts[0], counts[1], tuple(alone))


def forget(store: Store, whom: str, *, heir: str | None = None) -> Traces:
    """Remove everything that is kept of a person; what they did stays, by nobody.

    Parameters
    ----------
    store : Store
        An open store.
    whom : str
        An id, an e-mail address or a name.
    heir : str | None
        Id or e-mail address of who owns from now on what only they owned.

    Returns
    -------
    Traces
        What was there of them.

    Raises
    ------
    InputError
        If they alone own plans and nobody was named to own them: those would be everybody's, or nobody's.
    """
    with store.writing() as connection:
        found = _traces(connection, whom)
        if found.only_owner_of:
            key = "" if heir is None else person_named(connection, heir)
            if not key or key == found.id:
                names = ", ".join(found.only_owner_of)
                raise InputError(Problem("store_heir", value=whom, details={"plans": names}))
            _hand_over(connection, found.id, key)
        for table in (version, publication):
            connection.execute(table.update().where(table.c.who == found.id).values(who=None))
        own = (access.c.kind == "person") & (access.c.whom == found.id)
        connection.execute(access.delete().where(own))
        connection.execute(person.delete().where(person.c.id == found.id))
    return found


def _hand_over(connection: sa.Connection, from_id: str, to_id: str) -> None:
    own = (access.c.kind == "person") & (access.c.whom == from_id) & (access.c.role == "owner")
    plans: Sequence[str] = connection.execute(sa.select(access.c.plan_id).where(own)).scalars().all()
    for plan_id in plans:
        this = (access.c.plan_id == plan_id) & (access.c.kind == "person") & (access.c.whom == to_id)
        connection.execute(access.delete().where(this))
        connection.execute(access.insert().values(plan_id=plan_id, kind="person", whom=to_id, role="owner"))
