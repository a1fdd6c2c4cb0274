"""What of a box is wanted, where that stands in no index of the box: it is asked of its places, some at a time."""

from collections.abc import Sequence
from functools import cache

import msgspec
from sqlalchemy import String, bindparam, select
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

HAS_FILES = message.c.last_file_seq >= participation.c.from_seq
"""Of a participation and its room: whether something that she sees carries a file."""


class Sieve(msgspec.Struct, frozen=True):
    """Only what holds something unread; only what this person wrote first; only what carries a file."""

    unread: bool = False
    author: str | None = None
    files: bool = False


EVERYTHING = Sieve()


async def sifted(session: AsyncSession, sieve: Sieve, person_id: str, places: Sequence[Place]) -> list[Place]:
    """Those of these places whose discussions pass, in their order."""
    if sieve == EVERYTHING or not places:
        return list(places)
    pairs = [(discussion, person_id) for _, discussion in places]
    of_author = {"author": sieve.author} if sieve.author else {}
    connection = await session.connection()
    wanted = _wanted(unread=sieve.unread, by_author=bool(sieve.author), files=sieve.files)
    passed = {row[0] for row in await connection.run_sync(look_up, wanted, pairs, **of_author)}
    return [place for place in places if place[1] in passed]


@cache
def _wanted(*, unread: bool, by_author: bool, files: bool) -> Prepared:
    conditions = [
        *((UNREAD > 0,) if unread else ()),
        *((message.c.author_id == bindparam("author", type_=String),) if by_author else ()),
        *((HAS_FILES,) if files else ()),
    ]
    return by_pairs(lambda wanted: select(message.c.id).select_from(rooms_of(wanted)).where(*conditions))
