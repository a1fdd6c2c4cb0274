"""What the live door asks of the store, on both databases."""

from app.site import Site
from store.entries import NewLine, append, lock_rooms
from store.following import size_of
from store.prepared import through
from tests import factories


async def test_sizes_are_bytes(site: Site) -> None:
    """As they go over the wire in UTF-8, whatever is written; of the asked lines alone."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    bodies = ["é\\x41", "🙂" * 10, "plain"]
    async with site.database.write() as session:
        rooms = await lock_rooms(session, [room])
        lines = [NewLine(room, "reply", alice.person_id, body, client_id=body) for body in bodies]
        await append(session, rooms, lines, site.now())
    async with site.database.read() as session:
        assert await through(session, size_of, room, 2, 3) == 6 + 40
        assert await through(session, size_of, room, 4, 99) == 5
        assert await through(session, size_of, room, 5, 99) == 0
