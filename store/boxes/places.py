"""Which discussions are in which box, and in what order.

A box is a condition on participations. Its places are found by their mirrored columns and an index over them,
together with the few rooms that wait for their mirror, whose own moments are asked under the same condition.
"""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, bindparam, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import UtcDateTime, table_of
from store.pairs import by_pairs, look_up
from store.prepared import Prepared, through
from store.tables import Message, Participation
from store.waiting import waiting_rooms
from store.wanted import rooms_of

Box = Literal["inbox", "progress", "sent"]
Place = tuple[datetime, str]
"""What a box is sorted by: the moment of the last activity, then the id."""
Condition = tuple[ColumnElement[bool], ...]

message = table_of(Message)
participation = table_of(Participation)


async def places_in(session: AsyncSession, box: Box, person_id: str, after: Place, most: int) -> list[Place]:
    """Where the first rows after a place stand: a room that waits for its mirror stands by its own moment."""
    connection = await session.connection()
    at, discussion = after
    parameters: dict[str, Any] = {"person": person_id, "at": at, "row": discussion, "most": most}
    if box == "sent":
        return [(row[0], row[1]) for row in await connection.execute(SENT, parameters)]
    waiting = await through(session, waiting_rooms)
    found = await connection.execute(MIRRORED[box], {**parameters, "waiting": waiting})
    places: list[Place] = [(row[0], row[1]) for row in found]
    if not waiting:
        return places
    late = await connection.run_sync(look_up, LATE[box], [(room, person_id) for room in waiting])
    places += [(moment, room) for moment, room in late if (moment, room) < after]
    return sorted(places, reverse=True)[:most]


def _mirrored(condition: Condition) -> Select[Any]:
    return (
        select(participation.c.last_entry_at, participation.c.message_id)
        .where(
            participation.c.person_id == bindparam("person"),
            *condition,
            participation.c.message_id.not_in(bindparam("waiting", expanding=True)),
            _before(participation.c.last_entry_at, participation.c.message_id),
        )
        .order_by(participation.c.last_entry_at.desc(), participation.c.message_id.desc())
        .limit(bindparam("most"))
    )


def _late(condition: Condition) -> Prepared:
    return by_pairs(
        lambda wanted: (
            select(message.c.last_entry_at, message.c.id).select_from(rooms_of(wanted)).where(*condition)
        )
    )


def _before(moment: ColumnElement[datetime], discussion: ColumnElement[str]) -> ColumnElement[bool]:
    """Keyset paging: rows that come after the cursor when the newest come first."""
    return tuple_(moment, discussion) < tuple_(bindparam("at", type_=UtcDateTime()), bindparam("row"))


INSIDE: Condition = (participation.c.state == "active", participation.c.trashed_at.is_(None))
CONDITIONS: dict[Box, Condition] = {"inbox": (*INSIDE, participation.c.received), "progress": INSIDE}
MIRRORED = {box: _mirrored(condition) for box, condition in CONDITIONS.items()}
LATE = {box: _late(condition) for box, condition in CONDITIONS.items()}
# The room's own index knows all of what somebody wrote, mirrored or not.
SENT = (
    select(message.c.last_entry_at, message.c.id)
    .select_from(
        message.join(
            participation,
            and_(
                participation.c.message_id == message.c.id,
                participation.c.person_id == message.c.author_id,
            ),
        )
    )
    .where(
        message.c.author_id == bindparam("person"),
        text("message.state = 'sent'"),
        *INSIDE,
        _before(message.c.last_entry_at, message.c.id),
    )
    .order_by(message.c.last_entry_at.desc(), message.c.id.desc())
    .limit(bindparam("most"))
)
