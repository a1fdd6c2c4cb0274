"""A discussion of a few people whom a test leads by the hand; for people who act by themselves see `round`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from app.settings import Settings
from app.site import Identity, Site
from app.throttle import Throttle
from store.columns import new_id
from store.database import Database
from tests import factories
from tests.conftest import SECRET
from tests.nodes import ServerProcess
from tests.realtime.clients import LiveClient


@dataclass
class Talk:
    """Two people in a discussion, and their tokens."""

    people: list[Identity]
    tokens: list[str]
    discussion: str

    def client(self, node: ServerProcess) -> httpx.AsyncClient:
        """An HTTP client of the first one's."""
        headers = {"Authorization": f"Bearer {self.tokens[0]}"}
        return httpx.AsyncClient(base_url=node.url, headers=headers, timeout=20)

    async def post(self, client: httpx.AsyncClient) -> httpx.Response:
        """A reply by HTTP."""
        path = f"/api/discussions/{self.discussion}/replies"
        return await client.post(path, json={"client_id": new_id(), "body": "Hello."})

    async def live(self, node: ServerProcess) -> LiveClient:
        """A live connection of the second one's."""
        return await LiveClient.welcomed(node.live_url, self.tokens[1], {self.discussion: 1})


async def talk_on(url: str, *logins: str) -> Talk:
    """A discussion of these people (of Alice and Bob) in this database."""
    async with site_on(url) as site:
        people = await factories.people(site, *(logins or ("alice", "bob")))
        tokens = [await factories.token(site, who) for who in people]
        return Talk(people, tokens, await factories.discussion(site, people[0], people[1:]))


@asynccontextmanager
async def site_on(url: str) -> AsyncIterator[Site]:
    """The use cases on this database, for what a test prepares in it."""
    database = Database(url)
    settings = Settings.model_validate({"database_url": url, "secret": SECRET})
    try:
        yield Site(settings, database, announce=lambda _: None, throttle=Throttle(enabled=False))
    finally:
        await database.close()
