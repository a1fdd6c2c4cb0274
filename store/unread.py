"""What is unread, by arithmetic on the numbers that the log keeps.

The mirrored column answers for nearly all discussions. In a room that waits for its mirror it can only be too
small (others wrote since), so that those few rooms are asked themselves where the mirror says that nothing is.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import and_, not_, or_, select

from store.columns import table_of
from store.pairs import by_pairs, look_up, look_up_ids
from store.prepared import Link
from store.tables import Message, Participation
from store.tallies import FOLDER_TALLIES, TALLIES
from store.trash import NOT_IN_TRASH
from store.waiting import waiting_rooms
from store.wanted import rooms_of

message = table_of(Message)
participation = table_of(Participation)

UNREAD = message.c.reply_count - participation.c.own_count - participation.c.read_count
"""How many messages and replies of others there are after a participation's `read_seq`."""

_MIRRORED = and_(participation.c.unread > 0, participation.c.trashed_at.is_(None))
LATE = by_pairs(
    lambda wanted: (
        select(participation.c.person_id, participation.c.folder_id)
        .select_from(rooms_of(wanted))
        .where(
            participation.c.state == "active",
            or_(~participation.c.muted, participation.c.called_seq > participation.c.read_seq),
            NOT_IN_TRASH,
            UNREAD > 0,
            not_(_MIRRORED),
        )
    )
)
UNREAD_IN = by_pairs(
    lambda wanted: (
        select(
            participation.c.message_id,
            participation.c.person_id,
            UNREAD,
            participation.c.read_seq,
            participation.c.folder_id,
        )
        .select_from(rooms_of(wanted))
        .where(participation.c.state == "active")
    )
)


class UnreadIn(msgspec.Struct, frozen=True):
    """What is unread in a discussion, how far its reader has read, and the folder where she keeps it."""

    unread: int = 0
    read_seq: int = 0
    folder: str | None = None


Late = Sequence[tuple[str, str | None]]
"""(person, folder) of what is unread in rooms that wait for their mirror, where the mirror does not say so yet."""


def counts_for(link: Link, person_ids: Iterable[str], late: Late | None = None) -> dict[str, int]:
    """In how many discussions each of these people has something unread: not muted (or mentioned there), not in the
    trash. `late` is looked up unless it is known."""
    counts = dict.fromkeys(person_ids, 0)
    for person_id, discussions in look_up_ids(link, TALLIES, counts):
        counts[person_id] += discussions
    for person_id, _ in late_for(link, counts) if late is None else late:
        counts[person_id] += 1
    return counts


def folder_counts_for(
    link: Link, person_ids: Iterable[str], late: Late | None = None
) -> dict[str, dict[str, int]]:
    """The same for each of their folders by itself, without those in which nothing is unread."""
    counts: dict[str, dict[str, int]] = {person_id: defaultdict(int) for person_id in person_ids}
    for person_id, folder, discussions in look_up_ids(link, FOLDER_TALLIES, counts):
        counts[person_id][folder] += discussions
    for person_id, folder in late_for(link, counts) if late is None else late:
        if folder is not None:
            counts[person_id][folder] += 1
    return {
        person_id: {folder: count for folder, count in folders.items() if count}
        for person_id, folders in counts.items()
    }


def unread_in(link: Link, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], UnreadIn]:
    """For (person, discussion) pairs: what is unread there and how far she has read; only where she is in."""
    return {
        (person_id, discussion): UnreadIn(*found)
        for discussion, person_id, *found in look_up(link, UNREAD_IN, [pair[::-1] for pair in pairs])
    }


def late_for(link: Link, people: Iterable[str]) -> Late:
    """What the counts of these people have to take in besides their tallies."""
    waiting = waiting_rooms(link)
    if not waiting:
        return []
    pairs = [(room, person_id) for person_id in people for room in waiting]
    return [(row[0], row[1]) for row in look_up(link, LATE, pairs)]
