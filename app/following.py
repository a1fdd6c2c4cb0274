"""What the live door asks when somebody follows her discussions: where they stand and what she has missed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from app.events import Line
from app.lines import shown
from store import following
from store.database import Database
from store.lines import heads, missing_lines
from store.participations import Seat, seats, seats_in
from store.unread import counts_for, unread_in

AT_ONCE = 500
"""How many identifiers go into one query."""


class Counts(msgspec.Struct, frozen=True):
    """One person's absolute counts after something changed in one discussion."""

    person: str
    discussion: str
    count: int
    unread: int
    read_seq: int


class Standing(msgspec.Struct, frozen=True):
    """In how many discussions somebody has something unread, and whether her sign-in is over."""

    unread: int
    is_over: bool


class Missed(msgspec.Struct, frozen=True):
    """A discussion that came to somebody or awoke; what follows `head` is new to her."""

    person: str
    discussion: str
    subject: str
    head: int


async def places(database: Database, person: str, since: datetime, also: Collection[str]) -> dict[str, Seat]:
    """Where every discussion stands that this person is in and that is awake, or named in `also`."""
    async with database.read() as session:
        found = {seat.discussion: seat for seat in await seats(session, person, active_since=since)}
        if missing := set(also) - found.keys():
            found |= {seat.discussion: seat for seat in await seats_in(session, person, missing)}
    return found


async def place(database: Database, person: str, discussion: str) -> Seat | None:
    """Where one discussion stands for this person; None when she is not in it."""
    async with database.read() as session:
        found = await seats_in(session, person, [discussion])
    return found[0] if found else None


async def standing(database: Database, person: str, sign_in: str, now: datetime) -> Standing:
    """What a welcome tells, and whether the session or token behind it is over already."""
    async with database.read() as session:
        over = await following.ended_sign_ins(session, [sign_in], now)
        unread = await counts_for(session, [person])
    return Standing(unread.get(person, 0), bool(over))


async def counts(database: Database, pairs: Sequence[tuple[str, str]]) -> list[Counts]:
    """The counts of these (person, discussion) pairs; nothing is unread where the person is not in it."""
    result = []
    async with database.read() as session:
        for start in range(0, len(pairs), AT_ONCE):
            some = pairs[start : start + AT_ONCE]
            totals = await counts_for(session, sorted({person for person, _ in some}))
            found = await unread_in(session, list(some))
            for person, discussion in some:
                unread, read_seq = found.get((person, discussion), (0, 0))
                result.append(Counts(person, discussion, totals.get(person, 0), unread, read_seq))
    return result


async def lines(database: Database, discussion: str, after: int, upto: int, most: int) -> list[Line]:
    """The first `most` lines after `after` and up to `upto`. The caller keeps to the reader's bounds of sight."""
    async with database.read() as session:
        found = await missing_lines(session, discussion, after, upto, most)
    return [shown(line) for line in found]


async def size(database: Database, discussion: str, after: int, upto: int) -> int:
    """How many bytes the bodies of the lines after `after` and up to `upto` hold."""
    async with database.read() as session:
        return await following.size_of(session, discussion, after + 1, upto)


async def heads_of(database: Database, discussions: Sequence[str]) -> dict[str, int]:
    """The number of the last line of each of these discussions."""
    found: dict[str, int] = {}
    async with database.read() as session:
        for start in range(0, len(discussions), AT_ONCE):
            found |= await heads(session, discussions[start : start + AT_ONCE])
    return found


async def missed_since(
    database: Database, people: Sequence[str], since: datetime, known: set[tuple[str, str]]
) -> list[Missed]:
    """Discussions of these people in which something happened since `since`, less the `known` pairs."""
    missed = []
    async with database.read() as session:
        for start in range(0, len(people), AT_ONCE):
            for recent in await following.recent(session, people[start : start + AT_ONCE], since):
                if (recent.person, recent.discussion) not in known:
                    head = await following.head_before(session, recent.discussion, since)
                    missed.append(Missed(recent.person, recent.discussion, recent.subject, head))
    return missed


async def ended(database: Database, sign_ins: Sequence[str], now: datetime) -> set[str]:
    """Those of these sessions and tokens that are over."""
    over: set[str] = set()
    async with database.read() as session:
        for start in range(0, len(sign_ins), AT_ONCE):
            over |= await following.ended_sign_ins(session, sign_ins[start : start + AT_ONCE], now)
    return over


def awake_since(now: datetime, asleep_days: int) -> datetime:
    """Rooms quiet since before this moment are not followed at connect; a day's margin covers clocks and delays."""
    return now - timedelta(days=asleep_days + 1)
