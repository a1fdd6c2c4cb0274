"""What ends a sign-in closes its live stream at once, on whichever node it is."""

from typing import Any

import pytest

from app import own_password, own_sign_ins
from app.inviting import choose_password, reset
from app.sign_in import SignedIn, sign_in
from tests import factories
from tests.conftest import NodeFactory
from tests.factories import PASSWORD
from tests.nodes import RunningNode
from tests.realtime.clients import LiveClient
from tests.servers import RedisServer

NEW = "another one, just as long"
AT_ONCE = 1.0
"""Seconds, as the design has it."""

Nodes = tuple[RunningNode, RunningNode]


@pytest.fixture
async def nodes(node_factory: NodeFactory, sqlite_url: str, redis_server: RedisServer) -> Nodes:
    """Two nodes on one store and one Redis, with Ann."""
    north, south = [
        await node_factory(sqlite_url, redis_url=redis_server.url, node=name) for name in ("north", "south")
    ]
    await factories.give_password(north.site, await factories.person(north.site, "ann"))
    return north, south


async def enter(node: RunningNode) -> SignedIn:
    """Sign in from a browser."""
    return await sign_in(node.site, "ann", PASSWORD, address="10.0.0.1", user_agent="tests")


async def live(node: RunningNode, signed_in: SignedIn) -> LiveClient:
    """A live stream of this browser's."""
    headers: dict[str, Any] = {"Cookie": f"parley={signed_in.secret}", "Origin": node.url}
    client = await LiveClient.connect(node.live_url, None, headers=headers)
    await client.send(type="hello")
    await client.expect("welcome")
    return client


async def is_closed(client: LiveClient) -> None:
    """It is told that its sign-in has ended, within a second."""
    await client.expect_close(4403, AT_ONCE)
    await client.close()


async def goes_on(client: LiveClient) -> None:
    """It is answered as ever."""
    await client.send(type="ping", n=1)
    await client.expect("pong")
    await client.close()


async def test_ended_from_the_list(nodes: Nodes) -> None:
    """The one that was ended is closed on the other node; the one that ended it goes on."""
    here, there = await enter(nodes[0]), await enter(nodes[1])
    mine, other = await live(nodes[0], here), await live(nodes[1], there)
    await own_sign_ins.end(nodes[0].site, here.identity, there.identity.session_id)
    await is_closed(other)
    await goes_on(mine)


async def test_all_others(nodes: Nodes) -> None:
    """Browsers and programs on both nodes are closed, this one is not."""
    here = await enter(nodes[0])
    token = await own_sign_ins.create_token(nodes[0].site, here.identity, "bot")
    others = [await live(node, await enter(node)) for node in nodes]
    others += [await LiveClient.welcomed(node.live_url, token.secret) for node in nodes]
    mine = [await live(node, here) for node in nodes]
    await own_sign_ins.end_others(nodes[1].site, here.identity)
    for other in others:
        await is_closed(other)
    for one in mine:
        await goes_on(one)


async def test_another_password(nodes: Nodes) -> None:
    """Changed in one browser: the others are closed, and its own streams on both nodes go on."""
    here, there = await enter(nodes[0]), await enter(nodes[1])
    mine, other = [await live(node, here) for node in nodes], await live(nodes[1], there)
    await own_password.change(nodes[0].site, here.identity, PASSWORD, NEW)
    await is_closed(other)
    for one in mine:
        await goes_on(one)


async def test_a_link_that_was_used(nodes: Nodes) -> None:
    """Whoever was in, is out."""
    there = await enter(nodes[1])
    other = await live(nodes[1], there)
    link = await reset(nodes[0].site, None, there.identity.person_id)
    await choose_password(nodes[0].site, link.secret, NEW, address="10.0.0.2", user_agent="tests")
    await is_closed(other)
