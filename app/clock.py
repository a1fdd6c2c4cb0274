"""What time it is: by the store's clock, so that all nodes agree even where one machine's clock is wrong."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from store.columns import utc_now
from store.database import Database, StoreUnavailable

log = structlog.get_logger(__name__)

SET_EVERY = 60.0
"""Seconds after which the clock is compared with the store's again: machines' clocks are set, and drift."""
SET_AGAIN_AFTER = 1.0
"""The same when the store did not answer."""
WORTH_A_WORD = timedelta(seconds=5)


class Clock:
    """This machine's clock, corrected by how far the store's is ahead of it.

    A database file is on this machine, and its clock the same.
    """

    def __init__(self, database: Database, own: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._own = own
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self._own() + self._ahead

    async def set(self) -> None:
        """Ask the store once. Raises `StoreUnavailable`."""
        before = self._own()
        theirs = await self._database.clock()
        if theirs is None:
            return
        # It was read at some moment between the question and the answer.
        ahead = theirs - before - (self._own() - before) / 2
        if abs(ahead - self._ahead) > WORTH_A_WORD:
            log.warning("clock_differs_from_the_stores", seconds=round(ahead.total_seconds(), 1))
        self._ahead = ahead

    async def keep_set(self) -> None:
        """Ask again and again, until cancelled."""
        while True:
            try:
                await self.set()
            except StoreUnavailable:
                await asyncio.sleep(SET_AGAIN_AFTER)
            else:
                await asyncio.sleep(SET_EVERY)
