"""A node with a few people, their tokens and one discussion."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from app.site import Identity
from tests import factories
from tests.nodes import RunningNode
from tests.realtime.clients import LiveClient


@dataclass
class World:
    """Alice has written to Bob; Carol is there too, and stranger to it."""

    node: RunningNode
    people: dict[str, Identity]
    tokens: dict[str, str]
    discussion: str
    clients: list[LiveClient] = field(default_factory=list)

    async def live(
        self, login: str, resume: dict[str, int] | None = None, node: RunningNode | None = None
    ) -> LiveClient:
        """A welcomed connection of this person."""
        client = await LiveClient.welcomed((node or self.node).live_url, self.tokens[login], resume)
        self.clients.append(client)
        return client

    async def raw(self, login: str | None, **options: object) -> LiveClient:
        """A connection that has not said hello."""
        token = self.tokens[login] if login else None
        client = await LiveClient.connect(self.node.live_url, token, **options)
        self.clients.append(client)
        return client


async def make_world(node: RunningNode) -> World:
    """People and a discussion on this node."""
    site = node.app.state.node.site
    people = {login: await factories.person(site, login) for login in ("alice", "bob", "carol")}
    tokens = {login: await factories.token(site, who) for login, who in people.items()}
    discussion = await factories.discussion(site, people["alice"], [people["bob"]], subject="Lunch")
    return World(node, people, tokens, discussion)


@pytest.fixture
async def world(node: RunningNode) -> AsyncIterator[World]:
    """One node on SQLite."""
    world = await make_world(node)
    yield world
    for client in world.clients:
        await client.close()
