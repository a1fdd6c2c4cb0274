"""Messages on their way: sent from a page, and held for some seconds in which their author may take them back.

Nobody has one meanwhile. That it leaves, and when, is in the store before the author is told: if this process ends,
any other node lets it go.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import msgspec
import structlog

from app import drafts
from app.drafts import Draft, RecipientRef
from app.errors import AlreadySent, NotFound, ParleyError
from app.events import Attached, MessageMoved
from app.lines import attached
from app.markdown import render
from app.sending import Sent, check, own, send, send_as_it_is
from app.sign_in import identity_of
from app.site import Identity, Site
from store import holding, people
from store.carrying import carried_by_drafts
from store.database import StoreUnavailable
from store.drafts import recipients_of
from store.holding import Leaving, State
from store.prepared import through
from store.tables import Message

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
"""How often to look for messages that another node held and did not live to send."""
AT_ONCE = 50
"""Messages that leave side by side."""


class Held(msgspec.Struct, frozen=True):
    """A message that leaves at `leaves_at`, as its author sees it meanwhile. `html` as in `Line`."""

    id: str
    subject: str
    body: str
    html: str | None
    to: list[RecipientRef]
    cc: list[RecipientRef]
    separately: bool
    attachments: tuple[Attached, ...]
    leaves_at: datetime


async def hold(site: Site, who: Identity, message_id: str, seconds: float) -> Held | Sent:
    """Send one's own draft in so many seconds; none: now. What is held or sent already stays as it is.

    It is checked completely. Raises what `send` raises.
    """
    if seconds <= 0:
        return await send(site, who, message_id)
    while True:
        message = await own(site, who, message_id)
        if message.state == "sent":
            return await send(site, who, message_id)
        if message.state == "held":
            return await _shown(site, message)
        was = (await check(site, who, message)).draft.was
        leaves_at = site.now() + timedelta(seconds=seconds)
        if await _hold(site, who, message_id, was, leaves_at):
            site.announce([MessageMoved(who.person_id, message_id, "held")])
            site.something_held.set()


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
    return await _shown(site, message) if message.state == "held" else None


async def go_on_sending(site: Site) -> None:
    """Let messages go when their time has come, until cancelled: those of this node at the moment, others soon."""
    while True:
        site.something_held.clear()
        pause = LOOK_SECONDS
        try:
            now = site.now()
            due = await site.database.look(lambda link: holding.due(link, now, AT_ONCE))  # noqa: B023
            await _let_go_all(site, due)
            following = await site.database.look(lambda link: holding.next_leaving(link, now))  # noqa: B023
            if following is not None:
                pause = min(pause, max(0.0, (following - site.now()).total_seconds()))
        except StoreUnavailable:
            log.warning("held_messages_wait_for_store")
        await _rung(site, pause)


async def _rung(site: Site, within: float) -> None:
    try:
        await asyncio.wait_for(site.something_held.wait(), within)
    except TimeoutError:
        return


async def _let_go_all(site: Site, due: Sequence[Leaving]) -> None:
    outcomes = await asyncio.gather(*(_let_go(site, one) for one in due), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, StoreUnavailable):
            raise outcome
        if isinstance(outcome, Exception):
            # It stays held and is tried again; the others leave all the same.
            log.error("held_message_stays", error=type(outcome).__name__, exc_info=outcome)


async def _let_go(site: Site, leaving: Leaving) -> None:
    """Send it, unless it was taken back meanwhile; if that is refused now, it is a draft again."""
    async with site.database.read() as session:
        author = (await people.by_ids(session, [leaving.author_id]))[leaving.author_id]
    who = identity_of(author, session_id="")
    message = await own(site, who, leaving.id)
    was = State(message.state, message.version, message.leaves_at)
    if (was.state, was.leaves_at) != ("held", leaving.leaves_at):
        return
    try:
        if author.suspended_at is None:
            await send_as_it_is(site, who, message)
            return
    except ParleyError as refusal:
        log.info("held_message_refused", code=refusal.code)
    await _return(site, who, leaving.id, was)


async def _return(site: Site, who: Identity, message_id: str, was: State) -> None:
    now = site.now()
    found = await site.database.transact(
        lambda link: holding.give_back(link, message_id, who.person_id, was=was, returned_at=now)
    )
    if found == "held":
        site.announce([MessageMoved(who.person_id, message_id, "draft")])


async def _hold(site: Site, who: Identity, message_id: str, was: State, leaves_at: datetime) -> bool:
    return await site.database.transact(
        lambda link: holding.hold(link, message_id, who.person_id, was, leaves_at)
    )


async def _shown(site: Site, message: Message) -> Held:
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
        attachments=attached(carried.get(message.id, ())),
        leaves_at=cast("datetime", message.leaves_at),
    )
