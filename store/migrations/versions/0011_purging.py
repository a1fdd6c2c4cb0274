"""The one way in which what was sent is deleted: a discussion that everybody has left is purged as a whole.

The triggers of 0002 and 0008 let go what is named in `purge`, and triggers of its own let nothing be named there but a
sent message in which nobody is and into which nobody is on her way. Nothing is ever changed, purged or not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ABANDONED = "state = 'sent' AND participant_count = 0"
PURGED = "EXISTS (SELECT 1 FROM purge WHERE message_id = OLD.{column})"
OF_A_SENT_MESSAGE = "EXISTS (SELECT 1 FROM message WHERE id = OLD.message_id AND state = 'sent')"
LEFT_BY_ALL = """
    EXISTS (SELECT 1 FROM message WHERE id = NEW.message_id AND state = 'sent' AND participant_count = 0)
    AND NOT EXISTS (SELECT 1 FROM participation WHERE message_id = NEW.message_id AND state = 'active')
    AND NOT EXISTS (SELECT 1 FROM arrival WHERE message_id = NEW.message_id)
    AND NOT EXISTS (SELECT 1 FROM message WHERE separate_of = NEW.message_id)
"""

# name, table, which rows are not deleted unless they are purged, the purge's key, what is refused
SQLITE_DELETIONS = [
    ("entry_delete", "entry", None, "message_id", "entries are never deleted"),
    ("message_delete", "message", "OLD.state = 'sent'", "id", "a sent message is never deleted"),
    (
        "recipient_delete",
        "recipient",
        OF_A_SENT_MESSAGE,
        "message_id",
        "how a sent message was addressed never changes",
    ),
    ("carried_delete", "carried", "OLD.seq > 0", "message_id", "what an entry carries never changes"),
]

POSTGRES = """
CREATE FUNCTION refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    discussion text;
BEGIN
    IF TG_TABLE_NAME = 'message' THEN discussion := OLD.id; ELSE discussion := OLD.message_id; END IF;
    IF EXISTS (SELECT 1 FROM purge WHERE message_id = discussion) THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'DELETE on % is refused: what was sent is never deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION refuse_purge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF @LEFT_BY_ALL THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '% on purge is refused: only what everybody has left is purged', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE FUNCTION refuse_recipient_of_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT 1 FROM purge WHERE message_id = OLD.message_id) THEN RETURN OLD; END IF;
    END IF;
    IF EXISTS (
        SELECT 1 FROM message WHERE state = 'sent' AND (
            (TG_OP <> 'INSERT' AND id = OLD.message_id) OR (TG_OP <> 'DELETE' AND id = NEW.message_id)
        )
    ) THEN
        RAISE EXCEPTION '% on recipient is refused: what was sent never changes', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
DROP TRIGGER entry_append_only ON entry;
CREATE TRIGGER entry_append_only BEFORE UPDATE ON entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_delete BEFORE DELETE ON entry
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion();
DROP TRIGGER message_delete ON message;
CREATE TRIGGER message_delete BEFORE DELETE ON message
    FOR EACH ROW WHEN (OLD.state = 'sent') EXECUTE FUNCTION refuse_deletion();
DROP TRIGGER carried_by_entries ON carried;
CREATE TRIGGER carried_by_entries BEFORE UPDATE ON carried
    FOR EACH ROW WHEN (OLD.seq > 0) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER carried_delete BEFORE DELETE ON carried
    FOR EACH ROW WHEN (OLD.seq > 0) EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER purge_of_what_is_left BEFORE INSERT OR UPDATE ON purge
    FOR EACH ROW EXECUTE FUNCTION refuse_purge();
"""


def upgrade() -> None:
    """Create the table, and make the triggers know it."""
    op.create_table(
        "purge",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_purge")),
    )
    op.create_index(
        "ix_message_abandoned",
        "message",
        ["last_entry_at"],
        sqlite_where=sa.text(ABANDONED),
        postgresql_where=sa.text(ABANDONED),
    )
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
        return
    for statement in _statements(POSTGRES.replace("@LEFT_BY_ALL", LEFT_BY_ALL.strip())):
        op.execute(statement)


def downgrade() -> None:
    """Nothing was ever purged by an earlier version, and what refuses deletions cannot be taken off without a gap."""
    raise NotImplementedError("Restore a backup instead.")


def _on_sqlite() -> None:
    for name, table, condition, column, refusal in SQLITE_DELETIONS:
        op.execute(f"DROP TRIGGER {name}")
        when = " AND ".join([*([condition] if condition else []), f"NOT {PURGED.format(column=column)}"])
        _refuse(name, f"DELETE ON {table}", when, refusal)
    _refuse(
        "purge_insert", "INSERT ON purge", f"NOT ({LEFT_BY_ALL})", "only what everybody has left is purged"
    )
    _refuse("purge_update", "UPDATE ON purge", "TRUE", "only what everybody has left is purged")


def _refuse(name: str, moment: str, when: str, refusal: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {moment} FOR EACH ROW WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    )


def _statements(script: str) -> list[str]:
    """The statements of a script in which each begins a line with CREATE or DROP."""
    statements: list[str] = []
    for line in script.strip().splitlines():
        if line.startswith(("CREATE", "DROP")):
            statements.append(line)
        else:
            statements[-1] += f"\n{line}"
    return statements
