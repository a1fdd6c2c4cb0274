"""Searching: what is indexed of each log, the lines in the order of time, and their words.

Whatever is written already is put into the index by the server, a little at a time, as soon as it runs.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UNINDEXED = "indexed_seq < head_seq"
# The program has folded the words already: SQLite is only to part them where there are spaces. The prefixes are those
# that so many words begin with that they are not looked up one by one.
WORDS = """
CREATE VIRTUAL TABLE search_words USING fts5(
    words, content='', columnsize=0, prefix='2 3', tokenize="ascii tokenchars '@#+='"
)
"""


def upgrade() -> None:
    """Create the tables."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column(
        "message", sa.Column("indexed_seq", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_index(
        op.f("ix_message_unindexed"),
        "message",
        ["id"],
        sqlite_where=sa.text(UNINDEXED),
        postgresql_where=sa.text(UNINDEXED),
    )
    op.create_table(
        "search_line",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text() if is_sqlite else TSVECTOR(), nullable=True),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_search_line")),
    )
    op.create_index(
        op.f("ix_search_line_words"),
        "search_line",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 512},
        sqlite_where=sa.text("words IS NOT NULL"),
    )
    plain = sa.String(length=64) if is_sqlite else sa.String(length=64, collation="C")
    op.create_table(
        "search_word",
        sa.Column("word", plain, nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
        sqlite_with_rowid=False,
    )
    if is_sqlite:
        op.execute(WORDS)
        # Merging is done in steps of its own (`store.search.index.merge`): by itself it would hold up replies at times.
        op.execute("INSERT INTO search_words (search_words, rank) VALUES ('automerge', 0)")
        op.execute("INSERT INTO search_words (search_words, rank) VALUES ('crisismerge', 128)")


def downgrade() -> None:
    """Drop them; the logs are as they were."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    op.drop_table("search_word")
    op.drop_table("search_line")
    op.drop_index(op.f("ix_message_unindexed"), table_name="message")
    op.drop_column("message", "indexed_seq")
