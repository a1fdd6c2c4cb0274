"""Two nodes on PostgreSQL and Redis, and one on SQLite, with people talking while things break."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from app import participants, people
from app.drafts import Address
from app.following import heads_of
from app.settings import Settings
from app.site import Identity, Site
from app.throttle import Throttle
from store.database import Database
from store.migrate import migrate
from tests import factories
from tests.conftest import SECRET, NodeFactory, ProcessFactory
from tests.faults.chatter import Chatter
from tests.nodes import ServerProcess
from tests.realtime.clients import LiveClient
from tests.servers import PostgresServer, RedisServer
from tests.waiting import wait_for

PEOPLE = ("alice", "bob", "carol", "dave")


@dataclass
class Talk:
    """A discussion of four and what its participants do."""

    site: Site
    people: dict[str, Identity]
    tokens: dict[str, str]
    discussion: str
    chatters: list[Chatter] = field(default_factory=list)

    def join(self, login: str, *urls: str) -> Chatter:
        """Somebody takes part, by any of these nodes."""
        return self.join_any(login, lambda: urls)

    def join_any(self, login: str, urls: Callable[[], Sequence[str]]) -> Chatter:
        """Somebody takes part, by whichever node there is at the moment."""
        chatter = Chatter(login, self.tokens[login], self.discussion, urls, seen=1)
        self.chatters.append(chatter)
        return chatter

    async def talk(self, each: int, pause: float = 0.01) -> None:
        """Everybody says so many things, at once with the others."""

        async def say(chatter: Chatter) -> None:
            for number in range(each):
                await chatter.say(f"{chatter.name} says {number}")
                await asyncio.sleep(pause)

        await asyncio.gather(*(say(chatter) for chatter in self.chatters))

    async def check(self) -> None:
        """Everything is acknowledged and everybody has exactly what the store has."""
        for chatter in self.chatters:
            await chatter.settled(0)
        head = (await heads_of(self.site.database, [self.discussion]))[self.discussion]
        for chatter in self.chatters:
            await chatter.settled(head)
            await chatter.check(self.site.database)


@pytest.fixture
async def talk(postgresql_url: str) -> AsyncIterator[Talk]:
    """Alice, Bob, Carol and Dave in a discussion on PostgreSQL."""
    async with talking(postgresql_url) as talk:
        yield talk


@asynccontextmanager
async def talking(url: str) -> AsyncIterator[Talk]:
    """Alice, Bob, Carol and Dave in a discussion."""
    database = Database(url)
    settings = Settings(database_url=url, secret=SecretStr(SECRET))
    site = Site(settings, database, announce=lambda _: None, throttle=Throttle())
    people = {login: await factories.person(site, login) for login in PEOPLE}
    tokens = {login: await factories.token(site, who) for login, who in people.items()}
    discussion = await factories.discussion(site, people["alice"], [people[p] for p in PEOPLE[1:]])
    talk = Talk(site, people, tokens, discussion)
    yield talk
    for chatter in talk.chatters:
        await chatter.leave()
    await database.close()


@pytest.fixture
async def own_redis() -> AsyncIterator[RedisServer]:
    """A Redis that the test may kill and freeze."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


async def test_everybody_sees_one_order(
    talk: Talk, postgresql_url: str, redis_server: RedisServer, node_factory: NodeFactory
) -> None:
    """Replies posted on both nodes at once reach everybody on both, in one order without holes."""
    one, two = [await node_factory(postgresql_url, redis_url=redis_server.url) for _ in range(2)]
    for place, login in enumerate(PEOPLE):
        talk.join(login, (one, two)[place % 2].live_url)
    await talk.talk(each=40)
    await talk.check()


async def test_redis_killed_while_replies_flow(
    talk: Talk, postgresql_url: str, own_redis: RedisServer, node_factory: NodeFactory
) -> None:
    """Sending goes on without Redis, and when it is back the other node catches up."""
    one, two = [await node_factory(postgresql_url, redis_url=own_redis.url) for _ in range(2)]
    for place, login in enumerate(PEOPLE):
        talk.join(login, (one, two)[place % 2].live_url)
    await talk.talk(each=10)
    own_redis.kill()
    await talk.talk(each=20)
    for chatter in talk.chatters:
        await chatter.settled(0)
    async with one.client() as client:
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    own_redis.start()
    await talk.talk(each=10)
    await talk.check()


async def test_redis_dead_for_the_last_reply(
    talk: Talk, postgresql_url: str, own_redis: RedisServer, node_factory: NodeFactory
) -> None:
    """A lost last ring heals soon after Redis is back, although nothing more is said."""
    one, two = [await node_factory(postgresql_url, redis_url=own_redis.url) for _ in range(2)]
    alice, bob = talk.join("alice", one.live_url), talk.join("bob", two.live_url)
    await wait_for(lambda: alice.welcomes and bob.welcomes, "both are there")
    own_redis.kill()
    await alice.say("the last word")
    await alice.settled(2)
    own_redis.start()
    await bob.settled(2, timeout=10)
    await talk.check()


