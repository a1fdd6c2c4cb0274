"""Request heads that are endless or come drop by drop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from tests.waiting import PATIENCE, wait_for
from web import http_protocol
from web.http_protocol import BoundedHttpProtocol
from web.serving import Server

REQUEST = b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server that answers everything with its path."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse(scope["path"])(scope, receive, send)

    async def nobody_to_drain() -> None:
        pass

    config = uvicorn.Config(app, port=0, http=BoundedHttpProtocol, log_config=None, lifespan="off", ws="none")
    server = Server(config, lambda: None, nobody_to_drain)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


async def test_ordinary_requests_pass(port: int) -> None:
    """Several requests on one connection are answered in order, also when they come at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in (1, 2):
        writer.write(REQUEST % number)
        assert await reader.readuntil(b"/%d" % number)
    writer.write(REQUEST % 3 + REQUEST % 4)
    assert b"/3" in await reader.readuntil(b"/4")
    writer.close()


@pytest.mark.parametrize("endless", [b"x", b"X: y\r\n"])
async def test_endless_head(port: int, endless: bytes) -> None:
    """A head that does not end is refused long before it fills the memory."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n")
    answer = asyncio.create_task(reader.read())
    sent = 0
    while not answer.done() and sent < 10_000_000:
        try:
            writer.write(endless * 1000)
            await writer.drain()
        except ConnectionError:
            break
        sent += len(endless) * 1000
        await asyncio.wait([answer], timeout=0.001)
    assert sent < 5_000_000
    # When we are still writing as the server closes, its answer may be lost on the way.
    with suppress(ConnectionResetError):
        assert (await answer).startswith(b"HTTP/1.1 431 ")
    writer.close()


async def test_slow_head(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A head that is not complete in time is refused; a connection that says nothing is closed."""
    monkeypatch.setattr(http_protocol, "SLOWEST_HEAD", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HT")
    assert (await asyncio.wait_for(reader.read(), PATIENCE)).startswith(b"HTTP/1.1 408 ")
    silent, silent_writer = await asyncio.open_connection("127.0.0.1", port)
    assert await asyncio.wait_for(silent.read(), PATIENCE) == b""
    for open_writer in (writer, silent_writer):
        open_writer.close()
        await wait_for(open_writer.is_closing, "the connection is closed")
