"""Deleting discussions for good: leaving them. The others see that one has left, and keep theirs where it is.

The trash empties itself by the same way (`empty_trash`), and a discussion that everybody has left is purged
(`app.purging`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from app.errors import NotFound
from app.events import Event, Joined, Left, PersonRef
from app.lines import happened
from app.site import Identity, Site
from app.waking import woken
from store.circle import leave_all
from store.filing import Kept, kept_in, long_trashed
from store.log import append, lock_rooms
from store.people import person_names
from store.prepared import Link
from store.room import NewLine, StoredLine

AT_ONCE = 100
"""Discussions that are left in one commit."""


async def delete(site: Site, who: Identity, discussion_id: str) -> None:
    """Leave a discussion, and have it in no box any more. Raises `NotFound`."""
    if not await delete_some(site, who.ref, [discussion_id]):
        raise NotFound


async def delete_some(
    site: Site, person: PersonRef, discussions: Sequence[str], *, trashed_before: datetime | None = None
) -> list[Kept]:
    """The same for those of these discussions that this person is in; returns how they were.

    `trashed_before`: only what has been in the trash since before that moment.
    """
    left: list[Kept] = []
    for start in range(0, len(discussions), AT_ONCE):
        some = discussions[start : start + AT_ONCE]
        work = partial(_leave, person=person, discussions=some, site=site, trashed_before=trashed_before)
        kept, lines, awake = await site.database.transact(work)
        events: list[Event] = [*awake]
        for line in lines:
            # First, because only this says why; the line is the same for everybody.
            events.append(Left(person.id, line.message_id, line.seq, "deleted"))
            events.append(happened(person, line, "stopped"))
        if events:
            site.announce(events)
        left += kept
    return left


async def empty_trash(site: Site) -> int:
    """Delete what has been in anybody's trash for longer than the setting says; returns how many that was."""
    before = site.now() - timedelta(days=site.settings.trash_days)
    deleted = 0
    while True:
        found = await site.database.look(partial(long_trashed, before=before, most=AT_ONCE))
        by_person: dict[str, list[str]] = {}
        for person_id, discussion in found:
            by_person.setdefault(person_id, []).append(discussion)
        async with site.database.read() as session:
            names = await person_names(session, set(by_person))
        some = 0
        for person_id, discussions in by_person.items():
            person = PersonRef(person_id, names[person_id])
            some += len(await delete_some(site, person, discussions, trashed_before=before))
        deleted += some
        # What is left of them was brought back by a reply and waits for its mirror; it is gone from here the next time.
        if len(found) < AT_ONCE or not some:
            return deleted


def _leave(
    link: Link, person: PersonRef, discussions: Sequence[str], site: Site, trashed_before: datetime | None
) -> tuple[list[Kept], list[StoredLine], list[Joined]]:
    rooms = lock_rooms(link, set(discussions))
    kept = [one for one in kept_in(link, person.id, rooms) if _is_due(one, trashed_before)]
    new = [NewLine(one.discussion, "stopped", person.id) for one in kept]
    lines = append(link, rooms, new, site.now())
    leave_all(link, person.id, "stopped", {line.message_id: line.seq - 1 for line in lines})
    asleep_after = timedelta(days=site.settings.asleep_days)
    return kept, lines, woken(link, rooms, lines, asleep_after) if lines else []


def _is_due(kept: Kept, trashed_before: datetime | None) -> bool:
    if trashed_before is None:
        return True
    return kept.trashed and kept.trashed_at is not None and kept.trashed_at < trashed_before
