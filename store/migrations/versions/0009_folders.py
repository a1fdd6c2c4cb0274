"""Folders of one's own, a trash that a reply brings things back from, and boxes that stay quick with both."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SHELF = (
    "CASE WHEN state <> 'active' THEN 'left' WHEN trashed_at IS NOT NULL THEN 'trash' "
    "WHEN received AND folder_id IS NULL THEN 'inbox' ELSE 'kept' END"
)
FOREIGN_KEY = "fk_participation_folder_id_folder"
FILED = "folder_id IS NOT NULL"
TRASHED = "trashed_at IS NOT NULL AND state = 'active'"


def upgrade() -> None:
    """Create the table, add the columns, and say the index of the boxes anew."""
    op.create_table(
        "folder",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("beside", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("tally", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["folder.id"], name=op.f("fk_folder_parent_id_folder")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_folder_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder")),
        sa.UniqueConstraint("beside", "folded", name=op.f("uq_folder_beside_folded")),
    )
    op.create_index(op.f("ix_folder_person_id"), "folder", ["person_id"])
    op.create_index(op.f("ix_folder_parent_id"), "folder", ["parent_id"])
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a column together with its foreign key, or not at all; Alembic would add the key after it.
        op.execute(
            "ALTER TABLE participation ADD COLUMN folder_id VARCHAR(32) "
            f"CONSTRAINT {FOREIGN_KEY} REFERENCES folder (id)"
        )
    else:
        op.add_column("participation", sa.Column("folder_id", sa.String(length=32), nullable=True))
        op.create_foreign_key(op.f(FOREIGN_KEY), "participation", "folder", ["folder_id"], ["id"])
    op.add_column("participation", sa.Column("trashed_count", sa.Integer(), nullable=True))
    # SQLite adds none that is stored; what it makes of the others when it is asked costs it next to nothing.
    shelf = sa.Computed(SHELF, persisted=None if op.get_bind().dialect.name == "sqlite" else True)
    op.add_column("participation", sa.Column("shelf", sa.String(length=8), shelf, nullable=True))
    op.drop_index("ix_participation_box", table_name="participation")
    _index("box", ["person_id", "shelf", "last_entry_at", "message_id"])
    _index("folder", ["folder_id", "shelf", "last_entry_at", "message_id"], FILED)
    _index("trashed", ["trashed_at"], TRASHED)


def downgrade() -> None:
    """Everything is where it was before there were folders."""
    if op.get_bind().dialect.name == "sqlite":
        raise NotImplementedError(
            "SQLite does not drop a column with a foreign key; restore a backup instead."
        )
    for name in ("box", "folder", "trashed"):
        op.drop_index(f"ix_participation_{name}", table_name="participation")
    for column in ("shelf", "trashed_count", "folder_id"):
        op.drop_column("participation", column)
    _index("box", ["person_id", "state", "last_entry_at", "message_id"])
    op.drop_table("folder")


def _index(name: str, columns: list[str], where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(
        f"ix_participation_{name}",
        "participation",
        columns,
        sqlite_where=condition,
        postgresql_where=condition,
    )
