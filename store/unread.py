"""What is unread, by arithmetic on the numbers that the log keeps.

The mirrored column answers for nearly all discussions. In a room that waits for its mirror it can only be too
small (others wrote since), so that those few rooms are asked themselves where the mirror says that nothing is.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from store.columns import table_of
from store.pairs import by_pairs, look_up, look_up_ids
from store.prepared import Link
from store.tables import Message, Participation
from store.tallies import TALLIES
from store.waiting import waiting_rooms
from store.wanted import rooms_of

message = table_of(Message)
participation = table_of(Participation)

UNREAD = message.c.reply_count - participation.c.own_count - participation.c.read_count
"""How many messages and replies of others there are after a participation's `read_seq`."""

LATE = by_pairs(
    lambda wanted: (
        select(participation.c.person_id)
        .select_from(rooms_of(wanted))
        .where(
            participation.c.state == "active",
            participation.c.unread <= 0,
            ~participation.c.muted,
            participation.c.trashed_at.is_(None),
            UNREAD > 0,
        )
    )
)
UNREAD_IN = by_pairs(
    lambda wanted: (
        select(participation.c.message_id, participation.c.person_id, UNREAD, participation.c.read_seq)
        .select_from(rooms_of(wanted))
        .where(participation.c.state == "active")
    )
)


def counts_for(link: Link, person_ids: Iterable[str]) -> dict[str, int]:
    """In how many discussions each of these people has something unread: not muted, not in the trash."""
    counts = dict.fromkeys(person_ids, 0)
    for person_id, discussions in look_up_ids(link, TALLIES, counts):
        counts[person_id] += discussions
    if waiting := waiting_rooms(link):
        pairs = [(room, person_id) for person_id in counts for room in waiting]
        for (person_id,) in look_up(link, LATE, pairs):
            counts[person_id] += 1
    return counts


def unread_in(link: Link, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """For (person, discussion) pairs: what is unread there and how far she has read; only where she is in."""
    return {
        (person_id, discussion): (unread, seq)
        for discussion, person_id, unread, seq in look_up(link, UNREAD_IN, [pair[::-1] for pair in pairs])
    }
