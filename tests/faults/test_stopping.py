"""SIGTERM: live clients are asked to go, what was begun is answered, and the end comes whatever clients do."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from store.columns import new_id
from tests.faults.conftest import Measured
from tests.faults.raw_peer import HELLO, command, upgrade
from tests.faults.shape import Shape, shape
from tests.faults.talk import talk_on
from tests.nodes import ServerProcess
from tests.realtime.clients import LiveClient
from tests.waiting import wait_for

ENDS_WITHIN = 15.0
SMALL_BUFFER = 4096
HALF_A_REQUEST = b"""\
POST /api/session HTTP/1.1\r
Host: 127.0.0.1\r
Content-Type: application/json\r
Content-Length: 100\r
\r
{"login":"""


async def ended(node: ServerProcess) -> float:
    """SIGTERM; the seconds until it has ended, which it does in order and in time."""
    began = time.monotonic()
    assert await node.stop() == 0, node.output()
    took = time.monotonic() - began
    assert took < ENDS_WITHIN
    return took


@pytest.fixture
async def patient_node(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shape]:
    """One node that gives its clients much time to go, as a machine that does much else needs it."""
    async with shape(tmp_path, sqlite_url, PARLEY_DRAIN_SECONDS="8") as running:
        yield running


async def test_live_clients_are_asked_to_go(patient_node: Shape) -> None:
    """`drain` at once; who stays is served meanwhile and then closed with 1012; who comes is sent away."""
    [node] = patient_node.nodes
    talk = await talk_on(patient_node.database_url)
    clients = [await talk.live(node) for _ in range(5)]
    ending = asyncio.create_task(ended(node))
    for client in clients:
        assert (await client.expect("drain"))["within"] > 0
    assert (await clients[0].post(talk.discussion, "One more."))["type"] == "ack"
    assert await patient_node.readiness(node) == (503, "draining")
    late = await LiveClient.connect(node.live_url, talk.tokens[0])
    await late.expect_close(1012)
    async with talk.client(node) as http:
        answer = await http.get("/api/unread")
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
    for client in clients:
        await client.expect_close(1012)
        assert client.seqs(talk.discussion) == [2]
    await ending
    with pytest.raises(httpx.ConnectError):
        await talk.client(node).get("/healthz")


async def test_it_ends_at_once_when_everybody_has_gone(patient_node: Shape, measured: Measured) -> None:
    """Nobody waits for the end of the drain when there is nobody left to drain."""
    [node] = patient_node.nodes
    talk = await talk_on(patient_node.database_url)
    client = await talk.live(node)
    ending = asyncio.create_task(ended(node))
    await client.expect("drain")
    await client.close()
    took = await ending
    assert took < 6
    measured("nobody there, s", took)


async def test_a_request_under_way_is_answered(one_node: Shape) -> None:
    """A reply that waits for the store when SIGTERM comes is stored and answered, its connection closed after."""
    [node] = one_node.nodes
    talk = await talk_on(one_node.database_url)
    async with talk.client(node) as http:
        with locked(one_node):
            posting = asyncio.create_task(talk.post(http))
            await asyncio.wait([posting], timeout=0.5)
            ending = asyncio.create_task(ended(node))
            await asyncio.wait([ending], timeout=2)
            assert not posting.done()
        answer = await posting
        assert answer.status_code == 201
        await ending
    with contextlib.closing(sqlite3.connect(one_node.database_file)) as database:
        assert database.execute("SELECT count(*) FROM entry WHERE kind = 'reply'").fetchone() == (1,)


async def test_who_has_just_connected_is_answered(one_node: Shape) -> None:
    """A connection that was made before the port is closed may still ask, once, and gets an answer."""
    [node] = one_node.nodes
    streams = [await asyncio.open_connection("127.0.0.1", node.port) for _ in range(20)]
    ending = asyncio.create_task(ended(node))
    await wait_for(lambda: _is_closed(node), "the port is closed")
    for _, writer in streams:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    for reader, writer in streams:
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in head.lower()
        assert body == b'{"status":"ok"}'
        writer.close()
    await ending


async def test_nobody_can_hold_it(one_node: Shape, measured: Measured) -> None:
    """Half requests, silent connections, readers that stopped, sockets that answer no close: all at once."""
    [node] = one_node.nodes
    talk = await talk_on(one_node.database_url)
    with contextlib.ExitStack() as stack:
        readers = []
        for begun in (
            b"",
            b"GET / HT",
            HALF_A_REQUEST,
            b"GET /static/js/main.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 500,
            upgrade(talk.tokens[0]),
            upgrade(talk.tokens[0]) + command(**HELLO),
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", node.port, limit=SMALL_BUFFER)
            stack.callback(writer.close)
            writer.write(begun)
            # Nobody reads from it: what comes fills the buffers and stays there.
            readers.append(reader)
        welcomed = await talk.live(node)
        for _ in range(50):
            assert (await welcomed.post(talk.discussion, "x" * 20_000))["type"] == "ack"
        measured("held in every way, s", await ended(node))


@pytest.mark.parametrize("frozen", ["postgres", "redis"])
async def test_it_ends_while_a_server_is_frozen(
    two_nodes_on_own_postgres: Shape, frozen: str, measured: Measured
) -> None:
    """PostgreSQL or Redis that keeps its connections and says nothing does not hold it, with replies under way."""
    running = two_nodes_on_own_postgres
    node = running.nodes[0]
    talk = await talk_on(running.database_url)
    server = running.postgres if frozen == "postgres" else running.redis
    assert server
    client = await talk.live(node)
    async with talk.client(node) as http:
        assert (await talk.post(http)).status_code == 201
        server.freeze()
        try:
            posting = asyncio.create_task(talk.post(http))
            await client.send(
                type="post", id="1", discussion=talk.discussion, client_id=new_id(), body="And so on."
            )
            took = await ended(node)
            assert (await posting).status_code == (503 if frozen == "postgres" else 201)
        finally:
            server.thaw()
    measured(f"{frozen} frozen, s", took)


async def test_many_connections(one_node: Shape, is_long: bool, measured: Measured) -> None:
    """Every one of many idle clients is told, closed with 1012, and gone in time."""
    [node] = one_node.nodes
    talk = await talk_on(one_node.database_url)
    clients = []
    for _ in range(40 if is_long else 5):
        clients += await asyncio.gather(*(talk.live(node) for _ in range(25)))
    took = await ended(node)
    for client in clients:
        await client.expect("drain")
        await client.expect_close(1012)
    measured(f"{len(clients)} clients, s", took)


async def test_several_processes_refuse_as_one(
    postgresql_url: str, two_nodes: Shape, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """While one of several processes is held by a slow request, the port of all of them is closed."""
    folder = tmp_path_factory.mktemp("several")
    several = shape(folder, postgresql_url, redis=two_nodes.redis, WEB_CONCURRENCY="2")
    [node] = several.nodes
    await several.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
        writer.write(HALF_A_REQUEST)
        async with httpx.AsyncClient(base_url=node.url) as client:
            assert (await client.get("/healthz")).status_code == 200
        ending = asyncio.create_task(ended(node))
        await wait_for(lambda: _is_closed(node), "the port is closed", 5)
        assert not ending.done()
        writer.write(b"x" * (100 - len(HALF_A_REQUEST.partition(b"\r\n\r\n")[2])))
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()
        await ending
    finally:
        several.kill()


@contextlib.contextmanager
def locked(running: Shape) -> Iterator[None]:
    """Another process writes, and takes its time."""
    with contextlib.closing(sqlite3.connect(running.database_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def _is_closed(node: ServerProcess) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", node.port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False
