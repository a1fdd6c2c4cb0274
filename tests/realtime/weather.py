"""Nodes in bad weather: a bus that loses, delays, repeats and reorders, a store that goes away.

Everything but the network is real; the far side of a connection is in `reader`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.pace import Pace
from app.replies import ReplyLog
from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from realtime.bus import Exchange, Heard, LocalBus, Ring
from realtime.hub import Hub
from store.columns import utc_now
from store.database import Database, StoreUnavailable
from store.prepared import Link

T = TypeVar("T")


class Weather:
    """How bad it is: one die for everything, and a moment from which on all is well."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 - repeatable on purpose
        self.is_bad = True
        self.store_is_away = False

    def happens(self, chance: float) -> bool:
        """Whether something that goes wrong with this chance does so now."""
        return self.is_bad and self.dice.random() < chance


class LossyBus:
    """Hears what the others ring, less what is lost, more than once, late and out of order."""

    healthy = True

    def __init__(self, exchange: Exchange, weather: Weather) -> None:
        self._inner = LocalBus(exchange)
        self._weather = weather
        self._late: list[Sequence[Ring]] = []

    async def start(self, heard: Heard, caught_up: Callable[[], None]) -> None:
        """Begin to listen."""
        self._heard = heard
        await self._inner.start(self._hear, caught_up)

    async def subscribe(self, channels: Iterable[str]) -> None:
        """Follow these channels, a little later."""
        channels = list(channels)
        for _ in range(self._weather.dice.randrange(4)):
            await asyncio.sleep(0)
        await self._inner.subscribe(channels)

    def unsubscribe(self, channels: Iterable[str]) -> None:
        """No longer follow these channels."""
        self._inner.unsubscribe(channels)

    def publish(self, channel: str, rings: Sequence[Ring]) -> None:
        """Ring the others."""
        self._inner.publish(channel, rings)

    async def close(self) -> None:
        """Leave."""
        await self._inner.close()

    def calm_down(self) -> None:
        """Tell what is still on its way."""
        while self._late:
            self._heard(self._late.pop())

    def _hear(self, rings: Sequence[Ring]) -> None:
        if self._weather.happens(0.2):
            return
        if self._weather.happens(0.5):
            self._late += [rings] * self._weather.dice.randint(1, 2)
        else:
            self._heard(rings)
        while self._late and not self._weather.happens(0.6):
            self._heard(self._late.pop(self._weather.dice.randrange(len(self._late))))


class WeatheredDatabase(Database):
    """A database that does not answer while the weather says so, and answers late at other times."""

    def __init__(self, url: str, weather: Weather) -> None:
        super().__init__(url)
        self._weather = weather

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session, if the store is there; what it found may be stale before it is looked at."""
        self._check()
        async with super().read() as session:
            yield session
        for _ in range(self._weather.dice.randrange(12) if self._weather.is_bad else 0):
            await asyncio.sleep(0)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction, if the store is there."""
        self._check()
        async with super().write() as session:
            yield session

    async def transact(self, work: Callable[[Link], T]) -> T:
        """A transaction, if the store is there."""
        self._check()
        return await super().transact(work)

    async def look(self, work: Callable[[Link], T]) -> T:
        """A look, if the store is there; what it found may be stale before it is looked at."""
        self._check()
        found = await super().look(work)
        for _ in range(self._weather.dice.randrange(12) if self._weather.is_bad else 0):
            await asyncio.sleep(0)
        return found

    def _check(self) -> None:
        if self._weather.store_is_away:
            raise StoreUnavailable


class WeatheredNode:
    """One node without a network: its site, its hub and its reply log."""

    def __init__(self, name: str, settings: Settings, database: Database, bus: LossyBus) -> None:
        self.bus = bus
        self.settings = settings.model_copy(update={"node": name, "rate_limits": "off"})
        self.hub = Hub(database, bus, self.settings)
        self.site = Site(self.settings, database, self.hub.announce, Throttle(enabled=False))
        self.pace = Pace(1, 1, enabled=False)
        self.replies = ReplyLog(
            database, self.hub.announce, utc_now, pace=self.pace, asleep_after=timedelta(days=30)
        )

    async def close(self) -> None:
        """End in order."""
        await self.replies.close()
        await self.hub.close()
