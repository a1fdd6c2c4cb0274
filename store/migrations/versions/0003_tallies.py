"""What is unread is tallied per person, so that a badge of many thousands is as quick as one of three.

Nothing is tallied yet afterwards: each person's tally is made when she is next seen.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNTALLIED = "tallied <> (unread > 0 AND state = 'active' AND NOT muted AND trashed_at IS NULL)"


def upgrade() -> None:
    """Add the tallies, and the index of what they do not know yet in place of the one of everything unread."""
    op.add_column("person", sa.Column("tally", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column(
        "participation", sa.Column("tallied", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        op.f("ix_participation_untallied"),
        "participation",
        ["person_id", "tallied"],
        sqlite_where=sa.text(UNTALLIED),
        postgresql_where=sa.text(UNTALLIED),
    )
    op.drop_index(op.f("ix_participation_unread"), "participation")


def downgrade() -> None:
    """Count every unread discussion again each time."""
    op.create_index(
        op.f("ix_participation_unread"),
        "participation",
        ["person_id", "state", "muted", "trashed_at", "unread"],
        sqlite_where=sa.text("unread > 0"),
        postgresql_where=sa.text("unread > 0"),
    )
    op.drop_index(op.f("ix_participation_untallied"), "participation")
    op.drop_column("participation", "tallied")
    op.drop_column("person", "tally")
