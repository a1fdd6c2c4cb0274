"""Limits on how fast people and addresses go on, and whose address counts."""

import asyncio

import pytest
from limits import RateLimitItemPerMinute
from websockets.exceptions import InvalidStatus

from app.errors import RateLimited
from app.pace import Pace
from app.settings import Settings
from app.throttle import Throttle
from tests import factories
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.realtime.clients import LiveClient
from tests.servers import RedisServer
from tests.waiting import wait_for, within
from web.addresses import counted_address
from web.server import COUNTERS_ANSWER_WITHIN, _counters


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("10.0.0.1", "10.0.0.1"),
        ("127.0.0.1", None),
        ("127.8.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", None),
        ("unix", None),
    ],
)
def test_whose_address_counts(client: str, counted: str | None) -> None:
    """One per machine, one per IPv6 household; the machine itself, where a proxy may speak for all, does not count."""
    assert counted_address({"client": (client, 0)}) == counted
    assert counted_address({"client": None}) is None


async def test_connecting_too_fast(node_factory: NodeFactory, sqlite_url: str) -> None:
    """A person whose requests are used up is refused before the upgrade, and told when to come back."""
    node = await node_factory(sqlite_url)
    site = node.site
    alice = await factories.person(site, "alice")
    token = await factories.token(site, alice)
    node.app.state.node.requests.spent_elsewhere({alice.person_id: 20_000})
    with pytest.raises(InvalidStatus) as refused:
        await LiveClient.connect(node.live_url, token)
    assert refused.value.response.status_code == 429
    assert int(refused.value.response.headers["Retry-After"]) >= 9


async def test_connections_of_an_address(
    node_factory: NodeFactory, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a named proxy people are told apart by address: the newest of one that has too many gets 4429."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    node = await node_factory(sqlite_url, connections_per_address=2)
    site = node.site
    tokens = [await factories.token(site, who) for who in await factories.people(site, "a", "b", "c", "d")]

    async def come(token: str, address: str | None) -> LiveClient:
        headers = {"X-Forwarded-For": address} if address else {}
        return await LiveClient.connect(node.live_url, token, headers=headers)

    clients = [await come(token, "192.0.2.7") for token in tokens[:2]]
    await (await come(tokens[2], "192.0.2.7")).expect_close(4429)
    clients += [await come(tokens[2], "192.0.2.8"), *[await come(tokens[3], None) for _ in range(3)]]
    await clients.pop(0).close()
    await wait_for(lambda: node.app.state.node.sessions.held["address:192.0.2.7"] == 1, "one has left")
    clients.append(await come(tokens[0], "192.0.2.7"))
    for client in clients:
        await client.send(type="hello")
        await client.expect("welcome")
        await client.close()


@pytest.fixture
async def two_nodes(
    node_factory: NodeFactory, sqlite_url: str, redis_server: RedisServer
) -> list[RunningNode]:
    """Two nodes of one site that share a Redis."""
    return [await node_factory(sqlite_url, redis_url=redis_server.url) for _ in range(2)]


async def test_replies_are_paced_over_all_nodes(two_nodes: list[RunningNode]) -> None:
    """Who has used up her allowance on one node is refused on the other, with advice when to go on."""
    one, two = two_nodes
    site = one.site
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    token = await factories.token(site, alice)
    here = await LiveClient.welcomed(one.live_url, token)
    there = await LiveClient.welcomed(two.live_url, token)
    for number in range(100):
        await here.send(type="post", id=str(number), discussion=room, client_id=str(number), body="x")
    await here.expect("error", code="rate_limited")
    spent, heard = (node.app.state.node.replies._pace._full_at for node in two_nodes)
    # What is told comes in parts, and each is counted from when it comes: all of it is there at this moment or later.
    await wait_for(
        lambda: heard.get(alice.person_id, 0) >= spent[alice.person_id], "the other node knows of all of them"
    )
    # Fewer than one may at once; soon, since an allowance fills up again.
    for number in range(50):
        await there.send(type="post", id=str(number), discussion=room, client_id=f"there-{number}", body="x")
    error = await there.expect("error", code="rate_limited")
    assert error["retry_after"] > 0
    async with two.client(token=token) as client:
        path = f"/api/discussions/{room}/replies"
        posts = (client.post(path, json={"client_id": f"http-{n}", "body": "x"}) for n in range(50))
        answers = await asyncio.gather(*posts)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.json()["code"] for answer in refused} == {"rate_limited"}
    await here.close()
    await there.close()


async def test_requests_are_paced_over_all_nodes(two_nodes: list[RunningNode]) -> None:
    """What one node let pass is known to the other a moment later."""
    one, two = (node.app.state.node.requests for node in two_nodes)
    _spend(one, 900)
    await wait_for(
        lambda: two._full_at.get("alice", 0) >= one._full_at["alice"], "the other node knows of all"
    )
    with pytest.raises(RateLimited):
        _spend(two, 900)


async def test_redis_frozen_while_somebody_signs_in(sqlite_url: str) -> None:
    """The first try waits for the shared counters for half a second; the next ones do not, and all are counted."""
    redis = RedisServer()
    redis.start()
    try:
        settings = Settings.model_validate({"database_url": sqlite_url, "redis_url": redis.url})
        throttle = Throttle(_counters(settings))
        limit = RateLimitItemPerMinute(10)
        await throttle.spend(limit, "alice")
        redis.freeze()
        async with within(4 * COUNTERS_ANSWER_WITHIN, "one wait for Redis, not one for each try"):
            for _ in range(10):
                await throttle.spend(limit, "alice")
            with pytest.raises(RateLimited):
                await throttle.spend(limit, "alice")
    finally:
        redis.remove()


def _spend(pace: Pace, tokens: int) -> None:
    for _ in range(tokens):
        pace.spend("alice")
