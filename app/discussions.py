"""A discussion as one of its participants sees it: who is in it, its log, how far she has read.

What one may not see is not found. Bounds of sight are part of every query.
"""

from datetime import datetime

import msgspec

from app.errors import FieldError, InvalidInput, NotFound
from app.events import Line, PersonRef
from app.lines import shown
from app.paging import check_limit
from app.rules.participation import may_remove
from app.site import Identity, Site
from store.circle import Member, members
from store.lines import read_lines
from store.marks import Move, mark_of
from store.participations import View, view_of
from store.prepared import through

MOST_ENTRIES = 200


class Participant(msgspec.Struct, frozen=True):
    """Somebody who is in the discussion.

    `removable`: whether the reader may remove her; `listed`: whether she is in the directory.
    """

    id: str
    name: str
    role: str
    state: str
    added_by: PersonRef | None
    added_at: datetime
    read_seq: int
    removable: bool
    listed: bool


class Own(msgspec.Struct, frozen=True):
    """The reader's own part in the discussion."""

    role: str
    from_seq: int
    read_seq: int
    unread: int
    muted: bool
    folder: str | None
    trashed: bool


class Overview(msgspec.Struct, frozen=True):
    """What stands around the log. `head` is the number of its last entry."""

    id: str
    subject: str
    kind: str
    author: PersonRef
    sent_at: datetime
    head: int
    participant_count: int
    participants: list[Participant]
    own: Own
    reply_policy: str
    urgent: bool


class Entries(msgspec.Struct, frozen=True):
    """Part of a log, ascending. `next` goes on in the same direction; None at the end."""

    items: list[Line]
    next: int | None


async def overview(site: Site, who: Identity, discussion_id: str) -> Overview:
    """Everything but the log. Raises `NotFound` unless `who` is in the discussion."""
    async with site.database.read() as session:
        view = await view_of(session, discussion_id, who.person_id)
        if view is None:
            raise NotFound
        inside = await members(session, discussion_id)
    return Overview(
        id=view.id,
        subject=view.subject,
        kind=view.kind,
        author=PersonRef(view.author_id, view.author_name),
        sent_at=view.sent_at,
        head=view.head_seq,
        participant_count=len(inside),
        participants=[_participant(site, who, view, member) for member in inside],
        own=Own(view.role, view.from_seq, view.read_seq, view.unread, view.muted, view.folder, view.trashed),
        reply_policy=view.reply_policy,
        urgent=view.urgent,
    )


async def entries(
    site: Site,
    who: Identity,
    discussion_id: str,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Entries:
    """The first entries `after` a number, the last ones `before` one, or the last ones of all.

    Raises `NotFound`, or `InvalidInput` for both directions at once or a limit out of bounds (1 to 200).
    """
    check_limit(limit, MOST_ENTRIES)
    if after is not None and before is not None:
        raise InvalidInput(FieldError("before", "exclusive", "Give either after or before."))
    async with site.database.read() as session:
        mark = await through(session, mark_of, discussion_id, who.person_id)
        if mark is None:
            raise NotFound
        from_seq, _, head = mark
        # The head of the moment in which she was in it: nothing later, even if she is removed meanwhile.
        first = max(from_seq, 1 + after) if after is not None else from_seq
        last = min(head, before - 1) if before is not None else head
        found = await through(
            session, read_lines, discussion_id, first, last, limit, descending=after is None
        )
    items = [shown(line) for line in found]
    return Entries(items, _next(items, from_seq, head, forward=after is not None))


async def mark_read(site: Site, who: Identity, discussion_id: str, seq: int) -> None:
    """Read up to `seq`: only moves forward, at most to the head. Raises `NotFound`."""
    mark = await _mark(site, who, discussion_id)
    if min(seq, mark[2]) > mark[1]:
        await site.marks.move(Move(discussion_id, who.person_id, seq, back=False))


async def mark_unread(site: Site, who: Identity, discussion_id: str, seq: int) -> None:
    """Make `seq` the first unread entry, within one's bounds. Raises `NotFound`."""
    await _mark(site, who, discussion_id)
    await site.marks.move(Move(discussion_id, who.person_id, seq - 1, back=True))


async def _mark(site: Site, who: Identity, discussion_id: str) -> tuple[int, int, int]:
    # Looking before writing: what moves nothing, which is most of what tabs report, costs no transaction.
    mark = await site.database.look(lambda link: mark_of(link, discussion_id, who.person_id))
    if mark is None:
        raise NotFound
    return mark


def _participant(site: Site, who: Identity, view: View, member: Member) -> Participant:
    adder = member.added_by_id
    return Participant(
        id=member.id,
        name=member.name,
        role=member.role,
        state="active",
        added_by=PersonRef(adder, member.added_by_name or "") if adder else None,
        added_at=member.added_at,
        read_seq=member.read_seq,
        removable=may_remove(
            author_id=view.author_id,
            added_by=adder,
            actor_id=who.person_id,
            target_id=member.id,
            anyone_removes=site.settings.anyone_removes,
        ),
        listed=bool(member.listed),
    )


def _next(items: list[Line], from_seq: int, head: int, *, forward: bool) -> int | None:
    if not items:
        return None
    if forward:
        return items[-1].seq if items[-1].seq < head else None
    return items[0].seq if items[0].seq > from_seq else None
