"""Whom replies name with `@`: for them a muted discussion counts again, until they have read it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BEFORE = "tallied <> (unread > 0 AND state = 'active' AND NOT muted AND trashed_at IS NULL)"
NOW = (
    "tallied <> (unread > 0 AND state = 'active' AND (NOT muted OR called_seq > read_seq) "
    "AND trashed_at IS NULL)"
)


def upgrade() -> None:
    """Create the table, add the column, and say anew what a tally does not know yet."""
    op.create_table(
        "mention",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_mention_message_id_message")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mention_person_id_person")),
        sa.PrimaryKeyConstraint("message_id", "seq", "person_id", name=op.f("pk_mention")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "participation", sa.Column("called_seq", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    _index(NOW)


def downgrade() -> None:
    """Nobody is mentioned any more; the bodies are as they were."""
    _index(BEFORE)
    op.drop_column("participation", "called_seq")
    op.drop_table("mention")


def _index(condition: str) -> None:
    op.drop_index("ix_participation_untallied", table_name="participation")
    op.create_index(
        "ix_participation_untallied",
        "participation",
        ["person_id", "tallied"],
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
