"""Messages on their way: held for some seconds, until a time that their author chose, or until quiet hours end.

Nobody has one meanwhile, and its author may take it back. That it leaves, and when, is in the store before she is
told: if this process ends, any other node lets it go (`app.letting_go`).
"""

from datetime import datetime, timedelta
from typing import cast

import msgspec

from app import drafts
from app.drafts import Draft, RecipientRef
from app.errors import AlreadySent, FieldError, InvalidInput, NotFound
from app.events import Attached, MessageMoved
from app.lines import attached
from app.markdown import render
from app.rules.leaving import HeldFor, Leaves, when_to_leave, why_not_at
from app.sending import Sent, check, own, send, send_as_it_is
from app.site import Identity, Site
from app.urgency import check_urgent
from store import holding
from store.carrying import carried_by_drafts
from store.drafts import recipients_of
from store.holding import State
from store.prepared import through
from store.tables import Message

NOT_THEN = {
    "past": "This moment is past already.",
    "too_far": "A message leaves within a year.",
}


class Held(msgspec.Struct, frozen=True):
    """A message that leaves at `leaves_at`, as its author sees it meanwhile. `html` as in `Line`.

    `held_for`: to `undo` it, until the `later` time that she chose, or for `quiet` hours to end.
    """

    id: str
    subject: str
    body: str
    html: str | None
    to: list[RecipientRef]
    cc: list[RecipientRef]
    separately: bool
    urgent: bool
    attachments: tuple[Attached, ...]
    leaves_at: datetime
    held_for: HeldFor


async def hold(
    site: Site,
    who: Identity,
    message_id: str,
    seconds: float = 0,
    *,
    at: datetime | None = None,
    urgent: bool = False,
) -> Held | Sent:
    """Send one's own draft in so many seconds (none: now) or `at` a time, marked as `urgent` or as it is marked.

    In quiet hours it leaves when they end, unless it is urgent. It is checked completely now, and again when it
    leaves. Of what is held, seconds change nothing; none lets it leave now, a time changes when. What is sent stays.
    Raises what `send` raises, and `InvalidInput` for a time that is past or too far away, or for `urgent`.
    """
    if at is not None and (why := why_not_at(site.now(), at)):
        raise InvalidInput(FieldError("at", why, NOT_THEN[why]))
    while True:
        message = await own(site, who, message_id)
        if message.state == "sent":
            return await send(site, who, message_id)
        if message.state == "held" and seconds > 0 and at is None and not urgent:
            return await _as_held(site, message)
        outcome = await _hold_or_send(site, who, message, seconds, at, urgent)
        if outcome is not None:
            return outcome


async def take_back(site: Site, who: Identity, message_id: str) -> Draft:
    """Make a held message a draft again; a draft stays one. Raises `NotFound` or `AlreadySent`."""
    found = await site.database.transact(lambda link: holding.give_back(link, message_id, who.person_id))
    if found is None:
        raise NotFound
    if found == "sent":
        raise AlreadySent
    if found == "held":
        site.announce([MessageMoved(who.person_id, message_id, "draft")])
    return await drafts.get(site, who, message_id)


async def held(site: Site, who: Identity, message_id: str) -> Held | None:
    """One's own held message; None for one that is not held. Raises `NotFound`."""
    message = await own(site, who, message_id)
    return await _as_held(site, message) if message.state == "held" else None


async def _hold_or_send(
    site: Site, who: Identity, message: Message, seconds: float, at: datetime | None, urgent: bool
) -> Held | Sent | None:
    """Hold or send a message as it was read; None when it was changed meanwhile, or has to be read anew."""
    if urgent:
        await check_urgent(site, who)
    was = await check(site, who, message)
    urgent, wait = urgent or message.urgent, timedelta(seconds=seconds)
    leaves = when_to_leave(site.now(), site.settings.quiet, hold=wait, at=at, urgent=urgent)
    if leaves is None and urgent != message.urgent:
        await site.database.transact(lambda link: holding.mark_urgent(link, message.id, who.person_id, was))
        return None
    if leaves is None:
        return await send_as_it_is(site, who, message)
    if (leaves.at, leaves.held_for, urgent) == (message.leaves_at, message.held_for, message.urgent):
        return await _shown(site, message, leaves, urgent)
    if not await _hold(site, who, message.id, was, leaves, urgent=urgent):
        return None
    site.announce([MessageMoved(who.person_id, message.id, "held")])
    site.something_held.set()
    return await _shown(site, message, leaves, urgent)


async def _hold(
    site: Site, who: Identity, message_id: str, was: State, leaves: Leaves, *, urgent: bool
) -> bool:
    author, at, why = who.person_id, leaves.at, leaves.held_for
    return await site.database.transact(
        lambda link: holding.hold(link, message_id, author, was, at, held_for=why, urgent=urgent)
    )


async def _as_held(site: Site, message: Message) -> Held:
    leaves = Leaves(cast("datetime", message.leaves_at), cast("HeldFor", message.held_for))
    return await _shown(site, message, leaves, message.urgent)


async def _shown(site: Site, message: Message, leaves: Leaves, urgent: bool) -> Held:
    async with site.database.read() as session:
        recipients = (await recipients_of(session, [message.id]))[message.id]
        carried = await through(session, carried_by_drafts, [message.id])
    body = message.body.strip()
    return Held(
        id=message.id,
        subject=message.subject,
        body=body,
        html=render(body),
        to=[RecipientRef(r.type, r.id, r.name) for r in recipients if r.role == "to"],
        cc=[RecipientRef(r.type, r.id, r.name) for r in recipients if r.role == "cc"],
        separately=message.separately,
        urgent=urgent,
        attachments=attached(carried.get(message.id, ())),
        leaves_at=leaves.at,
        held_for=leaves.held_for,
    )
