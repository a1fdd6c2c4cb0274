"""Large discussions are filled in steps: who is still to come is written down."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "arrival",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_arrival_message_id_message")),
        sa.PrimaryKeyConstraint("message_id", "place", name=op.f("pk_arrival")),
    )


def downgrade() -> None:
    """Drop it. Whoever was still on her way does not come in."""
    op.drop_table("arrival")
