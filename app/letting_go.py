"""Held messages leave by themselves when their time has come: whichever node looks first lets one go, once."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import structlog

from app.errors import ParleyError
from app.events import MessageMoved
from app.rules.leaving import HeldFor, still_waits
from app.sending import own, send_as_it_is
from app.sign_in import identity_of
from app.site import Identity, Site
from store import holding, people
from store.database import StoreUnavailable
from store.holding import BEFORE_ALL, Leaving, State
from store.tables import Message

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
"""How often to look for messages that another node held and did not live to send."""
AT_ONCE = 50
"""Messages that leave side by side."""


async def go_on_sending(site: Site) -> None:
    """Let messages go when their time has come, until cancelled: those of this node at the moment, others soon."""
    while True:
        site.something_held.clear()
        pause = LOOK_SECONDS
        try:
            now = site.now()
            await _let_go_all(site, now)
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


async def _let_go_all(site: Site, now: datetime) -> None:
    """Everything that is due `now`, however much: what fails stays behind and does not hold up the rest."""
    after = BEFORE_ALL
    while True:
        due = await site.database.look(lambda link: holding.due(link, now, AT_ONCE, after))  # noqa: B023
        await _let_go_some(site, due)
        if len(due) < AT_ONCE:
            return
        after = (due[-1].leaves_at, due[-1].id)


async def _let_go_some(site: Site, due: Sequence[Leaving]) -> None:
    outcomes = await asyncio.gather(*(_let_go(site, one) for one in due), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, StoreUnavailable):
            raise outcome
        if isinstance(outcome, Exception):
            # It stays held and is tried again; the others leave all the same.
            log.error("held_message_stays", error=type(outcome).__name__, exc_info=outcome)


async def _let_go(site: Site, leaving: Leaving) -> None:
    """Send it, unless it was taken back or put off meanwhile; if that is refused now, it is a draft again."""
    async with site.database.read() as session:
        author = (await people.by_ids(session, [leaving.author_id]))[leaving.author_id]
    who = identity_of(author, session_id="")
    message = await own(site, who, leaving.id)
    was = State(message.state, message.version, message.leaves_at)
    if (was.state, was.leaves_at) != ("held", leaving.leaves_at) or await _waits_on(site, message, was):
        return
    try:
        if author.suspended_at is None:
            await send_as_it_is(site, who, message)
            return
    except ParleyError as refusal:
        log.info("held_message_refused", code=refusal.code)
    await _return(site, who, leaving.id, was)


async def _waits_on(site: Site, message: Message, was: State) -> bool:
    """Whether quiet hours hold it after all; then it leaves when they end, and its author is told."""
    leaves_at, held_for = cast("datetime", message.leaves_at), cast("HeldFor", message.held_for)
    quiet, urgent = site.settings.quiet, message.urgent
    until = still_waits(site.now(), quiet, leaves_at=leaves_at, held_for=held_for, urgent=urgent)
    if until is None:
        return False
    author = message.author_id
    put_off = await site.database.transact(
        lambda link: holding.hold(link, message.id, author, was, until, held_for="quiet", urgent=urgent)
    )
    if put_off:
        site.announce([MessageMoved(author, message.id, "held")])
    return True


async def _return(site: Site, who: Identity, message_id: str, was: State) -> None:
    now = site.now()
    found = await site.database.transact(
        lambda link: holding.give_back(link, message_id, who.person_id, was=was, returned_at=now)
    )
    if found == "held":
        site.announce([MessageMoved(who.person_id, message_id, "draft")])
