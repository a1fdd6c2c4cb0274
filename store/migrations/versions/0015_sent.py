"""What one wrote is found where it is kept, so that the box stays quick however much of it was thrown away."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SENT = "role = 'author' AND state = 'active' AND trashed_at IS NULL"
BEFORE = "state = 'sent'"


def upgrade() -> None:
    """Make the index of participations, and drop that of rooms, which nothing else asks."""
    op.create_index(
        "ix_participation_sent",
        "participation",
        ["person_id", "last_entry_at", "message_id"],
        sqlite_where=sa.text(SENT),
        postgresql_where=sa.text(SENT),
    )
    op.drop_index("ix_message_sent", table_name="message")


def downgrade() -> None:
    """The box is read by the rooms again."""
    op.create_index(
        "ix_message_sent",
        "message",
        ["author_id", "last_entry_at", "id"],
        sqlite_where=sa.text(BEFORE),
        postgresql_where=sa.text(BEFORE),
    )
    op.drop_index("ix_participation_sent", table_name="participation")