async def test_a_node_killed(
    talk: Talk, postgresql_url: str, redis_server: RedisServer, process_factory: ProcessFactory
) -> None:
    """`kill -9` of one process while everybody talks: its clients go on by the other; nothing is lost or doubled."""
    nodes: list[ServerProcess] = [
        await process_factory(postgresql_url, PARLEY_REDIS_URL=redis_server.url) for _ in range(2)
    ]
    running = list(nodes)
    for login in PEOPLE:
        talk.join_any(login, lambda: [node.live_url for node in running])
    await talk.talk(each=15)
    for victim in nodes:
        victim.kill()
        running.remove(victim)
        await talk.talk(each=15)
        await victim.start()
        running.append(victim)
    await talk.check()
    assert sum(chatter.welcomes for chatter in talk.chatters) > len(PEOPLE)


async def test_removed_on_the_other_node(
    talk: Talk, postgresql_url: str, redis_server: RedisServer, node_factory: NodeFactory
) -> None:
    """Once the removal is acknowledged on one node, nothing later reaches her on the other."""
    one, two = [await node_factory(postgresql_url, redis_url=redis_server.url) for _ in range(2)]
    alice, bob = talk.join("alice", one.live_url), talk.join("bob", two.live_url)
    await wait_for(lambda: alice.welcomes and bob.welcomes, "both are there")
    await talk.talk(each=5)
    site = one.app.state.node.site
    await participants.remove(site, talk.people["alice"], talk.discussion, talk.people["bob"].person_id)
    removed_at = (await heads_of(site.database, [talk.discussion]))[talk.discussion]
    for number in range(20):
        await alice.say(f"secret {number}")
    await alice.settled(removed_at + 20)
    await participants.add(
        site,
        talk.people["alice"],
        talk.discussion,
        [Address("person", talk.people["bob"].person_id)],
        share_history=False,
    )
    await alice.say("welcome back")
    await wait_for(lambda: bob.entries[-1]["body"] == "welcome back", "Bob is back")
    assert not [entry for entry in bob.entries if removed_at <= entry["seq"] <= removed_at + 20]
    assert not [entry for entry in bob.entries if "secret" in entry["body"]]


async def test_a_suspension_reaches_the_other_node(
    talk: Talk, postgresql_url: str, redis_server: RedisServer, node_factory: NodeFactory
) -> None:
    """Who is suspended by way of one node is closed on the other within a second."""
    one, two = [await node_factory(postgresql_url, redis_url=redis_server.url) for _ in range(2)]
    bob = await LiveClient.welcomed(two.live_url, talk.tokens["bob"])
    await people.suspend(one.app.state.node.site, "bob")
    await wait_for(lambda: bob.closed is not None, "Bob's connection is closed", 1)
    assert bob.closed == 4403
    await bob.close()


async def test_a_suspension_by_another_process_without_a_bus(
    sqlite_url: str, node_factory: NodeFactory
) -> None:
    """`parley people suspend` beside the only node, which has no Redis: closed within a second all the same."""
    node = await node_factory(sqlite_url)
    async with talking(sqlite_url) as talk:
        bob = await LiveClient.welcomed(node.live_url, talk.tokens["bob"])
        await people.suspend(talk.site, "bob")
        await wait_for(lambda: bob.closed is not None, "Bob's connection is closed", 1)
        assert bob.closed == 4403
        await bob.close()


async def test_the_only_node_killed(sqlite_url: str, process_factory: ProcessFactory) -> None:
    """`kill -9` of the one process on SQLite: what was acknowledged is there when it is back."""
    node = await process_factory(sqlite_url)
    async with talking(sqlite_url) as talk:
        for login in PEOPLE:
            talk.join(login, node.live_url)
        for _ in range(2):
            await talk.talk(each=10)
            node.kill()
            await talk.talk(each=5)
            await node.start()
        await talk.check()


async def test_postgresql_restarted(redis_server: RedisServer, node_factory: NodeFactory) -> None:
    """While the store is away replies are refused with advice, never acknowledged; then all goes on."""
    server = PostgresServer(durable=True)
    server.start()
    try:
        url = server.create_database("talk")
        await migrate(url)
        one, two = [await node_factory(url, redis_url=redis_server.url) for _ in range(2)]
        async with talking(url) as talk:
            for place, login in enumerate(PEOPLE):
                talk.join(login, (one, two)[place % 2].live_url)
            await talk.talk(each=10)
            server.kill()
            async with one.client() as client:
                assert (await client.get("/readyz")).status_code == 503
            await talk.talk(each=5)
            server.start()
            await talk.talk(each=5)
            # The test's own connections died with the server.
            await talk.site.database.close()
            await talk.check()
    finally:
        server.remove()
