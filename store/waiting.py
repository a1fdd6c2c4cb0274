"""The rooms that wait for their mirror: few, found by a small index of their own.

Whoever needs exact answers asks for them first and then names them in the query. In one statement, SQLite would go
through all of a person's discussions to see which of them wait.
"""

from sqlalchemy import select, text

from store.columns import table_of
from store.prepared import Link, Prepared
from store.tables import Message

message = table_of(Message)

# Said in the index's own words: SQLite uses a partial index only when it recognises them.
WAITING = Prepared(select(message.c.id).where(text("mirrored_seq < head_seq")).order_by(message.c.id))


def waiting_rooms(link: Link) -> list[str]:
    """The rooms whose participations lag behind."""
    return [row[0] for row in WAITING.rows(link, {})]
