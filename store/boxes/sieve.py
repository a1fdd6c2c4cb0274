"""What of a box is wanted, where that stands in no index of the box: it is asked of its places, some at a time."""

from collections.abc import Sequence
from functools import cache

import msgspec
from sqlalchemy import String, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.boxes.places import Place
from store.columns import table_of
from store.pairs import by_pairs, look_up
from store.prepared import Prepared
from store.tables import Message, Participation
from store.unread import UNREAD
from store.wanted import rooms_of

message = table_of(Message)
participation = table_of(Participation)
companion = participation.alias("companion")

HAS_FILES = message.c.last_file_seq >= participation.c.from_seq
"""Of a participation and its room: whether something that she sees carries a file."""

COMPANION_INSIDE = exists(
    select(companion.c.person_id).where(
        companion.c.message_id == message.c.id,
        companion.c.person_id == bindparam("companion", type_=String),
        companion.c.state == "active",
    )
)
"""Of a room: whether somebody else is in it now."""


class Sieve(msgspec.Struct, frozen=True):
    """Only what holds something unread; what this author wrote first; what carries a file; what she is in now, too."""

    unread: bool = False
    author: str | None = None
    files: bool = False
    shared_with: str | None = None


EVERYTHING = Sieve()


async def sifted(session: AsyncSession, sieve: Sieve, person_id: str, places: Sequence[Place]) -> list[Place]:
    """Those of these places whose discussions pass, in their order."""
    if sieve == EVERYTHING or not places:
        return list(places)
    pairs = [(discussion, person_id) for _, discussion in places]
    named = {"author": sieve.author, "companion": sieve.shared_with}
    asked = {name: person for name, person in named.items() if person}
    connection = await session.connection()
    wanted = _wanted(
        unread=sieve.unread,
        by_author=bool(sieve.author),
        files=sieve.files,
        shared=bool(sieve.shared_with),
    )
    passed = {row[0] for row in await connection.run_sync(look_up, wanted, pairs, **asked)}
    return [place for place in places if place[1] in passed]


@cache
def _wanted(*, unread: bool, by_author: bool, files: bool, shared: bool) -> Prepared:
    conditions = [
        *((UNREAD > 0,) if unread else ()),
        *((message.c.author_id == bindparam("author", type_=String),) if by_author else ()),
        *((HAS_FILES,) if files else ()),
        *((COMPANION_INSIDE,) if shared else ()),
    ]
    return by_pairs(lambda wanted: select(message.c.id).select_from(rooms_of(wanted)).where(*conditions))
