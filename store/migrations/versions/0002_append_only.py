"""The database's own lock on the log: entries and sent messages never change.

A sent message's counters (its head, its mirror) may advance; what it says may not. SQLite's REPLACE deletes
without asking the delete triggers, so that inserting over an existing row is refused by triggers of its own.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SAID = "id, kind, author_id, subject, body, state, sent_at, reply_policy, starts_at, ends_at, created_at"
OF_A_SENT_MESSAGE = "EXISTS (SELECT 1 FROM message WHERE id = {row}.message_id AND state = 'sent')"

SAME_ENTRY = """EXISTS (
    SELECT 1 FROM entry WHERE (message_id = NEW.message_id AND seq = NEW.seq)
    OR (author_id = NEW.author_id AND client_id = NEW.client_id)
)"""

# name, moment, condition on the row (None: always), what is refused
SQLITE_TRIGGERS = [
    ("entry_update", "UPDATE ON entry", None, "entries never change"),
    ("entry_delete", "DELETE ON entry", None, "entries are never deleted"),
    (
        "entry_replace",
        "INSERT ON entry",
        SAME_ENTRY,
        "entries are never replaced",
    ),
    ("message_update", f"UPDATE OF {SAID} ON message", "OLD.state = 'sent'", "a sent message never changes"),
    ("message_delete", "DELETE ON message", "OLD.state = 'sent'", "a sent message is never deleted"),
    (
        "message_replace",
        "INSERT ON message",
        "EXISTS (SELECT 1 FROM message WHERE id = NEW.id AND state = 'sent')",
        "a sent message is never replaced",
    ),
    *(
        (
            f"recipient_{what.lower()}",
            f"{what} ON recipient",
            " OR ".join(OF_A_SENT_MESSAGE.format(row=row) for row in rows),
            "how a sent message was addressed never changes",
        )
        for what, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"]))
    ),
]

POSTGRES = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what was sent never changes', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION refuse_recipient_of_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_never_emptied BEFORE TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER message_update BEFORE UPDATE OF @SAID ON message
    FOR EACH ROW WHEN (OLD.state = 'sent') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER message_delete BEFORE DELETE ON message
    FOR EACH ROW WHEN (OLD.state = 'sent') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER message_never_emptied BEFORE TRUNCATE ON message
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recipient_of_sent BEFORE INSERT OR UPDATE OR DELETE ON recipient
    FOR EACH ROW EXECUTE FUNCTION refuse_recipient_of_sent();
CREATE TRIGGER recipient_never_emptied BEFORE TRUNCATE ON recipient
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Put the lock on."""
    if op.get_context().dialect.name == "sqlite":
        for name, moment, condition, refusal in SQLITE_TRIGGERS:
            when = f"WHEN {condition}" if condition else ""
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {moment} FOR EACH ROW {when} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    for statement in POSTGRES.replace("@SAID", SAID).strip().split(";\nCREATE "):
        op.execute(statement if statement.startswith("CREATE") else f"CREATE {statement}")


def downgrade() -> None:
    """Take the lock off."""
    if op.get_context().dialect.name == "sqlite":
        for name, *_ in SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        return
    op.execute("DROP FUNCTION refuse_change() CASCADE")
    op.execute("DROP FUNCTION refuse_recipient_of_sent() CASCADE")
