"""Messages that are not sent yet. Only their author sees one; an older save never overwrites a newer."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import cast

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.addresses import resolved
from app.attachments import check
from app.draft_fields import Address, DraftFields, RecipientRef, check_times, checked
from app.errors import AlreadySent, MessageHeld, NotFound, VersionConflict
from app.events import Attached, MessageMoved
from app.lines import attached
from app.paging import Page, check_limit, decode_cursor, encode_cursor
from app.site import Identity, Site
from store import drafts as stored
from store.carrying import carried_by_drafts, carry_in_draft
from store.columns import new_id
from store.drafts import RecipientType
from store.prepared import through
from store.tables import Message

__all__ = [
    "Address",
    "Draft",
    "DraftFields",
    "RecipientRef",
    "among",
    "change",
    "count_drafts",
    "count_waiting",
    "create",
    "discard",
    "get",
    "list_drafts",
    "list_waiting",
    "throw_away",
]

MOST_PER_PAGE = 100


class Draft(msgspec.Struct, frozen=True):
    """A message in progress. Its `id` stays the discussion's when it is sent.

    It was sent and came back at `returned_at`, because its recipients could not be written to any more. One that waits
    leaves at `leaves_at`, `held_for` the time that its author chose (`later`) or for quiet hours to end (`quiet`).
    """

    id: str
    kind: str
    subject: str
    body: str
    to: list[RecipientRef]
    cc: list[RecipientRef]
    reply_policy: str
    starts_at: datetime | None
    ends_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    separately: bool = False
    attachments: tuple[Attached, ...] = ()
    returned_at: datetime | None = None
    urgent: bool = False
    leaves_at: datetime | None = None
    held_for: str | None = None


async def create(site: Site, who: Identity, fields: DraftFields, *, draft_id: str | None = None) -> Draft:
    """Begin a message; with a `draft_id` of the caller's own, a repeat begins no second one.

    Raises `InvalidInput`, or `VersionConflict` when that id is taken.
    """
    columns = checked(fields)
    now = site.now()
    message = Message(
        id=draft_id or new_id(), author_id=who.person_id, created_at=now, updated_at=now, **columns
    )
    check_times(message.starts_at, message.ends_at)
    async with site.database.write() as session:
        session.add(message)
        try:
            await session.flush()
        except IntegrityError as error:
            raise VersionConflict(0) from error
        await _address(who, session, message.id, fields)
        await _carry(site, who, session, message.id, fields)
        draft = (await _drafts(session, [message]))[0]
    site.announce([MessageMoved(who.person_id, draft.id, "draft")])
    return draft


async def get(site: Site, who: Identity, draft_id: str) -> Draft:
    """One's own draft. Raises `NotFound`, or `AlreadySent` for one's own sent message."""
    async with site.database.read() as session:
        message = _own_draft(await stored.own_message(session, draft_id, who.person_id))
        return (await _drafts(session, [message]))[0]


async def change(site: Site, who: Identity, draft_id: str, fields: DraftFields, *, version: int) -> Draft:
    """Save over `version`. Raises `NotFound`, `AlreadySent`, `VersionConflict` or `InvalidInput`."""
    columns = checked(fields)
    async with site.database.write() as session:
        message = _own_draft(await stored.own_message(session, draft_id, who.person_id, lock=True))
        if message.version != version:
            raise VersionConflict(message.version)
        for column, value in columns.items():
            setattr(message, column, value)
        check_times(message.starts_at, message.ends_at)
        message.version += 1
        message.returned_at = None
        message.updated_at = site.now()
        await session.flush()
        await _address(who, session, message.id, fields)
        await _carry(site, who, session, message.id, fields)
        draft = (await _drafts(session, [message]))[0]
    site.announce([MessageMoved(who.person_id, draft.id, "draft")])
    return draft


async def discard(site: Site, who: Identity, draft_id: str) -> None:
    """Throw a draft away. Raises `NotFound` or `AlreadySent`."""
    async with site.database.write() as session:
        message = _own_draft(await stored.own_message(session, draft_id, who.person_id, lock=True))
        await throw_away(site, session, message.id)
    site.announce([MessageMoved(who.person_id, draft_id, "discarded")])


async def throw_away(site: Site, session: AsyncSession, message_id: str) -> None:
    """Delete what was not sent, within this transaction; what it carried is let go."""
    await through(session, carry_in_draft, message_id, [], site.now())
    await stored.delete_message(session, message_id)


async def list_drafts(
    site: Site, who: Identity, *, cursor: str | None = None, limit: int = 30
) -> Page[Draft]:
    """One's own drafts, last changed first. Raises `InvalidInput` for a wrong cursor or limit."""
    return await _listed(site, who, stored.drafts_of, lambda one: one.updated_at, cursor, limit)


