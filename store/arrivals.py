"""People on their way into a large discussion: named when the message is sent, let in some at a time.

One transaction for thousands of participations would hold up everybody's replies. So they are written down where
nothing can lose them, in the transaction that sends the message, and come in by small transactions after it.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

import msgspec
from sqlalchemy import Integer, and_, bindparam, delete, false, insert, literal, select, true, update

from store.columns import Identifier, UtcDateTime, table_of
from store.pairs import by_pairs, look_up
from store.prepared import Link, Prepared
from store.room import Room
from store.tables import Arrival, Message, Participation

AT_ONCE = 100
"""People who come in in one transaction."""

arrival = table_of(Arrival)
message = table_of(Message)
participation = table_of(Participation)

NOTE = Prepared(insert(arrival), columns=("message_id", "place", "people"))
NEXT = Prepared(
    select(arrival.c.place, arrival.c.people)
    .where(arrival.c.message_id == bindparam("room"))
    .order_by(arrival.c.place)
    .limit(1)
)
DONE = Prepared(
    delete(arrival).where(arrival.c.message_id == bindparam("room"), arrival.c.place == bindparam("at_place"))
)
WAITING = Prepared(select(arrival.c.message_id).distinct())
PRESENT = by_pairs(
    lambda wanted: select(participation.c.person_id).select_from(
        wanted.join(
            participation,
            and_(participation.c.message_id == wanted.c.one, participation.c.person_id == wanted.c.two),
        )
    )
)
_SHE = {
    # She sees everything, has read nothing, and agrees with the log as it is now.
    "message_id": bindparam("room", type_=Identifier),
    "state": literal("active"),
    "from_seq": literal(1),
    "read_seq": literal(0),
    "read_count": literal(0),
    "own_count": literal(0),
    "received": true(),
    "muted": false(),
    "added_at": bindparam("now", type_=UtcDateTime()),
    "last_entry_at": bindparam("last_at", type_=UtcDateTime()),
    "unread": bindparam("count", type_=Integer),
    "tallied": false(),
}
ENTER = by_pairs(
    lambda wanted: insert(participation).from_select(
        ["person_id", "role", *_SHE], select(wanted.c.one, wanted.c.two, *_SHE.values()).select_from(wanted)
    )
)
RESIZE = Prepared(
    update(message)
    .where(message.c.id == bindparam("room"))
    .values(participant_count=message.c.participant_count + bindparam("change"))
)


def expect(link: Link, message_id: str, people: Sequence[tuple[str, str]]) -> None:
    """Write down who is to come into a discussion: pairs of person and role. Its size counts them already."""
    rest = iter(people)
    steps = iter(lambda: list(islice(rest, AT_ONCE)), [])
    NOTE.run(
        link,
        [
            {"message_id": message_id, "place": place, "people": msgspec.json.encode(some).decode()}
            for place, some in enumerate(steps)
        ],
    )


def let_in(link: Link, room: Room, now: datetime) -> list[str] | None:
    """Let the next ones into a discussion, locked by the caller; who came in, or None when nobody is to come."""
    step = next_step(link, room.id)
    if step is None:
        return None
    place, roles = step
    # Somebody added her meanwhile; she may even have left again.
    present = {row[0] for row in look_up(link, PRESENT, [(room.id, person) for person in roles])}
    coming = [person for person in roles if person not in present]
    if coming:
        pairs = msgspec.json.encode([(person, roles[person]) for person in coming]).decode()
        her = {"now": now, "last_at": room.last_entry_at, "count": room.reply_count}
        ENTER.run(link, [{"room": room.id, "pairs": pairs, **her}])
    if present:
        RESIZE.run(link, [{"room": room.id, "change": -len(present)}])
    step_done(link, room.id, place)
    return coming


def next_step(link: Link, message_id: str) -> tuple[int, dict[str, str]] | None:
    """The place and the people, with their roles, of the next step into a discussion; None when nobody is to come."""
    found = NEXT.rows(link, {"room": message_id})
    if not found:
        return None
    [(place, people)] = found
    return place, dict(msgspec.json.decode(people, type=list[tuple[str, str]]))


def step_done(link: Link, message_id: str, place: int) -> None:
    """The people of this step are in."""
    DONE.run(link, [{"room": message_id, "at_place": place}])


def awaiting(link: Link) -> list[str]:
    """The discussions into which people are still to come."""
    return [row[0] for row in WAITING.rows(link, {})]
