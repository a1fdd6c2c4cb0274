"""Letting people into a large discussion, some at a time, so that nobody else's replies wait for it.

The message is sent, and who is to come in is certain and durable, before the first step. If this process ends in the
middle, the next look of any node finishes the work.
"""

import asyncio

import structlog

from app.events import Event, Joined
from app.site import Site
from store.arrivals import awaiting, let_in
from store.database import StoreUnavailable
from store.log import lock_rooms
from store.prepared import Link
from store.separate import open_some

log = structlog.get_logger(__name__)

LOOK_SECONDS = 30.0
"""How often to look for arrivals that a process which ended, or lost its store, has left."""
BREATH = 0.005
"""Seconds between two steps, in which those who came in are told and others have their turn."""


async def let_in_all(site: Site, discussion: str) -> None:
    """Let everybody in who is to come; come back when they are. Several may do this side by side."""
    while (events := await site.database.transact(lambda link: _step(site, link, discussion))) is not None:
        site.announce(events)
        await asyncio.sleep(BREATH)


async def go_on_letting_in(site: Site) -> None:
    """Finish what was left unfinished, now and by and by, until cancelled."""
    while True:
        try:
            for discussion in await site.database.look(awaiting):
                await let_in_all(site, discussion)
        except StoreUnavailable:
            log.warning("arrivals_wait_for_store")
        await asyncio.sleep(LOOK_SECONDS)


def _step(site: Site, link: Link, discussion: str) -> list[Event] | None:
    # The lock lets two that do this take turns, and keeps the log still while newcomers are made to agree with it.
    room = lock_rooms(link, [discussion])[discussion]
    if room.head_seq == 0:
        # Sent separately: it is no room, and everybody gets one of her own.
        opened = open_some(link, room)
        return (
            None
            if opened is None
            else [
                Joined(person, own, room.subject, head=1)
                for own, recipient in opened
                for person in (room.author_id, recipient)
            ]
        )
    people = let_in(link, room, site.now())
    return None if people is None else [Joined(person, room.id, room.subject, head=1) for person in people]
