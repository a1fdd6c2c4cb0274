"""Large data, the same for the same seed: full mailboxes and long discussions.

People and groups come in through the ordinary import. What would take an hour to be said reply by reply is written into
the store's tables at once, row by row as the use cases would have left it: heads and counts of the rooms, how far each
has read, and what the participations mirror. `tests/bench/` holds that against the use cases' own arithmetic.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from operator import itemgetter
from random import Random
from typing import Any

import msgspec
from sqlalchemy import Table, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.columns import table_of
from store.migrate import connection_to
from store.prepared import Prepared
from store.tables import Entry, Folder, Message, Participation, Person

SEED = 20260301
YEARS = timedelta(days=5 * 365)
"""Over how long a mailbox has filled."""
LAST_MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOMS_AT_ONCE = 2_000
WORDS = """about afternoon again all answer autumn before book bring change class copy day document early evening every
first follow garden group hall hope hour idea invite journey keep letter line list look many meeting minute month
morning music name need next note number open order page paper parents people place plan please question quiet read
reply room school see send share short some something speak start story summer table term text thank time today trip
turn two until visit voice wait week when window winter word work write year"""

message = table_of(Message)
entry = table_of(Entry)
participation = table_of(Participation)
person = table_of(Person)
folder = table_of(Folder)

Row = dict[str, Any]


class Mailbox(msgspec.Struct, frozen=True):
    """Somebody with so many discussions, most of them unread, with a few of her `friends` in each.

    `filed`: one third of them is in a folder, and one third in the trash.
    """

    owner: str
    friends: Sequence[str]
    discussions: int
    filed: bool = False


class Talk(msgspec.Struct, frozen=True):
    """A discussion of so many entries. `reader` has read half of it, and has written now and then."""

    subject: str
    reader: str
    friends: Sequence[str]
    entries: int


def fill(url: str, parts: Sequence[Mailbox | Talk], *, seed: int = SEED) -> None:
    """Write these into a migrated database; people are named by their logins."""
    asyncio.run(_fill(url, parts, Random(seed)))


async def _fill(url: str, parts: Sequence[Mailbox | Talk], dice: Random) -> None:
    async with connection_to(url) as connection:
        if connection.dialect.name == "sqlite":
            # All of it in memory until the commit, or every index would be read and written over and over.
            await connection.execute(text("PRAGMA cache_size = -1000000"))
        found = await connection.execute(select(person.c.login, person.c.id))
        ids: dict[str, str] = {row[0]: row[1] for row in found}
        for part in parts:
            if isinstance(part, Mailbox) and part.filed:
                await write(connection, folder, [_folder_of(ids[part.owner])])
            rooms = _mailbox(part, ids, dice) if isinstance(part, Mailbox) else _talk(part, ids, dice)
            while some := list(itertools.islice(rooms, ROOMS_AT_ONCE)):
                for table in (message, entry, participation):
                    await write(connection, table, (row for room in some for row in room[table.name]))
        await connection.commit()
        if connection.dialect.name == "postgresql":
            # As autovacuum does by itself after a minute.
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))


async def write(connection: AsyncConnection, table: Table, rows: Iterable[Row]) -> None:
    """Write these rows, all with the same columns, as quickly as the database takes them."""
    some = list(rows)
    columns = list(some[0])
    if connection.dialect.name == "sqlite":
        await connection.run_sync(Prepared(insert(table), columns=columns).run, some)
        return
    driver: Any = (await connection.get_raw_connection()).driver_connection
    records = map(itemgetter(*columns), some)
    await driver.copy_records_to_table(table.name, columns=columns, records=records)


Room = dict[str, list[Row]]
"""The rows of one discussion, by table."""


def _mailbox(box: Mailbox, ids: dict[str, str], dice: Random) -> Iterator[Room]:
    owner, friends = ids[box.owner], [ids[login] for login in box.friends]
    moments = sorted(LAST_MOMENT - YEARS * dice.random() for _ in range(box.discussions))
    for number, at in enumerate(moments, 1):
        others = dice.sample(friends, dice.choice((1, 1, 1, 2)))
        circle = [owner, *others] if dice.random() < 0.1 else [*others, owner]
        length = dice.choice((1, 1, 1, 2, 3))
        # Never the owner alone: what one wrote and nobody answered is not in one's inbox.
        writers = [circle[0], *(dice.choice(circle) for _ in range(length - 2)), *others[:1]][:length]
        read = dict.fromkeys(others, length) | {owner: length if dice.random() < 0.1 else 0}
        room = room_of(f"{_some(dice, 3)} {number}", circle, writers, at, read, dice)
        if box.filed:
            _file(next(seat for seat in room["participation"] if seat["person_id"] == owner), number, length)
        yield room


def _folder_of(owner: str) -> Row:
    place = {"id": owner[::-1], "person_id": owner, "parent_id": None, "beside": owner, "tally": 0}
    return place | {"name": "Filed", "folded": "filed", "created_at": LAST_MOMENT}


def _file(seat: Row, number: int, length: int) -> None:
    if number % 3 == 1:
        seat["folder_id"] = _folder_of(seat["person_id"])["id"]
    elif number % 3 == 2:
        seat |= {"trashed_at": LAST_MOMENT, "trashed_count": length}


def _talk(talk: Talk, ids: dict[str, str], dice: Random) -> Iterator[Room]:
    reader, friends = ids[talk.reader], [ids[login] for login in talk.friends]
    half = talk.entries // 2
    # She has written in the first half only: who writes has read what came before.
    writers = [*dice.choices([*friends, reader], k=half), *dice.choices(friends, k=talk.entries - half)]
    writers[0] = friends[0]
    yield room_of(talk.subject, [*friends, reader], writers, LAST_MOMENT, {reader: half}, dice)


def room_of(
    subject: str,
    circle: Sequence[str],
    writers: Sequence[str],
    at: datetime,
    read: dict[str, int],
    dice: Random,
    said: Sequence[str] = (),
) -> Room:
    """A discussion of `circle`, whose entries `writers` wrote up to the moment `at`; `read`: how far who has read.

    `said` is what they wrote; if it is not given, something.
    """
    head, author = len(writers), writers[0]
    moments = [at - timedelta(minutes=head - seq) for seq in range(1, head + 1)]
    room_id = f"{int(moments[0].timestamp() * 1000):012x}{dice.getrandbits(80):020x}"
    said = said or dice.choices(_sayings(), k=head)
    of_room: Row = {
        "id": room_id,
        "kind": "message",
        "author_id": author,
        "subject": subject,
        "body": said[0],
        "state": "sent",
        "version": 1,
        "reply_policy": "everyone",
        "created_at": moments[0],
        "updated_at": moments[0],
        "sent_at": moments[0],
        "head_seq": head,
        "reply_count": head,
        "participant_count": len(circle),
        "mirrored_seq": head,
        "indexed_seq": head,
        "answered": len(set(writers)) > 1,
        "last_entry_at": at,
    }
    entries: list[Row] = [
        {
            "message_id": room_id,
            "seq": seq,
            "kind": "reply" if seq > 1 else "message",
            "author_id": writer,
            "client_id": f"{room_id}-{seq}" if seq > 1 else None,
            "body": body,
            "reply_count": seq,
            "created_at": moment,
        }
        for seq, (writer, body, moment) in enumerate(zip(writers, said, moments, strict=True), 1)
    ]
    seats = [_seat(of_room, one, writers, read.get(one, 0)) for one in circle]
    return {"message": [of_room], "entry": entries, "participation": seats}


def _seat(of_room: Row, one: str, writers: Sequence[str], read: int) -> Row:
    last_own = max((seq for seq, writer in enumerate(writers, 1) if writer == one), default=0)
    read_seq = max(read, last_own)
    own = Counter(writers)[one]
    read_count = sum(writer != one for writer in writers[:read_seq])
    return {
        "message_id": of_room["id"],
        "person_id": one,
        "state": "active",
        "role": "author" if one == of_room["author_id"] else "to",
        "from_seq": 1,
        "read_seq": read_seq,
        "read_count": read_count,
        "own_count": own,
        "received": one != of_room["author_id"] or of_room["answered"],
        "muted": False,
        "added_at": of_room["sent_at"],
        "last_entry_at": of_room["last_entry_at"],
        "unread": len(writers) - own - read_count,
        "tallied": False,
        "folder_id": None,
        "trashed_at": None,
        "trashed_count": None,
    }


@cache
def _sayings() -> list[str]:
    """What people say, each about two hundred characters long."""
    dice = Random(SEED)
    return [_some(dice, 36) for _ in range(2_000)]


def _some(dice: Random, words: int) -> str:
    """A sentence of so many words."""
    return " ".join(dice.choices(WORDS.split(), k=words)).capitalize()
