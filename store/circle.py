"""The circle of a discussion: who is in it, who came in and who left."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.prepared import Link, Prepared, through
from store.tables import Message, Participation, Person

message = table_of(Message)
participation = table_of(Participation)
person = table_of(Person)
adder = table_of(Person).alias("adder")


class Member(msgspec.Struct, frozen=True):
    """Somebody who is in a discussion, as the others see her; `read_seq` is 0 where she keeps it to herself.

    `listed`: she is in the directory.
    """

    id: str
    name: str
    role: str
    added_by_id: str | None
    added_by_name: str | None
    added_at: datetime
    read_seq: int
    listed: bool


class Former(msgspec.Struct, frozen=True):
    """What a participation holds, of somebody who is in a discussion or was."""

    person_id: str
    state: str
    role: str
    added_by: str | None
    read_seq: int
    read_count: int
    own_count: int


class Newcomer(msgspec.Struct, frozen=True):
    """A participation that begins, or begins again."""

    person_id: str
    role: str
    added_by: str | None
    from_seq: int
    read_seq: int
    read_count: int
    own_count: int
    unread: int
    received: bool = True


MEMBERS = (
    select(
        person.c.id,
        person.c.name,
        participation.c.role,
        participation.c.added_by,
        adder.c.name,
        participation.c.added_at,
        case((person.c.read_receipts, participation.c.read_seq), else_=0),
        and_(person.c.suspended_at.is_(None), person.c.erased_at.is_(None)),
    )
    .select_from(
        participation.join(person, person.c.id == participation.c.person_id).outerjoin(
            adder, adder.c.id == participation.c.added_by
        )
    )
    .where(participation.c.message_id == bindparam("room"), participation.c.state == "active")
    .order_by(person.c.folded, person.c.id)
)
FORMER = select(*(participation.c[field] for field in Former.__struct_fields__)).where(
    participation.c.message_id == bindparam("room"),
    participation.c.person_id.in_(bindparam("people", expanding=True)),
)
ENTER = insert(participation)
RETURN = (
    update(participation)
    .where(
        participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("newcomer")
    )
    .values(
        state="active",
        role=bindparam("as_role"),
        added_by=bindparam("adder"),
        added_at=bindparam("at"),
        from_seq=bindparam("first"),
        until_seq=None,
        read_seq=bindparam("read"),
        read_count=bindparam("others"),
        received=True,
        muted=False,
        trashed_at=None,
        last_entry_at=bindparam("at"),
        unread=bindparam("count"),
    )
)
LEAVE = Prepared(
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("leaver"))
    .values(state=bindparam("end"), until_seq=bindparam("until"))
)
RESIZE = Prepared(
    update(message)
    .where(message.c.id == bindparam("room"))
    .values(participant_count=message.c.participant_count + bindparam("change"))
)


async def members(session: AsyncSession, message_id: str) -> list[Member]:
    """Everybody who is in a discussion now, by name."""
    rows = await (await session.connection()).execute(MEMBERS, {"room": message_id})
    return [Member(*row) for row in rows]


async def former(session: AsyncSession, message_id: str, people: Sequence[str]) -> dict[str, Former]:
    """The participations that these people have or had in a discussion."""
    rows = await (await session.connection()).execute(FORMER, {"room": message_id, "people": list(people)})
    return {row[0]: Former(*row) for row in rows}


async def enter(
    session: AsyncSession,
    message_id: str,
    newcomers: Sequence[Newcomer],
    known: Mapping[str, Former],
    at: datetime,
) -> None:
    """Let people in: new participations for those who are not `known`, the old ones again for the others."""
    connection = await session.connection()
    fresh = [one for one in newcomers if one.person_id not in known]
    if fresh:
        shared = {"message_id": message_id, "state": "active", "added_at": at, "last_entry_at": at}
        await connection.execute(
            ENTER, [{**shared, **msgspec.structs.asdict(one), "muted": False} for one in fresh]
        )
    if back := [one for one in newcomers if one.person_id in known]:
        await connection.execute(RETURN, [_returning(message_id, one, at) for one in back])


async def leave(session: AsyncSession, message_id: str, person_id: str, state: str, until_seq: int) -> None:
    """End a participation as `stopped` or `removed`; her sight ends with `until_seq`."""
    await through(session, leave_all, person_id, state, {message_id: until_seq})


def leave_all(link: Link, person_id: str, state: str, ends: Mapping[str, int]) -> None:
    """The same in several discussions, each with the number of the last entry that she sees."""
    if not ends:
        return
    ended = {"leaver": person_id, "end": state}
    LEAVE.run(link, [{**ended, "room": room, "until": until} for room, until in ends.items()])
    RESIZE.run(link, [{"room": room, "change": -1} for room in ends])


async def resize(session: AsyncSession, message_id: str, change: int) -> None:
    """Count so many more (or fewer) people in a discussion."""
    await through(session, RESIZE.run, [{"room": message_id, "change": change}])


def _returning(message_id: str, one: Newcomer, at: datetime) -> dict[str, object]:
    return {
        "room": message_id,
        "newcomer": one.person_id,
        "as_role": one.role,
        "adder": one.added_by,
        "at": at,
        "first": one.from_seq,
        "read": one.read_seq,
        "others": one.read_count,
        "count": one.unread,
    }
