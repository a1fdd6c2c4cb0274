"""Rows of the log at half the price on SQLite, with what is refused unchanged.

* `IN` in a check makes SQLite fill a table of its own for every row; the same said with OR is read off the row.
* REPLACE asks the delete triggers where triggers may set off others, which every connection of ours asks for
  (`store.direct`). The trigger that looked for a row to be replaced before each insert is not needed any more.
"""

import re

from alembic import op
from sqlalchemy import text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CHECK (% IN (%'"
CHECK = re.compile(r"CHECK \((\w+) IN \(([^)]*)\)\)")
REPLACED = {
    "entry": (
        "EXISTS (SELECT 1 FROM entry WHERE message_id = NEW.message_id AND seq = NEW.seq) OR "
        "EXISTS (SELECT 1 FROM entry WHERE author_id = NEW.author_id AND client_id = NEW.client_id)"
    ),
    "message": "EXISTS (SELECT 1 FROM message WHERE id = NEW.id AND state = 'sent')",
}


def upgrade() -> None:
    """Say the checks anew, as SQLite's documentation has it for what leaves the rows as they are; drop the triggers."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    for table in REPLACED:
        op.execute(f"DROP TRIGGER {table}_replace")
    version = connection.execute(text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    for name, sql in connection.execute(text(TABLES)).all():
        connection.execute(
            text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name"),
            {"sql": CHECK.sub(_with_or, sql), "name": name},
        )
    # Every connection reads the tables anew.
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    """Look for rows to be replaced again; the checks refuse the same in both ways of saying them."""
    if op.get_bind().dialect.name == "sqlite":
        for table, condition in REPLACED.items():
            op.execute(
                f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} FOR EACH ROW WHEN {condition} "
                "BEGIN SELECT RAISE(ABORT, 'what was sent is never replaced'); END"
            )


def _with_or(check: re.Match[str]) -> str:
    column, values = check[1], check[2].split(", ")
    return f"CHECK ({' OR '.join(f'{column} = {value}' for value in values)})"
