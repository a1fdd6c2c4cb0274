"""Messages that are held before they leave. Plain functions on a link, for `Database.transact`.

What makes a message leave twice, or leave after it was taken back, is excluded by the row's lock: whoever turns it into
something else says first what she has read.
"""

from datetime import UTC, datetime

import msgspec
from sqlalchemy import bindparam, func, select, text, true, tuple_, update

from store.columns import Identifier, UtcDateTime, table_of
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
    """A held message whose time has come, and why it was held (see `store.tables.Message`)."""

    id: str
    author_id: str
    leaves_at: datetime
    held_for: str
    urgent: bool


BEFORE_ALL = (datetime(1970, 1, 1, tzinfo=UTC), "")
"""Before every held message, as moment and identifier."""


LOCK = Prepared(
    select(*(message.c[field] for field in State.__struct_fields__))
    .where(message.c.id == bindparam("room"), message.c.author_id == bindparam("writer"))
    .with_for_update()
)
HOLD = Prepared(
    update(message)
    .where(message.c.id == bindparam("room"))
    .values(
        state="held",
        leaves_at=bindparam("at"),
        held_for=bindparam("why"),
        urgent=bindparam("is_urgent"),
        returned_at=None,
    )
)
MARK_URGENT = Prepared(update(message).where(message.c.id == bindparam("room")).values(urgent=true()))
GIVE_BACK = Prepared(
    update(message)
    .where(message.c.id == bindparam("room"))
    .values(state="draft", leaves_at=None, held_for=None, returned_at=bindparam("at"))
)
DUE = Prepared(
    select(*(message.c[field] for field in Leaving.__struct_fields__))
    .where(
        _HELD,
        message.c.leaves_at <= bindparam("now", type_=UtcDateTime()),
        tuple_(message.c.leaves_at, message.c.id)
        > tuple_(bindparam("after", type_=UtcDateTime()), bindparam("after_id", type_=Identifier)),
    )
    .order_by(message.c.leaves_at, message.c.id)
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


def hold(
    link: Link,
    message_id: str,
    author_id: str,
    was: State,
    leaves_at: datetime,
    *,
    held_for: str,
    urgent: bool,
) -> bool:
    """Hold what is not sent until `leaves_at`; False when it is not what it `was` any more."""
    if locked(link, message_id, author_id) != was:
        return False
    HOLD.run(link, [{"room": message_id, "at": leaves_at, "why": held_for, "is_urgent": urgent}])
    return True


def mark_urgent(link: Link, message_id: str, author_id: str, was: State) -> None:
    """Mark what is not sent as urgent, unless it is not what it `was` any more."""
    if locked(link, message_id, author_id) == was:
        MARK_URGENT.run(link, [{"room": message_id}])


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


def due(link: Link, now: datetime, most: int, after: tuple[datetime, str] = BEFORE_ALL) -> list[Leaving]:
    """Messages whose time has come, the longest waiting first, after the one with this moment and identifier."""
    given = {"now": now, "most": most, "after": after[0], "after_id": after[1]}
    return [Leaving(*row) for row in DUE.rows(link, given)]


def next_leaving(link: Link, now: datetime) -> datetime | None:
    """When the next message leaves whose time has not come yet."""
    [(moment,)] = NEXT.rows(link, {"now": now})
    found: datetime | None = moment
    return found
