"""When people were last seen: signing in, using a sign-in, and staying connected count."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app import seeing
from app.seeing import keep_seen
from app.site import Identity, Site
from store.tables import Person
from tests import factories
from tests.waiting import wait_for


async def last_seen(site: Site, who: Identity) -> datetime | None:
    """When she was."""
    async with site.database.read() as session:
        mine = select(col(Person.last_seen_at)).where(col(Person.id) == who.person_id)
        return (await session.execute(mine)).scalar()


async def test_who_stays_connected_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though she does nothing for weeks; whoever is not connected is not."""
    monkeypatch.setattr(seeing, "LOOK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(seeing, "MOST_AT_ONCE", 1)
    here, also, away = await factories.people(site, "here", "also", "away")
    long_ago, clock = site.now() - timedelta(days=20), [site.now()]
    async with site.database.write() as session:
        await session.execute(update(Person).values(last_seen_at=long_ago))
    connected = [here.person_id, also.person_id]
    looks: list[datetime] = []

    def now() -> datetime:
        looks.append(clock[0])
        return clock[0]

    keeping = asyncio.create_task(keep_seen(site.database, now, lambda: connected))
    await wait_for(lambda: len(looks) > 2, "somebody has looked")
    assert await last_seen(site, here) == long_ago
    clock[0] += timedelta(hours=7)
    late = len(looks)
    await wait_for(lambda: len(looks) > late + 2, "somebody has looked again")
    keeping.cancel()
    assert await last_seen(site, here) == await last_seen(site, also) == clock[0]
    assert await last_seen(site, away) == long_ago
