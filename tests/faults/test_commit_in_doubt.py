"""The line to PostgreSQL breaks at a commit: nobody is told that a reply is refused which may be stored."""

import asyncio

import pytest
from sqlalchemy.engine import make_url

from tests import factories
from tests.conftest import NodeFactory
from tests.faults.postgres_line import Lost, PostgresLine
from tests.faults.stored import read_logs
from tests.realtime.clients import LiveClient
from tests.servers import PostgresServer
from tests.waiting import wait_for


@pytest.mark.parametrize("lost", ["answer", "commit"])
async def test_a_reply_in_doubt_is_answered_when_it_is_known(
    postgres: PostgresServer, postgresql_url: str, node_factory: NodeFactory, lost: Lost
) -> None:
    """Neither acknowledged nor refused while nobody knows; then acknowledged, told to all, and stored once."""
    async with PostgresLine(postgres.port) as line:
        url = make_url(postgresql_url).set(port=line.port).render_as_string(hide_password=False)
        node = await node_factory(url)
        site = node.app.state.node.site
        alice, bob = await factories.people(site, "alice", "bob")
        room = await factories.discussion(site, alice, [bob])
        clients = [
            await LiveClient.welcomed(node.live_url, await factories.token(site, who)) for who in (alice, bob)
        ]
        line.lose(lost, of=b"Perhaps")
        await clients[0].send(type="post", id="1", discussion=room, client_id="a-1", body="Perhaps")
        await wait_for(line.has_lost.is_set, "the commit is lost")

        again = asyncio.create_task(clients[0].post(room, "Later", client_id="a-2"))
        assert (await again)["code"] == "unavailable"
        assert not [frame for frame in clients[0].frames if frame.get("id") == "1"]
        line.mend()

        ack = await clients[0].expect("ack", id="1")
        assert (ack["seq"], ack["repeated"]) == (2, lost == "answer")
        assert (await clients[1].expect("entry", seq=2))["body"] == "Perhaps"
        log = (await read_logs(postgresql_url, [room]))[room]
        assert [entry.body for entry in log] == ["Hello.", "Perhaps"]
        for client in clients:
            await client.close()
