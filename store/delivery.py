"""Whom a message has reached: who has it, who has opened it, and who of its groups did not get it."""

from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, func, literal, null, or_, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import CTE

from store.columns import Identifier, table_of
from store.tables import Message, Participation, Person, Unreached

message = table_of(Message)
participation = table_of(Participation)
person = table_of(Person)
unreached = table_of(Unreached)

ROOM = bindparam("room", type_=Identifier)


class Delivered(msgspec.Struct, frozen=True):
    """One person and what became of the message for her: `received`, `opened` or `unreached` (then `why` says why).

    `inside`: she is in the discussion now.
    """

    id: str
    name: str
    state: str
    why: str | None
    inside: bool


def _everybody() -> CTE:
    """Whoever sees the message, or saw it until she left, and whoever was left out when it was sent.

    Who keeps to herself how far she has read has only received it. Of a message that was sent separately each room
    tells who was left out of it all.
    """
    reached = and_(participation.c.message_id == ROOM, participation.c.from_seq == 1)
    has = (
        select(
            participation.c.person_id,
            case(
                (and_(person.c.read_receipts, participation.c.read_seq > 0), "opened"), else_="received"
            ).label("state"),
            null().label("why"),
            (participation.c.state == "active").label("inside"),
        )
        .join_from(participation, person, person.c.id == participation.c.person_id)
        .where(reached, participation.c.role != "author")
    )
    sent = select(func.coalesce(message.c.separate_of, message.c.id)).where(message.c.id == ROOM)
    has_not = select(unreached.c.person_id, literal("unreached"), unreached.c.why, literal(False)).where(
        or_(unreached.c.message_id == ROOM, unreached.c.message_id == sent.scalar_subquery()),
        unreached.c.person_id.not_in(select(participation.c.person_id).where(reached)),
    )
    return union_all(has, has_not).cte("everybody")


_ALL = _everybody()
COUNTS = select(_ALL.c.state, func.count()).group_by(_ALL.c.state)
PAGE = (
    select(_ALL.c.person_id, person.c.name, _ALL.c.state, _ALL.c.why, _ALL.c.inside)
    .join_from(_ALL, person, person.c.id == _ALL.c.person_id)
    .order_by(person.c.folded, person.c.id)
)


async def counts(session: AsyncSession, room: str) -> dict[str, int]:
    """How many people there are of each state."""
    rows = await (await session.connection()).execute(COUNTS, {"room": room})
    return {row[0]: row[1] for row in rows}


async def page(
    session: AsyncSession, room: str, *, limit: int | None, after: str | None = None, only: str | None = None
) -> list[Delivered] | None:
    """The first people by name, after the person `after` (None if there is no such person); `only` those of a state."""
    connection, query = await session.connection(), PAGE
    parameters: dict[str, Any] = {"room": room}
    if only is not None:
        query = query.where(_ALL.c.state == only)
    if after is not None:
        last = (
            await connection.execute(select(person.c.folded, person.c.id).where(person.c.id == after))
        ).first()
        if last is None:
            return None
        query = query.where(tuple_(person.c.folded, person.c.id) > tuple(last))
    rows = await connection.execute(query.limit(limit), parameters)
    return [Delivered(*row) for row in rows]
