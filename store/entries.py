"""The log of a discussion for sessions (`store.log` is what they run, `store.lines` reads)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from store import log
from store.lines import ReadLine, heads, missing_lines, read_lines
from store.log import COUNTED
from store.room import NewLine, Room, StoredLine, StoredReply

__all__ = [
    "COUNTED",
    "NewLine",
    "ReadLine",
    "Room",
    "StoredLine",
    "StoredReply",
    "append",
    "find_replies",
    "heads",
    "lock_rooms",
    "missing_lines",
    "read_lines",
]


async def lock_rooms(session: AsyncSession, ids: Iterable[str]) -> dict[str, Room]:
    """The sent messages among `ids`, locked in the order of their ids until the transaction ends."""
    return await (await session.connection()).run_sync(log.lock_rooms, ids)


async def find_replies(
    session: AsyncSession, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], StoredReply]:
    """What these (author, client_id) already name. Ask after `lock_rooms`: nobody slips in between."""
    return await (await session.connection()).run_sync(log.find_replies, keys)


async def append(
    session: AsyncSession, rooms: Mapping[str, Room], lines: Sequence[NewLine], now: datetime
) -> list[StoredLine]:
    """Number and store `lines` in their order, as `store.log.append` does."""
    return await (await session.connection()).run_sync(log.append, rooms, lines, now)