async def among(site: Site, who: Identity, ids: Sequence[str]) -> list[Draft]:
    """Those of these messages that are drafts of one's own, last changed first."""
    async with site.database.read() as session:
        return await _drafts(session, await stored.drafts_among(session, who.person_id, ids))


async def count_drafts(site: Site, who: Identity) -> int:
    """How many drafts one has."""
    async with site.database.read() as session:
        return await stored.count_drafts(session, who.person_id)


async def list_waiting(
    site: Site, who: Identity, *, cursor: str | None = None, limit: int = 30
) -> Page[Draft]:
    """One's own messages that wait for a time or for quiet hours to end, the next to leave first. Raises the same."""
    return await _listed(site, who, stored.waiting_of, lambda one: one.leaves_at, cursor, limit)


async def count_waiting(site: Site, who: Identity) -> int:
    """How many of one's messages wait so."""
    async with site.database.read() as session:
        return await stored.count_waiting(session, who.person_id)


async def _listed(
    site: Site,
    who: Identity,
    found: Callable[..., Awaitable[Sequence[Message]]],
    moment: Callable[[Draft], datetime | None],
    cursor: str | None,
    limit: int,
) -> Page[Draft]:
    check_limit(limit, MOST_PER_PAGE)
    after = decode_cursor(cursor) if cursor is not None else None
    async with site.database.read() as session:
        rows = await found(session, who.person_id, after=after, limit=limit + 1)
        items = await _drafts(session, rows[:limit])
    at = moment(items[-1]) if len(rows) > limit else None
    return Page(items, encode_cursor(at, items[-1].id) if at else None)


def _own_draft(message: Message | None) -> Message:
    if message is None:
        raise NotFound
    if message.state == "held":
        raise MessageHeld
    if message.state != "draft":
        raise AlreadySent
    return message


async def _address(who: Identity, session: AsyncSession, message_id: str, fields: DraftFields) -> None:
    for role, addresses in (("to", fields.to), ("cc", fields.cc)):
        if isinstance(addresses, UnsetType):
            continue
        reached = await resolved(session, who.person_id, role, addresses)
        # What is resolved names people and groups alone.
        named = [(cast("RecipientType", one.type), one.id) for one in reached]
        await stored.readdress(session, message_id, role, named)


async def _carry(
    site: Site, who: Identity, session: AsyncSession, message_id: str, fields: DraftFields
) -> None:
    if fields.attachments is UNSET:
        return
    ids = list(fields.attachments)
    await through(session, check, site.settings.file_limits, who.person_id, ids)
    await through(session, carry_in_draft, message_id, ids, site.now())


async def _drafts(session: AsyncSession, messages: Sequence[Message]) -> list[Draft]:
    ids = [message.id for message in messages]
    recipients = await stored.recipients_of(session, ids)
    carried = await through(session, carried_by_drafts, ids) if ids else {}
    return [
        Draft(
            id=message.id,
            kind=message.kind,
            subject=message.subject,
            body=message.body,
            to=[RecipientRef(r.type, r.id, r.name) for r in recipients[message.id] if r.role == "to"],
            cc=[RecipientRef(r.type, r.id, r.name) for r in recipients[message.id] if r.role == "cc"],
            reply_policy=message.reply_policy,
            starts_at=message.starts_at,
            ends_at=message.ends_at,
            version=message.version,
            created_at=message.created_at,
            updated_at=message.updated_at,
            separately=message.separately,
            attachments=attached(carried.get(message.id, ())),
            returned_at=message.returned_at,
            urgent=message.urgent,
            leaves_at=message.leaves_at,
            held_for=message.held_for,
        )
        for message in messages
    ]
