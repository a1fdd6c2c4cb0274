"""People who are in none of a round's discussions: what they do to the server is not checked, only what it does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.conftest import SECRET
from tests.faults.shape import Shape


async def guests(shape: Shape, *logins: str) -> list[str]:
    """An account for each, and an access token."""
    async with _site(shape) as site:
        return [await factories.token(site, who) for who in await factories.people(site, *logins)]


async def talking_guests(shape: Shape, *logins: str) -> tuple[list[str], str]:
    """Access tokens of people with a discussion of their own, begun by the first, and that discussion."""
    async with _site(shape) as site:
        people = await factories.people(site, *logins)
        discussion = await factories.discussion(site, people[0], people[1:])
        return [await factories.token(site, who) for who in people], discussion


@asynccontextmanager
async def _site(shape: Shape) -> AsyncIterator[Site]:
    database = Database(shape.database_url)
    try:
        settings = Settings.model_validate({"database_url": shape.database_url, "secret": SECRET})
        yield Site(settings, database, announce=lambda _: None, throttle=Throttle(enabled=False))
    finally:
        await database.close()
