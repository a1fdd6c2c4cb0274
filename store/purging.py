"""Purging discussions that everybody has left: their logs, what these carry, and all that is known of them.

Plain functions on a link, for `Database.transact`: a long log goes by steps. A row of `purge` is what the triggers let
deletions pass for; they let it stand only for what nobody is in.
"""

from collections import Counter
from datetime import datetime

from sqlalchemy import BindParameter, Integer, bindparam, delete, insert, select, text, update

from store.carrying import loosen
from store.columns import UtcDateTime, table_of
from store.log import lock_rooms
from store.mentions import DROP_MENTIONS
from store.prepared import Link, Prepared
from store.search.forgetting import forget
from store.tables import (
    ABANDONED,
    Arrival,
    Carried,
    Entry,
    Message,
    Participation,
    Person,
    Purge,
    Recipient,
    Unreached,
)
from store.tallies import shift_folders

message = table_of(Message)
entry = table_of(Entry)
participation = table_of(Participation)
person = table_of(Person)
carried = table_of(Carried)
purge = table_of(Purge)
arrival = table_of(Arrival)
room_of_its_own = message.alias("room_of_its_own")

IN_ROOM: BindParameter[str] = bindparam("room")
ABANDONED_ROOMS = Prepared(
    select(message.c.id)
    .where(
        text(ABANDONED),
        message.c.last_entry_at < bindparam("before", type_=UtcDateTime()),
        # What is not in the index of search yet will be, and is only then taken out of it.
        message.c.indexed_seq >= message.c.head_seq,
        message.c.mirrored_seq >= message.c.head_seq,
        ~select(arrival.c.place).where(arrival.c.message_id == message.c.id).exists(),
        ~select(room_of_its_own.c.id).where(room_of_its_own.c.separate_of == message.c.id).exists(),
    )
    .order_by(message.c.last_entry_at)
    .limit(bindparam("most", type_=Integer))
)
BEGUN = Prepared(select(purge.c.message_id).order_by(purge.c.message_id))
BEGIN = Prepared(insert(purge), columns=("message_id", "begun_at"))
NEXT_LINES = Prepared(
    select(entry.c.seq)
    .where(entry.c.message_id == IN_ROOM)
    .order_by(entry.c.seq)
    .limit(bindparam("most", type_=Integer))
)
FILES = Prepared(
    select(carried.c.attachment_id)
    .distinct()
    .where(carried.c.message_id == IN_ROOM, carried.c.seq.between(bindparam("first"), bindparam("last")))
)
FIRST: BindParameter[int] = bindparam("first")
LAST: BindParameter[int] = bindparam("last")
DROP_CARRIED = Prepared(
    delete(carried).where(carried.c.message_id == IN_ROOM, carried.c.seq.between(FIRST, LAST))
)
DROP_LINES = Prepared(delete(entry).where(entry.c.message_id == IN_ROOM, entry.c.seq.between(FIRST, LAST)))
NEXT_PEOPLE = Prepared(
    select(participation.c.person_id, participation.c.tallied, participation.c.folder_id)
    .where(participation.c.message_id == IN_ROOM)
    .order_by(participation.c.person_id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update()
)
DROP_PERSON = Prepared(
    delete(participation).where(
        participation.c.message_id == IN_ROOM, participation.c.person_id == bindparam("former")
    )
)
UNCOUNT = Prepared(update(person).where(person.c.id == bindparam("former")).values(tally=person.c.tally - 1))
LAST_ROWS = [
    Prepared(delete(table_of(Recipient)).where(table_of(Recipient).c.message_id == IN_ROOM)),
    Prepared(delete(table_of(Unreached)).where(table_of(Unreached).c.message_id == IN_ROOM)),
    Prepared(delete(message).where(message.c.id == IN_ROOM)),
    Prepared(delete(purge).where(purge.c.message_id == IN_ROOM)),
]


def abandoned(link: Link, before: datetime, most: int) -> list[str]:
    """Up to `most` discussions that everybody had left before a moment."""
    return [row[0] for row in ABANDONED_ROOMS.rows(link, {"before": before, "most": most})]


def begun(link: Link) -> list[str]:
    """The discussions that are being purged."""
    return [row[0] for row in BEGUN.rows(link, {})]


def begin_purge(link: Link, room: str, before: datetime, now: datetime) -> bool:
    """Give a discussion up, unless somebody is in it; whether it is."""
    held = lock_rooms(link, [room]).get(room)
    if held is None or held.participant_count > 0 or held.last_entry_at >= before:
        return False
    if room in begun(link):
        return True
    BEGIN.run(link, [{"message_id": room, "begun_at": now}])
    return True


def purge_step(link: Link, room: str, now: datetime, most: int) -> bool:
    """Delete up to `most` lines, then people, then the rest; whether there is more to do."""
    if lines := [row[0] for row in NEXT_LINES.rows(link, {"room": room, "most": most})]:
        forget(link, [(room, lines[0], lines[-1])])
        _drop_files(link, room, lines[0], lines[-1], now)
        span = {"room": room, "first": lines[0], "last": lines[-1]}
        DROP_MENTIONS.run(link, [span])
        DROP_LINES.run(link, [span])
        return True
    if people := NEXT_PEOPLE.rows(link, {"room": room, "most": most}):
        _drop_people(link, room, people)
        return True
    _drop_files(link, room, 0, 0, now)
    for statement in LAST_ROWS:
        statement.run(link, [{"room": room}])
    return False


def _drop_files(link: Link, room: str, first: int, last: int, now: datetime) -> None:
    span = {"room": room, "first": first, "last": last}
    if files := [row[0] for row in FILES.rows(link, span)]:
        DROP_CARRIED.run(link, [span])
        loosen(link, files, now)


def _drop_people(link: Link, room: str, people: list[tuple[str, bool, str | None]]) -> None:
    DROP_PERSON.run(link, [{"room": room, "former": former} for former, *_ in people])
    # Whose tally still counts it, because nothing has brought it up to date since she left.
    if counted := [(former, folder) for former, tallied, folder in people if tallied]:
        UNCOUNT.run(link, [{"former": former} for former, _ in sorted(counted)])
        shift_folders(link, {folder: -count for folder, count in Counter(f for _, f in counted).items()})
