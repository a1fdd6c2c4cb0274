"""Files: contents, attachments, what carries which, and the last entry of each discussion that carries one."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REFUSAL = "what an entry carries never changes"


def upgrade() -> None:
    """Create the tables, and put the lock on what entries carry."""
    op.create_table(
        "blob",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("preview_size", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_blob_size")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blob")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("loose_since", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["digest"], ["blob.digest"], name=op.f("fk_attachment_digest_blob")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_attachment_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_owner_id"), "attachment", ["owner_id"])
    op.create_index(op.f("ix_attachment_digest"), "attachment", ["digest"])
    op.create_index(
        op.f("ix_attachment_loose"),
        "attachment",
        ["loose_since"],
        sqlite_where=sa.text("loose_since IS NOT NULL"),
        postgresql_where=sa.text("loose_since IS NOT NULL"),
    )
    op.create_table(
        "carried",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.String(length=32), nullable=False),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_carried_seq")),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_carried_attachment_id_attachment")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_carried_message_id_message")),
        sa.PrimaryKeyConstraint("message_id", "seq", "position", name=op.f("pk_carried")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_carried_attachment_id"), "carried", ["attachment_id"])
    op.add_column("message", sa.Column("last_file_seq", sa.Integer(), nullable=False, server_default="0"))
    _lock()


def downgrade() -> None:
    """Drop them, with all that they hold."""
    op.drop_column("message", "last_file_seq")
    op.drop_table("carried")
    op.drop_table("attachment")
    op.drop_table("blob")


def _lock() -> None:
    if op.get_context().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER carried_{what.lower()} BEFORE {what} ON carried FOR EACH ROW WHEN OLD.seq > 0 "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER carried_by_entries BEFORE UPDATE OR DELETE ON carried "
        "FOR EACH ROW WHEN (OLD.seq > 0) EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER carried_never_emptied BEFORE TRUNCATE ON carried "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
