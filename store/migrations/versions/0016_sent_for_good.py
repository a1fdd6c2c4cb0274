"""The database's own lock covers how a message was sent, too: whether separately, of which, and whether urgently."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BEFORE = "id, kind, author_id, subject, body, state, sent_at, reply_policy, starts_at, ends_at, created_at"
AFTER = f"{BEFORE}, separately, separate_of, urgent"


def upgrade() -> None:
    """Widen the lock."""
    _lock(AFTER)


def downgrade() -> None:
    """Let it cover what it did."""
    _lock(BEFORE)


def _lock(columns: str) -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TRIGGER message_update")
        op.execute(
            f"CREATE TRIGGER message_update BEFORE UPDATE OF {columns} ON message FOR EACH ROW "
            "WHEN OLD.state = 'sent' BEGIN SELECT RAISE(ABORT, 'a sent message never changes'); END"
        )
        return
    op.execute("DROP TRIGGER message_update ON message")
    op.execute(
        f"CREATE TRIGGER message_update BEFORE UPDATE OF {columns} ON message FOR EACH ROW "
        "WHEN (OLD.state = 'sent') EXECUTE FUNCTION refuse_change()"
    )
