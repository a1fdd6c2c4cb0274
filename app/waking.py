"""Rooms that have slept long are not followed live by everybody: the first line wakes them through the persons."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.events import Joined
from store.log import people_inside
from store.prepared import Link
from store.room import Room, StoredLine


def woken(
    link: Link, rooms: Mapping[str, Room], stored: Sequence[StoredLine], asleep_after: timedelta
) -> list[Joined]:
    """Whom to ring because `stored` woke a room: everybody inside, so that her stream goes on after its old head.

    `rooms` are as they were before; `asleep_after` is how long a room is followed without a line.
    """
    firsts = {line.message_id: line for line in reversed(stored)}
    asleep = {
        discussion
        for discussion, line in firsts.items()
        if line.created_at - rooms[discussion].last_entry_at > asleep_after
    }
    if not asleep:
        return []
    people = people_inside(link, asleep)
    return [
        Joined(person, discussion, rooms[discussion].subject, rooms[discussion].head_seq)
        for discussion in asleep
        for person in people[discussion]
    ]
