"""A room of three hundred: everybody follows, everybody gets everything, counts stay exact."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from app import mailbox
from tests import factories
from tests.nodes import RunningNode
from tests.realtime.clients import LiveClient
from tests.waiting import wait_for

PARTICIPANTS = 300
LONG = "Un long paragraphe, recopié d'ailleurs. " * 500


@pytest.fixture
async def clients() -> AsyncIterator[list[LiveClient]]:
    """Connections that are closed at the end."""
    clients: list[LiveClient] = []
    yield clients
    await asyncio.gather(*(client.close() for client in clients))


def has_entries(client: LiveClient, discussion: str, count: int) -> bool:
    """Whether so many lines have come."""
    return len(client.entries(discussion)) == count


def was_told(client: LiveClient, unread: int) -> bool:
    """Whether the last word was a count."""
    return bool(client.frames[-1].get("unread") == unread)


async def test_three_hundred_participants(node: RunningNode, clients: list[LiveClient]) -> None:
    """A message to a group of 299, replies while all are connected, one of them 20,000 characters long."""
    site = node.site
    everybody = await factories.people(site, *(f"p{number}" for number in range(PARTICIPANTS)))
    tokens = [await factories.token(site, who) for who in everybody]
    for start in range(0, PARTICIPANTS, 20):
        some = tokens[start : start + 20]
        clients += await asyncio.gather(*(LiveClient.welcomed(node.live_url, token) for token in some))
    school = await factories.group(site, "School", everybody)
    discussion = await factories.discussion(site, everybody[0], [school])
    for client in clients:
        await client.expect("added", discussion=discussion)
    bodies = [LONG.strip()[:20_000].strip(), *(f"line {number}" for number in range(30))]
    for place, body in enumerate(bodies):
        assert (await clients[place].post(discussion, body))["type"] == "ack"
    for client in clients:
        await wait_for(partial(has_entries, client, discussion, len(bodies)), "all lines came")
        assert [entry["body"] for entry in client.entries(discussion)] == bodies
    for place in (0, 5, PARTICIPANTS - 1):
        own = place < len(bodies)
        expected = len(bodies) - 1 - place if own else len(bodies) + 1
        found = await mailbox.box(site, everybody[place], "progress")
        assert found.items[0].unread == expected
        await wait_for(partial(was_told, clients[place], expected), "the count is told")
