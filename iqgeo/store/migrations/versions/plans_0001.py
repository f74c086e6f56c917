"""The first tables: plans in versions, own files, who may what, published versions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEPT = {
    "version": ("plan_id", "number", "parent", "name", "key", "change", "at", "text"),
    "publication": ("token", "plan_id", "number", "at", "program", "checksums", "case_json"),
    "output": ("token", "position", "name", "media", "size", "content"),
    "piece": ("sha256", "number", "content"),
}


def upgrade() -> None:
    """Make every table in an empty database."""
    _people_and_plans()
    _files()
    _access_and_published()
    for table, columns in _KEPT.items():
        _keep(table, columns)


def _people_and_plans() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("issuer", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("seen", sa.Text),
        sa.UniqueConstraint("issuer", "subject", name="person_identity"),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("head", sa.Integer, nullable=False),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
    )
    op.create_table(
        "version",
        sa.Column("plan_id", sa.Text, sa.ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("parent", sa.Integer),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("who", sa.Text, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )


def _files() -> None:
    of_file = sa.ForeignKey("file.sha256", ondelete="CASCADE")
    op.create_table(
        "file",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "piece",
        sa.Column("sha256", sa.Text, of_file, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "holding",
        sa.Column("sha256", sa.Text, sa.ForeignKey("file.sha256", ondelete="CASCADE"), primary_key=True),
        sa.Column("person_id", sa.Text, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_table(
        "version_file",
        sa.Column("plan_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, sa.ForeignKey("file.sha256"), nullable=False, index=True),
        sa.ForeignKeyConstraint(
            ["plan_id", "number"],
            ["version.plan_id", "version.number"],
            ondelete="CASCADE",
            name="of_version",
        ),
    )


def _access_and_published() -> None:
    op.create_table(
        "access",
        sa.Column("plan_id", sa.Text, sa.ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("whom", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
    )
    op.create_table(
        "publication",
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
            ["plan_id", "number"],
            ["version.plan_id", "version.number"],
            ondelete="CASCADE",
            name="of_published",
        ),
    )
    of_publication = sa.ForeignKey("publication.token", ondelete="CASCADE")
    op.create_table(
        "output",
        sa.Column("token", sa.Text, of_publication, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def _keep(table: str, columns: tuple[str, ...]) -> None:
    """Let the database itself refuse to change what a version or a published page says."""
    listed = ", ".join(f'"{it}"' for it in columns)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f'CREATE TRIGGER keep_{table} BEFORE UPDATE OF {listed} ON "{table}" '
            "BEGIN SELECT RAISE(ABORT, 'versions are only added'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'versions are only added'; END $$"
    )
    op.execute(
        f'CREATE TRIGGER keep_{table} BEFORE UPDATE OF {listed} ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION only_added()"
    )
