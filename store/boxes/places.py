"""Which discussions are in which box, and in what order.

A box is a shelf of the mailbox (`participation.shelf`), or what one wrote, read by an index. Its places are found by
their mirrored columns, together with the few rooms that wait for their mirror, whose own moments are asked under the
same condition.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, String, bindparam, select, text, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import UtcDateTime, table_of
from store.pairs import by_pairs, look_up
from store.prepared import Prepared, through
from store.tables import SENT, Message, Participation
from store.trash import IN_TRASH, NOT_IN_TRASH
from store.waiting import waiting_rooms
from store.wanted import rooms_of

BoxName = Literal["inbox", "progress", "sent", "trash", "folder"]
Place = tuple[datetime, str]
"""What a box is sorted by: the moment of the last activity, then the id."""
Condition = tuple[ColumnElement[bool], ...]

message = table_of(Message)
participation = table_of(Participation)


class Box(msgspec.Struct, frozen=True):
    """A box by its name; of a folder, which one."""

    name: BoxName
    folder: str | None = None


async def places_in(session: AsyncSession, box: Box, person_id: str, after: Place, most: int) -> list[Place]:
    """Where the first rows after a place stand: a room that waits for its mirror stands by its own moment."""
    connection = await session.connection()
    at, discussion = after
    parameters: dict[str, Any] = {"person": person_id, "at": at, "row": discussion, "most": most}
    waiting = await through(session, waiting_rooms)
    of_folder = {"folder": box.folder} if box.name == "folder" else {}
    found = await connection.execute(MIRRORED[box.name], {**parameters, **of_folder, "waiting": waiting})
    places: list[Place] = [(row[0], row[1]) for row in found]
    if not waiting:
        return places
    late = await late_places(session, box, person_id, waiting)
    places += [place for place in late if place < after]
    return sorted(places, reverse=True)[:most]


async def late_places(
    session: AsyncSession, box: Box, person_id: str, discussions: Sequence[str]
) -> list[Place]:
    """Where those of these discussions stand that are in a box, by the rooms' own moments, mirrored or not."""
    pairs = [(discussion, person_id) for discussion in discussions]
    connection = await session.connection()
    of_folder = {"folder": box.folder} if box.name == "folder" else {}
    found = await connection.run_sync(look_up, EXACT[box.name], pairs, **of_folder)
    return [(row[0], row[1]) for row in found]


FOLDER = bindparam("folder", type_=String)
STRETCHES: dict[BoxName, tuple[str, ...]] = {
    "inbox": ("participation.shelf = 'inbox'",),
    "progress": ("participation.shelf = 'inbox'", "participation.shelf = 'kept'"),
    "sent": (SENT,),
    "trash": ("participation.shelf = 'trash'",),
    "folder": ("participation.shelf = 'kept'",),
}
"""What each box consists of, in the words of the indexes by which it is read."""
INSIDE: Condition = (participation.c.state == "active", NOT_IN_TRASH)
EXACTLY: dict[BoxName, Condition] = {
    "inbox": (*INSIDE, participation.c.received, participation.c.folder_id.is_(None)),
    "progress": INSIDE,
    "sent": (*INSIDE, participation.c.person_id == message.c.author_id),
    "trash": (participation.c.state == "active", IN_TRASH),
    "folder": (*INSIDE, participation.c.folder_id == FOLDER),
}


def _mirrored(name: BoxName) -> Any:
    """By the mirrored columns: each part of the box is a stretch of an index."""
    # A folder is one person's: naming her as well would offer the database an index of all that she has.
    owner = participation.c.folder_id == FOLDER if name == "folder" else OWNER
    parts = [_stretch(owner, where) for where in STRETCHES[name]]
    if len(parts) == 1:
        return parts[0]
    several = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(several).order_by(several.c[0].desc(), several.c[1].desc()).limit(bindparam("most"))


def _stretch(owner: ColumnElement[bool], where: str) -> Select[Any]:
    at, discussion = participation.c.last_entry_at, participation.c.message_id
    return (
        select(at, discussion)
        .where(
            owner,
            text(where),
            discussion.not_in(bindparam("waiting", expanding=True)),
            _before(at, discussion),
        )
        .order_by(at.desc(), discussion.desc())
        .limit(bindparam("most"))
    )


def _exact(condition: Condition) -> Prepared:
    return by_pairs(
        lambda wanted: (
            select(message.c.last_entry_at, message.c.id).select_from(rooms_of(wanted)).where(*condition)
        )
    )


def _before(moment: ColumnElement[datetime], discussion: ColumnElement[str]) -> ColumnElement[bool]:
    """Keyset paging: rows that come after the cursor when the newest come first."""
    return tuple_(moment, discussion) < tuple_(bindparam("at", type_=UtcDateTime()), bindparam("row"))


OWNER = participation.c.person_id == bindparam("person")
MIRRORED = {name: _mirrored(name) for name in STRETCHES}
EXACT = {name: _exact(condition) for name, condition in EXACTLY.items()}
