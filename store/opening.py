"""How a room comes to be: the moment in which a draft is sent. Plain functions on a link, for `Database.transact`."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, insert, update

from store.arrivals import expect
from store.carrying import carry_on
from store.circle import Newcomer
from store.columns import table_of
from store.holding import State, locked
from store.prepared import Link, Prepared
from store.tables import Entry, Message, Participation

message = table_of(Message)
entry = table_of(Entry)
participation = table_of(Participation)

SEND = Prepared(
    update(message)
    .where(message.c.id == bindparam("room"))
    .values(
        state="sent",
        body=bindparam("said"),
        sent_at=bindparam("at"),
        updated_at=bindparam("at"),
        last_entry_at=bindparam("at"),
        head_seq=1,
        reply_count=1,
        mirrored_seq=1,
        participant_count=bindparam("size"),
        leaves_at=None,
        held_for=None,
        returned_at=None,
    )
)
PART = Prepared(
    update(message)
    .where(message.c.id == bindparam("room"))
    .values(
        state="sent",
        body=bindparam("said"),
        sent_at=bindparam("at"),
        updated_at=bindparam("at"),
        last_entry_at=bindparam("at"),
        leaves_at=None,
        held_for=None,
        returned_at=None,
    )
)
INSERT_OPENING = Prepared(
    insert(entry), columns=("message_id", "seq", "kind", "author_id", "body", "reply_count", "created_at")
)
ENTER = Prepared(
    insert(participation),
    columns=(
        *Newcomer.__struct_fields__,
        "message_id",
        "state",
        "muted",
        "added_at",
        "last_entry_at",
        "tallied",
    ),
)


class Draft(msgspec.Struct, frozen=True):
    """What is to be sent: this author's message as it `was` read, with its body as it is stored for ever."""

    id: str
    author_id: str
    was: State
    body: str


def holds_still(link: Link, draft: Draft) -> bool:
    """Keep a message as it is until the transaction ends; False when it is not what it was any more."""
    return locked(link, draft.id, draft.author_id) == draft.was


def open_room(
    link: Link,
    draft: Draft,
    people: Sequence[Newcomer],
    later: Sequence[tuple[str, str]],
    at: datetime,
) -> None:
    """Turn a draft, held still by the caller, into a room of these people, with entry 1.

    Those (person, role) who are to come `later` are expected.
    """
    SEND.run(link, [{"room": draft.id, "said": draft.body, "at": at, "size": len(people) + len(later)}])
    open_log(link, draft.id, draft.author_id, draft.body, people, at)
    carry_on(link, draft.id, [draft.id])
    if later:
        expect(link, draft.id, later)


def open_log(
    link: Link, room: str, author_id: str, body: str, people: Sequence[Newcomer], at: datetime
) -> None:
    """Write entry 1 of a room, and let these people in."""
    opening = {"message_id": room, "seq": 1, "kind": "message", "author_id": author_id}
    INSERT_OPENING.run(link, [{**opening, "body": body, "reply_count": 1, "created_at": at}])
    shared = {"message_id": room, "state": "active", "muted": False, "tallied": False}
    shared |= {"added_at": at, "last_entry_at": at}
    ENTER.run(link, [{**shared, **msgspec.structs.asdict(one)} for one in people])


def author(person_id: str) -> Newcomer:
    """Who wrote the message: she has read it, and it comes into her inbox when somebody answers."""
    return Newcomer(
        person_id,
        "author",
        added_by=None,
        from_seq=1,
        read_seq=1,
        read_count=0,
        own_count=1,
        unread=0,
        received=False,
    )


def addressed(person_id: str, role: str) -> Newcomer:
    """Whom the message is addressed to: it is unread."""
    return Newcomer(
        person_id, role, added_by=None, from_seq=1, read_seq=0, read_count=0, own_count=0, unread=1
    )


def part(link: Link, draft: Draft, recipients: Sequence[tuple[str, str]], at: datetime) -> None:
    """Send a draft, held still by the caller, separately.

    It becomes no room; each (person, role) is to get one of her own (`store.separate`).
    """
    PART.run(link, [{"room": draft.id, "said": draft.body, "at": at}])
    expect(link, draft.id, recipients)
