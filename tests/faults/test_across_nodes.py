"""What one node ends holds on the other at once: removals and suspensions, with nothing broken."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from app import participants, people
from app.drafts import Address
from app.settings import Settings
from app.site import Identity, Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.realtime.clients import LiveClient
from tests.servers import RedisServer
from tests.waiting import wait_for


@dataclass
class Pair:
    """Two nodes on one store, and Alice and Bob in a discussion."""

    one: RunningNode
    two: RunningNode
    people: dict[str, Identity]
    tokens: dict[str, str]
    discussion: str

    @property
    def site(self) -> Site:
        """The use cases of the first node."""
        site: Site = self.one.app.state.node.site
        return site


@pytest.fixture
async def pair(postgresql_url: str, redis_server: RedisServer, node_factory: NodeFactory) -> Pair:
    """Two nodes on PostgreSQL and Redis."""
    one, two = [await node_factory(postgresql_url, redis_url=redis_server.url) for _ in range(2)]
    site: Site = one.app.state.node.site
    alice, bob = await factories.people(site, "alice", "bob")
    tokens = {who.login: await factories.token(site, who) for who in (alice, bob)}
    discussion = await factories.discussion(site, alice, [bob])
    return Pair(one, two, {"alice": alice, "bob": bob}, tokens, discussion)


@pytest.fixture
async def bob(pair: Pair) -> AsyncIterator[LiveClient]:
    """Bob's connection to the second node."""
    client = await LiveClient.welcomed(pair.two.live_url, pair.tokens["bob"])
    yield client
    await client.close()


async def test_removed_on_the_other_node(pair: Pair, bob: LiveClient) -> None:
    """Once the removal is acknowledged on one node, nothing later reaches her on the other."""
    alice = await LiveClient.welcomed(pair.one.live_url, pair.tokens["alice"])
    who, out = pair.people["alice"], pair.people["bob"].person_id
    await participants.remove(pair.site, who, pair.discussion, out)
    for number in range(20):
        assert (await alice.post(pair.discussion, f"secret {number}"))["type"] == "ack"
    await participants.add(pair.site, who, pair.discussion, [Address("person", out)], share_history=False)
    await alice.post(pair.discussion, "welcome back")
    await bob.expect("entry", body="welcome back")
    assert [(line["kind"], line["body"]) for line in bob.entries(pair.discussion)] == [
        ("reply", "welcome back")
    ]
    await alice.close()


async def test_a_suspension_reaches_the_other_node(pair: Pair, bob: LiveClient) -> None:
    """Who is suspended by way of one node is closed on the other within a second."""
    await people.suspend(pair.site, "bob")
    await bob.expect_close(4403, timeout=1)


async def test_a_suspension_by_another_process_without_a_bus(
    sqlite_url: str, node_factory: NodeFactory
) -> None:
    """`parley people suspend` beside the only node, which has no Redis: closed within a second all the same."""
    node = await node_factory(sqlite_url)
    site: Site = node.app.state.node.site
    token = await factories.token(site, await factories.person(site, "bob"))
    bob = await LiveClient.welcomed(node.live_url, token)
    database = Database(sqlite_url)
    command = Site(
        Settings.model_validate({"database_url": sqlite_url}), database, lambda _: None, Throttle()
    )
    await people.suspend(command, "bob")
    await wait_for(lambda: bob.closed is not None, "Bob's connection is closed", 1)
    assert bob.closed == 4403
    await database.close()
    await bob.close()
