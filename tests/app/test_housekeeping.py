"""What is tidied up in the background goes on whatever the store does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app import housekeeping
from app.housekeeping import keep_house
from app.site import Site
from store.database import Database, StoreUnavailable
from tests.waiting import wait_for


class AwayAtFirst(Database):
    """A database that is away for the first who write."""

    refusals = 2

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction, once it is there."""
        if self.refusals:
            self.refusals -= 1
            raise StoreUnavailable
        async with super().write() as session:
            yield session


async def test_a_store_that_was_away_is_tried_again_soon(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only an hour later."""
    monkeypatch.setattr(housekeeping, "AGAIN_AFTER", timedelta())
    database = AwayAtFirst(site.settings.database_url)
    with capture_logs() as logs:
        keeping = asyncio.create_task(keep_house(replace(site, database=database)))
        await wait_for(lambda: "files_tidied" in [line["event"] for line in logs], "all is tidied up")
        keeping.cancel()
        await asyncio.wait([keeping])
    assert [line["event"] for line in logs].count("housekeeping_postponed") == 2
    await database.close()
