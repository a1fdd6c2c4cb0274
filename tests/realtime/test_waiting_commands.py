"""A reply waits for no other command of its writer."""

from sqlalchemy import text

from tests import factories
from tests.conftest import NodeFactory
from tests.realtime.clients import LiveClient

HOLD = text("SELECT 1 FROM participation WHERE message_id = :room FOR UPDATE")


async def test_a_reply_passes_a_read_mark_that_waits(postgresql_url: str, node_factory: NodeFactory) -> None:
    """A mark that the store does not answer yet holds up no reply; later replies do not overtake earlier ones."""
    node = await node_factory(postgresql_url)
    site = node.site
    alice, bob = await factories.people(site, "alice", "bob")
    held, free = [await factories.discussion(site, bob, [alice]) for _ in range(2)]
    client = await LiveClient.welcomed(node.live_url, await factories.token(site, alice))
    async with site.database.write() as session:
        await session.execute(HOLD, {"room": held})
        await client.send(type="read", id="mark", discussion=held, seq=1)
        acks = [await client.post(free, f"reply {number}") for number in range(3)]
        assert [ack["seq"] for ack in acks] == [2, 3, 4]
        assert not [frame for frame in client.frames if frame.get("id") == "mark"]
    await client.expect("done", id="mark")
    await client.close()
