"""Lists of favourite recipients, and what people sign with."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, add the column."""
    op.create_table(
        "recipient_list",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("folded", sa.String(length=400), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_recipient_list_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_list")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_recipient_list_owner_id_name")),
    )
    op.create_table(
        "listed",
        sa.Column("list_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("group_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_listed_person_or_group")
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["recipient_list.id"], name=op.f("fk_listed_list_id_recipient_list")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_listed_person_id_person")),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_listed_group_id_group")),
        sa.PrimaryKeyConstraint("list_id", "position", name=op.f("pk_listed")),
    )
    op.create_index(op.f("ix_listed_person_id"), "listed", ["person_id"])
    op.create_index(op.f("ix_listed_group_id"), "listed", ["group_id"])
    op.add_column("person", sa.Column("signature", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("person", "signature")
    op.drop_table("listed")
    op.drop_table("recipient_list")
