"""What the live door asks when somebody follows her discussions: where they stand and what she has missed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec
from msgspec import UNSET, UnsetType

from app.events import Line
from app.lines import shown
from store import following
from store.database import Database
from store.lines import heads, missing_lines
from store.participations import Seat, seats, seats_in, seats_of
from store.prepared import Link
from store.unread import UnreadIn, counts_for, folder_counts_for, late_for, unread_in


class Counts(msgspec.Struct, frozen=True):
    """One person's absolute counts after something changed in one discussion.

    `folders` are those of her folders, where she keeps it in one.
    """

    person: str
    discussion: str
    count: int
    unread: int
    read_seq: int
    folders: dict[str, int] | UnsetType = UNSET


class Badge(msgspec.Struct, frozen=True):
    """In how many discussions something is unread: in all, and in each folder that holds such."""

    count: int
    folders: dict[str, int]


class Missed(msgspec.Struct, frozen=True):
    """A discussion that came to somebody or awoke; what follows `head` is new to her."""

    person: str
    discussion: str
    subject: str
    head: int


class Hello(msgspec.Struct, frozen=True):
    """What a welcome tells: where her discussions stand, in how many of them something is unread, and whether the
    session or token behind it is over already."""

    places: dict[str, Seat]
    unread: int
    is_over: bool


async def hello(
    database: Database, person: str, sign_in: str, *, now: datetime, since: datetime, also: Collection[str]
) -> Hello:
    """The discussions of this person that something happened in since `since` or that are named in `also`."""

    def look(link: Link) -> Hello:
        found = {seat.discussion: seat for seat in seats(link, person, active_since=since)}
        if missing := set(also) - found.keys():
            found |= {seat.discussion: seat for seat in seats_in(link, person, missing)}
        is_over = bool(following.ended_sign_ins(link, [sign_in], now))
        return Hello(found, counts_for(link, [person])[person], is_over)

    return await database.look(look)


async def place(database: Database, person: str, discussion: str) -> Seat | None:
    """Where one discussion stands for this person; None when she is not in it."""
    found = await database.look(partial(seats_in, person_id=person, discussions=[discussion]))
    return found[0] if found else None


async def places(database: Database, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Seat]:
    """Where discussions stand for those of these (discussion, person) who are in them."""
    return await database.look(partial(seats_of, pairs=pairs))


async def counts(database: Database, pairs: Sequence[tuple[str, str]]) -> list[Counts]:
    """The counts of these (person, discussion) pairs; nothing is unread where the person is not in it."""

    def look(link: Link) -> list[Counts]:
        totals = counts_for(link, {person for person, _ in pairs})
        found = unread_in(link, pairs)
        filing = {person for (person, _), mine in found.items() if mine.folder}
        folders = folder_counts_for(link, filing) if filing else {}
        counted = []
        for person, discussion in pairs:
            mine = found.get((person, discussion), UnreadIn())
            own = folders[person] if mine.folder else UNSET
            counted.append(Counts(person, discussion, totals[person], mine.unread, mine.read_seq, own))
        return counted

    return await database.look(look)


async def badge(database: Database, person: str) -> Badge:
    """What is unread of one person's."""

    def look(link: Link) -> Badge:
        late = late_for(link, [person])
        folders = folder_counts_for(link, [person], late)
        return Badge(counts_for(link, [person], late)[person], folders[person])

    return await database.look(look)


async def lines(database: Database, discussion: str, after: int, upto: int, most: int) -> list[Line]:
    """The first `most` lines after `after` and up to `upto`. The caller keeps to the reader's bounds of sight."""
    read = partial(missing_lines, message_id=discussion, after=after, upto=upto, limit=most)
    return [shown(line) for line in await database.look(read)]


async def size(database: Database, discussion: str, after: int, upto: int) -> int:
    """How many bytes the bodies of the lines after `after` and up to `upto` hold."""
    return await database.look(partial(following.size_of, discussion=discussion, first=after + 1, last=upto))


async def heads_of(database: Database, discussions: Sequence[str]) -> dict[str, int]:
    """The number of the last line of each of these discussions."""
    return await database.look(partial(heads, ids=discussions))


async def missed_since(
    database: Database, people: Sequence[str], since: datetime, known: set[tuple[str, str]]
) -> list[Missed]:
    """Discussions of these people in which something happened since `since`, less the `known` pairs."""

    def look(link: Link) -> list[Missed]:
        return [
            Missed(
                recent.person,
                recent.discussion,
                recent.subject,
                following.head_before(link, recent.discussion, since),
            )
            for recent in following.recent(link, people, since)
            if (recent.person, recent.discussion) not in known
        ]

    return await database.look(look)


async def ended(database: Database, sign_ins: Sequence[str], now: datetime) -> dict[str, bool]:
    """Those of these sessions and tokens that are over, and whether only by their age."""
    return await database.look(partial(following.ended_sign_ins, ids=sign_ins, now=now))


def awake_since(now: datetime, asleep_days: int) -> datetime:
    """Rooms quiet since before this moment are not followed at connect; a day's margin covers clocks and delays."""
    return now - timedelta(days=asleep_days + 1)
