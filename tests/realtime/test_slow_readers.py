"""Who reads too slowly is closed with 4408 and resumes; nobody else notices."""

import socket

import pytest

from realtime import outlet as outlet_module
from realtime.connection import Connection
from realtime.uvicorn_protocol import ParleyWebSocketProtocol
from tests.conftest import NodeFactory
from tests.realtime.clients import LiveClient
from tests.realtime.world import World, make_world
from tests.waiting import wait_for

MEBIBYTE = 1024 * 1024


@pytest.fixture
async def fast_world(node_factory: NodeFactory, sqlite_url: str) -> World:
    """A world without limits on how fast one may write."""
    return await make_world(await node_factory(sqlite_url, rate_limits="off"))


async def stopped_reader(world: World, login: str) -> LiveClient:
    """A connection with a small receive buffer that stops reading after its welcome."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    raw.connect_ex(("127.0.0.1", world.node.port))
    client = await LiveClient.connect(world.node.live_url, world.tokens[login], sock=raw)
    await client.send(type="hello")
    await client.expect("welcome")
    client.socket.transport.pause_reading()
    return client


def outlet_of(world: World, login: str) -> ParleyWebSocketProtocol:
    """The server's side of this person's only connection."""
    mine: dict[Connection, None] = world.node.app.state.node.hub.people[world.people[login].person_id]
    (connection,) = mine
    outlet = connection.outlet
    assert isinstance(outlet, ParleyWebSocketProtocol)
    # The kernel would take megabytes for her before the server notices anything.
    outlet.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return outlet


async def test_too_much_waits_for_a_reader(fast_world: World) -> None:
    """Her buffer stays below a mebibyte, she is closed with 4408, and the others have everything."""
    world = fast_world
    bob = await stopped_reader(world, "bob")
    outlet = outlet_of(world, "bob")
    alice = await LiveClient.welcomed(world.node.live_url, world.tokens["alice"])
    most = 0
    for number in range(300):
        assert (await alice.post(world.discussion, f"{number} " + "x" * 15_000))["type"] == "ack"
        if outlet.disconnected or outlet.close_sent:
            break
        most = max(most, outlet.transport.get_write_buffer_size())
    assert outlet.close_sent or outlet.disconnected
    assert most <= MEBIBYTE
    assert outlet.conn.close_sent is not None
    assert outlet.conn.close_sent.code == 4408
    hub = world.node.app.state.node.hub
    person = world.people["bob"].person_id
    await wait_for(lambda: person not in hub.people, "she is let go although she never reads", 10)
    assert alice.seqs(world.discussion) == list(range(2, 2 + len(alice.seqs(world.discussion))))
    bob.socket.transport.abort()
    again = await LiveClient.welcomed(world.node.live_url, world.tokens["bob"], {world.discussion: 1})
    await again.expect("resumed")
    await again.close()
    await alice.close()


async def test_something_waits_too_long_for_a_reader(
    fast_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a little that is never read ends in 4408."""
    monkeypatch.setattr(outlet_module, "SLOW_AFTER", 0.2)
    world = fast_world
    bob = await stopped_reader(world, "bob")
    outlet = outlet_of(world, "bob")
    alice = await LiveClient.welcomed(world.node.live_url, world.tokens["alice"])
    while not outlet.clogged:
        await alice.post(world.discussion, "x" * 15_000)
    await wait_for(lambda: outlet.close_sent, "she is closed")
    assert outlet.conn.close_sent
    assert outlet.conn.close_sent.code == 4408
    bob.socket.transport.abort()
    await alice.close()
