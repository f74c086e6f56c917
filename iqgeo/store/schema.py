"""The tables. What they were before stands in ``migrations/versions``; a test holds both equal."""

from typing import Final

import sqlalchemy as sa

metadata = sa.MetaData()

REVISION: Final = "0001"
"""The newest migration: what this program writes and reads."""


# Times are texts (ISO 8601, UTC, microseconds): the same in both databases, and they sort.
def _with(target: str) -> sa.ForeignKey:
    """What a row belongs to: it goes with it."""
    return sa.ForeignKey(target, ondelete="CASCADE")


person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    # Both empty for somebody who was named by e-mail and never signed in.
    sa.Column("issuer", sa.Text),
    sa.Column("subject", sa.Text),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("seen", sa.Text),
    sa.UniqueConstraint("issuer", "subject", name="person_identity"),
)

plan = sa.Table(
    "plan",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("head", sa.Integer, nullable=False),
    sa.Column("archived", sa.Boolean, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
)

version = sa.Table(
    "version",
    metadata,
    sa.Column("plan_id", sa.Text, _with("plan.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("parent", sa.Integer),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("change", sa.Text, nullable=False),
    sa.Column("who", sa.Text, sa.ForeignKey("person.id", ondelete="SET NULL")),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    # Last: a list reads the columns before it and never comes to its pages.
    sa.Column("text", sa.Text, nullable=False),
)

file = sa.Table(
    "file",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)

piece = sa.Table(
    "piece",
    metadata,
    sa.Column("sha256", sa.Text, _with("file.sha256"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

holding = sa.Table(
    "holding",
    metadata,
    sa.Column("sha256", sa.Text, _with("file.sha256"), primary_key=True),
    sa.Column("person_id", sa.Text, _with("person.id"), primary_key=True),
)

version_file = sa.Table(
    "version_file",
    metadata,
    sa.Column("plan_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, sa.ForeignKey("file.sha256"), nullable=False, index=True),
    sa.ForeignKeyConstraint(
        ["plan_id", "number"], ["version.plan_id", "version.number"], ondelete="CASCADE", name="of_version"
    ),
)

access = sa.Table(
    "access",
    metadata,
    sa.Column("plan_id", sa.Text, _with("plan.id"), primary_key=True),
    # Who: "person" and an id, or "group" and its name at the provider.
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("whom", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
)

publication = sa.Table(
    "publication",
    metadata,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("plan_id", sa.Text, nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("who", sa.Text, sa.ForeignKey("person.id", ondelete="SET NULL")),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("program", sa.Text, nullable=False),
    sa.Column("checksums", sa.Text, nullable=False),
    sa.Column("case_json", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(
        ["plan_id", "number"], ["version.plan_id", "version.number"], ondelete="CASCADE", name="of_published"
    ),
)

output = sa.Table(
    "output",
    metadata,
    sa.Column("token", sa.Text, _with("publication.token"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

KEPT: Final = {
    "version": ("plan_id", "number", "parent", "name", "key", "change", "at", "text"),
    "publication": ("token", "plan_id", "number", "at", "program", "checksums", "case_json"),
    "output": ("token", "position", "name", "media", "size", "content"),
    "piece": ("sha256", "number", "content"),
}
"""Columns that nothing may change once they are written: the databases refuse it themselves."""
