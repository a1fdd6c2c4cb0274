"""Messages that leave by themselves, and the clock by which they do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import dropwhile
from zoneinfo import ZoneInfo

from app.drafts import Address, DraftFields, count_waiting, create, get, list_waiting
from app.errors import MessageHeld
from app.events import Event, MessageMoved
from app.letting_go import go_on_sending
from app.site import Identity, Site
from store.tables import Message
from tests.waiting import wait_for

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 25, 12, tzinfo=PARIS)
"""A Wednesday."""
OPEN = 23 if datetime.now(UTC).hour < 12 else 11
"""The hour of UTC in which `ALWAYS` is not quiet: far from now."""
ALWAYS = f"Sat-Sun 00:00-24:00, Mon-Fri 00:00-{OPEN}:58, Mon-Fri {OPEN}:59-24:00"
"""Quiet but for one minute of each day from Monday to Friday."""


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def __call__(self) -> datetime:
        """The moment that it shows."""
        return self.moment


async def drafted(site: Site, author: Identity, *to: Identity, urgent: bool = False) -> str:
    """A draft to these people."""
    addresses = [Address("person", who.person_id) for who in to]
    fields = DraftFields(subject="Trip", body="Hello.", to=addresses, urgent=urgent)
    return (await create(site, author, fields)).id


@asynccontextmanager
async def sending(*sites: Site) -> AsyncIterator[None]:
    """Nodes that let messages go."""
    tasks = [asyncio.create_task(go_on_sending(site)) for site in sites]
    yield
    for site in sites:
        # Looked at again only after all that was begun is done and told.
        site.something_held.set()
        await wait_for(lambda: not site.something_held.is_set(), "what was begun is done")  # noqa: B023
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def states(events: list[Event]) -> list[str]:
    """What a writer's tabs were told of her message since it was sent first."""
    moved = [event.state for event in events if isinstance(event, MessageMoved)]
    return list(dropwhile(lambda state: state == "draft", moved))


async def falls_due(site: Site, message: str, at: datetime | None = None) -> None:
    """As if it had been to leave by now, or `at` that time: a machine that does much else comes to nothing too late."""
    async with site.database.write() as session:
        found = await session.get(Message, message)
        assert found
        found.leaves_at = at or site.now()
    site.something_held.set()


async def leaves(site: Site, *messages: str) -> None:
    """Wait until these have left."""
    site.something_held.set()
    for message in messages:
        await wait_for(_has_left(site, message), "the message leaves")


async def comes_back(site: Site, who: Identity, message: str) -> None:
    """Wait until it is a draft again."""
    site.something_held.set()
    await wait_for(_is_draft(site, who, message), "the message comes back")


def _has_left(site: Site, message: str) -> Callable[[], object]:
    async def left() -> bool:
        async with site.database.read() as session:
            found = await session.get(Message, message)
        return found is not None and found.state == "sent"

    return left


def _is_draft(site: Site, who: Identity, message: str) -> Callable[[], object]:
    async def is_draft() -> bool:
        with suppress(MessageHeld):
            await get(site, who, message)
            return True
        return False

    return is_draft


async def waiting(site: Site, who: Identity) -> list[tuple[str, datetime | None, str | None]]:
    """What waits of hers, when it leaves and why."""
    page = await list_waiting(site, who)
    assert await count_waiting(site, who) == len(page.items)
    return [(one.id, one.leaves_at, one.held_for) for one in page.items]
