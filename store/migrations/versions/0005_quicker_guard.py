"""The guard against SQLite's REPLACE, asked in a way that costs half.

One question with an OR makes SQLite go through two indexes and put together what they find; two questions are two
look-ups. It is asked for every reply.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SAME_NUMBER = "EXISTS (SELECT 1 FROM entry WHERE message_id = NEW.message_id AND seq = NEW.seq)"
SAME_CLIENT_ID = "EXISTS (SELECT 1 FROM entry WHERE author_id = NEW.author_id AND client_id = NEW.client_id)"


def upgrade() -> None:
    """Put the two questions in the place of the one."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER entry_replace")
        op.execute(
            f"CREATE TRIGGER entry_replace BEFORE INSERT ON entry FOR EACH ROW "
            f"WHEN {SAME_NUMBER} OR {SAME_CLIENT_ID} "
            "BEGIN SELECT RAISE(ABORT, 'entries are never replaced'); END"
        )


def downgrade() -> None:
    """Nothing: what is refused is the same."""
