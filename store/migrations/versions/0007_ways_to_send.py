"""Messages that are held before they leave, that came back, and that are sent to each recipient separately."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OLD_STATES = "state = 'draft' OR state = 'sent'"
STATES = "state = 'draft' OR state = 'held' OR state = 'sent'"
COLUMNS = ("leaves_at", "returned_at", "separately", "separate_of")
FOREIGN_KEY = "fk_message_separate_of_message"


def upgrade() -> None:
    """Let a message be held, and add the columns."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _say_states(OLD_STATES, STATES)
    op.add_column("message", sa.Column("leaves_at", MOMENT, nullable=True))
    op.add_column("message", sa.Column("returned_at", MOMENT, nullable=True))
    op.add_column("message", sa.Column("separately", sa.Boolean(), server_default=sa.false(), nullable=False))
    if is_sqlite:
        # SQLite adds a column together with its foreign key, or not at all; Alembic would add the key after it.
        op.execute(
            f"ALTER TABLE message ADD COLUMN separate_of VARCHAR(32) CONSTRAINT {FOREIGN_KEY} REFERENCES message (id)"
        )
    else:
        op.add_column("message", sa.Column("separate_of", sa.String(length=32), nullable=True))
        op.create_foreign_key(op.f(FOREIGN_KEY), "message", "message", ["separate_of"], ["id"])
    _index("ix_message_held", "leaves_at", "state = 'held'")
    _index("ix_message_separate_of", "separate_of", "separate_of IS NOT NULL")


def downgrade() -> None:
    """Take the columns away. What is held is a draft again."""
    op.execute("UPDATE message SET state = 'draft' WHERE state = 'held'")
    op.drop_index("ix_message_separate_of", table_name="message")
    op.drop_index("ix_message_held", table_name="message")
    if op.get_bind().dialect.name == "sqlite":
        raise NotImplementedError(
            "SQLite does not drop a column with a foreign key; restore a backup instead."
        )
    for column in COLUMNS:
        op.drop_column("message", column)
    _say_states(STATES, OLD_STATES)


def _say_states(before: str, after: str) -> None:
    """Say the check of `state` anew; on SQLite in the way of 0006, which leaves the rows as they are."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_message_state"), "message")
        op.create_check_constraint(op.f("ck_message_state"), "message", after)
        return
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE name = 'message'"),
        {"before": f"CHECK ({before})", "after": f"CHECK ({after})"},
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def _index(name: str, column: str, where: str) -> None:
    op.create_index(
        name,
        "message",
        [column],
        unique=False,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
