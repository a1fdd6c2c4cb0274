"""How a room comes to be: the moment in which a draft is sent. Plain functions on a link, for `Database.transact`."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, insert, select, update

from store.arrivals import expect
from store.circle import Newcomer
from store.columns import table_of
from store.prepared import Link, Prepared
from store.tables import Entry, Message, Participation

message = table_of(Message)
entry = table_of(Entry)
participation = table_of(Participation)

HOLD_DRAFT = Prepared(
    select(message.c.state, message.c.version)
    .where(message.c.id == bindparam("room"), message.c.author_id == bindparam("writer"))
    .with_for_update()
)
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
    """What is to be sent: this version of this author's message, with its body as it is stored for ever."""

    id: str
    author_id: str
    version: int
    body: str


def open_room(
    link: Link,
    draft: Draft,
    people: Sequence[Newcomer],
    later: Sequence[tuple[str, str]],
    at: datetime,
) -> bool:
    """Turn a draft into a room of these people, and of those (person, role) who are to come `later`, with entry 1.

    False when it is no draft of that version any more; then nothing has changed.
    """
    if HOLD_DRAFT.rows(link, {"room": draft.id, "writer": draft.author_id}) != [("draft", draft.version)]:
        return False
    SEND.run(link, [{"room": draft.id, "said": draft.body, "at": at, "size": len(people) + len(later)}])
    opening = {"message_id": draft.id, "seq": 1, "kind": "message", "author_id": draft.author_id}
    INSERT_OPENING.run(link, [{**opening, "body": draft.body, "reply_count": 1, "created_at": at}])
    shared = {"message_id": draft.id, "state": "active", "muted": False, "tallied": False}
    shared |= {"added_at": at, "last_entry_at": at}
    ENTER.run(link, [{**shared, **msgspec.structs.asdict(one)} for one in people])
    if later:
        expect(link, draft.id, later)
    return True
