"""Tries at the doors are counted on all nodes together: two nodes in one process, through Redis."""

from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest

from app import inviting, sign_in
from tests import factories
from tests.conftest import NodeFactory
from tests.factories import PASSWORD
from tests.nodes import RunningNode
from tests.servers import RedisServer
from tests.waiting import PATIENCE
from web import server
from web.pages import provided

Nodes = tuple[RunningNode, RunningNode]
Try = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]

PROVIDER = {"oidc_issuer": "https://provider.example.org", "oidc_client_id": "x", "oidc_client_secret": "y"}


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis in which nothing was counted yet."""
    redis = RedisServer()
    redis.start()
    yield redis
    redis.remove()


@pytest.fixture
async def nodes(
    node_factory: NodeFactory, sqlite_url: str, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> Nodes:
    """Two nodes on one store and one Redis, with Ann, who has a password."""
    # Who waits longer counts alone for a while.
    monkeypatch.setattr(server, "COUNTERS_ANSWER_WITHIN", PATIENCE)
    north, south = [
        await node_factory(sqlite_url, redis_url=redis.url, node=name, **PROVIDER)
        for name in ("north", "south")
    ]
    await factories.give_password(north.site, await factories.person(north.site, "ann"))
    return north, south


async def by_turns(nodes: Nodes, attempt: Try, times: int) -> list[int]:
    """The statuses of so many tries, one node after the other."""
    statuses = []
    async with nodes[0].client() as north, nodes[1].client() as south:
        for number in range(times):
            answer = await attempt((north, south)[number % 2])
            statuses.append(answer.status_code)
    return statuses


@pytest.mark.parametrize("login", ["ann", "nobody"])
async def test_guessing_a_password_by_turns(nodes: Nodes, login: str) -> None:
    """Ten tries for an account, on both nodes together, whether it exists or not; then the right one is refused."""

    def guess(password: str) -> Try:
        return lambda client: client.post("/api/session", json={"login": login, "password": password})

    assert await by_turns(nodes, guess("wrong"), 12) == [401] * sign_in.TRIES_PER_ACCOUNT.amount + [429] * 2
    assert await by_turns(nodes, guess(PASSWORD), 2) == [429, 429]


async def test_a_right_password_on_one_node_forgives_on_the_other(nodes: Nodes) -> None:
    """Who mistypes now and then is not shut out for it."""

    async def enter(client: httpx.AsyncClient, password: str) -> int:
        answer = await client.post("/api/session", json={"login": "ann", "password": password})
        return answer.status_code

    async with nodes[0].client() as north, nodes[1].client() as south:
        for _ in range(3):
            assert [await enter(north, "wrong") for _ in range(6)] == [401] * 6
            assert await enter(south, PASSWORD) == 200


async def test_links_by_turns(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tries links that are good for nothing is slowed down on both nodes."""
    monkeypatch.setattr(inviting, "FAILURES_PER_ADDRESS", type(inviting.FAILURES_PER_ADDRESS)(6, 5))

    async def attempt(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get("/welcome/none", follow_redirects=True)

    assert await by_turns(nodes, attempt, 8) == [404] * 6 + [429] * 2


async def test_answers_of_a_provider_by_turns(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever makes up answers is slowed down on both nodes."""
    monkeypatch.setattr(provided, "FAILURES_PER_ADDRESS", type(provided.FAILURES_PER_ADDRESS)(6, 5))

    async def attempt(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get("/sign-in/provider/callback?code=x&state=y")

    assert await by_turns(nodes, attempt, 8) == [400] * 6 + [429] * 2
