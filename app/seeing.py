"""When people were last seen: noted in passing, stored by and by, so that a request or a connect is no commit.

What is noted and not stored yet is lost with the process, and noted again by the next request.
"""

import asyncio
from datetime import datetime

import structlog

from app.mirroring import tally
from store.database import Database, StoreUnavailable
from store.sign_ins import Sighting, touch

log = structlog.get_logger(__name__)

GATHER_SECONDS = 2.0
"""Sightings within so long are stored in one commit."""


class Sightings:
    """Who was seen on this node and is still to be stored."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[str, Sighting] = {}
        self._some = asyncio.Event()

    def note(self, via: str, sign_in: str, person: str, at: datetime) -> None:
        """She was here."""
        self._noted[sign_in] = Sighting(via, sign_in, person, at)
        self._some.set()

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self._some.wait()
            await asyncio.sleep(GATHER_SECONDS)
            await self.store()

    async def store(self) -> None:
        """Store what was noted."""
        noted, self._noted = list(self._noted.values()), {}
        self._some.clear()
        if not noted:
            return
        try:
            await self._database.transact(lambda link: touch(link, noted))
            # They are here, and will want to know what is unread.
            await tally(self._database, {sighting.person for sighting in noted})
        except StoreUnavailable:
            log.warning("sightings_not_stored")
