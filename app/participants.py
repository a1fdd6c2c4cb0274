"""The circle of a discussion: adding people, removing them, leaving. Each is an entry that all see.

All of it happens under the lock on the discussion's row, so that it is ordered with the replies: what comes after
somebody's removal in the log is written after she was out.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.addresses import resolved
from app.drafts import Address
from app.errors import Forbidden, NotFound
from app.events import Event, Joined, Left, PersonRef
from app.lines import happened
from app.reaching import reach
from app.rules.participation import may_remove, sight_on_add
from app.site import Identity, Site
from app.waking import woken
from store import addressing, circle, people
from store.addressing import Addressed, Reached
from store.circle import Former, Newcomer
from store.entries import NewLine, Room, StoredLine, append, lock_rooms
from store.prepared import through


class Added(msgspec.Struct, frozen=True):
    """Who came in, and who of those asked for was in already."""

    added: list[PersonRef]
    already: list[PersonRef]


async def add(
    site: Site, who: Identity, discussion_id: str, addresses: Sequence[Address], *, share_history: bool
) -> Added:
    """Add people and the members of groups; without history they see what follows their own `added` entry.

    Raises `NotFound`, `InvalidInput` (an unknown person, group or list) or `RecipientsRefused`; then nobody is added.
    """
    async with site.database.write() as session:
        room, known = await _locked(session, who, discussion_id)
        found = await _addressed(session, who, addresses)
        known |= await circle.former(session, discussion_id, [one.id for one in found.people])
        inside = [one for one in found.people if _is_in(known.get(one.id))]
        coming = reach(who.person_id, found, inside={one.id for one in inside}).people
        lines, awake = await _let_in(site, session, who, room, coming, known, share_history=share_history)
    if lines:
        site.announce([*awake, *_arrivals(who, room, coming, lines)])
    return Added(_refs(coming), _refs(inside))


async def remove(site: Site, who: Identity, discussion_id: str, person_id: str) -> None:
    """Remove somebody; oneself: stop. Raises `NotFound` (also when she is not in) or `Forbidden`."""
    if person_id == who.person_id:
        return await stop(site, who, discussion_id)
    async with site.database.write() as session:
        room, known = await _locked(session, who, discussion_id, person_id)
        target = known.get(person_id)
        if target is None or not _is_in(target):
            raise NotFound
        if not may_remove(
            author_id=room.author_id,
            added_by=target.added_by,
            actor_id=who.person_id,
            target_id=person_id,
            anyone_removes=site.settings.anyone_removes,
        ):
            raise Forbidden("Only the author, or whoever added this person, may remove her.")
        about = PersonRef(person_id, await people.name_of(session, person_id) or "")
        new = NewLine(room.id, "removed", who.person_id, about_person_id=person_id)
        line, awake = await _let_out(site, session, room, new, person_id)
    left = Left(person_id, room.id, line.seq, "removed")
    site.announce([*awake, happened(who.ref, line, "removed", about), left])
    return None


async def stop(site: Site, who: Identity, discussion_id: str) -> None:
    """Leave a discussion. Raises `NotFound`."""
    async with site.database.write() as session:
        room, _ = await _locked(session, who, discussion_id)
        new = NewLine(room.id, "stopped", who.person_id)
        line, awake = await _let_out(site, session, room, new, who.person_id)
    left = Left(who.person_id, room.id, line.seq, "stopped")
    site.announce([*awake, happened(who.ref, line, "stopped"), left])


async def _locked(
    session: AsyncSession, who: Identity, discussion_id: str, *also: str
) -> tuple[Room, dict[str, Former]]:
    """The discussion, locked, and the participations of `who` and others; `NotFound` unless she is in it."""
    room = (await lock_rooms(session, [discussion_id])).get(discussion_id)
    if room is None:
        raise NotFound
    known = await circle.former(session, discussion_id, [who.person_id, *also])
    if not _is_in(known.get(who.person_id)):
        raise NotFound
    return room, known


async def _addressed(session: AsyncSession, who: Identity, addresses: Sequence[Address]) -> Addressed:
    found = await resolved(session, who.person_id, "add", addresses)
    return await through(session, addressing.named, [(one.type, one.id) for one in found], who.person_id)


async def _let_in(
    site: Site,
    session: AsyncSession,
    who: Identity,
    room: Room,
    coming: Sequence[Reached],
    known: dict[str, Former],
    *,
    share_history: bool,
) -> tuple[list[StoredLine], list[Joined]]:
    if not coming:
        return [], []
    new = [NewLine(room.id, "added", who.person_id, about_person_id=one.id) for one in coming]
    lines = await append(session, {room.id: room}, new, site.now())
    awake = await _woken(site, session, room, lines)
    newcomers = [
        _newcomer(who, room, line, one, known.get(one.id), share_history=share_history)
        for one, line in zip(coming, lines, strict=True)
    ]
    await circle.enter(session, room.id, newcomers, known, lines[-1].created_at)
    await circle.resize(session, room.id, len(coming))
    return lines, awake


def _newcomer(
    who: Identity, room: Room, line: StoredLine, one: Reached, before: Former | None, *, share_history: bool
) -> Newcomer:
    own = before.own_count if before else 0
    if share_history:
        # Who was here before has read what she had read; everything else is unread to her.
        read_seq, read_count = (before.read_seq, before.read_count) if before else (0, 0)
    else:
        read_seq, read_count = line.seq, line.reply_count - own
    return Newcomer(
        one.id,
        before.role if before and before.role == "author" else "added",
        added_by=who.person_id,
        from_seq=sight_on_add(share_history, line.seq),
        read_seq=read_seq,
        read_count=read_count,
        own_count=own,
        unread=room.reply_count - own - read_count,
    )


async def _let_out(
    site: Site, session: AsyncSession, room: Room, new: NewLine, person_id: str
) -> tuple[StoredLine, list[Joined]]:
    [line] = await append(session, {room.id: room}, [new], site.now())
    state = "stopped" if new.kind == "stopped" else "removed"
    await circle.leave(session, room.id, person_id, state, line.seq - 1)
    return line, await _woken(site, session, room, [line])


async def _woken(site: Site, session: AsyncSession, room: Room, lines: Sequence[StoredLine]) -> list[Joined]:
    asleep_after = timedelta(days=site.settings.asleep_days)
    connection = await session.connection()
    return await connection.run_sync(woken, {room.id: room}, lines, asleep_after)


def _arrivals(
    who: Identity, room: Room, coming: Sequence[Reached], lines: Sequence[StoredLine]
) -> list[Event]:
    events: list[Event] = []
    for one, line in zip(coming, lines, strict=True):
        events.append(happened(who.ref, line, "added", PersonRef(one.id, one.name)))
        events.append(Joined(one.id, room.id, room.subject, head=line.seq))
    return events


def _refs(found: Sequence[Reached]) -> list[PersonRef]:
    return [PersonRef(one.id, one.name) for one in found]


def _is_in(participation: Former | None) -> bool:
    return participation is not None and participation.state == "active"
