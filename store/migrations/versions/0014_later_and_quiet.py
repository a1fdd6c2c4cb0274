"""Why a message is held, in which order messages leave, and which are urgent."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

REASONS = "held_for = 'undo' OR held_for = 'later' OR held_for = 'quiet'"
CHECK = "ck_message_held_for"


def upgrade() -> None:
    """Add the columns. What is held now can be taken back for some seconds."""
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column together with its check, or not at all.
        op.execute(f"ALTER TABLE message ADD COLUMN held_for VARCHAR(8) CONSTRAINT {CHECK} CHECK ({REASONS})")
    else:
        op.add_column("message", sa.Column("held_for", sa.String(length=8), nullable=True))
        op.create_check_constraint(op.f(CHECK), "message", REASONS)
    op.add_column("message", sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE message SET held_for = 'undo' WHERE state = 'held'")
    _index("leaves_at", "id")


def downgrade() -> None:
    """Take the columns away. What is held leaves when it would have."""
    _index("leaves_at")
    op.drop_column("message", "urgent")
    if op.get_bind().dialect.name == "sqlite":
        raise NotImplementedError("SQLite does not drop a column with a check; restore a backup instead.")
    op.drop_column("message", "held_for")


def _index(*columns: str) -> None:
    op.drop_index("ix_message_held", table_name="message")
    op.create_index(
        "ix_message_held",
        "message",
        list(columns),
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
