"""Messages that are held before they leave. Plain functions on a link, for `Database.transact`.

What makes a message leave twice, or leave after it was taken back, is excluded by the row's lock: whoever turns it into
something else says first what she has read.
"""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select, text, update

from store.columns import UtcDateTime, table_of
from store.prepared import Link, Prepared
from store.tables import Message

message = table_of(Message)

_HELD = text("message.state = 'held'")
"""Said in the words of the partial index, which SQLite recognises only so."""


class State(msgspec.Struct, frozen=True):
    """What a message is at the moment: its state, its version and, if it is held, when it leaves."""

    state: str
    version: int
    leaves_at: datetime | None


class Leaving(msgspec.Struct, frozen=True):
    """A held message whose time has come."""

    id: str
    author_id: str
    leaves_at: datetime


LOCK = Prepared(
    select(*(message.c[field] for field in State.__struct_fields__))
    .where(message.c.id == bindparam("room"), message.c.author_id == bindparam("writer"))
    .with_for_update()
)
HOLD = Prepared(
    update(message)
    .where(message.c.id == bindparam("room"))
    .values(state="held", leaves_at=bindparam("at"), returned_at=None)
)
GIVE_BACK = Prepared(
    update(message)
    .where(message.c.id == bindparam("room"))
    .values(state="draft", leaves_at=None, returned_at=bindparam("at"))
)
DUE = Prepared(
    select(*(message.c[field] for field in Leaving.__struct_fields__))
    .where(_HELD, message.c.leaves_at <= bindparam("now", type_=UtcDateTime()))
    .order_by(message.c.leaves_at)
    .limit(bindparam("most"))
)
NEXT = Prepared(
    select(func.min(message.c.leaves_at, type_=UtcDateTime())).where(
        _HELD, message.c.leaves_at > bindparam("now", type_=UtcDateTime())
    )
)


def locked(link: Link, message_id: str, author_id: str) -> State | None:
    """What a message of this author is, kept still until the transaction ends; None when there is none."""
    return next((State(*row) for row in LOCK.rows(link, {"room": message_id, "writer": author_id})), None)


def hold(link: Link, message_id: str, author_id: str, was: State, leaves_at: datetime) -> bool:
    """Hold a draft until `leaves_at`; False when it is not what it `was` any more."""
    if locked(link, message_id, author_id) != was:
        return False
    HOLD.run(link, [{"room": message_id, "at": leaves_at}])
    return True


def give_back(
    link: Link,
    message_id: str,
    author_id: str,
    *,
    was: State | None = None,
    returned_at: datetime | None = None,
) -> str | None:
    """Make a held message a draft again, if it is held (and as it `was`); what it was found as, None for none.

    `returned_at` says that it could not leave; its author did not ask for it.
    """
    found = locked(link, message_id, author_id)
    if found is not None and found.state == "held" and was in (None, found):
        GIVE_BACK.run(link, [{"room": message_id, "at": returned_at}])
    return found.state if found else None


def due(link: Link, now: datetime, most: int) -> list[Leaving]:
    """Messages whose time has come, the longest waiting first."""
    return [Leaving(*row) for row in DUE.rows(link, {"now": now, "most": most})]


def next_leaving(link: Link, now: datetime) -> datetime | None:
    """When the next message leaves whose time has not come yet."""
    [(moment,)] = NEXT.rows(link, {"now": now})
    found: datetime | None = moment
    return found
