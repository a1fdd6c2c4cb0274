"""A message that is sent separately: each recipient gets a room of her own with its author.

Who is to get one is written down when the message is sent, as arrivals are; the rooms are opened by small transactions
after it. A room's id follows from the message's and the recipient's, so that nothing opens two for her.
"""

from hashlib import sha256

import msgspec
from sqlalchemy import and_, bindparam, insert, or_, select
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from store.arrivals import next_step, step_done
from store.carrying import carry_on
from store.columns import table_of
from store.opening import addressed, author, open_log
from store.pairs import by_ids, look_up_ids
from store.prepared import Link, Prepared
from store.room import Room
from store.tables import Message, Participation, Person

message = table_of(Message)
participation = table_of(Participation)
person = table_of(Person)

SAID = (
    "kind",
    "author_id",
    "subject",
    "body",
    "reply_policy",
    "urgent",
    "starts_at",
    "ends_at",
    "created_at",
    "updated_at",
    "sent_at",
    "last_entry_at",
)
"""What a room has of the message that it is one of."""
OPEN = {
    # Prepared statements ask no column for its default.
    **{
        column.name: column.default.arg
        for column in message.columns
        if isinstance(column.default, ScalarElementColumnDefault) and column.name not in SAID
    },
    "state": "sent",
    "version": 1,
    "head_seq": 1,
    "reply_count": 1,
    "participant_count": 2,
    "mirrored_seq": 1,
    "separately": True,
}

READ_WHOLE = Prepared(
    select(*(message.c[column] for column in SAID)).where(message.c.id == bindparam("room"))
)
INSERT_ROOMS = Prepared(insert(message), columns=("id", "separate_of", *SAID, *OPEN))
TAKEN = by_ids(
    lambda wanted: select(message.c.id).select_from(wanted.join(message, message.c.id == wanted.c.one))
)
ROOMS = Prepared(
    select(message.c.id, message.c.subject, person.c.id, person.c.name)
    .select_from(
        message.join(
            participation,
            and_(
                participation.c.message_id == message.c.id,
                participation.c.role != "author",
                participation.c.role != "added",
            ),
        ).join(person, person.c.id == participation.c.person_id)
    )
    .where(or_(message.c.separate_of == bindparam("room"), message.c.id == bindparam("room")))
    .order_by(person.c.folded, person.c.id)
)


class Separate(msgspec.Struct, frozen=True):
    """A room that a separately sent message opened, and for whom."""

    id: str
    subject: str
    person_id: str
    name: str


def open_some(link: Link, whole: Room) -> list[tuple[str, str]] | None:
    """Open the next rooms of a message, locked by the caller: pairs of room and recipient; None when none comes."""
    step = next_step(link, whole.id)
    if step is None:
        return None
    place, people = step
    rooms = {separate_id(whole.id, recipient): recipient for recipient in people}
    taken = {row[0] for row in look_up_ids(link, TAKEN, rooms)}
    opened = [(room, recipient) for room, recipient in rooms.items() if room not in taken]
    [values] = READ_WHOLE.rows(link, {"room": whole.id})
    said = dict(zip(SAID, values, strict=True))
    INSERT_ROOMS.run(link, [{"id": room, "separate_of": whole.id, **said, **OPEN} for room, _ in opened])
    for room, recipient in opened:
        inside = [author(whole.author_id), addressed(recipient, "to")]
        open_log(link, room, whole.author_id, said["body"], inside, whole.last_entry_at)
    carry_on(link, whole.id, [room for room, _ in opened])
    step_done(link, whole.id, place)
    return opened


def separate_rooms(link: Link, message_id: str) -> list[Separate]:
    """The rooms that a separately sent message has opened, by the names of those they are for.

    If there was one recipient, it is the message itself.
    """
    return [Separate(*row) for row in ROOMS.rows(link, {"room": message_id})]


def separate_id(message_id: str, person_id: str) -> str:
    """The id of the room that a message opens for a person: a UUIDv7 of the message's moment.

    Its random part is a hash of both, in which nobody can find the one who does not know the other
    (https://www.rfc-editor.org/rfc/rfc9562#section-5.7).
    """
    drawn = sha256(f"{message_id} {person_id}".encode()).hexdigest()
    return f"{message_id[:12]}7{drawn[:3]}{'89ab'[int(drawn[3], 16) % 4]}{drawn[4:19]}"
