"""When people were last seen: noted in passing, stored by and by, so that a request or a connect is no commit.

What is noted and not stored yet is lost with the process, and noted again by the next request.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.mirroring import tally
from store.database import Database, StoreUnavailable
from store.sign_ins import Sighting, see_people, touch

log = structlog.get_logger(__name__)

GATHER_SECONDS = 2.0
"""Sightings within so long are stored in one commit."""
LOOK_EVERY_SECONDS = 600.0
"""Between two looks at who is connected."""
SEEN_FOR = timedelta(hours=6)
"""For how long nobody who stays connected is noted anew: what hangs on it is counted in days."""
MOST_AT_ONCE = 200
"""People who are noted in one commit."""


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


async def keep_seen(
    database: Database, now: Callable[[], datetime], connected: Callable[[], Iterable[str]]
) -> None:
    """Note by and by that whoever is `connected` is here, though she may do nothing for weeks; until cancelled."""
    noted: dict[str, datetime] = {}
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        at = now()
        # Whoever has connected since the last look was noted when she did.
        noted = {person: noted.get(person, at) for person in connected()}
        due = [person for person, last in noted.items() if at - last >= SEEN_FOR]
        for start in range(0, len(due), MOST_AT_ONCE):
            some = dict.fromkeys(due[start : start + MOST_AT_ONCE], at)
            try:
                await database.transact(partial(see_people, at=some))
            except StoreUnavailable:
                log.warning("sightings_not_stored")
                break
            noted.update(some)
            await asyncio.sleep(0)
