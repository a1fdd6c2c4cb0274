"""What is not our mistake is not logged as one."""

import asyncio
import logging

import pytest

from tests import factories
from tests.nodes import RunningNode
from tests.waiting import wait_for


async def test_a_client_that_goes_away_is_no_error(
    node: RunningNode, caplog: pytest.LogCaptureFixture
) -> None:
    """Half a request and then nothing: the server goes on, and notes no failure of its own."""
    site = node.site
    token = await factories.token(site, await factories.person(site, "alice"))
    head = (
        f"POST /api/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    )
    with caplog.at_level(logging.INFO):
        _, writer = await asyncio.open_connection("127.0.0.1", node.port)
        writer.write(head.encode() + b"half")
        await writer.drain()
        await wait_for(lambda: node.requests, "the request is taken in")
        writer.transport.abort()
        await wait_for(lambda: not node.requests, "the request is over")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
